/* SPDX-License-Identifier: Apache-2.0 */
/* A nova-compute to which an instance is evacuated, with neutron, that says of its ports that they are up. */
#include "world.h"

#include <string.h>

static bool step(const char *name, const struct message *m)
{
	return nova_step(name, m, TOLD_NOTHING);
}

/* A step that an event which is tried again does not take again. */
static bool once(enum step_once which, const char *name, struct message *m)
{
	if (!(m->taken >> which & 1) && !step(name, m))
		return false;
	m->taken |= 1u << which;
	return true;
}

/* An instance as it is; NULL: it was deleted. */
static const struct instance_row *read_instance(const char *uuid)
{
	const struct instance_row *row = look_instance(uuid);

	return row->deleted ? NULL : row;
}

/* The places at which a build ends, as Python prints them (nova 26.2 compute/manager.py; tests/actors/traces.py): in the claim, at a state that is not
 * the expected one before the guest is made and after it, in the driver that takes back what it made, and in one that does not. */
#define TRACE_CLAIM \
	"in rebuild_instance\n    with self._error_out_instance_on_exception(\n  in _error_out_instance_on_exception\n    raise error.inner_exception\n"
#define TRACE_STATE \
	"in _do_rebuild_instance\n    instance.save(expected_task_state=[task_states.REBUILDING])"
#define TRACE_STATE_LATE \
	"in _do_rebuild_instance\n    instance.save(expected_task_state=[task_states.REBUILD_SPAWNING])"
#define TRACE_SPAWN \
	"in spawn\n    self._create_guest_with_network(\n  in _create_guest_with_network\n    raise exception.VirtualInterfaceCreateException()"
#define TRACE_OTHER \
	"in _rebuild_default_impl\n    self.driver.spawn(context, instance, image_meta, injected_files,\nlibvirt.libvirtError: internal error"

/* What a compute does when the instance is not as it must be, or when its driver fails. */
static bool fail(struct message *m, const struct told *f)
{
	m->ended = nova_step("compute_fails", m, f);
	return m->ended;
}

/* Of an instance that was deleted meanwhile nobody is told. */
static bool drop(struct message *m, bool claimed)
{
	m->ended = nova_step("compute_finds_it_deleted", m, &(struct told){ "", "NULL", "NULL", "NULL", "", claimed, 0 });
	return m->ended;
}

/* Without an accepted migration it makes one of its own, and does not know it afterwards. */
static bool begin_on_host(struct message *m)
{
	return once(ONCE_BEGINS, "compute_begins", m) && (m->migration || once(ONCE_MAKES_MIGRATION, "compute_makes_migration", m));
}

static bool claim(struct message *m)
{
	const struct instance_row *row = read_instance(m->uuid);
	char vm_state[sizeof row->vm_state];

	m->waits = false;
	if (!row)
		return once(ONCE_BEGINS, "compute_begins", m) && drop(m, false);
	memcpy(vm_state, row->vm_state, sizeof vm_state);
	m->was_stopped = strcmp(vm_state, "stopped") == 0;
	oracle_begin(m);
	if (!begin_on_host(m))
		return false;
	if (world_fails(FAULT_CLAIM))
		return fail(m,
		    &(struct told){ vm_state, "NULL", "NULL",
			"CONCAT('Build of instance ', @uuid, ' aborted: Insufficient compute resources: Claim pci failed.')", TRACE_CLAIM, false, 0 });
	return step("compute_claims", m);
}

/* nova compute/manager.py _do_rebuild_instance: save(expected_task_state=[REBUILDING]) */
static bool spawn(struct message *m)
{
	const struct instance_row *row = read_instance(m->uuid);

	if (!row)
		return drop(m, true);
	if (strcmp(row->task_state, "rebuilding") == 0) {
		if (!step("compute_spawns", m))
			return false;
		m->plugging_us = world->now_us;
		return true;
	}
	world->guest[m->guest].is_preempted = true;
	return fail(m, &(struct told){ "error", "'rebuilding'", "0", "CONCAT('Conflict updating instance ', @uuid)", TRACE_STATE, true, 0 });
}

#define PLUGGED_US (300 * SECOND_US) /* vif_plugging_timeout */

/* nova virt/libvirt/driver.py: its guest is paused until each port was said to be plugged. */
bool compute_waits(const struct message *m)
{
	return world->alive[m->host] && !m->is_forgotten && world->api_is_off && m->plugging_us && !m->is_told && world->now_us - m->plugging_us < PLUGGED_US;
}

/* nova compute/manager.py external_instance_event: what nobody waits for is dropped. */
void compute_hears(const char *host, const char *method, const char *uuid, const char *port)
{
	if (strcmp(method, "external_instance_event") != 0)
		return;
	witness_event(uuid, port, host);
	for (struct message *m = world->message; m < world->message + world->nmessage; m++)
		if (m->plugging_us && strcmp(m->uuid, uuid) == 0 && strcmp(host_name[m->host], host) == 0) {
			m->is_told |= world->alive[m->host];
			world_tell("nova-compute on %s hears of port %s", host, port);
		}
}

/* Of the driver; the guest that it leaves runs. */
static bool fail_to_spawn(struct message *m)
{
	const bool leaves_guest = !(world->api_is_off && !m->is_told) && world_draw(2);

	if (leaves_guest)
		world->guest[m->guest].runs |= 1u << m->host;
	return fail(m,
	    leaves_guest ? &(struct told){ "error", "NULL", "NULL", "'libvirtError'", TRACE_OTHER, true, 0 } :
			   &(struct told){ "error", "NULL", "NULL", "'Virtual Interface creation failed'", TRACE_SPAWN, true, 0 });
}

static bool run(struct message *m)
{
	const struct instance_row *row;

	if (world_fails(FAULT_COMPUTE)) {
		host_goes(m->host);
		return true;
	}
	if (world_fails(FAULT_SPAWN) || (world->api_is_off && !m->is_told))
		return fail_to_spawn(m);
	row = read_instance(m->uuid);
	if (!row)
		return drop(m, true);
	if (strcmp(row->task_state, "rebuild_spawning") != 0) {
		world->guest[m->guest].runs |= 1u << m->host;
		return fail(m, &(struct told){ "error", "NULL", "1", "CONCAT('Conflict updating instance ', @uuid)", TRACE_STATE_LATE, true, 0 });
	}
	if (!step("compute_has_spawned", m))
		return false;
	world->guest[m->guest].runs |= 1u << m->host;
	return true;
}

/* As it was before; until then it has run for a moment. */
static bool stop_again(struct message *m)
{
	if (!once(ONCE_STOPS, "compute_stops_it_again", m))
		return false;
	world->guest[m->guest].runs &= ~(1u << m->host);
	return true;
}

bool compute_acts(struct message *m, enum event_kind kind)
{
	switch (kind) {
	case EVENT_CLAIM:
		return claim(m);
	case EVENT_SPAWN:
		return spawn(m);
	case EVENT_PLUG:
		return step("neutron_plugs", m);
	case EVENT_RUNS:
		return run(m);
	case EVENT_MOVES:
		return (!m->was_stopped || stop_again(m)) && step("compute_takes_it_over", m);
	default:
		return step("compute_ends", m);
	}
}

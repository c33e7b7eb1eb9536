/* SPDX-License-Identifier: Apache-2.0 */
/* Tenants who stop an instance or migrate one: what nova-api takes of that, and what conductor and computes do with it (nova 26.2 compute/api.py,
 * conductor/tasks/migrate.py, compute/manager.py). Whoever is refused tries again. */
#include "world.h"

#include <stdio.h>
#include <string.h>

#define TRIES 200
#define DEAD_US (7 * SECOND_US) /* how often is looked whether the compute of a message is there again */

/* Where a stop stands; a migration's stages are the rows of moves[]. */
enum { STOP_CAST, STOP_SYNC };

/* The place at which a stop ends whose task state is another one, as Python prints it. */
#define TRACE_STOP \
	"in do_stop_instance\n    instance.save(expected_task_state=expected_task_state)"

static struct guest *guest_of(size_t fault)
{
	return &world->guest[world->fault[fault].by % INSTANCES];
}

static size_t host_of(const struct instance_row *row)
{
	size_t i = 0;

	while (i < 3 && strcmp(host_name[i], row->host) != 0)
		i++;
	return i;
}

static bool is_at(const struct instance_row *row, const char *vm_state, const char *task_state)
{
	return strcmp(row->vm_state, vm_state) == 0 && strcmp(row->task_state, task_state) == 0;
}

static void name_request(struct deed *d, size_t fault, unsigned nth)
{
	snprintf(d->m.request, sizeof d->m.request, "req-7e4a4700-0000-4000-8000-%06u%06zu", nth, fault);
	memcpy(d->m.uuid, guest_of(fault)->uuid, sizeof d->m.uuid);
}

static void is_refused(size_t fault)
{
	if (world->deed[fault].tries++ < TRIES)
		world_at((int64_t)(SECOND_US / 4 + world_draw(SECOND_US)), EVENT_TIME, fault);
}

static void is_taken(size_t fault, const char *what)
{
	world->fault[fault].happened = true;
	world_tell("fault: %s: nova-api takes it: %s", fault_name[world->fault[fault].kind], what);
}

/* Who plans with what was before is not to claim it. */
static void is_fresh(const char *uuid)
{
	char text[128];

	snprintf(text, sizeof text, "INSERT INTO world.fresh VALUES ('%s')", uuid);
	world->has_fresh |= server_try(text);
}

static void ask_to_stop(size_t fault)
{
	struct deed *d = &world->deed[fault];
	const struct instance_row *row = look_instance(guest_of(fault)->uuid);
	const size_t host = host_of(row);

	if (row->deleted)
		return;
	if (!(is_at(row, "active", "-") || is_at(row, "error", "-")) || host == 3) {
		is_refused(fault);
		return;
	}
	name_request(d, fault, 1);
	d->m.host = host;
	d->queues = world->queues_go;
	if (!nova_step("tenant_stops", &d->m, TOLD_NOTHING)) {
		world_at(50000, EVENT_TIME, fault);
		return;
	}
	is_taken(fault, host_name[host]);
	guest_of(fault)->is_stopped = true;
	if (!world->alive[host])
		is_fresh(d->m.uuid);
	world_at((int64_t)(50000 + world_draw(2 * SECOND_US)), EVENT_DEED, fault);
}

/* A guest that is elsewhere runs on, and nova says 'stopped', until the power states are compared there. */
static void stop(size_t fault)
{
	struct deed *d = &world->deed[fault];
	struct guest *g = guest_of(fault);
	const struct instance_row *row = look_instance(g->uuid);
	const bool runs = g->runs >> d->m.host & 1, is_none = strcmp(row->task_state, "-") == 0;
	bool done;

	if (row->deleted)
		return;
	if (strcmp(row->task_state, "powering-off") == 0 || (is_none && !runs))
		done = nova_step("compute_stops", &d->m,
		    &(struct told){ .vm_state = "", .task_state = "NULL", .power = host_of(row) == d->m.host ? "4" : "0", .message = "NULL", .trace = "" });
	else
		done = nova_step("compute_stops_nothing", &d->m,
		    &(struct told){ .vm_state = "", .task_state = "NULL", .power = "NULL", .message = "CONCAT('Conflict updating instance ', @uuid)", .trace = TRACE_STOP });
	if (!done) {
		world_at(50000, EVENT_DEED, fault);
		return;
	}
	g->runs &= ~(1u << d->m.host);
	d->stage = STOP_SYNC;
	if (g->runs)
		world_at((int64_t)(1 + world_draw(600)) * SECOND_US, EVENT_DEED, fault);
}

/* The periodic task of the host where it runs. */
static void compare_power(size_t fault)
{
	struct deed *d = &world->deed[fault];
	const struct instance_row *row = look_instance(guest_of(fault)->uuid);
	const size_t host = host_of(row);

	if (row->deleted || host == 3 || !world->alive[host] || !(guest_of(fault)->runs >> host & 1) || !is_at(row, "stopped", "-"))
		return;
	name_request(d, fault, 2);
	d->m.host = host;
	d->queues = world->queues_go;
	if (!nova_step("compute_finds_it_running", &d->m, TOLD_NOTHING) || !nova_step("tenant_stops", &d->m, TOLD_NOTHING)) {
		world_at(50000, EVENT_DEED, fault);
		return;
	}
	d->stage = STOP_CAST;
	world_at((int64_t)(50000 + world_draw(SECOND_US)), EVENT_DEED, fault);
}

static void go_on_to_stop(size_t fault)
{
	const struct deed *d = &world->deed[fault];

	if (d->stage == STOP_SYNC)
		compare_power(fault);
	else if (d->queues != world->queues_go)
		world_tell("the message to stop %s is gone with its queue", d->m.uuid);
	else if (!world->alive[d->m.host])
		world_at(DEAD_US, EVENT_DEED, fault);
	else
		stop(fault);
}

static void ask_to_migrate(size_t fault)
{
	struct deed *d = &world->deed[fault];
	const struct instance_row *row = look_instance(guest_of(fault)->uuid);
	const size_t host = host_of(row);

	if (row->deleted)
		return;
	if (!is_at(row, "active", "-") || host == 0 || host == 3 || !world->alive[1] || !world->alive[2]) {
		is_refused(fault);
		return;
	}
	name_request(d, fault, 1);
	d->from = host;
	d->m.host = 3 - host;
	if (!nova_step("tenant_migrates", &d->m, TOLD_NOTHING)) {
		world_at(50000, EVENT_TIME, fault);
		return;
	}
	is_taken(fault, host_name[host]);
	guest_of(fault)->is_moving = true;
	world_at((int64_t)(50000 + world_draw(2 * SECOND_US)), EVENT_DEED, fault);
}

/* Who takes each step, what the instance is before it, and how long the next one may take. */
static const struct move {
	const char *step;
	enum { BY_CONDUCTOR, BY_SOURCE, BY_DESTINATION, BY_TENANT } by;
	const char *vm_state, *task_state; /* NULL: any */
	int64_t most_us;
} moves[] = {
	{ "conductor_migrates", BY_CONDUCTOR, "active", "resize_prep", SECOND_US },
	{ "compute_prepares", BY_DESTINATION, "active", "resize_prep", SECOND_US },
	{ "compute_sends_it_off", BY_SOURCE, "active", "resize_prep", 20 * SECOND_US },
	{ "compute_finishes", BY_DESTINATION, "active", "resize_migrated", 5 * SECOND_US },
	{ "neutron_plugs", BY_DESTINATION, "resized", "-", 120 * SECOND_US },
	{ "tenant_confirms", BY_TENANT, "resized", "-", SECOND_US },
	{ "compute_confirms", BY_SOURCE, NULL, "-", 0 },
};
enum { MOVE_SENDS_OFF = 2, MOVE_FINISHES, MOVE_PLUGS, MOVE_CONFIRMS, MOVES = sizeof moves / sizeof *moves };

static void has_moved(size_t fault)
{
	struct deed *d = &world->deed[fault];
	struct guest *g = guest_of(fault);
	const uint64_t by = world->fault[fault].by / INSTANCES;
	const bool confirms = by % 2, is_fast = by / 2 % 2; /* small disks, and a tenant who looks on */

	if (d->stage == 0)
		d->m.migration = look_newest(d->m.uuid)->id;
	else if (d->stage == MOVE_SENDS_OFF)
		g->runs &= ~(1u << d->from);
	else if (d->stage == MOVE_FINISHES) {
		g->runs |= 1u << d->m.host;
		g->is_moving = false;
		g->is_migrated = true;
	}
	if (d->stage + 1 < MOVES && (d->stage != MOVE_PLUGS || confirms))
		world_at((int64_t)(50000 + world_draw((uint64_t)(is_fast ? SECOND_US : moves[d->stage].most_us))), EVENT_DEED, fault);
	d->stage++;
}

/* What a compute leaves that is dead nobody goes on with: none of these comes back. */
static void go_on_to_migrate(size_t fault)
{
	struct deed *d = &world->deed[fault];
	const struct move *move = &moves[d->stage];
	const struct instance_row *row = look_instance(d->m.uuid);
	struct message m;

	if ((move->by == BY_SOURCE && !world->alive[d->from]) || (move->by == BY_DESTINATION && !world->alive[d->m.host]) || row->deleted ||
	    !is_at(row, move->vm_state ? move->vm_state : row->vm_state, move->task_state)) {
		world_tell("a migration of its tenant ends before %s: %s", move->step, d->m.uuid);
		return;
	}
	if (d->stage == MOVE_CONFIRMS)
		name_request(d, fault, 3);
	m = d->m;
	if (d->stage > MOVE_CONFIRMS)
		m.host = d->from;
	if (!nova_step(move->step, &m, &(struct told){ .vm_state = "", .task_state = "NULL", .power = "NULL", .message = "NULL", .trace = "", .from = d->from })) {
		world_at(50000, EVENT_DEED, fault);
		return;
	}
	has_moved(fault);
}

void tenant_asks(size_t fault)
{
	if (world->fault[fault].kind == FAULT_STOPS)
		ask_to_stop(fault);
	else
		ask_to_migrate(fault);
}

void tenant_goes_on(size_t fault)
{
	if (world->fault[fault].kind == FAULT_STOPS)
		go_on_to_stop(fault);
	else
		go_on_to_migrate(fault);
}

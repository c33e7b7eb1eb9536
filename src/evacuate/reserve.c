/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "bus/cast.h"
#include "evacuate/evacuate.h"
#include "find/finding.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/signals.h"
#include "util/str.h"
#include "util/uuid.h"

/* Reserved hosts, once their rows are written. The row alone is enough for the scheduler's ComputeFilter; placement still has
 * the trait COMPUTE_STATUS_DISABLED, and only the host's nova-compute takes it away. */

#define AWAIT_MS 90000 /* told or not, a nova-compute reports its resources each minute (update_resources_interval) */
#define LOOK_MS 1000

static const char *host_of_reserve(const struct step *step)
{
	const char *blank = step->name ? strchr(step->name, ' ') : NULL;

	return blank ? blank + 1 : "";
}

/* For people: who was told what, and what the broker said. */
static void record_told(struct work *work, size_t index, const char *host, bool enabled, enum bus_outcome outcome,
    const struct error *why)
{
	json_object *r = json_object_new_object();
	struct error err = { 0 };

	put_count(r, "unit", index);
	put_text(r, "host", host);
	put_bool(r, "enabled", enabled);
	put_text(r, "outcome", bus_outcome_name(outcome));
	put_text(r, "error", why->text[0] ? why->text : NULL);
	if (journal_add(work->journal, "host_enabled", r, false, &err) != 0)
		log_error("%s", err.text);
}

static void tell_host(struct work *work, struct bus *bus, size_t index, const char *host, bool enabled)
{
	auto_free char *key = xasprintf("compute.%s", host);
	auto_str struct str body = { 0 };
	struct error why = { 0 };
	enum bus_outcome outcome;
	struct uuid id;
	char unique_id[33];

	uuid_random(&id);
	uuid_hex(&id, unique_id);
	cast_set_host_enabled(enabled, unique_id, &body);
	outcome = bus_publish(bus, work->world.nova.bus.exchange, key, body.s, body.n, &why);
	record_told(work, index, host, enabled, outcome, &why);
	if (outcome != BUS_ACKED)
		log_warn("nova-compute on '%s' was not told (%s); it sees it by itself within a minute", host, why.text);
}

void reserve_tell(struct work *work, size_t index)
{
	const struct unit *unit = &work->plan.unit[index];
	struct cell_bus on = { 0 };
	struct error err = { 0 };
	struct bus *bus;

	cell_bus_open(&work->world, work->scene.nova.home->cell, &on, &err);
	if (!err.kind && !on.bus && !work->world.bus)
		world_connect_bus(&work->world, &err);
	bus = on.bus ? on.bus : work->world.bus;
	if (err.kind || !bus)
		log_warn("the nova-compute of a reserved host was not told (%s); it sees it by itself within a minute",
		    err.text);
	for (size_t i = 0; i < unit->nstep && !err.kind && bus; i++)
		tell_host(work, bus, index, host_of_reserve(&unit->step[i]),
		    str_equal(step_after(&unit->step[i], "disabled"), "0"));
	cell_bus_close(&on);
}

static const char *marked_host(const struct work *work, const struct unit *unit)
{
	for (size_t i = 0; i < unit->nstep; i++)
		if (scene_is_marked(&work->scene, host_of_reserve(&unit->step[i])))
			return host_of_reserve(&unit->step[i]);
	return NULL;
}

void reserve_await(struct work *work, size_t index)
{
	const int64_t deadline = clock_monotonic_ms() + AWAIT_MS;
	const struct unit *unit = &work->plan.unit[index];
	const char *marked;

	scene_look_at_marked(&work->scene, 0);
	marked = marked_host(work, unit);
	if (marked)
		log_notice("waiting until placement has '%s' as enabled (at most %d s)", marked, AWAIT_MS / 1000);
	while (marked && clock_monotonic_ms() < deadline && !signal_came()) {
		clock_sleep_ms(LOOK_MS);
		scene_look_at_marked(&work->scene, 0);
		marked = marked_host(work, unit);
	}
	if (marked)
		log_warn("placement still has '%s' as disabled (COMPUTE_STATUS_DISABLED): what only fits there is left out",
		    marked);
}

const struct unit *reserve_open_in(const struct plan *plan)
{
	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		if (u->kind == UNIT_RESERVE && u->nstep > 0 &&
		    (u->step[0].state == STATE_PROVED || u->step[0].state == STATE_APPLIED))
			return u;
	return NULL;
}

size_t reserve_awaited(const struct plan *plan)
{
	size_t n = 0;

	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		n += evacuation_is(u, PHASE_SENT) || evacuation_is(u, PHASE_TIMEOUT) || evacuation_is(u, PHASE_IN_DOUBT) ||
		    evacuation_is(u, PHASE_LOST);
	return n;
}

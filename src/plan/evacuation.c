/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/evacuation.h"

#include <stdlib.h>

#include "util/mem.h"
#include "util/str.h"

/* An L2 agent looks for new ports every polling_interval (2 s as shipped; neutron conf/plugins/ml2/drivers/agent.py) and
 * reports them at once; a busy one takes several turns. */
#define NETWORK_LATE_MS 30000

const char *const network_name[NETWORKS] = {
	[NETWORK_NONE] = "no-ports",
	[NETWORK_READY] = "ready",
	[NETWORK_NOT_READY] = "not-ready",
	[NETWORK_NOT_LOOKED_AT] = "not-looked-at",
};

const char *const disks_name[DISKS] = {
	[DISKS_WRITTEN] = "written",
	[DISKS_NOT_WRITTEN] = "not-written",
	[DISKS_CANNOT_WRITE] = "cannot-write",
	[DISKS_SHARED] = "shared",
	[DISKS_NOT_LOOKED_AT] = "not-looked-at",
};

void evacuation_free(struct unit *unit)
{
	struct evacuation *e = unit->evacuation;

	for (size_t i = 0; e && i < e->nplug; i++)
		free(e->plug[i].port_id);
	if (e)
		free(e->plug);
	free(e);
	unit->evacuation = NULL;
}

void evacuations_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->nunit; i++)
		evacuation_free(&plan->unit[i]);
}

struct plug *evacuation_plug(struct evacuation *e, const char *port_id)
{
	for (size_t i = 0; i < e->nplug; i++)
		if (str_equal(e->plug[i].port_id, port_id))
			return &e->plug[i];
	e->plug = vec_grow(e->plug, e->nplug, &e->plug_cap, sizeof *e->plug);
	e->plug[e->nplug] = (struct plug){ .port_id = xstrdup(port_id) };
	return &e->plug[e->nplug++];
}

static const struct {
	const char *outcome;
	enum state state; /* of its step */
	bool cast;
} phases[PHASES] = {
	[PHASE_WAITING] = { "not begun", STATE_SKIPPED, false },
	[PHASE_SENT] = { "under way", STATE_APPLIED, true },
	[PHASE_IN_DOUBT] = { "unknown", STATE_UNKNOWN, false },
	[PHASE_LOST] = { "unknown", STATE_UNKNOWN, true },
	[PHASE_LANDED] = { "done", STATE_APPLIED, true },
	[PHASE_NOT_READY] = { "network-not-ready", STATE_APPLIED, true },
	[PHASE_CANNOT_WRITE] = { "guest-cannot-write", STATE_APPLIED, true },
	[PHASE_PROVED] = { "done", STATE_PROVED, true },
	[PHASE_NOT_SENT] = { "failed", STATE_FAILED, false },
	[PHASE_FAILED] = { "failed", STATE_FAILED, true },
	[PHASE_TIMEOUT] = { "timeout", STATE_APPLIED, true },
};

void evacuation_enter(struct unit *unit, enum evacuation_phase phase, const char *error)
{
	unit->evacuation->phase = phase;
	unit_set_state(unit, phases[phase].state, error);
}

bool evacuation_is(const struct unit *unit, enum evacuation_phase phase)
{
	return unit->evacuation && unit->evacuation->phase == phase;
}

bool evacuation_is_waiting(const struct unit *unit)
{
	return unit->kind == UNIT_EVACUATION && !unit->evacuation && unit->step[0].state == STATE_PLANNED;
}

bool evacuation_has_landed(const struct unit *unit)
{
	return evacuation_is(unit, PHASE_LANDED) || evacuation_is(unit, PHASE_NOT_READY) ||
	    evacuation_is(unit, PHASE_CANNOT_WRITE) || evacuation_is(unit, PHASE_PROVED);
}

bool evacuation_has_unrecorded_disks(const struct unit *unit)
{
	return unit->makes_disks && evacuation_has_landed(unit);
}

bool evacuation_waits_for_network(const struct unit *unit, int64_t now_ms)
{
	const struct evacuation *e = unit->evacuation;

	return evacuation_is(unit, PHASE_NOT_READY) && (!e->network_as_before || now_ms - e->ended_ms < NETWORK_LATE_MS);
}

bool evacuation_network_is_late(const struct unit *unit, int64_t now_ms)
{
	const struct evacuation *e = unit->evacuation;

	return evacuation_is(unit, PHASE_NOT_READY) && !e->network_as_before && now_ms - e->ended_ms >= NETWORK_LATE_MS;
}

bool evacuation_has_failed(const struct unit *unit)
{
	return unit->evacuation &&
	    (phases[unit->evacuation->phase].state == STATE_FAILED || evacuation_is(unit, PHASE_CANNOT_WRITE));
}

bool evacuation_was_cast(const struct unit *unit)
{
	return unit->evacuation && phases[unit->evacuation->phase].cast;
}

const char *evacuation_outcome(const struct unit *unit)
{
	return phases[unit->evacuation ? unit->evacuation->phase : PHASE_WAITING].outcome;
}

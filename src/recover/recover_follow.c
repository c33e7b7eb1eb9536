/* SPDX-License-Identifier: Apache-2.0 */
#include "evacuate/plug.h"
#include "recovery_internal.h"

#include <stdlib.h>

#include "util/clock.h"
#include "util/crash.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/signals.h"
#include "util/str.h"

/* While nova-api is down, a nova-compute that has an evacuation in hand waits for somebody who tells it of its ports. The run
 * that sent it did, and is gone: so its recovery stays and does it, with the same proof. */

#define LOOK_MS 500

/* Does nova still work on it, as far as its rows tell? When they cannot be read: yes. */
static bool goes_on(struct db *cell, const struct evacuation *e)
{
	struct evacuation_state now;
	struct error err = { 0 };
	const char *status;
	bool ended;

	if (evacuation_state_get(cell, &e->rows.migration_uuid, e->rows.instance_uuid, &now, &err) != 0)
		return true;
	status = now.migration_status;
	ended = !now.exists || !now.instance_exists || str_equal(status, "failed") || str_equal(status, "error") ||
	    ((str_equal(status, "done") || str_equal(status, "completed")) && !str_equal(now.host, e->rows.host));
	evacuation_state_free(&now);
	return !ended;
}

static bool may_be_awaited(struct db *cell, const char *instance_uuid)
{
	struct error err = { 0 };
	struct vifs vifs;
	bool answer = true;

	if (vifs_of_instance(cell, instance_uuid, &vifs, &err) == 0) {
		answer = vifs_may_be_awaited(&vifs);
		vifs_free(&vifs);
	}
	return answer;
}

/* Those that nova has in hand and whose computes may wait; with a nova-api that answers only those that were seen waiting: then
 * neutron's own word may be lost, as it is said once. */
static size_t count_waiting(const struct recovery *r, bool nova_api)
{
	size_t n = 0;

	for (size_t i = 0; i < r->work.plan.nunit; i++) {
		const struct unit *unit = &r->work.plan.unit[i];

		if (evacuation_is(unit, PHASE_SENT))
			n += unit->evacuation->waits_for ||
			    (!nova_api && may_be_awaited(r->work.scene.nova.home->cell->db, unit->step[0].id));
	}
	return n;
}

static int judge_ended(struct recovery *r, struct error *err)
{
	for (size_t i = 0; i < r->work.plan.nunit; i++) {
		struct unit *unit = &r->work.plan.unit[i];

		if (!evacuation_is(unit, PHASE_SENT) || goes_on(r->work.scene.nova.home->cell->db, unit->evacuation))
			continue;
		evacuation_free(unit);
		r->nverdict[VERDICT_UNDER_WAY]--;
		if (recover_judge(r, i, err) != 0)
			return -1;
	}
	return 0;
}

/* What is not over when we go: what it waits for, or that nobody is there to say it. */
static void leave(struct recovery *r, bool untold, const char *why)
{
	struct arena *arena = &r->work.plan.arena;

	for (size_t i = 0; i < r->work.plan.nunit; i++) {
		struct unit *unit = &r->work.plan.unit[i];
		const char *text = NULL;

		if (!evacuation_is(unit, PHASE_SENT))
			continue;
		if (unit->evacuation->waits_for)
			text = arena_printf(arena, _("sent; its nova-compute waits for %s"), unit->evacuation->waits_for);
		else if (untold && may_be_awaited(r->work.scene.nova.home->cell->db, unit->step[0].id))
			text = arena_printf(arena,
			    _("sent; nova-api is down, and its nova-compute was not told of its ports: %s"), why);
		if (!text)
			continue;
		evacuation_enter(unit, PHASE_SENT, text);
		r->untold++;
		log_warn("%zu. %s: %s", i + 1, unit->sentence, text);
	}
}

static int follow_interrupted(struct recovery *r, struct error *err)
{
	error_set(err, ERROR_INTERRUPTED, "interrupted while nova-computes wait for the ports of their instances");
	return error_hint(err, "evac-manage journal recover %s", r->past.run);
}

static int follow_to_end(struct recovery *r, struct plugging *plugging, bool nova_api, struct error *err)
{
	int64_t deadline = clock_monotonic_ms() + r->request->how.timeout_s * 1000;

	log_notice("evacuations under way that may wait for their ports: %zu; following them, and telling their nova-computes",
	    count_waiting(r, nova_api));
	while (count_waiting(r, nova_api) > 0 && clock_monotonic_ms() < deadline) {
		if (signal_came())
			return follow_interrupted(r, err);
		clock_sleep_ms(LOOK_MS);
		plugging_look(&r->work, plugging);
		if (judge_ended(r, err) != 0)
			return -1;
	}
	return 0;
}

int recover_follow(struct recovery *r, struct error *err)
{
	const struct world *world = &r->work.world;
	struct plugging plugging = { 0 };
	bool nova_api;
	int rc = 0;

	if (r->nverdict[VERDICT_UNDER_WAY] == 0 || r->request->how.dry_run || !r->work.scene.nova.home ||
	    !world->site.computes_wait_for_ports)
		return 0;
	CRASH_POINT("recover_follow_begun");
	scene_find_peers(&r->work.scene);
	nova_api = scene_ask_neutron_tells(&r->work.scene);
	plugging_look(&r->work, &plugging);
	if (count_waiting(r, nova_api) > 0 && world->neutron_db && !r->request->how.no_wait)
		rc = follow_to_end(r, &plugging, nova_api, err);
	if (rc == 0)
		leave(r, !nova_api && (!world->neutron_db || r->request->how.no_wait),
		    world->neutron_db ? _("with --no-wait this command does not stay") : world->neutron_absent);
	plugging_end(&plugging);
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "evacuate/health.h"

#include "model/nova/evacuation.h"
#include "plan/evacuation.h"
#include "util/clock.h"
#include "util/log.h"

static void see_queue(struct work *work, struct health_seen *out)
{
	struct bus_queue queue;
	struct error err = { 0 };

	if (!work->world.bus)
		return;
	if (bus_queue_look(work->world.bus, work->world.nova.conductor_topic, &queue, &err) != 0) {
		log_debug("health: %s", err.text);
		return;
	}
	out->queue_known = queue.exists;
	out->messages = queue.messages;
}

/* This run's own failures have rules of their own. */
static bool asked_by_us(const struct plan *plan, const char *request_id)
{
	for (size_t i = 0; i < plan->nunit; i++)
		if (plan->unit[i].evacuation && str_equal(plan->unit[i].evacuation->rows.request_id, request_id))
			return true;
	return false;
}

static void see_database(struct work *work, struct health_seen *out)
{
	struct db *db = work->scene.nova.home->cell->db;
	struct rebuild_ends ends = { 0 };
	struct error err = { 0 };
	int64_t begun_ms = clock_monotonic_ms();

	if (!db)
		return;
	if (rebuild_ends_read(db, &ends, &err) != 0) {
		log_debug("health: %s", err.text);
		return;
	}
	out->database_known = true;
	out->database_ms = clock_monotonic_ms() - begun_ms;
	for (size_t i = 0; i < ends.n; i++) {
		if (asked_by_us(&work->plan, ends.v[i].request_id))
			continue;
		out->ended++;
		out->failed += str_equal(ends.v[i].result, "Error");
	}
	rebuild_ends_free(&ends);
}

void health_look(struct work *work, struct health_seen *out)
{
	*out = (struct health_seen){ 0 };
	see_queue(work, out);
	see_database(work, out);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "find/migration.h"
#include "util/str.h"

int migration_look(const struct scene *scene, const struct cell_facts *cell, const struct standing_migration *m,
    const struct waiting_queues *waiting, struct action_events *events, struct migration_signs *out, struct error *err)
{
	const struct nova_service *dest = m->dest_compute ?
	    nova_service_find(&cell->services, "nova-compute", m->dest_compute) :
	    NULL;

	if (migration_events(cell->cell->db, m->id, events, err) != 0)
		return -1;
	*out = (struct migration_signs){ .events = events,
		.queue_known = scene->bus.queue_known && !scene->bus.conductor.unsure,
		.queued = scene->bus.conductor.messages,
		.dest_up = dest && nova_service_is_up(dest, scene->nova.down_s),
		.computes_known = !waiting->absent,
		.waits_in = waiting->n > 0 ? waiting->v[0].queue : NULL };
	return 0;
}

bool compute_leaves_done(const struct scene *scene, const struct nova_service *source)
{
	const struct release *r = source && source->version ? release_of(source->version) : scene->nova.release;

	return r && r->nova == 17;
}

#define CLOCKS_DIFFER_S 2 /* both ages are whole seconds; the two rows are written by two conductors' clocks */

bool migration_copy_runs(const struct nova_service *source, const struct standing_migration *m, unsigned down_s)
{
	return source && nova_service_reports(source, down_s) && migration_is_evacuation(m) && str_equal(m->status, "done") &&
	    m->instance_host && !str_equal(m->instance_host, m->source_compute) && m->idle_s.set &&
	    source->heartbeat_age_s.v + CLOCKS_DIFFER_S < m->idle_s.v;
}

bool migration_is_left_done(const struct scene *scene, const struct nova_service *source, const struct standing_migration *m)
{
	return source && compute_leaves_done(scene, source) && migration_is_evacuation(m) && str_equal(m->status, "done") &&
	    !str_equal(m->instance_host, m->source_compute) && source->heartbeat_age_s.set && m->idle_s.set &&
	    source->heartbeat_age_s.v >= 0 && source->heartbeat_age_s.v <= (int64_t)scene->nova.down_s &&
	    source->heartbeat_age_s.v < m->idle_s.v;
}

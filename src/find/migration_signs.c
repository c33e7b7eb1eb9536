/* SPDX-License-Identifier: Apache-2.0 */
#include "find/migration.h"

int migration_look(const struct scene *scene, const struct cell_facts *cell, const struct standing_migration *m,
    const struct waiting_queues *waiting, struct action_events *events, struct migration_signs *out, struct error *err)
{
	const struct nova_service *dest = m->dest_compute ?
	    nova_service_find(&cell->services, "nova-compute", m->dest_compute) :
	    NULL;

	if (migration_events(cell->cell->db, m->id, events, err) != 0)
		return -1;
	*out = (struct migration_signs){ .events = events,
		.queue_known = scene->bus.queue_known,
		.queued = scene->bus.conductor.messages,
		.dest_up = dest && nova_service_is_up(dest, scene->nova.down_s),
		.computes_known = !waiting->absent,
		.waits_in = waiting->n > 0 ? waiting->v[0].queue : NULL };
	return 0;
}

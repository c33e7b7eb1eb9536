/* SPDX-License-Identifier: Apache-2.0 */
#include "find/scene.h"

#include <stdlib.h>


void scene_free(struct scene *scene)
{
	size_t i, k;

	for (i = 0; i < scene->nmove; i++) {
		unfinished_free(&scene->move[i].unfinished);
		for (k = 0; k < OWNED_KINDS; k++)
			owned_free(&scene->move[i].rows[k]);
	}
	free(scene->move);
	free(scene->cluster_fact);
	for (i = 0; i < scene->ncandidate; i++) {
		request_spec_free(&scene->candidate[i].spec);
		server_group_free(&scene->candidate[i].group);
		migrations_free(&scene->candidate[i].accepted);
		attempts_free(&scene->candidate[i].attempts);
		unexplained_free(&scene->candidate[i].unexplained);
		for (k = 0; k < scene->candidate[i].nvolume; k++)
			volume_owner_free(&scene->candidate[i].volume[k].owner);
	}
	for (i = 0; i < scene->ncell; i++) {
		nova_services_free(&scene->cell[i].services);
		compute_nodes_free(&scene->cell[i].nodes);
	}
	cinder_services_free(&scene->cinder_services);
	owners_free(&scene->owners);
	service_references_free(&scene->references);
	volumes_of_other_free(&scene->volumes_of_other);
	clusters_free(&scene->clusters);
	cluster_rows_free(&scene->cluster_rows);
	quota_free(&scene->quota);
	volume_removal_free(&scene->volume);
	host_mappings_free(&scene->mappings);
	instances_free(&scene->instances);
	bdms_free(&scene->bdms);
	migrations_free(&scene->migrations);
	standing_migrations_free(&scene->standing);
	if (scene->closing) {
		standing_migrations_free(&scene->closing->found);
		action_events_free(&scene->closing->events);
	}
	aggregates_free(&scene->aggregates);
	inventories_free(&scene->inventories);
	providers_free(&scene->sharing);
	for (i = 0; i < scene->ntrait; i++)
		providers_free(&scene->trait[i].providers);
	free(scene->trait);
	for (i = 0; i < scene->nsession; i++)
		sessions_free(&scene->session[i].sessions);
	arena_free(&scene->arena);
}

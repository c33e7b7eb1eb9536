/* SPDX-License-Identifier: Apache-2.0 */
#include "find/scene.h"

#include <stdlib.h>

/* What all have is freed with the whole; the moves of those of which something is done are the whole's, too. */
static void free_each(struct scene *scene)
{
	for (size_t i = 0; scene->each && i < scene->neach + scene->nleft; i++) {
		struct scene *h = &scene->each[i];

		standing_migrations_free(&h->nova.standing);
		if (h->cinder.cluster_fact != scene->cinder.cluster_fact)
			free(h->cinder.cluster_fact);
		h->cinder = (struct cinder_facts){ 0 };
		h->nova = (struct nova_facts){ 0 };
		h->placing = (struct placing_facts){ 0 };
		if (i < scene->neach && scene->subject.move)
			h->subject.nmove = 0;
		scene_free(h);
	}
	free(scene->each);
}

static void free_crowds(struct scene *scene)
{
	for (size_t i = 0; i < scene->ncrowd; i++) {
		scene_free(scene->crowd[i]);
		free(scene->crowd[i]);
	}
	free(scene->crowd);
}

void scene_free(struct scene *scene)
{
	size_t i, k;

	free_each(scene);
	for (i = 0; i < scene->subject.nmove; i++) {
		unfinished_free(&scene->subject.move[i].unfinished);
		for (k = 0; k < OWNED_KINDS; k++)
			owned_free(&scene->subject.move[i].rows[k]);
	}
	free(scene->subject.move);
	free(scene->cinder.cluster_fact);
	for (i = 0; i < scene->nova.ncell; i++) {
		nova_services_free(&scene->nova.cell[i].services);
		compute_nodes_free(&scene->nova.cell[i].nodes);
	}
	cinder_services_free(&scene->cinder.services);
	owners_free(&scene->cinder.owners);
	service_references_free(&scene->subject.references);
	volumes_of_other_free(&scene->subject.volumes_of_other);
	clusters_free(&scene->cinder.clusters);
	cluster_rows_free(&scene->subject.cluster_rows);
	quota_free(&scene->subject.quota);
	volume_removal_free(&scene->subject.volume);
	host_mappings_free(&scene->nova.mappings);
	db_close(&scene->subject.beside);
	instances_free(&scene->subject.instances);
	bdms_free(&scene->subject.bdms);
	migrations_free(&scene->subject.migrations);
	standing_migrations_free(&scene->nova.standing);
	if (scene->subject.closing) {
		standing_migrations_free(&scene->subject.closing->found);
		action_events_free(&scene->subject.closing->events);
	}
	aggregates_free(&scene->placing.aggregates);
	inventories_free(&scene->placing.inventories);
	providers_free(&scene->placing.sharing);
	zone_hosts_free(&scene->placing.zones);
	free(scene->placing.unmirrored);
	for (i = 0; i < scene->placing.ntrait; i++)
		providers_free(&scene->placing.trait[i].providers);
	free(scene->placing.trait);
	neutron_agents_free(&scene->neutron.agents);
	neutron_agents_free(&scene->agents.rows);
	ports_free(&scene->neutron.ports);
	for (i = 0; i < scene->witness.nsession; i++)
		sessions_free(&scene->witness.session[i].sessions);
	fence_agent_free(&scene->power.agent);
	storage_facts_free(&scene->storage);
	free_crowds(scene);
	arena_free(&scene->arena);
}

void scene_borrow(struct scene *scene, const struct scene *common)
{
	*scene = (struct scene){ .request = common->request,
		.world = common->world,
		.run = common->run,
		.who = common->who,
		.cinder = common->cinder,
		.nova = common->nova,
		.placing = common->placing };
}

void scene_give_back(struct scene *scene, struct scene *common)
{
	for (size_t i = common->placing.ntrait; i < scene->placing.ntrait; i++) /* what was asked for in addition */
		scene->placing.trait[i].name = arena_dup(&common->arena, scene->placing.trait[i].name);
	common->placing = scene->placing;
	scene_forget(scene);
}

void scene_forget(struct scene *scene)
{
	standing_migrations_free(&scene->nova.standing);
	free(scene->cinder.cluster_fact);
	scene->cinder = (struct cinder_facts){ 0 };
	scene->nova = (struct nova_facts){ 0 };
	scene->placing = (struct placing_facts){ 0 };
}

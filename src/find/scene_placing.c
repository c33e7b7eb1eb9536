/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "find/fit.h"
#include "find/scene.h"
#include "util/str.h"

struct db *scene_placement_db(const struct scene *scene)
{
	const struct world *w = scene->world;

	if (w->placement_db || w->nova.placement_apart || !scene->nova.api_columns.has_placement)
		return w->placement_db;
	return w->api_db;
}

int scene_find_placing(struct scene *scene, struct error *err)
{
	struct db *placement = scene_placement_db(scene);

	if (aggregates_list(scene->world->api_db, &scene->placing.aggregates, err) != 0)
		return -1;
	if (!placement)
		return 0;
	if (placement_columns_probe(placement, &scene->placing.columns, err) != 0 ||
	    inventories_list(placement, &scene->placing.inventories, err) != 0)
		return -1;
	return scene->placing.columns.has_sharing ? sharing_list(placement, &scene->placing.sharing, err) : 0;
}

/* The host of an instance, in whichever cell it is; NULL: on none, or gone. */
static int host_of(struct scene *scene, const char *uuid, const char **out, struct error *err)
{
	struct instances found;

	*out = NULL;
	for (size_t i = 0; i < scene->nova.ncell && !*out; i++) {
		if (instance_by_uuid(scene->nova.cell[i].cell->db, uuid, &found, err) != 0)
			return -1;
		if (found.n > 0)
			*out = arena_dup(&scene->arena, found.v[0].host);
		instances_free(&found);
	}
	return 0;
}

/* Another candidate of the same group has asked already. */
static const struct candidate *sibling(const struct scene *scene, const struct candidate *c)
{
	for (const struct candidate *o = scene->subject.candidate; o < c; o++)
		if (o->group.exists && str_equal(o->group.uuid, c->group.uuid))
			return o;
	return NULL;
}

static int find_members(struct scene *scene, struct candidate *c, struct error *err)
{
	const struct candidate *asked = sibling(scene, c);
	struct group_members members;
	int rc = 0;

	if (asked) {
		c->group_host = asked->group_host;
		c->ngroup_host = asked->ngroup_host;
		return 0;
	}
	if (group_members_list(scene->world->api_db, c->group.uuid, &members, err) != 0)
		return -1;
	c->group_host = arena_alloc(&scene->arena, members.n * sizeof *c->group_host);
	for (size_t i = 0; i < members.n && rc == 0; i++)
		rc = host_of(scene, members.v[i].instance_uuid, &c->group_host[c->ngroup_host++], err);
	group_members_free(&members);
	return rc;
}

/* Each trait is asked about once, however many ask for it. */
static int find_trait(struct scene *scene, const char *name, struct error *err)
{
	struct trait_fact *fact;

	for (size_t k = 0; k < scene->placing.ntrait; k++)
		if (strcmp(scene->placing.trait[k].name, name) == 0)
			return 0;
	scene->placing.trait = xreallocarray(scene->placing.trait, scene->placing.ntrait + 1, sizeof *scene->placing.trait);
	fact = &scene->placing.trait[scene->placing.ntrait];
	fact->name = name;
	if (trait_providers_list(scene_placement_db(scene), name, &fact->providers, err) != 0)
		return -1;
	scene->placing.ntrait++;
	return 0;
}

/* Of the hosts that are marked disabled, whatever is asked for; then what the instance asks for. */
static int find_traits(struct scene *scene, const struct candidate *c, struct error *err)
{
	if (!scene->placing.columns.has_traits)
		return 0;
	if (find_trait(scene, TRAIT_DISABLED, err) != 0)
		return -1;
	for (const struct ask *a = c->needs.ask; a < c->needs.ask + c->needs.nask; a++)
		if (a->kind != ASK_RESOURCE && find_trait(scene, a->name, err) != 0)
			return -1;
	return 0;
}

int scene_find_group(struct scene *scene, struct candidate *c, struct error *err)
{
	struct db *placement = scene_placement_db(scene);
	size_t n;

	if (placement) {
		if (providers_of_instance(placement, c->instance->uuid, &n, err) != 0 || find_traits(scene, c, err) != 0)
			return -1;
		c->providers = (struct maybe_int){ true, (int64_t)n };
		if (n > 1 &&
		    allocations_unexplained(placement, scene->nova.home->cell->db, c->instance->uuid, c->instance->node,
			&c->unexplained, err) != 0)
			return -1;
	}
	if (server_group_of(scene->world->api_db, &scene->nova.api_columns, c->instance->uuid, &c->group, err) != 0)
		return -1;
	return c->group.exists ? find_members(scene, c, err) : 0;
}

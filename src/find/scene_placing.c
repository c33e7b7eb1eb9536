/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "find/fit.h"
#include "find/scene.h"
#include "util/clock.h"
#include "util/log.h"
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

	if (scene->placing.known)
		return 0;
	scene->placing.known = true;
	if (aggregates_list(scene->world->api_db, &scene->placing.aggregates, err) != 0)
		return -1;
	if (!placement)
		return 0;
	if (placement_columns_probe(placement, &scene->placing.columns, err) != 0 ||
	    inventories_list(placement, &scene->placing.inventories, err) != 0 || scene_find_zones(scene, placement, err) != 0)
		return -1;
	return scene->placing.columns.has_sharing ? sharing_list(placement, &scene->placing.sharing, err) : 0;
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
int scene_find_traits(struct scene *scene, const struct candidate *c, struct error *err)
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

void scene_look_at_marked(struct scene *scene, int64_t life_ms)
{
	struct db *placement = scene_placement_db(scene);
	struct providers now = { 0 };
	struct error err = { 0 };

	if (!placement || clock_monotonic_ms() - scene->placing.marked_ms < life_ms)
		return;
	scene->placing.marked_ms = clock_monotonic_ms();
	for (struct trait_fact *f = scene->placing.trait; f < scene->placing.trait + scene->placing.ntrait; f++) {
		if (strcmp(f->name, TRAIT_DISABLED) != 0)
			continue;
		if (trait_providers_list(placement, f->name, &now, &err) != 0) {
			log_info("not asked: %s", err.text);
			return;
		}
		providers_free(&f->providers);
		f->providers = now;
	}
}

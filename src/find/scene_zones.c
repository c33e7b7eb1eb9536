/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "find/scene.h"
#include "util/mem.h"
#include "util/str.h"
#include "util/words.h"

/* Which hosts of an availability zone placement does not have there. nova-api puts a host's provider into placement's aggregate
 * when the host becomes a member (since 18); of members from before, and where that failed, placement knows nothing. */

enum zones_asked release_asks_zones(const struct release *release, const struct nova_config *config)
{
	if (release->zone_query == ZONE_QUERY_ALWAYS)
		return ZONES_ASKED;
	if (release->zone_query == ZONE_QUERY_NEVER)
		return ZONES_NOT_ASKED;
	if (config->zone_query_said)
		return config->zone_query ? ZONES_ASKED : ZONES_NOT_ASKED;
	return release->zone_query == ZONE_QUERY_ON ? ZONES_PERHAPS_ASKED : ZONES_NOT_ASKED;
}

static int compare_members(const void *one, const void *other)
{
	const struct aggregate_provider *const *a = one, *const *b = other;
	int d = strcmp((*a)->aggregate, (*b)->aggregate);

	return d ? d : strcmp((*a)->uuid, (*b)->uuid);
}

static int compare_hosts(const void *one, const void *other)
{
	const struct zone_host *const *a = one, *const *b = other;

	return strcmp((*a)->host, (*b)->host);
}

static int compare_nodes(const void *one, const void *other)
{
	const struct unmirrored *a = one, *b = other;

	return strcmp(a->node_uuid, b->node_uuid);
}

/* Both sides, each sorted for a search. */
struct sides {
	const struct zone_host **host; /* nova's, by host */
	size_t nhost;
	const struct zone_host **aggregate; /* one row of each of nova's aggregates */
	size_t naggregate;
	const struct aggregate_provider **member; /* placement's */
	size_t nmember;
};

static void take_aggregate(struct sides *sides, const struct zone_host *row)
{
	for (size_t i = 0; i < sides->naggregate; i++)
		if (str_equal(sides->aggregate[i]->uuid, row->uuid))
			return;
	if (row->uuid)
		sides->aggregate[sides->naggregate++] = row;
}

static void sides_open(struct sides *sides, const struct zone_hosts *zones)
{
	*sides = (struct sides){ .host = xcalloc(zones->n + 1, sizeof *sides->host),
		.aggregate = xcalloc(zones->n + 1, sizeof *sides->aggregate) };
	for (size_t i = 0; i < zones->n; i++) {
		sides->host[sides->nhost++] = &zones->v[i];
		take_aggregate(sides, &zones->v[i]);
	}
	vec_sort(sides->host, sides->nhost, sizeof *sides->host, compare_hosts);
}

static void sides_take(struct sides *sides, const struct aggregate_providers *providers)
{
	sides->member = xcalloc(providers->n + 1, sizeof *sides->member);
	for (size_t i = 0; i < providers->n; i++)
		sides->member[sides->nmember++] = &providers->v[i];
	vec_sort(sides->member, sides->nmember, sizeof *sides->member, compare_members);
}

static void sides_close(struct sides *sides)
{
	free(sides->host);
	free(sides->aggregate);
	free(sides->member);
}

/* In any aggregate of this zone. */
static bool is_mirrored(const struct sides *sides, const char *zone, const char *node_uuid)
{
	for (size_t i = 0; i < sides->naggregate; i++) {
		const struct aggregate_provider key = { sides->aggregate[i]->uuid, node_uuid }, *k = &key;

		if (str_equal(sides->aggregate[i]->zone, zone) &&
		    vec_search(&k, sides->member, sides->nmember, sizeof *sides->member, compare_members))
			return true;
	}
	return false;
}

static void look_at_node(struct placing_facts *placing, const struct sides *sides, const struct compute_node *node, size_t *cap)
{
	const struct zone_host key = { .host = node->host }, *k = &key, *const * found;

	found = node->uuid ? vec_search(&k, sides->host, sides->nhost, sizeof *sides->host, compare_hosts) : NULL;
	if (!found || is_mirrored(sides, (*found)->zone, node->uuid))
		return;
	placing->unmirrored = vec_grow(placing->unmirrored, placing->nunmirrored, cap, sizeof *placing->unmirrored);
	placing->unmirrored[placing->nunmirrored++] = (struct unmirrored){ node->uuid, (*found)->host, (*found)->aggregate,
		(*found)->zone };
}

static int find_unmirrored(struct scene *scene, struct db *placement, struct sides *sides, struct error *err)
{
	struct aggregate_providers providers;
	auto_free const char **uuid = xcalloc(sides->naggregate + 1, sizeof *uuid);
	const struct words uuids = { .v = uuid, .n = sides->naggregate };
	size_t cap = 0;

	for (size_t i = 0; i < sides->naggregate; i++)
		uuid[i] = sides->aggregate[i]->uuid;
	if (aggregate_providers_list(placement, &uuids, &providers, err) != 0)
		return -1;
	sides_take(sides, &providers);
	for (size_t k = 0; k < scene->nova.ncell; k++)
		for (size_t i = 0; i < scene->nova.cell[k].nodes.n; i++)
			look_at_node(&scene->placing, sides, &scene->nova.cell[k].nodes.v[i], &cap);
	vec_sort(scene->placing.unmirrored, scene->placing.nunmirrored, sizeof *scene->placing.unmirrored, compare_nodes);
	aggregate_providers_free(&providers);
	return 0;
}

int scene_find_zones(struct scene *scene, struct db *placement, struct error *err)
{
	struct sides sides;
	int rc;

	scene->placing.zones_asked = release_asks_zones(scene->nova.release, &scene->world->nova);
	if (scene->placing.zones_asked == ZONES_NOT_ASKED || !scene->placing.columns.has_aggregates)
		return 0;
	if (zone_hosts_list(scene->world->api_db, &scene->placing.zones, err) != 0)
		return -1;
	sides_open(&sides, &scene->placing.zones);
	rc = find_unmirrored(scene, placement, &sides, err);
	sides_close(&sides);
	scene->placing.zones_known = rc == 0;
	return rc;
}

const struct unmirrored *scene_unmirrored(const struct scene *scene, const char *node_uuid)
{
	const struct unmirrored key = { .node_uuid = node_uuid };

	if (!node_uuid || scene->placing.nunmirrored == 0)
		return NULL;
	return vec_search(&key, scene->placing.unmirrored, scene->placing.nunmirrored, sizeof key, compare_nodes);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "commands.h"
#include "run/list.h"
#include "util/str.h"

static const struct table_column columns[] = {
	{ "name", NULL, false, COLUMN_NAME },
	{ "binary", NULL, false, COLUMN_TEXT },
	{ "disabled", NULL, false, COLUMN_TEXT },
	{ "disabled_reason", NULL, true, COLUMN_SENTENCE },
	{ "frozen", NULL, true, COLUMN_TEXT },
	{ "state", NULL, false, COLUMN_TEXT },
	{ "heartbeat_age_s", NULL, false, COLUMN_AGE },
	{ "hosts", NULL, false, COLUMN_NUMBER },
	{ "down_hosts", NULL, false, COLUMN_NUMBER },
};

/* A cluster is up while one of its services is. */
static void add_cluster_members(struct table *t, const struct scene *scene, const struct cluster *cluster)
{
	const struct cinder_service *s;
	int64_t hosts = 0, down = 0;
	struct maybe_int age = { 0 };

	for (s = scene->cinder.services.v; s < scene->cinder.services.v + scene->cinder.services.n; s++) {
		if (strcmp(s->binary, cluster->binary) != 0 || !str_equal(s->cluster_name, cluster->name))
			continue;
		hosts++;
		down += !cinder_service_is_up(s, scene->cinder.down_s);
		if (s->heartbeat_age_s.set && (!age.set || s->heartbeat_age_s.v < age.v))
			age = s->heartbeat_age_s;
	}
	table_text(t, "state", hosts > down ? "up" : "down");
	if (age.set)
		table_int(t, "heartbeat_age_s", age.v);
	table_int(t, "hosts", hosts);
	table_int(t, "down_hosts", down);
}

static int fill_clusters(struct scene *scene, struct table *t, struct error *err)
{
	if (scene_find_cinder(scene, err) != 0 || clusters_list(scene->world->cinder_db, &scene->cinder.clusters, err) != 0)
		return -1;
	table_say_none(t, "No clusters: cinder is not configured active-active.");
	for (const struct cluster *c = scene->cinder.clusters.v; c < scene->cinder.clusters.v + scene->cinder.clusters.n; c++) {
		table_add(t);
		table_members(t, struct cluster, c, name, binary, disabled, disabled_reason, frozen);
		add_cluster_members(t, scene, c);
	}
	return 0;
}

static const struct listing cluster_list = { .needs = NEEDS_CINDER, LISTED(columns), .fill = fill_clusters };

static enum error_kind run_cluster_list(const struct request *request, struct error *err)
{
	return run_listing(&cluster_list, request, err);
}

/* clang-format off */
const struct command command_cluster_list = {
	.noun = "cluster", .verb = "list",
	.sentence = "cinder's active-active clusters, up or down",
	.config_file_is = "cinder",
	.run = run_cluster_list,
};

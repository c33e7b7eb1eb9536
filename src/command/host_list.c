/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "find/moves.h"
#include "run/list.h"
#include "util/str.h"

static const struct table_column columns[] = {
	{ "host", NULL, false, COLUMN_NAME },
	{ "zone", NULL, false, COLUMN_NAME },
	{ "state", NULL, false, COLUMN_TEXT },
};

static bool came_before(const struct cinder_service *first, const struct cinder_service *s)
{
	for (const struct cinder_service *o = first; o < s; o++)
		if (strcmp(o->host, s->host) == 0)
			return true;
	return false;
}

/* A host is up when any service of that name is. */
static bool is_host_up(const struct scene *scene, const char *host)
{
	for (size_t i = 0; i < scene->cinder.services.n; i++)
		if (strcmp(scene->cinder.services.v[i].host, host) == 0 &&
		    cinder_service_is_up(&scene->cinder.services.v[i], scene->cinder.down_s))
			return true;
	return false;
}

static int check_zone(const struct scene *scene, struct error *err)
{
	const struct cinder_services *all = &scene->cinder.services;
	const char **known = xcalloc(all->n, sizeof *known);
	bool found = false;
	size_t n = 0, i, k;

	for (i = 0; i < all->n; i++) {
		found |= str_equal(all->v[i].zone, scene->request->what.zone);
		for (k = 0; k < n && !str_equal(known[k], all->v[i].zone); k++)
			;
		if (all->v[i].zone && k == n)
			known[n++] = all->v[i].zone;
	}
	if (!found)
		scene_unknown("availability zone", scene->request->what.zone, known, n, "evac-manage host list", err);
	free(known);
	return found ? 0 : -1;
}

static int fill_hosts(struct scene *scene, struct table *t, struct error *err)
{
	const struct cinder_service *first, *s;

	if (scene_find_cinder(scene, err) != 0 || (scene->request->what.zone && check_zone(scene, err) != 0))
		return -1;
	table_say_none(t, "No hosts: cinder has no services.");
	first = scene->cinder.services.v;
	for (s = first; s < first + scene->cinder.services.n; s++) {
		if (came_before(first, s) || (scene->request->what.zone && !str_equal(s->zone, scene->request->what.zone)))
			continue;
		table_add(t);
		table_text(t, "host", s->host);
		table_text(t, "zone", s->zone);
		table_text(t, "state", is_host_up(scene, s->host) ? "up" : "down");
	}
	return 0;
}

static const struct listing host_list = { .needs = NEEDS_CINDER, LISTED(columns), .fill = fill_hosts };

static enum error_kind run_host_list(const struct request *request, struct error *err)
{
	return run_listing(&host_list, request, err);
}

/* clang-format off */
static const struct argument_spec arguments[] = {
	{ .metavar = "ZONE", .type = OPTION_TEXT, .offset = AT(what.zone), .optional = true, .sentence = "only hosts of this zone" },
	{ 0 }
};

const struct command command_host_list = {
	.noun = "host", .verb = "list",
	.sentence = "the hosts of cinder's services, up or down",
	.config_file_is = "cinder",
	.arguments = arguments,
	.run = run_host_list,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "find/moves.h"
#include "find/services.h"
#include "run/list.h"
#include "util/lang.h"
#include "util/str.h"

static const struct table_column columns[] = {
	{ "service", NULL, false, COLUMN_TEXT | COLUMN_SPARE },
	{ "binary", NULL, false, COLUMN_TEXT },
	{ "host", NULL, false, COLUMN_NAME },
	{ "cell", NULL, false, COLUMN_NAME | COLUMN_SPARE },
	{ "zone", NULL, false, COLUMN_NAME | COLUMN_SPARE },
	{ "disabled", NULL, false, COLUMN_TEXT },
	{ "disabled_reason", NULL, true, COLUMN_SENTENCE },
	{ "forced_down", NULL, true, COLUMN_TEXT },
	{ "state", NULL, false, COLUMN_TEXT },
	{ "heartbeat_age_s", NULL, false, COLUMN_AGE },
	{ "consumers", NULL, false, COLUMN_NUMBER },
	{ "sessions", NULL, false, COLUMN_NUMBER },
	{ "version", NULL, true, COLUMN_NUMBER },
};

/* A witness that does not answer says nothing and is not asked again: the cells stay null. */
static void look_for_consumers(const struct world *w, struct bus **bus, struct service_queue *queues, size_t n)
{
	struct error err = { 0 };

	if (!*bus || service_queues_look(*bus, queues, n, &err) == 0)
		return;
	absences_add(w->absences, &err, NULL);
	*bus = NULL;
}

static void add_consumers(struct table *table, const struct service_queue *queue)
{
	if (queue->known)
		table_int(table, "consumers", (int64_t)queue->consumers);
}

/* Sessions of its node in the databases; null when no server was asked. */
static void add_session_count(struct table *table, const struct scene *scene, const char *host)
{
	auto_free char *node = xstrndup(host, strcspn(host, "@"));

	if (scene->witness.nsession > 0)
		table_int(table, "sessions", (int64_t)scene_sessions_of(scene, node));
}

static bool is_shown(const struct request *request, const char *host, bool up)
{
	return (!request->what.host || host_is_on_node(host, request->what.host) ||
		   host_is_on_backend(host, request->what.host)) &&
	    !(request->what.down && up);
}

static void add_cinder_services(struct scene *scene, struct bus **bus, struct table *table)
{
	const struct cinder_services *all = &scene->cinder.services;
	struct service_queue *queues = arena_alloc(&scene->arena, (all->n + 1) * sizeof *queues), *q = queues;

	for (const struct cinder_service *s = all->v; s < all->v + all->n; s++)
		if (is_shown(scene->request, s->host, cinder_service_is_up(s, scene->cinder.down_s)))
			*q++ = (struct service_queue){ .binary = s->binary, .host = s->host };
	look_for_consumers(scene->world, bus, queues, (size_t)(q - queues));
	q = queues;
	for (const struct cinder_service *s = all->v; s < all->v + all->n; s++) {
		bool up = cinder_service_is_up(s, scene->cinder.down_s);

		if (!is_shown(scene->request, s->host, up))
			continue;
		table_add(table);
		table_text(table, "service", "cinder");
		table_members(table, struct cinder_service, s, binary, host, zone, disabled, disabled_reason, heartbeat_age_s);
		table_text(table, "state", up ? "up" : "down");
		add_consumers(table, q++);
		add_session_count(table, scene, s->host);
	}
}

static void add_nova_services(struct scene *scene, const struct cell_facts *cell, struct bus **bus, struct table *table)
{
	const struct nova_services *all = &cell->services;
	struct service_queue *queues = arena_alloc(&scene->arena, (all->n + 1) * sizeof *queues), *q = queues;

	for (const struct nova_service *s = all->v; s < all->v + all->n; s++)
		if (is_shown(scene->request, s->host, nova_service_is_up(s, scene->nova.down_s)))
			*q++ = (struct service_queue){ .binary = s->binary, .host = s->host };
	look_for_consumers(scene->world, bus, queues, (size_t)(q - queues));
	q = queues;
	for (const struct nova_service *s = all->v; s < all->v + all->n; s++) {
		bool up = nova_service_is_up(s, scene->nova.down_s);

		if (!is_shown(scene->request, s->host, up))
			continue;
		table_add(table);
		table_text(table, "service", "nova");
		table_members(table, struct nova_service, s, binary, host, disabled, disabled_reason, forced_down,
		    heartbeat_age_s, version);
		table_text(table, "cell", cell->cell->name);
		table_text(table, "state", up ? "up" : "down");
		add_consumers(table, q++);
		add_session_count(table, scene, s->host);
	}
}

static struct bus *open_cinder_bus(const struct world *w)
{
	const struct bus_options options = { .config = &w->cinder.bus, .label = "cinder's broker" };
	struct error err = { 0 };
	struct bus *bus = NULL;

	if (w->has_cinder_config && w->cinder.has_bus && bus_open(&options, &bus, &err) != 0)
		absences_add(w->absences, &err, NULL);
	return bus;
}

static void say_no_services(const struct request *request, struct table *table)
{
	if (request->what.host)
		table_say_none(table, request->what.down ? "No services of '%s' are down." : "No services on '%s'.",
		    request->what.host);
	else
		table_say_none(table, request->what.down ? "No services are down." : "No services.");
}

/* A name that no service has may be an owner's. */
static bool names_a_node(const struct request *request)
{
	return request->what.host && !strchr(request->what.host, '@');
}

static int fill_services(struct scene *scene, struct table *table, struct error *err)
{
	const struct world *w = scene->world;
	struct bus *cinder_bus, *nova_asked = w->bus, *cinder_asked;

	if (!w->cinder_db && !w->api_db)
		return world_has_nothing(w, err);
	if (w->cinder_db &&
	    (names_a_node(scene->request) ? scene_find_cinder_near : scene_find_cinder_services)(scene, err) != 0)
		return -1;
	if (w->api_db && scene_find_nova(scene, err) != 0)
		return -1;
	if (names_a_node(scene->request) && scene_check_node(scene, scene->request->what.host, err) != 0)
		return -1;
	scene_find_sessions(scene);
	scene_index_addresses(scene);
	say_no_services(scene->request, table);
	for (size_t i = 0; i < scene->nova.ncell; i++)
		add_nova_services(scene, &scene->nova.cell[i], &nova_asked, table);
	cinder_asked = cinder_bus = open_cinder_bus(w);
	add_cinder_services(scene, &cinder_asked, table);
	bus_close(&cinder_bus);
	return 0;
}

static const struct listing service_list = { .needs = WITNESS_CINDER | WITNESS_NOVA | WITNESS_BUS,
	LISTED(columns),
	.fill = fill_services };

static enum error_kind run_service_list(const struct request *request, struct error *err)
{
	return run_listing(&service_list, request, err);
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "host", .type = OPTION_HOST, .offset = AT(what.host), .metavar = "HOST", .sentence = "only the services of this host" },
	{ .name = "down", .type = OPTION_FLAG, .offset = AT(what.down), .sentence = "only services that no longer report" },
	{ 0 }
};

const struct command command_service_list = {
	.noun = "service", .verb = "list",
	.sentence = "nova's and cinder's services, up or down",
	.details = "An old heartbeat does not mean that the host is dead. The list also shows the consumers of the host's queues and its "
		"database sessions.\n\n"
		"Example:\n"
		"  evac-manage service list --host ctl1 --down",
	.options = options,
	.run = run_service_list,
};

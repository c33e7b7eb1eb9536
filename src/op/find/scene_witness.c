/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "op/scene.h"
#include "util/http.h"
#include "util/log.h"
#include "util/str.h"

#define API_TIMEOUT_MS 2000

static void not_asked(const struct error *err)
{
	log_info("not asked: %s", err->text);
}

static void add_consumer(struct scene *scene, struct bus **bus, const char *queue)
{
	struct consumer_fact *more = arena_alloc(&scene->arena, (scene->nconsumer + 1) * sizeof *more);
	struct error err = { 0 };

	if (scene->nconsumer)
		memcpy(more, scene->consumer, scene->nconsumer * sizeof *more);
	more[scene->nconsumer].queue = arena_dup(&scene->arena, queue);
	if (!*bus)
		return;
	if (bus_queue_look(*bus, queue, &more[scene->nconsumer].now, &err) != 0) {
		not_asked(&err);
		bus_close(bus);
		return;
	}
	scene->consumer = more;
	scene->nconsumer++;
}

/* Computes listen on their cell's broker, which need not be the one that nova-api casts on. NULL: it could not be reached, or the
 * mapping names none. */
static struct bus *open_cell_bus(const struct scene *scene)
{
	const struct world *w = scene->world;
	struct broker_config config = w->nova.bus;
	struct bus_options options = { .config = &config, .label = "the cell's broker" };
	struct error err = { 0 };
	struct bus *bus = NULL;

	for (size_t i = 0; i < w->mappings.n; i++) {
		const struct cell_mapping *m = &w->mappings.v[i];
		auto_free char *text = NULL;

		if (m->id != scene->home->cell->id || !m->transport_url)
			continue;
		text = config_expand_cell_url(m->transport_url, w->nova.transport_text);
		if (transport_url_parse(text, "nova_api.cell_mappings", &config.url, &err) != 0) {
			not_asked(&err);
			return NULL;
		}
		if (config.url.nbroker > 0 && bus_open(&options, &bus, &err) != 0)
			not_asked(&err);
		transport_url_free(&config.url);
	}
	return bus;
}

static void find_compute_consumers(struct scene *scene)
{
	struct bus *bus = open_cell_bus(scene);
	auto_free char *queue = xasprintf("compute.%s", scene->host);

	add_consumer(scene, &bus, queue);
	bus_close(&bus);
}

static void find_volume_consumers(struct scene *scene)
{
	const struct world *w = scene->world;
	const struct bus_options options = { .config = &w->cinder.bus, .label = "cinder's broker" };
	struct error err = { 0 };
	struct bus *bus = NULL;

	if (!w->has_cinder_config || !w->cinder.has_bus)
		return;
	if (bus_open(&options, &bus, &err) != 0)
		not_asked(&err);
	for (size_t i = 0; i < scene->cinder_services.n && bus; i++) {
		const struct cinder_service *s = &scene->cinder_services.v[i];
		auto_free char *queue = NULL;

		if (strcmp(s->binary, "cinder-volume") != 0 || !host_is_on_node(s->host, scene->host))
			continue;
		queue = xasprintf("cinder-volume.%s.%.*s", s->host, (int)strcspn(s->host, "@"), s->host);
		add_consumer(scene, &bus, queue);
	}
	bus_close(&bus);
}

static void add_sessions(struct scene *scene, struct db *db, unsigned down_s)
{
	struct session_fact *fact = &scene->session[scene->nsession];
	struct error err = { 0 };

	if (!db || scene->nsession == sizeof scene->session / sizeof *scene->session)
		return;
	*fact = (struct session_fact){ .server = db_label(db), .down_s = down_s };
	if (sessions_list(db, &fact->sessions, &err) != 0)
		not_asked(&err);
	else
		scene->nsession++;
}

static void find_nova_api(struct scene *scene)
{
	const struct nova_config *nova = &scene->world->nova;

	if (nova->api_listen && http_answers(nova->api_listen, nova->api_port, API_TIMEOUT_MS))
		scene->nova_api = arena_printf(&scene->arena, "http://%s:%u/", nova->api_listen, nova->api_port);
}

void scene_find_witnesses(struct scene *scene)
{
	find_compute_consumers(scene);
	find_volume_consumers(scene);
	add_sessions(scene, scene->home->cell->db, scene->nova_down_s);
	add_sessions(scene, scene->world->api_db, scene->nova_down_s);
	add_sessions(scene, scene->world->cinder_db, scene->cinder_down_s);
	find_nova_api(scene);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "find/scene.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/shell.h"
#include "util/str.h"

static void keep_queues_absent(struct scene *scene, const struct error *err)
{
	log_info("not asked: %s", err->text);
	if (err->kind == ERROR_BUS_UNREACHABLE) /* one that is not configured is none */
		absences_add(scene->world->absences, err, NULL);
	scene->bus.queues_absent = arena_dup(&scene->arena, err->text);
}

/* Closes the broker that does not answer: the next queue is not asked for there. */
static void add_queue(struct scene *scene, struct bus **bus, const char *queue, bool reports)
{
	struct consumer_fact *more = arena_alloc(&scene->arena, (scene->bus.nconsumer + 1) * sizeof *more);
	struct error err = { 0 };

	if (scene->bus.nconsumer)
		memcpy(more, scene->bus.consumer, scene->bus.nconsumer * sizeof *more);
	more[scene->bus.nconsumer] = (struct consumer_fact){ .queue = arena_dup(&scene->arena, queue), .reports = reports };
	if (!*bus)
		return;
	if (bus_queue_look(*bus, queue, &more[scene->bus.nconsumer].now, &err) != 0) {
		keep_queues_absent(scene, &err);
		bus_close(bus);
		return;
	}
	scene->bus.consumer = more;
	scene->bus.nconsumer++;
}

void cell_bus_open(const struct world *w, const struct nova_cell *cell, struct cell_bus *out, struct error *err)
{

	*out = (struct cell_bus){ .config = w->nova.bus };
	out->config.url = (struct transport_url){ 0 };
	if (out->config.trouble && out->config.trouble->code == ENODATA)
		out->config.trouble = NULL; /* nova.conf names no broker, and the cell does */
	for (size_t i = 0; i < w->mappings.n; i++) {
		const struct cell_mapping *m = &w->mappings.v[i];
		auto_free char *text = NULL;

		if (m->id != cell->id || !m->transport_url[0])
			continue;
		text = config_expand_cell_url(m->transport_url, w->nova.transport_text);
		if (transport_url_parse(text, "nova_api.cell_mappings", &out->config.url, err) != 0)
			return;
		if (out->config.url.nbroker > 0)
			bus_open(&(struct bus_options){ .config = &out->config, .label = "the cell's broker" }, &out->bus, err);
		return;
	}
}

void cell_bus_close(struct cell_bus *cell)
{
	bus_close(&cell->bus);
	transport_url_free(&cell->config.url);
}

bool queue_is_of_compute(const char *queue)
{
	return str_starts(queue, "compute.") || str_starts(queue, "compute-alt.");
}

/* Only nova 33 and later have it: it is a fact where it is there. */
static void add_second_queue(struct scene *scene, struct bus **bus, bool reports)
{
	auto_free char *queue = xasprintf("compute-alt.%s", scene->subject.host);
	size_t n = scene->bus.nconsumer;

	if (!*bus)
		return;
	add_queue(scene, bus, queue, reports);
	if (scene->bus.nconsumer > n && !scene->bus.consumer[n].now.exists)
		scene->bus.nconsumer = n;
}

static void find_of_compute(struct scene *scene)
{
	auto_free char *queue = xasprintf("compute.%s", scene->subject.host);
	bool reports = scene->nova.compute && nova_service_is_up(scene->nova.compute, scene->nova.down_s);
	struct error err = { 0 };
	struct cell_bus cell;

	cell_bus_open(scene->world, scene->nova.home->cell, &cell, &err);
	if (err.kind)
		keep_queues_absent(scene, &err);
	add_queue(scene, &cell.bus, queue, reports);
	add_second_queue(scene, &cell.bus, reports);
	cell_bus_close(&cell);
}

/* Their queues, each with the host that reads it. */
static size_t queues_of_computes(const struct cell_facts *cell, struct arena *arena, struct waiting_queue *out)
{
	size_t n = 0;

	for (const struct nova_service *s = cell->services.v; s < cell->services.v + cell->services.n; s++) {
		if (strcmp(s->binary, "nova-compute") != 0)
			continue;
		out[n++] = (struct waiting_queue){ .host = s->host, .queue = arena_printf(arena, "compute.%s", s->host) };
		if (s->version >= COMPUTE_HAS_SECOND_QUEUE)
			out[n++] = (struct waiting_queue){ .host = s->host,
				.queue = arena_printf(arena, "compute-alt.%s", s->host) };
	}
	return n;
}

static int look_at_computes(struct bus *bus, const struct cell_facts *cell, struct arena *arena, struct waiting_queues *out,
    struct error *err)
{
	size_t n = queues_of_computes(cell, arena, out->v), looked;
	const char **queue = arena_alloc(arena, (n + 1) * sizeof *queue);
	struct bus_queue *now = arena_alloc(arena, (n + 1) * sizeof *now);
	int rc;

	for (size_t i = 0; i < n; i++)
		queue[i] = out->v[i].queue;
	rc = bus_queues_look(bus, queue, n, now, &looked, err);
	for (size_t i = 0; i < looked; i++)
		if (now[i].messages > 0) {
			out->v[out->n] = out->v[i];
			out->v[out->n++].messages = now[i].messages;
		}
	return rc;
}

void scene_find_waiting(const struct scene *scene, const struct cell_facts *cell, struct arena *arena,
    struct waiting_queues *out)
{
	struct error err = { 0 };
	struct cell_bus on;

	cell_bus_open(scene->world, cell->cell, &on, &err);
	*out = (struct waiting_queues){ .v = arena_alloc(arena, (2 * cell->services.n + 1) * sizeof *out->v) };
	if (!on.bus && !err.kind)
		error_set(&err, ERROR_CONFIG, "cell_mappings has no transport_url for cell '%s'", cell->cell->name);
	if (on.bus)
		look_at_computes(on.bus, cell, arena, out, &err);
	out->absent = err.kind ? arena_dup(arena, err.text) : NULL;
	cell_bus_close(&on);
}

static bool has_cinder_services(const struct scene *scene)
{
	for (size_t i = 0; i < scene->cinder.services.n; i++)
		if (scene_is_failed_node(scene, scene->cinder.services.v[i].host))
			return true;
	return false;
}

static void find_of_cinder(struct scene *scene)
{
	const struct world *w = scene->world;
	const struct bus_options options = { .config = &w->cinder.bus, .label = "cinder's broker" };
	auto_str struct str queue = { 0 };
	struct error err = { 0 };
	struct bus *bus = NULL;

	if (!w->has_cinder_config || !has_cinder_services(scene))
		return;
	if (!w->cinder.has_bus)
		error_set(&err, ERROR_CONFIG, "cinder's configuration has no transport_url");
	if (!w->cinder.has_bus || bus_open(&options, &bus, &err) != 0)
		keep_queues_absent(scene, &err);
	for (size_t i = 0; i < scene->cinder.services.n && bus; i++) {
		const struct cinder_service *s = &scene->cinder.services.v[i];

		if (!scene_is_failed_node(scene, s->host) ||
		    (strcmp(s->binary, "cinder-volume") != 0 && strcmp(s->binary, "cinder-backup") != 0))
			continue;
		cinder_service_queue(s->binary, s->host, &queue);
		add_queue(scene, &bus, queue.s, cinder_service_is_up(s, scene->cinder.down_s));
	}
	bus_close(&bus);
}

void scene_find_queues(struct scene *scene)
{
	scene->bus.nconsumer = 0;
	scene->bus.queues_absent = NULL;
	if (scene->nova.home)
		find_of_compute(scene);
	find_of_cinder(scene);
}

void queue_add_remedy(const char *queue, struct str *out)
{
	auto_str struct str word = { 0 };

	shell_add_word(&word, queue);
	str_addf(out,
	    _("before the failed host is started again: rabbitmqctl purge_queue %s; then send through the API again what is still wanted"),
	    word.s);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "bus/cast.h"
#include "find/scene.h"
#include "find/words.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/shell.h"
#include "util/str.h"
#include "util/uuid.h"

#define BACKLOG_MS 1000

static void keep_lowest(int64_t *lowest, int64_t version)
{
	if (version && (!*lowest || version < *lowest))
		*lowest = version;
}

/* nova counts every nova-compute that is not forced down for its minimum (objects/service.py: get_minimum_version_multi). */
static void note_versions(struct scene *scene, const struct nova_services *services)
{
	for (const struct nova_service *s = services->v; s < services->v + services->n; s++) {
		bool up = nova_service_is_up(s, scene->nova.down_s);

		if (strcmp(s->binary, "nova-conductor") == 0 && up) {
			keep_lowest(&scene->nova.conductor_version, s->version);
			if (s->version > scene->nova.newest_conductor)
				scene->nova.newest_conductor = s->version;
		} else if (strcmp(s->binary, "nova-conductor") == 0)
			keep_lowest(&scene->nova.silent_conductor, s->version);
		if (strcmp(s->binary, "nova-compute") == 0 && !s->forced_down)
			keep_lowest(&scene->nova.compute_version, s->version);
	}
}

/* By [site] nova_release where that is of the same one. */
static const struct release *release_here(struct scene *scene, int64_t service_version)
{
	struct release *r = arena_alloc(&scene->arena, sizeof *r);

	*r = release_with_point(release_of(service_version), scene->world->site.nova_release);
	return r;
}

void scene_ask_nova(struct scene *scene)
{
	const struct world *w = scene->world;

	if (scene->nova.asked)
		return;
	for (size_t i = 0; i < w->ncell; i++) {
		nova_services_ahead(w->cell[i].db);
		compute_nodes_ahead(w->cell[i].db);
	}
	if (w->api_db)
		host_mappings_ahead(w->api_db);
	scene->nova.asked = true;
}

int scene_find_nova(struct scene *scene, struct error *err)
{
	const struct world *w = scene->world;
	size_t i;

	scene_ask_nova(scene);
	scene->nova.down_s = w->nova.service_down_time_s;
	scene->nova.cell = arena_alloc(&scene->arena, w->ncell * sizeof *scene->nova.cell);
	for (i = 0; i < w->ncell; i++) {
		scene->nova.cell[i].cell = &w->cell[i];
		scene->nova.ncell = i + 1;
		if (nova_services_list(w->cell[i].db, &scene->nova.cell[i].services, err) != 0 ||
		    compute_nodes_list(w->cell[i].db, &scene->nova.cell[i].nodes, err) != 0)
			return -1;
		note_versions(scene, &scene->nova.cell[i].services);
	}
	scene->nova.release = release_here(scene,
	    scene->nova.conductor_version ? scene->nova.conductor_version : scene->nova.silent_conductor);
	if (api_columns_probe(w->api_db, &scene->nova.api_columns, err) != 0)
		return -1;
	return host_mappings_list(w->api_db, &scene->nova.mappings, err);
}

void scene_note_builders(struct scene *scene)
{
	const struct nova_services *all = &scene->nova.home->services;

	for (const struct nova_service *s = all->v; s < all->v + all->n; s++)
		if (strcmp(s->binary, "nova-compute") == 0 && strcmp(s->host, scene->subject.host) != 0 &&
		    nova_service_is_up(s, scene->nova.down_s))
			keep_lowest(&scene->nova.builder_version, s->version);
}

/* The same command again: what an evacuation has taken away from the host is no mistyped name, nor is any word of the run that
 * goes on. */
static void find_gone(const struct scene *scene, struct nameables *out)
{
	const struct words *const words[] = { &scene->request->what.only, &scene->request->what.exclude };

	for (const struct standing_migration *m = scene->nova.standing.v; m < scene->nova.standing.v + scene->nova.standing.n;
	     m++)
		if (migration_is_evacuation(m) && !str_equal(m->instance_host, scene->subject.host))
			nameables_add(out, m->instance_uuid, m->instance_name);
	for (size_t w = 0; scene->request->what.resume && w < sizeof words / sizeof *words; w++)
		for (size_t i = 0; i < words[w]->n; i++)
			nameables_add(out, words[w]->v[i], NULL);
}

/* ${word} as uuids: a name may be of several. */
static int add_uuids_of(const struct scene *scene, const char *word, struct arena *arena, struct words *out, size_t *cap,
    struct error *err)
{
	struct instances named = { 0 };
	struct uuid uuid;
	bool is_uuid = uuid_parse(word, &uuid);

	if (!is_uuid && instances_by_name(scene->nova.home->cell->db, word, &named, err) != 0)
		return -1;
	for (size_t i = 0; i < (is_uuid ? 1 : named.n); i++) {
		out->v = vec_grow(out->v, out->n, cap, sizeof *out->v);
		out->v[out->n++] = arena_dup(arena, is_uuid ? uuid.text : named.v[i].uuid);
	}
	instances_free(&named);
	return 0;
}

/* Of the words that are not of the host, and not known to have left it. */
static int unknown_uuids(const struct scene *scene, const struct nameables *known, const struct nameables *gone,
    struct arena *arena, struct words *out, struct error *err)
{
	const struct words *const asked[] = { &scene->request->what.only, &scene->request->what.exclude };
	size_t cap = 0;

	for (size_t w = 0; w < sizeof asked / sizeof *asked; w++)
		for (size_t i = 0; i < asked[w]->n; i++)
			if (!nameables_have(known, asked[w]->v[i]) && !nameables_have(gone, asked[w]->v[i]) &&
			    add_uuids_of(scene, asked[w]->v[i], arena, out, &cap, err) != 0)
				return -1;
	return 0;
}

/* A host that has returned and cleaned up has no standing evacuation any more, and what a tenant deletes meanwhile none at all.
 */
static int find_who_left(const struct scene *scene, const struct nameables *known, struct nameables *gone, struct error *err)
{
	struct words uuids = { 0 };
	struct left_instances left = { 0 };
	struct arena arena = { 0 };
	int rc;

	if (!scene->nova.home)
		return 0;
	rc = unknown_uuids(scene, known, gone, &arena, &uuids, err);
	if (rc == 0)
		rc = instances_that_left(scene->nova.home->cell->db, &uuids, &left, err);
	for (const struct left_instance *l = left.v; rc == 0 && l < left.v + left.n; l++) {
		if (!str_equal(l->source_compute, scene->subject.host) &&
		    !(l->is_deleted && str_equal(l->host, scene->subject.host)))
			continue;
		nameables_add(gone, l->uuid, l->name);
		gone->v[gone->n - 1].deleted = l->is_deleted;
	}
	left_instances_free(&left);
	free(uuids.v);
	arena_free(&arena);
	return rc;
}

static void add_nameable_instances(const struct scene *scene, struct nameables *known)
{
	for (size_t i = 0; i < scene->subject.instances.n; i++)
		nameables_add(known, scene->subject.instances.v[i].uuid, scene->subject.instances.v[i].name);
}

/* A host of an aggregate or a zone may be left out. */
static void add_nameable_hosts(const struct scene *scene, struct nameables *known)
{
	for (size_t c = 0; c < scene->nova.ncell; c++)
		for (size_t i = 0; i < scene->nova.cell[c].services.n; i++)
			if (strcmp(scene->nova.cell[c].services.v[i].binary, "nova-compute") == 0)
				nameables_add(known, scene->nova.cell[c].services.v[i].host, NULL);
}

/* Those of which nothing is done have instances, too. */
int scene_check_words_of_all(const struct scene *scene, struct error *err)
{
	struct nameables known = { 0 }, gone = { 0 };
	auto_str struct str list = { 0 };
	int rc = 0;

	str_add(&list, "evac-manage instance list --host ");
	shell_add_word(&list, scene->each[0].own.what.host);
	for (const struct scene *h = scene->each; h < scene->each + scene->neach + scene->nleft; h++) {
		add_nameable_instances(h, &known);
		find_gone(h, &gone);
	}
	add_nameable_hosts(scene, &known);
	for (const struct scene *h = scene->each; rc == 0 && h < scene->each + scene->neach + scene->nleft; h++)
		rc = find_who_left(h, &known, &gone, err);
	if (rc == 0)
		rc = request_check_words(scene->request, &known, &gone, N_("instance"), list.s, err);
	nameables_free(&known);
	nameables_free(&gone);
	return rc;
}

static int check_instance_words(const struct scene *scene, struct error *err)
{
	struct nameables known = { 0 }, gone = { 0 };
	auto_str struct str list = { 0 };
	int rc;

	str_add(&list, "evac-manage instance list --host ");
	shell_add_word(&list, scene->subject.host);
	add_nameable_instances(scene, &known);
	find_gone(scene, &gone);
	rc = find_who_left(scene, &known, &gone, err);
	if (rc == 0)
		rc = request_check_words(scene->request, &known, &gone, N_("instance"), list.s, err);
	nameables_free(&known);
	nameables_free(&gone);
	return rc;
}

static int compare_instances(int64_t a, int64_t b)
{
	return a < b ? 1 : a > b ? -1 : 0;
}

/* What [order] puts first comes first. Then volume-backed ones: whether the computes may talk to cinder without a token shows
 * at the first of them. One that is in ERROR comes after the others of its like: whatever brought it there may be its own, and
 * the first of a kind speaks for all. Then the biggest, which have the fewest places to go to. */
static int biggest_first(const void *one, const void *other)
{
	const struct candidate *a = one, *b = other;
	int order = rank_compare(&a->rank, &b->rank);

	if (order == 0)
		order = compare_instances(instance_boots_from_volume(a->instance), instance_boots_from_volume(b->instance));
	if (order == 0)
		order = compare_instances(str_equal(b->instance->vm_state, "error"), str_equal(a->instance->vm_state, "error"));
	if (order == 0)
		order = compare_instances(a->needs.memory_mb, b->needs.memory_mb);
	if (order == 0)
		order = compare_instances(a->needs.vcpus, b->needs.vcpus);
	return order ? order : compare_instances(b->instance->id, a->instance->id);
}

void scene_rank_candidates(struct scene *scene)
{
	if (order_config_is_used(&scene->world->site.order))
		candidates_rank(&scene->world->site.order, scene->subject.candidate, scene->subject.ncandidate, &scene->arena);
	scene_sort_candidates(scene);
}

void scene_sort_candidates(struct scene *scene)
{
	vec_sort(scene->subject.candidate, scene->subject.ncandidate, sizeof *scene->subject.candidate, biggest_first);
}

static int find_candidates(struct scene *scene, struct error *err)
{
	if (!scene->whole && check_instance_words(scene, err) != 0)
		return -1;
	if (scene_find_placing(scene, err) != 0 || scene_find_candidates(scene, err) != 0)
		return -1;
	scene_rank_candidates(scene);
	scene_find_network(scene);
	scene_find_disks(scene);
	return 0;
}

int scene_find_instances(struct scene *scene, struct error *err)
{
	if (instances_on_host(scene->nova.home->cell->db, scene->subject.host, &scene->subject.instances, err) != 0)
		return -1;
	return find_candidates(scene, err);
}

/* Every cell is asked, for a uuid too: the mapping may be missing, and that is worth saying later. */
static int find_by_id(struct scene *scene, const char *id, struct error *err)
{
	struct instances *out = &scene->subject.instances, found;
	struct uuid uuid;
	size_t total = 0;

	*out = (struct instances){ 0 };
	for (size_t i = 0; i < scene->world->ncell; i++) {
		struct db *cell = scene->world->cell[i].db;

		if ((uuid_parse(id, &uuid) ? instance_by_uuid(cell, uuid.text, &found, err) :
					     instances_by_name(cell, id, &found, err)) != 0)
			return -1;
		total += found.n;
		if (found.n > 0 && out->n == 0) {
			*out = found;
			scene->subject.cell = i;
		} else {
			instances_free(&found);
		}
	}
	if (total > 1 && uuid_parse(id, &uuid)) {
		if (!scene->subject.evacuates) { /* to be shown, the first of them will do: it says where the mapping is */
			scene->subject.copies = total;
			return 0;
		}
		error_set(err, ERROR_ERROR, "instance '%s' is in %zu cells: it is not known which one nova would use", id,
		    total);
		return error_hint(err, "'evac-manage instance show %s' shows the cell that nova_api maps it to", id);
	}
	if (total > 1) {
		error_set(err, ERROR_NOT_FOUND, "%zu instances are named '%s'", total, id);
		return error_hint(err, "give the uuid instead of the name: '%s' is one of them", out->v[0].uuid);
	}
	return 0;
}

/* On no host, or on one of another cell, but in a cell and perhaps with volumes: to be shown, not to be evacuated. */
static int find_homeless(struct scene *scene, const struct cell_facts *where, struct error *err)
{
	scene->nova.home = where;
	if (cell_columns_probe(where->cell->db, &scene->nova.columns, err) != 0 || scene_find_candidates(scene, err) != 0)
		return -1;
	scene_rank_candidates(scene);
	scene_find_network(scene);
	scene_find_disks(scene);
	return 0;
}

void scene_ask_instance(struct scene *scene, const char *id)
{
	struct uuid uuid;

	if (uuid_parse(id, &uuid))
		return;
	for (size_t i = 0; i < scene->world->ncell; i++)
		instances_by_name_ahead(scene->world->cell[i].db, id);
}

/* NULL where there is none: an account has enough connections, or behind one address another server answers, whose rows may be
 * others; all is read by the first one then. */
static struct db *connect_beside(const struct world *world)
{
	struct error none = { 0 };
	struct db *beside;

	if (world_connect_cinder(world, &beside, &none) != 0)
		return NULL;
	if (strcmp(db_server(beside)->text, db_server(world->cinder_db)->text) != 0 || db_begin_read(beside, &none) != 0)
		db_close(&beside);
	return beside;
}

/* In a large cloud the pass is half of the time. */
static void ask_its_attachments(struct scene *scene)
{
	const struct world *w = scene->world;

	scene->subject.beside = connect_beside(w);
	attachments_of_instance_ahead(w->cinder_db, scene->subject.beside, scene->subject.instances.v[0].uuid);
}

int scene_look_up_instance(struct scene *scene, const char *id, struct error *err)
{
	if (find_by_id(scene, id, err) != 0)
		return -1;
	if (scene->subject.with_attachments && scene->world->cinder_db && scene->subject.instances.n > 0)
		ask_its_attachments(scene);
	scene->subject.looked_up = true;
	return 0;
}

int scene_find_instance(struct scene *scene, const char *id, struct error *err)
{
	const struct cell_facts *where;

	if (!scene->subject.looked_up && scene_look_up_instance(scene, id, err) != 0)
		return -1;
	where = &scene->nova.cell[scene->subject.cell];
	if (scene->subject.instances.n == 0 && world_any_lost_cell(scene->world))
		return scene_not_known_in_all_cells(scene, N_("instance"), id, err);
	if (scene->subject.instances.n == 0) {
		error_set(err, ERROR_NOT_FOUND, "no instance '%s' is known", id);
		return error_hint(err,
		    "names must match exactly; 'evac-manage host list' lists the hosts, and 'instance list' with one of them its instances");
	}
	if (!scene->subject.instances.v[0].host && !scene->subject.evacuates)
		return find_homeless(scene, where, err);
	if (!scene->subject.instances.v[0].host)
		return error_set(err, ERROR_REFUSED, "instance %s has no host (%s): there is nothing to evacuate it from",
		    scene->subject.instances.v[0].uuid, str_or(scene->subject.instances.v[0].vm_state, _("no state")));
	if (scene_find_home(scene, scene->subject.instances.v[0].host, err) != 0)
		return error_prefix(err, "instance %s", scene->subject.instances.v[0].uuid);
	if (scene->nova.home != where && !scene->subject.evacuates)
		return find_homeless(scene, where, err);
	if (scene->nova.home != where)
		return error_set(err, ERROR_ERROR, "instance %s is in cell '%s', but its host '%s' is in cell '%s'",
		    scene->subject.instances.v[0].uuid, where->cell->name, scene->subject.host, scene->nova.home->cell->name);
	return find_candidates(scene, err);
}

/* What comes and goes is work; what waits for a second is not taken. The look at the services lies between. */
static int look_at_scheduler_again(struct scene *scene, int64_t looked_ms, struct error *err)
{
	int64_t left_ms = looked_ms + BACKLOG_MS - clock_monotonic_ms();

	if (scene->bus.scheduler.messages == 0)
		return 0;
	if (left_ms > 0)
		clock_sleep_ms(left_ms);
	return bus_queue_look(scene->world->bus, SCHEDULER_QUEUE, &scene->bus.scheduler_then, err);
}

/* What an evacuation needs beside the conductor. */
static int find_helpers(struct scene *scene, struct error *err)
{
	int64_t looked_ms = clock_monotonic_ms();

	if (bus_queue_look(scene->world->bus, SCHEDULER_QUEUE, &scene->bus.scheduler, err) != 0)
		return -1;
	scene_find_peers(scene);
	scene_look_at_peers(scene, scene_needed_peers(scene));
	return look_at_scheduler_again(scene, looked_ms, err);
}

static void tell_of_helpers(const struct scene *scene, struct scene *host)
{
	host->bus = scene->bus;
	host->peers = scene->peers;
	host->witness.nova_api = scene->witness.nova_api;
}

int scene_find_bus(struct scene *scene, struct error *err)
{
	struct bus *bus = scene->world->bus;
	int there;

	there = bus_exchange_exists(bus, scene->world->nova.bus.exchange, err);
	if (there < 0)
		return -1;
	scene->bus.has_exchange = there == 1;
	if (bus_queue_look(bus, scene->world->nova.conductor_topic, &scene->bus.conductor, err) != 0)
		return -1;
	scene->bus.queue_known = true;
	if (scene->subject.evacuates && find_helpers(scene, err) != 0)
		return -1;
	EACH_HOST(h, scene)
	{
		if (h != scene)
			tell_of_helpers(scene, h);
		scene_find_witnesses(h);
		if (scene_watch_heartbeat(h, err) != 0)
			return -1;
	}
	return 0;
}

void scene_look_for_conductor(struct scene *scene)
{
	const char *topic = scene->world->nova.conductor_topic;
	struct error err = { 0 };

	if (!scene->world->bus)
		return;
	scene->bus.queue_known = bus_queue_look(scene->world->bus, topic, &scene->bus.conductor, &err) == 0;
	if (!scene->bus.queue_known) {
		log_info("not asked: %s", err.text);
		absences_add(scene->world->absences, &err, NULL);
	}
}

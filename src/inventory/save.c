/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "out/table.h"
#include "util/file.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/who.h"

#define METRICS_MODE 0644

static const struct table_column columns[] = {
	{ "directory", NULL, false, COLUMN_NAME },
	{ "file", NULL, false, COLUMN_NAME },
	{ "state", NULL, false, COLUMN_TEXT },
	{ "instances", NULL, false, COLUMN_NUMBER },
	{ "volumes", NULL, false, COLUMN_NUMBER },
	{ "backups", NULL, false, COLUMN_NUMBER },
	{ "problem", NULL, false, COLUMN_REMARK },
};
#define COLUMNS columns, sizeof columns / sizeof *columns

/* ---- what was asked, and what did not answer */

static bool is_lost(const struct world *w, const char *absent)
{
	for (size_t i = 0; w->absences && i < w->absences->n; i++)
		if (!w->absences->v[i].cell && strcmp(w->absences->v[i].text, absent) == 0)
			return true;
	return false;
}

static void add_source(struct saving *s, const char *name, bool is_open, const char *absent)
{
	saving_add_part(s, xstrdup(name),
	    is_open                       ? PART_READ :
		is_lost(s->world, absent) ? PART_UNKNOWN :
					    PART_NOT_CONFIGURED,
	    is_open ? NULL : absent);
}

static void say_parts(const struct saving *s)
{
	for (size_t i = 0; i < s->npart; i++) {
		const struct part *p = &s->part[i];

		if (p->state == PART_UNKNOWN)
			log_error("unknown: %s: %s", p->name, p->why);
		else if (p->state == PART_NOT_CONFIGURED)
			log_warn("not in the inventory: %s: %s", p->name, p->why);
	}
}

static bool is_every_part_read(const struct saving *s)
{
	for (size_t i = 0; i < s->npart; i++)
		if (s->part[i].state == PART_UNKNOWN)
			return false;
	return true;
}

/* ---- the first and the last record */

static json_object *link_to(const struct inventory_facts *facts)
{
	json_object *link;

	if (facts->serial == 0)
		return NULL;
	link = json_object_new_object();
	put_int(link, "serial", facts->serial);
	put_text(link, "sha256", facts->sha256);
	return link;
}

/* Each directory has a chain of its own. */
static void add_first(const struct saving *s)
{
	struct who who;

	who_am_i(&who);
	for (struct place *p = s->place; p < s->place + s->nplace; p++) {
		json_object *first = record_of("inventory");

		put_int(first, "version", INVENTORY_VERSION);
		put_text(first, "tool", EVAC_MANAGE_VERSION);
		put_int(first, "serial", p->serial);
		put_text(first, "saved_at", s->counts.saved_at);
		put_text(first, "on", who.on);
		put(first, "previous", link_to(&p->before));
		put(first, "last_whole", link_to(&p->whole));
		place_write(p, json_object_to_json_string_ext(first, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(first);
	}
}

static void add_last(struct saving *s)
{
	json_object *last = record_of("end"), *counts = json_object_new_object();

	put_int(counts, "hosts", s->counts.hosts);
	put_int(counts, "instances", s->counts.instances);
	put_int(counts, "volumes", s->counts.volumes);
	put_int(counts, "backups", s->counts.backups);
	put_bool(last, "whole", s->counts.whole);
	put(last, "parts", saving_parts(s));
	put(last, "counts", counts);
	saving_add(s, last);
}

/* ---- the directories */

static int open_places(struct saving *s, const struct sign_key *key, struct error *err)
{
	const struct inventory_config *config = &s->world->site.inventory;
	const struct words *asked = &s->request->inventory.places;
	bool any = false;

	s->nplace = asked->n ? asked->n : config->ndirectory;
	s->place = xcalloc(s->nplace, sizeof *s->place);
	for (size_t i = 0; i < s->nplace; i++) {
		place_begin(&s->place[i], asked->n ? asked->v[i] : config->directory[i], key, s->counts.saved_at);
		any = any || !s->place[i].trouble.kind;
	}
	if (any)
		return 0;
	*err = s->place[0].trouble;
	return -1;
}

static void add_place_row(const struct saving *s, const struct place *p, struct table *t)
{
	table_add(t);
	table_text(t, "directory", p->dir);
	table_text(t, "state", !p->written ? "failed" : s->counts.whole ? "whole" : "half");
	table_text(t, "problem", p->trouble.kind ? p->trouble.text : NULL);
	if (!p->written)
		return;
	table_text(t, "file", p->name);
	table_int(t, "instances", s->counts.instances);
	table_int(t, "volumes", s->counts.volumes);
	table_int(t, "backups", s->counts.backups);
}

static int show_places(const struct saving *s, struct error *err)
{
	struct table table;
	int rc;

	table_init(&table, COLUMNS);
	table.globals = s->request->where.globals;
	for (size_t i = 0; i < s->nplace; i++)
		add_place_row(s, &s->place[i], &table);
	rc = table_print(&table, &s->request->shown, err);
	table_free(&table);
	return rc;
}

/* How many have it. */
static size_t say_failed_places(const struct saving *s)
{
	size_t n = 0;

	for (const struct place *p = s->place; p < s->place + s->nplace; p++) {
		n += p->written;
		if (!p->trouble.kind)
			continue;
		log_error("%s", p->trouble.text);
		if (p->trouble.hint[0])
			log_notice("hint: %s", p->trouble.hint);
	}
	return n;
}

/* ---- the whole */

static void read_everything(struct saving *s)
{
	add_first(s);
	add_source(s, "nova", s->world->api_db != NULL, s->world->nova_absent);
	if (s->world->api_db)
		save_nova(s);
	if (s->world->cinder_db)
		save_cinder(s);
	else
		add_source(s, "cinder", false, s->world->cinder_absent);
	s->counts.whole = is_every_part_read(s);
	add_last(s);
}

static int write_metrics(const struct saving *s, struct error *err)
{
	auto_str struct str text = { 0 };

	if (!s->request->inventory.prometheus)
		return 0;
	inventory_metrics(s, &text);
	return file_write(s->request->inventory.prometheus, &text, METRICS_MODE, err);
}

static enum error_kind conclude_save(const struct saving *s, struct error *err)
{
	size_t written = say_failed_places(s);

	say_parts(s);
	if (write_metrics(s, err) != 0 || show_places(s, err) != 0)
		return err->kind;
	if (written == 0) {
		*err = s->place[0].trouble;
		return err->kind;
	}
	if (written == s->nplace && s->counts.whole)
		return ERROR_OK;
	if (!s->counts.whole)
		error_set(err, ERROR_PARTIAL,
		    "half an inventory was saved: it says which parts are unknown, and the last whole one is kept");
	else
		error_set(err, ERROR_PARTIAL, "the inventory was saved in %zu of %zu directories", written, s->nplace);
	return err->kind;
}

static int open_signing_key(const struct world *w, struct sign_key **key, struct error *err)
{
	const char *path = w->site.inventory.key;

	if (sign_key_open(path, key, err) != 0)
		return error_hint(err, "make one: (umask 077; openssl genpkey -algorithm ed25519 -out %s)", path);
	if (sign_key_is_private(*key))
		return 0;
	return error_set(err, ERROR_CONFIG, "'%s' has a public key alone, which cannot sign", path);
}

static int save_all(struct saving *s, struct error *err)
{
	auto_sign_key struct sign_key *key = NULL;

	if (world_open(s->request, WITNESS_NOVA | WITNESS_CINDER | SHOWS, NULL, s->world, err) != 0)
		return -1;
	if (!s->world->api_db && !s->world->cinder_db)
		return world_has_nothing(s->world, err);
	if (open_signing_key(s->world, &key, err) != 0 || world_begin_reads(s->world, err) != 0)
		return -1;
	clock_now(s->counts.saved_at);
	if (open_places(s, key, err) != 0)
		return -1;
	read_everything(s);
	world_end_reads(s->world);
	for (size_t i = 0; i < s->nplace; i++)
		place_finish(&s->place[i], key, &s->counts, s->world->site.inventory.keep);
	return 0;
}

enum error_kind inventory_save(const struct request *request, struct error *err)
{
	struct world world = { 0 };
	struct saving saving = { .request = request, .world = &world };
	enum error_kind kind;

	if (table_check(COLUMNS, &request->shown, err) != 0)
		return err->kind;
	kind = save_all(&saving, err) == 0 ? conclude_save(&saving, err) : err->kind;
	for (size_t i = 0; i < saving.nplace; i++)
		place_close(&saving.place[i]);
	for (size_t i = 0; i < saving.npart; i++) {
		free(saving.part[i].name);
		free(saving.part[i].why);
	}
	free(saving.place);
	free(saving.part);
	world_close(&world);
	return kind;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory_shown.h"

#include <stdlib.h>
#include <string.h>

#include "find/world.h"
#include "model/cinder/host.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/shell.h"
#include "util/str.h"

struct gathering {
	const struct from_inventory *listing;
	const struct host_name *asked; /* NULL: all */
	struct inventory_picture picture;
	size_t cap, known_cap;
	struct arena arena;
	struct words known; /* nodes, for who has mistyped one */
	bool is_known;
};

/* ---- what is about the asked host */

/* nova's names are whole, cinder's have backends and pools. */
static bool is_of_shown_host(const struct host_name *asked, const char *kind, const char *host)
{
	struct host_name name;

	if (strcmp(kind, "volume") != 0 && strcmp(kind, "service") != 0)
		return strcmp(asked->text, host) == 0;
	if (!host_name_parse(host, &name) || strcmp(name.node, asked->node) != 0)
		return false;
	if (asked->backend[0] && strcmp(name.backend_host, asked->backend_host) != 0)
		return false;
	return !asked->pool[0] || strcmp(name.pool, asked->pool) == 0;
}

/* They lie by host, so that most repeat the last. */
static void keep_name(struct gathering *g, const char *host)
{
	size_t n = strcspn(host, "@#");

	if (g->known.n > 0 && strlen(g->known.v[g->known.n - 1]) == n && strncmp(g->known.v[g->known.n - 1], host, n) == 0)
		return;
	g->known.v = vec_grow(g->known.v, g->known.n, &g->known.cap, sizeof *g->known.v);
	g->known.v[g->known.n++] = arena_dupn(&g->arena, host, n);
}

static bool is_shown_kind(const struct from_inventory *listing, const char *kind)
{
	for (const char *const *k = listing->kinds; *k; k++)
		if (strcmp(*k, kind) == 0)
			return true;
	return false;
}

static int gather_record(void *ctx, const char *kind, json_object *record, struct error *err)
{
	struct gathering *g = ctx;
	struct inventory_picture *p = &g->picture;
	const char *host = get_text(record, "host");

	(void)err;
	if (strcmp(kind, "end") == 0)
		p->parts = json_object_get(json_object_object_get(record, "parts"));
	if (host)
		keep_name(g, host);
	if (g->asked && (!host || !is_of_shown_host(g->asked, kind, host)))
		return 0;
	g->is_known = true;
	if (!is_shown_kind(g->listing, kind))
		return 0;
	p->record = vec_grow(p->record, p->n, &g->cap, sizeof *p->record);
	p->record[p->n++] = json_object_get(record);
	return 0;
}

static int unknown_to_inventory(const struct gathering *g, const char *host, struct error *err)
{
	auto_str struct str nearest = { 0 };

	str_nearest(host, g->known.v, g->known.n, &nearest);
	error_set(err, ERROR_NOT_FOUND, "'%s' has no host '%s'", g->picture.path, host);
	return nearest.n ? error_hint(err, "did you mean %s?", nearest.s) : -1;
}

static void gathering_free(struct gathering *g)
{
	for (size_t i = 0; i < g->picture.n; i++)
		json_object_put(g->picture.record[i]);
	free(g->picture.record);
	json_object_put(g->picture.parts);
	free(g->known.v);
	arena_free(&g->arena);
}

/* ---- the listing */

/* NULL and no error: this machine has none. */
static int open_site_key(const struct request *request, struct sign_key **key, struct error *err)
{
	const struct config_sources sources = config_sources_of(request);
	struct site_config site;
	int rc;

	if (config_load_site(&sources, &site, err) != 0)
		return -1;
	rc = sign_key_open(site.inventory.key, key, err);
	site_config_free(&site);
	if (rc == 0 || !err->code)
		return rc;
	log_warn("the signature is not checked: %s", err->text);
	error_clear(err);
	return 0;
}

static void say_age(const struct inventory_picture *p)
{
	char age[CLOCK_AGE_SIZE];

	log_warn("this was so at %s, %s ago, as saved in '%s': it is not the present state, and no database was asked",
	    p->facts.saved_at, clock_age(clock_wall_s() - clock_parse(p->facts.saved_at), age), p->path);
}

static enum error_kind say_unknown_parts(const struct inventory_picture *p)
{
	enum error_kind worst = ERROR_OK;

	for (size_t i = 0; i < count_members(p->parts); i++) {
		json_object *part = json_object_array_get_idx(p->parts, i);

		if (str_equal(get_text(part, "state"), "read"))
			continue;
		log_warn("not in it: %s: %s", str_or(get_text(part, "part"), ""), str_or(get_text(part, "why"), ""));
		if (str_equal(get_text(part, "state"), "unknown"))
			worst = ERROR_PARTIAL;
	}
	return worst;
}

static int show_picture(const struct gathering *g, const struct request *request, struct error *err)
{
	const struct from_inventory *listing = g->listing;
	struct table table;
	int rc;

	table_init(&table, listing->column, listing->ncolumn);
	table.globals = request->where.globals;
	listing->fill(&table, &g->picture);
	rc = table_print(&table, &request->shown, err);
	table_free(&table);
	return rc;
}

enum error_kind run_from_inventory(const struct from_inventory *listing, const struct request *request, struct error *err)
{
	const char *path = request->inventory.file, *host = request->what.host;
	auto_sign_key struct sign_key *key = NULL;
	enum error_kind kind = ERROR_OK;
	struct host_name asked;
	struct gathering g = { .listing = listing, .asked = host ? &asked : NULL, .picture.path = path };

	if (table_check(listing->column, listing->ncolumn, &request->shown, err) != 0 || open_site_key(request, &key, err) != 0)
		return err->kind;
	if (host && !host_name_parse(host, &asked)) {
		error_set(err, ERROR_USAGE, "--host '%s' is not a host", host);
		return err->kind;
	}
	g.picture.host = host;
	g.picture.is_signed = key != NULL;
	if (inventory_read(path, key, gather_record, &g, &g.picture.facts, err) == 0) {
		say_age(&g.picture);
		kind = say_unknown_parts(&g.picture);
		if (host && !g.is_known)
			unknown_to_inventory(&g, host, err);
		else
			show_picture(&g, request, err);
	}
	gathering_free(&g);
	return err->kind ? err->kind : kind;
}

void inventory_cell(struct table *table, const char *column, json_object *record, const char *key)
{
	json_object *value = json_object_object_get(record, key);

	if (json_object_is_type(value, json_type_int))
		table_int(table, column, json_object_get_int64(value));
	else if (json_object_is_type(value, json_type_string))
		table_text(table, column, json_object_get_string(value));
}

/* ---- where no database answers */

static char *find_newest(const struct request *request, struct inventory_facts *facts)
{
	const struct config_sources sources = config_sources_of(request);
	auto_sign_key struct sign_key *key = NULL;
	struct site_config site;
	struct error err = { 0 };
	char *path;

	if (config_load_site(&sources, &site, &err) != 0)
		return NULL;
	if (sign_key_open(site.inventory.key, &key, &err) != 0)
		key = NULL;
	path = inventory_newest((const char *const *)site.inventory.directory, site.inventory.ndirectory, key, facts);
	site_config_free(&site);
	return path;
}

enum error_kind inventory_offer(enum error_kind kind, const char *words, const struct request *request, struct error *err)
{
	auto_str struct str command = { 0 };
	struct inventory_facts facts;
	auto_free char *path = NULL;
	char was[sizeof err->hint];

	if (kind != ERROR_DB_UNREACHABLE || !(path = find_newest(request, &facts)))
		return kind;
	str_addf(&command, "evac-manage %s", words);
	if (request->what.host) {
		str_addc(&command, ' ');
		shell_add_word(&command, request->what.host);
	}
	str_add(&command, " --inventory ");
	shell_add_word(&command, path);
	memcpy(was, err->hint, sizeof was);
	error_hint(err, "%s%swhat was saved at %s is told by: %s", was, was[0] ? "; " : "", facts.saved_at, command.s);
	return kind;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "util/aside.h"
#include "find/world.h"
#include "sql_catalogue.h"
#include "util/clock.h"
#include "util/log.h"

#define IO_RESERVE_S 30 /* the server's own limit ends a statement first */

static const struct db_shape column_shape = DB_SHAPE(struct audit_column,
    DB_COLUMNS(struct audit_column, table_name, column_name));

static struct audit_place *place_add(struct audit_places *p, enum audit_database database, const char *label)
{
	p->v = xreallocarray(p->v, p->n + 1, sizeof *p->v);
	p->v[p->n] = (struct audit_place){ .database = database, .label = xstrdup(label) };
	return &p->v[p->n++];
}

/* Without a limit of the server's a check is still ended, by the time-out of its connection. */
static int limit_statements(struct db *db, const struct request *request, struct error *err)
{
	if (db_limit_statements(db, request->audit.check_timeout_s, err) == 0)
		return 0;
	if (err->kind == ERROR_DB_UNREACHABLE)
		return -1;
	log_warn("no statement is ended by the server after --check-timeout: %s", err->text);
	error_clear(err);
	return 0;
}

static int place_prepare(struct audit_place *place, const struct request *request, struct error *err)
{
	if (limit_statements(place->db, request, err) != 0 ||
	    db_read(place->db, &SQL_SESSION_COLUMN_LIST, NULL, &column_shape, &place->columns, err) != 0)
		return -1;
	return 0;
}

/* The checks that need it say so, and the run ends with its kind. A source is told once. */
static void place_lose(const struct audit_places *p, struct audit_place *place, struct error *err)
{
	bool told = false;

	for (const struct audit_place *o = p->v; o < p->v + p->n; o++)
		told |= strcmp(o->why_not, err->text) == 0;
	if (!told)
		log_error("%s", err->text);
	if (!told && err->hint[0])
		log_notice("hint: %s", err->hint);
	db_close(&place->db);
	db_close(&place->primary);
	memcpy(place->why_not, err->text, sizeof place->why_not);
	place->why_kind = err->kind;
	error_clear(err);
}

static int place_open(const struct audit_place *place, const struct db_url *url, const struct request *request, struct db **out,
    struct error *err)
{
	const struct db_options options = { .url = url,
		.label = place->label,
		.io_timeout_s = (unsigned)(request->audit.check_timeout_s + IO_RESERVE_S),
		.answer_timeout_s = (unsigned)(request->audit.check_timeout_s + 2 * IO_RESERVE_S) };

	return db_open(&options, out, err);
}

int place_open_primary(const struct audit_places *places, struct audit_place *place, struct error *err)
{
	const struct db_url *url = place->mapping ? &place->url : place->primary_url;

	if (place_open(place, url, places->request, &place->primary, err) == 0 &&
	    limit_statements(place->primary, places->request, err) == 0)
		return 0;
	db_close(&place->primary);
	return -1;
}

static void place_connect(const struct audit_places *p, struct audit_place *place, const struct db_url *url,
    const struct db_url *replica, const struct request *request)
{
	struct error err = { 0 };

	place->on_replica = replica && replica->driver && !request->audit.primary;
	place->primary_url = url;
	if (place_open(place, place->on_replica ? replica : url, request, &place->db, &err) == 0 &&
	    place_prepare(place, request, &err) == 0)
		return;
	if (place->mapping)
		cell_url_hint(place->mapping, &p->nova, -1, &err);
	place_lose(p, place, &err);
}

/* Its configuration cannot be read, or what would name it cannot be asked. */
static void place_add_lost(struct audit_places *p, enum audit_database database, const char *label, const struct error *why)
{
	struct error err = *why;

	place_lose(p, place_add(p, database, label), &err);
}

/* A standard file that has nothing for us is not configured; whatever else is wrong with a file is an absence of what it
 * names. */
static bool is_not_configured(const struct words *files, const struct error *err)
{
	return files->n == 0 && err->code == ENODATA;
}

static bool is_wanted(const struct words *files, const char *standard)
{
	return files->n > 0 || access(standard, F_OK) == 0;
}

static void places_add_cinder(const struct request *request, const struct config_sources *sources, struct audit_places *p)
{
	struct audit_place *place;
	struct error err = { 0 };

	if (!is_wanted(&request->where.cinder_files, "/etc/cinder/cinder.conf"))
		return;
	p->has_cinder = config_load_cinder(sources, &p->cinder, &err) == 0;
	if (!p->has_cinder) {
		if (!is_not_configured(&request->where.cinder_files, &err))
			place_add_lost(p, AUDIT_CINDER, "cinder's database", &err);
		return;
	}
	place = place_add(p, AUDIT_CINDER, "cinder's database");
	place->down_s = p->cinder.service_down_time_s;
	place_connect(p, place, &p->cinder.database, &p->cinder.replica, request);
}

/* Queens and Rocky have placement's tables in nova's API database; 19 may have copies there that grow old (model/nova/cell.c).
 */
static void places_add_placement_of_nova(const struct request *request, struct audit_places *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].database == AUDIT_API && p->v[i].db && place_has(&p->v[i], "resource_providers.root_provider_id") &&
		    !place_has(&p->v[i], "instance_mappings.user_id") && !p->nova.placement_apart) {
			place_connect(p, place_add(p, AUDIT_PLACEMENT, "placement's tables in nova's API database"),
			    &p->nova.api_database, &p->nova.api_replica, request);
			return;
		}
}

static void places_add_placement(const struct request *request, const struct config_sources *sources, struct audit_places *p)
{
	struct error err = { 0 };

	if (!is_wanted(&request->where.placement_files, "/etc/placement/placement.conf")) {
		places_add_placement_of_nova(request, p);
		return;
	}
	p->has_placement = config_load_placement(sources, &p->placement, &err) == 0;
	if (p->has_placement)
		place_connect(p, place_add(p, AUDIT_PLACEMENT, "placement's database"), &p->placement.database,
		    &p->placement.replica, request);
	else if (!is_not_configured(&request->where.placement_files, &err))
		place_add_lost(p, AUDIT_PLACEMENT, "placement's database", &err);
}

static void places_add_neutron(const struct request *request, const struct config_sources *sources, struct audit_places *p)
{
	struct audit_place *place;
	struct error err = { 0 };

	if (!is_wanted(&request->where.neutron_files, "/etc/neutron/neutron.conf"))
		return;
	p->has_neutron = config_load_neutron(sources, &p->neutron, &err) == 0;
	if (!p->has_neutron) {
		if (!is_not_configured(&request->where.neutron_files, &err))
			place_add_lost(p, AUDIT_NEUTRON, "neutron's database", &err);
		return;
	}
	place = place_add(p, AUDIT_NEUTRON, "neutron's database");
	place->down_s = p->neutron.agent_down_time_s;
	place_connect(p, place, &p->neutron.database, &p->neutron.replica, request);
}

/* nova.conf has a replica for the database it names itself; that is some cell's, or cell 0. */
static const struct db_url *cell_replica(const struct nova_config *nova, const struct db_url *url)
{
	return nova->has_database && str_equal(nova->database.host, url->host) && nova->database.port == url->port &&
		str_equal(nova->database.database, url->database) ?
	    &nova->replica :
	    NULL;
}

static void places_add_cell(const struct request *request, struct audit_places *p, const struct cell_mapping *mapping)
{
	bool zero = str_equal(mapping->uuid, CELL0_UUID);
	auto_free char *label = xasprintf("the database of cell '%s'", zero ? "cell0" : str_or(mapping->name, mapping->uuid));
	struct audit_place *place = place_add(p, zero ? AUDIT_CELL0 : AUDIT_CELL, label);
	struct error err = { 0 };

	place->cell = zero ? "cell0" : str_or(mapping->name, mapping->uuid);
	place->cell_uuid = mapping->uuid;
	place->mapping = mapping;
	place->down_s = p->nova.service_down_time_s;
	if (config_cell_database(&p->nova, mapping->database_connection, &place->url, &err) != 0) {
		error_prefix(&err, "cell '%s'", place->cell);
		place_lose(p, place, &err);
		return;
	}
	place_connect(p, place, &place->url, cell_replica(&p->nova, &place->url), request);
}

/* Which cells there are says nova's API database: without it none can be asked. */
static void lose_cells(struct audit_places *p, const struct error *why)
{
	place_add_lost(p, AUDIT_CELL, "the cells' databases", why);
	place_add_lost(p, AUDIT_CELL0, "cell 0's database", why);
}

static void places_add_nova(const struct request *request, const struct config_sources *sources, struct audit_places *p)
{
	struct audit_place *api;
	struct error err = { 0 };

	if (!is_wanted(&request->where.nova_files, "/etc/nova/nova.conf"))
		return;
	p->has_nova = config_load_nova(sources, &p->nova, &err) == 0;
	if (!p->has_nova && is_not_configured(&request->where.nova_files, &err))
		return;
	if (!p->has_nova) {
		place_add_lost(p, AUDIT_API, "nova's API database", &err);
		lose_cells(p, &err);
		return;
	}
	api = place_add(p, AUDIT_API, "nova's API database");
	api->down_s = p->nova.service_down_time_s;
	place_connect(p, api, &p->nova.api_database, &p->nova.api_replica, request);
	if (api->db && cell_mappings_list(api->db, &p->mappings, &err) != 0)
		place_lose(p, api, &err);
	if (!api->db) {
		error_set(&err, api->why_kind, "%s", api->why_not);
		lose_cells(p, &err);
		return;
	}
	for (size_t i = 0; i < p->mappings.n; i++)
		places_add_cell(request, p, &p->mappings.v[i]);
}

int places_load_site(const struct request *request, struct site_config *out, struct error *err)
{
	const struct config_sources sources = config_sources_of(request);

	return config_load_site(&sources, out, err);
}

int places_open(const struct request *request, struct audit_places *out, struct error *err)
{
	const struct config_sources sources = config_sources_of(request);

	*out = (struct audit_places){ .request = request };
	places_add_cinder(request, &sources, out);
	places_add_nova(request, &sources, out);
	places_add_placement(request, &sources, out);
	places_add_neutron(request, &sources, out);
	for (size_t i = 0; i < out->n; i++)
		if (out->v[i].db)
			return 0;
	if (out->n > 0) {
		err->kind = places_absent(out); /* each is told */
		return -1;
	}
	error_set(err, ERROR_CONFIG, "no database to audit: no configuration of cinder or nova was found");
	return error_hint(err, "name the configuration files with --cinder-config-file and --nova-config-file");
}

enum error_kind places_absent(const struct audit_places *places)
{
	enum error_kind worst = ERROR_OK;

	for (const struct audit_place *p = places->v; p < places->v + places->n; p++)
		if (error_kind_outweighs(p->why_kind, worst))
			worst = p->why_kind;
	return worst;
}

static void places_end_one(struct audit_place *place)
{
	if (place->db)
		db_end_read(place->db);
	if (place->primary)
		db_end_read(place->primary);
}

void places_begin(struct audit_places *places)
{
	struct error err = { 0 };

	for (struct audit_place *p = places->v; p < places->v + places->n; p++) {
		if (!p->db)
			continue;
		places_end_one(p);
		place_learn_lag(places, p);
		p->snapshot_ms = clock_monotonic_ms();
		if (db_begin_read(p->db, &err) != 0 || (p->primary && db_begin_read(p->primary, &err) != 0))
			place_lose(places, p, &err);
	}
}

int64_t place_aged_s(const struct audit_place *place)
{
	return place->behind_s + (clock_monotonic_ms() - place->snapshot_ms + 999) / 1000;
}

void places_end(struct audit_places *places)
{
	for (struct audit_place *p = places->v; p < places->v + places->n; p++)
		places_end_one(p);
}

void places_close(struct audit_places *places)
{
	for (struct audit_place *p = places->v; p < places->v + places->n; p++) {
		db_close(&p->db);
		db_close(&p->primary);
		db_rows_free(&p->columns);
		db_url_free(&p->url);
		free(p->label);
	}
	free(places->v);
	aside_free(&places->aside);
	cell_mappings_free(&places->mappings);
	nova_config_free(&places->nova);
	cinder_config_free(&places->cinder);
	placement_config_free(&places->placement);
	neutron_config_free(&places->neutron);
	*places = (struct audit_places){ 0 };
}

bool place_runs(const struct audit_place *place, enum audit_database database)
{
	if (database == AUDIT_CELLS)
		return place->database == AUDIT_CELL || place->database == AUDIT_CELL0;
	return place->database == database;
}

bool place_has(const struct audit_place *place, const char *table_and_column)
{
	const struct audit_column *c = place->columns.v;
	size_t n = strcspn(table_and_column, ".");

	for (size_t i = 0; i < place->columns.n; i++)
		if (strlen(c[i].table_name) == n && strncasecmp(c[i].table_name, table_and_column, n) == 0 &&
		    strcasecmp(c[i].column_name, table_and_column + n + 1) == 0)
			return true;
	return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "op/world.h"
#include "sql_catalogue.h"
#include "util/clock.h"
#include "util/log.h"

#define IO_RESERVE_S 30 /* the server's own limit ends a statement first */

static const struct db_column column_columns[] = {
	DB_COLUMN(struct audit_column, table_name),
	DB_COLUMN(struct audit_column, column_name),
};
static const struct db_shape column_shape = DB_SHAPE(struct audit_column, column_columns);

static struct audit_place *place_add(struct audit_places *p, enum audit_database database, const char *label)
{
	p->v = xreallocarray(p->v, p->n + 1, sizeof *p->v);
	p->v[p->n] = (struct audit_place){ .database = database, .label = xstrdup(label) };
	return &p->v[p->n++];
}

static int prepare(struct audit_place *place, const struct request *request, struct error *err)
{
	if (db_limit_statements(place->db, request->check_timeout_s, err) != 0 ||
	    db_read(place->db, &SQL_SESSION_COLUMNS_ALL, NULL, &column_shape, &place->columns, err) != 0)
		return -1;
	return 0;
}

/* ${needed}: not reaching it is the run's error; otherwise why is kept, and the checks that need it say so. */
static int place_connect(struct audit_place *place, const struct db_url *url, const struct db_url *replica,
    const struct request *request, bool needed, struct error *err)
{
	const struct db_options options = { .url = replica && replica->driver && !request->primary ? replica : url,
		.label = place->label,
		.io_timeout_s = (unsigned)(request->check_timeout_s + IO_RESERVE_S) };

	if (db_open(&options, &place->db, err) == 0 && prepare(place, request, err) == 0)
		return 0;
	db_close(&place->db);
	if (needed)
		return -1;
	memcpy(place->why_not, err->text, sizeof place->why_not);
	log_warn("%s", err->text);
	error_clear(err);
	return 0;
}

static bool is_wanted(const struct words *files, const char *standard)
{
	return files->n > 0 || access(standard, F_OK) == 0;
}

static int open_cinder(const struct request *request, const struct config_sources *sources, struct audit_places *p,
    struct error *err)
{
	struct audit_place *place;

	if (!is_wanted(&request->cinder_files, "/etc/cinder/cinder.conf"))
		return 0;
	if (config_load_cinder(sources, &p->cinder, err) != 0)
		return -1;
	p->has_cinder = true;
	place = place_add(p, AUDIT_CINDER, "cinder's database");
	place->down_s = p->cinder.service_down_time_s;
	return place_connect(place, &p->cinder.database, &p->cinder.replica, request, request->cinder_files.n > 0, err);
}

static int open_placement(const struct request *request, const struct config_sources *sources, struct audit_places *p,
    struct error *err)
{
	struct audit_place *place;

	if (!is_wanted(&request->placement_files, "/etc/placement/placement.conf"))
		return 0;
	if (config_load_placement(sources, &p->placement, err) != 0)
		return -1;
	p->has_placement = true;
	place = place_add(p, AUDIT_PLACEMENT, "placement's database");
	return place_connect(place, &p->placement.database, &p->placement.replica, request, request->placement_files.n > 0, err);
}

/* nova.conf has a replica for the database it names itself; that is some cell's, or cell 0. */
static const struct db_url *cell_replica(const struct nova_config *nova, const struct db_url *url)
{
	return nova->has_database && str_equal(nova->database.host, url->host) && nova->database.port == url->port &&
	        str_equal(nova->database.database, url->database) ? &nova->replica : NULL;
}

static int open_cell(const struct request *request, struct audit_places *p, const struct cell_mapping *mapping, struct error *err)
{
	bool zero = str_equal(mapping->uuid, CELL0_UUID);
	auto_free char *text = config_expand_cell_url(mapping->database_connection, str_or(p->nova.database_text, ""));
	auto_free char *label = xasprintf("the database of cell '%s'", zero ? "cell0" : str_or(mapping->name, mapping->uuid));
	struct audit_place *place = place_add(p, zero ? AUDIT_CELL0 : AUDIT_CELL, label);
	int rc;

	place->cell = zero ? "cell0" : str_or(mapping->name, mapping->uuid);
	place->cell_uuid = mapping->uuid;
	place->down_s = p->nova.service_down_time_s;
	rc = db_url_parse(text, "nova_api.cell_mappings", &place->url, err);
	explicit_bzero(text, strlen(text));
	if (rc != 0)
		return error_prefix(err, "cell '%s'", place->cell);
	db_login_apply(&p->nova.login, &place->url);
	return place_connect(place, &place->url, cell_replica(&p->nova, &place->url), request, request->nova_files.n > 0, err);
}

static int open_nova(const struct request *request, const struct config_sources *sources, struct audit_places *p,
    struct error *err)
{
	struct audit_place *api;

	if (!is_wanted(&request->nova_files, "/etc/nova/nova.conf"))
		return 0;
	if (config_load_nova(sources, &p->nova, err) != 0)
		return -1;
	p->has_nova = true;
	api = place_add(p, AUDIT_API, "nova's API database");
	api->down_s = p->nova.service_down_time_s;
	if (place_connect(api, &p->nova.api_database, &p->nova.api_replica, request, request->nova_files.n > 0, err) != 0)
		return -1;
	if (!api->db)
		return 0;
	if (cell_mappings_list(api->db, &p->mappings, err) != 0)
		return -1;
	for (size_t i = 0; i < p->mappings.n; i++)
		if (open_cell(request, p, &p->mappings.v[i], err) != 0)
			return -1;
	return 0;
}

int places_open(const struct request *request, struct audit_places *out, struct error *err)
{
	const struct config_sources sources = config_sources_of(request);

	*out = (struct audit_places){ 0 };
	if (open_cinder(request, &sources, out, err) != 0 || open_nova(request, &sources, out, err) != 0 ||
	    open_placement(request, &sources, out, err) != 0)
		return -1;
	if (out->n > 0)
		return 0;
	error_set(err, ERROR_CONFIG, "no database to look at: neither cinder's nor nova's configuration is here");
	return error_hint(err, "--cinder-config-file and --nova-config-file say where the configurations are");
}

int places_begin(struct audit_places *places, struct error *err)
{
	struct error ignored = { 0 };
	struct maybe_int lag;

	for (struct audit_place *p = places->v; p < places->v + places->n; p++) {
		if (!p->db)
			continue;
		db_end_read(p->db);
		/* asking may not be allowed */
		p->behind_s = place_lag(p, &lag, &ignored) == 0 && lag.set ? lag.v : 0;
		p->snapshot_ms = clock_monotonic_ms();
		if (db_begin_read(p->db, err) != 0)
			return -1;
	}
	return 0;
}

int64_t place_aged_s(const struct audit_place *place)
{
	return place->behind_s + (clock_monotonic_ms() - place->snapshot_ms + 999) / 1000;
}

void places_end(struct audit_places *places)
{
	for (struct audit_place *p = places->v; p < places->v + places->n; p++)
		if (p->db)
			db_end_read(p->db);
}

void places_close(struct audit_places *places)
{
	for (struct audit_place *p = places->v; p < places->v + places->n; p++) {
		db_close(&p->db);
		db_rows_free(&p->columns);
		db_url_free(&p->url);
		free(p->label);
	}
	free(places->v);
	cell_mappings_free(&places->mappings);
	nova_config_free(&places->nova);
	cinder_config_free(&places->cinder);
	placement_config_free(&places->placement);
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

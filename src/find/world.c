/* SPDX-License-Identifier: Apache-2.0 */
#include "find/world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/deadline.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"

#define NOVA_CONF "/etc/nova/nova.conf"
#define CINDER_CONF "/etc/cinder/cinder.conf"
#define NEUTRON_CONF "/etc/neutron/neutron.conf"
#define KEYSTONE_CONF "/etc/keystone/keystone.conf"

typedef char absence_text[sizeof((struct error *)0)->text];

struct config_sources config_sources_of(const struct request *request)
{
	return (struct config_sources){ .nova_files = request->where.nova_files.v,
		.n_nova_files = request->where.nova_files.n,
		.cinder_files = request->where.cinder_files.v,
		.n_cinder_files = request->where.cinder_files.n,
		.placement_files = request->where.placement_files.v,
		.n_placement_files = request->where.placement_files.n,
		.neutron_files = request->where.neutron_files.v,
		.n_neutron_files = request->where.neutron_files.n,
		.keystone_files = request->where.keystone_files.v,
		.n_keystone_files = request->where.keystone_files.n,
		.order_file = request->how.order_file,
		.order_words = request->how.keeps_order ? &request->how.order : NULL,
		.site_file = request->where.site_file,
		.defaults_file = request->where.defaults_file };
}

/* A witness that nobody configured is silently absent; one that is configured badly is an error for those who need it only. */
static bool is_configured(const struct words *files, const char *standard)
{
	return files->n > 0 || access(standard, F_OK) == 0;
}

/* Needed: the error is the run's. A witness: it is absent, and why is kept. */
static int keep_absence(struct world *w, int failed, bool needed, absence_text *absent, struct error *err)
{
	if (!failed) {
		(*absent)[0] = '\0';
		return 0;
	}
	if (needed)
		return -1;
	memcpy(*absent, err->text, sizeof *absent);
	absences_add(w->absences, err, NULL);
	log_info("not asked: %s", err->text);
	error_clear(err);
	return 0;
}

/* Whoever names a file means it, also where its service is a witness or is not looked at. */
static int check_named(struct world *w, const struct words *files, bool kept, struct error *err)
{
	for (size_t i = 0; i < files->n; i++) {
		if (access(files->v[i], R_OK) == 0)
			continue;
		error_errno(err, ERROR_CONFIG, errno, "cannot open '%s'", files->v[i]);
		if (err->code == EACCES)
			error_hint(err, "run as root, or as a user who may read it");
		if (!kept)
			return -1;
		absences_add(w->absences, err, NULL);
		error_clear(err);
	}
	return 0;
}

static bool is_needed(unsigned needs, unsigned need, const struct words *files)
{
	return needs & need || (needs & CONFIGURED_MUST_ANSWER && files->n > 0);
}

/* A standard file that has nothing for us is not configured, which is no absence. */
static int keep_config_absence(struct world *w, bool loaded, bool needed, const struct words *files, absence_text *absent,
    struct error *err)
{
	if (loaded || needed || files->n > 0 || err->code != ENODATA)
		return keep_absence(w, !loaded, needed, absent, err);
	memcpy(*absent, err->text, sizeof *absent);
	error_clear(err);
	return 0;
}

static int load_configs(const struct request *request, unsigned needs, struct world *w, struct error *err)
{
	const struct config_sources sources = config_sources_of(request);
	bool cinder_needed = is_needed(needs, NEEDS_CINDER, &request->where.cinder_files);
	bool nova_needed = is_needed(needs, NEEDS_NOVA | NEEDS_BUS, &request->where.nova_files);

	if (config_load_site(&sources, &w->site, err) != 0)
		return -1;
	if (w->site.deadline_s && !request->how.deadline_s)
		deadline_change(w->site.deadline_s);
	if (needs & NEEDS_CINDER || (needs & WITNESS_CINDER && is_configured(&request->where.cinder_files, CINDER_CONF))) {
		w->has_cinder_config = config_load_cinder(&sources, &w->cinder, err) == 0;
		if (keep_config_absence(w, w->has_cinder_config, cinder_needed, &request->where.cinder_files, &w->cinder_absent,
			err) != 0)
			return -1;
	}
	if (needs & (NEEDS_NOVA | NEEDS_BUS) ||
	    (needs & (WITNESS_NOVA | WITNESS_BUS) && is_configured(&request->where.nova_files, NOVA_CONF))) {
		w->has_nova_config = config_load_nova(&sources, &w->nova, err) == 0;
		if (keep_config_absence(w, w->has_nova_config, nova_needed, &request->where.nova_files, &w->nova_absent, err) !=
		    0)
			return -1;
		memcpy(w->bus_absent, w->nova_absent, sizeof w->bus_absent);
	}
	return 0;
}

int world_connect_cinder(const struct world *w, struct db **out, struct error *err)
{
	return db_open(&(struct db_options){ .url = &w->cinder.database, .label = "cinder's database", .run = w->run }, out,
	    err);
}

int world_connect_cell(const struct world *w, const struct nova_cell *cell, struct db **out, struct error *err)
{
	return db_open(&(struct db_options){ .url = &cell->url, .label = cell->label, .run = w->run }, out, err);
}

int world_reconnect_cell(struct world *w, const struct nova_cell *cell, struct error *err)
{
	struct db **db = &w->cell[cell - w->cell].db;

	db_close(db);
	return world_connect_cell(w, cell, db, err);
}

int cell_url_hint(const struct cell_mapping *mapping, const struct nova_config *nova, int rc, struct error *err)
{
	static const int of_url[] = { 1044, 1045, 1049, 1698, 2002, 2003, 2005 };
	bool is_url = err->kind == ERROR_CONFIG;
	char was[sizeof err->hint];

	for (size_t i = 0; i < sizeof of_url / sizeof *of_url; i++)
		is_url = is_url || err->code == of_url[i];
	if (rc == 0 || !is_url || nova->login.user || nova->login.password)
		return rc;
	memcpy(was, err->hint, sizeof was);
	if (strchr(mapping->database_connection, '{'))
		return error_hint(err, "%s; the cell's URL is a template, which [database] connection of nova.conf fills in",
		    was);
	return error_hint(err,
	    "%s; the cell's URL is that of cell_mappings, not that of nova.conf, and is changed with: nova-manage cell_v2 update_cell --cell_uuid %s --transport-url URL --database_connection URL",
	    was, mapping->uuid);
}

static int open_world_cell(struct world *w, const struct cell_mapping *mapping, struct nova_cell *cell, struct error *err)
{
	cell->id = mapping->id;
	cell->uuid = mapping->uuid;
	cell->name = str_equal(mapping->uuid, CELL0_UUID) ? "cell0" : str_or(mapping->name, mapping->uuid);
	cell->label = xasprintf("the database of cell '%s'", cell->name);
	if (config_cell_database(&w->nova, mapping->database_connection, &cell->url, err) != 0)
		return cell_url_hint(mapping, &w->nova, error_prefix(err, "cell '%s'", cell->name), err);
	return cell_url_hint(mapping, &w->nova, world_connect_cell(w, cell, &cell->db, err), err);
}

static void close_cell(struct nova_cell *cell)
{
	db_close(&cell->db);
	db_url_free(&cell->url);
	free(cell->label);
	*cell = (struct nova_cell){ 0 };
}

/* nova goes on without a cell that does not answer (context.py: scatter_gather_cells), and so does who needs another one. */
static void lose_cell(struct world *w, size_t i, const struct cell_mapping *mapping, const struct error *why)
{
	absences_add(w->absences, why, mapping);
	log_info("not asked: %s", why->text);
	close_cell(&w->cell[i]);
}

static int open_world_nova(struct world *w, struct error *err)
{
	const struct db_options options = { .url = &w->nova.api_database, .label = "nova's API database", .run = w->run };

	if (db_open(&options, &w->api_db, err) != 0)
		return -1;
	if (cell_mappings_list(w->api_db, &w->mappings, err) != 0)
		return -1;
	if (w->mappings.n == 0)
		return error_set(err, ERROR_CONFIG, "%s has no cell: cell_mappings is empty", db_label(w->api_db));
	w->cell = xcalloc(w->mappings.n, sizeof *w->cell);
	for (size_t i = 0; i < w->mappings.n; i++) {
		if (open_world_cell(w, &w->mappings.v[i], &w->cell[w->ncell], err) == 0)
			w->ncell++;
		else
			lose_cell(w, w->ncell, &w->mappings.v[i], err);
	}
	if (w->ncell == 0)
		return -1;
	error_clear(err);
	return 0;
}

static void close_nova(struct world *w)
{
	for (size_t i = 0; i < w->ncell; i++)
		close_cell(&w->cell[i]);
	free(w->cell);
	w->cell = NULL;
	w->ncell = 0;
	db_close(&w->api_db);
}

int world_connect_bus(struct world *w, struct error *err)
{
	bus_close(&w->bus);
	return bus_open(&(struct bus_options){ .config = &w->nova.bus, .label = "nova's broker" }, &w->bus, err);
}

/* Only when it is asked for, and then it must answer: a plan without it would be another one. */
static int open_world_placement(const struct request *request, struct world *w, bool needed, struct error *err)
{
	const struct config_sources sources = config_sources_of(request);
	struct db_options options = { .label = "placement's database", .run = w->run, .url = &w->placement.database };
	char absent[sizeof err->text];

	if (request->where.placement_files.n == 0)
		return 0;
	return keep_absence(w,
	    config_load_placement(&sources, &w->placement, err) != 0 || db_open(&options, &w->placement_db, err) != 0, needed,
	    &absent, err);
}

int world_connect_neutron(const struct world *w, struct db **out, struct error *err)
{
	return db_open(&(struct db_options){ .url = &w->neutron.database, .label = "neutron's database", .run = w->run }, out,
	    err);
}

/* A witness always, unless its file was named where what is named must answer. */
static int open_world_neutron(const struct request *request, struct world *w, unsigned needs, struct error *err)
{
	const struct config_sources sources = config_sources_of(request);
	const struct words *files = &request->where.neutron_files;
	bool needed = is_needed(needs, 0, files);

	if (!is_configured(files, NEUTRON_CONF))
		return 0;
	w->has_neutron_config = config_load_neutron(&sources, &w->neutron, err) == 0;
	if (keep_config_absence(w, w->has_neutron_config, needed, files, &w->neutron_absent, err) != 0)
		return -1;
	return w->has_neutron_config ?
	    keep_absence(w, world_connect_neutron(w, &w->neutron_db, err), needed, &w->neutron_absent, err) :
	    0;
}

int world_connect_catalog(const struct world *w, const struct request *request, struct db **out, struct error *err)
{
	const struct config_sources sources = config_sources_of(request);
	struct catalog_config config;
	int rc;

	*out = NULL;
	if (!is_configured(&request->where.keystone_files, KEYSTONE_CONF))
		return 0;
	if (config_load_catalog(&sources, &config, err) != 0) {
		if (request->where.keystone_files.n > 0 || err->code != ENODATA)
			return -1;
		error_clear(err);
		return 0;
	}
	rc = db_open(&(struct db_options){ .url = &config.database, .label = "keystone's database", .run = w->run }, out, err);
	catalog_config_free(&config);
	return rc;
}

int world_open(const struct request *request, unsigned needs, const char *run, struct world *out, struct error *err)
{
	bool cinder_needed = is_needed(needs, NEEDS_CINDER, &request->where.cinder_files);
	struct world *w = out;

	*w = (struct world){ .run = run, .absences = xcalloc(1, sizeof *w->absences) };
	lang_copy(w->cinder_absent, sizeof w->cinder_absent, _("no cinder configuration"));
	lang_copy(w->nova_absent, sizeof w->nova_absent, _("no nova configuration"));
	lang_copy(w->bus_absent, sizeof w->bus_absent, _("no nova configuration"));
	lang_copy(w->neutron_absent, sizeof w->neutron_absent, _("no neutron configuration"));
	if (check_named(w, &request->where.nova_files, needs & SHOWS, err) != 0 ||
	    check_named(w, &request->where.cinder_files, needs & SHOWS, err) != 0 ||
	    check_named(w, &request->where.placement_files, needs & SHOWS, err) != 0 ||
	    check_named(w, &request->where.neutron_files, needs & SHOWS, err) != 0 ||
	    check_named(w, &request->where.keystone_files, needs & SHOWS, err) != 0 ||
	    load_configs(request, needs, w, err) != 0 || token_take(request, needs & NEEDS_BUS, &w->token, err) != 0)
		return -1;
	if (w->has_cinder_config && needs & (NEEDS_CINDER | WITNESS_CINDER) &&
	    keep_absence(w, world_connect_cinder(w, &w->cinder_db, err), cinder_needed, &w->cinder_absent, err) != 0)
		return -1;
	if (w->has_nova_config && needs & (NEEDS_NOVA | WITNESS_NOVA)) {
		if (keep_absence(w, open_world_nova(w, err), needs & NEEDS_NOVA, &w->nova_absent, err) != 0)
			return -1;
		if (w->nova_absent[0])
			close_nova(w);
	}
	if (needs & (NEEDS_NOVA | WITNESS_NOVA) && open_world_placement(request, w, !(needs & SHOWS), err) != 0)
		return -1;
	if (needs & WITNESS_NEUTRON && open_world_neutron(request, w, needs, err) != 0)
		return -1;
	if (w->has_nova_config && needs & (NEEDS_BUS | WITNESS_BUS))
		return keep_absence(w, world_connect_bus(w, err), needs & NEEDS_BUS, &w->bus_absent, err);
	return 0;
}

void world_close(struct world *w)
{
	bus_close(&w->bus);
	token_drop(&w->token);
	close_nova(w);
	absences_free(w->absences); /* they name mappings */
	w->absences = NULL;
	cell_mappings_free(&w->mappings);
	db_close(&w->cinder_db);
	db_close(&w->placement_db);
	db_close(&w->neutron_db);
	placement_config_free(&w->placement);
	neutron_config_free(&w->neutron);
	nova_config_free(&w->nova);
	cinder_config_free(&w->cinder);
	site_config_free(&w->site);
}

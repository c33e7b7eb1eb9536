/* SPDX-License-Identifier: Apache-2.0 */
#include "run/list.h"

#include <string.h>

#include "util/deadline.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"

static bool is_witness(const struct scene *scene, const struct absence *a)
{
	return a->cell && scene->nova.home && scene->nova.home->cell->id != a->cell->id;
}

static bool is_told_in(const struct error *said, const char *text)
{
	auto_free char *whole = lang_for_machines(xstrdup(said->text)), *part = lang_for_machines(xstrdup(text));

	return strstr(whole, part) != NULL;
}

/* The heaviest of them; ERROR_OK: everything was asked. */
static enum error_kind say_absences(const struct listing *listing, const struct scene *scene, const struct error *said)
{
	const struct absences *all = scene->world->absences;
	enum error_kind worst = ERROR_OK;

	for (size_t i = 0; all && i < all->n; i++) {
		const struct absence *a = &all->v[i];

		if (is_witness(scene, a)) {
			log_warn("unknown: rows of cell '%s': %s", str_or(a->cell->name, a->cell->uuid), a->text);
			continue;
		}
		if (listing->counts_absences && a->kind != ERROR_CONFIG)
			continue;
		if (error_kind_outweighs(a->kind, worst))
			worst = a->kind;
		if (is_told_in(said, a->text)) /* main says it */
			continue;
		log_error("%s", a->text);
		if (a->hint[0])
			log_notice("hint: %s", a->hint);
	}
	return worst;
}

static int show_rows(const struct listing *listing, struct scene *scene, struct world *world, struct table *table,
    struct error *err)
{
	int rc;

	if (world_open(scene->request, listing->needs | SHOWS, NULL, world, err) != 0)
		return -1;
	if (world_begin_reads(world, err) != 0) {
		if (!listing->outlives_deadline || !deadline_is_over())
			return -1;
		error_clear(err);
	}
	if (!listing->counts_rows)
		table_begin(table, &scene->request->shown);
	rc = listing->fill(scene, table, err);
	world_end_reads(world);
	if (rc != 0)
		table_break_off(table, err);
	if (rc != 0 || table_print(table, &scene->request->shown, err) != 0)
		return -1;
	return listing->conclude ? listing->conclude(table, scene->request, err) : 0;
}

enum error_kind run_listing(const struct listing *listing, const struct request *request, struct error *err)
{
	struct world world = { 0 };
	struct scene scene = { .request = request, .world = &world };
	enum error_kind absent;
	struct table table;
	int rc;

	table_init(&table, listing->column, listing->ncolumn);
	table.globals = request->where.globals;
	rc = table_check(listing->column, listing->ncolumn, &request->shown, err);
	if (rc == 0)
		rc = show_rows(listing, &scene, &world, &table, err);
	absent = say_absences(listing, &scene, err);
	if (absent != ERROR_OK && (rc == 0 || (err->kind != ERROR_USAGE && !error_kind_outweighs(err->kind, absent)))) {
		err->kind = absent; /* its text, if there is one, is said all the same */
		rc = -1;
	}
	table_free(&table);
	scene_free(&scene);
	world_close(&world);
	return rc == 0 ? ERROR_OK : err->kind;
}

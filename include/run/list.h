/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RUN_LIST_H
#define RUN_LIST_H

#include "find/scene.h"
#include "out/table.h"

/* A command that only shows rows: opens what it needs, fills the table in one snapshot a database, prints it, and may then say
 * by what it has shown how it ends. Rows leave as they come (table_begin()): an error before any was written leaves stdout
 * empty, after that it says that the list is half (table_break_off()).
 *
 * What could not be asked (the world's absences) is said after the rows, an error a source, and decides how the command ends:
 * its configuration, then databases, then brokers. When the command is about a host whose cell answers (scene->nova.home), the
 * other cells are witnesses: a warning. */
struct listing {
	unsigned needs; /* of find/world.h */
	const struct table_column *column;
	size_t ncolumn;
	int (*fill)(struct scene *scene, struct table *table, struct error *err);
	int (*conclude)(const struct table *shown, const struct request *request,
	    struct error *err); /* NULL: rows are no error */
	bool counts_rows;       /* fill or conclude asks table_count(): no row leaves before the last one came */
	bool outlives_deadline; /* each of its rows says by itself that there was no time for it */
	bool counts_absences; /* its rows have them, and conclude counts them; a configuration that cannot be read still wins */
};
#define LISTED(columns) .column = (columns), .ncolumn = sizeof(columns) / sizeof *(columns)

enum error_kind run_listing(const struct listing *listing, const struct request *request, struct error *err);

#endif

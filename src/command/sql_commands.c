/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "command/commands.h"
#include "find/scene.h"
#include "out/table.h"
#include "sql_catalogue.h"
#include "util/str.h"

/* Every statement that the binary can send, from its catalogue; no database is opened. */

static const struct table_column columns[] = {
	{ "name", NULL, false, false },
	{ "access", NULL, false, false },
	{ "tables", NULL, false, false },
	{ "rows", NULL, true, false },
	{ "sentence", NULL, true, false },
};
static const struct table_column text_columns[] = {
	{ "text", NULL, false, false },
};
#define COLUMNS(c) c, sizeof c / sizeof *c

static const char *access_name(const struct sql *sql)
{
	return sql->access == SQL_READS ? "reads" : sql->access == SQL_WRITES ? "writes" : "session";
}

enum error_kind op_sql_list(const struct request *request, struct error *err)
{
	struct table t;
	int rc;

	if (table_check(COLUMNS(columns), &request->shown, err) != 0)
		return err->kind;
	table_init(&t, COLUMNS(columns));
	for (const struct sql *const *sql = sql_catalogue; *sql; sql++) {
		table_add(&t);
		table_text(&t, "name", (*sql)->name);
		table_text(&t, "access", access_name(*sql));
		table_text(&t, "tables", (*sql)->tables);
		table_text(&t, "rows", (*sql)->rows);
		table_text(&t, "sentence", (*sql)->sentence);
	}
	rc = table_print(&t, &request->shown, err);
	table_free(&t);
	return rc == 0 ? ERROR_OK : err->kind;
}

static const struct sql *find_sql(const char *name)
{
	for (const struct sql *const *sql = sql_catalogue; *sql; sql++)
		if (strcmp((*sql)->name, name) == 0)
			return *sql;
	return NULL;
}

static int unknown_sql(const char *name, struct error *err)
{
	const char **known = NULL;
	size_t n = 0, cap = 0;

	for (const struct sql *const *sql = sql_catalogue; *sql; sql++) {
		known = vec_grow(known, n, &cap, sizeof *known);
		known[n++] = (*sql)->name;
	}
	scene_unknown("statement", name, known, n, "evac-manage sql list", err);
	free(known);
	return -1;
}

/* As its file has it, so that it can be piped into a client: its parameters are user variables, SET @name = '…' in front of it. */
enum error_kind op_sql_show(const struct request *request, struct error *err)
{
	const struct sql *sql = find_sql(request->what.id);
	struct table t;
	int rc;

	if (!sql) {
		unknown_sql(request->what.id, err);
		return err->kind;
	}
	if (table_check(COLUMNS(text_columns), &request->shown, err) != 0)
		return err->kind;
	if (strcmp(request->shown.format, "table") == 0 || strcmp(request->shown.format, "value") == 0) /* no frame, and a line end stays one */
		return out_text(err, "%s", sql->raw) == 0 ? ERROR_OK : err->kind;
	table_init(&t, COLUMNS(text_columns));
	table_add(&t);
	table_text(&t, "text", sql->raw);
	rc = table_print(&t, &request->shown, err);
	table_free(&t);
	return rc == 0 ? ERROR_OK : err->kind;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "sql_catalogue.h"
#include "find/moves.h"
#include "find/scene.h"
#include "out/table.h"
#include "util/str.h"

static const struct table_column columns[] = {
	{ "text", NULL, false, COLUMN_SENTENCE },
};

#define COLUMNS columns, sizeof columns / sizeof *columns

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

/* As its file has it, so that it can be piped into a client: its parameters are user variables, SET @name = '…' in front of
 * it. */
static enum error_kind run_sql_show(const struct request *request, struct error *err)
{
	const struct sql *sql = find_sql(request->what.id);
	struct table t;
	int rc;

	if (!sql) {
		unknown_sql(request->what.id, err);
		return err->kind;
	}
	if (table_check(COLUMNS, &request->shown, err) != 0)
		return err->kind;
	if (strcmp(request->shown.format, "table") == 0 ||
	    strcmp(request->shown.format, "value") == 0) /* no frame, and a line end stays one */
		return out_text(err, "%s", sql->raw) == 0 ? ERROR_OK : err->kind;
	table_init(&t, COLUMNS);
	table_add(&t);
	table_text(&t, "text", sql->raw);
	rc = table_print(&t, &request->shown, err);
	table_free(&t);
	return rc == 0 ? ERROR_OK : err->kind;
}

/* clang-format off */
static const struct argument_spec arguments[] = {
	{ .metavar = "NAME", .type = OPTION_TEXT, .offset = AT(what.id), .sentence = "the statement's name, from 'evac-manage sql list'" },
	{ 0 }
};

const struct command command_sql_show = {
	.noun = "sql", .verb = "show",
	.sentence = "one statement, for use in a client",
	.details = "Prints the statement's file, for a pipe into a client. Its parameters (\":param\") become user variables: put SET @name = "
		"'...'; in front of it. Needs no database.\n\n"
		"Example:\n"
		"  { echo \"SET @node = 'ctl1';\"\n"
		"    evac-manage sql show cinder/volume_list_by_node; } | mariadb cinder",
	.arguments = arguments,
	.run = run_sql_show,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "sql_catalogue.h"
#include "out/table.h"

/* Every statement that the binary can send, from its catalogue; no database is opened. */

static const struct table_column columns[] = {
	{ "name", NULL, false, COLUMN_NAME },
	{ "access", NULL, false, COLUMN_TEXT },
	{ "tables", NULL, false, COLUMN_TEXT },
	{ "rows", NULL, true, COLUMN_TEXT },
	{ "sentence", NULL, true, COLUMN_SENTENCE },
};

#define COLUMNS columns, sizeof columns / sizeof *columns

static const char *access_name(const struct sql *sql)
{
	return sql->access == SQL_READS ? "reads" : sql->access == SQL_WRITES ? "writes" : "session";
}

static enum error_kind run_sql_list(const struct request *request, struct error *err)
{
	struct table t;
	int rc;

	if (table_check(COLUMNS, &request->shown, err) != 0)
		return err->kind;
	table_init(&t, COLUMNS);
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

/* clang-format off */
const struct command command_sql_list = {
	.noun = "sql", .verb = "list",
	.sentence = "every statement that evac-manage can send",
	.details = "Shows its name, its tables, and whether it writes. Needs no database.",
	.run = run_sql_list,
};

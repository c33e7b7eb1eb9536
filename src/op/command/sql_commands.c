/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "op/commands.h"
#include "op/scene.h"
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

	if (table_check(COLUMNS(columns), request, err) != 0)
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
	rc = table_print(&t, request, err);
	table_free(&t);
	return rc == 0 ? ERROR_OK : err->kind;
}

/* As its file has it: a parameter is a user variable again, so that it runs in a client after SET @name. */
static void add_text(const struct sql *sql, struct str *out)
{
	char quote = '\0';
	size_t n = 0;

	str_addf(out, "-- %s\n", sql->sentence);
	for (const char *c = strchr(sql->text, '\n') + 1; *c; c++) {
		if (quote)
			quote = *c == quote ? '\0' : quote;
		else if (*c == '\'' || *c == '"' || *c == '`')
			quote = *c;
		if (*c == '?' && !quote)
			str_addf(out, "@%s", sql->params[n++]);
		else
			str_addc(out, *c);
	}
	while (out->n && out->s[out->n - 1] == '\n')
		out->s[--out->n] = '\0';
	str_addc(out, ';');
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

enum error_kind op_sql_show(const struct request *request, struct error *err)
{
	const struct sql *sql = find_sql(request->id);
	struct request plain = *request;
	auto_str struct str text = { 0 };
	struct table t;
	int rc;

	if (!sql) {
		unknown_sql(request->id, err);
		return err->kind;
	}
	if (table_check(COLUMNS(text_columns), request, err) != 0)
		return err->kind;
	add_text(sql, &text);
	if (strcmp(request->format, "table") == 0)
		plain.format = "value"; /* a statement in a frame cannot be copied */
	table_init(&t, COLUMNS(text_columns));
	table_add(&t);
	table_text(&t, "text", text.s);
	rc = table_print(&t, &plain, err);
	table_free(&t);
	return rc == 0 ? ERROR_OK : err->kind;
}

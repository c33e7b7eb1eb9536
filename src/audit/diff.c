/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"
#include "out/table.h"

static const struct table_column columns[] = {
	{ "change", NULL, false, COLUMN_TEXT },
	{ "check", NULL, false, COLUMN_TEXT },
	{ "severity", NULL, false, COLUMN_TEXT },
	{ "subject", NULL, false, COLUMN_NAME },
	{ "message", NULL, false, COLUMN_REMARK },
	{ "since", NULL, false, COLUMN_TEXT },
};
#define NCOLUMNS (sizeof columns / sizeof *columns)

static void add_change(struct table *table, const char *change, const struct known_finding *f, const char *since)
{
	table_add(table);
	table_text(table, "change", change);
	table_text(table, "check", f->check);
	table_text(table, "severity", f->severity);
	table_text(table, "subject", f->subject);
	table_text(table, "message", f->message);
	table_text(table, "since", since);
}

static const char *earlier_time(const char *a, const char *b)
{
	if (!a || !b)
		return a ? a : b;
	return strcmp(a, b) <= 0 ? a : b;
}

static void compare_reports(const struct known_report *old, const struct known_report *new, struct table *table)
{
	const struct known_finding *f, *k;

	for (size_t i = 0; i < new->n; i++) {
		f = &new->v[i];
		if (!known_find(old, f->check, f->subject))
			add_change(table, "new", f, f->since ? f->since : new->at);
	}
	for (size_t i = 0; i < new->n; i++) {
		f = &new->v[i];
		k = known_find(old, f->check, f->subject);
		if (k)
			add_change(table, "still there", f, earlier_time(f->since, k->since ? k->since : old->at));
	}
	for (size_t i = 0; i < old->n; i++) {
		f = &old->v[i];
		if (!known_find(new, f->check, f->subject)) /* what nobody looked for is not gone */
			add_change(table, known_ran(new, f->check) ? "gone" : "not looked for", f,
			    f->since ? f->since : old->at);
	}
}

enum error_kind audit_diff(const struct request *request, struct error *err)
{
	struct known_report old = { 0 }, new = { 0 };
	struct table table;
	int rc;

	table_init(&table, columns, NCOLUMNS);
	rc = table_check(columns, NCOLUMNS, &request->shown, err);
	if (rc == 0)
		rc = document_read(request->audit.old_report, &old, err);
	if (rc == 0)
		rc = document_read(request->audit.new_report, &new, err);
	if (rc == 0) {
		table_begin(&table, &request->shown);
		table_say_none(&table, "No differences between the two reports.");
		compare_reports(&old, &new, &table);
		rc = table_print(&table, &request->shown, err);
	}
	table_free(&table);
	known_report_free(&old);
	known_report_free(&new);
	return rc == 0 ? ERROR_OK : err->kind;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "audit/check.h"
#include "out/table.h"
#include "util/str.h"

static const struct table_column columns[] = {
	{ "check", NULL, false, COLUMN_TEXT },
	{ "severity", NULL, false, COLUMN_TEXT },
	{ "title", NULL, false, COLUMN_SENTENCE },
	{ "number", NULL, false, COLUMN_TEXT | COLUMN_SPARE },
	{ "databases", NULL, true, COLUMN_TEXT },
	{ "subject_kind", NULL, true, COLUMN_TEXT },
	{ "sentence", NULL, true, COLUMN_SENTENCE },
	{ "remedy", NULL, true, COLUMN_NOTE },
	{ "statements", NULL, true, COLUMN_TEXT },
};

static enum error_kind run_audit_list(const struct request *request, struct error *err)
{
	struct table table;
	int rc;

	table_init(&table, columns, sizeof columns / sizeof *columns);
	for (const struct audit_check *c = audit_checks; c->number; c++) {
		auto_str struct str databases = { 0 }, statements = { 0 };

		if (!audit_check_is_first(c))
			continue;
		audit_check_add_databases(c, &databases);
		str_addf(&statements, "%s%s%s", c->left.sql->name, c->right.sql ? " " : "",
		    c->right.sql ? c->right.sql->name : "");
		table_add(&table);
		table_text(&table, "check", c->name);
		table_text(&table, "severity", audit_severity_name[c->severity]);
		table_text(&table, "title", c->title);
		table_text(&table, "number", c->number);
		table_text(&table, "databases", databases.s);
		table_text(&table, "subject_kind", c->subject_kind);
		table_text(&table, "sentence", c->left.sql->sentence);
		table_text(&table, "remedy", c->remedy);
		table_text(&table, "statements", statements.s);
	}
	rc = table_print(&table, &request->shown, err);
	table_free(&table);
	return rc == 0 ? ERROR_OK : err->kind;
}

/* clang-format off */
const struct command command_audit_list = {
	.noun = "audit", .verb = "list",
	.sentence = "the checks of the audit",
	.run = run_audit_list,
};

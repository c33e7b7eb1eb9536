/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "out/table.h"

static const struct table_column columns[] = {
	{ "name", NULL, false, COLUMN_TEXT },
	{ "version", NULL, false, COLUMN_TEXT },
};

static enum error_kind run_version(const struct request *request, struct error *err)
{
	struct table t;
	int rc;

	table_init(&t, columns, sizeof columns / sizeof *columns);
	table_add(&t);
	table_text(&t, "name", "evac-manage");
	table_text(&t, "version", EVAC_MANAGE_VERSION);
	rc = table_print(&t, &request->shown, err);
	table_free(&t);
	return rc == 0 ? ERROR_OK : err->kind;
}

/* clang-format off */
const struct command command_version = {
	.noun = "version",
	.sentence = "the version of evac-manage",
	.run = run_version,
};

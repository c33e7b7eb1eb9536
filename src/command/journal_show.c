/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "journal_lines.h"
#include "words.h"
#include "journal/past.h"
#include "journal/runs.h"
#include "out/table.h"
#include "util/log.h"
#include "util/str.h"

static const struct table_column columns[] = {
	{ "seq", NULL, false, COLUMN_NUMBER },
	{ "time", NULL, false, COLUMN_TEXT },
	{ "type", NULL, false, COLUMN_TEXT },
	{ "unit", NULL, false, COLUMN_NUMBER },
	{ "kind", NULL, false, COLUMN_TEXT },
	{ "id", NULL, false, COLUMN_NAME },
	{ "before", NULL, false, COLUMN_NAME },
	{ "after", NULL, false, COLUMN_NAME },
	{ "state", NULL, false, COLUMN_TEXT },
	{ "text", NULL, false, COLUMN_SENTENCE },
};

#define COLUMNS columns, sizeof columns / sizeof *columns

static const char *record_text(json_object *record, const char *key)
{
	return json_object_get_string(json_object_object_get(record, key));
}

/* Of the first of ${keys} that it has; a kind of record has one of them. */
static const char *first_text(json_object *record, const char *const keys[5])
{
	const char *text = NULL;

	for (size_t i = 0; i < 5 && keys[i] && !text; i++)
		text = record_text(record, keys[i]);
	return text;
}

struct shown_records {
	struct table table;
	int64_t version; /* of the journal's format; -1: its first record was not there */
};

static int add_record_row(void *ctx, json_object *record)
{
	static const char *const state[] = { "state", "outcome", "verdict", "result", NULL },
				 *const text[] = { "error", "sentence", "server", "command", "by" };
	struct shown_records *shown = ctx;
	struct table *t = &shown->table;
	json_object *value;

	if (shown->version < 0)
		shown->version = json_object_get_int64(json_object_object_get(record, "version"));
	table_add(t);
	table_int(t, "seq", json_object_get_int64(json_object_object_get(record, "seq")));
	table_text(t, "time", record_text(record, "time"));
	table_text(t, "type", record_text(record, "type"));
	if (json_object_object_get_ex(record, "unit", &value))
		table_int(t, "unit", json_object_get_int64(value));
	table_text(t, "kind", record_text(record, "kind"));
	table_text(t, "id", str_or(record_text(record, "id"), record_text(record, "instance")));
	table_text(t, "before", record_text(record, "before"));
	table_text(t, "after", record_text(record, "after"));
	table_text(t, "state", first_text(record, state));
	table_advice(t, "text", first_text(record, text));
	return 0;
}

/* Of a run that goes on as it goes on; of one that has ended all of it. */
static enum error_kind follow_run(const struct request *request, const char *path, struct error *err)
{
	struct journal_lines lines = { .shown = &request->shown };
	bool torn = false;
	int rc = journal_follow(path, journal_line, &lines, &torn, err);

	if (rc == 0 && lines.trouble.kind) {
		*err = lines.trouble;
		rc = -1;
	}
	if (rc == 0 && !lines.ended) {
		rc = error_set(err, ERROR_UNKNOWN, "the run stopped in the middle of a step");
		error_hint(err, "evac-manage journal recover %s", request->what.id);
	}
	journal_lines_free(&lines);
	return rc == 0 ? ERROR_OK : err->kind;
}

static void say_what_is_odd(const struct shown_records *shown, const char *path, bool torn)
{
	if (torn)
		log_warn("the last record of '%s' is incomplete; the step that it announces was not begun", path);
	if (shown->version >= 0 && shown->version != JOURNAL_VERSION && shown->version != JOURNAL_VERSION_HOSTS)
		log_warn("the journal '%s' is of format %lld, evac-manage %s knows formats up to %d: this may not be all of it",
		    path, (long long)shown->version, EVAC_MANAGE_VERSION, JOURNAL_VERSION_HOSTS);
}

/* Of a damaged journal what stands before the damage; then the error. */
static enum error_kind run_journal_show(const struct request *request, struct error *err)
{
	struct shown_records shown = { .version = -1 };
	struct error trouble = { 0 };
	auto_free char *path = NULL;
	bool torn = false;
	int rc;

	if (journal_find(request, request->what.id, &path, err) != 0)
		return err->kind;
	if (request->what.follow)
		return follow_run(request, path, err);
	table_init(&shown.table, COLUMNS);
	rc = table_check(COLUMNS, &request->shown, err);
	if (rc == 0)
		table_begin(&shown.table, &request->shown);
	if (rc == 0 && journal_read(path, add_record_row, &shown, &torn, &trouble) == 0)
		say_what_is_odd(&shown, path, torn);
	if (rc == 0)
		rc = table_print(&shown.table, &request->shown, err);
	table_free(&shown.table);
	if (rc == 0 && trouble.kind) {
		*err = trouble;
		rc = -1;
	}
	return rc == 0 ? ERROR_OK : err->kind;
}

static int follow_is_shown(const struct request *request, struct error *err)
{
	const struct shown *shown = &request->shown;
	bool lines = str_equal(shown->format, "table") || str_equal(shown->format, "json");

	if (!request->what.follow || (lines && shown->columns.n == 0 && !shown->sort_column))
		return 0;
	return error_set(err, ERROR_USAGE,
	    "--follow prints a line for each change, or with -f json an object on a line: "
	    "it takes no other format, no -c and no --sort-column");
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "follow", .type = OPTION_FLAG, .offset = AT(what.follow),
	  .sentence = "follow a run until it ends, a line a change; Ctrl-C ends only this command" },
	{ 0 }
};

const struct command command_journal_show = {
	.noun = "journal", .verb = "show",
	.sentence = "the rows that a run wrote, with the values before",
	.details = "Needs no database: journals are files in --state-dir.",
	.options = options, .arguments = run_arguments,
	.check = follow_is_shown,
	.run = run_journal_show,
};

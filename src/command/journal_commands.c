/* SPDX-License-Identifier: Apache-2.0 */
#include "command/commands.h"
#include "journal/past.h"
#include "journal/runs.h"
#include "out/table.h"
#include "util/log.h"
#include "util/str.h"

static const struct table_column run_columns[] = {
	{ "run", NULL, false, false },
	{ "command", NULL, false, false },
	{ "host", NULL, false, false },
	{ "state", NULL, false, false },
	{ "started_at", NULL, false, false },
	{ "units_done", NULL, false, true },
	{ "units_failed", NULL, false, true },
	{ "units_unknown", NULL, false, true },
};
static const struct table_column record_columns[] = {
	{ "seq", NULL, false, true },
	{ "time", NULL, false, false },
	{ "type", NULL, false, false },
	{ "unit", NULL, false, true },
	{ "kind", NULL, false, false },
	{ "id", NULL, false, false },
	{ "before", NULL, false, false },
	{ "after", NULL, false, false },
	{ "state", NULL, false, false },
	{ "text", NULL, false, false },
};
#define COLUMNS(c) c, sizeof c / sizeof *c

static const char *get(json_object *record, const char *key)
{
	return json_object_get_string(json_object_object_get(record, key));
}

static size_t count_units(const struct past *p, const char *a, const char *b)
{
	size_t n = 0;

	for (size_t i = 0; i < p->nunit; i++)
		n += p->unit[i].begun && (str_equal(past_unit_state(&p->unit[i]), a) || str_equal(past_unit_state(&p->unit[i]), b));
	return n;
}

static const char *state_of(const struct past *p)
{
	if (p->recovery)
		return str_equal(p->recovery, "ok") ? "recovered" : str_equal(p->recovery, "drift") ? "failed" : "unknown";
	if (str_equal(p->result, "unknown") || count_units(p, "unknown", "unknown") > 0)
		return "unknown";
	if (!p->result)
		return "open";
	if (str_equal(p->result, "partial") && count_units(p, "failed", "failed") == 0) /* something remains, and nothing failed */
		return "done";
	return str_equal(p->result, "ok") ? "done" : "failed";
}

static void add_run(struct table *t, const struct past *p, const char *file)
{
	table_add(t);
	table_text(t, "run", str_or(p->run, file));
	table_text(t, "command", p->command);
	table_text(t, "host", p->host);
	table_text(t, "state", state_of(p));
	table_text(t, "started_at", p->started_at);
	table_int(t, "units_done", (int64_t)count_units(p, "proved", "applied"));
	table_int(t, "units_failed", (int64_t)count_units(p, "failed", "failed"));
	table_int(t, "units_unknown", (int64_t)count_units(p, "unknown", "open"));
}

/* A damaged journal is shown as far as it can be read, and said to be damaged. */
static void list_one(struct table *t, const struct runs *runs, const char *run)
{
	auto_free char *path = runs_path(runs, run);
	struct error trouble = { 0 };
	struct past past = { 0 };
	bool torn;

	if (journal_read(path, past_record, &past, &torn, &trouble) != 0 || past_check(&past, path, &trouble) != 0)
		log_warn("%s", trouble.text);
	add_run(t, &past, run);
	past_free(&past);
}

enum error_kind op_journal_list(const struct request *request, struct error *err)
{
	struct runs runs;
	struct table t;
	int rc;

	if (table_check(COLUMNS(run_columns), &request->shown, err) != 0)
		return err->kind;
	if (runs_list(request, &runs, err) != 0) {
		runs_free(&runs);
		return err->kind;
	}
	table_init(&t, COLUMNS(run_columns));
	for (size_t i = 0; i < runs.n; i++)
		list_one(&t, &runs, runs.v[i]);
	rc = table_print(&t, &request->shown, err);
	table_free(&t);
	runs_free(&runs);
	return rc == 0 ? ERROR_OK : err->kind;
}

static int add_record(void *ctx, json_object *record)
{
	struct table *t = ctx;
	json_object *value;

	table_add(t);
	table_int(t, "seq", json_object_get_int64(json_object_object_get(record, "seq")));
	table_text(t, "time", get(record, "time"));
	table_text(t, "type", get(record, "type"));
	if (json_object_object_get_ex(record, "unit", &value))
		table_int(t, "unit", json_object_get_int64(value));
	table_text(t, "kind", get(record, "kind"));
	table_text(t, "id", str_or(get(record, "id"), get(record, "instance")));
	table_text(t, "before", get(record, "before"));
	table_text(t, "after", get(record, "after"));
	table_text(t, "state", str_or(get(record, "state"), str_or(get(record, "outcome"), str_or(get(record, "verdict"), get(record, "result")))));
	table_advice(t, "text", str_or(get(record, "error"), str_or(get(record, "sentence"), str_or(get(record, "server"), get(record, "command")))));
	return 0;
}

/* Of a damaged journal what stands before the damage; then the error. */
enum error_kind op_journal_show(const struct request *request, struct error *err)
{
	struct error trouble = { 0 };
	auto_free char *path = NULL;
	struct table t;
	bool torn = false;
	int rc;

	if (journal_find(request, request->what.id, &path, err) != 0)
		return err->kind;
	table_init(&t, COLUMNS(record_columns));
	rc = table_check(COLUMNS(record_columns), &request->shown, err);
	if (rc == 0 && journal_read(path, add_record, &t, &torn, &trouble) == 0 && torn)
		log_warn("the last record of '%s' was cut off while it was written; what it announced was not begun", path);
	if (rc == 0)
		rc = table_print(&t, &request->shown, err);
	table_free(&t);
	if (rc == 0 && trouble.kind) {
		*err = trouble;
		rc = -1;
	}
	return rc == 0 ? ERROR_OK : err->kind;
}

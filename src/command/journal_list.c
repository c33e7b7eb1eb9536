/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "journal/past.h"
#include "journal/rests.h"
#include "journal/runs.h"
#include "out/table.h"
#include "util/log.h"
#include "util/str.h"

static const struct table_column columns[] = {
	{ "run", NULL, false, COLUMN_TEXT },
	{ "command", NULL, false, COLUMN_TEXT | COLUMN_SPARE },
	{ "host", NULL, false, COLUMN_NAME },
	{ "state", NULL, false, COLUMN_TEXT },
	{ "started_at", NULL, false, COLUMN_TEXT | COLUMN_SPARE },
	{ "units_done", NULL, false, COLUMN_NUMBER },
	{ "units_failed", NULL, false, COLUMN_NUMBER },
	{ "units_unknown", NULL, false, COLUMN_NUMBER },
};

#define COLUMNS columns, sizeof columns / sizeof *columns

static void show_hosts(struct table *t, const struct past *p)
{
	auto_str struct str hosts = { 0 };

	for (size_t i = 0; i < p->hosts.n; i++)
		str_addf(&hosts, "%s%s", i ? "," : "", p->hosts.v[i]);
	table_text(t, "host", p->has_hosts ? hosts.s : p->host);
}

static void add_run(struct table *t, const struct past *p, const char *file)
{
	const char *sent = past_was_left_waiting(p) ? NULL : "applied"; /* of an evacuation: sent, and not seen to end */

	table_add(t);
	table_text(t, "run", str_or(p->run, file));
	table_text(t, "command", p->command);
	show_hosts(t, p);
	table_text(t, "state", past_state(p));
	table_text(t, "started_at", p->started_at);
	table_int(t, "units_done", (int64_t)past_count_units(p, "proved", sent ? sent : "proved"));
	table_int(t, "units_failed", (int64_t)past_count_units(p, "failed", "failed"));
	table_int(t, "units_unknown",
	    (int64_t)(past_count_units(p, "unknown", "open") + (sent ? 0 : past_count_units(p, "applied", "applied"))));
}

/* What nobody has settled keeps others out, or leaves instances of which nobody knows. */
static void say_what_next(const struct past *p)
{
	const char *state = past_state(p);

	if (p->run && strcmp(state, "open") == 0)
		log_notice("%s is open: if it does not run any more: evac-manage journal recover %s", p->run, p->run);
	else if (p->run && strcmp(state, "unknown") == 0)
		log_notice("of %s not all is known: evac-manage journal recover %s", p->run, p->run);
}

static void say_rests(struct rests *all)
{
	auto_arena struct arena arena = { 0 };

	/* of the others, what is to be settled first was named with their rows */
	for (const struct rest *r = all->v; r < all->v + all->n; r++)
		if (r->kind == REST_LEFT)
			log_notice("%s left something: %s", r->run, rest_command(r, &arena));
		else if (r->kind == REST_DRIFTED)
			log_notice("%s left something, and rows that are not as it wrote them: %s", r->run,
			    rest_command(r, &arena));
	rests_free(all);
}

/* A damaged journal is shown as far as it can be read, and said to be damaged. */
static void list_run(struct table *t, const struct runs *runs, const char *run, struct rests *rests)
{
	auto_free char *path = runs_path(runs, run);
	struct error trouble = { 0 };
	struct past past = { 0 };
	bool torn;

	if (journal_read(path, past_record, &past, &torn, &trouble) != 0 || past_check(&past, path, &trouble) != 0)
		log_warn("%s", trouble.text);
	add_run(t, &past, run);
	say_what_next(&past);
	rests_note(rests, &past);
	past_free(&past);
}

static enum error_kind run_journal_list(const struct request *request, struct error *err)
{
	struct rests rests = { 0 };
	struct runs runs;
	struct table t;
	int rc;

	if (table_check(COLUMNS, &request->shown, err) != 0)
		return err->kind;
	if (runs_list(request, &runs, err) != 0) {
		runs_free(&runs);
		return err->kind;
	}
	table_init(&t, COLUMNS);
	table_begin(&t, &request->shown);
	table_say_none(&t, "No runs in '%s'.", runs.dir);
	for (size_t i = 0; i < runs.n; i++)
		list_run(&t, &runs, runs.v[i], &rests);
	say_rests(&rests);
	rc = table_print(&t, &request->shown, err);
	table_free(&t);
	runs_free(&runs);
	return rc == 0 ? ERROR_OK : err->kind;
}

/* clang-format off */
const struct command command_journal_list = {
	.noun = "journal", .verb = "list",
	.sentence = "the runs of this machine, and their state",
	.details = "A run is open, done, failed, unknown or recovered. Needs no database: journals are files in --state-dir.",
	.run = run_journal_list,
};

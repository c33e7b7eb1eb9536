/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "journal/past.h"
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

static size_t count_units(const struct past *p, const char *a, const char *b)
{
	size_t n = 0;

	for (size_t i = 0; i < p->nunit; i++)
		n += p->unit[i].begun &&
		    (str_equal(past_unit_state(&p->unit[i]), a) || str_equal(past_unit_state(&p->unit[i]), b));
	return n;
}

/* Its time ended before nova had: nothing has failed, and how it went on is in no journal. */
static bool was_left_waiting(const struct past *p)
{
	return str_equal(p->result, "timeout") && count_units(p, "failed", "failed") == 0;
}

static const char *run_state(const struct past *p)
{
	if (p->recovery)
		return str_equal(p->recovery, "ok")                                       ? "recovered" :
		    str_equal(p->recovery, "drift") || str_equal(p->recovery, "unproved") ? "failed" :
											    "unknown";
	if (str_equal(p->result, "unknown") || count_units(p, "unknown", "unknown") > 0 || was_left_waiting(p))
		return "unknown";
	if (!p->result)
		return "open";
	if (str_equal(p->result, "partial") &&
	    count_units(p, "failed", "failed") == 0) /* something remains, and nothing failed */
		return "done";
	return str_equal(p->result, "ok") ? "done" : "failed";
}

static void show_hosts(struct table *t, const struct past *p)
{
	auto_str struct str hosts = { 0 };

	for (size_t i = 0; i < p->hosts.n; i++)
		str_addf(&hosts, "%s%s", i ? "," : "", p->hosts.v[i]);
	table_text(t, "host", p->has_hosts ? hosts.s : p->host);
}

static void add_run(struct table *t, const struct past *p, const char *file)
{
	const char *sent = was_left_waiting(p) ? NULL : "applied"; /* of an evacuation: sent, and not seen to end */

	table_add(t);
	table_text(t, "run", str_or(p->run, file));
	table_text(t, "command", p->command);
	show_hosts(t, p);
	table_text(t, "state", run_state(p));
	table_text(t, "started_at", p->started_at);
	table_int(t, "units_done", (int64_t)count_units(p, "proved", sent ? sent : "proved"));
	table_int(t, "units_failed", (int64_t)count_units(p, "failed", "failed"));
	table_int(t, "units_unknown",
	    (int64_t)(count_units(p, "unknown", "open") + (sent ? 0 : count_units(p, "applied", "applied"))));
}

/* What nobody has settled keeps others out, or leaves instances of which nobody knows. */
static void say_what_next(const struct past *p)
{
	const char *state = run_state(p);

	if (p->run && strcmp(state, "open") == 0)
		log_notice("%s is open: if it does not run any more: evac-manage journal recover %s", p->run, p->run);
	else if (p->run && strcmp(state, "unknown") == 0)
		log_notice("of %s not all is known: evac-manage journal recover %s", p->run, p->run);
}

/* Rescues that left something, of hosts that no later one has brought back or taken up. */
struct rest {
	const char *host, *run;
	bool drifted; /* it is not resumed before somebody has decided on rows; its recovery says which */
};
struct rests {
	struct rest *v;
	size_t n, cap;
	struct arena arena;
};

static void forget_rest(struct rests *all, const char *host)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		if (!str_equal(all->v[i].host, host))
			all->v[n++] = all->v[i];
	all->n = n;
}

static bool has_begun(const struct past *p)
{
	size_t i = 0;

	while (i < p->nunit && !p->unit[i].begun)
		i++;
	return i < p->nunit;
}

/* One that failed counts when it had begun; one that was interrupted between two units has nothing unknown, and no unit of it
 * failed. */
static bool came_to_its_end(const struct past *p, bool rescue)
{
	const char *state = run_state(p);

	return strcmp(state, "done") == 0 || strcmp(state, "recovered") == 0 ||
	    (rescue && strcmp(state, "failed") == 0 && (has_begun(p) || str_equal(p->result, "interrupted")));
}

/* What had not been begun, turned out not to be done or failed, and what its plan had left out. */
static bool left_something(const struct past *p)
{
	return !p->nothing_left &&
	    (str_equal(p->result, "partial") || str_equal(p->result, "interrupted") ||
		(strcmp(run_state(p), "done") != 0 && count_units(p, "proved", "proved") < p->nunit));
}

/* What else is done about a host, a migration closed or an instance evacuated, settles no rescue, nor does one that came to no
 * end. */
static void note_rest(struct rests *all, const struct past *p)
{
	const char *host = past_hosts_words(p, &all->arena);
	const bool rescue = str_equal(p->command, "host rescue");

	if (!host || !p->run || !(rescue || str_equal(p->command, "host return")) || !came_to_its_end(p, rescue))
		return;
	forget_rest(all, host);
	if (!rescue || !left_something(p))
		return;
	all->v = vec_grow(all->v, all->n, &all->cap, sizeof *all->v);
	all->v[all->n++] = (struct rest){ host, arena_dup(&all->arena, p->run), str_equal(p->recovery, "drift") };
}

static void say_rests(struct rests *all)
{
	for (const struct rest *r = all->v; r < all->v + all->n; r++)
		if (r->drifted)
			log_notice("%s left something, and rows that are not as it wrote them: evac-manage journal recover %s",
			    r->run, r->run);
		else
			log_notice("%s left something: evac-manage host rescue %s --resume %s", r->run, r->host, r->run);
	free(all->v);
	arena_free(&all->arena);
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
	note_rest(rests, &past);
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

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "audit/check.h"
#include "find/moves.h"
#include "find/scene.h"
#include "guard/guard.h"
#include "model/nova/evacuation_bug.h"
#include "out/table.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/str.h"

/* The page of a finding, of a check of the audit, of an exit code, or of a bug of nova's, out of the tables that make them: a
 * row each. What does not belong to its kind is null, and not on its page. */

static const struct table_column columns[] = {
	{ "name", NULL, false, COLUMN_NAME },
	{ "kind", NULL, false, COLUMN_TEXT },
	{ "number", NULL, false, COLUMN_TEXT },
	{ "severity", NULL, false, COLUMN_TEXT },
	{ "title", NULL, true, COLUMN_SENTENCE },
	{ "meaning", NULL, true, COLUMN_SENTENCE },
	{ "remedy", NULL, true, COLUMN_SENTENCE },
	{ "fixed", NULL, true, COLUMN_TEXT },
	{ "unfixed", NULL, true, COLUMN_TEXT },
	{ "accept", NULL, true, COLUMN_TEXT },
	{ "right", NULL, true, COLUMN_TEXT },
	{ "asked", NULL, true, COLUMN_TEXT },
	{ "databases", NULL, true, COLUMN_TEXT },
	{ "also", NULL, true, COLUMN_TEXT },
};

#define NCOLUMN (sizeof columns / sizeof *columns)
#define ON_PAGE 4     /* the columns before it are the page's first line */
#define TEXT_AT 11    /* where the texts of a page begin */
#define NUMBER_SIZE 8 /* an exit code */

/* ---- a finding */

static const struct {
	unsigned when;
	const char *commands;
} asked_by[] = {
	{ WHEN_RESCUES, "host rescue" },
	{ WHEN_EVACUATES_ALONE, "host evacuate, instance evacuate" },
	{ WHEN_MOVES_ALONE,
	    "volume update_host, backup update_backup_host, group update_host, consistencygroup update_cg_host" },
	{ WHEN_CLOSES, "migration close" },
	{ WHEN_CHANGES, N_("commands that write one service, cluster, volume or quota") },
	{ WHEN_UNDOES, "journal undo" },
};

static void add_asked_by(const struct guard *guard, struct str *out)
{
	unsigned when = 0;

	for (const struct guard_look *look = guard->look; look->check; look++)
		when |= look->when;
	if (when == 0)
		str_add(out, _("runs that evacuate, before each wave of messages"));
	if (when == WHEN_ALWAYS)
		str_add(out, _("every command that writes"));
	for (size_t i = 0; when != WHEN_ALWAYS && i < sizeof asked_by / sizeof *asked_by; i++)
		if (when & asked_by[i].when)
			str_addf(out, "%s%s", out->n ? ", " : "", _(asked_by[i].commands));
	if (!guard->of_request && when & (WHEN_MOVES | WHEN_EVACUATES))
		str_add(out, _("; host show tells it, too"));
}

static const char *how_accepted(const struct guard *guard)
{
	if (guard->accept == ACCEPT_CODE)
		return _("yes: --accept with the code takes all of them, with CODE:ID the one of this subject");
	if (guard->accept == ACCEPT_FENCED_MOVE)
		return _("only beside --fenced, and where volumes or backups alone move: never for an evacuation");
	if (guard->severity == SEVERITY_STOP || guard->severity == SEVERITY_SKIP)
		return _("no: nothing waives it");
	return _("not needed: it stops nothing");
}

static const char *when_right(const struct guard *guard)
{
	if (guard->accept == ACCEPT_NOTHING)
		return NULL;
	return guard->offer ? _(guard->offer) :
			      _("no general rule: fix the cause first; the meaning says how going on can end");
}

/* A check that has the finding's name has its page under its number. */
static void add_also(const struct audit_check *check, struct str *out)
{
	if (check)
		str_addf(out, _("the audit has a check of this name: evac-manage explain %s"), check->number);
}

static void add_guard(struct table *t, const struct guard *guard)
{
	auto_str struct str asked = { 0 }, also = { 0 };

	add_asked_by(guard, &asked);
	add_also(audit_check_find(guard->code), &also);
	table_add(t);
	table_text(t, "name", guard->code);
	table_text(t, "kind", "finding");
	table_text(t, "severity", severity_name[guard->severity]);
	table_text(t, "meaning", _(guard->sentence));
	table_text(t, "remedy", guard->hint ? _(guard->hint) : NULL);
	table_text(t, "accept", how_accepted(guard));
	table_text(t, "right", when_right(guard));
	table_text(t, "asked", asked.s);
	table_text(t, "also", also.s);
}

/* ---- a check of the audit, an exit code */

static void add_check(struct table *t, const struct audit_check *check)
{
	auto_str struct str databases = { 0 };

	audit_check_add_databases(check, &databases);
	table_add(t);
	table_text(t, "name", check->name);
	table_text(t, "kind", "check");
	table_text(t, "number", check->number);
	table_text(t, "severity", audit_severity_name[check->severity]);
	table_text(t, "title", check->title);
	table_text(t, "meaning", check->left.sql ? check->left.sql->sentence : check->title);
	table_text(t, "remedy", check->remedy);
	table_text(t, "databases", databases.s);
}

static void add_exit_code(struct table *t, enum error_kind kind)
{
	char number[NUMBER_SIZE];

	snprintf(number, sizeof number, "%d", error_kind_exit_code(kind));
	table_add(t);
	table_text(t, "name", error_kind_name(kind));
	table_text(t, "kind", "exit code");
	table_text(t, "number", number);
	table_text(t, "meaning", _(error_kind_sentence(kind)));
	table_text(t, "remedy", _(error_kind_next(kind)));
}

/* ---- a bug of nova's, by its number at launchpad */

static void add_bug(struct table *t, const struct evacuation_bug *bug)
{
	auto_str struct str fixed = { 0 }, unfixed = { 0 };

	evacuation_bug_add_fixed(bug, &fixed);
	evacuation_bug_add_unfixed(bug, &unfixed);
	table_add(t);
	table_text(t, "name", bug->number);
	table_text(t, "kind", "nova bug");
	table_text(t, "meaning", _(bug->sentence));
	table_text(t, "remedy", _(bug->answer));
	table_text(t, "fixed", fixed.s);
	table_text(t, "unfixed", unfixed.s);
}

/* ---- all of them, and the one that was asked for */

static void add_all_pages(struct table *t)
{
	for (const struct guard *guard = guards; guard->code; guard++)
		add_guard(t, guard);
	for (const struct audit_check *check = audit_checks; check->number; check++)
		if (audit_check_is_first(check))
			add_check(t, check);
	for (const struct audit_check *check = audit_readiness_checks; check->number; check++)
		add_check(t, check);
	for (int kind = 0; kind < ERROR_KIND_COUNT; kind++)
		add_exit_code(t, (enum error_kind)kind);
	for (const struct evacuation_bug *bug = evacuation_bugs; bug->number; bug++)
		add_bug(t, bug);
}

/* false: no page has this name or number. */
static bool add_page_of(struct table *t, const char *word)
{
	const struct guard *guard = guard_find(word);
	const struct audit_check *check = audit_check_find(word);
	char number[NUMBER_SIZE];

	if (guard)
		add_guard(t, guard);
	else if (check)
		add_check(t, check);
	for (int kind = 0; kind < ERROR_KIND_COUNT && !t->nrow; kind++) {
		snprintf(number, sizeof number, "%d", error_kind_exit_code((enum error_kind)kind));
		if (strcmp(number, word) == 0 || strcmp(error_kind_name((enum error_kind)kind), word) == 0)
			add_exit_code(t, (enum error_kind)kind);
	}
	for (const struct evacuation_bug *bug = evacuation_bugs; bug->number && !t->nrow; bug++)
		if (strcmp(bug->number, word) == 0)
			add_bug(t, bug);
	return t->nrow > 0;
}

static int unknown_page(const char *word, struct error *err)
{
	const char **known;
	struct table t;

	table_init(&t, columns, NCOLUMN);
	add_all_pages(&t);
	known = xcalloc(t.nrow, sizeof *known);
	for (size_t i = 0; i < t.nrow; i++)
		known[i] = table_text_in(&t, i, columns[0].key);
	scene_unknown(_("finding, check, exit code or bug of nova"), word, known, t.nrow, "evac-manage explain", err);
	free(known);
	table_free(&t);
	return -1;
}

/* "fencing-unconfirmed: finding, stop", then a paragraph a text. */
static int print_page(const struct table *t, struct error *err)
{
	auto_str struct str page = { 0 };

	str_addf(&page, "%s: ", table_text_in(t, 0, columns[0].key));
	for (size_t i = 1; i < NCOLUMN; i++) {
		const char *text = table_text_in(t, 0, columns[i].key);

		if (i == ON_PAGE)
			str_add(&page, "\n\n");
		if (!text)
			continue;
		if (i < ON_PAGE) {
			str_addf(&page, i == 1 ? "%s" : ", %s", text);
			continue;
		}
		str_addf(&page, "%-*s", TEXT_AT, columns[i].key);
		str_add_wrapped(&page, text, strlen(text), TEXT_AT, TEXT_AT);
	}
	return out_text(err, "%s", page.s);
}

/* One object; what a page of its kind does not have is not in it. */
static int print_page_json(const struct table *t, const struct shown *shown, struct error *err)
{
	json_object *page = json_object_new_object();
	int rc;

	for (size_t i = 0; i < NCOLUMN; i++)
		if (table_text_in(t, 0, columns[i].key))
			put_text(page, columns[i].key, table_text_in(t, 0, columns[i].key));
	rc = out_json(page, shown, err);
	json_object_put(page);
	return rc;
}

static int show_page(const struct table *t, const struct shown *shown, struct error *err)
{
	if (shown->columns.n)
		return table_print(t, shown, err);
	if (strcmp(shown->format, "json") == 0)
		return print_page_json(t, shown, err);
	if (strcmp(shown->format, "table") == 0 || strcmp(shown->format, "value") == 0)
		return print_page(t, err);
	return table_print(t, shown, err);
}

static enum error_kind run_explain(const struct request *request, struct error *err)
{
	const char *word = request->what.id;
	struct table t;
	int rc = table_check(columns, NCOLUMN, &request->shown, err);

	if (rc != 0)
		return err->kind;
	table_init(&t, columns, NCOLUMN);
	if (!word) {
		add_all_pages(&t);
		rc = table_print(&t, &request->shown, err);
	} else {
		rc = add_page_of(&t, word) ? show_page(&t, &request->shown, err) : unknown_page(word, err);
	}
	table_free(&t);
	return rc == 0 ? ERROR_OK : err->kind;
}

/* clang-format off */
static const struct argument_spec arguments[] = {
	{ .metavar = "CODE|CHECK|EXIT|BUG", .type = OPTION_TEXT, .offset = AT(what.id), .optional = true,
	  .sentence = "a finding's code, a check's name or number, an exit code's name or number, a bug's number at launchpad; all are listed "
		"without" },
	{ 0 }
};

const struct command command_explain = {
	.noun = "explain",
	.sentence = "a finding, check, exit code or nova bug, in words",
	.details = "Its page: what it means, what to do, of a finding also whether --accept takes it, when going on is right, and "
		"which commands ask. A word like {host} in a remedy stands for a value of the finding. Needs no database.\n\n"
		"Examples:\n"
		"  evac-manage explain fencing-unconfirmed\n"
		"  evac-manage explain A01\n"
		"  evac-manage explain 9\n"
		"  evac-manage explain 1550919",
	.arguments = arguments,
	.run = run_explain,
};

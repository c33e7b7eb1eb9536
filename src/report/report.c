/* SPDX-License-Identifier: Apache-2.0 */
#include "report/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evacuate/evacuate.h"
#include "out/paragraph.h"
#include "out/table.h"
#include "util/shell.h"
#include "util/visible.h"

static const struct table_column finding_columns[] = {
	{ "severity", "Severity", false, false },
	{ "code", "Code", false, false },
	{ "message", "Finding", false, false },
	{ "hint", "Hint", false, false },
};
static const struct table_column owner_columns[] = {
	{ "kind", "Kind", false, false },
	{ "from", "From", false, false },
	{ "to", "To", false, false },
	{ "rows", "Rows", false, true },
	{ "state", "State", false, false },
};
/* novaclient's host-evacuate has the first three; the others say what came of it. */
static const struct table_column server_columns[] = {
	{ "server_uuid", "Server UUID", false, false },
	{ "evacuate_accepted", "Evacuate Accepted", false, false },
	{ "error_message", "Error Message", false, false },
	{ "name", "Name", false, false },
	{ "to", "To", false, false },
	{ "result", "Result", false, false },
};
static const struct table_column step_columns[] = {
	{ "unit", NULL, false, true },
	{ "kind", NULL, false, false },
	{ "id", NULL, false, false },
	{ "name", NULL, false, false },
	{ "from", NULL, false, false },
	{ "to", NULL, false, false },
	{ "state", NULL, false, false },
	{ "error", NULL, false, false },
};
/* As a DBA would count by hand, before and after. */
static const struct table_column check_columns[] = {
	{ "kind", "Kind", false, false },
	{ "owner", "Owner", false, false },
	{ "before", "Before", false, true },
	{ "now", "Now", false, true },
};
#define SINCE_MAX 20
#define TABLE_INIT(t, columns) table_init(t, columns, sizeof columns / sizeof *columns)

/* The same request without -c and --sort-column, which are about listings. */
static struct request without_columns(const struct report *report)
{
	struct request r = *report->work->request;

	r.shown.columns = (struct words){ 0 };
	r.shown.sort_column = NULL;
	return r;
}

static void add_alone(const struct report *report, const struct unit *unit, struct str *out)
{
	auto_str struct str command = { 0 };

	shell_add_commands(&command, unit->command, report->work->request->where.globals);
	str_add(out, "   alone: ");
	str_add_visible(out, command.s);
	str_addc(out, '\n');
}

void report_plan(const struct report *report, struct str *out)
{
	for (size_t i = 0; i < report->work->plan.nunit; i++) {
		str_addf(out, "%zu. ", i + 1);
		str_add_visible(out,
		    report->work->plan.unit[i].sentence); /* a name with a line end in it must not look like another unit */
		str_addc(out, '\n');
		if (report->work->plan.unit[i].command && report->work->plan.nunit > 1)
			add_alone(report, &report->work->plan.unit[i], out);
	}
}

static int print_findings(const struct report *report, struct error *err)
{
	const struct request r = without_columns(report);
	struct table t;
	int rc;

	TABLE_INIT(&t, finding_columns);
	t.globals = r.where.globals;
	for (const struct finding *f = report->findings.v; f < report->findings.v + report->findings.n; f++) {
		table_add(&t);
		table_text(&t, "severity", f->accepted ? "accepted" : severity_name[f->severity]);
		table_text(&t, "code", f->code);
		table_text(&t, "message", f->message);
		table_advice(&t, "hint", f == report->first ? "below" : f->hint);
	}
	rc = t.nrow ? table_print(&t, &r.shown, err) : 0;
	table_free(&t);
	return rc;
}

/* What moved, as counts: the rows one by one are in the JSON document and in the journal. */
struct owner_group {
	const struct step *first;
	size_t n;
};

static bool is_same_row(const struct step *a, const struct step *b)
{
	bool same = a->kind == b->kind && a->state == b->state;

	for (size_t i = 0; same && a->kind->column[i] && (i == 0 || a->kind->owner != OWNER_SERVICE); i++)
		same = str_equal(a->before[i], b->before[i]) && str_equal(a->after[i], b->after[i]);
	return same;
}

/* What is no owner: every column that changes, with its name. */
static void add_values(const struct step *s, const char *const *value, struct str *out)
{
	for (size_t i = 0; s->kind->column[i]; i++)
		if (!str_equal(s->before[i], s->after[i]))
			str_addf(out, "%s%s %s", out->n ? ", " : "", s->kind->column[i], str_or(value[i], "NULL"));
}

static void add_group_row(struct table *t, const struct owner_group *group)
{
	const struct step *s = group->first;
	bool is_mark = s->kind->deed == DEED_MARK;
	const char *what = s->kind->owner == OWNER_SERVICE ? "service id " : "";
	auto_str struct str from = { 0 }, to = { 0 };

	if (s->kind->deed != DEED_MOVE && !is_mark) {
		add_values(s, s->before, &from);
		add_values(s, s->after, &to);
	} else {
		str_addf(&from, "%s%s", what, str_or(is_mark ? s->name : s->before[0], ""));
		str_addf(&to, "%s%s", what,
		    str_or(!is_mark                     ? s->after[0] :
			    str_equal(s->after[0], "0") ? "enabled" :
							  "disabled",
			""));
	}
	table_add(t);
	table_text(t, "kind", s->kind->one);
	table_text(t, "from", from.s);
	table_text(t, "to", to.s);
	table_int(t, "rows", (int64_t)group->n);
	table_text(t, "state", state_name[s->state]);
}

static void add_unit_groups(struct table *t, const struct unit *unit)
{
	struct owner_group *group = NULL;
	size_t n = 0, cap = 0, g;

	for (size_t i = 0; i < unit->nstep; i++) {
		const struct step *s = &unit->step[i];

		for (g = 0; g < n; g++)
			if (is_same_row(group[g].first, s) &&
			    (s->kind->deed != DEED_MARK || str_equal(group[g].first->name, s->name)))
				break;
		if (g == n) {
			group = vec_grow(group, n, &cap, sizeof *group);
			group[n++] = (struct owner_group){ .first = s };
		}
		group[g].n++;
	}
	for (g = 0; g < n; g++)
		add_group_row(t, &group[g]);
	free(group);
}

static int print_owners(const struct report *report, struct error *err)
{
	const struct request r = without_columns(report);
	struct table t;
	int rc;

	TABLE_INIT(&t, owner_columns);
	for (size_t i = 0; i < report->work->plan.nunit; i++)
		if (report->work->plan.unit[i].kind != UNIT_EVACUATION)
			add_unit_groups(&t, &report->work->plan.unit[i]);
	rc = t.nrow ? table_print(&t, &r.shown, err) : 0;
	table_free(&t);
	return rc;
}

static void add_check_row(void *table, const struct report_check *c)
{
	struct table *t = table;

	table_add(t);
	table_text(t, "kind", owned_kind_plural[c->kind]);
	table_text(t, "owner", c->owner);
	if (c->before.set)
		table_int(t, "before", c->before.v);
	if (c->now.set)
		table_int(t, "now", c->now.v);
}

void report_each_check(const struct report *report, void (*fn)(void *ctx, const struct report_check *check), void *ctx)
{
	for (const struct move *m = report->work->scene.subject.move;
	     m < report->work->scene.subject.move + report->work->scene.subject.nmove; m++)
		for (int k = 0; k < OWNED_KINDS; k++) {
			if (m->rows[k].n == 0)
				continue;
			fn(ctx,
			    &(struct report_check){ (enum owned_kind)k, str_or(m->whose, m->from.text),
				{ m->before.known, m->before.old_owner[k] }, { m->now.known, m->now.old_owner[k] } });
			fn(ctx,
			    &(struct report_check){ (enum owned_kind)k, str_or(m->whose_then, m->to.text),
				{ m->before.known, m->before.new_owner[k] }, { m->now.known, m->now.new_owner[k] } });
		}
}

static int print_checks(const struct report *report, struct error *err)
{
	const struct request r = without_columns(report);
	struct table t;
	int rc;

	TABLE_INIT(&t, check_columns);
	report_each_check(report, add_check_row, &t);
	rc = t.nrow ? table_print(&t, &r.shown, err) : 0;
	table_free(&t);
	return rc;
}

/* Proved, and somebody else's work since: nothing is wrong with what was done. */
static void print_since(const struct report *report)
{
	size_t n = 0;

	for (size_t i = 0; i < report->work->plan.nunit; i++)
		for (const struct step *s = report->work->plan.unit[i].step;
		     s < report->work->plan.unit[i].step + report->work->plan.unit[i].nstep; s++)
			if (s->since && ++n <= SINCE_MAX)
				out_line("note: %s %s was changed after its proof: now %s", s->kind->one, s->id, s->since);
	if (n > SINCE_MAX)
		out_line("note: %zu more were changed after their proof; -f json names all", n - SINCE_MAX);
}

/* Read again after the last write: what the old owner would begin if it came back. */
static void print_queues(const struct report *report)
{
	const struct scene *scene = &report->work->scene;

	if (!scene->subject.moves_things && !scene->subject.evacuates)
		return;
	for (const struct consumer_fact *c = scene->bus.consumer; c < scene->bus.consumer + scene->bus.nconsumer; c++)
		if (c->now.messages > 0 && !c->reports)
			out_line("queue '%s' holds %u message%s; " QUEUE_CURE, c->queue, (unsigned)c->now.messages,
			    c->now.messages == 1 ? "" : "s", c->queue);
	if (scene->bus.queues_absent)
		out_line("what waits in the queues of '%s' is not known: %s", scene->subject.host, scene->bus.queues_absent);
}

static void add_skipped(struct table *t, const struct report *report)
{
	const struct finding *f;

	for (size_t i = 0; i < report->work->scene.subject.ncandidate; i++) {
		const struct candidate *c = &report->work->scene.subject.candidate[i];

		if (!c->wanted || !(f = findings_skip(&report->findings, c->instance->uuid)))
			continue;
		table_add(t);
		table_text(t, "server_uuid", c->instance->uuid);
		table_bool(t, "evacuate_accepted", false);
		table_advice(t, "error_message", f->message);
		table_text(t, "name", c->instance->name);
		table_text(t, "result", f->code);
	}
}

static int print_servers(const struct report *report, struct error *err)
{
	const struct request r = without_columns(report);
	struct table t;
	int rc;

	TABLE_INIT(&t, server_columns);
	t.globals = r.where.globals;
	for (size_t i = 0; i < report->work->plan.nunit; i++) {
		const struct unit *u = &report->work->plan.unit[i];

		if (u->kind != UNIT_EVACUATION)
			continue;
		table_add(&t);
		table_text(&t, "server_uuid", u->step[0].id);
		table_bool(&t, "evacuate_accepted", evacuation_was_cast(u));
		table_advice(&t, "error_message", str_or(u->step[0].error, ""));
		table_text(&t, "name", u->step[0].name);
		table_text(&t, "to", u->step[0].after[0]);
		table_text(&t, "result", evacuation_is(u, PHASE_PROVED) ? "proved" : evacuation_outcome(u));
	}
	add_skipped(&t, report);
	rc = t.nrow ? table_print(&t, &r.shown, err) : 0;
	table_free(&t);
	return rc;
}

/* csv, yaml, value: the steps, a row each. */
static int print_steps(const struct report *report, struct error *err)
{
	struct table t;
	int rc;

	TABLE_INIT(&t, step_columns);
	t.globals = report->work->request->where.globals;
	for (size_t i = 0; i < report->work->plan.nunit; i++)
		for (const struct step *s = report->work->plan.unit[i].step;
		     s < report->work->plan.unit[i].step + report->work->plan.unit[i].nstep; s++) {
			table_add(&t);
			table_int(&t, "unit", (int64_t)i);
			table_text(&t, "kind", s->kind->name);
			table_text(&t, "id", s->id);
			table_text(&t, "name", s->name);
			table_text(&t, "from", s->before[0]);
			table_text(&t, "to", s->after[0]);
			table_text(&t, "state", state_name[s->state]);
			table_advice(&t, "error", s->error);
		}
	rc = table_print(&t, &report->work->request->shown, err);
	table_free(&t);
	return rc;
}

void report_sentence(const struct report *report, enum error_kind result, const struct error *why, struct str *out)
{
	struct totals t;

	report_totals(report, &t);
	if (report->summary) {
		str_add(out, report->summary);
		return;
	}
	if (report->work->request->how.dry_run && result == ERROR_OK) {
		str_addf(out, "dry run: %zu step%s would be taken", t.steps, t.steps == 1 ? "" : "s");
		if (t.skipped)
			str_addf(out, ", %zu instance%s left out", t.skipped, t.skipped == 1 ? " is" : "s are");
		str_add(out, "; nothing was written");
		return;
	}
	if (!report->work->journal) {
		str_add(out, why->text[0] ? why->text : t.skipped ? "nothing that could be done is left" : "nothing to do");
		if (t.skipped)
			str_addf(out, "; %zu instance%s left out", t.skipped, t.skipped == 1 ? " is" : "s are");
		return;
	}
	str_addf(out, "%s:", error_kind_name(result));
	if (t.instances)
		str_addf(out, " %zu of %zu instances are proved on another host, %zu left out;", t.evacuated, t.instances,
		    t.skipped);
	if (report->work->scene.subject.moves_things)
		str_addf(out, " %zu volumes and backups are proved with their new owner;", t.moved);
	str_addf(out, " %zu steps: %zu proved, %zu applied, %zu failed, %zu unknown, %zu not begun", t.steps,
	    t.state[STATE_PROVED], t.state[STATE_APPLIED], t.state[STATE_FAILED], t.state[STATE_UNKNOWN],
	    t.state[STATE_SKIPPED]);
}

/* What was to be done and what speaks against it, as it is shown before a question; a dry run shows every unit and finding as
 * well. */
static int print_intent(const struct report *report, struct error *err)
{
	auto_str struct str screen = { 0 }, plan = { 0 };
	size_t columns, lines;

	if (report->work->plan.nunit == 0 && report->findings.n == 0)
		return 0;
	terminal_size(STDOUT_FILENO, &columns, &lines);
	if (report->work->request->shown.max_width > 0)
		columns = (size_t)report->work->request->shown.max_width;
	report_screen(report, columns, lines, &screen);
	if (out_text(err, "%s\n", screen.s) != 0)
		return -1;
	if (!report->work->request->how.dry_run)
		return 0;
	report_plan(report, &plan); /* sentences, not columns: they are long, and they are read */
	return out_text(err, "%s", str_or(plan.s, "")) != 0 ? -1 : print_findings(report, err);
}

static int print_for_people(const struct report *report, enum error_kind result, const struct error *why, struct error *err)
{
	auto_str struct str sentence = { 0 }, next = { 0 };

	if (!report->work->journal && !report->shown && print_intent(report, err) != 0)
		return -1;
	if (report->work->journal &&
	    (print_owners(report, err) != 0 || print_checks(report, err) != 0 || print_servers(report, err) != 0))
		return -1;
	if (!report->work->journal && !report->first && report->work->plan.nunit == 0 && print_servers(report, err) != 0)
		return -1;
	if (report->work->journal) {
		print_since(report);
		print_queues(report);
	}
	report_sentence(report, result, why, &sentence);
	if (report->work->journal || result == ERROR_OK || !why->text[0]) /* an error says the rest */
		out_line("%s%s", report->work->request->how.dry_run ? "[DRY-RUN] " : "", sentence.s);
	if (report->work->journal)
		out_line("run %s, journal %s", report->work->run, journal_path(report->work->journal));
	if (report->good_until)
		out_line("good until %s; then a new plan is needed", report->good_until);
	if (report->next) {
		shell_add_commands(&next, report->next, report->work->request->where.globals);
		out_line("next: %s", next.s);
	}
	return out_text(err, "%s", ""); /* what was printed has come out */
}

int report_print(const struct report *report, enum error_kind result, const struct error *why, struct error *err)
{
	const char *format = report->work->request->shown.format;

	if (strcmp(format, "json") == 0)
		return report_print_json(report, result, why, err);
	if (strcmp(format, "table") == 0)
		return print_for_people(report, result, why, err);
	return print_steps(report, err);
}

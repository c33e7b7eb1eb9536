/* SPDX-License-Identifier: Apache-2.0 */
#include "report/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evacuate/evacuate.h"
#include "evacuate/order.h"
#include "out/paragraph.h"
#include "out/table.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/visible.h"

static const struct table_column finding_columns[] = {
	{ "severity", NULL, false, COLUMN_TEXT },
	{ "code", NULL, false, COLUMN_TEXT },
	{ "message", "Finding", false, COLUMN_SENTENCE },
	{ "hint", NULL, false, COLUMN_NOTE },
};
/* novaclient's host-evacuate has the first three; the others say what came of it. */
static const struct table_column server_columns[] = {
	{ "server_uuid", "Server UUID", false, COLUMN_UUID },
	{ "evacuate_accepted", "Evacuate Accepted", false, COLUMN_TEXT },
	{ "error_message", "Error Message", false, COLUMN_SENTENCE },
	{ "name", "Name", false, COLUMN_NAME },
	{ "to", "To", false, COLUMN_NAME },
	{ "result", "Result", false, COLUMN_TEXT },
};
static const struct table_column step_columns[] = {
	{ "unit", NULL, false, COLUMN_NUMBER },
	{ "kind", NULL, false, COLUMN_TEXT },
	{ "id", NULL, false, COLUMN_UUID },
	{ "name", NULL, false, COLUMN_NAME },
	{ "from", NULL, false, COLUMN_NAME },
	{ "to", NULL, false, COLUMN_NAME },
	{ "state", NULL, false, COLUMN_TEXT },
	{ "error", NULL, false, COLUMN_SENTENCE },
};
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
	str_add(out, _("   this step only: "));
	str_add_visible(out, command.s);
	str_addc(out, '\n');
}

/* Those of a past run have no candidates, and are not to come. */
static bool has_past_evacuations(const struct plan *plan)
{
	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		if (u->kind == UNIT_EVACUATION && !u->candidate)
			return true;
	return false;
}

int64_t *report_waves(const struct report *report)
{
	int64_t *wave = xcalloc(report->work->plan.nunit + 1, sizeof *wave);
	struct limits limits;

	if (has_past_evacuations(&report->work->plan))
		return wave;
	limits_make(report->work->request, &report->work->scene, &report->work->plan, &limits);
	order_waves(&report->work->plan, &limits, wave);
	limits_free(&limits);
	return wave;
}

void report_plan(const struct report *report, struct str *out)
{
	auto_free int64_t *wave = report_waves(report);

	for (size_t i = 0; i < report->work->plan.nunit; i++) {
		str_addf(out, "%zu. ", i + 1);
		str_add_visible(out,
		    report->work->plan.unit[i].sentence); /* a name with a line end in it must not look like another unit */
		if (report->work->plan.nphase > 1 && wave[i] > 0)
			str_addf(out, _(", wave %lld"), (long long)wave[i]);
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
		table_advice(&t, "hint", f->hint);
	}
	rc = t.nrow ? table_print(&t, &r.shown, err) : 0;
	table_free(&t);
	return rc;
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
		table_text(&t, "result", evacuation_is(u, PHASE_PROVED) ? "verified" : evacuation_outcome(u));
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

/* novaclient's table, which others rely on. Of a rescue the ending counts, and names what did not come to a good end. */
static bool has_servers(const struct report *report)
{
	return !report->rescues && (report->work->journal || (!report->first && report->work->plan.nunit == 0));
}

static void columns_to_fill(const struct report *report, size_t *columns, size_t *lines)
{
	terminal_size(STDOUT_FILENO, columns, lines);
	if (report->work->request->shown.max_width > 0)
		*columns = (size_t)report->work->request->shown.max_width;
}

/* What was to be done and what speaks against it, as it is shown before a question; a dry run shows every unit and finding as
 * well. */
static int print_intent(const struct report *report, struct error *err)
{
	auto_str struct str screen = { 0 }, plan = { 0 };
	size_t columns, lines;

	if (report->work->plan.nunit == 0 && report->findings.n == 0)
		return 0;
	columns_to_fill(report, &columns, &lines);
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
	auto_str struct str ending = { 0 };
	size_t columns;

	if (!report->work->journal && !report->shown && print_intent(report, err) != 0)
		return -1;
	if (has_servers(report) && print_servers(report, err) != 0)
		return -1;
	columns_to_fill(report, &columns, &(size_t){ 0 });
	report_ending(report, result, why, columns, &ending);
	return out_text(err, "%s", str_or(ending.s, "")); /* what was printed has come out */
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

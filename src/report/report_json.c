/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include <json-c/json.h>

#include "evacuate/evacuate.h"
#include "plan/step_json.h"
#include "report/report.h"
#include "util/json.h"
#include "util/shell.h"

/* What to type next, with this run's own global options; NULL: nothing. */
static json_object *advice(const struct report *report, const char *text)
{
	auto_str struct str whole = { 0 };

	if (text)
		shell_add_commands(&whole, text, report->work->request->where.globals);
	return jv_text(whole.s);
}

static json_object *findings(const struct report *report)
{
	json_object *list = json_object_new_array(), *one;

	for (const struct finding *f = report->findings.v; f < report->findings.v + report->findings.n; f++) {
		one = json_object_new_object();
		json_object_object_add(one, "code", jv_text(f->code));
		json_object_object_add(one, "severity", jv_text(severity_name[f->severity]));
		json_object_object_add(one, "subject", jv_text(f->subject));
		json_object_object_add(one, "message", jv_text(f->message));
		json_object_object_add(one, "hint", advice(report, f->hint));
		json_object_object_add(one, "accepted", json_object_new_boolean(f->accepted));
		json_object_array_add(list, one);
	}
	return list;
}

static json_object *step_object(const struct report *report, const struct unit *unit, size_t index, const struct step *s)
{
	json_object *one = json_object_new_object();

	json_object_object_add(one, "unit", json_object_new_int64((int64_t)index));
	step_add_json(s, one);
	json_object_object_add(one, "state", jv_text(state_name[s->state]));
	json_object_object_add(one, "error", advice(report, s->error));
	json_object_object_add(one, "since", jv_text(s->since));
	if (unit->kind == UNIT_EVACUATION) {
		json_object_object_add(one, "outcome", jv_text(evacuation_outcome(unit)));
		json_object_object_add(one, "accepted", json_object_new_boolean(evacuation_was_cast(unit)));
		json_object_object_add(one, "request_id", jv_text(unit->evacuation ? unit->evacuation->rows.request_id : NULL));
		json_object_object_add(one, "migration_uuid", jv_text(unit->evacuation ? unit->evacuation->rows.migration_uuid.text : NULL));
	}
	return one;
}

static json_object *steps(const struct report *report)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < report->work->plan.nunit; i++)
		for (size_t k = 0; k < report->work->plan.unit[i].nstep; k++)
			json_object_array_add(list, step_object(report, &report->work->plan.unit[i], i, &report->work->plan.unit[i].step[k]));
	return list;
}

/* Is there anything left of it that somebody could do by its command? What is done needs none, what is unknown is recovered. */
static bool is_ahead(const struct unit *unit)
{
	for (const struct step *s = unit->step; s < unit->step + unit->nstep; s++)
		if (s->state != STATE_PLANNED && s->state != STATE_SKIPPED)
			return false;
	return true;
}

static json_object *units(const struct report *report)
{
	json_object *list = json_object_new_array(), *one;

	for (size_t i = 0; i < report->work->plan.nunit; i++) {
		one = json_object_new_object();
		json_object_object_add(one, "unit", json_object_new_int64((int64_t)i));
		json_object_object_add(one, "kind", jv_text(unit_kind_name[report->work->plan.unit[i].kind]));
		json_object_object_add(one, "sentence", jv_text(report->work->plan.unit[i].sentence));
		json_object_object_add(one, "command", advice(report, is_ahead(&report->work->plan.unit[i]) ? report->work->plan.unit[i].command : NULL));
		json_object_array_add(list, one);
	}
	return list;
}

static json_object *maybe_number(struct maybe_int n)
{
	return n.set ? json_object_new_int64(n.v) : NULL;
}

static void add_check_object(void *list, const struct report_check *c)
{
	json_object *one = json_object_new_object();

	json_object_object_add(one, "kind", jv_text(owned_kind_name[c->kind]));
	json_object_object_add(one, "owner", jv_text(c->owner));
	json_object_object_add(one, "before", maybe_number(c->before));
	json_object_object_add(one, "now", maybe_number(c->now));
	json_object_array_add(list, one);
}

/* Both owners, counted inside the transaction before its writes, and after it over another connection; null: not counted. */
static json_object *checks(const struct report *report)
{
	json_object *list = json_object_new_array();

	if (report->work->journal)
		report_each_check(report, add_check_object, list);
	return list;
}

/* NULL: not known, at least not of all. */
static json_object *queues(const struct scene *scene)
{
	json_object *list = json_object_new_array(), *one;

	for (const struct consumer_fact *c = scene->bus.consumer; c < scene->bus.consumer + scene->bus.nconsumer; c++) {
		one = json_object_new_object();
		json_object_object_add(one, "queue", jv_text(c->queue));
		json_object_object_add(one, "messages", json_object_new_int64(c->now.messages));
		json_object_object_add(one, "consumers", json_object_new_int64(c->now.consumers));
		json_object_array_add(list, one);
	}
	if (!scene->bus.queues_absent)
		return list;
	json_object_put(list);
	return NULL;
}

static json_object *totals(const struct report *report)
{
	json_object *object = json_object_new_object();
	struct totals t;

	report_totals(report, &t);
	json_object_object_add(object, "steps", json_object_new_int64((int64_t)t.steps));
	for (int s = 0; s < STATE_COUNT; s++)
		json_object_object_add(object, state_name[s], json_object_new_int64((int64_t)t.state[s]));
	json_object_object_add(object, "moved", json_object_new_int64((int64_t)t.moved));
	json_object_object_add(object, "instances", json_object_new_int64((int64_t)t.instances));
	json_object_object_add(object, "evacuated", json_object_new_int64((int64_t)t.evacuated));
	json_object_object_add(object, "left_out", json_object_new_int64((int64_t)t.skipped));
	return object;
}

int report_print_json(const struct report *report, enum error_kind result, const struct error *why, struct error *err)
{
	json_object *d = json_object_new_object();
	auto_str struct str sentence = { 0 };
	int rc;

	report_sentence(report, result, why, &sentence);
	json_object_object_add(d, "schema", jv_text("evac-manage/1"));
	json_object_object_add(d, "command", jv_text(report->command));
	json_object_object_add(d, "run", jv_text(report->work->run));
	json_object_object_add(d, "dry_run", json_object_new_boolean(report->work->request->how.dry_run));
	json_object_object_add(d, "result", jv_text(error_kind_name(result)));
	json_object_object_add(d, "exit_code", json_object_new_int(error_kind_exit_code(result)));
	json_object_object_add(d, "host", jv_text(report->work->scene.subject.host));
	json_object_object_add(d, "summary", jv_text(sentence.s));
	json_object_object_add(d, "error", advice(report, why->text[0] ? why->text : NULL));
	json_object_object_add(d, "hint", advice(report, why->hint[0] ? why->hint : NULL));
	json_object_object_add(d, "good_until", jv_text(report->good_until));
	json_object_object_add(d, "next", advice(report, report->next));
	json_object_object_add(d, "findings", findings(report));
	json_object_object_add(d, "units", units(report));
	json_object_object_add(d, "steps", steps(report));
	json_object_object_add(d, "checks", checks(report));
	json_object_object_add(d, "queues", queues(&report->work->scene));
	json_object_object_add(d, "totals", totals(report));
	json_object_object_add(d, "journal", jv_text(report->work->journal ? journal_path(report->work->journal) : NULL));
	json_object_object_add(d, "started_at", jv_text(report->started_at));
	json_object_object_add(d, "finished_at", jv_text(report->finished_at));
	rc = printf("%s\n", json_object_to_json_string_ext(d, JSON_C_TO_STRING_NOSLASHESCAPE |
	                                                       (report->work->request->shown.noindent ? JSON_C_TO_STRING_PLAIN :
	                                                                                 JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED)));
	json_object_put(d);
	if (rc < 0 || fflush(stdout) != 0)
		return error_set(err, ERROR_ERROR, "the report could not be written to stdout");
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include <json-c/json.h>

#include "evacuate/evacuate.h"
#include "plan/step_json.h"
#include "out/table.h"
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
		put_text(one, "code", f->code);
		put_text(one, "severity", severity_name[f->severity]);
		put_text(one, "subject", f->subject);
		put_text(one, "message", f->message);
		put(one, "hint", advice(report, f->hint));
		put_bool(one, "accepted", f->accepted);
		if (f->host)
			put_text(one, "host", f->host);
		json_object_array_add(list, one);
	}
	return list;
}

/* ${wave}: with whom it goes, if all land; 0: it is not to come. */
static void add_evacuation_members(json_object *one, const struct unit *unit, int64_t wave)
{
	const struct evacuation *e = unit->evacuation;

	put(one, "phase", unit->phase ? json_object_new_int64((int64_t)unit->phase) : NULL);
	put(one, "wave", wave ? json_object_new_int64(wave) : NULL);
	put_text(one, "outcome", evacuation_outcome(unit));
	put_bool(one, "accepted", evacuation_was_cast(unit));
	put_text(one, "request_id", e ? e->rows.request_id : NULL);
	put_text(one, "migration_uuid", e ? e->rows.migration_uuid.text : NULL);
	put_text(one, "network", e ? network_name[e->network] : NULL);
	put_text(one, "network_why", e ? e->network_why : NULL);
	put_text(one, "disks", e ? disks_name[e->disks] : NULL);
	put_text(one, "disks_why", e ? e->disks_why : NULL);
	put_bool(one, "disks_unrecorded", evacuation_has_unrecorded_disks(unit));
}

static json_object *step_object(const struct report *report, size_t index, const struct step *s, int64_t wave)
{
	json_object *one = json_object_new_object();
	const struct unit *unit = &report->work->plan.unit[index];

	put_count(one, "unit", index);
	step_add_json(s, one);
	put_text(one, "state", state_name[s->state]);
	put(one, "error", advice(report, s->error));
	put_text(one, "since", s->since);
	if (unit->kind == UNIT_EVACUATION)
		add_evacuation_members(one, unit, wave);
	return one;
}

static json_object *steps(const struct report *report)
{
	json_object *list = json_object_new_array();
	auto_free int64_t *wave = report_waves(report);

	for (size_t i = 0; i < report->work->plan.nunit; i++)
		for (size_t k = 0; k < report->work->plan.unit[i].nstep; k++)
			json_object_array_add(list, step_object(report, i, &report->work->plan.unit[i].step[k], wave[i]));
	return list;
}

static json_object *phases(const struct report *report)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < report->work->plan.nphase; i++)
		json_object_array_add(list, jv_text(report->work->plan.phase[i]));
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
		put_count(one, "unit", i);
		put_text(one, "kind", unit_kind_name[report->work->plan.unit[i].kind]);
		put_text(one, "sentence", report->work->plan.unit[i].sentence);
		if (report->work->plan.unit[i].host)
			put_text(one, "host", report->work->plan.unit[i].host);
		put(one, "command",
		    advice(report, is_ahead(&report->work->plan.unit[i]) ? report->work->plan.unit[i].command : NULL));
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

	put_text(one, "kind", owned_kind_name[c->kind]);
	put_text(one, "owner", c->owner);
	put(one, "before", maybe_number(c->before));
	put(one, "now", maybe_number(c->now));
	json_object_array_add(list, one);
}

/* Both owners, as the plan saw them, and after the transaction over another connection; null: not counted. */
static json_object *checks(const struct report *report)
{
	json_object *list = json_object_new_array();

	if (report->work->journal)
		report_each_check(report, add_check_object, list);
	return list;
}

static void add_queues_of_host(json_object *list, const struct scene *scene)
{
	json_object *one;

	for (const struct consumer_fact *c = scene->bus.consumer; c < scene->bus.consumer + scene->bus.nconsumer; c++) {
		one = json_object_new_object();
		put_text(one, "queue", c->queue);
		put_int(one, "messages", c->now.messages);
		put_int(one, "consumers", c->now.consumers);
		json_object_array_add(list, one);
	}
}

/* NULL: not known, at least not of all. */
static json_object *queues(const struct scene *scene)
{
	json_object *list = json_object_new_array();
	bool absent = false;

	EACH_HOST_OF(h, scene)
	{
		add_queues_of_host(list, h);
		absent |= h->bus.queues_absent != NULL;
	}
	if (!absent)
		return list;
	json_object_put(list);
	return NULL;
}

/* Of several hosts each, and those of which nothing is done. */
static void report_put_hosts(json_object *d, const struct scene *scene)
{
	json_object *left = json_object_new_array();

	for (size_t i = 0; i < scene->nleft; i++)
		json_object_array_add(left, jv_text(scene->each[scene->neach + i].subject.host));
	put(d, "hosts", scene_hosts_json(scene));
	put(d, "hosts_left_out", left);
}

static json_object *totals(const struct report *report)
{
	json_object *object = json_object_new_object();
	struct totals t;

	report_totals(report, &t);
	put_count(object, "steps", t.steps);
	for (int s = 0; s < STATE_COUNT; s++)
		put_count(object, state_name[s], t.state[s]);
	put_count(object, "moved", t.moved);
	put_count(object, "instances", t.instances);
	put_count(object, "evacuated", t.evacuated);
	put_count(object, "left_out", t.skipped);
	put_count(object, "network_not_ready", t.network_not_ready);
	put_count(object, "cannot_write", t.cannot_write);
	return object;
}

int report_print_json(const struct report *report, enum error_kind result, const struct error *why, struct error *err)
{
	json_object *d = json_object_new_object();
	auto_str struct str sentence = { 0 };
	int rc;

	report_sentence(report, result, why, &sentence);
	put_text(d, "schema", "evac-manage/1");
	put_text(d, "command", report->command);
	put_text(d, "run", report->work->run);
	put_bool(d, "dry_run", report->work->request->how.dry_run);
	put_text(d, "result", error_kind_name(result));
	put_int(d, "exit_code", error_kind_exit_code(result));
	put_text(d, "host", report->work->scene.subject.host);
	put_text(d, "summary", sentence.s);
	put(d, "error", advice(report, why->text[0] ? why->text : NULL));
	put(d, "hint", advice(report, why->hint[0] ? why->hint : NULL));
	put_text(d, "good_until", report->good_until);
	put(d, "next", advice(report, report->next));
	put(d, "findings", findings(report));
	put(d, "phases", phases(report));
	put(d, "units", units(report));
	put(d, "steps", steps(report));
	put(d, "checks", checks(report));
	put(d, "queues", queues(&report->work->scene));
	put(d, "power", scene_power_json(&report->work->scene));
	put(d, "storage",
	    report->work->scene.subject.evacuates && !report->work->scene.each ? scene_storage_json(&report->work->scene) :
										 NULL);
	if (report->work->scene.each)
		report_put_hosts(d, &report->work->scene);
	put(d, "totals", totals(report));
	put_text(d, "journal", report->work->journal ? journal_path(report->work->journal) : NULL);
	put_text(d, "started_at", report->started_at);
	put_text(d, "finished_at", report->finished_at);
	rc = out_json(d, &report->work->request->shown, err);
	json_object_put(d);
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "report/screen.h"

#include <stdint.h>
#include <string.h>

#include "out/paragraph.h"
#include "screen_internal.h"
#include "util/lang.h"

#define LABEL_AT 2 /* of what is dead, done and left */
#define TEXT_AT 12
#define PHASES_SHOWN 4
#define DEEDS_SHOWN 3 /* units that are no move, no mark and no evacuation: a sentence each */

/* "  move      13 volumes …" */
static void add_row(const struct screen *s, const char *label, const char *text)
{
	size_t at = LABEL_AT + text_columns(label), blanks = at < TEXT_AT ? TEXT_AT - at : 1;

	str_addf(s->out, "%*s%s%*s", LABEL_AT, "", label, (int)blanks, "");
	paragraph_add(s->out, text, TEXT_AT, at + blanks, s->width);
}

/* ---- what is dead, and how we know */

/* The youngest heartbeat of the failed host's services, nova's and cinder's; and whether one of them counts as up. */
struct heartbeat {
	bool seen, up;
	int64_t age_s;
	size_t services;
};

static void count_service(struct heartbeat *h, struct maybe_int age, bool up)
{
	h->services++;
	h->up |= up;
	if (age.set && (!h->seen || age.v < h->age_s)) {
		h->seen = true;
		h->age_s = age.v;
	}
}

static struct heartbeat heartbeat_of(const struct scene *scene)
{
	struct heartbeat h = { 0 };
	const struct cinder_service *s;

	if (scene->nova.compute)
		count_service(&h, scene->nova.compute->heartbeat_age_s,
		    nova_service_reports(scene->nova.compute, scene->nova.down_s));
	for (s = scene->cinder.services.v; s < scene->cinder.services.v + scene->cinder.services.n; s++)
		if (scene_is_failed_node(scene, s->host))
			count_service(&h, s->heartbeat_age_s, cinder_service_is_up(s, scene->cinder.down_s));
	return h;
}

static void add_heartbeat_witness(const struct heartbeat *h, struct str *out)
{
	auto_str struct str age = { 0 };

	screen_add_age(h->age_s, &age);
	if (h->services == 0)
		str_add(out, _("no service of it is registered"));
	else if (!h->seen)
		str_add(out, _("no heartbeat was ever seen"));
	else
		str_addf(out, h->up ? _("IT REPORTS: a heartbeat %s ago") : _("down %s: no heartbeat"), age.s);
}

static void add_queue_witness(const struct scene *scene, struct str *out)
{
	uint32_t consumers = 0;

	for (const struct consumer_fact *c = scene->bus.consumer; c < scene->bus.consumer + scene->bus.nconsumer; c++)
		consumers += c->now.consumers;
	if (scene->bus.queues_absent || (scene->bus.nconsumer == 0 && !scene->world->bus))
		str_add(out, _(", queue consumers unknown"));
	else if (consumers)
		str_addf(out, _(", QUEUE CONSUMERS: %u"), (unsigned)consumers);
	else
		str_add(out, _(", no queue consumer"));
}

static void add_session_witness(const struct scene *scene, struct str *out)
{
	size_t n = scene_sessions_of(scene, scene->subject.host);

	if (scene->witness.nsession == 0)
		str_add(out, _(", database sessions unknown"));
	else if (n)
		str_addf(out, _(", DATABASE SESSIONS: %zu"), n);
	else
		str_add(out, _(", no database session"));
}

static void add_answer(const struct scene *scene, struct str *out)
{
	const struct life_facts *life = &scene->life;

	if (scene_answers(scene, NULL))
		str_addf(out, _(", IT ANSWERS at %s:%u"), life->address, (unsigned)life->port);
	else if (scene_is_heard_of(scene))
		str_addf(out, _(", no answer at %s"), life->address);
	else if (life->asked)
		str_addf(out, _(", no answer at %s, which proves nothing"), life->address);
}

/* Ten that share one wire are one. */
static void add_wires(const struct scene *scene, struct str *out)
{
	const struct wires w = scene_wires(scene);

	if (w.wires > 0)
		str_addf(out, w.wires == 1 ? _("; witnesses: %u, on one wire") : _("; witnesses: %u, on %u separate wires"),
		    w.witnesses, w.wires);
}

/* What an agent says is evidence; what a person says is a word, and called one. */
static void add_power(const struct scene *scene, const char *fenced, struct str *out)
{
	auto_str struct str said = { 0 };

	scene_say_power(scene, &said);
	if (scene_is_off(scene))
		str_addf(out, _("off: %s"), said.s);
	else if (said.n)
		str_addf(out, scene->power.answer.state == FENCE_ON ? _("ON: %s") : _("unknown: %s"), said.s);
	if (fenced)
		str_addf(out, out->n ? _("; the operator's word: off, %s") : _("off, by the operator's word alone: %s"),
		    fenced);
}

/* Of several hosts each is named. */
static void add_rows_of(const struct screen *s, const struct scene *scene)
{
	const char *fenced = scene->request->how.fenced;
	auto_str struct str text = { 0 }, power = { 0 };
	struct heartbeat h;

	if (!scene->subject.host || scene->subject.past || (!scene->subject.evacuates && !scene->subject.moves_things))
		return;
	h = heartbeat_of(scene);
	if (scene->whole)
		str_addf(&text, "%s: ", scene->subject.host);
	add_heartbeat_witness(&h, &text);
	add_queue_witness(scene, &text);
	add_session_witness(scene, &text);
	add_answer(scene, &text);
	if (!h.up)
		add_wires(scene, &text);
	add_row(s, _("state"), text.s);
	add_power(scene, fenced, &power);
	if (power.n && scene->whole) {
		auto_free char *said = xstrdup(power.s);

		str_clear(&power);
		str_addf(&power, "%s: %s", scene->subject.host, said);
	}
	if (power.n) /* without: where that matters, a stop says so */
		add_row(s, _("power"), power.s);
}

static void add_state_rows(const struct screen *s)
{
	EACH_HOST_OF(h, &s->report->work->scene)
	add_rows_of(s, h);
}

/* ---- what will be done */

static void add_move_row(const struct screen *s)
{
	const struct plan *plan = &s->report->work->plan;
	const struct subject *subject = &s->report->work->scene.subject;
	size_t volumes = 0, backups = 0, others = 0;
	auto_str struct str text = { 0 };

	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		for (const struct step *step = u->step; step < u->step + u->nstep; step++) {
			volumes += step_is(step, STEP_VOLUME);
			backups += step_is(step, STEP_BACKUP);
			others += step->kind->deed == DEED_MOVE && !step_is(step, STEP_VOLUME) && !step_is(step, STEP_BACKUP);
		}
	if (volumes + backups + others == 0)
		return;
	str_addf(&text, volumes == 1 ? _("%zu volume") : _("%zu volumes"), volumes);
	str_addf(&text, backups == 1 ? _(", %zu backup") : _(", %zu backups"), backups);
	str_addf(&text, others == 1 ? _(", %zu other row") : _(", %zu other rows"), others);
	if (subject->nmove > 0)
		str_addf(&text, " -> %s", subject->nmove == 1 ? subject->move[0].to.text : subject->move[0].to.node);
	add_row(s, _("move"), text.s);
}

/* "active 7, stopped 2" */
static void add_vm_states(const struct plan *plan, struct str *out)
{
	struct counts counts = { 0 };

	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		if (u->kind == UNIT_EVACUATION)
			count_word(&counts, u->candidate ? str_or(u->candidate->instance->vm_state, "?") : "?");
	counts_add(&counts, out);
	counts_free(&counts);
}

static void add_evacuation_row(const struct screen *s)
{
	const struct work *work = s->report->work;
	const struct request *r = work->request;
	auto_str struct str text = { 0 }, states = { 0 };
	size_t n = 0, named = 0;

	for (const struct unit *u = work->plan.unit; u < work->plan.unit + work->plan.nunit; u++) {
		n += u->kind == UNIT_EVACUATION;
		named += u->kind == UNIT_EVACUATION && u->step[0].after[0];
	}
	if (n == 0)
		return;
	add_vm_states(&work->plan, &states);
	str_addf(&text, _("%zu of %zu instances (%s)"), n, work->scene.subject.ncandidate, str_or(states.s, ""));
	if (r->what.target_host && r->what.force)
		str_addf(&text, _(" -> %s, unchecked by nova's scheduler"), r->what.target_host);
	else if (r->what.target_host)
		str_addf(&text, _(" -> %s, if nova's scheduler agrees"), r->what.target_host);
	else if (named > 0 && r->what.spread.n > 0)
		str_add(&text, _(" -> hosts of --spread, if nova's scheduler agrees"));
	else if (named > 0)
		str_add(&text, _(" -> named hosts, as capacity is tight; nova's scheduler checks them"));
	else
		str_add(&text, _(" -> scheduler"));
	add_row(s, _("evacuate"), text.s);
}

/* "3 phases, one after the other: tag db 2, priority 800 1, rest 7" */
static void add_order_row(const struct screen *s)
{
	const struct plan *plan = &s->report->work->plan;
	auto_str struct str text = { 0 };

	if (plan->nphase <= 1)
		return;
	str_addf(&text, _("%zu phases, one after the other: "), plan->nphase);
	for (size_t i = 0; i < plan->nphase && i < PHASES_SHOWN; i++)
		str_addf(&text, "%s%s %zu", i ? ", " : "", plan->phase[i], plan_count_phase(plan, i + 1));
	if (plan->nphase > PHASES_SHOWN)
		str_addf(&text, _(", %zu more"), plan->nphase - PHASES_SHOWN);
	add_row(s, _("order"), text.s);
}

/* By reason: the state, where nova evacuates none of it; else the finding's code. */
static void add_left_row(const struct screen *s)
{
	const struct subject *subject = &s->report->work->scene.subject;
	struct counts counts = { 0 };
	size_t n = 0, unchosen = 0;
	auto_str struct str text = { 0 }, reasons = { 0 };

	for (const struct candidate *c = subject->candidate; c < subject->candidate + subject->ncandidate; c++) {
		const struct finding *f = c->wanted ? findings_skip(&s->report->findings, c->instance->uuid) : NULL;

		unchosen += !c->wanted;
		if (!f)
			continue;
		n++;
		count_word(&counts, strcmp(f->code, "not-evacuable") == 0 ? str_or(c->instance->vm_state, f->code) : f->code);
	}
	counts_add(&counts, &reasons);
	if (unchosen)
		str_addf(&reasons, _("%snot chosen %zu"), reasons.n ? ", " : "", unchosen);
	if (n + unchosen > 0) {
		str_addf(&text, n + unchosen == 1 ? _("%zu instance (%s)") : _("%zu instances (%s)"), n + unchosen, reasons.s);
		if (!s->width || TEXT_AT + text_columns(text.s) + text_columns(_("; list: --dry-run")) <= s->width)
			str_add(&text, _("; list: --dry-run"));
		add_row(s, _("leave"), text.s);
	}
	counts_free(&counts);
}

static void add_left_hosts(const struct screen *s)
{
	const struct scene *scene = &s->report->work->scene;

	for (size_t i = 0; i < scene->nleft; i++) {
		auto_str struct str text = { 0 };

		str_addf(&text, _("host %s (no-counterpart)"), scene->each[scene->neach + i].subject.host);
		add_row(s, _("leave"), text.s);
	}
}

static void add_mark_row(const struct screen *s)
{
	const struct plan *plan = &s->report->work->plan;
	auto_str struct str text = { 0 };
	size_t nova = 0, cinder = 0;
	bool on = false;

	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		for (const struct step *step = u->step; step < u->step + u->nstep; step++) {
			if (step->kind->deed != DEED_MARK)
				continue;
			nova += step_is(step, STEP_COMPUTE_SERVICE);
			cinder += step_is(step, STEP_CINDER_SERVICE);
			on |= str_equal(step->after[0], "0");
		}
	if (nova + cinder == 0)
		return;
	if (nova)
		str_add(&text, on ? _("nova-compute") : _("nova-compute (forced down)"));
	if (cinder)
		str_addf(&text, nova ? _(", %zu cinder services") : _("%zu cinder services"), cinder);
	str_add(&text, _("; undo: journal undo"));
	add_row(s, on ? _("enable") : _("disable"), text.s);
}

static void add_fence_row(const struct screen *s)
{
	const struct plan *plan = &s->report->work->plan;

	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit && u->kind == UNIT_POWER; u++) {
		auto_str struct str text = { 0 };

		str_addf(&text, _("%s, by %s, before anything else"), u->step[0].id, u->step[0].name);
		add_row(s, _("SWITCH OFF"), text.s);
	}
}

/* After the switch-off, where there is one. */
static void add_keep_out_row(const struct screen *s)
{
	const struct plan *plan = &s->report->work->plan;

	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		if (u->kind == UNIT_FENCE)
			add_row(s, _("KEEP OUT"), u->sentence);
}

static bool is_counted(const struct unit *u)
{
	if (u->kind == UNIT_EVACUATION || u->kind == UNIT_MARK || u->kind == UNIT_POWER || u->kind == UNIT_FENCE)
		return true;
	for (const struct step *step = u->step; step < u->step + u->nstep; step++)
		if (step->kind->deed == DEED_MOVE)
			return true;
	return false;
}

/* What has no counts above: the sentence of the plan. */
static void add_deed_rows(const struct screen *s)
{
	const struct plan *plan = &s->report->work->plan;
	size_t n = 0;

	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++)
		if (!is_counted(u) && n++ < DEEDS_SHOWN)
			add_row(s, _("do"), u->sentence);
	if (n > DEEDS_SHOWN) {
		auto_str struct str more = { 0 };

		str_addf(&more, _("%zu more of the same kind (list: --dry-run)"), n - DEEDS_SHOWN);
		add_row(s, _("do"), more.s);
	}
}

static void add_title(const struct screen *s)
{
	const struct scene *scene = &s->report->work->scene;
	auto_str struct str title = { 0 };

	str_addf(&title, "%s", s->report->command);
	EACH_HOST_OF(h, scene)
	str_addf(&title, "%s%s", h->subject.host ? " " : "", str_or(h->subject.host, ""));
	paragraph_add(s->out, title.s, LABEL_AT, 0, s->width);
	str_addc(s->out, '\n');
}

void report_screen(const struct report *report, size_t columns, size_t lines, struct str *out)
{
	const struct screen s = { report, columns && columns < PARAGRAPH_MIN ? PARAGRAPH_MIN : columns, out };
	size_t used;

	add_title(&s);
	add_state_rows(&s);
	add_fence_row(&s);
	add_keep_out_row(&s);
	add_move_row(&s);
	add_evacuation_row(&s);
	add_order_row(&s);
	add_left_row(&s);
	add_left_hosts(&s);
	add_mark_row(&s);
	add_deed_rows(&s);
	if (report->work->plan.nunit == 0)
		add_row(&s, _("do"), _("nothing"));
	else
		add_row(&s, _("run"), report->work->run);
	used = text_lines(out->s, s.width);
	screen_add_findings(&s, !lines ? SIZE_MAX : lines > used + 1 ? lines - used - 1 : 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "evacuate/evacuate.h"
#include "report/report.h"
#include "util/lang.h"
#include "util/signals.h"

void report_totals(const struct report *report, struct totals *out)
{
	const struct plan *plan = &report->work->plan;

	*out = (struct totals){ 0 };
	for (size_t i = 0; i < plan->nunit; i++)
		for (const struct step *s = plan->unit[i].step; s < plan->unit[i].step + plan->unit[i].nstep; s++) {
			out->steps++;
			out->state[s->state]++;
			out->evacuated += step_is(s, STEP_INSTANCE) && s->state == STATE_PROVED;
			out->moved += s->kind->counted && s->state == STATE_PROVED;
		}
	for (size_t i = 0; i < plan->nunit; i++) {
		out->network_not_ready += evacuation_is(&plan->unit[i], PHASE_NOT_READY);
		out->cannot_write += evacuation_is(&plan->unit[i], PHASE_CANNOT_WRITE);
	}
	for (size_t i = 0; i < report->work->scene.subject.ncandidate; i++) {
		out->instances += report->work->scene.subject.candidate[i].wanted;
		out->skipped += report->work->scene.subject.candidate[i].wanted &&
		    findings_skip(&report->findings, report->work->scene.subject.candidate[i].instance->uuid) != NULL;
	}
}

static bool any_phase(const struct plan *plan, enum evacuation_phase phase)
{
	for (size_t i = 0; i < plan->nunit; i++)
		if (evacuation_is(&plan->unit[i], phase))
			return true;
	return false;
}

static bool any_unproved(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nunit; i++) {
		const struct unit *u = &plan->unit[i];
		bool over = u->kind != UNIT_EVACUATION || evacuation_has_landed(u);

		for (size_t k = 0; over && k < u->nstep; k++)
			if (u->step[k].state == STATE_APPLIED)
				return true;
	}
	return false;
}

static bool is_service_word(enum unit_kind kind)
{
	return kind == UNIT_MARK || kind == UNIT_RESERVE || kind == UNIT_RELEASE;
}

/* Was anything done of what was asked for? Saying on the services row who is at it is not. */
static bool any_work_done(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nunit; i++)
		for (size_t k = 0; !is_service_word(plan->unit[i].kind) && k < plan->unit[i].nstep; k++)
			if (plan->unit[i].step[k].state == STATE_PROVED || plan->unit[i].step[k].state == STATE_APPLIED)
				return true;
	return false;
}

/* A signal that came when all was over changes nothing. */
static bool was_interrupted(const struct report *report, const struct totals *t)
{
	return signal_came() &&
	    (t->state[STATE_SKIPPED] > 0 ||
		(any_phase(&report->work->plan, PHASE_SENT) && !report->work->request->how.no_wait));
}

/* A rescue is whole when nothing of the host remains; skipped instances do. */
static bool something_remains(const struct report *report, const struct totals *t)
{
	return report->rescues && (t->skipped > 0 || t->evacuated < t->instances || report->work->scene.nleft > 0);
}

enum error_kind report_result(const struct report *report, const struct error *err)
{
	struct totals t;

	report_totals(report, &t);
	if (t.state[STATE_UNKNOWN] > 0)
		return ERROR_UNKNOWN;
	if (any_unproved(&report->work->plan))
		return ERROR_UNPROVED;
	if (any_phase(&report->work->plan, PHASE_TIMEOUT))
		return ERROR_TIMEOUT;
	if (was_interrupted(report, &t) && !err->kind)
		return ERROR_INTERRUPTED;
	if (t.state[STATE_FAILED] + t.state[STATE_SKIPPED] > 0) {
		if (any_work_done(&report->work->plan))
			return ERROR_PARTIAL;
		if (err->kind)
			return err->kind;
		return ERROR_ERROR;
	}
	if (err->kind)
		return err->kind;
	if (report->not_ready_before > 0)
		return ERROR_UNPROVED;
	return something_remains(report, &t) ? ERROR_PARTIAL : ERROR_OK;
}

/* Steps, or instances where there are any: how many units of them have such a state. */
static size_t in_state(const struct report *report, const struct totals *t, enum state state)
{
	const struct plan *plan = &report->work->plan;
	size_t n = 0;

	if (!t->instances)
		return t->state[state];
	for (size_t i = 0; i < plan->nunit; i++)
		n += plan->unit[i].kind == UNIT_EVACUATION && plan->unit[i].nstep && plan->unit[i].step[0].state == state;
	return n;
}

/* Only what there is. */
#define ADD_TAIL(out, format, count) \
	do { \
		size_t n_ = (count); \
		if (n_) \
			str_addf(out, format, n_); \
	} while (0)

static void sentence_of_run(const struct report *report, enum error_kind result, const struct totals *t, struct str *out)
{
	str_addf(out, "%s: ", error_kind_name(result));
	if (t->instances)
		str_addf(out, _("%zu of %zu instances verified on another host"), t->evacuated, t->instances);
	else if (report->work->scene.subject.moves_things)
		str_addf(out, _("%zu of %zu rows verified at their new owner"), t->state[STATE_PROVED], t->steps);
	else
		str_addf(out, _("%zu of %zu rows verified"), t->state[STATE_PROVED], t->steps);
	ADD_TAIL(out, _("; %zu left out"), t->skipped);
	ADD_TAIL(out, _("; hosts left out: %zu"), report->work->scene.nleft);
	ADD_TAIL(out, _("; %zu failed"), in_state(report, t, STATE_FAILED));
	ADD_TAIL(out, _("; %zu unknown"), in_state(report, t, STATE_UNKNOWN));
	ADD_TAIL(out, _("; %zu not verified yet"), in_state(report, t, STATE_APPLIED) - t->network_not_ready - t->cannot_write);
	ADD_TAIL(out, _("; %zu on another host whose guest cannot write to its disk"), t->cannot_write);
	ADD_TAIL(out, _("; %zu on another host without a ready network"), t->network_not_ready);
	ADD_TAIL(out, _("; %zu of the resumed run without a ready network"), report->not_ready_before);
	ADD_TAIL(out, _("; %zu not begun"), in_state(report, t, STATE_SKIPPED));
}

void report_sentence(const struct report *report, enum error_kind result, const struct error *why, struct str *out)
{
	struct totals t;

	report_totals(report, &t);
	if (report->summary) {
		str_add(out, report->summary);
	} else if (report->work->request->how.dry_run && result == ERROR_OK) {
		str_addf(out, t.steps == 1 ? _("dry run: %zu step would be taken") : _("dry run: %zu steps would be taken"),
		    t.steps);
		ADD_TAIL(out, _("; instances left out: %zu"), t.skipped);
		ADD_TAIL(out, _("; hosts left out: %zu"), report->work->scene.nleft);
		str_add(out, _("; nothing was written"));
	} else if (!report->work->journal) {
		str_add(out,
		    why->text[0]  ? why->text :
			t.skipped ? _("nothing that could be done is left") :
				    _("nothing to do"));
		ADD_TAIL(out, _("; instances left out: %zu"), t.skipped);
		ADD_TAIL(out, _("; hosts left out: %zu"), report->work->scene.nleft);
	} else {
		sentence_of_run(report, result, &t, out);
	}
}

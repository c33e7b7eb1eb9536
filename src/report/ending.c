/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "ending_internal.h"
#include "evacuate/evacuate.h"
#include "out/paragraph.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/visible.h"

/* How a run ended, for people: the outcome, then one fact a line, the next command last. What is many is counted. */

#define LABEL_AT 2
#define TEXT_AT 13

/* ---- a line */

void ending_add(const struct ending *e, const char *label, const char *text)
{
	auto_str struct str whole = { 0 }, shown_label = { 0 };
	size_t used, blanks;

	str_add_visible(&shown_label, label);
	used = LABEL_AT + text_columns(shown_label.s);
	blanks = used < TEXT_AT ? TEXT_AT - used : 1;
	str_addf(e->out, "%*s%s%*s", LABEL_AT, "", shown_label.s, (int)blanks, "");
	shell_add_commands(&whole, text, e->report->work->request->where.globals);
	paragraph_add(e->out, whole.s, TEXT_AT, used + blanks, e->columns);
}

void ending_add_more(const struct ending *e, const char *label, size_t more)
{
	auto_str struct str text = { 0 };

	if (more == 0)
		return;
	str_addf(&text, _("%zu more: evac-manage journal show %s"), more, e->report->work->run);
	ending_add(e, label, text.s);
}

/* ---- what did not come to a good end */

/* The unit's own state: its steps end together, but for one that was read back. */
static bool unit_is(const struct unit *unit, enum state state)
{
	for (size_t i = 0; i < unit->nstep; i++)
		if (unit->step[i].state == state)
			return true;
	return false;
}

static const char *error_of(const struct unit *unit, enum state state)
{
	for (size_t i = 0; i < unit->nstep; i++)
		if (unit->step[i].state == state && unit->step[i].error)
			return unit->step[i].error;
	return NULL;
}

static const char *name_of(const struct unit *unit)
{
	if (unit->kind == UNIT_EVACUATION && unit->nstep > 0)
		return str_or(unit->step[0].name, unit->step[0].id);
	return str_or(unit->sentence, unit_kind_name[unit->kind]);
}

/* nova goes on with it, and nobody has waited for the end. */
static bool is_under_way(const struct unit *unit)
{
	return unit->kind == UNIT_EVACUATION && unit_is(unit, STATE_APPLIED) && !evacuation_has_landed(unit);
}

static size_t lines_in(const struct str *text)
{
	size_t n = 0;

	for (size_t i = 0; i < text->n; i++)
		n += text->s[i] == '\n';
	return n;
}

/* Its name, the cause, what to do, as long as they take no more than so many lines. The error line that follows has the run's
 * own cause. */
static void add_units(const struct ending *e, const char *label, enum state state, const char *why)
{
	size_t most = lines_in(e->out) + ENDING_SHOWN, more = 0;

	for (const struct unit *u = e->plan->unit; u < e->plan->unit + e->plan->nunit; u++) {
		const char *error = error_of(u, state);
		auto_str struct str text = { 0 };

		if (!unit_is(u, state) || is_under_way(u) || evacuation_is(u, PHASE_NOT_READY) ||
		    evacuation_is(u, PHASE_CANNOT_WRITE))
			continue;
		if (more || lines_in(e->out) >= most) {
			more++;
			continue;
		}
		str_add(&text, name_of(u));
		if (error && !str_equal(error, why))
			str_addf(&text, ": %s", error);
		ending_add(e, label, text.s);
	}
	ending_add_more(e, label, more);
}

/* nova has done its part; each with what is missing: its port and what that waits for, its disk and the cure. */
static void add_landed(const struct ending *e, const char *label, enum evacuation_phase phase)
{
	size_t most = lines_in(e->out) + ENDING_SHOWN, more = 0;

	for (const struct unit *u = e->plan->unit; u < e->plan->unit + e->plan->nunit; u++) {
		auto_str struct str text = { 0 };

		if (!evacuation_is(u, phase))
			continue;
		if (more || lines_in(e->out) >= most) {
			more++;
			continue;
		}
		str_addf(&text, "%s: %s", name_of(u), str_or(u->step[0].error, ""));
		ending_add(e, label, text.s);
	}
	ending_add_more(e, label, more);
}

/* One line for all that arrived while neutron could not be asked: most often for one reason. */
static void add_network_not_looked_at(const struct ending *e)
{
	const char *why = NULL;
	auto_str struct str text = { 0 };
	size_t n = 0;

	for (const struct unit *u = e->plan->unit; u < e->plan->unit + e->plan->nunit; u++)
		if (u->evacuation && u->evacuation->network == NETWORK_NOT_LOOKED_AT) {
			why = why ? why : u->evacuation->network_why;
			n++;
		}
	if (n == 0)
		return;
	str_addf(&text, n == 1 ? _("not checked for %zu instance: %s") : _("not checked for %zu instances: %s"), n,
	    str_or(why, ""));
	ending_add(e, _("network"), text.s);
}

/* Ready as far as it can be, with something to know: a port that its user has switched off. That the ports of a stopped
 * instance are DOWN is no news. */
static void add_network_notes(const struct ending *e)
{
	size_t n = 0;

	for (const struct unit *u = e->plan->unit; u < e->plan->unit + e->plan->nunit; u++) {
		auto_str struct str text = { 0 };

		if (!u->evacuation || u->evacuation->network != NETWORK_READY || !u->evacuation->network_why ||
		    str_equal(u->step[0].after[1], "stopped") || n++ >= ENDING_SHOWN)
			continue;
		str_addf(&text, "%s: %s", name_of(u), u->evacuation->network_why);
		ending_add(e, _("note"), text.s);
	}
	ending_add_more(e, _("note"), n > ENDING_SHOWN ? n - ENDING_SHOWN : 0);
}

/* Of those that are verified but for this: whether their guests can write. */
static void add_disk_notes(const struct ending *e)
{
	size_t n = 0;

	for (const struct unit *u = e->plan->unit; u < e->plan->unit + e->plan->nunit; u++) {
		auto_str struct str text = { 0 };

		if (!evacuation_is(u, PHASE_PROVED) ||
		    (u->evacuation->disks != DISKS_NOT_WRITTEN && u->evacuation->disks != DISKS_NOT_LOOKED_AT) ||
		    n++ >= ENDING_SHOWN)
			continue;
		if (u->evacuation->disks == DISKS_NOT_WRITTEN)
			str_addf(&text, "%s: %s", name_of(u), str_or(u->evacuation->disks_why, ""));
		else
			str_addf(&text, _("%s: whether its guest can write to its disk is not known: %s"), name_of(u),
			    str_or(u->evacuation->disks_why, ""));
		ending_add(e, _("note"), text.s);
	}
	ending_add_more(e, _("note"), n > ENDING_SHOWN ? n - ENDING_SHOWN : 0);
}

static const char *host_of(const struct unit *unit)
{
	return str_or(unit->step[0].after[0], "");
}

/* "a, b on h1, c on h2": each host once. One whose host is not known, or that has none any more, stands alone. */
static void add_by_host(const struct unit *const *unit, size_t n, struct str *out)
{
	for (size_t i = 0; i < n; i++) {
		const char *host = host_of(unit[i]);
		auto_str struct str names = { 0 };
		size_t first = 0;

		while (!str_equal(host_of(unit[first]), host))
			first++;
		for (size_t k = i; k < n && first == i; k++)
			if (str_equal(host_of(unit[k]), host))
				str_addf(&names, "%s%s", names.n ? ", " : "", name_of(unit[k]));
		if (first != i)
			continue;
		str_add(out, out->n ? ", " : "");
		if (host[0])
			str_addf(out, _("%s on %s"), names.s, host);
		else
			str_add(out, names.s);
	}
}

/* One paragraph for all of them: where to look is the same for each. */
static void add_unrecorded_disks(const struct ending *e)
{
	const struct unit *shown[ENDING_SHOWN];
	auto_str struct str text = { 0 }, names = { 0 };
	size_t n = 0;

	for (const struct unit *u = e->plan->unit; u < e->plan->unit + e->plan->nunit; u++)
		if (evacuation_has_unrecorded_disks(u) && n++ < ENDING_SHOWN)
			shown[n - 1] = u;
	if (n == 0)
		return;
	add_by_host(shown, n < ENDING_SHOWN ? n : ENDING_SHOWN, &names);
	if (n > ENDING_SHOWN)
		str_addf(&names, _(" and %zu more"), n - ENDING_SHOWN);
	str_addf(&text,
	    _("nova does not record whether it found the old disk or made a new one: %s; nova-compute's log there says, by uuid, 'disk on shared storage' or 'disk not on shared storage'"),
	    names.s);
	ending_add(e, _("note"), text.s);
}

/* Is its guest started? A stopped instance is left so. */
static bool has_started(const struct unit *u)
{
	return u->kind == UNIT_EVACUATION && evacuation_has_landed(u) && !str_equal(u->step[0].after[1], "stopped");
}

/* nova is done before a guest has booted, and what is verified are rows. */
static void add_booting(const struct ending *e)
{
	size_t n = 0;

	for (const struct unit *u = e->plan->unit; u < e->plan->unit + e->plan->nunit; u++)
		n += has_started(u);
	if (n > 0)
		ending_add(e, _("guests"),
		    n == 1 ? _("started, and booting now: ask it whether it answers") :
			     _("started, and booting now: ask them whether they answer"));
}

static void add_under_way(const struct ending *e)
{
	auto_str struct str text = { 0 };
	size_t n = 0;

	for (const struct unit *u = e->plan->unit; u < e->plan->unit + e->plan->nunit; u++)
		if (is_under_way(u) && n++ < ENDING_SHOWN)
			str_addf(&text, "%s%s", text.n ? ", " : "", name_of(u));
	if (n == 0)
		return;
	if (n > ENDING_SHOWN)
		str_addf(&text, _(" and %zu more"), n - ENDING_SHOWN);
	ending_add(e, _("under way"), text.s);
}

/* By reason: most often all have the same. */
struct left_for {
	const char *why;
	size_t n, named; /* units; instances among them */
	struct str names;
};

static void count_not_begun(struct left_for *left, const struct unit *u)
{
	left->n++;
	if (u->kind == UNIT_EVACUATION && left->named++ < ENDING_SHOWN)
		str_addf(&left->names, "%s%s", left->names.n ? ", " : "", name_of(u));
}

static void say_left(const struct ending *e, const struct left_for *left)
{
	auto_str struct str text = { 0 };

	str_addf(&text, "%zu", left->n);
	if (left->names.n)
		str_addf(&text, " (%s", left->names.s);
	if (left->named > ENDING_SHOWN)
		str_addf(&text, _(" and %zu more"), left->named - ENDING_SHOWN);
	str_addf(&text, "%s%s%s", left->names.n ? ")" : "", left->why[0] ? ": " : "", left->why);
	ending_add(e, _("not begun"), text.s);
}

static void add_not_begun(const struct ending *e)
{
	struct left_for *left = NULL;
	size_t n = 0, cap = 0, k;

	for (const struct unit *u = e->plan->unit; u < e->plan->unit + e->plan->nunit; u++) {
		const char *why = str_or(error_of(u, STATE_SKIPPED), "");

		if (!unit_is(u, STATE_SKIPPED))
			continue;
		for (k = 0; k < n && strcmp(left[k].why, why) != 0; k++)
			;
		if (k == n) {
			left = vec_grow(left, n, &cap, sizeof *left);
			left[n++] = (struct left_for){ .why = why };
		}
		count_not_begun(&left[k], u);
	}
	for (k = 0; k < n; k++) {
		if (k < ENDING_SHOWN)
			say_left(e, &left[k]);
		str_free(&left[k].names);
	}
	ending_add_more(e, _("not begun"), n > ENDING_SHOWN ? n - ENDING_SHOWN : 0);
	free(left);
}

/* nova's word for a state that it evacuates none of, else the code, which 'explain' knows. */
static void add_left_out(const struct ending *e)
{
	const struct subject *subject = &e->report->work->scene.subject;
	auto_str struct str text = { 0 };
	size_t n = 0;

	for (const struct candidate *c = subject->candidate; c < subject->candidate + subject->ncandidate; c++) {
		const struct finding *f = c->wanted ? findings_skip(&e->report->findings, c->instance->uuid) : NULL;

		if (!f || n++ >= ENDING_SHOWN)
			continue;
		str_addf(&text, "%s%s (%s)", text.n ? ", " : "", str_or(c->instance->name, c->instance->uuid),
		    strcmp(f->code, "not-evacuable") == 0 ? str_or(c->instance->vm_state, f->code) : f->code);
	}
	if (n > ENDING_SHOWN)
		str_addf(&text, _(" and %zu more"), n - ENDING_SHOWN);
	if (n > 0)
		ending_add(e, _("left out"), text.s);
}

/* ---- what came after */

/* Verified, and somebody else's work since: nothing is wrong with what was done. */
static void add_since(const struct ending *e)
{
	size_t n = 0;

	for (const struct unit *u = e->plan->unit; u < e->plan->unit + e->plan->nunit; u++)
		for (const struct step *s = u->step; s < u->step + u->nstep; s++) {
			auto_str struct str text = { 0 };

			if (!s->since || n++ >= ENDING_SHOWN)
				continue;
			str_addf(&text,
			    u->kind == UNIT_EVACUATION && strcmp(s->since, "deleted") != 0 ?
				_("%s %s was evacuated, and then changed by its user: now %s") :
				_("%s %s was changed after it was verified: now %s"),
			    s->kind->one, s->id, s->since);
			ending_add(e, _("note"), text.s);
		}
	if (n > ENDING_SHOWN) {
		auto_str struct str text = { 0 };

		str_addf(&text, _("%zu more were changed after they were verified; -f json names all"), n - ENDING_SHOWN);
		ending_add(e, _("note"), text.s);
	}
}

/* Read again after the last write: what the old owner would begin if it came back. */
static void add_messages_of(const struct ending *e, const struct scene *scene)
{
	const struct consumer_fact *c = scene->bus.consumer;

	for (size_t i = 0; i < scene->bus.nconsumer; i++, c++) {
		auto_str struct str text = { 0 };

		if (c->now.messages == 0 || c->reports)
			continue;
		str_addf(&text, c->now.messages == 1 ? _("queue '%s' holds %u message; ") : _("queue '%s' holds %u messages; "),
		    c->queue, (unsigned)c->now.messages);
		queue_add_remedy(c->queue, &text);
		ending_add(e, _("note"), text.s);
	}
	if (scene->bus.queues_absent) {
		auto_str struct str text = { 0 };

		str_addf(&text, _("messages in the queues of '%s' are not known: %s"), scene->subject.host,
		    scene->bus.queues_absent);
		ending_add(e, _("note"), text.s);
	}
}

static void add_waiting_messages(const struct ending *e)
{
	const struct scene *scene = &e->report->work->scene;

	if (!scene->subject.moves_things && !scene->subject.evacuates)
		return;
	EACH_HOST_OF(h, scene)
	add_messages_of(e, h);
}

/* Of several failed hosts. */
static void add_hosts_left_out(const struct ending *e)
{
	const struct scene *scene = &e->report->work->scene;

	for (size_t i = 0; i < scene->nleft; i++) {
		const struct scene *h = &scene->each[scene->neach + i];
		auto_str struct str text = { 0 };

		str_addf(&text, _("host %s (no-counterpart): nothing of it was touched"), h->subject.host);
		ending_add(e, _("left out"), text.s);
	}
}

static void add_facts(const struct ending *e, const struct error *why)
{
	const struct report *r = e->report;
	bool nothing_to_do = !r->work->journal && !r->first && r->work->plan.nunit == 0;

	if (r->work->journal)
		ending_add_done(e);
	if (r->rescues && (r->work->journal || nothing_to_do)) /* where there is a table of servers, it has them */
		add_left_out(e);
	if (r->work->journal || nothing_to_do)
		add_hosts_left_out(e);
	if (!r->work->journal)
		return;
	add_units(e, _("failed"), STATE_FAILED, why->text);
	add_units(e, _("unknown"), STATE_UNKNOWN, why->text);
	add_units(e, _("unverified"), STATE_APPLIED, why->text);
	add_landed(e, _("disk"), PHASE_CANNOT_WRITE);
	add_landed(e, _("network"), PHASE_NOT_READY);
	add_network_not_looked_at(e);
	add_under_way(e);
	add_not_begun(e);
	add_disk_notes(e);
	add_network_notes(e);
	add_since(e);
	add_waiting_messages(e);
	add_unrecorded_disks(e);
	add_booting(e);
	ending_add(e, _("journal"), journal_path(r->work->journal));
}

void report_ending(const struct report *report, enum error_kind result, const struct error *why, size_t columns,
    struct str *out)
{
	const struct ending e = { report, &report->work->plan, columns, out };
	auto_str struct str sentence = { 0 }, until = { 0 };

	str_add(&sentence, report->work->request->how.dry_run ? "[DRY-RUN] " : "");
	report_sentence(report, result, why, &sentence);
	if (report->work->journal || result == ERROR_OK || !why->text[0]) /* an error says the rest */
		paragraph_add(out, sentence.s, LABEL_AT, 0, columns);
	add_facts(&e, why);
	if (report->good_until) {
		str_addf(&until, _("until %s; then make a new plan"), report->good_until);
		ending_add(&e, _("good"), until.s);
	}
	if (report->next)
		ending_add(&e, _("next"), report->next);
}

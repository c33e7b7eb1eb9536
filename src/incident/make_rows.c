/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/shell.h"

/* What was done row by row, as counts where there are many. */

#define KIND_MAX 512 /* groups of rows: kinds, owners and states, no more */

struct moved {
	const struct step *first;
	const char *state;
	size_t n;
};

static const char *value_from(const struct step *step)
{
	return str_or(step->before[0], "-");
}

static const char *value_to(const struct step *step)
{
	return str_or(step->after[0], "-");
}

static bool is_like(const struct moved *m, const struct step *step, const char *state)
{
	return m->first->kind == step->kind && str_equal(m->state, state) && str_equal(m->first->before[0], step->before[0]) &&
	    str_equal(m->first->after[0], step->after[0]);
}

static void count_step(struct moved *moved, size_t *n, const struct step *step, const char *state)
{
	for (size_t i = *n; i > 0; i--)
		if (is_like(&moved[i - 1], step, state)) {
			moved[i - 1].n++;
			return;
		}
	if (*n < KIND_MAX)
		moved[(*n)++] = (struct moved){ step, state, 1 };
}

const char *incident_state_words(const char *state)
{
	static const char *const words[][2] = { { "proved", N_("done, verified") }, { "applied", N_("written, not verified") },
		{ "failed", N_("failed") }, { "unknown", N_("not known") }, { "open", N_("not known") },
		{ "skipped", N_("not done") } };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_equal(state, words[i][0]))
			return _(words[i][1]);
	return state;
}

bool incident_cannot_write(const struct past_unit *unit)
{
	return unit->begun && str_equal(unit->disks, "cannot-write") && str_equal(past_unit_state(unit), "applied");
}

bool incident_is_not_ready(const struct past_unit *unit)
{
	return unit->begun && !incident_cannot_write(unit) && str_equal(unit->network, "not-ready") &&
	    str_equal(past_unit_state(unit), "applied");
}

const char *incident_unit_words(const struct past_unit *unit)
{
	if (incident_cannot_write(unit))
		return _("done by nova, its guest cannot write");
	return incident_is_not_ready(unit) ? _("done by nova, network not ready") : incident_state_words(past_unit_state(unit));
}

static void add_row_counts(const struct past *past, struct sheet *out)
{
	struct moved *moved = xcalloc(KIND_MAX, sizeof *moved);
	size_t n = 0;

	for (size_t i = 0; i < past->nunit; i++)
		if (past->unit[i].begun && past->plan.unit[i].kind != UNIT_EVACUATION)
			for (size_t k = 0; k < past->plan.unit[i].nstep; k++)
				count_step(moved, &n, &past->plan.unit[i].step[k], past_unit_state(&past->unit[i]));
	if (n > 0)
		sheet_add(out, SHEET_HEAD, _("Rows"), _("Kind"), _("From"), _("To"), _("State"));
	for (size_t i = 0; i < n; i++)
		sheet_add(out, SHEET_ROW, arena_printf(&out->arena, "%zu", moved[i].n), moved[i].first->kind->one,
		    value_from(moved[i].first), value_to(moved[i].first), incident_state_words(moved[i].state));
	free(moved);
}

static void add_instances(const struct incident *incident, struct sheet *out)
{
	const struct past *past = &incident->past;
	bool any = false;

	for (size_t i = 0; i < past->nunit; i++) {
		const struct unit *unit = &past->plan.unit[i];

		if (!past->unit[i].begun || unit->kind != UNIT_EVACUATION || unit->nstep == 0)
			continue;
		if (!any)
			sheet_add(out, SHEET_HEAD, _("Instance"), _("Name"), _("From"), _("To"), _("State"));
		any = true;
		sheet_add(out, SHEET_ROW, unit->step[0].id, unit->step[0].name, value_from(&unit->step[0]),
		    str_or(incident->unit[i].arrived, str_or(unit->step[0].after[0], _("nova chooses"))),
		    incident_unit_words(&past->unit[i]));
	}
}

/* Their computes waited for it, and neutron could not reach nova-api. */
static void add_told_ports(const struct past *past, struct sheet *out)
{
	size_t n = 0;

	for (size_t i = 0; i < past->nunit; i++)
		n += past->unit[i].told;
	if (n > 0)
		sheet_add(out, SHEET_TEXT,
		    arena_printf(&out->arena,
			_("Messages of this run, instead of nova-api's, that told nova-compute of a plugged port: %zu."), n));
}

void incident_add_moves(const struct incident *incident, struct sheet *out)
{
	size_t before;

	sheet_add(out, SHEET_SECTION, _("What moved"));
	before = out->n;
	add_instances(incident, out);
	add_row_counts(&incident->past, out);
	add_told_ports(&incident->past, out);
	if (out->n == before)
		sheet_add(out, SHEET_TEXT, _("Nothing was begun."));
}

/* ---- what failed, and what to do about it */

/* Of one that waits for its network a recovery looks again. */
static const char *cure_of(const struct unit *unit, const char *state, const char *run, struct arena *arena)
{
	if (str_equal(state, "unknown") || str_equal(state, "open") || str_equal(state, "applied"))
		return arena_printf(arena, "evac-manage journal recover %s", run);
	if (unit->kind == UNIT_EVACUATION && unit->nstep > 0)
		return arena_printf(arena, "evac-manage instance show %s", shell_word(arena, unit->step[0].id));
	return arena_printf(arena, "evac-manage journal show %s", run);
}

void incident_add_failures(const struct incident *incident, struct sheet *out)
{
	const struct past *past = &incident->past;
	bool any = false;

	sheet_add(out, SHEET_SECTION, _("What failed"));
	for (size_t i = 0; i < past->nunit; i++) {
		const struct past_unit *u = &past->unit[i];
		const char *state = past_unit_state(u);
		const struct unit *unit = &past->plan.unit[i];

		if (!u->begun ||
		    !(str_equal(state, "failed") || str_equal(state, "unknown") || str_equal(state, "open") ||
			incident_is_not_ready(u) || incident_cannot_write(u)))
			continue;
		if (!any)
			sheet_add(out, SHEET_HEAD, _("What"), _("State"), _("Why"), _("Look there first"));
		any = true;
		sheet_add(out, SHEET_ROW, unit->sentence, incident_unit_words(u),
		    str_or(u->error, _("nothing was written about its end")), cure_of(unit, state, past->run, &out->arena));
	}
	if (!any)
		sheet_add(out, SHEET_TEXT, _("Nothing."));
}

void incident_add_left_out(const struct incident *incident, struct sheet *out)
{
	json_object *list = json_object_object_get(incident->evidence, "findings"), *one;
	size_t n = count_members(list), at;

	sheet_add(out, SHEET_SECTION, _("What was left out"));
	at = out->n;
	for (size_t i = 0; i < n; i++) {
		one = json_object_array_get_idx(list, i);
		if (!str_equal(get_text(one, "severity"), "skip") ||
		    json_object_get_boolean(json_object_object_get(one, "accepted")))
			continue;
		if (out->n == at)
			sheet_add(out, SHEET_HEAD, _("What"), _("Finding"), _("Why"));
		sheet_add(out, SHEET_ROW, get_text(one, "subject"), get_text(one, "code"), get_text(one, "message"));
	}
	for (size_t i = 0; i < incident->past.nunit; i++) {
		if (incident->past.unit[i].begun)
			continue;
		if (out->n == at)
			sheet_add(out, SHEET_HEAD, _("What"), _("Finding"), _("Why"));
		sheet_add(out, SHEET_ROW, incident->past.plan.unit[i].sentence, "-", _("the run ended before it was begun"));
	}
	if (out->n == at)
		sheet_add(out, SHEET_TEXT,
		    incident->evidence ? _("Nothing.") : _("Not known: an older evac-manage wrote the journal."));
}

/* ---- whom it concerns */

void incident_add_people(const struct incident *incident, struct sheet *out)
{
	json_object *list = json_object_object_get(incident->evidence, "people"), *one, *instances;
	size_t n = count_members(list);

	sheet_add(out, SHEET_SECTION, _("Whom to tell"));
	if (n == 0) {
		sheet_add(out, SHEET_TEXT, _("Not known: the journal names no project."));
		return;
	}
	sheet_add(out, SHEET_TEXT,
	    _("Ids of keystone; their names are not known here: openstack user show USER, openstack project show PROJECT."));
	sheet_add(out, SHEET_HEAD, _("Project"), _("User"), _("Instances"), _("Volumes"), _("Backups"));
	for (size_t i = 0; i < n; i++) {
		auto_str struct str names = { 0 };
		size_t count;

		one = json_object_array_get_idx(list, i);
		instances = json_object_object_get(one, "instances");
		count = count_members(instances);
		str_addf(&names, "%zu", count);
		for (size_t k = 0; k < count; k++) {
			str_add(&names, k == 0 ? ": " : ", ");
			str_add(&names, str_or(json_object_get_string(json_object_array_get_idx(instances, k)), "?"));
		}
		sheet_add(out, SHEET_ROW, str_or(get_text(one, "project_id"), _("not known")),
		    str_or(get_text(one, "user_id"), _("not known")), names.s,
		    arena_printf(&out->arena, "%lld", (long long)json_object_get_int64(json_object_object_get(one, "volumes"))),
		    arena_printf(&out->arena, "%lld",
			(long long)json_object_get_int64(json_object_object_get(one, "backups"))));
	}
}

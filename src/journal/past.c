/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/past.h"

#include <stdlib.h>
#include <string.h>

#include "util/lang.h"
#include "util/shell.h"
#include "util/str.h"

/* What is asked of an earlier run; past_read.c reads it. */

const struct verdict_kind verdicts[VERDICTS] = {
	[VERDICT_DONE] = { "done", STATE_PROVED, true },
	[VERDICT_NOT_DONE] = { "not_done", STATE_SKIPPED, true },
	[VERDICT_FAILED] = { "failed", STATE_FAILED, true },
	[VERDICT_UNDER_WAY] = { "under_way", STATE_APPLIED, false },
	[VERDICT_UNPROVED] = { "unproved", STATE_APPLIED, false },
	[VERDICT_NOT_READY] = { "network_not_ready", STATE_APPLIED, false },
	[VERDICT_CANNOT_WRITE] = { "guest_cannot_write", STATE_APPLIED, false },
	[VERDICT_UNKNOWN] = { "unknown", STATE_UNKNOWN, false },
	[VERDICT_DRIFT] = { "drift", STATE_FAILED, false },
};

bool past_is_about(const struct past *past, const char *host)
{
	for (size_t i = 0; i < past->hosts.n; i++)
		if (str_equal(past->hosts.v[i], host))
			return true;
	return past->hosts.n == 0 && str_equal(past->host, host);
}

void past_be_about(const struct past *past, struct scene *scene)
{
	if (!past->has_hosts) {
		scene->subject.host = past->host;
		return;
	}
	scene_divide(scene, &past->hosts);
	EACH_HOST(h, scene)
	h->subject.host = h->own.what.host;
}

const char *past_hosts_words(const struct past *past, struct arena *arena)
{
	const struct words *const all[] = { &past->hosts, &past->left };
	const char *words = NULL;

	for (size_t w = 0; w < sizeof all / sizeof *all; w++)
		for (size_t i = 0; i < all[w]->n; i++)
			words = words ? arena_printf(arena, "%s %s", words, shell_word(arena, all[w]->v[i])) :
					shell_word(arena, all[w]->v[i]);
	return words;
}

void past_add_foreign(const struct past *past, struct str *out)
{
	str_addf(out, _("of format %lld, written by evac-manage %s, and evac-manage %s reads formats up to %d"),
	    (long long)past->version, str_or(past->tool, "?"), EVAC_MANAGE_VERSION, JOURNAL_VERSION_HOSTS);
}

static int refuse_foreign(const struct past *past, const char *path, struct error *err)
{
	auto_str struct str what = { 0 };

	past_add_foreign(past, &what);
	error_set(err, ERROR_ERROR, "the journal '%s' is %s; nothing was changed", path, what.s);
	return error_hint(err, "run the same command with evac-manage %s or a later one", str_or(past->tool, "?"));
}

int past_check(const struct past *past, const char *path, struct error *err)
{
	if (past->foreign)
		return refuse_foreign(past, path, err);
	if (past->trouble)
		return error_set(err, ERROR_ERROR, "'%s': %s", path, past->trouble);
	if (!past->run)
		return error_set(err, ERROR_ERROR, "'%s' has no run: it was cut off before any step was begun", path);
	return 0;
}

void past_free(struct past *past)
{
	free(past->unit);
	plan_free(&past->plan);
	*past = (struct past){ 0 };
}

/* NULL: there was none yet, or not one of this version. */
static const struct verdict_kind *verdict_of(const struct past_unit *u)
{
	for (const struct verdict_kind *v = verdicts; v < verdicts + VERDICTS; v++)
		if (str_equal(u->verdict, v->name))
			return v;
	return NULL;
}

/* Rows that were committed and not read back, and evacuations that were on their way, are looked at again. */
bool past_unit_is_final(const struct past_unit *u)
{
	const struct verdict_kind *verdict = verdict_of(u);

	return (verdict && verdict->final) || str_equal(u->outcome, "proved") || str_equal(u->outcome, "failed") ||
	    str_equal(u->outcome, "skipped");
}

bool past_is_settled(const struct past *past)
{
	if (past->recovering || (!past->result && !past->recovery))
		return false;
	for (size_t i = 0; i < past->nunit; i++)
		if (past->unit[i].begun && !past_unit_is_final(&past->unit[i]))
			return false;
	return true;
}

bool past_accepts(const struct past *past, const char *code)
{
	size_t n = strlen(code);

	for (size_t i = 0; i < past->accept.n; i++)
		if (strncmp(past->accept.v[i], code, n) == 0 && (!past->accept.v[i][n] || past->accept.v[i][n] == ':'))
			return true;
	return false;
}

const char *past_unit_state(const struct past_unit *u)
{
	const struct verdict_kind *verdict = verdict_of(u);

	if (verdict)
		return state_name[verdict->state];
	if (u->publish_begun && str_equal(u->outcome, "applied") && !str_equal(u->publish_outcome, "acked"))
		return u->publish_outcome ? "unknown" : "open";
	return str_or(u->outcome, "open");
}

const struct step *past_next_step(const struct past *past, struct past_steps *at)
{
	for (; at->unit < past->nunit; at->unit++, at->step = 0)
		if (past_wrote(past, at->unit) && at->step < past->plan.unit[at->unit].nstep)
			return &past->plan.unit[at->unit].step[at->step++];
	return NULL;
}

struct db *past_database(const struct world *world, const struct unit *unit, const struct past_unit *past)
{
	if (unit->kind == UNIT_OWNERSHIP)
		return world->cinder_db;
	for (size_t i = 0; i < world->ncell; i++)
		if (str_equal(db_label(world->cell[i].db), past->where))
			return world->cell[i].db;
	return NULL;
}

static bool has_written(const struct past *past, size_t unit);

/* Reserved hosts that the run, or its recovery, has disabled again. */
static bool has_released(const struct past *past)
{
	for (size_t i = 0; i < past->nunit; i++)
		if (past->plan.unit[i].kind == UNIT_RELEASE && has_written(past, i))
			return true;
	return false;
}

/* Its last word is not that it was rolled back. Where recovery found a third value, each row tells. */
static bool has_written(const struct past *past, size_t unit)
{
	const struct past_unit *u = &past->unit[unit];
	const char *state = past_unit_state(u);

	return unit_kind_has_rows(past->plan.unit[unit].kind) && u->begun &&
	    (str_equal(state, "applied") || str_equal(state, "proved") || str_equal(u->verdict, "drift"));
}

bool past_wrote(const struct past *past, size_t unit)
{
	enum unit_kind kind = past->plan.unit[unit].kind;

	if (kind == UNIT_RELEASE || (kind == UNIT_RESERVE && has_released(past)))
		return false;
	return has_written(past, unit);
}

bool past_holds_reserve(const struct past *past, const struct plan *plan)
{
	bool holds = false, ended = false;

	for (size_t i = 0; i < past->nunit; i++) {
		const char *state = past_unit_state(&past->unit[i]);

		if (plan->unit[i].kind == UNIT_RESERVE)
			holds = past->unit[i].begun && !str_equal(state, "failed") && !str_equal(state, "skipped");
		if (plan->unit[i].kind == UNIT_RELEASE)
			ended = past->unit[i].begun;
	}
	return holds && !ended;
}

size_t past_count_units(const struct past *p, const char *a, const char *b)
{
	size_t n = 0;

	for (size_t i = 0; i < p->nunit; i++)
		n += p->unit[i].begun &&
		    (str_equal(past_unit_state(&p->unit[i]), a) || str_equal(past_unit_state(&p->unit[i]), b));
	return n;
}

bool past_was_left_waiting(const struct past *p)
{
	return str_equal(p->result, "timeout") && past_count_units(p, "failed", "failed") == 0;
}

const char *resume_command(struct arena *arena, const char *hosts, const char *run, bool fences_disks)
{
	return arena_printf(arena, "evac-manage host rescue %s --resume %s%s", hosts, run,
	    fences_disks ? " --fence storage" : "");
}

bool past_is_unknown(const struct past *past)
{
	for (size_t i = 0; i < past->nunit; i++)
		if (past->unit[i].begun && past->plan.unit[i].kind != UNIT_POWER && past->plan.unit[i].kind != UNIT_FENCE &&
		    (str_equal(past_unit_state(&past->unit[i]), "unknown") ||
			str_equal(past_unit_state(&past->unit[i]), "open")))
			return true;
	return false;
}

const char *past_state(const struct past *p)
{
	if (p->recovery)
		return str_equal(p->recovery, "ok")                                                              ? "recovered" :
		    str_equal(p->recovery, "drift") || str_equal(p->recovery, "unproved") || !past_is_unknown(p) ? "failed" :
														   "unknown";
	if (str_equal(p->result, "unknown") || past_count_units(p, "unknown", "unknown") > 0 || past_was_left_waiting(p))
		return "unknown";
	if (!p->result)
		return "open";
	if (str_equal(p->result, "partial") &&
	    past_count_units(p, "failed", "failed") == 0) /* something remains, and nothing failed */
		return "done";
	return str_equal(p->result, "ok") ? "done" : "failed";
}

bool past_has_begun(const struct past *p)
{
	size_t i = 0;

	while (i < p->nunit && !p->unit[i].begun)
		i++;
	return i < p->nunit;
}

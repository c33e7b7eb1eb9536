/* SPDX-License-Identifier: Apache-2.0 */
#include "recovery_internal.h"

#include "find/keep_out.h"
#include "util/crash.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"

/* Clients that were put on a blocklist, and nobody has seen the end of it: each cluster is asked what is listed, and nothing is
 * added. What is on the list stays there. */

static void mark_listed(struct unit *unit, const struct storage_answer *answer)
{
	for (struct step *s = unit->step; s < unit->step + unit->nstep; s++) {
		const struct ceph_fact ceph = { .newest = answer };
		struct storage_address client;

		if (!str_equal(step_after(s, "cluster"), answer->fsid) || !storage_address_parse(s->id, &client))
			continue;
		s->state = ceph_keeps_out(&ceph, &client) ? STATE_PROVED : STATE_SKIPPED;
		s->error = s->state == STATE_PROVED ? NULL : _("it is not on the blocklist");
	}
}

/* ${why} of the last cluster that did not answer; NULL: all of the unit's did. */
static const char *ask_clusters(struct recovery *r, struct unit *unit)
{
	const char *why = _("the journal does not say how to reach its cluster");

	unit_set_state(unit, STATE_UNKNOWN, why);
	for (size_t i = 0; i < r->past.ncluster; i++) {
		const struct storage_ask ask = { .access = r->past.cluster[i].access };
		struct storage_answer answer;
		struct storage_look look;

		storage_begin(&ask, &look);
		storage_take(&look, &answer);
		if (answer.absent)
			why = arena_dup(&r->work.plan.arena, answer.absent);
		else if (!answer.entries_known)
			why = _("the blocklist of its cluster could not be read");
		else
			mark_listed(unit, &answer);
		storage_answer_free(&answer);
	}
	for (const struct step *s = unit->step; s < unit->step + unit->nstep; s++)
		if (s->state == STATE_UNKNOWN)
			return why;
	return NULL;
}

enum verdict recover_fence(struct recovery *r, size_t index, const char **why)
{
	struct unit *unit = &r->work.plan.unit[index];
	const char *unknown = ask_clusters(r, unit);
	size_t n = 0;

	for (const struct step *s = unit->step; s < unit->step + unit->nstep; s++)
		n += s->state == STATE_PROVED;
	if (unknown) {
		*why = arena_printf(&r->work.plan.arena, _("what is on the blocklist is not known: %s"), unknown);
		return VERDICT_UNKNOWN;
	}
	*why = n == unit->nstep ?
	    NULL :
	    arena_printf(&r->work.plan.arena,
		_("%zu of %zu clients are on the blocklist, and stay there; the same command again adds the others"), n,
		unit->nstep);
	return n == unit->nstep ? VERDICT_DONE : VERDICT_NOT_DONE;
}

/* ---- those that were seen there */

/* What the run has seen, but for what is gone by now. */
void recover_repeat_fence(struct unit *unit, enum state state, const char *why)
{
	for (struct step *s = unit->step; s < unit->step + unit->nstep; s++) {
		if (s->state == STATE_SKIPPED && state == STATE_PROVED)
			continue;
		s->state = state;
		s->error = why;
	}
}

static bool was_fenced(const struct recovery *r, size_t index)
{
	const struct past_unit *u = &r->past.unit[index];

	return r->work.plan.unit[index].kind == UNIT_FENCE && u->begun && past_unit_is_final(u) &&
	    (u->verdict ? str_equal(u->verdict, verdicts[VERDICT_DONE].name) : str_equal(u->outcome, state_name[STATE_PROVED]));
}

/* Whoever is off writes nothing, kept out or not. */
static bool is_off_now(struct scene *host)
{
	if (host->request->how.fenced)
		return true;
	scene_find_power(host);
	return scene_is_off(host);
}

static int record_gone(struct recovery *r, const struct step *gone, struct error *err)
{
	const struct step step = { .kind = gone->kind,
		.id = gone->id,
		.after = { NULL, step_after(gone, "cluster") },
		.state = STATE_FAILED,
		.error = gone->error };

	CRASH_POINT("recover_before_look_record");
	return r->request->how.dry_run ? 0 : journal_fence(r->work.journal, "look", &step, err);
}

static int note_gone(struct recovery *r, const struct unit *unit, const struct step *gone, struct error *err)
{
	struct error why = { 0 };

	error_set(&why, ERROR_DRIFT, "fence-gone: client %s of Ceph, which had disk %s, is not kept out any more: %s", gone->id,
	    str_or(gone->name, "?"), gone->error);
	error_hint(&why,
	    "find out who changed the blocklist, and power the host off: its old guests may write beside the new ones");
	log_warn("%s", why.text);
	if (!is_off_now(unit_scene(&r->work.scene, unit)))
		r->gone = why;
	return record_gone(r, gone, err);
}

int recover_fences_stand(struct recovery *r, struct error *err)
{
	for (size_t i = 0; i < r->past.nunit; i++) {
		struct unit *unit = &r->work.plan.unit[i];
		const char *unknown;

		if (!was_fenced(r, i))
			continue;
		unknown = ask_clusters(r, unit);
		if (unknown)
			log_warn("whether the old clients are still kept out is not known: %s", unknown);
		for (struct step *s = unit->step; s < unit->step + unit->nstep; s++)
			if (s->state == STATE_SKIPPED && !s->since)
				return note_gone(r, unit, s, err);
			else if (s->state != STATE_UNKNOWN)
				s->since = s->state == STATE_SKIPPED ? "removed" : NULL;
	}
	return 0;
}

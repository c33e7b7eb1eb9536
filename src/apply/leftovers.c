/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/apply.h"
#include "util/lang.h"
#include "util/log.h"

/* Rows that came to the old owner after the plan was made: they stop the transaction at its end, and what comes later still is
 * told once it is committed. */

/* Until there are so many, each by the index costs less than a pass over all volumes. */
#define FEW_VOLUMES 5000

/* A move of a part leaves others behind on purpose. */
static bool moves_everything(const struct work *work, const struct move *m)
{
	const struct request *r = work->request;

	return r->what.limit == 0 && r->what.only.n == 0 && r->what.exclude.n == 0 && !m->from.pool[0] && !m->in_place &&
	    !m->taken_back && !r->how.skip_drifted;
}

static bool is_moved_kind(const struct work *work, const struct move *m, int k)
{
	return (m->rows[k].n > 0 || k == OWNED_VOLUME || k == OWNED_BACKUP) && step_kind_move(&step_kinds[k]) == m->kind &&
	    (!work->scene.subject.kinds || (work->scene.subject.kinds & 1u << k));
}

/* The first kind of which more is left than stays with living clusters; OWNED_KINDS: none. */
static int kind_left(const struct work *work, const struct move *m, const int64_t left[OWNED_KINDS])
{
	int k = 0;

	while (k < OWNED_KINDS && !(is_moved_kind(work, m, k) && left[k] > m->served[k]))
		k++;
	return k;
}

int leftovers_check(const struct work *work, const struct move *m, struct error *err)
{
	bool few = (int64_t)m->rows[OWNED_VOLUME].n + m->served[OWNED_VOLUME] <= FEW_VOLUMES;
	int64_t left[OWNED_KINDS];
	int k;

	if (!moves_everything(work, m))
		return 0;
	if (ownership_left(work->world.cinder_db, m->from.text, m->kind == MOVE_BACKUPS,
		few && m->source ? m->source->uuid : NULL, left, err) != 0)
		return -1;
	k = kind_left(work, m, left);
	return k == OWNED_KINDS ?
	    0 :
	    error_set(err, ERROR_DRIFT, "%lld more %s came to '%s' since the plan was made; nothing was changed",
		(long long)(left[k] - m->served[k]), owned_kind_plural[k], m->from.backend_host);
}

int leftovers_tell(const struct work *work, struct error *err)
{
	for (const struct move *m = work->scene.subject.move; m < work->scene.subject.move + work->scene.subject.nmove; m++) {
		int k = moves_everything(work, m) && m->now.known ? kind_left(work, m, m->now.old_owner) : OWNED_KINDS;

		if (k < OWNED_KINDS)
			return error_set(err, ERROR_PARTIAL,
			    "%lld more %s came to '%s' since the plan was made and are still there; the planned rows have moved",
			    (long long)(m->now.old_owner[k] - m->served[k]), owned_kind_plural[k], m->from.backend_host);
	}
	return 0;
}

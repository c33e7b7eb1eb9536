/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "apply/apply.h"
#include "find/finding.h"
#include "find/moves.h"
#include "util/crash.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"

#define PARAMS_MAX (2 * STEP_COLUMNS + 2)
#define LONG_UNIT 1000 /* rows, from which on the transaction takes seconds */

/* Where a statement's parameters come from: a step's id, or a column's value before or after. */
struct binding {
	const struct step *step;
	struct {
		enum { FROM_ID, FROM_BEFORE, FROM_AFTER } from;
		size_t column;
	} source[PARAMS_MAX];
};

/* @id, @old_COLUMN and @new_COLUMN: every statement that moves a row has these and no others. */
static void bind_names(const struct step_kind *kind, struct binding *binding, struct db_param *params)
{
	size_t n = 0, i, k;
	const char *name;

	for (i = 0; i < kind->write->nparam; i++) {
		name = sql_param(kind->write, i);
		for (k = 0; k < n && strcmp(params[k].name, name) != 0; k++)
			;
		if (k < n)
			continue;
		params[n].name = name;
		binding->source[n].from = str_starts(name, "old_") ? FROM_BEFORE :
		    str_starts(name, "new_")                       ? FROM_AFTER :
								     FROM_ID;
		if (binding->source[n].from != FROM_ID)
			binding->source[n].column = step_kind_column(kind, name + 4);
		n++;
	}
	params[n] = p_end;
}

static void bind_values(const void *ctx, size_t row, struct db_param *params)
{
	const struct binding *binding = ctx;
	const struct step *step = &binding->step[row];

	for (size_t i = 0; params[i].name; i++) {
		const char *value = binding->source[i].from == FROM_ID ? step->id :
		    binding->source[i].from == FROM_BEFORE             ? step->before[binding->source[i].column] :
									 step->after[binding->source[i].column];

		params[i] = p_str(params[i].name, value);
	}
}

static int write_one_by_one(struct db *db, const struct step *step, size_t n, uint64_t *matched, struct error *err)
{
	struct db_param params[PARAMS_MAX + 1];
	struct binding binding = { .step = step };

	bind_names(step->kind, &binding, params);
	return db_write_many(db, step->kind->write, n, bind_values, &binding, params, matched, err);
}

/* All rows of one kind. */
static int write_kind(struct db *db, const struct step *step, size_t n, struct error *err)
{
	const struct step_kind *kind = step->kind;
	bool many = kind->write_many && n > 1;
	uint64_t matched;

	if ((many ? apply_many : write_one_by_one)(db, step, n, &matched, err) != 0)
		return -1;
	log_debug("%s: %llu of %zu rows", (many ? kind->write_many : kind->write)->name, (unsigned long long)matched, n);
	if (matched != n)
		return error_set(err, ERROR_DRIFT,
		    "%zu of %zu %s have changed since the plan was made; this unit was rolled back", n - (size_t)matched, n,
		    kind->plural);
	return 0;
}

/* The steps of a unit lie kind by kind. */
int unit_write(struct db *db, const struct unit *unit, struct error *err)
{
	const struct step *step = unit->step, *end = unit->step + unit->nstep;
	size_t n;

	for (; step < end; step += n) {
		for (n = 1; step + n < end && step[n].kind == step->kind; n++)
			;
		if (write_kind(db, step, n, err) != 0)
			return -1;
	}
	return 0;
}

static bool allows(const struct work *work, const char *code, const char *subject)
{
	return request_accepts(work->request, code, subject);
}

static int check_source(const struct work *work, const struct move *m, const char *binary, const struct cinder_services *now,
    struct error *err)
{
	const struct cinder_service *source = cinder_service_find(now, binary, m->from.backend_host);

	if (!source || m->taken_back || allows(work, "source-alive", NULL))
		return 0;
	if (m->source ? source->report_count == m->source->report_count :
			!cinder_service_is_up(source, work->scene.cinder.down_s))
		return 0;
	return error_set(err, ERROR_DRIFT,
	    "%s on '%s' has reported since the plan was made, so it is alive; nothing was changed", binary,
	    m->from.backend_host);
}

static int check_target(const struct work *work, const struct move *m, const char *binary, const struct cinder_services *now,
    struct error *err)
{
	const struct cinder_service *target = cinder_service_find(now, binary, m->to.backend_host);

	if (!target || !m->target || target->id != m->target->id)
		return error_set(err, ERROR_DRIFT,
		    "the service row of %s on '%s' was replaced since the plan was made; nothing was changed", binary,
		    m->to.backend_host);
	if (!cinder_service_is_up(target, work->scene.cinder.down_s) && !allows(work, "target-down", m->to.backend_host))
		return error_set(err, ERROR_DRIFT, "%s on '%s' went down since the plan was made; nothing was changed", binary,
		    m->to.backend_host);
	return 0;
}

/* A cluster whose rows move has no living member still. */
static int check_clusters_down(const struct work *work, const struct cinder_services *now, struct error *err)
{
	const struct cluster_fact *c = work->scene.cinder.cluster_fact;

	for (; c < work->scene.cinder.cluster_fact + work->scene.cinder.ncluster_fact; c++)
		if (!c->is_up && cinder_cluster_is_up(now, c->cluster, work->scene.cinder.down_s) &&
		    !allows(work, "source-alive", NULL))
			return error_set(err, ERROR_DRIFT,
			    "a member of cluster '%s' has reported since the plan was made, so it is alive; nothing was changed",
			    c->cluster);
	return 0;
}

/* The second look at who is alive, inside the transaction: a source that has come back, a target that has gone. Where the owner
 * stays the same nobody needs to be asked. */
static int check_owners(struct work *work, struct error *err)
{
	struct cinder_services now = { 0 };
	int rc;

	if (cinder_services_list(work->world.cinder_db, &now, err) != 0)
		return -1;
	rc = check_clusters_down(work, &now, err);
	for (const struct move *m = work->scene.subject.move;
	     m < work->scene.subject.move + work->scene.subject.nmove && rc == 0; m++) {
		const char *binary = move_binary(m->kind);

		if (!m->in_place)
			rc = check_source(work, m, binary, &now, err) != 0 ? -1 : check_target(work, m, binary, &now, err);
	}
	cinder_services_free(&now);
	return rc;
}

/* Where the backend stays, all of it owns as much as before: the pool that every row leaves, and the one that they come to. */
static void name_pools(struct work *work, const struct unit *unit)
{
	struct move *m = work->scene.subject.move;
	const struct step *first = NULL;

	if (work->scene.subject.nmove != 1 || !m->in_place)
		return;
	for (const struct step *s = unit->step; s < unit->step + unit->nstep; s++) {
		if (s->kind->owner != OWNER_POOL)
			continue;
		if (first && (!str_equal(s->before[0], first->before[0]) || !str_equal(s->after[0], first->after[0])))
			return;
		first = first ? first : s;
	}
	m->whose = first ? first->before[0] : NULL;
	m->whose_then = first ? first->after[0] : NULL;
}

/* What both owners had when the plan was made; they are counted again over another connection when the transaction is
 * committed. */
static int look_before(struct work *work, const struct unit *unit, struct error *err)
{
	name_pools(work, unit);
	if (check_owners(work, err) != 0)
		return -1;
	for (struct move *m = work->scene.subject.move; m < work->scene.subject.move + work->scene.subject.nmove; m++)
		if (prove_count_before(work, m, err) != 0)
			return -1;
	return 0;
}

static int look_after(struct work *work, struct error *err)
{
	for (struct move *m = work->scene.subject.move; m < work->scene.subject.move + work->scene.subject.nmove; m++)
		if (leftovers_check(work, m, err) != 0)
			return -1;
	return 0;
}

/* Whoever began to work on it after the plan was made has recorded an event. An undo opens it again: nobody works on a closed
 * one. */
static int check_nobody_came(struct work *work, struct error *err)
{
	const struct closing *c = work->scene.subject.closing;
	struct action_events now;
	bool same;

	if (!c)
		return 0;
	if (migration_events(work->scene.nova.home->cell->db, c->migration->id, &now, err) != 0)
		return -1;
	same = now.n == c->events.n;
	for (size_t i = 0; i < now.n && same; i++)
		same = str_equal(now.v[i].result, c->events.v[i].result);
	action_events_free(&now);
	return same ? 0 :
		      error_set(err, ERROR_DRIFT,
			  "the events of migration %lld have changed, so nova may be working on it; nothing was changed",
			  (long long)c->migration->id);
}

static int add_server(struct work *work, struct db *db, struct error *err)
{
	json_object *record = json_object_new_object();

	put_text(record, "label", db_label(db));
	put_text(record, "server", db_server(db)->text);
	return journal_add(work->journal, "server", record, false, err);
}

/* An error before COMMIT leaves everything as it was; only the commit itself can leave a doubt. */
static int record_outcome(struct work *work, size_t index, int rc, struct error *err)
{
	struct unit *unit = &work->plan.unit[index];
	enum state state = rc == 0 ? STATE_APPLIED : err->kind == ERROR_UNKNOWN ? STATE_UNKNOWN : STATE_FAILED;
	const char *why = rc == 0 ? NULL : arena_dup(&work->plan.arena, err->text);
	struct error trouble = { 0 };

	unit_set_state(unit, state, why);
	if (journal_outcome(work->journal, index, state, why, &trouble) != 0) {
		if (rc != 0)
			log_error("%s", trouble.text);
		else
			*err = trouble;
		return -1;
	}
	return rc;
}

static struct db *cinder_of(const struct work *work)
{
	return work->world.cinder_db;
}

static struct db *cell_of_host(const struct work *work)
{
	return work->scene.nova.home->cell->db;
}

/* A reserved host that went down since the plan was made takes nothing. To be disabled again it need not be up. */
static int check_reserve_up(struct work *work, const struct unit *unit, struct error *err)
{
	struct nova_services now = { 0 };
	int rc = 0;

	if (nova_services_list(cell_of_host(work), &now, err) != 0)
		return -1;
	for (const struct step *s = unit->step; s < unit->step + unit->nstep && rc == 0; s++)
		for (size_t i = 0; i < now.n && rc == 0; i++)
			if (now.v[i].id == strtoll(s->id, NULL, 10) && str_equal(step_after(s, "disabled"), "0") &&
			    !nova_service_is_up(&now.v[i], work->scene.nova.down_s))
				rc = error_set(err, ERROR_DRIFT,
				    "nova-compute on reserved host '%s' went down since the plan was made; nothing was changed",
				    now.v[i].host);
	nova_services_free(&now);
	return rc;
}

/* Where the rows of a unit are, and what is looked at inside their transaction; NULL: nothing. An evacuation has its own
 * (cast.c). */
static const struct {
	struct db *(*database)(const struct work *work);
	int (*before)(struct work *work, const struct unit *unit, struct error *err);
	int (*after)(struct work *work, struct error *err);
} writing[] = {
	[UNIT_OWNERSHIP] = { cinder_of, look_before, look_after },
	[UNIT_MARK] = { cell_of_host, NULL, NULL },
	[UNIT_CLOSE] = { cell_of_host, NULL, check_nobody_came },
	[UNIT_RESERVE] = { cell_of_host, check_reserve_up, NULL },
	[UNIT_RELEASE] = { cell_of_host, NULL, NULL },
};

static int write_and_commit(struct work *work, struct unit *unit, struct db *db, struct error *err)
{
	int rc;

	CRASH_POINT("unit_before_begin");
	if (lock_check(work->lock, err) != 0 || db_begin_write(db, err) != 0)
		return -1;
	rc = writing[unit->kind].before ? writing[unit->kind].before(work, unit, err) : 0;
	if (rc == 0)
		rc = unit_write(db, unit, err);
	if (rc == 0 && writing[unit->kind].after)
		rc = writing[unit->kind].after(work, err);
	if (rc == 0)
		rc = lock_check(work->lock, err);
	if (rc != 0) {
		db_rollback(db);
		return -1;
	}
	CRASH_POINT("unit_before_commit");
	rc = db_commit(db, err);
	CRASH_POINT("unit_after_commit");
	return rc;
}

int apply_unit(struct work *work, size_t index, struct error *err)
{
	struct unit *unit = &work->plan.unit[index];
	struct db *db = writing[unit->kind].database(work);

	if (add_server(work, db, err) != 0 || journal_intent(work->journal, index, unit, db_label(db), err) != 0) {
		unit_set_state(unit, STATE_SKIPPED, _("not run: the journal could not be written"));
		return -1;
	}
	if (unit->nstep >= LONG_UNIT)
		log_notice("%zu. writing %zu rows in one transaction", index + 1, unit->nstep);
	return record_outcome(work, index, write_and_commit(work, unit, db, err), err);
}

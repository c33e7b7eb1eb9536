/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "cast_internal.h"

#include "apply/apply.h"
#include "evacuate/evacuate.h"
#include "find/finding.h"
#include "util/clock.h"
#include "util/crash.h"
#include "util/file.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/signals.h"
#include "util/uuid.h"

#define ATTEMPT 1

static void begin_rows(struct work *work, const struct unit *unit, struct evacuation_rows *rows)
{
	const struct instance *i = unit->candidate->instance;

	*rows = (struct evacuation_rows){ .instance_uuid = i->uuid,
		.host = i->host,
		.node = i->node,
		.vm_state = i->vm_state,
		.old_task_state = i->task_state,
		.dest_compute = unit->step[0].after[0] };
	evacuation_name_ids(work->run, i->uuid, rows);
}

int journal_publish_intent(struct journal *journal, const struct publish_record *what, const struct str *body,
    struct error *err)
{
	json_object *r = json_object_new_object();
	char sha256[65];

	sha256_hex(body->s, body->n, sha256);
	put_count(r, "unit", what->unit);
	put_text(r, "instance", what->rows->instance_uuid);
	put_text(r, "migration_uuid", what->rows->migration_uuid.text);
	put_text(r, "request_id", what->rows->request_id);
	put_text(r, "unique_id", what->unique_id);
	put_int(r, "attempt", what->attempt);
	put_int(r, "expiration_ms", bus_lets_expire(what->bus) ? BUS_EXPIRATION_MS : 0);
	put_text(r, "exchange", what->exchange);
	put_text(r, "broker", bus_server(what->bus));
	put_text(r, "broker_version", bus_version(what->bus));
	put_text(r, "body_sha256", sha256);
	put_count(r, "body_bytes", body->n);
	if (what->token)
		put_text(r, "token", what->token);
	return journal_add(journal, "publish_intent", r, false, err);
}

int journal_publish_outcome(struct journal *journal, size_t unit, enum bus_outcome outcome, const struct error *why,
    struct error *err)
{
	json_object *r = json_object_new_object();

	put_count(r, "unit", unit);
	put_text(r, "outcome", bus_outcome_name(outcome));
	put_text(r, "error", why->text[0] ? why->text : NULL);
	return journal_add(journal, "publish_outcome", r, false, err);
}

static void end_unsent(struct work *work, struct unit *unit, enum evacuation_phase phase, const char *why)
{
	unit->evacuation->ended_ms = clock_monotonic_ms();
	evacuation_enter(unit, phase, arena_dup(&work->plan.arena, why));
}

/* It was proved that nobody got the cast: the three rows go back. */
static int cancel(struct work *work, size_t index, const char *why, struct error *err)
{
	struct unit *unit = &work->plan.unit[index];
	struct db *db = work->scene.nova.home->cell->db;
	struct error trouble = { 0 };
	int rc;

	evacuation_unlock(work);
	rc = db_begin_write(db, &trouble);
	if (rc == 0 && (rc = evacuation_cancel(db, &unit->evacuation->rows, &trouble)) != 0)
		db_rollback(db);
	CRASH_POINT("cancel_before_commit");
	if (rc == 0)
		rc = db_commit(db, &trouble);
	CRASH_POINT("cancel_after_commit");
	if (rc == 0) {
		end_unsent(work, unit, PHASE_NOT_SENT,
		    arena_printf(&work->plan.arena, _("not sent (%s); its rows are as before"), why));
		return journal_outcome(work->journal, index, STATE_FAILED, "not sent, taken back", err);
	}
	end_unsent(work, unit, PHASE_IN_DOUBT,
	    arena_printf(&work->plan.arena, _("not sent (%s), and its rows could not be put back: %s"), why, trouble.text));
	return journal_outcome(work->journal, index, STATE_UNKNOWN, trouble.text, err);
}

static void charge(struct evacuation *e, enum cost cost)
{
	int64_t now = clock_monotonic_us();

	e->cost_us[cost] += now - e->measured_us;
	e->measured_us = now;
}

static void tell_cost(const struct evacuation *e)
{
	static const char *const name[COSTS] = { "way", "journal", "transaction", "cast" };
	auto_str struct str text = { 0 };
	int64_t whole = 0;

	if (!log_enabled(LOG_DEBUG))
		return;
	for (int i = 0; i < COSTS; i++) {
		str_addf(&text, "%s %.3f ms, ", name[i], (double)e->cost_us[i] / 1000);
		whole += e->cost_us[i];
	}
	log_debug("%s: cost %swhole %.3f ms", e->rows.instance_uuid, text.s, (double)whole / 1000);
}

/* What is looked at before each turn is looked at once more where that is old by now: the disk or a row that somebody else has
 * locked may have been waited for. ${stops}: nothing more is begun at all. */
static int look_before_cast(struct work *work, bool *stops, struct error *err)
{
	bool hold;

	*stops = true; /* each of these is said once */
	if (power_check(work, err) != 0 || disks_check(work, &hold, err) != 0)
		return -1;
	*stops = false;
	if (hold)
		return error_set(err, ERROR_DRIFT, "a disk is open from '%s'",
		    scene_hosts_words(&work->scene, &work->plan.arena));
	if (life_check(work, err) == 0 && evacuation_look_at_source(work, err) == 0)
		return 0;
	*stops = work->source_reports;
	return -1;
}

static int stop_before_cast(struct work *work, size_t index, bool stops, const struct error *why, struct error *err)
{
	int rc = cancel(work, index, why->text, err);

	if (rc == 0 && stops) {
		*err = *why;
		rc = -1;
	}
	return rc;
}

/* ---- the intent of the next one, durable by the same sync as the message of this one */

static int announce(struct work *work, size_t index, bool sync, struct error *err)
{
	struct unit *unit = &work->plan.unit[index];

	if (unit->announced)
		return 0;
	if ((sync ? journal_intent : journal_intent_soon)(work->journal, index, unit, db_label(work->scene.nova.home->cell->db),
		err) != 0)
		return -1;
	unit->announced = true;
	return 0;
}

static int announce_next(struct work *work, size_t next, struct error *err)
{
	if (next == EVACUATION_NONE || signal_came())
		return 0;
	CRASH_POINT("ahead_before_intent");
	if (announce(work, next, false, err) != 0)
		return -1;
	CRASH_POINT("ahead_after_intent");
	return 0;
}

void evacuations_withdraw(struct work *work)
{
	struct error err = { 0 };

	for (size_t i = 0; i < work->plan.nunit; i++) {
		const struct unit *unit = &work->plan.unit[i];

		if (unit->announced && !unit->evacuation &&
		    journal_outcome(work->journal, i, STATE_SKIPPED, str_or(unit->step[0].error, _("not begun")), &err) != 0)
			log_error("%s", err.text);
	}
}

/* What is about to be sent, and who is next, whose row is locked while the disk is awaited. */
static int make_durable(struct work *work, const struct turn *turn, const struct publish_record *what, struct error *err)
{
	if (journal_publish_intent(work->journal, what, &turn->body, err) != 0 || announce_next(work, turn->next, err) != 0)
		return -1;
	if (turn->next != EVACUATION_NONE && !signal_came()) {
		journal_sync_begin(work->journal);
		ahead_lock(work, turn->next);
	}
	return journal_sync(work->journal, err);
}

struct meanwhile {
	struct work *work;
	size_t next;
};

static void while_the_broker_is_awaited(void *ctx)
{
	const struct meanwhile *m = ctx;

	if (m->next != EVACUATION_NONE && !signal_came())
		ahead_make_spec(m->work, m->next);
}

/* What a look has seen is recorded: on a disk that is full by then the end of this message could not be. */
static enum bus_outcome publish_now(struct work *work, const struct turn *turn, bool *stops, struct error *why)
{
	struct meanwhile meanwhile = { work, turn->next };

	if (look_before_cast(work, stops, why) != 0 || journal_still_writes(work->journal, why) != 0)
		return BUS_NOT_SENT;
	return bus_publish_meanwhile(work->world.bus, work->world.nova.bus.exchange, work->world.nova.conductor_topic,
	    turn->body.s, turn->body.n, while_the_broker_is_awaited, &meanwhile, why);
}

static int publish_cast(struct work *work, const struct turn *turn, struct error *err)
{
	const size_t index = turn->index;
	struct unit *unit = &work->plan.unit[index];
	struct evacuation *e = unit->evacuation;
	const struct publish_record record = { index, &e->rows, turn->unique_id, work->world.nova.bus.exchange, work->world.bus,
		ATTEMPT, token_goes(&work->scene, unit->candidate) ? work->world.token.source : NULL };
	struct error why = { 0 };
	enum bus_outcome outcome;
	bool stops;

	if (look_before_cast(work, &stops, &why) != 0)
		return stop_before_cast(work, index, stops, &why, err);
	if (make_durable(work, turn, &record, err) != 0) {
		cancel(work, index, _("the journal could not be written"), &why);
		return -1;
	}
	charge(e, COST_JOURNAL);
	CRASH_POINT("publish_before");
	outcome = publish_now(work, turn, &stops, &why);
	CRASH_POINT("publish_after");
	charge(e, COST_CAST);
	e->sent_ms = clock_monotonic_ms();
	if (journal_publish_outcome(work->journal, index, outcome, &why, err) != 0)
		log_error("%s", err->text);
	charge(e, COST_JOURNAL);
	tell_cost(e);
	if (outcome == BUS_ACKED) {
		evacuation_enter(unit, PHASE_SENT, NULL);
		log_debug("%s (%s): sent to nova-conductor; %s", e->rows.instance_uuid, str_or(unit->step[0].name, ""),
		    str_or(unit->step[0].after[0], "the scheduler picks the host"));
		return 0;
	}
	if (bus_outcome_proves_not_sent(outcome))
		return stop_before_cast(work, index, stops, &why, err);
	end_unsent(work, unit, PHASE_IN_DOUBT,
	    arena_printf(&work->plan.arena, _("its message may or may not have been sent: %s"), why.text));
	return 0;
}

static bool does_without_token(const struct work *work, const struct candidate *c)
{
	unsigned needs = token_needs(&work->scene, c);

	return !needs ||
	    (!(needs & (TOKEN_FOR_IMAGE | TOKEN_FOR_DEVICE)) &&
		(request_accepts(work->request, "needs-token", c->instance->uuid) ||
		    (c->instance->name && request_accepts(work->request, "needs-token", c->instance->name))));
}

/* It was good when the run began, and may end before its turn. nova's own login gets another one. */
static bool has_lost_token(struct work *work, struct unit *unit)
{
	const struct candidate *c = unit->candidate;
	auto_str struct str why = { 0 };

	if (token_goes(&work->scene, c) || does_without_token(work, c))
		return false;
	if (str_equal(work->world.token.source, "nova-conf"))
		token_ask(&work->world.token, &work->world.nova);
	if (token_goes(&work->scene, c))
		return false;
	token_serves(&work->scene, c, token_needs(&work->scene, c), &why);
	unit_set_state(unit, STATE_SKIPPED,
	    arena_printf(&work->plan.arena, _("not begun: the token of %s cannot be used any more: %s"),
		work->world.token.origin, why.s));
	return true;
}

static int end_without_claim(struct work *work, size_t index, struct error *err)
{
	struct unit *unit = &work->plan.unit[index];
	int rc;

	if (err->kind == ERROR_UNKNOWN)
		end_unsent(work, unit, PHASE_IN_DOUBT, err->text);
	else
		end_unsent(work, unit, PHASE_NOT_SENT,
		    err->kind == ERROR_DB_UNREACHABLE ? arena_printf(&work->plan.arena, _("not sent: %s"), err->text) :
							err->text);
	rc = journal_outcome(work->journal, index, unit->step[0].state, unit->step[0].error, err);
	return work->source_reports || err->kind == ERROR_DB_UNREACHABLE || err->kind == ERROR_UNKNOWN ? -1 : rc;
}

static int take_turn(struct work *work, struct turn *turn, struct error *err)
{
	struct unit *unit = &work->plan.unit[turn->index];
	int rc;

	if (announce(work, turn->index, true, err) != 0)
		return -1;
	charge(unit->evacuation, COST_JOURNAL);
	rc = evacuation_claim(work, turn, err);
	charge(unit->evacuation, COST_TRANSACTION);
	if (rc != 0 && err->code == CLAIM_NOT_BEGUN) {
		evacuation_free(unit);
		return -1;
	}
	if (rc != 0)
		return end_without_claim(work, turn->index, err);
	if (journal_outcome_soon(work->journal, turn->index, STATE_APPLIED, NULL, err) ==
	    0) /* the sync before the message makes it durable */
		return publish_cast(work, turn, err);
	cancel(work, turn->index, err->text, &(struct error){ 0 });
	return -1;
}

int evacuation_send(struct work *work, size_t index, size_t next, struct error *err)
{
	struct unit *unit = &work->plan.unit[index];
	struct turn turn = { .index = index, .next = next };
	int64_t begun_us = clock_monotonic_us();
	struct uuid id;
	int rc;

	CRASH_POINT("evacuation_before");
	if (evacuation_way(work, unit, err) != 0)
		return -1;
	CRASH_POINT("evacuation_after_canary");
	if (has_lost_token(work, unit))
		return 0;
	unit->evacuation = xcalloc(1, sizeof *unit->evacuation);
	unit->evacuation->measured_us = begun_us;
	charge(unit->evacuation, COST_WAY);
	begin_rows(work, unit, &unit->evacuation->rows);
	uuid_random(&id);
	uuid_hex(&id, turn.unique_id);
	rc = take_turn(work, &turn, err);
	str_free_secret(&turn.body);
	return rc;
}

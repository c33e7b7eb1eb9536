/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "apply/apply.h"
#include "bus/cast.h"
#include "evacuate/evacuate.h"
#include "find/finding.h"
#include "util/clock.h"
#include "util/crash.h"
#include "util/file.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/uuid.h"

/* The broker refuses what is larger than its own limit (16 MiB in RabbitMQ 4); a cast is some 10 kB. */
#define BODY_MAX ((size_t)8 << 20)
#define ATTEMPT 1
#define CLOCKS_DIFFER_S 2 /* whole seconds of the server against ours */
#define PCPUSET_SINCE 22  /* nova objects/instance_numa.py: InstanceNUMACell 1.5 and 1.6 */

static void begin_rows(struct work *work, const struct unit *unit, struct evacuation_rows *rows)
{
	const struct instance *i = unit->candidate->instance;

	*rows = (struct evacuation_rows){ .instance_uuid = i->uuid,
		.host = i->host,
		.node = i->node,
		.vm_state = i->vm_state,
		.old_task_state = i->task_state,
		.dest_compute = work->request->what.target_host };
	evacuation_name_ids(work->run, i->uuid, rows);
}

/* Spec and instance as the message has them. With a target that is not forced, the scheduler is told; else it chooses. Without
 * a stored spec (Queens and Rocky alone) the conductor makes one. */
int evacuation_body(const struct evacuation_message *m, json_object *instance, struct str *body, struct error *err)
{
	const struct oslo_context context = { .user_id = m->rows->user_id,
		.project_id = m->rows->project_id,
		.request_id = m->rows->request_id,
		.token = m->token ? m->token->text : NULL,
		.catalog = m->token ? m->token->facts.catalog : NULL };
	struct rebuild_instance args = { .instance = instance,
		.host = m->force ? m->target_host : NULL,
		.target_state = m->target_state };
	const struct candidate *c = m->candidate;
	bool asks = m->target_host && !m->force;
	const struct spec_options options = { .host = asks ? m->target_host : NULL,
		.node = asks ? m->target_node : NULL,
		.without_group = c->spec_facts.group && !c->group.exists,
		.with_pcpuset = m->release->nova >= PCPUSET_SINCE };

	if (c->spec.exists && request_spec_object(&c->spec, &options, &args.request_spec, err) != 0) {
		json_object_put(instance);
		return -1;
	}
	cast_rebuild_instance(&args, &context, m->unique_id, body);
	if (body->n > BODY_MAX)
		return error_set(err, ERROR_REFUSED, "its message has %zu bytes; brokers take %zu at most", body->n, BODY_MAX);
	return 0;
}

/* A service that this run forced down is down to nova whatever it reports; to us its heartbeat still counts. Of one that was
 * forced down before, only a heartbeat that is younger than what was found. */
static bool reports_again(const struct work *work, const struct nova_service *now)
{
	const struct nova_service *found = work->scene.nova.compute;
	bool reports = nova_service_reports(now, work->scene.nova.down_s);

	if (!reports || !found || !found->forced_down)
		return reports;
	return found->heartbeat_age_s.set &&
	    now->heartbeat_age_s.v + CLOCKS_DIFFER_S <
	    found->heartbeat_age_s.v + (clock_monotonic_ms() - work->scene.nova.compute_seen_ms) / 1000;
}

static int check_still_down(struct work *work, struct error *err)
{
	struct nova_services now = { 0 };
	const struct nova_service *s;
	int rc = 0;

	if (nova_services_of_host(work->scene.nova.home->cell->db, work->scene.subject.host, &now, err) != 0)
		return -1;
	s = nova_service_find(&now, "nova-compute", work->scene.subject.host);
	work->source_reports = s && reports_again(work, s);
	if (work->source_reports)
		rc = error_set(err, ERROR_DRIFT, "nova-compute on '%s' reports again: the host is alive",
		    work->scene.subject.host);
	nova_services_free(&now);
	return rc;
}

static int claim(struct work *work, struct unit *unit, const char *unique_id, struct str *body, struct error *err)
{
	struct evacuation_rows *rows = &unit->evacuation->rows;
	struct db *db = work->scene.nova.home->cell->db;
	const struct evacuation_message message = { .rows = rows,
		.candidate = unit->candidate,
		.release = work->scene.nova.release,
		.target_host = work->request->what.target_host,
		.target_node = work->scene.nova.target_node ? work->scene.nova.target_node->hypervisor_hostname : NULL,
		.force = work->request->what.force,
		.target_state = work->request->how.target_state,
		.unique_id = unique_id,
		.token = token_goes(&work->scene, unit->candidate) ? &work->world.token : NULL };
	json_object *instance = NULL;

	if (check_still_down(work, err) != 0 || instance_lock(db, rows->instance_uuid, &instance, err) != 0)
		return -1;
	rows->user_id = arena_dup(&work->plan.arena, instance_object_text(instance, "user_id"));
	rows->project_id = arena_dup(&work->plan.arena, instance_object_text(instance, "project_id"));
	if (evacuation_body(&message, instance, body, err) != 0)
		return -1;
	return evacuation_begin(db, &work->scene.nova.columns, rows, err);
}

static int claim_transaction(struct work *work, struct unit *unit, const char *unique_id, struct str *body, struct error *err)
{
	struct db *db = work->scene.nova.home->cell->db;
	int rc;

	CRASH_POINT("claim_before_begin");
	if (life_check(work, err) != 0 || lock_check(&work->scene, work->lock, err) != 0 || db_begin_write(db, err) != 0)
		return -1;
	if (claim(work, unit, unique_id, body, err) != 0 || lock_check(&work->scene, work->lock, err) != 0) {
		db_rollback(db);
		return -1;
	}
	CRASH_POINT("claim_before_commit");
	rc = db_commit(db, err);
	CRASH_POINT("claim_after_commit");
	return rc;
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
	return journal_add(journal, "publish_intent", r, true, err);
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
	int rc = db_begin_write(db, &trouble);

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

static int publish_cast(struct work *work, size_t index, const char *unique_id, const struct str *body, struct error *err)
{
	const char *topic = work->world.nova.conductor_topic;
	struct unit *unit = &work->plan.unit[index];
	struct evacuation *e = unit->evacuation;
	const struct publish_record record = { index, &e->rows, unique_id, work->world.nova.bus.exchange, work->world.bus,
		ATTEMPT, token_goes(&work->scene, unit->candidate) ? work->world.token.source : NULL };
	struct error why = { 0 };
	enum bus_outcome outcome;

	if (lock_check(&work->scene, work->lock, &why) != 0)
		return cancel(work, index, why.text, err);
	if (journal_publish_intent(work->journal, &record, body, err) != 0) {
		cancel(work, index, _("the journal could not be written"), &why);
		return -1;
	}
	charge(e, COST_JOURNAL);
	CRASH_POINT("publish_before");
	outcome = bus_publish(work->world.bus, work->world.nova.bus.exchange, topic, body->s, body->n, &why);
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
		    str_or(work->request->what.target_host, "the scheduler picks the host"));
		return 0;
	}
	if (bus_outcome_proves_not_sent(outcome))
		return cancel(work, index, why.text, err);
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

int evacuation_send(struct work *work, size_t index, struct error *err)
{
	int64_t begun_us = clock_monotonic_us();
	struct unit *unit = &work->plan.unit[index];
	auto_secret_str struct str body = { 0 };
	struct uuid id;
	char unique_id[33];
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
	uuid_hex(&id, unique_id);
	if (journal_intent(work->journal, index, unit, db_label(work->scene.nova.home->cell->db), err) != 0)
		return -1;
	charge(unit->evacuation, COST_JOURNAL);
	rc = claim_transaction(work, unit, unique_id, &body, err);
	charge(unit->evacuation, COST_TRANSACTION);
	if (rc == 0) {
		if (journal_outcome_soon(work->journal, index, STATE_APPLIED, NULL, err) ==
		    0) /* publish_intent makes it durable */
			return publish_cast(work, index, unique_id, &body, err);
		cancel(work, index, err->text, &(struct error){ 0 });
		return -1;
	}
	if (err->kind == ERROR_UNKNOWN)
		end_unsent(work, unit, PHASE_IN_DOUBT, err->text);
	else
		end_unsent(work, unit, PHASE_NOT_SENT,
		    err->kind == ERROR_DB_UNREACHABLE ? arena_printf(&work->plan.arena, _("not sent: %s"), err->text) :
							err->text);
	rc = journal_outcome(work->journal, index, unit->step[0].state, unit->step[0].error, err);
	return work->source_reports || err->kind == ERROR_DB_UNREACHABLE || err->kind == ERROR_UNKNOWN ? -1 : rc;
}

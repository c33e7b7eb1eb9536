/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "bus/cast.h"
#include "op/evacuation.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/log.h"
#include "util/uuid.h"

/* The broker refuses what is larger than its own limit (16 MiB in RabbitMQ 4); a cast is some 10 kB. */
#define BODY_MAX ((size_t)8 << 20)
#define ATTEMPT 1
#define PCPUSET_SINCE 22 /* nova objects/instance_numa.py: InstanceNUMACell 1.5 and 1.6 */

/* "evac-manage" as a namespace: ids of a run can be made again from its name. */
static const struct uuid ours = { "6f1d3c0a-51a4-5c0e-9a77-65766163206d" };

static void name_ids(const struct run *run, const char *instance_uuid, struct evacuation_rows *rows)
{
	auto_free char *migration = xasprintf("mig/%s/%d", instance_uuid, ATTEMPT);
	auto_free char *request = xasprintf("req/%s/%d", instance_uuid, ATTEMPT);
	struct uuid space, id;

	uuid_from_name(&ours, run->id, &space);
	uuid_from_name(&space, migration, &rows->migration_uuid);
	uuid_from_name(&space, request, &id);
	snprintf(rows->request_id, sizeof rows->request_id, "req-%s", id.text);
}

static void fill_rows(struct run *run, const struct unit *unit, struct evacuation_rows *rows)
{
	const struct instance *i = unit->candidate->instance;

	*rows = (struct evacuation_rows){ .instance_uuid = i->uuid,
		.host = i->host,
		.node = i->node,
		.vm_state = i->vm_state,
		.old_task_state = i->task_state,
		.dest_compute = run->request->target_host };
	name_ids(run, i->uuid, rows);
}

/* Spec and instance as the message has them. With a target that is not forced, the scheduler is told; else it chooses. Without a
 * stored spec (Queens and Rocky alone) the conductor makes one. */
static int build(struct run *run, const struct unit *unit, json_object *instance, const char *unique_id, struct str *body,
    struct error *err)
{
	const struct request *r = run->request;
	const struct compute_node *node = run->scene.target_node;
	const struct oslo_context context = { .user_id = unit->evacuation->rows.user_id,
		.project_id = unit->evacuation->rows.project_id,
		.request_id = unit->evacuation->rows.request_id };
	struct rebuild_instance args = { .instance = instance, .host = r->force ? r->target_host : NULL };
	const struct candidate *c = unit->candidate;
	bool asks = r->target_host && !r->force;
	const struct spec_options options = { .host = asks ? r->target_host : NULL,
		.node = asks ? node->hypervisor_hostname : NULL,
		.without_group = c->spec_facts.group && !c->group.exists,
		.with_pcpuset = run->scene.release->nova >= PCPUSET_SINCE };

	if (c->spec.exists && request_spec_object(&c->spec, &options, &args.request_spec, err) != 0) {
		json_object_put(instance);
		return -1;
	}
	cast_rebuild_instance(&args, &context, unique_id, body);
	if (body->n > BODY_MAX)
		return error_set(err, ERROR_REFUSED, "its message would have %zu bytes, brokers take %zu", body->n, BODY_MAX);
	return 0;
}

/* A service that this run forced down is down to nova whatever it reports; to us its heartbeat still counts. */
static bool reports_again(const struct run *run, const struct nova_service *now)
{
	struct nova_service as_found = *now;

	as_found.forced_down = run->scene.compute && run->scene.compute->forced_down;
	return nova_service_is_up(&as_found, run->scene.nova_down_s);
}

static int check_source_down(struct run *run, struct error *err)
{
	struct nova_services now = { 0 };
	const struct nova_service *s;
	int rc = 0;

	if (nova_services_list(run->scene.home->cell->db, &now, err) != 0)
		return -1;
	s = nova_service_find(&now, "nova-compute", run->scene.host);
	if (s && reports_again(run, s))
		rc = error_set(err, ERROR_DRIFT, "nova-compute on '%s' reports again: the host is alive", run->scene.host);
	nova_services_free(&now);
	return rc;
}

static int claim(struct run *run, struct unit *unit, const char *unique_id, struct str *body, struct error *err)
{
	struct evacuation_rows *rows = &unit->evacuation->rows;
	struct db *db = run->scene.home->cell->db;
	json_object *instance = NULL;

	if (check_source_down(run, err) != 0 || instance_lock(db, rows->instance_uuid, &instance, err) != 0)
		return -1;
	rows->user_id = arena_dup(&run->plan.arena, instance_object_text(instance, "user_id"));
	rows->project_id = arena_dup(&run->plan.arena, instance_object_text(instance, "project_id"));
	if (build(run, unit, instance, unique_id, body, err) != 0)
		return -1;
	return evacuation_begin(db, &run->scene.columns, rows, err);
}

static int claim_transaction(struct run *run, struct unit *unit, const char *unique_id, struct str *body, struct error *err)
{
	struct db *db = run->scene.home->cell->db;

	if (db_begin_write(db, err) != 0)
		return -1;
	if (claim(run, unit, unique_id, body, err) != 0) {
		db_rollback(db);
		return -1;
	}
	return db_commit(db, err);
}

/* Everything that can be known about the way to the conductor before anything is written. */
static int check_way(struct run *run, struct error *err)
{
	const char *topic = run->world.nova.conductor_topic ? run->world.nova.conductor_topic : CONDUCTOR_TOPIC;
	struct bus_queue queue;
	int there;

	if (world_connect_bus(&run->world, err) != 0)
		return -1;
	there = bus_exchange_exists(run->world.bus, run->world.nova.bus.exchange, err);
	if (there < 0 || bus_queue_look(run->world.bus, topic, &queue, err) != 0)
		return -1;
	if (!there || !queue.exists || queue.consumers == 0)
		return error_set(err, ERROR_REFUSED, "nobody consumes queue '%s' on %s any more", topic, bus_server(run->world.bus));
	return bus_canary(run->world.bus, run->world.nova.bus.exchange, err);
}

static int add_publish_intent(struct run *run, size_t index, const struct evacuation *e, const char *unique_id,
    const struct str *body, struct error *err)
{
	json_object *r = json_object_new_object();
	char sha256[65];

	sha256_hex(body->s, body->n, sha256);
	json_object_object_add(r, "unit", json_object_new_int64((int64_t)index));
	json_object_object_add(r, "instance", json_object_new_string(e->rows.instance_uuid));
	json_object_object_add(r, "migration_uuid", json_object_new_string(e->rows.migration_uuid.text));
	json_object_object_add(r, "request_id", json_object_new_string(e->rows.request_id));
	json_object_object_add(r, "unique_id", json_object_new_string(unique_id));
	json_object_object_add(r, "attempt", json_object_new_int(ATTEMPT));
	json_object_object_add(r, "exchange", json_object_new_string(run->world.nova.bus.exchange));
	json_object_object_add(r, "broker", json_object_new_string(bus_server(run->world.bus)));
	json_object_object_add(r, "body_sha256", json_object_new_string(sha256));
	json_object_object_add(r, "body_bytes", json_object_new_int64((int64_t)body->n));
	return journal_add(run->journal, "publish_intent", r, true, err);
}

static int add_publish_outcome(struct run *run, size_t index, enum bus_outcome outcome, const struct error *why, struct error *err)
{
	json_object *r = json_object_new_object();

	json_object_object_add(r, "unit", json_object_new_int64((int64_t)index));
	json_object_object_add(r, "outcome", json_object_new_string(bus_outcome_name(outcome)));
	json_object_object_add(r, "error", why->text[0] ? json_object_new_string(why->text) : NULL);
	return journal_add(run->journal, "publish_outcome", r, true, err);
}

static void end(struct run *run, struct unit *unit, enum evacuation_phase phase, enum state state, const char *why)
{
	struct evacuation *e = unit->evacuation;

	e->phase = phase;
	e->error = arena_dup(&run->plan.arena, why);
	e->ended_ms = clock_monotonic_ms();
	unit_set_state(unit, state, e->error);
	log_line(phase == PHASE_UNKNOWN ? LOG_ERROR : LOG_WARN, "%s (%s): %s", e->rows.instance_uuid,
	    unit->step[0].name ? unit->step[0].name : "", why);
}

/* It was proved that nobody got the cast: the three rows go back. */
static int cancel(struct run *run, size_t index, const char *why, struct error *err)
{
	struct unit *unit = &run->plan.unit[index];
	struct db *db = run->scene.home->cell->db;
	struct error trouble = { 0 };
	int rc = db_begin_write(db, &trouble);

	if (rc == 0 && (rc = evacuation_cancel(db, &unit->evacuation->rows, &trouble)) != 0)
		db_rollback(db);
	if (rc == 0)
		rc = db_commit(db, &trouble);
	if (rc == 0) {
		end(run, unit, PHASE_FAILED, STATE_FAILED, arena_printf(&run->plan.arena, "not sent (%s); its rows are as before", why));
		return journal_outcome(run->journal, index, STATE_FAILED, "not sent, taken back", err);
	}
	end(run, unit, PHASE_UNKNOWN, STATE_UNKNOWN,
	    arena_printf(&run->plan.arena, "not sent (%s), and its rows could not be put back: %s", why, trouble.text));
	return journal_outcome(run->journal, index, STATE_UNKNOWN, trouble.text, err);
}

static int publish(struct run *run, size_t index, const char *unique_id, const struct str *body, struct error *err)
{
	const char *topic = run->world.nova.conductor_topic ? run->world.nova.conductor_topic : CONDUCTOR_TOPIC;
	struct unit *unit = &run->plan.unit[index];
	struct evacuation *e = unit->evacuation;
	struct error why = { 0 };
	enum bus_outcome outcome;

	if (add_publish_intent(run, index, e, unique_id, body, err) != 0) {
		cancel(run, index, "the journal could not be written", &why);
		return -1;
	}
	outcome = bus_publish(run->world.bus, run->world.nova.bus.exchange, topic, body->s, body->n, &why);
	e->sent_ms = clock_monotonic_ms();
	if (add_publish_outcome(run, index, outcome, &why, err) != 0)
		log_error("%s", err->text);
	if (outcome == BUS_ACKED) {
		e->phase = PHASE_SENT;
		e->cast = true;
		unit_set_state(unit, STATE_APPLIED, NULL);
		log_notice("%s (%s): cast, %s", e->rows.instance_uuid, unit->step[0].name ? unit->step[0].name : "",
		    run->request->target_host ? run->request->target_host : "the scheduler chooses");
		return 0;
	}
	if (bus_outcome_proves_not_sent(outcome))
		return cancel(run, index, why.text, err);
	end(run, unit, PHASE_UNKNOWN, STATE_UNKNOWN,
	    arena_printf(&run->plan.arena, "the cast may or may not have been sent: %s", why.text));
	return 0;
}

int evacuation_send(struct run *run, size_t index, struct error *err)
{
	struct unit *unit = &run->plan.unit[index];
	auto_str struct str body = { 0 };
	struct uuid id;
	char unique_id[33];
	int rc;

	if (check_way(run, err) != 0)
		return -1;
	unit->evacuation = xcalloc(1, sizeof *unit->evacuation);
	fill_rows(run, unit, &unit->evacuation->rows);
	uuid_random(&id);
	uuid_hex(&id, unique_id);
	if (journal_intent(run->journal, index, unit, err) != 0)
		return -1;
	rc = claim_transaction(run, unit, unique_id, &body, err);
	if (rc == 0) {
		if (journal_outcome(run->journal, index, STATE_APPLIED, NULL, err) == 0)
			return publish(run, index, unique_id, &body, err);
		cancel(run, index, err->text, &(struct error){ 0 });
		return -1;
	}
	if (err->kind == ERROR_UNKNOWN)
		end(run, unit, PHASE_UNKNOWN, STATE_UNKNOWN, err->text);
	else
		end(run, unit, PHASE_FAILED, STATE_FAILED, err->text);
	rc = journal_outcome(run->journal, index, unit->step[0].state, unit->step[0].error, err);
	return err->kind == ERROR_DB_UNREACHABLE || err->kind == ERROR_UNKNOWN ? -1 : rc;
}

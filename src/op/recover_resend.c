/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "bus/cast.h"
#include "op/recover.h"
#include "util/crash.h"
#include "util/log.h"
#include "util/str.h"

/* Sends one evacuation again, because a person asked for it: nova does not notice a second copy, and two copies can start the same
 * disk twice. So only when the first one cannot be taken any more, nobody has begun with it, and everything still is as it was. */

static int check_age(const struct past_unit *past, struct error *err)
{
	int64_t life = MESSAGE_LIFE_S(past->expiration_ms);

	if (past->expiration_ms <= 0)
		return error_set(err, ERROR_REFUSED, "not sent again: the first message never expires");
	if (past->publish_age_s <= life)
		return error_set(err, ERROR_REFUSED, "not sent again: the first message can be taken for another %lld s",
		    (long long)(life - past->publish_age_s + 1));
	return 0;
}

static int check_queue(struct recovery *r, struct error *err)
{
	const char *topic = str_or(r->run.world.nova.conductor_topic, CONDUCTOR_TOPIC);
	struct bus_queue queue;

	if (world_connect_bus(&r->run.world, err) != 0 || bus_queue_look(r->run.world.bus, topic, &queue, err) != 0)
		return -1;
	if (!queue.exists || queue.consumers == 0)
		return error_set(err, ERROR_REFUSED, "not sent again: nobody consumes queue '%s'", topic);
	if (queue.messages > 0)
		return error_set(err, ERROR_REFUSED, "not sent again: %u messages wait in queue '%s', the first one may be among them",
		    queue.messages, topic);
	return bus_canary(r->run.world.bus, r->run.world.nova.bus.exchange, err);
}

static int check_source_down(struct recovery *r, struct db *cell, const char *host, struct error *err)
{
	struct nova_services now = { 0 };
	const struct nova_service *s;
	int rc = 0;

	if (nova_services_list(cell, &now, err) != 0)
		return -1;
	s = nova_service_find(&now, "nova-compute", host);
	if (s && nova_service_is_up(s, r->run.world.nova.service_down_time_s))
		rc = error_set(err, ERROR_REFUSED, "not sent again: nova-compute on '%s' reports", host);
	nova_services_free(&now);
	return rc;
}

/* The locked row, and the same message from it: the ids are those of the first one. */
static int build(struct recovery *r, size_t index, struct db *cell, struct str *body, struct error *err)
{
	struct evacuation_rows *rows = &r->run.plan.unit[index].evacuation->rows;
	const struct past *past = &r->past;
	struct request_spec spec = { 0 };
	json_object *instance = NULL;
	struct compute_nodes nodes = { 0 };
	const struct compute_node *node = NULL;
	int rc;

	if (instance_lock(cell, rows->instance_uuid, &instance, err) != 0)
		return -1;
	rows->user_id = arena_dup(&r->run.plan.arena, instance_object_text(instance, "user_id"));
	rows->project_id = arena_dup(&r->run.plan.arena, instance_object_text(instance, "project_id"));
	rc = compute_nodes_list(cell, &nodes, err);
	if (rc == 0 && past->target_host && !past->force && !(node = compute_node_of(&nodes, past->target_host)))
		rc = error_set(err, ERROR_REFUSED, "not sent again: '%s' has no compute node any more", past->target_host);
	if (rc == 0 && (rc = request_spec_get(r->run.world.api_db, rows->instance_uuid, &spec, err)) == 0 && !spec.exists)
		rc = error_set(err, ERROR_REFUSED, "not sent again: the instance has no request spec");
	if (rc == 0)
		rc = evacuation_body(&(struct evacuation_message){ rows, &spec, past->target_host, node ? node->hypervisor_hostname : NULL,
		                         past->force, past->unit[index].unique_id },
		    instance, body, err);
	else
		json_object_put(instance);
	compute_nodes_free(&nodes);
	request_spec_free(&spec);
	return rc;
}

/* Under the instance's lock: it still waits for exactly this message. */
static int check_and_build(struct recovery *r, size_t index, struct db *cell, struct str *body, struct error *err)
{
	struct evacuation_rows *rows = &r->run.plan.unit[index].evacuation->rows;
	struct evacuation_state now = { 0 };
	struct action_events events = { 0 };
	int rc = db_begin_write(cell, err);

	if (rc == 0)
		rc = build(r, index, cell, body, err);
	if (rc == 0)
		rc = evacuation_state_get(cell, &rows->migration_uuid, &now, err);
	if (rc == 0 && (!now.exists || !str_equal(now.migration_status, "accepted") || !str_equal(now.host, rows->host) ||
	                   !str_equal(now.task_state, "rebuilding")))
		rc = error_set(err, ERROR_REFUSED, "not sent again: somebody has begun with it");
	if (rc == 0 && (rc = evacuation_events(cell, rows->instance_uuid, rows->request_id, &events, err)) == 0 && events.n > 0)
		rc = error_set(err, ERROR_REFUSED, "not sent again: its request has events");
	if (rc == 0)
		rc = check_source_down(r, cell, rows->host, err);
	evacuation_state_free(&now);
	action_events_free(&events);
	db_rollback(cell);
	return rc;
}

int recover_resend(struct recovery *r, size_t index, struct db *cell, struct error *err)
{
	const char *topic = str_or(r->run.world.nova.conductor_topic, CONDUCTOR_TOPIC);
	struct past_unit *past = &r->past.unit[index];
	struct evacuation *e = r->run.plan.unit[index].evacuation;
	auto_str struct str body = { 0 };
	struct error why = { 0 };
	enum bus_outcome outcome;

	if (check_age(past, err) != 0 || check_queue(r, err) != 0 || check_and_build(r, index, cell, &body, err) != 0)
		return -1;
	if (journal_publish_intent(r->run.journal,
	        &(struct publish_record){ index, &e->rows, past->unique_id, r->run.world.nova.bus.exchange, bus_server(r->run.world.bus), 2 },
	        &body, err) != 0)
		return -1;
	log_warn("%s: sent again under %s; a second copy can start the same disk twice", e->rows.instance_uuid, e->rows.request_id);
	CRASH_POINT("resend_before_publish");
	outcome = bus_publish(r->run.world.bus, r->run.world.nova.bus.exchange, topic, body.s, body.n, &why);
	CRASH_POINT("resend_after_publish");
	past->publish_outcome = bus_outcome_name(outcome);
	past->publish_age_s = 0;
	past->expiration_ms = BUS_EXPIRATION_MS;
	/* the first copy may have been taken after all: that this one was not is no proof that its rows may be put back */
	if (bus_outcome_proves_not_sent(outcome))
		past->publish_outcome = "lost";
	return journal_publish_outcome(r->run.journal, index, outcome, &why, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cast_internal.h"

#include "apply/apply.h"
#include "bus/cast.h"
#include "evacuate/evacuate.h"
#include "find/finding.h"
#include "util/clock.h"
#include "util/crash.h"

/* The transaction of one evacuation: its rows, and the message that they promise. */

/* The broker refuses what is larger than its own limit (16 MiB in RabbitMQ 4); a cast is some 10 kB. */
#define BODY_MAX ((size_t)8 << 20)
#define CLOCKS_DIFFER_S 2 /* whole seconds of the server against ours */
#define PCPUSET_SINCE 22  /* nova objects/instance_numa.py: InstanceNUMACell 1.5 and 1.6 */

/* With a target that is not forced, the scheduler is told; else it chooses. */
json_object *evacuation_spec(const struct evacuation_message *m, struct error *err)
{
	const struct candidate *c = m->candidate;
	bool asks = m->target_host && !m->force;
	const struct spec_options options = { .host = asks ? m->target_host : NULL,
		.node = asks ? m->target_node : NULL,
		.without_group = c->spec_facts.group && !c->group.exists,
		.group = c->group.exists ? c->group.uuid : NULL,
		.group_policy = c->group.policy,
		.group_member = c->group_member,
		.ngroup_member = c->ngroup_host,
		.with_pcpuset = m->release->nova >= PCPUSET_SINCE };
	json_object *spec;

	return request_spec_object(&c->spec, &options, &spec, err) == 0 ? spec : NULL;
}

/* Spec and instance as the message has them. Without a stored spec (Queens and Rocky alone) the conductor makes one. */
int evacuation_body(const struct evacuation_message *m, json_object *instance, struct str *body, struct error *err)
{
	const struct oslo_context context = { .user_id = m->rows->user_id,
		.project_id = m->rows->project_id,
		.request_id = m->rows->request_id,
		.token = m->token ? m->token->text : NULL,
		.catalog = m->token ? m->token->facts.catalog : NULL };
	struct rebuild_instance args = { .instance = instance,
		.host = m->force ? m->target_host : NULL,
		.target_state = m->target_state,
		.request_spec = m->spec };

	if (m->candidate->spec.exists && !args.request_spec && !(args.request_spec = evacuation_spec(m, err))) {
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
static bool reports_again(const struct scene *host, const struct nova_service *now)
{
	const struct nova_service *found = host->nova.compute;
	bool reports = nova_service_reports(now, host->nova.down_s);

	if (!reports || !found || !found->forced_down)
		return reports;
	return found->heartbeat_age_s.set &&
	    now->heartbeat_age_s.v + CLOCKS_DIFFER_S <
	    found->heartbeat_age_s.v + (clock_monotonic_ms() - host->nova.compute_seen_ms) / 1000;
}

/* The services of a failed host, asked anew. */
static int check_still_down(struct work *work, const struct scene *host, struct error *err)
{
	struct nova_services now = { 0 };
	const struct nova_service *s;
	int rc = 0;

	if (nova_services_of_host(work->scene.nova.home->cell->db, host->subject.host, &now, err) != 0)
		return -1;
	s = nova_service_find(&now, "nova-compute", host->subject.host);
	work->source_reports = s && reports_again(host, s);
	if (work->source_reports)
		rc = error_set(err, ERROR_DRIFT, "nova-compute on '%s' reports again: the host is alive", host->subject.host);
	nova_services_free(&now);
	return rc;
}

/* One of several that lives may have all of them live: what told that they are dead is the same. */
static int check_all_still_down(struct work *work, struct error *err)
{
	EACH_HOST_OF(h, &work->scene)
	if (check_still_down(work, h, err) != 0)
		return -1;
	return 0;
}

int evacuation_look_at_source(struct work *work, struct error *err)
{
	int64_t begun_ms = clock_monotonic_ms();

	if (!evacuation_look_is_old(work->source_looked_ms))
		return 0;
	work->source_looked_ms = 0;
	if (lock_check(work->lock, err) != 0 || check_all_still_down(work, err) != 0)
		return -1;
	work->source_looked_ms = begun_ms;
	return 0;
}

/* The first of the host's, as nova-api takes it (nova compute/api.py: evacuate). */
static const char *first_node_of(const struct work *work, const char *host)
{
	const struct compute_nodes *nodes = &work->scene.nova.home->nodes;

	for (const struct compute_node *n = nodes->v; host && n < nodes->v + nodes->n; n++)
		if (str_equal(n->host, host))
			return n->hypervisor_hostname;
	return NULL;
}

/* Without what is the turn's own. */
struct evacuation_message evacuation_message_of(const struct work *work, const struct unit *unit)
{
	return (struct evacuation_message){ .candidate = unit->candidate,
		.release = work->scene.nova.release,
		.target_host = unit->step[0].after[0],
		.target_node = first_node_of(work, unit->step[0].after[0]),
		.force = work->request->what.force,
		.target_state = work->request->how.target_state,
		.token = token_goes(&work->scene, unit->candidate) ? &work->world.token : NULL };
}

static int claim(struct work *work, struct turn *turn, json_object *instance, struct error *err)
{
	const struct unit *unit = &work->plan.unit[turn->index];
	struct evacuation_rows *rows = &unit->evacuation->rows;
	struct evacuation_message message = evacuation_message_of(work, unit);

	message.rows = rows;
	message.unique_id = turn->unique_id;
	message.spec = ahead_take_spec(work, turn->index);
	rows->user_id = arena_dup(&work->plan.arena, instance_object_text(instance, "user_id"));
	rows->project_id = arena_dup(&work->plan.arena, instance_object_text(instance, "project_id"));
	if (evacuation_body(&message, instance, &turn->body, err) != 0)
		return -1;
	return evacuation_begin(work->scene.nova.home->cell->db, &work->scene.nova.columns, rows, err);
}

/* A connection that has ended since the last look: the way is closed, as if that had been seen before. */
static int not_begun(struct work *work, struct db *db, struct error *err)
{
	struct error ignored = { 0 };

	if (err->kind == ERROR_DB_UNREACHABLE && db_ping(db, &ignored) != 0) {
		work->way_looked_ms = 0;
		err->code = CLAIM_NOT_BEGUN;
	}
	return -1;
}

static int lock_now(struct work *work, const struct unit *unit, json_object **instance, struct error *err)
{
	if (*instance)
		return 0;
	return instance_lock(work->scene.nova.home->cell->db, unit->evacuation->rows.instance_uuid, instance, err);
}

/* Of a transaction that the COMMIT before it has begun the server is asked for the first time here, or was while the disk was
 * awaited. A proxy that splits reads from writes by what it hears may not know of such a one, and ask a replica that lags:
 * where the host is looked at anew, it is begun by its own word. ${ahead}: what the server says next may be its first word
 * since then: an end of the connection is not this one's. */
static int begin_claim(struct work *work, const struct turn *turn, json_object **instance, bool *ahead, struct error *err)
{
	struct db *db = work->scene.nova.home->cell->db;

	if (evacuation_look_is_old(work->source_looked_ms))
		evacuation_unlock(work);
	*instance = ahead_take_instance(work, turn->index);
	*ahead = db_has_begun_ahead(db);
	if (db_begin_write(db, err) != 0) {
		*ahead = true; /* as nothing was asked for */
		json_object_put(*instance);
		return -1;
	}
	if (evacuation_look_at_source(work, err) == 0 && lock_now(work, &work->plan.unit[turn->index], instance, err) == 0)
		return 0;
	json_object_put(*instance);
	db_rollback(db);
	return -1;
}

int evacuation_claim(struct work *work, struct turn *turn, struct error *err)
{
	struct db *db = work->scene.nova.home->cell->db;
	json_object *instance;
	bool ahead;
	int rc;

	CRASH_POINT("claim_before_begin");
	if (life_check(work, err) != 0)
		return -1;
	if (begin_claim(work, turn, &instance, &ahead, err) != 0)
		return ahead ? not_begun(work, db, err) : -1;
	if (claim(work, turn, instance, err) != 0 || evacuation_look_at_source(work, err) != 0) {
		db_rollback(db);
		return ahead ? not_begun(work, db, err) : -1;
	}
	CRASH_POINT("claim_before_commit");
	rc = turn->next == EVACUATION_NONE ? db_commit(db, err) : db_commit_and_begin(db, err);
	CRASH_POINT("claim_after_commit");
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "bus/cast.h"
#include "find/keep_out.h"
#include "cli/fenced.h"
#include "guard/guard.h"
#include "recovery_internal.h"
#include "util/clock.h"
#include "util/crash.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"

/* Sends one evacuation again, because a person asked for it: nova does not notice a second copy, and two copies can start the
 * same disk twice. So only when the first one cannot be taken any more, nobody has begun with it, and everything still is as it
 * was. */

#define LOOKS_LAST_MS 3000

static int check_age(const struct past_unit *past, struct error *err)
{
	int64_t left = MESSAGE_LIFE_S(past->expiration_ms) - past->publish_age_s;

	if (past->expiration_ms <= 0)
		return error_set(err, ERROR_REFUSED, "not sent again: the broker does not let the first message expire");
	if (left >= 0)
		return error_set(err, ERROR_REFUSED, "not sent again: a conductor can still take the first message for %lld s",
		    (long long)left + 1);
	return 0;
}

static int check_queue_empty(struct recovery *r, struct error *err)
{
	const char *topic = r->work.world.nova.conductor_topic;
	struct bus_queue queue;

	if (world_connect_bus(&r->work.world, err) != 0 || bus_queue_look(r->work.world.bus, topic, &queue, err) != 0)
		return -1;
	if (!queue.exists || queue.consumers == 0)
		return error_set(err, ERROR_REFUSED, "not sent again: queue '%s' has no consumer: start nova-conductor", topic);
	if (queue.messages > 0)
		return error_set(err, ERROR_REFUSED,
		    queue.messages == 1 ?
			N_("not sent again: %u message waits in queue '%s', which may be the first one; check again in %d s") :
			N_("not sent again: %u messages wait in queue '%s'; the first message may be among them; check again in %d s"),
		    queue.messages, topic, CONDUCTOR_QUEUE_S);
	return bus_canary(r->work.world.bus, r->work.world.nova.bus.exchange, err);
}

/* A service that the run forced down is down to nova whatever it reports; to us its heartbeat still counts. */
static bool was_forced_down(const struct recovery *r, const struct nova_service *now)
{
	for (size_t i = 0; i < r->work.plan.nunit; i++)
		for (const struct step *s = r->work.plan.unit[i].step;
		     s < r->work.plan.unit[i].step + r->work.plan.unit[i].nstep; s++)
			if (step_is(s, STEP_COMPUTE_SERVICE) && strtoll(s->id, NULL, 10) == now->id)
				return str_equal(step_before(s, "forced_down"), "1");
	return now->forced_down;
}

/* Of several hosts a word counts for those that it names. */
static bool was_confirmed(const struct past *past, const char *host)
{
	auto_free char *one = xasprintf("fencing-unconfirmed:%s", host);
	bool accepted = false;

	if (!past->has_hosts)
		return past->fenced || past->fences_disks || past_accepts(past, "fencing-unconfirmed");
	for (size_t i = 0; i < past->accept.n; i++)
		accepted |= str_equal(past->accept.v[i], one);
	return past->fences_disks || accepted || (past->fenced && fenced_names(past->fenced, host));
}

/* Where nobody else had confirmed the power-off, it is the agent that has to say it once more. Of a fence of its disks
 * check_kept_out() asks. */
static int check_power(struct recovery *r, const char *host, struct error *err)
{
	struct scene *scene = scene_about(&r->work.scene, host);
	auto_str struct str said = { 0 };

	if (!scene)
		return error_set(err, ERROR_REFUSED, "not sent again: the run is not about '%s'", host);
	scene_find_power(scene);
	if (scene_is_off(scene))
		return 0;
	scene_say_power(scene, &said);
	if (scene->power.answer.state == FENCE_ON)
		return error_set(err, ERROR_REFUSED, "not sent again: '%s' is on: %s", host, said.s);
	if (was_confirmed(&r->past, host))
		return 0;
	return error_set(err, ERROR_REFUSED, "not sent again: whether '%s' is still off is not known: %s", host,
	    said.n ? said.s : _("no fence agent is configured for it any more"));
}

/* Who was kept out when the first message was sent must still be: a frozen guest would share the disk of the new one. */
static int check_kept_out(struct recovery *r, struct error *err)
{
	const char *why = NULL;

	for (size_t i = 0; i < r->past.nunit; i++)
		if (r->work.plan.unit[i].kind == UNIT_FENCE && r->past.unit[i].begun &&
		    recover_fence(r, i, &why) != VERDICT_DONE)
			return error_set(err, ERROR_REFUSED, "not sent again: the old clients are not known to be kept out: %s",
			    str_or(why, "?"));
	return 0;
}

/* Those that stood on the blocklist before the run are none of its steps: its evidence names who had the locks. */
static int check_locks_kept_out(struct recovery *r, const struct scene *scene, const char *instance, struct error *err)
{
	struct storage_address client;

	for (const struct past_disk *d = r->past.disk; r->past.fences_disks && d < r->past.disk + r->past.ndisk; d++) {
		const struct ceph_fact *ceph;

		if (!str_equal(d->instance, instance) || !d->lock || !storage_address_parse(d->lock, &client))
			continue;
		ceph = scene_ceph_with_entries(scene, d->fsid);
		if (!ceph)
			return error_set(err, ERROR_REFUSED,
			    "not sent again: whether client %s of disk %s/%s is kept out is not known", d->lock, d->pool,
			    d->image);
		if (!ceph_keeps_out(ceph, &client))
			return error_set(err, ERROR_REFUSED,
			    "not sent again: fence-gone: client %s of disk %s/%s is not kept out any more", d->lock, d->pool,
			    d->image);
	}
	return 0;
}

static int check_source_silent(struct recovery *r, struct db *cell, const char *host, struct error *err)
{
	struct nova_services now = { 0 };
	const struct nova_service *s;
	struct nova_service as_found;
	int rc = 0;

	if (nova_services_of_host(cell, host, &now, err) != 0)
		return -1;
	s = nova_service_find(&now, "nova-compute", host);
	if (s) {
		as_found = *s;
		as_found.forced_down = was_forced_down(r, s);
		if (nova_service_is_up(&as_found, r->work.world.nova.service_down_time_s))
			rc = error_set(err, ERROR_REFUSED, "not sent again: nova-compute on '%s' reports, so it is alive",
			    host);
	}
	nova_services_free(&now);
	return rc;
}

/* The locked row, and the same message from it: the ids are those of the first one. */
static int build(struct recovery *r, size_t index, struct scene *scene, struct db *cell, struct str *body, struct error *err)
{
	struct evacuation_rows *rows = &r->work.plan.unit[index].evacuation->rows;
	const struct evacuation_message message = { .rows = rows,
		.candidate = &scene->subject.candidate[0],
		.release = scene->nova.release,
		.target_host = rows->dest_compute,
		.target_node = scene->nova.target_node ? scene->nova.target_node->hypervisor_hostname : NULL,
		.force = r->past.force,
		.target_state = r->past.target_state,
		.unique_id = r->past.unit[index].unique_id,
		.token = r->past.unit[index].has_token ? &r->work.world.token : NULL };
	json_object *instance = NULL;

	if (instance_lock(cell, rows->instance_uuid, &instance, err) != 0)
		return -1;
	rows->user_id = arena_dup(&r->work.plan.arena, instance_object_text(instance, "user_id"));
	rows->project_id = arena_dup(&r->work.plan.arena, instance_object_text(instance, "project_id"));
	return evacuation_body(&message, instance, body, err);
}

/* Under the instance's lock: it still waits for exactly this message. */
static int check_and_build(struct recovery *r, size_t index, struct scene *scene, struct db *cell, struct str *body,
    struct error *err)
{
	struct evacuation_rows *rows = &r->work.plan.unit[index].evacuation->rows;
	struct evacuation_state now = { 0 };
	struct action_events events = { 0 };
	int rc = db_begin_write(cell, err);

	if (rc == 0)
		rc = build(r, index, scene, cell, body, err);
	if (rc == 0)
		rc = evacuation_state_get(cell, &rows->migration_uuid, rows->instance_uuid, &now, err);
	if (rc == 0 &&
	    (!now.exists || !str_equal(now.migration_status, "accepted") || !str_equal(now.host, rows->host) ||
		!str_equal(now.task_state, "rebuilding")))
		rc = error_set(err, ERROR_REFUSED, "not sent again: its rows have changed, so nova may work on it");
	if (rc == 0 && (rc = evacuation_events(cell, rows->instance_uuid, rows->request_id, &events, err)) == 0 && events.n > 0)
		rc = error_set(err, ERROR_REFUSED, "not sent again: its request has events, so a service has taken it");
	if (rc == 0)
		rc = check_source_silent(r, cell, rows->host, err);
	evacuation_state_free(&now);
	action_events_free(&events);
	db_rollback(cell);
	return rc;
}

/* The journal knows that the first message had one, and not what it was. */
static int check_token(struct recovery *r, const struct scene *scene, struct error *err)
{
	auto_str struct str why = { 0 };

	token_ask(&r->work.world.token, &r->work.world.nova);
	if (token_goes(scene, &scene->subject.candidate[0]))
		return 0;
	if (r->work.world.token.state == TOKEN_ABSENT) {
		error_set(err, ERROR_REFUSED, "not sent again: its first message had a token, and none is given");
		return error_hint(err,
		    "give one with --os-token-file FILE or $OS_TOKEN, or --os-token-from nova-conf for nova's own");
	}
	token_serves(scene, &scene->subject.candidate[0], token_needs(scene, &scene->subject.candidate[0]), &why);
	return error_set(err, ERROR_REFUSED, "not sent again: the token of %s cannot be used: %s", r->work.world.token.origin,
	    why.n ? why.s : _("the instance needs none"));
}

/* Did Ceph tell of it before the run? */
static bool was_told_of_disk(const struct past *past, const struct disk_fact *disk)
{
	for (const struct past_disk *d = past->disk; d < past->disk + past->ndisk; d++)
		if (str_equal(d->pool, disk->pool) && str_equal(d->image, disk->image))
			return true;
	return false;
}

/* Who has come back since the run, as far as those that were asked then tell it now. */
static int check_disks(struct recovery *r, struct scene *scene, struct error *err)
{
	char text[STORAGE_ADDRESS_SIZE];

	scene_watch_disks(scene);
	for (const struct disk_fact *d = scene->storage.disk;
	     scene->storage.looked && d < scene->storage.disk + scene->storage.ndisk; d++) {
		const struct storage_watcher *w = disk_life(scene, d);

		if (w)
			return error_set(err, ERROR_REFUSED, "not sent again: disk-watched: client %s of Ceph has disk %s open",
			    storage_address_text(&w->address, text), d->name);
		if (disk_unknown(d) && was_told_of_disk(&r->past, d))
			return error_set(err, ERROR_REFUSED, "not sent again: who has disk %s open is not known: %s", d->name,
			    disk_unknown(d));
	}
	return 0;
}

/* All that would stop a first message, and who would have told so and does not now: a first one goes with a finding, and this
 * one has no plan that anybody reads. */
static int check_witnesses(struct scene *scene, struct error *err)
{
	struct findings life = { 0 };
	int rc = 0;

	if (scene->world->cinder_db && scene_find_cinder_base(scene, err) != 0)
		return -1;
	scene_find_witnesses(scene);
	scene_find_life(scene);
	guard_ask(guard_find("source-alive"), scene, &life);
	if (life.n > 0)
		rc = error_set(err, ERROR_REFUSED, "not sent again: %s, so '%s' is alive", life.v[0].message,
		    scene->subject.host);
	else if (scene->agents.silent)
		rc = error_set(err, ERROR_REFUSED, "not sent again: whether neutron's agents on '%s' report is not known: %s",
		    scene->subject.host, scene->agents.absent);
	findings_free(&life);
	return rc;
}

/* All that a first message is made from, found anew. Who may take long to answer is asked first: keystone, the fence agent, a
 * cluster's monitors, a compute that may report once more. ${looked_ms}: when the looks began that are over in a moment, and
 * that count for a moment: who has the disks, who is kept out, the locked row. */
static int find_and_build(struct recovery *r, size_t index, struct db *cell, struct str *body, int64_t *looked_ms,
    struct error *err)
{
	struct scene scene = { .request = r->work.request, .world = &r->work.world, .subject.evacuates = true };
	struct request plain = *r->work.request;
	const char *target = r->work.plan.unit[index].evacuation->rows.dest_compute;
	int rc;

	plain.what.only = plain.what.exclude = (struct words){ 0 };
	scene.request = &plain;
	rc = scene_find_nova(&scene, err);
	if (rc == 0)
		rc = scene_find_instance(&scene, r->work.plan.unit[index].step[0].id, err);
	if (rc == 0 && target)
		rc = scene_find_target(&scene, target, err);
	if (rc == 0 && r->past.unit[index].has_token)
		rc = check_token(r, &scene, err);
	if (rc == 0)
		rc = check_witnesses(&scene, err);
	if (rc == 0)
		rc = check_power(r, r->work.plan.unit[index].evacuation->rows.host, err);
	*looked_ms = clock_monotonic_ms();
	if (rc == 0)
		rc = check_kept_out(r, err);
	if (rc == 0)
		rc = check_disks(r, &scene, err);
	if (rc == 0)
		rc = check_locks_kept_out(r, &scene, r->work.plan.unit[index].step[0].id, err);
	if (rc == 0)
		rc = check_and_build(r, index, &scene, cell, body, err);
	scene_free(&scene);
	return rc;
}

static enum bus_outcome send_again(struct recovery *r, const struct evacuation_rows *rows, const struct str *body,
    struct error *why)
{
	log_warn("%s: sent again as request %s; a second copy can start the same disk twice", rows->instance_uuid,
	    rows->request_id);
	return bus_publish(r->work.world.bus, r->work.world.nova.bus.exchange, r->work.world.nova.conductor_topic, body->s,
	    body->n, why);
}

int recover_resend(struct recovery *r, size_t index, struct db *cell, struct error *err)
{
	struct past_unit *past = &r->past.unit[index];
	struct evacuation *e = r->work.plan.unit[index].evacuation;
	auto_secret_str struct str body = { 0 };
	struct error why = { 0 };
	enum bus_outcome outcome;
	int64_t looked_ms;
	bool late;

	if (check_age(past, err) != 0 || check_queue_empty(r, err) != 0 ||
	    find_and_build(r, index, cell, &body, &looked_ms, err) != 0 || lock_check(r->work.lock, err) != 0 ||
	    recover_not_paused(r, err) != 0)
		return -1;
	if (journal_publish_intent(r->work.journal,
		&(struct publish_record){ index, &e->rows, past->unique_id, r->work.world.nova.bus.exchange, r->work.world.bus,
		    2, past->has_token ? r->work.world.token.source : NULL },
		&body, err) != 0 ||
	    journal_sync(r->work.journal, err) != 0)
		return -1;
	CRASH_POINT("resend_before_publish");
	late = clock_monotonic_ms() - looked_ms > LOOKS_LAST_MS; /* a slow disk can take a minute */
	outcome = late ? BUS_NOT_SENT : send_again(r, &e->rows, &body, &why);
	CRASH_POINT("resend_after_publish");
	past->publish_outcome = bus_outcome_name(outcome);
	past->publish_age_s = 0;
	past->expiration_ms = bus_lets_expire(r->work.world.bus) ? BUS_EXPIRATION_MS : 0;
	/* the first copy may have been taken after all: that this one was not is no proof that its rows may be put back */
	if (bus_outcome_proves_not_sent(outcome))
		past->publish_outcome = "lost";
	if (journal_publish_outcome(r->work.journal, index, outcome, &why, err) != 0 || journal_sync(r->work.journal, err) != 0)
		return -1;
	if (!late)
		return 0;
	error_set(err, ERROR_REFUSED,
	    "not sent again: a look or the journal took too long, and what was looked at before is old");
	return error_hint(err, "run the same command again");
}

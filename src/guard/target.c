/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"
#include "find/moves.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/str.h"

/* Without a pool of its own the target keeps that of each row, unless a map gives another. */
static bool is_same_place(const struct scene *scene, const struct move *m)
{
	return strcmp(m->from.backend_host, m->to.backend_host) == 0 && scene->request->what.pool_map.n == 0 &&
	    (!m->to.pool[0] || strcmp(m->from.pool, m->to.pool) == 0);
}

void guard_target_is_source(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_MOVE(m, scene)
		if (!m->taken_back && is_same_place(scene, m))
			guard_found(self, scene, out, m->to.text, NULL, "'%s' is both the old and the new owner", m->to.text);
	if (scene->request->what.target_host && str_equal(scene->request->what.target_host, scene->subject.host))
		guard_found(self, scene, out, scene->subject.host, NULL, "'%s' is both the failed and the target host",
		    scene->subject.host);
}

void guard_target_service_missing(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_MOVE(m, scene)
		if (!m->target && m->target_known)
			guard_found(self, scene, out, m->to.text, NULL, "no %s is registered on '%s'", move_binary(m->kind),
			    m->to.backend_host);
}

void guard_no_counterpart(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };

	EACH_MOVE(m, scene) {
		if (m->target || m->target_known)
			continue;
		str_clear(&hint);
		guard_found(self, scene, out, m->from.text,
		    hint_add_move(&hint, _("move it by itself first: "), scene, m->kind, m->from.text) ? hint.s : NULL,
		    "'%s' has no counterpart: no %s on '%s'", m->from.text, move_binary(m->kind), m->to.backend_host);
	}
}

static void report_down(const struct guard *self, const struct scene *scene, struct findings *out, const char *hint,
    const char *binary, const char *host, struct maybe_int age)
{
	if (age.set)
		guard_found(self, scene, out, host, hint, "%s on '%s' is down: its last report was %lld s ago", binary, host,
		    (long long)age.v);
	else
		guard_found(self, scene, out, host, hint, "%s on '%s' has never reported", binary, host);
}

static bool is_a_cluster(const struct scene *scene, const char *name)
{
	for (const struct cluster *c = scene->cinder.clusters.v; c < scene->cinder.clusters.v + scene->cinder.clusters.n; c++)
		if (strlen(c->name) == strcspn(name, "#") && str_starts(name, c->name))
			return true;
	return false;
}

/* Does a live cluster serve this row, and none of the one that it would be given to? ${new_name}: a word of 'cluster rename',
 * with what the row has behind the old one. */
static bool goes_to_the_dead(const struct scene *scene, const struct cluster_row *row)
{
	const struct request *r = scene->request;
	auto_str struct str to = { 0 };

	str_addf(&to, "%s%s", r->what.new_name, r->what.full_rename ? "" : row->cluster_name + strlen(r->what.name));
	return is_a_cluster(scene, to.s) &&
	    cinder_cluster_is_up(&scene->cinder.services, row->cluster_name, scene->cinder.down_s) &&
	    !cinder_cluster_is_up(&scene->cinder.services, to.s, scene->cinder.down_s);
}

/* Where neither cluster lives nobody loses anything: so is one renamed whose services are stopped for it. */
void guard_cluster_down(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct request *r = scene->request;
	auto_str struct str hint = { 0 };
	size_t n = 0;

	for (size_t i = 0; r->what.name && r->what.new_name && strcmp(r->what.name, r->what.new_name) != 0 &&
	     i < scene->subject.cluster_rows.n;
	     i++)
		n += goes_to_the_dead(scene, &scene->subject.cluster_rows.v[i]);
	if (n == 0)
		return;
	hint_add_rename(&hint, _("did you swap the two? "), r->what.new_name, r->what.name);
	guard_found(self, scene, out, r->what.new_name, hint.s,
	    n == 1 ? N_("no member of cluster '%s' reports; '%s' is up and serves %zu row") :
		     N_("no member of cluster '%s' reports; '%s' is up and serves %zu rows"),
	    r->what.new_name, r->what.name, n);
}

static void report_owners_down(const struct guard *self, const struct scene *scene, const char *hint, struct findings *out)
{
	EACH_MOVE(m, scene)
		if (m->target && !cinder_service_is_up(m->target, scene->cinder.down_s))
			report_down(self, scene, out, hint, move_binary(m->kind), m->to.backend_host,
			    m->target->heartbeat_age_s);
}

void guard_new_owner_down(const struct guard *self, const struct scene *scene, struct findings *out)
{
	report_owners_down(self, scene, NULL, out);
}

/* Of an undo: who else is up is no matter. Its compute has to report, forced down or not. */
void guard_old_owner_down(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const char *hint = N_("start it first, or leave its rows with their new owner");

	report_owners_down(self, scene, hint, out);
	EACH_HOST_OF(h, scene)
	{
		const struct nova_service *compute = h->nova.compute;

		if (undo_enables_compute(scene, h) && compute &&
		    (!compute->heartbeat_age_s.set || compute->heartbeat_age_s.v > (int64_t)scene->nova.down_s))
			report_down(self, scene, out, hint, compute->binary, compute->host, compute->heartbeat_age_s);
	}
}

/* The scheduler needs at least one host, or it puts every instance in ERROR. */
static void report_no_compute(const struct guard *self, const struct scene *scene, struct findings *out)
{
	for (const struct nova_service *s = scene->nova.home->services.v;
	     s < scene->nova.home->services.v + scene->nova.home->services.n; s++)
		if (strcmp(s->binary, "nova-compute") == 0 && strcmp(s->host, scene->subject.host) != 0 && !s->disabled &&
		    nova_service_is_up(s, scene->nova.down_s))
			return;
	guard_found(self, scene, out, scene->nova.home->cell->name, NULL,
	    "no other nova-compute in cell '%s' is up and enabled: nova would put every instance in ERROR",
	    scene->nova.home->cell->name);
}

void guard_target_host_down(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct nova_service *s = scene->nova.target_compute;

	if (!s)
		report_no_compute(self, scene, out);
	else if (s->forced_down)
		guard_found(self, scene, out, s->host, NULL, "%s on '%s' is forced down", s->binary, s->host);
	else if (!nova_service_is_up(s, scene->nova.down_s))
		report_down(self, scene, out, NULL, s->binary, s->host, s->heartbeat_age_s);
}

void guard_target_disabled(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct nova_service *s = scene->nova.target_compute;

	EACH_MOVE(m, scene)
		if (m->target && m->target->disabled && !m->enables_target)
			guard_found(self, scene, out, m->to.backend_host, NULL, "%s on '%s' is disabled: %s",
			    move_binary(m->kind), m->to.backend_host, str_or(m->target->disabled_reason, _("no reason given")));
	if (s && s->disabled)
		guard_found(self, scene, out, s->host, NULL, "%s on '%s' is disabled: %s", s->binary, s->host,
		    str_or(s->disabled_reason, _("no reason given")));
}

void guard_target_frozen(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_MOVE(m, scene)
		if (m->target && m->target->frozen)
			guard_found(self, scene, out, m->to.backend_host, NULL, "'%s' is frozen", m->to.backend_host);
}

void guard_target_other_cell(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->nova.target_cell && scene->nova.target_cell != scene->nova.home)
		guard_found(self, scene, out, scene->request->what.target_host, NULL,
		    "'%s' is in cell '%s', the instances are in cell '%s'", scene->request->what.target_host,
		    scene->nova.target_cell->cell->name, scene->nova.home->cell->name);
}

void guard_target_node_missing(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (!scene->nova.target_cell)
		return;
	if (!scene->nova.target_node)
		guard_found(self, scene, out, scene->request->what.target_host, NULL,
		    "nova-compute on '%s' has no compute node: it never started completely", scene->request->what.target_host);
	else if (!scene->nova.target_is_mapped)
		guard_found(self, scene, out, scene->request->what.target_host, "nova-manage cell_v2 discover_hosts",
		    "nova_api does not map '%s' to cell '%s': the scheduler does not know it", scene->request->what.target_host,
		    scene->nova.target_cell->cell->name);
}

void guard_no_consumer(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const char *topic = scene->world->nova.conductor_topic;

	if (!scene->bus.has_exchange)
		guard_found(self, scene, out, topic, NULL, "%s has no exchange '%s': no nova service has ever connected to it",
		    bus_server(scene->world->bus), str_or(scene->world->nova.bus.exchange, "nova"));
	else if (!scene->bus.conductor.exists)
		guard_found(self, scene, out, topic, NULL, "%s has no queue '%s'", bus_server(scene->world->bus), topic);
	else if (scene->bus.conductor.consumers == 0)
		guard_found(self, scene, out, topic, NULL,
		    scene->bus.conductor.messages == 1 ? N_("queue '%s' on %s has no consumer, and %u message waits in it") :
							 N_("queue '%s' on %s has no consumer, and %u messages wait in it"),
		    topic, bus_server(scene->world->bus), (unsigned)scene->bus.conductor.messages);
}

/* nova has a record of one, and none of them reports. */
static bool has_silent_scheduler(const struct scene *scene)
{
	size_t n = 0;

	for (size_t i = 0; i < scene->nova.ncell; i++)
		for (const struct nova_service *s = scene->nova.cell[i].services.v;
		     s < scene->nova.cell[i].services.v + scene->nova.cell[i].services.n; s++) {
			if (strcmp(s->binary, "nova-scheduler") != 0)
				continue;
			if (nova_service_is_up(s, scene->nova.down_s))
				return false;
			n++;
		}
	return n > 0;
}

/* A queue that is not there holds nothing, and nobody works it off. A forced target is not asked of the scheduler, and yet
 * needs it: nova-compute tells every scheduler of the instance when its guest has been started ([filter_scheduler]
 * track_instance_changes, as shipped; nova 26 compute/manager.py: _update_scheduler_instance_info), and the exchange for that
 * is gone with the last of them. */
void guard_scheduler_missing(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct bus_queue *q = &scene->bus.scheduler;

	if (!scene->bus.has_exchange) /* not looked at, or no-consumer says it */
		return;
	if (!q->exists && has_silent_scheduler(scene))
		guard_found(self, scene, out, SCHEDULER_QUEUE, "start nova-scheduler",
		    "%s has no queue '%s', and no nova-scheduler reports: a request would get lost, and its instance stay 'rebuilding'",
		    bus_server(scene->world->bus), SCHEDULER_QUEUE);
	if (!q->exists || q->consumers > 0)
		return;
	if (q->messages > 0)
		guard_found(self, scene, out, SCHEDULER_QUEUE,
		    "rabbitmqctl purge_queue scheduler on the broker's node, then start nova-scheduler; the requests in the queue are dead",
		    "queue '%s' on %s has no consumer and %u message%s: a nova-scheduler that starts would claim room in placement for each",
		    SCHEDULER_QUEUE, bus_server(scene->world->bus), (unsigned)q->messages, q->messages == 1 ? "" : "s");
	else if (scene->request->what.force)
		guard_found(self, scene, out, SCHEDULER_QUEUE, "start nova-scheduler",
		    "queue '%s' on %s has no consumer: nova-compute starts the guest, cannot tell any nova-scheduler, and leaves the instance in ERROR on its old host",
		    SCHEDULER_QUEUE, bus_server(scene->world->bus));
	else
		guard_found(self, scene, out, SCHEDULER_QUEUE, "start nova-scheduler",
		    "queue '%s' on %s has no consumer: a nova-scheduler that starts later would claim room in placement for each request that waits there",
		    SCHEDULER_QUEUE, bus_server(scene->world->bus));
}

void guard_az_differs(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_MOVE(m, scene)
		if (m->source && m->target && !str_equal(m->source->zone, m->target->zone))
			guard_found(self, scene, out, m->to.backend_host, NULL, "'%s' is in zone '%s', '%s' in zone '%s'",
			    m->from.backend_host, str_or(m->source->zone, ""), m->to.backend_host, str_or(m->target->zone, ""));
}

static bool target_has_pool(const struct scene *scene, const struct move *move, const char *pool)
{
	for (size_t i = 0; i < scene->cinder.owners.n; i++)
		if (host_is_on_backend(scene->cinder.owners.v[i].host, move->to.backend_host) &&
		    str_equal(host_pool(scene->cinder.owners.v[i].host), pool))
			return true;
	return false;
}

/* One that something lives in; NULL: none. */
static const char *any_pool_of(const struct scene *scene, const struct move *move)
{
	for (size_t i = 0; i < scene->cinder.owners.n; i++)
		if (strcmp(scene->cinder.owners.v[i].kind, "volume") == 0 &&
		    host_is_on_backend(scene->cinder.owners.v[i].host, move->to.backend_host) &&
		    host_pool(scene->cinder.owners.v[i].host))
			return host_pool(scene->cinder.owners.v[i].host);
	return NULL;
}

static void check_pool(const struct guard *self, const struct scene *scene, const struct move *m, const char *pool,
    struct findings *out)
{
	auto_str struct str subject = { 0 }, hint = { 0 };
	const char *other;

	if (!*pool || target_has_pool(scene, m, pool))
		return;
	str_addf(&subject, "%s#%s", m->to.backend_host, pool);
	other = m->in_place || m->to.pool[0] ? NULL : any_pool_of(scene, m);
	if (other) {
		auto_free char *map = xasprintf("%s=%s", pool, other);

		str_addf(&hint, _("compare the cinder.conf of both services; if the pool is '%s' there: --pool-map "), other);
		shell_add_word(&hint, map);
	}
	guard_found(self, scene, out, subject.s, hint.n ? hint.s : NULL, "'%s' holds nothing yet", subject.s);
}

/* Once a pool, however many rows: the owners are already distinct. */
void guard_pool_unseen(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_MOVE(m, scene) {
		if (m->kind != MOVE_BACKEND || m->taken_back || m->rows[OWNED_VOLUME].n == 0) /* it was there */
			continue;
		if (m->to.pool[0]) {
			check_pool(self, scene, m, m->to.pool, out);
			continue;
		}
		EACH_OWNER(o, scene)
			if (strcmp(o->kind, "volume") == 0 && host_is_on_backend(o->host, m->from.backend_host))
				check_pool(self, scene, m, request_pool(scene->request, str_or(host_pool(o->host), "")), out);
	}
}

void guard_backend_name_differs(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_MOVE(m, scene)
		if (m->kind == MOVE_BACKEND && strcmp(m->from.backend, m->to.backend) != 0)
			guard_found(self, scene, out, m->to.backend_host, NULL, "backend '%s' becomes '%s'", m->from.backend,
			    m->to.backend);
}

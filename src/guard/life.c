/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "find/moves.h"
#include "internal.h"
#include "util/lang.h"
#include "util/str.h"

/* Whatever tells that the failed host, or one of its backends, is not dead. */

#define HOST_ALIVE_HINT N_("power the host off and wait until it no longer reports, or set nova's forced_down once it is off")

static bool loses_to_a_move(const struct scene *scene, const struct cinder_service *s)
{
	EACH_MOVE(m, scene)
		if (!m->in_place && str_equal(s->binary, move_binary(m->kind)) && strcmp(s->host, m->from.backend_host) == 0)
			return true;
	return false;
}

static void report_service(const struct guard *self, const struct scene *scene, const struct cinder_service *s,
    const char *hint, struct findings *out)
{
	auto_str struct str subject = { 0 };

	str_addf(&subject, "%s %s", s->binary, s->host);
	guard_found(self, scene, out, subject.s, hint, "%s on '%s' reported %lld s ago", s->binary, s->host,
	    (long long)s->heartbeat_age_s.v);
}

static void report_services_of_cell(const struct guard *self, const struct scene *scene, const struct cell_facts *cell,
    const char *hint, struct findings *out)
{
	auto_str struct str subject = { 0 };

	for (const struct nova_service *s = cell->services.v; s < cell->services.v + cell->services.n; s++) {
		if (strcmp(s->host, scene->subject.host) != 0 || !nova_service_is_up(s, scene->nova.down_s))
			continue;
		str_clear(&subject);
		str_addf(&subject, "%s %s", s->binary, s->host);
		guard_found(self, scene, out, subject.s, hint, "%s on '%s' reported %lld s ago", s->binary, s->host,
		    (long long)s->heartbeat_age_s.v);
	}
}

static void report_sessions(const struct guard *self, const struct scene *scene, size_t fact, const char *hint,
    struct findings *out)
{
	const struct session_fact *f = &scene->witness.session[fact];

	for (const struct session *s = f->sessions.v; s < f->sessions.v + f->sessions.n; s++)
		if (scene_session_speaks(scene, fact, s, scene->subject.host))
			guard_found(self, scene, out, s->address, hint,
			    "'%s' has a session in %s from %s; its last command was %lld s ago", scene->subject.host, f->server,
			    s->address, (long long)s->idle_s.v);
}

/* Where nova has no record of its nova-compute there is no heartbeat to be stale: who listens is all that could tell. */
static void report_consumers(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (!scene->nova.home || scene->nova.compute)
		return;
	for (const struct consumer_fact *c = scene->bus.consumer; c < scene->bus.consumer + scene->bus.nconsumer; c++)
		if (queue_is_of_compute(c->queue) && c->now.consumers > 0)
			guard_found(self, scene, out, c->queue,
			    "power the host off and wait until the broker has dropped the connection",
			    "queue '%s' has %u consumer%s, and nova has no record of its nova-compute: the host counts as alive",
			    c->queue, (unsigned)c->now.consumers, c->now.consumers == 1 ? "" : "s");
}

static bool one_node_reports(const struct scene *scene)
{
	EACH_SERVICE(s, scene)
		if (host_is_on_node(s->host, scene->subject.host) && cinder_service_is_up(s, scene->cinder.down_s))
			return true;
	for (size_t i = 0; i < scene->nova.ncell; i++)
		for (const struct nova_service *s = scene->nova.cell[i].services.v;
		     s < scene->nova.cell[i].services.v + scene->nova.cell[i].services.n; s++)
			if (strcmp(s->host, scene->subject.host) == 0 && nova_service_is_up(s, scene->nova.down_s))
				return true;
	return false;
}

/* Does any service of the failed host's node report? */
bool guard_node_reports(const struct scene *scene)
{
	EACH_HOST_OF(h, scene)
	if (one_node_reports(h))
		return true;
	return false;
}

static bool loses_rows(const struct scene *scene)
{
	EACH_MOVE(m, scene)
		if (!m->in_place)
			return true;
	return false;
}

/* A host whose nova-compute died alone has its agent still. */
static void report_agents(const struct guard *self, const struct scene *scene, const char *hint, struct findings *out)
{
	auto_str struct str why = { 0 };

	if (scene_agent_speaks(scene, &why))
		guard_found(self, scene, out, scene->subject.host, hint, "%s: the host is not off", why.s);
}

/* Whatever but cinder's services tells that the host lives; ${wait}: the hint where reports do. */
static void report_signs_of_life(const struct guard *self, const struct scene *scene, const char *wait, const char *hint,
    struct findings *out)
{
	for (size_t i = 0; i < scene->nova.ncell; i++)
		report_services_of_cell(self, scene, &scene->nova.cell[i], wait, out);
	report_consumers(self, scene, out);
	guard_report_answer(self, scene, hint, out);
	guard_report_power(self, scene, out);
	report_agents(self, scene, wait, out);
	if (scene->nova.reports_though_forced_down)
		guard_found(self, scene, out, scene->subject.host,
		    "power the host off: nova treats a forced-down host as dead, but this one sends heartbeats",
		    "nova-compute on '%s' is forced down but still reports: a heartbeat arrived during this check",
		    scene->subject.host);
	for (size_t i = 0; i < scene->witness.nsession; i++)
		report_sessions(self, scene, i, hint, out);
}

/* About the host, so of every instance, whatever this run takes. */
void guard_guest_alive(const struct guard *self, const struct scene *scene, struct findings *out)
{
	for (const struct candidate *c = scene->subject.candidate; c < scene->subject.candidate + scene->subject.ncandidate;
	     c++)
		if (c->guest_alive_s.set && c->attempts.n)
			guard_found(self, scene, out, c->instance->uuid, NULL,
			    "the guest of %s still ran %lld s ago: nova-compute on '%s' was refused the write lock of its disk",
			    str_or(c->instance->name, c->instance->uuid), (long long)c->guest_alive_s.v,
			    str_or(c->attempts.v[c->attempts.n - 1].host, "?"));
}

static int64_t later(int64_t s, int64_t down_s, int64_t age_s)
{
	return down_s - age_s >= s ? down_s - age_s + 1 : s;
}

/* In how many seconds the last reports of the failed host count as none, if no other comes. */
static int64_t silent_in_s(const struct scene *scene)
{
	int64_t s = 0;

	EACH_SERVICE(c, scene)
		if (scene_is_failed_node(scene, c->host) && cinder_service_is_up(c, scene->cinder.down_s))
			s = later(s, scene->cinder.down_s, c->heartbeat_age_s.v);
	for (const struct cell_facts *cell = scene->nova.cell; cell < scene->nova.cell + scene->nova.ncell; cell++)
		for (const struct nova_service *n = cell->services.v; n < cell->services.v + cell->services.n; n++)
			if (strcmp(n->host, scene->subject.host) == 0 && nova_service_is_up(n, scene->nova.down_s))
				s = later(s, scene->nova.down_s, n->heartbeat_age_s.v);
	for (const struct neutron_agent *a = scene->agents.rows.v; a < scene->agents.rows.v + scene->agents.rows.n; a++)
		if (neutron_agent_is_alive(a, scene->agents.down_s))
			s = later(s, scene->agents.down_s, a->age_s);
	return s;
}

/* Reports of a host that is off by now grow old; of an agent that means another machine they do not. */
void guard_host_alive(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const int64_t silent_s = silent_in_s(scene);
	auto_str struct str wait = { 0 };

	if (silent_s > 0 && scene_is_off(scene))
		str_addf(&wait,
		    _("its fence agent says that it is off: check again in %lld s; if it has reported again by then, see which machine that agent means"),
		    (long long)silent_s);
	else
		str_add(&wait, HOST_ALIVE_HINT);
	EACH_SERVICE(s, scene)
		if (scene_is_failed_node(scene, s->host) && cinder_service_is_up(s, scene->cinder.down_s))
			report_service(self, scene, s, wait.s, out);
	report_signs_of_life(self, scene, wait.s, HOST_ALIVE_HINT, out);
}

/* A move alone asks who loses rows, and that is a backend: a node may be as healthy as can be while one of its backends is
 * gone, was renamed in cinder.conf, or never was but in a mistyped move. */
void guard_backend_alive(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_SERVICE(s, scene)
		if (loses_to_a_move(scene, s) && cinder_service_is_up(s, scene->cinder.down_s))
			report_service(self, scene, s, NULL, out);
	if (!guard_node_reports(scene) && loses_rows(scene)) /* what else lives on the node says nothing about the backend */
		report_signs_of_life(self, scene, NULL, NULL, out);
}

/* An undo takes from an owner that the run has made one, and that lives: it stops where that owner may be at work on what goes.
 * A worker row is no sign of work: one that was moved stays until the service starts again. */
void guard_owner_at_work(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };

	EACH_MOVE(m, scene)
		for (int k = 0; k < OWNED_KINDS; k++)
			for (const struct owned *r = m->rows[k].v; r < m->rows[k].v + m->rows[k].n; r++)
				if (k != OWNED_WORKER && !m->in_place && m->source &&
				    cinder_service_is_up(m->source, scene->cinder.down_s) &&
				    owned_is_transitional((enum owned_kind)k, r->status)) {
					str_clear(&hint);
					str_addf(&hint, _("wait until it has ended, or leave it where it is: --exclude %s"),
					    r->id);
					guard_found(self, scene, out, r->id, hint.s,
					    "%s on '%s' reports, and %s %s is '%s': the service may be working on it",
					    m->source->binary, m->source->host, owned_kind_name[k], r->id, r->status);
				}
}

static bool any_source_reports(const struct scene *scene)
{
	EACH_MOVE(m, scene)
		if (!m->in_place && m->source && cinder_service_is_up(m->source, scene->cinder.down_s))
			return true;
	return false;
}

/* Alive by its heartbeat no more, on a node that is: it may hang, and do later what it was asked. */
void guard_backend_silent(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (!guard_node_reports(scene) || any_source_reports(scene)) /* source-alive says it */
		return;
	EACH_MOVE(m, scene)
		if (!m->in_place && move_takes(m) && m->source && !cinder_service_is_up(m->source, scene->cinder.down_s))
			guard_found(self, scene, out, m->from.backend_host, NULL,
			    "%s on '%s' does not report, but its node '%s' does", m->source->binary, m->from.backend_host,
			    scene->subject.host);
}

/* Still subscribed while its heartbeat is stale: the broker has not yet noticed that the connection is dead, or the host lives
 * and only its reports fail. */
static void report_agent_still_connected(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct consumer_fact *c = scene->agents.queue;

	for (size_t i = 0; i < scene->agents.nqueue && !scene_agent_speaks(scene, NULL); i++, c++)
		if (c->now.consumers > 0)
			guard_found(self, scene, out, c->queue, NULL,
			    "queue '%s' still has %u consumer%s: the broker has not dropped a dead connection yet, or the host is alive",
			    c->queue, (unsigned)c->now.consumers, c->now.consumers == 1 ? "" : "s");
}

void guard_consumer_still_connected(const struct guard *self, const struct scene *scene, struct findings *out)
{
	report_agent_still_connected(self, scene, out);
	for (size_t i = 0; i < scene->bus.nconsumer; i++) {
		const struct consumer_fact *c = &scene->bus.consumer[i];

		/* source-alive says it of one that reports, and of some that cannot */
		if (c->now.consumers > 0 && !c->reports && !guard_first_found(out, "source-alive", c->queue))
			guard_found(self, scene, out, c->queue, NULL,
			    "queue '%s' still has %u consumer%s: the broker has not dropped a dead connection yet, or the host is alive",
			    c->queue, (unsigned)c->now.consumers, c->now.consumers == 1 ? "" : "s");
	}
}

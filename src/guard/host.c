/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "guard/checks.h"
#include "util/str.h"

#define MASS_FAILURE_LEAST 4

static const char *alive_hint(const struct scene *scene)
{
	return scene->subject.evacuates ?
	    "power the host off and wait until it no longer reports, or set nova's forced_down once it is off" :
	    "power the host off and wait until it no longer reports";
}

/* A move alone asks who loses rows, and that is a backend: a node may be as healthy as can be while one of its backends is gone, was
 * renamed in cinder.conf, or never was but in a mistyped move. */
static bool asks_backends(const struct scene *scene)
{
	return scene->subject.moves_things && !scene->subject.evacuates;
}

static bool is_source(const struct scene *scene, const struct cinder_service *s)
{
	for (const struct move *m = scene->subject.move; m < scene->subject.move + scene->subject.nmove; m++)
		if (!m->in_place && str_equal(s->binary, move_binary(m->kind)) &&
		    strcmp(s->host, m->from.backend_host) == 0)
			return true;
	return false;
}

static void cinder_alive(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str subject = { 0 };

	for (const struct cinder_service *s = scene->cinder.services.v; s < scene->cinder.services.v + scene->cinder.services.n; s++) {
		if (!(asks_backends(scene) ? is_source(scene, s) : scene_is_failed_node(scene, s->host)) ||
		    !cinder_service_is_up(s, scene->cinder.down_s))
			continue;
		str_clear(&subject);
		str_addf(&subject, "%s %s", s->binary, s->host);
		guard_found(self, scene, out, subject.s, alive_hint(scene), "%s on '%s' reported %lld s ago", s->binary, s->host,
		    (long long)s->heartbeat_age_s.v);
	}
}

static void nova_alive(const struct guard *self, const struct scene *scene, const struct cell_facts *cell, struct findings *out)
{
	auto_str struct str subject = { 0 };

	for (const struct nova_service *s = cell->services.v; s < cell->services.v + cell->services.n; s++) {
		if (strcmp(s->host, scene->subject.host) != 0 || !nova_service_is_up(s, scene->nova.down_s))
			continue;
		str_clear(&subject);
		str_addf(&subject, "%s %s", s->binary, s->host);
		guard_found(self, scene, out, subject.s, alive_hint(scene), "%s on '%s' reported %lld s ago", s->binary, s->host,
		    (long long)s->heartbeat_age_s.v);
	}
}

static void sessions_alive(const struct guard *self, const struct scene *scene, size_t fact, struct findings *out)
{
	const struct session_fact *f = &scene->witness.session[fact];

	for (const struct session *s = f->sessions.v; s < f->sessions.v + f->sessions.n; s++)
		if (scene_session_speaks(scene, fact, s, scene->subject.host))
			guard_found(self, scene, out, s->address, alive_hint(scene), "'%s' has a session in %s from %s, whose last command is %lld s old",
			    scene->subject.host, f->server, s->address, (long long)s->idle_s.v);
}

static bool consumer_is_sign_of_life(const struct scene *scene, const struct consumer_fact *c)
{
	return scene->subject.evacuates && scene->nova.home && !scene->nova.compute && str_starts(c->queue, "compute.") && c->now.consumers > 0;
}

/* Where nova has no record of its nova-compute there is no heartbeat to be stale: who listens is all that could tell. */
static void consumers_alive(const struct guard *self, const struct scene *scene, struct findings *out)
{
	for (const struct consumer_fact *c = scene->bus.consumer; c < scene->bus.consumer + scene->bus.nconsumer; c++)
		if (consumer_is_sign_of_life(scene, c))
			guard_found(self, scene, out, c->queue, "power the host off, and wait until the broker has dropped it",
			    "queue '%s' has %u consumer%s, and no record of its nova-compute tells that it is dead", c->queue,
			    (unsigned)c->now.consumers, c->now.consumers == 1 ? "" : "s");
}

/* Does any service of the failed host's node report? */
static bool node_reports(const struct scene *scene)
{
	for (const struct cinder_service *s = scene->cinder.services.v; s < scene->cinder.services.v + scene->cinder.services.n; s++)
		if (host_is_on_node(s->host, scene->subject.host) && cinder_service_is_up(s, scene->cinder.down_s))
			return true;
	for (size_t i = 0; i < scene->nova.ncell; i++)
		for (const struct nova_service *s = scene->nova.cell[i].services.v; s < scene->nova.cell[i].services.v + scene->nova.cell[i].services.n; s++)
			if (strcmp(s->host, scene->subject.host) == 0 && nova_service_is_up(s, scene->nova.down_s))
				return true;
	return false;
}

static bool loses_rows(const struct scene *scene)
{
	for (const struct move *m = scene->subject.move; m < scene->subject.move + scene->subject.nmove; m++)
		if (!m->in_place)
			return true;
	return false;
}

/* An undo takes from an owner that the run has made one, and that lives: it stops where that owner may be at work on what goes. A worker
 * row is no sign of work: one that was moved stays until the service starts again. */
static void at_work(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };
	const struct owned *r;

	for (const struct move *m = scene->subject.move; m < scene->subject.move + scene->subject.nmove; m++)
		for (int k = 0; k < OWNED_KINDS; k++)
			for (r = m->rows[k].v; r < m->rows[k].v + m->rows[k].n; r++)
				if (k != OWNED_WORKER && !m->in_place && m->source && cinder_service_is_up(m->source, scene->cinder.down_s) &&
				    owned_is_transitional((enum owned_kind)k, r->status)) {
					str_clear(&hint);
					str_addf(&hint, "wait until it has ended, or leave it where it is: --exclude %s", r->id);
					guard_found(self, scene, out, r->id, hint.s, "%s on '%s' reports, and %s %s is '%s': it may be at work on it",
					    m->source->binary, m->source->host, owned_kind_name[k], r->id, r->status);
				}
}

void guard_source_alive(const struct guard *self, const struct scene *scene, struct findings *out)
{
	bool of_backends = asks_backends(scene);

	if (scene->subject.past) {
		at_work(self, scene, out);
		return;
	}
	if (scene->subject.closes || (!scene->subject.moves_things && !scene->subject.evacuates)) /* what its own compute may do does not depend on us */
		return;
	cinder_alive(self, scene, out);
	if (of_backends && (node_reports(scene) || !loses_rows(scene))) /* what else lives on the node says nothing about the backend */
		return;
	for (size_t i = 0; i < scene->nova.ncell; i++)
		nova_alive(self, scene, &scene->nova.cell[i], out);
	consumers_alive(self, scene, out);
	if (scene->nova.reports_though_forced_down)
		guard_found(self, scene, out, scene->subject.host, "power the host off: forced down is what nova takes for dead, its heartbeats are not a dead host's",
		    "nova-compute on '%s' is forced down and reports all the same: a heartbeat came while we looked", scene->subject.host);
	for (size_t i = 0; i < scene->witness.nsession; i++)
		sessions_alive(self, scene, i, out);
}

/* Nothing to write needs nobody's word. */
static bool asks_for_anything(const struct scene *scene)
{
	if (scene->subject.moves_things && scene->subject.marks) /* a rescue also disables its services */
		return true;
	for EACH_WANTED(c, scene)
		return true;
	for (const struct move *m = scene->subject.move; m < scene->subject.move + scene->subject.nmove; m++)
		if (move_takes(m))
			return true;
	return false;
}

/* Nobody has to power anything off where nobody serves the rows: no service of that name is registered, or it does not report and the
 * node does. */
static bool may_be_served(const struct scene *scene, const struct move *m)
{
	if (m->in_place || !m->source || !move_takes(m))
		return false;
	return cinder_service_is_up(m->source, scene->cinder.down_s) || !node_reports(scene);
}

void guard_fence_unproven(const struct guard *self, const struct scene *scene, struct findings *out)
{
	bool needed = scene->subject.evacuates && asks_for_anything(scene);

	for (const struct move *m = scene->subject.move; m < scene->subject.move + scene->subject.nmove && scene->subject.moves_things; m++)
		needed |= may_be_served(scene, m);
	if (needed && !scene->subject.closes && !scene->subject.past && !scene->request->how.fenced)
		guard_found(self, scene, out, scene->subject.host, NULL, "nobody has said that '%s' is powered off", scene->subject.host);
}

static bool any_source_reports(const struct scene *scene)
{
	for (const struct move *m = scene->subject.move; m < scene->subject.move + scene->subject.nmove; m++)
		if (!m->in_place && m->source && cinder_service_is_up(m->source, scene->cinder.down_s))
			return true;
	return false;
}

/* Alive by its heartbeat no more, on a node that is: it may hang, and do later what it was asked. */
void guard_backend_silent(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (!asks_backends(scene) || !node_reports(scene) || any_source_reports(scene)) /* source-alive says it */
		return;
	for (const struct move *m = scene->subject.move; m < scene->subject.move + scene->subject.nmove; m++)
		if (!m->in_place && move_takes(m) && m->source && !cinder_service_is_up(m->source, scene->cinder.down_s))
			guard_found(self, scene, out, m->from.backend_host, NULL, "%s on '%s' does not report, and its node '%s' does", m->source->binary,
			    m->from.backend_host, scene->subject.host);
}

/* Disabled services are not counted: a host that was taken out of service long ago says nothing about today. */
void guard_mass_failure(const struct guard *self, const struct scene *scene, struct findings *out)
{
	size_t all = 0, down = 0;

	if (!scene->subject.evacuates)
		return;
	for (const struct nova_service *s = scene->nova.home->services.v; s < scene->nova.home->services.v + scene->nova.home->services.n; s++) {
		if (strcmp(s->binary, "nova-compute") != 0 || s->disabled)
			continue;
		all++;
		down += !nova_service_is_up(s, scene->nova.down_s);
	}
	if (all >= MASS_FAILURE_LEAST && down * 2 > all)
		guard_found(self, scene, out, scene->nova.home->cell->name, NULL, "%zu of %zu compute services in cell '%s' are down", down,
		    all, scene->nova.home->cell->name);
}

/* Dotted numbers, number by number; a missing one is 0. */
static int compare_versions(const char *a, const char *b)
{
	char *end_a, *end_b;
	unsigned long x, y;

	while (*a || *b) {
		x = strtoul(a, &end_a, 10);
		y = strtoul(b, &end_b, 10);
		if (x != y)
			return x < y ? -1 : 1;
		a = *end_a == '.' ? end_a + 1 : "";
		b = *end_b == '.' ? end_b + 1 : "";
	}
	return 0;
}

bool site_is_too_old(const struct site_config *site)
{
	return site->min_version && (!site->version || compare_versions(site->version, site->min_version) < 0);
}

void guard_site_version(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct site_config *site = &scene->world->site;

	if (site->min_version && !site->version)
		guard_found(self, scene, out, "site", NULL, "the site's version is not known, %s is the least", site->min_version);
	else if (site_is_too_old(site))
		guard_found(self, scene, out, "site", NULL, "the site's version is %s, %s is the least", site->version,
		    site->min_version);
}

void guard_cell_unknown(const struct guard *self, const struct scene *scene, struct findings *out)
{
	for (size_t i = 0; i < scene->world->mappings.n; i++) {
		const struct cell_mapping *cell = &scene->world->mappings.v[i];
		const struct absence *lost = world_lost_cell(scene->world, cell->id);

		if (lost)
			guard_found(self, scene, out, str_or(cell->name, cell->uuid),
			    scene->nova.home ? NULL : "no cell is needed for this; what that one knows of the host, make sure of it by hand",
			    "what cell '%s' knows is unknown: %s", str_or(cell->name, cell->uuid), lost->text);
	}
}

void guard_nova_unknown(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const char *why = scene->world->nova_absent;

	if (!scene->subject.moves_things || scene->subject.evacuates || scene->nova.ncell > 0)
		return;
	if (scene->subject.past)
		guard_found(self, scene, out, "nova", NULL, "whether an instance that was evacuated uses elsewhere what goes back is unknown: %s", why);
	else
		guard_found(self, scene, out, "nova", NULL, "whether nova-compute on '%s' reports is unknown: %s", scene->subject.host, why);
}

static void twin_hint(const struct scene *scene, const struct host_twin *twin, struct str *hint)
{
	const struct request *r = scene->request;

	str_clear(hint);
	if (r->what.to && twin->cinder_services + (size_t)(twin->volumes + twin->backups) > 0)
		str_addf(hint, "if it is the same machine: evac-manage host rescue %s --to %s --cinder-host %s", scene->subject.host, r->what.to, twin->name);
	else
		str_addf(hint, "if it is the same machine: evac-manage host show %s", twin->name);
}

void guard_host_twin(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str owns = { 0 }, hint = { 0 };
	struct arena arena = { 0 };
	struct host_twins twins;

	if (!scene->subject.host || scene->subject.closes || (!scene->subject.moves_things && !scene->subject.evacuates))
		return;
	scene_find_twins(scene, scene->subject.host, &arena, &twins);
	for (const struct host_twin *t = twins.v; t < twins.v + twins.n; t++) {
		host_twin_describe(t, &owns);
		twin_hint(scene, t, &hint);
		guard_found(self, scene, out, t->name, hint.s, "'%s' is '%s' up to the first dot, and %s: %s%s", t->name, scene->subject.host,
		    t->up ? "reports" : "does not report", owns.s, scene->subject.moves_things ? "; they stay" : "");
	}
	arena_free(&arena);
}

void guard_service_record_missing(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->subject.evacuates && scene->nova.home && !scene->nova.compute)
		guard_found(self, scene, out, scene->subject.host, NULL, "nova has no record of nova-compute on '%s', and %zu instance%s that name%s it",
		    scene->subject.host, scene->subject.instances.n, scene->subject.instances.n == 1 ? "" : "s", scene->subject.instances.n == 1 ? "s" : "");
}

/* nova 17 to 34 conductor/manager.py: _allocate_for_evacuate_dest_host reads the ComputeNode of instance.host and instance.node. */
void guard_source_node_missing(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->subject.evacuates && scene->nova.home && scene->request->what.force && !compute_node_of(&scene->nova.home->nodes, scene->subject.host))
		guard_found(self, scene, out, scene->subject.host, NULL, "nova has no compute node of '%s'", scene->subject.host);
}

/* Still subscribed while its heartbeat is stale: the broker has not yet noticed that the connection is dead, or the host lives and
 * only its reports fail. */
void guard_consumer_lingers(const struct guard *self, const struct scene *scene, struct findings *out)
{
	for (size_t i = 0; i < scene->bus.nconsumer; i++) {
		const struct consumer_fact *c = &scene->bus.consumer[i];

		if (c->now.consumers > 0 && !c->reports && !consumer_is_sign_of_life(scene, c)) /* source-alive says it of one that reports */
			guard_found(self, scene, out, c->queue, NULL, "queue '%s' still has %u consumer%s: not yet dropped, or the host is alive",
			    c->queue, (unsigned)c->now.consumers, c->now.consumers == 1 ? "" : "s");
	}
}

/* What was asked of it while it was dead. A call ends with its caller; a cast waits for ever. */
void guard_casts_waiting(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };

	for (const struct consumer_fact *c = scene->bus.consumer; c < scene->bus.consumer + scene->bus.nconsumer; c++) {
		if (c->now.messages == 0 || c->reports)
			continue;
		str_clear(&hint);
		str_addf(&hint, QUEUE_CURE, c->queue);
		guard_found(self, scene, out, c->queue, hint.s, "queue '%s' holds %u message%s that nobody but the failed host will obey", c->queue,
		    (unsigned)c->now.messages, c->now.messages == 1 ? "" : "s");
	}
}

void guard_host_resolved(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->subject.asked_host)
		guard_found(self, scene, out, scene->subject.host, NULL, "'%s' is the hypervisor of nova-compute on '%s': that host is meant",
		    scene->subject.asked_host, scene->subject.host);
}

void guard_nova_api_answers(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->subject.evacuates && scene->witness.nova_api)
		guard_found(self, scene, out, scene->witness.nova_api, NULL, "nova-api answers at %s: the official way is open", scene->witness.nova_api);
}

static void config_is_readable(const struct guard *self, const struct scene *scene, const char *service, const char *files, struct findings *out)
{
	auto_str struct str hint = { 0 };

	if (!files)
		return;
	str_addf(&hint, "chmod o-r %s", files);
	guard_found(self, scene, out, service, hint.s, "%s's configuration holds passwords and everybody may read it", service);
}

void guard_config_readable(const struct guard *self, const struct scene *scene, struct findings *out)
{
	config_is_readable(self, scene, "cinder", scene->world->cinder.readable_by_all, out);
	config_is_readable(self, scene, "nova", scene->world->nova.readable_by_all, out);
	config_is_readable(self, scene, "placement", scene->world->placement.readable_by_all, out);
}

void guard_journal_volatile(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->journal_file_system)
		guard_found(self, scene, out, "journal", NULL, "the journal of this run is kept on %s", scene->journal_file_system);
}

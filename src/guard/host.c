/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "find/keep_out.h"
#include "find/moves.h"
#include "internal.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/str.h"

#define MASS_FAILURE_LEAST 4

bool guard_takes_anything(const struct scene *scene)
{
	EACH_WANTED(c, scene)
		return true;
	EACH_MOVE(m, scene)
		if (move_takes(m))
			return true;
	return false;
}

static void report_unfenced(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->request->how.fenced || scene_is_off(scene) || scene_fences(scene->request, "power") ||
	    scene_fences_disks(scene))
		return;
	if (scene->whole && scene->whole->request->how.fenced)
		guard_found(self, scene, out, scene->subject.host, NULL,
		    "power-off of '%s' is not confirmed: of several hosts --fenced counts for those that it names",
		    scene->subject.host);
	else
		guard_found(self, scene, out, scene->subject.host, NULL, "power-off of '%s' is not confirmed",
		    scene->subject.host);
}

/* Nothing to write needs nobody's word. */
void guard_host_unfenced(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (guard_takes_anything(scene))
		report_unfenced(self, scene, out);
}

/* It also disables the host's services. */
void guard_rescue_unfenced(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->subject.marks || guard_takes_anything(scene))
		report_unfenced(self, scene, out);
}

/* Nothing has to be powered off where no service serves the rows: no service of that name is registered, or it does not report
 * and the node does. */
void guard_backend_unfenced(const struct guard *self, const struct scene *scene, struct findings *out)
{
	bool needed = false;

	EACH_MOVE(m, scene)
		needed |= !m->in_place && m->source && move_takes(m) &&
		    (cinder_service_is_up(m->source, scene->cinder.down_s) || !guard_node_reports(scene));
	if (needed)
		report_unfenced(self, scene, out);
}

/* Each host with what tells that it is dead: whether they share more than a rack is for a person to say. */
static void report_rack(const struct guard *self, const struct scene *scene, size_t down, size_t all, struct findings *out)
{
	auto_str struct str hosts = { 0 };

	EACH_HOST_OF(h, scene)
	{
		const struct wires w = scene_wires(h);

		str_addf(&hosts,
		    w.wires == 1 ? _("%s'%s' by %u witnesses on one wire") : _("%s'%s' by %u witnesses on %u wires"),
		    hosts.n ? ", " : "", h->subject.host, w.witnesses, w.wires);
	}
	guard_found(self, scene, out, scene->nova.home->cell->name, NULL,
	    "%zu of %zu compute services in cell '%s' are down, %zu of them are to be rescued as one failure: %s", down, all,
	    scene->nova.home->cell->name, scene->neach, hosts.s);
}

/* Disabled services are not counted: a host that was taken out of service long ago says nothing about today. */
void guard_mass_failure(const struct guard *self, const struct scene *scene, struct findings *out)
{
	size_t all = 0, down = 0;

	for (const struct nova_service *s = scene->nova.home->services.v;
	     s < scene->nova.home->services.v + scene->nova.home->services.n; s++) {
		if (strcmp(s->binary, "nova-compute") != 0 || s->disabled)
			continue;
		all++;
		down += !nova_service_is_up(s, scene->nova.down_s);
	}
	if (all < MASS_FAILURE_LEAST || down * 2 <= all)
		return;
	if (scene->each)
		report_rack(self, scene, down, all, out);
	else
		guard_found(self, scene, out, scene->nova.home->cell->name, NULL,
		    "%zu of %zu compute services in cell '%s' are down", down, all, scene->nova.home->cell->name);
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
		guard_found(self, scene, out, "site", NULL, "the site's version is not known; the minimum is %s",
		    site->min_version);
	else if (site_is_too_old(site))
		guard_found(self, scene, out, "site", NULL, "the site's version is %s; the minimum is %s", site->version,
		    site->min_version);
}

void guard_cell_not_checked(const struct guard *self, const struct scene *scene, struct findings *out)
{
	for (size_t i = 0; i < scene->world->mappings.n; i++) {
		const struct cell_mapping *cell = &scene->world->mappings.v[i];
		const struct absence *lost = world_lost_cell(scene->world, cell->id);

		if (lost)
			guard_found(self, scene, out, str_or(cell->name, cell->uuid),
			    scene->nova.home ? NULL :
					       N_("this command needs no cell; check by hand what that cell knows of the host"),
			    "cell '%s' was not asked: %s", str_or(cell->name, cell->uuid), lost->text);
	}
}

void guard_nova_not_checked(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->nova.ncell == 0)
		guard_found(self, scene, out, "nova", NULL, "cannot check whether nova-compute on '%s' reports: %s",
		    scene->subject.host, scene->world->nova_absent);
}

void guard_guests_unknown(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->nova.ncell == 0)
		guard_found(self, scene, out, "nova", NULL,
		    "cannot check whether an evacuated instance uses these volumes on another host: %s",
		    scene->world->nova_absent);
}

static void set_twin_hint(const struct scene *scene, const struct host_twin *twin, struct str *hint)
{
	auto_free char *name = shell_quoted(twin->name), *host = shell_quoted(scene->subject.host);
	const struct request *r = scene->request;
	auto_free char *to = r->what.to ? shell_quoted(r->what.to) : NULL;

	str_clear(hint);
	if (r->what.to && twin->cinder_services + (size_t)(twin->volumes + twin->backups) > 0)
		str_addf(hint, _("if it is the same machine: evac-manage host rescue %s --to %s --cinder-host %s"), host, to,
		    name);
	else
		str_addf(hint, _("if it is the same machine: evac-manage host show %s"), name);
}

static void report_twins(const struct guard *self, const struct scene *scene, const char *more, struct findings *out)
{
	auto_str struct str owns = { 0 }, hint = { 0 };
	struct arena arena = { 0 };
	struct host_twins twins;

	if (!scene->subject.host)
		return;
	scene_find_twins(scene, scene->subject.host, &arena, &twins);
	for (const struct host_twin *t = twins.v; t < twins.v + twins.n; t++) {
		host_twin_describe(t, &owns);
		set_twin_hint(scene, t, &hint);
		if (t->up)
			guard_found(self, scene, out, t->name, hint.s,
			    "'%s' has the same short name as '%s' and reports; it owns %s%s", t->name, scene->subject.host,
			    owns.s, more);
		else
			guard_found(self, scene, out, t->name, hint.s,
			    "'%s' has the same short name as '%s' and does not report; it owns %s%s", t->name,
			    scene->subject.host, owns.s, more);
	}
	arena_free(&arena);
}

void guard_host_alias(const struct guard *self, const struct scene *scene, struct findings *out)
{
	report_twins(self, scene, "", out);
}

void guard_twin_stays(const struct guard *self, const struct scene *scene, struct findings *out)
{
	report_twins(self, scene, _("; these rows are not moved"), out);
}

void guard_service_record_missing(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->nova.home && !scene->nova.compute)
		guard_found(self, scene, out, scene->subject.host, NULL,
		    "nova has no record of nova-compute on '%s', only %zu instance%s on it", scene->subject.host,
		    scene->subject.instances.n, scene->subject.instances.n == 1 ? "" : "s");
}

/* nova 17 to 34 conductor/manager.py: _allocate_for_evacuate_dest_host reads the ComputeNode of instance.host and
 * instance.node. */
void guard_source_node_missing(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->nova.home && scene->request->what.force && !compute_node_of(&scene->nova.home->nodes, scene->subject.host))
		guard_found(self, scene, out, scene->subject.host, NULL, "nova has no compute node of '%s'",
		    scene->subject.host);
}

/* What was asked of it while it was dead. A call ends with its caller; a cast waits for ever. */
void guard_casts_waiting(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };

	for (const struct consumer_fact *c = scene->bus.consumer; c < scene->bus.consumer + scene->bus.nconsumer; c++) {
		if (c->now.messages == 0 || c->reports)
			continue;
		str_clear(&hint);
		queue_add_remedy(c->queue, &hint);
		guard_found(self, scene, out, c->queue, hint.s,
		    "queue '%s' holds %u message%s that only the failed host would run", c->queue, (unsigned)c->now.messages,
		    c->now.messages == 1 ? "" : "s");
	}
}

void guard_host_resolved(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->subject.asked_host)
		guard_found(self, scene, out, scene->subject.host, NULL,
		    "'%s' is the hypervisor of nova-compute on '%s': that host is used", scene->subject.asked_host,
		    scene->subject.host);
}

void guard_nova_api_answers(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->witness.nova_api)
		guard_found(self, scene, out, scene->witness.nova_api, NULL,
		    "nova-api answers at %s: its own evacuate can be used", scene->witness.nova_api);
}

static void report_readable_config(const struct guard *self, const struct scene *scene, const char *service, const char *files,
    struct findings *out)
{
	auto_str struct str hint = { 0 };

	if (!files)
		return;
	str_addf(&hint, "chmod o-r %s", files);
	guard_found(self, scene, out, service, hint.s, "%s's configuration holds passwords and every local user can read it",
	    service);
}

void guard_config_readable(const struct guard *self, const struct scene *scene, struct findings *out)
{
	report_readable_config(self, scene, "cinder", scene->world->cinder.readable_by_all, out);
	report_readable_config(self, scene, "nova", scene->world->nova.readable_by_all, out);
	report_readable_config(self, scene, "placement", scene->world->placement.readable_by_all, out);
	report_readable_config(self, scene, "neutron", scene->world->neutron.readable_by_all, out);
}

void guard_journal_volatile(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->journal_file_system)
		guard_found(self, scene, out, "journal", NULL, "the journal of this run is on %s", scene->journal_file_system);
}

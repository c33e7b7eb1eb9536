/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "host_show.h"
#include "words.h"
#include "find/finding.h"
#include "find/fit.h"
#include "find/moves.h"
#include "guard/guard.h"
#include "run/list.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/str.h"

/* All that one host owns, as counts, and what the others have free: one row a fact, so that every format has it. */

static const struct table_column columns[] = {
	{ "section", NULL, false, COLUMN_TEXT },
	{ "item", NULL, false, COLUMN_SENTENCE },
	{ "state", NULL, false, COLUMN_TEXT },
	{ "count", NULL, false, COLUMN_NUMBER },
	{ "detail", NULL, false, COLUMN_REMARK },
};

void host_show_add(struct table *t, const char *section, const char *item, const char *state, int64_t count, const char *detail)
{
	table_add(t);
	table_text(t, "section", section);
	table_text(t, "item", item);
	table_text(t, "state", state);
	if (count >= 0)
		table_int(t, "count", count);
	table_advice(t, "detail", detail);
}

void host_show_age(struct str *detail, struct maybe_int age, bool disabled)
{
	char text[CLOCK_AGE_SIZE];

	str_clear(detail);
	if (age.set)
		str_addf(detail, _("last heartbeat %s ago"), clock_age(age.v, text));
	else
		str_add(detail, _("never reported"));
	if (disabled)
		str_add(detail, ", disabled");
}

static void add_host_services(struct table *t, const struct scene *scene)
{
	auto_str struct str detail = { 0 };
	auto_str struct str item = { 0 };

	for (const struct cinder_service *s = scene->cinder.services.v; s < scene->cinder.services.v + scene->cinder.services.n;
	     s++) {
		if (!host_is_on_node(s->host, scene->subject.host))
			continue;
		str_clear(&item);
		str_addf(&item, "%s %s", s->binary, s->host);
		host_show_age(&detail, s->heartbeat_age_s, s->disabled);
		host_show_add(t, "service", item.s, cinder_service_is_up(s, scene->cinder.down_s) ? "up" : "down", -1,
		    detail.s);
	}
	for (size_t c = 0; c < scene->nova.ncell; c++)
		for (size_t i = 0; i < scene->nova.cell[c].services.n; i++) {
			const struct nova_service *s = &scene->nova.cell[c].services.v[i];

			if (strcmp(s->host, scene->subject.host) != 0)
				continue;
			str_clear(&item);
			str_addf(&item, "%s %s", s->binary, s->host);
			host_show_age(&detail, s->heartbeat_age_s, s->disabled);
			str_addf(&detail, _("%s, cell '%s'"), s->forced_down ? _(", forced down") : "",
			    scene->nova.cell[c].cell->name);
			host_show_add(t, "service", item.s, nova_service_is_up(s, scene->nova.down_s) ? "up" : "down", -1,
			    detail.s);
		}
}

static void add_instance_states(struct table *t, const struct scene *scene)
{
	const struct instance *v = scene->subject.instances.v;
	size_t i, k, n;

	for (i = 0; i < scene->subject.instances.n; i++) {
		const char *boot = instance_boots_from_volume(&v[i]) ? _("boots from a volume") : _("boots from an image");

		for (k = 0; k < i; k++)
			if (str_equal(v[k].vm_state, v[i].vm_state) && str_equal(v[k].task_state, v[i].task_state) &&
			    instance_boots_from_volume(&v[k]) == instance_boots_from_volume(&v[i]))
				break;
		if (k < i)
			continue;
		for (n = 0, k = i; k < scene->subject.instances.n; k++)
			n += str_equal(v[k].vm_state, v[i].vm_state) && str_equal(v[k].task_state, v[i].task_state) &&
			    instance_boots_from_volume(&v[k]) == instance_boots_from_volume(&v[i]);
		host_show_add(t, "instances", boot, v[i].vm_state, (int64_t)n, v[i].task_state);
	}
}

/* What nova made for them on the host's own disk, or on what the site says is shared. */
static void add_disks(struct table *t, const struct scene *scene)
{
	enum { ROOT, EPHEMERAL, SWAP, KINDS };
	static const char *const item[KINDS] = { "roots of images", "ephemeral", "swap" };
	auto_str struct str detail = { 0 };
	int64_t n[KINDS] = { 0 }, size[KINDS] = { 0 };

	for (const struct candidate *c = scene->subject.candidate; c < scene->subject.candidate + scene->subject.ncandidate;
	     c++) {
		const struct own_disks *d = &c->needs.disks;

		n[ROOT] += !instance_boots_from_volume(c->instance);
		n[EPHEMERAL] += d->ephemeral_gb > 0;
		n[SWAP] += d->swap_mb > 0;
		size[ROOT] += d->root_gb;
		size[EPHEMERAL] += d->ephemeral_gb;
		size[SWAP] += d->swap_mb;
	}
	for (int k = 0; k < KINDS; k++) {
		if (n[k] == 0)
			continue;
		str_clear(&detail);
		str_addf(&detail, "%lld %s", (long long)size[k], k == SWAP ? "MB" : "GB");
		host_show_add(t, "disks", item[k],
		    site_shares_disks(&scene->world->site, scene->subject.host) ? "shared" : "local", n[k], detail.s);
	}
}

/* Its own rows, and those of a cluster: these are served by whichever member lives. */
static void add_owner_rows(struct table *t, const struct scene *scene)
{
	auto_str struct str detail = { 0 };

	for (const struct owner *o = scene->cinder.owners.v; o < scene->cinder.owners.v + scene->cinder.owners.n; o++) {
		bool is_up = o->cluster_name &&
		    cinder_cluster_is_up(&scene->cinder.services, o->cluster_name, scene->cinder.down_s);

		if (!host_is_on_node(o->host, scene->subject.host))
			continue;
		str_clear(&detail);
		if (o->cluster_name)
			str_addf(&detail, _("cluster '%s': %s"), o->cluster_name,
			    is_up ? _("a live member serves them") : _("no member of it is alive"));
		host_show_add(t, strcmp(o->kind, "volume") == 0 ? "volumes" : "backups", o->host,
		    !o->cluster_name ? NULL :
			is_up        ? "served" :
				       "dead cluster",
		    o->n, o->cluster_name ? detail.s : NULL);
	}
}

/* Groups, cache entries and unfinished work of every backend of the node. */
static int add_dependents(struct table *t, const struct scene *scene, struct error *err)
{
	struct owned_rows rows;

	for (const struct cinder_service *s = scene->cinder.services.v; s < scene->cinder.services.v + scene->cinder.services.n;
	     s++) {
		if (strcmp(s->binary, "cinder-volume") != 0 || !host_is_on_node(s->host, scene->subject.host))
			continue;
		for (int k = OWNED_GROUP; k <= OWNED_WORKER; k++) {
			if (owned_find(scene->world->cinder_db, (enum owned_kind)k, s->host, &rows, err) != 0)
				return -1;
			if (rows.n > 0)
				host_show_add(t, owned_kind_plural[k], s->host, NULL, (int64_t)rows.n, NULL);
			owned_free(&rows);
		}
	}
	return 0;
}

/* They lie by attach_status. */
static int add_attachments(struct table *t, const struct scene *scene, struct error *err)
{
	struct attachments all;
	size_t i, n;

	if (attachments_on_host(scene->world->cinder_db, scene->subject.host, &all, err) != 0)
		return -1;
	for (i = 0; i < all.n; i += n) {
		for (n = 1; i + n < all.n && str_equal(all.v[i].attach_status, all.v[i + n].attach_status); n++)
			;
		host_show_add(t, "attachments", scene->subject.host, all.v[i].attach_status, (int64_t)n, NULL);
	}
	attachments_free(&all);
	return 0;
}

static void add_in_flight(struct table *t, const struct scene *scene)
{
	auto_str struct str item = { 0 };

	for (const struct migration *m = scene->subject.migrations.v;
	     m < scene->subject.migrations.v + scene->subject.migrations.n; m++) {
		str_clear(&item);
		str_addf(&item, _("%s of instance %s"), str_or(m->migration_type, "migration"), m->instance_uuid);
		host_show_add(t, "in flight", item.s, m->status, -1, m->dest_compute);
	}
}

/* What the services of the host would begin if it came back. */
static void add_queues(struct table *t, const struct scene *scene)
{
	auto_str struct str detail = { 0 };

	for (const struct consumer_fact *c = scene->bus.consumer; c < scene->bus.consumer + scene->bus.nconsumer; c++) {
		if (!c->now.exists)
			continue;
		str_clear(&detail);
		if (c->now.messages > 0 && c->now.consumers == 0)
			queue_add_remedy(c->queue, &detail);
		else
			str_addf(&detail, _("%u consumer%s"), (unsigned)c->now.consumers, c->now.consumers == 1 ? "" : "s");
		host_show_add(t, "queues", c->queue,
		    c->now.messages == 0 ? "empty" :
			c->now.consumers ? "read" :
					   "waiting",
		    c->now.messages, detail.s);
	}
	if (scene->bus.queues_absent)
		host_show_add(t, "unknown", _("messages in its queues"), NULL, -1, scene->bus.queues_absent);
}

/* What the others have free, with allocation ratios and reserved: placement's books when its configuration is given, else the
 * compute nodes' own rows. */
static void add_capacity(struct table *t, const struct scene *scene)
{
	auto_str struct str detail = { 0 };
	struct rooms rooms;

	if (!scene->nova.home)
		return;
	rooms_make(scene, &rooms);
	for (const struct room *r = rooms.v; r < rooms.v + rooms.n; r++) {
		const struct compute_node *n = compute_node_of(&scene->nova.home->nodes, r->host);
		const char *zone = r->zone;

		if (r->closed == ROOM_NO_COMPUTE)
			continue;
		str_clear(&detail);
		str_addf(&detail, _("%lld of %lld vCPU, %lld of %lld MB, %lld of %lld GB free (%s)%s%s"),
		    (long long)(r->limit[CLASS_VCPU] - r->used[CLASS_VCPU]), (long long)r->limit[CLASS_VCPU],
		    (long long)(r->limit[CLASS_MEMORY_MB] - r->used[CLASS_MEMORY_MB]), (long long)r->limit[CLASS_MEMORY_MB],
		    (long long)(r->limit[CLASS_DISK_GB] - r->used[CLASS_DISK_GB]), (long long)r->limit[CLASS_DISK_GB],
		    rooms.from_placement ? "placement" : "compute node", zone ? ", zone " : "", str_or(zone, ""));
		if (r->absent) {
			str_add(&detail, "; ");
			room_add_absent(r, &detail);
		}
		host_show_add(t, "capacity", r->host,
		    r->closed == ROOM_OPEN     ? "up" :
			r->closed == ROOM_DOWN ? "down" :
						 "disabled",
		    n->running_vms.set ? n->running_vms.v : -1, detail.s);
	}
	rooms_free(&rooms);
}

static int find_host_in_nova(struct scene *scene, struct error *err)
{
	if (scene_find_home(scene, scene->subject.host, err) != 0) {
		if (err->kind != ERROR_NOT_FOUND && !world_any_lost_cell(scene->world))
			return -1;
		error_clear(err); /* a host of cinder's alone has no nova-compute; one of a cell that does not answer is shown
		                     by half */
		return 0;
	}
	return scene_find_owners_resolved(scene, err) != 0 ? -1 : scene_find_instances(scene, err);
}

static size_t count_of(const struct findings *findings, const char *code)
{
	size_t n = 0;

	for (size_t i = 0; i < findings->n; i++)
		n += strcmp(findings->v[i].code, code) == 0;
	return n;
}

/* One row a code, with the first of its findings. They lie code by code. */
static void add_risk_rows(struct table *t, const struct findings *found)
{
	auto_str struct str detail = { 0 };
	size_t n;

	for (size_t i = 0; i < found->n; i += n) {
		const struct finding *f = &found->v[i];

		n = count_of(found, f->code);
		str_clear(&detail);
		str_addf(&detail, "%s%s", f->message, n > 1 ? _("; and others") : "");
		host_show_add(t, "risks", f->code, severity_name[f->severity], (int64_t)n, detail.s);
	}
}

/* Is there anything that an evacuation could be asked for, be it with an --accept? */
static bool has_evacuable(const struct scene *scene, const struct findings *found)
{
	for (size_t i = 0; i < scene->subject.instances.n; i++) {
		const struct finding *skip = findings_skip(found, scene->subject.instances.v[i].uuid);

		if (!skip || strcmp(skip->code, "not-evacuable") != 0)
			return true;
	}
	return false;
}

/* A guest whose evacuation ended half-way in its compute has no task state, and its migration is open all the same. */
static bool any_is_being_evacuated(const struct scene *scene)
{
	for (const struct migration *m = scene->subject.migrations.v;
	     m < scene->subject.migrations.v + scene->subject.migrations.n; m++)
		if (str_equal(m->migration_type, "evacuation"))
			return true;
	for (size_t i = 0; i < scene->subject.instances.n; i++)
		if (instance_is_rebuilding(scene->subject.instances.v[i].task_state))
			return true;
	return false;
}

/* What to type now, of a host that is dead to us: nothing where it lives, owns nothing, or was not looked at whole; and where
 * it may be one machine with another, the rows of that say it. */
static void add_next(struct table *t, struct scene *scene, const struct findings *found)
{
	const struct world *w = scene->world;
	const char *host = shell_word(&scene->arena, scene->subject.host), *to = scene_live_taker(scene, &scene->arena);
	auto_str struct str detail = { 0 };

	if (!w->cinder_db || !w->api_db || (!scene->nova.home && world_any_lost_cell(w)) ||
	    count_of(found, "source-alive") > 0 || table_count(t, "section", "twin") > 0 ||
	    scene->subject.nmove + scene->subject.instances.n == 0)
		return;
	if (count_of(found, "mass-failure") > 0)
		str_add(&detail, _("check the control plane first: evac-manage doctor"));
	else if (scene->subject.nmove == 0 && !has_evacuable(scene, found) && any_is_being_evacuated(scene))
		str_addf(&detail, "evac-manage migration list --host %s", host); /* it must stay off until they end */
	else if (scene->subject.nmove == 0)
		str_addf(&detail, "evac-manage host %s %s", has_evacuable(scene, found) ? "evacuate" : "return", host);
	else if (to)
		str_addf(&detail, "evac-manage host rescue %s --to %s", host, shell_word(&scene->arena, to));
	else
		str_add(&detail, _("no live host can take all its volumes and backups: evac-manage service list"));
	host_show_add(t, "next", scene->subject.host, NULL, -1, detail.s);
}

/* What a rescue of it would find, before anybody is in a hurry. */
static int find_risks(struct scene *scene, struct findings *found, struct error *err)
{
	if (scene->world->cinder_db && scene_add_counterparts(scene, scene->subject.host, scene->subject.host, ~0u, err) != 0)
		return -1;
	scene->subject.moves_things = scene->subject.nmove > 0;
	scene->subject.evacuates = scene->nova.home != NULL;
	for (const struct guard *g = guards; g->code; g++)
		if (!g->of_request && g->severity != SEVERITY_NOTE)
			guard_ask(g, scene, found);
	return 0;
}

static void add_lost_cells(struct table *t, const struct world *w)
{
	auto_str struct str item = { 0 };

	for (size_t i = 0; i < w->mappings.n; i++) {
		const struct cell_mapping *cell = &w->mappings.v[i];

		if (!world_lost_cell(w, cell->id))
			continue;
		str_clear(&item);
		str_addf(&item, _("rows of cell '%s'"), str_or(cell->name, cell->uuid));
		host_show_add(t, "unknown", item.s, NULL, -1, world_lost_cell(w, cell->id)->text);
	}
}

static int add_risks(struct table *t, struct scene *scene, struct error *err)
{
	const struct world *w = scene->world;
	struct findings found = { 0 };
	int rc = find_risks(scene, &found, err);

	if (rc == 0) {
		add_risk_rows(t, &found);
		if (!w->cinder_db)
			host_show_add(t, "unknown", _("cinder's rows"), NULL, -1, w->cinder_absent);
		if (!w->api_db)
			host_show_add(t, "unknown", _("nova's rows"), NULL, -1, w->nova_absent);
		if (scene->neutron.absent && scene->subject.ncandidate > 0)
			host_show_add(t, "unknown", _("neutron's rows"), NULL, -1, scene->neutron.absent);
		add_lost_cells(t, w);
		add_next(t, scene, &found);
	}
	findings_free(&found);
	return rc;
}

/* Where a fence agent is configured for it. */
static void add_power_row(struct table *t, struct scene *scene)
{
	auto_str struct str said = { 0 };

	scene_find_power(scene);
	scene_say_power(scene, &said);
	if (said.n > 0)
		host_show_add(t, "power", scene->subject.host,
		    fence_state_name[scene->power.asked ? scene->power.answer.state : FENCE_UNKNOWN], -1, said.s);
}

static int fill_host(struct scene *scene, struct table *t, struct error *err)
{
	const struct world *w = scene->world;

	if (!w->cinder_db && !w->api_db)
		return world_has_nothing(w, err);
	scene_ask_nova(scene);
	if ((w->cinder_db && scene_find_cinder_near(scene, err) != 0) || (w->api_db && scene_find_nova(scene, err) != 0) ||
	    scene_check_node(scene, scene->request->what.host, err) != 0)
		return -1;
	scene->subject.host = scene->request->what.host;
	if (w->api_db && find_host_in_nova(scene, err) != 0)
		return -1;
	add_power_row(t, scene);
	add_host_services(t, scene);
	host_show_agents(t, scene);
	add_instance_states(t, scene);
	host_show_ports(t, scene);
	add_disks(t, scene);
	host_show_storage(t, scene);
	add_owner_rows(t, scene);
	if (w->cinder_db && (add_dependents(t, scene, err) != 0 || add_attachments(t, scene, err) != 0))
		return -1;
	if (host_show_twins(t, scene, err) != 0)
		return -1;
	add_in_flight(t, scene);
	scene_find_queues(scene);
	add_queues(t, scene);
	add_capacity(t, scene);
	return add_risks(t, scene, err);
}

static const struct listing host_show = { .needs = WITNESS_CINDER | WITNESS_NOVA | WITNESS_NEUTRON,
	LISTED(columns),
	.fill = fill_host,
	.counts_rows = true };

static const char *const inventory_kinds[] = { "service", "host", "instance", "volume", "backup", NULL };
static const struct from_inventory host_show_saved = { FROM_INVENTORY(columns), .kinds = inventory_kinds,
	.fill = host_show_inventory };

static enum error_kind run_host_show(const struct request *request, struct error *err)
{
	if (request->inventory.file)
		return run_from_inventory(&host_show_saved, request, err);
	return inventory_offer(run_listing(&host_show, request, err), "host show", request, err);
}

/* clang-format off */
static const struct option_spec options[] = {
	OPTION_INVENTORY,
	{ 0 }
};

const struct command command_host_show = {
	.noun = "host", .verb = "show",
	.sentence = "all that a host owns, the risks, free capacity",
	.details = "Its power as a fence agent says it, services, instances by state, volumes by backend and pool, backups, groups, "
		"attachments, work in flight, and the capacity of the other hosts. Writes nothing.\n\n"
		"With --inventory what 'inventory save' wrote: instances with disks and ports, volumes, backups as they were then.",
	.options = options,
	.arguments = host_arguments,
	.run = run_host_show,
};

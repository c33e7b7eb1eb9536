/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "commands.h"
#include "find/services.h"
#include "model/nova/cause.h"
#include "run/list.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/str.h"

/* One instance as both databases know it: one row a fact, and beside it what contradicts another fact. */

static const struct table_column columns[] = {
	{ "section", NULL, false, COLUMN_TEXT },
	{ "item", NULL, false, COLUMN_SENTENCE },
	{ "value", NULL, false, COLUMN_SENTENCE },
	{ "contradiction", NULL, false, COLUMN_NOTE },
};

#define FAULT_AGE_S (INT64_C(10) * 365 * 86400)

static void add_instance_row(struct table *t, const char *section, const char *item, const char *value,
    const char *contradiction)
{
	table_add(t);
	table_text(t, "section", section);
	table_text(t, "item", item);
	table_text(t, "value", value);
	table_advice(t, "contradiction", contradiction);
}

static bool has_open_evacuation(const struct candidate *c)
{
	return c->open || c->accepted.n > 0;
}

static void add_state(struct table *t, const struct scene *scene, const struct candidate *c)
{
	const struct instance *i = c->instance;
	auto_str struct str size = { 0 }, disks = { 0 }, copies = { 0 };

	add_instance_row(t, "instance", "uuid", i->uuid, NULL);
	add_instance_row(t, "instance", "name", i->name, NULL);
	add_instance_row(t, "instance", "project_id", i->project_id, NULL);
	if (scene->subject.copies > 1)
		str_addf(&copies, _("%zu cells have it"), scene->subject.copies);
	add_instance_row(t, "instance", "cell", scene->nova.home->cell->name, copies.s);
	add_instance_row(t, "instance", "vm_state", i->vm_state, NULL);
	if (c->was_stopped)
		add_instance_row(t, "instance", "before", "stopped", _("an evacuation of one in ERROR starts it"));
	add_instance_row(t, "instance", "task_state", i->task_state,
	    str_equal(i->task_state, "rebuilding") && !has_open_evacuation(c) ? _("no migration is open that would end it") :
										NULL);
	str_addf(&size, _("%lld vCPU, %lld MB, %lld GB of its own, boots from %s"), (long long)c->needs.vcpus,
	    (long long)c->needs.memory_mb, (long long)needs_own_gb(&c->needs),
	    instance_boots_from_volume(i) ? "a volume" : _("an image"));
	add_instance_row(t, "instance", "size", size.s, c->needs.known ? NULL : _("its flavor cannot be read"));
	if (needs_own_disks(&c->needs, i)) {
		needs_say_disks(&c->needs, i, &disks);
		str_add(&disks,
		    site_shares_disks(&scene->world->site, i->host) ?
			_(": on shared storage, by [site] shared_disks") :
			_(": on the compute's own disk, lost with it ([site] shared_disks would say otherwise)"));
		add_instance_row(t, "instance", "disks", disks.s, NULL);
	}
	if (i->config_drive && *i->config_drive)
		add_instance_row(t, "instance", "config drive", _("made again on the new host"), NULL);
}

static void add_place(struct table *t, const struct scene *scene, const struct candidate *c)
{
	const struct instance *i = c->instance;
	const struct nova_service *s = i->host ? nova_service_find(&scene->nova.home->services, "nova-compute", i->host) : NULL;
	const struct compute_node *n = i->host ? compute_node_of(&scene->nova.home->nodes, i->host) : NULL;
	auto_str struct str up = { 0 };
	char age[CLOCK_AGE_SIZE];

	add_instance_row(t, "place", "host", i->host, i->host && !s ? _("no nova-compute of that name is registered") : NULL);
	add_instance_row(t, "place", "node", i->node,
	    i->node && (!n || !str_equal(n->hypervisor_hostname, i->node)) ?
		_("no compute node of that name belongs to the host") :
		NULL);
	if (!s)
		return;
	str_add(&up, nova_service_is_up(s, scene->nova.down_s) ? "up" : "down");
	if (s->heartbeat_age_s.set)
		str_addf(&up, _(", last heartbeat %s ago"), clock_age(s->heartbeat_age_s.v, age));
	str_addf(&up, "%s%s", s->disabled ? ", disabled" : "", s->forced_down ? _(", forced down") : "");
	add_instance_row(t, "place", "nova-compute", up.s, NULL);
}

static const char *cell_name(const struct scene *scene, int64_t id)
{
	for (size_t i = 0; i < scene->nova.ncell; i++)
		if (scene->nova.cell[i].cell->id == id)
			return scene->nova.cell[i].cell->name;
	return NULL;
}

static void add_records(struct table *t, const struct scene *scene, const struct candidate *c)
{
	const struct instance_mapping *m = &c->mapping;
	auto_str struct str n = { 0 };

	if (!m->exists || !m->cell_id.set)
		add_instance_row(t, "nova_api", "cell", NULL, _("it is mapped to no cell"));
	else
		add_instance_row(t, "nova_api", "cell", cell_name(scene, m->cell_id.v),
		    m->cell_id.v != scene->nova.home->cell->id ? _("it is in another cell") :
			m->queued_for_delete                   ? "it is queued for delete" :
								 NULL);
	add_instance_row(t, "nova_api", "request spec", c->spec.exists ? str_or(c->spec_facts.version, "") : NULL,
	    !c->spec.exists          ? _("it has none") :
		!c->spec_facts.valid ? _("it cannot be read") :
				       NULL);
	if (c->spec_facts.zone)
		add_instance_row(t, "nova_api", "asked zone", c->spec_facts.zone, NULL);
	if (c->group.exists)
		add_instance_row(t, "nova_api", "server group", c->group.policy, NULL);
	else if (c->spec_facts.group)
		add_instance_row(t, "nova_api", "server group", c->spec_facts.group,
		    _("the request spec names it, and it is gone or was left"));
	if (!c->providers.set)
		return;
	str_addf(&n, "%lld", (long long)c->providers.v);
	add_instance_row(t, "placement", "providers", n.s,
	    c->providers.v == 0 && c->instance->host ? _("it is on a host and has no allocation") : NULL);
}

static void add_migrations(struct table *t, const struct candidate *c)
{
	auto_str struct str item = { 0 }, value = { 0 };
	char age[CLOCK_AGE_SIZE];

	if (c->open) {
		str_addf(&item, "%s %lld", str_or(c->open->migration_type, "migration"), (long long)c->open->id);
		str_addf(&value, _("%s, %s old%s%s"), c->open->status, clock_age(c->open->age_s.v, age),
		    c->open->dest_compute ? ", to " : "", str_or(c->open->dest_compute, ""));
		add_instance_row(t, "in flight", item.s, value.s,
		    c->instance->task_state ? NULL : _("the instance has no task state"));
	}
	for (size_t i = 0; i < c->accepted.n; i++) {
		const struct migration *m = &c->accepted.v[i];

		if (c->open && c->open->id == m->id)
			continue;
		str_clear(&item);
		str_clear(&value);
		str_addf(&item, "%s %lld", str_or(m->migration_type, "migration"), (long long)m->id);
		str_addf(&value, _("accepted, %s old"), clock_age(m->age_s.v, age));
		add_instance_row(t, "in flight", item.s, value.s, _("a conductor would take it for the next evacuation"));
	}
}

static void add_attempts(struct table *t, const struct candidate *c)
{
	auto_str struct str item = { 0 }, value = { 0 };
	char age[CLOCK_AGE_SIZE];

	for (const struct attempt *a = c->attempts.v; a < c->attempts.v + c->attempts.n; a++) {
		enum guest guest = attempt_guest(a);

		str_clear(&item);
		str_clear(&value);
		str_addf(&item, _("failed on %s"), str_or(a->host, "?"));
		str_addf(&value, _("%s ago: %.200s"), clock_age(a->age_s.v, age),
		    str_or(a->details, a->result ? _("no reason was given") : _("not ended")));
		add_instance_row(t, "evacuation", item.s, value.s,
		    guest == GUEST_ABSENT    ? NULL :
			guest == GUEST_THERE ? _("its guest was found there") :
					       _("its guest may be there still"));
	}
}

/* nova's block device mapping against cinder's attachment of the same id. */
static const char *attachment_objects(const struct candidate *c, const struct bdm *bdm, const struct attachments *all,
    struct str *text)
{
	const struct attachment *found = NULL;

	for (size_t i = 0; i < all->n; i++)
		if (str_equal(all->v[i].id, bdm->attachment_id))
			found = &all->v[i];
	str_clear(text);
	if (!bdm->attachment_id)
		return NULL; /* attached in the old way, which cinder has no row of ours for */
	if (!found)
		str_addf(text, _("cinder has no attachment %s"), bdm->attachment_id);
	else if (!str_equal(found->volume_id, bdm->volume_id))
		str_addf(text, _("cinder's attachment %s is of volume %s"), bdm->attachment_id, found->volume_id);
	else if (found->attached_host && c->instance->host && !str_equal(found->attached_host, c->instance->host))
		str_addf(text, _("cinder has it attached on '%s'"), found->attached_host);
	else if (!str_equal(found->attach_status, "attached"))
		str_addf(text, _("cinder's attachment is '%s'"), str_or(found->attach_status, ""));
	return text->n ? text->s : NULL;
}

static const char *owner_objects(const struct scene *scene, const struct volume_fact *v, struct str *text)
{
	str_clear(text);
	if (!scene->world->cinder_db)
		return NULL;
	if (!v->owner.known)
		str_add(text, _("cinder does not know it"));
	else if (!v->owner.host)
		str_add(text, _("cinder has no owner for it"));
	else if (v->owner.cluster_name &&
	    !cinder_cluster_is_up(&scene->cinder.services, v->owner.cluster_name, scene->cinder.down_s))
		str_addf(text, _("no member of cluster '%s' is alive: no cinder-volume serves it"), v->owner.cluster_name);
	else if (!v->service && !v->owner.cluster_name)
		str_addf(text, _("no cinder-volume is registered on '%s'"), v->owner.host);
	return text->n ? text->s : NULL;
}

static bool is_mapped(const struct candidate *c, const char *volume_id)
{
	for (size_t i = 0; i < c->nvolume; i++)
		if (str_equal(c->volume[i].bdm->volume_id, volume_id))
			return true;
	return false;
}

/* A cluster is the owner, whichever of its members the host names. */
static void add_volume_owner(const struct scene *scene, const struct volume_fact *v, struct str *value)
{
	bool is_up = cinder_owner_is_up(&scene->cinder.services, v->owner.host, v->owner.cluster_name, scene->cinder.down_s);

	str_addf(value, _("%s, owner %s%s"), str_or(v->owner.status, ""), v->owner.cluster_name ? "cluster " : "",
	    str_or(v->owner.cluster_name ? v->owner.cluster_name : v->owner.host, "nobody"));
	if (v->owner.cluster_name || v->service)
		str_add(value, is_up ? " (up)" : " (down)");
}

static int add_instance_volumes(struct table *t, const struct scene *scene, const struct candidate *c, struct error *err)
{
	auto_str struct str value = { 0 }, text = { 0 };
	struct attachments all = { 0 };

	if (scene->world->cinder_db &&
	    attachments_of_instance(scene->world->cinder_db, scene->subject.beside, c->instance->uuid, &all, err) != 0)
		return -1;
	for (const struct volume_fact *v = c->volume; v < c->volume + c->nvolume; v++) {
		str_clear(&value);
		if (v->owner.known)
			add_volume_owner(scene, v, &value);
		add_instance_row(t, "volume", v->bdm->volume_id, value.s, owner_objects(scene, v, &text));
		if (scene->world->cinder_db && v->owner.known)
			add_instance_row(t, "attachment", v->bdm->attachment_id, v->bdm->volume_id,
			    attachment_objects(c, v->bdm, &all, &text));
	}
	for (size_t i = 0; i < all.n; i++)
		if (!is_mapped(c, all.v[i].volume_id))
			add_instance_row(t, "attachment", all.v[i].id, all.v[i].volume_id, _("nova maps no such volume to it"));
	attachments_free(&all);
	return 0;
}

static const struct port *port_of(const struct candidate *c, const char *id)
{
	for (const struct port *p = c->ports.v; p < c->ports.v + c->ports.n; p++)
		if (str_equal(p->id, id))
			return p;
	return NULL;
}

static bool has_vif(const struct candidate *c, const char *id)
{
	for (const struct vif *v = c->vifs.v; v < c->vifs.v + c->vifs.n; v++)
		if (str_equal(v->port_id, id))
			return true;
	return false;
}

/* Where it is, against where the instance is; a stopped one's ports need not be ACTIVE. */
static const char *port_objects(const struct candidate *c, const struct port *p, struct str *text)
{
	const struct instance *i = c->instance;

	str_clear(text);
	if (c->vifs.known && !has_vif(c, p->id))
		str_add(text, _("nova's network cache of the instance does not have it"));
	else if (i->host && !str_equal(p->host, i->host))
		port_on_host(p, i->host, text);
	else if (i->host && str_equal(i->vm_state, "active") && port_on_host(p, i->host, NULL) == PORT_NOT_READY)
		port_on_host(p, i->host, text);
	return text->n ? text->s : NULL;
}

static void add_port_facts(struct table *t, const struct candidate *c)
{
	auto_str struct str value = { 0 }, text = { 0 };

	for (const struct port *p = c->ports.v; p < c->ports.v + c->ports.n; p++) {
		str_clear(&value);
		str_addf(&value, _("%s, bound to %s (%s, %s)"), p->status, p->host && *p->host ? p->host : _("no host"),
		    str_or(p->vif_type, "unbound"), str_or(p->vnic_type, "?"));
		if (p->waits_for)
			str_addf(&value, _(", waits for %s"), p->waits_for);
		if (!p->admin_state_up)
			str_add(&value, _(", administratively down"));
		add_instance_row(t, "port", p->id, value.s, port_objects(c, p, &text));
	}
}

/* What nova has of them, where neutron does not say it or says something else. */
static void add_vifs(struct table *t, const struct scene *scene, const struct candidate *c)
{
	auto_str struct str value = { 0 };

	for (const struct vif *v = c->vifs.v; v < c->vifs.v + c->vifs.n; v++) {
		if (port_of(c, v->port_id))
			continue;
		str_clear(&value);
		str_addf(&value, _("%s by nova's network cache (%s, %s)"), v->active ? "active" : _("not active"),
		    str_or(v->type, "unbound"), str_or(v->vnic_type, "?"));
		add_instance_row(t, "port", v->port_id, value.s,
		    scene->neutron.known ? _("neutron has no such port of this instance") : NULL);
	}
	if (!c->vifs.known)
		add_instance_row(t, "unknown", _("the instance's network in nova"), NULL,
		    _("its row in instance_info_caches is missing or cannot be read"));
}

static void add_storage(struct table *t, struct scene *scene)
{
	auto_str struct str value = { 0 };

	scene_look_at_disks(scene);
	for (const struct disk_fact *d = scene->storage.disk; d < scene->storage.disk + scene->storage.ndisk; d++) {
		str_clear(&value);
		disk_say(d, &value);
		add_instance_row(t, "storage", d->name, value.s, NULL);
	}
}

/* Its trace names the service that nova's own words do not. */
static int add_fault(struct table *t, struct scene *scene, const struct candidate *c, struct error *err)
{
	auto_str struct str value = { 0 };
	struct cause_words words;
	struct cause cause;
	struct fault fault;

	if (fault_latest(scene->nova.home->cell->db, c->instance->uuid, FAULT_AGE_S, &fault, err) != 0)
		return -1;
	if (fault.exists) {
		words = (struct cause_words){ fault.message, fault.details };
		cause_read(&words, &scene->arena, &cause);
		str_addf(&value, _("%s (fault %lld)"), cause_words_said(&words, &scene->arena), (long long)fault.code);
		add_instance_row(t, "fault", "latest", value.s, NULL);
		if (cause.what) {
			add_instance_row(t, "fault", "cause", cause.what, NULL);
			add_instance_row(t, "fault", "next", cause.next, NULL);
		}
	}
	fault_free(&fault);
	return 0;
}

static int fill_instance(struct scene *scene, struct table *t, struct error *err)
{
	const struct candidate *c;

	scene->subject.with_attachments = true;
	scene_ask_instance(scene, scene->request->what.id);
	if (scene->world->cinder_db && scene_find_cinder_services(scene, err) != 0)
		return -1;
	if (scene_look_up_instance(scene, scene->request->what.id, err) != 0 || scene_find_nova(scene, err) != 0 ||
	    scene_find_instance(scene, scene->request->what.id, err) != 0)
		return -1;
	c = &scene->subject.candidate[0];
	add_state(t, scene, c);
	add_place(t, scene, c);
	add_records(t, scene, c);
	add_migrations(t, c);
	add_attempts(t, c);
	if (add_instance_volumes(t, scene, c, err) != 0 || add_fault(t, scene, c, err) != 0)
		return -1;
	add_storage(t, scene);
	add_port_facts(t, c);
	add_vifs(t, scene, c);
	if (!scene->neutron.known)
		add_instance_row(t, "unknown", _("neutron's rows"), scene->neutron.absent, NULL);
	if (!scene->world->cinder_db)
		add_instance_row(t, "unknown", _("cinder's rows"), scene->world->cinder_absent, NULL);
	return 0;
}

static const struct listing instance_show = { .needs = WITNESS_CINDER | NEEDS_NOVA | WITNESS_NEUTRON,
	LISTED(columns),
	.fill = fill_instance };

static enum error_kind run_instance_show(const struct request *request, struct error *err)
{
	return run_listing(&instance_show, request, err);
}

/* clang-format off */
static const struct argument_spec arguments[] = {
	{ .metavar = "INSTANCE", .type = OPTION_TEXT, .offset = AT(what.id), .sentence = "the instance's uuid or exact name" },
	{ 0 }
};

const struct command command_instance_show = {
	.noun = "instance", .verb = "show",
	.sentence = "all that both databases know about one instance",
	.details = "Shows state, place, cell, request spec, work in flight, volumes and their attachments. Marks contradictions. Writes "
		"nothing.",
	.config_file_is = "nova",
	.arguments = arguments,
	.run = run_instance_show,
};

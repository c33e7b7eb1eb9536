/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"
#include "util/lang.h"
#include "util/str.h"
#include "util/uuid.h"

/* What nova-api would say to an instance: the order of its own checks (nova compute/api.py: evacuate and its decorators), each
 * under the release of the oldest conductor. */

static bool is_one_of(const char *s, const char *const *list)
{
	for (; *list; list++)
		if (str_equal(s, *list))
			return true;
	return false;
}

static bool is_being_worked_on(const struct instance *i)
{
	static const char *const busy[] = { "deleting", "soft-deleting", "migrating", "rebuilding",
		"rebuild_block_device_mapping", "rebuild_spawning", NULL };

	return is_one_of(i->task_state, busy);
}

static const char *state_objects(const struct scene *scene, const struct candidate *c, struct str *text)
{
	static const char *const evacuable[] = { "active", "stopped", "error", NULL };
	const struct instance *i = c->instance;
	bool strict = scene->nova.release->no_task_state.when == ALWAYS;

	if (!is_one_of(i->vm_state, evacuable)) {
		str_addf(text, _("it is %s: nova evacuates only active, stopped and error"),
		    str_or(i->vm_state, _("in no state")));
		return text->s;
	}
	if (!i->launched_at)
		return _("it was never launched");
	if (i->task_state && (strict || is_being_worked_on(i))) {
		if (strict)
			str_addf(text, _("its task state is '%s'; nova %s evacuates an instance only when it has none"),
			    i->task_state, scene->nova.release->name);
		else
			str_addf(text, _("its task state is '%s'"), i->task_state);
		return text->s;
	}
	/* a compute that was restarted right after the spawn has left no task state, and its guest runs there */
	if (c->open && str_equal(c->open->migration_type, "evacuation"))
		return _("its evacuation has not ended");
	return NULL;
}

static const char *records_object(const struct scene *scene, const struct candidate *c, struct str *text)
{
	bool knows_newest = release_is_known(scene->nova.conductor_version);
	struct error err;

	if (!c->mapping.exists || !c->mapping.cell_id.set)
		return _("nova_api has no mapping of it to a cell: the conductor would not find it");
	if (c->mapping.cell_id.v != scene->nova.home->cell->id)
		return _("nova_api maps it to another cell than the one it is in");
	if (c->mapping.queued_for_delete)
		return _("it is queued for delete");
	if (!c->spec.exists)
		return scene->nova.release->needs_request_spec ? _("nova_api has no request spec of it") : NULL;
	if (request_spec_check(&c->spec, &c->spec_facts, knows_newest ? scene->nova.release->request_spec : NULL, &err) == 0)
		return NULL;
	str_add(text, err.text);
	return text->s;
}

static const char *decorators_object(const struct scene *scene, const struct candidate *c)
{
	const struct release *r = scene->nova.release;
	const struct needs *n = &c->needs;

	if (n->vtpm && r->rejects_vtpm)
		return _("it has a vTPM, which nova does not evacuate");
	if (n->device_profile && (r->rejects_device_profiles || scene->nova.compute_version < COMPUTE_TAKES_DEVICE_PROFILES))
		return _("its flavor has a device profile, which computes this old do not evacuate");
	if (n->vdpa_port && r->rejects_vdpa.when == ALWAYS)
		return _("it has a vDPA port, which this nova does not evacuate");
	if (n->vdpa_port && r->rejects_vdpa.when == UNTIL)
		return _("it has a vDPA port, which the first point releases of this nova do not evacuate");
	if (n->accelerator_port && r->rejects_accelerator_ports)
		return _("it has an accelerator port, which nova does not evacuate");
	if (n->extended_port && scene->nova.compute_version < COMPUTE_TAKES_EXTENDED_REQUESTS)
		return _("it has a port with an extended resource request, which computes this old do not evacuate");
	if ((n->bandwidth_port || n->extended_port) && r->rejects_bandwidth_ports)
		return _("it has a port with a resource request, which this nova does not evacuate");
	if (n->shares > 0 && r->rejects_shares)
		return _("it has shares mounted, which nova does not evacuate");
	return NULL;
}

/* The next node of the failed host, from this one on, whose driver does not evacuate. */
static const struct compute_node *next_objecting(const struct scene *scene, const struct compute_node *n)
{
	const struct compute_nodes *all = &scene->nova.home->nodes;

	while (n < all->v + all->n && (strcmp(n->host, scene->subject.host) != 0 || hypervisor_evacuates(n->hypervisor_type)))
		n++;
	return n < all->v + all->n ? n : NULL;
}

/* The new host's driver refuses it (nova compute/manager.py: InstanceEvacuateNotSupported), and a host of another driver cannot
 * run it. */
static const char *driver_objects(const struct scene *scene, const struct compute_node *first, const struct candidate *c,
    struct str *text)
{
	for (const struct compute_node *n = first; n; n = next_objecting(scene, n + 1)) {
		if (c->instance->node && !str_equal(n->hypervisor_hostname, c->instance->node))
			continue;
		str_addf(text, _("its hypervisor is %s, and that driver does not evacuate: the instance would end in ERROR"),
		    n->hypervisor_type);
		return text->s;
	}
	return NULL;
}

/* nova conductor/manager.py: _allocate_for_evacuate_dest_host copies one provider's allocation; Queens and Rocky copied the
 * others wrongly, later ones refuse. The source's own may be there twice: an older evacuation's is not yet dropped. */
static const char *force_objects(const struct scene *scene, const struct candidate *c)
{
	if (!scene->request->what.force)
		return NULL;
	if (c->providers.set && c->providers.v == 0 && scene->nova.release->needs_request_spec)
		return _(
		    "it has no allocation in placement: with a forced target the conductor would fail and leave it 'rebuilding'");
	if ((c->providers.set && c->providers.v > 1) || c->needs.bandwidth_port || c->needs.extended_port ||
	    c->needs.nested_resources)
		return _("its allocations are on several providers: nova cannot force a target for it; leave out --force");
	return NULL;
}

/* It is left out, so guard_in_flight() says nothing: what is under way is said here. */
static const char *open_text(const struct candidate *c, struct str *text)
{
	str_clear(text);
	if (c->open)
		str_addf(text, " (%s %lld, '%s'%s%s)", str_or(c->open->migration_type, "migration"), (long long)c->open->id,
		    c->open->status, c->open->dest_compute ? ", to " : "", str_or(c->open->dest_compute, ""));
	return c->open ? text->s : "";
}

static const char *way_out(const struct candidate *c, struct str *hint)
{
	if (c->open) {
		hint_set_way_out(hint, c->open);
		return hint->s;
	}
	if (str_equal(c->instance->vm_state, "resized")) {
		str_clear(hint);
		str_addf(hint,
		    _("confirming the resize makes it active and deletes its old disks on the old host: openstack server resize confirm %s"),
		    c->instance->uuid);
		return hint->s;
	}
	return NULL;
}

void guard_not_evacuable(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str text = { 0 }, hint = { 0 }, open = { 0 };
	const struct compute_node *first = scene->nova.home && scene->subject.host ?
	    next_objecting(scene, scene->nova.home->nodes.v) :
	    NULL;
	const char *why;

	EACH_WANTED(c, scene) {
		str_clear(&text);
		if (!(why = state_objects(scene, c, &text)) && !(why = records_object(scene, c, &text)) &&
		    !(why = decorators_object(scene, c)) && !(why = driver_objects(scene, first, c, &text)))
			why = force_objects(scene, c);
		if (why)
			guard_found(self, scene, out, c->instance->uuid, way_out(c, &hint), "%s: %s%s",
			    str_or(c->instance->name, c->instance->uuid), why, open_text(c, &open));
	}
}

/* bug 1978983: a number tells the release, not its point release. */
void guard_task_state(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (!scene->nova.release || scene->nova.release->no_task_state.when != UNTIL)
		return;
	EACH_WANTED(c, scene)
		if (c->instance->task_state && !is_being_worked_on(c->instance) && !findings_skip(out, c->instance->uuid))
			guard_found(self, scene, out, c->instance->uuid, NULL,
			    "%s: its task state is '%s'; nova %s evacuates it from %s on",
			    str_or(c->instance->name, c->instance->uuid), c->instance->task_state, scene->nova.release->name,
			    scene->nova.release->no_task_state.until);
}

/* bug 1952941: the compute's claim reads the instance's own cells, which no message can change. */
void guard_old_cpu_pinning(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct rule *rule = scene->nova.release ? &scene->nova.release->breaks_pinning : NULL;

	if (!rule || rule->when == NEVER)
		return;
	EACH_WANTED(c, scene) {
		const char *name = str_or(c->instance->name, c->instance->uuid);

		if (!(c->needs.old_pinning || c->spec_facts.old_pinning) || findings_skip(out, c->instance->uuid))
			continue;
		if (rule->when == UNTIL)
			guard_found(self, scene, out, c->instance->uuid, NULL,
			    "%s was pinned to CPUs before Victoria; nova %s before %s cannot place it (bug 1952941)", name,
			    scene->nova.release->name, rule->until);
		else
			guard_found(self, scene, out, c->instance->uuid, NULL,
			    "%s was pinned to CPUs before Victoria; nova %s cannot place it (bug 1952941)", name,
			    scene->nova.release->name);
	}
}

/* octavia compute/drivers/nova_driver.py names its instances so; nothing else in nova's rows tells them. */
static bool is_amphora(const struct instance *i)
{
	struct uuid id;

	return i->name && str_starts(i->name, "amphora-") && uuid_parse(i->name + strlen("amphora-"), &id);
}

void guard_octavia(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };

	EACH_WANTED(c, scene) {
		if (!is_amphora(c->instance) || findings_skip(out, c->instance->uuid))
			continue;
		str_clear(&hint);
		str_addf(&hint, "openstack loadbalancer amphora failover %s", c->instance->name + strlen("amphora-"));
		guard_found(self, scene, out, c->instance->uuid, hint.s,
		    "%s belongs to octavia, which makes a new one by itself and may delete this one meanwhile",
		    c->instance->name);
	}
}

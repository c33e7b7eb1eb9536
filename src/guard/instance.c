/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"
#include "util/lang.h"
#include "util/str.h"

/* Accepted or not: without a token there is nothing to accept. */
static bool is_never_remade(const struct scene *scene, const struct findings *found, const struct candidate *c)
{
	auto_str struct str why = { 0 };

	return token_needs(scene, c) & TOKEN_FOR_IMAGE && guard_first_found(found, "needs-token", c->instance->uuid) &&
	    !token_serves(scene, c, TOKEN_FOR_IMAGE, &why);
}

void guard_local_disk(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str disks = { 0 };

	EACH_WANTED(c, scene) {
		if (site_shares_disks(&scene->world->site, c->instance->host))
			continue;
		if (!needs_own_disks(&c->needs, c->instance) || is_never_remade(scene, out, c))
			continue;
		str_clear(&disks);
		needs_say_disks(&c->needs, c->instance, &disks);
		if (instance_boots_from_volume(c->instance))
			guard_found(self, scene, out, c->instance->uuid, NULL,
			    "%s boots from a volume and has disks that nova made (%s): they may be lost with the host, and would be empty",
			    str_or(c->instance->name, c->instance->uuid), disks.s);
		else
			guard_found(self, scene, out, c->instance->uuid, NULL,
			    "%s boots from an image: its disks (%s) may be lost with the host; nova makes the root disk again from the image, without what was written to it since",
			    str_or(c->instance->name, c->instance->uuid), disks.s);
	}
}

void guard_ha_says_no(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (!scene->world->site.order.respect_ha_tags)
		return;
	EACH_WANTED(c, scene)
		if (c->rank.ha == HA_NO)
			guard_found(self, scene, out, c->instance->uuid, NULL,
			    "%s is not to be evacuated: it, its flavor or its image says %s, and [order] respect_ha_tags is set",
			    str_or(c->instance->name, c->instance->uuid), c->rank.ha_label);
}

void guard_order_unclear(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_TAKEN(t, scene, out)
		if (t.c->rank.unclear)
			guard_found(self, scene, out, t.c->instance->uuid, NULL,
			    "%s has '%s', which is none of the words of that key: it is as if the key were not there",
			    str_or(t.c->instance->name, t.c->instance->uuid), t.c->rank.unclear);
}

void guard_phases_not_kept(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct rank *first = NULL;

	if (!scene->request->how.no_wait || scene->world->site.order.nrule == 0)
		return;
	EACH_TAKEN(t, scene, out) {
		if (first && rank_compare(first, &t.c->rank) != 0) {
			guard_found(self, scene, out, scene->subject.host, NULL,
			    "--no-wait sends all evacuations at once: no phase of [order] waits for the one before it");
			return;
		}
		first = &t.c->rank;
	}
}

/* Who owns it, as the service sees it: a cluster wins over the host that a volume names. */
static void show_owner(const struct volume_owner *owner, struct str *out)
{
	str_clear(out);
	if (owner->cluster_name && *owner->cluster_name)
		str_addf(out, _("cluster '%s'"), owner->cluster_name);
	else if (owner->host)
		str_addf(out, "'%s'", owner->host);
	else
		str_add(out, _("(no host)"));
}

static void set_owner_hint(const struct scene *scene, const struct volume_fact *v, struct str *hint)
{
	struct host_name owner;

	str_clear(hint);
	if (!v->owner.host || !host_name_parse(v->owner.host, &owner))
		str_add(hint, _("no host owns the volume: check it in cinder"));
	else if (!hint_add_move(hint, _("move its volumes first: "), scene, MOVE_BACKEND, v->owner.host))
		str_addf(hint,
		    _("move its volumes first with volume update_host; no live cinder-volume outside a cluster has a backend '%s': 'evac-manage service list' shows all"),
		    owner.backend);
}

void guard_volume_owner_dead(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 }, owner = { 0 };
	const struct volume_owner *last = NULL; /* most volumes of a host have one owner */
	bool is_up = false;

	EACH_WANTED(c, scene) {
		if (findings_skip(out, c->instance->uuid))
			continue;
		for (const struct volume_fact *v = c->volume; v < c->volume + c->nvolume; v++) {
			if (!v->owner.known || v->moves_first)
				continue;
			if (!last || !str_equal(last->host, v->owner.host) ||
			    !str_equal(last->cluster_name, v->owner.cluster_name)) {
				last = &v->owner;
				is_up = cinder_owner_is_up(&scene->cinder.services, last->host, last->cluster_name,
				    scene->cinder.down_s);
				if (!is_up) {
					set_owner_hint(scene, v, &hint);
					show_owner(last, &owner);
				}
			}
			if (is_up)
				continue;
			guard_found(self, scene, out, c->instance->uuid, hint.s, "%s uses volume %s, whose owner %s is down",
			    str_or(c->instance->name, c->instance->uuid), v->bdm->volume_id, owner.s);
		}
	}
}

void guard_volume_unknown(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_WANTED(c, scene)
		for (const struct volume_fact *v = c->volume; v < c->volume + c->nvolume; v++) {
			if (v->owner.known)
				continue;
			if (scene->world->cinder_db)
				guard_found(self, scene, out, c->instance->uuid, NULL,
				    "%s uses volume %s, which cinder does not know",
				    str_or(c->instance->name, c->instance->uuid), v->bdm->volume_id);
			else
				guard_found(self, scene, out, c->instance->uuid, NULL,
				    "%s uses volume %s, which was not looked up: cinder's database is not open",
				    str_or(c->instance->name, c->instance->uuid), v->bdm->volume_id);
		}
}

void guard_cinder_credentials_unknown(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_TAKEN(t, scene, out)
		if (t.c->nvolume > 0) {
			guard_found(self, scene, out, scene->subject.host, NULL,
			    "cannot check [cinder] credentials on the computes; one volume-backed instance goes first as a test");
			return;
		}
}

/* Without placement's books the sum is of the compute nodes' rows; ratios and what is reserved there are the computes' own. */
void guard_capacity_unknown(const struct guard *self, const struct scene *scene, struct findings *out)
{
	int64_t vcpus = 0, memory_mb = 0;
	size_t n = 0;

	if (scene->placing.inventories.n > 0)
		return;
	EACH_TAKEN(t, scene, out) {
		n++;
		vcpus += t.c->needs.vcpus;
		memory_mb += t.c->needs.memory_mb;
	}
	if (n > 0)
		guard_found(self, scene, out, scene->subject.host, NULL, "%zu instance%s %lld vCPU and %lld MB on %s", n,
		    n == 1 ? " needs" : "s need", (long long)vcpus, (long long)memory_mb,
		    str_or(scene->request->what.target_host, _("the other hosts")));
}

static void add_listed(struct str *out, const char *word)
{
	str_addf(out, "%s%s", out->n ? ", " : "", word);
}

/* What the scheduler or the new compute would look at, and nobody has. */
static void add_not_reckoned(const struct scene *scene, const struct candidate *c, struct str *out)
{
	const struct needs *n = &c->needs;

	for (size_t i = 0; i < n->nask; i++)
		if (!n->ask[i].or_vcpu &&
		    (scene->placing.inventories.n == 0 ||
			(n->ask[i].kind != ASK_RESOURCE && !scene->placing.columns.has_traits)))
			add_listed(out, n->ask[i].name);
	for (size_t i = 0; i < n->nunreckoned; i++)
		add_listed(out, n->unreckoned[i]);
	if (n->pinned && !n->mixed && scene->placing.inventories.n == 0)
		add_listed(out, _("pinned CPUs"));
	if (n->numa)
		add_listed(out, _("NUMA cells"));
	if (n->bandwidth_port || n->extended_port)
		add_listed(out, _("resources of its ports"));
	if (scene->placing.inventories.n > 0 && scene->placing.zones_asked != ZONES_NOT_ASKED && !scene->placing.zones_known &&
	    c->spec_facts.zone && aggregates_have_zone(&scene->placing.aggregates, c->spec_facts.zone))
		add_listed(out, _("its availability zone in placement"));
}

void guard_unchecked_resources(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str words = { 0 };

	EACH_TAKEN(t, scene, out) {
		str_clear(&words);
		add_not_reckoned(scene, t.c, &words);
		if (words.n)
			guard_found(self, scene, out, t.c->instance->uuid, NULL,
			    "%s needs %s: not checked here; if no host has it, nova leaves the instance in ERROR",
			    str_or(t.c->instance->name, t.c->instance->uuid), words.s);
	}
}

/* What is still being built is guard_in_flight()'s. */
void guard_guest_may_still_run(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 }, past = { 0 };

	EACH_WANTED(c, scene)
		for (size_t i = 0; i < c->attempts.n; i++) {
			const struct attempt *a = &c->attempts.v[i];

			if (!attempt_speaks(&c->attempts, i) || (c->open && !a->result))
				continue;
			str_clear(&hint);
			str_addf(&hint, _("on '%s': virsh domstate %s; if it is there: virsh destroy, virsh undefine --nvram"),
			    str_or(a->host, "?"), c->instance->uuid);
			str_clear(&past);
			str_addf(&past,
			    a->result ? _("an evacuation failed there %lld s ago (%.120s)") :
					_("an evacuation began there %lld s ago and did not end (%.120s)"),
			    (long long)a->age_s.v, str_or(a->details, _("no reason given")));
			if (attempt_guest(a) == GUEST_THERE)
				guard_found(self, scene, out, c->instance->uuid, hint.s,
				    "the guest of %s is on '%s': %s; on a third host it would run twice",
				    str_or(c->instance->name, c->instance->uuid), str_or(a->host, "?"), past.s);
			else
				guard_found(self, scene, out, c->instance->uuid, hint.s,
				    "the guest of %s may still be on '%s': %s; on a third host it would run twice",
				    str_or(c->instance->name, c->instance->uuid), str_or(a->host, "?"), past.s);
		}
}

void guard_allocation_unexplained(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };

	EACH_WANTED(c, scene)
		for (const struct claimed_room *p = c->unexplained.v; p < c->unexplained.v + c->unexplained.n; p++) {
			str_clear(&hint);
			str_addf(&hint, "openstack resource provider allocation unset --provider %s %s", p->uuid,
			    c->instance->uuid);
			if (scene->request->what.force)
				guard_found(self, scene, out, c->instance->uuid, hint.s,
				    "placement holds room for %s on '%s', and no evacuation explains it: a forced target fails with \"complex allocations\"",
				    str_or(c->instance->name, c->instance->uuid), p->name);
			else
				guard_found(self, scene, out, c->instance->uuid, hint.s,
				    "placement holds room for %s on '%s', and no evacuation explains it",
				    str_or(c->instance->name, c->instance->uuid), p->name);
		}
}

void guard_server_group_gone(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_WANTED(c, scene)
		if (c->spec_facts.group && !c->group.exists && !findings_skip(out, c->instance->uuid))
			guard_found(self, scene, out, c->instance->uuid, NULL,
			    "%s was booted into server group %s; that group is gone, or the instance left it",
			    str_or(c->instance->name, c->instance->uuid), c->spec_facts.group);
}

/* nova compute/manager.py: _do_rebuild_instance looks at it only for one that is not in ERROR. */
static const char *target_state_text(const struct scene *scene)
{
	return scene->request->how.target_state ? _(", with or without --target-state") : "";
}

void guard_expected_state(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };

	EACH_WANTED(c, scene) {
		const char *name = str_or(c->instance->name, c->instance->uuid);

		if (!str_equal(c->instance->vm_state, "error") || findings_skip(out, c->instance->uuid))
			continue;
		str_clear(&hint);
		str_addf(&hint, _("once it is ACTIVE: openstack server stop %s"), c->instance->uuid);
		if (c->stopped_before)
			guard_found(self, scene, out, c->instance->uuid, hint.s,
			    "%s is in ERROR, was stopped before run %s, and will be ACTIVE%s", name, c->stopped_before,
			    target_state_text(scene));
		else if (c->was_stopped)
			guard_found(self, scene, out, c->instance->uuid, hint.s,
			    "%s is in ERROR, was stopped before that, and will be ACTIVE%s", name, target_state_text(scene));
		else
			guard_found(self, scene, out, c->instance->uuid, NULL, "%s is in ERROR and will be ACTIVE%s", name,
			    target_state_text(scene));
	}
}

void guard_stopped_by_nova(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };
	char age[CLOCK_AGE_SIZE];

	EACH_WANTED(c, scene) {
		if (!str_equal(c->instance->vm_state, "stopped") || !power_stopped_by_nova(&c->power) ||
		    findings_skip(out, c->instance->uuid))
			continue;
		str_clear(&hint);
		str_addf(&hint, _("once it is evacuated, if it is to run: openstack server start %s"), c->instance->uuid);
		guard_found(self, scene, out, c->instance->uuid, hint.s,
		    "%s was found off by nova %s ago, and nobody has asked for that: it stays stopped",
		    str_or(c->instance->name, c->instance->uuid), clock_age(c->power.age_s.v, age));
	}
}

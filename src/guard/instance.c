/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"
#include "util/str.h"

void guard_local_disk(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str disks = { 0 };

	if (scene->world->site.shared_disks)
		return;
	EACH_WANTED(c, scene) {
		if (!needs_own_disks(&c->needs, c->instance))
			continue;
		str_clear(&disks);
		needs_say_disks(&c->needs, c->instance, &disks);
		if (instance_boots_from_volume(c->instance))
			guard_found(self, scene, out, c->instance->uuid, NULL,
			    "%s boots from a volume and has disks of the compute's own (%s): they may be lost with the host, and would come back empty",
			    str_or(c->instance->name, c->instance->uuid), disks.s);
		else
			guard_found(self, scene, out, c->instance->uuid, NULL,
			    "%s boots from an image: its disks (%s) may be lost with the host (without a token nova could not even make the root anew)",
			    str_or(c->instance->name, c->instance->uuid), disks.s);
	}
}

/* Who owns it, as the service sees it: a cluster wins over the host that a volume names. */
static void show_owner(const struct volume_owner *owner, struct str *out)
{
	str_clear(out);
	if (owner->cluster_name && *owner->cluster_name)
		str_addf(out, "cluster '%s'", owner->cluster_name);
	else
		str_addf(out, "'%s'", str_or(owner->host, "nobody"));
}

static void set_owner_hint(const struct scene *scene, const struct volume_fact *v, struct str *hint)
{
	struct host_name owner;

	str_clear(hint);
	if (!v->owner.host || !host_name_parse(v->owner.host, &owner))
		str_add(hint, "no host owns the volume: find out in cinder why");
	else if (!hint_add_move(hint, "its volumes first: ", scene, MOVE_BACKEND, v->owner.host))
		str_addf(hint,
		    "its volumes first, by volume update_host; no live cinder-volume outside a cluster has a backend '%s': 'evac-manage service list'",
		    owner.backend);
}

void guard_volume_owner_dead(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 }, owner = { 0 };

	EACH_WANTED(c, scene) {
		if (findings_skip(out, c->instance->uuid))
			continue;
		for (const struct volume_fact *v = c->volume; v < c->volume + c->nvolume; v++) {
			if (!v->owner.known || v->moves_first ||
			    cinder_owner_is_up(&scene->cinder.services, v->owner.host, v->owner.cluster_name,
				scene->cinder.down_s))
				continue;
			set_owner_hint(scene, v, &hint);
			show_owner(&v->owner, &owner);
			guard_found(self, scene, out, c->instance->uuid, hint.s, "%s uses volume %s, whose owner %s is down",
			    str_or(c->instance->name, c->instance->uuid), v->bdm->volume_id, owner.s);
		}
	}
}

void guard_volume_unknown(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_WANTED(c, scene)
		for (const struct volume_fact *v = c->volume; v < c->volume + c->nvolume; v++)
			if (!v->owner.known)
				guard_found(self, scene, out, c->instance->uuid, NULL, "%s uses volume %s, which %s",
				    str_or(c->instance->name, c->instance->uuid), v->bdm->volume_id,
				    scene->world->cinder_db ? "cinder does not know" :
							      "was not looked up: cinder's database is not open");
}

void guard_cinder_credentials_unknown(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_TAKEN(t, scene, out)
		if (t.c->nvolume > 0) {
			guard_found(self, scene, out, scene->subject.host, NULL,
			    "whether the computes have [cinder] credentials shows at the first volume-backed instance: it goes alone");
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
		    str_or(scene->request->what.target_host, "the other hosts"));
}

static void add_listed(struct str *out, const char *word)
{
	str_addf(out, "%s%s", out->n ? ", " : "", word);
}

/* What the scheduler or the new compute would look at, and nobody has. */
static void add_not_reckoned(const struct scene *scene, const struct needs *n, struct str *out)
{
	for (size_t i = 0; i < n->nask; i++)
		if (!n->ask[i].or_vcpu &&
		    (scene->placing.inventories.n == 0 ||
			(n->ask[i].kind != ASK_RESOURCE && !scene->placing.columns.has_traits)))
			add_listed(out, n->ask[i].name);
	for (size_t i = 0; i < n->nunreckoned; i++)
		add_listed(out, n->unreckoned[i]);
	if (n->pinned && !n->mixed && scene->placing.inventories.n == 0)
		add_listed(out, "pinned CPUs");
	if (n->numa)
		add_listed(out, "NUMA cells");
	if (n->bandwidth_port || n->extended_port)
		add_listed(out, "what its ports ask for");
}

void guard_unchecked_resources(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str words = { 0 };

	EACH_TAKEN(t, scene, out) {
		str_clear(&words);
		add_not_reckoned(scene, &t.c->needs, &words);
		if (words.n)
			guard_found(self, scene, out, t.c->instance->uuid, NULL,
			    "%s asks for %s: not reckoned here; where no host has it nova leaves the instance in ERROR",
			    str_or(t.c->instance->name, t.c->instance->uuid), words.s);
	}
}

/* What is still being built is guard_in_flight()'s. */
void guard_guest_may_still_run(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };

	EACH_WANTED(c, scene)
		for (size_t i = 0; i < c->attempts.n; i++) {
			const struct attempt *a = &c->attempts.v[i];

			if (!attempt_speaks(&c->attempts, i) || (c->open && !a->result))
				continue;
			str_clear(&hint);
			str_addf(&hint, "on '%s': virsh domstate %s; if it is there: virsh destroy, virsh undefine --nvram",
			    str_or(a->host, "?"), c->instance->uuid);
			guard_found(self, scene, out, c->instance->uuid, hint.s,
			    "the guest of %s %s on '%s', where an evacuation %s %lld s ago (%.120s): built on a third host it would run twice",
			    str_or(c->instance->name, c->instance->uuid),
			    attempt_guest(a) == GUEST_THERE ? "is" : "may be left", str_or(a->host, "?"),
			    a->result ? "failed" : "was begun and not ended", (long long)a->age_s.v,
			    str_or(a->details, "it did not say why"));
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
			guard_found(self, scene, out, c->instance->uuid, hint.s,
			    "placement holds room for %s on '%s', which no evacuation explains%s",
			    str_or(c->instance->name, c->instance->uuid), p->name,
			    scene->request->what.force ? ": a forced target fails with \"complex allocations\"" : "");
		}
}

void guard_server_group_gone(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_WANTED(c, scene)
		if (c->spec_facts.group && !c->group.exists && !findings_skip(out, c->instance->uuid))
			guard_found(self, scene, out, c->instance->uuid, NULL,
			    "%s was booted into server group %s, which is gone or was left",
			    str_or(c->instance->name, c->instance->uuid), c->spec_facts.group);
}

void guard_expected_state(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_WANTED(c, scene)
		if (str_equal(c->instance->vm_state, "error") && !findings_skip(out, c->instance->uuid))
			guard_found(self, scene, out, c->instance->uuid, NULL, "%s is in ERROR and comes out ACTIVE%s",
			    str_or(c->instance->name, c->instance->uuid),
			    scene->request->how.target_state ? ", --target-state or not" : "");
}

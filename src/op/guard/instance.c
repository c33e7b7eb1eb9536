/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "op/guard/checks.h"
#include "util/str.h"

#define EACH_WANTED(c, scene)                                                                      \
	(const struct candidate *c = (scene)->candidate; c < (scene)->candidate + (scene)->ncandidate; c++) if (c->wanted)

static bool is_any(const char *s, const char *const *list)
{
	for (; *list; list++)
		if (str_equal(s, *list))
			return true;
	return false;
}

/* nova compute/api.py: evacuate and its decorators; NULL: nova would take it. */
static const char *why_not(const struct scene *scene, const struct candidate *c, struct str *text)
{
	static const char *const evacuable[] = { "active", "stopped", "error", NULL };
	static const char *const busy[] = { "deleting", "soft-deleting", "migrating", "rebuilding", "rebuild_block_device_mapping",
		"rebuild_spawning", NULL };
	const struct instance *i = c->instance;
	struct error err;

	if (!is_any(i->vm_state, evacuable)) {
		str_addf(text, "it is %s: nova evacuates only active, stopped and error", str_or(i->vm_state, "in no state"));
		return text->s;
	}
	if (!i->launched_at)
		return "it was never launched";
	if (i->task_state && (scene->release->needs_no_task_state || is_any(i->task_state, busy))) {
		str_addf(text, "its task state is '%s'%s%s", i->task_state,
		    scene->release->needs_no_task_state ? ", and it must be empty in nova " : "",
		    scene->release->needs_no_task_state ? scene->release->name : "");
		return text->s;
	}
	if (!c->mapping.exists || !c->mapping.cell_id.set)
		return "nova_api has no mapping of it to a cell: the conductor would not find it";
	if (c->mapping.queued_for_delete)
		return "it is queued for delete";
	if (!c->spec.exists)
		return "nova_api has no request spec of it";
	if (request_spec_check(&c->spec, release_is_known(scene->conductor_version) ? scene->release->request_spec : NULL, &err) != 0) {
		str_add(text, err.text);
		return text->s;
	}
	return NULL;
}

void guard_not_evacuable(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str text = { 0 };
	const char *why;

	for EACH_WANTED(c, scene) {
		str_clear(&text);
		why = why_not(scene, c, &text);
		if (why)
			guard_found(self, scene, out, c->instance->uuid, NULL, "%s: %s", str_or(c->instance->name, c->instance->uuid), why);
	}
}

void guard_local_disk(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->world->site.shared_disks)
		return;
	for EACH_WANTED(c, scene)
		if (!instance_boots_from_volume(c->instance))
			guard_found(self, scene, out, c->instance->uuid, NULL,
			    "%s boots from an image: its root disk may be lost with the host", str_or(c->instance->name, c->instance->uuid));
}

static bool owner_is_alive(const struct scene *scene, const struct volume_fact *v)
{
	if (v->owner.cluster_name) /* any live member of the cluster serves it */
		return true;
	return v->service && cinder_service_is_up(v->service, scene->cinder_down_s);
}

static void owner_hint(const struct scene *scene, const struct volume_fact *v, struct str *hint)
{
	size_t backend = v->owner.host ? strcspn(v->owner.host, "#") : 0;

	str_clear(hint);
	if (!v->owner.host)
		str_add(hint, "no host owns the volume: find out in cinder why, or leave the instance out with --exclude");
	else
		str_addf(hint,
		    "first: evac-manage volume update_host --currenthost %.*s --newhost NEWHOST%s (or: evac-manage host rescue %s --to NEWHOST)",
		    (int)backend, v->owner.host, strchr(v->owner.host, '@') ? "@BACKEND" : "", scene->host);
}

void guard_volume_owner_dead(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };

	for EACH_WANTED(c, scene) {
		if (findings_skip(out, c->instance->uuid))
			continue;
		for (const struct volume_fact *v = c->volume; v < c->volume + c->nvolume; v++) {
			if (!v->owner.known || v->moves_first || owner_is_alive(scene, v))
				continue;
			owner_hint(scene, v, &hint);
			guard_found(self, scene, out, c->instance->uuid, hint.s, "%s uses volume %s, whose owner '%s' is down",
			    str_or(c->instance->name, c->instance->uuid), v->bdm->volume_id, str_or(v->owner.host, "nobody"));
		}
	}
}

void guard_volume_unknown(const struct guard *self, const struct scene *scene, struct findings *out)
{
	for EACH_WANTED(c, scene)
		for (const struct volume_fact *v = c->volume; v < c->volume + c->nvolume; v++)
			if (!v->owner.known)
				guard_found(self, scene, out, c->instance->uuid, NULL, "%s uses volume %s, which %s",
				    str_or(c->instance->name, c->instance->uuid), v->bdm->volume_id,
				    scene->world->cinder_db ? "cinder does not know" : "was not looked up: cinder's database is not open");
}

void guard_cinder_credentials_unknown(const struct guard *self, const struct scene *scene, struct findings *out)
{
	for EACH_WANTED(c, scene)
		if (c->nvolume > 0 && !findings_skip(out, c->instance->uuid)) {
			guard_found(self, scene, out, scene->host, NULL,
			    "whether the computes have [cinder] credentials shows at the first volume-backed instance: it goes alone");
			return;
		}
}

/* The scheduler, or the target's claim, has the last word; here is only the sum. */
void guard_capacity_unknown(const struct guard *self, const struct scene *scene, struct findings *out)
{
	int64_t vcpus = 0, memory_mb = 0;
	size_t n = 0;

	for EACH_WANTED(c, scene) {
		if (findings_skip(out, c->instance->uuid))
			continue;
		n++;
		vcpus += c->instance->vcpus.v;
		memory_mb += c->instance->memory_mb.v;
	}
	if (n > 0)
		guard_found(self, scene, out, scene->host, NULL, "%zu instance%s %lld vCPU and %lld MB on %s", n,
		    n == 1 ? " needs" : "s need", (long long)vcpus, (long long)memory_mb,
		    str_or(scene->request->target_host, "the other hosts"));
}

void guard_expected_state(const struct guard *self, const struct scene *scene, struct findings *out)
{
	for EACH_WANTED(c, scene)
		if (str_equal(c->instance->vm_state, "error") && !findings_skip(out, c->instance->uuid))
			guard_found(self, scene, out, c->instance->uuid, NULL, "%s is in ERROR and comes out ACTIVE",
			    str_or(c->instance->name, c->instance->uuid));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "find/keep_out.h"
#include "internal.h"
#include "util/lang.h"
#include "util/str.h"

/* What speaks against --fence storage: it must reach every disk that a new guest will write to, and nobody else. */

#define EACH_DISK(d, scene) \
	for (const struct disk_fact *d = (scene)->storage.disk; d < (scene)->storage.disk + (scene)->storage.ndisk; d++)

static const char *keep_out_name(const struct scene *scene, const char *uuid)
{
	return str_or(guard_only_name(scene, uuid), uuid);
}

static bool keep_out_takes(const struct scene *scene, const struct findings *found, const char *uuid)
{
	EACH_TAKEN(t, scene, found)
		if (str_equal(t.c->instance->uuid, uuid))
			return true;
	return false;
}

static bool takes_a_disk(const struct scene *scene, const struct findings *found)
{
	EACH_DISK(d, scene)
	if (keep_out_takes(scene, found, d->instance))
		return true;
	return false;
}

/* Why --fence storage keeps nobody off any disk; NULL: it does. */
static const char *why_no_disk(const struct scene *scene, const struct findings *found)
{
	bool takes = false;

	if (!scene->subject.evacuates)
		return _("this run evacuates no instance");
	EACH_TAKEN(t, scene, found)
		takes = true;
	return !takes || takes_a_disk(scene, found) ? NULL :
						      str_or(scene->storage.absent, _("no disk of these instances is on Ceph"));
}

static void find_without_disk(const struct guard *self, const struct scene *scene, bool is_off, struct findings *out)
{
	const char *why = scene_fences(scene->request, "storage") ? why_no_disk(scene, out) : NULL;

	if (why && (scene_fences(scene->request, "power") || scene_is_off(scene)) == is_off)
		guard_found(self, scene, out, str_or(scene->subject.host, "?"), NULL, "--fence storage: %s", why);
}

void guard_fence_storage_missing(const struct guard *self, const struct scene *scene, struct findings *out)
{
	find_without_disk(self, scene, false, out);
}

/* As where a rescue is resumed that has evacuated all that is on Ceph. */
void guard_fence_storage_idle(const struct guard *self, const struct scene *scene, struct findings *out)
{
	find_without_disk(self, scene, true, out);
}

static void say_caps(const struct ceph_fact *ceph, const char *pool, struct str *hint)
{
	str_addf(hint,
	    _("give client.%s the caps mon 'allow r, allow command \"osd %s\"' and osd 'profile rbd-read-only pool=%s', and those of its other pools again ('ceph auth caps' replaces all)"),
	    str_or(ceph->fence_access.user, "admin"), storage_blocklist_word(ceph->fence.blacklist), pool);
}

void guard_fence_caps_missing(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (!scene_fences_disks(scene))
		return;
	for (size_t i = 0; i < scene->storage.nceph; i++) {
		const struct ceph_fact *ceph = &scene->storage.ceph[i];
		const struct disk_fact *first = NULL;
		auto_str struct str hint = { 0 }, subject = { 0 };

		EACH_DISK(d, scene)
		first = !first && d->ceph == i && keep_out_takes(scene, out, d->instance) ? d : first;
		if (!first || ceph->fence.may_blocklist == STORAGE_MAY)
			continue;
		str_addf(&subject, "client.%s", str_or(ceph->fence_access.user, "admin"));
		say_caps(ceph, first->pool, &hint);
		if (ceph->fence.may_blocklist == STORAGE_MAY_NOT)
			guard_found(self, scene, out, subject.s, hint.s,
			    "%s may not put a client on the blocklist of the cluster that has %s", subject.s, first->name);
		else
			guard_found(self, scene, out, subject.s, NULL,
			    "whether %s may put a client on the blocklist of the cluster that has %s is not known: %s",
			    subject.s, first->name, str_or(ceph->fence.absent, _("its answer was not understood")));
	}
}

/* One for each disk: each has its own reason. */
void guard_fence_impossible(const struct guard *self, const struct scene *scene, struct findings *out)
{
	struct keep_out keep;

	if (!scene_fences_disks(scene))
		return;
	EACH_DISK(d, scene)
	{
		if (!keep_out_takes(scene, out, d->instance))
			continue;
		disk_keep_out(scene, d, &keep);
		if (keep.how == KEEP_OUT_IMPOSSIBLE)
			guard_found(self, scene, out, d->instance, NULL, "%s: its old guest cannot be kept off the disk %s: %s",
			    keep_out_name(scene, d->instance), d->name, keep.why);
	}
}

/* One for each address: accepting it is about a host. */
void guard_fence_whole_host(const struct guard *self, const struct scene *scene, struct findings *out)
{
	struct keep_out keep;
	char host[STORAGE_ADDRESS_SIZE];

	if (!scene_fences_disks(scene))
		return;
	EACH_DISK(d, scene)
	{
		if (!keep_out_takes(scene, out, d->instance))
			continue;
		disk_keep_out(scene, d, &keep);
		if (keep.how != KEEP_OUT_HOST ||
		    guard_first_found(out, self->code, storage_address_host(&keep.client[0], host)))
			continue;
		guard_found(self, scene, out, host, NULL,
		    "%s: no client of its disk %s is known; only all clients of %s can be kept out, its cinder-volume and whatever starts there later among them",
		    keep_out_name(scene, d->instance), d->name, host);
	}
}

static bool is_off_otherwise(const struct scene *scene)
{
	return scene->request->how.fenced || scene_is_off(scene) || scene_fences(scene->request, "power");
}

void guard_fence_leaves_disks(const struct guard *self, const struct scene *scene, struct findings *out)
{
	/* without one disk on Ceph fence-storage-missing says it, and no accept would help */
	if (!scene_fences_disks(scene) || is_off_otherwise(scene) || !takes_a_disk(scene, out))
		return;
	EACH_TAKEN(t, scene, out) {
		auto_str struct str what = { 0 };

		if (keep_out_leaves(scene, t.c, &what))
			guard_found(self, scene, out, t.c->instance->uuid, NULL,
			    "%s: --fence storage does not keep its old guest off what is not on Ceph: %s",
			    str_or(t.c->instance->name, t.c->instance->uuid), what.s);
	}
}

void guard_fence_storage_alone(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene_fences_disks(scene) && !is_off_otherwise(scene) && takes_a_disk(scene, out))
		guard_found(self, scene, out, scene->subject.host, NULL,
		    "'%s' is kept off the disks on Ceph and off nothing else: an old guest there may still answer at its network address, and its cinder services may still work",
		    scene->subject.host);
}

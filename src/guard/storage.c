/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/mem.h"
#include "util/str.h"

/* What Ceph says of the disks of the instances that this run would evacuate. */

#define SOON_S INT64_C(86400)

#define EACH_DISK(d, scene) \
	for (const struct disk_fact *d = (scene)->storage.disk; d < (scene)->storage.disk + (scene)->storage.ndisk; d++) \
		if (d->last)

static const char *disk_owner_name(const struct scene *scene, const char *uuid)
{
	return str_or(guard_only_name(scene, uuid), uuid);
}

/* The uuids of those that this run would evacuate, in order. */
struct taken_set {
	const char **v;
	size_t n;
};

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct taken_set find_taken(const struct scene *scene, const struct findings *found)
{
	struct taken_set set = { .v = xcalloc(scene->subject.ncandidate + 1, sizeof *set.v) };

	EACH_TAKEN(t, scene, found)
		set.v[set.n++] = t.c->instance->uuid;
	vec_sort(set.v, set.n, sizeof *set.v, compare_words);
	return set;
}

static void free_taken(struct taken_set *set)
{
	free(set->v);
}

#define TAKEN(name, scene, found) __attribute__((cleanup(free_taken))) struct taken_set name = find_taken(scene, found)

static bool disk_is_taken(const struct taken_set *set, const struct disk_fact *disk)
{
	return vec_search(&disk->instance, set->v, set->n, sizeof *set->v, compare_words);
}

/* Seen once it may be a dead host's watch, which stays for half a minute: without the second look nova-compute reports, and
 * source-alive says so. */
void guard_disk_watched(const struct guard *self, const struct scene *scene, struct findings *out)
{
	TAKEN(taken, scene, out);
	char text[STORAGE_ADDRESS_SIZE];

	EACH_DISK(d, scene)
	{
		const struct storage_watcher *w = disk_life(scene, d);

		if (!w || scene->storage.again_ms == 0 || !disk_is_taken(&taken, d))
			continue;
		guard_found(self, scene, out, d->instance, NULL,
		    "%s: its disk %s is open: client %s of Ceph has been there for %lld s", disk_owner_name(scene, d->instance),
		    d->name, storage_address_text(&w->address, text),
		    (long long)((scene->storage.again_ms - scene->storage.looked_ms) / 1000));
	}
}

void guard_disk_watched_elsewhere(const struct guard *self, const struct scene *scene, struct findings *out)
{
	TAKEN(taken, scene, out);
	char text[STORAGE_ADDRESS_SIZE];

	EACH_DISK(d, scene)
	{
		const struct storage_watcher *w = disk_stranger(scene, d);

		if (w && !d->multiattach && disk_is_taken(&taken, d))
			guard_found(self, scene, out, d->instance, NULL,
			    "%s: its disk %s is open from %s, which is no address of '%s'", disk_owner_name(scene, d->instance),
			    d->name, storage_address_host(&w->address, text), scene->subject.host);
	}
}

/* One a user: who may not break a lock may break none. */
static void find_breakers(const struct guard *self, const struct scene *scene, struct findings *out, enum storage_may may)
{
	TAKEN(taken, scene, out);
	auto_str struct str subject = { 0 }, hint = { 0 };

	for (size_t i = 0; i < scene->storage.nceph; i++) {
		const struct ceph_fact *ceph = &scene->storage.ceph[i];
		const struct disk_fact *first = NULL;
		size_t n = 0;

		EACH_DISK(d, scene)
		if (d->ceph == i && disk_lock_is_stale(d->last) && disk_is_taken(&taken, d)) {
			first = first ? first : d;
			n++;
		}
		if (!first || ceph->may_break != may)
			continue;
		str_clear(&subject);
		str_clear(&hint);
		if (ceph->opener)
			str_addf(&subject, "client.%s", ceph->opener);
		else /* of the disks that nova made no database tells it */
			str_add(&subject, _("the user of Ceph in [libvirt] of the computes' nova.conf"));
		if (may == STORAGE_MAY_NOT)
			str_addf(&hint,
			    _("give %s the caps mon 'profile rbd' and osd 'profile rbd pool=%s', and those of its other pools again ('ceph auth caps' replaces all)"),
			    subject.s, first->pool);
		if (may == STORAGE_MAY_NOT)
			guard_found(self, scene, out, subject.s, hint.s,
			    "%s may not break the lock that a dead client left on %s (%zu disk%s): the new guest opens the disk and every write of it is refused",
			    subject.s, first->name, n, n == 1 ? "" : "s");
		else
			guard_found(self, scene, out, subject.s, NULL,
			    "whether %s may break the lock that a dead client left on %s (%zu disk%s) is not known", subject.s,
			    first->name, n, n == 1 ? "" : "s");
	}
}

void guard_lock_breakers_missing(const struct guard *self, const struct scene *scene, struct findings *out)
{
	find_breakers(self, scene, out, STORAGE_MAY_NOT);
}

void guard_lock_breakers_unknown(const struct guard *self, const struct scene *scene, struct findings *out)
{
	find_breakers(self, scene, out, STORAGE_MAY_UNKNOWN);
}

void guard_disk_unprotected(const struct guard *self, const struct scene *scene, struct findings *out)
{
	TAKEN(taken, scene, out);
	const struct disk_fact *first = NULL;
	size_t n = 0;

	EACH_DISK(d, scene)
	if (d->last->seen == STORAGE_SEEN && !(d->last->features & STORAGE_FEATURE_EXCLUSIVE_LOCK) && !d->multiattach &&
	    disk_is_taken(&taken, d)) {
		first = first ? first : d;
		n++;
	}
	if (n == 1)
		guard_found(self, scene, out, first->instance, NULL,
		    "the disk %s has no exclusive-lock: a host that comes back writes to it beside the new guest", first->name);
	else if (n > 1)
		guard_found(self, scene, out, first->instance, NULL,
		    "the disk %s and %zu more have no exclusive-lock: a host that comes back writes to them beside the new guests",
		    first->name, n - 1);
}

/* The entry that librbd makes by itself lasts one hour (rbd_blocklist_expire_seconds). */
void guard_old_client_expires(const struct guard *self, const struct scene *scene, struct findings *out)
{
	TAKEN(taken, scene, out);
	char text[STORAGE_ADDRESS_SIZE], age[CLOCK_AGE_SIZE];

	EACH_DISK(d, scene)
	{
		const struct storage_lock *lock = disk_lock(d->last);
		int64_t left;

		if (!lock || !disk_is_taken(&taken, d))
			continue;
		left = ceph_entry_left_s(scene->storage.ceph[d->ceph].newest, &lock->address, clock_wall_s());
		if (left >= 0 && left < SOON_S)
			guard_found(self, scene, out, d->instance, NULL, "%s: client %s of disk %s is kept out for %s more",
			    disk_owner_name(scene, d->instance), storage_address_text(&lock->address, text), d->name,
			    clock_age(left, age));
	}
}

void guard_storage_unknown(const struct guard *self, const struct scene *scene, struct findings *out)
{
	TAKEN(taken, scene, out);
	const struct disk_fact *first = NULL;
	size_t n = 0;

	for (const struct disk_fact *d = scene->storage.disk; d < scene->storage.disk + scene->storage.ndisk; d++)
		if (disk_unknown(d) && disk_is_taken(&taken, d)) {
			first = first ? first : d;
			n++;
		}
	if (first)
		guard_found(self, scene, out, scene->subject.host, NULL,
		    "storage: not asked: %s; who has %s open is not known (%zu disk%s)", disk_unknown(first), first->name, n,
		    n == 1 ? "" : "s");
}

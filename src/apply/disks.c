/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/apply.h"

#include "plan/evacuation.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"

#define FRESH_MS 3000
#define MOST_MS 10000 /* of a cluster that takes long */

/* A guest that wrote meanwhile has left its lock, whether it still runs or not. */
static bool has_another_lock(const struct disk_fact *disk)
{
	const struct storage_lock *was = disk_lock(disk->first), *now = disk_lock(disk->last);

	return disk->first->seen == STORAGE_SEEN && now && (!was || !storage_address_same_client(&was->address, &now->address));
}

static bool cannot_be_broken(const struct ceph_fact *ceph, const struct disk_fact *disk)
{
	return disk_lock_is_stale(disk->last) && ceph->may_break != STORAGE_MAY_NOT && ceph->may_break_now == STORAGE_MAY_NOT;
}

static int stop_at(const struct scene *scene, const struct disk_fact *disk, struct error *err)
{
	const struct storage_watcher *w = disk_life(scene, disk);
	const struct storage_lock *lock = disk_lock(disk->last);
	char text[STORAGE_ADDRESS_SIZE];

	if (disk_is_alive(scene, disk)) {
		error_set(err, ERROR_DRIFT,
		    "disk-watched: disk %s of instance %s is open: client %s of Ceph is alive; nothing more is begun",
		    disk->name, disk->instance, storage_address_text(&w->address, text));
		return error_hint(err, "power the host off and wait half a minute, then run the same command again");
	}
	if (has_another_lock(disk)) {
		error_set(err, ERROR_DRIFT,
		    "client %s of Ceph has written to disk %s of instance %s since the plan was made; nothing more is begun",
		    storage_address_text(&lock->address, text), disk->name, disk->instance);
		return error_hint(err, "find out where its guest runs; then run the same command again");
	}
	if (disk->first->seen == STORAGE_SEEN && disk->last->seen == STORAGE_MISSING)
		return error_set(err, ERROR_DRIFT, "Ceph has no image %s of instance %s any more; nothing more is begun",
		    disk->name, disk->instance);
	if (cannot_be_broken(&scene->storage.ceph[disk->ceph], disk))
		return error_set(err, ERROR_DRIFT,
		    "lock-breakers-missing: client.%s may not break the lock on disk %s of instance %s any more; nothing more is begun",
		    str_or(scene->storage.ceph[disk->ceph].opener, "?"), disk->name, disk->instance);
	return 0;
}

static const struct disk_fact *first_disk_of(const struct storage_facts *facts, const char *instance,
    const struct disk_fact *from)
{
	for (const struct disk_fact *d = from; d < facts->disk + facts->ndisk; d++)
		if (str_equal(d->instance, instance))
			return d;
	return NULL;
}

struct disks_found {
	const struct disk_fact *watched; /* open from the failed host, and it is not yet sure that this is life */
	const struct disk_fact *silent;  /* told at first, not told now */
};

static int look_at_instance(const struct scene *scene, const char *instance, struct disks_found *found, struct error *err)
{
	const struct storage_facts *facts = &scene->storage;

	for (const struct disk_fact *d = first_disk_of(facts, instance, facts->disk); d;
	     d = first_disk_of(facts, instance, d + 1)) {
		if (stop_at(scene, d, err) != 0)
			return -1;
		if (disk_life(scene, d))
			found->watched = d;
		if (disk_unknown(d) && d->first->seen != STORAGE_UNKNOWN)
			found->silent = d;
	}
	return 0;
}

static void say_hold(const struct scene *host, const struct disk_fact *disk)
{
	if (disk && !host->storage.held)
		log_notice(
		    "disk %s of instance %s is open from '%s'; Ceph drops a dead client's watch within 30 s: nothing more is begun until then",
		    disk->name, disk->instance, host->subject.host);
}

static void say_silence(struct scene *host, const struct disk_fact *disk)
{
	if (disk && !host->storage.silent)
		log_warn("who has disk %s of instance %s open is not known any more: %s", disk->name, disk->instance,
		    disk_unknown(disk));
	host->storage.silent = disk;
}

/* The host lives: what its other guests do is the same. */
static int heed_shared(const struct unit *unit, struct error *err)
{
	if (!unit->evacuation || unit->evacuation->disks != DISKS_SHARED)
		return 0;
	error_set(err, ERROR_DRIFT, "%s: %s", unit->step[0].id, unit->evacuation->disks_why);
	return error_hint(err, "power the host off and wait half a minute, then run the same command again");
}

/* Or in its turn. */
static bool is_unsent(const struct unit *unit)
{
	return evacuation_is_waiting(unit) || evacuation_is(unit, PHASE_WAITING);
}

/* Those of one host. ${seen}: there was a new look. */
static int check_disks_of(struct work *work, struct scene *host, bool *seen, struct error *err)
{
	struct disks_found found = { 0 };

	scene_keep_looking_at_disks(host, FRESH_MS, MOST_MS);
	if (host->storage.judged_ms == host->storage.seen_ms)
		return 0;
	host->storage.judged_ms = host->storage.seen_ms;
	*seen = true;
	for (const struct unit *u = work->plan.unit; u < work->plan.unit + work->plan.nunit; u++)
		if ((is_unsent(u) && look_at_instance(host, u->step[0].id, &found, err) != 0) || heed_shared(u, err) != 0)
			return -1;
	say_hold(host, found.watched);
	say_silence(host, found.silent);
	host->storage.held = found.watched;
	return 0;
}

int disks_check(struct work *work, bool *hold, struct error *err)
{
	bool seen = false;

	*hold = false;
	EACH_HOST(h, &work->scene)
	{
		if (h->storage.looked && check_disks_of(work, h, &seen, err) != 0)
			return -1;
		*hold |= h->storage.looked && h->storage.held;
	}
	return seen ? kept_out_check(work, err) : 0;
}

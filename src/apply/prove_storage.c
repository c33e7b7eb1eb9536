/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/evacuation.h"
#include "prove_internal.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/str.h"

/* Nova says ACTIVE of a guest that can write nothing: its disk is open from the new host, and the lock is still the old one's.
 * A guest that has not written yet looks the same: the lock goes over at the first write (librbd ExclusiveLock). */

#define FRESH_MS 5000
#define LAST_FRESH_MS 1000
#define MOST_MS 30000

static bool is_blocklisted(const struct storage_answer *answer, const struct storage_address *client)
{
	for (size_t i = 0; i < answer->nentry; i++)
		if (storage_address_hits(&answer->entry[i].address, client))
			return true;
	return false;
}

static bool is_open_from(const struct scene *scene, const struct storage_disk *disk, bool old_host)
{
	for (size_t i = 0; i < disk->nwatcher; i++)
		if (scene_is_old_address(scene, &disk->watcher[i].address) == old_host)
			return true;
	return false;
}

/* Who took it away is no matter: who has the disk open now has to break it. */
static enum disk_proof under_a_dead_lock(const struct scene *scene, const struct disk_fact *disk,
    const struct storage_disk *now)
{
	static const enum disk_proof by[] = { [STORAGE_MAY_UNKNOWN] = DISK_NOT_TAKEN,
		[STORAGE_MAY] = DISK_NOT_WRITTEN,
		[STORAGE_MAY_NOT] = DISK_CANNOT_WRITE };

	return is_open_from(scene, now, false) ? by[scene->storage.ceph[disk->ceph].may_break_now] : DISK_NOT_WRITTEN;
}

enum disk_proof disk_prove(const struct scene *scene, const struct disk_fact *disk, const struct storage_disk *now,
    const struct storage_answer *answer)
{
	const struct storage_lock *lock = disk_lock(now);

	if (now->seen != STORAGE_SEEN || disk->multiattach)
		return DISK_NOT_CHECKED;
	if (is_open_from(scene, now, true) && is_open_from(scene, now, false))
		return DISK_SHARED;
	if (!(now->features & STORAGE_FEATURE_EXCLUSIVE_LOCK))
		return DISK_NOT_CHECKED;
	if (!lock || scene_is_old_address(scene, &lock->address))
		return lock ? under_a_dead_lock(scene, disk, now) : DISK_NOT_WRITTEN;
	if (disk_lock_is_stale(now))
		return under_a_dead_lock(scene, disk, now);
	return is_blocklisted(answer, &lock->address) ? DISK_CANNOT_WRITE : DISK_WRITES;
}

/* ---- what to do about it */

static const char *commands_of(struct arena *arena, const struct disk_fact *disk, const struct storage_lock *lock,
    const char *host)
{
	const char *remove = lock && lock->cookie ? arena_printf(arena, "rbd lock rm %s 'auto %llu' client.%lld", disk->name,
							(unsigned long long)lock->cookie, (long long)lock->client) :
						    arena_printf(arena, "rbd lock ls %s", disk->name);

	return arena_printf(arena, _("%s; then on '%s': virsh reset %s"), remove, host, disk->instance);
}

static const char *say_cannot_write(struct arena *arena, const struct scene *scene, const struct disk_fact *disk,
    const char *host)
{
	const struct storage_lock *lock = disk_lock(disk->last);
	char text[STORAGE_ADDRESS_SIZE];

	if (lock && !disk_lock_is_stale(disk->last) && !scene_is_old_address(scene, &lock->address))
		return arena_printf(arena,
		    _("guest-cannot-write: client %s of its disk %s is on Ceph's blocklist, and every write of the new guest is refused; next: on '%s': virsh destroy %s; virsh start %s"),
		    storage_address_text(&lock->address, text), disk->name, host, disk->instance, disk->instance);
	return arena_printf(arena,
	    _("guest-cannot-write: the lock of its disk %s is still that of client %s, and every write of the new guest is refused; next: %s"),
	    disk->name, lock ? storage_address_text(&lock->address, text) : "?", commands_of(arena, disk, lock, host));
}

static const char *say_shared(struct arena *arena, const struct scene *scene, const struct disk_fact *disk)
{
	char text[STORAGE_ADDRESS_SIZE];

	for (size_t i = 0; i < disk->last->nwatcher; i++)
		if (scene_is_old_address(scene, &disk->last->watcher[i].address))
			return arena_printf(arena,
			    _("disk-watched: client %s has its disk %s open on the failed host, beside the new guest: power that host off now"),
			    storage_address_text(&disk->last->watcher[i].address, text), disk->name);
	return NULL;
}

/* ---- what is seen of all disks of one */

struct disks_seen {
	enum disk_proof worst;        /* DISK_NOT_CHECKED: none tells */
	const struct disk_fact *disk; /* that one */
	const char *unknown;          /* of a disk that could be told of before the first message, or was not to begin with */
	bool written;
};

static void see_disk(const struct scene *scene, const struct disk_fact *disk, struct disks_seen *seen)
{
	enum disk_proof proof;

	if (disk_unknown(disk)) {
		seen->unknown = disk_unknown(disk);
		return;
	}
	proof = disk_prove(scene, disk, disk->last, scene->storage.ceph[disk->ceph].newest);
	seen->written |= proof == DISK_WRITES;
	if (proof > seen->worst) {
		seen->worst = proof;
		seen->disk = disk;
	}
}

static struct disks_seen see_disks(const struct scene *scene, const char *instance)
{
	struct disks_seen seen = { .worst = DISK_NOT_CHECKED };
	const struct storage_facts *facts = &scene->storage;

	for (const struct disk_fact *d = facts->disk; d < facts->disk + facts->ndisk; d++)
		if (str_equal(d->instance, instance))
			see_disk(scene, d, &seen);
	return seen;
}

static void say_disks(struct work *work, struct evacuation *e, enum disks disks, const char *why)
{
	e->disks = disks;
	if (!str_equal(e->disks_why, why))
		e->disks_why = why ? arena_dup(&work->plan.arena, why) : NULL;
}

/* A second disk that its guest does not use is no news: who could take one lock can take the others. */
static void judge_seen(struct work *work, struct evacuation *e, const struct scene *scene, const struct disks_seen *seen,
    const char *host, bool over)
{
	auto_arena struct arena arena = { 0 };

	if (seen->worst == DISK_SHARED)
		say_disks(work, e, DISKS_SHARED, say_shared(&arena, scene, seen->disk));
	else if (seen->worst == DISK_CANNOT_WRITE || (seen->worst == DISK_NOT_TAKEN && over && !seen->written))
		say_disks(work, e, DISKS_CANNOT_WRITE, say_cannot_write(&arena, scene, seen->disk, host));
	else if (seen->unknown)
		say_disks(work, e, DISKS_NOT_LOOKED_AT, seen->unknown);
	else if (seen->written)
		say_disks(work, e, DISKS_WRITTEN, NULL);
	else if (seen->worst >= DISK_NOT_WRITTEN)
		say_disks(work, e, DISKS_NOT_WRITTEN,
		    arena_printf(&arena, _("its guest has not yet written to the disk %s: whether it can is not verified"),
			seen->disk->name));
	else
		say_disks(work, e, DISKS_UNSEEN, NULL);
}

/* What was never known need not be waited for. */
static bool was_unknown(const struct scene *scene, const char *instance)
{
	const struct storage_facts *facts = &scene->storage;

	for (const struct disk_fact *d = facts->disk; d < facts->disk + facts->ndisk; d++)
		if (str_equal(d->instance, instance) && d->first && d->first->seen != STORAGE_UNKNOWN)
			return false;
	return true;
}

const char *storage_look(struct work *work, struct unit *unit, const struct arrived *at, bool over)
{
	struct scene *old = unit_scene(&work->scene, unit);
	struct evacuation *e = unit->evacuation;
	struct disks_seen seen;

	if (!old->storage.looked || !at->host || !str_equal(at->vm_state, "active"))
		return NULL;
	over |= clock_monotonic_ms() - e->ended_ms > DISKS_SETTLE_MS;
	scene_keep_looking_at_disks(old, over ? LAST_FRESH_MS : FRESH_MS, MOST_MS);
	seen = see_disks(old, unit->step[0].id);
	judge_seen(work, e, old, &seen, at->host, over);
	if (e->disks == DISKS_SHARED)
		return e->disks_why;
	if (over || was_unknown(old, unit->step[0].id))
		return NULL;
	return e->disks == DISKS_NOT_WRITTEN || e->disks == DISKS_NOT_LOOKED_AT ? e->disks_why : NULL;
}

void prove_disks(struct work *work, struct unit *unit, const struct scene *scene, const char *host)
{
	const struct disks_seen seen = see_disks(scene, unit->step[0].id);

	judge_seen(work, unit->evacuation, scene, &seen, host, true);
}

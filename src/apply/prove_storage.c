/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "plan/evacuation.h"
#include "prove_internal.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"

/* Nova says ACTIVE of a guest that can write nothing: its disk is open from the new host, and the lock is still the old one's.
 * A guest that has not written yet looks the same: the lock goes over at the first write (librbd ExclusiveLock). */

#define LOOK_STEP_MS 5000

static bool is_blocklisted(const struct storage_answer *answer, const struct storage_address *client)
{
	for (size_t i = 0; i < answer->nentry; i++)
		if (storage_address_hits(&answer->entry[i].address, client))
			return true;
	return false;
}

static bool watches(const struct storage_disk *disk, const struct storage_address *client)
{
	for (size_t i = 0; i < disk->nwatcher; i++)
		if (storage_address_same_client(&disk->watcher[i].address, client))
			return true;
	return false;
}

static bool is_open_elsewhere(const struct scene *scene, const struct storage_disk *disk)
{
	for (size_t i = 0; i < disk->nwatcher; i++)
		if (!scene_is_old_address(scene, &disk->watcher[i].address))
			return true;
	return false;
}

enum disk_proof disk_prove(const struct scene *scene, const struct disk_fact *disk, const struct storage_disk *now,
    const struct storage_answer *answer)
{
	const struct storage_lock *was = disk->first ? disk_lock(disk->first) : NULL, *lock = disk_lock(now);

	if (now->seen != STORAGE_SEEN || disk->multiattach || !(now->features & STORAGE_FEATURE_EXCLUSIVE_LOCK))
		return DISK_NOT_CHECKED;
	if (lock && is_blocklisted(answer, &lock->address))
		return watches(now, &lock->address) || is_open_elsewhere(scene, now) ? DISK_CANNOT_WRITE : DISK_NOT_WRITTEN;
	if (lock && watches(now, &lock->address) && !scene_is_old_address(scene, &lock->address))
		return DISK_WRITES;
	if (lock && was && storage_address_same_client(&lock->address, &was->address) && is_open_elsewhere(scene, now) &&
	    scene->storage.ceph[disk->ceph].may_break_now != STORAGE_MAY)
		return DISK_CANNOT_WRITE;
	return DISK_NOT_WRITTEN;
}

static const char *say_wrong(struct work *work, const struct disk_fact *disk, const struct storage_disk *now,
    enum disk_proof proof, bool over)
{
	const struct storage_lock *lock = disk_lock(now);
	char text[STORAGE_ADDRESS_SIZE];

	if (proof == DISK_CANNOT_WRITE)
		return arena_printf(&work->plan.arena,
		    _("guest-cannot-write: the lock of its disk %s is still that of client %s, and every write of the new guest is refused: 'rbd lock rm' that lock, then reset the guest"),
		    disk->name, lock ? storage_address_text(&lock->address, text) : "?");
	if (proof != DISK_NOT_WRITTEN)
		return NULL;
	if (!over)
		return arena_printf(&work->plan.arena, _("its guest has not yet written to the disk %s"), disk->name);
	log_warn("%s: its guest has not yet written to the disk %s: whether it can is not verified", disk->instance,
	    disk->name);
	return NULL;
}

/* One look at one disk of a cluster. */
static const char *look_at_disk(struct work *work, const struct disk_fact *disk, bool over)
{
	const struct storage_image image = { disk->pool, disk->image };
	const struct storage_ask ask = { .access = work->scene.storage.ceph[disk->ceph].access, .image = &image, .n = 1 };
	struct storage_look look;
	struct storage_answer answer;
	const char *wrong;

	storage_begin(&ask, &look);
	storage_take(&look, &answer);
	wrong = say_wrong(work, disk, &answer.disk[0], disk_prove(&work->scene, disk, &answer.disk[0], &answer), over);
	storage_answer_free(&answer);
	return wrong;
}

const char *storage_wrong(struct work *work, struct unit *unit, const struct arrived *at, bool over)
{
	struct evacuation *evacuation = unit->evacuation;
	const struct storage_facts *facts = &work->scene.storage;

	if (!facts->looked || !str_equal(at->vm_state, "active"))
		return NULL;
	if (!over && evacuation->disks_ms && clock_monotonic_ms() - evacuation->disks_ms < LOOK_STEP_MS)
		return evacuation->disks_why;
	evacuation->disks_why = NULL;
	for (const struct disk_fact *d = facts->disk; d < facts->disk + facts->ndisk && !evacuation->disks_why; d++)
		if (str_equal(d->instance, unit->step[0].id) && !disk_unknown(d) && d->last->seen == STORAGE_SEEN)
			evacuation->disks_why = look_at_disk(work, d, over);
	evacuation->disks_ms = clock_monotonic_ms();
	return evacuation->disks_why;
}

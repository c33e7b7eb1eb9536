/* SPDX-License-Identifier: Apache-2.0 */
#include "find/disks.h"
#include "util/lang.h"

const char *disk_unknown(const struct disk_fact *disk)
{
	if (!disk->last)
		return _("not asked");
	return disk->last->seen == STORAGE_UNKNOWN ? disk->last->why : NULL;
}

const char *disk_state(const struct disk_fact *disk)
{
	if (disk_unknown(disk))
		return "unknown";
	if (disk->last->seen == STORAGE_MISSING)
		return "missing";
	if (disk->last->nwatcher > 0)
		return "open";
	return disk_lock_is_stale(disk->last) ? "stale lock" : "closed";
}

void disk_say(const struct disk_fact *disk, struct str *out)
{
	const struct storage_lock *lock;
	char text[STORAGE_ADDRESS_SIZE];

	if (disk_unknown(disk)) {
		str_addf(out, _("storage: not asked: %s"), disk_unknown(disk));
		return;
	}
	if (disk->last->seen == STORAGE_MISSING) {
		str_add(out, _("Ceph has no such image"));
		return;
	}
	if (disk->last->nwatcher == 0)
		str_add(out, _("no client of Ceph has it open"));
	for (size_t i = 0; i < disk->last->nwatcher; i++) {
		str_add(out, i ? ", " : _("open by client "));
		str_add(out, storage_address_text(&disk->last->watcher[i].address, text));
	}
	lock = disk_lock(disk->last);
	if (lock)
		str_addf(out,
		    disk_lock_is_stale(disk->last) ? _("; locked by client %s, which is gone") : _("; locked by client %s"),
		    storage_address_text(&lock->address, text));
	else if (!(disk->last->features & STORAGE_FEATURE_EXCLUSIVE_LOCK))
		str_add(out, _("; it has no exclusive-lock"));
}

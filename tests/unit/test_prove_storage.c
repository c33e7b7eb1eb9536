/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "apply/apply.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define OLD "192.0.2.7:0/5"
#define NEW "192.0.2.8:0/9"
#define NEWER "192.0.2.8:0/10"
#define OTHER "192.0.2.9:0/3"

/* Each is a disk whose lock was the old host's before the cast, as it is now. NULL: none. */
struct now {
	const char *watcher, *lock, *entry;
	enum storage_may may;
	enum disk_proof proof;
};

static struct storage_address address(const char *text)
{
	struct storage_address a;

	assert_true(storage_address_parse(text, &a));
	return a;
}

static enum disk_proof prove(const struct now *now, uint64_t features, bool multiattach)
{
	struct storage_lock was = { .address = address(OLD), .automatic = true }, lock = { .automatic = true };
	struct storage_watcher watcher = { .client = 1 };
	struct storage_entry entry = { .until = "2099-01-01T00:00:00" };
	struct storage_disk first = { .seen = STORAGE_SEEN, .features = 61, .lock = &was, .nlock = 1 };
	struct storage_disk disk = { .seen = STORAGE_SEEN, .features = features, .lock = &lock, .watcher = &watcher };
	struct storage_answer answer = { .entry = &entry, .entries_known = true };
	struct ceph_fact ceph = { .may_break_now = now->may };
	struct disk_fact fact = { .first = &first, .last = &first, .multiattach = multiattach };
	struct scene scene = { .storage = { .ceph = &ceph, .nceph = 1, .old = &was.address, .nold = 1, .nowner = 1 } };

	if (now->watcher) {
		watcher.address = address(now->watcher);
		disk.nwatcher = 1;
	}
	if (now->lock) {
		lock.address = address(now->lock);
		disk.nlock = 1;
	}
	if (now->entry) {
		entry.address = address(now->entry);
		answer.nentry = 1;
	}
	return disk_prove(&scene, &fact, &disk, &answer);
}

static void a_guest_that_cannot_write_is_told_from_one_that_has_not(void **state)
{
	static const struct now row[] = {
		{ NEW, NEW, NULL, STORAGE_MAY, DISK_WRITES },
		{ NEW, NEW, OLD, STORAGE_MAY, DISK_WRITES }, /* librbd has put the old one there by itself */
		{ NEW, NEW, NULL, STORAGE_MAY_UNKNOWN, DISK_WRITES },
		{ NEW, OLD, NULL, STORAGE_MAY_NOT, DISK_CANNOT_WRITE }, /* initramfs */
		{ NEW, OLD, NULL, STORAGE_MAY_UNKNOWN, DISK_NOT_TAKEN },
		{ NEW, OLD, OLD, STORAGE_MAY, DISK_NOT_WRITTEN }, /* --fence storage */
		{ NEW, OLD, OLD, STORAGE_MAY_NOT, DISK_CANNOT_WRITE }, /* whoever put it there, the lock has to be broken */
		{ NEW, OTHER, NULL, STORAGE_MAY_NOT, DISK_CANNOT_WRITE }, /* an earlier guest's, gone as well */
		{ NEW, OLD, NULL, STORAGE_MAY, DISK_NOT_WRITTEN },
		{ NEW, NEW, NEW, STORAGE_MAY, DISK_CANNOT_WRITE }, /* fenced, and still there for a moment */
		{ NEW, NEW, "192.0.2.8:0/0", STORAGE_MAY, DISK_CANNOT_WRITE },
		{ NEW, NULL, NULL, STORAGE_MAY_NOT, DISK_NOT_WRITTEN }, /* nothing has to be broken */
		{ NEWER, NEW, NULL, STORAGE_MAY, DISK_NOT_WRITTEN },
		{ NULL, OLD, NULL, STORAGE_MAY_NOT, DISK_NOT_WRITTEN },
		{ NULL, NULL, NULL, STORAGE_MAY, DISK_NOT_WRITTEN },
		{ OLD, OLD, NULL, STORAGE_MAY, DISK_NOT_WRITTEN }, /* its owner is alive, and is the old host */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++)
		if (prove(&row[i], 61, false) != row[i].proof)
			fail_msg("row %zu: %d", i, (int)prove(&row[i], 61, false));
}

/* The old host has come back while the new guest has its disk. */
static void two_hosts_are_seen(void **state)
{
	struct storage_address old = address(OLD);
	struct storage_watcher watcher[] = { { .address = address(NEW), .client = 1 }, { .address = address(OLD), .client = 2 } };
	struct storage_lock lock = { .address = address(NEW), .automatic = true };
	struct storage_disk disk = { .seen = STORAGE_SEEN, .features = 61, .lock = &lock, .nlock = 1, .watcher = watcher, .nwatcher = 2 };
	struct ceph_fact ceph = { .may_break_now = STORAGE_MAY };
	struct disk_fact fact = { .first = &disk, .last = &disk };
	struct scene scene = { .storage = { .ceph = &ceph, .nceph = 1, .old = &old, .nold = 1, .nowner = 1 } };
	struct storage_answer answer = { .entries_known = true };

	(void)state;
	assert_int_equal(disk_prove(&scene, &fact, &disk, &answer), DISK_SHARED);
	disk.features = 1;
	assert_int_equal(disk_prove(&scene, &fact, &disk, &answer), DISK_SHARED);
	disk.nwatcher = 1;
	assert_int_equal(disk_prove(&scene, &fact, &disk, &answer), DISK_NOT_CHECKED);
}

static void without_an_exclusive_lock_nothing_is_told(void **state)
{
	const struct now alive = { NEW, OLD, NULL, STORAGE_MAY_NOT, DISK_NOT_CHECKED };

	(void)state;
	assert_int_equal(prove(&alive, 1, false), DISK_NOT_CHECKED);
	assert_int_equal(prove(&alive, 61, true), DISK_NOT_CHECKED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_that_cannot_write_is_told_from_one_that_has_not),
		cmocka_unit_test(two_hosts_are_seen),
		cmocka_unit_test(without_an_exclusive_lock_nothing_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "apply/apply.h"
#include "find/keep_out.h"
#include "util/clock.h"

/* Whom a run keeps out is looked at again while it goes on. */

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define FSID "7db2ac12-76f5-4c1d-9729-3271ab723376"
#define YEARS INT64_C(157000000)

struct now {
	const char *entry; /* of the blocklist; NULL: it is empty */
	int64_t left_s;
	const char *watcher;
	bool unread, fenced;
	const char *says; /* NULL: nothing is wrong */
};

static struct storage_address address(const char *text)
{
	struct storage_address a;

	assert_true(storage_address_parse(text, &a));
	return a;
}

static int check(const struct now *now, struct error *err)
{
	char until[CLOCK_TEXT_SIZE];
	struct storage_entry entry = { .until = until };
	struct storage_watcher watcher = { .client = 9 };
	struct storage_disk disk = { .seen = STORAGE_SEEN, .features = 61, .watcher = &watcher };
	struct storage_answer answer = { .fsid = FSID, .entries_known = !now->unread, .entry = &entry };
	struct ceph_fact ceph = { .newest = &answer };
	struct disk_fact fact = { .instance = "i1", .name = "volumes/volume-v1", .first = &disk, .last = &disk };
	struct kept_out kept = { .id = "192.0.2.7:0/5", .disk = "volumes/volume-v1", .fsid = FSID, .client = address("192.0.2.7:0/5") };
	int rc;
	char fenced[] = "Ann pulled the plug";
	struct request request = { .how.fenced = now->fenced ? fenced : NULL };
	struct work work = { .request = &request, .scene.request = &request, .plan = { .kept = &kept, .nkept = 1 } };


	kept.scene = &work.scene;
	work.scene.storage = (struct storage_facts){ .ceph = &ceph, .nceph = 1, .disk = &fact, .ndisk = 1 };
	clock_text(clock_wall_s() + now->left_s, until);
	if (now->entry) {
		entry.address = address(now->entry);
		answer.nentry = 1;
	}
	if (now->watcher) {
		watcher.address = address(now->watcher);
		disk.nwatcher = 1;
	}
	*err = (struct error){ 0 };
	rc = kept_out_check(&work, err);
	arena_free(&work.plan.arena);
	return rc;
}

static void an_old_client_stays_kept_out_or_the_run_stops(void **state)
{
	static const struct now row[] = {
		{ "192.0.2.7:0/5", YEARS, NULL, false, false, NULL },
		{ "192.0.2.7:0/0", YEARS, NULL, false, false, NULL },
		{ "192.0.2.7:0/5", YEARS, "192.0.2.8:0/9", false, false, NULL }, /* the new guest */
		{ NULL, 0, NULL, false, false, "fence-gone: client 192.0.2.7:0/5" },
		{ NULL, 0, NULL, false, true, "fence-gone: client 192.0.2.7:0/5" }, /* whatever was said of the power */
		{ "192.0.2.7:0/6", YEARS, NULL, false, false, "not on the blocklist any more" },
		{ "192.0.2.7:0/5", 3600, NULL, false, false, "ends in" }, /* another tool has added it anew */
		{ "192.0.2.7:0/5", -5, NULL, false, false, "not on the blocklist any more" },
		{ "192.0.2.7:0/5", YEARS, "192.0.2.7:0/5", false, false, "has a disk open again" },
		{ "192.0.2.7:0/5", YEARS, NULL, true, false, "still kept out is not known" },
		{ "192.0.2.7:0/5", YEARS, NULL, true, true, NULL }, /* somebody else vouches for it */
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		int rc = check(&row[i], &err);

		if (rc != (row[i].says ? -1 : 0) || (row[i].says && !strstr(err.text, row[i].says)))
			fail_msg("row %zu: %d %s", i, rc, err.text);
		if (row[i].says)
			assert_int_equal(err.kind, ERROR_DRIFT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(an_old_client_stays_kept_out_or_the_run_stops) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

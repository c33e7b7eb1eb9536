/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_ceph.h"
#include "apply/apply.h"
#include "plan/evacuation.h"
#include "util/clock.h"
#include "util/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define OLD "192.0.2.7:0/5"
#define OLD_AGAIN "192.0.2.7:0/6"
#define NEW "192.0.2.8:0/9"

static struct storage_address address(const char *text)
{
	struct storage_address a;

	assert_true(storage_address_parse(text, &a));
	return a;
}

/* ---- whom an entry keeps out, and for how long (find/storage_entry.c) */

#define NOW_S INT64_C(1795781751) /* 2026-11-27T12:15:51Z */

static int64_t left_of(const char *entry, const char *until, const char *client)
{
	struct storage_entry e = { .address = address(entry), .until = until };
	const struct storage_answer answer = { .entry = &e, .nentry = 1, .entries_known = true };
	const struct storage_address who = address(client);

	return ceph_entry_left_s(&answer, &who, NOW_S);
}

static void an_entry_is_counted_to_its_second(void **state)
{
	static const struct {
		const char *entry, *until, *client;
		int64_t left;
	} row[] = {
		{ OLD, "2026-11-27T12:15:52.123456+0000", OLD, 1 },
		{ OLD, "2026-11-27 12:15:52.123456", OLD, 1 }, /* Ceph 14 */
		{ OLD, "2026-11-27T12:15:51.999999+0000", OLD, -1 },
		{ OLD, "2026-11-27T12:15:50.000000+0000", OLD, -1 },
		{ OLD, "2026-11-27T13:15:51.000000+0000", OLD, 3600 },
		{ OLD, "2026-11-28T12:15:51", OLD, 86400 },
		{ OLD, "2026-11-28T12:15:5", OLD, -1 },
		{ OLD, "tomorrow", OLD, -1 },
		{ OLD, "", OLD, -1 },
		{ OLD, "2026-11-28T12:15:51.000000+0000", OLD_AGAIN, -1 },
		{ OLD, "2026-11-28T12:15:51.000000+0000", NEW, -1 },
		{ "192.0.2.7:0/0", "2026-11-28T12:15:51.000000+0000", OLD_AGAIN, 86400 },
		{ "192.0.2.7:6789/0", "2026-11-28T12:15:51.000000+0000", OLD, -1 },
		{ "192.0.2.7:6789/0", "2026-11-28T12:15:51.000000+0000", "192.0.2.7:6789/5", 86400 },
		{ "192.0.2.7:6789/5", "2026-11-28T12:15:51.000000+0000", OLD, -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++)
		if (left_of(row[i].entry, row[i].until, row[i].client) != row[i].left)
			fail_msg("row %zu: %lld s", i, (long long)left_of(row[i].entry, row[i].until, row[i].client));
}

static void of_several_entries_the_longest_counts(void **state)
{
	struct storage_entry e[] = { { address(OLD), "2026-11-27T12:16:51" }, { address("192.0.2.7:0/0"), "2026-11-27T13:15:51" },
		{ address(OLD), "2026-11-27T12:15:53" }, { address(NEW), "2027-11-27T13:15:51" } };
	const struct storage_answer answer = { .entry = e, .nentry = COUNT(e), .entries_known = true }, none = { .nentry = 0 };
	const struct storage_address who = address(OLD);

	(void)state;
	assert_int_equal(ceph_entry_left_s(&answer, &who, NOW_S), 3600);
	assert_int_equal(ceph_entry_left_s(&none, &who, NOW_S), -1);
}

/* ---- before each wave (apply/disks.c) */

/* A look at a disk. NULL: no watcher, no lock. */
struct look {
	const char *watcher, *lock;
	enum storage_seen seen;
};
struct disk_then {
	struct storage_watcher watcher;
	struct storage_lock lock;
	struct storage_disk disk;
};

static const struct storage_disk *seen_as(const struct look *look, struct disk_then *out)
{
	out->disk = (struct storage_disk){ .seen = look->seen, .features = 61, .watcher = &out->watcher, .lock = &out->lock,
		.why = look->seen == STORAGE_UNKNOWN ? "no OSD answered in time" : NULL };
	if (look->watcher) {
		out->watcher = (struct storage_watcher){ .address = address(look->watcher), .client = 1 };
		out->disk.nwatcher = 1;
	}
	if (look->lock) {
		out->lock = (struct storage_lock){ .address = address(look->lock), .client = 1, .automatic = true };
		out->disk.nlock = 1;
	}
	return &out->disk;
}

/* i1 waits, with one disk; what was seen of it at the plan, and what now. */
struct wave {
	struct look first, last;
	int64_t alive_for_ms;       /* that it has been open from the failed host at looks since the plan's */
	enum storage_may may, may_now;
	const char *stopped;        /* a word of the error; NULL: it goes on */
	bool hold, silent;
};

static char *check_wave(const struct wave *w, bool *hold, bool *silent)
{
	struct disk_then first, last;
	struct storage_address old = address(OLD);
	const int64_t now = clock_monotonic_ms();
	struct ceph_fact ceph = { .opener = "cinder", .may_break = w->may, .may_break_now = w->may_now };
	struct disk_fact disk = { .instance = "i1", .volume = "v1", .name = "volumes/volume-v1", .first = seen_as(&w->first, &first),
		.last = seen_as(&w->last, &last), .alive_ms = w->alive_for_ms ? now - w->alive_for_ms : 0 };
	struct step step = { .kind = &step_kinds[STEP_INSTANCE], .id = "i1", .state = STATE_PLANNED };
	struct unit unit = { .kind = UNIT_EVACUATION, .step = &step, .nstep = 1 };
	const struct request request = { .how = { .dry_run = false } };
	struct work work = { .request = &request,
		.plan = { .unit = &unit, .nunit = 1 },
		.scene = { .request = &request, .subject = { .host = "dead" },
		    .storage = { .ceph = &ceph, .nceph = 1, .disk = &disk, .ndisk = 1, .old = &old, .nold = 1, .nowner = 1,
			.looked = true, .looked_ms = now - 60000, .seen_ms = now, .took_ms = 1 } } };
	struct error err = { 0 };
	char *said;
	int rc;

	*hold = false;
	rc = disks_check(&work, hold, &err);
	*silent = work.scene.storage.silent;
	assert_int_equal(work.scene.storage.judged_ms, now);
	if (rc == 0)
		return NULL;
	assert_int_equal(err.kind, ERROR_DRIFT);
	said = xstrdup(err.text);
	error_clear(&err);
	return said;
}

static void a_wave_begins_while_its_disks_are_as_in_the_plan(void **state)
{
#define DIED { NULL, OLD, STORAGE_SEEN }
#define BARE { NULL, NULL, STORAGE_SEEN }
#define WATCHED { OLD, OLD, STORAGE_SEEN }
#define GONE { NULL, NULL, STORAGE_MISSING }
#define SILENT { NULL, NULL, STORAGE_UNKNOWN }
	static const struct wave row[] = {
		{ DIED, DIED, 0, STORAGE_MAY, STORAGE_MAY, NULL, false, false },
		{ DIED, WATCHED, 1, STORAGE_MAY, STORAGE_MAY, "disk-watched", false, false }, /* seen without, so it came since */
		{ DIED, { OLD_AGAIN, OLD, STORAGE_SEEN }, 1, STORAGE_MAY, STORAGE_MAY, "disk-watched", false, false },
		{ SILENT, WATCHED, 1, STORAGE_MAY, STORAGE_MAY, NULL, true, false }, /* nobody knows for how long */
		{ SILENT, WATCHED, DISKS_AGAIN_MS - 500, STORAGE_MAY, STORAGE_MAY, NULL, true, false },
		{ SILENT, WATCHED, DISKS_AGAIN_MS, STORAGE_MAY, STORAGE_MAY, "disk-watched", false, false },
		{ SILENT, WATCHED, 0, STORAGE_MAY, STORAGE_MAY, NULL, true, false },
		{ DIED, { NEW, OLD, STORAGE_SEEN }, 0, STORAGE_MAY, STORAGE_MAY, NULL, false, false }, /* a backup */
		{ DIED, { NEW, NEW, STORAGE_SEEN }, 0, STORAGE_MAY, STORAGE_MAY, "192.0.2.8:0/9", false, false },
		{ DIED, { NULL, NEW, STORAGE_SEEN }, 0, STORAGE_MAY, STORAGE_MAY, "192.0.2.8:0/9", false, false },
		{ DIED, { NULL, OLD_AGAIN, STORAGE_SEEN }, 0, STORAGE_MAY, STORAGE_MAY, "192.0.2.7:0/6", false, false },
		{ BARE, { NULL, NEW, STORAGE_SEEN }, 0, STORAGE_MAY, STORAGE_MAY, "192.0.2.8:0/9", false, false },
		{ SILENT, { NULL, NEW, STORAGE_SEEN }, 0, STORAGE_MAY, STORAGE_MAY, NULL, false, false }, /* whose it was nobody knows */
		{ DIED, BARE, 0, STORAGE_MAY, STORAGE_MAY, NULL, false, false },
		{ DIED, GONE, 0, STORAGE_MAY, STORAGE_MAY, "no image", false, false },
		{ GONE, GONE, 0, STORAGE_MAY, STORAGE_MAY, NULL, false, false },
		{ SILENT, GONE, 0, STORAGE_MAY, STORAGE_MAY, NULL, false, false },
		{ DIED, DIED, 0, STORAGE_MAY, STORAGE_MAY_NOT, "lock-breakers-missing", false, false },
		{ DIED, DIED, 0, STORAGE_MAY_UNKNOWN, STORAGE_MAY_NOT, "lock-breakers-missing", false, false },
		{ DIED, DIED, 0, STORAGE_MAY_NOT, STORAGE_MAY_NOT, NULL, false, false }, /* the operator was told, and went on */
		{ DIED, DIED, 0, STORAGE_MAY, STORAGE_MAY_UNKNOWN, NULL, false, false },
		{ BARE, BARE, 0, STORAGE_MAY, STORAGE_MAY_NOT, NULL, false, false }, /* nothing has to be broken */
		{ DIED, SILENT, 0, STORAGE_MAY, STORAGE_MAY, NULL, false, true },
		{ SILENT, SILENT, 0, STORAGE_MAY, STORAGE_MAY, NULL, false, false }, /* the plan has said so */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		bool hold, silent;
		auto_free char *said = check_wave(&row[i], &hold, &silent);

		if ((said != NULL) != (row[i].stopped != NULL) || (said && !strstr(said, row[i].stopped)))
			fail_msg("row %zu: %s", i, said ? said : "goes on");
		if (hold != row[i].hold || silent != row[i].silent)
			fail_msg("row %zu: hold %d, silent %d", i, hold, silent);
	}
}

static bool i3_has_both; /* the third has the second's disk, too */

/* Three instances, a disk each; the second has begun. */
static int check_three(size_t bad, bool looked, bool judged, bool *hold, const char *shared)
{
	static const struct look died = DIED, watched = WATCHED;
	struct disk_then then[3], now_then[3];
	struct storage_address old = address(OLD);
	const int64_t now = clock_monotonic_ms();
	struct ceph_fact ceph = { .opener = "cinder" };
	static const char *const id[] = { "i1", "i2", "i3" };
	struct disk_fact disk[3];
	struct evacuation begun = { .phase = PHASE_LANDED, .disks = shared ? DISKS_SHARED : DISKS_WRITTEN, .disks_why = shared };
	struct step step[3];
	struct unit unit[3];
	const struct request request = { .how = { .dry_run = false } };
	struct work work = { .request = &request,
		.plan = { .unit = unit, .nunit = 3 },
		.scene = { .request = &request, .subject = { .host = "dead" },
		    .storage = { .ceph = &ceph, .nceph = 1, .disk = disk, .ndisk = 3, .old = &old, .nold = 1, .nowner = 1, .looked = looked,
			.seen_ms = now, .took_ms = 1, .judged_ms = judged ? now : 0 } } };
	struct error err = { 0 };
	int rc;

	for (size_t i = 0; i < 3; i++) {
		step[i] = (struct step){ .kind = &step_kinds[STEP_INSTANCE], .id = id[i], .state = STATE_PLANNED };
		unit[i] = (struct unit){ .kind = UNIT_EVACUATION, .step = &step[i], .nstep = 1, .evacuation = i == 1 ? &begun : NULL };
		disk[i] = (struct disk_fact){ .instance = id[i == 1 && i3_has_both ? 2 : i], .name = id[i], .first = seen_as(&died, &then[i]),
			.last = seen_as(i == bad ? &watched : &died, &now_then[i]) };
	}
	rc = disks_check(&work, hold, &err);
	error_clear(&err);
	return rc;
}

static void only_disks_of_who_waits_are_judged_and_each_look_once(void **state)
{
	bool hold = false;

	(void)state;
	assert_int_equal(check_three(3, true, false, &hold, NULL), 0);
	assert_int_equal(check_three(0, true, false, &hold, NULL), -1);
	assert_int_equal(check_three(2, true, false, &hold, NULL), -1);
	assert_int_equal(check_three(1, true, false, &hold, NULL), 0);
	assert_int_equal(check_three(3, true, false, &hold, "the failed host has it open"), -1);
	assert_int_equal(check_three(0, true, true, &hold, NULL), 0);
	assert_int_equal(check_three(0, false, false, &hold, NULL), 0);
	i3_has_both = true; /* an instance's disks are all looked at, also those side by side */
	assert_int_equal(check_three(2, true, false, &hold, NULL), -1);
	assert_int_equal(check_three(1, true, false, &hold, NULL), -1);
	assert_int_equal(check_three(3, true, false, &hold, NULL), 0);
	i3_has_both = false;
	hold = true; /* what an earlier look said is over */
	assert_int_equal(check_three(3, true, false, &hold, NULL), 0);
	assert_false(hold);
}

/* ---- whom a look speaks of (find/scene_storage.c), with libraries of Ceph that are a file */


static void put_cluster(const char *text)
{
	FILE *f = fopen(cluster, "w");

	fputs(text, f);
	fclose(f);
}

static struct ceph_fact ceph_of_test[2];
static struct disk_fact disk_of_test[3];

static void begin_scene(struct scene *scene, const char *monitors)
{
	*scene = (struct scene){ .subject = { .host = "dead" },
		.storage = { .ceph = ceph_of_test, .nceph = 1, .disk = disk_of_test, .ndisk = 3 } };
	ceph_of_test[0] = (struct ceph_fact){ .access = { .conf = cluster, .user = "witness", .monitors = monitors }, .opener = "cinder" };
	disk_of_test[0] = (struct disk_fact){ .instance = "i1", .pool = "volumes", .image = "a", .name = "volumes/a" };
	disk_of_test[1] = (struct disk_fact){ .instance = "i2", .pool = "volumes", .image = "b", .name = "volumes/b" };
	disk_of_test[2] = (struct disk_fact){ .instance = "i3", .pool = "vms", .image = "c", .name = "vms/c" };
}

static void end_scene(struct scene *scene)
{
	storage_facts_free(&scene->storage);
	arena_free(&scene->arena);
}

#define IMAGES "image volumes/a 61\nimage volumes/b 61\nimage vms/c 1\n"

static void each_disk_gets_its_own_answer(void **state)
{
	struct scene scene;

	(void)state;
	put_cluster("image volumes/a 61\nimage vms/c 1\nlock volumes/a " OLD " 4253 auto\nwatch vms/c " NEW " 4 1\n");
	begin_scene(&scene, NULL);
	scene_look_at_disks(&scene);
	assert_true(scene.storage.looked);
	assert_int_equal(scene.storage.looked_ms, scene.storage.seen_ms);
	assert_true(scene.storage.took_ms >= 0 && scene.storage.took_ms <= scene.storage.seen_ms);
	assert_string_equal(disk_state(&disk_of_test[0]), "stale lock");
	assert_string_equal(disk_state(&disk_of_test[1]), "missing");
	assert_string_equal(disk_state(&disk_of_test[2]), "open");
	assert_ptr_equal(disk_of_test[0].first, disk_of_test[0].last);
	assert_int_equal(scene.storage.nold, 1);
	assert_int_equal(scene.storage.nowner, 1);
	put_cluster(IMAGES);
	scene_look_at_disks_again(&scene);
	assert_string_equal(disk_state(&disk_of_test[0]), "closed");
	assert_string_equal(disk_state(&disk_of_test[1]), "closed");
	assert_int_equal(disk_of_test[0].first->nlock, 1); /* what the plan saw stays */
	assert_int_equal(disk_of_test[1].first->seen, STORAGE_MISSING);
	end_scene(&scene);
}

static void each_cluster_is_asked_for_its_own_disks(void **state)
{
	struct scene scene;

	(void)state;
	put_cluster(IMAGES "lock volumes/b " OLD " 4253 auto\n");
	begin_scene(&scene, NULL);
	ceph_of_test[1] = ceph_of_test[0];
	scene.storage.nceph = 2;
	disk_of_test[0].ceph = disk_of_test[2].ceph = 1;
	scene_look_at_disks(&scene);
	assert_int_equal(ceph_of_test[0].first.ndisk, 1);
	assert_int_equal(ceph_of_test[1].first.ndisk, 2);
	assert_string_equal(disk_state(&disk_of_test[0]), "closed");
	assert_string_equal(disk_state(&disk_of_test[1]), "stale lock");
	assert_string_equal(disk_state(&disk_of_test[2]), "closed");
	end_scene(&scene);
}

static void who_opens_the_disks_is_asked_with_its_own_key(void **state)
{
	struct scene scene;

	(void)state;
	put_cluster(IMAGES "user client.witness may -13 access denied\n");
	begin_scene(&scene, NULL);
	scene_look_at_disks(&scene);
	assert_int_equal(ceph_of_test[0].may_break, STORAGE_MAY);
	put_cluster(IMAGES "user client.cinder may -13 access denied\n");
	scene_look_at_disks_again(&scene);
	assert_int_equal(ceph_of_test[0].may_break, STORAGE_MAY);
	assert_int_equal(ceph_of_test[0].may_break_now, STORAGE_MAY_NOT);
	put_cluster("connect -110\n"); /* who was told does not forget it */
	scene_look_at_disks_again(&scene);
	assert_int_equal(ceph_of_test[0].may_break_now, STORAGE_MAY_NOT);
	end_scene(&scene);
	put_cluster(IMAGES "user client.witness may -13 access denied\n");
	begin_scene(&scene, NULL);
	ceph_of_test[0].opener = "witness";
	scene_look_at_disks(&scene);
	assert_int_equal(ceph_of_test[0].may_break, STORAGE_MAY_NOT);
	end_scene(&scene);
	put_cluster(IMAGES);
	begin_scene(&scene, NULL);
	ceph_of_test[0].opener = NULL; /* it is not known who */
	scene_look_at_disks(&scene);
	assert_int_equal(ceph_of_test[0].may_break, STORAGE_MAY_UNKNOWN);
	end_scene(&scene);
}

/* The stand-in's only monitor is 192.0.2.1:6789. */
static void another_cluster_is_told_by_its_monitors(void **state)
{
	static const struct {
		const char *monitors;
		bool other;
	} row[] = {
		{ "192.0.2.1:6789", false },
		{ "192.0.2.1:3300", false },
		{ "192.0.2.9:6789,192.0.2.1:6789", false },
		{ "192.0.2.1:6789,192.0.2.9:6789", false },
		{ "192.0.2.9:6789", true },
		{ "192.0.2.9:6789,192.0.2.8:6789", true },
		{ "[2001:db8::1]:6789", true },
		{ "mon1.example:6789", false }, /* a name cannot be compared */
		{ "192.0.2.9:6789,mon1.example:6789", false },
		{ "", false },
		{ NULL, false },
	};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		put_cluster(IMAGES "lock volumes/a " OLD " 4253 auto\n");
		begin_scene(&scene, row[i].monitors);
		scene_look_at_disks(&scene);
		if ((ceph_of_test[0].first.absent != NULL) != row[i].other)
			fail_msg("row %zu: %s", i, ceph_of_test[0].first.absent);
		for (size_t d = 0; d < 3; d++)
			assert_int_equal(disk_unknown(&disk_of_test[d]) != NULL, row[i].other);
		assert_int_equal(scene.storage.nold, row[i].other ? 0 : 1);
		end_scene(&scene);
	}
	put_cluster("connect -13\n");
	begin_scene(&scene, "192.0.2.9:6789");
	scene_look_at_disks(&scene);
	assert_string_equal(ceph_of_test[0].first.absent, "client.witness: Permission denied");
	end_scene(&scene);
}

static void whose_watcher_it_is(void **state)
{
	static const struct {
		const char *cluster;
		bool life, stranger; /* of volumes/a; of vms/c, which can have no lock, nothing is told beside a known owner */
		bool bare_life;
	} row[] = {
		{ "lock volumes/a " OLD " 4 auto\n", false, false, false },
		{ "lock volumes/a " OLD " 4 auto\nwatch volumes/a " OLD " 4 1\n", true, false, false },
		{ "lock volumes/a " OLD " 4 auto\nwatch volumes/a " OLD_AGAIN " 5 1\n", true, false, false },
		{ "lock volumes/b " OLD " 4 auto\nwatch volumes/a " OLD_AGAIN " 5 1\n", true, false, false },
		{ "lock volumes/b " OLD " 4 hand\nwatch volumes/a " OLD_AGAIN " 5 1\n", false, true, false },
		{ "lock volumes/a " OLD " 4 auto\nwatch volumes/a " NEW " 6 1\n", false, true, false },
		{ "lock volumes/a " OLD " 4 auto\nwatch volumes/a " NEW " 6 1\nwatch volumes/a " OLD " 4 1\n", true, true, false },
		{ "lock volumes/a " OLD " 4 auto\nwatch vms/c " NEW " 6 1\n", false, false, false },
		{ "lock volumes/a " OLD " 4 auto\nwatch vms/c " OLD_AGAIN " 6 1\n", false, false, true },
		{ "watch vms/c " NEW " 6 1\n", false, false, true }, /* no lock says who the host is */
		{ "watch volumes/a " NEW " 6 1\n", false, true, false },
	};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		auto_free char *text = xasprintf(IMAGES "%s", row[i].cluster);

		put_cluster(text);
		begin_scene(&scene, NULL);
		scene_look_at_disks(&scene);
		if ((disk_life(&scene, &disk_of_test[0]) != NULL) != row[i].life ||
		    (disk_stranger(&scene, &disk_of_test[0]) != NULL) != row[i].stranger ||
		    (disk_life(&scene, &disk_of_test[2]) != NULL) != row[i].bare_life)
			fail_msg("row %zu", i);
		disk_of_test[2].multiattach = true; /* of several rightful ones none is told from the host */
		assert_int_equal(disk_life(&scene, &disk_of_test[2]) != NULL, row[i].bare_life && scene.storage.nowner > 0);
		end_scene(&scene);
	}
}

/* Since when it is alive: since the first look that saw it, and anew after one that did not. */
static void a_life_begins_with_the_look_that_sees_it(void **state)
{
	struct scene scene;
	int64_t since;

	(void)state;
	put_cluster("connect -110\n");
	begin_scene(&scene, NULL);
	scene_look_at_disks(&scene);
	scene.storage.old = (struct storage_address[]){ address(OLD) };
	scene.storage.nold = scene.storage.nowner = 1;
	put_cluster(IMAGES "watch volumes/a " OLD " 4 1\n");
	scene_look_at_disks_again(&scene);
	since = disk_of_test[0].alive_ms;
	assert_int_equal(since, scene.storage.again_ms);
	assert_int_equal(disk_of_test[1].alive_ms, 0);
	assert_false(disk_is_alive(&scene, &disk_of_test[0]));
	clock_sleep_ms(2);
	scene_look_at_disks_again(&scene);
	assert_true(scene.storage.again_ms > since);
	assert_int_equal(disk_of_test[0].alive_ms, since);
	disk_of_test[0].alive_ms = scene.storage.seen_ms - DISKS_AGAIN_MS;
	assert_true(disk_is_alive(&scene, &disk_of_test[0]));
	put_cluster(IMAGES);
	scene_look_at_disks_again(&scene);
	assert_int_equal(disk_of_test[0].alive_ms, 0);
	end_scene(&scene);
}

static void a_look_that_is_young_or_dear_is_not_made_again(void **state)
{
	struct scene scene;
	int64_t seen;

	(void)state;
	put_cluster(IMAGES);
	begin_scene(&scene, NULL);
	scene_keep_looking_at_disks(&scene, 0, 3600000); /* before there was a plan's */
	assert_int_equal(scene.storage.seen_ms, 0);
	scene_look_at_disks(&scene);
	seen = scene.storage.seen_ms;
	scene_keep_looking_at_disks(&scene, 3600000, 3600000);
	assert_int_equal(scene.storage.seen_ms, seen);
	scene.storage.took_ms = 360000;
	scene_keep_looking_at_disks(&scene, 0, 3600000);
	assert_int_equal(scene.storage.seen_ms, seen);
	clock_sleep_ms(2);
	scene_keep_looking_at_disks(&scene, 0, 1); /* and not for as long as a dear one would have it */
	assert_true(scene.storage.seen_ms > seen);
	seen = scene.storage.seen_ms;
	scene.storage.took_ms = 0;
	clock_sleep_ms(2);
	scene_keep_looking_at_disks(&scene, 1, 3600000);
	assert_true(scene.storage.seen_ms > seen);
	end_scene(&scene);
}

static void a_lock_is_stale_when_its_owner_does_not_watch(void **state)
{
	struct disk_then then;

	(void)state;
	assert_true(disk_lock_is_stale(seen_as(&(struct look)DIED, &then)));
	assert_true(disk_lock_is_stale(seen_as(&(struct look){ NEW, OLD, STORAGE_SEEN }, &then)));
	assert_true(disk_lock_is_stale(seen_as(&(struct look){ OLD_AGAIN, OLD, STORAGE_SEEN }, &then)));
	assert_false(disk_lock_is_stale(seen_as(&(struct look)WATCHED, &then)));
	assert_false(disk_lock_is_stale(seen_as(&(struct look)BARE, &then)));
	assert_false(disk_lock_is_stale(seen_as(&(struct look){ NULL, OLD, STORAGE_UNKNOWN }, &then)));
	seen_as(&(struct look)DIED, &then);
	then.lock.automatic = false; /* somebody's own */
	assert_null(disk_lock(&then.disk));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_counted_to_its_second),
		cmocka_unit_test(of_several_entries_the_longest_counts),
		cmocka_unit_test(a_wave_begins_while_its_disks_are_as_in_the_plan),
		cmocka_unit_test(only_disks_of_who_waits_are_judged_and_each_look_once),
		cmocka_unit_test(each_disk_gets_its_own_answer),
		cmocka_unit_test(each_cluster_is_asked_for_its_own_disks),
		cmocka_unit_test(who_opens_the_disks_is_asked_with_its_own_key),
		cmocka_unit_test(another_cluster_is_told_by_its_monitors),
		cmocka_unit_test(whose_watcher_it_is),
		cmocka_unit_test(a_life_begins_with_the_look_that_sees_it),
		cmocka_unit_test(a_look_that_is_young_or_dear_is_not_made_again),
		cmocka_unit_test(a_lock_is_stale_when_its_owner_does_not_watch),
	};

	return cmocka_run_group_tests(tests, fake_ceph_load, fake_ceph_remove);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>

#include "guard_cases.h"
#include "util/clock.h"

/* i1 (web) has one disk on Ceph; its host was 192.0.2.7 there, by the lock that it left. */
static struct storage_disk disk;
static struct storage_watcher watcher;
static struct storage_lock lock;
static struct storage_entry entry;
static struct storage_answer answer;
static struct ceph_fact ceph;
static struct disk_fact fact;
static struct storage_address old[2];
static char until[CLOCK_TEXT_SIZE];

static struct storage_address address(const char *text)
{
	struct storage_address a;

	assert_true(storage_address_parse(text, &a));
	return a;
}

/* A dead host's disk as it should be: locked by who is gone, and the new host may break that. */
static void it_died(void)
{
	lock = (struct storage_lock){ .address = address("192.0.2.7:0/5"), .client = 4253, .automatic = true };
	disk = (struct storage_disk){ .seen = STORAGE_SEEN, .features = 61, .lock = &lock, .nlock = 1 };
	answer = (struct storage_answer){ .disk = &disk, .ndisk = 1, .entries_known = true };
	ceph = (struct ceph_fact){ .opener = "cinder", .may_break = STORAGE_MAY, .newest = &answer };
	fact = (struct disk_fact){ .instance = "i1", .volume = "v1", .pool = "volumes", .image = "volume-v1", .name = "volumes/volume-v1",
		.first = &disk, .last = &disk };
	old[0] = lock.address;
	f.scene.storage = (struct storage_facts){ .ceph = &ceph, .nceph = 1, .disk = &fact, .ndisk = 1, .old = old, .nold = 1,
		.nowner = 1, .looked = true, .looked_ms = 1000 };
}

static void watch_from(const char *text)
{
	it_died();
	watcher = (struct storage_watcher){ .address = address(text), .client = 4253 };
	disk.watcher = &watcher;
	disk.nwatcher = 1;
}

static void it_is_alive(void)
{
	watch_from("192.0.2.7:0/5");
	f.scene.storage.again_ms = 36500;
}

/* It was started anew between both looks. */
static void another_client_of_the_host(void)
{
	watch_from("192.0.2.7:0/6");
	f.scene.storage.again_ms = 36500;
}

static void it_was_seen_once(void)
{
	watch_from("192.0.2.7:0/5");
}

static void the_owner_is_elsewhere(void)
{
	watch_from("192.0.2.8:0/9");
	lock.address = address("192.0.2.8:0/9");
	f.scene.storage.nold = f.scene.storage.nowner = 0;
	f.scene.storage.again_ms = 36500;
}

static void a_backup_reads_it(void)
{
	watch_from("192.0.2.9:0/1");
	f.scene.storage.again_ms = 36500;
}

static void it_may_be_opened_by_several(void)
{
	a_backup_reads_it();
	fact.multiattach = true;
	disk.features = 57;
	disk.nlock = 0;
}

static void it_is_left_out(void)
{
	it_is_alive();
	f.candidate[I1].wanted = false;
}

static void nobody_may_break_it(void)
{
	it_died();
	ceph.may_break = STORAGE_MAY_NOT;
}

static void who_may_break_it_is_unknown(void)
{
	it_died();
	ceph.may_break = STORAGE_MAY_UNKNOWN;
}

/* Without a lock nothing has to be broken. */
static void nothing_has_to_be_broken(void)
{
	nobody_may_break_it();
	disk.nlock = 0;
}

static void it_can_have_no_lock(void)
{
	it_died();
	disk.features = 1;
	disk.nlock = 0;
}

/* Who has it open, if no lock of any disk says who the host is? */
static void it_can_have_no_lock_and_is_open(void)
{
	watch_from("192.0.2.9:0/1");
	disk.features = 1;
	disk.nlock = 0;
	f.scene.storage.nold = f.scene.storage.nowner = 0;
	f.scene.storage.again_ms = 36500;
}

static void kept_out_for(int64_t seconds)
{
	it_died();
	clock_text(clock_wall_s() + seconds, until);
	entry = (struct storage_entry){ .address = lock.address, .until = until };
	answer.entry = &entry;
	answer.nentry = 1;
}

static void it_is_kept_out_for_an_hour(void)
{
	kept_out_for(3630);
}

static void it_is_kept_out_for_years(void)
{
	kept_out_for(157680000);
}

static void it_was_kept_out(void)
{
	kept_out_for(-10);
}

static void the_osd_is_silent(void)
{
	it_died();
	disk = (struct storage_disk){ .seen = STORAGE_UNKNOWN, .why = "no OSD answered in time" };
}

static void ceph_has_no_such_image(void)
{
	it_died();
	disk = (struct storage_disk){ .seen = STORAGE_MISSING };
}

static const struct guard_case cases[] = {
	{ it_died, "" },
	{ it_is_alive, "disk-watched i1: web: its disk volumes/volume-v1 is open: client 192.0.2.7:0/5 of Ceph has been there for 35 s" },
	{ another_client_of_the_host,
	    "disk-watched i1: web: its disk volumes/volume-v1 is open: client 192.0.2.7:0/6 of Ceph has been there for 35 s" },
	{ the_owner_is_elsewhere,
	    "disk-watched i1: web: its disk volumes/volume-v1 is open: client 192.0.2.8:0/9 of Ceph has been there for 35 s" },
	{ it_was_seen_once, "" },
	{ it_is_left_out, "" },
	{ a_backup_reads_it, "disk-watched-elsewhere i1: web: its disk volumes/volume-v1 is open from 192.0.2.9, which is no address of 'c1'" },
	{ it_may_be_opened_by_several, "" },
	{ nobody_may_break_it, "lock-breakers-missing client.cinder: client.cinder may not break the lock that a dead client left on "
	                       "volumes/volume-v1 (1 disk): the new guest opens the disk and every write of it is refused" },
	{ who_may_break_it_is_unknown, "lock-breakers-unknown client.cinder: whether client.cinder may break the lock that a dead client "
	                               "left on volumes/volume-v1 (1 disk) is not known" },
	{ nothing_has_to_be_broken, "" },
	{ it_can_have_no_lock, "disk-unprotected i1: the disk volumes/volume-v1 has no exclusive-lock: a host that comes back writes to it "
	                       "beside the new guest" },
	{ it_can_have_no_lock_and_is_open,
	    "disk-watched i1: web: its disk volumes/volume-v1 is open: client 192.0.2.9:0/1 of Ceph has been there for 35 s\n"
	    "disk-unprotected i1: the disk volumes/volume-v1 has no exclusive-lock: a host that comes back writes to it beside the new "
	    "guest" },
	{ it_is_kept_out_for_an_hour, "old-client-expires i1: web: client 192.0.2.7:0/5 of disk volumes/volume-v1 is kept out for 60 min more" },
	{ it_is_kept_out_for_years, "" },
	{ it_was_kept_out, "" },
	{ the_osd_is_silent, "storage-unknown c1: storage: not asked: no OSD answered in time; who has volumes/volume-v1 open is not known "
	                     "(1 disk)" },
	{ ceph_has_no_such_image, "" },
};

static void what_ceph_says_is_told(void **state)
{
	(void)state;
	run_cases(cases, COUNT(cases));
}

static void the_caps_to_give_are_said(void **state)
{
	struct findings findings = { 0 };

	(void)state;
	nobody_may_break_it();
	guard_ask(row("lock-breakers-missing"), &f.scene, &findings);
	assert_int_equal(findings.n, 1);
	assert_int_equal(findings.v[0].severity, SEVERITY_STOP);
	assert_non_null(strstr(findings.v[0].hint, "client.cinder"));
	assert_non_null(strstr(findings.v[0].hint, "mon 'profile rbd'"));
	assert_non_null(strstr(findings.v[0].hint, "pool=volumes"));
	findings_free(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_ceph_says_is_told, begin),
		cmocka_unit_test_setup(the_caps_to_give_are_said, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

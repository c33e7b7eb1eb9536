/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>

#include "find/keep_out.h"
#include "guard_cases.h"
#include "plan/plan.h"
#include "util/clock.h"

/* --fence storage: whom it keeps out, and when it keeps out nobody. i1 (web) has two disks on Ceph; its host was 192.0.2.7 there,
 * by the locks that it left. db is stopped. */

#define FSID "7db2ac12-76f5-4c1d-9729-3271ab723376"
#define DISKS 2
static struct storage_disk disk[DISKS];
static struct storage_watcher watcher[DISKS];
static struct storage_lock lock[DISKS];
static struct storage_entry entry;
static struct storage_answer answer;
static struct ceph_fact ceph;
static struct disk_fact fact[DISKS];
static struct storage_address old[3], monitor, osd;
static struct volume_fact volume[DISKS];
static struct bdm bdm[DISKS];
static const char *by_storage = "storage";
static char until[CLOCK_TEXT_SIZE], fence_user[] = "fence";

static struct storage_address address(const char *text)
{
	struct storage_address a;

	assert_true(storage_address_parse(text, &a));
	return a;
}

static void lock_of(int i, const char *text)
{
	lock[i] = (struct storage_lock){ .address = address(text), .client = 4253 + i, .automatic = true };
	disk[i].lock = &lock[i];
	disk[i].nlock = 1;
}

static void it_died(void)
{
	static const char *const images[] = { "volumes/volume-v1", "volumes/volume-v2" };
	static const char *const volumes[] = { "v1", "v2" };

	for (int i = 0; i < DISKS; i++) {
		disk[i] = (struct storage_disk){ .seen = STORAGE_SEEN, .features = 61 };
		lock_of(i, i ? "192.0.2.7:0/6" : "192.0.2.7:0/5");
		fact[i] = (struct disk_fact){ .instance = "i1", .volume = volumes[i], .pool = "volumes", .image = images[i] + 8,
			.name = images[i], .first = &disk[i], .last = &disk[i] };
		old[i] = lock[i].address;
		bdm[i] = (struct bdm){ .instance_uuid = "i1", .volume_id = volumes[i] };
		volume[i] = f.fact[I1][0];
		volume[i].bdm = &bdm[i];
	}
	monitor = address("192.0.2.1:6789/0");
	osd = address("192.0.2.2:6800/7");
	answer = (struct storage_answer){ .fsid = FSID, .disk = disk, .ndisk = DISKS, .entries_known = true };
	ceph = (struct ceph_fact){ .opener = "cinder", .may_break = STORAGE_MAY, .newest = &answer, .fence_access.user = fence_user,
		.fence = { .fsid = FSID, .may_blocklist = STORAGE_MAY, .monitor = &monitor, .nmonitor = 1, .osd = &osd, .nosd = 1,
		    .osds_known = true } };
	f.scene.storage = (struct storage_facts){ .ceph = &ceph, .nceph = 1, .disk = fact, .ndisk = DISKS, .old = old, .nold = 2,
		.nowner = 2, .looked = true, .looked_ms = 1000 };
	f.candidate[I1].volume = volume;
	f.candidate[I1].nvolume = DISKS;
	f.request.how.fence = (struct words){ .v = &by_storage, .n = 1 };
	f.request.how.fenced = NULL;
}

static void watched_by(int i, const char *text)
{
	watcher[i] = (struct storage_watcher){ .address = address(text), .client = 9 };
	disk[i].watcher = &watcher[i];
	disk[i].nwatcher = 1;
}

static void a_service_of_it_reports(void)
{
	it_died();
	f.cinder_service[C1_VOLUME].heartbeat_age_s = AGE(2);
}

static void the_user_may_not(void)
{
	it_died();
	ceph.fence.may_blocklist = STORAGE_MAY_NOT;
}

static void the_user_has_no_key(void)
{
	it_died();
	ceph.fence = (struct storage_answer){ .absent = "client.fence: no key of this user was found" };
}

static void one_was_never_written(void)
{
	it_died();
	disk[1].nlock = 0;
}

static void an_osd_has_its_address(void)
{
	one_was_never_written();
	osd = address("192.0.2.7:6804/9");
}

static void a_monitor_has_its_address(void)
{
	one_was_never_written();
	monitor = address("192.0.2.7:6789/0");
}

static void where_osds_are_is_unknown(void)
{
	one_was_never_written();
	ceph.fence.osds_known = false;
}

static void none_was_ever_written(void)
{
	it_died();
	disk[0].nlock = disk[1].nlock = 0;
}

static void the_locks_name_two_hosts(void)
{
	it_died();
	lock_of(1, "192.0.2.9:0/6");
}

static void a_lock_without_a_nonce(void)
{
	it_died();
	lock_of(1, "192.0.2.7:0/0");
}

static void one_cannot_be_seen(void)
{
	it_died();
	disk[1] = (struct storage_disk){ .seen = STORAGE_UNKNOWN, .why = "no OSD answered in time" };
}

static void it_can_have_no_lock_and_somebody_reads_it(void)
{
	it_died();
	for (int i = 0; i < DISKS; i++) {
		disk[i].features = 1;
		disk[i].nlock = 0;
		fact[i].multiattach = true;
	}
	watched_by(0, "192.0.2.9:0/1");
}

static void it_is_gone_from_ceph(void)
{
	it_died();
	disk[1] = (struct storage_disk){ .seen = STORAGE_MISSING };
}

static void it_is_stopped(void)
{
	it_died();
	disk[0].nlock = disk[1].nlock = 0;
	f.instance[I1].vm_state = "stopped";
}

static void it_has_a_volume_elsewhere(void)
{
	it_died();
	f.scene.storage.ndisk = 1;
}

static void it_boots_from_an_image(void)
{
	it_died();
	f.instance[I1].image_ref = "image";
}

static void it_has_swap(void)
{
	it_died();
	f.candidate[I1].needs.disks.swap_mb = 512;
}

static void has_made(const char *image, const char *name)
{
	it_died();
	f.candidate[I1].nvolume = 1;
	fact[1].volume = NULL;
	fact[1].pool = "vms";
	fact[1].image = image;
	fact[1].name = name;
}

static void its_swap_is_on_ceph(void)
{
	has_made("i1_disk.swap", "vms/i1_disk.swap");
	f.candidate[I1].needs.disks.swap_mb = 512;
}

static void its_ephemeral_is_on_ceph(void)
{
	has_made("i1_disk.eph0", "vms/i1_disk.eph0");
	f.candidate[I1].needs.disks.ephemeral_gb = 2;
}

/* As many as are asked for: there may be more. */
static void its_last_ephemeral_is_on_ceph(void)
{
	has_made("i1_disk.eph4", "vms/i1_disk.eph4");
	f.candidate[I1].needs.disks.ephemeral_gb = 2;
}

static void it_is_off_all_the_same(void)
{
	it_has_a_volume_elsewhere();
	f.request.how.fenced = "iLO: off, Ann";
}

static void nothing_is_on_ceph(void)
{
	it_died();
	f.scene.storage = (struct storage_facts){ .absent = "nova records no disk on Ceph" };
	f.candidate[I1].nvolume = 0;
}

static void nothing_is_on_ceph_and_it_is_switched_off(void)
{
	static const char *both[] = { "power", "storage" };

	nothing_is_on_ceph();
	f.scene.power = (struct power_facts){ .asked = true, .answer.state = FENCE_OFF };
	f.request.how.fence = (struct words){ .v = both, .n = COUNT(both) };
}

static void nothing_is_on_ceph_and_it_is_off(void)
{
	nothing_is_on_ceph();
	f.scene.power = (struct power_facts){ .asked = true, .answer.state = FENCE_OFF };
}

static void nothing_is_on_ceph_but_made_disks_are_elsewhere(void)
{
	nothing_is_on_ceph();
	f.instance[I1].image_ref = "image";
}

static void it_only_moves_volumes(void)
{
	it_died();
	fixture_moves_only(&f);
}

#define ALONE "fence-storage-alone c1: 'c1' is kept off the disks on Ceph and off nothing else: an old guest there may still answer at " \
	      "its network address, and its cinder services may still work"
#define CANNOT "fence-impossible i1: web: its old guest cannot be kept off the disk volumes/volume-v2: "
#define LEAVES "fence-leaves-disks i1: web: --fence storage does not keep its old guest off what is not on Ceph: "

static const struct guard_case cases[] = {
	{ it_died, ALONE },
	{ a_service_of_it_reports, "source-alive cinder-volume c1@rbd: cinder-volume on 'c1@rbd' reported 2 s ago\n"
	    "fence-live-host c1: --fence storage would keep the guests of 'c1' off their disks for ever, and a service of it reports\n" ALONE },
	{ the_user_may_not, "fence-caps-missing client.fence: client.fence may not put a client on the blocklist of the cluster that has "
	    "volumes/volume-v1\n" ALONE },
	{ the_user_has_no_key, "fence-caps-missing client.fence: whether client.fence may put a client on the blocklist of the cluster that "
	    "has volumes/volume-v1 is not known: client.fence: no key of this user was found\n" ALONE },
	{ one_was_never_written, "fence-whole-host 192.0.2.7: web: no client of its disk volumes/volume-v2 is known; only all clients of "
	    "192.0.2.7 can be kept out, its cinder-volume and whatever starts there later among them\n" ALONE },
	{ an_osd_has_its_address, CANNOT "no client of it is known, and all of 192.0.2.7 cannot be kept out: an OSD or a monitor has this "
	    "address\n" ALONE },
	{ a_monitor_has_its_address, CANNOT "no client of it is known, and all of 192.0.2.7 cannot be kept out: an OSD or a monitor has this "
	    "address\n" ALONE },
	{ where_osds_are_is_unknown, CANNOT "no client of it is known, and all of 192.0.2.7 cannot be kept out: whether an OSD or a monitor "
	    "has this address is not known\n" ALONE },
	{ none_was_ever_written, "fence-impossible i1: web: its old guest cannot be kept off the disk volumes/volume-v1: no lock and no "
	    "watcher tells who has it open, nor where the host is\n" CANNOT "no lock and no watcher tells who has it open, nor where the "
	    "host is\n" ALONE },
	{ the_locks_name_two_hosts, "fence-impossible i1: web: its old guest cannot be kept off the disk volumes/volume-v1: the locks of the "
	    "host's disks name 192.0.2.7 and 192.0.2.9\n" CANNOT "the locks of the host's disks name 192.0.2.7 and 192.0.2.9\n" ALONE },
	{ a_lock_without_a_nonce, CANNOT "'192.0.2.7:0/0' is no client of its own\n" ALONE },
	{ one_cannot_be_seen, CANNOT "no OSD answered in time\n" ALONE "\n"
	    "storage-unknown c1: storage: not asked: no OSD answered in time; who has volumes/volume-v2 open is not known (1 disk)" },
	{ it_can_have_no_lock_and_somebody_reads_it, "fence-impossible i1: web: its old guest cannot be kept off the disk volumes/volume-v1: "
	    "it is open, and no lock of a disk of the host tells whether from there\n" CANNOT "no lock and no watcher tells who has it open, "
	    "nor where the host is\n" ALONE },
	{ it_is_gone_from_ceph, ALONE },
	{ it_is_stopped, ALONE },
	{ it_has_a_volume_elsewhere, LEAVES "volume v2\n" ALONE },
	{ it_boots_from_an_image, LEAVES "a root as large as its image\n" ALONE },
	{ it_has_swap, LEAVES "512 MB swap\n" ALONE },
	{ its_swap_is_on_ceph, ALONE },
	{ its_ephemeral_is_on_ceph, ALONE },
	{ its_last_ephemeral_is_on_ceph, LEAVES "2 GB ephemeral\n" ALONE },
	{ it_is_off_all_the_same, "" },
	{ nothing_is_on_ceph, "fence-storage-missing c1: --fence storage: nova records no disk on Ceph" },
	{ nothing_is_on_ceph_and_it_is_switched_off, "fence-storage-idle c1: --fence storage: nova records no disk on Ceph" },
	{ nothing_is_on_ceph_and_it_is_off, "fence-storage-idle c1: --fence storage: nova records no disk on Ceph" },
	{ nothing_is_on_ceph_but_made_disks_are_elsewhere,
	    "fence-storage-missing c1: --fence storage: nova records no disk on Ceph" },
	{ it_only_moves_volumes, "fencing-unconfirmed c1: power-off of 'c1' is not confirmed\n"
	    "fence-storage-missing c1: --fence storage: this run evacuates no instance" },
};

static void a_fence_reaches_every_disk_and_nobody_else(void **state)
{
	(void)state;
	run_cases(cases, COUNT(cases));
}

/* ---- the plan */

static char *planned(void)
{
	struct str text = { 0 };
	struct plan plan = { 0 };
	struct unit *unit;

	unit = plan_unit(&plan, UNIT_EVACUATION);
	unit_step(unit, STEP_INSTANCE, "i1", "web");
	plan_fence(&plan, &f.scene);
	str_add(&text, "");
	for (const struct step *s = plan.unit[0].step; plan.unit[0].kind == UNIT_FENCE && s < plan.unit[0].step + plan.unit[0].nstep; s++)
		str_addf(&text, "%s %s (%s)\n", s->id, s->name, str_or(s->before[0], "-"));
	assert_int_equal(plan.nunit, plan.unit[0].kind == UNIT_FENCE ? 2 : 1);
	assert_int_equal(plan.unit[plan.nunit - 1].kind, UNIT_EVACUATION);
	plan_free(&plan);
	return text.s;
}

static void plans(const char *expected)
{
	auto_free char *got = planned();

	assert_string_equal(got, expected);
}

static void listed_for(int64_t seconds)
{
	clock_text(clock_wall_s() + seconds, until);
	entry = (struct storage_entry){ .address = lock[0].address, .until = until };
	answer.entry = &entry;
	answer.nentry = 1;
}

#define BOTH "192.0.2.7:0/5 volumes/volume-v1 (-)\n192.0.2.7:0/6 volumes/volume-v2 (-)\n"

static void exactly_the_old_clients_are_planned(void **state)
{
	struct storage_disk then;
	char expected[256];

	(void)state;
	it_died();
	plans(BOTH);
	watched_by(0, "192.0.2.7:0/99"); /* its guest was started again, and has not written since */
	plans("192.0.2.7:0/5 volumes/volume-v1 (-)\n192.0.2.7:0/99 volumes/volume-v1 (-)\n192.0.2.7:0/6 volumes/volume-v2 (-)\n");
	watched_by(0, "192.0.2.9:0/1"); /* a backup's, which is nobody's old guest */
	plans(BOTH);
	it_died();
	then = disk[1]; /* open at the first look alone: its watch is over, and it may be frozen */
	fact[1].first = &then;
	watcher[1] = (struct storage_watcher){ .address = address("192.0.2.7:0/77"), .client = 9 };
	then.watcher = &watcher[1];
	then.nwatcher = 1;
	plans("192.0.2.7:0/5 volumes/volume-v1 (-)\n192.0.2.7:0/6 volumes/volume-v2 (-)\n192.0.2.7:0/77 volumes/volume-v2 (-)\n");
	it_died();
	listed_for(3600); /* librbd's own entry, of the guest that broke the lock */
	snprintf(expected, sizeof expected, "192.0.2.7:0/5 volumes/volume-v1 (%s)\n192.0.2.7:0/6 volumes/volume-v2 (-)\n", until);
	plans(expected);
	listed_for(KEEP_OUT_S - 86400);
	plans("192.0.2.7:0/6 volumes/volume-v2 (-)\n");
	one_was_never_written();
	plans("192.0.2.7:0/5 volumes/volume-v1 (-)\n192.0.2.7:0/0 every client of 192.0.2.7 (-)\n");
	it_is_stopped();
	plans("");
	it_died();
	f.request.how.fence.n = 0;
	plans("");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_scene(a_fence_reaches_every_disk_and_nobody_else),
		in_a_scene(exactly_the_old_clients_are_planned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

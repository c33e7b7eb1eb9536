/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_ceph.h"
#include "storage/storage.h"
#include "util/clock.h"
#include "util/mem.h"
#include "util/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define FSID "7db2ac12-76f5-4c1d-9729-3271ab723376"

/* ---- addresses */

static void an_address_is_read_as_a_whole_or_not_at_all(void **state)
{
	static const struct {
		const char *text, *again; /* NULL: it is none */
	} row[] = {
		{ "127.0.0.21:0/3607724541", "127.0.0.21:0/3607724541" },
		{ "[fd00::5]:0/77", "[fd00::5]:0/77" },
		{ "[FD00:0:0::5]:0/77", "[fd00::5]:0/77" },
		{ "[::ffff:192.0.2.7]:0/1", "192.0.2.7:0/1" },
		{ "v1:192.0.2.7:0/1", "192.0.2.7:0/1" },
		{ "v2:192.0.2.7:6800/1", "192.0.2.7:6800/1" },
		{ "any:192.0.2.7:0/4294967295", "192.0.2.7:0/4294967295" },
		{ "192.0.2.7:0/0", "192.0.2.7:0/0" },
		{ "192.0.2.7:0/4294967296", NULL }, /* a monitor makes nonce 0 of it: the whole host */
		{ "192.0.2.7:0/18446744073709551617", NULL },
		{ "192.0.2.7:65535/1", "192.0.2.7:65535/1" },
		{ "192.0.2.7:65536/1", NULL },
		{ "192.0.2.7", NULL },
		{ "192.0.2.7:0", NULL },
		{ "192.0.2.7:0/", NULL },
		{ "192.0.2.7:/1", NULL },
		{ "192.0.2.7:0/-1", NULL },
		{ "192.0.2.7:0/+1", NULL },
		{ "192.0.2.7:0/ 1", NULL },
		{ "192.0.2.7:0/1 ", NULL },
		{ "192.0.2.7:0/1/2", NULL },
		{ "192.0.2.7:0/0x10", NULL },
		{ "192.0.2:0/1", NULL },
		{ "192.0.2.256:0/1", NULL },
		{ "fd00::5:0/77", NULL },
		{ "[fd00::5:0/77", NULL },
		{ "[192.0.2.7]:0/1", NULL },
		{ "v3:192.0.2.7:0/1", NULL },
		{ "[0000000000000000000000000000000000000000000005]:0/1", NULL }, /* longer than any */
		{ "[fd00:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:5]:0/1", NULL },
		{ "-", NULL },
		{ "", NULL },
	};
	struct storage_address a;
	char text[STORAGE_ADDRESS_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		assert_int_equal(storage_address_parse(row[i].text, &a), row[i].again != NULL);
		if (row[i].again)
			assert_string_equal(storage_address_text(&a, text), row[i].again);
	}
}

static struct storage_address address(const char *text)
{
	struct storage_address a;

	if (!strchr(text, '/'))
		assert_true(storage_address_parse_host(text, &a));
	else
		assert_true(storage_address_parse(text, &a));
	return a;
}

/* As monitors are named; what is none leaves what was there. */
static void a_host_is_read_with_or_without_its_port(void **state)
{
	static const struct {
		const char *text, *host; /* NULL: it is none */
	} row[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "192.0.2.1:6789", "192.0.2.1" },
		{ "192.0.2.1:6789/0", "192.0.2.1" },
		{ "192.0.2.1:65535", "192.0.2.1" },
		{ "v2:192.0.2.1:3300", "192.0.2.1" },
		{ "[2001:db8::1]", "2001:db8::1" },
		{ "[2001:db8::1]:6789", "2001:db8::1" },
		{ "2001:db8::1", "2001:db8::1" },
		{ "192.0.2.1:65536", NULL },
		{ "192.0.2.1:", NULL },
		{ "192.0.2.1:x", NULL },
		{ "192.0.2.1:67x9", NULL },
		{ "192.0.2.1x", NULL },
		{ "192.0.2.1/24", NULL },
		{ "[2001:db8::1]x", NULL },
		{ "[2001:db8::1", NULL },
		{ "2001:db8::1:x", NULL },
		{ "mon1.example", NULL },
		{ "mon1.example:6789", NULL },
		{ ":6789", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		struct storage_address a = { .port = 7, .nonce = 7 };
		char text[STORAGE_ADDRESS_SIZE];

		if (storage_address_parse_host(row[i].text, &a) != (row[i].host != NULL))
			fail_msg("%s", row[i].text);
		assert_int_equal(a.port, row[i].host ? 0 : 7);
		assert_int_equal(a.nonce, row[i].host ? 0 : 7);
		if (row[i].host)
			assert_string_equal(storage_address_host(&a, text), row[i].host);
	}
}

static void hosts_and_clients_are_told_apart(void **state)
{
	const struct storage_address one = address("192.0.2.7:0/1"), two = address("192.0.2.7:0/2"),
				     other = address("192.0.2.8:0/1"), all = address("192.0.2.7:0/0"),
				     mapped = address("[::ffff:192.0.2.7]:0/1"), host = address("192.0.2.7"),
				     monitor = address("[2001:db8::1]:6789"), bare = address("2001:db8::1"),
				     port = address("192.0.2.7:6800/1"), all_of_port = address("192.0.2.7:6800/0");

	(void)state;
	assert_true(storage_address_same_client(&one, &mapped));
	assert_false(storage_address_same_client(&one, &two));
	assert_true(storage_address_same_host(&one, &two));
	assert_true(storage_address_same_host(&one, &host));
	assert_false(storage_address_same_host(&one, &other));
	assert_true(storage_address_same_host(&monitor, &bare));
	assert_true(storage_address_hits(&one, &one));
	assert_false(storage_address_hits(&one, &two));
	assert_true(storage_address_hits(&all, &two));
	assert_false(storage_address_hits(&all, &other));
	assert_false(storage_address_same_client(&one, &other));
	assert_false(storage_address_same_client(&one, &port));
	assert_false(storage_address_hits(&one, &port));
	assert_false(storage_address_hits(&port, &one));
	assert_true(storage_address_hits(&all, &port));
	assert_true(storage_address_hits(&all_of_port, &port)); /* a monitor's or an OSD's own entry */
	assert_false(storage_address_hits(&all_of_port, &one));
}

/* ---- what the child says */

static void read_text(const char *text, size_t ndisk, struct storage_answer *out)
{
	*out = (struct storage_answer){ .ndisk = ndisk };
	out->disk = arena_alloc(&out->arena, ndisk * sizeof *out->disk + 1);
	storage_answer_read(text, strlen(text), out, "no answer");
}

static void a_whole_answer_is_read(void **state)
{
	struct storage_answer a;

	(void)state;
	read_text("storage 1\nfsid " FSID "\nmay no\nmonitor 192.0.2.1:6789/0\nentry 192.0.2.9:0/4 2026-11-28T10:02:31.1+0000\nentries\n"
		  "watch 0 192.0.2.7:0/5 4253 99\nlock 0 192.0.2.7:0/5 4253 auto 18446744073709551615\nlock 0 192.0.2.6:0/5 4 hand\ndisk 0 seen 61\n"
		  "disk 1 missing\ndisk 2 error 110 open\ndisk 3 seen 1\ndisk 5 error 1 open\ndisk 6 error 13 open\nend\n",
	    7, &a);
	assert_null(a.absent);
	assert_string_equal(a.fsid, FSID);
	assert_int_equal(a.may_blocklist, STORAGE_MAY_NOT);
	assert_int_equal(a.nmonitor, 1);
	assert_true(a.entries_known);
	assert_int_equal(a.nentry, 1);
	assert_string_equal(a.entry[0].until, "2026-11-28T10:02:31.1+0000");
	assert_int_equal(a.disk[0].seen, STORAGE_SEEN);
	assert_int_equal(a.disk[0].nwatcher, 1);
	assert_int_equal(a.disk[0].watcher[0].client, 4253);
	assert_int_equal(a.disk[0].nlock, 2);
	assert_true(a.disk[0].lock[0].automatic);
	assert_true(a.disk[0].lock[0].cookie == UINT64_MAX);
	assert_int_equal(a.disk[0].lock[0].client, 4253);
	assert_false(a.disk[0].lock[1].automatic);
	assert_int_equal(a.disk[0].lock[1].cookie, 0);
	assert_int_equal(a.disk[0].features, 61);
	assert_int_equal(a.disk[0].watcher[0].cookie, 99);
	assert_int_equal(a.disk[1].seen, STORAGE_MISSING);
	assert_int_equal(a.disk[2].seen, STORAGE_UNKNOWN);
	assert_string_equal(a.disk[2].why, "no OSD answered in time");
	assert_int_equal(a.disk[3].seen, STORAGE_SEEN);
	assert_int_equal(a.disk[3].nwatcher, 0);
	assert_int_equal(a.disk[4].seen, STORAGE_UNKNOWN);
	assert_string_equal(a.disk[4].why, "no answer");
	assert_string_equal(a.disk[5].why, "this key may not read the image");
	assert_string_equal(a.disk[6].why, "this key may not read the image");
	storage_answer_free(&a);
}

/* Half a disk is none: that nobody watches it would be a lie. */
static void what_was_cut_off_is_unknown(void **state)
{
	static const char whole[] = "storage 1\nfsid " FSID "\nwatch 0 192.0.2.7:0/5 4253 99\ndisk 0 seen 61\nend\n";
	struct storage_answer a;

	(void)state;
	for (size_t n = 0; n < sizeof whole - 1; n++) {
		auto_free char *cut = xstrndup(whole, n);
		bool told = strstr(cut, "seen 61\n");

		read_text(cut, 1, &a);
		assert_int_equal(a.disk[0].seen, told ? STORAGE_SEEN : STORAGE_UNKNOWN);
		assert_int_equal(a.disk[0].nwatcher, told ? 1 : 0);
		if (!strstr(cut, FSID "\n"))
			assert_string_equal(a.absent, "no answer");
		storage_answer_free(&a);
	}
}

static void a_line_that_is_not_understood_ends_it(void **state)
{
	static const char *const lines[] = { "disk 2 seen 61", "disk -1 seen 61", "disk 0 seen", "disk 0 seen 61 1", "disk 0 seen x",
		"disk 0 seen 99999999999999999999999", "watch 0 192.0.2.7 4 9", "watch 0 192.0.2.7:0/4294967296 4 9",
		"watch 0 192.0.2.7:0/5 4", "watch 0 192.0.2.7:0/5 4 9 9", "lock 0 192.0.2.7:0/5 4 other", "lock 0 192.0.2.7:0/5 x auto",
		"lock 0 192.0.2.7:0/5 4 auto 9 9", "lock 0 192.0.2.7:0/5 4 auto 18446744073709551616", "lock 0 192.0.2.7:0/5 4 hand 9",
		"lock 0 192.0.2.7:0/5 4", "lock 0 192.0.2.7:0/5 9223372036854775808 auto", "watch 0 192.0.2.7:0/5 9223372036854775808 9",
		"watch 0 192.0.2.7:0/5 4 18446744073709551616", "disk 0 error 4096 open", "disk 0 error 5", "disk 0 missing 1", "blacklist 1",
		"fenced", "fenced x", "fenced 1 1", "lifted", "lifted x", "lifted 1 1", "osds 1", "osd", "osd 192.0.2.1", "osds\nosd 192.0.2.1:0/1",
		"entries 1", "monitor", "monitor 192.0.2.1:6789/0 1", "entry 192.0.2.7:0/5 y z", "may yes no", "fsid " FSID " 1", "fsid " FSID "0",
		"fsid 7db2ac12-76f5-4c1d-9729-3271ab72337x", "fsid",
		"entry 192.0.2.7:0/5", "entry x y", "may perhaps", "may", "", "watch", "unheard of", "monitor nobody", "fsid x", "end now",
		"watch 1 192.0.2.7:0/5 4 9\nwatch 0 192.0.2.7:0/5 4 9", "watch 0 192.0.2.7:0/5 4 9\ndisk 0 missing",
		"watch 0 192.0.2.7:0/5 4 9\ndisk 0 error 5 open", "disk 0 missing\ndisk 0 missing", "entries\nentry 192.0.2.7:0/5 y",
		"watch 0 192.0.2.7:0/5 4 9\nlock 0 192.0.2.7:0/5 4 hand\ndisk 0 missing" };
	/* what follows it: where it was taken for one of disk 0, the end of another disk's would be refused for that alone */
	static const char *const rest[] = { "disk 1 seen 61\nend\n", "disk 0 seen 61\ndisk 1 seen 61\nend\n" };
	struct storage_answer a;

	(void)state;
	for (size_t i = 0; i < COUNT(lines) * COUNT(rest); i++) {
		const char *line = lines[i / COUNT(rest)];
		auto_free char *text = xasprintf("storage 1\nfsid " FSID "\n%s\n%s", line, rest[i % COUNT(rest)]);

		read_text(text, 2, &a);
		assert_null(a.absent);
		assert_string_equal(a.fsid, FSID);
		assert_int_equal(a.entries_known, str_starts(line, "entries\n"));
		assert_int_equal(a.osds_known, str_starts(line, "osds\n"));
		assert_false(a.blacklist);
		assert_int_equal(a.disk[1].seen, STORAGE_UNKNOWN);
		assert_true(a.disk[0].seen != STORAGE_SEEN);
		storage_answer_free(&a);
	}
}

static void more_monitors_than_any_cluster_has_end_it(void **state)
{
	auto_str struct str text = { 0 };
	struct storage_answer a;

	(void)state;
	str_add(&text, "storage 1\nfsid " FSID "\n");
	for (size_t i = 0; i < 64; i++)
		str_add(&text, "monitor 192.0.2.1:6789/0\n");
	for (size_t more = 0; more < 2; more++) {
		auto_free char *whole = xasprintf("%s%sdisk 0 seen 61\nend\n", text.s, more ? "monitor 192.0.2.1:6789/0\n" : "");

		read_text(whole, 1, &a);
		assert_int_equal(a.nmonitor, 64);
		assert_int_equal(a.disk[0].seen, more ? STORAGE_UNKNOWN : STORAGE_SEEN);
		storage_answer_free(&a);
	}
}

static void without_a_cluster_every_disk_has_the_reason(void **state)
{
	struct storage_answer a;

	(void)state;
	read_text("storage 1\nabsent client.cinder: Permission denied\n", 2, &a);
	assert_string_equal(a.absent, "client.cinder: Permission denied");
	assert_string_equal(a.disk[1].why, "client.cinder: Permission denied");
	storage_answer_free(&a);
	read_text("storage 2\nfsid " FSID "\ndisk 0 seen 1\nend\n", 1, &a);
	assert_string_equal(a.absent, "no answer");
	assert_int_equal(a.disk[0].seen, STORAGE_UNKNOWN);
	storage_answer_free(&a);
}

/* ---- the child, with libraries of Ceph that are a file (tests/storage/fake.c) */


static int put_cluster(const char *text)
{
	FILE *f = fopen(cluster, "w");

	fputs(text, f);
	return fclose(f);
}

static struct storage_answer look(struct storage_ask *ask)
{
	struct storage_look one;
	struct storage_answer a;

	ask->access = (struct storage_access){ .conf = cluster, .user = "cinder" };
	storage_begin(ask, &one);
	storage_take(&one, &a);
	return a;
}

static const struct storage_image images[] = { { "volumes", "a" }, { "volumes", "b" }, { "vms", "c" } };

static void images_are_looked_at_in_a_child(void **state)
{
	struct storage_ask ask = { .image = images, .n = 3, .probe = true };
	struct storage_answer a;

	(void)state;
	put_cluster("image volumes/a 61\nwatch volumes/a 192.0.2.7:0/5 4253 9\nlock volumes/a 192.0.2.7:0/5 4253 auto\n"
		    "error volumes/b -1\nentry 192.0.2.9:0/1 2026-11-28T10:02:31.123456+0000\n");
	a = look(&ask);
	assert_null(a.absent);
	assert_int_equal(a.may_blocklist, STORAGE_MAY);
	assert_int_equal(a.nmonitor, 1);
	assert_true(a.entries_known);
	assert_int_equal(a.disk[0].nwatcher, 1);
	assert_int_equal(a.disk[0].nlock, 1);
	assert_string_equal(a.disk[1].why, "this key may not read the image");
	assert_int_equal(a.disk[2].seen, STORAGE_MISSING);
	storage_answer_free(&a);
	put_cluster("user client.cinder may -13 access denied\n");
	a = look(&ask);
	assert_int_equal(a.may_blocklist, STORAGE_MAY_NOT);
	storage_answer_free(&a);
	put_cluster("user client.cinder may -22 something else\n");
	a = look(&ask);
	assert_int_equal(a.may_blocklist, STORAGE_MAY_UNKNOWN);
	storage_answer_free(&a);
}

static void a_child_that_ends_early_or_never_is_an_absence(void **state)
{
	struct storage_ask ask = { .image = images, .n = 1 };
	struct storage_answer a;
	int64_t begin;

	(void)state;
	put_cluster("connect abort\n");
	a = look(&ask);
	assert_string_equal(a.absent, "the library that asks Ceph ended without an answer");
	storage_answer_free(&a);
	put_cluster("connect -13\n");
	a = look(&ask);
	assert_string_equal(a.absent, "client.cinder: Permission denied");
	assert_false(a.unable);
	storage_answer_free(&a);
	put_cluster("connect -2\n");
	a = look(&ask);
	assert_string_equal(a.absent, "client.cinder: no key of this user was found");
	assert_true(a.unable);
	storage_answer_free(&a);
	put_cluster("connect hang\n");
	ask.deadline_ms = 100;
	begin = clock_monotonic_ms();
	a = look(&ask);
	assert_true(clock_monotonic_ms() - begin >= 100);
	assert_string_equal(a.absent, "Ceph did not answer in time");
	assert_string_equal(a.disk[0].why, "Ceph did not answer in time");
	storage_answer_free(&a);
}

/* Each image that times out costs seconds: the third is not asked any more. */
static void a_silent_osd_is_asked_twice(void **state)
{
	struct storage_ask ask = { .image = images, .n = 3 };
	struct storage_answer a;

	(void)state;
	put_cluster("error volumes/a -110\nerror volumes/b -110\nimage vms/c 61\n");
	a = look(&ask);
	assert_null(a.absent);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(a.disk[i].why, "no OSD answered in time");
	storage_answer_free(&a);
}

static void exactly_these_clients_are_blocklisted(void **state)
{
	const struct storage_address fence[] = { address("192.0.2.7:0/5"), address("192.0.2.7:0/0"), address("192.0.2.7:0/6") };
	struct storage_ask ask = { .image = images, .n = 1, .fence = fence, .nfence = 1, .fence_s = 1000 };
	struct storage_answer a;

	(void)state;
	put_cluster("image volumes/a 61\nwatch volumes/a 192.0.2.7:0/5 4253 9\nlock volumes/a 192.0.2.7:0/5 4253 auto\n");
	a = look(&ask);
	assert_int_equal(a.nfenced, 1);
	assert_null(a.fence_why);
	assert_int_equal(a.nentry, 1);
	assert_true(storage_address_same_client(&a.entry[0].address, &fence[0]));
	assert_int_equal(a.disk[0].nwatcher, 0);
	assert_int_equal(a.disk[0].nlock, 1);
	storage_answer_free(&a);
	/* the second is a whole host: it is refused, and nothing is begun */
	put_cluster("image volumes/a 61\n");
	ask.nfence = 3;
	a = look(&ask);
	assert_int_equal(a.nfenced, 0);
	assert_string_equal(a.fence_why, "a client without a nonce is all clients of its host");
	assert_int_equal(a.nentry, 0);
	storage_answer_free(&a);
	/* what was obeyed before one that is refused stands */
	put_cluster("image volumes/a 61\nrefuse 192.0.2.7:0/6 -22 no\n");
	ask.fence = (const struct storage_address[]){ fence[0], fence[2] };
	ask.nfence = 2;
	a = look(&ask);
	assert_int_equal(a.nfenced, 1);
	assert_string_equal(a.fence_why, "no");
	assert_int_equal(a.nentry, 1);
	storage_answer_free(&a);
	ask.fence = fence;
	put_cluster("user client.cinder may -13 access denied\nimage volumes/a 61\n");
	ask.nfence = 1;
	a = look(&ask);
	assert_int_equal(a.nfenced, 0);
	assert_string_equal(a.fence_why, "access denied");
	assert_true(a.entries_known);
	assert_int_equal(a.nentry, 0);
	storage_answer_free(&a);
}

static size_t fence_whole_host(const char *text, const char *why)
{
	const struct storage_address host = address("192.0.2.7:0/0");
	struct storage_ask ask = { .fence = &host, .nfence = 1, .fence_s = 1000, .whole_hosts = true };
	struct storage_answer a;
	size_t n;

	put_cluster(text);
	a = look(&ask);
	n = a.nfenced;
	assert_int_equal(a.nentry, n);
	if (why)
		assert_string_equal(a.fence_why, why);
	else
		assert_null(a.fence_why);
	storage_answer_free(&a);
	return n;
}

static void a_whole_host_has_no_server_of_the_cluster(void **state)
{
	(void)state;
	assert_int_equal(fence_whole_host("osd 192.0.2.8:6800/77\n", NULL), 1);
	assert_int_equal(fence_whole_host("osd 192.0.2.8:6800/77\nosd 192.0.2.7:6804/3\n", "an OSD or a monitor has this address"), 0);
	assert_int_equal(fence_whole_host("monitor 192.0.2.7:6789/0\n", "an OSD or a monitor has this address"), 0);
	assert_int_equal(fence_whole_host("dump -13\n", "whether an OSD or a monitor has this address is not known"), 0);
}

static void an_entry_is_taken_away_exactly(void **state)
{
	const struct storage_address lift[] = { address("192.0.2.7:0/5"), address("192.0.2.7:0/6") };
	struct storage_ask ask = { .lift = lift, .nlift = 2 };
	struct storage_answer a;

	(void)state;
	put_cluster("entry 192.0.2.7:0/5 2099-01-01T00:00:00.000000+0000\nentry 192.0.2.7:0/7 2099-01-01T00:00:00.000000+0000\n");
	a = look(&ask);
	assert_int_equal(a.nlifted, 2);
	assert_null(a.lift_why);
	assert_int_equal(a.nentry, 1);
	assert_int_equal(a.entry[0].address.nonce, 7);
	storage_answer_free(&a);
	put_cluster("user client.cinder may -13 access denied\nentry 192.0.2.7:0/5 2099-01-01T00:00:00.000000+0000\n");
	a = look(&ask);
	assert_int_equal(a.nlifted, 0);
	assert_string_equal(a.lift_why, "access denied");
	assert_int_equal(a.nentry, 1);
	storage_answer_free(&a);
	put_cluster("connect -13\n");
	a = look(&ask);
	assert_string_equal(a.lift_why, "client.cinder: Permission denied");
	storage_answer_free(&a);
}

/* librbd's own entry ends in an hour, and Ceph makes none longer that exists. */
static void an_entry_that_ends_too_soon_is_made_anew(void **state)
{
	const struct storage_address fence[] = { address("192.0.2.7:0/5"), address("192.0.2.7:0/6") };
	struct storage_ask ask = { .fence = fence, .nfence = 2, .fence_s = 1000 };
	struct storage_answer a;

	(void)state;
	put_cluster("entry 192.0.2.7:0/5 2026-01-01T00:00:00.000000+0000\nentry 192.0.2.7:0/7 2026-01-01T00:00:00.000000+0000\n");
	a = look(&ask);
	assert_int_equal(a.nfenced, 2);
	assert_int_equal(a.nentry, 3);
	for (size_t i = 0; i < a.nentry; i++)
		assert_string_equal(a.entry[i].until,
		    a.entry[i].address.nonce == 7 ? "2026-01-01T00:00:00.000000+0000" : "2099-01-01T00:00:00.000000+0000");
	storage_answer_free(&a);
	/* who may add and not remove ('profile rbd') cannot do it: that is said, and none is begun after it */
	put_cluster("refuse-rm -13 access denied\nentry 192.0.2.7:0/5 2026-01-01T00:00:00.000000+0000\n");
	a = look(&ask);
	assert_int_equal(a.nfenced, 0);
	assert_string_equal(a.fence_why, "access denied");
	assert_int_equal(a.nentry, 1);
	assert_string_equal(a.entry[0].until, "2026-01-01T00:00:00.000000+0000");
	storage_answer_free(&a);
}

/* Ceph 14 and 15 have another word for all of it. */
static void an_older_cluster_is_asked_in_its_own_words(void **state)
{
	const struct storage_address client[] = { address("192.0.2.7:0/5"), address("192.0.2.7:0/6") };
	struct storage_ask ask = { .image = images, .n = 1, .probe = true, .fence = client, .nfence = 1, .fence_s = 1000 };
	struct storage_answer a;

	(void)state;
	put_cluster("blacklist\nimage volumes/a 61\nwatch volumes/a 192.0.2.7:0/5 4253 9\n");
	a = look(&ask);
	assert_true(a.blacklist);
	assert_int_equal(a.may_blocklist, STORAGE_MAY);
	assert_int_equal(a.nfenced, 1);
	assert_true(a.entries_known);
	assert_int_equal(a.nentry, 1);
	assert_int_equal(a.disk[0].nwatcher, 0);
	storage_answer_free(&a);
	ask = (struct storage_ask){ .lift = client, .nlift = 2 };
	a = look(&ask);
	assert_int_equal(a.nlifted, 2);
	assert_int_equal(a.nentry, 0);
	storage_answer_free(&a);
	put_cluster("blacklist\nuser client.cinder may -13 access denied\n");
	ask = (struct storage_ask){ .probe = true };
	a = look(&ask);
	assert_int_equal(a.may_blocklist, STORAGE_MAY_NOT);
	assert_string_equal(storage_blocklist_word(a.blacklist), "blacklist");
	storage_answer_free(&a);
	put_cluster("");
	a = look(&ask);
	assert_string_equal(storage_blocklist_word(a.blacklist), "blocklist");
	storage_answer_free(&a);
}

/* What this program has open is its own: a database would see two clients on one connection. */
static void the_child_keeps_none_of_our_files(void **state)
{
	struct storage_ask ask = { .n = 0 };
	struct storage_look one;
	struct storage_answer a;
	char path[64];
	int ours = open("/dev/null", O_RDONLY);

	(void)state;
	put_cluster("connect hang\n");
	ask.access = (struct storage_access){ .conf = cluster, .user = "cinder" };
	ask.deadline_ms = 20000;
	storage_begin(&ask, &one);
	snprintf(path, sizeof path, "/proc/%d/fd/%d", one.pid, ours);
	for (int i = 0; i < 1500 && access(path, F_OK) == 0; i++)
		clock_sleep_ms(10); /* it has begun to live, and not more */
	assert_int_not_equal(access(path, F_OK), 0);
	snprintf(path, sizeof path, "/proc/%d/fd/1", one.pid);
	assert_int_equal(access(path, F_OK), 0);
	kill(one.pid, SIGKILL);
	storage_take(&one, &a);
	assert_non_null(a.absent);
	storage_answer_free(&a);
	close(ours);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_read_as_a_whole_or_not_at_all),
		cmocka_unit_test(a_host_is_read_with_or_without_its_port),
		cmocka_unit_test(hosts_and_clients_are_told_apart),
		cmocka_unit_test(a_whole_answer_is_read),
		cmocka_unit_test(what_was_cut_off_is_unknown),
		cmocka_unit_test(a_line_that_is_not_understood_ends_it),
		cmocka_unit_test(more_monitors_than_any_cluster_has_end_it),
		cmocka_unit_test(without_a_cluster_every_disk_has_the_reason),
		cmocka_unit_test(images_are_looked_at_in_a_child),
		cmocka_unit_test(a_child_that_ends_early_or_never_is_an_absence),
		cmocka_unit_test(a_silent_osd_is_asked_twice),
		cmocka_unit_test(exactly_these_clients_are_blocklisted),
		cmocka_unit_test(a_whole_host_has_no_server_of_the_cluster),
		cmocka_unit_test(an_entry_is_taken_away_exactly),
		cmocka_unit_test(an_entry_that_ends_too_soon_is_made_anew),
		cmocka_unit_test(an_older_cluster_is_asked_in_its_own_words),
		cmocka_unit_test(the_child_keeps_none_of_our_files),
	};

	return cmocka_run_group_tests(tests, fake_ceph_load, fake_ceph_remove);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "fake_db.h"
#include "model/cinder/host.h"
#include "model/cinder/ownership.h"
#include "model/cinder/service.h"
#include "model/cinder/volume.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define LIST(...) (const char *const[]){ __VA_ARGS__ }

static int reset(void **state)
{
	(void)state;
	fake_reset();
	return 0;
}

/* ---- host@backend#pool */

static const struct {
	const char *text, *expected; /* "backend_host|node|backend|pool"; NULL: it is no host */
} names[] = {
	{ "ctl1", "ctl1|ctl1||" },
	{ "ctl1@rbd", "ctl1@rbd|ctl1|rbd|" },
	{ "ctl1@rbd#ssd", "ctl1@rbd|ctl1|rbd|ssd" },
	{ "ctl1#ssd", "ctl1|ctl1||ssd" },
	{ "ctl1@rbd#a@b", "ctl1@rbd|ctl1|rbd|a@b" }, /* a pool may hold what it likes, but for '#' */
	{ "ctl1#a@b", "ctl1|ctl1||a@b" },
	{ "node.example.org@lvm-1#LVM_iSCSI", "node.example.org@lvm-1|node.example.org|lvm-1|LVM_iSCSI" },
	{ " ", " | ||" }, /* a blank is a letter like any other */
	{ "c_l%@r_d", "c_l%@r_d|c_l%|r_d|" },
	{ "", NULL },
	{ "@rbd", NULL },
	{ "#ssd", NULL },
	{ "ctl1@", NULL },
	{ "ctl1@#ssd", NULL },
	{ "ctl1@rbd#", NULL },
	{ "ctl1#", NULL },
	{ "ctl1@rbd#a#b", NULL },
	{ "rbd:vol umes@a\"b@ceph#p", "rbd:vol umes@a\"b@ceph|rbd:vol umes|a\"b@ceph|p" }, /* as extract_host() cuts it */
};

static void a_host_is_read_part_by_part(void **state)
{
	auto_str struct str got = { 0 };
	struct host_name host;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_int_equal(host_name_parse(names[i].text, &host), names[i].expected != NULL);
		if (!names[i].expected)
			continue;
		str_clear(&got);
		str_addf(&got, "%s|%s|%s|%s", host.backend_host, host.node, host.backend, host.pool);
		assert_string_equal(got.s, names[i].expected);
		assert_string_equal(host.text, names[i].text);
	}
}

static void a_host_has_at_most_255_bytes(void **state)
{
	char text[HOST_MAX + 2];
	struct host_name host;

	(void)state;
	memset(text, 'h', sizeof text);
	text[HOST_MAX] = '\0';
	assert_true(host_name_parse(text, &host));
	assert_int_equal(strlen(host.node), HOST_MAX);
	text[HOST_MAX] = 'h';
	text[HOST_MAX + 1] = '\0';
	assert_false(host_name_parse(text, &host));
	text[1] = '@';
	text[HOST_MAX] = '\0';
	assert_true(host_name_parse(text, &host));
	assert_int_equal(strlen(host.backend), HOST_MAX - 2);
}

/* The database's collation would say yes to most of the noes. */
static const struct {
	const char *host, *owner;
	bool on_node, on_backend;
} belongs[] = {
	{ "ctl1", "ctl1", true, true },
	{ "ctl1@rbd", "ctl1", true, false },
	{ "ctl1#ssd", "ctl1", true, true },
	{ "ctl1@rbd#ssd", "ctl1", true, false },
	{ "ctl1@rbd#ssd", "ctl1@rbd", true, true },
	{ "ctl1@rbd", "ctl1@rbd", true, true },
	{ "ctl10@rbd", "ctl1", false, false },
	{ "ctl1@rbd2", "ctl1@rbd", false, false },
	{ "ctl1@rbd2#ssd", "ctl1@rbd", false, false },
	{ "CTL1@rbd", "ctl1", false, false },
	{ "ctl1@RBD#ssd", "ctl1@rbd", false, false },
	{ "ctl1 ", "ctl1", false, false },
	{ "ctl1@rbd ", "ctl1@rbd", false, false },
	{ "ctlx1@rbd", "ctl_1", false, false },
	{ "ctl_1@rbd", "ctl_1", true, false },
	{ "ctl-abc@rbd", "ctl%", false, false },
	{ "ctl1", "ctl1@rbd", false, false },
	{ "ctl", "ctl1", false, false },
	{ "", "ctl1", false, false },
};

static void who_owns_a_host_is_decided_byte_for_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(belongs); i++) {
		if (belongs[i].on_node != host_is_on_node(belongs[i].host, belongs[i].owner) ||
		    belongs[i].on_backend != host_is_on_backend(belongs[i].host, belongs[i].owner))
			fail_msg("'%s' on '%s'", belongs[i].host, belongs[i].owner);
	}
}

static void a_pool_is_what_stands_behind_the_sharp(void **state)
{
	(void)state;
	assert_string_equal(host_pool("a@b#p"), "p");
	assert_string_equal(host_pool("a#p"), "p");
	assert_string_equal(host_pool("a@b#"), "");
	assert_null(host_pool("a@b"));
}

/* ---- who is alive */

static const struct {
	struct maybe_int age;
	bool up;
} ages[] = {
	{ { true, 0 }, true },
	{ { true, 59 }, true },
	{ { true, 60 }, true }, /* cinder counts the edge as up */
	{ { true, 61 }, false },
	{ { true, 100000000 }, false },
	{ { true, -1 }, true },
	{ { true, -100000000 }, true }, /* a clock that is ahead counts as up, as in cinder */
	{ { true, INT64_MIN }, true },
	{ { false, 0 }, false }, /* never reported */
};

static void a_cinder_service_is_up_while_its_heartbeat_is_young(void **state)
{
	struct cinder_service s = { .binary = "cinder-volume", .host = "a@b" };

	(void)state;
	for (size_t i = 0; i < COUNT(ages); i++) {
		s.heartbeat_age_s = ages[i].age;
		s.disabled = i % 2; /* disabled is no word about life */
		assert_int_equal(cinder_service_is_up(&s, 60), ages[i].up);
	}
	s.heartbeat_age_s = (struct maybe_int){ true, 61 };
	assert_true(cinder_service_is_up(&s, 61));
}

static void of_several_rows_the_freshest_service_counts(void **state)
{
	struct cinder_service v[] = {
		{ .id = 1, .binary = "cinder-volume", .host = "a@b" }, /* never reported */
		{ .id = 2, .binary = "cinder-volume", .host = "a@b", .heartbeat_age_s = { true, 500 } },
		{ .id = 3, .binary = "cinder-volume", .host = "a@b", .heartbeat_age_s = { true, 5 } },
		{ .id = 4, .binary = "cinder-volume", .host = "A@b", .heartbeat_age_s = { true, 1 } },
		{ .id = 5, .binary = "cinder-backup", .host = "a@b", .heartbeat_age_s = { true, 1 } },
		{ .id = 6, .binary = "cinder-volume", .host = "a@b ", .heartbeat_age_s = { true, 1 } },
	};
	struct cinder_services all = { .v = v, .n = COUNT(v) };

	(void)state;
	assert_int_equal(cinder_service_find(&all, "cinder-volume", "a@b")->id, 3);
	assert_int_equal(cinder_service_find(&all, "cinder-backup", "a@b")->id, 5);
	assert_null(cinder_service_find(&all, "cinder-volume", "a"));
	all.n = 1;
	assert_int_equal(cinder_service_find(&all, "cinder-volume", "a@b")->id, 1);
	all.n = 0;
	assert_null(cinder_service_find(&all, "cinder-volume", "a@b"));
}

static void services_are_read_with_their_nulls(void **state)
{
	struct cinder_services got;
	struct error err;

	(void)state;
	fake_rows("cinder/service_list",
	    LIST("id", "uuid", "host", "binary", "cluster_name", "zone", "disabled", "disabled_reason", "frozen", "report_count",
	        "heartbeat_age_s", NULL),
	    LIST("7", NULL, "a@b", "cinder-volume", NULL, "nova", "1", NULL, "0", "12", NULL), 1);
	assert_int_equal(0, cinder_services_list(NULL, &got, &err));
	assert_int_equal(got.n, 1);
	assert_int_equal(got.v->id, 7);
	assert_null(got.v->uuid);
	assert_true(got.v->disabled);
	assert_false(got.v->frozen);
	assert_false(got.v->heartbeat_age_s.set);
	cinder_services_free(&got);
	assert_null(got.v);
	fake_answer("cinder/service_list")->fails = ERROR_DB_UNREACHABLE;
	assert_int_equal(-1, cinder_services_list(NULL, &got, &err));
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
}

/* ---- what is owned */

static const struct {
	enum owned_kind kind;
	const char *sql;
} finders[] = {
	{ OWNED_VOLUME, "cinder/volume_list_by_backend backend_host=a@b" },
	{ OWNED_GROUP, "cinder/group_list_by_backend backend_host=a@b" },
	{ OWNED_CONSISTENCYGROUP, "cinder/consistencygroup_list_by_backend backend_host=a@b" },
	{ OWNED_CACHE_ENTRY, "cinder/cache_entry_list_by_backend backend_host=a@b" },
	{ OWNED_WORKER, "cinder/worker_list_by_backend backend_host=a@b" },
	{ OWNED_BACKUP, "cinder/backup_list_by_host backend_host=a@b" },
};

static void every_kind_is_found_by_its_own_statement(void **state)
{
	struct owned_rows rows;
	struct error err;

	(void)state;
	assert_int_equal(COUNT(finders), OWNED_KINDS);
	for (size_t i = 0; i < COUNT(finders); i++) {
		fake_reset();
		assert_int_equal(0, owned_find(NULL, finders[i].kind, "a@b", &rows, &err));
		assert_string_equal(fake_calls.s, finders[i].sql);
		assert_int_equal(rows.n, 0);
		owned_free(&rows);
	}
}

/* ---- owners, and what is taken from their counts */

#define WHOLE " whole=1 first=NULL second=NULL third=NULL"
#define GROUP_COLUMNS LIST("kind", "host", "last_host", "cluster_name", "last_cluster_name", "n", "n_long", NULL)

static void owners_are_told_by_the_number_of_their_name(void **state)
{
	struct owners owners;
	struct error err;

	(void)state;
	fake_rows("cinder/owner_list", GROUP_COLUMNS,
	    LIST("backup", "a", "a", NULL, NULL, "2", "0", "volume", "a@b#p", "a@b#p", NULL, NULL, "3", "0", "volume", "a@b#q", "a@b#q",
		NULL, NULL, "4", "0", "volume", "A@b", "A@b", NULL, NULL, "5", "0", "volume", "c@d", "c@d", "x@d", "x@d", "6", "0"),
	    5);
	assert_int_equal(0, owners_list(NULL, &owners, &err));
	assert_string_equal(fake_calls.s, "cinder/owner_list" WHOLE);
	assert_true(owners.whole);
	assert_int_equal(owners.n, 5);
	assert_string_equal(owners.v[4].cluster_name, "x@d");
	assert_string_equal(owners.v[1].host, "a@b#p");
	assert_int_equal(owners.v[1].n, 3);
	assert_null(owners.v[1].cluster_name);
	assert_int_equal(7, owners_count(&owners, "volume", "a@b", true));
	assert_int_equal(0, owners_count(&owners, "volume", "a@b", false));
	assert_int_equal(4, owners_count(&owners, "volume", "a@b#q", false));
	assert_int_equal(2, owners_count(&owners, "backup", "a", true));
	assert_int_equal(0, owners_count(&owners, "volume", "a", true)); /* a node is no backend */
	assert_int_equal(18, owners_count(&owners, "volume", NULL, false));
	owners_free(&owners);
}

/* ${first}: the pattern for it. What LIKE takes for its own fits at least itself, and a letter both of its cases. */
static const struct {
	const char *host, *first;
} nears[] = { { "ctl1", "___1%" }, { "CTL1.example.org", "___1%" }, { "rack-2@rbd#ssd", "____-2%" }, { "a_1%z@d", "__1%_%" },
	{ "1\\b@c", "1%" }, { ".x", "%" }, { "\xc3\xa9-AZ", "\xc3\xa9-__%" } };

static void owners_near_some_hosts_are_asked_for_by_how_these_begin(void **state)
{
	struct owners owners;
	struct error err;
	char calls[128];

	(void)state;
	for (size_t i = 0; i < COUNT(nears); i++) {
		const char *const hosts[OWNERS_NEAR] = { nears[i].host, NULL, "c2@rbd" };

		fake_reset();
		assert_int_equal(0, owners_list_near(NULL, hosts, &owners, &err));
		snprintf(calls, sizeof calls, "cinder/owner_list whole=0 first=%s second=NULL third=_2%%", nears[i].first);
		assert_string_equal(fake_calls.s, calls);
		assert_false(owners.whole);
		owners_free(&owners);
	}
}

static void owners_whose_names_share_a_number_or_are_long_are_asked_for_exactly(void **state)
{
	static const char *const groups[][7] = { { "volume", "a@b", "c@d", NULL, NULL, "3", "0" },
		{ "volume", "a@b", "a@b", "x@b", "y@b", "3", "0" }, { "volume", "a@b", "a@b", NULL, NULL, "3", "1" } };
	struct owners owners;
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(groups); i++) {
		fake_reset();
		fake_rows("cinder/owner_list", GROUP_COLUMNS, groups[i], 1);
		fake_rows("cinder/owner_list_exact", LIST("kind", "host", "n", "cluster_name", NULL),
		    LIST("volume", "a@b", "1", NULL, "volume", "c@d", "2", "x@d"), 2);
		assert_int_equal(0, owners_list(NULL, &owners, &err));
		assert_string_equal(fake_calls.s, "cinder/owner_list" WHOLE "|cinder/owner_list_exact" WHOLE);
		assert_int_equal(owners.n, 2);
		assert_string_equal(owners.v[1].cluster_name, "x@d");
		owners_free(&owners);
	}
}

static void owners_of_backups_are_asked_for_by_numbers_where_these_tell(void **state)
{
	static const char *const one[] = { "backup", "a", "a", NULL, NULL, "3", "0" }, *const two[] = { "backup", "a", "b", NULL, NULL, "3", "0" },
				 *const longer[] = { "backup", "a", "a", NULL, NULL, "3", "1" }, *const *const groups[] = { one, two, longer };
	struct owners owners;
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(groups); i++) {
		fake_reset();
		fake_rows("cinder/owner_list_of_backups", GROUP_COLUMNS, groups[i], 1);
		fake_rows("cinder/owner_list_of_backups_exact", LIST("kind", "host", "n", NULL), LIST("backup", "a", "1", "backup", "b", "2"), 2);
		assert_int_equal(0, backup_owners_list(NULL, &owners, &err));
		assert_string_equal(fake_calls.s, i == 0 ? "cinder/owner_list_of_backups" : "cinder/owner_list_of_backups|cinder/owner_list_of_backups_exact");
		assert_int_equal(owners.n, i == 0 ? 1 : 2);
		assert_int_equal(owners_count(&owners, "backup", "a", false), i == 0 ? 3 : 1);
		owners_free(&owners);
	}
}

#define BY_SERVICE "cinder/volume_list_by_service backend_host=a@b service_uuid=s1 second_uuid=NULL third_uuid=NULL"
#define BY_THREE "cinder/volume_list_by_service backend_host=a@b service_uuid=s1 second_uuid=s0 third_uuid=s2"
#define BY_BACKEND "cinder/volume_list_by_backend backend_host=a@b"

/* ${rows} the index gives of those that were counted, in a cloud of ${all}; there are 2. */
static const struct {
	int64_t counted, all;
	const char *service_uuid;
	size_t rows;
	const char *calls, *first, *last; /* of the services that they name; NULL: not known, or none */
} searches[] = {
	{ 0, 100, "s1", 0, "", NULL, NULL },
	{ 2, 100, "s1", 2, BY_SERVICE, NULL, NULL },
	{ 2, 100, "s1", 1, BY_SERVICE "|" BY_BACKEND, NULL, NULL }, /* one names another service */
	{ 2, 100, "s1", 2, BY_SERVICE, "s1", "s1" },
	{ 2, 100, "s1", 2, BY_THREE, "s0", "s2" },
	{ 2, 100, NULL, 2, BY_SERVICE, "s1", "s1" },
	{ 2, 100, NULL, 2, BY_BACKEND, NULL, NULL },
	{ 2, 8, "s1", 2, BY_SERVICE, NULL, NULL },
	{ 5001, 100000, "s1", 2, BY_SERVICE "|" BY_BACKEND, NULL, NULL },
	{ 5001, 20004, "s1", 2, BY_BACKEND, NULL, NULL }, /* a quarter of all is sooner read in passing */
};

static void few_volumes_of_many_are_found_by_their_service(void **state)
{
	struct owned_rows rows;
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(searches); i++) {
		struct owner owner[] = { { .kind = "volume",
					       .host = "a@b#p",
					       .n = searches[i].counted,
					       .first_service = searches[i].first,
					       .last_service = searches[i].last },
			{ .kind = "volume", .host = "o@b", .n = searches[i].all - searches[i].counted } };
		const struct owners owners = { .v = owner, .n = COUNT(owner) };

		fake_reset();
		fake_rows("cinder/volume_list_by_service", LIST("id", "host", NULL), LIST("v1", "a@b#p", "v2", "a@b#p"), searches[i].rows);
		fake_rows("cinder/volume_list_by_backend", LIST("id", "host", NULL), LIST("v1", "a@b#p", "v2", "a@b#p"), 2);
		assert_int_equal(0, owned_find_volumes(NULL, "a@b", &owners, searches[i].service_uuid, &rows, &err));
		assert_string_equal(str_or(fake_calls.s, ""), searches[i].calls);
		assert_int_equal(rows.n, searches[i].counted ? 2 : 0);
		owned_free(&rows);
	}
}

static void counts_with_owners_pass_over_the_small_tables_alone(void **state)
{
	struct owner owner[] = { { .kind = "volume", .host = "a@b#p", .n = 3 }, { .kind = "volume", .host = "c@b", .n = 4 },
		{ .kind = "backup", .host = "a", .n = 5 } };
	const struct owners owners = { .v = owner, .n = COUNT(owner) };
	struct ownership_count count;
	struct error err;

	(void)state;
	fake_rows("cinder/owner_count_small", LIST("kind", "n_old", "n_new", NULL), LIST("group", "1", "2"), 1);
	assert_int_equal(0, ownership_count_with(NULL, &owners, &(struct owner_pair){ "a@b", "c@b", true, false }, &count, &err));
	assert_string_equal(fake_calls.s, "cinder/owner_count_small old_owner=a@b new_owner=c@b pools=1");
	assert_true(count.known);
	assert_int_equal(count.old_owner[OWNED_VOLUME], 3);
	assert_int_equal(count.new_owner[OWNED_VOLUME], 4);
	assert_int_equal(count.old_owner[OWNED_GROUP], 1);
	assert_int_equal(count.new_owner[OWNED_GROUP], 2);
	assert_int_equal(count.old_owner[OWNED_BACKUP], 0);
	str_clear(&fake_calls);
	assert_int_equal(0, ownership_count_with(NULL, &owners, &(struct owner_pair){ "a", "c", false, true }, &count, &err));
	assert_int_equal(fake_calls.n, 0);
	assert_true(count.known);
	assert_int_equal(count.old_owner[OWNED_BACKUP], 5);
	assert_int_equal(count.old_owner[OWNED_VOLUME], 0);
}

/* What a move of backups does not ask no statement passes over. */
static void a_count_is_about_what_a_backend_has_or_about_backups(void **state)
{
	struct ownership_count count;
	struct error err;

	(void)state;
	fake_rows("cinder/owner_count", LIST("kind", "n_old", "n_new", NULL), LIST("volume", "1", "2"), 1);
	assert_int_equal(0, ownership_count(NULL, &(struct owner_pair){ "a@b", "c@b", true, false }, &count, &err));
	assert_string_equal(fake_calls.s, "cinder/owner_count old_owner=a@b new_owner=c@b pools=1 of_backend=1 of_backups=0");
	assert_int_equal(0, ownership_count(NULL, &(struct owner_pair){ "a", "c", false, true }, &count, &err));
	assert_non_null(strstr(fake_calls.s, "cinder/owner_count old_owner=a new_owner=c pools=0 of_backend=0 of_backups=1"));
}

static void a_volumes_own_work_is_in_its_status(void **state)
{
	struct owned volume[] = { { .id = "v1", .status = "available" }, { .id = "v2", .status = "uploading", .attach_status = "attached", .host = "a@b" },
		{ .id = "v3", .status = "deleting" }, { .id = "v4", .status = "error_deleting" }, { .id = "v5", .status = "attaching" } };
	const struct owned_rows volumes = { .v = volume, .n = COUNT(volume) };
	struct unfinished_rows rows;
	struct error err;

	(void)state;
	fake_rows("cinder/unfinished_list_by_volume", LIST("kind", "id", "volume_id", "status", "host", NULL),
	    LIST("snapshot", "s1", "v1", "creating", "a@b", "local attachment", "l1", "v2", "attached", "elsewhere", "local attachment", "l2", "v3", "attached", "a"), 3);
	fake_rows("cinder/unfinished_list_of_backups", LIST("kind", "id", "status", NULL), LIST("backup", "b1", "creating"), 1);
	assert_int_equal(0, unfinished_on_backend(NULL, "a@b", "a", &volumes, &rows, &err));
	assert_int_equal(rows.n, 5);
	assert_string_equal(rows.v[0].id, "b1");
	assert_string_equal(rows.v[1].id, "l2");
	assert_string_equal(rows.v[2].id, "s1");
	assert_string_equal(rows.v[3].id, "v2");
	assert_string_equal(rows.v[3].volume_id, "v2");
	assert_string_equal(rows.v[3].volume_status, "uploading");
	assert_string_equal(unfinished_final_status(&rows.v[3]), "in-use");
	assert_string_equal(rows.v[4].kind, "volume");
	assert_string_equal(rows.v[4].id, "v3");
	unfinished_free(&rows);
}

static void every_kind_has_its_names(void **state)
{
	static const char *const expected[] = { "volume volumes", "group groups", "consistencygroup consistency groups",
		"image_volume_cache_entry image cache entries", "worker workers", "backup backups" };
	auto_str struct str got = { 0 };

	(void)state;
	for (int kind = 0; kind < OWNED_KINDS; kind++) {
		str_clear(&got);
		str_addf(&got, "%s %s", owned_kind_name[kind], owned_kind_plural[kind]);
		assert_string_equal(got.s, expected[kind]);
	}
}

static const struct {
	enum owned_kind kind;
	const char *status;
	bool transitional;
} statuses[] = {
	{ OWNED_VOLUME, "available", false },
	{ OWNED_VOLUME, "in-use", false },
	{ OWNED_VOLUME, "error", false },
	{ OWNED_VOLUME, "error_deleting", false },
	{ OWNED_VOLUME, "error_extending", false },
	{ OWNED_VOLUME, "error_restoring", false },
	{ OWNED_VOLUME, "error_backing-up", false },
	{ OWNED_VOLUME, "creating", true },
	{ OWNED_VOLUME, "downloading", true },
	{ OWNED_VOLUME, "deleting", true },
	{ OWNED_VOLUME, "attaching", true },
	{ OWNED_VOLUME, "detaching", true },
	{ OWNED_VOLUME, "extending", true },
	{ OWNED_VOLUME, "retyping", true },
	{ OWNED_VOLUME, "uploading", true },
	{ OWNED_VOLUME, "backing-up", true },
	{ OWNED_VOLUME, "restoring-backup", true },
	{ OWNED_VOLUME, "something new", true }, /* what is not known to rest is said */
	{ OWNED_VOLUME, NULL, false },
	{ OWNED_GROUP, "available", false },
	{ OWNED_GROUP, "updating", true },
	{ OWNED_CONSISTENCYGROUP, "deleting", true },
	{ OWNED_CACHE_ENTRY, "anything", false }, /* has no status */
	{ OWNED_WORKER, "available", true },      /* unfinished by its nature */
	{ OWNED_BACKUP, "available", false },
	{ OWNED_BACKUP, "creating", true },
	{ OWNED_BACKUP, "restoring", true },
};

static void rows_in_the_middle_of_something_are_told_from_those_at_rest(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(statuses); i++)
		if (owned_is_transitional(statuses[i].kind, statuses[i].status) != statuses[i].transitional)
			fail_msg("%s '%s'", owned_kind_name[statuses[i].kind], statuses[i].status);
}

static const struct {
	const char *status;
	bool migrating;
} migrations[] = {
	{ NULL, false }, { "", false }, { "none", false }, { "success", false }, { "error", false }, { "migrating", true },
	{ "starting", true }, { "completing", true }, { "deleting", true }, { "target:0a1b", true },
};

static void a_migration_is_under_way_until_it_ended(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(migrations); i++)
		assert_int_equal(owned_is_migrating(&(struct owned){ .migration_status = migrations[i].status }), migrations[i].migrating);
}

static void a_volume_that_cinder_does_not_know_is_an_answer(void **state)
{
	auto_arena struct arena arena = { 0 };
	struct volume_owner owner;
	struct error err;

	(void)state;
	assert_int_equal(0, volume_owners_get(NULL, &WORDS("v1"), &arena, &owner, &err));
	assert_false(owner.known);
	assert_null(owner.host);
	fake_rows("cinder/volume_list_owners", LIST("id", "host", "cluster_name", "status", "encryption_key_id", "type", NULL),
	    LIST("v1", "a@b#p", NULL, "in-use", NULL, "fast"), 1);
	assert_int_equal(0, volume_owners_get(NULL, &WORDS("v1"), &arena, &owner, &err));
	assert_true(owner.known);
	assert_string_equal(owner.host, "a@b#p");
	assert_string_equal(owner.type, "fast");
	assert_null(owner.cluster_name);
	assert_string_equal(fake_calls.s, "cinder/volume_list_owners ids=v1|cinder/volume_list_owners ids=v1");
}

#define COUNT_OF(uuid) "cinder/volume_count_some_by_service service_uuid=" uuid
#define NEAR " node=ctl1 start=ctl1"

static void a_nodes_twins_are_read_with_it_where_it_can_have_any(void **state)
{
	static const struct {
		const char *node, *start;
	} nodes[] = { { "ctl1", "ctl1" }, { "ctl1.example.org", "ctl1" }, { "10.0.0.5", "10.0.0.5" }, { ".odd", ".odd" }, { "2nd.x", "2nd" } };

	(void)state;
	for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
		const struct cinder_services none = { .n = 0 };
		struct error err = { 0 };
		char expected[100];
		struct db_walk *walk;
		const void *row;

		fake_reset();
		fake_rows("cinder/volume_list_near_node", (const char *const[]){ NULL }, NULL, 0);
		snprintf(expected, sizeof expected, "cinder/volume_list_near_node node=%s start=%s", nodes[i].node, nodes[i].start);
		assert_int_equal(volumes_walk(NULL, &none, nodes[i].node, &walk, &err), 0);
		assert_string_equal(fake_calls.s, expected);
		assert_int_equal(db_walk_next(walk, &row, &err), 0);
		db_walk_close(&walk);
	}
}

/* What the services are named by says whether they are few; nothing, where none is known. */
static void few_volumes_of_a_node_are_found_by_their_ids(void **state)
{
	static struct cinder_service of[] = { { .uuid = "s1", .host = "ctl1@a", .binary = "cinder-volume" },
		{ .uuid = "s2", .host = "ctl1", .binary = "cinder-backup" }, { .uuid = "s3", .host = "ctl2@a", .binary = "cinder-volume" },
		{ .uuid = "s4", .host = "ctl1@b", .binary = "cinder-volume" } };
	static const struct {
		const char *n, *calls;
	} cases[] = { { "0", COUNT_OF("s1") "|" COUNT_OF("s4") "|cinder/volume_list_near_node" NEAR },
		{ "2500", COUNT_OF("s1") "|" COUNT_OF("s4") "|cinder/volume_list_near_node_few" NEAR },
		{ "2501", COUNT_OF("s1") "|" COUNT_OF("s4") "|cinder/volume_list_near_node" NEAR },
		{ "5001", COUNT_OF("s1") "|cinder/volume_list_near_node" NEAR } };
	const struct cinder_services services = { .v = of, .n = COUNT(of) };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct error err = { 0 };
		struct db_walk *walk;

		fake_reset();
		fake_rows("cinder/volume_count_some_by_service", LIST("n", NULL), LIST(cases[i].n), 1);
		fake_rows("cinder/volume_list_near_node", LIST(NULL), NULL, 0);
		fake_rows("cinder/volume_list_near_node_few", LIST(NULL), NULL, 0);
		assert_int_equal(volumes_walk(NULL, &services, "ctl1", &walk, &err), 0);
		assert_string_equal(fake_calls.s, cases[i].calls);
		db_walk_close(&walk);
	}
}

static void owners_that_rows_tell_are_counted(void **state)
{
	struct owners owners = { 0 };
	char host[] = "a@b#p";

	(void)state;
	owners_add(&owners, "volume", host);
	owners_add(&owners, "volume", "a@b#p");
	host[0] = 'x';
	owners_add(&owners, "volume", "a@b#q");
	assert_int_equal(owners.n, 2);
	assert_string_equal(owners.v[0].host, "a@b#p");
	assert_int_equal(owners.v[0].n, 2);
	assert_int_equal(owners.v[1].n, 1);
	owners_free(&owners);
}

#define with_db(f) cmocka_unit_test_setup_teardown(f, reset, reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_is_read_part_by_part),
		cmocka_unit_test(a_host_has_at_most_255_bytes),
		cmocka_unit_test(who_owns_a_host_is_decided_byte_for_byte),
		cmocka_unit_test(a_pool_is_what_stands_behind_the_sharp),
		cmocka_unit_test(a_cinder_service_is_up_while_its_heartbeat_is_young),
		cmocka_unit_test(of_several_rows_the_freshest_service_counts),
		with_db(services_are_read_with_their_nulls),
		with_db(every_kind_is_found_by_its_own_statement),
		with_db(owners_are_told_by_the_number_of_their_name),
		with_db(owners_near_some_hosts_are_asked_for_by_how_these_begin),
		with_db(owners_whose_names_share_a_number_or_are_long_are_asked_for_exactly),
		with_db(owners_of_backups_are_asked_for_by_numbers_where_these_tell),
		cmocka_unit_test(owners_of_backups_are_asked_for_by_numbers_where_these_tell),
		with_db(few_volumes_of_many_are_found_by_their_service),
		with_db(counts_with_owners_pass_over_the_small_tables_alone),
		with_db(a_count_is_about_what_a_backend_has_or_about_backups),
		with_db(a_volumes_own_work_is_in_its_status),
		with_db(a_nodes_twins_are_read_with_it_where_it_can_have_any),
		cmocka_unit_test(few_volumes_of_a_node_are_found_by_their_ids),
		cmocka_unit_test(owners_that_rows_tell_are_counted),
		cmocka_unit_test(every_kind_has_its_names),
		cmocka_unit_test(rows_in_the_middle_of_something_are_told_from_those_at_rest),
		cmocka_unit_test(a_migration_is_under_way_until_it_ended),
		with_db(a_volume_that_cinder_does_not_know_is_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

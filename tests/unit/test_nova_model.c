/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_db.h"
#include "model/nova/cell.h"
#include "model/nova/evacuation.h"
#include "model/nova/instance.h"
#include "model/nova/needs.h"
#include "model/nova/release.h"
#include "model/nova/service.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define LIST(...) (const char *const[]){ __VA_ARGS__ }

static int reset(void **state)
{
	(void)state;
	fake_reset();
	return 0;
}

/* ---- releases: the tags' own SERVICE_VERSION, RPC and object versions */

static const struct {
	int64_t service_version;
	int nova;
	const char *rpc, *spec;
	bool needs_no_task_state, destroys_disks;
} releases[] = {
	{ -5, 17, "1.20", "1.8", true, true }, /* nothing known: as careful as with the oldest */
	{ 0, 17, "1.20", "1.8", true, true },
	{ 22, 17, "1.20", "1.8", true, true },
	{ 30, 17, "1.20", "1.8", true, true },
	{ 31, 18, "1.20", "1.11", true, true },
	{ 35, 18, "1.20", "1.11", true, true },
	{ 37, 19, "1.20", "1.12", true, true },
	{ 40, 20, "1.20", "1.12", true, true },
	{ 51, 21, "1.23", "1.13", true, true },
	{ 52, 22, "1.23", "1.13", true, false },
	{ 53, 22, "1.23", "1.13", true, false },
	{ 56, 23, "1.23", "1.14", true, false },
	{ 60, 24, "1.23", "1.14", true, false },
	{ 61, 25, "1.23", "1.14", true, false },
	{ 62, 26, "1.24", "1.14", false, false },
	{ 64, 26, "1.24", "1.14", false, false },
	{ 66, 27, "1.25", "1.14", false, false },
	{ 67, 29, "1.25", "1.15", false, false },
	{ 68, 31, "1.25", "1.15", false, false },
	{ 70, 32, "1.25", "1.15", false, false },
	{ 72, 33, "1.26", "1.15", false, false },
	{ 73, 34, "1.26", "1.15", false, false },
	{ 74, 34, "1.26", "1.15", false, false },
	{ 1000, 34, "1.26", "1.15", false, false }, /* newer than all that we know */
};

static void a_release_is_known_by_its_conductors_version(void **state)
{
	const struct release *r;

	(void)state;
	for (size_t i = 0; i < COUNT(releases); i++) {
		r = release_of(releases[i].service_version);
		assert_int_equal(r->nova, releases[i].nova);
		assert_string_equal(r->conductor_rpc, releases[i].rpc);
		assert_string_equal(r->request_spec, releases[i].spec);
		assert_int_equal(r->no_task_state.when != NEVER, releases[i].needs_no_task_state);
		assert_int_equal(r->destroys_disks.when != NEVER, releases[i].destroys_disks);
		assert_true(r->name[0] >= '2' && (r->name[0] == '2' || (r->name[0] >= 'A' && r->name[0] <= 'Z')));
	}
}

static void a_release_outside_the_table_is_said_to_be_unknown(void **state)
{
	static const struct {
		int64_t version;
		bool known;
	} rows[] = { { 0, false }, { 29, false }, { 30, true }, { 31, true }, { 74, true }, { 75, false } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(release_is_known(rows[i].version), rows[i].known);
}

/* Where two releases share a number a point of either is of its row. */
static void a_point_release_is_of_one_row(void **state)
{
	static const struct {
		int64_t version;
		const char *point;
		bool has;
	} rows[] = { { 37, "19.3.1", true }, { 37, "20.0.0", false }, { 66, "27.1.0", true }, { 66, "28.0.1", true }, { 66, "29.0.0", false },
		{ 74, "34.0.0", true }, { 74, "16.0.0", false }, { 30, "16.1.8", false }, { 30, "17.0.13", true }, { 30, NULL, false } };
	struct release r;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(release_has_point(release_of(rows[i].version), rows[i].point), rows[i].has);
	r = release_with_point(release_of(60), "24.1.1");
	assert_int_equal(r.breaks_pinning.when, NEVER);
	assert_int_equal(r.no_task_state.when, ALWAYS);
	assert_int_equal(r.destroys_disks.when, NEVER);
	r = release_with_point(release_of(60), "23.9.9");
	assert_int_equal(r.no_task_state.when, UNTIL);
}

/* Lab evidence: our message is of 1.12 with Instance 2.3; a release that takes less must not be in the table. */
static void every_release_of_the_table_takes_our_message(void **state)
{
	int major, minor;

	(void)state;
	for (int64_t v = 0; v < 100; v++) {
		assert_int_equal(sscanf(release_of(v)->conductor_rpc, "%d.%d", &major, &minor), 2);
		assert_true(major == 1 && minor >= 12);
		assert_int_equal(sscanf(release_of(v)->request_spec, "%d.%d", &major, &minor), 2);
		assert_true(major == 1 && minor >= 8);
		if (v > 0)
			assert_true(release_of(v)->nova >= release_of(v - 1)->nova);
	}
}

/* ---- who is alive */

static const struct {
	struct maybe_int age;
	bool forced_down, up;
} ages[] = {
	{ { true, 0 }, false, true },
	{ { true, 60 }, false, true },
	{ { true, 61 }, false, false },
	{ { true, -60 }, false, true },
	{ { true, -61 }, false, false }, /* too far in the future is down, too: abs() in nova */
	{ { false, 0 }, false, false },
	{ { true, 0 }, true, false }, /* forced_down wins */
	{ { true, INT64_MAX }, false, false },
	{ { true, INT64_MIN + 1 }, false, false },
};

static void a_nova_service_is_up_while_its_heartbeat_is_near(void **state)
{
	struct nova_service s = { .binary = "nova-compute" };

	(void)state;
	for (size_t i = 0; i < COUNT(ages); i++) {
		s.heartbeat_age_s = ages[i].age;
		s.forced_down = ages[i].forced_down;
		s.disabled = i % 2;
		assert_int_equal(nova_service_is_up(&s, 60), ages[i].up);
		s.forced_down = !s.forced_down; /* what it reports has nothing to do with it */
		assert_int_equal(nova_service_reports(&s, 60), ages[i].up || (ages[i].forced_down && ages[i].age.set && ages[i].age.v == 0));
	}
}

static const struct nova_service some_services[] = {
	{ .id = 1, .binary = "nova-conductor", .host = "c1", .version = 64, .heartbeat_age_s = { true, 1 } },
	{ .id = 2, .binary = "nova-conductor", .host = "c2", .version = 61, .heartbeat_age_s = { true, 2 } },
	{ .id = 3, .binary = "nova-conductor", .host = "c3", .version = 30, .heartbeat_age_s = { true, 9999 } },
	{ .id = 4, .binary = "nova-conductor", .host = "c4", .version = 30, .heartbeat_age_s = { true, 1 }, .forced_down = true },
	{ .id = 5, .binary = "nova-compute", .host = "c1", .version = 17, .heartbeat_age_s = { true, 1 } },
	{ .id = 6, .binary = "nova-compute", .host = "C1", .version = 17, .heartbeat_age_s = { true, 1 } },
};

static void a_service_is_found_by_its_exact_name(void **state)
{
	auto_free struct nova_service *v = xmalloc(sizeof some_services);
	struct nova_services all = { .v = v, .n = COUNT(some_services) };

	(void)state;
	memcpy(v, some_services, sizeof some_services);
	assert_int_equal(nova_service_find(&all, "nova-compute", "c1")->id, 5);
	assert_int_equal(nova_service_find(&all, "nova-compute", "C1")->id, 6);
	assert_null(nova_service_find(&all, "nova-compute", "c1 "));
	assert_null(nova_service_find(&all, "compute", "c1"));
}

static void a_compute_node_is_found_by_its_hosts_exact_name(void **state)
{
	struct compute_node v[] = { { .id = 1, .host = "c10" }, { .id = 2, .host = "c1" }, { .id = 3, .host = "c1" } };
	struct compute_nodes all = { .v = v, .n = COUNT(v) };

	(void)state;
	assert_int_equal(compute_node_of(&all, "c1")->id, 2);
	assert_null(compute_node_of(&all, "C1"));
}

/* ---- instances and cells */

static void an_instance_without_an_image_boots_from_a_volume(void **state)
{
	(void)state;
	assert_true(instance_boots_from_volume(&(struct instance){ .image_ref = NULL }));
	assert_true(instance_boots_from_volume(&(struct instance){ .image_ref = "" }));
	assert_false(instance_boots_from_volume(&(struct instance){ .image_ref = "0a1b" }));
}

static void its_roots_block_device_says_what_an_instance_boots_from(void **state)
{
	(void)state;
	assert_true(instance_boots_from_volume(&(struct instance){ .image_ref = "of a snapshot", .root_destination = "volume" }));
	assert_false(instance_boots_from_volume(&(struct instance){ .image_ref = "", .root_destination = "local" }));
}

static const struct {
	const char *const *value; /* table, column pairs */
	size_t n;
	bool has_project;
} columns[] = {
	{ NULL, 0, false },
	{ LIST("migrations", "cross_cell_move", "migrations", "user_id", "migrations", "project_id"), 3, true },
	{ LIST("migrations", "cross_cell_move", "migrations", "user_id"), 2, false },
	{ LIST("migrations", "cross_cell_move", "instances", "user_id", "instances", "project_id"), 3, false },
};

static void what_the_migrations_table_has_is_asked_of_the_schema(void **state)
{
	struct cell_columns got;
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(columns); i++) {
		fake_rows("nova/column_list", LIST("table_name", "column_name", NULL), columns[i].value, columns[i].n);
		memset(&got, 0xff, sizeof got);
		assert_int_equal(0, cell_columns_probe(NULL, &got, &err));
		assert_int_equal(got.migrations_have_project, columns[i].has_project);
	}
}

static void a_mapping_says_where_an_instance_is_or_that_it_is_not_there(void **state)
{
	struct instance_mapping got;
	struct error err;

	(void)state;
	assert_int_equal(0, instance_mappings_get(NULL, &(struct api_columns){ .mappings_have_queued = true }, &WORDS("i1"), &got, &err));
	assert_false(got.exists);
	fake_rows("nova_api/instance_mapping_list_by_instance", LIST("instance_uuid", "cell_id", "queued_for_delete", NULL),
	    LIST("i1", NULL, "1"), 1);
	assert_int_equal(0, instance_mappings_get(NULL, &(struct api_columns){ .mappings_have_queued = true }, &WORDS("i1"), &got, &err));
	assert_true(got.exists);
	assert_false(got.cell_id.set);
	assert_true(got.queued_for_delete);
}

/* Parsed once while it is among the last ones: each instance has its own all the same. */
static void instances_of_many_flavors_have_each_its_own_needs(void **state)
{
	static const char *const needs_columns[] = { "uuid", "ephemeral_gb", "blank_gb", "swap_mb", "flavor", "numa_topology", "network_info", "kernel_id", NULL };
	const struct cell_columns have = { .has_shares = false };
	enum { N = 120, FLAVORS = 25 };
	static char uuid[N][8], flavor[N][100];
	const char *value[N * 8];
	struct instance instances[N];
	struct needs needs[N];
	struct arena arena = { 0 };
	struct error err = { 0 };

	(void)state;
	for (int i = 0; i < N; i++) {
		snprintf(uuid[i], sizeof uuid[i], "i%03d", i);
		snprintf(flavor[i], sizeof flavor[i], "{\"cur\": {\"nova_object.data\": {\"vcpus\": %d, \"memory_mb\": 1}}}", i * 7 % (i < 60 ? 3 : FLAVORS));
		instances[i] = (struct instance){ .uuid = uuid[i] };
		memcpy(&value[i * 8], (const char *[]){ uuid[i], NULL, NULL, NULL, i % 10 ? flavor[i] : NULL, NULL, NULL, NULL }, 8 * sizeof *value);
	}
	fake_rows("nova/instance_list_needs", needs_columns, value, N);
	assert_int_equal(needs_read(NULL, &have, instances, N, &arena, needs, NULL, &err), 0);
	for (int i = 0; i < N; i++) {
		assert_int_equal(needs[i].known, i % 10 != 0);
		assert_int_equal(needs[i].vcpus, i % 10 ? i * 7 % (i < 60 ? 3 : FLAVORS) : 0);
	}
	arena_free(&arena);
}

static void a_set_of_more_than_one_list_is_asked_in_parts_and_each_gets_its_own(void **state)
{
	static char name[DB_LIST + 3][8];
	static struct instance_mapping got[DB_LIST + 3];
	const struct api_columns have = { .mappings_have_queued = true };
	const char *uuid[DB_LIST + 3];
	const struct words uuids = { .v = uuid, .n = DB_LIST + 3 };
	struct error err;

	(void)state;
	for (unsigned i = 0; i < DB_LIST + 3; i++) {
		snprintf(name[i], sizeof name[i], "i%u", i % 10000);
		uuid[i] = name[i];
	}
	/* as a server may give them: in another order and another case, one that nobody asked for, one twice */
	fake_rows("nova_api/instance_mapping_list_by_instance", LIST("instance_uuid", "cell_id", "queued_for_delete", NULL),
	    LIST("i7", "3", "0", "I502", "2", "1", "i9999", "8", "0", "i7", "4", "0"), 4);
	assert_int_equal(0, instance_mappings_get(NULL, &have, &uuids, got, &err));
	assert_int_equal(got[7].cell_id.v, 3); /* the first */
	assert_int_equal(got[502].cell_id.v, 2);
	assert_true(got[502].queued_for_delete);
	for (size_t i = 0; i < uuids.n; i++)
		assert_int_equal(got[i].exists, i == 7 || i == 502);
	assert_non_null(strstr(fake_calls.s, ",i499|nova_api/instance_mapping_list_by_instance instance_uuids=i500,i501,i502"));
	fake_reset();
	assert_int_equal(0, instance_mappings_get(NULL, &have, &(struct words){ .n = 0 }, got, &err));
	assert_null(fake_calls.s); /* nobody to ask about */
	fake_answer("nova_api/instance_mapping_list_by_instance")->fails = ERROR_DB_UNREACHABLE;
	assert_int_equal(-1, instance_mappings_get(NULL, &have, &uuids, got, &err));
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
}

/* ---- what an evacuation writes */

static struct evacuation_rows some_evacuation(void)
{
	return (struct evacuation_rows){ .instance_uuid = "i1", .host = "c1", .node = "n1", .vm_state = "active", .user_id = "u",
		.project_id = "p", .migration_uuid = { "m1" }, .request_id = "req-1" };
}

static void the_instances_of_several_hosts_are_one_statement_and_each_has_its_own(void **state)
{
	struct words hosts = WORDS("b", "a", "c");
	struct error err = { 0 };
	struct instances got;
	size_t end[3];

	(void)state;
	fake_rows("nova/instance_list_by_hosts", LIST("uuid", "id", "host", "power_state", "vcpus", "memory_mb", "root_gb", NULL),
	    LIST("i1", "1", "a", NULL, "1", "1", "1", "i2", "2", "B", NULL, "1", "1", "1", "i3", "3", "b", NULL, "1", "1", "1", "i4", "4", "a",
		NULL, "1", "1", "1", "i5", "5", "a ", NULL, "1", "1", "1"), 5);
	assert_int_equal(instances_on_hosts(NULL, &hosts, &got, end, &err), 0);
	assert_string_equal(fake_calls.s, "nova/instance_list_by_hosts hosts=b,a,c");
	assert_int_equal(got.n, 3); /* of other letters, or with a space behind: another's */
	assert_int_equal(end[0], 1);
	assert_string_equal(got.v[0].uuid, "i3");
	assert_int_equal(end[1], 3);
	assert_string_equal(got.v[1].uuid, "i1");
	assert_string_equal(got.v[2].uuid, "i4");
	assert_int_equal(end[2], 3);
	instances_free(&got);
	fake_answer("nova/instance_list_by_hosts")->fails = ERROR_DB_UNREACHABLE;
	assert_int_equal(instances_on_hosts(NULL, &hosts, &got, end, &err), -1);
	assert_int_equal(got.n, 0);
}

static void match_all(uint64_t n)
{
	static const char *const writes[] = { "nova/instance_begin_rebuild", "nova/action_insert", "nova/migration_insert",
		"nova/migration_insert_queens", "nova/migration_close", "nova/instance_end_rebuild", "nova/action_close",
		"nova/instance_set_task_state" };

	for (size_t i = 0; i < COUNT(writes); i++)
		fake_answer(writes[i])->n = n;
}

static void an_evacuation_begins_with_three_rows_that_repeat_what_the_plan_saw(void **state)
{
	struct evacuation_rows rows = some_evacuation();
	struct error err;

	(void)state;
	match_all(1);
	assert_int_equal(0, evacuation_begin(NULL, &(struct cell_columns){ .migrations_have_project = true }, &rows, &err));
	assert_string_equal(fake_calls.s, "nova/instance_begin_rebuild uuid=i1 host=c1 vm_state=active old_task_state=NULL"
	    "|nova/action_insert instance_uuid=i1 request_id=req-1 user_id=u project_id=p"
	    "|nova/migration_insert uuid=m1 source_compute=c1 source_node=n1 dest_compute=NULL instance_uuid=i1 user_id=u project_id=p session=7");
}

static void in_queens_the_migration_has_no_project(void **state)
{
	struct evacuation_rows rows = some_evacuation();
	struct error err;

	(void)state;
	match_all(1);
	rows.dest_compute = "c2";
	rows.node = NULL;
	rows.old_task_state = "rebooting";
	assert_int_equal(0, evacuation_begin(NULL, &(struct cell_columns){ .migrations_have_project = false }, &rows, &err));
	assert_string_equal(fake_calls.s, "nova/instance_begin_rebuild uuid=i1 host=c1 vm_state=active old_task_state=rebooting"
	    "|nova/action_insert instance_uuid=i1 request_id=req-1 user_id=u project_id=p"
	    "|nova/migration_insert_queens uuid=m1 source_compute=c1 source_node=NULL dest_compute=c2 instance_uuid=i1 session=7");
}

static const char *const begin_statements[] = { "nova/instance_begin_rebuild", "nova/action_insert", "nova/migration_insert" };
static const char *const cancel_statements[] = { "nova/migration_close", "nova/instance_end_rebuild", "nova/action_close" };

static size_t calls(void)
{
	size_t n = fake_calls.n > 0;

	for (size_t i = 0; i < fake_calls.n; i++)
		n += fake_calls.s[i] == '|';
	return n;
}

static void a_row_that_is_no_longer_as_the_plan_saw_it_ends_the_beginning(void **state)
{
	struct evacuation_rows rows = some_evacuation();
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(begin_statements); i++) {
		fake_reset();
		match_all(1);
		fake_answer(begin_statements[i])->n = i % 2 ? 2 : 0; /* one too many is as wrong as none */
		assert_int_equal(-1, evacuation_begin(NULL, &(struct cell_columns){ .migrations_have_project = true }, &rows, &err));
		assert_int_equal(err.kind, ERROR_DRIFT);
		assert_int_equal(calls(), i + 1); /* nothing after it */
		fake_reset();
		match_all(1);
		fake_answer(begin_statements[i])->fails = ERROR_BUSY;
		assert_int_equal(-1, evacuation_begin(NULL, &(struct cell_columns){ .migrations_have_project = true }, &rows, &err));
		assert_int_equal(err.kind, ERROR_BUSY);
		assert_int_equal(calls(), i + 1);
	}
}

static void an_evacuation_is_taken_back_only_while_nobody_works_on_it(void **state)
{
	struct evacuation_rows rows = some_evacuation();
	struct error err;

	(void)state;
	match_all(1);
	assert_int_equal(0, evacuation_cancel(NULL, &rows, &err));
	assert_string_equal(fake_calls.s, "nova/migration_close uuid=m1"
	    "|nova/instance_end_rebuild uuid=i1 host=c1 old_task_state=NULL"
	    "|nova/action_close instance_uuid=i1 request_id=req-1");
	for (size_t i = 0; i < COUNT(cancel_statements); i++) {
		fake_reset();
		match_all(1);
		fake_answer(cancel_statements[i])->n = 0;
		assert_int_equal(-1, evacuation_cancel(NULL, &rows, &err));
		assert_int_equal(err.kind, ERROR_DRIFT);
		assert_int_equal(calls(), i + 1);
	}
}

static void a_migration_without_a_status_is_no_crash(void **state)
{
	struct uuid migration = { "m1" };
	struct evacuation_state got;
	struct error err;

	(void)state;
	assert_int_equal(0, evacuation_state_get(NULL, &migration, "i1", &got, &err));
	assert_false(got.exists || got.instance_exists);
	evacuation_state_free(&got);
	fake_rows("nova/evacuation_get", LIST("migration_id", "migration_status", "dest_compute", NULL), LIST("7", NULL, NULL), 1);
	fake_rows("nova/evacuation_get_instance", LIST("host", "vm_state", "task_state", "is_deleted", "idle_s", NULL),
	    LIST(NULL, "active", NULL, "0", NULL), 1);
	assert_int_equal(0, evacuation_state_get(NULL, &migration, "i1", &got, &err));
	assert_true(got.exists && got.instance_exists && !got.instance_deleted);
	assert_string_equal(got.migration_status, "");
	assert_null(got.host);
	assert_false(got.instance_idle_s.set);
	evacuation_state_free(&got);
}

/* Whatever vanished: the migration is there afterwards, closed, and the task state is what it was. */
static void what_vanished_is_settled_with_what_is_left(void **state)
{
	struct evacuation_rows rows = some_evacuation();
	const struct cell_columns release = { .migrations_have_project = true };
	struct error err;

	(void)state;
	match_all(1);
	fake_answer("nova/action_close")->n = 0; /* it vanished, too */
	assert_int_equal(0, evacuation_settle(NULL, &release, &rows, true, "rebuild_spawning", &err));
	assert_non_null(strstr(fake_calls.s, "nova/migration_insert uuid=m1"));
	assert_non_null(strstr(fake_calls.s, "|nova/migration_close uuid=m1"
	    "|nova/instance_set_task_state id=i1 old_host=c1 old_task_state=rebuild_spawning new_task_state=NULL"
	    "|nova/action_close instance_uuid=i1 request_id=req-1"));
	fake_reset();
	match_all(1);
	assert_int_equal(0, evacuation_settle(NULL, &release, &rows, false, NULL, &err));
	assert_string_equal(fake_calls.s, "nova/migration_close uuid=m1|nova/action_close instance_uuid=i1 request_id=req-1");
	fake_reset();
	match_all(1);
	fake_answer("nova/instance_set_task_state")->n = 0;
	assert_int_equal(-1, evacuation_settle(NULL, &release, &rows, true, "rebuilding", &err));
	assert_int_equal(err.kind, ERROR_DRIFT);
}

static const struct {
	const char *age;
	bool is_ours;
} faults[] = {
	{ "5", true }, { "30", true }, { "31", false }, { NULL, false }, { "-3", true },
};

static void only_a_young_fault_belongs_to_this_evacuation(void **state)
{
	struct error err;
	struct fault fault;

	(void)state;
	assert_int_equal(0, fault_latest(NULL, "i1", 30, &fault, &err));
	assert_false(fault.exists);
	fault_free(&fault);
	for (size_t i = 0; i < COUNT(faults); i++) {
		fake_rows("nova/fault_get_latest", LIST("code", "message", "details", "age_s", NULL),
		    LIST("500", "boom", "the trace", faults[i].age), 1);
		assert_int_equal(0, fault_latest(NULL, "i1", 30, &fault, &err));
		assert_int_equal(fault.exists, faults[i].is_ours);
		assert_int_equal(fault.exists ? fault.code : 500, 500);
		assert_int_equal(str_equal(fault.message, "boom") && str_equal(fault.details, "the trace"), faults[i].is_ours);
		fault_free(&fault);
	}
}

#define with_db(f) cmocka_unit_test_setup_teardown(f, reset, reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_release_is_known_by_its_conductors_version),
		cmocka_unit_test(a_release_outside_the_table_is_said_to_be_unknown),
		cmocka_unit_test(a_point_release_is_of_one_row),
		cmocka_unit_test(every_release_of_the_table_takes_our_message),
		cmocka_unit_test(a_nova_service_is_up_while_its_heartbeat_is_near),
		cmocka_unit_test(a_service_is_found_by_its_exact_name),
		cmocka_unit_test(a_compute_node_is_found_by_its_hosts_exact_name),
		cmocka_unit_test(an_instance_without_an_image_boots_from_a_volume),
		cmocka_unit_test(its_roots_block_device_says_what_an_instance_boots_from),
		with_db(what_the_migrations_table_has_is_asked_of_the_schema),
		with_db(a_mapping_says_where_an_instance_is_or_that_it_is_not_there),
		with_db(instances_of_many_flavors_have_each_its_own_needs),
		with_db(a_set_of_more_than_one_list_is_asked_in_parts_and_each_gets_its_own),
		with_db(the_instances_of_several_hosts_are_one_statement_and_each_has_its_own),
		with_db(an_evacuation_begins_with_three_rows_that_repeat_what_the_plan_saw),
		with_db(in_queens_the_migration_has_no_project),
		with_db(a_row_that_is_no_longer_as_the_plan_saw_it_ends_the_beginning),
		with_db(an_evacuation_is_taken_back_only_while_nobody_works_on_it),
		with_db(a_migration_without_a_status_is_no_crash),
		with_db(what_vanished_is_settled_with_what_is_left),
		with_db(only_a_young_fault_belongs_to_this_evacuation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

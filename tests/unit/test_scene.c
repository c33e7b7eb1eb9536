/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "fake_db.h"
#include "scene.h"
#include "../../src/find/names_internal.h"
#include "find/moves.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct fixture f;

static int begin(void **state)
{
	(void)state;
	fixture_init(&f);
	fake_reset();
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(&f.scene.nova.standing.arena);
	fake_reset();
	return 0;
}

/* ---- names that nobody knows */

static const struct {
	const char *owner;
	const char *error, *hint; /* NULL: it is known */
} owners[] = {
	{ "c1", NULL, NULL },
	{ "c1@rbd", NULL, NULL },
	{ "c1@rbd#ssd", NULL, NULL },
	{ "c4", NULL, NULL }, /* nova knows it */
	{ "C1", "no host 'C1' is known", "did you mean 'c1'" },
	{ "c11", "no host 'c11' is known", "did you mean 'c1'" },
	{ "c1@lvm", "no cinder backend 'c1@lvm' is known", "did you mean 'c1@rbd'" },
	{ "c1@RBD", "no cinder backend 'c1@RBD' is known", "did you mean 'c1@rbd'" },
	{ "c1@rbd#SSD", "no pool 'SSD' is known", "did you mean 'ssd'" },
	{ "c1@rbd#hdd", "no pool 'hdd' is known", "shows all" },
	{ "something-else-altogether", "no host 'something-else-altogether' is known", "'evac-manage service list' shows all" },
};

static void an_unknown_owner_is_told_with_its_nearest_names(void **state)
{
	struct host_name owner;
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(owners); i++) {
		error_clear(&err);
		assert_true(host_name_parse(owners[i].owner, &owner));
		assert_int_equal(scene_check_owner(&f.scene, &owner, &err), owners[i].error ? -1 : 0);
		if (!owners[i].error)
			continue;
		assert_int_equal(err.kind, ERROR_NOT_FOUND);
		assert_string_equal(err.text, owners[i].error);
		if (!str_starts(err.hint, owners[i].hint) && !strstr(err.hint, owners[i].hint))
			fail_msg("%s: %s", owners[i].owner, err.hint);
	}
}

/* ---- where only the owners near a host were read, the others are asked for when a name is unknown */

#define LIST(...) ((const char *const[]){ __VA_ARGS__ })
#define OWNER_COLUMNS LIST("kind", "host", "last_host", "cluster_name", "last_cluster_name", "n", "n_long", NULL)

static const struct {
	const char *owner;
	bool to_anywhere; /* the pool of a target, which another node's backend of the name may have */
	const char *error, *hint;
} lone_owners[] = {
	{ "c1@rbd#ssd", false, NULL, NULL },
	{ "c7x", false, "no host 'c7x' is known", "did you mean 'c7'" },
	{ "c7@rbd1", false, "no cinder backend 'c7@rbd1' is known", "did you mean 'c7@rbd'" },
	{ "c1@rbd#nvme", false, "no pool 'nvme' is known", "shows all" }, /* of its own pools */
	{ "c1@rbd#nvme", true, NULL, NULL },
};

static void an_owner_that_was_not_near_is_asked_for_before_a_name_is_unknown(void **state)
{
	struct host_name owner;
	struct error err;
	int rc;

	(void)state;
	f.scene.cinder.owners.whole = false;
	fake_rows("cinder/owner_list", OWNER_COLUMNS,
	    LIST("volume", "c7@rbd", "c7@rbd", NULL, NULL, "1", "0", "volume", "c7@rbd#nvme", "c7@rbd#nvme", NULL, NULL, "1", "0"), 2);
	for (size_t i = 0; i < COUNT(lone_owners); i++) {
		error_clear(&err);
		assert_true(host_name_parse(lone_owners[i].owner, &owner));
		rc = lone_owners[i].to_anywhere ? scene_check_pool(&f.scene, &owner, true, &err) :
						  scene_check_owner(&f.scene, &owner, &err);
		assert_int_equal(rc, lone_owners[i].error ? -1 : 0);
		if (!lone_owners[i].error)
			continue;
		assert_string_equal(err.text, lone_owners[i].error);
		if (!strstr(err.hint, lone_owners[i].hint))
			fail_msg("%s: %s", lone_owners[i].owner, err.hint);
	}
}

static void who_owns_volumes_is_asked_for_where_the_failed_host_has_none(void **state)
{
	struct error err;

	(void)state;
	f.scene.cinder.owners.whole = false;
	assert_int_equal(0, scene_find_who_owns(&f.scene, &err)); /* c1 has some */
	assert_null(fake_calls.s);
	f.scene.subject.host = "c9";
	f.scene.cinder.owners.n = 0;
	assert_int_equal(0, scene_find_who_owns(&f.scene, &err));
	assert_non_null(strstr(fake_calls.s, "cinder/owner_list whole=1"));
	owners_free(&f.scene.cinder.owners);
}

static void owners_near_a_hypervisor_s_name_are_not_those_of_its_host(void **state)
{
	int (*const find[])(struct scene *, struct error *) = { scene_find_owners_resolved, scene_find_who_owns };
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(find); i++) {
		fake_reset();
		f.scene.cinder.owners.whole = false; /* c1 serves volumes, too */
		f.scene.subject.asked_host = NULL;
		assert_int_equal(0, find[i](&f.scene, &err));
		assert_null(fake_calls.s);
		f.scene.subject.asked_host = "dead.example.org";
		f.scene.cinder.owners.n = 0;
		assert_int_equal(0, find[i](&f.scene, &err));
		assert_string_equal(fake_calls.s, "cinder/owner_list whole=1 first=NULL second=NULL third=NULL");
		assert_true(f.scene.cinder.owners.whole);
		owners_free(&f.scene.cinder.owners);
	}
}

/* ---- addresses of hosts, each by itself and all at once */

static void addresses_of_many_hosts_are_those_of_each(void **state)
{
	struct compute_node one[] = { { .host = "own", .host_ip = "10.0.0.1" }, { .host = "shared-1", .host_ip = "10.0.0.2" },
		{ .host = "shared-2", .host_ip = "10.0.0.2" }, { .host = "loop", .host_ip = "127.0.0.1" },
		{ .host = "ironic", .host_ip = "10.0.0.3" }, { .host = "ironic", .host_ip = "10.0.0.3" },
		{ .host = "silent", .host_ip = NULL }, { .host = "second", .host_ip = "10.0.0.4" },
		{ .host = "second", .host_ip = "10.0.0.5" }, { .host = "takes-5", .host_ip = "10.0.0.5" } };
	struct compute_node two[] = { { .host = "silent", .host_ip = "10.0.1.1" }, { .host = "own", .host_ip = "10.0.1.2" },
		{ .host = "elsewhere", .host_ip = "10.0.0.4" } };
	static const struct {
		const char *host, *address;
	} want[] = { { "own", "10.0.0.1" }, { "shared-1", NULL }, { "shared-2", NULL }, { "loop", NULL }, { "ironic", "10.0.0.3" },
		{ "silent", "10.0.1.1" }, { "second", NULL }, { "takes-5", NULL }, { "elsewhere", NULL }, { "unknown", NULL } };
	struct cell_facts cells[] = { { .nodes = { .v = one, .n = COUNT(one) } }, { .nodes = { .v = two, .n = COUNT(two) } } };

	(void)state;
	f.scene.nova.cell = cells;
	f.scene.nova.ncell = COUNT(cells);
	for (int indexed = 0; indexed < 2; indexed++) {
		for (size_t i = 0; i < COUNT(want); i++)
			assert_string_equal(str_or(scene_address_of(&f.scene, want[i].host), "none"), str_or(want[i].address, "none"));
		scene_index_addresses(&f.scene);
		assert_non_null(f.scene.nova.address);
	}
	arena_free(&f.scene.arena);
}

/* ---- the failed host and the one that was asked for */

static void the_home_of_a_host_is_the_cell_of_its_nova_compute(void **state)
{
	struct error err;

	(void)state;
	f.scene.nova.home = NULL;
	f.scene.nova.compute = NULL;
	assert_int_equal(0, scene_find_home(&f.scene, "c3", &err));
	assert_ptr_equal(f.scene.nova.home, &f.facts);
	assert_ptr_equal(f.scene.nova.compute, &f.nova_service[C3]);
	assert_string_equal(f.scene.subject.host, "c3");
	assert_int_equal(-1, scene_find_home(&f.scene, "C3", &err));
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_true(str_starts(err.hint, "did you mean 'c3'"));
	assert_int_equal(-1, scene_find_home(&f.scene, "ctl", &err)); /* a conductor is no compute */
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
}

static void a_host_in_two_cells_is_no_host_to_begin_with(void **state)
{
	struct nova_cell other_cell = { .id = 3, .name = "cell2" };
	struct cell_facts cells[2] = { f.facts, f.facts };
	struct error err;

	(void)state;
	cells[1].cell = &other_cell;
	f.scene.nova.cell = cells;
	f.scene.nova.ncell = 2;
	assert_int_equal(-1, scene_find_home(&f.scene, "c1", &err));
	assert_int_equal(err.kind, ERROR_ERROR);
	assert_non_null(strstr(err.text, "in cell 'cell1' and in cell 'cell2'"));
}

static void a_target_is_a_known_compute_wherever_it_is(void **state)
{
	struct nova_service elsewhere[] = { { .host = "d1", .binary = "nova-compute" } };
	struct nova_cell other_cell = { .id = 3, .name = "cell2" };
	struct cell_facts cells[2] = { f.facts, { .cell = &other_cell, .services = { .v = elsewhere, .n = 1 } } };
	struct error err = { 0 };

	(void)state;
	f.scene.nova.cell = cells;
	f.scene.nova.ncell = 2;
	f.scene.nova.home = &cells[0];
	assert_int_equal(0, scene_find_target(&f.scene, "c2", &err));
	assert_ptr_equal(f.scene.nova.target_compute, &f.nova_service[C2]);
	assert_ptr_equal(f.scene.nova.target_node, &f.node[1]);
	assert_int_equal(-1, scene_find_target(&f.scene, "c22", &err));
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_int_equal(0, scene_find_target(&f.scene, "d1", &err)); /* the guards say that it will not do */
	assert_ptr_equal(f.scene.nova.target_cell, &cells[1]);
	assert_ptr_not_equal(f.scene.nova.target_cell, f.scene.nova.home);
	assert_null(f.scene.nova.target_node);
}

#define in_a_scene(t) cmocka_unit_test_setup_teardown(t, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_scene(an_unknown_owner_is_told_with_its_nearest_names),
		in_a_scene(an_owner_that_was_not_near_is_asked_for_before_a_name_is_unknown),
		in_a_scene(who_owns_volumes_is_asked_for_where_the_failed_host_has_none),
		in_a_scene(owners_near_a_hypervisor_s_name_are_not_those_of_its_host),
		in_a_scene(addresses_of_many_hosts_are_those_of_each),
		in_a_scene(the_home_of_a_host_is_the_cell_of_its_nova_compute),
		in_a_scene(a_host_in_two_cells_is_no_host_to_begin_with),
		in_a_scene(a_target_is_a_known_compute_wherever_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

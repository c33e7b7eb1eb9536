/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "evacuation_scene.h"

/* ---- fit */

static void what_is_too_big_fits_nowhere(void **state)
{
	(void)state;
	candidates[0].needs.memory_mb = 16384;
	assert_quiet("no-capacity");
	candidates[0].needs.memory_mb = 16385;
	assert_found("no-capacity", "16384 of the 16385 MB");
	candidates[0].needs.memory_mb = 1;
	candidates[0].needs.vcpus = 129;
	assert_found("no-capacity", "vCPU");
	candidates[0].needs.pinned = true; /* counted elsewhere */
	assert_quiet("no-capacity");
	candidates[0].needs.disk_gb = 101;
	assert_found("no-capacity", "disk");
	nodes[2].local_gb_limit = 101;
	assert_quiet("no-capacity");
	nodes[2].local_gb_used = 1;
	assert_found("no-capacity", "1 GB of disk more");
}

static void each_takes_its_room(void **state)
{
	(void)state;
	set_candidate(1, "00000000-0000-4000-8000-000000000002", "two");
	set_candidate(2, "00000000-0000-4000-8000-000000000003", "three");
	for (size_t i = 0; i < 3; i++)
		candidates[i].needs.memory_mb = 9000;
	scene.ncandidate = 3;
	assert_found("no-capacity", "three");
	assert_null(findings_skip(&findings, instances[1].uuid));
	assert_non_null(findings_skip(&findings, instances[2].uuid));
	request.limit = 2; /* a part first: the rest takes no room */
	assert_quiet("no-capacity");
	request.limit = 0;
	instances[0].vm_state = "paused"; /* left out: it takes none either */
	assert_quiet("no-capacity");
	candidates[1].wanted = false;
	instances[0].vm_state = "active";
	assert_quiet("no-capacity");
}

static void a_host_that_is_closed_takes_nothing_and_is_named(void **state)
{
	(void)state;
	services[1].disabled = true;
	assert_quiet("no-capacity");
	services[2].heartbeat_age_s.v = 600;
	assert_quiet("no-capacity"); /* nobody is there at all: that is another finding */
	assert_found("target-down", "no other nova-compute");
	services[2].heartbeat_age_s.v = 1;
	nodes[2].memory_mb_used = 16000;
	assert_found("no-capacity", "it would fit on 'b'");
}

static void zone_aggregate_and_group_decide(void **state)
{
	static struct host_metadata meta[] = { { "b", "availability_zone", "east" }, { "b", "ssd", "true, fast" } };
	static struct extra_spec wants = { "ssd", "fast" };
	static const char *members[] = { "a", "b" };

	(void)state;
	scene.aggregates = (struct aggregates){ meta, COUNT(meta), { NULL } };
	candidates[0].spec.spec = "{\"nova_object.name\": \"RequestSpec\", \"nova_object.namespace\": \"nova\", \"nova_object.version\": \"1.8\", \"nova_object.data\": "
	    "{\"availability_zone\": \"east\"}}";
	assert_quiet("no-capacity");
	meta[0].value = "west";
	assert_quiet("no-capacity"); /* nobody's zone is 'east': the default one, where c is */
	meta[0].host = "c";
	assert_quiet("no-capacity"); /* b is in no zone now */
	meta[0] = (struct host_metadata){ "a", "availability_zone", "east" };
	assert_found("no-capacity", "zone");
	scene.aggregates.n = 0;
	candidates[0].needs.aggregate = &wants;
	candidates[0].needs.naggregate = 1;
	assert_found("no-capacity", "aggregate");
	scene.aggregates.n = 2;
	candidates[0].spec.spec = SPEC("1.8", "");
	assert_quiet("no-capacity");
	wants.value = ">= 3"; /* the scheduler's to judge */
	scene.aggregates.n = 0;
	assert_quiet("no-capacity");
	candidates[0].needs.naggregate = 0;
	candidates[0].group = (struct server_group){ .exists = true, .uuid = "g", .policy = "anti-affinity", .max_per_host = 1 };
	candidates[0].group_host = members;
	candidates[0].ngroup_host = 2;
	assert_quiet("no-capacity"); /* c has none */
	members[0] = "c";
	assert_found("no-capacity", "anti-affinity");
	candidates[0].group.max_per_host = 2;
	assert_quiet("no-capacity");
	members[0] = "a";
	candidates[0].group.policy = "affinity";
	assert_quiet("no-capacity"); /* b has one */
	members[1] = "a";
	assert_found("no-capacity", "--force");
	members[1] = "b";
}

static void placements_books_win_over_the_nodes_rows(void **state)
{
	static struct inventory books[] = { { "u", "b", CLASS_VCPU, 100, 0, 100 }, { "u", "b", CLASS_MEMORY_MB, 8192, 4096, 8192 },
		{ "u", "b", CLASS_DISK_GB, 50, 0, 50 } };

	(void)state;
	assert_found("capacity-unknown", "4096 MB");
	scene.inventories = (struct inventories){ books, COUNT(books), { NULL } };
	assert_quiet("capacity-unknown");
	assert_quiet("no-capacity");
	books[1].used = 4097;
	assert_found("no-capacity", "4095 of the 4096 MB"); /* c is not in the books */
	books[1].used = 4096;
}

/* ---- reading what an instance needs */

static void needs_come_from_the_flavor(void **state)
{
	struct arena arena = { NULL };
	struct needs n = { 0 };

	(void)state;
	needs_of_flavor("{\"cur\": {\"nova_object.data\": {\"vcpus\": 4, \"memory_mb\": 2048, \"root_gb\": 20, \"ephemeral_gb\": 5, \"swap\": 1025,"
	    "\"extra_specs\": {\"hw:tpm_version\": \"2.0\", \"accel:device_profile\": \"x\", \"hw:cpu_policy\": \"dedicated\", "
	    "\"resources:VGPU\": \"1\", \"aggregate_instance_extra_specs:ssd\": \"true\"}}}, \"old\": null}", false, &arena, &n);
	assert_true(n.known && n.vtpm && n.device_profile && n.pinned && n.nested_resources);
	assert_int_equal(n.vcpus, 4);
	assert_int_equal(n.memory_mb, 2048);
	assert_int_equal(n.disk_gb, 27);
	assert_int_equal(n.naggregate, 1);
	assert_string_equal(n.aggregate[0].name, "ssd");
	n = (struct needs){ 0 };
	needs_of_flavor("{\"cur\": {\"nova_object.data\": {\"root_gb\": 20, \"ephemeral_gb\": 5, \"swap\": 0, \"extra_specs\": {\"resources:VCPU\": \"0\"}}}}",
	    true, &arena, &n);
	assert_int_equal(n.disk_gb, 5);
	assert_false(n.nested_resources);
	n = (struct needs){ .vcpus = 3 };
	needs_of_flavor("nonsense", false, &arena, &n);
	needs_of_flavor(NULL, false, &arena, &n);
	assert_false(n.known);
	assert_int_equal(n.vcpus, 3);
	arena_free(&arena);
}

static void needs_come_from_the_ports(void **state)
{
	struct needs n = { 0 };

	(void)state;
	needs_of_ports(NULL, &n);
	needs_of_ports("[]", &n);
	needs_of_ports("[{\"vnic_type\": \"normal\", \"profile\": {}}, null, 3]", &n);
	assert_false(n.vdpa_port || n.accelerator_port || n.bandwidth_port || n.extended_port);
	needs_of_ports("[{\"vnic_type\": \"vdpa\"}, {\"vnic_type\": \"accelerator-direct\"}, {\"profile\": {\"allocation\": \"a uuid\"}}]", &n);
	assert_true(n.vdpa_port && n.accelerator_port && n.bandwidth_port);
	assert_false(n.extended_port);
	needs_of_ports("[{\"profile\": {\"allocation\": {\"group\": \"a uuid\"}}}]", &n);
	assert_true(n.extended_port);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_too_big_fits_nowhere),
		TEST(each_takes_its_room),
		TEST(a_host_that_is_closed_takes_nothing_and_is_named),
		TEST(zone_aggregate_and_group_decide),
		TEST(placements_books_win_over_the_nodes_rows),
		TEST(needs_come_from_the_flavor),
		TEST(needs_come_from_the_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "evacuation_scene.h"
#include "find/fit.h"
#include "find/reserve.h"
#include "model/nova/object.h"

#define BOOK(top, of, called, number, is, has) { .root = top, .uuid = of, .name = called, .class = number, .class_name = is, .capacity = has, .min_unit = 1, .max_unit = 1000000, .step_size = 1 }

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
	scene.subject.ncandidate = 3;
	assert_found("no-capacity", "three");
	assert_null(findings_skip(&findings, instances[1].uuid));
	assert_non_null(findings_skip(&findings, instances[2].uuid));
	request.what.limit = 2; /* a part first: the rest takes no room */
	assert_quiet("no-capacity");
	request.what.limit = 0;
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
	scene.placing.aggregates = (struct aggregates){ .v = meta, .n = COUNT(meta) };
	candidates[0].spec.spec = "{\"nova_object.name\": \"RequestSpec\", \"nova_object.namespace\": \"nova\", \"nova_object.version\": \"1.8\", \"nova_object.data\": "
	    "{\"availability_zone\": \"east\"}}";
	assert_quiet("no-capacity");
	meta[0].value = "west";
	assert_quiet("no-capacity"); /* nobody's zone is 'east': the default one, where c is */
	meta[0].host = "c";
	assert_quiet("no-capacity"); /* b is in no zone now */
	meta[0] = (struct host_metadata){ "a", "availability_zone", "east" };
	assert_found("no-capacity", "zone");
	scene.placing.aggregates.n = 0;
	candidates[0].needs.aggregate = &wants;
	candidates[0].needs.naggregate = 1;
	assert_found("no-capacity", "aggregate");
	scene.placing.aggregates.n = 2;
	candidates[0].spec.spec = SPEC("1.8", "");
	assert_quiet("no-capacity");
	wants.value = ">= 3"; /* the scheduler's to judge */
	scene.placing.aggregates.n = 0;
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
	assert_found("no-capacity", "soft-affinity");
	members[1] = "b";
}

static void a_zone_that_placement_does_not_have(void **state)
{
	static struct host_metadata meta[] = { { "b", "availability_zone", "east" }, { "c", "availability_zone", "east" } };
	static struct inventory books[] = { BOOK("u1", "u1", "b", CLASS_VCPU, "VCPU", 100), BOOK("u1", "u1", "b", CLASS_MEMORY_MB, "MEMORY_MB", 8192),
		BOOK("u1", "u1", "b", CLASS_DISK_GB, "DISK_GB", 50) };
	static struct unmirrored lost[] = { { "u1", "b", "racks", "east" }, { "u2", "c", "racks", "east" } };

	(void)state;
	nodes[1].uuid = "u1";
	nodes[2].uuid = "u2";
	scene.placing.aggregates = (struct aggregates){ .v = meta, .n = COUNT(meta) };
	scene.placing.zones_known = true;
	scene.placing.unmirrored = lost;
	scene.placing.nunmirrored = 2;
	scene.placing.zones_asked = ZONES_ASKED;
	assert_quiet("no-capacity"); /* it asks for no zone */
	candidates[0].spec.spec = "{\"nova_object.name\": \"RequestSpec\", \"nova_object.namespace\": \"nova\", \"nova_object.version\": \"1.8\", \"nova_object.data\": "
	    "{\"availability_zone\": \"east\"}}";
	assert_found("no-capacity", "in aggregate 'racks' of availability zone 'east'");
	assert_string_equal(findings_skip(&findings, instances[0].uuid)->hint, "nova-manage placement sync_aggregates, then the same command again");
	assert_quiet("zone-not-in-placement"); /* it is left out */
	scene.placing.nunmirrored = 1;
	assert_quiet("no-capacity"); /* c takes it */
	scene.placing.nunmirrored = 2;
	scene.placing.zones_asked = ZONES_PERHAPS_ASKED;
	assert_quiet("no-capacity");
	assert_found("zone-not-in-placement", "availability zone 'east': 'b' (aggregate 'racks'), 'c' (aggregate 'racks')");
	nodes[2].memory_mb_used = 16000;
	scene.placing.nunmirrored = 1;
	assert_found("zone-not-in-placement", "'east': 'b' (aggregate 'racks')"); /* c has no room */
	nodes[2].memory_mb_used = 0;
	assert_quiet("zone-not-in-placement");
	scene.placing.nunmirrored = 2;
	lost[0].zone = lost[1].zone = "west"; /* not the one that it asks for */
	assert_quiet("zone-not-in-placement");
	lost[0].zone = lost[1].zone = "east";
	scene.placing.inventories = (struct inventories){ .v = books, .n = COUNT(books) };
	assert_quiet("unchecked-resources");
	scene.placing.zones_known = false; /* placement's aggregates may not be read */
	assert_found("unchecked-resources", "its availability zone in placement");
	meta[0].value = meta[1].value = "west"; /* nova asks for none then */
	assert_quiet("unchecked-resources");
	meta[0].value = meta[1].value = "east";
	scene.placing.inventories.n = 0;
	scene.placing.zones_known = true;
	scene.placing.zones_asked = ZONES_NOT_ASKED;
	assert_quiet("zone-not-in-placement");
	assert_quiet("no-capacity");
	scene.placing.zones_asked = ZONES_ASKED;
	request.what.target_host = "b"; /* by the scheduler, too */
	scene.nova.target_cell = scene.nova.home;
	assert_found("no-capacity", "in aggregate 'racks'");
	request.what.force = true;
	assert_quiet("no-capacity");
}

static void placements_books_win_over_the_nodes_rows(void **state)
{
	static struct inventory books[] = { BOOK("u", "u", "b", CLASS_VCPU, "VCPU", 100), BOOK("u", "u", "b", CLASS_MEMORY_MB, "MEMORY_MB", 8192),
		BOOK("u", "u", "b", CLASS_DISK_GB, "DISK_GB", 50) };

	(void)state;
	nodes[1].uuid = "u";
	books[1].used = 4096;
	assert_found("capacity-unknown", "4096 MB");
	scene.placing.inventories = (struct inventories){ .v = books, .n = COUNT(books) };
	assert_quiet("capacity-unknown");
	assert_quiet("no-capacity");
	books[1].used = 4097;
	assert_found("no-capacity", "4095 of the 4096 MB"); /* c is not in the books */
	books[1].used = 4096;
	books[1].max_unit = 4095; /* of the node's memory, whatever the ratio makes of it */
	assert_found("no-capacity", "does not allocate 4096 MB of memory to one instance");
	books[1].max_unit = 8192;
	assert_quiet("no-capacity");
	books[0].uuid = books[0].root = books[1].uuid = books[1].root = books[2].uuid = books[2].root = "of before";
	assert_found("no-capacity", "'b' is known to placement under another uuid"); /* and has room under its name */
	books[0].name = books[1].name = books[2].name = "else";
	assert_found("no-capacity", "has no inventory in placement");
}

static void use_books(struct inventory *books, size_t n)
{
	nodes[1].uuid = "u";
	scene.placing.inventories = (struct inventories){ .v = books, .n = n };
}

#define BASE_BOOKS BOOK("u", "u", "b", CLASS_VCPU, "VCPU", 100), BOOK("u", "u", "b", CLASS_MEMORY_MB, "MEMORY_MB", 8192), BOOK("u", "u", "b", CLASS_DISK_GB, "DISK_GB", 50)

static void resource_classes_are_reckoned_against_the_whole_tree(void **state)
{
	struct inventory books[] = { BASE_BOOKS, BOOK("u", "gpu", "b_gpu", 10, "VGPU", 1) };
	struct ask vgpu[] = { { .kind = ASK_RESOURCE, .group = "", .name = "VGPU", .amount = 1 } };

	(void)state;
	candidates[0].needs.ask = vgpu;
	candidates[0].needs.nask = 1;
	assert_quiet("no-capacity"); /* nothing is known of it */
	assert_found("unchecked-resources", "VGPU");
	use_books(books, 3);
	assert_found("no-capacity", "'b' has 0 of the 1 VGPU that the instance needs");
	assert_quiet("unchecked-resources");
	use_books(books, 4);
	assert_quiet("no-capacity");
	books[3].used = 1;
	assert_found("no-capacity", "1 VGPU more on 'b'");
	books[3].used = 0;
	books[3].root = "another tree's";
	assert_found("no-capacity", "VGPU");
	books[3].root = "u";
	set_candidate(1, "00000000-0000-4000-8000-000000000002", "two");
	candidates[1].needs = candidates[0].needs;
	candidates[0].needs.memory_mb = candidates[1].needs.memory_mb = 1;
	scene.subject.ncandidate = 2; /* the first takes the only one */
	assert_found("no-capacity", "two fits on no host");
	assert_null(findings_skip(&findings, instances[0].uuid));
}

static void a_group_comes_from_one_provider(void **state)
{
	struct inventory books[] = { BASE_BOOKS, BOOK("u", "p1", "b_1", 10, "VGPU", 1), BOOK("u", "p2", "b_2", 1000, "CUSTOM_X", 1) };
	struct ask both[] = { { .kind = ASK_RESOURCE, .group = "1", .name = "VGPU", .amount = 1 },
		{ .kind = ASK_RESOURCE, .group = "1", .name = "CUSTOM_X", .amount = 1 } };

	(void)state;
	candidates[0].needs.ask = both;
	candidates[0].needs.nask = 2;
	use_books(books, COUNT(books));
	assert_found("no-capacity", "no single resource provider");
	books[4].uuid = "p1";
	assert_quiet("no-capacity");
	books[4].uuid = "p2";
	both[0].group = both[1].group = "";
	assert_quiet("no-capacity");
}

static void traits_pinning_and_a_shared_disk_are_reckoned(void **state)
{
	static struct provider has[] = { { "u", "u" } }, shared[] = { { "nfs", "u" } };
	struct trait_fact fact = { "CUSTOM_T", { .v = has, .n = 0 } };
	struct inventory books[] = { BASE_BOOKS, BOOK("u", "u", "b", 14, "PCPU", 1) };
	struct ask ask[] = { { .kind = ASK_TRAIT, .group = "", .name = "CUSTOM_T" } };

	(void)state;
	use_books(books, 3);
	candidates[0].needs.ask = ask;
	candidates[0].needs.nask = 1;
	scene.placing.trait = &fact;
	scene.placing.ntrait = 1;
	assert_quiet("no-capacity"); /* traits may not be read */
	assert_found("unchecked-resources", "CUSTOM_T");
	scene.placing.columns.has_traits = true;
	assert_found("no-capacity", "'b' lacks trait CUSTOM_T");
	assert_quiet("unchecked-resources");
	fact.providers.n = 1;
	assert_quiet("no-capacity");
	ask[0].kind = ASK_NO_TRAIT;
	assert_found("no-capacity", "must not have");
	request.what.target_host = "b";
	scene.nova.target_cell = scene.nova.home;
	request.what.force = true; /* only what it takes is looked at */
	assert_quiet("no-capacity");
	request.what.force = false;
	request.what.target_host = NULL;
	scene.nova.target_cell = NULL;
	scene.placing.ntrait = 0;
	scene.placing.trait = NULL;
	ask[0] = (struct ask){ .kind = ASK_RESOURCE, .group = "", .name = "PCPU", .amount = 2, .or_vcpu = true };
	candidates[0].needs.pinned = true;
	assert_quiet("no-capacity"); /* vCPU serves where there is no PCPU */
	books[0].capacity = 1;
	assert_found("no-capacity", "PCPU");
	use_books(books, 4);
	assert_found("no-capacity", "1 of the 2 PCPU");
	books[3].capacity = 2;
	assert_quiet("no-capacity");
	books[2].uuid = books[2].root = "nfs"; /* the disk is of another provider */
	assert_found("no-capacity", "GB of disk");
	scene.placing.sharing = (struct providers){ .v = shared, .n = 1 };
	assert_quiet("no-capacity");
}

static void a_hard_group_is_not_passed_by_force(void **state)
{
	static const char *members[] = { "b", "c" };

	(void)state;
	candidates[0].group = (struct server_group){ .exists = true, .uuid = "g", .policy = "anti-affinity", .max_per_host = 1 };
	candidates[0].group_host = members;
	candidates[0].ngroup_host = 2;
	request.what.target_host = "b";
	scene.nova.target_cell = scene.nova.home;
	assert_found("no-capacity", "soft-anti-affinity");
	assert_null(strstr(find("no-capacity")->hint, "--force"));
	members[1] = "a";
	assert_found("no-capacity", "it fits on 'c': evac-manage instance evacuate 00000000-0000-4000-8000-000000000001 c");
	request.what.force = true;
	assert_quiet("no-capacity"); /* the request does not name the group */
	candidates[0].spec.spec = SPEC("1.8", ", \"scheduler_hints\": {\"group\": [\"g\"]}");
	assert_found("no-capacity", "already has a member");
}

static void a_hypervisor_that_takes_no_evacuation(void **state)
{
	static const char *const none[] = { "ironic", "VMware vCenter Server", "hyperv", "zvm", "XenServer" };

	(void)state;
	nodes[0].hypervisor_type = "QEMU";
	assert_quiet("not-evacuable");
	for (size_t i = 0; i < COUNT(none); i++) {
		nodes[0].hypervisor_type = none[i];
		assert_found("not-evacuable", none[i]);
	}
	nodes[0].hypervisor_type = "QEMU";
	nodes[1].hypervisor_type = nodes[2].hypervisor_type = "ironic"; /* nor do such nodes take anything */
	assert_found("no-capacity", "does not support evacuation");
	nodes[2].hypervisor_type = NULL; /* not said: it may */
	assert_quiet("no-capacity");
}

/* Enabled by SQL, and its nova-compute has not yet reported: the scheduler leaves it out. */
static void a_host_that_placement_still_has_as_disabled(void **state)
{
	static struct provider has[] = { { "u", "u" } };
	struct trait_fact fact = { TRAIT_DISABLED, { .v = has, .n = 1 } };
	struct inventory books[] = { BASE_BOOKS };

	(void)state;
	use_books(books, COUNT(books));
	scene.placing.trait = &fact;
	scene.placing.ntrait = 1;
	scene.placing.columns.has_traits = true;
	services[2].disabled = true;
	assert_found("no-capacity", "placement still has 'b' as disabled");
	request.what.target_host = "b";
	scene.nova.target_cell = scene.nova.home;
	assert_found("no-capacity", "COMPUTE_STATUS_DISABLED");
	request.what.force = true; /* past the scheduler */
	assert_quiet("no-capacity");
	request.what.force = false;
	fact.providers.n = 0;
	assert_quiet("no-capacity");
	request.what.target_host = NULL;
	scene.nova.target_cell = NULL;
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

#define OBJECT(data) "{\"nova_object.data\": {" data "}}"

static void what_is_asked_of_placement_comes_from_the_request(void **state)
{
	struct needs n = { .pinned = false };
	struct arena arena = { NULL };
	json_object *spec;

	(void)state;
	needs_of_flavor("{\"cur\": {\"nova_object.data\": {\"vcpus\": 4, \"extra_specs\": {\"resources:VGPU\": \"1\"}}}}", true, &arena, &n);
	assert_int_equal(n.nask, 1);
	needs_of_request(NULL, &arena, &n);
	assert_int_equal(n.nask, 1);
	spec = object_parse(OBJECT("\"flavor\": " OBJECT("\"vcpus\": 4, \"extra_specs\": {\"resources:VCPU\": \"0\", \"resources:CUSTOM_A\": \"2\", "
	    "\"resources_G:SRIOV_NET_VF\": \"1\", \"trait_G:CUSTOM_T\": \"forbidden\", \"hw:mem_encryption\": \"true\", \"hw:pmem\": \"4gb,16gb\", "
	    "\"hw:mem_page_size\": \"large\", \"pci_passthrough:alias\": \"gpu:1\"}") ", \"image\": " OBJECT("\"properties\": "
	    OBJECT("\"traits_required\": [\"HW_CPU_X86_AVX2\"], \"hw_cpu_policy\": \"dedicated\"")) ", \"numa_topology\": " OBJECT("\"cells\": [1]")
	    ", \"scheduler_hints\": {\"different_host\": [\"x\"]}, \"pci_requests\": " OBJECT("\"requests\": [1]")));
	needs_of_request(spec, &arena, &n);
	json_object_put(spec);
	assert_int_equal(n.nask, 8);
	assert_string_equal(n.ask[0].name, "CUSTOM_A");
	assert_int_equal(n.ask[0].amount, 2);
	assert_string_equal(n.ask[1].group, "_G");
	assert_int_equal(n.ask[2].kind, ASK_NO_TRAIT);
	assert_string_equal(n.ask[3].name, "MEM_ENCRYPTION_CONTEXT");
	assert_string_equal(n.ask[5].name, "CUSTOM_PMEM_NAMESPACE_16GB");
	assert_string_equal(n.ask[6].name, "HW_CPU_X86_AVX2");
	assert_true(n.ask[7].or_vcpu && n.ask[7].amount == 4 && n.numa);
	assert_true(n.asked[CLASS_VCPU].set && n.asked[CLASS_VCPU].v == 0);
	assert_int_equal(n.nunreckoned, 3);
	assert_string_equal(n.unreckoned[0], "huge pages");
	assert_string_equal(n.unreckoned[1], "PCI devices (gpu:1)");
	assert_string_equal(n.unreckoned[2], "scheduler hint different_host");
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

/* ---- does it matter who goes where? */

#define SMALL_BOOKS(node, of) BOOK(of, of, node, CLASS_VCPU, "VCPU", 100), BOOK(of, of, node, CLASS_MEMORY_MB, "MEMORY_MB", 8192), BOOK(of, of, node, CLASS_DISK_GB, "DISK_GB", 500)

static struct inventory two_hosts[6];

/* Three of 4 GB, b and c with 8 GB each. */
static void use_two_hosts(void)
{
	const struct inventory books[] = { SMALL_BOOKS("b", "u"), SMALL_BOOKS("c", "w") };

	memcpy(two_hosts, books, sizeof two_hosts);
	use_books(two_hosts, COUNT(two_hosts));
	nodes[2].uuid = "w";
	set_candidate(1, "00000000-0000-4000-8000-000000000002", "two");
	set_candidate(2, "00000000-0000-4000-8000-000000000003", "three");
	scene.subject.ncandidate = 3;
}

static size_t spare(void)
{
	const struct candidate *c[] = { &candidates[0], &candidates[1], &candidates[2] };
	struct rooms rooms;
	size_t n;

	read_specs();
	rooms_make(&scene, &rooms);
	n = rooms_spare(&rooms, &scene, c, scene.subject.ncandidate);
	rooms_free(&rooms);
	return n;
}

static void what_lands_wherever_it_is_put_is_certain(void **state)
{
	static const char *members[] = { "a" };

	(void)state;
	use_two_hosts();
	assert_int_equal(spare(), 3);
	two_hosts[1].used = 1; /* of b: one turn less */
	assert_int_equal(spare(), 3);
	two_hosts[4].used = 1;
	assert_int_equal(spare(), 2);
	two_hosts[1].used = two_hosts[4].used = 0;
	candidates[2].needs.memory_mb = 8192; /* two small ones, one on each host, leave it none */
	assert_int_equal(spare(), 2);
	candidates[2].needs.memory_mb = 4096;
	for (size_t i = 0; i < 2; i++) {
		candidates[i].group = (struct server_group){ .exists = true, .uuid = "g", .policy = "anti-affinity", .max_per_host = 1 };
		candidates[i].group_host = members;
		candidates[i].ngroup_host = 1;
	}
	assert_int_equal(spare(), 2); /* its mate closes one of two hosts to it */
	candidates[0].group.exists = candidates[1].group.exists = false;
	services[2].disabled = true;
	assert_int_equal(spare(), 2);
	two_hosts[0].max_unit = 1; /* no room takes any */
	assert_int_equal(spare(), 0);
}

static void what_placement_shares_is_there_once(void **state)
{
	static struct provider shared[] = { { "nfs", "u" }, { "nfs", "w" } };
	struct inventory books[] = { BOOK("u", "u", "b", CLASS_VCPU, "VCPU", 100), BOOK("u", "u", "b", CLASS_MEMORY_MB, "MEMORY_MB", 81920),
		BOOK("w", "w", "c", CLASS_VCPU, "VCPU", 100), BOOK("w", "w", "c", CLASS_MEMORY_MB, "MEMORY_MB", 81920),
		BOOK("nfs", "nfs", "share", CLASS_DISK_GB, "DISK_GB", 30) };

	(void)state;
	use_two_hosts();
	use_books(books, COUNT(books));
	scene.placing.sharing = (struct providers){ .v = shared, .n = 2 };
	assert_int_equal(spare(), 3);
	books[4].used = 1;
	assert_int_equal(spare(), 2);
}

static void pinned_cpus_may_come_of_vcpu(void **state)
{
	struct inventory books[] = { SMALL_BOOKS("b", "u"), BOOK("u", "u", "b", 14, "PCPU", 4) };
	struct ask ask = { .kind = ASK_RESOURCE, .group = "", .name = "PCPU", .amount = 2, .or_vcpu = true };

	(void)state;
	use_two_hosts();
	use_books(books, 4);
	for (size_t i = 0; i < 3; i++) {
		candidates[i].needs.pinned = true;
		candidates[i].needs.memory_mb = 1;
		candidates[i].needs.ask = &ask;
		candidates[i].needs.nask = 1;
	}
	assert_int_equal(spare(), 2);
	use_books(books, 3);
	assert_int_equal(spare(), 3);
	books[0].capacity = 5;
	assert_int_equal(spare(), 2);
}

/* ---- and in the plan */

static struct plan spread_plan;

static const char *named(size_t i)
{
	static struct plan plan;
	static char host[64];

	plan_free(&plan);
	find("no-capacity");
	plan_evacuations(&plan, &scene, &findings);
	assert_true(i < plan.nunit);
	strcpy(host, str_or(plan.unit[i].step[0].after[0], "-"));
	assert_true((strstr(plan.unit[i].sentence, "tight") != NULL) == (*host != '-' && !request.what.target_host));
	plan_free(&plan);
	return host;
}

static void a_host_is_named_where_it_matters_alone(void **state)
{
	(void)state;
	use_two_hosts();
	candidates[0].needs.memory_mb = 8192; /* the plan's order: the largest first */
	assert_string_equal(named(0), "b");
	assert_string_equal(named(1), "c");
	assert_string_equal(named(2), "c");
	candidates[1].needs.numa = true; /* which host has such cells the scheduler knows alone */
	assert_string_equal(named(1), "-");
	assert_string_equal(named(2), "c");
	two_hosts[1].capacity = two_hosts[4].capacity = 81920;
	assert_string_equal(named(0), "-");
	two_hosts[1].capacity = two_hosts[4].capacity = 8192;
	assert_string_equal(named(0), "b");
	request.what.target_host = "c"; /* the operator's word */
	scene.nova.target_cell = scene.nova.home;
	assert_string_equal(named(0), "c");
	request.what.target_host = NULL;
	scene.nova.target_cell = NULL;
	scene.placing.inventories.n = 0; /* the nodes' own rows are no promise */
	assert_string_equal(named(0), "-");
}

static void spread_hosts_are_all_that_there_are(void **state)
{
	const char *words[] = { "x, c" };

	(void)state;
	use_two_hosts();
	request.what.spread = (struct words){ .v = words, .n = 1 };
	assert_found("no-capacity", "three fits on no host: 'c' has 0 of the 4096 MB");
	scene.subject.ncandidate = 2;
	assert_quiet("no-capacity");
	plan_evacuations(&spread_plan, &scene, &findings);
	assert_string_equal(spread_plan.unit[0].step[0].after[0], "c");
	assert_non_null(strstr(spread_plan.unit[1].sentence, "(two) from a to c"));
	assert_null(strstr(spread_plan.unit[1].sentence, "tight"));
	plan_free(&spread_plan);
	services[2].disabled = true;
	assert_found("no-capacity", "nova-compute there were up and enabled");
}

/* ---- reserved hosts */

static const struct nova_service **reserve;

static size_t find_reserve(const char *disabled_reason)
{
	services[2].disabled = true;
	services[2].disabled_reason = disabled_reason;
	return reserve_find(&scene, &reserve);
}

static void a_reserve_is_on_the_list_up_and_disabled_as_one(void **state)
{
	(void)state;
	assert_int_equal(find_reserve("reserved"), 0);
	world.site.reserved = (char *)(uintptr_t)"x, a, c, b";
	assert_int_equal(find_reserve("memory is broken"), 0);
	assert_int_equal(find_reserve(NULL), 1);
	assert_int_equal(find_reserve("pool: Reserved"), 1);
	assert_ptr_equal(reserve[0], &services[2]);
	world.site.reserved_reason = (char *)(uintptr_t)"spare*";
	assert_int_equal(find_reserve("pool: Reserved"), 0);
	assert_int_equal(find_reserve("spare of row 3"), 1);
	services[2].forced_down = true;
	assert_int_equal(find_reserve(NULL), 0);
	services[2].forced_down = false;
	services[2].heartbeat_age_s.v = 600;
	assert_int_equal(find_reserve(NULL), 0);
	services[2].heartbeat_age_s.v = 1;
	services[0].heartbeat_age_s.v = 1; /* the failed one, disabled by an earlier run */
	services[0].disabled = true;
	assert_int_equal(find_reserve(NULL), 1);
	services[2].disabled = false;
	assert_int_equal(reserve_find(&scene, &reserve), 0);
}

static void a_reserve_gets_what_fits_nowhere_else(void **state)
{
	static struct provider marked[] = { { "w", "w" } };
	struct trait_fact fact = { TRAIT_DISABLED, { .v = marked, .n = 1 } };
	const struct unit *u;

	(void)state;
	use_two_hosts();
	scene.placing.trait = &fact;
	scene.placing.ntrait = 1;
	world.site.reserved = (char *)(uintptr_t)"c";
	assert_int_equal(find_reserve("reserved"), 1);
	assert_found("no-capacity", "three fits on no host");
	reserve_open(&scene, reserve[0]);
	assert_int_equal(reserve_find(&scene, &reserve), 0);
	assert_quiet("no-capacity");
	plan_evacuations(&spread_plan, &scene, &findings);
	plan_reserve(&spread_plan, &scene);
	assert_int_equal(spread_plan.nunit, 5);
	u = spread_plan.unit;
	assert_int_equal(u[0].kind, UNIT_RESERVE);
	assert_string_equal(u[0].sentence, "enable nova-compute on reserved host c for 1 instance (disabled: reserved)");
	assert_string_equal(step_before(u[0].step, "disabled_reason"), "reserved");
	assert_string_equal(step_after(u[0].step, "disabled"), "0");
	assert_string_equal(u[1].step[0].after[0], "b");
	assert_string_equal(u[2].step[0].after[0], "b");
	assert_string_equal(u[3].step[0].after[0], "c");
	assert_int_equal(u[4].kind, UNIT_RELEASE);
	for (int i = 0; i < STEP_COLUMNS; i++) {
		assert_string_equal(u[4].step[0].after[i], u[0].step[0].before[i]);
		assert_string_equal(u[4].step[0].before[i], u[0].step[0].after[i]);
	}
	plan_free(&spread_plan);
	reserve_close(&scene);
	assert_found("no-capacity", "three");
	reserve_open(&scene, &services[2]);
	two_hosts[1].capacity = 81920; /* b takes all: the reserve stays as it is */
	find("no-capacity");
	plan_evacuations(&spread_plan, &scene, &findings);
	plan_reserve(&spread_plan, &scene);
	assert_int_equal(spread_plan.nunit, 3);
	plan_free(&spread_plan);
	services[2].disabled = false; /* as the run has written it: placement still has the mark */
	two_hosts[1].capacity = 8192;
	assert_found("no-capacity", "three");
	scene.placing.trait = NULL;
}

static void names_stand_between_commas(void **state)
{
	const char *at = " a ,,b,\tc d ", *item;

	(void)state;
	assert_int_equal(word_next(&at, &item), 1);
	assert_int_equal(*item, 'a');
	assert_int_equal(word_next(&at, &item), 1);
	assert_int_equal(*item, 'b');
	assert_int_equal(word_next(&at, &item), 3);
	assert_int_equal(word_next(&at, &item), 0);
	assert_true(word_lists("a, bc", "bc"));
	assert_false(word_lists("a, bc", "b"));
	assert_false(word_lists("", "b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_too_big_fits_nowhere),
		TEST(each_takes_its_room),
		TEST(a_host_that_is_closed_takes_nothing_and_is_named),
		TEST(zone_aggregate_and_group_decide),
		TEST(a_zone_that_placement_does_not_have),
		TEST(placements_books_win_over_the_nodes_rows),
		TEST(resource_classes_are_reckoned_against_the_whole_tree),
		TEST(a_group_comes_from_one_provider),
		TEST(traits_pinning_and_a_shared_disk_are_reckoned),
		TEST(a_hard_group_is_not_passed_by_force),
		TEST(a_hypervisor_that_takes_no_evacuation),
		TEST(a_host_that_placement_still_has_as_disabled),
		TEST(what_is_asked_of_placement_comes_from_the_request),
		TEST(needs_come_from_the_flavor),
		TEST(needs_come_from_the_ports),
		TEST(what_lands_wherever_it_is_put_is_certain),
		TEST(what_placement_shares_is_there_once),
		TEST(pinned_cpus_may_come_of_vcpu),
		TEST(a_host_is_named_where_it_matters_alone),
		TEST(spread_hosts_are_all_that_there_are),
		TEST(a_reserve_is_on_the_list_up_and_disabled_as_one),
		TEST(a_reserve_gets_what_fits_nowhere_else),
		TEST(names_stand_between_commas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

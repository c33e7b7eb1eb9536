/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "bus/cast.h"
#include "findings_seen.h"
#include "op/guard.h"
#include "op/plan.h"
#include "util/str.h"

/* One scene of a small cloud, made by hand: host a failed, b and c are up, one instance of a wants to go. Each test changes one
 * thing and looks for its finding, and that it is not there without it. */

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define SPEC(version, more)                                                                        \
	"{\"nova_object.name\": \"RequestSpec\", \"nova_object.namespace\": \"nova\", \"nova_object.version\": \"" version         \
	"\", \"nova_object.data\": {\"availability_zone\": null" more "}}"

static struct request request;
static struct world world;
static struct nova_cell cells[2];
static struct cell_facts facts[2];
static struct nova_service services[4];
static struct compute_node nodes[3];
static struct instance instances[3];
static struct candidate candidates[3];
static struct scene scene;
static struct findings findings;
/* Empty lists of a scene point somewhere, as those of the database room do. */
static struct move no_move;
static struct cinder_service no_service;
static struct owner no_owner;
static struct volume_fact no_volume;

static void set_service(struct nova_service *s, const char *binary, const char *host, int64_t age_s)
{
	*s = (struct nova_service){ .binary = binary, .host = host, .version = 64, .heartbeat_age_s = { true, age_s } };
}

static void set_node(struct compute_node *n, const char *host, const char *address)
{
	*n = (struct compute_node){ .host = host, .hypervisor_hostname = host, .host_ip = address, .vcpus = 8, .memory_mb = 16384,
		.local_gb = 100, .vcpus_limit = 128, .memory_mb_limit = 16384, .local_gb_limit = 100 };
}

static void set_candidate(size_t i, const char *uuid, const char *name)
{
	instances[i] = (struct instance){ .uuid = uuid, .name = name, .host = "a", .node = "a", .vm_state = "active", .image_ref = "",
		.launched_at = "2026-01-01 00:00:00", .id = (int64_t)i + 1 };
	candidates[i] = (struct candidate){ .instance = &instances[i], .wanted = true, .volume = &no_volume };
	candidates[i].mapping = (struct instance_mapping){ .exists = true, .cell_id = { true, 2 } };
	candidates[i].spec = (struct request_spec){ .exists = true, .id = 1, .instance_uuid = uuid, .spec = SPEC("1.8", "") };
	candidates[i].needs = (struct needs){ .known = true, .vcpus = 2, .memory_mb = 4096, .disk_gb = 10 };
}

static int make_scene(void **state)
{
	(void)state;
	request = (struct request){ .command = "host evacuate", .fenced = "yes" };
	world = (struct world){ .site.shared_disks = true };
	cells[0] = (struct nova_cell){ .id = 2, .name = "cell1" };
	cells[1] = (struct nova_cell){ .id = 3, .name = "cell2" };
	set_service(&services[0], "nova-compute", "a", 600);
	set_service(&services[1], "nova-compute", "b", 1);
	set_service(&services[2], "nova-compute", "c", 1);
	set_service(&services[3], "nova-conductor", "ctl", 1);
	set_node(&nodes[0], "a", "192.0.2.1");
	set_node(&nodes[1], "b", "192.0.2.2");
	set_node(&nodes[2], "c", "192.0.2.3");
	facts[0] = (struct cell_facts){ .cell = &cells[0], .services = { services, 4, { NULL } }, .nodes = { nodes, 3, { NULL } } };
	facts[1] = (struct cell_facts){ .cell = &cells[1], .services = { services, 0, { NULL } }, .nodes = { nodes, 0, { NULL } } };
	set_candidate(0, "00000000-0000-4000-8000-000000000001", "one");
	scene = (struct scene){ .request = &request, .world = &world, .host = "a", .evacuates = true, .nova_down_s = 60,
		.cinder_down_s = 60, .cell = facts, .ncell = 2, .home = &facts[0], .compute = &services[0], .conductor_version = 64,
		.newest_conductor = 64, .compute_version = 64, .builder_version = 64, .candidate = candidates, .ncandidate = 1,
		.move = &no_move, .cinder_services = { &no_service, 0, { NULL } }, .owners = { &no_owner, 0, { NULL } },
		.has_exchange = true, .conductor = { .exists = true, .consumers = 1 } };
	scene.release = release_of(64);
	return 0;
}

static int drop_scene(void **state)
{
	(void)state;
	findings_free(&findings);
	arena_free(&scene.arena);
	return 0;
}

/* The finding of this code, or NULL. */
static const struct finding *find(const char *code)
{
	for (size_t i = 0; i < scene.ncandidate; i++)
		request_spec_facts(&candidates[i].spec, &scene.arena, &candidates[i].spec_facts);
	findings_free(&findings);
	guards_run(&scene, &findings);
	for (size_t i = 0; i < findings.n; i++)
		if (strcmp(findings.v[i].code, code) == 0) {
			finding_seen(code, true);
			return &findings.v[i];
		}
	finding_seen(code, false);
	return NULL;
}

static void assert_found(const char *code, const char *word)
{
	const struct finding *f = find(code);

	if (!f)
		fail_msg("no finding '%s'", code);
	if (!strstr(f->message, word) && !strstr(f->hint, word))
		fail_msg("finding '%s' does not say '%s': %s (%s)", code, word, f->message, f->hint);
}

static void assert_quiet(const char *code)
{
	const struct finding *f = find(code);

	if (f)
		fail_msg("finding '%s': %s", code, f->message);
}

static void use_release(int64_t version)
{
	scene.conductor_version = scene.newest_conductor = scene.compute_version = scene.builder_version = version;
	scene.release = release_of(version);
}

static void a_plain_host_has_nothing_against_it(void **state)
{
	(void)state;
	(void)find("");
	for (size_t i = 0; i < findings.n; i++)
		if (findings.v[i].severity == SEVERITY_STOP || findings.v[i].severity == SEVERITY_SKIP)
			fail_msg("%s: %s", findings.v[i].code, findings.v[i].message);
}

/* ---- what nova-api would refuse */

static void states_that_nova_evacuates(void **state)
{
	static const char *const good[] = { "active", "stopped", "error" };
	static const char *const bad[] = { "paused", "suspended", "rescued", "shelved_offloaded", "resized", "building", NULL };

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		instances[0].vm_state = good[i];
		assert_quiet("not-evacuable");
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		instances[0].vm_state = bad[i];
		assert_found("not-evacuable", bad[i] ? bad[i] : "no state");
	}
	instances[0].vm_state = "active";
	instances[0].launched_at = NULL;
	assert_found("not-evacuable", "launched");
}

static void a_task_state_is_an_obstacle_until_bug_1978983_was_mended(void **state)
{
	static const struct {
		int64_t version;
		const char *code;
	} rows[] = { { 30, "not-evacuable" }, { 53, "not-evacuable" }, { 56, "task-state" }, { 60, "task-state" }, { 61, "task-state" },
		{ 64, NULL }, { 74, NULL } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		use_release(rows[i].version);
		instances[0].task_state = "powering-off";
		if (rows[i].code)
			assert_found(rows[i].code, "powering-off");
		else
			assert_quiet("not-evacuable");
		if (!rows[i].code || strcmp(rows[i].code, "task-state") != 0)
			assert_quiet("task-state");
		instances[0].task_state = NULL;
		assert_quiet("task-state");
		assert_quiet("not-evacuable");
	}
	instances[0].task_state = "rebuilding";
	assert_found("not-evacuable", "rebuilding");
	instances[0].task_state = "migrating";
	assert_found("not-evacuable", "migrating");
}

static void records_that_the_conductor_needs(void **state)
{
	(void)state;
	candidates[0].mapping.exists = false;
	assert_found("not-evacuable", "mapping");
	candidates[0].mapping.exists = true;
	candidates[0].mapping.cell_id.v = 3;
	assert_found("not-evacuable", "another cell");
	candidates[0].mapping.cell_id.v = 2;
	candidates[0].mapping.queued_for_delete = true;
	assert_found("not-evacuable", "queued for delete");
	candidates[0].mapping.queued_for_delete = false;
	candidates[0].spec.exists = false;
	assert_found("not-evacuable", "request spec");
	use_release(35); /* Rocky's conductor makes one */
	assert_quiet("not-evacuable");
	use_release(64);
	candidates[0].spec = (struct request_spec){ .exists = true, .spec = "{\"not\": \"one\"}" };
	assert_found("not-evacuable", "is not a nova RequestSpec");
}

static void a_spec_that_is_newer_than_the_oldest_conductor(void **state)
{
	(void)state;
	candidates[0].spec.spec = SPEC("1.15", "");
	assert_found("not-evacuable", "1.15");
	use_release(68);
	assert_quiet("not-evacuable");
	candidates[0].spec.spec = SPEC("2.0", "");
	assert_found("not-evacuable", "is not a nova RequestSpec");
	candidates[0].spec.spec = SPEC("1.16", "");
	use_release(999); /* newer than the table: who knows */
	assert_quiet("not-evacuable");
}

static void what_the_flavor_and_the_ports_ask_for(void **state)
{
	struct needs *n = &candidates[0].needs;
	const struct needs plain = *n;

	(void)state;
	n->vtpm = true;
	assert_found("not-evacuable", "vTPM");
	use_release(51); /* there was none yet, and nothing to reject */
	assert_quiet("not-evacuable");
	assert_found("needs-token", "vTPM");
	*n = plain;
	assert_quiet("needs-token");
	n->device_profile = true;
	assert_found("not-evacuable", "device profile"); /* Ussuri */
	use_release(64);
	assert_quiet("not-evacuable");
	assert_found("needs-token", "cyborg");
	scene.compute_version = COMPUTE_TAKES_DEVICE_PROFILES - 1;
	assert_found("not-evacuable", "device profile");
	*n = plain;
	use_release(56);
	n->vdpa_port = true;
	assert_found("not-evacuable", "vDPA");
	use_release(60);
	assert_found("not-evacuable", "vDPA");
	use_release(64);
	assert_quiet("not-evacuable");
	*n = plain;
	n->accelerator_port = true;
	assert_found("not-evacuable", "accelerator");
	use_release(56);
	assert_quiet("not-evacuable");
	*n = plain;
	n->extended_port = true;
	use_release(64);
	assert_quiet("not-evacuable");
	scene.compute_version = COMPUTE_TAKES_EXTENDED_REQUESTS - 1;
	assert_found("not-evacuable", "extended");
	*n = plain;
	n->bandwidth_port = true;
	use_release(40);
	assert_found("not-evacuable", "resource request");
	use_release(51);
	assert_quiet("not-evacuable");
	*n = plain;
	n->shares = 1;
	use_release(67);
	assert_quiet("not-evacuable");
	use_release(68);
	assert_found("not-evacuable", "shares");
}

static void a_forced_target_and_allocations_on_several_providers(void **state)
{
	(void)state;
	request.force = true;
	request.target_host = "b";
	scene.target_cell = scene.home;
	scene.target_compute = &services[1];
	scene.target_node = &nodes[1];
	scene.target_is_mapped = true;
	candidates[0].providers = (struct maybe_int){ true, 1 };
	assert_quiet("not-evacuable");
	candidates[0].providers.v = 2;
	assert_found("not-evacuable", "several providers");
	candidates[0].providers.v = 0;
	assert_found("not-evacuable", "no allocation");
	candidates[0].providers.set = false;
	assert_quiet("not-evacuable");
	candidates[0].needs.bandwidth_port = true;
	assert_found("not-evacuable", "several providers");
	candidates[0].needs.bandwidth_port = false;
	candidates[0].needs.nested_resources = true;
	assert_found("not-evacuable", "several providers");
	request.force = false;
	assert_quiet("not-evacuable");
}

static void pinned_before_victoria(void **state)
{
	static const char pinned[] = SPEC("1.13", ", \"numa_topology\": {\"nova_object.name\": \"InstanceNUMATopology\", "
	    "\"nova_object.namespace\": \"nova\", \"nova_object.version\": \"1.3\", \"nova_object.data\": {\"cells\": ["
	    "{\"nova_object.name\": \"InstanceNUMACell\", \"nova_object.namespace\": \"nova\", \"nova_object.version\": \"1.4\", "
	    "\"nova_object.data\": {\"id\": 0, \"cpuset\": [0, 1], \"cpu_policy\": \"dedicated\"}}]}}");

	(void)state;
	candidates[0].spec.spec = pinned;
	use_release(53);
	assert_found("old-pinning", "1952941");
	use_release(60);
	assert_found("old-pinning", "24.1.0");
	use_release(51);
	assert_quiet("old-pinning");
	use_release(61);
	assert_quiet("old-pinning");
	use_release(53);
	candidates[0].spec.spec = SPEC("1.13", "");
	assert_quiet("old-pinning");
	candidates[0].needs.old_pinning = true; /* the instance's own cells */
	assert_found("old-pinning", "1952941");
}

static void pinned_cells_get_their_field(void **state)
{
	const struct request_spec spec = { .exists = true, .id = 7, .instance_uuid = "u", .spec = SPEC("1.14", ", \"numa_topology\": "
	    "{\"nova_object.version\": \"1.3\", \"nova_object.data\": {\"cells\": [{\"nova_object.version\": \"1.4\", \"nova_object.changes\": [], "
	    "\"nova_object.data\": {\"cpuset\": [4, 5], \"cpu_policy\": \"dedicated\"}}, {\"nova_object.version\": \"1.4\", "
	    "\"nova_object.data\": {\"cpuset\": [6], \"cpu_policy\": null}}]}}, \"instance_group\": {\"nova_object.data\": {\"uuid\": \"g\"}}, "
	    "\"scheduler_hints\": {\"group\": [\"g\"], \"other\": [1]}") };
	const struct spec_options options = { .without_group = true, .with_pcpuset = true }, as_stored = { 0 };
	struct error err = { 0 };
	json_object *out;
	const char *text;

	(void)state;
	assert_int_equal(request_spec_object(&spec, &options, &out, &err), 0);
	text = json_object_to_json_string_ext(out, JSON_C_TO_STRING_PLAIN);
	assert_non_null(strstr(text, "\"cpuset\":[],\"cpu_policy\":\"dedicated\",\"pcpuset\":[4,5]"));
	assert_non_null(strstr(text, "\"cpuset\":[6],\"cpu_policy\":null,\"pcpuset\":[]"));
	assert_null(strstr(text, "\"1.4\""));
	assert_non_null(strstr(text, "\"instance_group\":null"));
	assert_non_null(strstr(text, "\"scheduler_hints\":{\"other\":[1]}"));
	json_object_put(out);
	assert_int_equal(request_spec_object(&spec, &as_stored, &out, &err), 0);
	text = json_object_to_json_string_ext(out, JSON_C_TO_STRING_PLAIN);
	assert_null(strstr(text, "pcpuset"));
	assert_non_null(strstr(text, "\"group\":[\"g\"]"));
	json_object_put(out);
}

/* ---- kinds */

static void an_amphora_is_octavias(void **state)
{
	(void)state;
	assert_quiet("octavia");
	instances[0].name = "amphora-5a1b2c3d-0000-4000-8000-00000000000a";
	assert_found("octavia", "failover 5a1b2c3d-0000-4000-8000-00000000000a");
	instances[0].name = "amphora-of-wine";
	assert_quiet("octavia");
}

static void a_key_in_the_users_name(void **state)
{
	static const struct bdm bdm = { .volume_id = "v" };
	struct volume_fact volume = { .bdm = &bdm, .owner = { .known = true, .host = "b@x", .cluster_name = "any", .encryption_key_id = "5a1b" } };

	(void)state;
	candidates[0].volume = &volume;
	candidates[0].nvolume = 1;
	assert_found("needs-token", "barbican");
	volume.owner.encryption_key_id = "00000000-0000-0000-0000-000000000000"; /* conf_key_manager's fixed one */
	assert_quiet("needs-token");
	volume.owner.encryption_key_id = NULL;
	assert_quiet("needs-token");
}

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

/* ---- the target, the release */

static void a_target_in_another_cell_or_without_a_node(void **state)
{
	(void)state;
	assert_quiet("target-other-cell");
	assert_quiet("target-node-missing");
	request.target_host = "b";
	scene.target_compute = &services[1];
	scene.target_cell = &facts[1];
	scene.target_node = &nodes[1];
	scene.target_is_mapped = true;
	assert_found("target-other-cell", "cell2");
	scene.target_cell = &facts[0];
	assert_quiet("target-other-cell");
	assert_quiet("target-node-missing");
	scene.target_is_mapped = false;
	assert_found("target-node-missing", "discover_hosts");
	scene.target_node = NULL;
	assert_found("target-node-missing", "no compute node");
}

static void bug_1550919_where_disks_can_be_destroyed(void **state)
{
	static const struct {
		int64_t version;
		const char *word;
	} rows[] = { { 30, "Queens" }, { 35, "Rocky" }, { 37, "19.3.0" }, { 40, "20.4.0" }, { 51, "21.1.0" }, { 53, NULL }, { 74, NULL } };

	(void)state;
	instances[0].image_ref = "an image";
	for (size_t i = 0; i < COUNT(rows); i++) {
		use_release(rows[i].version);
		if (rows[i].word)
			assert_found("release-hazard", rows[i].word);
		else
			assert_quiet("release-hazard");
	}
	use_release(64);
	scene.builder_version = 51; /* the conductor is new, a compute is not */
	assert_found("release-hazard", "nova-api does not answer");
	scene.nova_api = "http://x/";
	assert_found("release-hazard", "1 instance on shared storage");
	assert_null(strstr(find("release-hazard")->message, "does not answer"));
	instances[0].image_ref = "";
	candidates[0].needs.disk_gb = 0; /* volumes are only disconnected */
	assert_quiet("release-hazard");
}

static void mixed_and_unknown_releases_are_said(void **state)
{
	(void)state;
	assert_quiet("release-unclear");
	scene.newest_conductor = 68;
	assert_found("release-unclear", "64 and 68");
	use_release(999);
	assert_found("release-unclear", "999");
}

static void a_group_that_is_gone(void **state)
{
	(void)state;
	assert_quiet("server-group-gone");
	candidates[0].spec.spec = SPEC("1.8", ", \"instance_group\": {\"nova_object.data\": {\"uuid\": \"gg\"}}");
	assert_found("server-group-gone", "gg");
	candidates[0].group = (struct server_group){ .exists = true, .uuid = "gg", .policy = "soft-affinity" };
	assert_quiet("server-group-gone");
}

static void an_older_row_that_the_conductor_would_take(void **state)
{
	static struct migration old = { .id = 41, .migration_type = "resize", .age_s = { true, 86400 } };

	(void)state;
	assert_quiet("stale-accepted");
	candidates[0].accepted = (struct migrations){ &old, 1, { NULL } };
	assert_found("stale-accepted", "migration close 41");
	candidates[0].wanted = false;
	assert_quiet("stale-accepted");
}

static void a_guest_that_a_failed_evacuation_left(void **state)
{
	static struct attempt tried[] = {
		{ .host = "b", .result = "Error", .details = "timed out", .age_s = { true, 70 },
		    .traceback = "  in _do_rebuild_instance\n    instance.save(expected_task_state=[task_states.REBUILD_SPAWNING])\n" },
		{ .host = "b", .result = "Error", .details = "already exists", .age_s = { true, 50 },
		    .traceback = "  in _do_rebuild_instance\n    x\n  in _check_instance_exists\n    raise\n" },
		{ .host = "c", .age_s = { true, 9 } },
	};
	static struct migration open = { .id = 42 };

	(void)state;
	assert_quiet("guest-left");
	candidates[0].attempts = (struct attempts){ tried, 1, { NULL } };
	assert_found("guest-left", "may be left on 'b', where an evacuation failed 70 s ago (timed out)");
	assert_non_null(strstr(find("guest-left")->hint, "virsh domstate"));
	candidates[0].attempts.n = 2; /* the compute found it: that is the better word */
	assert_found("guest-left", "is on 'b', where an evacuation failed 50 s ago (already exists)");
	candidates[0].attempts = (struct attempts){ &tried[2], 1, { NULL } };
	assert_found("guest-left", "on 'c', where an evacuation was begun and not ended 9 s ago");
	candidates[0].open = &open; /* and still is: in-flight says so */
	assert_quiet("guest-left");
	candidates[0].open = NULL;
	candidates[0].wanted = false;
	assert_quiet("guest-left");
	candidates[0].wanted = true;
	tried[0].traceback = "  in _rebuild_default_impl\n    x\n  in _prep_block_device\n    raise\n";
	candidates[0].attempts = (struct attempts){ tried, 1, { NULL } };
	assert_quiet("guest-left"); /* it never came to a guest */
}

/* ---- is it dead? */

static void witnesses(void **state)
{
	static struct session s = { .id = 9, .address = "192.0.2.1:40000", .idle_s = { true, 3 } };
	static struct consumer_fact queue = { .queue = "compute.a", .now = { .exists = true } };

	(void)state;
	assert_quiet("source-alive");
	scene.session[0] = (struct session_fact){ .server = "cinder's database", .down_s = 60, .sessions = { &s, 1, { NULL } } };
	scene.session[1] = scene.session[0]; /* another schema of the same server */
	scene.nsession = 2;
	assert_found("source-alive", "192.0.2.1:40000");
	request.accept = (struct words){ (const char *[]){ "source-alive" }, 1, 1 };
	assert_false(find("source-alive")->accepted);
	request.accept = (struct words){ 0 };
	s.idle_s.v = 60;
	assert_quiet("source-alive"); /* not fresh */
	s.idle_s.v = 3;
	s.address = "192.0.2.11:40000";
	assert_quiet("source-alive");
	s.address = "a.example.org:40000";
	assert_found("source-alive", "a.example.org");
	s.address = "ab:40000";
	assert_quiet("source-alive");
	s.address = "192.0.2.1:40000";
	nodes[1].host_ip = "192.0.2.1";
	assert_quiet("source-alive"); /* of two hosts: nobody's witness */
	nodes[1].host_ip = "192.0.2.2";
	nodes[0].host_ip = "127.0.0.1";
	s.address = "127.0.0.1:40000";
	assert_quiet("source-alive");
	assert_quiet("consumer-lingers");
	scene.consumer = &queue;
	scene.nconsumer = 1;
	assert_quiet("consumer-lingers");
	queue.now.consumers = 1;
	assert_found("consumer-lingers", "compute.a");
	services[0].heartbeat_age_s.v = 5;
	assert_found("source-alive", "5 s ago");
	services[0].forced_down = true;
	assert_quiet("source-alive");
}

static void notes_of_the_host(void **state)
{
	static struct standing_migration done = { .id = 1, .migration_type = "evacuation", .status = "done", .source_compute = "a" };

	(void)state;
	assert_quiet("host-resolved");
	assert_quiet("nova-api-answers");
	scene.asked_host = "a.example.org";
	scene.standing = (struct standing_migrations){ &done, 1, { NULL } };
	scene.nova_api = "http://192.0.2.9:8774/";
	assert_found("host-resolved", "a.example.org");
	assert_found("tombstones", "1 evacuation");
	assert_found("nova-api-answers", "http://192.0.2.9:8774/");
}

static void marking_is_in_the_plan_and_can_be_left_out(void **state)
{
	struct plan plan = { 0 };

	(void)state;
	scene.marks = true;
	plan_mark(&plan, &scene);
	assert_int_equal(plan.nunit, 1);
	assert_string_equal(step_before(&plan.unit[0].step[0], "forced_down"), "0");
	assert_string_equal(step_after(&plan.unit[0].step[0], "forced_down"), "1");
	assert_string_equal(step_after(&plan.unit[0].step[0], "disabled"), "1");
	plan_free(&plan);
	services[0].disabled = true;
	services[0].disabled_reason = "somebody's";
	plan_mark(&plan, &scene);
	assert_string_equal(step_before(&plan.unit[0].step[0], "disabled_reason"), "somebody's");
	plan_free(&plan);
	services[0].forced_down = true;
	plan_mark(&plan, &scene);
	assert_string_equal(step_before(&plan.unit[0].step[0], "forced_down"), "1");
	plan_free(&plan);
	scene.marks = false;
	plan_mark(&plan, &scene);
	assert_int_equal(plan.nunit, 0);
	plan_free(&plan);
}

/* ---- versions */

static void no_message_is_newer_than_any_conductor(void **state)
{
	(void)state;
	for (size_t i = 0; release_at(i); i++) {
		const struct release *r = release_at(i);

		assert_true(object_version_fits(REBUILD_INSTANCE_VERSION, r->conductor_rpc));
		assert_true(object_version_fits(INSTANCE_OBJECT_VERSION, r->instance));
		assert_true(object_version_fits(DESTINATION_VERSION, r->destination));
		assert_int_equal(r->takes_target_state, object_version_fits(REBUILD_INSTANCE_VERSION_STATE, r->conductor_rpc));
		request.target_state = "stopped"; /* refused where the message would be too new */
		use_release(r->service_version);
		scene.compute_version = 1000;
		assert_int_equal(find("target-state-unsupported") == NULL, object_version_fits(REBUILD_INSTANCE_VERSION_STATE, r->conductor_rpc));
		request.target_state = NULL;
		if (i > 0)
			assert_true(release_at(i - 1)->service_version < r->service_version && release_at(i - 1)->nova < r->nova);
		/* a spec one newer than it knows is left out, whatever else */
		use_release(r->service_version);
		candidates[0].spec.spec = strcmp(r->request_spec, "1.15") == 0 ? SPEC("1.16", "") : strcmp(r->request_spec, "1.14") == 0 ?
		    SPEC("1.15", "") : strcmp(r->request_spec, "1.13") == 0 ? SPEC("1.14", "") : strcmp(r->request_spec, "1.12") == 0 ?
		    SPEC("1.13", "") : strcmp(r->request_spec, "1.11") == 0 ? SPEC("1.12", "") : SPEC("1.9", "");
		assert_found("not-evacuable", "request spec is of version");
	}
}

static void a_target_state_needs_every_conductor_and_compute(void **state)
{
	(void)state;
	use_release(64);
	assert_null(find("target-state-unsupported")); /* nobody asked */
	request.target_state = "stopped";
	assert_found("target-state-unsupported", "the oldest conductor is of nova 26 (Zed)");
	use_release(66);
	scene.compute_version = 65; /* nova-api would let it pass from 62 on, and the conductor refuse it */
	assert_found("target-state-unsupported", "the oldest has 65");
	scene.compute_version = 66;
	assert_null(find("target-state-unsupported"));
	scene.evacuates = false;
	scene.compute_version = 0;
	assert_null(find("target-state-unsupported"));
}

static const char *planned_state(const char *vm_state, const char *target_state)
{
	struct plan plan = { 0 };
	const char *after;

	instances[0].vm_state = vm_state;
	request.target_state = target_state;
	plan_evacuations(&plan, &scene, &findings);
	assert_int_equal(plan.nunit, 1);
	after = plan.unit[0].step[0].after[1];
	assert_int_equal(strstr(plan.unit[0].sentence, "leave it stopped") != NULL, target_state && strcmp(vm_state, "error") != 0);
	assert_int_equal(strstr(plan.unit[0].command, " --target-state stopped") != NULL, target_state != NULL);
	plan_free(&plan);
	return after;
}

static void the_state_that_it_comes_out_in_is_in_the_plan(void **state)
{
	(void)state;
	assert_string_equal(planned_state("active", NULL), "active");
	assert_string_equal(planned_state("stopped", NULL), "stopped");
	assert_string_equal(planned_state("error", NULL), "active");
	assert_string_equal(planned_state("active", "stopped"), "stopped");
	assert_string_equal(planned_state("stopped", "stopped"), "stopped");
	assert_string_equal(planned_state("error", "stopped"), "active"); /* nova looks at no target state then */
	assert_found("expected-state", "comes out ACTIVE, --target-state or not");
}

static void versions_are_compared_number_by_number(void **state)
{
	(void)state;
	assert_true(object_version_fits("1.9", "1.14"));
	assert_true(object_version_fits("1.14", "1.14"));
	assert_false(object_version_fits("1.15", "1.14"));
	assert_false(object_version_fits("2.0", "1.14"));
	assert_false(object_version_fits("0.9", "1.14"));
	assert_false(object_version_fits("", "1.14"));
	assert_false(object_version_fits("1", "1.14"));
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
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_scene, drop_scene)
	const struct CMUnitTest tests[] = {
		TEST(a_plain_host_has_nothing_against_it),
		TEST(states_that_nova_evacuates),
		TEST(a_task_state_is_an_obstacle_until_bug_1978983_was_mended),
		TEST(records_that_the_conductor_needs),
		TEST(a_spec_that_is_newer_than_the_oldest_conductor),
		TEST(what_the_flavor_and_the_ports_ask_for),
		TEST(a_forced_target_and_allocations_on_several_providers),
		TEST(pinned_before_victoria),
		TEST(pinned_cells_get_their_field),
		TEST(an_amphora_is_octavias),
		TEST(a_key_in_the_users_name),
		TEST(what_is_too_big_fits_nowhere),
		TEST(each_takes_its_room),
		TEST(a_host_that_is_closed_takes_nothing_and_is_named),
		TEST(zone_aggregate_and_group_decide),
		TEST(placements_books_win_over_the_nodes_rows),
		TEST(a_target_in_another_cell_or_without_a_node),
		TEST(bug_1550919_where_disks_can_be_destroyed),
		TEST(mixed_and_unknown_releases_are_said),
		TEST(a_group_that_is_gone),
		TEST(an_older_row_that_the_conductor_would_take),
		TEST(a_guest_that_a_failed_evacuation_left),
		TEST(witnesses),
		TEST(notes_of_the_host),
		TEST(marking_is_in_the_plan_and_can_be_left_out),
		TEST(no_message_is_newer_than_any_conductor),
		TEST(a_target_state_needs_every_conductor_and_compute),
		TEST(the_state_that_it_comes_out_in_is_in_the_plan),
		TEST(versions_are_compared_number_by_number),
		TEST(needs_come_from_the_flavor),
		TEST(needs_come_from_the_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

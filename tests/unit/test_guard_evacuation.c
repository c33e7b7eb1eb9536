/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "evacuation_scene.h"

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
	scene.nova.compute_version = COMPUTE_TAKES_DEVICE_PROFILES - 1;
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
	scene.nova.compute_version = COMPUTE_TAKES_EXTENDED_REQUESTS - 1;
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
	request.what.force = true;
	request.what.target_host = "b";
	scene.nova.target_cell = scene.nova.home;
	scene.nova.target_compute = &services[1];
	scene.nova.target_node = &nodes[1];
	scene.nova.target_is_mapped = true;
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
	request.what.force = false;
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
	assert_found("old-cpu-pinning", "1952941");
	use_release(60);
	assert_found("old-cpu-pinning", "24.1.0");
	use_release(51);
	assert_quiet("old-cpu-pinning");
	use_release(61);
	assert_quiet("old-cpu-pinning");
	use_release(53);
	candidates[0].spec.spec = SPEC("1.13", "");
	assert_quiet("old-cpu-pinning");
	candidates[0].needs.old_pinning = true; /* the instance's own cells */
	assert_found("old-cpu-pinning", "1952941");
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

static void an_instance_that_says_no_stays_where_that_is_obeyed(void **state)
{
	(void)state;
	candidates[0].rank = (struct rank){ .ha = HA_NO, .ha_label = "HA_Enabled = false" };
	assert_quiet("ha-says-no");
	world.site.order.respect_ha_tags = true;
	assert_found("ha-says-no", "HA_Enabled = false");
	candidates[0].rank.ha = HA_YES;
	assert_quiet("ha-says-no");
	candidates[0].rank.ha = HA_UNSAID;
	assert_quiet("ha-says-no");
}

static void a_word_that_is_none_of_its_key_is_said(void **state)
{
	(void)state;
	assert_quiet("order-unclear");
	candidates[0].rank.unclear = "restart_priority = soon";
	assert_found("order-unclear", "restart_priority = soon");
	candidates[0].wanted = false;
	assert_quiet("order-unclear");
}

static void phases_wait_for_nobody_where_nobody_waits(void **state)
{
	static struct phase_rule rule = { .text = "tag db" };

	(void)state;
	set_candidate(1, "00000000-0000-4000-8000-000000000002", "two");
	scene.subject.ncandidate = 2;
	candidates[1].rank.rule = 1;
	world.site.order.rule = &rule;
	world.site.order.nrule = 1;
	assert_quiet("phases-not-kept");
	request.how.no_wait = true;
	assert_found("phases-not-kept", "--no-wait");
	candidates[1].rank.rule = 0;
	assert_quiet("phases-not-kept");
	candidates[1].rank.rule = 1;
	world.site.order.nrule = 0;
	assert_quiet("phases-not-kept");
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

/* ---- the target, the release */

static void a_target_in_another_cell_or_without_a_node(void **state)
{
	(void)state;
	assert_quiet("target-other-cell");
	assert_quiet("target-node-missing");
	request.what.target_host = "b";
	scene.nova.target_compute = &services[1];
	scene.nova.target_cell = &facts[1];
	scene.nova.target_node = &nodes[1];
	scene.nova.target_is_mapped = true;
	assert_found("target-other-cell", "cell2");
	scene.nova.target_cell = &facts[0];
	assert_quiet("target-other-cell");
	assert_quiet("target-node-missing");
	scene.nova.target_is_mapped = false;
	assert_found("target-node-missing", "discover_hosts");
	scene.nova.target_node = NULL;
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
			assert_found("release-deletes-disks", rows[i].word);
		else
			assert_quiet("release-deletes-disks");
	}
	use_release(64);
	scene.nova.builder_version = 51; /* the conductor is new, a compute is not */
	assert_found("release-deletes-disks", "nova-api does not answer");
	scene.witness.nova_api = "http://x/";
	assert_found("release-deletes-disks", "would delete its disks on shared storage");
	assert_null(strstr(find("release-deletes-disks")->message, "does not answer"));
	instances[0].image_ref = "";
	assert_quiet("release-deletes-disks"); /* volumes are only disconnected */
	candidates[0].needs.disks.swap_mb = 1;
	assert_found("release-deletes-disks", "would delete its disks on shared storage");
}

/* [site] nova_release says what the number of a service cannot. */
static void a_point_release_settles_what_a_number_leaves_open(void **state)
{
	static const struct {
		int64_t version;
		const char *point;
		bool deletes;
	} rows[] = { { 37, "19.3.0", false }, { 37, "19.3.1", false }, { 37, "19.10.0", false }, { 37, "19.2.9", true }, { 37, "20.4.0", true },
		{ 40, "20.4.0", false }, { 40, "20.4", false }, { 40, "20.3.9", true }, { 51, "21.2.4", false }, { 51, "21.0.0", true }, { 30, "17.0.13", true } };

	(void)state;
	instances[0].image_ref = "an image";
	for (size_t i = 0; i < COUNT(rows); i++) {
		use_release(rows[i].version);
		world.site.nova_release = (char *)(uintptr_t)rows[i].point;
		if (rows[i].deletes)
			assert_found("release-deletes-disks", "a failed spawn");
		else
			assert_quiet("release-deletes-disks");
	}
	use_release(37);
	world.site.nova_release = (char *)(uintptr_t)"20.4.0";
	assert_found("release-unclear", "[site] nova_release is 20.4.0, and the oldest live conductor is of nova 19 (Stein): it is not used");
	world.site.nova_release = (char *)(uintptr_t)"19.3.1";
	assert_quiet("release-unclear");
	use_release(64);
	scene.nova.builder_version = 37; /* a compute that waits for its upgrade */
	assert_quiet("release-unclear");
	assert_quiet("release-deletes-disks");
}

/* Only what it concerns is left out. */
static void disks_in_danger_leave_the_others_alone(void **state)
{
	struct plan plan = { 0 };

	(void)state;
	set_candidate(1, "00000000-0000-4000-8000-000000000002", "two");
	scene.subject.ncandidate = 2;
	instances[0].image_ref = "an image";
	use_release(30);
	assert_found("release-deletes-disks", "one: the oldest live compute");
	assert_false(findings_stop(&findings));
	plan_evacuations(&plan, &scene, &findings);
	assert_int_equal(plan.nunit, 1);
	assert_string_equal(plan.unit[0].step[0].id, instances[1].uuid);
	plan_free(&plan);
}

static void mixed_and_unknown_releases_are_said(void **state)
{
	(void)state;
	assert_quiet("release-unclear");
	scene.nova.newest_conductor = 68;
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
	static struct migration old = { .id = 41, .migration_type = "evacuation", .age_s = { true, 86400 } };

	(void)state;
	assert_quiet("stale-accepted");
	candidates[0].accepted = (struct migrations){ .v = &old, .n = 1 };
	assert_found("stale-accepted", "migration list --host a");
	old.migration_type = "resize"; /* which migration close refuses */
	assert_found("stale-accepted", "ends migration 41 (resize): once it is known that no service works on it, the DBA sets its status");
	assert_null(strstr(find("stale-accepted")->hint, "migration close"));
	old.migration_type = "evacuation";
	old.deleted = true; /* and does not find */
	assert_null(strstr(find("stale-accepted")->hint, "migration close"));
	instances[0].vm_state = "paused"; /* left out */
	assert_quiet("stale-accepted");
	instances[0].vm_state = "active";
	candidates[0].wanted = false;
	assert_quiet("stale-accepted");
}

static void what_is_under_way_stops_only_what_is_taken(void **state)
{
	static struct migration open = { .id = 3, .instance_uuid = "00000000-0000-4000-8000-000000000001", .migration_type = "live-migration",
		.status = "running", .source_compute = "a", .dest_compute = "b" };

	(void)state;
	set_candidate(1, "00000000-0000-4000-8000-000000000002", "two");
	scene.subject.ncandidate = 2;
	assert_quiet("in-flight");
	candidates[0].open = &open;
	assert_found("in-flight", "on 'b': virsh domstate 00000000-0000-4000-8000-000000000001");
	instances[0].task_state = "migrating";
	assert_quiet("in-flight");
	assert_found("not-evacuable", "(live-migration 3, 'running', to b)");
	assert_non_null(strstr(find("not-evacuable")->hint, "virsh domstate"));
	assert_null(strstr(find("not-evacuable")->hint, "migration close"));
	assert_false(findings_stop(&findings));
	instances[0].task_state = NULL;
	open.migration_type = "evacuation"; /* of which all others are not to wait for */
	assert_quiet("in-flight");
	assert_found("not-evacuable", "its evacuation has not ended (evacuation 3, 'running', to b)");
	assert_non_null(strstr(find("not-evacuable")->hint, "evac-manage migration list --host a"));
	assert_false(findings_stop(&findings));
	open.migration_type = "resize";
	assert_found("in-flight", "_resize");
	open.migration_type = NULL;
	assert_found("in-flight", "nova's logs on 'a' and 'b'");
	candidates[0].open = NULL;
	candidates[1].open = &open;
	assert_found("in-flight", "id 3");
	request.what.limit = 1; /* later */
	assert_quiet("in-flight");
	candidates[0].wanted = false;
	assert_found("in-flight", "id 3");
}

static void nothing_to_write_needs_nobodys_word(void **state)
{
	(void)state;
	request.how.fenced = NULL;
	assert_found("fencing-unconfirmed", "power-off of");
	instances[0].vm_state = "paused"; /* left out, and asked for all the same */
	assert_found("fencing-unconfirmed", "power-off of");
	candidates[0].wanted = false;
	assert_quiet("fencing-unconfirmed");
	scene.subject.moves_things = scene.subject.marks = true; /* a rescue disables its services */
	assert_found("fencing-unconfirmed", "power-off of");
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
	assert_quiet("guest-may-still-run");
	candidates[0].attempts = (struct attempts){ .v = tried, .n = 1 };
	assert_found("guest-may-still-run", "may still be on 'b': an evacuation failed there 70 s ago (timed out)");
	assert_non_null(strstr(find("guest-may-still-run")->hint, "virsh domstate"));
	candidates[0].attempts.n = 2; /* the compute found it: that is the better word */
	assert_found("guest-may-still-run", "is on 'b': an evacuation failed there 50 s ago (already exists)");
	candidates[0].attempts = (struct attempts){ .v = &tried[2], .n = 1 };
	assert_found("guest-may-still-run", "on 'c': an evacuation began there 9 s ago and did not end");
	candidates[0].open = &open; /* and still is: in-flight says so */
	assert_quiet("guest-may-still-run");
	candidates[0].open = NULL;
	candidates[0].wanted = false;
	assert_quiet("guest-may-still-run");
	candidates[0].wanted = true;
	tried[0].traceback = "  in _rebuild_default_impl\n    x\n  in _prep_block_device\n    raise\n";
	candidates[0].attempts = (struct attempts){ .v = tried, .n = 1 };
	assert_quiet("guest-may-still-run"); /* it never came to a guest */
}

/* Whatever this run takes: it is the host that is not off. */
static void a_guest_that_held_its_disk(void **state)
{
	static struct attempt tried[] = { { .host = "b", .result = "Error", .details = "libvirtError", .age_s = { true, 70 },
	    .traceback = "  in _create_guest_with_network\n    raise\n" } };

	(void)state;
	assert_quiet("guest-alive");
	candidates[0].attempts = (struct attempts){ .v = tried, .n = 1 };
	assert_quiet("guest-alive");
	candidates[0].guest_alive_s = (struct maybe_int){ true, 65 };
	assert_found("guest-alive", "still ran 65 s ago: nova-compute on 'b' was refused the write lock of its disk");
	assert_int_equal(find("guest-alive")->severity, SEVERITY_STOP);
	assert_non_null(strstr(find("guest-alive")->hint, "wait 2 minutes"));
	candidates[0].wanted = false;
	assert_found("guest-alive", "still ran 65 s ago");
	candidates[0].attempts.n = 0; /* one that succeeded since */
	assert_quiet("guest-alive");
}

int main(void)
{
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
		TEST(an_instance_that_says_no_stays_where_that_is_obeyed),
		TEST(a_word_that_is_none_of_its_key_is_said),
		TEST(phases_wait_for_nobody_where_nobody_waits),
		TEST(a_key_in_the_users_name),
		TEST(a_target_in_another_cell_or_without_a_node),
		TEST(bug_1550919_where_disks_can_be_destroyed),
		TEST(a_point_release_settles_what_a_number_leaves_open),
		TEST(disks_in_danger_leave_the_others_alone),
		TEST(mixed_and_unknown_releases_are_said),
		TEST(a_group_that_is_gone),
		TEST(an_older_row_that_the_conductor_would_take),
		TEST(what_is_under_way_stops_only_what_is_taken),
		TEST(nothing_to_write_needs_nobodys_word),
		TEST(a_guest_that_a_failed_evacuation_left),
		TEST(a_guest_that_held_its_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

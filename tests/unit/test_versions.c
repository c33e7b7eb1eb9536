/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include <stdlib.h>

#include "evacuation_scene.h"
#include "model/nova/evacuation_bug.h"

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
		request.how.target_state = "stopped"; /* refused where the message would be too new */
		use_release(r->service_version);
		scene.nova.compute_version = 1000;
		assert_int_equal(find("target-state-unsupported") == NULL, object_version_fits(REBUILD_INSTANCE_VERSION_STATE, r->conductor_rpc));
		request.how.target_state = NULL;
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

/* The table of releases and the list of bugs say the same about the bugs that both have. */
static void bugs_and_releases_agree(void **state)
{
	static const struct {
		const char *number;
		size_t rule;
	} both[] = {
		{ "1550919", offsetof(struct release, destroys_disks) },
		{ "1978983", offsetof(struct release, no_task_state) },
		{ "1952941", offsetof(struct release, breaks_pinning) },
	};
	size_t seen = 0;

	(void)state;
	for (const struct evacuation_bug *bug = evacuation_bugs; bug->number; bug++)
		for (size_t i = 0; i < sizeof both / sizeof *both; i++)
			for (size_t k = 0; strcmp(bug->number, both[i].number) == 0 && release_at(k); k++) {
				const struct rule *known = (const void *)((const char *)release_at(k) + both[i].rule);
				struct rule found = evacuation_bug_in(bug, release_at(k)->nova);

				assert_int_equal(known->when, found.when);
				assert_string_equal(str_or(known->until, ""), str_or(found.until, ""));
				seen++;
			}
	assert_true(seen == 3 * 16);
}

static void the_branches_of_a_bug_ascend(void **state)
{
	(void)state;
	for (const struct evacuation_bug *bug = evacuation_bugs; bug->number; bug++) {
		auto_str struct str fixed = { 0 };

		evacuation_bug_add_fixed(bug, &fixed);
		assert_true(fixed.n > 0);
		for (size_t i = 1; bug->fixed[i]; i++)
			assert_true(strtol(bug->fixed[i - 1], NULL, 10) < strtol(bug->fixed[i], NULL, 10));
	}
}

static void a_target_state_needs_every_conductor_and_compute(void **state)
{
	(void)state;
	use_release(64);
	assert_null(find("target-state-unsupported")); /* nobody asked */
	request.how.target_state = "stopped";
	assert_found("target-state-unsupported", "the oldest conductor is of nova 26 (Zed)");
	use_release(66);
	scene.nova.compute_version = 65; /* nova-api would let it pass from 62 on, and the conductor refuse it */
	assert_found("target-state-unsupported", "the oldest has 65");
	scene.nova.compute_version = 66;
	assert_null(find("target-state-unsupported"));
	world.nova.compute_level = (char *)(uintptr_t)"zed";
	assert_found("target-state-unsupported", "[upgrade_levels] compute limits the conductor to 'zed'");
	world.nova.compute_level = NULL;
	scene.subject.evacuates = false;
	scene.nova.compute_version = 0;
	assert_null(find("target-state-unsupported"));
}

static const char *planned_state(const char *vm_state, const char *target_state)
{
	struct plan plan = { 0 };
	const char *after;

	instances[0].vm_state = vm_state;
	request.how.target_state = target_state;
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
	assert_found("expected-state", "will be ACTIVE, with or without --target-state");
}

static void whether_placement_is_asked_for_a_zone(void **state)
{
	static const struct {
		int64_t version;
		enum zones_asked said_nothing, said_no, said_yes;
	} of[] = { { 30, ZONES_NOT_ASKED, ZONES_NOT_ASKED, ZONES_NOT_ASKED }, { 35, ZONES_NOT_ASKED, ZONES_NOT_ASKED, ZONES_ASKED },
		{ 56, ZONES_NOT_ASKED, ZONES_NOT_ASKED, ZONES_ASKED }, { 57, ZONES_PERHAPS_ASKED, ZONES_NOT_ASKED, ZONES_ASKED },
		{ 66, ZONES_PERHAPS_ASKED, ZONES_NOT_ASKED, ZONES_ASKED }, { 67, ZONES_ASKED, ZONES_ASKED, ZONES_ASKED } };
	struct nova_config config = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(of); i++) {
		config.zone_query_said = false;
		assert_int_equal(release_asks_zones(release_of(of[i].version), &config), of[i].said_nothing);
		config.zone_query_said = true;
		assert_int_equal(release_asks_zones(release_of(of[i].version), &config), of[i].said_no);
		config.zone_query = true;
		assert_int_equal(release_asks_zones(release_of(of[i].version), &config), of[i].said_yes);
		config.zone_query = false;
	}
}

static void a_conductor_may_be_held_to_an_older_compute(void **state)
{
	static const char *const enough[] = { "auto", "antelope", "caracal", "gazpacho", "6.2", "6.5" };
	static const char *const older[] = { "zed", "queens", "6.1", "6.0", "5.12", "5" };

	(void)state;
	for (size_t i = 0; i < COUNT(enough); i++)
		assert_true(compute_level_takes_target_state(enough[i]));
	for (size_t i = 0; i < COUNT(older); i++)
		assert_false(compute_level_takes_target_state(older[i]));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_message_is_newer_than_any_conductor),
		TEST(bugs_and_releases_agree),
		TEST(the_branches_of_a_bug_ascend),
		TEST(a_target_state_needs_every_conductor_and_compute),
		TEST(the_state_that_it_comes_out_in_is_in_the_plan),
		TEST(whether_placement_is_asked_for_a_zone),
		TEST(a_conductor_may_be_held_to_an_older_compute),
		TEST(versions_are_compared_number_by_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

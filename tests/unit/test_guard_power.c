/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "guard_cases.h"
#include "plan/plan.h"

/* What a fence agent says, and what the guards and the plan make of it. */

static char agent_path[] = "/usr/sbin/fence_x";
static const char *by_power = "power";

static void agent_says(enum fence_state state, int exit_code, const char *words, const char *trouble)
{
	f.scene.power = (struct power_facts){ .asked = true, .agent.program = agent_path,
		.answer = { .state = state, .exit_code = exit_code, .took_ms = 400 } };
	strcpy(f.scene.power.answer.words, words);
	strcpy(f.scene.power.answer.trouble, trouble);
}

static void fence_it(void)
{
	f.request.how.fence = (struct words){ .v = &by_power, .n = 1 };
	f.request.how.fenced = NULL;
}

static void it_is_off(void)
{
	f.request.how.fenced = NULL;
	agent_says(FENCE_OFF, 2, "Status: OFF", "");
}

static void it_is_on(void)
{
	f.request.how.fenced = NULL;
	agent_says(FENCE_ON, 0, "Status: ON", "");
}

static void it_is_on_and_a_person_says_off(void)
{
	agent_says(FENCE_ON, 0, "Status: ON", "");
}

static void nobody_can_say(void)
{
	f.request.how.fenced = NULL;
	agent_says(FENCE_UNKNOWN, 1, "Failed: Timed out", "cannot say");
}

static void nobody_answers_and_a_person_says_off(void)
{
	agent_says(FENCE_UNKNOWN, -1, "", "no answer in 20 s");
}

static void the_password_cannot_be_read(void)
{
	f.scene.power = (struct power_facts){ .absent = "no bmc is configured for 'c1'" };
}

static void it_is_on_and_is_switched_off(void)
{
	it_is_on();
	fence_it();
}

static void it_is_unknown_and_is_switched_off(void)
{
	nobody_can_say();
	fence_it();
}

static void it_lives_and_would_be_switched_off(void)
{
	it_is_on_and_is_switched_off();
	f.cinder_service[C1_VOLUME].heartbeat_age_s = AGE(2);
}

static void it_is_off_and_reported_just_before(void)
{
	it_is_off();
	fence_it();
	f.cinder_service[C1_VOLUME].heartbeat_age_s = AGE(2);
}

static void nobody_can_switch_it_off(void)
{
	fence_it();
}

static void one_machine_is_every_hosts_and_is_switched_off(void)
{
	fence_it();
	f.scene.power = (struct power_facts){ .absent = "[fencing] has one machine for 'c1' and 'c2'",
		.shared = "[fencing] has one machine for 'c1' and 'c2'" };
}

#define UNCONFIRMED "fencing-unconfirmed c1: power-off of 'c1' is not confirmed"

static const struct guard_case cases[] = {
	{ it_is_off, "" },
	{ it_is_on, "source-alive c1: 'c1' is on: fence_x says 'Status: ON' (exit 0, 0.4 s)\n" UNCONFIRMED },
	{ it_is_on_and_a_person_says_off, "source-alive c1: 'c1' is on, whatever --fenced says: fence_x says 'Status: ON' (exit 0, 0.4 s)" },
	{ nobody_can_say, UNCONFIRMED "\n"
	    "power-unknown c1: whether 'c1' is on is not known: fence_x: cannot say; it said 'Failed: Timed out' (exit 1, 0.4 s)" },
	{ nobody_answers_and_a_person_says_off, "power-unknown c1: whether 'c1' is on is not known: fence_x: no answer in 20 s" },
	{ the_password_cannot_be_read, "power-unknown c1: whether 'c1' is on is not known: the fence agent cannot be asked: no bmc is configured for 'c1'" },
	{ it_is_on_and_is_switched_off, "" },
	{ it_is_unknown_and_is_switched_off,
	    "power-unknown c1: whether 'c1' is on is not known: fence_x: cannot say; it said 'Failed: Timed out' (exit 1, 0.4 s)" },
	{ it_lives_and_would_be_switched_off, "source-alive cinder-volume c1@rbd: cinder-volume on 'c1@rbd' reported 2 s ago\n"
	    "fence-live-host c1: --fence power would switch off 'c1', and a service of it reports" },
	{ it_is_off_and_reported_just_before, "source-alive cinder-volume c1@rbd: cinder-volume on 'c1@rbd' reported 2 s ago" },
	{ one_machine_is_every_hosts_and_is_switched_off, "fence-shared c1: --fence power: [fencing] has one machine for 'c1' and 'c2'\n"
	    "power-unknown c1: whether 'c1' is on is not known: the fence agent cannot be asked: [fencing] has one machine for 'c1' and 'c2'" },
	{ nobody_can_switch_it_off, "fence-agent-missing c1: --fence power: no fence agent is configured for 'c1'" },
};

static void an_agents_word_counts_for_what_it_is(void **state)
{
	(void)state;
	run_cases(cases, COUNT(cases));
}

/* An evacuation of a host that is on: nothing waives it. */
static void a_host_that_is_on_is_never_accepted(void **state)
{
	struct findings findings = { 0 };

	(void)state;
	it_is_on_and_a_person_says_off();
	fixture_accept(&f, "source-alive");
	guards_run(&f.scene, &findings);
	assert_true(findings_stop(&findings));
	findings_free(&findings);
}

static void the_switch_off_comes_first_and_not_for_nothing(void **state)
{
	struct plan plan = { 0 };

	(void)state;
	it_is_on_and_is_switched_off();
	plan_power_off(&plan, &f.scene);
	assert_int_equal(plan.nunit, 0);
	plan_unit(&plan, UNIT_MARK);
	plan_unit(&plan, UNIT_OWNERSHIP);
	it_is_off();
	fence_it();
	plan_power_off(&plan, &f.scene);
	assert_int_equal(plan.nunit, 2);
	it_is_on(); /* and nobody asked for it */
	f.request.how.fence.n = 0;
	plan_power_off(&plan, &f.scene);
	assert_int_equal(plan.nunit, 2);
	it_is_on_and_is_switched_off();
	plan_power_off(&plan, &f.scene);
	assert_int_equal(plan.nunit, 3);
	assert_int_equal(plan.unit[0].kind, UNIT_POWER);
	assert_int_equal(plan.unit[1].kind, UNIT_MARK);
	assert_int_equal(plan.unit[2].kind, UNIT_OWNERSHIP);
	assert_string_equal(plan.unit[0].step[0].id, "c1");
	assert_string_equal(plan.unit[0].step[0].before[0], "on");
	assert_string_equal(plan.unit[0].step[0].after[0], "off");
	assert_string_equal(plan.unit[0].sentence, "switch c1 off with fence_x");
	plan_free(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_scene(an_agents_word_counts_for_what_it_is),
		in_a_scene(a_host_that_is_on_is_never_accepted),
		in_a_scene(the_switch_off_comes_first_and_not_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

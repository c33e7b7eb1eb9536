/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "evacuation_scene.h"
#include "find/migration.h"

/* ---- is it dead? */

static void witnesses(void **state)
{
	static struct session s = { .id = 9, .address = "192.0.2.1:40000", .idle_s = { true, 3 } };
	static struct consumer_fact queue = { .queue = "compute.a", .now = { .exists = true } };

	(void)state;
	assert_quiet("source-alive");
	scene.witness.session[0] = (struct session_fact){ .server = "cinder's database", .down_s = 60, .sessions = { .v = &s, .n = 1 } };
	scene.witness.session[1] = scene.witness.session[0]; /* another schema of the same server */
	scene.witness.nsession = 2;
	assert_found("source-alive", "192.0.2.1:40000");
	request.how.accept = (struct words){ (const char *[]){ "source-alive" }, 1, 1 };
	assert_false(find("source-alive")->accepted);
	request.how.accept = (struct words){ 0 };
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
	assert_quiet("consumer-still-connected");
	scene.bus.consumer = &queue;
	scene.bus.nconsumer = 1;
	assert_quiet("consumer-still-connected");
	queue.now.consumers = 1;
	assert_found("consumer-still-connected", "compute.a");
	services[0].heartbeat_age_s.v = 5;
	assert_found("source-alive", "5 s ago");
	services[0].forced_down = true;
	assert_quiet("source-alive");
}

/* Neutron's agent goes on when nova-compute dies alone. */
static void an_agent_of_neutron_that_lives(void **state)
{
	static struct neutron_agent agent = { .host = "a", .agent_type = "Linux bridge agent", .binary = "neutron-linuxbridge-agent", .age_s = 76 };

	(void)state;
	assert_quiet("source-alive");
	scene.agents.down_s = 75;
	scene.agents.looked = true;
	scene.agents.rows = (struct neutron_agents){ .v = &agent, .n = 1 };
	assert_quiet("source-alive");
	agent.age_s = 1;
	assert_found("source-alive", "neutron-linuxbridge-agent on 'a' reported to neutron 1 s ago: the host is not off");
	agent.age_s = -5; /* neutron's clock is ahead of the database's: it takes that one for alive, too */
	assert_found("source-alive", "reported to neutron");
	agent.age_s = 76;
	scene.agents.queue[0] = (struct consumer_fact){ .queue = "q-agent-notifier-port-update.a", .now = { .exists = true } };
	scene.agents.nqueue = 1;
	assert_quiet("source-alive");
	assert_quiet("consumer-still-connected");
	scene.agents.queue[0].now.consumers = 1;
	assert_quiet("source-alive"); /* its own row is late: the broker has not noticed yet */
	assert_found("consumer-still-connected", "q-agent-notifier-port-update.a");
	scene.agents.rows.n = 0; /* no row tells */
	assert_found("source-alive", "queue 'q-agent-notifier-port-update.a' has a consumer");
	assert_quiet("consumer-still-connected");
	scene.agents.rows.n = 1;
	agent.agent_type = "DHCP agent"; /* another process than the one that listens */
	assert_found("source-alive", "queue 'q-agent-notifier-port-update.a' has a consumer");
	scene.agents.looked = false;
	scene.agents.nqueue = 0;
	assert_quiet("source-alive");
}

/* Each has its own clock; the latest of them is what is waited for. */
static void how_long_the_reports_of_a_host_that_is_off_by_now_are_young(void **state)
{
	static struct neutron_agent agent = { .host = "a", .agent_type = "Linux bridge agent", .binary = "neutron-linuxbridge-agent", .age_s = 14 };

	(void)state;
	services[0].heartbeat_age_s.v = 12;
	assert_non_null(strstr(find("source-alive")->hint, "power the host off and wait"));
	scene.power = (struct power_facts){ .asked = true, .answer.state = FENCE_OFF };
	assert_non_null(strstr(find("source-alive")->hint, "check again in 49 s; "));
	scene.agents.down_s = 75;
	scene.agents.looked = true;
	scene.agents.rows = (struct neutron_agents){ .v = &agent, .n = 1 };
	assert_non_null(strstr(find("source-alive")->hint, "check again in 62 s; "));
	agent.age_s = 76;
	assert_non_null(strstr(find("source-alive")->hint, "check again in 49 s; "));
}

/* A start destroys the copies before the first heartbeat: one that comes after the end came without a start. */
static void a_compute_that_reports_after_an_evacuation_has_its_copy(void **state)
{
	static const struct {
		int64_t heartbeat_s, idle_s;
		bool forced_down;
		const char *status, *instance_host;
		bool runs;
	} cases[] = { { 1, 60, false, "done", "b", true }, { 1, 60, true, "done", "b", true }, { 1, 60, false, "completed", "b", false },
		{ 1, 60, false, "done", "a", false }, { 1, 60, false, "done", NULL, false }, { 60, 1, false, "done", "b", false },
		{ 1, 3, false, "done", "b", false }, { 1, 4, false, "done", "b", true }, { 60, 900, false, "done", "b", true },
		{ 61, 900, false, "done", "b", false } /* off since, perhaps */ };
	struct nova_service source = { .host = "a", .binary = "nova-compute", .heartbeat_age_s = { true, 0 } };
	struct standing_migration m = { .id = 1, .migration_type = "evacuation", .source_compute = "a", .idle_s = { true, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		source.heartbeat_age_s.v = cases[i].heartbeat_s;
		source.forced_down = cases[i].forced_down;
		m.idle_s.v = cases[i].idle_s;
		m.status = cases[i].status;
		m.instance_host = cases[i].instance_host;
		if (migration_copy_runs(&source, &m, 60) != cases[i].runs)
			fail_msg("%zu", i);
		assert_false(migration_copy_runs(NULL, &m, 60));
	}
	m.status = "done";
	source.heartbeat_age_s.set = false;
	assert_false(migration_copy_runs(&source, &m, 60));
}

static void a_heartbeat_of_a_host_that_is_forced_down(void **state)
{
	(void)state;
	services[0].forced_down = true;
	services[0].heartbeat_age_s.v = 3;
	assert_quiet("source-alive"); /* as nova has it */
	scene.nova.reports_though_forced_down = true;
	request.how.accept = (struct words){ (const char *[]){ "source-alive" }, 1, 1 };
	assert_found("source-alive", "a heartbeat arrived during this check");
	assert_false(find("source-alive")->accepted);
	scene.subject.evacuates = false; /* a move goes by cinder's own heartbeats */
	scene.subject.moves_things = false;
	assert_quiet("source-alive");
}

static void notes_of_the_host(void **state)
{
	static struct standing_migration done = { .id = 1, .migration_type = "evacuation", .status = "done", .source_compute = "a" };

	(void)state;
	assert_quiet("host-resolved");
	assert_quiet("nova-api-answers");
	scene.subject.asked_host = "a.example.org";
	scene.nova.standing = (struct standing_migrations){ .v = &done, .n = 1 };
	scene.witness.nova_api = "http://192.0.2.9:8774/";
	assert_found("host-resolved", "a.example.org");
	assert_found("evacuations-not-cleaned-up", "1 evacuation");
	assert_found("nova-api-answers", "http://192.0.2.9:8774/");
}

static void marking_is_in_the_plan_and_can_be_left_out(void **state)
{
	struct plan plan = { 0 };

	(void)state;
	scene.subject.marks = true;
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
	scene.subject.marks = false;
	plan_mark(&plan, &scene);
	assert_int_equal(plan.nunit, 0);
	plan_free(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(witnesses),
		TEST(an_agent_of_neutron_that_lives),
		TEST(how_long_the_reports_of_a_host_that_is_off_by_now_are_young),
		TEST(a_compute_that_reports_after_an_evacuation_has_its_copy),
		TEST(a_heartbeat_of_a_host_that_is_forced_down),
		TEST(notes_of_the_host),
		TEST(marking_is_in_the_plan_and_can_be_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

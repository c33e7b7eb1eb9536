/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_db.h"
#include "model/nova/attempt.h"
#include "evacuate/evacuate.h"
#include "scene.h"
#include "util/log.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct fixture f;
static struct work work;

static char state_directory[64];

static void remove_directory(const char *below)
{
	char path[128];

	snprintf(path, sizeof path, "%s%s", state_directory, below);
	rmdir(path);
}

/* The state of the last outcome in the journal; "" when there is none. */
static const char *recorded(void)
{
	static char text[65536];
	static char state[32];
	FILE *file = fopen(journal_path(work.journal), "r");
	const char *last = NULL;

	assert_non_null(file);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	for (const char *p = text; (p = strstr(p, "\"type\":\"outcome\"")); p++)
		last = p;
	if (!last || sscanf(strstr(last, "\"state\":"), "\"state\":\"%31[a-z]", state) != 1)
		return "";
	return state;
}

static int begin(void **state)
{
	struct unit *unit;

	struct error err = { 0 };

	(void)state;
	fixture_init(&f);
	fake_reset();
	f.request.where.state_dir = strcpy(state_directory, "/tmp/evac-manage-unit.XXXXXX");
	assert_non_null(mkdtemp(state_directory));
	work = (struct work){ .request = &f.request, .scene = f.scene, .run = "20260131T030405Z-host-evacuate-1a2b3c4d" };
	assert_int_equal(0, journal_create(work.request, work.run, "a", &work.journal, &err));
	unit = plan_unit(&work.plan, UNIT_EVACUATION);
	unit_step(unit, STEP_INSTANCE, "i1", "web");
	unit->evacuation = xcalloc(1, sizeof *unit->evacuation);
	unit->evacuation->phase = PHASE_SENT;
	unit->evacuation->rows = (struct evacuation_rows){ .instance_uuid = "i1", .host = "a", .migration_uuid.text = "m1", .request_id = "r1" };
	return 0;
}

static int end(void **state)
{
	(void)state;
	unlink(journal_path(work.journal));
	journal_close(&work.journal);
	remove_directory("/journal");
	remove_directory("");
	evacuations_free(&work.plan);
	plan_free(&work.plan);
	fake_reset();
	return 0;
}

static int quiet(void **state)
{
	struct error err;

	(void)state;
	return log_open(&(struct log_options){ .level = LOG_ERROR }, &err);
}

/* ---- what the database says */

static void migration(const char *status, size_t n)
{
	static const char *const columns[] = { "migration_uuid", "migration_status", "dest_compute", "migration_id", NULL };
	static const char *row[4];

	memcpy(row, (const char *[]){ "m1", status, "b", "7" }, sizeof row);
	fake_rows("nova/evacuation_list", columns, row, n);
}

static void instance(const char *host, size_t n)
{
	static const char *const columns[] = { "uuid", "host", "vm_state", "task_state", "is_deleted", "idle_s", NULL };
	static const char *row[6];

	memcpy(row, (const char *[]){ "i1", host, "error", NULL, "0", "3" }, sizeof row);
	fake_rows("nova/evacuation_list_instances", columns, row, n);
}

static void state(const char *status, const char *host)
{
	migration(status, 1);
	instance(host, 1);
}

static void event(const char *name, const char *result)
{
	static const char *const columns[] = { "event", "result", "host", "details", "traceback", "request_id", NULL };
	static const char *const of_one[] = { "event", "result", "host", "details", "traceback", NULL };
	static const char *row[6];

	memcpy(row, (const char *[]){ name, result, "b", "MessagingTimeout", "  in select_destinations\n    call()\n", "r1" }, sizeof row);
	fake_rows("nova/event_list_by_requests", columns, row, 1);
	fake_rows("nova/event_list_by_request", of_one, row, 1);
}

static void fault(const char *message, const char *details)
{
	static const char *const columns[] = { "code", "message", "details", "age_s", NULL };
	static const char *row[4];

	memcpy(row, (const char *[]){ "500", message, details, "3" }, sizeof row);
	fake_rows("nova/fault_get_latest", columns, row, 1);
}

static void trace(const char *text)
{
	static const char *const columns[] = { "host", "result", "details", "traceback", "age_s", NULL };
	static const char *row[5];

	memcpy(row, (const char *[]){ "b", "Error", "MessagingTimeout", text, "3" }, sizeof row);
	fake_rows("nova/attempt_list_by_instance", columns, row, 1);
}

static const struct evacuation *look(void)
{
	struct error err = { 0 };

	assert_int_equal(0, evacuations_look(&work, &err));
	return work.plan.unit[0].evacuation;
}

/* ---- */

static void it_has_landed_when_the_host_has_changed_too(void **s)
{
	(void)s;
	state("done", "a");
	assert_int_equal(look()->phase, PHASE_SENT);
	state("done", "b");
	assert_int_equal(look()->phase, PHASE_LANDED);
	assert_string_equal(work.plan.unit[0].step[0].after[0], "b");
}

/* However many are on their way: three statements for each fifty, and to each what is its own. */
static void all_are_looked_at_in_sets_of_fifty(void **s)
{
	enum { MANY = 120 };
	static const char *const m_columns[] = { "migration_uuid", "migration_status", "dest_compute", "migration_id", NULL };
	static const char *const i_columns[] = { "uuid", "host", "vm_state", "task_state", "is_deleted", "idle_s", NULL };
	auto_arena struct arena arena = { 0 };
	const char *m_row[MANY * 4], *i_row[MANY * 6];
	struct error err = { 0 };
	size_t asked = 0;

	(void)s;
	for (size_t i = 0; i < MANY; i++) {
		struct unit *unit = i ? plan_unit(&work.plan, UNIT_EVACUATION) : &work.plan.unit[0];
		const char *migration = arena_printf(&arena, "m%zu", i), *id = arena_printf(&arena, "i%zu", i);

		if (i > 0)
			unit->evacuation = xcalloc(1, sizeof *unit->evacuation);
		unit->nstep = 0;
		unit_step(unit, STEP_INSTANCE, id, NULL);
		unit->evacuation->phase = PHASE_SENT;
		unit->evacuation->rows = (struct evacuation_rows){ .instance_uuid = id, .host = "a" };
		snprintf(unit->evacuation->rows.migration_uuid.text, sizeof unit->evacuation->rows.migration_uuid.text, "%s", migration);
		memcpy(m_row + 4 * i, (const char *[]){ migration, i % 3 ? "done" : "accepted", "b", "7" }, 4 * sizeof *m_row);
		memcpy(i_row + 6 * i, (const char *[]){ id, i % 3 ? "b" : "a", "active", NULL, "0", "3" }, 6 * sizeof *i_row);
	}
	fake_rows("nova/evacuation_list", m_columns, m_row, MANY);
	fake_rows("nova/evacuation_list_instances", i_columns, i_row, MANY);
	assert_int_equal(0, evacuations_look(&work, &err));
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(work.plan.unit[i].evacuation->phase, i % 3 ? PHASE_LANDED : PHASE_SENT);
	for (const char *p = fake_calls.s; (p = strstr(p, "nova/")); p++)
		asked++;
	assert_int_equal(asked, 9);
}

/* nova writes the migration before the instance and its fault, and its event last. */
static void a_bad_end_is_believed_at_the_second_look(void **s)
{
	static const char *const ends[] = { "failed", "error" };

	for (size_t i = 0; i < COUNT(ends); i++) {
		end(s);
		begin(s);
		state(ends[i], "a");
		assert_int_equal(look()->phase, PHASE_SENT);
		assert_int_equal(look()->phase, PHASE_FAILED);
		assert_non_null(strstr(work.plan.unit[0].step[0].error, "the same command evacuates it again"));
	}
}

/* The database came back without our last commits, or somebody deleted them: not "still accepted". */
static void what_vanishes_is_unknown_at_once_and_in_the_journal(void **s)
{
	static const struct {
		size_t migrations, instances;
		const char *said;
	} cases[] = {
		{ 0, 1, "its migration is not in the database any more" },
		{ 1, 0, "its instance is not in the database any more" },
		{ 0, 0, "its migration and its instance are not in the database any more" },
	};

	(void)s;
	for (size_t i = 0; i < COUNT(cases); i++) {
		end(s);
		begin(s);
		migration("accepted", cases[i].migrations);
		instance("a", cases[i].instances);
		assert_int_equal(look()->phase, PHASE_LOST);
		assert_int_equal(work.plan.unit[0].step[0].state, STATE_UNKNOWN);
		assert_non_null(strstr(work.plan.unit[0].step[0].error, cases[i].said));
		assert_non_null(strstr(work.plan.unit[0].step[0].error, "evac-manage journal recover 20260131T030405Z-host-evacuate-1a2b3c4d"));
		assert_string_equal(recorded(), "unknown");
	}
}

static void what_nova_ended_is_in_the_journal_at_once(void **s)
{
	(void)s;
	state("failed", "a");
	look();
	assert_string_equal(recorded(), "");
	look();
	assert_string_equal(recorded(), "failed");
}

static void a_conductor_that_failed_is_no_end_before_its_migration_is_seen_twice(void **s)
{
	(void)s;
	state("accepted", "a");
	event("rebuild_server", "Error");
	assert_int_equal(look()->phase, PHASE_SENT);
	state("error", "a"); /* it was only between the two writes */
	assert_int_equal(look()->phase, PHASE_SENT);
	assert_int_equal(look()->phase, PHASE_FAILED);
	assert_non_null(strstr(work.plan.unit[0].step[0].error, "nova ended it as 'error'"));
}

static void who_gave_up_is_named_with_the_cure(void **s)
{
	(void)s;
	state("accepted", "a");
	event("rebuild_server", "Error");
	look();
	assert_int_equal(look()->phase, PHASE_FAILED);
	assert_string_equal(work.plan.unit[0].step[0].error,
	    "nova-scheduler did not answer over the message broker; nova-conductor failed (MessagingTimeout) and left its migration 'accepted'; start nova-scheduler; 'evac-manage migration list --host a --stale' shows when and how to close it; then run the same command again");
	assert_int_equal(work.plan.unit[0].evacuation->cause.reach, REACH_ALL);
	end(s);
	begin(s);
	state("pre-migrating", "a");
	event("compute_rebuild_instance", "Error");
	look();
	assert_int_equal(look()->phase, PHASE_FAILED);
	assert_string_equal(work.plan.unit[0].step[0].error,
	    "nova-scheduler did not answer over the message broker; nova-compute on 'b' failed (MessagingTimeout) and left its migration 'pre-migrating'; start nova-scheduler; 'evac-manage migration list --host a --stale' shows when and how to close it; then run the same command again");
}

/* First the service, then nova's own words, which hide it; last what to do. What no words tell is as it was. */
static void the_dead_service_is_said_before_novas_words(void **s)
{
	static const struct {
		const char *message, *details, *said;
		enum cause_service service;
	} cases[] = {
		{ "ConnectFailure", "  File \"/x/neutronclient/client.py\"\nConnectFailure: Unable to establish connection to http://n:9696/v2.0/ports: x",
		    "neutron-server at http://n:9696 does not answer; nova ended it as 'failed' (instance error): ConnectFailure (fault 500); it is still on 'a'; start neutron-server, then the same command evacuates it again",
		    CAUSE_NEUTRON },
		{ "libvirtError", "libvirt.libvirtError: cannot access storage file\n",
		    "nova ended it as 'failed' (instance error): libvirtError: cannot access storage file (fault 500); it is still on 'a'; fix the cause, then the same command evacuates it again",
		    CAUSE_UNNAMED },
		{ "boom", NULL,
		    "nova ended it as 'failed' (instance error): boom (fault 500); it is still on 'a'; fix the cause, then the same command evacuates it again",
		    CAUSE_UNNAMED },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		end(s);
		begin(s);
		state("failed", "a");
		fault(cases[i].message, cases[i].details);
		look();
		assert_int_equal(look()->phase, PHASE_FAILED);
		assert_string_equal(work.plan.unit[0].step[0].error, cases[i].said);
		assert_int_equal(work.plan.unit[0].evacuation->cause.service, cases[i].service);
	}
	end(s); /* the fault says nothing, the event does */
	begin(s);
	state("error", "a");
	event("rebuild_server", "Error");
	look();
	assert_int_equal(look()->phase, PHASE_FAILED);
	assert_true(str_starts(work.plan.unit[0].step[0].error, "nova-scheduler did not answer"));
}

/* No word leads to the same command: the source is not off. What was taken to the new host is looked for. */
static void a_living_guest_is_said_with_what_it_misses(void **s)
{
	const char *said;

	(void)s;
	state("failed", "a");
	fault("libvirtError", "libvirt.libvirtError: x: Failed to get \"write\" lock\nIs another process using the image [/d]?\n");
	snprintf(work.world.neutron_absent, sizeof work.world.neutron_absent, "no neutron configuration");
	look();
	assert_int_equal(look()->phase, PHASE_FAILED);
	said = work.plan.unit[0].step[0].error;
	assert_true(work.plan.unit[0].evacuation->cause.guest_alive);
	assert_true(str_starts(said, "guest-alive: its guest still runs elsewhere"));
	assert_null(strstr(said, "same command"));
	assert_non_null(strstr(said, "it is still on 'a'; power the source off; where it is off already and the disk is on NFS"));
	assert_non_null(strstr(said, "wait 2 minutes"));
	assert_non_null(strstr(said, "whether its ports and attachments are on the new host is not known: no neutron configuration"));
}

/* Which port, and what the port waited for, is what whoever looks needs first. */
static void a_port_that_was_waited_for_is_said_with_the_time_out(void **s)
{
	(void)s;
	state("failed", "a");
	fault("Virtual Interface creation failed", NULL);
	work.plan.unit[0].evacuation->waits_for = "port p1: DOWN, the L2 agent of 'b' has not reported";
	look();
	assert_int_equal(look()->phase, PHASE_FAILED);
	assert_non_null(strstr(work.plan.unit[0].step[0].error,
	    "; it waited for port p1: DOWN, the L2 agent of 'b' has not reported; nova ended it as 'failed'"));
}

/* What nova says of a placement that is down and of one without capacity is the same. */
static enum peer_state seen;

void scene_look_at_peers(struct scene *scene, unsigned peers)
{
	assert_int_equal(peers, 1u << PEER_PLACEMENT);
	scene->peers.v[PEER_PLACEMENT].looked = true;
}

enum peer_state peer_state(const struct peer_fact *fact)
{
	return fact->looked ? seen : PEER_UNKNOWN;
}

static void no_valid_host_is_settled_by_a_look_at_placement(void **s)
{
	static const struct {
		bool known;
		enum peer_state seen;
		const char *said;
		enum cause_reach reach;
	} cases[] = {
		{ true, PEER_DOWN, "placement-api does not answer; nova ended it", REACH_ALL },
		{ true, PEER_ANSWERS, "placement has no host with capacity for it; nova ended it", REACH_INSTANCE },
		{ true, PEER_UNKNOWN, "placement has no host with capacity for it, or did not answer the scheduler", REACH_ALL },
		{ false, PEER_DOWN, "placement has no host with capacity for it, or did not answer the scheduler", REACH_ALL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		end(s);
		begin(s);
		seen = cases[i].seen;
		work.scene.peers.known = cases[i].known;
		state("error", "a");
		fault("No valid host was found. ", NULL);
		look();
		assert_int_equal(look()->phase, PHASE_FAILED);
		assert_true(str_starts(work.plan.unit[0].step[0].error, cases[i].said));
		assert_int_equal(work.plan.unit[0].evacuation->cause.reach, cases[i].reach);
	}
}

static void a_compute_that_works_on_it_is_waited_for(void **s)
{
	(void)s;
	state("pre-migrating", "a");
	event("compute_rebuild_instance", NULL);
	for (int i = 0; i < 5; i++)
		assert_int_equal(look()->phase, PHASE_SENT);
	event("rebuild_server", "Error"); /* not the conductor's any more */
	for (int i = 0; i < 5; i++)
		assert_int_equal(look()->phase, PHASE_SENT);
}

static void a_guest_that_may_run_elsewhere_is_said_before_it_is_evacuated_again(void **s)
{
	(void)s;
	state("failed", "a");
	trace("  in _do_rebuild_instance\n    instance.save(expected_task_state=[task_states.REBUILD_SPAWNING])\n");
	look();
	assert_int_equal(look()->phase, PHASE_FAILED);
	assert_non_null(strstr(work.plan.unit[0].step[0].error, "its guest may run on 'b': look there first (virsh domstate i1)"));
	assert_null(strstr(work.plan.unit[0].step[0].error, "the same command evacuates it"));
}

/* ---- how far a compute came, by its trace */

#define DO "  File \"/usr/lib/python3/dist-packages/nova/compute/manager.py\", line 1, in _do_rebuild_instance\n"
#define IMPL DO "    self._rebuild_default_impl(**kwargs)\n  File \"manager.py\", line 2, in _rebuild_default_impl\n"

static const struct {
	const char *trace;
	enum guest guest;
} traces[] = {
	{ NULL, GUEST_UNKNOWN },
	{ "", GUEST_UNKNOWN },
	{ "  File \"x.py\", line 1, in somewhere_new\n    f()\n", GUEST_UNKNOWN },
	{ DO "    self._check_instance_exists(instance)\n  File \"manager.py\", line 3, in _check_instance_exists\n    raise\n", GUEST_THERE },
	{ DO "    instance.save(expected_task_state=[task_states.REBUILDING])\n", GUEST_ABSENT },
	{ DO "    instance.save(expected_task_state=[task_states.REBUILD_SPAWNING])\n", GUEST_UNKNOWN },
	{ DO "    self.stop_instance(context, instance, False)\n  File \"manager.py\", line 4, in stop_instance\n    f()\n", GUEST_UNKNOWN },
	{ "  in rebuild_instance\n    self.rt.finish_evacuation(\n  in finish_evacuation\n    f()\n", GUEST_UNKNOWN },
	{ "  File \"/usr/lib/python3/dist-packages/nova/compute/claims.py\", line 5, in _test\n", GUEST_ABSENT },
	{ "  in rebuild_instance\n    with self._error_out_instance_on_exception(\n  in _error_out_instance_on_exception\n    raise error.inner_exception\n",
	    GUEST_ABSENT },
	{ IMPL "    instance.save(\n", GUEST_ABSENT },
	{ IMPL "    new_block_device_info = f()\n  File \"manager.py\", line 6, in _prep_block_device\n    raise\n", GUEST_ABSENT },
	{ IMPL "    self.driver.spawn(\n", GUEST_UNKNOWN },
	{ IMPL "    self.driver.spawn(\n  in spawn\n    self._wait()\n", GUEST_UNKNOWN },
	{ IMPL "    self.driver.spawn(\n  in spawn\n    self._create_guest_with_network(\n  in _create_guest_with_network\n", GUEST_ABSENT },
};

static void a_trace_tells_whether_a_guest_was_started(void **s)
{
	struct attempt a = { .host = "b", .result = "Error" };

	(void)s;
	for (size_t i = 0; i < COUNT(traces); i++) {
		a.traceback = traces[i].trace;
		assert_int_equal(attempt_guest(&a), traces[i].guest);
	}
	a.result = NULL; /* its event has no end: nobody knows */
	assert_int_equal(attempt_guest(&a), GUEST_UNKNOWN);
}

static void one_attempt_speaks_for_all_on_its_host(void **s)
{
	struct attempt v[] = {
		{ .host = "b", .result = "Error", .traceback = traces[3].trace },  /* there */
		{ .host = "c", .result = "Error", .traceback = traces[4].trace },  /* absent */
		{ .host = "b", .result = "Error", .traceback = traces[5].trace },  /* unknown, later */
		{ .host = "d", .result = "Error", .traceback = traces[5].trace },
		{ .host = "d" },
	};
	const struct attempts all = { .v = v, .n = COUNT(v) };
	static const bool speaks[] = { true, false, false, false, true };

	(void)s;
	for (size_t i = 0; i < COUNT(v); i++)
		assert_int_equal(attempt_speaks(&all, i), speaks[i]);
}

#define in_a_run(t) cmocka_unit_test_setup_teardown(t, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_run(it_has_landed_when_the_host_has_changed_too),
		in_a_run(all_are_looked_at_in_sets_of_fifty),
		in_a_run(a_bad_end_is_believed_at_the_second_look),
		in_a_run(what_vanishes_is_unknown_at_once_and_in_the_journal),
		in_a_run(what_nova_ended_is_in_the_journal_at_once),
		in_a_run(a_conductor_that_failed_is_no_end_before_its_migration_is_seen_twice),
		in_a_run(who_gave_up_is_named_with_the_cure),
		in_a_run(the_dead_service_is_said_before_novas_words),
		in_a_run(a_living_guest_is_said_with_what_it_misses),
		in_a_run(a_port_that_was_waited_for_is_said_with_the_time_out),
		in_a_run(no_valid_host_is_settled_by_a_look_at_placement),
		in_a_run(a_compute_that_works_on_it_is_waited_for),
		in_a_run(a_guest_that_may_run_elsewhere_is_said_before_it_is_evacuated_again),
		cmocka_unit_test(a_trace_tells_whether_a_guest_was_started),
		cmocka_unit_test(one_attempt_speaks_for_all_on_its_host),
	};

	return cmocka_run_group_tests(tests, quiet, NULL);
}

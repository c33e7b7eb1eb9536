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

#include "apply/apply.h"
#include "fake_db.h"
#include "plan/evacuation.h"
#include "scene.h"
#include "util/clock.h"
#include "util/log.h"

/* When an instance that nova has done counts as verified: its ports, by neutron's rows. A clock that only runs while somebody
 * sleeps, and databases that answer from memory. */

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define LIST(...) (const char *const[]){ __VA_ARGS__ }
#define P1 "11111111-1111-4111-8111-111111111111"
#define P2 "22222222-2222-4222-8222-222222222222"
#define P3 "33333333-3333-4333-8333-333333333333"

static struct fixture f;
static struct work work;
static struct db neutron;
static struct unit *unit;
static char state_directory[64];
static int64_t now_ms;
static bool neutron_away;

void clock_now(char out[CLOCK_TEXT_SIZE])
{
	strcpy(out, "2026-01-31T03:04:05.678Z");
}

int64_t clock_monotonic_ms(void)
{
	return now_ms;
}

void clock_sleep_ms(int64_t ms)
{
	now_ms += ms;
}

int world_connect_cell(const struct world *world, const struct nova_cell *cell, struct db **out, struct error *err)
{
	(void)world;
	(void)err;
	*out = cell->db;
	return 0;
}

int world_connect_cinder(const struct world *world, struct db **out, struct error *err)
{
	(void)out;
	(void)err;
	assert_non_null(world->cinder_db);
	return 0;
}

int world_connect_neutron(const struct world *world, struct db **out, struct error *err)
{
	if (neutron_away)
		return error_set(err, ERROR_DB_UNREACHABLE, "neutron's database does not answer");
	*out = world->neutron_db;
	return 0;
}

const char *db_label(const struct db *db)
{
	return db == &neutron ? "neutron's database" : "a cell's database";
}

void db_close(struct db **db)
{
	*db = NULL;
}

/* ---- rows */

static void instance(const char *host, const char *vm_state)
{
	static const char *const columns[] = { "host", "vm_state", "task_state", "is_deleted", "idle_s", NULL };
	static const char *row[5];

	memcpy(row, (const char *[]){ host, vm_state, NULL, str_equal(vm_state, "deleted") ? "1" : "0", "3" }, sizeof row);
	fake_rows("nova/evacuation_get_instance", columns, row, 1);
}

static void cache(const char *network_info)
{
	static const char *const columns[] = { "instance_uuid", "network_info", NULL };
	static const char *row[2];

	memcpy(row, (const char *[]){ "i1", network_info }, sizeof row);
	fake_rows("nova/info_cache_get", columns, row, 1);
}

/* id, status, admin_state_up, host, vif_type; so many. */
static void ports(const char *const *value, size_t n)
{
	static const char *const columns[] = { "id", "status", "admin_state_up", "host", "vif_type", NULL };

	fake_rows("neutron/port_list_by_device", columns, value, n);
}

static void blocked(const char *port, const char *entities)
{
	static const char *const columns[] = { "id", "entities", NULL };
	static const char *row[2];

	memcpy(row, (const char *[]){ port, entities }, sizeof row);
	fake_rows("neutron/block_list_by_device", columns, row, port ? 1 : 0);
}

static void schema(void)
{
	static const char *const columns[] = { "table_name", "column_name", NULL };
	static const char *const rows[] = { "ports", "id", "ports", "device_id", "ports", "device_owner", "ports", "status", "ports",
		"admin_state_up", "ports", "standard_attr_id", "ml2_port_bindings", "port_id", "ml2_port_bindings", "host",
		"ml2_port_bindings", "vif_type", "ml2_port_bindings", "vnic_type", "ml2_port_bindings", "status",
		"provisioningblocks", "standard_attr_id", "provisioningblocks", "entity" };

	fake_rows("neutron/column_list", columns, rows, COUNT(rows) / 2);
}

static void migration(void)
{
	static const char *const columns[] = { "migration_status", "dest_compute", "migration_id", NULL };
	static const char *const row[] = { "done", "c2", "7" };

	fake_rows("nova/evacuation_get", columns, row, 1);
}

static int begin(void **state)
{
	static const char *const ready[] = { P1, "ACTIVE", "1", "c2", "ovs" };
	struct error err = { 0 };

	(void)state;
	fixture_init(&f);
	fake_reset();
	now_ms = 1000000;
	neutron_away = false;
	f.request.where.state_dir = strcpy(state_directory, "/tmp/evac-manage-unit.XXXXXX");
	assert_non_null(mkdtemp(state_directory));
	f.world.cinder_db = NULL;
	f.world.neutron_db = &neutron;
	f.request.what.target_host = NULL;
	work = (struct work){ .request = &f.request, .scene = f.scene, .world = f.world, .run = "20260131T030405Z-host-evacuate-1a2b3c4d" };
	assert_int_equal(0, journal_create(work.request, work.run, "c1", &work.journal, &err));
	unit = plan_unit(&work.plan, UNIT_EVACUATION);
	unit_step(unit, STEP_INSTANCE, "i1", "web");
	unit->step[0].before[0] = "c1";
	unit->step[0].after[0] = "c2";
	unit->step[0].after[1] = "active";
	unit->candidate = &f.candidate[I1];
	unit->evacuation = xcalloc(1, sizeof *unit->evacuation);
	unit->evacuation->ended_ms = now_ms;
	evacuation_enter(unit, PHASE_LANDED, NULL);
	schema();
	migration();
	instance("c2", "active");
	cache("[{\"id\": \"" P1 "\", \"active\": false}]");
	blocked(NULL, NULL);
	ports(ready, 1);
	return 0;
}

static int end(void **state)
{
	char path[128];

	(void)state;
	unlink(journal_path(work.journal));
	journal_close(&work.journal);
	snprintf(path, sizeof path, "%s/journal", state_directory);
	rmdir(path);
	rmdir(state_directory);
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

static void look(void)
{
	struct error err = { 0 };

	assert_int_equal(prove_landed(&work, &err), 0);
}

/* "applied not-ready" of each outcome in the journal. */
static const char *recorded(void)
{
	static char text[65536], out[256];
	FILE *file = fopen(journal_path(work.journal), "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	out[0] = '\0';
	for (const char *p = text; (p = strstr(p, "\"type\":\"outcome\"")); p++) {
		const char *end = strchr(p, '\n'), *network = strstr(p, "\"network\":\"");
		char state[32] = "", seen[32] = "";

		sscanf(strstr(p, "\"state\":"), "\"state\":\"%31[a-z]", state);
		if (network && network < end)
			sscanf(network, "\"network\":\"%31[a-z-]", seen);
		snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s %s", out[0] ? ", " : "", state, seen);
	}
	return out;
}

/* ---- one look at all its ports */

#define VIF(id) "{\"id\": \"" id "\"}"
#define ON "on 'c2', but its network is not ready: "

static const struct {
	const char *name, *vm_state, *cache;
	const char *const *port;
	size_t n;
	const char *blocked;
	enum network network;
	const char *why;
} looks[] = {
	{ "no ports", "active", "[]", NULL, 0, NULL, NETWORK_NONE, NULL },
	{ "one, as it has to be", "active", "[" VIF(P1) "]", LIST(P1, "ACTIVE", "1", "c2", "ovs"), 1, NULL, NETWORK_READY, NULL },
	{ "two", "active", "[" VIF(P1) "," VIF(P2) "]", LIST(P1, "ACTIVE", "1", "c2", "ovs", P2, "ACTIVE", "1", "c2", "hw_veb"), 2, NULL,
	    NETWORK_READY, NULL },
	{ "still on the failed host, where it is ACTIVE", "active", "[" VIF(P1) "]", LIST(P1, "ACTIVE", "1", "c1", "ovs"), 1, NULL,
	    NETWORK_NOT_READY, ON "port " P1 ": neutron has bound it to host 'c1'" },
	{ "its agent is late", "active", "[" VIF(P1) "]", LIST(P1, "DOWN", "1", "c2", "ovs"), 1, "L2", NETWORK_NOT_READY,
	    ON "port " P1 ": the network agent of host 'c2' has not reported it" },
	{ "an agent has asked for it", "active", "[" VIF(P1) "]", LIST(P1, "BUILD", "1", "c2", "ovs"), 1, NULL, NETWORK_NOT_READY,
	    ON "port " P1 ": its status is BUILD" },
	{ "not bound", "active", "[" VIF(P1) "]", LIST(P1, "DOWN", "1", "c2", "binding_failed"), 1, NULL, NETWORK_NOT_READY,
	    ON "port " P1 ": neutron could not bind it on host 'c2' (binding_failed)" },
	{ "ACTIVE and not bound", "active", "[" VIF(P1) "]", LIST(P1, "ACTIVE", "1", "c2", "unbound"), 1, NULL, NETWORK_NOT_READY,
	    ON "port " P1 ": neutron has not yet bound it on host 'c2'" },
	{ "one of two", "active", "[" VIF(P1) "," VIF(P2) "]", LIST(P1, "ACTIVE", "1", "c2", "ovs", P2, "DOWN", "1", "c2", "hw_veb"), 2,
	    NULL, NETWORK_NOT_READY, ON "port " P2 ": its status is DOWN" },
	{ "both", "active", "[" VIF(P1) "," VIF(P2) "]", LIST(P1, "DOWN", "1", "c2", "ovs", P2, "DOWN", "1", "c2", "hw_veb"), 2, NULL,
	    NETWORK_NOT_READY, ON "port " P1 ": its status is DOWN; and 1 more port" },
	{ "its user has put it down", "active", "[" VIF(P1) "]", LIST(P1, "DOWN", "0", "c2", "ovs"), 1, NULL, NETWORK_READY,
	    "port " P1 ": it is administratively down" },
	{ "put down, and not bound", "active", "[" VIF(P1) "]", LIST(P1, "DOWN", "0", "c1", "ovs"), 1, NULL, NETWORK_NOT_READY,
	    ON "port " P1 ": neutron has bound it to host 'c1'" },
	{ "a stopped instance has nothing plugged in", "stopped", "[" VIF(P1) "]", LIST(P1, "DOWN", "1", "c2", "ovs"), 1, NULL,
	    NETWORK_READY, "port " P1 ": its status is DOWN" },
	{ "but it has to be bound", "stopped", "[" VIF(P1) "]", LIST(P1, "DOWN", "1", "c1", "ovs"), 1, NULL, NETWORK_NOT_READY,
	    ON "port " P1 ": neutron has bound it to host 'c1'" },
	{ "and in no error", "stopped", "[" VIF(P1) "]", LIST(P1, "ERROR", "1", "c2", "ovs"), 1, NULL, NETWORK_NOT_READY,
	    ON "port " P1 ": its status is ERROR" },
	{ "neutron has lost it", "active", "[" VIF(P1) "," VIF(P2) "]", LIST(P1, "ACTIVE", "1", "c2", "ovs"), 1, NULL, NETWORK_NOT_READY,
	    ON "port " P2 ": neutron has no such port of this instance" },
	{ "nova does not know it", "active", "[" VIF(P1) "]", LIST(P1, "ACTIVE", "1", "c2", "ovs", P3, "DOWN", "1", "c2", "ovs"), 2, NULL,
	    NETWORK_NOT_READY, ON "port " P3 ": its status is DOWN; nova's network info of the instance does not have it" },
	{ "nova's cache cannot be read", "active", "{", LIST(P1, "ACTIVE", "1", "c2", "ovs"), 1, NULL, NETWORK_READY, NULL },
	{ "a status of nobody's", "active", "[" VIF(P1) "]", LIST(P1, "SLEEPY", "1", "c2", "ovs"), 1, NULL, NETWORK_NOT_LOOKED_AT,
	    "port " P1 ": its status 'SLEEPY' is none of neutron's" },
	{ "that, and one that is not ready", "active", "[" VIF(P1) "," VIF(P2) "]",
	    LIST(P1, "SLEEPY", "1", "c2", "ovs", P2, "DOWN", "1", "c2", "ovs"), 2, NULL, NETWORK_NOT_READY,
	    ON "port " P2 ": its status is DOWN" },
};

static void each_port_has_to_be_bound_there_and_active(void **s)
{
	(void)s;
	for (size_t i = 0; i < COUNT(looks); i++) {
		const struct evacuation *e = unit->evacuation;

		cache(looks[i].cache);
		ports(looks[i].port, looks[i].n);
		blocked(looks[i].blocked ? P1 : NULL, looks[i].blocked);
		prove_network(&work, unit, &f.cell_db, &(struct arrived){ "c2", looks[i].vm_state });
		if (e->network != looks[i].network || !str_equal(e->network_why, looks[i].why))
			fail_msg("%s: %d, %s", looks[i].name, e->network, str_or(e->network_why, "-"));
	}
}

static void without_neutron_only_no_ports_is_known(void **s)
{
	const struct evacuation *e = unit->evacuation;
	const struct arrived at = { "c2", "active" };

	(void)s;
	work.world.neutron_db = NULL;
	strcpy(work.world.neutron_absent, "no neutron configuration");
	prove_network(&work, unit, &f.cell_db, &at);
	assert_int_equal(e->network, NETWORK_NOT_LOOKED_AT);
	assert_string_equal(e->network_why, "no neutron configuration");
	cache("{");
	prove_network(&work, unit, &f.cell_db, &at);
	assert_int_equal(e->network, NETWORK_NOT_LOOKED_AT);
	cache("[]");
	prove_network(&work, unit, &f.cell_db, &at);
	assert_int_equal(e->network, NETWORK_NONE);
	assert_null(e->network_why);
}

static void what_was_down_on_the_failed_host_too_is_said_and_not_waited_for(void **s)
{
	struct port then = { .id = P1, .status = "DOWN", .host = "c1", .vif_type = "hw_veb", .admin_state_up = 1 };
	const struct arrived at = { "c2", "active" };

	(void)s;
	f.candidate[I1].ports = (struct ports){ .v = &then, .n = 1 };
	ports(LIST(P1, "DOWN", "1", "c2", "hw_veb"), 1);
	prove_network(&work, unit, &f.cell_db, &at);
	assert_string_equal(unit->evacuation->network_why, ON "port " P1 ": its status is DOWN, as on 'c1' before");
	assert_true(unit->evacuation->network_as_before);
	then.status = "ACTIVE"; /* a dead host's port stays so */
	prove_network(&work, unit, &f.cell_db, &at);
	assert_false(unit->evacuation->network_as_before);
	then.status = "DOWN"; /* of an earlier attempt: that is no sign */
	then.host = "c3";
	prove_network(&work, unit, &f.cell_db, &at);
	assert_false(unit->evacuation->network_as_before);
	then.host = "c1";
	f.instance[I1].vm_state = "stopped"; /* nor is that */
	prove_network(&work, unit, &f.cell_db, &at);
	assert_false(unit->evacuation->network_as_before);
}

/* ---- while a run goes on */

static void it_is_verified_when_its_ports_are(void **s)
{
	(void)s;
	look();
	assert_int_equal(unit->evacuation->phase, PHASE_PROVED);
	assert_string_equal(recorded(), "proved ready");
}

static void a_late_agent_is_waited_for(void **s)
{
	(void)s;
	ports(LIST(P1, "DOWN", "1", "c2", "ovs"), 1);
	for (int i = 0; i < 3; i++) {
		look();
		assert_int_equal(unit->evacuation->phase, PHASE_NOT_READY);
		assert_int_equal(unit->step[0].state, STATE_APPLIED);
		assert_string_equal(unit->step[0].error, ON "port " P1 ": its status is DOWN");
		assert_true(evacuation_waits_for_network(unit, now_ms));
		now_ms += 2000;
	}
	assert_string_equal(recorded(), "applied not-ready"); /* once */
	ports(LIST(P1, "BUILD", "1", "c2", "ovs"), 1);
	look();
	assert_string_equal(recorded(), "applied not-ready, applied not-ready"); /* another thing */
	now_ms += 2000;
	ports(LIST(P1, "ACTIVE", "1", "c2", "ovs"), 1);
	look();
	assert_int_equal(unit->evacuation->phase, PHASE_PROVED);
	assert_null(unit->step[0].error);
	assert_string_equal(recorded(), "applied not-ready, applied not-ready, proved ready");
}

static void it_is_asked_about_every_two_seconds(void **s)
{
	(void)s;
	ports(LIST(P1, "DOWN", "1", "c2", "ovs"), 1);
	look();
	str_clear(&fake_calls);
	now_ms += 1999;
	look();
	assert_int_equal(fake_calls.n, 0);
	now_ms += 1;
	look();
	assert_int_not_equal(fake_calls.n, 0);
}

static void what_its_user_does_meanwhile_is_no_failure(void **s)
{
	(void)s;
	ports(LIST(P1, "DOWN", "1", "c2", "ovs"), 1);
	look();
	now_ms += 2000;
	instance("c2", "stopped"); /* then its ports need not be ACTIVE */
	look();
	assert_int_equal(unit->evacuation->phase, PHASE_PROVED);
	evacuation_enter(unit, PHASE_NOT_READY, NULL);
	now_ms += 2000;
	instance("c3", "active"); /* migrated on: its ports are where it is */
	ports(LIST(P1, "ACTIVE", "1", "c3", "ovs"), 1);
	look();
	assert_int_equal(unit->evacuation->phase, PHASE_PROVED);
	evacuation_enter(unit, PHASE_NOT_READY, NULL);
	now_ms += 2000;
	instance("c2", "deleted");
	look();
	assert_int_equal(unit->evacuation->phase, PHASE_PROVED);
	assert_string_equal(unit->step[0].since, "deleted");
	assert_int_equal(unit->evacuation->network, NETWORK_UNSEEN);
}

static void asked_for(const char *action)
{
	static const char *const columns[] = { "action", NULL };
	static const char *row[1];

	row[0] = action;
	fake_rows("nova/action_get_later", columns, row, action ? 1 : 0);
}

static void busy(const char *host, const char *vm_state, const char *task_state)
{
	static const char *const columns[] = { "host", "vm_state", "task_state", "is_deleted", "idle_s", NULL };
	static const char *row[5];

	memcpy(row, (const char *[]){ host, vm_state, task_state, "0", "3" }, sizeof row);
	fake_rows("nova/evacuation_get_instance", columns, row, 1);
}

static void what_its_user_did_before_the_first_look_is_no_failure(void **s)
{
	(void)s;
	asked_for("migrate");
	busy("c3", "active", "resize_migrated");
	look();
	assert_int_equal(unit->evacuation->phase, PHASE_PROVED);
	assert_string_equal(unit->step[0].since, "active/resize_migrated on 'c3' (migrate)");
	assert_int_equal(unit->evacuation->network, NETWORK_UNSEEN);
	evacuation_enter(unit, PHASE_LANDED, NULL);
	instance("c3", "resized"); /* at rest, its ports are looked at where it is */
	ports(LIST(P1, "ACTIVE", "1", "c3", "ovs"), 1);
	look();
	assert_int_equal(unit->evacuation->phase, PHASE_PROVED);
	assert_string_equal(unit->step[0].since, "resized on 'c3' (migrate)");
	assert_int_equal(unit->evacuation->network, NETWORK_READY);
	asked_for(NULL);
}

static void another_state_that_nobody_asked_for_is_not_verified(void **s)
{
	(void)s;
	asked_for(NULL);
	instance("c2", "stopped");
	look();
	assert_int_equal(unit->evacuation->phase, PHASE_LANDED);
	assert_string_equal(unit->step[0].error, "the instance is stopped, but active was expected");
	assert_null(unit->step[0].since);
}

static void back_on_the_failed_host_is_never_verified(void **s)
{
	(void)s;
	ports(LIST(P1, "DOWN", "1", "c2", "ovs"), 1);
	look();
	now_ms += 2000;
	instance("c1", "active");
	look();
	assert_int_equal(unit->evacuation->phase, PHASE_LANDED);
	assert_string_equal(unit->step[0].error, "the instance is on 'c1' again");
}

static void a_neutron_that_stops_to_answer_is_asked_again_and_in_the_end_said(void **s)
{
	struct error err = { 0 };

	(void)s;
	neutron_away = true;
	assert_int_equal(prove_landed(&work, &err), -1);
	assert_int_equal(unit->evacuation->phase, PHASE_LANDED);
	neutron_away = false;
	fake_answer("neutron/port_list_by_device")->fails = ERROR_DB_UNREACHABLE;
	look();
	assert_int_equal(unit->evacuation->phase, PHASE_LANDED);
	assert_string_equal(recorded(), "");
	neutron_away = true;
	assert_int_equal(prove_all(&work, &err), 0);
	assert_int_equal(unit->evacuation->phase, PHASE_PROVED);
	assert_int_equal(unit->evacuation->network, NETWORK_NOT_LOOKED_AT);
	assert_string_equal(unit->evacuation->network_why, "neutron's database does not answer");
	assert_string_equal(recorded(), "proved not-looked-at");
}

/* --timeout is the patience: the end of the run looks once more. */
static void the_end_of_a_run_waits_for_no_port(void **s)
{
	struct error err = { 0 };
	int64_t before;

	(void)s;
	ports(LIST(P1, "DOWN", "1", "c2", "ovs"), 1);
	look();
	before = now_ms += 2000;
	assert_int_equal(prove_all(&work, &err), 0);
	assert_int_equal(now_ms, before);
	assert_int_equal(unit->evacuation->phase, PHASE_NOT_READY);
}

static void what_nobody_waits_for_has_half_a_minute(void **s)
{
	(void)s;
	evacuation_enter(unit, PHASE_NOT_READY, "why");
	assert_true(evacuation_waits_for_network(unit, now_ms + 3600000));
	assert_false(evacuation_network_is_late(unit, now_ms + 29999));
	assert_true(evacuation_network_is_late(unit, now_ms + 30000));
	unit->evacuation->network_as_before = true;
	assert_true(evacuation_waits_for_network(unit, now_ms + 29999));
	assert_false(evacuation_waits_for_network(unit, now_ms + 30000));
	assert_false(evacuation_network_is_late(unit, now_ms + 30000)); /* it tells nothing about the next one */
	evacuation_enter(unit, PHASE_PROVED, NULL);
	assert_false(evacuation_waits_for_network(unit, now_ms));
}

#define in_a_run(t) cmocka_unit_test_setup_teardown(t, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_run(each_port_has_to_be_bound_there_and_active),
		in_a_run(without_neutron_only_no_ports_is_known),
		in_a_run(what_was_down_on_the_failed_host_too_is_said_and_not_waited_for),
		in_a_run(it_is_verified_when_its_ports_are),
		in_a_run(a_late_agent_is_waited_for),
		in_a_run(it_is_asked_about_every_two_seconds),
		in_a_run(what_its_user_does_meanwhile_is_no_failure),
		in_a_run(what_its_user_did_before_the_first_look_is_no_failure),
		in_a_run(another_state_that_nobody_asked_for_is_not_verified),
		in_a_run(back_on_the_failed_host_is_never_verified),
		in_a_run(a_neutron_that_stops_to_answer_is_asked_again_and_in_the_end_said),
		in_a_run(the_end_of_a_run_waits_for_no_port),
		in_a_run(what_nobody_waits_for_has_half_a_minute),
	};

	return cmocka_run_group_tests(tests, quiet, NULL);
}

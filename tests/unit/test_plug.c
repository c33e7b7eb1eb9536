/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "evacuate/plug.h"
#include "util/str.h"

/* When a nova-compute is told of a port: only what neutron's own rows prove, only while it waits, and not twice in one breath. */

#define NOW 100000
#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct vif vif;
static struct port port;
static struct plug plug;
static struct plug_facts facts;

static int begin(void **state)
{
	(void)state;
	vif = (struct vif){ .port_id = "p", .vnic_type = "normal", .type = "ovs" };
	port = (struct port){ .id = "p", .status = "ACTIVE", .host = "new", .vif_type = "ovs", .admin_state_up = 1 };
	plug = (struct plug){ .port_id = NULL };
	facts = (struct plug_facts){ .status = "pre-migrating",
		.dest = "new",
		.task_state = "rebuild_spawning",
		.vif = &vif,
		.port = &port,
		.read_ms = NOW,
		.now_ms = NOW };
	return 0;
}

static enum plug_answer decide(void)
{
	auto_str struct str why = { 0 };

	return plug_decide(&facts, &plug, &why);
}

static void a_compute_that_waits_for_a_port_that_is_there_is_told(void **state)
{
	(void)state;
	assert_int_equal(decide(), PLUG_TELL);
}

static void nobody_is_told_who_does_not_wait(void **state)
{
	static const struct {
		const char *status, *task_state, *dest;
	} rows[] = {
		{ "accepted", "rebuild_spawning", "new" },
		{ "done", "rebuild_spawning", "new" },
		{ "failed", "rebuild_spawning", "new" },
		{ "pre-migrating", "rebuilding", "new" },
		{ "pre-migrating", NULL, "new" },
		{ "pre-migrating", "rebuild_spawning", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		facts.status = rows[i].status;
		facts.task_state = rows[i].task_state;
		facts.dest = rows[i].dest;
		if (decide() != PLUG_NOTHING)
			fail_msg("row %zu: %s, %s", i, rows[i].status, str_or(rows[i].task_state, "-"));
	}
	begin(NULL);
	vif.active = true;
	assert_int_equal(decide(), PLUG_NOTHING);
}

static void nobody_is_told_what_neutron_does_not_prove(void **state)
{
	static const struct port not_there[] = {
		{ .id = "p", .status = "DOWN", .host = "new", .vif_type = "ovs", .admin_state_up = 1 },
		{ .id = "p", .status = "BUILD", .host = "new", .vif_type = "ovs", .admin_state_up = 1 },
		{ .id = "p", .status = "ACTIVE", .host = "old", .vif_type = "ovs", .admin_state_up = 1 },
		{ .id = "p", .status = "ACTIVE", .host = "new", .vif_type = "binding_failed", .admin_state_up = 1 },
		{ .id = "p", .status = "ACTIVE", .admin_state_up = 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(not_there); i++) {
		port = not_there[i];
		if (decide() != PLUG_WAIT)
			fail_msg("row %zu: %s on %s", i, port.status, str_or(port.host, "-"));
	}
	facts.port = NULL;
	assert_int_equal(decide(), PLUG_WAIT);
}

static void it_is_told_again_after_a_while_and_another_compute_at_once(void **state)
{
	(void)state;
	assert_int_equal(decide(), PLUG_TELL);
	plug.tried_ms = NOW;
	facts.now_ms = NOW + PLUG_REPEAT_MS - 1;
	assert_int_equal(decide(), PLUG_WAIT);
	facts.now_ms = NOW + PLUG_REPEAT_MS;
	assert_int_equal(decide(), PLUG_TELL);
	plug.tried_ms = facts.now_ms;
	facts.dest = port.host = "third";
	assert_int_equal(decide(), PLUG_TELL);
}

static void neutrons_own_way_goes_first_where_nova_api_answers(void **state)
{
	(void)state;
	facts.nova_api = true;
	assert_int_equal(decide(), PLUG_WAIT);
	facts.now_ms = NOW + PLUG_GRACE_MS;
	assert_int_equal(decide(), PLUG_TELL);
	port.status = "DOWN"; /* its time begins anew */
	assert_int_equal(decide(), PLUG_WAIT);
	port.status = "ACTIVE";
	facts.read_ms = facts.now_ms;
	assert_int_equal(decide(), PLUG_WAIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_compute_that_waits_for_a_port_that_is_there_is_told, begin),
		cmocka_unit_test_setup(nobody_is_told_who_does_not_wait, begin),
		cmocka_unit_test_setup(nobody_is_told_what_neutron_does_not_prove, begin),
		cmocka_unit_test_setup(it_is_told_again_after_a_while_and_another_compute_at_once, begin),
		cmocka_unit_test_setup(neutrons_own_way_goes_first_where_nova_api_answers, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "fake_db.h"
#include "model/neutron/agent.h"
#include "model/neutron/port.h"
#include "model/nova/vif.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define LIST(...) (const char *const[]){ __VA_ARGS__ }
#define P1 "11111111-1111-4111-8111-111111111111"
#define P2 "22222222-2222-4222-8222-222222222222"

static int reset(void **state)
{
	(void)state;
	fake_reset();
	return 0;
}

/* ---- when a port is there: every state of a row, on host "new" */

static const struct {
	struct port port;
	enum port_state state;
	const char *why;
} states[] = {
	{ { .status = "ACTIVE", .host = "new", .vif_type = "ovs", .admin_state_up = 1 }, PORT_READY, "" },
	{ { .status = "ACTIVE", .host = "new", .vif_type = "hw_veb", .admin_state_up = 1 }, PORT_READY, "" },
	{ { .status = "ACTIVE", .host = "new", .vif_type = "ovs", .admin_state_up = 0 }, PORT_READY, "" }, /* just put down: still so */
	{ { .status = "ACTIVE", .host = "new", .vif_type = "ovs", .waits_for = "L2", .admin_state_up = 1 }, PORT_READY, "" },
	{ { .status = "DOWN", .host = "new", .vif_type = "ovs", .waits_for = "L2", .admin_state_up = 1 }, PORT_NOT_READY,
	    "the network agent of host 'new' has not reported it" },
	{ { .status = "BUILD", .host = "new", .vif_type = "ovs", .waits_for = "DHCP", .admin_state_up = 1 }, PORT_NOT_READY,
	    "no DHCP agent of its network has reported it" },
	{ { .status = "DOWN", .host = "new", .vif_type = "ovs", .waits_for = "DHCP,L2", .admin_state_up = 1 }, PORT_NOT_READY,
	    "neutron waits for DHCP,L2" },
	{ { .status = "DOWN", .host = "new", .vif_type = "ovs", .admin_state_up = 1 }, PORT_NOT_READY, "its status is DOWN" },
	{ { .status = "ERROR", .host = "new", .vif_type = "ovs", .admin_state_up = 1 }, PORT_NOT_READY, "its status is ERROR" },
	{ { .status = "DOWN", .host = "new", .vif_type = "ovs", .admin_state_up = 0 }, PORT_OFF, "it is administratively down" },
	{ { .status = "ACTIVE", .host = "old", .vif_type = "ovs", .admin_state_up = 1 }, PORT_NOT_READY,
	    "neutron has bound it to host 'old'" },
	{ { .status = "DOWN", .host = "old", .vif_type = "ovs", .admin_state_up = 0 }, PORT_NOT_READY,
	    "neutron has bound it to host 'old'" },
	{ { .status = "ACTIVE", .host = "NEW", .vif_type = "ovs", .admin_state_up = 1 }, PORT_NOT_READY,
	    "neutron has bound it to host 'NEW'" }, /* another host than the collation thinks */
	{ { .status = "ACTIVE", .host = "new ", .vif_type = "ovs", .admin_state_up = 1 }, PORT_NOT_READY,
	    "neutron has bound it to host 'new '" },
	{ { .status = "ACTIVE", .host = "", .vif_type = "unbound", .admin_state_up = 1 }, PORT_NOT_READY,
	    "neutron has bound it to no host" },
	{ { .status = "ACTIVE", .admin_state_up = 1 }, PORT_NOT_READY, "neutron has bound it to no host" },
	{ { .status = "ACTIVE", .host = "new", .vif_type = "unbound", .admin_state_up = 1 }, PORT_NOT_READY,
	    "neutron has not yet bound it on host 'new'" },
	{ { .status = "ACTIVE", .host = "new", .admin_state_up = 1 }, PORT_NOT_READY, "neutron has not yet bound it on host 'new'" },
	{ { .status = "ACTIVE", .host = "new", .vif_type = "binding_failed", .admin_state_up = 1 }, PORT_NOT_READY,
	    "neutron could not bind it on host 'new' (binding_failed)" },
	{ { .status = "DOWN", .host = "new", .vif_type = "binding_failed", .admin_state_up = 0 }, PORT_NOT_READY,
	    "neutron could not bind it on host 'new' (binding_failed)" },
	{ { .status = "active", .host = "new", .vif_type = "ovs", .admin_state_up = 1 }, PORT_UNKNOWN,
	    "its status 'active' is none of neutron's" },
	{ { .status = "", .host = "new", .vif_type = "ovs", .admin_state_up = 1 }, PORT_UNKNOWN, "its status '' is none of neutron's" },
};

static void a_port_is_ready_only_when_it_is_active_where_it_is_asked_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(states); i++) {
		auto_str struct str why = { 0 };

		assert_int_equal(port_on_host(&states[i].port, "new", &why), states[i].state);
		assert_string_equal(str_or(why.s, ""), states[i].why);
		assert_int_equal(port_on_host(&states[i].port, "new", NULL), states[i].state);
	}
}

/* ---- the ports of devices */

static const char *const port_columns[] = { "id", "device_id", "device_owner", "status", "admin_state_up", "host", "vif_type",
	"vnic_type", NULL };
static const char *const block_columns[] = { "id", "entities", NULL };

static void a_port_says_who_has_not_reported(void **state)
{
	const struct neutron_columns all = { .has_ports = true, .has_blocks = true };
	const struct neutron_columns less = { .has_ports = true };
	struct error err = { 0 };
	struct ports ports;

	(void)state;
	fake_rows("neutron/port_list_by_device", port_columns,
	    LIST(P1, "i1", "compute:nova", "DOWN", "1", "new", "ovs", "normal", P2, "i1", "compute:nova", "ACTIVE", "1", NULL, NULL, NULL),
	    2);
	fake_rows("neutron/block_list_by_device", block_columns, LIST(P1, "DHCP,L2"), 1);
	assert_int_equal(ports_of_device(NULL, &all, "i1", &ports, &err), 0);
	assert_int_equal(ports.n, 2);
	assert_string_equal(ports.v[0].waits_for, "DHCP,L2");
	assert_null(ports.v[1].waits_for);
	assert_null(ports.v[1].host);
	ports_free(&ports);
	assert_string_equal(fake_calls.s, "neutron/port_list_by_device device_id=i1|neutron/block_list_by_device device_id=i1");
	str_free(&fake_calls);
	assert_int_equal(ports_of_device(NULL, &less, "i1", &ports, &err), 0); /* its account may not: that is no error */
	assert_null(ports.v[0].waits_for);
	ports_free(&ports);
	assert_string_equal(fake_calls.s, "neutron/port_list_by_device device_id=i1");
}

static void half_an_answer_is_none(void **state)
{
	const struct neutron_columns all = { .has_ports = true, .has_blocks = true };
	struct error err = { 0 };
	struct ports ports;

	(void)state;
	fake_rows("neutron/port_list_by_device", port_columns, LIST(P1, "i1", "compute:nova", "DOWN", "1", "new", "ovs", "normal"), 1);
	fake_answer("neutron/block_list_by_device")->fails = ERROR_DB_UNREACHABLE;
	assert_int_equal(ports_of_device(NULL, &all, "i1", &ports, &err), -1);
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
	assert_int_equal(ports.n, 0);
}

static size_t times(const char *text, const char *word)
{
	size_t n = 0;

	for (text = strstr(text, word); text; text = strstr(text + 1, word))
		n++;
	return n;
}

static void many_instances_are_asked_about_in_few_statements(void **state)
{
	const struct neutron_columns have = { .has_ports = true, .has_blocks = true };
	char name[2 * DB_LIST + 1][8];
	const char *uuid[COUNT(name)];
	struct words words = { .v = uuid };
	struct error err = { 0 };
	struct ports ports;
	size_t n;

	(void)state;
	for (size_t i = 0; i < COUNT(uuid); i++) {
		snprintf(name[i], sizeof name[i], "i%zu", i);
		uuid[words.n++] = name[i];
	}
	fake_rows("neutron/port_list_by_devices", port_columns, LIST(P1, "i7", "compute:nova", "ACTIVE", "1", "new", "ovs", "normal"), 1);
	fake_rows("neutron/block_list_by_devices", block_columns, LIST("another port", "DHCP", P1, "L2"), 2);
	assert_int_equal(ports_of_devices(NULL, &have, &words, &ports, &err), 0);
	assert_int_equal(ports.n, 3);
	assert_int_equal(times(fake_calls.s, "neutron/port_list_by_devices"), 3);
	assert_int_equal(times(fake_calls.s, "neutron/block_list_by_devices"), 3);
	for (size_t i = 0; i < COUNT(name); i++) {
		auto_free char *first = xasprintf("=%s", name[i]), *other = xasprintf(",%s", name[i]);

		assert_true(times(fake_calls.s, first) + times(fake_calls.s, other) >= 2);
	}
	assert_string_equal(ports_find(&ports, "i7", &n)->id, P1);
	assert_int_equal(n, 3);
	assert_string_equal(ports.v[0].waits_for, "L2");
	assert_null(ports_find(&ports, "i8", &n));
	assert_int_equal(n, 0);
	ports_free(&ports);
	words.n = 0;
	str_free(&fake_calls);
	assert_int_equal(ports_of_devices(NULL, &have, &words, &ports, &err), 0);
	assert_int_equal(ports.n, 0);
	assert_null(fake_calls.s);
	ports_free(&ports);
}

/* ---- agents */

static void an_agent_is_alive_until_its_heartbeat_is_older_than_neutron_allows(void **state)
{
	static const int64_t ages[] = { -20, 0, 75, 76, 100000 };
	static const bool alive[] = { true, true, true, false, false };

	(void)state;
	for (size_t i = 0; i < COUNT(ages); i++)
		assert_int_equal(neutron_agent_is_alive(&(struct neutron_agent){ .age_s = ages[i] }, 75), alive[i]);
}

static void a_host_without_an_agent_that_plugs_is_unknown(void **state)
{
	struct neutron_agent v[] = { { .host = "a", .agent_type = "DHCP agent", .age_s = 500 },
		{ .host = "c", .agent_type = "NIC Switch agent", .age_s = 5 }, { .host = "b", .agent_type = "Open vSwitch agent", .age_s = 500 },
		{ .host = "c", .agent_type = "Open vSwitch agent", .age_s = 500 }, { .host = "e", .agent_type = "Macvtap agent", .age_s = 5 } };
	struct neutron_agents agents = { .v = v, .n = COUNT(v) };
	struct neutron_pluggers all;

	(void)state;
	neutron_pluggers_open(&all, &agents);
	assert_int_equal(neutron_plugger_of(&all, "a", 75), PLUGGER_UNKNOWN);
	assert_int_equal(neutron_plugger_of(&all, "b", 75), PLUGGER_DEAD);
	assert_int_equal(neutron_plugger_of(&all, "c", 75), PLUGGER_ALIVE);
	assert_int_equal(neutron_plugger_of(&all, "d", 75), PLUGGER_UNKNOWN);
	assert_int_equal(neutron_plugger_of(&all, "e", 75), PLUGGER_ALIVE);
	neutron_pluggers_free(&all);
}

/* ---- nova's info cache */

/* "?": not known; else "port/vnic_type/type/active or waits" of each, with a blank between them */
static const struct {
	const char *text, *said;
} caches[] = {
	{ NULL, "?" },
	{ "", "?" },
	{ " ", "?" },
	{ "null", "?" },
	{ "{}", "?" },
	{ "[]", "" },
	{ "[", "?" },
	{ "[]]", "?" },
	{ "[1]", "?" },
	{ "[null]", "?" },
	{ "[{}]", "?" },
	{ "[{\"id\": null}]", "?" },
	{ "[{\"id\": 7}]", "?" },
	{ "[{\"id\": \"x\"}]", "?" },
	{ "[{\"id\": \"" P1 "'; drop table ports\"}]", "?" },
	{ "[{\"id\": \"" P1 "\"}, {\"id\": \"x\"}]", "?" }, /* a part would look like all */
	{ "[{\"id\": \"" P1 "\"}, ", "?" },
	{ "[{\"id\": \"" P1 "\", \"active\": false, \"active\": fals", "?" },
	{ "[{\"id\": \"" P1 "\", \"vnic_type\": \"\xff\"}]", "?" },
	{ "[{\"id\": \"" P1 "\"}]", P1 "/-/-/active" },
	{ "[{\"id\": \"" P1 "\", \"vnic_type\": 3, \"type\": [], \"active\": \"false\"}]", P1 "/-/-/active" },
	{ "[{\"id\": \"" P1 "\", \"active\": null}]", P1 "/-/-/active" }, /* nova: is False */
	{ "[{\"id\": \"" P1 "\", \"active\": 0}]", P1 "/-/-/active" },
	{ "[{\"id\": \"" P1 "\", \"vnic_type\": \"normal\", \"type\": \"ovs\", \"active\": false}]", P1 "/normal/ovs/waits" },
	{ "[{\"id\": \"" P1 "\", \"vnic_type\": \"remote-managed\", \"type\": \"ovs\", \"active\": false}]",
	    P1 "/remote-managed/ovs/down" },
	{ "[{\"id\": \"" P1 "\", \"vnic_type\": \"direct\", \"type\": \"hw_veb\", \"active\": true}, {\"id\": \"" P2
	  "\", \"type\": null, \"active\": false, \"network\": {\"id\": 1}}]",
	    P1 "/direct/hw_veb/active " P2 "/-/-/waits" },
};

static void say_vifs(const struct vifs *vifs, struct str *out)
{
	str_add(out, vifs->known ? "" : "?");
	for (const struct vif *v = vifs->v; v < vifs->v + vifs->n; v++)
		str_addf(out, "%s%s/%s/%s/%s", v > vifs->v ? " " : "", v->port_id, str_or(v->vnic_type, "-"), str_or(v->type, "-"),
		    v->active               ? "active" :
			vif_is_waited_for(v) ? "waits" :
					       "down");
}

static void a_cache_that_cannot_be_read_is_not_one_without_ports(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(caches); i++) {
		auto_str struct str said = { 0 };
		auto_arena struct arena arena = { 0 };
		struct vifs vifs;

		vifs_parse(caches[i].text, &arena, &vifs);
		say_vifs(&vifs, &said);
		if (strcmp(str_or(said.s, ""), caches[i].said) != 0)
			fail_msg("%s: %s", str_or(caches[i].text, "NULL"), said.s);
		if (!vifs.known)
			assert_int_equal(vifs.n, 0);
	}
}

static void a_cache_may_be_large_and_not_deep(void **state)
{
	auto_str struct str large = { 0 }, deep = { 0 };
	auto_arena struct arena arena = { 0 };
	struct vifs vifs;

	(void)state;
	str_add(&large, "[");
	for (int i = 0; i < 5000; i++)
		str_addf(&large, "%s{\"id\": \"" P1 "\", \"active\": false}", i ? "," : "");
	str_add(&large, "]");
	vifs_parse(large.s, &arena, &vifs);
	assert_true(vifs.known);
	assert_int_equal(vifs.n, 5000);
	for (int i = 0; i < 5000; i++)
		str_add(&deep, "[");
	vifs_parse(deep.s, &arena, &vifs);
	assert_false(vifs.known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_is_ready_only_when_it_is_active_where_it_is_asked_for),
		cmocka_unit_test_setup_teardown(a_port_says_who_has_not_reported, reset, reset),
		cmocka_unit_test_setup_teardown(half_an_answer_is_none, reset, reset),
		cmocka_unit_test_setup_teardown(many_instances_are_asked_about_in_few_statements, reset, reset),
		cmocka_unit_test(an_agent_is_alive_until_its_heartbeat_is_older_than_neutron_allows),
		cmocka_unit_test(a_host_without_an_agent_that_plugs_is_unknown),
		cmocka_unit_test(a_cache_that_cannot_be_read_is_not_one_without_ports),
		cmocka_unit_test(a_cache_may_be_large_and_not_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "guard_cases.h"

/* i1 has a port of the usual kind, i2 one that no compute waits for; nova-api is down and nobody can ask neutron. */
static struct vif usual = { .port_id = "p1", .vnic_type = "normal", .type = "ovs", .active = true };
static struct vif managed = { .port_id = "p2", .vnic_type = "remote-managed", .type = "ovs", .active = true };

static void nobody_tells(void)
{
	f.world.site.computes_wait_for_ports = true;
	f.scene.peers.v[PEER_NOVA] =
	    (struct peer_fact){ .looked = true, .look = { .url = "http://a:8774/", .answer = HTTP_REFUSED } };
	strcpy(f.world.neutron_absent, "no neutron configuration");
	f.candidate[I1].vifs = (struct vifs){ .v = &usual, .n = 1, .known = true };
	f.candidate[I2].vifs = (struct vifs){ .v = &managed, .n = 1, .known = true };
}

static void its_ports_are_not_known(void)
{
	nobody_tells();
	f.candidate[I1].vifs = (struct vifs){ .known = false };
	f.candidate[I2].vifs = (struct vifs){ .known = true }; /* none */
}

static void it_is_not_followed(void)
{
	nobody_tells();
	f.scene.neutron.known = true;
	f.request.how.no_wait = true;
}

static void its_tables_are_not_readable(void)
{
	nobody_tells();
	f.world.neutron_absent[0] = '\0';
}

static void it_is_not_known_whether_nova_api_answers(void)
{
	nobody_tells();
	f.scene.peers.v[PEER_NOVA].looked = false;
}

static void neutron_is_told_not_to(void)
{
	it_is_not_followed();
	f.scene.witness.nova_api = "http://127.0.0.1:8774/";
	f.world.has_neutron_config = true;
	f.world.neutron.tells_nova = false;
}

/* ---- and where somebody does, or nobody has to */

static void neutron_can_be_asked(void)
{
	nobody_tells();
	f.scene.neutron.known = true;
}

static void nova_api_answers(void)
{
	it_is_not_followed();
	f.scene.witness.nova_api = "http://127.0.0.1:8774/";
}

static void no_compute_waits(void)
{
	nobody_tells();
	f.world.site.computes_wait_for_ports = false;
}

static void it_is_left_out(void)
{
	nobody_tells();
	f.candidate[I1].wanted = false;
}

static const struct guard_case cases[] = {
	{ nobody_tells, "vif-event-undeliverable i1: web has ports, nova-api is down, and neutron's database cannot be asked: no neutron "
	                "configuration" },
	{ its_ports_are_not_known, "vif-event-undeliverable i1: the ports of web could not be read, nova-api is down, and neutron's "
	                           "database cannot be asked: no neutron configuration" },
	{ it_is_not_followed, "vif-event-undeliverable i1: web has ports, nova-api is down, and with --no-wait this run tells it nothing" },
	{ its_tables_are_not_readable, "vif-event-undeliverable i1: web has ports, nova-api is down, and neutron's database cannot be "
	                               "asked: its tables could not be read" },
	{ it_is_not_known_whether_nova_api_answers, "vif-event-undeliverable i1: web has ports, whether nova-api answers neutron is not "
	                                            "known, and neutron's database cannot be asked: no neutron configuration" },
	{ neutron_is_told_not_to, "vif-event-undeliverable i1: web has ports, neutron is set up not to notify nova "
	                          "(notify_nova_on_port_status_changes), and with --no-wait this run tells it nothing\n"
	                          "nova-api-answers http://127.0.0.1:8774/: nova-api answers at http://127.0.0.1:8774/: its own evacuate can be used" },
	{ neutron_can_be_asked, "" },
	{ no_compute_waits, "" },
	{ it_is_left_out, "" },
};

static void a_compute_that_waits_is_told_by_somebody(void **state)
{
	struct findings findings = { 0 };

	(void)state;
	run_cases(cases, COUNT(cases));
	fixture_init(&f);
	nova_api_answers(); /* neutron tells it, whoever follows */
	guard_ask(row("vif-event-undeliverable"), &f.scene, &findings);
	assert_int_equal(findings.n, 0);
}

static void the_way_out_is_in_words(void **state)
{
	struct findings findings = { 0 };

	(void)state;
	fixture_init(&f);
	nobody_tells();
	guard_ask(row("vif-event-undeliverable"), &f.scene, &findings);
	assert_int_equal(findings.n, 1);
	assert_true(findings.v[0].acceptable && findings.v[0].severity == SEVERITY_STOP);
	assert_non_null(strstr(findings.v[0].hint, "--neutron-config-file"));
	assert_non_null(strstr(findings.v[0].hint, "computes_wait_for_ports = false"));
	findings_free(&findings);
	it_is_not_followed();
	guard_ask(row("vif-event-undeliverable"), &f.scene, &findings);
	assert_string_equal(findings.v[0].hint, "leave out --no-wait, or bring nova-api back");
	findings_free(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_compute_that_waits_is_told_by_somebody, begin),
		cmocka_unit_test_setup(the_way_out_is_in_words, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

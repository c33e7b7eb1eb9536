/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "guard_cases.h"

/* The services that nova asks: who is stopped, left out, warned, and who is not. */

static void all_answer(void)
{
	static const char *const url[PEERS] = { "http://p:8778/", "http://n:9696/", "http://c:8776/", "http://k:5000/", "http://a:8774/" };

	f.scene.peers.known = true;
	for (int p = 0; p < PEERS; p++)
		f.scene.peers.v[p] = (struct peer_fact){ .origin = "the test", .looked = true,
			.look = { .url = url[p], .answer = HTTP_ANSWERS, .status = 200, .timeout_ms = 2000 } };
	f.world.nova.sends_service_token = true;
}
static void goes_down(enum peer peer, enum http_answer how)
{
	all_answer();
	f.scene.peers.v[peer].look.answer = how;
	f.scene.peers.v[peer].look.status = how == HTTP_ERRS ? 503 : 0;
}
static void placement_refuses(void)
{
	goes_down(PEER_PLACEMENT, HTTP_REFUSED);
}
static void placement_has_no_backend(void)
{
	goes_down(PEER_PLACEMENT, HTTP_ERRS);
}
static void neutron_hangs(void)
{
	goes_down(PEER_NEUTRON, HTTP_HANGS);
}
static void keystone_is_silent(void)
{
	goes_down(PEER_KEYSTONE, HTTP_SILENT);
}
static void nova_api_is_off(void)
{
	goes_down(PEER_NOVA, HTTP_REFUSED);
}
static void cinder_refuses(void)
{
	goes_down(PEER_CINDER, HTTP_REFUSED);
}
static void cinder_refuses_and_both_have_volumes(void)
{
	cinder_refuses();
	f.candidate[I2].nvolume = 1;
	f.fact[I2][0] = f.fact[I1][0];
	f.candidate[I2].volume = f.fact[I2];
}
static void cinder_refuses_and_none_has_volumes(void)
{
	cinder_refuses();
	f.candidate[I1].nvolume = 0;
	f.instance[I1].image_ref = "image";
}
static void cinder_refuses_and_one_is_asked_for(void)
{
	cinder_refuses_and_both_have_volumes();
	f.request.what.id = "i1";
	f.candidate[I2].wanted = false;
}
static void cinder_refuses_and_volumes_stay(void)
{
	cinder_refuses();
	f.candidate[I1].wanted = false;
}
static void placement_refuses_and_nothing_is_taken(void)
{
	placement_refuses();
	f.candidate[I1].wanted = f.candidate[I2].wanted = false;
}
static void no_address_of_placement(void)
{
	all_answer();
	f.scene.peers.v[PEER_PLACEMENT] = (struct peer_fact){ .unknown = "no address" };
}
static void no_address_of_cinder_and_no_volumes(void)
{
	cinder_refuses_and_none_has_volumes();
	f.scene.peers.v[PEER_CINDER] = (struct peer_fact){ .unknown = "no address" };
}
static void a_certificate_of_nobody(void)
{
	goes_down(PEER_NEUTRON, HTTP_UNTRUSTED);
	f.scene.peers.v[PEER_NEUTRON].look.status = 200;
	strcpy(f.scene.peers.v[PEER_NEUTRON].look.why, "self-signed certificate");
}
static void no_token_and_no_nova_api(void)
{
	nova_api_is_off();
	f.world.nova.sends_service_token = false;
}
static void no_token_and_nova_api(void)
{
	no_token_and_no_nova_api();
	f.scene.witness.nova_api = "http://a:8774/";
}
static void no_token_and_no_volumes(void)
{
	no_token_and_no_nova_api();
	f.candidate[I1].nvolume = 0;
	f.instance[I1].image_ref = "image";
}

static struct vif vif = { .port_id = "p1" };

/* A run that tells the computes nothing, where nova-api answers at the address that nova.conf has. */
static void only_the_own_nova_api_is_known(void)
{
	all_answer();
	f.scene.witness.nova_api = "http://a:8774/";
	f.scene.peers.v[PEER_NOVA].own = true;
	f.world.site.computes_wait_for_ports = true;
	f.request.how.no_wait = true;
	f.candidate[I2].vifs = (struct vifs){ .v = &vif, .n = 1, .known = true };
}
static void the_own_nova_api_and_no_compute_waits(void)
{
	only_the_own_nova_api_is_known();
	f.world.site.computes_wait_for_ports = false;
}
static void the_nova_api_that_neutron_asks(void)
{
	only_the_own_nova_api_is_known();
	f.scene.peers.v[PEER_NOVA].own = false;
}

static struct neutron_agent agent[3];

static void ports_and_agents(void)
{
	static const char *const hosts[] = { "c2", "c3", "c4" };

	all_answer();
	for (size_t i = 0; i < COUNT(agent); i++)
		agent[i] = (struct neutron_agent){ .host = hosts[i], .agent_type = "Open vSwitch agent", .age_s = 5 };
	f.scene.neutron.known = true;
	f.scene.neutron.down_s = 75;
	f.scene.neutron.agents = (struct neutron_agents){ .v = agent, .n = COUNT(agent) };
	f.candidate[I2].vifs = (struct vifs){ .v = &vif, .n = 1, .known = true };
}
static void one_agent_is_dead(void)
{
	ports_and_agents();
	agent[1].age_s = 76;
}
static void all_agents_are_dead(void)
{
	ports_and_agents();
	for (size_t i = 0; i < COUNT(agent); i++)
		agent[i].age_s = 500;
}
static void all_agents_are_dead_and_no_instance_has_ports(void)
{
	all_agents_are_dead();
	f.candidate[I2].vifs.n = 0;
}
static void no_agent_plugs(void)
{
	all_agents_are_dead();
	for (size_t i = 0; i < COUNT(agent); i++)
		agent[i].agent_type = "DHCP agent";
}
static void the_targets_agent_is_dead(void)
{
	ports_and_agents();
	agent[0].age_s = 76;
	f.request.what.target_host = "c2";
	f.scene.nova.target_compute = &f.nova_service[C2];
	f.scene.nova.target_cell = &f.facts;
	f.scene.nova.target_is_mapped = true;
	f.scene.nova.target_node = &f.node[1];
}
static void another_targets_agent_is_dead(void)
{
	the_targets_agent_is_dead();
	agent[0].age_s = 5;
	agent[1].age_s = 76;
}
static void messages_wait_for_the_scheduler(void)
{
	all_answer();
	f.scene.bus.scheduler = (struct bus_queue){ .exists = true, .messages = 3, .consumers = 1 };
	f.scene.bus.scheduler_then = (struct bus_queue){ .exists = true, .messages = 2, .consumers = 1 };
}
static void messages_pass(void)
{
	messages_wait_for_the_scheduler();
	f.scene.bus.scheduler_then.messages = 0;
}
static void a_broker(const char *version, enum queue_kind queues)
{
	all_answer();
	f.broker_config.queues = queues;
	snprintf(f.bus.version, sizeof f.bus.version, "%s", version);
}
static void an_old_broker_with_classic_queues(void)
{
	a_broker("3.8.9", QUEUES_CLASSIC);
}
static void an_old_broker_with_quorum_queues(void)
{
	a_broker("3.8.9", QUEUES_QUORUM);
}
static void a_broker_of_no_version(void)
{
	a_broker("", QUEUES_UNKNOWN);
}
static void a_new_broker_with_quorum_queues(void)
{
	a_broker("3.10.8", QUEUES_QUORUM);
}
static void no_scheduler_reports(void)
{
	all_answer();
	f.nova_service[CONDUCTOR] = (struct nova_service){ .id = 30, .host = "ctl", .binary = "nova-scheduler", .version = 64, .heartbeat_age_s = AGE(500) };
}

static const struct guard_case cases[] = {
	{ all_answer, "" },
	{ placement_refuses, "service-needed-down placement: placement at http://p:8778/ refuses the connection: nova would leave every instance in ERROR "
	                     "(No valid host was found) (address from the test)" },
	{ placement_has_no_backend, "service-needed-down placement: placement at http://p:8778/ answers with an error (503): nova would leave every instance in ERROR "
	                            "(No valid host was found) (address from the test)" },
	{ neutron_hangs, "service-needed-down neutron-server: neutron-server at http://n:9696/ takes a connection and does not answer within 2 s: it hangs: "
	                 "every evacuation would wait for it without end (address from the test)" },
	{ keystone_is_silent, "service-needed-down keystone: keystone at http://k:5000/ takes no connection within 2 s: an instance is stuck in 'rebuilding' "
	                      "as soon as one process of nova needs a new token (address from the test)" },
	{ nova_api_is_off, "" },
	{ cinder_refuses, "cinder-api-down i1: web has volumes, and cinder-api at http://c:8776/ refuses the connection" },
	{ cinder_refuses_and_both_have_volumes, "cinder-api-down i1: web has volumes, and cinder-api at http://c:8776/ refuses the connection\n"
	                                        "cinder-api-down i2: db has volumes, and cinder-api at http://c:8776/ refuses the connection\n"
	                                        "service-needed-down cinder-api: cinder-api at http://c:8776/ refuses the connection: every instance would be left in ERROR "
	                                        "(address from the test)" },
	{ cinder_refuses_and_one_is_asked_for, "cinder-api-down i1: web has volumes, and cinder-api at http://c:8776/ refuses the connection" },
	{ cinder_refuses_and_none_has_volumes, "" },
	{ cinder_refuses_and_volumes_stay, "" },
	{ placement_refuses_and_nothing_is_taken, "" },
	{ no_address_of_placement, "service-not-checked placement: placement was not checked: no address" },
	{ no_address_of_cinder_and_no_volumes, "" },
	{ a_certificate_of_nobody, "service-not-checked neutron-server: neutron-server at http://n:9696/ answers (200), but its certificate "
	                           "is not trusted here (self-signed certificate)" },
	{ no_token_and_no_nova_api, "service-token-missing nova.conf: the nova.conf that was read here has no [service_user] send_service_user_token = true: cinder "
	                            "refuses to detach the volumes" },
	{ no_token_and_nova_api, "service-token-missing nova.conf: the nova.conf that was read here has no [service_user] send_service_user_token = true: cinder "
	                         "refuses to detach the volumes\nnova-api-answers http://a:8774/: nova-api answers at http://a:8774/: its own evacuate can be used" },
	{ no_token_and_no_volumes, "" },
	{ only_the_own_nova_api_is_known, "service-not-checked nova-api: nova-api answers at http://a:8774/, where nova.conf has it listen; whether neutron "
	                                  "reaches it, to tell nova-computes of their ports, is not known\n"
	                                  "nova-api-answers http://a:8774/: nova-api answers at http://a:8774/: its own evacuate can be used" },
	{ the_own_nova_api_and_no_compute_waits, "nova-api-answers http://a:8774/: nova-api answers at http://a:8774/: its own evacuate can be used" },
	{ the_nova_api_that_neutron_asks, "nova-api-answers http://a:8774/: nova-api answers at http://a:8774/: its own evacuate can be used" },
	{ ports_and_agents, "" },
	{ one_agent_is_dead, "neutron-agent-down c3: the neutron agent of 'c3' has not reported for more than 75 s, and the scheduler may pick that host" },
	{ all_agents_are_dead, "target-agent-down neutron: the neutron agents of all 3 hosts that are up and enabled have not reported for more than 75 s" },
	{ all_agents_are_dead_and_no_instance_has_ports, "" },
	{ no_agent_plugs, "" },
	{ the_targets_agent_is_dead, "target-agent-down c2: the neutron agent of 'c2' has not reported for more than 75 s: no port is plugged in there" },
	{ another_targets_agent_is_dead, "" },
	{ messages_wait_for_the_scheduler, "scheduler-backlog scheduler: queue 'scheduler' on 127.0.0.1:5672 has 1 consumer, and 3 messages waited in it, a second later 2" },
	{ messages_pass, "" },
	{ an_old_broker_with_classic_queues, "" },
	{ an_old_broker_with_quorum_queues, "messages-stay conductor: RabbitMQ 3.8.9 does not let a message in a quorum queue expire (127.0.0.1:5672)" },
	{ a_broker_of_no_version, "messages-stay conductor: the broker does not say its version, and may not let a message in a quorum queue expire (127.0.0.1:5672)" },
	{ a_new_broker_with_quorum_queues, "" },
	{ no_scheduler_reports, "scheduler-missing scheduler: 127.0.0.1:5672 has no queue 'scheduler', and no nova-scheduler reports: a request would get lost, and its "
	                        "instance stay 'rebuilding'" },
};

static void each_service_stops_who_needs_it(void **state)
{
	(void)state;
	run_cases(cases, COUNT(cases));
}

static void no_cinder_before_train_wants_a_service_token(void **state)
{
	struct findings findings = { 0 };

	(void)state;
	for (int train = 0; train < 2; train++) {
		fixture_init(&f);
		no_token_and_no_nova_api();
		f.scene.nova.release = release_of(train ? 40 : 37);
		assert_int_equal(f.scene.nova.release->nova, train ? 20 : 19);
		guard_ask(row("service-token-missing"), &f.scene, &findings);
		assert_int_equal(findings.n, train);
		findings_free(&findings);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_scene(each_service_stops_who_needs_it),
		in_a_scene(no_cinder_before_train_wants_a_service_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

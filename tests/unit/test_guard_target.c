/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "guard_cases.h"

/* The configuration's texts are its own, not const. */
static char *text(const char *s)
{
	static char kept[4][32];
	static size_t n;

	n = (n + 1) % COUNT(kept);
	snprintf(kept[n], sizeof kept[n], "%s", s);
	return kept[n];
}

static void the_target_is_the_source(void)
{
	f.move[MOVE_VOLUMES].to = f.move[MOVE_VOLUMES].from;
	f.move[MOVE_VOLUMES].target = &f.cinder_service[C2_VOLUME];
	f.request.what.target_host = "c1";
	f.scene.nova.target_compute = &f.nova_service[C2];
}

static void one_pool_goes_to_its_own_backend(void)
{
	host_name_parse("c1@rbd#ssd", &f.move[MOVE_VOLUMES].from);
	host_name_parse("c1@rbd", &f.move[MOVE_VOLUMES].to); /* keeps its pool: the same place */
}

static void one_pool_goes_to_another_pool(void)
{
	host_name_parse("c1@rbd#ssd", &f.move[MOVE_VOLUMES].from);
	host_name_parse("c1@rbd#hdd", &f.move[MOVE_VOLUMES].to);
	f.owner[3] = (struct owner){ .kind = "volume", .host = "c1@rbd#hdd", .n = 1 };
	f.scene.cinder.owners.n = 4;
}

static void the_target_has_no_service(void)
{
	f.move[MOVE_VOLUMES].target = NULL;
}

static void the_target_lacks_the_backend(void)
{
	f.move[MOVE_VOLUMES].target = f.move[MOVE_BACKUP].target = NULL;
	f.move[MOVE_VOLUMES].target_known = f.move[MOVE_BACKUP].target_known = false;
}

static void the_target_is_down(void)
{
	f.cinder_service[C2_VOLUME].heartbeat_age_s = AGE(61);
	f.cinder_service[C2_BACKUP].heartbeat_age_s.set = false;
}

static void the_target_host_is_down(void)
{
	f.request.what.target_host = "c2";
	f.scene.nova.target_compute = &f.nova_service[C2];
	f.nova_service[C2].heartbeat_age_s = AGE(100);
}

static void the_target_host_is_forced_down(void)
{
	f.request.what.target_host = "c2";
	f.scene.nova.target_compute = &f.nova_service[C2];
	f.nova_service[C2].forced_down = true;
}

static void no_other_compute_is_up(void)
{
	f.nova_service[C2].disabled = true;
	f.nova_service[C3].disabled = f.nova_service[C4].disabled = true;
}

static void the_target_is_disabled(void)
{
	f.cinder_service[C2_VOLUME].disabled = true;
	f.cinder_service[C2_VOLUME].disabled_reason = "broken fan";
	f.request.what.target_host = "c2";
	f.scene.nova.target_compute = &f.nova_service[C2];
	f.nova_service[C2].disabled = true;
}

static void the_target_is_frozen(void)
{
	f.cinder_service[C2_VOLUME].frozen = true;
}

static void there_is_no_exchange(void)
{
	f.scene.bus.has_exchange = false;
	f.scene.bus.conductor.exists = false;
	f.world.nova.bus.exchange = text("nova2");
}

static void there_is_no_queue(void)
{
	f.scene.bus.conductor = (struct bus_queue){ 0 };
}

static void nobody_listens(void)
{
	f.scene.bus.conductor = (struct bus_queue){ .exists = true, .messages = 17, .consumers = 0 };
	f.world.nova.conductor_topic = text("conduct");
}

static void zones_differ(void)
{
	f.cinder_service[C2_VOLUME].zone = "az2";
	f.cinder_service[C2_BACKUP].zone = NULL;
}

static void the_pool_is_new_to_the_target(void)
{
	f.owner[C2_SSD].host = "c2@rbd#SSD";
}

static void the_asked_pool_is_new_to_the_target(void)
{
	host_name_parse("c2@rbd#nvme", &f.move[MOVE_VOLUMES].to);
}

static void backends_differ(void)
{
	host_name_parse("c2@ceph", &f.move[MOVE_VOLUMES].to);
	f.owner[C2_SSD].host = "c2@ceph#ssd";
}

static const struct guard_case cases[] = {
	{ the_target_is_the_source, "target-is-source c1@rbd: 'c1@rbd' is both the old and the new owner\n"
	                            "target-is-source c1: 'c1' is both the failed and the target host" },
	{ one_pool_goes_to_its_own_backend, "target-is-source c1@rbd: 'c1@rbd' is both the old and the new owner" },
	{ one_pool_goes_to_another_pool, "other-backends-remain c1@rbd#hdd: 'c1@rbd#hdd' owns 1 volume that this command does not move" },
	{ the_target_has_no_service, "target-service-missing c2@rbd: no cinder-volume is registered on 'c2@rbd'" },
	{ the_target_lacks_the_backend, "no-counterpart c1@rbd: 'c1@rbd' has no counterpart: no cinder-volume on 'c2@rbd'\n"
	                                "no-counterpart c1: 'c1' has no counterpart: no cinder-backup on 'c2'" },
	{ the_target_is_down, "target-down c2@rbd: cinder-volume on 'c2@rbd' is down: its last report was 61 s ago\n"
	                      "target-down c2: cinder-backup on 'c2' has never reported" },
	{ the_target_host_is_down, "target-down c2: nova-compute on 'c2' is down: its last report was 100 s ago" },
	{ the_target_host_is_forced_down, "target-down c2: nova-compute on 'c2' is forced down" },
	{ no_other_compute_is_up, "target-down cell1: no other nova-compute in cell 'cell1' is up and enabled: nova would put every "
	                          "instance in ERROR" },
	{ the_target_is_disabled, "target-disabled c2@rbd: cinder-volume on 'c2@rbd' is disabled: broken fan\n"
	                          "target-disabled c2: nova-compute on 'c2' is disabled: no reason given" },
	{ the_target_is_frozen, "target-frozen c2@rbd: 'c2@rbd' is frozen" },
	{ there_is_no_exchange, "no-consumer conductor: 127.0.0.1:5672 has no exchange 'nova2': no nova service has ever connected to it" },
	{ there_is_no_queue, "no-consumer conductor: 127.0.0.1:5672 has no queue 'conductor'" },
	{ nobody_listens, "no-consumer conduct: queue 'conduct' on 127.0.0.1:5672 has no consumer, and 17 messages wait in it" },
	{ zones_differ, "az-differs c2@rbd: 'c1@rbd' is in zone 'nova', 'c2@rbd' in zone 'az2'\n"
	                "az-differs c2: 'c1' is in zone 'nova', 'c2' in zone ''" },
	{ backends_differ, "backend-name-differs c2@ceph: backend 'rbd' becomes 'ceph'" },
};

static void a_new_owner_or_host_must_be_there_and_able(void **state)
{
	(void)state;
	run_cases(cases, COUNT(cases));
}

static void pools_that_nobody_has_seen_at_the_target_are_named_once(void **state)
{
	static void (*const changes[])(void) = { the_pool_is_new_to_the_target, the_asked_pool_is_new_to_the_target };
	static const char *const messages[] = { "'c2@rbd#ssd' holds nothing yet", "'c2@rbd#nvme' holds nothing yet" };
	struct findings findings = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++) {
		fixture_init(&f);
		guard_ask(row("pool-unseen"), &f.scene, &findings);
		finding_seen("pool-unseen", findings.n > 0);
		assert_int_equal(findings.n, 0);
		changes[i]();
		guard_ask(row("pool-unseen"), &f.scene, &findings);
		finding_seen("pool-unseen", findings.n > 0);
		assert_int_equal(findings.n, 1);
		assert_string_equal(findings.v[0].message, messages[i]);
		findings_free(&findings);
		f.move[MOVE_VOLUMES].rows[OWNED_VOLUME].n = 0; /* nothing goes there */
		guard_ask(row("pool-unseen"), &f.scene, &findings);
		assert_int_equal(findings.n, 0);
	}
}

static void the_way_out_names_who_is_there(void **state)
{
	struct findings findings = { 0 };

	(void)state;
	the_target_lacks_the_backend();
	f.cinder_service[C2_VOLUME].host = "c2@lvm";
	f.cinder_service[C2_BACKUP].host = "c4";
	guard_ask(row("no-counterpart"), &f.scene, &findings);
	assert_string_equal(findings.v[0].hint, row("no-counterpart")->hint); /* a backend of another name is other storage */
	assert_string_equal(findings.v[1].hint, "move it by itself first: evac-manage backup update_backup_host --currenthost c1 --newhost c4");
	findings_free(&findings);
	f.cinder_service[C2_VOLUME].host = "c4@rbd"; /* the same storage, most likely */
	guard_ask(row("no-counterpart"), &f.scene, &findings);
	assert_non_null(strstr(findings.v[0].hint, "--newhost c4@rbd"));
	findings_free(&findings);
	fixture_init(&f);
	the_pool_is_new_to_the_target();
	f.owner[3] = (struct owner){ .kind = "volume", .host = "c2@rbd#10.0.0.1:/gold 1", .n = 1 };
	f.scene.cinder.owners.n = 4;
	guard_ask(row("pool-unseen"), &f.scene, &findings);
	assert_non_null(strstr(findings.v[0].hint, "--pool-map "));
	assert_null(strstr(findings.v[0].hint, "OLD"));
	findings_free(&findings);
}

static void what_was_accepted_is_still_listed(void **state)
{
	struct findings findings = { 0 };

	(void)state;
	the_target_is_down();
	fixture_accept(&f, "target-down:c2@rbd");
	guards_run(&f.scene, &findings);
	assert_true(findings.v[0].accepted);
	assert_false(findings.v[1].accepted); /* the backup host was not named */
	assert_true(findings_stop(&findings));
	findings_free(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_owner_or_host_must_be_there_and_able),
		in_a_scene(pools_that_nobody_has_seen_at_the_target_are_named_once),
		in_a_scene(the_way_out_names_who_is_there),
		in_a_scene(what_was_accepted_is_still_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

static void nothing(void)
{
}

static void c1_volume_reports(void)
{
	f.cinder_service[C1_VOLUME].heartbeat_age_s = AGE(60);
}

static void c1_reports_from_the_future(void)
{
	f.nova_service[C1].heartbeat_age_s = AGE(-60);
}

static void c1_runs_a_scheduler_too(void)
{
	f.cinder_service[C1_BACKUP].host = "c1"; /* any service of the host proves that it lives */
	f.cinder_service[C1_BACKUP].binary = "cinder-scheduler";
	f.cinder_service[C1_BACKUP].heartbeat_age_s = AGE(0);
	f.nova_service[CONDUCTOR].host = "c1";
}

static void c1_is_forced_down(void)
{
	f.nova_service[C1].heartbeat_age_s = AGE(1);
	f.nova_service[C1].forced_down = true;
}

static void c10_reports(void)
{
	f.cinder_service[C1_VOLUME].heartbeat_age_s = AGE(500);
	f.nova_service[C2].host = "c10";
	f.cinder_service[C2_BACKUP].host = "c10";
	f.move[MOVE_BACKUP].target = &f.cinder_service[C2_BACKUP];
}

static void nobody_fenced(void)
{
	f.request.how.fenced = NULL;
}

static void three_of_four_are_down(void)
{
	f.nova_service[C2].heartbeat_age_s = AGE(61);
	f.nova_service[C3].forced_down = true;
}

static void two_of_four_are_down(void)
{
	f.nova_service[C2].heartbeat_age_s = AGE(61);
}

static void two_of_three_are_down(void)
{
	f.nova_service[C2].heartbeat_age_s = AGE(61);
	f.nova_service[C3].disabled = true; /* taken out long ago: not counted */
}

static void the_site_is_old(void)
{
	f.world.site.version = text("6.4.2.9");
	f.world.site.min_version = text("6.4.3.0.0.0");
}

static void the_site_is_as_it_must_be(void)
{
	f.world.site.version = text("6.4.3");
	f.world.site.min_version = text("6.4.3.0.0.0");
}

static void the_site_has_two_digits(void)
{
	f.world.site.version = text("6.10");
	f.world.site.min_version = text("6.9.9");
}

static void the_site_is_unknown(void)
{
	f.world.site.min_version = text("6.4.3.0.0.0");
}

static void conductors_are_of_ussuri(void)
{
	f.scene.nova.conductor_version = 51;
	f.scene.nova.release = release_of(51);
	f.candidate[I1].spec.spec = f.candidate[I2].spec.spec = SPEC("1.13");
}

static void no_conductor_is_known(void)
{
	f.scene.nova.conductor_version = 0;
	f.scene.nova.release = release_of(0);
}

static void files_are_open_to_all(void)
{
	static char files[] = "/etc/service.conf";

	f.world.cinder.readable_by_all = f.world.nova.readable_by_all = files;
}

static void another_cell_does_not_answer(void)
{
	static struct cell_mapping mapping[] = { { .id = 2, .uuid = "cell", .name = "cell1" }, { .id = 3, .uuid = "other", .name = "cell2" } };
	static struct absence absence = { ERROR_DB_UNREACHABLE, (char *)(uintptr_t)"cannot connect", (char *)(uintptr_t)"", &mapping[1] };
	static struct absences absences = { &absence, 1, 1 };

	f.world.mappings = (struct cell_mappings){ .v = mapping, .n = COUNT(mapping) };
	f.world.absences = &absences;
}

static void nova_knows_it_by_another_name(void)
{
	f.nova_service[C3].host = "c1.example";
}

static void the_other_name_is_taken_along_and_reports(void)
{
	f.request.what.cinder_host = "c1.example";
	f.cinder_service[C1_BACKUP].host = "c1.example";
	f.cinder_service[C1_BACKUP].heartbeat_age_s = AGE(5);
}

static void its_record_is_gone(void)
{
	f.scene.nova.compute = NULL;
	f.nova_service[C1].host = "c5";
}

static struct consumer_fact listener = { .queue = "compute.c1", .now = { .exists = true, .consumers = 1 } };

static void its_record_is_gone_and_somebody_listens(void)
{
	its_record_is_gone();
	f.scene.bus.consumer = &listener;
	f.scene.bus.nconsumer = 1;
}

static void somebody_listens(void)
{
	f.scene.bus.consumer = &listener;
	f.scene.bus.nconsumer = 1;
}

static void its_node_is_gone_and_it_is_forced(void)
{
	f.node[0].host = "c5";
	f.request.what.force = true;
	f.request.what.target_host = "c2";
	f.scene.nova.target_compute = &f.nova_service[C2];
	f.scene.nova.target_node = &f.node[1];
	f.scene.nova.target_cell = &f.facts;
	f.scene.nova.target_is_mapped = true;
}

static void its_node_is_gone(void)
{
	its_node_is_gone_and_it_is_forced();
	f.request.what.force = false;
}

static void it_moves_only_and_computes_are_down(void)
{
	fixture_moves_only(&f);
	three_of_four_are_down();
	conductors_are_of_ussuri();
	f.scene.bus.has_exchange = false;
	f.scene.nova.home = NULL; /* nobody asked nova */
	f.scene.nova.ncell = 0;
	strcpy(f.world.nova_absent, "cannot connect");
}

/* c1 is healthy but for its backend, whose volumes move. */
static void c1_lives_and_its_backend_does_not(void)
{
	fixture_moves_only(&f);
	f.scene.subject.nmove = 1;
	f.nova_service[C1].heartbeat_age_s = AGE(5);
	f.cinder_service[C1_BACKUP].heartbeat_age_s = AGE(5);
	f.request.how.fenced = NULL;
}

static void c1_lives_and_no_service_has_the_backends_name(void)
{
	c1_lives_and_its_backend_does_not();
	f.cinder_service[C1_VOLUME].host = "c1@dbr";
	f.cinder_service[C1_VOLUME].heartbeat_age_s = AGE(5);
	f.move[MOVE_VOLUMES].source = NULL;
}

static void nothing_of_c1_lives_and_nobody_fenced_it(void)
{
	fixture_moves_only(&f);
	f.request.how.fenced = NULL;
}

static void the_backend_itself_lives(void)
{
	c1_lives_and_its_backend_does_not();
	c1_volume_reports();
}

static void the_backends_pools_change_and_it_lives(void)
{
	static const char *map = "=ssd";

	the_backend_itself_lives();
	f.request.what.pool_map = (struct words){ .v = &map, .n = 1 };
	f.move[MOVE_VOLUMES].to = f.move[MOVE_VOLUMES].from;
	f.move[MOVE_VOLUMES].target = f.move[MOVE_VOLUMES].source;
	f.move[MOVE_VOLUMES].in_place = true;
}

static void nothing_changes_at_all(void)
{
	the_backends_pools_change_and_it_lives();
	f.request.what.pool_map.n = 0;
}

static const struct guard_case cases[] = {
	{ nothing, "" },
	{ c1_lives_and_its_backend_does_not, "backend-silent c1@rbd: cinder-volume on 'c1@rbd' does not report, but its node 'c1' does" },
	{ c1_lives_and_no_service_has_the_backends_name, "" },
	{ nothing_of_c1_lives_and_nobody_fenced_it, "fencing-unconfirmed c1: power-off of 'c1' is not confirmed" },
	{ the_backend_itself_lives, "source-alive cinder-volume c1@rbd: cinder-volume on 'c1@rbd' reported 60 s ago\n"
	                            "fencing-unconfirmed c1: power-off of 'c1' is not confirmed" },
	{ the_backends_pools_change_and_it_lives, "" },
	{ nothing_changes_at_all, "target-is-source c1@rbd: 'c1@rbd' is both the old and the new owner" },
	{ c1_volume_reports, "source-alive cinder-volume c1@rbd: cinder-volume on 'c1@rbd' reported 60 s ago" },
	{ c1_reports_from_the_future, "source-alive nova-compute c1: nova-compute on 'c1' reported -60 s ago" },
	{ c1_runs_a_scheduler_too, "source-alive cinder-scheduler c1: cinder-scheduler on 'c1' reported 0 s ago\n"
	                           "source-alive nova-conductor c1: nova-conductor on 'c1' reported 5 s ago" },
	{ c1_is_forced_down, "" },
	{ c10_reports, "" },
	{ nobody_fenced, "fencing-unconfirmed c1: power-off of 'c1' is not confirmed" },
	{ three_of_four_are_down, "mass-failure cell1: 3 of 4 compute services in cell 'cell1' are down" },
	{ two_of_four_are_down, "" },
	{ two_of_three_are_down, "" },
	{ the_site_is_old, "site-version site: the site's version is 6.4.2.9; the minimum is 6.4.3.0.0.0" },
	{ the_site_is_as_it_must_be, "" },
	{ the_site_has_two_digits, "" },
	{ the_site_is_unknown, "site-version site: the site's version is not known; the minimum is 6.4.3.0.0.0" },
	{ conductors_are_of_ussuri, "release-deletes-disks i2: db: the oldest live compute runs nova 21 (Ussuri), which has bug 1550919 before 21.1.0: a failed spawn "
	    "would delete its disks on shared storage; nova-api does not answer, so neutron cannot report that a port is plugged" },
	{ no_conductor_is_known, "" }, /* no-consumer says what is the matter */
	{ files_are_open_to_all, "config-readable cinder: cinder's configuration holds passwords and every local user can read it\n"
	                         "config-readable nova: nova's configuration holds passwords and every local user can read it" },
	{ it_moves_only_and_computes_are_down, "nova-not-checked nova: cannot check whether nova-compute on 'c1' reports: cannot connect" },
	{ another_cell_does_not_answer, "cell-not-checked cell2: cell 'cell2' was not asked: cannot connect" },
	{ nova_knows_it_by_another_name, "host-alias c1.example: 'c1.example' has the same short name as 'c1' and reports; it owns 1 nova service; these rows are not moved" },
	{ the_other_name_is_taken_along_and_reports, "source-alive cinder-backup c1.example: cinder-backup on 'c1.example' reported 5 s ago" },
	{ its_record_is_gone, "service-record-missing c1: nova has no record of nova-compute on 'c1', only 2 instances on it" },
	{ its_record_is_gone_and_somebody_listens, "source-alive compute.c1: queue 'compute.c1' has 1 consumer, and nova has no record of its nova-compute: the host counts as alive\n"
	    "service-record-missing c1: nova has no record of nova-compute on 'c1', only 2 instances on it" },
	{ somebody_listens, "consumer-still-connected compute.c1: queue 'compute.c1' still has 1 consumer: the broker has not dropped a dead connection yet, or the host is alive" },
	{ its_node_is_gone_and_it_is_forced, "source-node-missing c1: nova has no compute node of 'c1'" },
	{ its_node_is_gone, "" },
};

static void a_failed_host_is_looked_at_from_all_sides(void **state)
{
	(void)state;
	run_cases(cases, COUNT(cases));
}

static void the_way_out_of_a_live_source_depends_on_what_is_done(void **state)
{
	struct findings findings = { 0 };

	(void)state;
	c1_volume_reports();
	guards_run(&f.scene, &findings);
	assert_null(strstr(findings.v[0].hint, "--accept"));
	assert_non_null(strstr(findings.v[0].hint, "forced_down"));
	findings_free(&findings);
	fixture_moves_only(&f);
	guards_run(&f.scene, &findings);
	assert_non_null(strstr(findings.v[0].hint, "--accept source-alive"));
	findings_free(&findings);
}

static void a_live_source_is_never_accepted_for_an_evacuation(void **state)
{
	struct findings findings = { 0 };

	(void)state;
	c1_volume_reports();
	fixture_accept(&f, "source-alive");
	fixture_accept(&f, "source-alive:cinder-volume c1@rbd");
	guards_run(&f.scene, &findings);
	assert_true(findings_stop(&findings));
	findings_free(&findings);
	fixture_moves_only(&f);
	guards_run(&f.scene, &findings);
	assert_false(findings_stop(&findings));
	findings_free(&findings);
	f.request.how.fenced = NULL; /* an accept alone is no word about the power */
	fixture_accept(&f, "fencing-unconfirmed");
	guards_run(&f.scene, &findings);
	assert_true(findings_stop(&findings));
	findings_free(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failed_host_is_looked_at_from_all_sides),
		in_a_scene(the_way_out_of_a_live_source_depends_on_what_is_done),
		in_a_scene(a_live_source_is_never_accepted_for_an_evacuation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

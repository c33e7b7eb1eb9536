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
	f.request.fenced = NULL;
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
	f.scene.conductor_version = 51;
	f.scene.release = release_of(51);
	f.candidate[I1].spec.spec = f.candidate[I2].spec.spec = SPEC("1.13");
}

static void no_conductor_is_known(void)
{
	f.scene.conductor_version = 0;
	f.scene.release = release_of(0);
}

static void files_are_open_to_all(void)
{
	f.world.cinder.origin_readable_by_all = f.world.nova.origin_readable_by_all = true;
}

static void it_moves_only_and_computes_are_down(void)
{
	fixture_moves_only(&f);
	three_of_four_are_down();
	conductors_are_of_ussuri();
	f.scene.has_exchange = false;
	f.scene.home = NULL; /* nobody asked nova */
	f.scene.ncell = 0;
}

static const struct guard_case cases[] = {
	{ nothing, "" },
	{ c1_volume_reports, "source-alive cinder-volume c1@rbd: cinder-volume on 'c1@rbd' reported 60 s ago" },
	{ c1_reports_from_the_future, "source-alive nova-compute c1: nova-compute on 'c1' reported -60 s ago" },
	{ c1_runs_a_scheduler_too, "source-alive cinder-scheduler c1: cinder-scheduler on 'c1' reported 0 s ago\n"
	                           "source-alive nova-conductor c1: nova-conductor on 'c1' reported 5 s ago" },
	{ c1_is_forced_down, "" },
	{ c10_reports, "" },
	{ nobody_fenced, "fence-unproven c1: nobody has said that 'c1' is powered off" },
	{ three_of_four_are_down, "mass-failure cell1: 3 of 4 compute services in cell 'cell1' are down" },
	{ two_of_four_are_down, "" },
	{ two_of_three_are_down, "" },
	{ the_site_is_old, "site-version site: the site's version is 6.4.2.9, 6.4.3.0.0.0 is the least" },
	{ the_site_is_as_it_must_be, "" },
	{ the_site_has_two_digits, "" },
	{ the_site_is_unknown, "site-version site: the site's version is not known, 6.4.3.0.0.0 is the least" },
	{ conductors_are_of_ussuri, "release-hazard Ussuri: the oldest live compute is of nova 21 (Ussuri), which has bug 1550919 before 21.1.0: a failed spawn "
	    "would delete the disks of 1 instance on shared storage, and nova-api does not answer, so neutron cannot say that a port is plugged" },
	{ no_conductor_is_known, "" }, /* no-consumer says what is the matter */
	{ files_are_open_to_all, "config-readable cinder: cinder's configuration holds passwords and everybody may read it\n"
	                         "config-readable nova: nova's configuration holds passwords and everybody may read it" },
	{ it_moves_only_and_computes_are_down, "" },
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
	f.request.fenced = NULL; /* an accept alone is no word about the power */
	fixture_accept(&f, "fence-unproven");
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

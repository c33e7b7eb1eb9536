/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "guard_cases.h"

static void i1_is_paused(void)
{
	f.instance[I1].vm_state = "paused";
}

static void i1_has_no_state(void)
{
	f.instance[I1].vm_state = NULL;
	f.instance[I1].name = NULL;
}

static void i1_was_never_launched(void)
{
	f.instance[I1].launched_at = NULL;
}

static void i1_is_deleting(void)
{
	f.instance[I1].task_state = "deleting";
}

static void i1_is_rebooting(void)
{
	f.instance[I1].task_state = "rebooting"; /* since Zed nova takes it */
}

static void i1_is_rebooting_in_yoga(void)
{
	f.instance[I1].task_state = "rebooting";
	f.scene.nova.conductor_version = 61;
	f.scene.nova.release = release_of(61);
}

static void i1_has_no_mapping(void)
{
	f.candidate[I1].mapping.exists = false;
}

static void i1_is_in_no_cell(void)
{
	f.candidate[I1].mapping.cell_id.set = false;
}

static void i1_is_queued_for_delete(void)
{
	f.candidate[I1].mapping.queued_for_delete = true;
}

static void i1_has_no_spec(void)
{
	f.candidate[I1].spec.exists = false;
}

static void i1_has_a_broken_spec(void)
{
	f.candidate[I1].spec.spec = "{}";
}

static void i1_has_a_newer_spec(void)
{
	f.candidate[I1].spec.spec = SPEC("1.15");
}

static void i1_has_a_spec_newer_than_all_that_we_know(void)
{
	f.candidate[I1].spec.spec = SPEC("1.99");
	f.scene.nova.conductor_version = 1000;
	f.scene.nova.release = release_of(1000);
}

static void i1_is_not_wanted_and_broken(void)
{
	f.instance[I1].vm_state = "deleted";
	f.candidate[I1].spec.exists = false;
	f.candidate[I1].wanted = false;
}

static void disks_are_local(void)
{
	fixture_token(&f);
	f.world.site.shared_disks = false;
}

static void disks_are_shared_on_other_hosts(void)
{
	disks_are_local();
	f.world.site.shared_hosts = (char *)(uintptr_t)"c2, d*";
}

static void disks_are_shared_on_its_host(void)
{
	disks_are_local();
	f.world.site.shared_hosts = (char *)(uintptr_t)"d*, c1";
}

static void disks_are_local_and_i1_has_some_beside_its_volume(void)
{
	disks_are_local();
	f.candidate[I2].wanted = false;
	f.candidate[I1].needs.disks = (struct own_disks){ .ephemeral_gb = 20, .swap_mb = 512 };
}

static void disks_are_shared_and_i1_has_some_beside_its_volume(void)
{
	disks_are_local_and_i1_has_some_beside_its_volume();
	f.world.site.shared_disks = true;
}

static void disks_are_local_and_i2_is_an_image_that_boots_from_a_volume(void)
{
	disks_are_local();
	f.instance[I2].root_destination = "volume";
}

static void disks_are_local_and_i2_has_a_root_of_10_gb(void)
{
	disks_are_local();
	f.candidate[I2].needs.disks.root_gb = 10;
}

static void the_owner_stays_dead(void)
{
	f.fact[I1][0].moves_first = false;
}

static void the_owner_has_no_backend_in_its_name(void)
{
	f.fact[I1][0].moves_first = false;
	f.fact[I1][0].owner.host = "c1";
	f.fact[I1][0].service = NULL;
}

static void the_owner_is_nobody(void)
{
	f.fact[I1][0].moves_first = false;
	f.fact[I1][0].owner.host = NULL;
	f.fact[I1][0].service = NULL;
}

static void the_owner_is_alive(void)
{
	f.fact[I1][0].moves_first = false;
	f.fact[I1][0].owner.host = "c2@rbd#ssd";
	f.fact[I1][0].service = &f.cinder_service[C2_VOLUME];
}

static void the_owner_is_a_cluster_with_a_live_member(void)
{
	f.fact[I1][0].moves_first = false;
	f.fact[I1][0].owner.cluster_name = "cl@rbd#ssd";
	f.cinder_service[C1_VOLUME].cluster_name = f.cinder_service[C2_VOLUME].cluster_name = "cl@rbd";
}

static void the_owner_is_a_cluster_whose_members_are_dead(void)
{
	f.fact[I1][0].moves_first = false;
	f.fact[I1][0].owner.cluster_name = "cl@rbd#ssd";
	f.cinder_service[C1_VOLUME].cluster_name = "cl@rbd";
	f.cinder_service[C2_VOLUME].cluster_name = "cl@rbd2"; /* alive, and no member */
}

static void the_owner_is_a_cluster_that_nobody_is_in(void)
{
	f.fact[I1][0].moves_first = false;
	f.fact[I1][0].owner.cluster_name = "cl@rbd";
	f.fact[I1][0].owner.host = "c2@rbd#ssd"; /* alive: it is asked by its cluster's name all the same */
	f.fact[I1][0].service = &f.cinder_service[C2_VOLUME];
}

static void the_owner_is_dead_and_i1_is_left_out(void)
{
	f.fact[I1][0].moves_first = false;
	f.instance[I1].vm_state = "paused";
}

static void the_volume_is_unknown(void)
{
	f.fact[I1][0].owner = (struct volume_owner){ .known = false };
	f.fact[I1][0].moves_first = false;
}

static void cinder_was_not_asked(void)
{
	the_volume_is_unknown();
	f.world.cinder_db = NULL;
	f.scene.subject.nmove = 0;
}

static void i1_is_in_error(void)
{
	f.instance[I1].vm_state = "error";
}

static void i1_was_stopped_before(void)
{
	i1_is_in_error();
	f.candidate[I1].was_stopped = true;
}

static void i1_was_stopped_before_a_run(void)
{
	i1_was_stopped_before();
	f.candidate[I1].stopped_before = "20260131T030405Z-host-evacuate-1a2b3c4d";
}

static void i1_was_stopped_by_its_user(void)
{
	f.instance[I1].vm_state = "stopped";
	f.candidate[I1].power = (struct power_history){ .exists = true, .action = "stop", .age_s = { true, 600 } };
}

static void i1_was_stopped_by_nova(void)
{
	i1_was_stopped_by_its_user();
	f.candidate[I1].power.is_novas = true;
}

static void i1_runs_again_since_nova_stopped_it(void)
{
	i1_was_stopped_by_nova();
	f.instance[I1].vm_state = "active";
}

static const struct guard_case cases[] = {
	{ i1_is_paused, "not-evacuable i1: web: it is paused: nova evacuates only active, stopped and error" },
	{ i1_has_no_state, "not-evacuable i1: i1: it is in no state: nova evacuates only active, stopped and error" },
	{ i1_was_never_launched, "not-evacuable i1: web: it was never launched" },
	{ i1_is_deleting, "not-evacuable i1: web: its task state is 'deleting'" },
	{ i1_is_rebooting, "" },
	{ i1_is_rebooting_in_yoga, "task-state i1: web: its task state is 'rebooting'; nova Yoga evacuates it from 25.1.0 on" },
	{ i1_has_no_mapping, "not-evacuable i1: web: nova_api has no mapping of it to a cell: the conductor would not find it" },
	{ i1_is_in_no_cell, "not-evacuable i1: web: nova_api has no mapping of it to a cell: the conductor would not find it" },
	{ i1_is_queued_for_delete, "not-evacuable i1: web: it is queued for delete" },
	{ i1_has_no_spec, "not-evacuable i1: web: nova_api has no request spec of it" },
	{ i1_has_a_broken_spec, "not-evacuable i1: web: request spec 1 of instance i1 is not a nova RequestSpec" },
	{ i1_has_a_newer_spec, "not-evacuable i1: web: its request spec is of version 1.15, the oldest live conductor knows 1.14 and older" },
	{ i1_has_a_spec_newer_than_all_that_we_know, /* nor do we know that conductor */
	    "release-unclear 2026.2: service version 1000 of the conductor is unknown: the rules of nova 34 (2026.2) are used" },
	{ i1_is_not_wanted_and_broken, "" },
	{ disks_are_local, "local-disk i2: db boots from an image: its disks (a root as large as its image) may be lost with the host; nova makes the root disk again from the image, without what was written to it since" },
	{ disks_are_shared_on_other_hosts, "local-disk i2: db boots from an image: its disks (a root as large as its image) may be lost with the host; nova makes the root disk again from the image, without what was written to it since" },
	{ disks_are_shared_on_its_host, "" },
	{ disks_are_local_and_i2_has_a_root_of_10_gb, "local-disk i2: db boots from an image: its disks (10 GB root) may be lost with the host; nova makes the root disk again "
	    "from the image, without what was written to it since" },
	{ disks_are_local_and_i1_has_some_beside_its_volume, "local-disk i1: web boots from a volume and has disks that nova made (20 GB ephemeral, 512 MB swap): "
	    "they may be lost with the host, and would be empty" },
	{ disks_are_shared_and_i1_has_some_beside_its_volume, "" },
	{ disks_are_local_and_i2_is_an_image_that_boots_from_a_volume, "" },
	{ the_owner_stays_dead, "volume-owner-dead i1: web uses volume v1, whose owner 'c1@rbd#ssd' is down" },
	{ the_owner_has_no_backend_in_its_name, "volume-owner-dead i1: web uses volume v1, whose owner 'c1' is down" },
	{ the_owner_is_nobody, "volume-owner-dead i1: web uses volume v1, whose owner (no host) is down" },
	{ the_owner_is_alive, "" },
	{ the_owner_is_a_cluster_with_a_live_member, "clustered c2@rbd: 'c2@rbd' is a member of cluster 'cl@rbd'" },
	{ the_owner_is_a_cluster_whose_members_are_dead, "clustered c2@rbd: 'c2@rbd' is a member of cluster 'cl@rbd2'\n"
	                                                 "volume-owner-dead i1: web uses volume v1, whose owner cluster 'cl@rbd#ssd' is down" },
	{ the_owner_is_a_cluster_that_nobody_is_in, "volume-owner-dead i1: web uses volume v1, whose owner cluster 'cl@rbd' is down" },
	{ the_owner_is_dead_and_i1_is_left_out, "not-evacuable i1: web: it is paused: nova evacuates only active, stopped and error" },
	{ the_volume_is_unknown, "volume-unknown i1: web uses volume v1, which cinder does not know" },
	{ cinder_was_not_asked, "volume-unknown i1: web uses volume v1, which was not looked up: cinder's database is not open" },
	{ i1_is_in_error, "expected-state i1: web is in ERROR and will be ACTIVE" },
	{ i1_was_stopped_before, "expected-state i1: web is in ERROR, was stopped before that, and will be ACTIVE" },
	{ i1_was_stopped_by_its_user, "" },
	{ i1_was_stopped_by_nova, "stopped-by-nova i1: web was found off by nova 10 min ago, and nobody has asked for that: it stays stopped" },
	{ i1_runs_again_since_nova_stopped_it, "" },
	{ i1_was_stopped_before_a_run,
	    "expected-state i1: web is in ERROR, was stopped before run 20260131T030405Z-host-evacuate-1a2b3c4d, and will be ACTIVE" },
};

static void an_instance_is_left_out_or_said_to_be_in_danger(void **state)
{
	(void)state;
	run_cases(cases, COUNT(cases));
}

static void the_first_volume_backed_instance_goes_alone_and_the_sum_is_said(void **state)
{
	struct findings findings = { 0 };

	(void)state;
	guards_run(&f.scene, &findings);
	assert_int_equal(findings.n, 2);
	assert_string_equal(findings.v[0].code, "cinder-credentials-unknown");
	assert_string_equal(findings.v[0].subject, "c1");
	assert_string_equal(findings.v[1].code, "capacity-unknown");
	assert_string_equal(findings.v[1].message, "2 instances need 6 vCPU and 6144 MB on the other hosts");
	assert_false(findings_stop(&findings));
	findings_free(&findings);
	f.request.what.target_host = "c2";
	f.scene.nova.target_compute = &f.nova_service[C2];
	f.candidate[I1].wanted = false;
	guards_run(&f.scene, &findings);
	assert_int_equal(findings.n, 1); /* nobody uses a volume */
	assert_string_equal(findings.v[0].message, "1 instance needs 4 vCPU and 4096 MB on c2");
	findings_free(&findings);
	f.candidate[I2].wanted = false;
	guards_run(&f.scene, &findings);
	assert_int_equal(findings.n, 0);
}

static void the_hint_of_a_dead_owner_is_the_command_that_comes_first(void **state)
{
	struct findings findings = { 0 };
	size_t i;

	(void)state;
	the_owner_stays_dead();
	guards_run(&f.scene, &findings);
	assert_string_equal(findings.v[0].hint, "move its volumes first: evac-manage volume update_host --currenthost c1@rbd --newhost c2@rbd; "
	    "or leave it out: --exclude i1");
	findings_free(&findings);
	for (int round = 0; round < 2; round++) { /* nor one that is down, or of another name */
		f.cinder_service[C2_VOLUME].disabled = round == 0;
		f.cinder_service[C2_VOLUME].cluster_name = round == 1 ? "cl@rbd" : NULL; /* clustered would stop it */
		guards_run(&f.scene, &findings);
		for (i = 0; strcmp(findings.v[i].code, "volume-owner-dead") != 0; i++)
			;
		assert_string_equal(findings.v[i].hint, "move its volumes first with volume update_host; no live cinder-volume outside a cluster has a backend "
		    "'rbd': 'evac-manage service list' shows all; or leave it out: --exclude i1");
		findings_free(&findings);
	}
}

static void a_disk_that_may_be_lost_is_accepted_by_id_or_by_a_name_that_is_one_instances(void **state)
{
	static const struct {
		const char *accept;
		bool same_names, accepted;
	} words[] = {
		{ "local-disk", false, true }, { "local-disk:i2", false, true }, { "local-disk:i1", false, false },
		{ "local-disk:db", false, true }, { "local-disk:web", false, false }, { "local-disk:db", true, false },
		{ "local-disk:i2", true, true },
	};
	struct findings findings = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		fixture_init(&f);
		disks_are_local();
		if (words[i].same_names)
			f.instance[I1].name = "db";
		fixture_accept(&f, words[i].accept);
		guards_run(&f.scene, &findings);
		if ((findings_skip(&findings, "i2") == NULL) != words[i].accepted)
			fail_msg("--accept %s", words[i].accept);
		findings_free(&findings);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_instance_is_left_out_or_said_to_be_in_danger),
		in_a_scene(the_first_volume_backed_instance_goes_alone_and_the_sum_is_said),
		in_a_scene(the_hint_of_a_dead_owner_is_the_command_that_comes_first),
		in_a_scene(a_disk_that_may_be_lost_is_accepted_by_id_or_by_a_name_that_is_one_instances),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

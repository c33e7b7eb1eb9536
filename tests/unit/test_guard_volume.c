/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "guard_cases.h"

static struct cluster_fact of_cluster = { "c1@rbd", "cl@rbd", false, { [OWNED_VOLUME] = 1, [OWNED_GROUP] = 2 } };

static void rows_are_of_a_cluster(bool is_up)
{
	of_cluster.is_up = is_up;
	f.scene.cinder.cluster_fact = &of_cluster;
	f.scene.cinder.ncluster_fact = 1;
	f.cinder_service[C1_VOLUME].cluster_name = "cl@rbd";
}

static void rows_are_of_a_dead_cluster(void)
{
	rows_are_of_a_cluster(false);
}

static void rows_are_of_a_live_cluster(void)
{
	rows_are_of_a_cluster(true);
	f.scene.subject.nmove = 1;
	f.scene.subject.move = &f.move[MOVE_BACKUP]; /* nothing else of the host moves */
}

static void the_new_owner_is_a_member(void)
{
	f.cinder_service[C2_VOLUME].cluster_name = "cl@rbd";
}

static void the_new_owner_is_a_member_and_that_is_meant(void)
{
	the_new_owner_is_a_member();
	f.request.what.to_cluster = true;
}

static void the_new_owner_is_no_member_and_a_cluster_is_meant(void)
{
	f.request.what.to_cluster = true;
}

static void nothing_goes_to_the_member(void)
{
	the_new_owner_is_a_member();
	f.volume[0].left_out = f.volume[1].left_out = f.group[0].left_out = true;
}

static void a_volume_migrates(void)
{
	f.volume[1].migration_status = "migrating";
	f.volume[0].migration_status = "success";
}

static void a_migrating_volume_is_left_out(void)
{
	a_volume_migrates();
	f.volume[1].left_out = true;
	f.volume[0].status = "attaching";
	f.volume[0].left_out = true;
}

static void a_live_migration_is_under_way(void)
{
	f.migration.migration_type = "live-migration";
	f.candidate[I1].open = &f.migration;
}

static void a_move_of_an_unwanted_instance_is_under_way(void)
{
	f.candidate[I1].open = &f.migration;
	f.candidate[I1].wanted = false;
}

static void a_resize_to_c3_is_under_way(void)
{
	f.candidate[I1].open = &f.migration;
	f.migration.migration_type = NULL;
	f.migration.dest_compute = "c3";
	f.migration.status = "pre-migrating";
}

static void the_cluster_takes_three_rows(void)
{
	f.cinder.server.galera_max_rows = 3;
}

static void the_cluster_takes_four_rows(void)
{
	f.cinder.server.galera_max_rows = 4;
}

static void the_cluster_takes_few_bytes(void)
{
	f.cinder.server.galera_max_bytes = 10000;
}

static void the_group_takes_few_bytes(void)
{
	f.cinder.server.group_max_bytes = 4095;
}

static void the_group_takes_enough(void)
{
	f.cinder.server.group_max_bytes = 4096;
}

static void cinders_member_has_no_majority(void)
{
	f.cinder.server.group = true;
	snprintf(f.cinder.server.text, sizeof f.cinder.server.text, "db1:3306 group=g");
	snprintf(f.cinder.server.group_state, sizeof f.cinder.server.group_state, "ONLINE, 1 of 3 members are reachable");
}

static void cinders_server_is_read_only(void)
{
	f.cinder.server.read_only = true;
}

static void cinders_server_logs_statements(void)
{
	f.cinder.server.logs_statements = true;
}

static void cinders_node_is_not_ready(void)
{
	f.cinder.server.galera = true;
	snprintf(f.cinder.server.text, sizeof f.cinder.server.text, "db1:3306 galera");
}

/* Beside an evacuation it is only read. */
static void only_instances_go_and_cinders_server_is_read_only(void)
{
	f.cinder.server.read_only = true;
	f.scene.subject.evacuates = true;
	f.scene.subject.moves_things = false;
	f.scene.subject.nmove = 0;
}

static void rows_are_in_the_middle_of_something(void)
{
	f.volume[0].status = "attaching";
	f.volume[1].status = "backing-up";
	f.group[0].status = "updating";
	f.backup[0].status = "restoring";
	f.move[MOVE_VOLUMES].rows[OWNED_WORKER] = (struct owned_rows){ .v = f.worker, .n = 1 };
}

static void another_backend_owns_volumes(void)
{
	f.owner[3] = (struct owner){ .kind = "volume", .host = "c1@lvm", .n = 1 };
	f.owner[4] = (struct owner){ .kind = "volume", .host = "c10@lvm", .n = 3 };
	f.owner[5] = (struct owner){ .kind = "backup", .host = "c1", .n = 3 };
	f.scene.cinder.owners.n = 6;
}

/* It has a live owner: nothing has to be done about it. */
static void another_backend_is_alive(void)
{
	f.owner[3] = (struct owner){ .kind = "volume", .host = "c1@lvm", .n = 1, .cluster_name = "cl@lvm" };
	f.scene.cinder.owners.n = 4;
	f.cinder_service[C2_BACKUP] = (struct cinder_service){ .id = 4, .host = "c4@lvm", .binary = "cinder-volume", .cluster_name = "cl@lvm",
		.zone = "nova", .heartbeat_age_s = AGE(5) };
	f.scene.subject.nmove = 1;
}

static void another_pool_owns_volumes(void)
{
	host_name_parse("c1@rbd#ssd", &f.move[MOVE_VOLUMES].from);
	f.owner[3] = (struct owner){ .kind = "volume", .host = "c1@rbd#hdd", .n = 3 };
	f.owner[4] = (struct owner){ .kind = "volume", .host = "c2@rbd#hdd", .n = 3 };
	f.scene.cinder.owners.n = 5;
}

static void names_look_alike(void)
{
	f.owner[3] = (struct owner){ .kind = "volume", .host = "C1@rbd#ssd", .n = 1 };
	f.owner[4] = (struct owner){ .kind = "backup", .host = "C1", .n = 2 };
	f.owner[5] = (struct owner){ .kind = "volume", .host = "c12@rbd", .n = 2 };
	f.scene.cinder.owners.n = 6;
}

static void an_underscore_is_any_letter(void)
{
	host_name_parse("c_1@rbd", &f.move[MOVE_VOLUMES].from);
	f.volume[0].host = f.volume[1].host = f.owner[C1_SSD].host = "c_1@rbd#ssd";
	f.scene.subject.host = "c_1";
	f.owner[3] = (struct owner){ .kind = "volume", .host = "cx1@rbd", .n = 1 };
	f.scene.cinder.owners.n = 4;
}

static const struct guard_case cases[] = {
	{ rows_are_of_a_dead_cluster,
	  "cluster-dead cl@rbd: 1 volume, 2 groups of 'c1@rbd' belong to cluster 'cl@rbd'; none of its members ('c1@rbd') reports: they move" },
	{ rows_are_of_a_live_cluster,
	  "cluster-serves cl@rbd: 1 volume, 2 groups of 'c1@rbd' belong to cluster 'cl@rbd', which has a live member: they stay" },
	{ the_new_owner_is_a_member, "clustered c2@rbd: 'c2@rbd' is a member of cluster 'cl@rbd'" },
	{ the_new_owner_is_a_member_and_that_is_meant, "" },
	{ the_new_owner_is_no_member_and_a_cluster_is_meant, "clustered c2@rbd: 'c2@rbd' is a member of no cluster" },
	{ nothing_goes_to_the_member, "" },
	{ a_migrating_volume_is_left_out, "" },
	{ another_backend_is_alive, "" },
	{ a_volume_migrates, "in-flight v2: volume v2 is being migrated (migration_status 'migrating')" },
	{ a_live_migration_is_under_way, "in-flight i1: instance i1 has a migration (live-migration, id 9) that is 'accepted'" },
	{ a_move_of_an_unwanted_instance_is_under_way, "" },
	{ a_resize_to_c3_is_under_way, "in-flight i1: instance i1 has a migration (of no type, id 9) that is 'pre-migrating' to c3" },
	{ the_cluster_takes_three_rows, "unit-too-large c1: 4 rows in one transaction; the cluster allows 3" },
	{ the_cluster_takes_four_rows, "" },
	{ the_cluster_takes_few_bytes, "unit-too-large c1: 4 rows may be larger than the 10000 bytes that the cluster allows" },
	{ the_group_takes_few_bytes, "unit-too-large c1: 4 rows may be larger than the 4095 bytes that the group allows"
	                             " (group_replication_transaction_size_limit)" },
	{ the_group_takes_enough, "" },
	{ cinders_member_has_no_majority, "database-not-writable cinder's database: cinder's database (db1:3306 group=g) is a member of a group that"
	                                  " takes no writes: ONLINE, 1 of 3 members are reachable" },
	{ cinders_server_is_read_only, "database-not-writable cinder's database: cinder's database (db1:3306) is read only" },
	{ cinders_server_logs_statements,
	  "database-not-writable cinder's database: cinder's database (db1:3306) writes its binary log as statements (binlog_format): it takes no"
	  " write under READ COMMITTED (1665)" },
	{ cinders_node_is_not_ready,
	  "database-not-writable cinder's database: cinder's database (db1:3306 galera) is a Galera node that is not ready" },
	{ only_instances_go_and_cinders_server_is_read_only, "" },
	{ rows_are_in_the_middle_of_something, "transitional v1: volume v1 is 'attaching'\n"
	                                       "transitional v2: volume v2 is 'backing-up'\n"
	                                       "transitional g1: group g1 is 'updating'\n"
	                                       "transitional w1: worker w1 is 'deleting'\n"
	                                       "transitional b1: backup b1 is 'restoring'" },
	{ another_backend_owns_volumes, "other-backends-remain c1@lvm: 'c1@lvm' owns 1 volume that this command does not move" },
	{ another_pool_owns_volumes, "other-backends-remain c1@rbd#hdd: 'c1@rbd#hdd' owns 3 volumes that this command does not move" },
	{ names_look_alike, "similar-names C1@rbd#ssd: 'C1@rbd#ssd' (1 volume) is another host than 'c1@rbd': not touched\n"
	                    "similar-names C1: 'C1' (2 backups) is another host than 'c1': not touched" },
	{ an_underscore_is_any_letter, /* nothing of cinder's is on that node */
	    "witnesses-share-a-wire c_1: all evidence that 'c_1' is dead came through the message broker; a host that has lost the broker alone looks the same\n"
	    "similar-names cx1@rbd: 'cx1@rbd' (1 volume) is another host than 'c_1@rbd': not touched" },
};

static void what_moves_is_looked_at_row_by_row(void **state)
{
	(void)state;
	run_cases(cases, COUNT(cases));
}

static void who_cleans_up_is_said_by_kind_and_state(void **state)
{
	static const char *const who[] = { "no service continues it", "cinder-backup cleans it up", "no service continues it",
		"cinder-volume cleans it up", "cinder-backup cleans it up" };
	struct findings findings = { 0 };

	(void)state;
	rows_are_in_the_middle_of_something();
	guard_ask(row("transitional"), &f.scene, &findings);
	assert_int_equal(findings.n, COUNT(who));
	for (size_t i = 0; i < COUNT(who); i++)
		assert_non_null(strstr(findings.v[i].hint, who[i]));
	findings_free(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_moves_is_looked_at_row_by_row),
		in_a_scene(who_cleans_up_is_said_by_kind_and_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

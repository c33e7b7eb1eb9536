/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "guard_cases.h"

/* Findings about one service, cluster, volume or migration, and about what was under way: each is absent, then one thing changes,
 * and it is there, about what changed. */

static struct cinder_service services[CINDER_SERVICES + 1];
static struct service_reference reference;
static struct cluster cluster;
static struct cluster_row cluster_row;
static struct unfinished unfinished;
static struct consumer_fact consumer;
static struct standing_migration migration;
static struct closing closing;

/* ---- services, clusters, volumes */

static void two_services(void)
{
	memcpy(services, f.cinder_service, sizeof f.cinder_service);
	services[CINDER_SERVICES] = services[C2_BACKUP];
	services[CINDER_SERVICES].id = 9;
	f.move[MOVE_VOLUMES].target = &services[C2_VOLUME];
	f.move[MOVE_BACKUP].target = &services[C2_BACKUP];
	f.scene.cinder.services.v = services;
}
static void with_the_second(void)
{
	f.scene.cinder.services.n = CINDER_SERVICES + 1;
}
static void failed_over(void)
{
	f.cinder_service[C2_VOLUME].replication_status = "failed-over";
}
static void no_schema(void)
{
	strcpy(f.scene.cinder.schema.missing, "volumes.service_uuid");
}
static void a_dead_service(void)
{
	f.scene.subject.service = &f.cinder_service[C1_VOLUME];
}
static void that_reports(void)
{
	f.cinder_service[C1_VOLUME].heartbeat_age_s = AGE(3);
}
static void named_by_id(void)
{
	a_dead_service();
	reference = (struct service_reference){ .kind = "volume", .n = 3 };
	f.scene.subject.references = (struct service_references){ .v = &reference, .n = 1 };
}
static void named_as_owner(void)
{
	named_by_id();
	reference.by_name = true;
}
static void a_cluster(void)
{
	cluster = (struct cluster){ .name = "cl@rbd", .binary = "cinder-volume" };
	f.scene.subject.cluster = &cluster;
	f.request.what.binary = "cinder-volume";
}
static void with_a_member(void)
{
	f.cinder_service[C2_VOLUME].cluster_name = "cl@rbd";
}
static void with_a_row(void)
{
	cluster_row = (struct cluster_row){ .kind = "volume", .id = "v1", .cluster_name = "cl@rbd#ssd" };
	f.scene.subject.cluster_rows = (struct cluster_rows){ .v = &cluster_row, .n = 1 };
}
static void a_new_name(void)
{
	cluster = (struct cluster){ .name = "new@rbd", .binary = "cinder-volume" };
	f.scene.cinder.clusters = (struct clusters){ .v = &cluster, .n = 1 };
	f.request.what.new_name = "new";
	with_a_row();
}
static void of_no_cluster(void)
{
	cluster.name = "newer@rbd";
}
static void a_live_clusters_new_name(void)
{
	a_new_name();
	f.request.what.name = "cl";
	f.request.what.new_name = "new";
	f.cinder_service[C1_VOLUME].cluster_name = "cl@rbd"; /* a dead member, and one that lives */
	f.cinder_service[C2_VOLUME].cluster_name = "cl@rbd";
	two_services();
	services[CINDER_SERVICES].binary = "cinder-volume";
	services[CINDER_SERVICES].host = "c3@rbd";
	services[CINDER_SERVICES].cluster_name = "new@rbd";
	with_the_second();
}
static void of_a_dead_one(void)
{
	services[CINDER_SERVICES].heartbeat_age_s = AGE(61);
}
static void a_full_rename(void)
{
	a_new_name();
	f.request.what.full_rename = true;
	cluster_row.cluster_name = "cl@rbd";
}
static void of_a_pool(void)
{
	cluster_row.cluster_name = "cl@rbd#ssd";
}
static void a_volume(void)
{
	f.scene.subject.volume = (struct volume_removal){ .id = "v1", .status = "error" };
}
static void that_is_somewhere(void)
{
	f.scene.subject.volume.host = "c1@rbd#ssd";
}
static void that_has_a_snapshot(void)
{
	f.scene.subject.volume.snapshots = 1;
}
static void groups_and_volumes(void)
{
	f.scene.subject.kinds = 1u << OWNED_GROUP | 1u << OWNED_VOLUME;
}
static void groups_alone(void)
{
	f.scene.subject.kinds = 1u << OWNED_GROUP;
}

/* ---- what was under way */

static void is_unfinished(const char *kind)
{
	unfinished = (struct unfinished){ .kind = kind, .id = "u1", .volume_id = "v1", .status = "creating", .host = "c3" };
	f.move[MOVE_VOLUMES].unfinished = (struct unfinished_rows){ .v = &unfinished, .n = 1 };
}
static void a_snapshot(void)
{
	is_unfinished("snapshot");
}
static void a_backup(void)
{
	is_unfinished("backup");
}
static void a_local_attachment(void)
{
	is_unfinished("local attachment");
}
static void a_stray_attachment(void)
{
	is_unfinished("stray attachment");
}
static void a_deletion(void)
{
	is_unfinished("volume");
	unfinished.status = "deleting";
}
static void an_empty_queue(void)
{
	consumer = (struct consumer_fact){ .queue = "cinder-volume.c1@rbd.c1", .now = { .exists = true } };
	f.scene.bus.consumer = &consumer;
	f.scene.bus.nconsumer = 1;
}
static void with_a_message(void)
{
	consumer.now.messages = 1;
}
static void a_clock_ahead(void)
{
	f.cinder_service[C2_VOLUME].heartbeat_age_s = AGE(-30);
}

/* ---- moves alone, migrations, the journal */

static void a_move_of_both(void)
{
	fixture_moves_only(&f);
	f.request.what.newhost = "c2@rbd";
}
static void of_volumes_alone(void)
{
	f.scene.subject.nmove = MOVE_VOLUMES + 1;
}
static void owned_by_the_node(void)
{
	fixture_moves_only(&f);
}
static void owned_by_a_common_name(void)
{
	f.scene.subject.host = "c9";
}
static void an_open_evacuation(void)
{
	migration = (struct standing_migration){ .id = 7, .instance_uuid = "i1", .status = "pre-migrating", .migration_type = "evacuation",
		.source_compute = "c1", .dest_compute = "c2", .idle_s = AGE(100000), .instance_idle_s = AGE(100000) };
	closing = (struct closing){ .migration = &migration };
	closing.signs.events = &closing.events;
	f.scene.subject.closing = &closing;
	f.scene.subject.closes = true;
}
static void that_is_done(void)
{
	migration.status = "done";
}
static struct nova_service queens;

static void a_done_evacuation_of_queens(void)
{
	an_open_evacuation();
	that_is_done();
	queens = (struct nova_service){ .binary = "nova-compute", .host = "c1", .version = 30, .heartbeat_age_s = AGE(100001) };
	f.scene.nova.compute = &queens;
}
static void that_its_source_has_not_completed(void)
{
	queens.heartbeat_age_s = AGE(5);
}
static void that_was_just_written(void)
{
	migration.idle_s = AGE(3);
}
static struct action_event begun;

static void an_accepted_evacuation(void)
{
	an_open_evacuation();
	migration.status = "accepted";
	closing.signs.queue_known = closing.signs.computes_known = true;
}
static void that_a_conductor_has_begun(void)
{
	begun = (struct action_event){ .event = "rebuild_server", .host = "ctl1" };
	closing.events = (struct action_events){ .v = &begun, .n = 1 };
}
static void that_no_conductor_has_begun(void)
{
	an_accepted_evacuation();
	closing.events.n = 0;
}
static void an_evacuation_that_a_dead_compute_had(void)
{
	an_open_evacuation();
	begun = (struct action_event){ .event = "compute_rebuild_instance", .host = "c2" };
	closing.events = (struct action_events){ .v = &begun, .n = 1 };
}
static void that_is_alive(void)
{
	closing.signs.dest_up = true;
}
static void no_scheduler_ever(void)
{
	f.scene.subject.evacuates = true;
}
static void that_left_a_request(void)
{
	f.scene.bus.scheduler = (struct bus_queue){ .exists = true, .messages = 1, .consumers = 0 };
}
static void a_forced_target(void)
{
	f.request.what.force = true;
	f.scene.bus.scheduler = (struct bus_queue){ .exists = true, .messages = 0, .consumers = 1 };
}
static void an_instance_at_home(void)
{
	f.scene.subject.evacuates = true;
}
static void that_has_room_elsewhere(void)
{
	static struct claimed_room on_c3 = { .uuid = "p3", .name = "c3" };

	f.candidate[0].unexplained = (struct unexplained){ .v = &on_c3, .n = 1 };
}
static void a_journal_in_memory(void)
{
	f.scene.journal_file_system = "tmpfs";
}

static const struct both {
	const char *code;
	void (*without)(void), (*cause)(void);
	const char *subject;
} both[] = {
	{ "duplicate-services", two_services, with_the_second, "c2" },
	{ "target-failed-over", NULL, failed_over, "c2@rbd" },
	{ "schema-unknown", NULL, no_schema, "cinder" },
	{ "service-alive", a_dead_service, that_reports, "c1@rbd" },
	{ "service-owns", named_by_id, named_as_owner, "c1@rbd" },
	{ "service-referenced", named_as_owner, named_by_id, "c1@rbd" },
	{ "cluster-has-hosts", a_cluster, with_a_member, "c2@rbd" },
	{ "cluster-owns", a_cluster, with_a_row, "cl@rbd" },
	{ "target-down", a_live_clusters_new_name, of_a_dead_one, "new" },
	{ "cluster-unknown", a_new_name, of_no_cluster, "new" },
	{ "pools-lost", a_full_rename, of_a_pool, "new" },
	{ "volume-has-owner", a_volume, that_is_somewhere, "v1" },
	{ "volume-in-use", a_volume, that_has_a_snapshot, "v1" },
	{ "group-volumes-stay", groups_and_volumes, groups_alone, "c1@rbd#ssd" },
	{ "snapshot-in-flight", a_backup, a_snapshot, "u1" },
	{ "backup-elsewhere", a_snapshot, a_backup, "u1" },
	{ "local-attachment", a_stray_attachment, a_local_attachment, "u1" },
	{ "stray-attachment", a_local_attachment, a_stray_attachment, "u1" },
	{ "delete-pending", a_snapshot, a_deletion, "u1" },
	{ "casts-waiting", an_empty_queue, with_a_message, "cinder-volume.c1@rbd.c1" },
	{ "clock-ahead", NULL, a_clock_ahead, "c2@rbd" },
	{ "backups-remain", a_move_of_both, of_volumes_alone, "c1" },
	{ "shared-backend-host", owned_by_the_node, owned_by_a_common_name, "c9" },
	{ "migration-not-closable", an_open_evacuation, that_is_done, "7" },
	{ "done-not-completed", a_done_evacuation_of_queens, that_its_source_has_not_completed, "7" },
	{ "service-restart-needed", an_accepted_evacuation, that_a_conductor_has_begun, "7" },
	{ "service-restart-needed", an_evacuation_that_a_dead_compute_had, that_is_alive, "7" },
	{ "conductor-may-be-frozen", an_evacuation_that_a_dead_compute_had, that_no_conductor_has_begun, "7" },
	{ "scheduler-missing", no_scheduler_ever, that_left_a_request, "scheduler" },
	{ "scheduler-missing", a_forced_target, that_left_a_request, "scheduler" },
	{ "allocation-unexplained", an_instance_at_home, that_has_room_elsewhere, "i1" },
	{ "migration-in-progress", an_open_evacuation, that_was_just_written, "7" },
	{ "journal-volatile", NULL, a_journal_in_memory, "journal" },
};

static const struct finding *find(const struct findings *findings, const char *code)
{
	const struct finding *found = NULL;

	for (size_t i = 0; i < findings->n && !found; i++)
		if (strcmp(findings->v[i].code, code) == 0)
			found = &findings->v[i];
	finding_seen(code, found != NULL);
	return found;
}

static void each_is_there_with_its_cause_and_not_without(void **state)
{
	struct findings findings = { 0 };
	const struct finding *found;

	(void)state;
	for (const struct both *b = both; b < both + COUNT(both); b++) {
		fixture_init(&f);
		if (b->without)
			b->without();
		guards_run(&f.scene, &findings);
		if (find(&findings, b->code))
			fail_msg("%s is there without its cause", b->code);
		findings_free(&findings);
		b->cause();
		guards_run(&f.scene, &findings);
		found = find(&findings, b->code);
		if (!found)
			fail_msg("%s is not there", b->code);
		assert_string_equal(found->subject, b->subject);
		assert_int_equal(found->severity, row(b->code)->severity);
		answers_for_nobody(found);
		findings_free(&findings);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_scene(each_is_there_with_its_cause_and_not_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

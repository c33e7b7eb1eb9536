/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_SCENE_H
#define TEST_SCENE_H

/* A world in which everything is as it should be for a rescue: c1 is dead and fenced, c2 takes over its backend and its backups,
 * c2 to c4 can take its two instances. Each test changes one thing in it. No server is asked: the rooms of the database and the
 * broker are opened from inside, for the two structs that the guards look at. */

#include <string.h>

#include "../../src/bus/internal.h"
#undef CHANNEL
#include "../../src/db/internal.h"
#include "find/scene.h"

#define SPEC(version)                                                                              \
	"{\"nova_object.name\":\"RequestSpec\",\"nova_object.namespace\":\"nova\",\"nova_object.version\":\"" version          \
	"\",\"nova_object.data\":{}}"

enum { C1_VOLUME, C2_VOLUME, C1_BACKUP, C2_BACKUP, CINDER_SERVICES };
enum { C1, C2, C3, C4, CONDUCTOR, NOVA_SERVICES };
enum { C1_SSD, C2_SSD, OWN_BACKUP, OWNERS = 6 };
enum { MOVE_VOLUMES, MOVE_BACKUP, MOVES };
enum { I1, I2, INSTANCES };

static char scene_cinder_label[] = "cinder's database", scene_cell_label[] = "cell 'cell1'", scene_where[] = "db1:3306";

struct fixture {
	struct request request;
	struct world world;
	struct db cinder, cell_db;
	struct bus bus;
	struct broker_config broker_config;
	struct nova_cell cell;
	struct cell_facts facts;
	struct cinder_service cinder_service[CINDER_SERVICES];
	struct nova_service nova_service[NOVA_SERVICES];
	struct compute_node node[3];
	struct owner owner[OWNERS];
	struct move move[MOVES];
	struct owned volume[2], group[1], backup[1], worker[1], cache[1], cg[1];
	struct instance instance[INSTANCES];
	struct bdm bdm[2];
	struct volume_fact fact[INSTANCES][2];
	struct migration migration;
	struct candidate candidate[INSTANCES];
	const char *accept[4], *only[4], *exclude[4];
	char server[32], token_origin[32], token[32], token_user[32], token_project[32];
	struct scene scene;
};

#define AGE(s) ((struct maybe_int){ true, s })

static inline void fixture_cinder(struct fixture *f)
{
	f->cinder_service[C1_VOLUME] = (struct cinder_service){ .id = 1, .uuid = "s1", .host = "c1@rbd", .binary = "cinder-volume",
		.zone = "nova", .heartbeat_age_s = AGE(500) };
	f->cinder_service[C2_VOLUME] = (struct cinder_service){ .id = 2, .uuid = "s2", .host = "c2@rbd", .binary = "cinder-volume",
		.zone = "nova", .heartbeat_age_s = AGE(5) };
	f->cinder_service[C1_BACKUP] = (struct cinder_service){ .id = 3, .uuid = "s3", .host = "c1", .binary = "cinder-backup",
		.zone = "nova", .heartbeat_age_s = AGE(500) };
	f->cinder_service[C2_BACKUP] = (struct cinder_service){ .id = 4, .uuid = "s4", .host = "c2", .binary = "cinder-backup",
		.zone = "nova", .heartbeat_age_s = AGE(5) };
	f->owner[C1_SSD] = (struct owner){ .kind = "volume", .host = "c1@rbd#ssd", .n = 2 };
	f->owner[C2_SSD] = (struct owner){ .kind = "volume", .host = "c2@rbd#ssd", .n = 7 };
	f->owner[OWN_BACKUP] = (struct owner){ .kind = "backup", .host = "c1", .n = 1 };
	f->volume[0] = (struct owned){ .id = "v1", .name = "root", .status = "available", .host = "c1@rbd#ssd", .service = "s1" };
	f->volume[1] = (struct owned){ .id = "v2", .name = "data", .status = "in-use", .host = "c1@rbd#ssd", .service = "s1" };
	f->group[0] = (struct owned){ .id = "g1", .status = "available", .host = "c1@rbd#ssd" };
	f->backup[0] = (struct owned){ .id = "b1", .status = "available", .host = "c1" };
	f->worker[0] = (struct owned){ .id = "w1", .status = "deleting", .service = "1", .race_preventer = "4" };
	f->cache[0] = (struct owned){ .id = "e1", .host = "c1@rbd#ssd" };
	f->cg[0] = (struct owned){ .id = "cg1", .status = "available", .host = "c1@rbd#ssd" };
	host_name_parse("c1@rbd", &f->move[MOVE_VOLUMES].from);
	host_name_parse("c2@rbd", &f->move[MOVE_VOLUMES].to);
	f->move[MOVE_VOLUMES].kind = MOVE_BACKEND;
	f->move[MOVE_VOLUMES].source = &f->cinder_service[C1_VOLUME];
	f->move[MOVE_VOLUMES].target = &f->cinder_service[C2_VOLUME];
	f->move[MOVE_VOLUMES].target_known = true;
	f->move[MOVE_VOLUMES].rows[OWNED_VOLUME] = (struct owned_rows){ .v = f->volume, .n = 2 };
	f->move[MOVE_VOLUMES].rows[OWNED_GROUP] = (struct owned_rows){ .v = f->group, .n = 1 };
	host_name_parse("c1", &f->move[MOVE_BACKUP].from);
	host_name_parse("c2", &f->move[MOVE_BACKUP].to);
	f->move[MOVE_BACKUP].kind = MOVE_BACKUPS;
	f->move[MOVE_BACKUP].source = &f->cinder_service[C1_BACKUP];
	f->move[MOVE_BACKUP].target = &f->cinder_service[C2_BACKUP];
	f->move[MOVE_BACKUP].target_known = true;
	f->move[MOVE_BACKUP].rows[OWNED_BACKUP] = (struct owned_rows){ .v = f->backup, .n = 1 };
}

static inline void fixture_nova(struct fixture *f)
{
	static const char *const hosts[] = { "c1", "c2", "c3", "c4" };

	for (int i = C1; i <= C4; i++)
		f->nova_service[i] = (struct nova_service){ .id = 10 + i, .host = hosts[i], .binary = "nova-compute", .version = 64,
			.heartbeat_age_s = AGE(i == C1 ? 500 : 5) };
	f->nova_service[CONDUCTOR] = (struct nova_service){ .id = 20, .host = "ctl", .binary = "nova-conductor", .version = 64,
		.heartbeat_age_s = AGE(5) };
	f->node[0] = (struct compute_node){ .id = 1, .host = "c1", .hypervisor_hostname = "c1.example" };
	f->node[1] = (struct compute_node){ .id = 2, .host = "c2", .hypervisor_hostname = "c2.example", .vcpus_limit = 64,
		.memory_mb_limit = 65536, .local_gb_limit = 1000 };
	f->instance[I1] = (struct instance){ .uuid = "i1", .name = "web", .host = "c1", .node = "c1.example", .vm_state = "active",
		.launched_at = "2026-01-01", .id = 1, .vcpus = AGE(2), .memory_mb = AGE(2048) };
	f->instance[I2] = (struct instance){ .uuid = "i2", .name = "db", .host = "c1", .node = "c1.example", .vm_state = "stopped",
		.image_ref = "image", .launched_at = "2026-01-01", .id = 2, .vcpus = AGE(4), .memory_mb = AGE(4096) };
	f->bdm[0] = (struct bdm){ .instance_uuid = "i1", .volume_id = "v1" };
	f->fact[I1][0] = (struct volume_fact){ .bdm = &f->bdm[0], .owner = { .known = true, .host = "c1@rbd#ssd", .status = "in-use" },
		.service = &f->cinder_service[C1_VOLUME], .moves_first = true };
	for (int i = 0; i < INSTANCES; i++)
		f->candidate[i] = (struct candidate){ .instance = &f->instance[i], .wanted = true,
			.mapping = { .exists = true, .cell_id = AGE(2) },
			.spec = { .exists = true, .id = 1 + i, .instance_uuid = f->instance[i].uuid, .spec = SPEC("1.14") },
			.needs = { .known = true, .vcpus = f->instance[i].vcpus.v, .memory_mb = f->instance[i].memory_mb.v } };
	f->candidate[I1].volume = f->fact[I1];
	f->candidate[I1].nvolume = 1;
	f->migration = (struct migration){ .id = 9, .uuid = "m9", .instance_uuid = "i1", .status = "accepted",
		.migration_type = "evacuation", .source_compute = "c1" };
}

/* What the specs say, as find reads it; again where a case has changed one. */
static inline void fixture_read_specs(struct fixture *f)
{
	static struct arena texts;

	arena_free(&texts);
	for (size_t i = 0; i < INSTANCES; i++) {
		json_object *spec = request_spec_open(&f->candidate[i].spec);

		request_spec_facts(spec, &texts, &f->candidate[i].spec_facts);
		json_object_put(spec);
	}
}

/* ${f} must stay where it is: its parts point at each other. */
static inline void fixture_init(struct fixture *f)
{
	memset(f, 0, sizeof *f);
	f->request = (struct request){ .command = "host rescue", .what.host = "c1", .what.to = "c2", .how.fenced = "iLO: off, Ann",
		.how.accept = { .v = f->accept }, .what.only = { .v = f->only }, .what.exclude = { .v = f->exclude }, .how.max_in_flight = 2 };
	strcpy(f->server, "127.0.0.1:5672");
	f->bus.server = f->server;
	f->broker_config.queues = QUEUES_CLASSIC;
	f->bus.config = &f->broker_config;
	fixture_cinder(f);
	fixture_nova(f);
	f->cinder.label = scene_cinder_label;
	f->cell_db.label = scene_cell_label;
	f->cinder.where = f->cell_db.where = scene_where;
	f->cell = (struct nova_cell){ .id = 2, .uuid = "cell", .name = "cell1", .db = &f->cell_db };
	f->world = (struct world){ .site = { .shared_disks = true }, .nova = { .conductor_topic = (char *)(uintptr_t)"conductor" }, .cinder_db = &f->cinder, .cell = &f->cell, .ncell = 1, .bus = &f->bus };
	f->facts = (struct cell_facts){ .cell = &f->cell, .services = { .v = f->nova_service, .n = NOVA_SERVICES },
		.nodes = { .v = f->node, .n = 2 } };
	f->scene = (struct scene){ .request = &f->request, .world = &f->world, .run = "RUN", .who = "ann", .subject.host = "c1", .subject.moves_things = true, .subject.evacuates = true,
		.subject.marks = true, .cinder.down_s = 60, .nova.down_s = 60, .cinder.services = { .v = f->cinder_service, .n = CINDER_SERVICES },
		.cinder.owners = { .v = f->owner, .n = 3, .whole = true }, .subject.move = f->move, .subject.nmove = MOVES, .nova.cell = &f->facts, .nova.ncell = 1, .nova.home = &f->facts,
		.nova.compute = &f->nova_service[C1], .nova.conductor_version = 64, .nova.release = release_of(64),
		.subject.instances = { .v = f->instance, .n = INSTANCES }, .subject.candidate = f->candidate, .subject.ncandidate = INSTANCES, .bus.has_exchange = true,
		.bus.conductor = { .exists = true, .consumers = 2 } };
	fixture_read_specs(f);
}

/* A token of an administrator that keystone knows, and its catalog. */
static inline void fixture_token(struct fixture *f)
{
	static json_object *catalog;

	if (!catalog)
		catalog = json_tokener_parse("[{\"type\":\"image\"},{\"type\":\"network\"},{\"type\":\"volumev3\"}]");
	f->world.token = (struct token){ .state = TOKEN_GOOD, .source = "file", .origin = f->token_origin, .text = f->token,
		.facts = { .user = f->token_user, .project = f->token_project, .project_id = f->token_project, .is_admin = true, .catalog = catalog } };
	strcpy(f->token_origin, "'/root/t'");
	strcpy(f->token, "gAAAA");
	strcpy(f->token_user, "ann");
	strcpy(f->token_project, "service");
}

static inline void fixture_accept(struct fixture *f, const char *word)
{
	f->accept[f->request.how.accept.n++] = word;
}

/* Moves alone, as volume update_host and backup update_backup_host see the world. */
static inline void fixture_moves_only(struct fixture *f)
{
	f->scene.subject.evacuates = f->scene.subject.marks = false;
	f->scene.subject.ncandidate = 0;
}

#endif

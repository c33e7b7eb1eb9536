/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_EVACUATION_SCENE_H
#define TEST_EVACUATION_SCENE_H

#include <string.h>

#include "../../src/bus/internal.h"
#include "bus/cast.h"
#include "findings_seen.h"
#include "guard/guard.h"
#include "plan/plan.h"
#include "util/str.h"

/* One scene of a small cloud, made by hand: host a failed, b and c are up, one instance of a wants to go. Each test changes one
 * thing and looks for its finding, and that it is not there without it. */

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define SPEC(version, more)                                                                        \
	"{\"nova_object.name\": \"RequestSpec\", \"nova_object.namespace\": \"nova\", \"nova_object.version\": \"" version         \
	"\", \"nova_object.data\": {\"availability_zone\": null" more "}}"

static struct request request;
static struct world world;
static struct broker_config broker_config = { .queues = QUEUES_CLASSIC };
static struct bus bus = { .config = &broker_config };
static struct nova_cell cells[2];
static struct cell_facts facts[2];
static struct nova_service services[4];
static struct compute_node nodes[3];
static struct instance instances[3];
static struct candidate candidates[3];
static struct scene scene;
static struct findings findings;
/* Empty lists of a scene point somewhere, as those of the database room do. */
static struct move no_move;
static struct cinder_service no_service;
static struct owner no_owner;
static struct volume_fact no_volume;

static inline void set_service(struct nova_service *s, const char *binary, const char *host, int64_t age_s)
{
	*s = (struct nova_service){ .binary = binary, .host = host, .version = 64, .heartbeat_age_s = { true, age_s } };
}

static inline void set_node(struct compute_node *n, const char *host, const char *address)
{
	*n = (struct compute_node){ .host = host, .hypervisor_hostname = host, .host_ip = address, .vcpus = 8, .memory_mb = 16384,
		.local_gb = 100, .vcpus_limit = 128, .memory_mb_limit = 16384, .local_gb_limit = 100 };
}

static inline void set_candidate(size_t i, const char *uuid, const char *name)
{
	instances[i] = (struct instance){ .uuid = uuid, .name = name, .host = "a", .node = "a", .vm_state = "active", .image_ref = "",
		.launched_at = "2026-01-01 00:00:00", .id = (int64_t)i + 1 };
	candidates[i] = (struct candidate){ .instance = &instances[i], .wanted = true, .volume = &no_volume };
	candidates[i].mapping = (struct instance_mapping){ .exists = true, .cell_id = { true, 2 } };
	candidates[i].spec = (struct request_spec){ .exists = true, .id = 1, .instance_uuid = uuid, .spec = SPEC("1.8", "") };
	candidates[i].needs = (struct needs){ .known = true, .vcpus = 2, .memory_mb = 4096, .disk_gb = 10 };
}

static inline int make_scene(void **state)
{
	(void)state;
	request = (struct request){ .command = "host evacuate", .how.fenced = "yes" };
	world = (struct world){ .site.shared_disks = true, .nova.conductor_topic = (char *)(uintptr_t)"conductor", .bus = &bus };
	cells[0] = (struct nova_cell){ .id = 2, .name = "cell1" };
	cells[1] = (struct nova_cell){ .id = 3, .name = "cell2" };
	set_service(&services[0], "nova-compute", "a", 600);
	set_service(&services[1], "nova-compute", "b", 1);
	set_service(&services[2], "nova-compute", "c", 1);
	set_service(&services[3], "nova-conductor", "ctl", 1);
	set_node(&nodes[0], "a", "192.0.2.1");
	set_node(&nodes[1], "b", "192.0.2.2");
	set_node(&nodes[2], "c", "192.0.2.3");
	facts[0] = (struct cell_facts){ .cell = &cells[0], .services = { .v = services, .n = 4 }, .nodes = { .v = nodes, .n = 3 } };
	facts[1] = (struct cell_facts){ .cell = &cells[1], .services = { .v = services, .n = 0 }, .nodes = { .v = nodes, .n = 0 } };
	set_candidate(0, "00000000-0000-4000-8000-000000000001", "one");
	scene = (struct scene){ .request = &request, .world = &world, .subject.host = "a", .subject.evacuates = true, .nova.down_s = 60,
		.cinder.down_s = 60, .nova.cell = facts, .nova.ncell = 2, .nova.home = &facts[0], .nova.compute = &services[0], .nova.conductor_version = 64,
		.nova.newest_conductor = 64, .nova.compute_version = 64, .nova.builder_version = 64, .subject.candidate = candidates, .subject.ncandidate = 1,
		.subject.move = &no_move, .cinder.services = { .v = &no_service, .n = 0 }, .cinder.owners = { .v = &no_owner, .n = 0 },
		.bus.has_exchange = true, .bus.conductor = { .exists = true, .consumers = 1 } };
	scene.nova.release = release_of(64);
	return 0;
}

static inline int drop_scene(void **state)
{
	(void)state;
	findings_free(&findings);
	arena_free(&scene.arena);
	return 0;
}

static inline void read_specs(void)
{
	for (size_t i = 0; i < scene.subject.ncandidate; i++) {
		json_object *spec = request_spec_open(&candidates[i].spec);

		request_spec_facts(spec, &scene.arena, &candidates[i].spec_facts);
		json_object_put(spec);
	}
}

/* The finding of this code, or NULL. */
static __attribute__((noinline)) const struct finding *find(const char *code)
{
	read_specs();
	findings_free(&findings);
	guards_run(&scene, &findings);
	for (size_t i = 0; i < findings.n; i++)
		if (strcmp(findings.v[i].code, code) == 0) {
			finding_seen(code, true);
			return &findings.v[i];
		}
	finding_seen(code, false);
	return NULL;
}

static inline void assert_found(const char *code, const char *word)
{
	const struct finding *f = find(code);

	if (!f)
		fail_msg("no finding '%s'", code);
	if (!strstr(f->message, word) && !strstr(f->hint, word))
		fail_msg("finding '%s' does not say '%s': %s (%s)", code, word, f->message, f->hint);
}

static inline void assert_quiet(const char *code)
{
	const struct finding *f = find(code);

	if (f)
		fail_msg("finding '%s': %s", code, f->message);
}

static inline void use_release(int64_t version)
{
	scene.nova.conductor_version = scene.nova.newest_conductor = scene.nova.compute_version = scene.nova.builder_version = version;
	scene.nova.release = release_of(version);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_scene, drop_scene)

#endif

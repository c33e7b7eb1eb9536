/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "find/scene.h"
#include "util/log.h"
#include "util/str.h"

/* With thousands of instances each port finds its own by halving. */
static int by_uuid(const void *x, const void *y)
{
	const struct candidate *const *a = x, *const *b = y;

	return strcmp((*a)->instance->uuid, (*b)->instance->uuid);
}

static struct candidate **candidates_by_uuid(const struct scene *scene)
{
	struct candidate **sorted = xcalloc(scene->subject.ncandidate + 1, sizeof *sorted);

	for (size_t i = 0; i < scene->subject.ncandidate; i++)
		sorted[i] = &scene->subject.candidate[i];
	vec_sort(sorted, scene->subject.ncandidate, sizeof *sorted, by_uuid);
	return sorted;
}

static struct candidate *candidate_with_uuid(const struct scene *scene, struct candidate *const *sorted, const char *uuid)
{
	const struct instance instance = { .uuid = uuid };
	const struct candidate key = { .instance = &instance }, *k = &key;
	struct candidate *const *found = vec_search(&k, sorted, scene->subject.ncandidate, sizeof *sorted, by_uuid);

	return found ? *found : NULL;
}

static struct words devices_of(const struct scene *scene)
{
	struct candidate **sorted = candidates_by_uuid(scene);
	struct words devices = { .v = xcalloc(scene->subject.ncandidate + 1, sizeof *devices.v) };

	for (size_t i = 0; i < scene->subject.ncandidate; i++)
		devices.v[devices.n++] = sorted[i]->instance->uuid;
	free(sorted);
	return devices;
}

static void lose_network(struct scene *scene, const struct error *e)
{
	scene->neutron.absent = arena_dup(&scene->arena, e->text);
	log_info("not asked: %s", e->text);
	absences_add(scene->world->absences, e, NULL);
}

void scene_ask_network(struct scene *scene)
{
	struct neutron_facts *n = &scene->neutron;
	struct db *db = scene->world->neutron_db;
	struct error e = { 0 };
	struct words devices;

	n->absent = scene->world->neutron_absent;
	if (!db)
		return;
	if (neutron_columns_probe(db, &n->columns, &e) != 0) {
		lose_network(scene, &e);
		return;
	}
	n->asked = true;
	devices = devices_of(scene);
	neutron_agents_ahead(db, &n->columns, NULL);
	ports_of_devices_ahead(db, &n->columns, &devices);
	free(devices.v);
}

static int read_instance_ports(struct scene *scene, struct error *err)
{
	struct neutron_facts *n = &scene->neutron;
	struct db *db = scene->world->neutron_db;
	struct words devices;
	int rc;

	if (n->columns.has_agents && neutron_agents_list(db, &n->columns, NULL, &n->agents, err) != 0)
		return -1;
	devices = devices_of(scene);
	rc = ports_of_devices(db, &n->columns, &devices, &n->ports, err);
	free(devices.v);
	return rc;
}

/* Those of one device lie together. */
static void give_ports(struct scene *scene)
{
	struct candidate **sorted = candidates_by_uuid(scene);
	struct candidate *c;
	size_t n;

	for (size_t i = 0; i < scene->subject.ncandidate; i++)
		scene->subject.candidate[i].ports = (struct ports){ .n = 0 };
	for (struct port *p = scene->neutron.ports.v, *end = p + scene->neutron.ports.n; p < end; p += n) {
		for (n = 1; p + n < end && strcmp(p[n].device_id, p->device_id) == 0; n++)
			;
		if ((c = candidate_with_uuid(scene, sorted, p->device_id))) {
			c->ports.v = p;
			c->ports.n = n;
		}
	}
	free(sorted);
}

void scene_find_network(struct scene *scene)
{
	struct error e = { 0 };

	if (!scene->neutron.asked)
		return;
	scene->neutron.down_s = scene->world->neutron.agent_down_time_s;
	scene->neutron.known = read_instance_ports(scene, &e) == 0;
	if (!scene->neutron.known) {
		lose_network(scene, &e);
		return;
	}
	scene->neutron.absent = NULL;
	give_ports(scene);
}

bool vifs_may_be_awaited(const struct vifs *vifs)
{
	for (size_t i = 0; i < vifs->n; i++) {
		struct vif rebound = vifs->v[i];

		rebound.active = false;
		if (vif_is_waited_for(&rebound))
			return true;
	}
	return !vifs->known;
}

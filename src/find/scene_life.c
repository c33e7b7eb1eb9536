/* SPDX-License-Identifier: Apache-2.0 */
#include "find/scene.h"

#include <string.h>

#include "util/lang.h"

#define KNOCK_MS 1500 /* a SYN that was lost is sent again after a second */

void scene_find_life(struct scene *scene)
{
	const struct site_config *site = &scene->world->site;
	struct life_facts *life = &scene->life;

	life->address = scene->subject.host ? scene_address_of(scene, scene->subject.host) : NULL;
	life->asked = life->address && site->nlife_port > 0;
	if (life->asked)
		life->answer = knock_at(life->address, site->life_port, site->nlife_port, KNOCK_MS, &life->port);
}

/* ---- how they came here */

/* By its heartbeat or its consumers nova-compute tells through the broker, and through its conductor (nova servicegroup/drivers/db.py:
 * _report_state is an RPC of a compute). cinder's services write their heartbeats themselves. */
static bool has_cinder_service(const struct scene *scene)
{
	for (size_t i = 0; i < scene->cinder.services.n; i++)
		if (scene_is_failed_node(scene, scene->cinder.services.v[i].host))
			return true;
	return false;
}

struct wires scene_wires(const struct scene *scene)
{
	struct wires w = { 0 };

	w.of[WIRE_BROKER] = (scene->nova.compute ? 1u : 0) +
	    (!scene->bus.queues_absent && scene->world->bus && scene->bus.nconsumer > 0 ? 1u : 0);
	if (has_cinder_service(scene)) /* such a host has sessions, too */
		w.of[WIRE_DATABASE] = 1u + (scene->witness.nsession > 0);
	w.of[WIRE_NETWORK] = scene->life.asked && scene->life.answer == KNOCK_SILENT;
	w.of[WIRE_POWER] = scene_is_off(scene);
	for (int i = 0; i < WIRES; i++) {
		w.witnesses += w.of[i];
		w.wires += w.of[i] > 0;
	}
	return w;
}

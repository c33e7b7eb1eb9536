/* SPDX-License-Identifier: Apache-2.0 */
#include "evacuate/evacuate.h"
#include "find/finding.h"
#include "find/fit.h"
#include "util/clock.h"
#include "util/str.h"

/* The way to nova: its cell's database, and its conductor behind the broker. */

int evacuation_reconnect(struct work *work, struct error *err)
{
	if (world_reconnect_cell(&work->world, work->scene.nova.home->cell, err) != 0)
		return -1;
	return lock_renew(work->lock, err);
}

static int check_cell_answers(struct work *work, struct error *err)
{
	struct db *db = work->scene.nova.home->cell->db;

	if (db && !lock_is_lost(work->lock) && db_ping(db, err) == 0)
		return 0;
	return evacuation_reconnect(work, err);
}

static int look_at_broker(struct work *work, struct error *err)
{
	const char *topic = work->world.nova.conductor_topic;
	struct bus_queue queue;
	int there;

	there = bus_exchange_exists(work->world.bus, work->world.nova.bus.exchange, err);
	if (there < 0 || bus_queue_look(work->world.bus, topic, &queue, err) != 0)
		return -1;
	if (!there || !queue.exists || queue.consumers == 0)
		return error_set(err, ERROR_REFUSED, "queue '%s' on %s has no consumer any more: start nova-conductor", topic,
		    bus_server(work->world.bus));
	if (bus_queue_look(work->world.bus, SCHEDULER_QUEUE, &queue, err) != 0)
		return -1;
	if (queue.exists && queue.consumers == 0)
		return error_set(err, ERROR_REFUSED, "queue '%s' on %s has no consumer any more: start nova-scheduler",
		    SCHEDULER_QUEUE, bus_server(work->world.bus));
	return bus_canary(work->world.bus, work->world.nova.bus.exchange, err);
}

static int check_broker(struct work *work, struct error *err)
{
	if (work->world.bus && look_at_broker(work, err) == 0)
		return 0;
	if (world_connect_bus(&work->world, err) != 0)
		return -1;
	return look_at_broker(work, err);
}

/* ---- the services: as the findings service-needed-down and cinder-api-down have it, and unless those were accepted */

#define LOOK_AGAIN_MS 3000

static bool goes_without(const struct work *work, const struct unit *unit, enum peer peer)
{
	const struct instance *i = unit->candidate->instance;

	return peer == PEER_NOVA || (peer == PEER_CINDER && unit->candidate->nvolume == 0) ||
	    request_accepts(work->request, "service-needed-down", peer_name[peer]) ||
	    (peer == PEER_CINDER &&
		(request_accepts(work->request, "cinder-api-down", i->uuid) ||
		    (i->name && request_accepts(work->request, "cinder-api-down", i->name))));
}

static int check_peer_answers(const struct work *work, enum peer peer, struct error *err)
{
	const struct peer_fact *fact = &work->scene.peers.v[peer];
	auto_str struct str said = { 0 };

	if (peer_state(fact) != PEER_DOWN)
		return 0;
	peer_say(peer, fact, &said);
	error_set(err, ERROR_REFUSED, "%s", said.s);
	if (peer == PEER_CINDER)
		err->code = WAY_WITHOUT_VOLUMES;
	return -1;
}

/* A look is good for some seconds: it costs two where a service hangs. What all need comes first. */
static int check_peers(struct work *work, const struct unit *unit, struct error *err)
{
	static const enum peer order[] = { PEER_PLACEMENT, PEER_NEUTRON, PEER_KEYSTONE, PEER_CINDER };
	const struct peer_facts *peers = &work->scene.peers;
	unsigned needed = 0;

	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if (!goes_without(work, unit, order[i]))
			needed |= 1u << order[i];
	if (!peers->known)
		return 0;
	if (clock_monotonic_ms() - peers->looked_ms >= LOOK_AGAIN_MS)
		scene_look_at_peers(&work->scene, needed);
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if (needed & 1u << order[i] && check_peer_answers(work, order[i], err) != 0)
			return -1;
	return 0;
}

/* As the finding no-capacity has it at the plan. A minute later its nova-compute has taken the mark away: it is worth waiting.
 */
static int check_marked(struct work *work, struct error *err)
{
	const char *marked;

	scene_look_at_marked(&work->scene, LOOK_AGAIN_MS);
	marked = rooms_all_marked(&work->scene);
	return !marked ?
	    0 :
	    error_set(err, ERROR_REFUSED,
		"placement has '%s' as disabled (COMPUTE_STATUS_DISABLED), and no other host could take an instance: the scheduler would find none",
		marked);
}

bool evacuation_look_is_old(int64_t looked_ms)
{
	return looked_ms == 0 || clock_monotonic_ms() - looked_ms >= EVACUATION_SHARED_MS;
}

/* The same for all instances. */
static int look_at_way(struct work *work, struct error *err)
{
	int64_t begun_ms = clock_monotonic_ms();

	if (work->scene.nova.home->cell->db && work->world.bus && !lock_is_lost(work->lock) &&
	    !evacuation_look_is_old(work->way_looked_ms))
		return 0;
	work->way_looked_ms = 0;
	if (check_cell_answers(work, err) != 0 || check_broker(work, err) != 0)
		return -1;
	error_clear(err); /* of the connection that was no good */
	work->way_looked_ms = begun_ms;
	return 0;
}

int evacuation_way(struct work *work, const struct unit *unit, struct error *err)
{
	if (look_at_way(work, err) != 0 || check_marked(work, err) != 0)
		return -1;
	return check_peers(work, unit, err);
}

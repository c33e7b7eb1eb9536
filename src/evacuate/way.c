/* SPDX-License-Identifier: Apache-2.0 */
#include "evacuate/evacuate.h"

/* The way to nova: its cell's database, and its conductor behind the broker. */

int evacuation_reconnect(struct work *work, struct error *err)
{
	if (world_reconnect_cell(&work->world, work->scene.nova.home->cell, err) != 0)
		return -1;
	return lock_renew(&work->scene, work->lock, err);
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
		return error_set(err, ERROR_REFUSED, "queue '%s' on %s has no consumer any more", topic,
		    bus_server(work->world.bus));
	if (bus_queue_look(work->world.bus, SCHEDULER_QUEUE, &queue, err) != 0)
		return -1;
	if (queue.exists && queue.consumers == 0 && (queue.messages > 0 || !work->request->what.force))
		return error_set(err, ERROR_REFUSED, "queue '%s' on %s has no consumer any more", SCHEDULER_QUEUE,
		    bus_server(work->world.bus));
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

int evacuation_way(struct work *work, struct error *err)
{
	if (check_cell_answers(work, err) != 0 || check_broker(work, err) != 0)
		return -1;
	error_clear(err); /* of the connection that was no good */
	return 0;
}

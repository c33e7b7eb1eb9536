/* SPDX-License-Identifier: Apache-2.0 */
#include "op/evacuation.h"

/* The way to nova: its cell's database, and its conductor behind the broker. */

int evacuation_reconnect(struct run *run, struct error *err)
{
	if (world_reconnect_cell(&run->world, run->scene.home->cell, err) != 0)
		return -1;
	return lock_renew(&run->scene, run->lock, err);
}

static int check_database(struct run *run, struct error *err)
{
	struct db *db = run->scene.home->cell->db;

	if (db && !lock_is_lost(run->lock) && db_ping(db, err) == 0)
		return 0;
	return evacuation_reconnect(run, err);
}

static int look_at_broker(struct run *run, struct error *err)
{
	const char *topic = run->world.nova.conductor_topic;
	struct bus_queue queue;
	int there;

	there = bus_exchange_exists(run->world.bus, run->world.nova.bus.exchange, err);
	if (there < 0 || bus_queue_look(run->world.bus, topic, &queue, err) != 0)
		return -1;
	if (!there || !queue.exists || queue.consumers == 0)
		return error_set(err, ERROR_REFUSED, "nobody consumes queue '%s' on %s any more", topic, bus_server(run->world.bus));
	if (bus_queue_look(run->world.bus, SCHEDULER_QUEUE, &queue, err) != 0)
		return -1;
	if (queue.exists && queue.consumers == 0 && (queue.messages > 0 || !run->request->force))
		return error_set(err, ERROR_REFUSED, "nobody consumes queue '" SCHEDULER_QUEUE "' on %s any more", bus_server(run->world.bus));
	return bus_canary(run->world.bus, run->world.nova.bus.exchange, err);
}

static int check_broker(struct run *run, struct error *err)
{
	if (run->world.bus && look_at_broker(run, err) == 0)
		return 0;
	if (world_connect_bus(&run->world, err) != 0)
		return -1;
	return look_at_broker(run, err);
}

int evacuation_way(struct run *run, struct error *err)
{
	if (check_database(run, err) != 0 || check_broker(run, err) != 0)
		return -1;
	error_clear(err); /* of the connection that was no good */
	return 0;
}

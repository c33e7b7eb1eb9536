/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"
#include "util/clock.h"
#include "util/lang.h"

/* Passive declares only: they change nothing, need no right, and a name that is missing closes the channel. */

#define NOT_FOUND 404

/* 1: it is there; 0: it is not; -1: error. */
static int end_look(struct bus *bus, const char *what, struct error *err)
{
	amqp_rpc_reply_t reply = amqp_get_rpc_reply(bus->connection);
	int rc = 1;

	if (reply.reply_type != AMQP_RESPONSE_NORMAL) {
		rc = bus_close_code(reply) == NOT_FOUND ? 0 : bus_fail_reply(bus, what, reply, err);
		bus_drop(bus);
		return rc;
	}
	amqp_maybe_release_buffers(bus->connection);
	bus->used_ms = clock_monotonic_ms();
	return rc;
}

int bus_exchange_exists(struct bus *bus, const char *exchange, struct error *err)
{
	if (bus_ensure(bus, err) != 0)
		return -1;
	amqp_exchange_declare(bus->connection, CHANNEL, amqp_cstring_bytes(exchange), amqp_cstring_bytes("topic"), 1, 0, 0, 0,
	    amqp_empty_table);
	return end_look(bus, _("looking at an exchange"), err);
}

int bus_queue_look(struct bus *bus, const char *queue, struct bus_queue *out, struct error *err)
{
	const amqp_queue_declare_ok_t *found;
	int rc;

	*out = (struct bus_queue){ 0 };
	if (bus_ensure(bus, err) != 0)
		return -1;
	found = amqp_queue_declare(bus->connection, CHANNEL, amqp_cstring_bytes(queue), 1, 0, 0, 0, amqp_empty_table);
	if (found)
		*out = (struct bus_queue){ .exists = true,
			.messages = found->message_count,
			.consumers = found->consumer_count };
	rc = end_look(bus, _("looking at a queue"), err);
	return rc < 0 ? -1 : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <string.h>

#include "util/clock.h"
#include "util/lang.h"

/* Passive declares only: they change nothing, need no right, and a name that is missing closes the channel. */

#define NOT_FOUND 404

/* "NOT_FOUND - no queue 'conductor' in vhost '/'". The same code has "home node 'rabbit@mq1' of durable queue 'conductor' in
 * vhost '/' is down or inaccessible", and "failed to perform operation on queue 'conductor' in vhost '/' due to timeout": it is
 * there, with its messages (RabbitMQ 3.8 to 4.3, rabbit_amqqueue.erl, rabbit_misc.erl). */
bool bus_says_absent(amqp_bytes_t text)
{
	static const char *const word[] = { "NOT_FOUND - no queue '", "NOT_FOUND - no exchange '" };

	for (size_t i = 0; i < sizeof word / sizeof *word; i++)
		if (text.len > strlen(word[i]) && memcmp(text.bytes, word[i], strlen(word[i])) == 0)
			return true;
	return false;
}

int bus_fail_look(const struct bus *bus, const char *what, amqp_rpc_reply_t reply, struct error *err)
{
	if (bus_close_code(reply) != NOT_FOUND)
		return bus_fail_reply(bus, what, reply, err);
	if (bus_says_absent(bus_close_text(reply)))
		return 0;
	bus_fail_reply(bus, what, reply, err);
	return error_hint(err, "start the broker's node that has it; until then nova does not reach it either");
}

/* 1: it is there; 0: it is not; -1: error. */
static int end_look(struct bus *bus, const char *what, struct error *err)
{
	amqp_rpc_reply_t reply = amqp_get_rpc_reply(bus->connection);
	int rc = 1;

	if (reply.reply_type != AMQP_RESPONSE_NORMAL) {
		rc = bus_fail_look(bus, what, reply, err);
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

struct bus_queue bus_queue_found(const struct bus *bus, const amqp_queue_declare_ok_t *found)
{
	return (struct bus_queue){ .exists = true,
		.messages = found->message_count,
		.consumers = found->consumer_count,
		.unsure = found->message_count + found->consumer_count == 0 && bus->config->queues != QUEUES_CLASSIC };
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
		*out = bus_queue_found(bus, found);
	rc = end_look(bus, _("looking at a queue"), err);
	return rc < 0 ? -1 : 0;
}

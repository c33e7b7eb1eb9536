/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUS_BUS_H
#define BUS_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "util/error.h"

/* The only room that speaks librabbitmq: one connection, one channel in confirm mode. It declares nothing, ever: exchanges and
 * queues are looked at passively (a mismatched declare closes the channel, and theirs is the topology).
 * Errors while opening and looking are ERROR_BUS_UNREACHABLE; a configuration's trouble is its own. */
struct bus;

struct bus_options {
	/* borrowed: it must live until bus_close(), a lost connection is opened with it again */
	const struct broker_config *config;
	const char *label;                          /* for messages: "nova's broker" */
	unsigned open_timeout_s, confirm_timeout_s; /* 0: 5 a broker, and 10 */
};

/* Tries the brokers of the URL in random order, as kombu does, each with its own deadline; authentication and vhost errors end
 * the search at once. A connection that ends later is opened again when it is next needed, at the same broker or at another. */
int bus_open(const struct bus_options *options, struct bus **out, struct error *err);
void bus_close(struct bus **bus);
const char *bus_server(const struct bus *bus); /* "127.0.0.1:5672 vhost '/'": which broker answered */

const char *bus_version(const struct bus *bus); /* "3.10.8", as the broker says of itself; "": it does not */

/* Is the exchange there? 1 yes, 0 no (404), -1 error. */
int bus_exchange_exists(struct bus *bus, const char *exchange, struct error *err);

struct bus_queue {
	bool exists;
	uint32_t messages, consumers;
	/* nothing in it and nobody at it, and it may be a quorum queue: without its leader such a one says that, too, whatever
	 * it holds (RabbitMQ 3.10 rabbit_quorum_queue.erl, stat/2: {ok, 0, 0}) */
	bool unsure;
};
/* A queue that is missing is an answer (exists false, ${err} untouched). One that is there and cannot be read is an error: a
 * durable one whose home node is down, for which RabbitMQ has the same code 404; one that does not answer in time. */
int bus_queue_look(struct bus *bus, const char *queue, struct bus_queue *out, struct error *err);
/* The same of ${n} queues, many at a time. -1: one cannot be read; *${looked} are known then, those in front of it, and the
 * rest is not. n without an error. */
int bus_queues_look(struct bus *bus, const char *const *queue, size_t n, struct bus_queue *out, size_t *looked,
    struct error *err);

/* What became of a message. Only RETURNED, REFUSED and NOT_SENT prove that nobody got it. */
enum bus_outcome {
	BUS_ACKED,    /* the broker has it and a queue took it */
	BUS_RETURNED, /* no queue took it: proved not sent */
	BUS_REFUSED,  /* the broker closed the channel naming this publish (403, 404, 406): proved not sent */
	BUS_NOT_SENT, /* no byte of it left us (no connection, an alarm that is known, too large): proved not sent */
	BUS_NACKED,   /* the broker gave it up; a queue may have it: unknown */
	BUS_BLOCKED,  /* an alarm stopped the broker from reading it: unknown, it may be read later */
	BUS_LOST,     /* the connection ended before the answer: unknown */
	BUS_TIMEOUT,  /* no answer in time: unknown */
};
const char *bus_outcome_name(enum bus_outcome outcome);
const char *bus_outcome_sentence(enum bus_outcome outcome);
bool bus_outcome_proves_not_sent(enum bus_outcome outcome);

/* A message that nobody has taken after this time is dropped by the broker: later than that and a little, what has not been
 * seen to work cannot begin to. Where bus_lets_expire() is false it stays until somebody takes it. */
#define BUS_EXPIRATION_MS 120000
/* Quorum queues do not know a message's life time before RabbitMQ 3.10 (its release notes: "Message TTL Support in Quorum
 * Queues"). false also where the version, or of an old one the kind of its queues, is not known. */
bool bus_lets_expire(const struct bus *bus);

/* Publishes persistent application/json, mandatory, and waits for the broker's word. A watchdog cuts the socket when the
 * library hangs in a write. After anything but ACKED and RETURNED the connection is closed: open a new one. ${why} gets the
 * details of every outcome but ACKED (its kind is ERROR_UNKNOWN or ERROR_BUS_UNREACHABLE; ERROR_REFUSED: larger than 8 MiB). */
enum bus_outcome bus_publish(struct bus *bus, const char *exchange, const char *key, const char *body, size_t n,
    struct error *why);

/* The same; ${meanwhile}(${ctx}) is called once when the message has left us, and what it takes is not counted as the broker's.
 */
enum bus_outcome bus_publish_meanwhile(struct bus *bus, const char *exchange, const char *key, const char *body, size_t n,
    void (*meanwhile)(void *ctx), void *ctx, struct error *why);

/* Proves, right before a batch, that the broker takes and answers publishes on this exchange: a tiny message under a key that
 * nobody binds must come back. Errors: an alarm, a right that is missing, or a binding that caught it. */
int bus_canary(struct bus *bus, const char *exchange, struct error *err);

#endif

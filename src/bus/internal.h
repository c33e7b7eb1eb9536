/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUS_INTERNAL_H
#define BUS_INTERNAL_H

#include "bus/bus.h"
#include "librabbitmq.h"

#define CHANNEL 1

struct bus {
	const struct broker_config *config; /* borrowed: outlives us */
	const struct broker *at;            /* the broker that answered */
	char *label, *server;
	char version[32]; /* of the broker that answered, as it says; "": it does not */
	unsigned open_timeout_s, confirm_timeout_s;
	amqp_connection_state_t connection; /* NULL: closed, and opened again when next needed */
	uint64_t tag;                       /* of the last publish on this connection */
	char alarm[128];                    /* connection.blocked and its reason, until unblocked; "": none */
	int64_t used_ms;                    /* when the connection last answered */
	struct watchdog *watchdog;          /* NULL: nothing was published yet */
};

/* open.c. A connection to the broker that answered first, or else to another one: fresh enough that its heartbeat cannot have
 * ended it, and not closed by the broker meanwhile. */
int bus_ensure(struct bus *bus, struct error *err);
void bus_drop(struct bus *bus); /* after any exception: a closed channel is never opened again */

void bus_note_alarm(struct bus *bus, const amqp_method_t *method); /* connection.blocked, unblocked; no other */

/* watchdog.c: a write on the connection between the two ends within ${timeout_s}, for then its socket is shut down: true. -1:
 * no thread can be had. */
int watchdog_arm(struct bus *bus, unsigned timeout_s);
bool watchdog_disarm(struct bus *bus);
void watchdog_end(struct bus *bus); /* of one that was never armed: nothing */

/* look.c: a 404 that says that there is no such thing, and not that it cannot be read. */
bool bus_says_absent(amqp_bytes_t text);
/* Of a look that the broker refused: 0: there is no such thing; -1 with the error: it cannot be read. */
int bus_fail_look(const struct bus *bus, const char *what, amqp_rpc_reply_t reply, struct error *err);
struct bus_queue bus_queue_found(const struct bus *bus, const amqp_queue_declare_ok_t *found);
/* version.c */
void bus_take_version(struct bus *bus, amqp_connection_state_t connection);
bool bus_version_lets_expire(const char *version, enum queue_kind queues);

/* error.c */
int bus_fail_reply(const struct bus *bus, const char *what, amqp_rpc_reply_t reply, struct error *err);
int bus_fail_status(const struct bus *bus, const char *what, int status, struct error *err);
/* The reply code of a channel or connection that the broker closed; 0: it was something else. */
unsigned bus_close_code(amqp_rpc_reply_t reply);
amqp_bytes_t bus_close_text(amqp_rpc_reply_t reply); /* what it said; only where that is not 0 */
/* A text of the broker's, cut to what an error holds; whatever it repeats of our login is hidden. */
void bus_add_text(struct str *out, amqp_bytes_t text);

#endif

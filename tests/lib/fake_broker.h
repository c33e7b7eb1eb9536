/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FAKE_BROKER_H
#define TESTS_FAKE_BROKER_H

/* An AMQP 0-9-1 peer on 127.0.0.1, in a thread of its own, that plays a broker up to confirm mode and then answers a publish as
 * it is told: also in ways that a real one shows only on a bad day. One connection at a time. */

enum fake_answer {
	FAKE_ACK,
	FAKE_ACK_OTHERS,          /* of a message that was never sent */
	FAKE_ACK_ALL,             /* "multiple": up to and with ours */
	FAKE_NACK,
	FAKE_SILENCE,
	FAKE_HANG_UP,             /* closes the socket */
	FAKE_NOISE,               /* what is no frame */
	FAKE_RETURN_ONLY,         /* a return, and never an ack */
	FAKE_RETURN_AND_ACK,
	FAKE_CLOSE_CHANNEL,       /* 404, naming basic.publish */
	FAKE_CLOSE_CHANNEL_OTHER, /* 504, naming nothing */
	FAKE_CLOSE_CONNECTION,    /* 320 */
	FAKE_BLOCK,               /* connection.blocked, and no ack */
	FAKE_BLOCK_AND_ACK,       /* blocked, unblocked, ack */
	FAKE_ACK_THEN_BLOCK,
	FAKE_ACK_THEN_CLOSE,
	FAKE_STOP_READING,        /* already before the publish */
	FAKE_READ_SLOWLY,         /* a little now and then, for ever */
	FAKE_REFUSE_LOGIN,        /* 403 */
	/* to a look at a queue; all before, but FAKE_SILENCE: 3 messages, 1 consumer */
	FAKE_EMPTY,
	FAKE_ABSENT,
	FAKE_HOME_NODE_DOWN,      /* 404, too */
	FAKE_QUEUE_HANGS,         /* 404, too */
	FAKE_NODE_DOWN,           /* 541 */
};

struct fake_broker;
struct fake_broker *fake_broker_start(enum fake_answer answer, unsigned heartbeat_s);
/* Of another version than "3.10.8"; NULL: it does not say. ${version} is borrowed. */
struct fake_broker *fake_broker_of(enum fake_answer answer, unsigned heartbeat_s, const char *version);
unsigned fake_broker_port(const struct fake_broker *broker);
unsigned fake_broker_connections(struct fake_broker *broker); /* so far */
unsigned fake_broker_publishes(struct fake_broker *broker);
void fake_broker_stop(struct fake_broker **broker);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* In the place of librabbitmq: a broker whose queues are the world's. What the room of the bus calls answers as RabbitMQ 3.10
 * does, frame by frame; the rest of the library is its own. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>

#include <json-c/json.h>

#define ANSWERS_MAX 64
#define CHANNELS_MAX 32

union body {
	amqp_queue_declare_ok_t found;
	amqp_basic_ack_t ack;
	amqp_basic_nack_t nack;
	amqp_basic_return_t back;
	amqp_channel_close_t close;
};

struct answer {
	amqp_channel_t channel;
	amqp_method_number_t id;
	union body body;
};

struct amqp_connection_state_t_ {
	bool lost;
	unsigned goes; /* of the broker, when it was opened */
	uint64_t tag;
	amqp_rpc_reply_t reply;
	union body body; /* of the reply */
	struct answer answer[ANSWERS_MAX];
	size_t next, n;
};

static amqp_bytes_t bytes_of(const char *text)
{
	return amqp_cstring_bytes(text);
}

static void text_of(amqp_bytes_t bytes, char *out, size_t size)
{
	snprintf(out, size, "%.*s", (int)bytes.len, (const char *)bytes.bytes);
}

/* conductor and scheduler have one queue for all, and each service one of its own. */
const char *broker_queue_state(const char *queue, unsigned *messages, unsigned *consumers)
{
	*messages = *consumers = 0;
	if (strcmp(queue, "conductor") == 0 || strcmp(queue, "scheduler") == 0 || strncmp(queue, "conductor.", 10) == 0 ||
	    strncmp(queue, "scheduler.", 10) == 0 || strncmp(queue, "cinder-scheduler", 16) == 0) {
		*consumers = world->asleep_us <= world->now_us || strncmp(queue, "cinder", 6) == 0;
		for (size_t i = 0; i < world->nmessage && strcmp(queue, "conductor") == 0; i++)
			*messages += world->message[i].state == MESSAGE_QUEUED && world->message[i].expires_us > world->now_us;
		return queue;
	}
	for (size_t i = 0; i < 3; i++) {
		const char *host = strstr(queue, host_name[i]);

		/* a host's name may be the beginning of another's */
		if (!host || strncmp(queue, "compute-alt.", 12) == 0 ||
		    (host[strlen(host_name[i])] && host[strlen(host_name[i])] != '@'))
			continue;
		*consumers = world->alive[i];
		if (host == queue + strlen("compute."))
			for (const struct message *m = world->message; m < world->message + world->nmessage; m++)
				*messages += m->waits && m->host == i;
		return queue;
	}
	return NULL;
}

static void add_answer(amqp_connection_state_t c, amqp_channel_t channel, amqp_method_number_t id, union body body)
{
	if (c->next == c->n)
		c->next = c->n = 0;
	if (c->n == ANSWERS_MAX)
		abort();
	c->answer[c->n++] = (struct answer){ channel, id, body };
}

void broker_goes(bool with_queues, int64_t for_us)
{
	world->broker_us = world->now_us + for_us;
	world->broker_goes++;
	world->queues_go += with_queues;
	for (struct message *m = world->message; with_queues && m < world->message + world->nmessage; m++)
		if (m->state == MESSAGE_QUEUED)
			m->state = MESSAGE_GONE;
}

static bool is_lost(amqp_connection_state_t c)
{
	c->lost |= c->goes != world->broker_goes || world->broker_us > world->now_us;
	return c->lost;
}

static void set_reply(amqp_connection_state_t c, amqp_method_number_t id)
{
	c->reply = (amqp_rpc_reply_t){ .reply_type = AMQP_RESPONSE_NORMAL, .reply = { id, &c->body } };
	if (is_lost(c)) {
		c->reply.reply_type = AMQP_RESPONSE_LIBRARY_EXCEPTION;
		c->reply.library_error = AMQP_STATUS_CONNECTION_CLOSED;
	}
}

amqp_connection_state_t amqp_new_connection(void)
{
	return calloc(1, sizeof(struct amqp_connection_state_t_));
}

int amqp_destroy_connection(amqp_connection_state_t c)
{
	free(c);
	return AMQP_STATUS_OK;
}

/* Nobody looks into it. */
amqp_socket_t *amqp_tcp_socket_new(amqp_connection_state_t c)
{
	return (amqp_socket_t *)c;
}

int amqp_socket_open_noblock(amqp_socket_t *socket, const char *host, int port, const struct timeval *timeout)
{
	amqp_connection_state_t c = (amqp_connection_state_t)socket;

	(void)host;
	(void)port;
	(void)timeout;
	world_call(BOTTOM_ANY, "the broker is connected to");
	c->goes = world->broker_goes;
	return is_lost(c) ? AMQP_STATUS_SOCKET_ERROR : AMQP_STATUS_OK;
}

int amqp_set_handshake_timeout(amqp_connection_state_t c, const struct timeval *timeout)
{
	(void)c;
	(void)timeout;
	return AMQP_STATUS_OK;
}

int amqp_set_rpc_timeout(amqp_connection_state_t c, const struct timeval *timeout)
{
	(void)c;
	(void)timeout;
	return AMQP_STATUS_OK;
}

int amqp_get_sockfd(amqp_connection_state_t c)
{
	(void)c;
	return -1;
}

int amqp_get_channel_max(amqp_connection_state_t c)
{
	(void)c;
	return CHANNELS_MAX;
}

void amqp_maybe_release_buffers(amqp_connection_state_t c)
{
	(void)c;
}

amqp_rpc_reply_t amqp_login_with_properties(amqp_connection_state_t c, const char *vhost, int channel_max, int frame_max,
    int heartbeat, const amqp_table_t *properties, amqp_sasl_method_enum method, ...)
{
	(void)vhost;
	(void)channel_max;
	(void)frame_max;
	(void)heartbeat;
	(void)properties;
	(void)method;
	set_reply(c, AMQP_CONNECTION_OPEN_OK_METHOD);
	return c->reply;
}

amqp_table_t *amqp_get_server_properties(amqp_connection_state_t c)
{
	static amqp_table_entry_t version;
	static amqp_table_t table = { 1, &version };

	(void)c;
	version.key = bytes_of("version");
	version.value.kind = AMQP_FIELD_KIND_UTF8;
	version.value.value.bytes = bytes_of("3.10.8");
	return &table;
}

amqp_rpc_reply_t amqp_get_rpc_reply(amqp_connection_state_t c)
{
	return c->reply;
}

amqp_channel_open_ok_t *amqp_channel_open(amqp_connection_state_t c, amqp_channel_t channel)
{
	(void)channel;
	set_reply(c, AMQP_CHANNEL_OPEN_OK_METHOD);
	return is_lost(c) ? NULL : (amqp_channel_open_ok_t *)&c->body;
}

amqp_confirm_select_ok_t *amqp_confirm_select(amqp_connection_state_t c, amqp_channel_t channel)
{
	(void)channel;
	set_reply(c, AMQP_CONFIRM_SELECT_OK_METHOD);
	return is_lost(c) ? NULL : (amqp_confirm_select_ok_t *)&c->body;
}

amqp_rpc_reply_t amqp_connection_close(amqp_connection_state_t c, int code)
{
	(void)code;
	set_reply(c, AMQP_CONNECTION_CLOSE_OK_METHOD);
	return c->reply;
}

static void say_absent(union body *body, const char *kind, const char *name)
{
	static char text[320];

	snprintf(text, sizeof text, "NOT_FOUND - no %s '%s' in vhost '/'", kind, name);
	body->close = (amqp_channel_close_t){ .reply_code = 404, .reply_text = bytes_of(text) };
}

static void fail_reply(amqp_connection_state_t c)
{
	c->reply = (amqp_rpc_reply_t){ .reply_type = AMQP_RESPONSE_SERVER_EXCEPTION,
		.reply = { AMQP_CHANNEL_CLOSE_METHOD, &c->body } };
}

amqp_exchange_declare_ok_t *amqp_exchange_declare(amqp_connection_state_t c, amqp_channel_t channel, amqp_bytes_t exchange,
    amqp_bytes_t type, amqp_boolean_t passive, amqp_boolean_t durable, amqp_boolean_t auto_delete, amqp_boolean_t internal,
    amqp_table_t arguments)
{
	char name[128];

	(void)channel;
	(void)type;
	(void)passive;
	(void)durable;
	(void)auto_delete;
	(void)internal;
	(void)arguments;
	world_call(BOTTOM_ANY, "an exchange is looked at");
	text_of(exchange, name, sizeof name);
	set_reply(c, AMQP_EXCHANGE_DECLARE_OK_METHOD);
	if (!is_lost(c) && strcmp(name, "nova") != 0 && strcmp(name, "openstack") != 0) {
		say_absent(&c->body, "exchange", name);
		fail_reply(c);
	}
	return c->reply.reply_type == AMQP_RESPONSE_NORMAL ? (amqp_exchange_declare_ok_t *)&c->body : NULL;
}

/* Whether it is there; else what the broker says. */
static bool look_at_queue(amqp_bytes_t queue, union body *body)
{
	unsigned messages, consumers;
	char name[256];

	text_of(queue, name, sizeof name);
	if (!broker_queue_state(name, &messages, &consumers)) {
		say_absent(body, "queue", name);
		return false;
	}
	body->found = (amqp_queue_declare_ok_t){ .queue = queue, .message_count = messages, .consumer_count = consumers };
	return true;
}

amqp_queue_declare_ok_t *amqp_queue_declare(amqp_connection_state_t c, amqp_channel_t channel, amqp_bytes_t queue,
    amqp_boolean_t passive, amqp_boolean_t durable, amqp_boolean_t exclusive, amqp_boolean_t auto_delete,
    amqp_table_t arguments)
{
	(void)channel;
	(void)passive;
	(void)durable;
	(void)exclusive;
	(void)auto_delete;
	(void)arguments;
	world_call(BOTTOM_ANY, "a queue is looked at");
	set_reply(c, AMQP_QUEUE_DECLARE_OK_METHOD);
	if (is_lost(c))
		return NULL;
	if (look_at_queue(queue, &c->body))
		return &c->body.found;
	fail_reply(c);
	return NULL;
}

/* What the looks in lanes send: a channel's opening and closing, and passive declares. */
int amqp_send_method(amqp_connection_state_t c, amqp_channel_t channel, amqp_method_number_t id, void *decoded)
{
	union body body = { 0 };

	if (is_lost(c))
		return AMQP_STATUS_CONNECTION_CLOSED;
	if (id == AMQP_CHANNEL_OPEN_METHOD)
		add_answer(c, channel, AMQP_CHANNEL_OPEN_OK_METHOD, body);
	if (id == AMQP_CHANNEL_CLOSE_METHOD)
		add_answer(c, channel, AMQP_CHANNEL_CLOSE_OK_METHOD, body);
	if (id != AMQP_QUEUE_DECLARE_METHOD)
		return AMQP_STATUS_OK;
	world_call(BOTTOM_ANY, "a queue is looked at");
	if (look_at_queue(((amqp_queue_declare_t *)decoded)->queue, &body))
		add_answer(c, channel, AMQP_QUEUE_DECLARE_OK_METHOD, body);
	else
		add_answer(c, channel, AMQP_CHANNEL_CLOSE_METHOD, body);
	return AMQP_STATUS_OK;
}

int amqp_simple_wait_frame_noblock(amqp_connection_state_t c, amqp_frame_t *frame, const struct timeval *timeout)
{
	struct answer *a;

	if (c->next == c->n) {
		if (is_lost(c))
			return AMQP_STATUS_CONNECTION_CLOSED;
		world_wait((int64_t)timeout->tv_sec * SECOND_US + timeout->tv_usec);
		return AMQP_STATUS_TIMEOUT;
	}
	a = &c->answer[c->next++];
	*frame = (amqp_frame_t){ .frame_type = AMQP_FRAME_METHOD, .channel = a->channel };
	frame->payload.method = (amqp_method_t){ a->id, &a->body };
	return AMQP_STATUS_OK;
}

static json_object *member(json_object *o, const char *name)
{
	return json_object_object_get(o, name);
}

static void copy_member(json_object *o, const char *name, char *out, size_t size)
{
	const char *text = json_object_get_string(member(o, name));

	snprintf(out, size, "%s", text ? text : "");
}

static json_object *first_data(json_object *args, const char *list)
{
	return member(json_object_array_get_idx(member(args, list), 0), "nova_object.data");
}

/* A compute's own queue. */
static void give_to_compute(const char *queue, amqp_bytes_t body)
{
	char *copy = strndup(body.bytes, body.len), method[32], uuid[UUID_TEXT], port[UUID_TEXT];
	json_object *outer = json_tokener_parse(copy), *inner = json_tokener_parse(json_object_get_string(member(outer, "oslo.message"))),
		    *args = member(inner, "args");

	copy_member(inner, "method", method, sizeof method);
	copy_member(first_data(args, "instances"), "uuid", uuid, sizeof uuid);
	copy_member(first_data(args, "events"), "tag", port, sizeof port);
	compute_hears(queue + strlen("compute."), method, uuid, port);
	json_object_put(inner);
	json_object_put(outer);
	free(copy);
}

/* Into the conductor's queue, as oslo.messaging would read it. */
static void put_in_queue(amqp_bytes_t body, amqp_bytes_t expiration)
{
	json_object *outer, *inner, *args, *instance;
	struct message *m = &world->message[world->nmessage];
	char text[32], *copy = strndup(body.bytes, body.len);

	if (world->nmessage == MESSAGES_MAX)
		abort();
	text_of(expiration, text, sizeof text);
	outer = json_tokener_parse(copy);
	inner = json_tokener_parse(json_object_get_string(member(outer, "oslo.message")));
	args = member(inner, "args");
	instance = member(member(args, "instance"), "nova_object.data");
	*m = (struct message){ .sent_us = world->now_us,
		.expires_us = world->now_us + strtoll(text, NULL, 10) * 1000,
		.is_others = strcmp(state_directory, other_directory) == 0 };
	copy_member(inner, "method", m->method, sizeof m->method);
	copy_member(inner, "_context_request_id", m->request, sizeof m->request);
	copy_member(instance, "uuid", m->uuid, sizeof m->uuid);
	world->nmessage++;
	if (strcmp(m->method, "rebuild_instance") == 0)
		witness_cast(m);
	json_object_put(inner);
	json_object_put(outer);
	free(copy);
	nova_takes((size_t)(m - world->message));
}

static void answer_publish(amqp_connection_state_t c, bool nack)
{
	union body body = { 0 };

	if (nack)
		body.nack.delivery_tag = c->tag;
	else
		body.ack.delivery_tag = c->tag;
	add_answer(c, 1, nack ? AMQP_BASIC_NACK_METHOD : AMQP_BASIC_ACK_METHOD, body);
}

static void return_publish(amqp_connection_state_t c)
{
	union body body = { .back = { .reply_code = 312, .reply_text = bytes_of("NO_ROUTE") } };

	add_answer(c, 1, AMQP_BASIC_RETURN_METHOD, body);
	answer_publish(c, false);
}

int amqp_basic_publish(amqp_connection_state_t c, amqp_channel_t channel, amqp_bytes_t exchange, amqp_bytes_t key,
    amqp_boolean_t mandatory, amqp_boolean_t immediate, const amqp_basic_properties_t *properties, amqp_bytes_t body)
{
	unsigned messages, consumers;
	const struct fault *f;
	char name[256];
	bool is_canary, is_bound;

	(void)channel;
	(void)exchange;
	(void)mandatory;
	(void)immediate;
	text_of(key, name, sizeof name);
	is_canary = strncmp(name, "evac-manage-canary", 18) == 0;
	f = world_call(is_canary ? BOTTOM_ANY : BOTTOM_PUBLISH, is_canary ? "publish a canary" : "publish");
	if (is_lost(c))
		return AMQP_STATUS_SOCKET_ERROR;
	c->tag++;
	is_bound = !is_canary && broker_queue_state(name, &messages, &consumers);
	if (!is_bound || (f && f->kind == FAULT_UNROUTABLE)) {
		return_publish(c);
		return AMQP_STATUS_OK;
	}
	if (f && (f->kind == FAULT_MESSAGE_LOST || f->kind == FAULT_FULL))
		world_tell("it does not come into its queue");
	else if (strcmp(name, "conductor") == 0)
		put_in_queue(body, properties->expiration);
	else if (strncmp(name, "compute.", strlen("compute.")) == 0)
		give_to_compute(name, body);
	c->lost |= f && (f->kind == FAULT_CONFIRM_LOST || f->kind == FAULT_MESSAGE_LOST);
	if (!is_lost(c))
		answer_publish(c, f && (f->kind == FAULT_NACK || f->kind == FAULT_FULL));
	oracle_step();
	return AMQP_STATUS_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "broker.h"

#include <stdio.h>
#include <stdlib.h>

#include "../../src/bus/librabbitmq.h"
#include "util/clock.h"
#include "util/mem.h"

#define CHANNEL 1
#define PATIENCE_MS 10000
#define BROKERS 8

static amqp_connection_state_t outside;

static void check(const char *what)
{
	amqp_rpc_reply_t reply = amqp_get_rpc_reply(outside);

	if (reply.reply_type == AMQP_RESPONSE_NORMAL)
		return;
	fprintf(stderr, "broker: %s failed\n", what);
	exit(1);
}

/* Not the library's own heartbeats: the tests do not read from it for a while. */
static amqp_connection_state_t connection(void)
{
	amqp_rpc_reply_t reply;

	if (outside)
		return outside;
	outside = amqp_new_connection();
	if (amqp_socket_open(amqp_tcp_socket_new(outside), setting("SB_AMQP_HOST"), (int)broker_port()) != AMQP_STATUS_OK) {
		fprintf(stderr, "broker: nobody listens\n");
		exit(1);
	}
	reply = amqp_login(outside, "/", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, setting("SB_AMQP_USER"), setting("SB_AMQP_PASS"));
	if (reply.reply_type != AMQP_RESPONSE_NORMAL) {
		fprintf(stderr, "broker: no login\n");
		exit(1);
	}
	amqp_channel_open(outside, CHANNEL);
	check("channel");
	return outside;
}

static void make_queue(const char *name, amqp_table_t arguments)
{
	amqp_queue_declare(connection(), CHANNEL, amqp_cstring_bytes(name), 0, 0, 0, 0, arguments);
	check(name);
	broker_bind(name, name);
}

int broker_make(void **state)
{
	amqp_table_entry_t entry[2] = { { .key = amqp_cstring_bytes("x-max-length"),
		                                .value = { .kind = AMQP_FIELD_KIND_I32, .value = { .i32 = 1 } } },
		{ .key = amqp_cstring_bytes("x-overflow"),
		    .value = { .kind = AMQP_FIELD_KIND_UTF8, .value = { .bytes = amqp_cstring_bytes("reject-publish") } } } };
	const amqp_table_t refuses = { .num_entries = 2, .entries = entry };

	broker_remove(state);
	amqp_exchange_declare(connection(), CHANNEL, amqp_cstring_bytes(EXCHANGE), amqp_cstring_bytes("topic"), 0, 0, 0, 0, amqp_empty_table);
	check("exchange");
	make_queue(QUEUE, amqp_empty_table);
	make_queue(FULL_QUEUE, refuses);
	return 0;
}

int broker_remove(void **state)
{
	(void)state;
	amqp_queue_delete(connection(), CHANNEL, amqp_cstring_bytes(QUEUE), 0, 0);
	check("delete");
	amqp_queue_delete(connection(), CHANNEL, amqp_cstring_bytes(FULL_QUEUE), 0, 0);
	check("delete");
	amqp_exchange_delete(connection(), CHANNEL, amqp_cstring_bytes(EXCHANGE), 0);
	check("delete");
	return 0;
}

uint32_t broker_count(const char *queue)
{
	const amqp_queue_declare_ok_t *found =
	    amqp_queue_declare(connection(), CHANNEL, amqp_cstring_bytes(queue), 1, 0, 0, 0, amqp_empty_table);
	uint32_t n;

	check("count");
	n = found->message_count;
	amqp_maybe_release_buffers(outside);
	return n;
}

bool broker_count_becomes(const char *queue, uint32_t expected)
{
	int64_t start = clock_monotonic_ms();

	while (broker_count(queue) != expected) {
		if (elapsed_ms_since(start) > PATIENCE_MS)
			return false;
		wait_ms(2);
	}
	return true;
}

void broker_bind(const char *queue, const char *key)
{
	amqp_queue_bind(connection(), CHANNEL, amqp_cstring_bytes(queue), amqp_cstring_bytes(EXCHANGE), amqp_cstring_bytes(key), amqp_empty_table);
	check("bind");
}

void broker_unbind(const char *queue, const char *key)
{
	amqp_queue_unbind(connection(), CHANNEL, amqp_cstring_bytes(queue), amqp_cstring_bytes(EXCHANGE), amqp_cstring_bytes(key),
	    amqp_empty_table);
	check("unbind");
}

void broker_consume(const char *queue)
{
	amqp_basic_consume(connection(), CHANNEL, amqp_cstring_bytes(queue), amqp_empty_bytes, 0, 1, 0, amqp_empty_table);
	check("consume");
}

void broker_forget(void)
{
	if (outside)
		amqp_destroy_connection(outside);
	outside = NULL;
}

void broker_control(const char *words)
{
	auto_free char *command = xasprintf("tests/sandbox/sandbox rabbitmqctl %s >/dev/null 2>&1", words);

	if (system(command) != 0) {
		fprintf(stderr, "%s: failed\n", command);
		exit(1);
	}
}

unsigned broker_port(void)
{
	return setting_number("SB_AMQP_PORT");
}

/* The room only reads what a config points to. */
static char *unconst(const char *text)
{
	union {
		const char *in;
		char *out;
	} borrow = { .in = text };

	return borrow.out;
}

struct broker_config *broker_config(const unsigned *ports, size_t n)
{
	static struct broker_config config;
	static struct broker brokers[BROKERS];
	static char driver[] = "rabbit", vhost[] = "/", exchange[] = EXCHANGE, host[] = "127.0.0.1";

	config = (struct broker_config){ .url = { .driver = driver, .vhost = vhost, .broker = brokers, .nbroker = n }, .exchange = exchange };
	for (size_t i = 0; i < n; i++)
		brokers[i] = (struct broker){ .user = unconst(setting("SB_AMQP_USER")), .password = unconst(setting("SB_AMQP_PASS")),
			.host = host, .port = ports[i] };
	return &config;
}

struct bus *broker_bus(unsigned port, unsigned confirm_timeout_s)
{
	struct error err = { 0 };
	struct bus *bus;

	if (bus_open(&(struct bus_options){ .config = broker_config(&port, 1), .label = "nova's broker", .open_timeout_s = 5,
	                 .confirm_timeout_s = confirm_timeout_s },
	        &bus, &err) != 0) {
		fprintf(stderr, "bus_open: %s\n", err.text);
		exit(1);
	}
	return bus;
}

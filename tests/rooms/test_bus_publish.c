/* SPDX-License-Identifier: Apache-2.0 */
#include "broker.h"

#include <stdio.h>
#include <stdlib.h>

#include "proxy.h"
#include "util/clock.h"

/* Publishing to a real broker, on good days, under alarms, and with the connection cut at every byte. */

static const char body[] = "{\"oslo.version\": \"2.0\", \"oslo.message\": \"{}\"}";

static int fresh(void **state)
{
	return broker_make(state);
}

static enum bus_outcome publish(struct bus *bus, const char *exchange, const char *key, struct error *why)
{
	return bus_publish(bus, exchange, key, body, strlen(body), why);
}

static void an_ack_means_that_a_queue_has_it(void **state)
{
	struct bus *bus = broker_bus(broker_port(), 5);
	struct error why = { 0 };

	(void)state;
	for (uint32_t i = 1; i <= 3; i++) {
		assert_int_equal(publish(bus, EXCHANGE, QUEUE, &why), BUS_ACKED);
		assert_int_equal(why.kind, ERROR_OK);
		assert_true(broker_count_becomes(QUEUE, i));
	}
	bus_close(&bus);
}

static void what_no_queue_takes_comes_back_and_the_connection_stays_good(void **state)
{
	struct bus *bus = broker_bus(broker_port(), 5);
	struct error why = { 0 };

	(void)state;
	assert_int_equal(publish(bus, EXCHANGE, "nobody-binds-this", &why), BUS_RETURNED);
	assert_int_equal(why.kind, ERROR_BUS_UNREACHABLE);
	assert_non_null(strstr(why.text, "NO_ROUTE"));
	assert_int_equal(publish(bus, EXCHANGE, QUEUE, &why), BUS_ACKED);
	assert_int_equal(publish(bus, EXCHANGE, "nobody-binds-this", &why), BUS_RETURNED);
	assert_true(broker_count_becomes(QUEUE, 1));
	bus_close(&bus);
}

static void an_exchange_that_is_missing_refuses(void **state)
{
	struct bus *bus = broker_bus(broker_port(), 5);
	struct error why = { 0 };

	(void)state;
	assert_int_equal(publish(bus, "evac_rooms.none", QUEUE, &why), BUS_REFUSED);
	assert_non_null(strstr(why.text, "evac_rooms.none"));
	assert_int_equal(publish(bus, EXCHANGE, QUEUE, &why), BUS_ACKED); /* by a new connection */
	bus_close(&bus);
}

static void a_queue_that_is_full_nacks(void **state)
{
	struct bus *bus = broker_bus(broker_port(), 5);
	struct error why = { 0 };

	(void)state;
	assert_int_equal(publish(bus, EXCHANGE, FULL_QUEUE, &why), BUS_ACKED);
	assert_int_equal(publish(bus, EXCHANGE, FULL_QUEUE, &why), BUS_NACKED);
	assert_int_equal(why.kind, ERROR_UNKNOWN);
	assert_int_equal(broker_count(FULL_QUEUE), 1);
	/* why a nack proves nothing: another queue has it */
	broker_bind(QUEUE, FULL_QUEUE);
	assert_int_equal(publish(bus, EXCHANGE, FULL_QUEUE, &why), BUS_NACKED);
	assert_true(broker_count_becomes(QUEUE, 1));
	bus_close(&bus);
}

static void a_canary_comes_back_and_leaves_nothing(void **state)
{
	struct bus *bus = broker_bus(broker_port(), 5);
	struct error err = { 0 };

	(void)state;
	assert_int_equal(bus_canary(bus, EXCHANGE, &err), 0);
	assert_int_equal(bus_canary(bus, EXCHANGE, &err), 0);
	assert_int_equal(err.kind, ERROR_OK);
	assert_int_equal(broker_count(QUEUE), 0);
	assert_int_equal(bus_canary(bus, "evac_rooms.none", &err), -1);
	assert_int_equal(err.kind, ERROR_BUS_UNREACHABLE);
	broker_bind(QUEUE, "#");
	assert_int_equal(bus_canary(bus, EXCHANGE, &err), -1);
	assert_non_null(strstr(err.hint, EXCHANGE));
	broker_unbind(QUEUE, "#");
	bus_close(&bus);
}

/* ---- rights and alarms; each rabbitmqctl takes a second */

static void without_the_right_to_write_it_is_refused(void **state)
{
	static char user[] = "evac_rooms", password[] = PASSWORD;
	unsigned port = broker_port();
	struct broker_config *config = broker_config(&port, 1);
	struct error why = { 0 };
	enum bus_outcome outcome;
	struct bus *bus = NULL;
	int rc, canary;

	(void)state;
	broker_control("add_user evac_rooms '" PASSWORD "'");
	broker_control("set_permissions -p / evac_rooms '^$' '^$' '^$'");
	config->url.broker[0].user = user;
	config->url.broker[0].password = password;
	rc = bus_open(&(struct bus_options){ .config = config, .label = "x", .confirm_timeout_s = 5 }, &bus, &why);
	outcome = rc == 0 ? publish(bus, EXCHANGE, QUEUE, &why) : BUS_LOST;
	assert_no_password(&why, PASSWORD);
	canary = rc == 0 ? bus_canary(bus, EXCHANGE, &(struct error){ 0 }) : 0;
	bus_close(&bus);
	broker_control("delete_user evac_rooms");
	assert_int_equal(outcome, BUS_REFUSED);
	assert_non_null(strstr(why.text, "ACCESS_REFUSED"));
	assert_int_equal(canary, -1);
	assert_int_equal(broker_count(QUEUE), 0);
}

static bool alarm_ends(void)
{
	int64_t begun = clock_monotonic_ms();
	struct error err;
	struct bus *bus;

	while (elapsed_ms_since(begun) < 20000) {
		bus = broker_bus(broker_port(), 2);
		if (bus_canary(bus, EXCHANGE, &err) == 0) {
			bus_close(&bus);
			return true;
		}
		bus_close(&bus);
	}
	return false;
}

static void under_an_alarm_it_is_blocked_and_then_not_sent(void **state)
{
	struct bus *known = broker_bus(broker_port(), 2), *fresh_bus = broker_bus(broker_port(), 2);
	struct error first = { 0 }, why = { 0 }, canary = { 0 }, last = { 0 };
	enum bus_outcome before = publish(known, EXCHANGE, QUEUE, &first), early, late;
	int64_t begun;
	int rc;

	(void)state;
	broker_control("set_vm_memory_high_watermark 0.000001");
	/* a connection that has published is told at once; a fresh one only when it publishes */
	begun = clock_monotonic_ms();
	do {
		early = publish(known, EXCHANGE, QUEUE, &first);
	} while (early == BUS_ACKED && elapsed_ms_since(begun) < 10000);
	rc = bus_canary(fresh_bus, EXCHANGE, &canary);
	late = publish(fresh_bus, EXCHANGE, QUEUE, &why);
	bus_close(&known);
	bus_close(&fresh_bus);
	broker_control("set_vm_memory_high_watermark 0.4");
	assert_true(alarm_ends());
	assert_int_equal(before, BUS_ACKED);
	if (early != BUS_NOT_SENT && early != BUS_BLOCKED) /* the second: the notice came while it was being sent */
		fail_msg("%s: %s", bus_outcome_name(early), first.text);
	assert_non_null(strstr(first.text, "memory"));
	assert_int_equal(rc, -1);
	assert_non_null(strstr(canary.hint, "memory or disk"));
	assert_int_equal(late, BUS_BLOCKED);
	assert_int_equal(why.kind, ERROR_UNKNOWN);
	assert_non_null(strstr(why.text, "memory"));
	known = broker_bus(broker_port(), 5);
	assert_int_equal(publish(known, EXCHANGE, QUEUE, &last), BUS_ACKED);
	bus_close(&known);
}

static void a_connection_that_an_administrator_closes_is_seen(void **state)
{
	struct bus *bus = broker_bus(broker_port(), 5);
	struct error why = { 0 };

	(void)state;
	assert_int_equal(publish(bus, EXCHANGE, QUEUE, &why), BUS_ACKED);
	broker_control("close_all_connections --vhost / rooms");
	broker_forget();
	assert_int_equal(publish(bus, EXCHANGE, QUEUE, &why), BUS_ACKED); /* nothing of it was sent on the old one */
	assert_true(broker_count_becomes(QUEUE, 2));
	bus_close(&bus);
}

/* ---- cut at every byte */

static struct bus *open_by(struct proxy *proxy)
{
	proxy_arm(proxy, (struct proxy_rule){ .event = PROXY_NEVER });
	return broker_bus(proxy_port(proxy), 5);
}

static void a_publish_cut_at_any_byte_is_never_called_acked(void **state)
{
	struct proxy *proxy = proxy_start(broker_port());
	struct error why = { 0 };
	struct bus *bus = open_by(proxy);
	size_t to_server, to_client, n;

	(void)state;
	proxy_arm(proxy, (struct proxy_rule){ .event = PROXY_NEVER });
	assert_int_equal(publish(bus, EXCHANGE, QUEUE, &why), BUS_ACKED);
	to_server = proxy_bytes_to_server(proxy);
	to_client = proxy_bytes_to_client(proxy);
	bus_close(&bus);
	assert_true(to_server > strlen(body) + 60);
	assert_int_equal(to_client, 21); /* one basic.ack */
	assert_true(broker_count_becomes(QUEUE, 1));
	for (n = 0; n < to_server; n += step_of_loops()) {
		bus = open_by(proxy);
		proxy_arm(proxy, (struct proxy_rule){ .event = PROXY_BYTES_TO_SERVER, .n = n, .action = PROXY_CUT });
		if (publish(bus, EXCHANGE, QUEUE, &why) != BUS_LOST || why.kind != ERROR_UNKNOWN)
			fail_msg("cut at %zu of %zu: %s", n, to_server, why.text);
		bus_close(&bus);
	}
	assert_int_equal(broker_count(QUEUE), 1); /* half a message is none: it was unknown, and it was not there */
	proxy_stop(&proxy);
}

static void a_publish_whose_answer_is_cut_at_any_byte_is_lost_though_a_queue_has_it(void **state)
{
	struct proxy *proxy = proxy_start(broker_port());
	struct error why = { 0 };
	struct bus *bus;
	uint32_t sent = 0;

	(void)state;
	for (size_t n = 0; n <= 21; n++) {
		enum bus_outcome outcome;

		bus = open_by(proxy);
		proxy_arm(proxy, (struct proxy_rule){ .event = PROXY_BYTES_TO_CLIENT, .n = n, .action = PROXY_CUT });
		outcome = publish(bus, EXCHANGE, QUEUE, &why);
		if (outcome != (n < 21 ? BUS_LOST : BUS_ACKED))
			fail_msg("answer cut at %zu: %s", n, bus_outcome_name(outcome));
		sent++;
		bus_close(&bus);
	}
	assert_true(broker_count_becomes(QUEUE, sent));
	proxy_stop(&proxy);
}

static void a_publish_or_an_answer_that_is_swallowed_is_a_timeout(void **state)
{
	static const enum proxy_event events[] = { PROXY_BYTES_TO_SERVER, PROXY_BYTES_TO_CLIENT };
	struct proxy *proxy = proxy_start(broker_port());

	(void)state;
	for (size_t i = 0; i < COUNT(events); i++) {
		struct bus *bus = broker_bus(proxy_port(proxy), 1);
		struct error why = { 0 };

		proxy_arm(proxy, (struct proxy_rule){ .event = events[i], .n = 0, .action = PROXY_SWALLOW });
		assert_int_equal(publish(bus, EXCHANGE, QUEUE, &why), BUS_TIMEOUT);
		assert_int_equal(why.kind, ERROR_UNKNOWN);
		bus_close(&bus);
		assert_true(broker_count_becomes(QUEUE, (uint32_t)i)); /* the same word, and once a queue has it */
	}
	proxy_stop(&proxy);
}

static void a_connection_that_died_while_idle_is_opened_anew(void **state)
{
	struct proxy *proxy = proxy_start(broker_port());
	unsigned ports[2] = { proxy_port(proxy), broker_port() };
	struct error why = { 0 };
	struct bus *bus = NULL;

	(void)state;
	while (!bus || strstr(bus_server(bus), "vhost") == NULL || atoi(strchr(bus_server(bus), ':') + 1) != (int)ports[0]) {
		bus_close(&bus);
		assert_int_equal(bus_open(&(struct bus_options){ .config = broker_config(ports, 2), .label = "x" }, &bus, &why), 0);
	}
	assert_int_equal(publish(bus, EXCHANGE, QUEUE, &why), BUS_ACKED);
	proxy_stop(&proxy); /* the first broker of the list has gone */
	assert_int_equal(publish(bus, EXCHANGE, QUEUE, &why), BUS_ACKED);
	assert_int_equal(atoi(strchr(bus_server(bus), ':') + 1), (int)ports[1]);
	assert_true(broker_count_becomes(QUEUE, 2));
	bus_close(&bus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_ack_means_that_a_queue_has_it, fresh),
		cmocka_unit_test_setup(what_no_queue_takes_comes_back_and_the_connection_stays_good, fresh),
		cmocka_unit_test_setup(an_exchange_that_is_missing_refuses, fresh),
		cmocka_unit_test_setup(a_queue_that_is_full_nacks, fresh),
		cmocka_unit_test_setup(a_canary_comes_back_and_leaves_nothing, fresh),
		cmocka_unit_test_setup(without_the_right_to_write_it_is_refused, fresh),
		cmocka_unit_test_setup(under_an_alarm_it_is_blocked_and_then_not_sent, fresh),
		cmocka_unit_test_setup(a_connection_that_an_administrator_closes_is_seen, fresh),
		cmocka_unit_test_setup(a_publish_cut_at_any_byte_is_never_called_acked, fresh),
		cmocka_unit_test_setup(a_publish_whose_answer_is_cut_at_any_byte_is_lost_though_a_queue_has_it, fresh),
		cmocka_unit_test_setup(a_publish_or_an_answer_that_is_swallowed_is_a_timeout, fresh),
		cmocka_unit_test_setup(a_connection_that_died_while_idle_is_opened_anew, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, broker_remove);
}

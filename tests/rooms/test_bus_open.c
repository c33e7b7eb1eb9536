/* SPDX-License-Identifier: Apache-2.0 */
#include "broker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "proxy.h"
#include "tls_front.h"
#include "util/clock.h"
#include "util/mem.h"

/* Opening and looking: which broker answers, why none does, what is there; and that looking makes nothing. */

#define PASS setting("SB_AMQP_PASS")

static int start(void **state)
{
	signal(SIGPIPE, SIG_IGN); /* as main does */
	return broker_make(state);
}

static struct bus *open_with(const struct broker_config *config, unsigned timeout_s, struct error *err)
{
	struct bus *bus = NULL;

	error_clear(err);
	bus_open(&(struct bus_options){ .config = config, .label = "nova's broker", .open_timeout_s = timeout_s }, &bus, err);
	return bus;
}

static void assert_none(const struct broker_config *config, unsigned timeout_s, const char *text, const char *hint)
{
	struct error err = { 0 };

	assert_null(open_with(config, timeout_s, &err));
	assert_int_equal(err.kind, ERROR_BUS_UNREACHABLE);
	if (!strstr(err.text, text) || !strstr(err.hint, hint))
		fail_msg("%s; hint: %s", err.text, err.hint);
	assert_non_null(strstr(err.text, "nova's broker"));
	assert_no_password(&err, config->url.broker[0].password);
}

static void a_broker_answers_and_says_who_it_is(void **state)
{
	struct bus *bus = broker_bus(broker_port(), 0);
	char expected[64];

	(void)state;
	snprintf(expected, sizeof expected, "127.0.0.1:%u vhost '/'", broker_port());
	assert_string_equal(bus_server(bus), expected);
	bus_close(&bus);
	assert_null(bus);
	bus_close(&bus); /* nothing twice */
}

static void dead_brokers_of_the_list_are_passed_over(void **state)
{
	unsigned ports[4] = { closed_port(), closed_port(), broker_port(), closed_port() };
	struct error err;
	struct bus *bus;

	(void)state;
	for (int i = 0; i < 12; i++) { /* the first to be tried is drawn by lot */
		bus = open_with(broker_config(ports, 4), 2, &err);
		if (!bus)
			fail_msg("%s", err.text);
		assert_int_equal(err.kind, ERROR_OK);
		assert_string_equal(err.text, "");
		bus_close(&bus);
	}
}

static void when_none_answers_each_is_named(void **state)
{
	unsigned ports[2] = { closed_port(), closed_port() };
	struct broker_config *config = broker_config(ports, 2);
	struct error err;
	char one[16], two[16];

	(void)state;
	snprintf(one, sizeof one, ":%u ", ports[0]);
	snprintf(two, sizeof two, ":%u ", ports[1]);
	assert_null(open_with(config, 2, &err));
	assert_int_equal(err.kind, ERROR_BUS_UNREACHABLE);
	assert_non_null(strstr(err.text, "no broker answers"));
	assert_non_null(strstr(err.text, one));
	assert_non_null(strstr(err.text, two));
	assert_non_null(strstr(err.hint, "check that RabbitMQ runs"));
	assert_null(open_with(broker_config(ports, 0), 2, &err));
	assert_int_equal(err.kind, ERROR_CONFIG);
}

static void a_wrong_password_a_wrong_vhost_and_a_wrong_name_are_told_apart(void **state)
{
	static char wrong[] = "wr0ng s3cret", vhost[] = "/no-such", name[] = "no-such-host.invalid";
	unsigned port = broker_port();
	struct broker_config *config = broker_config(&port, 1);

	(void)state;
	config->url.broker[0].password = wrong;
	assert_none(config, 2, "ACCESS_REFUSED", "user and password");
	config = broker_config(&port, 1);
	config->url.vhost = vhost;
	assert_none(config, 2, "/no-such", "virtual host");
	config = broker_config(&port, 1);
	config->url.broker[0].host = name;
	assert_none(config, 2, "no-such-host.invalid", "check that RabbitMQ runs");
}

static void a_peer_that_says_nothing_is_given_up_and_the_next_one_taken(void **state)
{
	unsigned ports[2] = { 0, 0 };
	int fd = listen_on(&ports[0]);
	int64_t begun = clock_monotonic_ms();
	struct error err;
	struct bus *bus;

	(void)state;
	assert_none(broker_config(ports, 1), 1, "timed out", "check that RabbitMQ runs");
	assert_in_range(elapsed_ms_since(begun), 900, 4000);
	ports[1] = broker_port();
	bus = open_with(broker_config(ports, 2), 1, &err);
	assert_non_null(bus);
	bus_close(&bus);
	close(fd);
}

static void a_peer_that_is_no_broker_is_said_so(void **state)
{
	unsigned port = setting_number("SB_DB_PORT"); /* greets first, in another language */

	(void)state;
	assert_none(broker_config(&port, 1), 2, "login", "check that RabbitMQ runs");
}

static void an_opening_cut_or_swallowed_anywhere_is_an_error_in_time(void **state)
{
	static const enum proxy_event events[] = { PROXY_BYTES_TO_SERVER, PROXY_BYTES_TO_CLIENT };
	struct proxy *proxy = proxy_start(broker_port());
	unsigned port = proxy_port(proxy);
	struct error err;
	struct bus *bus;
	size_t n, answered = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(events); i++) {
		for (n = 0, bus = NULL; !bus && n < 5000; n += step_of_loops()) {
			proxy_arm(proxy, (struct proxy_rule){ .event = events[i], .n = n, .action = PROXY_CUT });
			bus = open_with(broker_config(&port, 1), 5, &err);
			if (!bus && err.kind != ERROR_BUS_UNREACHABLE)
				fail_msg("cut at %zu: %s", n, err.text);
			if (!bus)
				assert_no_password(&err, PASS);
		}
		assert_non_null(bus);
		assert_true(n > 100);
		answered = proxy_bytes_to_client(proxy);
		proxy_arm(proxy, (struct proxy_rule){ .event = PROXY_NEVER });
		bus_close(&bus);
	}
	proxy_arm(proxy, (struct proxy_rule){ .event = PROXY_BYTES_TO_CLIENT, .n = answered - 5, .action = PROXY_SWALLOW });
	assert_none(broker_config(&port, 1), 1, "", "");
	proxy_stop(&proxy);
}

/* ---- looking */

static void what_is_there_and_what_is_not_are_answers(void **state)
{
	struct bus *bus = broker_bus(broker_port(), 2);
	struct bus_queue queue;
	struct error err = { 0 };

	(void)state;
	for (int i = 0; i < 2; i++) { /* a name that is missing closes the channel: the next look must not mind */
		assert_int_equal(bus_exchange_exists(bus, EXCHANGE, &err), 1);
		assert_int_equal(bus_exchange_exists(bus, "evac_rooms.none", &err), 0);
		assert_int_equal(bus_queue_look(bus, "evac_rooms.none", &queue, &err), 0);
		assert_false(queue.exists);
		assert_int_equal(bus_queue_look(bus, QUEUE, &queue, &err), 0);
		assert_true(queue.exists);
		assert_int_equal(err.kind, ERROR_OK);
	}
	/* and nothing was made by looking */
	assert_int_equal(bus_exchange_exists(bus, "evac_rooms.none", &err), 0);
	bus_close(&bus);
}

static void messages_and_consumers_are_counted(void **state)
{
	struct bus *bus = broker_bus(broker_port(), 2);
	struct bus_queue queue;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(bus_publish(bus, EXCHANGE, FULL_QUEUE, "{}", 2, &err), BUS_ACKED);
	assert_true(broker_count_becomes(FULL_QUEUE, 1));
	assert_int_equal(bus_queue_look(bus, FULL_QUEUE, &queue, &err), 0);
	assert_int_equal(queue.messages, 1);
	assert_int_equal(queue.consumers, 0);
	broker_consume(QUEUE);
	broker_consume(QUEUE);
	assert_int_equal(bus_queue_look(bus, QUEUE, &queue, &err), 0);
	assert_int_equal(queue.messages, 0);
	assert_int_equal(queue.consumers, 2);
	bus_close(&bus);
}

static void a_look_that_gets_no_answer_ends_in_time(void **state)
{
	struct proxy *proxy = proxy_start(broker_port());
	struct bus *bus;
	struct bus_queue queue;
	struct error err = { 0 };
	unsigned port = proxy_port(proxy);
	int64_t begun;

	(void)state;
	bus = open_with(broker_config(&port, 1), 1, &err);
	assert_non_null(bus);
	proxy_arm(proxy, (struct proxy_rule){ .event = PROXY_BYTES_TO_SERVER, .n = 0, .action = PROXY_SWALLOW });
	begun = clock_monotonic_ms();
	assert_int_equal(bus_queue_look(bus, QUEUE, &queue, &err), -1);
	assert_in_range(elapsed_ms_since(begun), 900, 4000);
	assert_int_equal(err.kind, ERROR_BUS_UNREACHABLE);
	assert_false(queue.exists);
	error_clear(&err);
	assert_int_equal(bus_queue_look(bus, QUEUE, &queue, &err), 0); /* by a new connection */
	assert_true(queue.exists);
	bus_close(&bus);
	proxy_stop(&proxy);
}

/* ---- looking at many */

#define MANY 300

/* Every third is there; the others are as many as lanes have to be closed for. */
static const char *names_of_many[MANY];

static bool is_there(size_t i)
{
	return i % 3 == 1;
}

static void name_many(void)
{
	for (size_t i = 0; i < MANY; i++)
		names_of_many[i] = !is_there(i) ? "evac_rooms.none" : i % 2 ? QUEUE : FULL_QUEUE;
}

static void assert_many(const struct bus_queue *found, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(found[i].exists, is_there(i));
		assert_int_equal(found[i].consumers, is_there(i) && i % 2 ? 1 : 0);
		assert_int_equal(found[i].messages, is_there(i) && i % 2 == 0 ? 1 : 0);
	}
}

static void many_are_answered_as_each_would_be(void **state)
{
	struct bus *bus = broker_bus(broker_port(), 2);
	struct bus_queue found[MANY];
	struct error err = { 0 };
	size_t looked;

	(void)state;
	name_many();
	broker_consume(QUEUE);
	assert_int_equal(bus_publish(bus, EXCHANGE, FULL_QUEUE, "{}", 2, &err), BUS_ACKED);
	assert_true(broker_count_becomes(FULL_QUEUE, 1));
	for (size_t n = 0; n <= MANY; n = n * 2 + 1) { /* again and again: the lanes are free after each */
		memset(found, 0xff, sizeof found);
		assert_int_equal(bus_queues_look(bus, names_of_many, n, found, &looked, &err), 0);
		assert_int_equal(looked, n);
		assert_many(found, n);
	}
	assert_int_equal(bus_publish(bus, EXCHANGE, QUEUE, "{}", 2, &err), BUS_ACKED); /* nothing was left behind */
	assert_int_equal(bus_exchange_exists(bus, "evac_rooms.none", &err), 0);
	bus_close(&bus);
}

static void a_look_at_many_that_gets_no_answer_ends_in_time(void **state)
{
	struct proxy *proxy = proxy_start(broker_port());
	unsigned port = proxy_port(proxy);
	struct bus_queue found[MANY];
	struct error err = { 0 };
	struct bus *bus;
	int64_t begun;
	size_t looked;

	(void)state;
	name_many();
	bus = open_with(broker_config(&port, 1), 2, &err);
	assert_non_null(bus);
	for (size_t n = 0; n <= 4000; n += 1000) {
		assert_int_equal(bus_exchange_exists(bus, EXCHANGE, &err), 1); /* it is open */
		proxy_arm(proxy, (struct proxy_rule){ .event = PROXY_BYTES_TO_CLIENT, .n = n, .action = PROXY_SWALLOW });
		begun = clock_monotonic_ms();
		assert_int_equal(bus_queues_look(bus, names_of_many, MANY, found, &looked, &err), -1);
		assert_in_range(elapsed_ms_since(begun), 1900, 8000);
		assert_int_equal(err.kind, ERROR_BUS_UNREACHABLE);
		assert_true(looked < MANY && (n < 4000 || looked > 0));
		for (size_t i = 0; i < looked; i++)
			assert_int_equal(found[i].exists, is_there(i));
		error_clear(&err);
		proxy_arm(proxy, (struct proxy_rule){ .event = PROXY_NEVER });
	}
	bus_close(&bus);
	proxy_stop(&proxy);
}

/* Cut anywhere, the rest is asked for over a new connection: each is known, and rightly. */
static void a_look_at_many_that_is_cut_goes_on(void **state)
{
	static const enum proxy_event events[] = { PROXY_BYTES_TO_SERVER, PROXY_BYTES_TO_CLIENT };
	struct proxy *proxy = proxy_start(broker_port());
	unsigned port = proxy_port(proxy);
	struct bus_queue found[MANY];
	struct error err = { 0 };
	struct bus *bus;
	size_t looked;

	(void)state;
	name_many();
	bus = open_with(broker_config(&port, 1), 5, &err);
	assert_non_null(bus);
	for (size_t i = 0; i < COUNT(events); i++)
		for (size_t n = 0; n < 1500; n += 61) {
			proxy_arm(proxy, (struct proxy_rule){ .event = PROXY_NEVER });
			assert_int_equal(bus_exchange_exists(bus, EXCHANGE, &err), 1); /* it is open */
			proxy_arm(proxy, (struct proxy_rule){ .event = events[i], .n = n, .action = PROXY_CUT });
			if (bus_queues_look(bus, names_of_many, 9, found, &looked, &err) != 0)
				fail_msg("cut at %zu: %s", n, err.text);
			assert_int_equal(looked, 9);
			for (size_t k = 0; k < 9; k++)
				assert_int_equal(found[k].exists, is_there(k));
		}
	bus_close(&bus);
	proxy_stop(&proxy);
}

/* ---- TLS */

static const char *dir;

static struct broker_config *tls_config(unsigned port, const char *ca_file)
{
	static char text[256];
	struct broker_config *config = broker_config(&port, 1);

	snprintf(text, sizeof text, "%s/%s", dir, ca_file ? ca_file : "");
	config->tls = (struct tls_config){ .enabled = true, .ca_file = ca_file ? text : NULL };
	return config;
}

static struct tls_front *front_with(const char *name)
{
	auto_free char *certificate = xasprintf("%s/%s.pem", dir, name), *key = xasprintf("%s/%s.key", dir, name);

	return tls_front_start(broker_port(), certificate, key);
}

static void a_broker_that_proves_its_name_is_taken(void **state)
{
	static char name[] = "localhost";
	struct tls_front *front = front_with("server");
	struct broker_config *config = tls_config(tls_front_port(front), "ca.pem");
	struct error err;
	struct bus *bus;

	(void)state;
	bus = open_with(config, 2, &err);
	if (!bus)
		fail_msg("%s", err.text);
	assert_int_equal(bus_publish(bus, EXCHANGE, QUEUE, "{}", 2, &err), BUS_ACKED);
	assert_int_equal(bus_canary(bus, EXCHANGE, &err), 0);
	bus_close(&bus);
	config->url.broker[0].host = name;
	bus = open_with(config, 2, &err);
	assert_non_null(bus);
	bus_close(&bus);
	tls_front_stop(&front);
}

static void a_broker_that_does_not_is_refused_before_the_password_is_sent(void **state)
{
	static const struct {
		const char *certificate, *ca_file;
	} rows[] = { { "server", "other-ca.pem" }, { "server", NULL }, { "elsewhere", "ca.pem" }, { "ca", "other-ca.pem" } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct tls_front *front = front_with(rows[i].certificate);

		assert_none(tls_config(tls_front_port(front), rows[i].ca_file), 2, "connect", "check that RabbitMQ runs");
		assert_int_equal(tls_front_bytes(front), 0);
		tls_front_stop(&front);
	}
	assert_none(tls_config(broker_port(), "ca.pem"), 2, "connect", ""); /* a broker without TLS */
	assert_none(tls_config(broker_port(), "no-such.pem"), 2, "no-such.pem", "");
}

static int make_certificates(void **state)
{
	(void)state;
	if (!dir)
		dir = certificates_make();
	return 0;
}

static int finish(void **state)
{
	if (dir)
		certificates_remove();
	return broker_remove(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_broker_answers_and_says_who_it_is),
		cmocka_unit_test(dead_brokers_of_the_list_are_passed_over),
		cmocka_unit_test(when_none_answers_each_is_named),
		cmocka_unit_test(a_wrong_password_a_wrong_vhost_and_a_wrong_name_are_told_apart),
		cmocka_unit_test(a_peer_that_says_nothing_is_given_up_and_the_next_one_taken),
		cmocka_unit_test(a_peer_that_is_no_broker_is_said_so),
		cmocka_unit_test(an_opening_cut_or_swallowed_anywhere_is_an_error_in_time),
		cmocka_unit_test(what_is_there_and_what_is_not_are_answers),
		cmocka_unit_test(messages_and_consumers_are_counted),
		cmocka_unit_test(a_look_that_gets_no_answer_ends_in_time),
		cmocka_unit_test_setup(many_are_answered_as_each_would_be, broker_make),
		cmocka_unit_test(a_look_at_many_that_gets_no_answer_ends_in_time),
		cmocka_unit_test(a_look_at_many_that_is_cut_goes_on),
		cmocka_unit_test_setup(a_broker_that_proves_its_name_is_taken, make_certificates),
		cmocka_unit_test_setup(a_broker_that_does_not_is_refused_before_the_password_is_sent, make_certificates),
	};

	return cmocka_run_group_tests(tests, start, finish);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "broker.h"

#include <stdio.h>
#include <stdlib.h>

#include "fake_broker.h"
#include "util/clock.h"
#include "util/mem.h"

/* What a broker can answer to a publish, each with its own name. Only what proves it may be called "not sent", and only the
 * broker's own word for our own message may be called "acked". */

struct row {
	enum fake_answer answer;
	enum bus_outcome outcome;
	const char *name, *detail; /* in the error's text */
};

static enum bus_outcome publish(struct bus *bus, struct error *why)
{
	return bus_publish(bus, "any", "key", "{\"a\": 1}", 8, why);
}

static struct bus *open_bus(struct fake_broker *broker, unsigned confirm_timeout_s)
{
	return broker_bus(fake_broker_port(broker), confirm_timeout_s);
}

static void every_answer_has_its_own_name(void **state)
{
	static const struct row rows[] = {
		{ FAKE_ACK, BUS_ACKED, "acked", "" },
		{ FAKE_ACK_ALL, BUS_ACKED, "acked", "" },
		{ FAKE_BLOCK_AND_ACK, BUS_ACKED, "acked", "" },
		{ FAKE_ACK_OTHERS, BUS_TIMEOUT, "timeout", "in time" },
		{ FAKE_NACK, BUS_NACKED, "nacked", "rejected it" },
		{ FAKE_SILENCE, BUS_TIMEOUT, "timeout", "in time" },
		{ FAKE_HANG_UP, BUS_LOST, "lost", "before the broker answered" },
		{ FAKE_NOISE, BUS_LOST, "lost", "before the broker answered" },
		{ FAKE_RETURN_AND_ACK, BUS_RETURNED, "returned", "NO_ROUTE" },
		{ FAKE_RETURN_ONLY, BUS_TIMEOUT, "timeout", "in time" },
		{ FAKE_CLOSE_CHANNEL, BUS_REFUSED, "refused", "NOT_FOUND" },
		{ FAKE_CLOSE_CHANNEL_OTHER, BUS_LOST, "lost", "CHANNEL_ERROR" },
		{ FAKE_CLOSE_CONNECTION, BUS_LOST, "lost", "CONNECTION_FORCED" },
		{ FAKE_BLOCK, BUS_BLOCKED, "blocked", "low on memory" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fake_broker *broker = fake_broker_start(rows[i].answer, 60);
		struct bus *bus = open_bus(broker, 1);
		struct error why = { 0 };
		enum bus_outcome outcome = publish(bus, &why);
		bool proves = outcome == BUS_RETURNED || outcome == BUS_REFUSED || outcome == BUS_NOT_SENT;

		if (outcome != rows[i].outcome)
			fail_msg("answer %d is called %s: %s", (int)rows[i].answer, bus_outcome_name(outcome), why.text);
		assert_string_equal(bus_outcome_name(outcome), rows[i].name);
		assert_int_equal(bus_outcome_proves_not_sent(outcome), proves);
		assert_int_equal(why.kind, outcome == BUS_ACKED ? ERROR_OK : proves ? ERROR_BUS_UNREACHABLE : ERROR_UNKNOWN);
		if (!strstr(why.text, rows[i].detail))
			fail_msg("answer %d: %s", (int)rows[i].answer, why.text);
		assert_int_equal(fake_broker_publishes(broker), 1); /* never twice */
		bus_close(&bus);
		fake_broker_stop(&broker);
	}
}

static void the_names_and_sentences_of_outcomes_are_all_different(void **state)
{
	(void)state;
	for (int i = BUS_ACKED; i <= BUS_TIMEOUT; i++)
		for (int k = BUS_ACKED; k < i; k++) {
			assert_string_not_equal(bus_outcome_name((enum bus_outcome)i), bus_outcome_name((enum bus_outcome)k));
			assert_string_not_equal(bus_outcome_sentence((enum bus_outcome)i), bus_outcome_sentence((enum bus_outcome)k));
		}
}

static void the_wait_for_an_answer_ends_in_time(void **state)
{
	struct fake_broker *broker = fake_broker_start(FAKE_SILENCE, 60);
	struct bus *bus = open_bus(broker, 2);
	int64_t start = clock_monotonic_ms();
	struct error why = { 0 };

	(void)state;
	assert_int_equal(publish(bus, &why), BUS_TIMEOUT);
	assert_in_range(elapsed_ms_since(start), 1900, 4000);
	bus_close(&bus);
	fake_broker_stop(&broker);
}

/* The library writes without a timeout. Of a peer that reads nothing the kernel would tell us in the end (TCP_USER_TIMEOUT), of
 * one that reads a little now and then nobody would: the watchdog must end it. */
static void a_write_that_hangs_is_cut_by_the_watchdog(void **state)
{
	static const enum fake_answer answers[] = { FAKE_STOP_READING, FAKE_READ_SLOWLY };
	const size_t n = 8 << 20;
	char *body = xcalloc(n, 1);

	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct fake_broker *broker = fake_broker_start(answers[i], 60);
		struct bus *bus = open_bus(broker, 1);
		int64_t start = clock_monotonic_ms();
		struct error why = { 0 };

		assert_int_equal(bus_publish(bus, "any", "key", body, n, &why), BUS_TIMEOUT);
		assert_in_range(elapsed_ms_since(start), 900, 4000);
		assert_int_equal(why.kind, ERROR_UNKNOWN);
		assert_non_null(strstr(why.text, "in time: ")); /* with the library's words: it was the write, not the wait */
		bus_close(&bus);
		fake_broker_stop(&broker);
	}
	free(body);
}

/* The library refuses to publish after two missed heartbeats. */
static void a_connection_without_heartbeats_is_opened_anew_before_the_publish(void **state)
{
	struct fake_broker *broker = fake_broker_start(FAKE_ACK, 1);
	struct bus *bus = open_bus(broker, 1);
	struct error why = { 0 };

	(void)state;
	wait_ms(2200);
	assert_int_equal(publish(bus, &why), BUS_ACKED);
	assert_int_equal(fake_broker_connections(broker), 2);
	assert_int_equal(fake_broker_publishes(broker), 1);
	bus_close(&bus);
	fake_broker_stop(&broker);
}

static void a_message_that_is_too_large_never_leaves_us(void **state)
{
	const size_t n = (8 << 20) + 1;
	char *body = xcalloc(n, 1);
	struct fake_broker *broker = fake_broker_start(FAKE_ACK, 60);
	struct bus *bus = open_bus(broker, 1);
	struct error why = { 0 };

	(void)state;
	assert_int_equal(bus_publish(bus, "any", "key", body, n, &why), BUS_NOT_SENT);
	assert_int_equal(why.kind, ERROR_REFUSED);
	assert_int_equal(fake_broker_publishes(broker), 0);
	assert_int_equal(bus_publish(bus, "any", "key", body, n - 1, &why), BUS_ACKED);
	bus_close(&bus);
	fake_broker_stop(&broker);
	free(body);
}

/* ---- what the broker said since the last publish */

static void an_alarm_that_is_known_before_the_publish_keeps_it_from_being_sent(void **state)
{
	struct fake_broker *broker = fake_broker_start(FAKE_ACK_THEN_BLOCK, 60);
	struct bus *bus = open_bus(broker, 1);
	struct error why = { 0 };

	(void)state;
	assert_int_equal(publish(bus, &why), BUS_ACKED);
	wait_ms(50); /* for what came right behind the ack */
	assert_int_equal(publish(bus, &why), BUS_NOT_SENT);
	assert_int_equal(why.kind, ERROR_BUS_UNREACHABLE);
	assert_non_null(strstr(why.text, "low on memory"));
	assert_int_equal(fake_broker_publishes(broker), 1);
	bus_close(&bus);
	fake_broker_stop(&broker);
}

static void a_connection_that_the_broker_closed_is_opened_anew_before_the_publish(void **state)
{
	struct fake_broker *broker = fake_broker_start(FAKE_ACK_THEN_CLOSE, 60);
	struct bus *bus = open_bus(broker, 1);
	struct error why = { 0 };

	(void)state;
	for (unsigned i = 1; i <= 3; i++) {
		assert_int_equal(publish(bus, &why), BUS_ACKED);
		assert_int_equal(fake_broker_publishes(broker), i);
		assert_int_equal(fake_broker_connections(broker), i);
		wait_ms(50);
	}
	bus_close(&bus);
	fake_broker_stop(&broker);
}

static void after_any_doubt_the_next_publish_has_a_connection_of_its_own(void **state)
{
	static const enum fake_answer answers[] = { FAKE_NACK, FAKE_ACK_OTHERS, FAKE_HANG_UP, FAKE_CLOSE_CHANNEL, FAKE_CLOSE_CONNECTION };

	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct fake_broker *broker = fake_broker_start(answers[i], 60);
		struct bus *bus = open_bus(broker, 1);
		struct error why = { 0 };
		enum bus_outcome first = publish(bus, &why);

		assert_int_equal(publish(bus, &why), first);
		assert_int_equal(fake_broker_connections(broker), 2);
		bus_close(&bus);
		fake_broker_stop(&broker);
	}
}

static void when_the_broker_has_gone_the_next_of_the_list_is_taken(void **state)
{
	struct fake_broker *first = fake_broker_start(FAKE_HANG_UP, 60), *second = NULL;
	unsigned ports[2] = { fake_broker_port(first), closed_port() };
	struct error why = { 0 };
	struct bus *bus;

	(void)state;
	second = fake_broker_start(FAKE_ACK, 60);
	assert_int_equal(bus_open(&(struct bus_options){ .config = broker_config(ports, 2), .label = "x" }, &bus, &why), 0);
	assert_int_equal(publish(bus, &why), BUS_LOST);
	fake_broker_stop(&first);
	ports[1] = fake_broker_port(second);
	broker_config(ports, 2); /* the same config: now the second one lives */
	assert_int_equal(publish(bus, &why), BUS_ACKED);
	assert_int_equal(fake_broker_publishes(second), 1);
	fake_broker_stop(&second);
	assert_int_equal(publish(bus, &why), BUS_NOT_SENT); /* nobody lives */
	assert_int_equal(why.kind, ERROR_BUS_UNREACHABLE);
	bus_close(&bus);
}

/* ---- canary */

static void only_a_canary_that_comes_back_proves_the_way(void **state)
{
	static const struct {
		enum fake_answer answer;
		int rc;
		const char *text, *hint;
	} rows[] = {
		{ FAKE_RETURN_AND_ACK, 0, "", "" },
		{ FAKE_ACK, -1, "no queue should receive", "unbind" },
		{ FAKE_NACK, -1, "rejected it", "" },
		{ FAKE_BLOCK, -1, "low on memory", "short of memory or disk" },
		{ FAKE_SILENCE, -1, "in time", "" },
		{ FAKE_CLOSE_CHANNEL, -1, "NOT_FOUND", "" },
		{ FAKE_HANG_UP, -1, "before the broker answered", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fake_broker *broker = fake_broker_start(rows[i].answer, 60);
		struct bus *bus = open_bus(broker, 1);
		struct error err = { 0 };
		int64_t start = clock_monotonic_ms();

		assert_int_equal(bus_canary(bus, "any", &err), rows[i].rc);
		assert_int_equal(err.kind, rows[i].rc ? ERROR_BUS_UNREACHABLE : ERROR_OK);
		if (!strstr(err.text, rows[i].text) || !strstr(err.hint, rows[i].hint))
			fail_msg("answer %d: %s; %s", (int)rows[i].answer, err.text, err.hint);
		if (rows[i].answer == FAKE_BLOCK) /* no need to wait to the end */
			assert_true(elapsed_ms_since(start) < 1500);
		bus_close(&bus);
		fake_broker_stop(&broker);
	}
}

/* ---- opening */

static void a_password_that_one_broker_refuses_is_not_tried_on_the_others(void **state)
{
	struct fake_broker *broker[3];
	unsigned ports[3], tried = 0;
	struct error err = { 0 };
	struct bus *bus;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		broker[i] = fake_broker_start(FAKE_REFUSE_LOGIN, 60);
		ports[i] = fake_broker_port(broker[i]);
	}
	assert_int_equal(bus_open(&(struct bus_options){ .config = broker_config(ports, 3), .label = "nova's broker" }, &bus, &err), -1);
	assert_int_equal(err.kind, ERROR_BUS_UNREACHABLE);
	assert_int_equal(err.code, 403);
	for (size_t i = 0; i < 3; i++) {
		tried += fake_broker_connections(broker[i]);
		fake_broker_stop(&broker[i]);
	}
	assert_int_equal(tried, 1);
}

/* ---- what it says of itself */

static void its_version_decides_whether_a_message_expires(void **state)
{
	static const struct {
		const char *version, *taken;
		enum queue_kind queues;
		bool expires;
	} rows[] = {
		{ "3.10.8", "3.10.8", QUEUES_QUORUM, true },    { "3.8.9", "3.8.9", QUEUES_QUORUM, false },
		{ "3.8.9", "3.8.9", QUEUES_UNKNOWN, false },    { "3.8.9", "3.8.9", QUEUES_CLASSIC, true },
		{ NULL, "", QUEUES_QUORUM, false },             { "", "", QUEUES_UNKNOWN, false },
		{ "new \x1b[1m", "", QUEUES_QUORUM, false }, { "3.10.8.and.a.text.that.is.longer.than.any.version", "", QUEUES_QUORUM, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fake_broker *broker = fake_broker_of(FAKE_ACK, 60, rows[i].version);
		struct broker_config config;
		struct error err = { 0 };
		unsigned port = fake_broker_port(broker);
		struct bus *bus;

		config = *broker_config(&port, 1);
		config.queues = rows[i].queues;
		assert_int_equal(bus_open(&(struct bus_options){ .config = &config, .label = "x" }, &bus, &err), 0);
		if (rows[i].taken[0])
			assert_string_equal(bus_version(bus), rows[i].taken);
		assert_null(strchr(bus_version(bus), '\x1b'));
		if (bus_lets_expire(bus) != rows[i].expires)
			fail_msg("version %s", bus_version(bus));
		bus_close(&bus);
		fake_broker_stop(&broker);
	}
}

/* ---- looking */

static void what_cannot_be_read_is_not_absent(void **state)
{
	static const struct {
		enum fake_answer answer;
		int rc;
		bool exists, unsure;
		const char *text, *hint;
	} rows[] = {
		{ FAKE_ACK, 0, true, false, "", "" },
		{ FAKE_EMPTY, 0, true, true, "", "" },
		{ FAKE_ABSENT, 0, false, false, "", "" },
		{ FAKE_HOME_NODE_DOWN, -1, false, false, "home node 'rabbit@mq1' of durable queue 'q'", "start the broker's node" },
		{ FAKE_QUEUE_HANGS, -1, false, false, "due to timeout (404)", "" },
		{ FAKE_NODE_DOWN, -1, false, false, "nodedown (541)", "" },
		{ FAKE_SILENCE, -1, false, false, "request timed out", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fake_broker *broker = fake_broker_start(rows[i].answer, 60);
		struct broker_config config;
		struct error err = { 0 };
		unsigned port = fake_broker_port(broker);
		struct bus_queue found;
		struct bus *bus;

		config = *broker_config(&port, 1);
		assert_int_equal(bus_open(&(struct bus_options){ .config = &config, .label = "x", .open_timeout_s = 1 }, &bus, &err), 0);
		assert_int_equal(bus_queue_look(bus, "q", &found, &err), rows[i].rc);
		assert_int_equal(err.kind, rows[i].rc ? ERROR_BUS_UNREACHABLE : ERROR_OK);
		assert_int_equal(found.exists, rows[i].exists);
		assert_int_equal(found.unsure, rows[i].unsure);
		if (!strstr(err.text, rows[i].text) || !strstr(err.hint, rows[i].hint))
			fail_msg("answer %d: %s; %s", (int)rows[i].answer, err.text, err.hint);
		config.queues = QUEUES_CLASSIC;
		assert_true(bus_queue_look(bus, "q", &found, &err) != 0 || !found.unsure);
		bus_close(&bus);
		fake_broker_stop(&broker);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_answer_has_its_own_name),
		cmocka_unit_test(the_names_and_sentences_of_outcomes_are_all_different),
		cmocka_unit_test(the_wait_for_an_answer_ends_in_time),
		cmocka_unit_test(a_write_that_hangs_is_cut_by_the_watchdog),
		cmocka_unit_test(a_connection_without_heartbeats_is_opened_anew_before_the_publish),
		cmocka_unit_test(a_message_that_is_too_large_never_leaves_us),
		cmocka_unit_test(an_alarm_that_is_known_before_the_publish_keeps_it_from_being_sent),
		cmocka_unit_test(a_connection_that_the_broker_closed_is_opened_anew_before_the_publish),
		cmocka_unit_test(after_any_doubt_the_next_publish_has_a_connection_of_its_own),
		cmocka_unit_test(when_the_broker_has_gone_the_next_of_the_list_is_taken),
		cmocka_unit_test(only_a_canary_that_comes_back_proves_the_way),
		cmocka_unit_test(a_password_that_one_broker_refuses_is_not_tried_on_the_others),
		cmocka_unit_test(its_version_decides_whether_a_message_expires),
		cmocka_unit_test(what_cannot_be_read_is_not_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

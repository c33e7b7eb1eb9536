/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "../../src/bus/internal.h"
#include "util/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- outcomes */

static const struct {
	enum bus_outcome outcome;
	const char *name;
	bool proves_not_sent;
} outcomes[] = {
	{ BUS_ACKED, "acked", false },       { BUS_RETURNED, "returned", true }, { BUS_REFUSED, "refused", true },
	{ BUS_NOT_SENT, "not_sent", true },  { BUS_NACKED, "nacked", false },    { BUS_BLOCKED, "blocked", false },
	{ BUS_LOST, "lost", false },         { BUS_TIMEOUT, "timeout", false },
};

static void every_outcome_has_its_word_and_only_three_prove_that_nothing_was_sent(void **state)
{
	size_t proofs = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(outcomes); i++) {
		assert_string_equal(bus_outcome_name(outcomes[i].outcome), outcomes[i].name);
		assert_int_equal(bus_outcome_proves_not_sent(outcomes[i].outcome), outcomes[i].proves_not_sent);
		assert_true(strlen(bus_outcome_sentence(outcomes[i].outcome)) > 10);
		assert_null(strchr(bus_outcome_sentence(outcomes[i].outcome), '.'));
		proofs += bus_outcome_proves_not_sent(outcomes[i].outcome);
	}
	assert_int_equal(COUNT(outcomes), BUS_TIMEOUT + 1);
	assert_int_equal(proofs, 3);
}

/* ---- what a broker says when it closes */

static struct bus some_bus(void)
{
	static char label[] = "nova's broker", server[] = "mq1:5672 vhost '/'";

	return (struct bus){ .label = label, .server = server };
}

static amqp_bytes_t bytes(const char *s)
{
	return amqp_cstring_bytes(s);
}

static amqp_rpc_reply_t closed(amqp_method_number_t id, void *decoded)
{
	return (amqp_rpc_reply_t){ .reply_type = AMQP_RESPONSE_SERVER_EXCEPTION, .reply = { .id = id, .decoded = decoded } };
}

static const struct {
	unsigned short code;
	const char *text, *expected, *hint;
} closes[] = {
	{ 403, "ACCESS_REFUSED - no", "nova's broker (mq1:5672 vhost '/'): opening: ACCESS_REFUSED - no (403)",
	    "check user and password in transport_url, and the user's permissions" },
	{ 530, "NOT_ALLOWED - vhost x not found", "nova's broker (mq1:5672 vhost '/'): opening: NOT_ALLOWED - vhost x not found (530)",
	    "check the virtual host at the end of transport_url" },
	{ 530, "NOT_ALLOWED - number of channels opened for user 'nova' has reached the maximum allowed user limit of (1)",
	    "nova's broker (mq1:5672 vhost '/'): opening: NOT_ALLOWED - number of channels opened for user 'nova' has reached the maximum allowed user limit of (1) (530)",
	    "raise the limit, or close what others hold open: rabbitmqctl list_user_limits; rabbitmqctl list_vhost_limits" },
	{ 530, "NOT_ALLOWED - access to vhost 'x' refused for user 'nova': connection limit (1) is reached",
	    "nova's broker (mq1:5672 vhost '/'): opening: NOT_ALLOWED - access to vhost 'x' refused for user 'nova': connection limit (1) is reached (530)",
	    "raise the limit, or close what others hold open: rabbitmqctl list_user_limits; rabbitmqctl list_vhost_limits" },
	{ 320, "CONNECTION_FORCED", "nova's broker (mq1:5672 vhost '/'): opening: CONNECTION_FORCED (320)",
	    "the broker is shutting down, or an administrator closed the connection" },
	{ 506, "", "nova's broker (mq1:5672 vhost '/'): opening:  (506)", "" },
};

static void a_close_is_told_with_code_text_and_advice(void **state)
{
	struct bus bus = some_bus();
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(closes); i++) {
		amqp_connection_close_t connection = { .reply_code = closes[i].code, .reply_text = bytes(closes[i].text) };
		amqp_channel_close_t channel = { .reply_code = closes[i].code, .reply_text = bytes(closes[i].text) };
		const amqp_rpc_reply_t replies[] = { closed(AMQP_CONNECTION_CLOSE_METHOD, &connection),
			closed(AMQP_CHANNEL_CLOSE_METHOD, &channel) };

		for (size_t k = 0; k < COUNT(replies); k++) {
			memset(&err, 0, sizeof err);
			assert_int_equal(-1, bus_fail_reply(&bus, "opening", replies[k], &err));
			assert_int_equal(err.kind, ERROR_BUS_UNREACHABLE);
			assert_string_equal(err.text, closes[i].expected);
			assert_string_equal(err.hint, closes[i].hint);
			assert_int_equal(err.code, closes[i].code);
			assert_int_equal(bus_close_code(replies[k]), closes[i].code);
		}
	}
}

static void a_library_error_is_told_in_its_own_words(void **state)
{
	amqp_rpc_reply_t reply = { .reply_type = AMQP_RESPONSE_LIBRARY_EXCEPTION, .library_error = AMQP_STATUS_SOCKET_ERROR };
	struct bus bus = some_bus();
	struct error err = { 0 };

	(void)state;
	assert_int_equal(-1, bus_fail_reply(&bus, "opening", reply, &err));
	assert_true(str_starts(err.text, "nova's broker (mq1:5672 vhost '/'): opening: "));
	assert_int_equal(err.code, AMQP_STATUS_SOCKET_ERROR);
	assert_int_equal(bus_close_code(reply), 0);
}

static void what_was_not_expected_is_said_to_be_so(void **state)
{
	amqp_rpc_reply_t reply = closed(AMQP_BASIC_ACK_METHOD, NULL);
	struct bus bus = some_bus();
	struct error err = { 0 };

	(void)state;
	assert_int_equal(-1, bus_fail_reply(&bus, "opening", reply, &err));
	assert_int_equal(err.kind, ERROR_BUS_UNREACHABLE);
	assert_non_null(strstr(err.text, "something unexpected"));
}

static void a_brokers_text_is_never_read_beyond_its_end(void **state)
{
	char four[4] = { 'a', 'b', 'c', 'd' }; /* without an end */
	char long_text[1000], echo[] = "refused: amqp://u:pa55@h";
	auto_str struct str text = { 0 };
	amqp_connection_close_t close = { .reply_code = 320, .reply_text = { .len = 4, .bytes = four } };
	struct bus bus = some_bus();
	struct error err = { 0 };

	(void)state;
	bus_fail_reply(&bus, "x", closed(AMQP_CONNECTION_CLOSE_METHOD, &close), &err);
	assert_string_equal(err.text, "nova's broker (mq1:5672 vhost '/'): x: abcd (320)");
	memset(long_text, 'x', sizeof long_text);
	bus_add_text(&text, (amqp_bytes_t){ .len = sizeof long_text, .bytes = long_text });
	assert_int_equal(text.n, 300);
	str_clear(&text);
	bus_add_text(&text, (amqp_bytes_t){ .len = 7, .bytes = NULL });
	assert_string_equal(text.s, "");
	bus_add_text(&text, (amqp_bytes_t){ .len = sizeof echo - 1, .bytes = echo });
	assert_string_equal(text.s, "refused: amqp://u:***@h");
}

/* ---- what a broker says of a queue, and of itself */

static void only_what_is_not_there_is_absent(void **state)
{
	static const struct {
		const char *text;
		bool absent;
	} rows[] = {
		{ "NOT_FOUND - no queue 'conductor' in vhost '/'", true },
		{ "NOT_FOUND - no exchange 'nova' in vhost '/'", true },
		{ "NOT_FOUND - home node 'rabbit@mq1' of durable queue 'conductor' in vhost '/' is down or inaccessible", false },
		{ "NOT_FOUND - failed to perform operation on queue 'conductor' in vhost '/' due to timeout", false },
		{ "NOT_FOUND - queue 'no queue' in vhost '/' process is stopped by supervisor", false },
		{ "NOT_FOUND - no queue", false },
		{ "NOT_FOUND", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(bus_says_absent(bytes(rows[i].text)), rows[i].absent);
	assert_false(bus_says_absent((amqp_bytes_t){ .len = 0, .bytes = NULL }));
}

static void a_message_expires_where_that_is_certain(void **state)
{
	static const struct {
		const char *version;
		bool in_quorum_queues;
	} rows[] = {
		{ "3.10.0", true }, { "3.10.8", true }, { "3.13.7", true }, { "4.0.5", true }, { "4.3.0-beta.1", true }, { "10.0", true },
		{ "3.9.29", false }, { "3.8.9", false }, { "3.2.4", false }, { "2.11.0", false }, { "", false }, { "?", false },
		{ "3", false }, { "3.", false }, { "3.x", false }, { "v3.10.8", false }, { "-4.0", false }, { " 4.0", false }, { "4.-1", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (bus_version_lets_expire(rows[i].version, QUEUES_QUORUM) != rows[i].in_quorum_queues ||
		    bus_version_lets_expire(rows[i].version, QUEUES_UNKNOWN) != rows[i].in_quorum_queues)
			fail_msg("version '%s'", rows[i].version);
		assert_true(bus_version_lets_expire(rows[i].version, QUEUES_CLASSIC)); /* since 2.8 */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_outcome_has_its_word_and_only_three_prove_that_nothing_was_sent),
		cmocka_unit_test(a_close_is_told_with_code_text_and_advice),
		cmocka_unit_test(a_library_error_is_told_in_its_own_words),
		cmocka_unit_test(what_was_not_expected_is_said_to_be_so),
		cmocka_unit_test(a_brokers_text_is_never_read_beyond_its_end),
		cmocka_unit_test(only_what_is_not_there_is_absent),
		cmocka_unit_test(a_message_expires_where_that_is_certain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

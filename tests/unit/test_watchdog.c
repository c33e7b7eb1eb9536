/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../src/bus/internal.h"
#include "util/clock.h"

/* The connection's socket; at its other end nobody reads. */
static int wire[2];

int amqp_get_sockfd(amqp_connection_state_t connection)
{
	(void)connection;
	return wire[0];
}

static int connect_wire(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_STREAM, 0, wire);
}

static int cut_wire(void **state)
{
	(void)state;
	close(wire[0]);
	return close(wire[1]);
}

/* How long a write takes that nobody reads; it ends with an error. */
static int64_t blocked_ms(void)
{
	static const char much[65536];
	int64_t begun_ms = clock_monotonic_ms();

	while (write(wire[0], much, sizeof much) > 0)
		;
	return clock_monotonic_ms() - begun_ms;
}

static void a_write_that_hangs_is_ended_at_its_deadline(void **state)
{
	struct bus bus = { 0 };

	(void)state;
	assert_int_equal(watchdog_arm(&bus, 1), 0);
	assert_in_range(blocked_ms(), 900, 30000);
	assert_true(watchdog_disarm(&bus));
	watchdog_end(&bus);
	assert_null(bus.watchdog);
}

/* The thread still sleeps until the deadline of a write that has ended long ago. */
static void a_deadline_that_is_nearer_than_the_last_one_holds(void **state)
{
	struct bus bus = { 0 };

	(void)state;
	assert_int_equal(watchdog_arm(&bus, 600), 0);
	clock_sleep_ms(100);
	assert_false(watchdog_disarm(&bus));
	assert_int_equal(watchdog_arm(&bus, 1), 0);
	alarm(60);
	assert_in_range(blocked_ms(), 900, 30000);
	alarm(0);
	assert_true(watchdog_disarm(&bus));
	watchdog_end(&bus);
}

static void a_write_that_has_ended_has_no_deadline_and_the_next_one_its_own(void **state)
{
	struct bus bus = { 0 };
	char got[4];

	(void)state;
	assert_int_equal(watchdog_arm(&bus, 1), 0);
	assert_false(watchdog_disarm(&bus));
	clock_sleep_ms(500);
	assert_int_equal(watchdog_arm(&bus, 3), 0); /* beyond the first one's */
	clock_sleep_ms(1000);
	assert_int_equal(write(wire[0], "byte", 4), 4);
	assert_false(watchdog_disarm(&bus));
	clock_sleep_ms(2000);
	assert_int_equal(write(wire[0], "more", 4), 4);
	assert_int_equal(read(wire[1], got, 4), 4);
	watchdog_end(&bus);
}

static void without_a_write_there_is_nothing_to_end(void **state)
{
	struct bus bus = { 0 };

	(void)state;
	watchdog_end(&bus);
	assert_null(bus.watchdog);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_write_that_hangs_is_ended_at_its_deadline, connect_wire, cut_wire),
		cmocka_unit_test_setup_teardown(a_deadline_that_is_nearer_than_the_last_one_holds, connect_wire, cut_wire),
		cmocka_unit_test_setup_teardown(a_write_that_has_ended_has_no_deadline_and_the_next_one_its_own, connect_wire, cut_wire),
		cmocka_unit_test(without_a_write_there_is_nothing_to_end),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

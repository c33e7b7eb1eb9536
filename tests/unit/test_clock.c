/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util/clock.h"

static void a_time_is_utc_with_milliseconds_whatever_the_zone(void **state)
{
	static const char shape[] = "dddd-dd-ddTdd:dd:dd.dddZ";
	char before[20], now[CLOCK_TEXT_SIZE], after[20];
	time_t t = time(NULL);
	struct tm tm;

	(void)state;
	setenv("TZ", "Pacific/Kiritimati", 1); /* 14 hours ahead */
	tzset();
	strftime(before, sizeof before, "%Y-%m-%dT%H:%M:%S", gmtime_r(&t, &tm));
	memset(now, 'x', sizeof now);
	clock_now(now);
	t = time(NULL) + 1; /* the two clocks may be read a tick apart */
	strftime(after, sizeof after, "%Y-%m-%dT%H:%M:%S", gmtime_r(&t, &tm));
	assert_int_equal(strlen(now), sizeof shape - 1);
	for (size_t i = 0; i < sizeof shape - 1; i++)
		assert_true(shape[i] == 'd' ? now[i] >= '0' && now[i] <= '9' : now[i] == shape[i]);
	assert_true(strncmp(before, now, 19) <= 0);
	assert_true(strncmp(now, after, 19) <= 0);
}

static void the_deadline_clock_only_grows_and_sleeping_takes_its_time(void **state)
{
	int64_t start = clock_monotonic_ms(), last = start, now;

	(void)state;
	for (int i = 0; i < 100; i++) {
		now = clock_monotonic_ms();
		assert_true(now >= last);
		last = now;
	}
	clock_sleep_ms(20);
	assert_true(clock_monotonic_ms() - start >= 20);
	clock_sleep_ms(0);
	clock_sleep_ms(-5); /* a deadline that is already over */
}

static void an_age_is_said_in_one_unit(void **state)
{
	static const struct {
		int64_t seconds;
		const char *said;
	} ages[] = { { 0, "0 s" }, { 40, "40 s" }, { 119, "119 s" }, { 120, "2 min" }, { 14 * 60 + 59, "14 min" },
		{ 7199, "119 min" }, { 7200, "2 h" }, { 172799, "47 h" }, { 172800, "2 d" }, { 91778148, "1062 d" },
		{ -5, "-5 s" }, { -3600, "-60 min" }, { INT64_MIN, "-106751991167300 d" } };
	char age[CLOCK_AGE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof ages / sizeof *ages; i++)
		assert_string_equal(clock_age(ages[i].seconds, age), ages[i].said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_utc_with_milliseconds_whatever_the_zone),
		cmocka_unit_test(an_age_is_said_in_one_unit),
		cmocka_unit_test(the_deadline_clock_only_grows_and_sleeping_takes_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

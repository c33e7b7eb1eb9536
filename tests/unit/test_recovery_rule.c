/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "../../src/recover/recovery_internal.h"

/* What recovery makes of the age of a message, whose broker lets it expire or does not. The whole table is explored by
 * tests/model/explore.py. */

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define NEVER 0
#define LONG_AGO 1000000

static void only_a_message_that_expires_is_ever_late(void **state)
{
	static const struct {
		int64_t expiration_ms, age_s;
		unsigned age;
	} rows[] = {
		{ BUS_EXPIRATION_MS, 0, AGE_YOUNG },
		{ BUS_EXPIRATION_MS, 150, AGE_YOUNG },
		{ BUS_EXPIRATION_MS, 151, AGE_LATE },
		{ BUS_EXPIRATION_MS, LONG_AGO, AGE_LATE },
		{ NEVER, 0, AGE_YOUNG },
		{ NEVER, 31, AGE_YOUNG },
		{ NEVER, 150, AGE_YOUNG },
		{ NEVER, 151, AGE_ENDLESS },
		{ NEVER, LONG_AGO, AGE_ENDLESS },
		{ -1, LONG_AGO, AGE_ENDLESS }, /* no journal of ours */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct past_unit past = { .expiration_ms = rows[i].expiration_ms, .publish_age_s = rows[i].age_s };

		if (recovery_age(&past) != rows[i].age)
			fail_msg("row %zu: %u", i, recovery_age(&past));
	}
}

static const struct recovery_rule *rule(unsigned cast, unsigned row, unsigned age, unsigned held)
{
	return recovery_rule_for(&(struct known){ .claim = CLAIM_APPLIED, .cast = cast, .row = row, .evidence = EVIDENCE_NONE,
	    .age = age, .instance = INSTANCE_OLD, .held = held });
}

static void what_does_not_expire_is_not_closed_because_time_has_passed(void **state)
{
	static const unsigned casts[] = { CAST_ACKED, CAST_UNKNOWN };

	(void)state;
	for (size_t i = 0; i < COUNT(casts); i++) {
		assert_int_equal(rule(casts[i], ROW_ABSENT, AGE_LATE, HELD_NOT)->action, ACTION_SETTLE);
		assert_int_equal(rule(casts[i], ROW_ABSENT, AGE_ENDLESS, HELD_NOT)->action, ACTION_NONE);
		assert_int_equal(rule(casts[i], ROW_ABSENT, AGE_ENDLESS, HELD_NOT)->verdict, VERDICT_UNKNOWN);
		assert_int_equal(rule(casts[i], ROW_ABSENT, AGE_GIVEN_UP, HELD_NOT)->action, ACTION_SETTLE);
		assert_int_equal(rule(casts[i], ROW_ABSENT, AGE_GIVEN_UP, HELD_MAYBE)->action, ACTION_NONE);
		assert_int_equal(rule(casts[i], ROW_ACCEPTED, AGE_ENDLESS, HELD_NOT)->verdict, VERDICT_UNKNOWN);
		assert_int_equal(rule(casts[i], ROW_ACCEPTED, AGE_ENDLESS, HELD_NOT)->action, ACTION_NONE);
	}
}

static void a_message_that_does_not_expire_is_not_said_to_be_lost(void **state)
{
	(void)state;
	assert_int_equal(rule(CAST_ACKED, ROW_ACCEPTED, AGE_YOUNG, HELD_NOT)->verdict, VERDICT_UNDER_WAY);
	assert_non_null(strstr(rule(CAST_ACKED, ROW_ACCEPTED, AGE_LATE, HELD_NOT)->sentence, "may have died"));
	assert_non_null(strstr(rule(CAST_ACKED, ROW_ACCEPTED, AGE_ENDLESS, HELD_NOT)->sentence, "does not let its message expire"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_message_that_expires_is_ever_late),
		cmocka_unit_test(what_does_not_expire_is_not_closed_because_time_has_passed),
		cmocka_unit_test(a_message_that_does_not_expire_is_not_said_to_be_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

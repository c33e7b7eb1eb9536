/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "config/config.h"

static int set(struct pace_config *config, enum pace_key key, const char *value, struct error *err)
{
	error_clear(err);
	return pace_config_set(config, key, value, "site.conf:7 [pace] x", err);
}

static void without_a_word_the_run_finds_its_pace(void **state)
{
	struct pace_config c;
	struct error err = { 0 };

	(void)state;
	pace_config_init(&c);
	assert_true(c.max_in_flight == 0 && c.max_per_target == 0 && c.queue == 100 && c.database_ms == 1000 && c.patience_s == 300);
	for (int key = 0; key < PACE_KEYS; key++)
		assert_true(set(&c, (enum pace_key)key, NULL, &err) == 0 && set(&c, (enum pace_key)key, "", &err) == 0);
	assert_true(c.max_in_flight == 0 && c.patience_s == 300);
}

static void each_key_has_its_member(void **state)
{
	struct pace_config c;
	struct error err = { 0 };

	(void)state;
	pace_config_init(&c);
	assert_int_equal(set(&c, PACE_MAX_IN_FLIGHT, "1", &err), 0);
	assert_int_equal(set(&c, PACE_MAX_PER_TARGET, "2", &err), 0);
	assert_int_equal(set(&c, PACE_QUEUE, "3", &err), 0);
	assert_int_equal(set(&c, PACE_DATABASE_MS, "4", &err), 0);
	assert_int_equal(set(&c, PACE_PATIENCE, "5", &err), 0);
	assert_true(c.max_in_flight == 1 && c.max_per_target == 2 && c.queue == 3 && c.database_ms == 4 && c.patience_s == 5);
}

static void what_is_no_number_is_refused_with_its_place(void **state)
{
	static const char *const bad[] = { "0", "-1", "+1", " 1", "1 ", "x", "1.5", "10001", "99999999999999999999" };
	struct pace_config c;
	struct error err = { 0 };

	(void)state;
	pace_config_init(&c);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(set(&c, PACE_MAX_IN_FLIGHT, bad[i], &err), -1);
		assert_int_equal(err.kind, ERROR_CONFIG);
		assert_non_null(strstr(err.text, "site.conf:7"));
		assert_non_null(strstr(err.text, bad[i]));
		assert_int_equal(c.max_in_flight, 0);
	}
	assert_int_equal(set(&c, PACE_MAX_IN_FLIGHT, "10000", &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_word_the_run_finds_its_pace),
		cmocka_unit_test(each_key_has_its_member),
		cmocka_unit_test(what_is_no_number_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

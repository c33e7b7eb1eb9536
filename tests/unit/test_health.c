/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "evacuate/health.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct health health;
static struct pace_config limits;

static enum ailment judged(struct health_seen seen)
{
	health_judge(&health, &limits, &seen);
	return health.ails;
}

static struct health_seen queue_of(uint32_t messages)
{
	return (struct health_seen){ .queue_known = true, .messages = messages };
}

static struct health_seen database_in(int64_t ms)
{
	return (struct health_seen){ .database_known = true, .database_ms = ms };
}

static int begin_healthy(void **state)
{
	(void)state;
	health = (struct health){ 0 };
	pace_config_init(&limits);
	return 0;
}

static void one_look_is_chance_and_two_are_none(void **state)
{
	(void)state;
	assert_int_equal(judged(queue_of(0)), AILS_NOTHING);
	assert_int_equal(judged(queue_of(101)), AILS_NOTHING);
	assert_int_equal(judged(queue_of(100)), AILS_NOTHING);
	assert_int_equal(judged(queue_of(101)), AILS_NOTHING);
	assert_int_equal(judged(queue_of(101)), AILS_QUEUE);
}

static void the_first_look_of_a_run_is_believed(void **state)
{
	(void)state;
	assert_int_equal(judged(queue_of(500)), AILS_QUEUE);
}

static void it_is_over_at_half_of_the_limit(void **state)
{
	(void)state;
	judged(queue_of(500));
	assert_int_equal(judged(queue_of(100)), AILS_QUEUE);
	assert_int_equal(judged(queue_of(51)), AILS_QUEUE);
	assert_int_equal(judged(queue_of(50)), AILS_NOTHING);
	judged(database_in(1001));
	assert_int_equal(judged(database_in(501)), AILS_DATABASE);
	assert_int_equal(judged(database_in(500)), AILS_NOTHING);
}

/* Neither that it is over, nor that it is not. */
static void what_was_not_seen_changes_nothing(void **state)
{
	(void)state;
	judged(queue_of(500));
	assert_int_equal(judged((struct health_seen){ 0 }), AILS_QUEUE);
	health = (struct health){ 0 };
	judged(queue_of(0));
	judged(queue_of(500));
	assert_int_equal(judged((struct health_seen){ 0 }), AILS_NOTHING);
	assert_int_equal(judged(queue_of(500)), AILS_QUEUE);
}

static void a_queue_grows_when_more_wait_than_before(void **state)
{
	static const struct {
		uint32_t before, now;
		bool grows;
	} queues[] = { { 0, 9, false }, { 5, 10, true }, { 10, 10, false }, { 60, 40, false }, { 40, 60, true } };

	(void)state;
	judged(queue_of(80));
	assert_false(health.grows); /* more than what? */
	for (size_t i = 0; i < COUNT(queues); i++) {
		judged(queue_of(queues[i].before));
		judged(queue_of(queues[i].now));
		assert_int_equal(health.grows, queues[i].grows);
	}
}

static void a_database_lags_against_its_own_best(void **state)
{
	(void)state;
	judged(database_in(10));
	judged(database_in(2));
	judged(database_in(99)); /* quick enough */
	judged(database_in(99));
	assert_false(health_database_lags(&health));
	judged(database_in(110));
	assert_false(health_database_lags(&health));
	judged(database_in(110));
	assert_true(health_database_lags(&health));
	assert_int_equal(health.ails, AILS_NOTHING);
	judged(database_in(3));
	assert_false(health_database_lags(&health));
	health = (struct health){ 0 };
	for (int i = 0; i < 5; i++)
		judged(database_in(200)); /* as ever */
	assert_false(health_database_lags(&health));
	health = (struct health){ 0 };
	judged(database_in(2));
	for (int i = 0; i < 30; i++)
		judged(database_in(150)); /* and what it stays at is its usual one */
	assert_false(health_database_lags(&health));
}

static void failures_of_others_are_three_and_half_of_all(void **state)
{
	static const struct {
		size_t ended, failed;
		enum ailment ails;
	} ends[] = { { 0, 0, AILS_NOTHING }, { 2, 2, AILS_NOTHING }, { 3, 3, AILS_EVENTS }, { 7, 3, AILS_NOTHING }, { 6, 3, AILS_EVENTS } };

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		struct health_seen seen = { .database_known = true, .ended = ends[i].ended, .failed = ends[i].failed };

		assert_int_equal(judged(seen), ends[i].ails);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one_look_is_chance_and_two_are_none, begin_healthy),
		cmocka_unit_test_setup(the_first_look_of_a_run_is_believed, begin_healthy),
		cmocka_unit_test_setup(it_is_over_at_half_of_the_limit, begin_healthy),
		cmocka_unit_test_setup(what_was_not_seen_changes_nothing, begin_healthy),
		cmocka_unit_test_setup(a_queue_grows_when_more_wait_than_before, begin_healthy),
		cmocka_unit_test_setup(a_database_lags_against_its_own_best, begin_healthy),
		cmocka_unit_test_setup(failures_of_others_are_three_and_half_of_all, begin_healthy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

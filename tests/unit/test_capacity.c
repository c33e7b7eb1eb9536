/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>

#include "../../src/evacuate/wave_internal.h"
#include "fake_db.h"
#include "scene.h"
#include "util/clock.h"

/* Two instances of c1 on their way: what a look before their messages says of them. c2 is the only host beside. */

#define BOOKS "placement/inventory_list"
#define SERVICES "nova/service_list"
#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct fixture f;
static struct work work;
static struct capacity capacity;
static int64_t now_ms;

int64_t clock_monotonic_ms(void)
{
	return now_ms;
}

void clock_now(char out[CLOCK_TEXT_SIZE])
{
	strcpy(out, "2026-01-31T03:04:05.678Z");
}

void clock_sleep_ms(int64_t ms)
{
	now_ms += ms;
}

static const char *const book_columns[] = { "root", "uuid", "name", "class", "class_name", "capacity", "used", "min_unit", "max_unit", "step_size", NULL };

/* c2 as it is now: so much memory, and its service. */
static void set_now(const char *memory_mb, const char *disabled)
{
	static const char *const service_columns[] = { "id", "host", "binary", "disabled", "forced_down", "version", "heartbeat_age_s", NULL };
	static const char *book[30], *service[7];
	const char *const of_class[] = { "VCPU", "MEMORY_MB", "DISK_GB" }, *const number[] = { "0", "1", "2" };

	for (size_t i = 0; i < 3; i++) {
		const char *const row[] = { "u2", "u2", "c2", number[i], of_class[i], i == 1 ? memory_mb : "1000", "0", "1", "100000", "1" };

		memcpy(book + 10 * i, row, sizeof row);
	}
	memcpy(service, (const char *const[]){ "11", "c2", "nova-compute", disabled, "0", "64", "5" }, sizeof service);
	fake_rows(BOOKS, book_columns, book, 3);
	fake_rows(SERVICES, service_columns, service, 1);
}

static int begin(void **state)
{
	static struct inventory seen[3];

	(void)state;
	fixture_init(&f);
	now_ms = 100000;
	f.node[1].uuid = "u2";
	f.world.api_db = f.world.placement_db = &f.cell_db;
	f.scene.placing.inventories = (struct inventories){ .v = seen, .n = 3 };
	work = (struct work){ .request = &f.request, .scene = f.scene };
	for (size_t i = 0; i < INSTANCES; i++) {
		struct unit *unit = plan_unit(&work.plan, UNIT_EVACUATION);

		unit->candidate = &f.candidate[i];
		unit_step(unit, STEP_INSTANCE, f.instance[i].uuid, f.instance[i].name);
		unit->step[0].before[0] = "c1";
	}
	return 0;
}

static int end(void **state)
{
	(void)state;
	capacity_end(&capacity);
	evacuations_free(&work.plan);
	plan_free(&work.plan);
	fake_reset();
	return 0;
}

/* "go", "wait", or why it is left out. */
static const char *asked(size_t unit)
{
	bool held = false, goes = capacity_check(&work, &capacity, unit, &held);

	assert_false(goes && held);
	return goes ? "go" : held ? "wait" : work.plan.unit[unit].step[0].error;
}

static size_t count_looks(void)
{
	size_t n = 0;

	for (const char *p = fake_calls.s; p && (p = strstr(p, BOOKS)); p++)
		n++;
	return n;
}

static void send(size_t unit)
{
	work.plan.unit[unit].evacuation = xcalloc(1, sizeof *work.plan.unit[unit].evacuation);
	evacuation_enter(&work.plan.unit[unit], PHASE_SENT, NULL);
}

static void where_all_land_one_look_is_enough_for_half_a_minute(void **state)
{
	(void)state;
	set_now("65536", "0");
	assert_string_equal(asked(0), "go");
	send(0);
	now_ms += 29000;
	assert_string_equal(asked(1), "go");
	assert_int_equal(count_looks(), 1);
	now_ms += 2000;
	assert_string_equal(asked(1), "go");
	assert_int_equal(count_looks(), 2);
}

static void what_fits_nowhere_any_more_is_left_out(void **state)
{
	(void)state;
	set_now("2047", "0"); /* of 2048 and 4096 */
	assert_non_null(strstr(asked(0), "no-capacity: 'c2' has 2047 of the 2048 MB"));
	assert_int_equal(work.plan.unit[0].step[0].state, STATE_SKIPPED);
	assert_non_null(strstr(asked(1), "no-capacity"));
	assert_int_equal(count_looks(), 1);
}

static void a_host_that_was_disabled_meanwhile_takes_none(void **state)
{
	(void)state;
	set_now("65536", "1");
	assert_non_null(strstr(asked(0), "no-capacity"));
}

static void what_is_on_its_way_is_waited_for_where_both_may_not_fit(void **state)
{
	(void)state;
	set_now("5000", "0");
	assert_string_equal(asked(0), "go");
	send(0);
	assert_string_equal(asked(1), "wait");
	set_now("2952", "0"); /* it has landed, and the books show it */
	work.plan.unit[0].evacuation->ended_ms = now_ms + 500;
	evacuation_enter(&work.plan.unit[0], PHASE_PROVED, NULL);
	now_ms += 1000;
	assert_non_null(strstr(asked(1), "2952 of the 4096 MB"));
}

static void a_failed_one_took_nothing(void **state)
{
	(void)state;
	set_now("5000", "0");
	send(0);
	assert_string_equal(asked(1), "wait");
	work.plan.unit[0].evacuation->ended_ms = now_ms;
	evacuation_enter(&work.plan.unit[0], PHASE_FAILED, "nova failed");
	assert_string_equal(asked(1), "wait"); /* the books are as old */
	now_ms += 1000;
	assert_string_equal(asked(1), "go");
}

static void a_named_host_is_asked_alone(void **state)
{
	(void)state;
	work.plan.unit[0].step[0].after[0] = work.plan.unit[1].step[0].after[0] = "c2";
	set_now("6144", "0");
	assert_string_equal(asked(0), "go");
	send(0);
	assert_string_equal(asked(1), "go"); /* beside the first */
	set_now("6143", "0");
	now_ms += 1000;
	assert_string_equal(asked(1), "wait");
	work.plan.unit[0].evacuation->ended_ms = now_ms - 1;
	evacuation_enter(&work.plan.unit[0], PHASE_PROVED, NULL);
	set_now("4095", "0");
	now_ms += 1000;
	assert_non_null(strstr(asked(1), "'c2', where the plan puts it"));
}

static void without_an_answer_it_goes_and_that_is_said(void **state)
{
	(void)state;
	set_now("1", "0");
	fake_answer(BOOKS)->fails = ERROR_DB_UNREACHABLE;
	assert_string_equal(asked(0), "go");
	assert_true(capacity.told);
	fake_answer(BOOKS)->fails = ERROR_OK;
	work.scene.placing.inventories.n = 0; /* placement was not asked at all */
	assert_string_equal(asked(1), "go");
	assert_int_equal(count_looks(), 1);
}

static void who_accepts_it_is_not_asked_again(void **state)
{
	(void)state;
	set_now("1", "0");
	f.accept[0] = "no-capacity:i1";
	f.request.how.accept.n = 1;
	assert_string_equal(asked(0), "go");
	assert_non_null(strstr(asked(1), "no-capacity"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(where_all_land_one_look_is_enough_for_half_a_minute),
		TEST(what_fits_nowhere_any_more_is_left_out),
		TEST(a_host_that_was_disabled_meanwhile_takes_none),
		TEST(what_is_on_its_way_is_waited_for_where_both_may_not_fit),
		TEST(a_failed_one_took_nothing),
		TEST(a_named_host_is_asked_alone),
		TEST(without_an_answer_it_goes_and_that_is_said),
		TEST(who_accepts_it_is_not_asked_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

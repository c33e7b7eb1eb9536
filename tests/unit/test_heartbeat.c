/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_db.h"
#include "find/scene.h"
#include "scene.h"
#include "util/clock.h"
#include "util/log.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A nova-compute of c1 whose heartbeats follow a script, and a clock that runs only while somebody sleeps. */
static int64_t now_ms, beats_every_s, beat_s; /* beats_every_s 0: it is dead since */

void clock_now(char out[CLOCK_TEXT_SIZE])
{
	strcpy(out, "2026-01-31T03:04:05.678Z");
}

int64_t clock_monotonic_ms(void)
{
	return now_ms;
}

static void answer(void)
{
	static const char *const columns[] = { "id", "uuid", "host", "binary", "disabled", "disabled_reason", "forced_down", "version",
		"heartbeat_age_s", NULL };
	static const char *row[9];
	static char age[24];

	while (beats_every_s && beat_s + beats_every_s <= now_ms / 1000)
		beat_s += beats_every_s;
	snprintf(age, sizeof age, "%lld", (long long)(now_ms / 1000 - beat_s));
	memcpy(row, (const char *[]){ "10", NULL, "c1", "nova-compute", "1", "evac-manage", "1", "64", age }, sizeof row);
	fake_rows("nova/service_list_by_host", columns, row, 1);
}

void clock_sleep_ms(int64_t ms)
{
	now_ms += ms;
	answer();
}

int world_connect_cell(const struct world *w, const struct nova_cell *cell, struct db **out, struct error *err)
{
	(void)w;
	*out = fake_away ? NULL : cell->db;
	return fake_away ? error_set(err, ERROR_DB_UNREACHABLE, "the database is away") : 0;
}

void db_close(struct db **db)
{
	*db = NULL;
}

static struct fixture f;

static void begin(int64_t age_s, bool forced_down, int64_t every_s)
{
	fixture_init(&f);
	fake_reset();
	f.world.nova.report_interval_s = 10;
	f.scene.nova.compute = &f.nova_service[C1];
	f.nova_service[C1].forced_down = forced_down;
	f.nova_service[C1].heartbeat_age_s = (struct maybe_int){ true, age_s };
	now_ms = 1000000000;
	beat_s = now_ms / 1000 - age_s;
	beats_every_s = every_s;
	answer();
}

static const struct {
	int64_t age_s;
	bool forced_down;
	int64_t every_s, waits_s;
	bool reports;
} cases[] = {
	{ 3, true, 0, 13, false },   /* it died three seconds ago: the next one would be late after 16 */
	{ 3, true, 10, 7, true },    /* and this one did not */
	{ 9, true, 10, 1, true },
	{ 0, true, 10, 10, true },
	{ 15, true, 0, 1, false },
	{ 16, true, 0, 0, false },   /* late already */
	{ 500, true, 0, 0, false },
	{ 3, false, 10, 0, false },  /* the heartbeat itself says that it is alive */
	{ -5, true, 0, 17, false },  /* a clock that is ahead */
};

static void a_heartbeat_that_comes_while_we_look_is_no_dead_hosts(void **state)
{
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t start;

		begin(cases[i].age_s, cases[i].forced_down, cases[i].every_s);
		start = now_ms;
		assert_int_equal(0, scene_watch_heartbeat(&f.scene, &err));
		assert_int_equal(f.scene.nova.reports_though_forced_down, cases[i].reports);
		if ((now_ms - start) / 1000 != cases[i].waits_s)
			fail_msg("case %zu: waited %lld s", i, (long long)(now_ms - start) / 1000);
	}
}

static void it_is_watched_for_an_evacuation_alone(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin(3, true, 10);
	f.scene.subject.evacuates = false;
	assert_int_equal(0, scene_watch_heartbeat(&f.scene, &err));
	assert_false(f.scene.nova.reports_though_forced_down);
	begin(3, true, 10);
	fake_away = true;
	assert_int_equal(-1, scene_watch_heartbeat(&f.scene, &err));
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
}

static int quiet(void **state)
{
	struct error err;

	(void)state;
	return log_open(&(struct log_options){ .level = LOG_ERROR }, &err);
}

static int forget(void **state)
{
	(void)state;
	fake_reset();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_heartbeat_that_comes_while_we_look_is_no_dead_hosts),
		cmocka_unit_test(it_is_watched_for_an_evacuation_alone),
	};

	return cmocka_run_group_tests(tests, quiet, forget);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "evacuate/pace.h"
#include "evacuate/progress.h"
#include "plan/evacuation.h"
#include "scene.h"
#include "under_valgrind.h"
#include "util/clock.h"
#include "util/status.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define MOST 1000

static int64_t now_ms;

void clock_now(char out[CLOCK_TEXT_SIZE])
{
	strcpy(out, "2026-01-31T03:04:05.678Z");
}

int64_t clock_monotonic_ms(void)
{
	return now_ms;
}

/* ---- how long the rest takes */

static uint64_t seed;

static double chance(void) /* Knuth's MMIX */
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(seed >> 11) + 0.5) / 9007199254740992.0;
}

static double bell(void) /* mean 0, variance 1 */
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += chance();
	return sum;
}

static double e_to(double x)
{
	double y = 1 + x / 1024;

	for (int i = 0; i < 10; i++)
		y *= y;
	return y;
}

static int by_age(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* A run as it was: each instance took some half a minute (lognormal), so many at once, in the place that was free first. */
struct course {
	size_t n, window;
	int64_t gap, took[MOST], sent[MOST], end[MOST], order[MOST]; /* order: the ends, the first one first */
};

static void run_through(struct course *c, double sigma)
{
	int64_t place[64] = { 0 };
	size_t first;

	for (size_t i = 0; i < c->n; i++) {
		first = 0;
		for (size_t k = 1; k < c->window; k++)
			first = place[k] < place[first] ? k : first;
		c->took[i] = (int64_t)(30000 * e_to(sigma * bell()));
		c->sent[i] = place[first] + c->gap;
		c->order[i] = c->end[i] = place[first] = c->sent[i] + c->took[i];
	}
	qsort(c->order, c->n, sizeof *c->order, by_age);
}

/* What is known of it at ${now}. */
static int64_t left_at(const struct course *c, int64_t now, size_t *waiting)
{
	int64_t took[MOST], since[MOST];
	struct pace p = { .took = took, .since = since, .window = c->window, .gap = c->gap };

	for (size_t i = 0; i < c->n; i++) {
		if (c->end[i] <= now)
			took[p.ended++] = c->took[i];
		else if (c->sent[i] <= now + c->gap)
			since[p.under_way++] = now > c->sent[i] ? now - c->sent[i] : 0;
		else
			p.waiting++;
	}
	qsort(took, p.ended, sizeof *took, by_age);
	*waiting = p.waiting;
	return pace_left(&p);
}

/* From the tenth that ended on, while more wait than are under way, it is right within 30 %; of a hundred looks one may miss. In the
 * last wave nothing can be known but how long the slowest takes: there it is wrong by less than one and a half of these. */
static void what_is_left_is_right_within_30_percent_from_the_tenth_on(void **state)
{
	static const struct {
		size_t n, window;
		double sigma;
	} runs[] = { { 213, 5, 0.3 }, { 213, 10, 0.3 }, { 213, 10, 0.1 }, { 1000, 10, 0.3 }, { 60, 5, 0.2 } };
	struct course c;

	(void)state;
	for (size_t r = under_valgrind() ? COUNT(runs) - 1 : 0; r < COUNT(runs); r++) {
		size_t looks = 0, wrong = 0, waiting, late = 0, far = 0;

		for (seed = 1; seed <= 200; seed += 10) {
			uint64_t kept = seed;

			c = (struct course){ .n = runs[r].n, .window = runs[r].window, .gap = 300 };
			run_through(&c, runs[r].sigma);
			for (size_t k = 10; k < c.n; k++) {
				int64_t is = c.order[c.n - 1] - c.order[k - 1], said = left_at(&c, c.order[k - 1], &waiting);
				int64_t off = said > is ? said - is : is - said;

				if (waiting > c.window) {
					looks++;
					wrong += (double)off > 0.3 * (double)is;
				} else {
					late++;
					far += off > 45000;
				}
			}
			seed = kept;
		}
		if (looks == 0 || wrong * 100 > looks || far * 100 > late * 5)
			fail_msg("%zu in %zu places, spread %.1f: %zu of %zu wrong, at the end %zu of %zu far off", runs[r].n,
			    runs[r].window, runs[r].sigma, wrong, looks, far, late);
	}
}

static void what_is_left_in_plain_cases(void **state)
{
	static const int64_t ten[] = { 10, 10, 10, 10 }, fives[] = { 5, 5 }, old[] = { 40 };
	static const struct {
		struct pace pace;
		int64_t left;
	} cases[] = {
		{ { ten, 0, fives, 2, 7, 2, 0, 0, PACE_NONE }, -1 },  /* none has ended: nobody knows */
		{ { ten, 4, fives, 0, 0, 2, 0, 0, PACE_NONE }, 0 },   /* all have */
		{ { ten, 4, fives, 2, 0, 2, 0, 0, PACE_NONE }, 5 },   /* halfway */
		{ { ten, 4, fives, 2, 2, 2, 0, 0, PACE_NONE }, 15 },  /* and one wave more */
		{ { ten, 4, fives, 2, 2, 2, 3, 0, PACE_NONE }, 18 },  /* with our own time between */
		{ { ten, 4, fives, 2, 1, 1, 0, 0, PACE_NONE }, 15 },  /* more under way than there are places: as it is */
		{ { ten, 4, fives, 0, 4, 2, 0, 0, PACE_NONE }, 20 },  /* nothing under way yet */
		{ { ten, 4, old, 1, 0, 1, 0, 0, PACE_NONE }, 11 },    /* longer than all that ended: a quarter more */
		{ { ten, 4, fives, 0, 3, 4, 0, 3, PACE_NONE }, 30 }, /* firsts of their kinds go one after the other */
		{ { ten, 4, fives, 2, 3, 4, 0, 3, 1 }, 35 },         /* after the one that is under way */
		{ { ten, 4, fives, 2, 9, 4, 0, 1, 0 }, 30 },         /* the rest goes beside them, as ever */
		{ { ten, 4, fives, 0, 1, 4, 0, 3, PACE_NONE }, 10 }, /* of more firsts than wait, those that wait */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (pace_left(&cases[i].pace) != cases[i].left)
			fail_msg("%zu: %lld", i, (long long)pace_left(&cases[i].pace));
}

/* ---- the line */

static struct fixture f;
static struct work work;
static struct evacuation evacuation[MOST];

/* One letter an instance: d landed, its port DOWN; o landed after 10 s, f failed after 10 s, s under way, n not sent, k left out, . waiting. */
static void plan_of(const char *letters, int64_t window)
{
	static const enum evacuation_phase phase[] = { ['o'] = PHASE_PROVED, ['f'] = PHASE_FAILED, ['s'] = PHASE_SENT, ['n'] = PHASE_NOT_SENT,
		['d'] = PHASE_NOT_READY };

	fixture_init(&f);
	f.request.how.max_in_flight = window;
	work = (struct work){ .request = &f.request };
	unit_step(plan_unit(&work.plan, UNIT_OWNERSHIP), STEP_INSTANCE, "rows", NULL); /* no instance */
	for (size_t i = 0; letters[i]; i++) {
		struct unit *unit = plan_unit(&work.plan, UNIT_EVACUATION);

		unit_step(unit, STEP_INSTANCE, "i", NULL);
		if (letters[i] == 'k')
			unit_set_state(unit, STATE_SKIPPED, "why");
		if (letters[i] == 'k' || letters[i] == '.')
			continue;
		evacuation[i] = (struct evacuation){ .sent_ms = letters[i] == 's' ? 10000 : 0, .ended_ms = 10000 };
		unit->evacuation = &evacuation[i];
		evacuation_enter(unit, phase[(unsigned char)letters[i]], NULL);
	}
}

static void the_line_says_how_far_all_are(void **state)
{
	static const struct {
		const char *letters;
		int64_t window, now_ms;
		struct progress progress;
		const char *text;
	} cases[] = {
		{ "....", 2, 0, { 0 }, "0 of 4 ended, 0 failed, 0 under way" },
		{ "ss..", 2, 11000, { 0 }, "0 of 4 ended, 0 failed, 2 under way" },
		{ "ooss", 2, 15000, { 0 }, "2 of 4 ended, 0 failed, 2 under way, 8.0 a minute, about 5 s left" },
		{ "ofss..", 2, 15000, { 0 }, "2 of 6 ended, 1 failed, 2 under way, 8.0 a minute, about 15 s left" },
		{ "odss", 2, 15000, { 0 }, "2 of 4 ended, 0 failed, 2 under way, 1 without a ready network, 8.0 a minute, about 5 s left" },
		{ "onkk", 2, 15000, { 0 }, "2 of 4 ended, 1 failed, 0 under way, 2 not begun, 4.0 a minute" },
		{ "oo..", 2, 30000, { .paused = true, .paused_ms = 20000 }, "2 of 4 ended, 0 failed, 0 under way, paused, 12.0 a minute" },
		/* the width that the run has found, as long as that holds anybody back; and what it waits for */
		{ "ss..", 2, 11000, { .width_is_found = true }, "0 of 4 ended, 0 failed, 2 under way of 2 at once" },
		{ "ooss", 2, 15000, { .width_is_found = true }, "2 of 4 ended, 0 failed, 2 under way, 8.0 a minute, about 5 s left" },
		{ "oos.", 2, 15000, { .ails = AILS_QUEUE }, "2 of 4 ended, 0 failed, 1 under way, waiting for nova-conductor's queue, 8.0 a minute" },
		{ "oos.", 2, 15000, { .ails = AILS_DATABASE }, "2 of 4 ended, 0 failed, 1 under way, waiting for the database, 8.0 a minute" },
		{ "oos.", 2, 15000, { .ails = AILS_EVENTS }, "2 of 4 ended, 0 failed, 1 under way, waiting, as evacuations of others fail, 8.0 a minute" },
		{ "oo................................", 1, 20000, { 0 },
		    "2 of 34 ended, 0 failed, 0 under way, 6.0 a minute, about 5 min 20 s left" },
		{ "o.......................................................................", 1, 10000, { 0 },
		    "1 of 72 ended, 0 failed, 0 under way, 6.0 a minute, about 12 min left" },
	};
	auto_str struct str text = { 0 };
	struct progress progress;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		now_ms = cases[i].now_ms;
		plan_of(cases[i].letters, cases[i].window);
		str_clear(&text);
		progress = cases[i].progress;
		progress.width = (size_t)cases[i].window;
		progress_text(&progress, &work, &text);
		assert_string_equal(text.s, cases[i].text);
		for (size_t k = 0; k < work.plan.nunit; k++)
			work.plan.unit[k].evacuation = NULL;
		plan_free(&work.plan);
	}
}

/* Three instances of three kinds are not three places. */
static void the_line_knows_that_firsts_go_one_after_the_other(void **state)
{
	static char owner[4][sizeof "c1@a"] = { "c1@a", "c1@b", "c1@c", "c1@a" };
	static struct instance instance = { .root_destination = "local" };
	static struct volume_fact volume[4];
	static struct candidate candidate[5];
	static const struct {
		const char *letters, *text;
	} cases[] = {
		{ "o..", "1 of 3 ended, 0 failed, 0 under way, 4.0 a minute, about 20 s left" },
		{ "os.", "1 of 3 ended, 0 failed, 1 under way, 4.0 a minute, about 15 s left" },
		{ "o..s", "1 of 4 ended, 0 failed, 1 under way, 4.0 a minute, about 20 s left" },
	};
	auto_str struct str text = { 0 };
	struct progress progress = { .width = 5 };
	struct order order;

	(void)state;
	now_ms = 15000;
	for (size_t i = 0; i < COUNT(cases); i++) {
		plan_of(cases[i].letters, 5);
		for (size_t k = 1; k < work.plan.nunit; k++) {
			volume[k - 1].owner.host = owner[k - 1];
			candidate[k] = (struct candidate){ .instance = &instance, .volume = &volume[k - 1], .nvolume = 1 };
			work.plan.unit[k].candidate = &candidate[k];
		}
		order_begin(&order, &work.plan, NULL);
		order_look(&order, &work.plan, 0);
		progress.order = &order;
		str_clear(&text);
		progress_text(&progress, &work, &text);
		assert_string_equal(text.s, cases[i].text);
		for (size_t k = 0; k < work.plan.nunit; k++)
			work.plan.unit[k].evacuation = NULL;
		order_free(&order);
		plan_free(&work.plan);
	}
}

static void the_line_is_cut_where_the_terminal_ends(void **state)
{
	static const struct {
		const char *text;
		size_t columns, bytes;
	} cases[] = {
		{ "", 5, 0 }, { "abc", 5, 3 }, { "abcde", 5, 5 }, { "abcdef", 5, 5 }, { "abc", 0, 0 },
		{ "\xe7\x96\x8f\xe6\x95\xa3", 4, 6 }, { "\xe7\x96\x8f\xe6\x95\xa3", 3, 3 }, { "\xc3\xa9\xc3\xa9", 1, 2 }, /* 疏散, éé */
	};

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(status_fits(cases[i].text, cases[i].columns), cases[i].bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_left_is_right_within_30_percent_from_the_tenth_on),
		cmocka_unit_test(what_is_left_in_plain_cases),
		cmocka_unit_test(the_line_says_how_far_all_are),
		cmocka_unit_test(the_line_knows_that_firsts_go_one_after_the_other),
		cmocka_unit_test(the_line_is_cut_where_the_terminal_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "evacuate/width.h"
#include "under_valgrind.h"
#include "util/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define MOST 500
#define POLL_MS 500

/* A nova on paper: every one at work is as far on in a millisecond as its share allows. Up to ${knee} none hinders another;
 * beyond it they share what there is, and with ${drag} each one more takes some of it. Before its work each waits for something
 * that no other hinders. ${noise}: how far an evacuation's own work and waiting are from the mean, at most. */
struct nova {
	double work_ms, wait_ms, drag, noise;
	size_t knee;
	int64_t fails_from_ms, fails_until_ms; /* what is sent in between fails */
	int64_t slow_from_ms;                  /* from then on all takes three times as long */
};
struct guest {
	double wait, left;
	int64_t sent_ms, ended_ms;
	bool failed, ended;
};
struct run {
	struct guest guest[MOST];
	size_t n, sent, widest;
	size_t first, under_way; /* all before it have ended */
	size_t at_end; /* the width then */
	int64_t took_ms;
	struct str steps; /* "8 rate-rises" */
};

static uint64_t seed;

static double chance(void)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (double)(seed >> 11) / (double)(UINT64_C(1) << 53);
}

static double speed(const struct nova *nova, size_t at_work, int64_t now_ms)
{
	double over = at_work > nova->knee ? (double)(at_work - nova->knee) : 0;
	double share = over > 0 ? (double)nova->knee / (double)at_work : 1;

	return share / (1 + nova->drag * over) / (nova->slow_from_ms && now_ms >= nova->slow_from_ms ? 3 : 1);
}

static size_t count_at_work(const struct run *r)
{
	size_t n = 0;

	for (size_t i = r->first; i < r->sent; i++)
		n += !r->guest[i].ended && r->guest[i].wait <= 0;
	return n;
}

static void pass_poll(const struct nova *nova, struct run *r, int64_t now_ms)
{
	for (int64_t t = now_ms; t < now_ms + POLL_MS; t += 10) {
		double s = 10 * speed(nova, count_at_work(r), t);

		for (; r->first < r->sent && r->guest[r->first].ended; r->first++)
			;
		for (size_t i = r->first; i < r->sent; i++) {
			struct guest *g = &r->guest[i];

			if (g->ended || (g->wait -= 10) > -10 || (g->left -= s) > 0)
				continue;
			g->ended = true;
			r->under_way--;
			g->ended_ms = now_ms + POLL_MS; /* when it is seen */
			g->failed = g->sent_ms >= nova->fails_from_ms && g->sent_ms < nova->fails_until_ms;
		}
	}
}

static struct width_seen look(const struct run *r, const struct width *w, int64_t now_ms)
{
	struct width_seen seen = { .now_ms = now_ms };

	for (size_t i = 0; i < r->sent; i++) {
		const struct guest *g = &r->guest[i];

		seen.failed += g->failed && g->sent_ms >= w->narrowed_ms;
		if (!g->ended || g->failed || w->since_ms == 0 || g->ended_ms <= w->since_ms)
			continue;
		seen.done++;
		seen.last_done_ms = g->ended_ms > seen.last_done_ms ? g->ended_ms : seen.last_done_ms;
	}
	return seen;
}

static double near(const struct nova *nova, double mean)
{
	return mean * (1 + nova->noise * (2 * chance() - 1));
}

/* ${fixed} 0: as the pace says. The first one goes alone, either way. */
static void play(const struct nova *nova, size_t n, size_t fixed, struct run *r)
{
	int64_t now_ms = 1000, begun_ms = now_ms;
	struct width w;
	enum width_why why;
	bool alone = true;

	*r = (struct run){ .n = n };
	str_add(&r->steps, "");
	width_begin(&w, 2, n, 64);
	if (fixed)
		w.now = fixed;
	for (;;) {
		size_t window;

		if (alone && r->sent == 1 && r->under_way == 0) {
			alone = false;
			if (!fixed)
				width_alone(&w, r->guest[0].ended_ms - r->guest[0].sent_ms);
		}
		if (!fixed && !alone) {
			struct width_seen seen = look(r, &w, now_ms);

			if (width_look(&w, &seen, &why))
				str_addf(&r->steps, "%s%zu %s", r->steps.n ? ", " : "", w.now, width_why_name[why]);
		}
		window = alone ? 1 : w.now;
		for (; r->sent < n && r->under_way < window; r->under_way++)
			r->guest[r->sent++] = (struct guest){ .left = near(nova, nova->work_ms), .wait = near(nova, nova->wait_ms),
				.sent_ms = now_ms };
		r->widest = r->under_way > r->widest ? r->under_way : r->widest;
		if (!alone)
			width_filled(&w, r->under_way, r->sent < n, now_ms);
		if (r->sent == n && r->under_way == 0)
			break;
		pass_poll(nova, r, now_ms);
		now_ms += POLL_MS;
		assert_true(now_ms < 100000000);
	}
	r->at_end = w.now;
	r->took_ms = now_ms - begun_ms;
}

static int64_t best_fixed(const struct nova *nova, size_t n, size_t *width)
{
	int64_t best = INT64_MAX;
	struct run *r = calloc(1, sizeof *r);

	for (size_t fixed = 1; fixed <= 32; fixed *= 2) {
		play(nova, n, fixed, r);
		if (r->took_ms < best) {
			best = r->took_ms;
			*width = fixed;
		}
		str_free(&r->steps);
	}
	free(r);
	return best;
}

/* In the mean of twenty, against the best of fixed widths; how wide it was, in the end and at most, is in ${last}. */
static double against_best(const struct nova *nova, size_t n, struct run *last)
{
	double sum = 0;

	for (uint64_t s = 1; s <= 20; s++) {
		size_t width = 0;
		int64_t best;

		seed = s;
		best = best_fixed(nova, n, &width);
		seed = s;
		str_free(&last->steps);
		play(nova, n, 0, last);
		sum += (double)last->took_ms / (double)best;
	}
	return sum / 20;
}

static void it_is_nearly_as_fast_as_the_best_fixed_width(void **state)
{
	static const struct {
		struct nova nova;
		size_t n;
		double most; /* times as long */
	} clouds[] = {
		/* one after the other, in pairs, four, eight at a time: more are no use, or do harm */
		{ { .work_ms = 4000, .knee = 1 }, 60, 1.1 },
		{ { .work_ms = 4000, .knee = 1, .drag = 0.05, .noise = 0.5 }, 60, 1.1 },
		{ { .work_ms = 4000, .knee = 2 }, 60, 1.1 },
		{ { .work_ms = 4000, .knee = 2, .drag = 0.05, .noise = 0.5 }, 60, 1.15 },
		{ { .work_ms = 4000, .knee = 4 }, 60, 1.1 },
		{ { .work_ms = 4000, .knee = 4, .drag = 0.05, .noise = 0.5 }, 60, 1.15 },
		{ { .work_ms = 9000, .knee = 8 }, 60, 1.15 },
		{ { .work_ms = 9000, .knee = 8, .drag = 0.05, .noise = 0.5 }, 60, 1.25 },
		{ { .work_ms = 4000, .knee = 16 }, 480, 1.15 },
		{ { .work_ms = 4000, .knee = 16, .drag = 0.05, .noise = 0.5 }, 480, 1.25 },
		/* as a nova on two processors was: some waiting, and work that all share */
		{ { .work_ms = 850, .wait_ms = 1000, .knee = 1, .drag = 0.02, .noise = 0.5 }, 60, 1.1 },
		{ { .work_ms = 850, .wait_ms = 2000, .knee = 1, .drag = 0.03, .noise = 0.9 }, 60, 1.15 },
		{ { .work_ms = 600, .wait_ms = 3000, .knee = 1, .drag = 0.03, .noise = 0.7 }, 60, 1.15 },
		/* no limit: it goes on where the widest fixed one ends */
		{ { .work_ms = 4000, .knee = 1000 }, 480, 0.8 },
		/* and of few it cannot begin with as many as would be best */
		{ { .work_ms = 4000, .knee = 1000 }, 60, 2 },
		{ { .work_ms = 4000, .knee = 16, .noise = 0.5 }, 60, 1.6 },
	};
	struct run *last = calloc(1, sizeof *last);

	(void)state;
	for (size_t i = 0; i < (under_valgrind() ? 2 : COUNT(clouds)); i++) {
		double times = against_best(&clouds[i].nova, clouds[i].n, last);

		if (times > clouds[i].most)
			fail_msg("%zu: %.2f times as long: %s", i, times, last->steps.s);
		assert_true(last->widest <= WIDTH_MOST && last->widest <= (clouds[i].n + 1) / 2); /* never all at once */
	}
	str_free(&last->steps);
	free(last);
}

/* As few as do it: the cloud has other work. */
static void it_ends_near_the_width_that_is_best(void **state)
{
	static const size_t knees[] = { 1, 2, 4, 8, 16 };
	struct run *r = calloc(1, sizeof *r);

	(void)state;
	for (size_t i = 0; i < (under_valgrind() ? 1 : COUNT(knees)); i++) {
		const struct nova nova = { .work_ms = 4000, .knee = knees[i], .drag = 0.02 };

		play(&nova, 480, 0, r);
		if (r->at_end < knees[i] || r->at_end > 2 * knees[i])
			fail_msg("%zu: %zu in the end: %s", knees[i], r->at_end, r->steps.s);
		str_free(&r->steps);
	}
	free(r);
}

static void failures_halve_it_and_are_not_counted_twice(void **state)
{
	/* what is sent from the 12th second to the 20th fails, each when it ends */
	const struct nova nova = { .work_ms = 4000, .knee = 1000, .fails_from_ms = 12000, .fails_until_ms = 20000 };
	struct run *r = calloc(1, sizeof *r);

	(void)state;
	play(&nova, 480, 0, r);
	if (!str_starts(r->steps.s, "8 rate-rises, 16 rate-rises, 8 failure, 4 failure, "))
		fail_msg("%s", r->steps.s);
	assert_true(r->at_end > 8); /* it grows again, later */
	str_free(&r->steps);
	free(r);
}

static void a_cloud_that_becomes_slow_is_not_taken_for_too_many(void **state)
{
	const struct nova nova = { .work_ms = 4000, .knee = 8, .slow_from_ms = 60000 };
	struct run *r = calloc(1, sizeof *r);

	(void)state;
	play(&nova, 480, 0, r);
	if (r->at_end < 6 || r->at_end > 18)
		fail_msg("%zu: %s", r->at_end, r->steps.s);
	str_free(&r->steps);
	free(r);
}

/* One look after the other, as nobody plays it. */
static void strain_takes_a_quarter_and_not_at_each_look(void **state)
{
	struct width w;
	enum width_why why;

	(void)state;
	width_begin(&w, 4, 100, 8);
	assert_int_equal(w.now, 8);
	assert_true(width_look(&w, &(struct width_seen){ .now_ms = 10000, .queue_grows = true }, &why));
	assert_int_equal(why, WIDTH_QUEUE);
	assert_int_equal(w.now, 6);
	assert_false(width_look(&w, &(struct width_seen){ .now_ms = 12000, .queue_grows = true }, &why));
	assert_true(width_look(&w, &(struct width_seen){ .now_ms = 15000, .database_slows = true }, &why));
	assert_int_equal(why, WIDTH_SLOWS);
	assert_int_equal(w.now, 5);
	for (int64_t now_ms = 20000; now_ms < 60000; now_ms += 5000)
		width_look(&w, &(struct width_seen){ .now_ms = now_ms, .queue_grows = true }, &why);
	assert_int_equal(w.now, 1); /* and never none */
	assert_false(width_look(&w, &(struct width_seen){ .now_ms = 60000, .queue_grows = true }, &why));
}

/* The rate at each width that is looked at, in evacuations a second; the widths that follow, after "now". */
static void looks(struct width *w, const double *rate, size_t n, size_t *now)
{
	int64_t at_ms = 1000;
	enum width_why why;

	for (size_t i = 0; i < n; i++) {
		size_t done = w->now > 3 ? w->now : 3;
		int64_t took_ms = (int64_t)((double)done * 1000 / rate[i]);

		width_filled(w, w->now, true, at_ms);
		at_ms += took_ms;
		width_look(w, &(struct width_seen){ .now_ms = at_ms, .done = done, .last_done_ms = at_ms }, &why);
		now[i] = w->now;
	}
}

static void a_small_rise_stays_and_promises_no_other(void **state)
{
	size_t now[3];
	struct width w;

	(void)state;
	width_begin(&w, 2, 100, 8);
	width_alone(&w, 1500);
	looks(&w, (const double[]){ 1.1, 1.3, 1.3 }, 3, now); /* alone 0.67: much; then by a fifth */
	assert_int_equal(now[0], 8);
	assert_int_equal(now[1], 8);
	assert_int_equal(now[2], 8);
	assert_int_equal(w.best, 8);
}

/* Four at once are four times as slow each, or nearly: one may do. Of eight that rose by a half, fewer are slower. */
static void fewer_are_tried_where_they_can_be_expected_to_do(void **state)
{
	size_t now[4];
	struct width w;

	(void)state;
	width_begin(&w, 2, 100, 8);
	width_alone(&w, 1000);
	looks(&w, (const double[]){ 1.0, 1.01, 1.0, 1.0 }, 4, now);
	assert_int_equal(now[1], 1); /* flat, twice: what went alone is the best */
	width_begin(&w, 2, 100, 8);
	width_alone(&w, 1000);
	looks(&w, (const double[]){ 1.05, 1.05, 1.04, 0.9 }, 4, now);
	assert_int_equal(now[1], 2); /* a small rise, which two may have as well; and then one */
	assert_int_equal(now[2], 1);
	assert_int_equal(now[3], 2);
	width_begin(&w, 2, 100, 8);
	width_alone(&w, 1500);
	looks(&w, (const double[]){ 1.1, 1.3, 1.3 }, 3, now);
	assert_int_equal(now[2], 8);
}

static void a_mean_of_two_looks_decides_on_little(void **state)
{
	size_t now[3];
	struct width w;

	(void)state;
	width_begin(&w, 2, 100, 8);
	width_alone(&w, 3000);
	looks(&w, (const double[]){ 1.0, 0.98, 1.14 }, 3, now);
	assert_int_equal(now[1], 8);
	assert_int_equal(now[2], 8);
	assert_int_equal(w.best, 8);
	width_begin(&w, 2, 100, 8);
	width_alone(&w, 3000);
	looks(&w, (const double[]){ 1.0, 0.98, 1.02 }, 3, now);
	assert_int_equal(w.best, 4);
	assert_int_equal(now[2], 4);
}

static void it_begins_with_two_a_target_and_never_with_all(void **state)
{
	static const struct {
		size_t targets, instances, per_target, now, most;
	} begins[] = {
		{ 1, 100, 8, 2, 8 }, { 2, 100, 8, 4, 16 }, { 3, 100, 8, 6, 24 }, { 200, 1000, 8, 8, 64 }, { 0, 100, 8, 2, 8 },
		{ 2, 5, 8, 3, 3 }, { 2, 1, 8, 1, 1 }, { 2, 0, 8, 1, 1 }, { 2, 100, 1, 2, 2 }, { 5, 100, 3, 8, 15 },
	};
	struct width w;

	(void)state;
	for (size_t i = 0; i < COUNT(begins); i++) {
		width_begin(&w, begins[i].targets, begins[i].instances, begins[i].per_target);
		if (w.now != begins[i].now || w.most != begins[i].most)
			fail_msg("%zu: %zu, at most %zu", i, w.now, w.most);
	}
}

/* What ends while not all places are taken says how many were sent, and not what nova can do. */
static void only_full_places_are_measured(void **state)
{
	struct width w;
	enum width_why why;

	(void)state;
	width_begin(&w, 2, 100, 8);
	width_filled(&w, 4, true, 1000);
	assert_int_equal(w.since_ms, 1000);
	width_filled(&w, 4, true, 2000);
	assert_int_equal(w.since_ms, 1000);
	assert_false(width_look(&w, &(struct width_seen){ .now_ms = 3000, .done = 3, .last_done_ms = 3000 }, &why));
	width_filled(&w, 3, true, 3000); /* a limit of a target, a first, a pause */
	assert_int_equal(w.since_ms, 0);
	assert_false(width_look(&w, &(struct width_seen){ .now_ms = 4000, .done = 40, .last_done_ms = 4000 }, &why));
	width_filled(&w, 4, false, 4000); /* nobody waits */
	assert_int_equal(w.since_ms, 0);
	width_filled(&w, 4, true, 5000);
	assert_true(width_look(&w, &(struct width_seen){ .now_ms = 9000, .done = 4, .last_done_ms = 9000 }, &why));
	assert_int_equal(w.now, 8);
	assert_int_equal(w.since_ms, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_begins_with_two_a_target_and_never_with_all),
		cmocka_unit_test(it_is_nearly_as_fast_as_the_best_fixed_width),
		cmocka_unit_test(it_ends_near_the_width_that_is_best),
		cmocka_unit_test(failures_halve_it_and_are_not_counted_twice),
		cmocka_unit_test(a_cloud_that_becomes_slow_is_not_taken_for_too_many),
		cmocka_unit_test(strain_takes_a_quarter_and_not_at_each_look),
		cmocka_unit_test(only_full_places_are_measured),
		cmocka_unit_test(a_small_rise_stays_and_promises_no_other),
		cmocka_unit_test(fewer_are_tried_where_they_can_be_expected_to_do),
		cmocka_unit_test(a_mean_of_two_looks_decides_on_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "evacuate/width.h"

#define RISES 1.15   /* twice as many under way are worth it when the rate rises by that at the first look */
#define STAYS 1.02   /* or by that in the mean of two */
#define PROMISES 1.5 /* and twice as many again, when it rose by that: the next rise is smaller than the last */
#define FALLS 0.8    /* one look that is that bad is believed; what is between, at the second */
#define AS_FAST 0.95 /* and fewer are enough when it stays at that, and tried where it can be expected to */
#define LEAST 3      /* ends that make a rate */
#define PATIENCE 4   /* looks before more is tried again; twice as many after each time */
#define PATIENCE_MOST 24
#define STRAIN_MS 5000 /* between two steps down for the same trouble */

const char *const width_why_name[WIDTH_WHYS] = { "begins", "rate-rises", "tried-again", "fewer-tried", "rate-flat",
	"rate-falls", "failure", "queue-grows", "database-slows" };

static size_t at_least_one(size_t n)
{
	return n ? n : 1;
}

static size_t smaller_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

void width_begin(struct width *w, size_t targets, size_t instances, size_t per_target)
{
	size_t most = smaller_of(at_least_one(targets) * at_least_one(per_target), WIDTH_MOST);

	*w = (struct width){ .climbs = true, .patience = PATIENCE };
	w->most = at_least_one(smaller_of(most, (instances + 1) / 2));
	w->now = w->best = smaller_of(smaller_of(2 * at_least_one(targets), WIDTH_BEGIN_MOST), w->most);
}

void width_alone(struct width *w, int64_t took_ms)
{
	w->alone = 1000 / (double)(took_ms > 0 ? took_ms : 1);
	if (w->now == 1)
		return;
	w->best = 1;
	w->rate = w->alone;
}

static bool set_now(struct width *w, size_t width, enum width_why reason, enum width_why *why)
{
	bool other = width != w->now;

	w->now = width;
	w->since_ms = 0;
	if (other)
		*why = reason;
	return other;
}

/* Something went wrong: the width that it was no good at is not tried again soon. */
static bool draw_in(struct width *w, size_t width, int64_t now_ms, enum width_why reason, enum width_why *why)
{
	w->narrowed_ms = now_ms;
	w->climbs = false;
	w->flat = 0;
	w->holds = w->patience;
	w->best = at_least_one(width);
	w->rate = 0;
	return set_now(w, w->best, reason, why);
}

/* More than the best are tried: by half, and while nothing has gone wrong yet twice as many. */
static bool spread_out(struct width *w, enum width_why reason, enum width_why *why)
{
	size_t more = w->climbs ? 2 * w->best : w->best + at_least_one(w->best / 2);

	w->flat = 0;
	return set_now(w, smaller_of(more, w->most), reason, why);
}

static bool hold_best(struct width *w, enum width_why reason, enum width_why *why)
{
	w->holds = w->patience;
	w->patience = (unsigned)smaller_of(2 * w->patience, PATIENCE_MOST);
	w->climbs = false;
	w->flat = 0;
	return set_now(w, w->best, reason, why);
}

/* Of ${width}, from the rates of one alone and of the best: what they share is taken to be the same part of each one's work
 * (Amdahl's law). */
static double expected_rate(const struct width *w, double width)
{
	double n = (double)w->best;
	double shared = (n * w->alone / w->rate - 1) / (n - 1);

	return width * w->alone / (1 + (width - 1) * shared);
}

static bool fewer_may_do(const struct width *w)
{
	return w->best > 1 && w->alone > 0 && expected_rate(w, (double)(w->best / 2)) > AS_FAST * w->rate;
}

static bool sink(struct width *w, enum width_why *why)
{
	w->climbs = false;
	w->flat = 0;
	return set_now(w, w->best / 2, WIDTH_FEWER, why);
}

static void take(struct width *w, double rate)
{
	w->best = w->now;
	w->rate = rate;
}

/* There is no more to be had by more: fewer may do, or what is best stays. */
static bool end_climb(struct width *w, enum width_why reason, enum width_why *why)
{
	return w->climbs && fewer_may_do(w) ? sink(w, why) : hold_best(w, reason, why);
}

/* More than the best were under way. */
static bool judge_more(struct width *w, double rate, enum width_why *why)
{
	double rise = rate / w->rate;

	if (rise > RISES) {
		take(w, rate);
		return rise > PROMISES && w->now < w->most ? spread_out(w, WIDTH_RISES, why) : end_climb(w, WIDTH_FLAT, why);
	}
	if (rise < FALLS)
		return end_climb(w, WIDTH_FALLS, why);
	if (++w->flat < 2) {
		w->flat_rate = rate;
		return set_now(w, w->now, WIDTH_FLAT, why); /* once more */
	}
	if ((rate + w->flat_rate) / 2 > STAYS * w->rate)
		take(w, (rate + w->flat_rate) / 2);
	return end_climb(w, WIDTH_FLAT, why);
}

static bool judge_fewer(struct width *w, double rate, enum width_why *why)
{
	if (rate < AS_FAST * w->rate)
		return hold_best(w, WIDTH_FALLS, why);
	w->best = w->now;
	w->rate = rate > w->rate ? rate : w->rate;
	return fewer_may_do(w) ? sink(w, why) : hold_best(w, WIDTH_FLAT, why);
}

/* Where it was: its rate is known better, and now and then more are tried. */
static bool judge_same(struct width *w, double rate, enum width_why *why)
{
	w->rate = w->rate > 0 ? (w->rate + rate) / 2 : rate;
	if (w->holds > 0)
		w->holds--;
	if (w->holds > 0 || w->now >= w->most)
		return set_now(w, w->now, WIDTH_FLAT, why);
	return spread_out(w, w->climbs ? WIDTH_RISES : WIDTH_AGAIN, why);
}

static bool judge(struct width *w, const struct width_seen *seen, enum width_why *why)
{
	int64_t took_ms = seen->last_done_ms - w->since_ms;
	double rate = (double)seen->done * 1000 / (double)(took_ms > 0 ? took_ms : 1);

	w->last_rate = rate;
	if (w->now == w->best)
		return judge_same(w, rate, why);
	return w->now > w->best ? judge_more(w, rate, why) : judge_fewer(w, rate, why);
}

static bool is_strained(const struct width *w, const struct width_seen *seen)
{
	return (seen->queue_grows || seen->database_slows) && w->now > 1 &&
	    (w->narrowed_ms == 0 || seen->now_ms - w->narrowed_ms >= STRAIN_MS);
}

bool width_look(struct width *w, const struct width_seen *seen, enum width_why *why)
{
	size_t enough = w->now > LEAST ? w->now : LEAST;

	if (seen->failed > 0)
		return draw_in(w, w->now / 2, seen->now_ms, WIDTH_FAILED, why);
	if (is_strained(w, seen))
		return draw_in(w, w->now - at_least_one(w->now / 4), seen->now_ms,
		    seen->queue_grows ? WIDTH_QUEUE : WIDTH_SLOWS, why);
	if (w->since_ms == 0 || seen->done < enough)
		return false;
	return judge(w, seen, why);
}

void width_filled(struct width *w, size_t under_way, bool others_wait, int64_t now_ms)
{
	if (under_way != w->now || !others_wait)
		w->since_ms = 0;
	else if (w->since_ms == 0)
		w->since_ms = now_ms;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVACUATE_WIDTH_H
#define EVACUATE_WIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many evacuations may be under way at once, where no number is given: found by measuring in the run. Nobody can know it
 * before: it is what nova's conductors, scheduler, computes and storage do, tonight, with half of the cloud away.
 *
 * It begins with two for each usable target. As many as are under way are let end, and counted: their rate. Twice as many
 * follow as long as the rate rises by much; where it rises by little, they stay; where it does not, twice in a row, or falls,
 * the last width that was worth it is the best one known, and the width goes back. It is tried again later, and each time later
 * than before. Where half as many can be expected to be as fast, from the time of the first, which went alone, they are tried,
 * too. A failure halves the width; a conductor's queue that grows and a database that slows take a quarter of it. Both count
 * for what was sent since the last such step alone: what was under way then says the same once more.
 *
 * Pure: asks neither a clock nor the plan. Times are milliseconds of clock_monotonic_ms(). */

#define WIDTH_PER_TARGET 8 /* no target has more under way, where nobody has said how many */
#define WIDTH_MOST 64 /* nor the whole run: an RPC server of nova has as many threads ([DEFAULT] executor_thread_pool_size) */
#define WIDTH_BEGIN_MOST 8 /* two a target are many in a large cloud, and its conductors are no more */

enum width_why {
	WIDTH_BEGINS,
	WIDTH_RISES,  /* the rate rose: more */
	WIDTH_AGAIN,  /* more was tried a while ago: tried again */
	WIDTH_FEWER,  /* fewer may be as fast */
	WIDTH_FLAT,   /* the rate did not rise: back */
	WIDTH_FALLS,  /* it fell: back */
	WIDTH_FAILED, /* nova failed at one */
	WIDTH_QUEUE,  /* the conductor's queue grows */
	WIDTH_SLOWS,  /* the database takes longer than it did */
	WIDTH_WHYS
};
/* "rate-rises": the journal's word. */
extern const char *const width_why_name[WIDTH_WHYS];

struct width {
	size_t now, most;     /* under way at once; and at most, ever */
	size_t best;          /* the width with the best rate so far */
	double rate;          /* of the best, in evacuations a second; 0: not measured yet */
	double flat_rate;     /* of more than the best, at the look before; the second decides */
	double last_rate;     /* what was measured last, at whatever width */
	double alone;         /* the rate of the first, which went alone; 0: not known */
	int64_t since_ms;     /* since when all places are taken, and what ends counts; 0: they are not */
	int64_t narrowed_ms;  /* when something went wrong last; failures of what was sent before it do not count again */
	unsigned flat, holds; /* looks without a rise, in a row; looks until more is tried again */
	unsigned patience;    /* what holds is set to, the next time */
	bool climbs;          /* each step doubles */
};
struct width_seen {
	int64_t now_ms;
	size_t done;          /* verified, and ended after ${since_ms} */
	int64_t last_done_ms; /* when the last of them ended */
	size_t failed;        /* of those sent since ${narrowed_ms}: nova failed, and not for a reason of the instance's own */
	bool queue_grows, database_slows;
};

/* ${targets} hosts could take instances, ${instances} are to go, ${per_target} may be under way on each. Never all at once:
 * at most half of them. */
void width_begin(struct width *width, size_t targets, size_t instances, size_t per_target);
/* The first has ended well, with nothing beside it. */
void width_alone(struct width *width, int64_t took_ms);
/* A look at what has ended, before more is sent. True: the width is another now, for ${why}. */
bool width_look(struct width *width, const struct width_seen *seen, enum width_why *why);
/* After what could be sent was sent: ${under_way} are, and it is the width alone that holds others back, or not. */
void width_filled(struct width *width, size_t under_way, bool others_wait, int64_t now_ms);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVACUATE_HEALTH_H
#define EVACUATE_HEALTH_H

#include "apply/work.h"
#include "util/str.h"

/* Can the cloud take more now? Looked at once a second while instances wait: how many messages wait for nova's conductors, how
 * long the cell's database takes for one small statement, and how the rebuilds and evacuations of others end. What could not
 * be looked at says nothing here: the way to nova (way.c) is tried before each message, and says it. */

#define HEALTH_LOOK_MS 1000

struct health_seen {
	bool queue_known, database_known;
	uint32_t messages;    /* in the conductor's queue */
	int64_t database_ms;  /* of one statement */
	size_t ended, failed; /* of rebuilds that this run did not ask for, in the last minute */
};
enum ailment { AILS_NOTHING, AILS_QUEUE, AILS_DATABASE, AILS_EVENTS, AILMENTS };
/* "queue": the journal's word. */
extern const char *const ailment_name[AILMENTS];

struct health {
	int64_t looked_ms; /* 0: not yet */
	struct health_seen seen;
	int64_t usual_ms;          /* what the database takes, of late; -1: not known */
	unsigned full, slow, lags; /* looks in a row: too many messages, too slow, much slower than usual */
	bool grows;                /* messages wait, more than at the look before */
	enum ailment ails;
};
/* ${limits}: [pace]. Two looks in a row make an ailment, one that is half as bad ends it; a failure of others is seen for a
 * minute by itself. Pure. */
void health_judge(struct health *health, const struct pace_config *limits, const struct health_seen *seen);
bool health_database_lags(const struct health *health); /* twice in a row much slower than it was */
/* "queue 'conductor' holds 140 messages, and instances are begun when 50 or fewer are left ([pace] conductor_queue is 100)" */
void health_say(const struct health *health, const struct work *work, struct str *out);

/* health_look.c: asks the broker and the cell's database, over the run's own connections. */
void health_look(struct work *work, struct health_seen *out);

#endif

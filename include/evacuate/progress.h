/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVACUATE_PROGRESS_H
#define EVACUATE_PROGRESS_H

#include "apply/work.h"
#include "evacuate/health.h"
#include "evacuate/order.h"
#include "util/str.h"

/* How far the evacuations are, for whoever watches: a status line at the bottom of a terminal, elsewhere a line now and then;
 * and a line for each that ended badly. */
struct progress {
	enum { PROGRESS_OFF, PROGRESS_LINE, PROGRESS_BAR } way;
	int64_t said_ms;   /* when the last line was written */
	int64_t told_ms;   /* when there was a look at all of them last */
	int64_t paused_ms; /* of the time since the first message: while nothing was begun because somebody asked so */
	bool paused;       /* now */
	size_t said_ended, said_failed;
	size_t width;              /* how many may be under way at once; 0: as asked for */
	bool width_is_found;       /* by the run itself: it is said */
	enum ailment ails;         /* what the cloud must get over before more is begun */
	const struct order *order; /* whom the rest waits for; NULL: for a place */
};

/* As --progress says. A log of JSON, and a terminal that cannot clear a line, have no status line. */
void progress_begin(struct progress *progress, const struct work *work);
/* Now and then; the time between two lines is looked after here. */
void progress_tell(struct progress *progress, struct work *work);
/* For between two messages: ten times a second at most, as nobody reads faster. */
void progress_tell_at_times(struct progress *progress, struct work *work);
/* Once, at the end: takes the status line away. */
void progress_end(struct progress *progress, struct work *work);

/* "12 of 213 ended, 1 failed, 5 under way, 8.2 a minute, about 24 min left" */
void progress_text(const struct progress *progress, const struct work *work, struct str *out);

#endif

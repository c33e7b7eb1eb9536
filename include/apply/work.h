/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APPLY_WORK_H
#define APPLY_WORK_H

#include "find/scene.h"
#include "journal/journal.h"
#include "journal/lock.h"
#include "plan/plan.h"

struct ahead {
	size_t unit;           /* whose all this is */
	json_object *instance; /* what its row says, which the transaction that was begun ahead has locked; NULL: it has not */
	json_object *spec;     /* of its message, for the target that the plan has; NULL: not made */
};

/* The writing half of a run: what its units are written with, and where it is told. A run has one, and so has the recovery of a
 * run. */
struct work {
	const struct request *request;
	char run[RUN_ID_SIZE];
	struct world world;
	struct scene scene;
	struct plan plan;
	struct lock *lock;       /* NULL until something is about to be written */
	struct journal *journal; /* the same */
	/* When what is the same for all instances was looked at last, by our own clock; 0: not since it was found wrong. */
	int64_t way_looked_ms;    /* the cell's database, the broker, its exchange and queues */
	int64_t source_looked_ms; /* the run's lock, and whether the failed host reports again */
	struct ahead ahead;       /* what is done already of the evacuation whose turn is next: evacuate/ahead.c */
	/* rows that were written hold their old value again: the database lost the commit; or neither that nor what was written
	 */
	bool lost_rows, strange_rows;
	bool source_reports; /* the failed host was seen alive inside an evacuation's transaction: nothing more is begun */
};

#endif

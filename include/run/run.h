/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "apply/work.h"
#include "find/finding.h"
#include "report/report.h"
#include "util/who.h"

/* The pipeline, once: find, guard, plan, confirm, apply, prove, report. An operation is const data: what it needs and how it
 * finds its scene and plans; what a unit does when it is applied and how it is proved is the unit's business. */

struct operation {
	const char *name; /* "volume update_host" */
	unsigned needs;   /* NEEDS_…, WITNESS_… */
	int (*find)(struct scene *scene, struct error *err);
	void (*plan)(struct plan *plan, const struct scene *scene, const struct findings *findings);
	struct past *past;       /* of an undo: the run that is taken back; else NULL */
	size_t not_ready_before; /* of the run that is resumed: instances whose network is not ready; each is still to be
	                            verified */
	bool rescues;            /* what remains of the host makes the run partial */
	bool alone;              /* about one thing: leaving it out is a refusal */
};

struct run {
	const struct operation *operation;
	struct request
	    own; /* a copy: a terminal may have been asked for the fencing text, and its order is the configuration's */
	struct words order; /* of ${own}; the list is the run's, its texts the world's */
	struct who who;
	struct work work;
	struct report report;
};

/* Runs it and prints its report on stdout. Returns how it ended; ${err} says why when it is not ERROR_OK and the report does
 * not say it. */
enum error_kind run_operation(const struct operation *operation, const struct request *request, struct error *err);

/* refuse.c: a finding stops the run. Sets ERROR_REFUSED, what to mend first, and where one of several failed hosts lives the
 * command for the others. */
int refuse_run(struct run *run, struct error *err);

/* confirm.c: the plan shown, the question asked. 0: go on; ERROR_REFUSED: not. */
int confirm(struct run *run, struct error *err);
/* Asks a terminal for a missing --fenced text where nothing else stands in the way. 1: it was given, and the plan must be made
 * again with it; -1, ERROR_USAGE: what was typed is no statement. */
int confirm_fence(struct run *run, struct error *err);

/* next.c: what to type next after a run that ended so, or after a plan that was written to ${path}; in the plan's arena. NULL:
 * the error says what to do, or nothing is left to be done. */
const char *run_next(struct run *run, enum error_kind result);
const char *run_next_of_plan(struct run *run, const char *path);

#endif

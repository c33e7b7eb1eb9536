/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OP_RUN_H
#define OP_RUN_H

#include "op/finding.h"
#include "op/journal.h"
#include "op/lock.h"
#include "op/plan.h"
#include "op/scene.h"
#include "op/who.h"

/* The pipeline, once: find, guard, plan, confirm, apply, prove, report. An operation is const data: what it needs and how it finds
 * its scene and plans; what a unit does when it is applied and how it is proved is the unit's business. */

struct operation {
	const char *name;     /* "volume update_host" */
	unsigned needs;       /* NEEDS_…, WITNESS_… */
	int (*find)(struct scene *scene, struct error *err);
	void (*plan)(struct plan *plan, const struct scene *scene, const struct findings *findings);
	/* What speaks against it; NULL: every guard of the table. */
	void (*guard)(const struct scene *scene, struct findings *out);
	bool rescues;         /* what remains of the host makes the run partial */
	bool alone;           /* about one thing: leaving it out is a refusal */
};

struct run {
	const struct operation *operation;
	const struct request *request; /* = &own */
	struct request own;            /* a copy: a terminal may have been asked for the fencing text */
	char id[RUN_ID_SIZE];
	struct world world;
	struct scene scene;
	struct findings findings;
	struct plan plan;
	bool shown;              /* plan and findings were printed on stderr */
	const struct finding *first; /* of a refusal: whose hint its last line has; NULL: none */
	const char *resumes;     /* an unfinished run that this one goes on with; NULL: none */
	struct who who;
	struct lock *lock;       /* NULL until something is about to be written */
	bool source_reports;     /* the failed host was seen alive inside an evacuation's transaction: nothing more is begun */
	struct journal *journal; /* the same */
	const char *summary;     /* one sentence for the report, in plan's arena; NULL: it is made from the counts */
	const char *good_until;  /* of the plan file that it wrote; NULL: it wrote none */
	const char *next;        /* the command that comes next, as the last line; NULL: none is known */
	char started_at[25], finished_at[25];
};

/* Runs it and prints its report on stdout. Returns how it ended; ${err} says why when it is not ERROR_OK and the report does not
 * say it. */
enum error_kind op_run(const struct operation *operation, const struct request *request, struct error *err);

/* apply.c: each applies one unit whole or not at all and leaves the steps' states and the journal's outcome behind. */
int apply_ownership(struct run *run, size_t unit, struct error *err);
int apply_mark(struct run *run, size_t unit, struct error *err);
/* apply_all.c: inside a transaction, the first ${done} of ${n} steps at once; 0: none, they are written row by row. */
int apply_all_volumes(struct db *db, const struct step *step, size_t n, size_t *done, struct error *err);
int apply_close(struct run *run, size_t unit, struct error *err);
/* Every row of a unit, inside a write transaction of its database; ERROR_DRIFT when one of them is no longer as the plan saw it. */
int unit_write(struct db *db, const struct unit *unit, struct error *err);
/* evacuate.c: all evacuation units of the plan, in waves, followed to their ends. Returns -1 only when the run cannot go on. */
int apply_evacuations(struct run *run, struct error *err);
void evacuations_free(struct plan *plan);
const char *evacuation_outcome(const struct unit *unit); /* "done in 1.9 s" */
bool evacuation_was_cast(const struct unit *unit);

/* prove.c: reads what was applied over fresh connections; what is as promised becomes proved, in the journal too. Rows right after their
 * COMMIT; -1 with ERROR_UNPROVED when some read back otherwise. An evacuation as soon as it has landed: one look at each, without
 * waiting. In the end all: what needed no proof yet or could not be read, evacuations with patience, and what others have done since
 * with what was proved. */
int prove_unit(struct run *run, size_t unit, struct error *err);
int prove_landed(struct run *run, struct error *err);
int prove_all(struct run *run, struct error *err);
/* What both owners of a move have: see ownership_count. */
int prove_count(struct db *db, const struct move *move, struct ownership_count *out, struct error *err);

/* confirm.c: the plan shown, the question asked. 0: go on; ERROR_REFUSED: not. */
int confirm(struct run *run, struct error *err);
/* Asks a terminal for a missing --fenced text where nothing else stands in the way. 1: it was given, and the plan must be made again
 * with it; -1, ERROR_USAGE: what was typed is no statement. */
int confirm_fence(struct run *run, struct error *err);

/* signals.c: false until SIGINT or SIGTERM came; looked at between units, and while nova is waited for. A second one ends the
 * process at once and says how ${run} is recovered. */
void signals_watch(const char *run, const char *globals); /* globals: of the request */
bool signal_came(void);

#endif

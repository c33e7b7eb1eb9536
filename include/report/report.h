/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "apply/work.h"
#include "find/finding.h"

/* How a run ended, and the one document that says it. */

struct report {
	const char *command; /* "host rescue" */
	const struct work *work;
	struct findings findings;
	bool rescues;                /* what remains of the host makes the run partial */
	bool shown;                  /* plan and findings were printed on stderr */
	size_t not_ready_before;     /* of a run that is resumed: instances whose network is not ready */
	const struct finding *first; /* of a refusal: whose hint its last line has; NULL: none */
	const char *summary;         /* one sentence, in plan's arena; NULL: it is made from the counts */
	const char *good_until;      /* of the plan file that was written; NULL: none was */
	const char *next;            /* the command that comes next, as the last line; NULL: none is known */
	char started_at[25], finished_at[25];
};

/* How it ended, as the exit code's kind: unknown wins over unproved, that over a timeout, that over partial. */
enum error_kind report_result(const struct report *report, const struct error *err);

struct totals {
	size_t steps, state[STATE_COUNT];
	size_t instances, evacuated, skipped; /* of instances: wanted, verified on another host, left out */
	size_t moved;                         /* volumes and backups that are verified at their new owner */
	size_t network_not_ready;             /* instances on another host, their ports not yet as they have to be */
	size_t cannot_write;                  /* the same, and every write of their guests is refused */
};
void report_totals(const struct report *report, struct totals *out);

/* The one document of a command that acts, on stdout: JSON as product and docs describe it, or for people the plan (when
 * nothing was done), the findings, and its ending. ${why} is the run's error, ${err} gets a failure to
 * print. */
int report_print(const struct report *report, enum error_kind result, const struct error *why, struct error *err);

/* The plan for people: a numbered sentence a unit, with the single command that would do just it. */
void report_plan(const struct report *report, struct str *out);
/* By unit: with whom it is begun if all land, from 1; 0 of what is no evacuation. The caller frees it. */
int64_t *report_waves(const struct report *report);

/* An owner of one kind of row, counted before the run's writes and now; not set: not counted. */
struct report_check {
	enum owned_kind kind;
	const char *owner;
	struct maybe_int before, now;
};
void report_each_check(const struct report *report, void (*fn)(void *ctx, const struct report_check *check), void *ctx);

/* report_json.c */
int report_print_json(const struct report *report, enum error_kind result, const struct error *why, struct error *err);
/* ending.c. How it ended, for people: the sentence, then one fact a line, the next command last; broken before ${columns} (0:
 * nowhere), a command never. What is many is counted. */
void report_ending(const struct report *report, enum error_kind result, const struct error *why, size_t columns,
    struct str *out);
/* result.c. One sentence: "partial: 3 of 4 instances verified on another host; 1 left out". */
void report_sentence(const struct report *report, enum error_kind result, const struct error *why, struct str *out);

#endif

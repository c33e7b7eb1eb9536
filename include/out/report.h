/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUT_REPORT_H
#define OUT_REPORT_H

#include "op/report.h"

/* The one document of a command that acts, on stdout: JSON as product and docs describe it, or for people the plan (when nothing was
 * done), the findings, what came of each thing, and a sentence. ${why} is the run's error, ${err} gets a failure to print. */
int report_print(const struct run *run, enum error_kind result, const struct error *why, struct error *err);

/* The plan for people: a numbered sentence a unit, with the single command that would do just it. */
void report_plan(const struct run *run, struct str *out);

/* An owner of one kind of row, counted before the run's writes and now; not set: not counted. */
struct report_check {
	enum owned_kind kind;
	const char *owner;
	struct maybe_int before, now;
};
void report_each_check(const struct run *run, void (*fn)(void *ctx, const struct report_check *check), void *ctx);

/* report_json.c */
int report_print_json(const struct run *run, enum error_kind result, const struct error *why, struct error *err);
/* One sentence: "3 of 4 instances are on another host, 1 was left out; 12 volumes and backups moved". */
void report_sentence(const struct run *run, enum error_kind result, const struct error *why, struct str *out);

#endif

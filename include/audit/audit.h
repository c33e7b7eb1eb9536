/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include <stdint.h>

#include "audit/check.h"
#include "cli/request.h"
#include "db/row.h"
#include "util/error.h"
#include "util/mem.h"
#include "util/str.h"

/* The audit: stale ownership and contradictions in the databases, looked for on quiet days. It reads, and never writes to a
 * database. */

struct audit_finding {
	const struct audit_check *check;
	const char *subject;     /* what it is about: an id, or a host */
	const char *host, *cell; /* NULL: none */
	const char *message, *remedy;
	const char *details; /* the row's other columns, as a JSON object */
	const char *key;     /* of a comparison, for the second look */
	const char *since;   /* when a run saw it first; the run's own time unless an earlier report knew it */
	bool is_new;         /* the newest of the earlier reports looked for it, and did not find it */
	bool unsettled;      /* to be looked at a second time */
	bool again;          /* and seen then */
};

enum audit_outcome { AUDIT_DONE, AUDIT_NOT_HERE, AUDIT_FAILED, AUDIT_TIMED_OUT };
extern const char *const audit_outcome_name[];
struct audit_result {
	const struct audit_check *check;
	enum audit_outcome outcome;
	char why[ERROR_TEXT_SIZE];      /* it is not AUDIT_DONE */
	uint64_t found;                 /* all; no more than --max-findings of them are kept */
	uint64_t kept, moved_on, known; /* moved on: gone at the second look; known: in the baseline */
	uint64_t rows;                  /* read */
	int64_t took_ms;
};
struct audit_report {
	struct audit_result *result; /* one a check, in the order of their numbers */
	size_t nresult;
	struct audit_finding *v;
	size_t n, cap;
	size_t max_a_check, max_in_all;
	enum error_kind absent; /* of a database that could not be asked; ERROR_OK: all were */
	const char *globals;    /* request.globals, for the remedies */
	char started_at[25], finished_at[25];
	int64_t took_ms;
	struct arena arena;
};
/* audit run and audit diff, each with what it prints and writes; returns how it ended. ${err} is empty when the report says it
 * all. */
enum error_kind audit_run(const struct request *request, struct error *err);
enum error_kind audit_diff(const struct request *request, struct error *err);

void audit_report_free(struct audit_report *report);
uint64_t audit_report_count(const struct audit_report *report, enum audit_severity severity);

/* Earlier runs, oldest first. */
struct audit_trend {
	struct audit_moment {
		const char *at;
		int64_t count[AUDIT_SEVERITIES];
		struct maybe_int not_ready; /* hosts that could not be rescued whole; not set: it was not looked at */
	} * v;
	size_t n, cap;
};

#endif

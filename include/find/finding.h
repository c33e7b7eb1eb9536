/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIND_FINDING_H
#define FIND_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/request.h"
#include "util/mem.h"

/* What speaks against a run, or should be known before it. A finding is a value; the guards that make them are the table in
 * src/guard/table.h, which also gives docs/findings.md. */

enum severity { SEVERITY_STOP, SEVERITY_WARN, SEVERITY_NOTE, SEVERITY_SKIP };
extern const char *const severity_name[];

struct finding {
	const char *code;
	enum severity severity;
	const char *subject, *message, *hint; /* hint may be "" */
	const char *host; /* of several failed hosts the one that it is about; NULL: about all, or there is one */
	const char *part; /* which of the code's causes, "zone"; a constant; NULL: it has one */
	bool acceptable;  /* in this run --accept would take it */
	bool accepted;    /* it was given, as CODE or CODE:SUBJECT */
	bool offered;     /* its hint names that --accept */
	bool excludable;  /* nothing accepts it, but the run could go on without its subject: --exclude */
	size_t later;     /* finding_add()'s: the next skip of this chain, counted from 1; 0: none */
};
struct findings {
	struct finding *v;
	size_t n, cap;
	struct skip_chain {
		size_t first, last; /* counted from 1; 0: none */
	} * chain;                  /* the skips by their subjects */
	size_t nchain, nskip;
	size_t last_found; /* the candidate of the last one (guard/table.c) */
	struct arena arena;
};

/* Subject, message and hint are copied. */
struct finding *finding_add(struct findings *findings, const char *code, enum severity severity, const char *subject,
    const char *message, const char *hint);
void findings_free(struct findings *findings);

bool request_accepts(const struct request *request, const char *code, const char *subject);
/* The same, by CODE:SUBJECT alone. */
bool request_accepts_one(const struct request *request, const char *code, const char *subject);
/* A stop finding that nothing accepts. */
bool findings_stop(const struct findings *findings);
/* Is this instance or volume left out? The finding that says so, or NULL. */
const struct finding *findings_skip(const struct findings *findings, const char *subject);

#endif

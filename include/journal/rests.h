/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JOURNAL_RESTS_H
#define JOURNAL_RESTS_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/request.h"
#include "journal/past.h"
#include "util/mem.h"

/* Rescues that left something, of hosts that no later one has brought back or taken up; and runs of which not all is known. */
enum rest_kind {
	REST_LEFT,      /* it came to its end: a resumption goes on */
	REST_WAITS,     /* its time ended before nova had: a resumption settles it first */
	REST_DRIFTED,   /* it is not resumed before somebody has decided on rows; its recovery says which */
	REST_UNSETTLED, /* open or unknown: no other run of the host begins before its recovery */
};
struct rest {
	enum rest_kind kind;
	const char *host; /* "h1 h2", ready for a shell */
	const char *run;
	bool fences_disks; /* as past's */
	bool rescue;       /* else it is another command's */
};
/* Begins as { 0 }. */
struct rests {
	struct rest *v;
	size_t n, cap;
	struct arena arena;
};
/* Runs in their order. What else is done about a host, a migration closed or an instance evacuated, settles no rescue, nor does
 * one that came to no end. */
void rests_note(struct rests *all, const struct past *p);
/* All runs of the state directory that can be read, but ${except}. */
void rests_read(struct rests *all, const struct request *request, const char *except);
/* Of this host, which is a word ready for a shell, a run that is to be settled first, or else the newest one; NULL: none. */
const struct rest *rests_find(const struct rests *all, const char *word);
/* What goes on with it: the resumption of a rescue settles it first, but for rows that somebody has to decide on. */
const char *rest_command(const struct rest *r, struct arena *arena);
void rests_free(struct rests *all);

#endif

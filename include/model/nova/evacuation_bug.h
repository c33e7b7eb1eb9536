/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_EVACUATION_BUG_H
#define MODEL_NOVA_EVACUATION_BUG_H

#include <stdbool.h>
#include <stddef.h>

#include "model/nova/release.h"
#include "util/str.h"

/* Bugs of nova that an evacuation, or a host that returns after one, can meet, and the point releases that ended them. Read
 * from nova's own history: the first tag that contains the change, on each branch. */

#define FIXED_MAX 6

struct evacuation_bug {
	const char *number; /* bugs.launchpad.net/bugs/NUMBER */
	int since;          /* nova's major version that brought it; 0: older than the table of releases */
	/* The first point release without it, a branch each, ascending; branches between two of them kept it, those after the
	 * last never had it. None: every release has it. */
	const char *fixed[FIXED_MAX + 1];
	const char *sentence; /* what happens; N_() */
	const char *answer;   /* what evac-manage does about it, what is left to do; N_() */
};
extern const struct evacuation_bug evacuation_bugs[]; /* ends with number NULL */

/* Does a release have it: NEVER, ALWAYS, or UNTIL a point release, which it names. ${nova}: its major version. */
struct rule evacuation_bug_in(const struct evacuation_bug *bug, int nova);
/* "19.3.0, 20.4.0, 21.1.0, 22.0.0": with this or a later point release a branch is without it. */
void evacuation_bug_add_fixed(const struct evacuation_bug *bug, struct str *out);
/* "17, 18": the major versions of the table of releases that have it in all their points; nothing: none. */
void evacuation_bug_add_unfixed(const struct evacuation_bug *bug, struct str *out);

#endif

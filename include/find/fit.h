/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIND_FIT_H
#define FIND_FIT_H

#include "find/scene.h"
#include "util/str.h"

/* Will it fit? vCPU, memory and disk of the other hosts as placement's books or the compute nodes' own rows have them, less
 * what the instances before it take. With placement's books every resource class and trait that flavor and image ask for, too.
 * The scheduler knows more (NUMA, PCI, its own filters): a no is a no, a yes is likely. Pure: reads the scene alone. */

struct room {
	const char *host, *node;
	int64_t limit[3], used[3];       /* by enum resource_class */
	const struct inventory *base[3]; /* where placement has them; NULL: nowhere, or placement was not asked */
	const struct inventory **book;   /* all that its tree has, and what others share with it */
	size_t nbook;
	const char *provider;           /* uuid of its own one */
	int64_t *now;                   /* of the rooms: what is used of each inventory, with what this run would put there */
	const char *absent;             /* why placement gives it to nobody; NULL: it does, or was not asked */
	const char *closed;             /* why the scheduler would not take it now; NULL: it is open */
	const struct candidate **taken; /* what this run would put there */
	size_t ntaken, cap;
};
struct rooms {
	struct room *v;
	size_t n;
	bool from_placement;
	int64_t *now;
};
/* The hosts of the failed host's cell, without it; with a target only that one. */
void rooms_make(const struct scene *scene, struct rooms *out);
void rooms_free(struct rooms *rooms);

/* The room that takes it, as nova's scheduler would choose it (most memory free among those that pass), charged with it. NULL:
 * none does; ${why} then says what is missing and ${help} what would help. */
const struct room *rooms_place(struct rooms *rooms, const struct scene *scene, const struct candidate *candidate,
    struct str *why, struct str *help);

#endif

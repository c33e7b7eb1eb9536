/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVACUATE_PACE_H
#define EVACUATE_PACE_H

#include <stddef.h>
#include <stdint.h>

/* How long the evacuations that are left take, from how long those took that have ended. Milliseconds. */
struct pace {
	const int64_t *took; /* of those that have ended, from the message on; the shortest first */
	size_t ended;
	const int64_t *since; /* of those that are under way, since their message */
	size_t under_way;
	size_t waiting, window; /* not begun; how many may be under way at once, at least 1 */
	int64_t gap;            /* from an end to the next message in its place */
	size_t firsts;          /* of those that wait: they go one after the other */
	size_t first;           /* the place in ${since} of the one that they wait for; PACE_NONE: none is under way */
};
#define PACE_NONE SIZE_MAX
/* -1: none has ended yet. Nothing that waits and nothing under way: 0. */
int64_t pace_left(const struct pace *pace);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVACUATE_LIMITS_H
#define EVACUATE_LIMITS_H

#include "plan/plan.h"

/* How many evacuations may be under way at once, in all and on one target host: --max-in-flight and --max-per-target, then
 * [pace] of our configuration. Where nobody says how many in all, the run finds it (width.h). */
struct limits {
	bool measured;
	size_t window;        /* in all; of a measured one, to begin with */
	size_t per_target;    /* 0: no limit */
	size_t targets;       /* hosts that the scheduler could take, as far as is known; at least 1 */
	const char **planned; /* by unit: where it would be placed if all went as reckoned, the scene's; NULL: not known */
};
/* The scene must live as long. */
void limits_make(const struct request *request, const struct scene *scene, const struct plan *plan, struct limits *out);
void limits_free(struct limits *limits);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef READY_INTERNAL_H
#define READY_INTERNAL_H

#include "ready/ready.h"

void ready_add_reason(struct ready_answer *answer, const struct finding *finding, bool of_instance);
void ready_add_places(struct ready_answer *answer, const struct rooms *rooms);
void ready_sort(struct ready_answer *answer);

/* missing.c: how many hosts like the biggest of the cell would take what does not fit, zone by zone. NULL: no host would, or
 * all fits. */
const char *ready_missing(const struct scene *scene, const struct candidate *const *left, size_t n, struct arena *arena);

#endif

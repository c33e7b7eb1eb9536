/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIND_MIGRATION_H
#define FIND_MIGRATION_H

#include "find/scene.h"

/* migration_signs.c. Reads what is still missing to judge one migration; ${waiting}: of its cell; ${events} is the caller's to
 * free. */
int migration_look(const struct scene *scene, const struct cell_facts *cell, const struct standing_migration *m,
    const struct waiting_queues *waiting, struct action_events *events, struct migration_signs *out, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OP_MIGRATION_H
#define OP_MIGRATION_H

#include "op/scene.h"

/* migration_signs.c. Reads what is still missing to judge one migration; ${waiting}: of its cell; ${events} is the caller's to free. */
int migration_look(const struct scene *scene, const struct cell_facts *cell, const struct standing_migration *m,
    const struct waiting_queues *waiting, struct action_events *events, struct migration_signs *out, struct error *err);

/* guard/flight.c: what to type and what to look at first, by the type of a migration that was cut short. */
struct migration_ends {
	const char *instance, *source, *dest;
	int64_t id;
};
void migration_say_way_out(const char *type, const struct migration_ends *m, struct str *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_POWER_H
#define MODEL_NOVA_POWER_H

#include "db/db.h"

/* What an instance in ERROR was before, by nova's own history. A failed evacuation leaves vm_state 'error', whatever it was,
 * and the next one starts it (nova compute/manager.py: _do_rebuild_instance stops it again only when vm_state is 'stopped';
 * target_state is for those that are not in ERROR, conductor and compute of 27 on). power_state is the new host's, and says
 * nothing. */
struct power_history {
	bool exists;            /* false: nova has no record that tells */
	const char *action;     /* the last one: "stop", "start", … */
	bool is_evacuated;      /* and an evacuation succeeded after it */
	struct maybe_int age_s; /* of the action */
	struct arena arena;
};
int power_history_get(struct db *cell, const char *instance_uuid, struct power_history *out, struct error *err);
static inline void power_history_free(struct power_history *history)
{
	arena_free(&history->arena);
	*history = (struct power_history){ .exists = false };
}
/* It was stopped, and nothing has started it since. */
bool power_was_stopped(const struct power_history *history);

#endif

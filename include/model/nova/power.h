/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_POWER_H
#define MODEL_NOVA_POWER_H

#include "db/db.h"

/* What an instance in ERROR was before, by nova's own history, and who has stopped one that is stopped. A failed evacuation
 * leaves vm_state 'error', whatever it was, and the next one starts it (nova compute/manager.py: _do_rebuild_instance stops it
 * again only when vm_state is 'stopped'; target_state is for those that are not in ERROR, conductor and compute of 27 on).
 * power_state is the new host's, and says nothing. */
struct power_history {
	bool exists;            /* false: nova has no record that tells */
	const char *action;     /* the last one: "stop", "start", … */
	bool is_novas;          /* nobody asked for it: nova found the guest so (compute/manager.py: _sync_power_states) */
	bool is_evacuated;      /* and an evacuation succeeded after it */
	struct maybe_int age_s; /* of the action */
};
/* ${out}[i] is that of instance_uuids->v[i]; texts live as long as ${arena}. */
int power_histories_get(struct db *cell, const struct words *instance_uuids, struct arena *arena, struct power_history *out,
    struct error *err);
/* It was stopped, and nothing has started it since. */
bool power_was_stopped(const struct power_history *history);
/* Nova's last look found its guest off, where it was to run: it has switched itself off, or its host came back without it. */
bool power_stopped_by_nova(const struct power_history *history);

#endif

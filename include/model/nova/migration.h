/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_MIGRATION_H
#define MODEL_NOVA_MIGRATION_H

#include "model/nova/evacuation.h"

/* Migrations that still mean something, and whether anybody works on them. */

struct standing_migration {
	int64_t id;
	const char *uuid, *instance_uuid, *status, *migration_type, *source_compute, *dest_compute;
	const char *instance_name, *instance_host, *vm_state, *task_state; /* of the instance; all NULL: it is gone */
	struct maybe_int age_s, idle_s, instance_idle_s; /* since it was made, since it and its instance were last written */
};
struct standing_migrations {
	DB_ROWS(struct standing_migration);
};
/* ${host}: those away from it; NULL: all of the cell. */
int migrations_of_host(struct db *cell, const char *host, struct standing_migrations *out, struct error *err); /* to it, too */
int migrations_standing(struct db *cell, const char *host, struct standing_migrations *out, struct error *err);
/* Those away from each of these hosts; ordered by source_compute, without case. */
int migrations_standing_of(struct db *cell, const struct words *hosts, struct standing_migrations *out, struct error *err);
/* Of them, those away from hosts of this name, in whatever case: the first, and how many there are; NULL: none. */
const struct standing_migration *standing_migrations_find(const struct standing_migrations *all, const char *host, size_t *n);
/* By number or uuid, whatever its status; none or one in a cell. */
int migration_find(struct db *cell, const char *id, struct standing_migrations *out, struct error *err);
static inline void standing_migrations_free(struct standing_migrations *migrations)
{
	db_rows_free(&migrations->rows);
}

int migration_events(struct db *cell, int64_t id, struct action_events *out, struct error *err);

bool migration_is_evacuation(const struct standing_migration *m);
/* An evacuation whose source, when its nova-compute starts, destroys what it has of the instance: accepted, pre-migrating,
 * done. */
bool migration_is_tombstone(const struct standing_migration *m);
bool migration_is_open(const struct standing_migration *m); /* nova may still work on it */
bool instance_is_rebuilding(const char *task_state);        /* one of the three task states of an evacuation */

/* A message that waits in the conductor's queue is looked at again after so many seconds. */
#define CONDUCTOR_QUEUE_S 60
/* What else must be known to say whether somebody works on an open evacuation. */
struct migration_signs {
	const struct action_events *events;
	bool queue_known;     /* the conductor's queue was looked at */
	uint32_t queued;      /* messages in it */
	bool dest_up;         /* nova-compute on the destination reports */
	bool computes_known;  /* the queues of all computes of its cell were looked at */
	const char *waits_in; /* one of them that holds messages; NULL: none does */
};
/* Who may still work on an open evacuation, in words; NULL: nobody does, and ${why} says how we know. */
const char *migration_worker(const struct standing_migration *m, const struct migration_signs *signs, struct str *why);
/* What a conductor or a live compute has begun of it and not ended; NULL: nothing. No silence ends that: their calls of
 * neutron, placement, cinder and keystone have no time-out, and whoever hangs in one goes on when it is answered, hours later.
 * Only the restart of that service drops what it holds. Asked when migration_worker() sees nobody. */
const struct action_event *migration_holder(const struct standing_migration *m, const struct migration_signs *signs);
/* A conductor that took its message and was frozen has begun no event: no row tells of it. Closed, and the instance evacuated
 * again, it goes on with both. Asked when neither of the two above sees anybody. */
bool migration_may_be_held_unseen(const struct standing_migration *m, const struct migration_signs *signs);
/* "nova-conductor on 'ctl1'" */
void action_event_service(const struct action_event *event, struct str *out);

#endif

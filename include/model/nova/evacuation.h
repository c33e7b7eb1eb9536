/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_EVACUATION_H
#define MODEL_NOVA_EVACUATION_H

#include <json-c/json.h>

#include "db/db.h"
#include "model/nova/cell.h"
#include "util/uuid.h"

/* The rows that nova-api writes when it accepts an evacuation (nova compute/api.py: evacuate), and how far nova has got
 * since. */

#define INSTANCE_OBJECT_VERSION "2.3" /* every release since Queens takes it */
#define REQUEST_ID_SIZE 41            /* "req-" and a uuid */

struct evacuation_rows {
	const char *instance_uuid, *host, *node; /* node may be NULL */
	const char *vm_state, *old_task_state;   /* as the plan saw them; task state NULL: none */
	const char *dest_compute;                /* NULL: the scheduler chooses */
	const char *user_id, *project_id;
	struct uuid migration_uuid;
	char request_id[REQUEST_ID_SIZE];
};

/* Inside a write transaction: locks the instance and gives it as nova's Instance object 2.3 with every plain column, task state
 * already 'rebuilding'. ERROR_DRIFT when it is gone. The object's user_id and project_id are borrowed by no one: read
 * them with instance_object_text(). */
int instance_lock(struct db *cell, const char *uuid, json_object **object, struct error *err);
const char *instance_object_text(json_object *instance, const char *field); /* NULL for null */

/* Inside a write transaction; each is compare-and-set, ERROR_DRIFT when the row is no longer as the plan saw it. */
int evacuation_begin(struct db *cell, const struct cell_columns *columns, const struct evacuation_rows *rows,
    struct error *err);
/* Undoes it after it was proved that the cast was not sent. */
int evacuation_cancel(struct db *cell, const struct evacuation_rows *rows, struct error *err);

/* Inside a write transaction, when nobody knows whether evacuation_begin() was committed: writes the same migration, closed
 * from the start. Its uuid is unique: either this fails with code 1062 (the first try was committed) or the first try can never
 * be. */
int evacuation_fence(struct db *cell, const struct cell_columns *columns, const struct evacuation_rows *rows,
    struct error *err);

/* Inside a write transaction, when its rows are not what they were and nobody works on it: the migration is written anew,
 * closed, when it is ${absent}, or closed when it is 'accepted'; the instance goes from ${task_state} (NULL: it is not ours) to
 * what it was, its action is closed if it is there. */
int evacuation_settle(struct db *cell, const struct cell_columns *columns, const struct evacuation_rows *rows, bool absent,
    const char *task_state, struct error *err);

/* nova makes no sound for this long when it is at work: a spawn waits 300 s for neutron (nova conf/compute.py:
 * vif_plugging_timeout). */
#define EVACUATION_SILENT_S 300

/* Each of its rows may have vanished: deleted, archived, or lost by a database that came back without its last commits. */
struct evacuation_state {
	bool exists;          /* the migration is there; without it migration_id, migration_status and dest_compute are not */
	bool instance_exists; /* marked deleted it still is, with vm_state 'deleted'; without it host and states are NULL */
	bool instance_deleted;
	int64_t migration_id;
	const char *host, *vm_state, *task_state, *migration_status, *dest_compute;
	struct maybe_int instance_idle_s; /* since the instance was written */
	struct arena arena;
};
int evacuation_state_get(struct db *cell, const struct uuid *migration_uuid, const char *instance_uuid,
    struct evacuation_state *out, struct error *err);
/* The record of our request, written with its migration: what conductor and computes do is recorded under it. */
int evacuation_has_action(struct db *cell, const char *instance_uuid, const char *request_id, bool *out, struct error *err);
/* What nova was asked to do with ${instance_uuid} since that request, its newest action but an evacuation: "stop", "migrate", …
 * ; NULL: nothing. ${arena} has the text. */
int evacuation_later_action(struct db *cell, const char *instance_uuid, const char *request_id, struct arena *arena,
    const char **out, struct error *err);
void evacuation_state_free(struct evacuation_state *state);

struct action_event {
	const char *event, *result, *host; /* result NULL: it has not ended */
	const char *details, *traceback;   /* of one that ended badly; cause_read() knows what they mean */
};
struct action_events {
	DB_ROWS(struct action_event);
};
/* As a statement of events gives them; what they say, with passwords hidden. */
int action_events_read(struct db *cell, const struct sql *sql, const struct db_param *params, struct action_events *out,
    struct error *err);
int evacuation_events(struct db *cell, const char *instance_uuid, const char *request_id, struct action_events *out,
    struct error *err);
static inline void action_events_free(struct action_events *events)
{
	db_rows_free(&events->rows);
}

/* How rebuilds and evacuations ended in the last minute, ours among them. */
struct rebuild_end {
	const char *request_id, *result; /* "Success", "Error" */
};
struct rebuild_ends {
	DB_ROWS(struct rebuild_end);
};
int rebuild_ends_read(struct db *cell, struct rebuild_ends *out, struct error *err);
static inline void rebuild_ends_free(struct rebuild_ends *ends)
{
	db_rows_free(&ends->rows);
}

/* Many at once, whatever their number: three statements for each fifty, in the order of evacuation_state_get(), the events
 * last. */
struct evacuation_asked {
	const char *migration_uuid, *instance_uuid, *request_id;
};
struct evacuation_seen {
	struct evacuation_state state; /* its texts are of the whole */
	struct action_event *event;    /* what was recorded under its request, the oldest first */
	size_t nevent;
};
struct evacuations_seen {
	struct evacuation_seen *v; /* in the order in which they were asked for */
	size_t n;
	struct arena arena;
};
int evacuations_see(struct db *cell, const struct evacuation_asked *asked, size_t n, struct evacuations_seen *out,
    struct error *err);
static inline void evacuations_seen_free(struct evacuations_seen *seen)
{
	arena_free(&seen->arena);
	*seen = (struct evacuations_seen){ .n = 0 };
}

/* Evacuations of ours that have not ended, known by the version of their uuid: for when there is no journal. */
struct our_evacuation {
	const char *migration_uuid, *instance_uuid, *name, *source_compute, *dest_compute, *status, *host, *vm_state,
	    *task_state, *request_id; /* the newest of ours; NULL: none */
	int64_t events, age_s;
};
struct our_evacuations {
	DB_ROWS(struct our_evacuation);
};
int evacuations_ours(struct db *cell, struct our_evacuations *out, struct error *err);
static inline void our_evacuations_free(struct our_evacuations *evacuations)
{
	db_rows_free(&evacuations->rows);
}

/* Those of a failed host that a nova-compute is about to start: it waits until neutron has plugged each vif that the instance's
 * info cache has inactive (nova virt/libvirt/driver.py: _create_guest_with_network). Equal to nova's words for both states. */
#define STATUS_WAITS "pre-migrating"
#define TASK_WAITS "rebuild_spawning"
struct plugging_evacuation {
	const char *migration_uuid, *instance_uuid, *status, *dest_compute, *vm_state,
	    *task_state; /* the last three may be NULL */
};
struct plugging_evacuations {
	DB_ROWS(struct plugging_evacuation);
};
int evacuations_plugging(struct db *cell, const char *source_compute, struct plugging_evacuations *out, struct error *err);
static inline void plugging_evacuations_free(struct plugging_evacuations *evacuations)
{
	db_rows_free(&evacuations->rows);
}

/* The newest fault, if it is younger than ${age_s} seconds: what went wrong last. Passwords are hidden. */
struct fault {
	bool exists;
	int64_t code;
	const char *message, *details; /* may be NULL; details: the trace, of code 500 alone */
	struct maybe_int age_s;
	struct arena arena;
};
/* Does it say that a guest of the instance holds its disk (cause_read(): guest_alive)? How long ago it did; else not set. */
int fault_guest_alive(struct db *cell, const char *instance_uuid, struct maybe_int *age_s, struct error *err);
/* The same of many: ${age_s}[i] of instance_uuids->v[i]. */
int faults_guest_alive(struct db *cell, const struct words *instance_uuids, struct maybe_int *age_s, struct error *err);
int fault_latest(struct db *cell, const char *instance_uuid, int64_t age_s, struct fault *out, struct error *err);
static inline void fault_free(struct fault *fault)
{
	arena_free(&fault->arena);
	*fault = (struct fault){ .exists = false };
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/evacuation.h"

#include "model/nova/cause.h"
#include "sql_catalogue.h"
#include "util/lang.h"
#include "util/secret.h"
#include "util/str.h"

struct migration_row {
	int64_t migration_id;
	const char *migration_status, *dest_compute;
};
static const struct db_shape migration_row_shape = DB_SHAPE(struct migration_row,
    DB_COLUMNS(struct migration_row, migration_id, migration_status), DB_NULLABLES(struct migration_row, dest_compute));

struct instance_row {
	const char *host, *vm_state, *task_state;
	bool is_deleted;
	struct maybe_int idle_s;
};
static const struct db_shape instance_row_shape = DB_SHAPE(struct instance_row,
    DB_COLUMNS(struct instance_row, is_deleted, idle_s), DB_NULLABLES(struct instance_row, host, vm_state, task_state));

struct action_count {
	int64_t n;
};
static const struct db_shape action_count_shape = DB_SHAPE(struct action_count, DB_COLUMNS(struct action_count, n));

struct later_action {
	const char *action;
};
static const struct db_shape later_action_shape = DB_SHAPE(struct later_action, DB_COLUMNS(struct later_action, action));

static const struct db_shape action_event_shape = DB_SHAPE(struct action_event, DB_COLUMNS(struct action_event, event),
    DB_NULLABLES(struct action_event, result, host, details, traceback));

static const struct db_shape rebuild_end_shape = DB_SHAPE(struct rebuild_end,
    DB_NULLABLES(struct rebuild_end, request_id, result));

static const struct db_shape our_evacuation_shape = DB_SHAPE(struct our_evacuation,
    DB_COLUMNS(struct our_evacuation, migration_uuid, instance_uuid, status, events, age_s),
    DB_NULLABLES(struct our_evacuation, name, source_compute, dest_compute, host, vm_state, task_state, request_id));

static const struct db_shape fault_shape = DB_SHAPE(struct fault, DB_COLUMNS(struct fault, code, age_s),
    DB_NULLABLES(struct fault, message, details));

/* A write that must find exactly one row. */
static int write_one(struct db *cell, const struct sql *sql, const struct db_param *params, const char *missing,
    struct error *err)
{
	uint64_t matched;

	if (db_write(cell, sql, params, &matched, err) != 0)
		return -1;
	if (matched != 1)
		return error_set(err, ERROR_DRIFT, "%s", missing);
	return 0;
}

static int insert_migration(struct db *cell, const struct cell_columns *columns, const struct evacuation_rows *r,
    struct error *err)
{
	const struct db_param params[] = { p_str("uuid", r->migration_uuid.text), p_str("source_compute", r->host),
		p_str("source_node", r->node), p_str("dest_compute", r->dest_compute), p_str("instance_uuid", r->instance_uuid),
		p_str("user_id", r->user_id), p_str("project_id", r->project_id),
		p_int("session", db_transaction_session(cell)), p_end };
	const struct db_param queens[] = { params[0], params[1], params[2], params[3], params[4], params[7], p_end };

	if (columns->migrations_have_project)
		return write_one(cell, &SQL_NOVA_MIGRATION_INSERT, params, _("the migration was not written"), err);
	return write_one(cell, &SQL_NOVA_MIGRATION_INSERT_QUEENS, queens, _("the migration was not written"), err);
}

int evacuation_begin(struct db *cell, const struct cell_columns *columns, const struct evacuation_rows *r, struct error *err)
{
	const struct db_param claim[] = { p_str("uuid", r->instance_uuid), p_str("host", r->host),
		p_str("vm_state", r->vm_state), p_str("old_task_state", r->old_task_state), p_end };
	const struct db_param action[] = { p_str("instance_uuid", r->instance_uuid), p_str("request_id", r->request_id),
		p_str("user_id", r->user_id), p_str("project_id", r->project_id), p_end };

	if (write_one(cell, &SQL_NOVA_INSTANCE_BEGIN_REBUILD, claim, _("it is no longer as the plan saw it"), err) != 0)
		return -1;
	if (write_one(cell, &SQL_NOVA_ACTION_INSERT, action, _("the instance action was not written"), err) != 0)
		return -1;
	return insert_migration(cell, columns, r, err);
}

int evacuation_fence(struct db *cell, const struct cell_columns *columns, const struct evacuation_rows *r, struct error *err)
{
	const struct db_param migration[] = { p_str("uuid", r->migration_uuid.text), p_end };

	if (insert_migration(cell, columns, r, err) != 0)
		return -1;
	return write_one(cell, &SQL_NOVA_MIGRATION_CLOSE, migration, _("its migration could not be closed"), err);
}

static int close_migration(struct db *cell, const struct evacuation_rows *r, struct error *err)
{
	const struct db_param params[] = { p_str("uuid", r->migration_uuid.text), p_end };

	return write_one(cell, &SQL_NOVA_MIGRATION_CLOSE, params,
	    _("its migration is no longer 'accepted': a conductor works on it"), err);
}

int evacuation_cancel(struct db *cell, const struct evacuation_rows *r, struct error *err)
{
	const struct db_param instance[] = { p_str("uuid", r->instance_uuid), p_str("host", r->host),
		p_str("old_task_state", r->old_task_state), p_end };
	const struct db_param action[] = { p_str("instance_uuid", r->instance_uuid), p_str("request_id", r->request_id),
		p_end };

	if (close_migration(cell, r, err) != 0)
		return -1;
	if (write_one(cell, &SQL_NOVA_INSTANCE_END_REBUILD, instance, _("it is no longer 'rebuilding' on its old host"), err) !=
	    0)
		return -1;
	return write_one(cell, &SQL_NOVA_ACTION_CLOSE, action, _("its instance action is gone"), err);
}

int evacuation_settle(struct db *cell, const struct cell_columns *columns, const struct evacuation_rows *r, bool absent,
    const char *task_state, struct error *err)
{
	const struct db_param instance[] = { p_str("id", r->instance_uuid), p_str("old_host", r->host),
		p_str("old_task_state", task_state), p_str("new_task_state", r->old_task_state), p_end };
	const struct db_param action[] = { p_str("instance_uuid", r->instance_uuid), p_str("request_id", r->request_id),
		p_end };
	uint64_t matched;

	if ((absent ? evacuation_fence(cell, columns, r, err) : close_migration(cell, r, err)) != 0)
		return -1;
	if (task_state &&
	    write_one(cell, &SQL_NOVA_INSTANCE_SET_TASK_STATE, instance, _("it is no longer as it was looked at"), err) != 0)
		return -1;
	return db_write(cell, &SQL_NOVA_ACTION_CLOSE, action, &matched, err);
}

static int read_migration(struct db *cell, const struct uuid *migration_uuid, struct evacuation_state *out, struct error *err)
{
	const struct db_param params[] = { p_str("migration_uuid", migration_uuid->text), p_end };
	struct migration_row row = { 0 };
	int found = db_read_one(cell, &SQL_NOVA_EVACUATION_GET, params, &migration_row_shape, &row, &out->arena, err);

	out->exists = found > 0;
	out->migration_id = row.migration_id;
	out->migration_status = row.migration_status;
	out->dest_compute = row.dest_compute;
	return found < 0 ? -1 : 0;
}

static int read_instance(struct db *cell, const char *uuid, struct evacuation_state *out, struct error *err)
{
	const struct db_param params[] = { p_str("uuid", uuid), p_end };
	struct instance_row row = { 0 };
	int found = db_read_one(cell, &SQL_NOVA_EVACUATION_GET_INSTANCE, params, &instance_row_shape, &row, &out->arena, err);

	out->instance_exists = found > 0;
	out->host = row.host;
	out->vm_state = row.vm_state;
	out->task_state = row.task_state;
	out->instance_deleted = row.is_deleted;
	out->instance_idle_s = row.idle_s;
	return found < 0 ? -1 : 0;
}

/* nova writes the migration's end before the instance's: read in this order, an end that is seen is never older than its
 * instance. */
int evacuation_state_get(struct db *cell, const struct uuid *migration_uuid, const char *instance_uuid,
    struct evacuation_state *out, struct error *err)
{
	*out = (struct evacuation_state){ 0 };
	if (read_migration(cell, migration_uuid, out, err) == 0 && read_instance(cell, instance_uuid, out, err) == 0)
		return 0;
	evacuation_state_free(out);
	return -1;
}

int evacuation_has_action(struct db *cell, const char *instance_uuid, const char *request_id, bool *out, struct error *err)
{
	const struct db_param params[] = { p_str("instance_uuid", instance_uuid), p_str("request_id", request_id), p_end };
	struct action_count count = { 0 };

	if (db_read_one(cell, &SQL_NOVA_ACTION_COUNT_BY_REQUEST, params, &action_count_shape, &count, NULL, err) < 0)
		return -1;
	*out = count.n > 0;
	return 0;
}

int evacuation_later_action(struct db *cell, const char *instance_uuid, const char *request_id, struct arena *arena,
    const char **out, struct error *err)
{
	const struct db_param params[] = { p_str("instance_uuid", instance_uuid), p_str("request_id", request_id), p_end };
	struct later_action later = { 0 };

	if (db_read_one(cell, &SQL_NOVA_ACTION_GET_LATER, params, &later_action_shape, &later, arena, err) < 0)
		return -1;
	*out = later.action;
	return 0;
}

void evacuation_state_free(struct evacuation_state *state)
{
	arena_free(&state->arena);
	*state = (struct evacuation_state){ 0 };
}

int action_events_read(struct db *cell, const struct sql *sql, const struct db_param *params, struct action_events *out,
    struct error *err)
{
	if (db_read(cell, sql, params, &action_event_shape, &out->rows, err) != 0)
		return -1;
	for (size_t i = 0; i < out->n; i++) {
		out->v[i].details = arena_foreign(&out->arena, out->v[i].details);
		out->v[i].traceback = arena_foreign(&out->arena, out->v[i].traceback);
	}
	return 0;
}

int evacuation_events(struct db *cell, const char *instance_uuid, const char *request_id, struct action_events *out,
    struct error *err)
{
	const struct db_param params[] = { p_str("instance_uuid", instance_uuid), p_str("request_id", request_id), p_end };

	return action_events_read(cell, &SQL_NOVA_EVENT_LIST_BY_REQUEST, params, out, err);
}

int rebuild_ends_read(struct db *cell, struct rebuild_ends *out, struct error *err)
{
	return db_read(cell, &SQL_NOVA_EVENT_LIST_REBUILDS, NULL, &rebuild_end_shape, &out->rows, err);
}

int fault_latest(struct db *cell, const char *instance_uuid, int64_t age_s, struct fault *out, struct error *err)
{
	const struct db_param params[] = { p_str("instance_uuid", instance_uuid), p_end };
	struct arena texts = { 0 };
	int found;

	*out = (struct fault){ .exists = false };
	found = db_read_one(cell, &SQL_NOVA_FAULT_GET_LATEST, params, &fault_shape, out, &texts, err);
	out->arena = texts;
	out->exists = found > 0 && out->age_s.set && out->age_s.v <= age_s;
	out->message = out->exists ? arena_foreign(&out->arena, out->message) : NULL;
	out->details = out->exists ? arena_foreign(&out->arena, out->details) : NULL;
	return found < 0 ? -1 : 0;
}

int fault_guest_alive(struct db *cell, const char *instance_uuid, struct maybe_int *age_s, struct error *err)
{
	struct fault fault;
	struct cause cause;
	int rc = fault_latest(cell, instance_uuid, INT64_MAX, &fault, err);

	*age_s = (struct maybe_int){ 0 };
	if (rc == 0 && fault.exists) {
		cause_read(&(struct cause_words){ fault.message, fault.details }, &fault.arena, &cause);
		if (cause.guest_alive)
			*age_s = fault.age_s;
	}
	fault_free(&fault);
	return rc;
}

struct fault_row {
	const char *instance_uuid, *message, *details;
	struct maybe_int age_s;
};
static const struct db_shape fault_row_shape = DB_SHAPE(struct fault_row, DB_COLUMNS(struct fault_row, instance_uuid, age_s),
    DB_NULLABLES(struct fault_row, message, details));

int faults_guest_alive(struct db *cell, const struct words *instance_uuids, struct maybe_int *age_s, struct error *err)
{
	const struct fault_row *row;
	struct db_rows rows;
	struct cause cause;
	size_t n;

	if (db_read_set(cell, &SQL_NOVA_FAULT_LIST_LATEST, instance_uuids, &fault_row_shape, "instance_uuid", &rows, err) != 0)
		return -1;
	for (size_t i = 0; i < instance_uuids->n; i++) {
		age_s[i] = (struct maybe_int){ 0 };
		row = db_rows_find(&rows, &fault_row_shape, "instance_uuid", instance_uuids->v[i], &n);
		if (!row)
			continue;
		cause_read(&(struct cause_words){ row->message, row->details }, &rows.arena, &cause);
		if (cause.guest_alive)
			age_s[i] = row->age_s;
	}
	db_rows_free(&rows);
	return 0;
}

int evacuations_ours(struct db *cell, struct our_evacuations *out, struct error *err)
{
	return db_read(cell, &SQL_NOVA_EVACUATION_LIST_OURS, NULL, &our_evacuation_shape, &out->rows, err);
}

static const struct db_shape plugging_evacuation_shape = DB_SHAPE(struct plugging_evacuation,
    DB_COLUMNS(struct plugging_evacuation, migration_uuid, instance_uuid, status),
    DB_NULLABLES(struct plugging_evacuation, dest_compute, vm_state, task_state));

int evacuations_plugging(struct db *cell, const char *source_compute, struct plugging_evacuations *out, struct error *err)
{
	const struct db_param params[] = { p_str("source_compute", source_compute), p_end };

	return db_read(cell, &SQL_NOVA_EVACUATION_LIST_PLUGGING, params, &plugging_evacuation_shape, &out->rows, err);
}

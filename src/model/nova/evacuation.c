/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/evacuation.h"

#include "sql_catalogue.h"
#include "util/secret.h"
#include "util/str.h"

struct state_row {
	int64_t migration_id;
	const char *migration_status, *dest_compute;
};
static const struct db_column state_columns[] = {
	DB_COLUMN(struct state_row, migration_id),
	DB_NULLABLE(struct state_row, migration_status),
	DB_NULLABLE(struct state_row, dest_compute),
};
static const struct db_shape state_shape = DB_SHAPE(struct state_row, state_columns);

struct instance_row {
	const char *host, *vm_state, *task_state;
	bool is_deleted;
	struct maybe_int idle_s;
};
static const struct db_column instance_columns[] = {
	DB_NULLABLE(struct instance_row, host),
	DB_NULLABLE(struct instance_row, vm_state),
	DB_NULLABLE(struct instance_row, task_state),
	DB_COLUMN(struct instance_row, is_deleted),
	DB_COLUMN(struct instance_row, idle_s),
};
static const struct db_shape instance_shape = DB_SHAPE(struct instance_row, instance_columns);

struct n_row {
	int64_t n;
};
static const struct db_column n_columns[] = { DB_COLUMN(struct n_row, n) };
static const struct db_shape n_shape = DB_SHAPE(struct n_row, n_columns);

static const struct db_column event_columns[] = {
	DB_COLUMN(struct action_event, event),
	DB_NULLABLE(struct action_event, result),
	DB_NULLABLE(struct action_event, host),
	DB_NULLABLE(struct action_event, details),
};
static const struct db_shape event_shape = DB_SHAPE(struct action_event, event_columns);

#define OURS(member) DB_COLUMN(struct our_evacuation, member)
#define OURS_NULLABLE(member) DB_NULLABLE(struct our_evacuation, member)
static const struct db_column ours_columns[] = { OURS(migration_uuid), OURS(instance_uuid), OURS_NULLABLE(name), OURS_NULLABLE(source_compute),
	OURS_NULLABLE(dest_compute), OURS(status), OURS_NULLABLE(host), OURS_NULLABLE(vm_state), OURS_NULLABLE(task_state), OURS_NULLABLE(request_id), OURS(events), OURS(age_s) };
static const struct db_shape ours_shape = DB_SHAPE(struct our_evacuation, ours_columns);

struct fault_row {
	int64_t code;
	const char *message, *host;
	struct maybe_int age_s;
};
static const struct db_column fault_columns[] = {
	DB_COLUMN(struct fault_row, code),
	DB_NULLABLE(struct fault_row, message),
	DB_NULLABLE(struct fault_row, host),
	DB_COLUMN(struct fault_row, age_s),
};
static const struct db_shape fault_shape = DB_SHAPE(struct fault_row, fault_columns);

/* A write that must find exactly one row. */
static int write_one(struct db *cell, const struct sql *sql, const struct db_param *params, const char *missing, struct error *err)
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
		p_str("user_id", r->user_id), p_str("project_id", r->project_id), p_end };
	const struct db_param queens[] = { params[0], params[1], params[2], params[3], params[4], p_end };

	if (columns->migrations_have_project)
		return write_one(cell, &SQL_NOVA_MIGRATION_INSERT, params, "the migration was not written", err);
	return write_one(cell, &SQL_NOVA_MIGRATION_INSERT_QUEENS, queens, "the migration was not written", err);
}

int evacuation_begin(struct db *cell, const struct cell_columns *columns, const struct evacuation_rows *r, struct error *err)
{
	const struct db_param claim[] = { p_str("uuid", r->instance_uuid), p_str("host", r->host), p_str("vm_state", r->vm_state),
		p_str("old_task_state", r->old_task_state), p_end };
	const struct db_param action[] = { p_str("instance_uuid", r->instance_uuid), p_str("request_id", r->request_id),
		p_str("user_id", r->user_id), p_str("project_id", r->project_id), p_end };

	if (write_one(cell, &SQL_NOVA_INSTANCE_BEGIN_REBUILD, claim, "it is no longer as the plan saw it", err) != 0)
		return -1;
	if (write_one(cell, &SQL_NOVA_INSTANCE_ACTION_INSERT, action, "the instance action was not written", err) != 0)
		return -1;
	return insert_migration(cell, columns, r, err);
}

int evacuation_fence(struct db *cell, const struct cell_columns *columns, const struct evacuation_rows *r, struct error *err)
{
	const struct db_param migration[] = { p_str("uuid", r->migration_uuid.text), p_end };

	if (insert_migration(cell, columns, r, err) != 0)
		return -1;
	return write_one(cell, &SQL_NOVA_MIGRATION_CLOSE, migration, "its migration could not be closed", err);
}

int evacuation_cancel(struct db *cell, const struct evacuation_rows *r, struct error *err)
{
	const struct db_param migration[] = { p_str("uuid", r->migration_uuid.text), p_end };
	const struct db_param instance[] = { p_str("uuid", r->instance_uuid), p_str("host", r->host),
		p_str("old_task_state", r->old_task_state), p_end };
	const struct db_param action[] = { p_str("instance_uuid", r->instance_uuid), p_str("request_id", r->request_id), p_end };

	if (write_one(cell, &SQL_NOVA_MIGRATION_CLOSE, migration, "its migration is no longer 'accepted': somebody works on it",
	        err) != 0)
		return -1;
	if (write_one(cell, &SQL_NOVA_INSTANCE_END_REBUILD, instance, "it is no longer 'rebuilding' on its old host", err) != 0)
		return -1;
	return write_one(cell, &SQL_NOVA_INSTANCE_ACTION_CLOSE, action, "its instance action is gone", err);
}

int evacuation_settle(struct db *cell, const struct cell_columns *columns, const struct evacuation_rows *r, bool absent,
    const char *task_state, struct error *err)
{
	const struct db_param migration[] = { p_str("uuid", r->migration_uuid.text), p_end };
	const struct db_param instance[] = { p_str("id", r->instance_uuid), p_str("old_host", r->host), p_str("old_task_state", task_state),
		p_str("new_task_state", r->old_task_state), p_end };
	const struct db_param action[] = { p_str("instance_uuid", r->instance_uuid), p_str("request_id", r->request_id), p_end };
	uint64_t matched;

	if (absent ? evacuation_fence(cell, columns, r, err) != 0 :
	             write_one(cell, &SQL_NOVA_MIGRATION_CLOSE, migration, "its migration is no longer 'accepted': somebody works on it", err) != 0)
		return -1;
	if (task_state && write_one(cell, &SQL_NOVA_INSTANCE_SET_TASK_STATE, instance, "it is no longer as it was looked at", err) != 0)
		return -1;
	return db_write(cell, &SQL_NOVA_INSTANCE_ACTION_CLOSE, action, &matched, err);
}

static int read_migration(struct db *cell, const struct uuid *migration_uuid, struct evacuation_state *out, struct error *err)
{
	const struct db_param params[] = { p_str("migration_uuid", migration_uuid->text), p_end };
	const struct state_row *row;
	struct db_rows rows;

	if (db_read(cell, &SQL_NOVA_EVACUATION_STATE, params, &state_shape, &rows, err) != 0)
		return -1;
	out->exists = rows.n > 0;
	if (out->exists) {
		row = rows.v;
		out->migration_id = row->migration_id;
		out->migration_status = arena_dup(&out->arena, str_or(row->migration_status, ""));
		out->dest_compute = arena_dup(&out->arena, row->dest_compute);
	}
	db_rows_free(&rows);
	return 0;
}

static int read_instance(struct db *cell, const char *uuid, struct evacuation_state *out, struct error *err)
{
	const struct db_param params[] = { p_str("uuid", uuid), p_end };
	const struct instance_row *row;
	struct db_rows rows;

	if (db_read(cell, &SQL_NOVA_EVACUATION_INSTANCE, params, &instance_shape, &rows, err) != 0)
		return -1;
	out->instance_exists = rows.n > 0;
	if (out->instance_exists) {
		row = rows.v;
		out->host = arena_dup(&out->arena, row->host);
		out->vm_state = arena_dup(&out->arena, row->vm_state);
		out->task_state = arena_dup(&out->arena, row->task_state);
		out->instance_deleted = row->is_deleted;
		out->instance_idle_s = row->idle_s;
	}
	db_rows_free(&rows);
	return 0;
}

/* nova writes the migration's end before the instance's: read in this order, an end that is seen is never older than its instance. */
int evacuation_state_get(struct db *cell, const struct uuid *migration_uuid, const char *instance_uuid, struct evacuation_state *out,
    struct error *err)
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
	struct db_rows rows;

	if (db_read(cell, &SQL_NOVA_EVACUATION_ACTIONS, params, &n_shape, &rows, err) != 0)
		return -1;
	*out = rows.n > 0 && ((const struct n_row *)rows.v)->n > 0;
	db_rows_free(&rows);
	return 0;
}

void evacuation_state_free(struct evacuation_state *state)
{
	arena_free(&state->arena);
	*state = (struct evacuation_state){ 0 };
}

int evacuation_events(struct db *cell, const char *instance_uuid, const char *request_id, struct action_events *out,
    struct error *err)
{
	const struct db_param params[] = { p_str("instance_uuid", instance_uuid), p_str("request_id", request_id), p_end };
	struct db_rows rows;

	if (db_read(cell, &SQL_NOVA_EVACUATION_EVENTS, params, &event_shape, &rows, err) != 0)
		return -1;
	*out = (struct action_events){ rows.v, rows.n, rows.arena };
	for (size_t i = 0; i < out->n; i++)
		out->v[i].details = arena_foreign(&out->arena, out->v[i].details);
	return 0;
}

void action_events_free(struct action_events *events)
{
	arena_free(&events->arena);
	*events = (struct action_events){ 0 };
}

int fault_latest(struct db *cell, const char *instance_uuid, int64_t age_s, char **message, struct error *err)
{
	const struct db_param params[] = { p_str("instance_uuid", instance_uuid), p_end };
	const struct fault_row *row;
	struct db_rows rows;

	if (db_read(cell, &SQL_NOVA_FAULT_LATEST, params, &fault_shape, &rows, err) != 0)
		return -1;
	row = rows.v;
	if (rows.n > 0 && row->age_s.set && row->age_s.v <= age_s)
		*message = xasprintf("%s (fault %lld)", str_or(arena_foreign(&rows.arena, row->message), ""), (long long)row->code);
	else
		*message = xstrdup("");
	db_rows_free(&rows);
	return 0;
}

int evacuations_ours(struct db *cell, struct our_evacuations *out, struct error *err)
{
	struct db_rows rows;

	if (db_read(cell, &SQL_NOVA_EVACUATIONS_OURS, NULL, &ours_shape, &rows, err) != 0)
		return -1;
	*out = (struct our_evacuations){ rows.v, rows.n, rows.arena };
	return 0;
}

void our_evacuations_free(struct our_evacuations *evacuations)
{
	arena_free(&evacuations->arena);
	*evacuations = (struct our_evacuations){ 0 };
}

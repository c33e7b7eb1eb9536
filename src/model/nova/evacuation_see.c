/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "model/nova/evacuation.h"
#include "sql_catalogue.h"
#include "util/secret.h"
#include "util/str.h"

/* Evacuations that are followed, set by set. */

#define BATCH 50

struct seen_migration {
	int64_t migration_id;
	const char *migration_uuid, *migration_status, *dest_compute;
};
struct seen_migrations {
	DB_ROWS(struct seen_migration);
};
static const struct db_shape seen_migration_shape = DB_SHAPE(struct seen_migration,
    DB_COLUMNS(struct seen_migration, migration_id, migration_uuid, migration_status),
    DB_NULLABLES(struct seen_migration, dest_compute));

struct seen_instance {
	const char *uuid, *host, *vm_state, *task_state;
	bool is_deleted;
	struct maybe_int idle_s;
};
struct seen_instances {
	DB_ROWS(struct seen_instance);
};
static const struct db_shape seen_instance_shape = DB_SHAPE(struct seen_instance,
    DB_COLUMNS(struct seen_instance, uuid, is_deleted, idle_s), DB_NULLABLES(struct seen_instance, host, vm_state, task_state));

struct seen_event {
	const char *request_id, *event, *result, *host, *details, *traceback;
};
struct seen_events {
	DB_ROWS(struct seen_event);
};
static const struct db_shape seen_event_shape = DB_SHAPE(struct seen_event, DB_COLUMNS(struct seen_event, request_id, event),
    DB_NULLABLES(struct seen_event, result, host, details, traceback));

/* At most BATCH of those that were asked for. */
struct batch {
	const struct evacuation_asked *asked;
	struct evacuation_seen *seen;
	size_t n;
};

static const char *asked_migration(const struct evacuation_asked *asked)
{
	return asked->migration_uuid;
}

static const char *asked_instance(const struct evacuation_asked *asked)
{
	return asked->instance_uuid;
}

static const char *asked_request(const struct evacuation_asked *asked)
{
	return asked->request_id;
}

static int read_fifty(struct db *cell, const struct batch *batch, const struct sql *sql,
    const char *(*of)(const struct evacuation_asked *asked), const struct db_shape *shape, struct db_rows *out,
    struct error *err)
{
	struct db_param params[BATCH + 1];

	for (size_t i = 0; i < BATCH; i++)
		params[i] = p_str(sql_param(sql, i), of(&batch->asked[i < batch->n ? i : batch->n - 1]));
	params[BATCH] = p_end;
	return db_read(cell, sql, params, shape, out, err);
}

static int see_migrations(struct db *cell, const struct batch *batch, struct arena *arena, struct error *err)
{
	struct seen_migrations found;

	if (read_fifty(cell, batch, &SQL_NOVA_EVACUATION_LIST, asked_migration, &seen_migration_shape, &found.rows, err) != 0)
		return -1;
	for (const struct seen_migration *m = found.v; m < found.v + found.n; m++)
		for (size_t i = 0; i < batch->n; i++) {
			struct evacuation_state *s = &batch->seen[i].state;

			if (s->exists || !str_equal(batch->asked[i].migration_uuid, m->migration_uuid))
				continue;
			s->exists = true;
			s->migration_id = m->migration_id;
			s->migration_status = arena_dup(arena, m->migration_status);
			s->dest_compute = arena_dup(arena, m->dest_compute);
		}
	db_rows_free(&found.rows);
	return 0;
}

static int see_instances(struct db *cell, const struct batch *batch, struct arena *arena, struct error *err)
{
	struct seen_instances found;

	if (read_fifty(cell, batch, &SQL_NOVA_EVACUATION_LIST_INSTANCES, asked_instance, &seen_instance_shape, &found.rows,
		err) != 0)
		return -1;
	for (const struct seen_instance *now = found.v; now < found.v + found.n; now++)
		for (size_t i = 0; i < batch->n; i++) {
			struct evacuation_state *s = &batch->seen[i].state;

			if (s->instance_exists || !str_equal(batch->asked[i].instance_uuid, now->uuid))
				continue;
			s->instance_exists = true;
			s->instance_deleted = now->is_deleted;
			s->instance_idle_s = now->idle_s;
			s->host = arena_dup(arena, now->host);
			s->vm_state = arena_dup(arena, now->vm_state);
			s->task_state = arena_dup(arena, now->task_state);
		}
	db_rows_free(&found.rows);
	return 0;
}

/* Those of one request stand one after the other. */
static void take_events(const struct seen_events *found, const char *request_id, struct evacuation_seen *seen,
    struct arena *arena)
{
	size_t first = 0, n = 0;

	while (first < found->n && !str_equal(found->v[first].request_id, request_id))
		first++;
	while (first + n < found->n && str_equal(found->v[first + n].request_id, request_id))
		n++;
	seen->event = arena_alloc(arena, (n + 1) * sizeof *seen->event);
	seen->nevent = n;
	for (size_t i = 0; i < n; i++) {
		const struct seen_event *e = &found->v[first + i];

		seen->event[i] = (struct action_event){ .event = arena_dup(arena, e->event),
			.result = arena_dup(arena, e->result),
			.host = arena_dup(arena, e->host),
			.details = arena_foreign(arena, e->details),
			.traceback = arena_foreign(arena, e->traceback) };
	}
}

static int see_events(struct db *cell, const struct batch *batch, struct arena *arena, struct error *err)
{
	struct seen_events found;

	if (read_fifty(cell, batch, &SQL_NOVA_EVENT_LIST_BY_REQUESTS, asked_request, &seen_event_shape, &found.rows, err) != 0)
		return -1;
	for (size_t i = 0; i < batch->n; i++)
		take_events(&found, batch->asked[i].request_id, &batch->seen[i], arena);
	db_rows_free(&found.rows);
	return 0;
}

int evacuations_see(struct db *cell, const struct evacuation_asked *asked, size_t n, struct evacuations_seen *out,
    struct error *err)
{
	*out = (struct evacuations_seen){ .n = n };
	out->v = arena_alloc(&out->arena, (n + 1) * sizeof *out->v);
	for (size_t i = 0; i < n; i++)
		out->v[i] = (struct evacuation_seen){ .nevent = 0 };
	for (size_t i = 0; i < n; i += BATCH) {
		const struct batch batch = { asked + i, out->v + i, n - i < BATCH ? n - i : BATCH };

		if (see_migrations(cell, &batch, &out->arena, err) != 0 || see_instances(cell, &batch, &out->arena, err) != 0 ||
		    see_events(cell, &batch, &out->arena, err) != 0) {
			evacuations_seen_free(out);
			return -1;
		}
	}
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/instance.h"

#include <stdlib.h>
#include <string.h>

#include "sql_catalogue.h"
#include "util/str.h"

static const struct db_shape host_named_shape = DB_SHAPE(struct host_named, DB_COLUMNS(struct host_named, host));
static const struct db_shape instance_shape = DB_SHAPE(struct instance,
    DB_COLUMNS(struct instance, uuid, id, power_state, vcpus, memory_mb, root_gb),
    DB_NULLABLES(struct instance, name, project_id, user_id, host, node, vm_state, task_state, image_ref, launched_at,
	config_drive, root_destination));

static const struct db_shape left_shape = DB_SHAPE(struct left_instance, DB_COLUMNS(struct left_instance, uuid, is_deleted),
    DB_NULLABLES(struct left_instance, name, host, source_compute));

static const struct db_shape bdm_shape = DB_SHAPE(struct bdm, DB_COLUMNS(struct bdm, instance_uuid, volume_id, boot_index),
    DB_NULLABLES(struct bdm, attachment_id));

static const struct db_shape migration_shape = DB_SHAPE(struct migration,
    DB_COLUMNS(struct migration, id, instance_uuid, status, age_s, deleted),
    DB_NULLABLES(struct migration, uuid, migration_type, source_compute, dest_compute));

struct instance_at {
	const char *uuid, *host;
};
static const struct db_shape instance_at_shape = DB_SHAPE(struct instance_at, DB_COLUMNS(struct instance_at, uuid),
    DB_NULLABLES(struct instance_at, host));

/* What the server takes for one name. */
struct spellings {
	const char *first, *last;
};
struct spelling_list {
	DB_ROWS(struct spellings);
};
static const struct db_shape spellings_shape = DB_SHAPE(struct spellings, DB_COLUMNS(struct spellings, first, last));

struct host_names {
	struct host_named *v;
	size_t n, cap;
};

static void add_spelling(struct host_names *names, const char *host)
{
	names->v = vec_grow(names->v, names->n, &names->cap, sizeof *names->v);
	names->v[names->n++].host = host;
}

static int add_spellings(struct db *cell, const struct spellings *s, struct host_names *names, struct arena *arena,
    struct error *err)
{
	const struct db_param params[] = { p_str("host", s->first), p_end };
	struct host_list exact;

	if (strcmp(s->first, s->last) == 0) {
		add_spelling(names, s->first);
		return 0;
	}
	if (db_read(cell, &SQL_NOVA_INSTANCE_HOST_LIST_EXACT, params, &host_named_shape, &exact.rows, err) != 0)
		return -1;
	for (size_t i = 0; i < exact.n; i++)
		add_spelling(names, exact.v[i].host);
	arena_join(arena, &exact.arena);
	return 0;
}

static int compare_spellings(const void *x, const void *y)
{
	const struct host_named *a = x, *b = y;

	return strcmp(a->host, b->host);
}

static int read_hosts(struct db *cell, const struct sql *sql, const struct db_param *params, struct host_list *out,
    struct error *err)
{
	struct host_names names = { 0 };
	struct spelling_list all;
	int rc;

	*out = (struct host_list){ 0 };
	rc = db_read(cell, sql, params, &spellings_shape, &all.rows, err);
	if (rc != 0)
		return -1;
	for (size_t i = 0; i < all.n && rc == 0; i++)
		rc = add_spellings(cell, &all.v[i], &names, &all.arena, err);
	if (rc == 0) {
		vec_sort(names.v, names.n, sizeof *names.v, compare_spellings);
		out->v = arena_alloc(&all.arena, (names.n + 1) * sizeof *out->v);
		out->n = names.n;
		if (names.n)
			memcpy(out->v, names.v, names.n * sizeof *out->v);
		out->arena = all.arena;
	} else {
		db_rows_free(&all.rows);
	}
	free(names.v);
	return rc;
}

int instance_hosts_list(struct db *cell, struct host_list *out, struct error *err)
{
	return read_hosts(cell, &SQL_NOVA_INSTANCE_HOST_LIST, NULL, out, err);
}

int instance_hosts_near(struct db *cell, const char *host, struct host_list *out, struct error *err)
{
	auto_free char *start = xstrndup(host, strcspn(host, ".@#"));
	const struct db_param params[] = { p_str("start", start), p_end };

	return read_hosts(cell, &SQL_NOVA_INSTANCE_HOST_LIST_NEAR, params, out, err);
}

int instances_on_host(struct db *cell, const char *host, struct instances *out, struct error *err)
{
	const struct db_param params[] = { p_str("host", host), p_end };

	return db_read(cell, &SQL_NOVA_INSTANCE_LIST_BY_HOST, params, &instance_shape, &out->rows, err);
}

/* Of what the server takes for this name, those that are it. */
static size_t pick_host(const struct db_rows *all, const char *host, struct instance *out)
{
	size_t found, n = 0;
	const struct instance *v = db_rows_find(all, &instance_shape, "host", host, &found);

	for (size_t i = 0; i < found; i++)
		if (strcmp(v[i].host, host) == 0)
			out[n++] = v[i];
	return n;
}

int instances_on_hosts(struct db *cell, const struct words *hosts, struct instances *out, size_t *end, struct error *err)
{
	struct db_rows all;
	size_t n = 0;

	*out = (struct instances){ .n = 0 };
	if (db_read_set(cell, &SQL_NOVA_INSTANCE_LIST_BY_HOSTS, hosts, &instance_shape, "host", &all, err) != 0)
		return -1;
	out->v = arena_alloc(&out->arena, all.n * sizeof *out->v);
	for (size_t i = 0; i < hosts->n; i++)
		end[i] = n += pick_host(&all, hosts->v[i], out->v + n);
	out->n = n;
	arena_join(&out->arena, &all.arena);
	return 0;
}

int instance_by_uuid(struct db *cell, const char *uuid, struct instances *out, struct error *err)
{
	const struct db_param params[] = { p_str("uuid", uuid), p_end };

	return db_read(cell, &SQL_NOVA_INSTANCE_GET, params, &instance_shape, &out->rows, err);
}

void instances_by_name_ahead(struct db *cell, const char *name)
{
	const struct db_param params[] = { p_str("name", name), p_end };

	db_ask_ahead(cell, &SQL_NOVA_INSTANCE_LIST_BY_NAME, params, &instance_shape);
}

int instances_by_name(struct db *cell, const char *name, struct instances *out, struct error *err)
{
	const struct db_param params[] = { p_str("name", name), p_end };

	return db_read(cell, &SQL_NOVA_INSTANCE_LIST_BY_NAME, params, &instance_shape, &out->rows, err);
}

int instances_that_left(struct db *cell, const struct words *uuids, struct left_instances *out, struct error *err)
{
	return db_read_set(cell, &SQL_NOVA_INSTANCE_LIST_LEFT, uuids, &left_shape, "uuid", &out->rows, err);
}

bool instance_boots_from_volume(const struct instance *instance)
{
	if (instance->root_destination)
		return str_equal(instance->root_destination, "volume");
	return !instance->image_ref || !instance->image_ref[0];
}

void bdms_ahead(struct db *cell, const struct words *instance_uuids)
{
	db_ask_set_ahead(cell, &SQL_NOVA_BDM_LIST_BY_INSTANCES, instance_uuids, &bdm_shape, "instance_uuid");
}

int bdms_of_instances(struct db *cell, const struct words *uuids, struct bdms *out, struct error *err)
{
	return db_read_set(cell, &SQL_NOVA_BDM_LIST_BY_INSTANCES, uuids, &bdm_shape, "instance_uuid", &out->rows, err);
}

const struct bdm *bdms_find(const struct bdms *bdms, const char *instance_uuid, size_t *n)
{
	return db_rows_find(&bdms->rows, &bdm_shape, "instance_uuid", instance_uuid, n);
}

int bdms_of_instance(struct db *cell, const char *uuid, struct bdms *out, struct error *err)
{
	const struct db_param params[] = { p_str("uuid", uuid), p_end };

	return db_read(cell, &SQL_NOVA_BDM_LIST_BY_INSTANCE, params, &bdm_shape, &out->rows, err);
}

void migrations_open_ahead(struct db *cell, const struct words *instance_uuids)
{
	db_ask_set_ahead(cell, &SQL_NOVA_MIGRATION_LIST_OPEN_BY_INSTANCE, instance_uuids, &migration_shape, "instance_uuid");
}

int migrations_open(struct db *cell, const struct words *instance_uuids, struct migrations *out, struct error *err)
{
	return db_read_set(cell, &SQL_NOVA_MIGRATION_LIST_OPEN_BY_INSTANCE, instance_uuids, &migration_shape, "instance_uuid",
	    &out->rows, err);
}

const struct migration *migrations_find(const struct migrations *migrations, const char *instance_uuid, size_t *n)
{
	return db_rows_find(&migrations->rows, &migration_shape, "instance_uuid", instance_uuid, n);
}

void migrations_accepted_ahead(struct db *cell, const struct words *instance_uuids)
{
	db_ask_set_ahead(cell, &SQL_NOVA_MIGRATION_LIST_ACCEPTED, instance_uuids, &migration_shape, "instance_uuid");
}

int migrations_accepted(struct db *cell, const struct words *instance_uuids, struct arena *arena, struct migrations *out,
    struct error *err)
{
	struct migrations all;

	if (db_read_set(cell, &SQL_NOVA_MIGRATION_LIST_ACCEPTED, instance_uuids, &migration_shape, "instance_uuid", &all.rows,
		err) != 0)
		return -1;
	for (size_t i = 0; i < instance_uuids->n; i++)
		out[i].v = db_rows_find(&all.rows, &migration_shape, "instance_uuid", instance_uuids->v[i], &out[i].n);
	arena_join(arena, &all.arena);
	return 0;
}

int instances_get_hosts(struct db *cell, const struct words *uuids, struct arena *arena, const char **host, struct error *err)
{
	const struct instance_at *at;
	struct db_rows rows;
	size_t n;

	if (db_read_set(cell, &SQL_NOVA_INSTANCE_LIST_HOSTS, uuids, &instance_at_shape, "uuid", &rows, err) != 0)
		return -1;
	for (size_t i = 0; i < uuids->n; i++) {
		at = db_rows_find(&rows, &instance_at_shape, "uuid", uuids->v[i], &n);
		host[i] = at ? at->host : NULL;
	}
	arena_join(arena, &rows.arena);
	return 0;
}

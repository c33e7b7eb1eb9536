/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/instance.h"

#include "sql_catalogue.h"
#include "util/str.h"

static const struct db_column columns[] = {
	DB_COLUMN(struct instance, uuid),
	DB_COLUMN(struct instance, id),
	DB_NULLABLE(struct instance, name),
	DB_NULLABLE(struct instance, project_id),
	DB_NULLABLE(struct instance, host),
	DB_NULLABLE(struct instance, node),
	DB_NULLABLE(struct instance, vm_state),
	DB_NULLABLE(struct instance, task_state),
	DB_COLUMN(struct instance, power_state),
	DB_COLUMN(struct instance, vcpus),
	DB_COLUMN(struct instance, memory_mb),
	DB_COLUMN(struct instance, root_gb),
	DB_NULLABLE(struct instance, image_ref),
	DB_NULLABLE(struct instance, launched_at),
	DB_NULLABLE(struct instance, config_drive),
	DB_NULLABLE(struct instance, root_destination),
};
static const struct db_column host_columns[] = {
	DB_COLUMN(struct host_named, host),
};
static const struct db_shape host_shape = DB_SHAPE(struct host_named, host_columns);
static const struct db_shape shape = DB_SHAPE(struct instance, columns);

static const struct db_column bdm_columns[] = {
	DB_COLUMN(struct bdm, instance_uuid),
	DB_COLUMN(struct bdm, volume_id),
	DB_NULLABLE(struct bdm, attachment_id),
	DB_COLUMN(struct bdm, boot_index),
};
static const struct db_shape bdm_shape = DB_SHAPE(struct bdm, bdm_columns);

static const struct db_column migration_columns[] = {
	DB_COLUMN(struct migration, id),
	DB_NULLABLE(struct migration, uuid),
	DB_COLUMN(struct migration, instance_uuid),
	DB_COLUMN(struct migration, status),
	DB_NULLABLE(struct migration, migration_type),
	DB_NULLABLE(struct migration, source_compute),
	DB_NULLABLE(struct migration, dest_compute),
	DB_COLUMN(struct migration, age_s),
	DB_COLUMN(struct migration, deleted),
};
static const struct db_shape migration_shape = DB_SHAPE(struct migration, migration_columns);

static int read_instances(struct db *cell, const struct sql *sql, struct db_param param, struct instances *out,
    struct error *err)
{
	const struct db_param params[] = { param, p_end };
	struct db_rows rows;

	if (db_read(cell, sql, params, &shape, &rows, err) != 0)
		return -1;
	*out = (struct instances){ rows.v, rows.n, rows.arena };
	return 0;
}

int instance_hosts_list(struct db *cell, struct host_list *out, struct error *err)
{
	struct db_rows rows;

	if (db_read(cell, &SQL_NOVA_INSTANCE_HOSTS_LIST, NULL, &host_shape, &rows, err) != 0)
		return -1;
	*out = (struct host_list){ rows.v, rows.n, rows.arena };
	return 0;
}

void host_list_free(struct host_list *hosts)
{
	arena_free(&hosts->arena);
	*hosts = (struct host_list){ 0 };
}

int instances_on_host(struct db *cell, const char *host, struct instances *out, struct error *err)
{
	return read_instances(cell, &SQL_NOVA_INSTANCES_ON_HOST, p_str("host", host), out, err);
}

int instance_by_uuid(struct db *cell, const char *uuid, struct instances *out, struct error *err)
{
	return read_instances(cell, &SQL_NOVA_INSTANCE_BY_UUID, p_str("uuid", uuid), out, err);
}

int instances_by_name(struct db *cell, const char *name, struct instances *out, struct error *err)
{
	return read_instances(cell, &SQL_NOVA_INSTANCES_BY_NAME, p_str("name", name), out, err);
}

void instances_free(struct instances *instances)
{
	arena_free(&instances->arena);
	*instances = (struct instances){ 0 };
}

bool instance_boots_from_volume(const struct instance *instance)
{
	if (instance->root_destination)
		return str_equal(instance->root_destination, "volume");
	return !instance->image_ref || !instance->image_ref[0];
}

static int read_bdms(struct db *cell, const struct sql *sql, struct db_param param, struct bdms *out, struct error *err)
{
	const struct db_param params[] = { param, p_end };
	struct db_rows rows;

	if (db_read(cell, sql, params, &bdm_shape, &rows, err) != 0)
		return -1;
	*out = (struct bdms){ rows.v, rows.n, rows.arena };
	return 0;
}

int bdms_on_host(struct db *cell, const char *host, struct bdms *out, struct error *err)
{
	return read_bdms(cell, &SQL_NOVA_BDMS_ON_HOST, p_str("host", host), out, err);
}

int bdms_of_instance(struct db *cell, const char *uuid, struct bdms *out, struct error *err)
{
	return read_bdms(cell, &SQL_NOVA_BDMS_OF_INSTANCE, p_str("uuid", uuid), out, err);
}

void bdms_free(struct bdms *bdms)
{
	arena_free(&bdms->arena);
	*bdms = (struct bdms){ 0 };
}

static int read_migrations(struct db *cell, const struct sql *sql, struct db_param param, struct migrations *out,
    struct error *err)
{
	const struct db_param params[] = { param, p_end };
	struct db_rows rows;

	if (db_read(cell, sql, params, &migration_shape, &rows, err) != 0)
		return -1;
	*out = (struct migrations){ rows.v, rows.n, rows.arena };
	return 0;
}

int migrations_open(struct db *cell, const char *host, struct migrations *out, struct error *err)
{
	return read_migrations(cell, &SQL_NOVA_MIGRATIONS_OPEN, p_str("host", host), out, err);
}

int migrations_accepted(struct db *cell, const char *instance_uuid, struct migrations *out, struct error *err)
{
	return read_migrations(cell, &SQL_NOVA_MIGRATIONS_ACCEPTED, p_str("instance_uuid", instance_uuid), out, err);
}

void migrations_free(struct migrations *migrations)
{
	arena_free(&migrations->arena);
	*migrations = (struct migrations){ 0 };
}

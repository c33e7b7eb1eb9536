/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "model/nova/evacuation.h"
#include "model/nova/object.h"
#include "sql_catalogue.h"
#include "util/json.h"

/* nova's Instance as version 2.3 (Queens) knows it: only its plain columns, so that every release from 17 on takes it and loads
 * the rest itself. A newer version than the conductor knows would stall the whole cloud (object_backport_versions asked of
 * itself, for ever), so INSTANCE_OBJECT_VERSION never grows. */
enum field_type { FIELD_TEXT, FIELD_INT, FIELD_BOOL, FIELD_TIME };
static const struct {
	const char *name;
	enum field_type type;
} fields[] = {
	{ "id", FIELD_INT }, { "user_id", FIELD_TEXT }, { "project_id", FIELD_TEXT }, { "image_ref", FIELD_TEXT },
	{ "kernel_id", FIELD_TEXT }, { "ramdisk_id", FIELD_TEXT }, { "hostname", FIELD_TEXT }, { "launch_index", FIELD_INT },
	{ "key_name", FIELD_TEXT }, { "key_data", FIELD_TEXT }, { "power_state", FIELD_INT }, { "vm_state", FIELD_TEXT },
	{ "task_state", FIELD_TEXT }, { "memory_mb", FIELD_INT }, { "vcpus", FIELD_INT }, { "root_gb", FIELD_INT },
	{ "ephemeral_gb", FIELD_INT }, { "ephemeral_key_uuid", FIELD_TEXT }, { "host", FIELD_TEXT }, { "node", FIELD_TEXT },
	{ "instance_type_id", FIELD_INT }, { "user_data", FIELD_TEXT }, { "reservation_id", FIELD_TEXT },
	{ "launched_at", FIELD_TIME }, { "terminated_at", FIELD_TIME }, { "availability_zone", FIELD_TEXT },
	{ "display_name", FIELD_TEXT }, { "display_description", FIELD_TEXT }, { "launched_on", FIELD_TEXT },
	{ "locked", FIELD_BOOL }, { "locked_by", FIELD_TEXT }, { "os_type", FIELD_TEXT }, { "architecture", FIELD_TEXT },
	{ "vm_mode", FIELD_TEXT }, { "uuid", FIELD_TEXT }, { "root_device_name", FIELD_TEXT },
	{ "default_ephemeral_device", FIELD_TEXT }, { "default_swap_device", FIELD_TEXT }, { "config_drive", FIELD_TEXT },
	{ "access_ip_v4", FIELD_TEXT }, { "access_ip_v6", FIELD_TEXT }, { "auto_disk_config", FIELD_BOOL },
	{ "progress", FIELD_INT }, { "shutdown_terminate", FIELD_BOOL }, { "disable_terminate", FIELD_BOOL },
	{ "cell_name", FIELD_TEXT }, { "cleaned", FIELD_BOOL }, { "created_at", FIELD_TIME }, { "updated_at", FIELD_TIME },
	{ "deleted_at", FIELD_TIME }, { "deleted", FIELD_BOOL }, /* the column is a number, the field a boolean */
};
#define FIELDS (sizeof fields / sizeof *fields)

/* "2026-01-31 03:04:05" as the server prints it, "2026-01-31T03:04:05Z" as nova's DateTime field does. */
static json_object *time_object(const char *text)
{
	char iso[32];
	size_t n = strcspn(text, ".");

	if (n != 19)
		return json_object_new_string(text);
	memcpy(iso, text, n);
	iso[10] = 'T';
	memcpy(iso + n, "Z", 2);
	return json_object_new_string(iso);
}

static json_object *field_object(enum field_type type, const char *text)
{
	if (type == FIELD_BOOL) /* not nullable in nova; a NULL in an old row means false */
		return json_object_new_boolean(text && strcmp(text, "0") != 0);
	if (!text)
		return NULL;
	if (type == FIELD_INT)
		return json_object_new_int64(strtoll(text, NULL, 10));
	if (type == FIELD_TIME)
		return time_object(text);
	return json_object_new_string(text);
}

static json_object *instance_object(const char *const *value)
{
	json_object *plain = json_object_new_object();

	for (size_t i = 0; i < FIELDS; i++)
		put(plain, fields[i].name, field_object(fields[i].type, value[i]));
	put_text(plain, "task_state", "rebuilding");
	return object_make("Instance", INSTANCE_OBJECT_VERSION, plain);
}

/* The fields' values, and which session has locked them. */
struct locked {
	const char *value[FIELDS];
	int64_t connection_id;
	struct maybe_int marked;
};
#define SESSION_COLUMNS 2

static const struct db_shape *locked_shape(void)
{
	static struct db_column columns[FIELDS + SESSION_COLUMNS + 1];
	static const struct db_shape shape = { sizeof(struct locked), columns };
	struct db_column *session = &columns[FIELDS];

	for (size_t i = 0; i < FIELDS && !session->name; i++)
		columns[i] = (struct db_column){ fields[i].name, DB_MAYBE_TEXT,
			offsetof(struct locked, value) + i * sizeof(const char *) };
	session[0] = (struct db_column)DB_COLUMN(struct locked, connection_id);
	session[1] = (struct db_column)DB_COLUMN(struct locked, marked);
	return &shape;
}

int instance_lock(struct db *cell, const char *uuid, json_object **object, struct error *err)
{
	const struct db_param params[] = { p_str("uuid", uuid), p_end };
	const struct locked *locked;
	struct db_rows rows;
	int rc;

	if (db_read(cell, &SQL_NOVA_INSTANCE_LOCK, params, locked_shape(), &rows, err) != 0)
		return -1;
	locked = rows.v;
	rc = rows.n == 0 ? error_set(err, ERROR_DRIFT, "instance %s is gone", uuid) :
			   db_transaction_seen(cell, locked->connection_id, locked->marked, err);
	if (rc == 0)
		*object = instance_object(locked->value);
	db_rows_free(&rows);
	return rc;
}

const char *instance_object_text(json_object *instance, const char *field)
{
	json_object *plain = json_object_object_get(instance, "nova_object.data");

	return json_object_get_string(json_object_object_get(plain, field));
}

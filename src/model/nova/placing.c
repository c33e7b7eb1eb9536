/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/placing.h"

#include <string.h>

#include "model/columns.h"
#include "model/nova/object.h"
#include "sql_catalogue.h"
#include "util/str.h"

static const struct db_shape host_metadata_shape = DB_SHAPE(struct host_metadata,
    DB_COLUMNS(struct host_metadata, host, name, value));

static const struct db_shape aggregate_host_shape = DB_SHAPE(struct aggregate_host,
    DB_COLUMNS(struct aggregate_host, aggregate, host));

static const struct db_shape zone_host_shape = DB_SHAPE(struct zone_host, DB_COLUMNS(struct zone_host, aggregate, zone, host),
    DB_NULLABLES(struct zone_host, uuid));

struct group_row {
	const char *instance_uuid, *uuid, *policy, *rules;
};
static const struct db_shape group_row_shape = DB_SHAPE(struct group_row,
    DB_COLUMNS(struct group_row, instance_uuid, uuid, policy), DB_NULLABLES(struct group_row, rules));

static const struct db_shape group_member_shape = DB_SHAPE(struct group_member,
    DB_COLUMNS(struct group_member, group_uuid, instance_uuid));

int aggregates_list(struct db *api, struct aggregates *out, struct error *err)
{
	return db_read(api, &SQL_NOVA_API_AGGREGATE_LIST, NULL, &host_metadata_shape, &out->rows, err);
}

int aggregate_hosts_list(struct db *api, struct aggregate_hosts *out, struct error *err)
{
	return db_read(api, &SQL_NOVA_API_AGGREGATE_HOST_LIST, NULL, &aggregate_host_shape, &out->rows, err);
}

int zone_hosts_list(struct db *api, struct zone_hosts *out, struct error *err)
{
	return db_read(api, &SQL_NOVA_API_AGGREGATE_ZONE_LIST, NULL, &zone_host_shape, &out->rows, err);
}

const char *aggregates_zone_of(const struct aggregates *aggregates, const char *host)
{
	for (size_t i = 0; i < aggregates->n; i++)
		if (str_equal(aggregates->v[i].host, host) && str_equal(aggregates->v[i].name, "availability_zone"))
			return aggregates->v[i].value;
	return NULL;
}

const char *aggregates_zone_shown(const struct aggregates *aggregates, const char *host)
{
	return str_or(aggregates_zone_of(aggregates, host), DEFAULT_ZONE);
}

bool aggregates_have_zone(const struct aggregates *aggregates, const char *zone)
{
	for (size_t i = 0; i < aggregates->n; i++)
		if (str_equal(aggregates->v[i].name, "availability_zone") && str_equal(aggregates->v[i].value, zone))
			return true;
	return false;
}

static bool has_comma_value(const char *list, const char *value)
{
	size_t n = strlen(value), k;

	for (const char *s = list; *s; s += k + (s[k] != '\0')) {
		s += strspn(s, " ");
		k = strcspn(s, ",");
		if (k >= n && strncmp(s, value, n) == 0 && strspn(s + n, " ") >= k - n)
			return true;
	}
	return false;
}

bool host_metadata_has(const struct host_metadata *metadata, const char *name, const char *value)
{
	return str_equal(metadata->name, name) && has_comma_value(metadata->value, value);
}

/* rules: {"max_server_per_host": "2"}; nova wants a whole number there and keeps it as text. */
static int64_t max_per_host(const char *rules)
{
	json_object *object = rules ? object_parse(rules) : NULL, *found = NULL;
	int64_t n = 1;

	if (json_object_is_type(object, json_type_object) && json_object_object_get_ex(object, "max_server_per_host", &found))
		n = json_object_get_int64(found);
	json_object_put(object);
	return n > 0 ? n : 1;
}

static const struct sql *group_list(const struct api_columns *columns)
{
	return columns->policies_have_rules ? &SQL_NOVA_API_GROUP_LIST_BY_INSTANCE :
					      &SQL_NOVA_API_GROUP_LIST_BY_INSTANCE_QUEENS;
}

void server_groups_ahead(struct db *api, const struct api_columns *columns, const struct words *instance_uuids)
{
	db_ask_set_ahead(api, group_list(columns), instance_uuids, &group_row_shape, "instance_uuid");
}

int server_groups_of(struct db *api, const struct api_columns *columns, const struct words *instance_uuids, struct arena *arena,
    struct server_group *out, struct error *err)
{
	const struct group_row *row;
	struct db_rows rows;
	size_t n;

	if (db_read_set(api, group_list(columns), instance_uuids, &group_row_shape, "instance_uuid", &rows, err) != 0)
		return -1;
	for (size_t i = 0; i < instance_uuids->n; i++) {
		row = db_rows_find(&rows, &group_row_shape, "instance_uuid", instance_uuids->v[i], &n);
		out[i] = (struct server_group){ .exists = row != NULL };
		if (row)
			out[i] = (struct server_group){ true, row->uuid, row->policy, max_per_host(row->rules) };
	}
	arena_join(arena, &rows.arena);
	return 0;
}

int group_members_list(struct db *api, const struct words *group_uuids, struct group_members *out, struct error *err)
{
	return db_read_set(api, &SQL_NOVA_API_GROUP_MEMBER_LIST, group_uuids, &group_member_shape, "group_uuid", &out->rows,
	    err);
}

const struct group_member *group_members_find(const struct group_members *members, const char *group_uuid, size_t *n)
{
	return db_rows_find(&members->rows, &group_member_shape, "group_uuid", group_uuid, n);
}

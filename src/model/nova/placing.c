/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/placing.h"

#include <string.h>

#include "model/columns.h"
#include "model/nova/object.h"
#include "sql_catalogue.h"
#include "util/str.h"

static const struct db_shape host_metadata_shape = DB_SHAPE(struct host_metadata,
    DB_COLUMNS(struct host_metadata, host, name, value));

struct group_row {
	const char *uuid, *policy, *rules;
};
static const struct db_shape group_row_shape = DB_SHAPE(struct group_row, DB_COLUMNS(struct group_row, uuid, policy),
    DB_NULLABLES(struct group_row, rules));

static const struct db_shape group_member_shape = DB_SHAPE(struct group_member, DB_COLUMNS(struct group_member, instance_uuid));

int aggregates_list(struct db *api, struct aggregates *out, struct error *err)
{
	return db_read(api, &SQL_NOVA_API_AGGREGATE_LIST, NULL, &host_metadata_shape, &out->rows, err);
}

const char *aggregates_zone_of(const struct aggregates *aggregates, const char *host)
{
	for (size_t i = 0; i < aggregates->n; i++)
		if (str_equal(aggregates->v[i].host, host) && str_equal(aggregates->v[i].name, "availability_zone"))
			return aggregates->v[i].value;
	return NULL;
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

bool aggregates_match(const struct aggregates *aggregates, const char *host, const char *name, const char *value)
{
	for (size_t i = 0; i < aggregates->n; i++)
		if (str_equal(aggregates->v[i].host, host) && str_equal(aggregates->v[i].name, name) &&
		    has_comma_value(aggregates->v[i].value, value))
			return true;
	return false;
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

int server_group_of(struct db *api, const struct api_columns *columns, const char *instance_uuid, struct server_group *out,
    struct error *err)
{
	const struct sql *sql = columns->policies_have_rules ? &SQL_NOVA_API_GROUP_LIST_BY_INSTANCE :
							       &SQL_NOVA_API_GROUP_LIST_BY_INSTANCE_QUEENS;
	const struct db_param params[] = { p_str("instance_uuid", instance_uuid), p_end };
	struct group_row row;
	int found;

	*out = (struct server_group){ 0 };
	found = db_read_one(api, sql, params, &group_row_shape, &row, &out->arena, err);
	if (found <= 0)
		return found;
	out->exists = true;
	out->uuid = row.uuid;
	out->policy = row.policy;
	out->max_per_host = max_per_host(row.rules);
	return 0;
}

void server_group_free(struct server_group *group)
{
	arena_free(&group->arena);
	*group = (struct server_group){ 0 };
}

int group_members_list(struct db *api, const char *group_uuid, struct group_members *out, struct error *err)
{
	const struct db_param params[] = { p_str("group_uuid", group_uuid), p_end };

	return db_read(api, &SQL_NOVA_API_GROUP_MEMBER_LIST, params, &group_member_shape, &out->rows, err);
}

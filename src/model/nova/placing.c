/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/placing.h"

#include <string.h>

#include "model/nova/object.h"
#include "sql_catalogue.h"
#include "util/str.h"

static const struct db_column metadata_columns[] = {
	DB_COLUMN(struct host_metadata, host),
	DB_COLUMN(struct host_metadata, name),
	DB_COLUMN(struct host_metadata, value),
};
static const struct db_shape metadata_shape = DB_SHAPE(struct host_metadata, metadata_columns);

struct group_row {
	const char *uuid, *policy, *rules;
};
static const struct db_column group_columns[] = {
	DB_COLUMN(struct group_row, uuid),
	DB_COLUMN(struct group_row, policy),
	DB_NULLABLE(struct group_row, rules),
};
static const struct db_shape group_shape = DB_SHAPE(struct group_row, group_columns);

static const struct db_column member_columns[] = { DB_COLUMN(struct group_member, instance_uuid) };
static const struct db_shape member_shape = DB_SHAPE(struct group_member, member_columns);

static const struct db_column inventory_columns[] = {
	DB_COLUMN(struct inventory, root),
	DB_COLUMN(struct inventory, uuid),
	DB_COLUMN(struct inventory, name),
	DB_COLUMN(struct inventory, class),
	DB_NULLABLE(struct inventory, class_name),
	DB_COLUMN(struct inventory, capacity),
	DB_COLUMN(struct inventory, used),
	DB_COLUMN(struct inventory, min_unit),
	DB_COLUMN(struct inventory, max_unit),
	DB_COLUMN(struct inventory, step_size),
};
static const struct db_shape inventory_shape = DB_SHAPE(struct inventory, inventory_columns);

struct found_row {
	const char *table_name, *column_name;
};
static const struct db_column found_columns[] = {
	DB_COLUMN(struct found_row, table_name),
	DB_COLUMN(struct found_row, column_name),
};
static const struct db_shape found_shape = DB_SHAPE(struct found_row, found_columns);

static const struct db_column tree_columns[] = {
	DB_COLUMN(struct provider, uuid),
	DB_COLUMN(struct provider, root),
};
static const struct db_shape tree_shape = DB_SHAPE(struct provider, tree_columns);

struct provider_row {
	const char *uuid, *name;
};
static const struct db_column provider_columns[] = {
	DB_COLUMN(struct provider_row, uuid),
	DB_COLUMN(struct provider_row, name),
};
static const struct db_shape provider_shape = DB_SHAPE(struct provider_row, provider_columns);

static const struct db_column host_columns[] = {
	DB_COLUMN(struct claimed_room, uuid),
	DB_COLUMN(struct claimed_room, name),
};
static const struct db_shape host_shape = DB_SHAPE(struct claimed_room, host_columns);

int aggregates_list(struct db *api, struct aggregates *out, struct error *err)
{
	struct db_rows rows;

	if (db_read(api, &SQL_NOVA_API_AGGREGATES_LIST, NULL, &metadata_shape, &rows, err) != 0)
		return -1;
	*out = (struct aggregates){ rows.v, rows.n, rows.arena };
	return 0;
}

void aggregates_free(struct aggregates *aggregates)
{
	arena_free(&aggregates->arena);
	*aggregates = (struct aggregates){ 0 };
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

static bool is_among(const char *list, const char *value)
{
	size_t n = strlen(value), k;

	for (const char *s = list; *s; s += k + (s[k] != '\0')) {
		k = strcspn(s, ",");
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
		    is_among(aggregates->v[i].value, value))
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
	const struct sql *sql = columns->policies_have_rules ? &SQL_NOVA_API_GROUP_OF_INSTANCE : &SQL_NOVA_API_GROUP_OF_INSTANCE_QUEENS;
	const struct db_param params[] = { p_str("instance_uuid", instance_uuid), p_end };
	const struct group_row *row;
	struct db_rows rows;

	if (db_read(api, sql, params, &group_shape, &rows, err) != 0)
		return -1;
	*out = (struct server_group){ .exists = rows.n > 0, .arena = rows.arena };
	if (rows.n == 0)
		return 0;
	row = rows.v;
	out->uuid = row->uuid;
	out->policy = row->policy;
	out->max_per_host = max_per_host(row->rules);
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
	struct db_rows rows;

	if (db_read(api, &SQL_NOVA_API_GROUP_MEMBERS, params, &member_shape, &rows, err) != 0)
		return -1;
	*out = (struct group_members){ rows.v, rows.n, rows.arena };
	return 0;
}

void group_members_free(struct group_members *members)
{
	arena_free(&members->arena);
	*members = (struct group_members){ 0 };
}

/* os_resource_classes: STANDARDS, by their numbers. */
static const char *standard_class(int64_t class)
{
	static const char *const standard[] = { "VCPU", "MEMORY_MB", "DISK_GB", "PCI_DEVICE", "SRIOV_NET_VF", "NUMA_SOCKET", "NUMA_CORE", "NUMA_THREAD",
		"NUMA_MEMORY_MB", "IPV4_ADDRESS", "VGPU", "VGPU_DISPLAY_HEAD", "NET_BW_EGR_KILOBIT_PER_SEC", "NET_BW_IGR_KILOBIT_PER_SEC", "PCPU",
		"MEM_ENCRYPTION_CONTEXT", "FPGA", "PGPU" };

	return class >= 0 && class < (int64_t)(sizeof standard / sizeof *standard) ? standard[class] : "?";
}

int inventories_list(struct db *placement, struct inventories *out, struct error *err)
{
	struct db_rows rows;

	if (db_read(placement, &SQL_PLACEMENT_INVENTORIES_LIST, NULL, &inventory_shape, &rows, err) != 0)
		return -1;
	*out = (struct inventories){ rows.v, rows.n, rows.arena };
	for (size_t i = 0; i < out->n; i++)
		if (!out->v[i].class_name)
			out->v[i].class_name = standard_class(out->v[i].class);
	return 0;
}

void inventories_free(struct inventories *inventories)
{
	arena_free(&inventories->arena);
	*inventories = (struct inventories){ 0 };
}

static bool has_table(const struct db_rows *rows, const char *table)
{
	const struct found_row *r = rows->v;

	for (size_t i = 0; i < rows->n; i++)
		if (strcmp(r[i].table_name, table) == 0)
			return true;
	return false;
}

static int read_providers(struct db *placement, const struct sql *sql, const struct db_param *params, struct providers *out,
    struct error *err)
{
	struct db_rows rows;

	*out = (struct providers){ 0 };
	if (db_read(placement, sql, params, &tree_shape, &rows, err) != 0)
		return -1;
	*out = (struct providers){ rows.v, rows.n, rows.arena };
	return 0;
}

int placement_columns_probe(struct db *placement, struct placement_columns *out, struct error *err)
{
	struct db_rows rows;

	if (db_read(placement, &SQL_PLACEMENT_COLUMNS_LIST, NULL, &found_shape, &rows, err) != 0)
		return -1;
	out->has_traits = has_table(&rows, "traits") && has_table(&rows, "resource_provider_traits");
	out->has_sharing = out->has_traits && has_table(&rows, "resource_provider_aggregates");
	db_rows_free(&rows);
	return 0;
}

int trait_providers_list(struct db *placement, const char *trait, struct providers *out, struct error *err)
{
	const struct db_param params[] = { p_str("name", trait), p_end };

	return read_providers(placement, &SQL_PLACEMENT_TRAIT_PROVIDERS, params, out, err);
}

int sharing_list(struct db *placement, struct providers *out, struct error *err)
{
	return read_providers(placement, &SQL_PLACEMENT_SHARING_LIST, NULL, out, err);
}

void providers_free(struct providers *providers)
{
	arena_free(&providers->arena);
	*providers = (struct providers){ 0 };
}

int providers_of_instance(struct db *placement, const char *instance_uuid, size_t *out, struct error *err)
{
	const struct db_param params[] = { p_str("consumer_id", instance_uuid), p_end };
	struct db_rows rows;

	if (db_read(placement, &SQL_PLACEMENT_PROVIDERS_OF_CONSUMER, params, &provider_shape, &rows, err) != 0)
		return -1;
	*out = rows.n;
	db_rows_free(&rows);
	return 0;
}

struct evacuation_row {
	const char *source_node, *dest_node, *status;
};
static const struct db_column evacuation_columns[] = {
	DB_NULLABLE(struct evacuation_row, source_node),
	DB_NULLABLE(struct evacuation_row, dest_node),
	DB_COLUMN(struct evacuation_row, status),
};
static const struct db_shape evacuation_shape = DB_SHAPE(struct evacuation_row, evacuation_columns);

/* What a done one left is dropped when its source returns; one under way has claimed its destination, or is about to. */
static bool explains(const struct evacuation_row *e, const char *name)
{
	return str_equal(e->status, "done") ? str_equal(e->source_node, name) : !e->dest_node || str_equal(e->dest_node, name) || str_equal(e->source_node, name);
}

static bool is_explained(const struct db_rows *evacuations, const char *name)
{
	for (const struct evacuation_row *e = evacuations->v; e < (struct evacuation_row *)evacuations->v + evacuations->n; e++)
		if (explains(e, name))
			return true;
	return false;
}

int allocations_unexplained(struct db *placement, struct db *cell, const char *instance_uuid, const char *node, struct unexplained *out,
    struct error *err)
{
	const struct db_param consumer[] = { p_str("consumer_id", instance_uuid), p_end };
	const struct db_param instance[] = { p_str("instance_uuid", instance_uuid), p_end };
	struct db_rows hosts, evacuations;

	*out = (struct unexplained){ 0 };
	if (db_read(placement, &SQL_PLACEMENT_HOSTS_OF_CONSUMER, consumer, &host_shape, &hosts, err) != 0)
		return -1;
	*out = (struct unexplained){ .v = hosts.v, .arena = hosts.arena };
	if (hosts.n < 2) /* its own */
		return 0;
	if (db_read(cell, &SQL_NOVA_EVACUATIONS_OF_INSTANCE, instance, &evacuation_shape, &evacuations, err) != 0)
		return -1;
	for (size_t i = 0; i < hosts.n; i++)
		if (!str_equal(out->v[i].name, node) && !is_explained(&evacuations, out->v[i].name))
			out->v[out->n++] = out->v[i];
	db_rows_free(&evacuations);
	return 0;
}

void unexplained_free(struct unexplained *unexplained)
{
	arena_free(&unexplained->arena);
	*unexplained = (struct unexplained){ 0 };
}

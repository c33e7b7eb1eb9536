/* SPDX-License-Identifier: Apache-2.0 */
#include "model/placement/books.h"

#include <string.h>

#include "model/columns.h"
#include "sql_catalogue.h"
#include "util/str.h"

static const struct db_shape inventory_shape = DB_SHAPE(struct inventory,
    DB_COLUMNS(struct inventory, root, uuid, name, class, capacity, used, min_unit, max_unit, step_size),
    DB_NULLABLES(struct inventory, class_name));
static const struct db_shape provider_shape = DB_SHAPE(struct provider, DB_COLUMNS(struct provider, uuid, root));
static const struct db_shape aggregate_provider_shape = DB_SHAPE(struct aggregate_provider,
    DB_COLUMNS(struct aggregate_provider, aggregate, uuid));
static const struct db_shape claimed_room_shape = DB_SHAPE(struct claimed_room,
    DB_COLUMNS(struct claimed_room, consumer_id, uuid, name));

/* os_resource_classes: STANDARDS, by their numbers. */
static const char *standard_class(int64_t class)
{
	static const char *const standard[] = { "VCPU", "MEMORY_MB", "DISK_GB", "PCI_DEVICE", "SRIOV_NET_VF", "NUMA_SOCKET",
		"NUMA_CORE", "NUMA_THREAD", "NUMA_MEMORY_MB", "IPV4_ADDRESS", "VGPU", "VGPU_DISPLAY_HEAD",
		"NET_BW_EGR_KILOBIT_PER_SEC", "NET_BW_IGR_KILOBIT_PER_SEC", "PCPU", "MEM_ENCRYPTION_CONTEXT", "FPGA", "PGPU" };

	return class >= 0 && class < (int64_t)(sizeof standard / sizeof *standard) ? standard[class] : "?";
}

int inventories_list(struct db *placement, struct inventories *out, struct error *err)
{
	if (db_read(placement, &SQL_PLACEMENT_INVENTORY_LIST, NULL, &inventory_shape, &out->rows, err) != 0)
		return -1;
	for (size_t i = 0; i < out->n; i++)
		if (!out->v[i].class_name)
			out->v[i].class_name = standard_class(out->v[i].class);
	return 0;
}

int placement_columns_probe(struct db *placement, struct placement_columns *out, struct error *err)
{
	struct schema_columns have;

	if (schema_columns_read(placement, &SQL_PLACEMENT_COLUMN_LIST, &have, err) != 0)
		return -1;
	out->has_traits = schema_has_column(&have, "traits", NULL) &&
	    schema_has_column(&have, "resource_provider_traits", NULL);
	out->has_sharing = out->has_traits && schema_has_column(&have, "resource_provider_aggregates", NULL);
	out->has_aggregates = schema_has_column(&have, "resource_provider_aggregates", NULL) &&
	    schema_has_column(&have, "placement_aggregates", NULL);
	schema_columns_free(&have);
	return 0;
}

int trait_providers_list(struct db *placement, const char *trait, struct providers *out, struct error *err)
{
	const struct db_param params[] = { p_str("name", trait), p_end };

	return db_read(placement, &SQL_PLACEMENT_PROVIDER_LIST_BY_TRAIT, params, &provider_shape, &out->rows, err);
}

int sharing_list(struct db *placement, struct providers *out, struct error *err)
{
	return db_read(placement, &SQL_PLACEMENT_PROVIDER_LIST_SHARING, NULL, &provider_shape, &out->rows, err);
}

int aggregate_providers_list(struct db *placement, const struct words *aggregates, struct aggregate_providers *out,
    struct error *err)
{
	return db_read_set(placement, &SQL_PLACEMENT_PROVIDER_LIST_BY_AGGREGATE, aggregates, &aggregate_provider_shape,
	    "aggregate", &out->rows, err);
}

int providers_of_instances(struct db *placement, const struct words *instance_uuids, size_t *out, struct error *err)
{
	struct db_rows rows;

	if (db_read_set(placement, &SQL_PLACEMENT_PROVIDER_LIST_BY_CONSUMER, instance_uuids, &claimed_room_shape, "consumer_id",
		&rows, err) != 0)
		return -1;
	for (size_t i = 0; i < instance_uuids->n; i++)
		db_rows_find(&rows, &claimed_room_shape, "consumer_id", instance_uuids->v[i], &out[i]);
	db_rows_free(&rows);
	return 0;
}

struct past_evacuation {
	const char *instance_uuid, *source_node, *dest_node, *status;
};
struct past_evacuations {
	DB_ROWS(struct past_evacuation);
};
static const struct db_shape past_evacuation_shape = DB_SHAPE(struct past_evacuation,
    DB_COLUMNS(struct past_evacuation, instance_uuid, status), DB_NULLABLES(struct past_evacuation, source_node, dest_node));

/* What a done one left is dropped when its source returns; one under way has claimed its destination, or is about to. */
static bool evacuation_explains(const struct past_evacuation *e, const char *node)
{
	if (str_equal(e->status, "done"))
		return str_equal(e->source_node, node);
	return !e->dest_node || str_equal(e->dest_node, node) || str_equal(e->source_node, node);
}

static bool any_explains(const struct past_evacuation *evacuation, size_t n, const char *node)
{
	for (size_t i = 0; i < n; i++)
		if (evacuation_explains(&evacuation[i], node))
			return true;
	return false;
}

/* ${held}, ${n}: the hosts that hold room for an instance, and become those that no evacuation explains. One is its own. */
static size_t keep_unexplained(struct claimed_room *held, size_t n, const char *node, const struct past_evacuation *evacuation,
    size_t nevacuation)
{
	size_t kept = 0;

	for (size_t i = 0; n >= 2 && i < n; i++)
		if (!str_equal(held[i].name, node) && !any_explains(evacuation, nevacuation, held[i].name))
			held[kept++] = held[i];
	return kept;
}

int allocations_unexplained(struct db *placement, struct db *cell, const struct words *instance_uuids, const char *const *node,
    struct arena *arena, struct unexplained *out, struct error *err)
{
	const struct past_evacuation *evacuation;
	struct past_evacuations evacuations;
	struct db_rows held;
	size_t n;

	if (db_read_set(placement, &SQL_PLACEMENT_HOST_LIST_BY_CONSUMER, instance_uuids, &claimed_room_shape, "consumer_id",
		&held, err) != 0)
		return -1;
	if (db_read_set(cell, &SQL_NOVA_EVACUATION_LIST_BY_INSTANCE, instance_uuids, &past_evacuation_shape, "instance_uuid",
		&evacuations.rows, err) != 0) {
		db_rows_free(&held);
		return -1;
	}
	for (size_t i = 0; i < instance_uuids->n; i++) {
		evacuation = db_rows_find(&evacuations.rows, &past_evacuation_shape, "instance_uuid", instance_uuids->v[i], &n);
		out[i].v = db_rows_find(&held, &claimed_room_shape, "consumer_id", instance_uuids->v[i], &out[i].n);
		out[i].n = keep_unexplained(out[i].v, out[i].n, node[i], evacuation, n);
	}
	db_rows_free(&evacuations.rows);
	arena_join(arena, &held.arena);
	return 0;
}

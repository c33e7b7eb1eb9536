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
static const struct db_shape claimed_room_shape = DB_SHAPE(struct claimed_room, DB_COLUMNS(struct claimed_room, uuid, name));

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

int providers_of_instance(struct db *placement, const char *instance_uuid, size_t *out, struct error *err)
{
	const struct db_param params[] = { p_str("consumer_id", instance_uuid), p_end };
	struct db_rows rows;

	if (db_read(placement, &SQL_PLACEMENT_PROVIDER_LIST_BY_CONSUMER, params, &claimed_room_shape, &rows, err) != 0)
		return -1;
	*out = rows.n;
	db_rows_free(&rows);
	return 0;
}

struct past_evacuation {
	const char *source_node, *dest_node, *status;
};
struct past_evacuations {
	DB_ROWS(struct past_evacuation);
};
static const struct db_shape past_evacuation_shape = DB_SHAPE(struct past_evacuation,
    DB_COLUMNS(struct past_evacuation, status), DB_NULLABLES(struct past_evacuation, source_node, dest_node));

/* What a done one left is dropped when its source returns; one under way has claimed its destination, or is about to. */
static bool evacuation_explains(const struct past_evacuation *e, const char *node)
{
	if (str_equal(e->status, "done"))
		return str_equal(e->source_node, node);
	return !e->dest_node || str_equal(e->dest_node, node) || str_equal(e->source_node, node);
}

static bool any_explains(const struct past_evacuations *evacuations, const char *node)
{
	for (size_t i = 0; i < evacuations->n; i++)
		if (evacuation_explains(&evacuations->v[i], node))
			return true;
	return false;
}

int allocations_unexplained(struct db *placement, struct db *cell, const char *instance_uuid, const char *node,
    struct unexplained *out, struct error *err)
{
	const struct db_param consumer[] = { p_str("consumer_id", instance_uuid), p_end };
	const struct db_param instance[] = { p_str("instance_uuid", instance_uuid), p_end };
	struct past_evacuations evacuations;
	size_t held;

	if (db_read(placement, &SQL_PLACEMENT_HOST_LIST_BY_CONSUMER, consumer, &claimed_room_shape, &out->rows, err) != 0)
		return -1;
	held = out->n;
	out->n = 0;
	if (held < 2) /* its own */
		return 0;
	if (db_read(cell, &SQL_NOVA_EVACUATION_LIST_BY_INSTANCE, instance, &past_evacuation_shape, &evacuations.rows, err) != 0)
		return -1;
	for (size_t i = 0; i < held; i++)
		if (!str_equal(out->v[i].name, node) && !any_explains(&evacuations, out->v[i].name))
			out->v[out->n++] = out->v[i];
	db_rows_free(&evacuations.rows);
	return 0;
}

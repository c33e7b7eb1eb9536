/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_PLACEMENT_BOOKS_H
#define MODEL_PLACEMENT_BOOKS_H

#include "db/db.h"

/* Placement's own books, where its database may be read: what every provider has and gives, and who holds what. */

enum resource_class { CLASS_VCPU, CLASS_MEMORY_MB, CLASS_DISK_GB }; /* placement's own numbers (os_resource_classes) */
struct inventory {
	const char *root;        /* uuid of the top of its provider's tree; a compute node's is its own uuid */
	const char *uuid, *name; /* of the provider */
	const char *class_name;
	int64_t class, capacity, used, min_unit, max_unit, step_size;
};
struct inventories {
	DB_ROWS(struct inventory);
};
int inventories_list(struct db *placement, struct inventories *out, struct error *err);
static inline void inventories_free(struct inventories *inventories)
{
	db_rows_free(&inventories->rows);
}

struct provider {
	const char *uuid, *root;
};
struct providers {
	DB_ROWS(struct provider);
};
/* May the tables of traits, those of sharing providers, and those of aggregates be read? */
struct placement_columns {
	bool has_traits, has_sharing, has_aggregates;
};
int placement_columns_probe(struct db *placement, struct placement_columns *out, struct error *err);
int trait_providers_list(struct db *placement, const char *trait, struct providers *out, struct error *err);
/* Providers whose inventories serve other trees, too: the root of each is such a tree's. */
int sharing_list(struct db *placement, struct providers *out, struct error *err);
static inline void providers_free(struct providers *providers)
{
	db_rows_free(&providers->rows);
}

/* Who is in which of placement's aggregates, which it knows by their uuid alone; nova mirrors its own there. */
struct aggregate_provider {
	const char *aggregate, *uuid;
};
struct aggregate_providers {
	DB_ROWS(struct aggregate_provider);
};
int aggregate_providers_list(struct db *placement, const struct words *aggregates, struct aggregate_providers *out,
    struct error *err);
static inline void aggregate_providers_free(struct aggregate_providers *providers)
{
	db_rows_free(&providers->rows);
}

/* Hosts on which placement holds room for an instance that is not there and that no evacuation of it explains: neither is one
 * under way, nor did one leave from there. A scheduler that came back and answered a request whose conductor had given up
 * leaves such. */
struct claimed_room {
	const char *consumer_id, *uuid, *name; /* of the host's provider */
};
struct unexplained {
	struct claimed_room *v;
	size_t n;
};
/* ${out}[i] is about instance_uuids->v[i], which is on ${node}[i] (NULL: on none); texts live as long as ${arena}. */
int allocations_unexplained(struct db *placement, struct db *cell, const struct words *instance_uuids, const char *const *node,
    struct arena *arena, struct unexplained *out, struct error *err);

/* How many providers hold allocations of each instance: ${out}[i] of instance_uuids->v[i]. */
int providers_of_instances(struct db *placement, const struct words *instance_uuids, size_t *out, struct error *err);

#endif

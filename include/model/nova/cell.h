/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_CELL_H
#define MODEL_NOVA_CELL_H

#include "db/db.h"

#define CELL0_UUID "00000000-0000-0000-0000-000000000000"

struct cell_mapping {
	int64_t id;
	const char *uuid, *name, *transport_url, *database_connection; /* the URLs may be templates and hold passwords */
};
struct cell_mappings {
	DB_ROWS(struct cell_mapping);
};
int cell_mappings_list(struct db *api, struct cell_mappings *out, struct error *err);
static inline void cell_mappings_free(struct cell_mappings *mappings)
{
	db_rows_free(&mappings->rows);
}

struct host_mapping {
	const char *host;
	int64_t cell_id;
};
struct host_mappings {
	DB_ROWS(struct host_mapping);
};
void host_mappings_ahead(struct db *api); /* as db_ask_ahead() */
int host_mappings_list(struct db *api, struct host_mappings *out, struct error *err);
static inline void host_mappings_free(struct host_mappings *mappings)
{
	db_rows_free(&mappings->rows);
}

struct instance_mapping {
	bool exists, queued_for_delete;
	struct maybe_int cell_id; /* not set while the instance is being built */
};
/* What the API tables have beyond Queens. */
struct api_columns {
	bool mappings_have_queued; /* instance_mappings.queued_for_delete: nova 18 */
	bool policies_have_rules;  /* instance_group_policy.rules: nova 18 */
	bool has_placement;        /* placement's tables are here and in use: nova 17, 18 */
};
int api_columns_probe(struct db *api, struct api_columns *out, struct error *err);

/* ${out}[i] is that of instance_uuids->v[i]. */
int instance_mappings_get(struct db *api, const struct api_columns *columns, const struct words *instance_uuids,
    struct instance_mapping *out, struct error *err);
/* The same, as db_ask_set_ahead(). */
void instance_mappings_ahead(struct db *api, const struct api_columns *columns, const struct words *instance_uuids);

/* What a cell's tables have beyond Queens: asked from information_schema, never from a release's name. */
struct cell_columns {
	bool migrations_have_project; /* cross_cell_move, user_id, project_id: nova 20 */
	bool has_shares;              /* share_mapping: nova 29 */
};
int cell_columns_probe(struct db *cell, struct cell_columns *out, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/cell.h"

#include "model/columns.h"
#include "sql_catalogue.h"

static const struct db_shape cell_mapping_shape = DB_SHAPE(struct cell_mapping,
    DB_COLUMNS(struct cell_mapping, id, uuid, name, transport_url, database_connection));

static const struct db_shape host_mapping_shape = DB_SHAPE(struct host_mapping, DB_COLUMNS(struct host_mapping, host, cell_id));

struct mapping_row {
	const char *instance_uuid;
	struct maybe_int cell_id;
	bool queued_for_delete;
};
static const struct db_shape mapping_row_shape = DB_SHAPE(struct mapping_row,
    DB_COLUMNS(struct mapping_row, instance_uuid, cell_id, queued_for_delete));

int cell_mappings_list(struct db *api, struct cell_mappings *out, struct error *err)
{
	return db_read(api, &SQL_NOVA_API_CELL_LIST, NULL, &cell_mapping_shape, &out->rows, err);
}

void host_mappings_ahead(struct db *api)
{
	db_ask_ahead(api, &SQL_NOVA_API_HOST_MAPPING_LIST, NULL, &host_mapping_shape);
}

int host_mappings_list(struct db *api, struct host_mappings *out, struct error *err)
{
	return db_read(api, &SQL_NOVA_API_HOST_MAPPING_LIST, NULL, &host_mapping_shape, &out->rows, err);
}

static const struct sql *mapping_list(const struct api_columns *columns)
{
	return columns->mappings_have_queued ? &SQL_NOVA_API_INSTANCE_MAPPING_LIST_BY_INSTANCE :
					       &SQL_NOVA_API_INSTANCE_MAPPING_LIST_BY_INSTANCE_QUEENS;
}

void instance_mappings_ahead(struct db *api, const struct api_columns *columns, const struct words *instance_uuids)
{
	db_ask_set_ahead(api, mapping_list(columns), instance_uuids, &mapping_row_shape, "instance_uuid");
}

int instance_mappings_get(struct db *api, const struct api_columns *columns, const struct words *instance_uuids,
    struct instance_mapping *out, struct error *err)
{
	const struct mapping_row *row;
	struct db_rows rows;
	size_t n;

	if (db_read_set(api, mapping_list(columns), instance_uuids, &mapping_row_shape, "instance_uuid", &rows, err) != 0)
		return -1;
	for (size_t i = 0; i < instance_uuids->n; i++) {
		row = db_rows_find(&rows, &mapping_row_shape, "instance_uuid", instance_uuids->v[i], &n);
		out[i] = (struct instance_mapping){ 0 };
		if (row)
			out[i] = (struct instance_mapping){ .exists = true,
				.cell_id = row->cell_id,
				.queued_for_delete = row->queued_for_delete };
	}
	db_rows_free(&rows);
	return 0;
}

int api_columns_probe(struct db *api, struct api_columns *out, struct error *err)
{
	struct schema_columns have;

	if (schema_columns_read(api, &SQL_NOVA_API_COLUMN_LIST, &have, err) != 0)
		return -1;
	out->mappings_have_queued = schema_has_column(&have, "instance_mappings", "queued_for_delete");
	out->policies_have_rules = schema_has_column(&have, "instance_group_policy", "rules");
	/* 19 has both, and its copies grow old once placement has a database of its own */
	out->has_placement = !schema_has_column(&have, "instance_mappings", "user_id") &&
	    schema_has_column(&have, "resource_providers", "root_provider_id") &&
	    schema_has_column(&have, "inventories", "total") && schema_has_column(&have, "allocations", "used");
	schema_columns_free(&have);
	return 0;
}

int cell_columns_probe(struct db *cell, struct cell_columns *out, struct error *err)
{
	struct schema_columns have;

	if (schema_columns_read(cell, &SQL_NOVA_COLUMN_LIST, &have, err) != 0)
		return -1;
	out->migrations_have_project = schema_has_column(&have, "migrations", "cross_cell_move") &&
	    schema_has_column(&have, "migrations", "user_id") && schema_has_column(&have, "migrations", "project_id");
	out->has_shares = schema_has_column(&have, "share_mapping", "instance_uuid");
	schema_columns_free(&have);
	return 0;
}

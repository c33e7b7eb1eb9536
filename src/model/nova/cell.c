/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/cell.h"

#include <string.h>

#include "sql_catalogue.h"

static const struct db_column cell_columns[] = {
	DB_COLUMN(struct cell_mapping, id),
	DB_COLUMN(struct cell_mapping, uuid),
	DB_COLUMN(struct cell_mapping, name),
	DB_COLUMN(struct cell_mapping, transport_url),
	DB_COLUMN(struct cell_mapping, database_connection),
};
static const struct db_shape cell_shape = DB_SHAPE(struct cell_mapping, cell_columns);

static const struct db_column host_columns[] = {
	DB_COLUMN(struct host_mapping, host),
	DB_COLUMN(struct host_mapping, cell_id),
};
static const struct db_shape host_shape = DB_SHAPE(struct host_mapping, host_columns);

struct mapping_row {
	const char *instance_uuid;
	struct maybe_int cell_id;
	bool queued_for_delete;
};
static const struct db_column mapping_columns[] = {
	DB_COLUMN(struct mapping_row, instance_uuid),
	DB_COLUMN(struct mapping_row, cell_id),
	DB_COLUMN(struct mapping_row, queued_for_delete),
};
static const struct db_shape mapping_shape = DB_SHAPE(struct mapping_row, mapping_columns);

struct column_row {
	const char *table_name, *column_name;
};
static const struct db_column column_columns[] = {
	DB_COLUMN(struct column_row, table_name),
	DB_COLUMN(struct column_row, column_name),
};
static const struct db_shape column_shape = DB_SHAPE(struct column_row, column_columns);

int cell_mappings_list(struct db *api, struct cell_mappings *out, struct error *err)
{
	struct db_rows rows;

	if (db_read(api, &SQL_NOVA_API_CELLS_LIST, NULL, &cell_shape, &rows, err) != 0)
		return -1;
	*out = (struct cell_mappings){ rows.v, rows.n, rows.arena };
	return 0;
}

void cell_mappings_free(struct cell_mappings *mappings)
{
	arena_free(&mappings->arena);
	*mappings = (struct cell_mappings){ 0 };
}

int host_mappings_list(struct db *api, struct host_mappings *out, struct error *err)
{
	struct db_rows rows;

	if (db_read(api, &SQL_NOVA_API_HOST_MAPPINGS_LIST, NULL, &host_shape, &rows, err) != 0)
		return -1;
	*out = (struct host_mappings){ rows.v, rows.n, rows.arena };
	return 0;
}

void host_mappings_free(struct host_mappings *mappings)
{
	arena_free(&mappings->arena);
	*mappings = (struct host_mappings){ 0 };
}

int instance_mapping_get(struct db *api, const struct api_columns *columns, const char *instance_uuid, struct instance_mapping *out,
    struct error *err)
{
	const struct sql *sql = columns->mappings_have_queued ? &SQL_NOVA_API_INSTANCE_MAPPING_GET :
	                                                         &SQL_NOVA_API_INSTANCE_MAPPING_GET_QUEENS;
	const struct db_param params[] = { p_str("instance_uuid", instance_uuid), p_end };
	const struct mapping_row *row;
	struct db_rows rows;

	if (db_read(api, sql, params, &mapping_shape, &rows, err) != 0)
		return -1;
	*out = (struct instance_mapping){ .exists = rows.n > 0 };
	if (rows.n > 0) {
		row = rows.v;
		out->cell_id = row->cell_id;
		out->queued_for_delete = row->queued_for_delete;
	}
	db_rows_free(&rows);
	return 0;
}

static bool has_column(const struct db_rows *rows, const char *table, const char *column)
{
	const struct column_row *row = rows->v;

	for (size_t i = 0; i < rows->n; i++)
		if (strcmp(row[i].table_name, table) == 0 && strcmp(row[i].column_name, column) == 0)
			return true;
	return false;
}

int api_columns_probe(struct db *api, struct api_columns *out, struct error *err)
{
	struct db_rows rows;

	if (db_read(api, &SQL_NOVA_API_COLUMNS_LIST, NULL, &column_shape, &rows, err) != 0)
		return -1;
	out->mappings_have_queued = has_column(&rows, "instance_mappings", "queued_for_delete");
	out->policies_have_rules = has_column(&rows, "instance_group_policy", "rules");
	db_rows_free(&rows);
	return 0;
}

int cell_columns_probe(struct db *cell, struct cell_columns *out, struct error *err)
{
	struct db_rows rows;

	if (db_read(cell, &SQL_NOVA_COLUMNS_LIST, NULL, &column_shape, &rows, err) != 0)
		return -1;
	out->migrations_have_project = has_column(&rows, "migrations", "cross_cell_move") &&
	    has_column(&rows, "migrations", "user_id") && has_column(&rows, "migrations", "project_id");
	out->has_shares = has_column(&rows, "share_mapping", "instance_uuid");
	db_rows_free(&rows);
	return 0;
}

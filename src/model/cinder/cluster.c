/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cinder/cluster.h"

#include "sql_catalogue.h"

static const struct db_column columns[] = {
	DB_COLUMN(struct cluster, id),
	DB_COLUMN(struct cluster, name),
	DB_COLUMN(struct cluster, binary),
	DB_COLUMN(struct cluster, disabled),
	DB_NULLABLE(struct cluster, disabled_reason),
	DB_COLUMN(struct cluster, frozen),
};
static const struct db_shape shape = DB_SHAPE(struct cluster, columns);

static const struct db_column row_columns[] = {
	DB_COLUMN(struct cluster_row, kind),
	DB_COLUMN(struct cluster_row, id),
	DB_NULLABLE(struct cluster_row, name),
	DB_COLUMN(struct cluster_row, cluster_name),
};
static const struct db_shape row_shape = DB_SHAPE(struct cluster_row, row_columns);

int clusters_list(struct db *db, struct clusters *out, struct error *err)
{
	struct db_rows rows;

	if (db_read(db, &SQL_CINDER_CLUSTERS_LIST, NULL, &shape, &rows, err) != 0)
		return -1;
	*out = (struct clusters){ rows.v, rows.n, rows.arena };
	return 0;
}

void clusters_free(struct clusters *clusters)
{
	arena_free(&clusters->arena);
	*clusters = (struct clusters){ 0 };
}

int cluster_rows_find(struct db *db, const char *cluster, struct cluster_rows *out, struct error *err)
{
	const struct db_param params[] = { p_str("cluster", cluster), p_end };
	struct db_rows rows;

	if (db_read(db, &SQL_CINDER_CLUSTER_ROWS, params, &row_shape, &rows, err) != 0)
		return -1;
	*out = (struct cluster_rows){ rows.v, rows.n, rows.arena };
	return 0;
}

void cluster_rows_free(struct cluster_rows *rows)
{
	arena_free(&rows->arena);
	*rows = (struct cluster_rows){ 0 };
}

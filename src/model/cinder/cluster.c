/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cinder/cluster.h"

#include "sql_catalogue.h"

static const struct db_shape cluster_shape = DB_SHAPE(struct cluster,
    DB_COLUMNS(struct cluster, id, name, binary, disabled, frozen), DB_NULLABLES(struct cluster, disabled_reason));

static const struct db_shape cluster_row_shape = DB_SHAPE(struct cluster_row,
    DB_COLUMNS(struct cluster_row, kind, id, cluster_name), DB_NULLABLES(struct cluster_row, name));

int clusters_list(struct db *db, struct clusters *out, struct error *err)
{
	return db_read(db, &SQL_CINDER_CLUSTER_LIST, NULL, &cluster_shape, &out->rows, err);
}

int cluster_rows_find(struct db *db, const char *cluster, struct cluster_rows *out, struct error *err)
{
	const struct db_param params[] = { p_str("cluster", cluster), p_end };

	return db_read(db, &SQL_CINDER_OWNED_LIST_BY_CLUSTER, params, &cluster_row_shape, &out->rows, err);
}

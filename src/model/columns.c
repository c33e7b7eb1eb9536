/* SPDX-License-Identifier: Apache-2.0 */
#include "model/columns.h"

#include <string.h>

static const struct db_shape table_column_shape = DB_SHAPE(struct schema_column,
    DB_COLUMNS(struct schema_column, table_name, column_name));

int schema_columns_read(struct db *db, const struct sql *sql, struct schema_columns *out, struct error *err)
{
	return db_read_once(db, sql, &table_column_shape, &out->rows, err);
}

bool schema_has_column(const struct schema_columns *columns, const char *table, const char *column)
{
	for (const struct schema_column *c = columns->v; c < columns->v + columns->n; c++)
		if (strcmp(c->table_name, table) == 0 && (!column || strcmp(c->column_name, column) == 0))
			return true;
	return false;
}

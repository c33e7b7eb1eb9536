/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_COLUMNS_H
#define MODEL_COLUMNS_H

#include "db/db.h"

/* What the tables of a database have, as information_schema says it: a release's name promises nothing, a distribution may have
 * brought a column back. */
struct schema_column {
	const char *table_name, *column_name;
};
struct schema_columns {
	DB_ROWS(struct schema_column);
};
/* ${sql}: the statement of that database, one of the columns_list; asked once a connection. */
int schema_columns_read(struct db *db, const struct sql *sql, struct schema_columns *out, struct error *err);
static inline void schema_columns_free(struct schema_columns *columns)
{
	db_rows_free(&columns->rows);
}
/* ${column} NULL: any. */
bool schema_has_column(const struct schema_columns *columns, const char *table, const char *column);

#endif

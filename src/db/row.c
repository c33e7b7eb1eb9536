/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "db/db.h"

int db_read_one(struct db *db, const struct sql *sql, const struct db_param *params, const struct db_shape *shape, void *row,
    struct arena *texts, struct error *err)
{
	struct db_rows rows;
	int found;

	if (db_read(db, sql, params, shape, &rows, err) != 0)
		return -1;
	found = rows.n > 0;
	if (found)
		memcpy(row, rows.v, shape->row_size);
	for (const struct db_column *c = shape->column; found && c->name; c++)
		if (c->type == DB_TEXT || c->type == DB_MAYBE_TEXT) {
			const char **text = (const char **)((char *)row + c->offset);

			*text = arena_dup(texts, *text);
		}
	db_rows_free(&rows);
	return found;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct db_walk {
	struct db *db;
	const struct sql *sql;
	struct db_stream *stream;
	const struct db_column **column; /* by position in the answer */
	size_t n, row_size;
	char *row;
};

int db_walk_open(struct db *db, const struct sql *sql, const struct db_param *params, const struct db_shape *shape,
    struct db_walk **out, struct error *err)
{
	auto_free const char **name = NULL;
	struct db_stream *stream;
	struct db_walk *walk;

	*out = NULL;
	if (sql->access == SQL_WRITES)
		db_bug(sql, "is read, and it is one that", "writes");
	if (db_stream_open(db, sql, params, &stream, err) != 0)
		return -1;
	walk = *out = xcalloc(1, sizeof *walk);
	*walk = (struct db_walk){ .db = db, .sql = sql, .stream = stream, .row_size = shape->row_size };
	walk->n = db_stream_columns(stream);
	walk->row = xcalloc(1, shape->row_size);
	name = xcalloc(walk->n, sizeof *name);
	for (size_t i = 0; i < walk->n; i++)
		name[i] = db_stream_column(stream, i);
	walk->column = db_match_columns(sql, shape, name, walk->n);
	return 0;
}

int db_walk_next(struct db_walk *walk, const void **row, struct error *err)
{
	const char *const *value;
	int rc = db_stream_next(walk->stream, &value, err);

	if (rc != 1)
		return rc;
	memset(walk->row, 0, walk->row_size);
	for (size_t i = 0; i < walk->n; i++) {
		const struct db_column *column = walk->column[i];
		void *member = walk->row + column->offset;

		if (db_column_is_text(column))
			*(const char **)member = value[i] || column->type == DB_MAYBE_TEXT ? value[i] : "";
		else if (db_store_number(walk->db, walk->sql, column, value[i], member, err) != 0)
			return -1;
	}
	*row = walk->row;
	return 1;
}

void db_walk_close(struct db_walk **walk)
{
	struct db_walk *w = *walk;

	if (!w)
		return;
	db_stream_close(&w->stream);
	free(w->column);
	free(w->row);
	free(w);
	*walk = NULL;
}

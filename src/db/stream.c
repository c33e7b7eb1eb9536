/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "sql_catalogue.h"

struct db_stream {
	struct db *db;
	const struct sql *sql;
	MYSQL_STMT *stmt;
	struct db_cells cells;
	char **name;
	const char **value;
};

static void make_columns(struct db_stream *s, MYSQL_RES *meta)
{
	unsigned n = mysql_num_fields(meta);

	db_cells_make(&s->cells, n);
	s->name = xcalloc(n, sizeof *s->name);
	s->value = xcalloc(n, sizeof *s->value);
	for (unsigned i = 0; i < n; i++)
		s->name[i] = xstrdup(mysql_fetch_field_direct(meta, i)->name);
}

int db_stream_open(struct db *db, const struct sql *sql, const struct db_param *params, struct db_stream **out,
    struct error *err)
{
	struct db_stream *s = xcalloc(1, sizeof *s);
	MYSQL_RES *meta;
	int rc = 0;

	db_answer_begins(db, PHASE_READ); /* to its last row */
	sql = db_fitting(sql, params);
	*s = (struct db_stream){ .db = db, .sql = sql, .stmt = db_prepare(db, PHASE_READ, sql, err) };
	if (!s->stmt || db_execute(db, PHASE_READ, s->stmt, sql, params, err) != 0) {
		free(s);
		return -1;
	}
	meta = mysql_stmt_result_metadata(s->stmt);
	if (!meta) {
		rc = db_cells_fail(db, s->stmt, sql, err);
	} else {
		make_columns(s, meta);
		mysql_free_result(meta);
	}
	*out = s;
	if (rc != 0)
		db_stream_close(out);
	return rc;
}

size_t db_stream_columns(const struct db_stream *stream)
{
	return stream->cells.n;
}

const char *db_stream_column(const struct db_stream *stream, size_t i)
{
	return stream->name[i];
}

int db_stream_next(struct db_stream *stream, const char *const **values, struct error *err)
{
	int rc = db_cells_next(stream->db, stream->stmt, stream->sql, &stream->cells, err);

	for (unsigned i = 0; rc == 1 && i < stream->cells.n; i++)
		stream->value[i] = db_cell(&stream->cells, i);
	*values = stream->value;
	return rc;
}

void db_stream_close(struct db_stream **stream)
{
	struct db_stream *s = *stream;

	if (!s)
		return;
	mysql_stmt_free_result(s->stmt); /* reads on to the end: the connection is free afterwards */
	db_answer_ends(s->db);
	db_forget(s->db,
	    s->stmt); /* MariaDB 10.11 has lost columns of derived tables when such a statement was executed twice */
	for (unsigned i = 0; i < s->cells.n; i++)
		free(s->name[i]);
	db_cells_free(&s->cells);
	free(s->name);
	free(s->value);
	free(s);
	*stream = NULL;
}

int db_limit_statements(struct db *db, int64_t seconds, struct error *err)
{
	const struct db_param s[] = { p_int("seconds", seconds), p_end },
			      ms[] = { p_int("milliseconds", seconds * 1000), p_end };
	bool in_seconds = db->limit == LIMIT_SECONDS;
	const struct sql *sql = in_seconds ? &SQL_SESSION_STATEMENT_SET_SECONDS : &SQL_SESSION_STATEMENT_SET_MILLISECONDS;
	MYSQL_STMT *stmt;

	if (db->limit == LIMIT_NONE)
		return error_set(err, ERROR_ERROR, "%s (%s) has no time limit for statements", db->label, db->where);
	db_answer_begins(db, PHASE_READ);
	stmt = db_prepare(db, PHASE_READ, sql, err);
	if (!stmt || db_execute(db, PHASE_READ, stmt, sql, in_seconds ? s : ms, err) != 0)
		return -1;
	db_answer_ends(db);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "sql_catalogue.h"

#define FIRST_BUFFER 256

struct db_stream {
	struct db *db;
	const struct sql *sql;
	MYSQL_STMT *stmt;
	unsigned n;
	char **name;
	MYSQL_BIND *bind;
	unsigned long *length;
	my_bool *is_null;
	const char **value;
};

/* What the server says between two rows, libmariadb keeps at the connection, not at the statement. */
static int stream_fail(struct db_stream *s, struct error *err)
{
	if (mysql_stmt_errno(s->stmt) == 0)
		return db_fail(s->db, PHASE_READ, mysql_errno(s->db->mysql), mysql_error(s->db->mysql), s->sql->name, err);
	return db_fail(s->db, PHASE_READ, mysql_stmt_errno(s->stmt), mysql_stmt_error(s->stmt), s->sql->name, err);
}

static void make_columns(struct db_stream *s, MYSQL_RES *meta)
{
	s->n = mysql_num_fields(meta);
	s->name = xcalloc(s->n, sizeof *s->name);
	s->bind = xcalloc(s->n, sizeof *s->bind);
	s->length = xcalloc(s->n, sizeof *s->length);
	s->is_null = xcalloc(s->n, sizeof *s->is_null);
	s->value = xcalloc(s->n, sizeof *s->value);
	for (unsigned i = 0; i < s->n; i++) {
		s->name[i] = xstrdup(mysql_fetch_field_direct(meta, i)->name);
		s->bind[i].buffer_type = MYSQL_TYPE_STRING;
		s->bind[i].buffer = xmalloc(FIRST_BUFFER);
		s->bind[i].buffer_length = FIRST_BUFFER;
		s->bind[i].length = &s->length[i];
		s->bind[i].is_null = &s->is_null[i];
	}
}

int db_stream_open(struct db *db, const struct sql *sql, const struct db_param *params, struct db_stream **out,
    struct error *err)
{
	struct db_stream *s = xcalloc(1, sizeof *s);
	MYSQL_RES *meta;
	int rc = 0;

	db_answer_begins(db, PHASE_READ); /* to its last row */
	*s = (struct db_stream){ .db = db, .sql = sql, .stmt = db_prepare(db, PHASE_READ, sql, err) };
	if (!s->stmt || db_execute(db, PHASE_READ, s->stmt, sql, params, err) != 0) {
		free(s);
		return -1;
	}
	meta = mysql_stmt_result_metadata(s->stmt);
	if (!meta) {
		rc = stream_fail(s, err);
	} else {
		make_columns(s, meta);
		mysql_free_result(meta);
		if (mysql_stmt_bind_result(s->stmt, s->bind) != 0)
			rc = stream_fail(s, err);
	}
	*out = s;
	if (rc != 0)
		db_stream_close(out);
	return rc;
}

size_t db_stream_columns(const struct db_stream *stream)
{
	return stream->n;
}

const char *db_stream_column(const struct db_stream *stream, size_t i)
{
	return stream->name[i];
}

/* A value that is longer than its buffer is fetched once more, and so are those after it without the detour. */
static int fetch_long(struct db_stream *s, struct error *err)
{
	for (unsigned i = 0; i < s->n; i++) {
		if (s->is_null[i] || s->length[i] < s->bind[i].buffer_length)
			continue;
		s->bind[i].buffer_length = s->length[i] + 1;
		s->bind[i].buffer = xreallocarray(s->bind[i].buffer, s->bind[i].buffer_length, 1);
		if (mysql_stmt_fetch_column(s->stmt, &s->bind[i], i, 0) != 0)
			return stream_fail(s, err);
	}
	return mysql_stmt_bind_result(s->stmt, s->bind) == 0 ? 0 : stream_fail(s, err);
}

int db_stream_next(struct db_stream *stream, const char *const **values, struct error *err)
{
	struct db_stream *s = stream;
	int rc = mysql_stmt_fetch(s->stmt);
	bool too_long = rc == MYSQL_DATA_TRUNCATED;

	if (rc == MYSQL_NO_DATA)
		return 0;
	if (rc != 0 && !too_long)
		return stream_fail(s, err);
	for (unsigned i = 0; i < s->n; i++) /* without room for the NUL it is too long as well */
		too_long = too_long || (!s->is_null[i] && s->length[i] >= s->bind[i].buffer_length);
	if (too_long && fetch_long(s, err) != 0)
		return -1;
	for (unsigned i = 0; i < s->n; i++) {
		char *text = s->bind[i].buffer;

		if (!s->is_null[i])
			text[s->length[i]] = '\0';
		s->value[i] = s->is_null[i] ? NULL : text;
	}
	*values = s->value;
	return 1;
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
	for (unsigned i = 0; i < s->n; i++) {
		free(s->name[i]);
		free(s->bind[i].buffer);
	}
	free(s->name);
	free(s->bind);
	free(s->length);
	free(s->is_null);
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

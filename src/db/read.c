/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Every column is fetched as text and converted here: one way, the same on every server. */
struct fetch {
	struct db_cells cells;
	const struct db_column **column; /* by position in the answer */
	const char **above;              /* the last text of each column */
};

static void fetch_free(struct fetch *f)
{
	db_cells_free(&f->cells);
	free(f->column);
	free(f->above);
}

static const struct db_column *column_named(const struct db_shape *shape, const char *name)
{
	for (const struct db_column *c = shape->column; c->name; c++)
		if (strcasecmp(c->name, name) == 0) /* servers differ in the case of SHOW's and information_schema's */
			return c;
	return NULL;
}

static size_t count_columns(const struct db_shape *shape)
{
	size_t n = 0;

	while (shape->column[n].name)
		n++;
	return n;
}

static bool is_column_taken(const struct db_column *const *column, size_t i)
{
	size_t k = 0;

	while (k < i && column[k] != column[i])
		k++;
	return k < i;
}

const struct db_column **db_match_columns(const struct sql *sql, const struct db_shape *shape, const char *const *name,
    size_t n)
{
	const struct db_column **column = xcalloc(n, sizeof *column);
	const size_t members = count_columns(shape);

	for (size_t i = 0; i < n; i++) { /* mostly they stand in the same order */
		column[i] = i < members && strcmp(shape->column[i].name, name[i]) == 0 ? &shape->column[i] :
											 column_named(shape, name[i]);
		if (!column[i] || n != members || is_column_taken(column, i)) {
			fprintf(stderr, "evac-manage: bug: statement %s: its columns are not those of the shape (%s)\n",
			    sql->name, name[i]);
			exit(error_kind_exit_code(ERROR_BUG));
		}
	}
	return column;
}

static void match_columns(struct fetch *f, MYSQL_RES *meta, const struct sql *sql, const struct db_shape *shape)
{
	unsigned n = mysql_num_fields(meta);
	auto_free const char **name = xcalloc(n, sizeof *name);

	for (unsigned i = 0; i < n; i++)
		name[i] = mysql_fetch_field_direct(meta, i)->name;
	f->column = db_match_columns(sql, shape, name, n);
	f->above = xcalloc(n, sizeof *f->above);
	db_cells_make(&f->cells, n);
}

static int bad_value(const struct db *db, const struct sql *sql, const struct db_column *column, const char *text,
    struct error *err)
{
	return error_set(err, ERROR_ERROR, "%s: %s: column %s is %s%s%s, a number was expected", db->label, sql->name,
	    column->name, text ? "'" : "", text ? text : "NULL", text ? "'" : "");
}

int db_store_number(const struct db *db, const struct sql *sql, const struct db_column *column, const char *text, void *member,
    struct error *err)
{
	long long number = 0;
	char *end = NULL;

	if (text) {
		errno = 0;
		number = strtoll(text, &end, 10);
		if (errno || end == text || *end)
			return bad_value(db, sql, column, text, err);
	}
	if (column->type == DB_MAYBE_INT)
		*(struct maybe_int *)member = (struct maybe_int){ text != NULL, number };
	else if (!text)
		return bad_value(db, sql, column, NULL, err);
	else if (column->type == DB_BOOL)
		*(bool *)member = number != 0;
	else
		*(int64_t *)member = number;
	return 0;
}

static int store_value(struct db *db, const struct sql *sql, const struct fetch *f, unsigned i, char *row, struct arena *arena,
    struct error *err)
{
	const struct db_column *column = f->column[i];
	const char *text = db_cell(&f->cells, i);
	size_t n = f->cells.length[i];
	void *member = row + column->offset;

	if (!db_column_is_text(column))
		return db_store_number(db, sql, column, text, member, err);
	if (text && (!f->above[i] || strncmp(f->above[i], text, n) != 0 || f->above[i][n] != '\0'))
		f->above[i] = arena_dupn(arena, text, n); /* hosts, states and zones repeat from row to row */
	*(const char **)member = text ? f->above[i] : column->type == DB_TEXT ? "" : NULL;
	return 0;
}

/* Row by row as they come: all at once they would be in memory twice. */
static int fetch_rows(struct db *db, MYSQL_STMT *stmt, const struct sql *sql, struct fetch *f, const struct db_shape *shape,
    struct db_rows *out, struct error *err)
{
	size_t cap = 0;
	char *row;
	int rc;

	while ((rc = db_cells_next(db, stmt, sql, &f->cells, err)) == 1) {
		out->v = vec_grow(out->v, out->n, &cap, shape->row_size);
		row = (char *)out->v + out->n * shape->row_size;
		memset(row, 0, shape->row_size);
		for (unsigned i = 0; i < f->cells.n; i++)
			if (store_value(db, sql, f, i, row, &out->arena, err) != 0)
				return -1;
		out->n++;
	}
	return rc;
}

static int read_result(struct db *db, MYSQL_STMT *stmt, const struct sql *sql, const struct db_shape *shape,
    struct db_rows *out, struct error *err)
{
	MYSQL_RES *meta = mysql_stmt_result_metadata(stmt);
	struct fetch f = { 0 };
	int rc = 0;

	if (!meta) {
		rc = db_cells_fail(db, stmt, sql, err);
	} else {
		match_columns(&f, meta, sql, shape);
		mysql_free_result(meta);
		rc = fetch_rows(db, stmt, sql, &f, shape, out, err);
	}
	mysql_stmt_free_result(stmt); /* after an error reads on to the end: the connection is free */
	fetch_free(&f);
	return rc;
}

int db_ping(struct db *db, struct error *err)
{
	int rc = 0;

	db_answer_begins(db, PHASE_READ);
	if (mysql_ping(db->mysql) != 0)
		rc = db_fail(db, PHASE_READ, mysql_errno(db->mysql), mysql_error(db->mysql), NULL, err);
	db_answer_ends(db);
	return rc;
}

int db_read(struct db *db, const struct sql *sql, const struct db_param *params, const struct db_shape *shape,
    struct db_rows *out, struct error *err)
{
	const struct db_question like = { .sql = sql, .params = params };
	MYSQL_STMT *stmt;
	void *v;
	int rc;

	*out = (struct db_rows){ 0 };
	if (db_take_ahead(db, &like, out, &rc, err))
		return rc;
	if (sql->access == SQL_WRITES) /* it would be committed at once, outside of any transaction */
		db_bug(sql, "is read, and it is one that", "writes");
	if (db->in_write && db->doomed)
		return error_set(err, ERROR_ERROR, "%s: the transaction has already failed", db->label);
	db_answer_begins(db, PHASE_READ);
	sql = db_fitting(sql, params);
	stmt = db_prepare(db, PHASE_READ, sql, err);
	if (!stmt || db_execute(db, PHASE_READ, stmt, sql, params, err) != 0)
		return -1;
	rc = read_result(db, stmt, sql, shape, out, err);
	db_answer_ends(db);
	if (rc != 0) {
		db->doomed = true;
		free(out->v);
		arena_free(&out->arena);
		*out = (struct db_rows){ 0 };
		return -1;
	}
	if (out->n > 0) { /* the rows join their strings: one free gives all back */
		v = arena_alloc(&out->arena, out->n * shape->row_size);
		memcpy(v, out->v, out->n * shape->row_size);
		free(out->v);
		out->v = v;
	}
	return 0;
}

static const struct db_once *answer_of(const struct db *db, const struct sql *sql)
{
	for (const struct db_once *o = db->once; o < db->once + db->nonce; o++)
		if (o->sql == sql)
			return o;
	return NULL;
}

int db_read_once(struct db *db, const struct sql *sql, const struct db_shape *shape, struct db_rows *out, struct error *err)
{
	const struct db_once *known = answer_of(db, sql);
	struct db_rows rows;

	*out = (struct db_rows){ 0 };
	if (!known) {
		if (db_read(db, sql, NULL, shape, &rows, err) != 0)
			return -1;
		db->once = vec_grow(db->once, db->nonce, &db->once_cap, sizeof *db->once);
		db->once[db->nonce] = (struct db_once){ sql, rows };
		known = &db->once[db->nonce++];
	}
	*out = (struct db_rows){ .v = known->rows.v, .n = known->rows.n };
	return 0;
}

void db_rows_free(struct db_rows *rows)
{
	arena_free(&rows->arena);
	*rows = (struct db_rows){ 0 };
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "internal.h"

#define FIRST_BUFFER 256 /* any number or time as text, and most names */

void db_cells_make(struct db_cells *cells, unsigned n)
{
	*cells = (struct db_cells){ .n = n };
	cells->bind = xcalloc(n, sizeof *cells->bind);
	cells->length = xcalloc(n, sizeof *cells->length);
	cells->is_null = xcalloc(n, sizeof *cells->is_null);
	for (unsigned i = 0; i < n; i++) {
		cells->bind[i].buffer_type = MYSQL_TYPE_STRING;
		cells->bind[i].buffer = xmalloc(FIRST_BUFFER);
		cells->bind[i].buffer_length = FIRST_BUFFER;
		cells->bind[i].length = &cells->length[i];
		cells->bind[i].is_null = &cells->is_null[i];
	}
}

void db_cells_free(struct db_cells *cells)
{
	for (unsigned i = 0; i < cells->n; i++)
		free(cells->bind[i].buffer);
	free(cells->bind);
	free(cells->length);
	free(cells->is_null);
	*cells = (struct db_cells){ .n = 0 };
}

/* What the server says between two rows, libmariadb keeps at the connection, not at the statement. */
int db_cells_fail(struct db *db, MYSQL_STMT *stmt, const struct sql *sql, struct error *err)
{
	if (mysql_stmt_errno(stmt) == 0)
		return db_fail(db, PHASE_READ, mysql_errno(db->mysql), mysql_error(db->mysql), sql->name, err);
	return db_fail(db, PHASE_READ, mysql_stmt_errno(stmt), mysql_stmt_error(stmt), sql->name, err);
}

/* A value that is longer than its buffer is fetched once more, and those of the rows after it without the detour. Without room
 * for the NUL it is too long as well. */
static int fetch_long(MYSQL_STMT *stmt, struct db_cells *cells)
{
	for (unsigned i = 0; i < cells->n; i++) {
		MYSQL_BIND *b = &cells->bind[i];

		if (cells->is_null[i] || cells->length[i] < b->buffer_length)
			continue;
		cells->is_bound = false;
		b->buffer_length = cells->length[i] + 1;
		b->buffer = xreallocarray(b->buffer, b->buffer_length, 1);
		if (mysql_stmt_fetch_column(stmt, b, i, 0) != 0)
			return -1;
	}
	return 0;
}

/* Buffers that have grown are bound when their row has been read: to bind sets the lengths of all columns to 0 in libmariadb up
 * to 3.3.19. */
int db_cells_next(struct db *db, MYSQL_STMT *stmt, const struct sql *sql, struct db_cells *cells, struct error *err)
{
	int rc;

	if (!cells->is_bound && mysql_stmt_bind_result(stmt, cells->bind) != 0)
		return db_cells_fail(db, stmt, sql, err);
	cells->is_bound = true;
	rc = mysql_stmt_fetch(stmt);
	if (rc == MYSQL_NO_DATA)
		return 0;
	if ((rc != 0 && rc != MYSQL_DATA_TRUNCATED) || fetch_long(stmt, cells) != 0)
		return db_cells_fail(db, stmt, sql, err);
	return 1;
}

char *db_cell(const struct db_cells *cells, unsigned i)
{
	char *text = cells->is_null[i] ? NULL : cells->bind[i].buffer;

	if (text)
		text[cells->length[i]] = '\0';
	return text;
}

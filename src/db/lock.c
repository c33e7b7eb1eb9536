/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "sql_catalogue.h"
#include "util/str.h"

struct got_row {
	struct maybe_int got;
};
static const struct db_column got_columns[] = { DB_COLUMN(struct got_row, got) };
static const struct db_shape got_shape = DB_SHAPE(struct got_row, got_columns);

struct holder_row {
	struct maybe_int connection_id, held_s;
	const char *account, *client;
};
static const struct db_column holder_columns[] = {
	DB_COLUMN(struct holder_row, connection_id),
	DB_COLUMN(struct holder_row, account),
	DB_COLUMN(struct holder_row, client),
	DB_COLUMN(struct holder_row, held_s),
};
static const struct db_shape holder_shape = DB_SHAPE(struct holder_row, holder_columns);

int db_lock(struct db *db, const char *name, bool *got, struct error *err)
{
	const struct db_param params[] = { p_str("name", name), p_end };
	const struct got_row *row;
	struct db_rows rows;

	*got = false;
	if (db_session(db, &SQL_SESSION_LOCK_KEEP, err) != 0 ||
	    db_read(db, &SQL_SESSION_LOCK_TAKE, params, &got_shape, &rows, err) != 0)
		return -1;
	row = rows.v;
	*got = rows.n == 1 && row->got.set && row->got.v == 1;
	db_rows_free(&rows);
	return 0;
}

int db_lock_look(struct db *db, const char *name, struct db_holder *out, struct error *err)
{
	const struct db_param params[] = { p_str("name", name), p_end };
	const struct holder_row *row;
	struct db_rows rows;

	*out = (struct db_holder){ 0 };
	if (db_read(db, &SQL_SESSION_LOCK_HOLDER, params, &holder_shape, &rows, err) != 0)
		return -1;
	row = rows.v;
	out->held = rows.n == 1 && row->connection_id.set;
	if (out->held) {
		out->connection_id = (uint64_t)row->connection_id.v;
		snprintf(out->account, sizeof out->account, "%s", str_or(row->account, ""));
		snprintf(out->client, sizeof out->client, "%s", str_or(row->client, ""));
		out->held_s = row->held_s;
	}
	db_rows_free(&rows);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "sql_catalogue.h"

struct got_row {
	struct maybe_int got;
};
static const struct db_shape got_row_shape = DB_SHAPE(struct got_row, DB_COLUMNS(struct got_row, got));

struct holder_row {
	struct maybe_int connection_id, held_s;
	const char *account, *client;
};
static const struct db_shape holder_row_shape = DB_SHAPE(struct holder_row,
    DB_COLUMNS(struct holder_row, connection_id, account, client, held_s));

int db_lock(struct db *db, const char *name, bool *got, struct error *err)
{
	const struct db_param params[] = { p_str("name", name), p_end };
	struct got_row row = { { 0 } };

	*got = false;
	if (db_session(db, &SQL_SESSION_LOCK_KEEP, err) != 0 ||
	    db_read_one(db, &SQL_SESSION_LOCK_TAKE, params, &got_row_shape, &row, NULL, err) < 0)
		return -1;
	*got = row.got.set && row.got.v == 1;
	return 0;
}

int db_lock_look(struct db *db, const char *name, struct db_holder *out, struct error *err)
{
	const struct db_param params[] = { p_str("name", name), p_end };
	auto_arena struct arena texts = { 0 };
	struct holder_row row = { 0 };

	*out = (struct db_holder){ 0 };
	if (db_read_one(db, &SQL_SESSION_LOCK_GET_HOLDER, params, &holder_row_shape, &row, &texts, err) < 0)
		return -1;
	out->held = row.connection_id.set;
	if (out->held) {
		out->connection_id = (uint64_t)row.connection_id.v;
		snprintf(out->account, sizeof out->account, "%s", row.account);
		snprintf(out->client, sizeof out->client, "%s", row.client);
		out->held_s = row.held_s;
	}
	return 0;
}

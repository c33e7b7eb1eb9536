/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "sql_catalogue.h"
#include "util/log.h"

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

struct own_row {
	struct maybe_int holder;
	int64_t connection_id;
};
static const struct db_shape own_row_shape = DB_SHAPE(struct own_row, DB_COLUMNS(struct own_row, holder, connection_id));

int db_lock(struct db *db, const char *name, bool *got, struct error *err)
{
	const struct db_param params[] = { p_str("name", name), p_end };
	struct got_row row = { { 0 } };
	struct db_lock_owner owner;

	*got = false;
	if (db_session(db, &SQL_SESSION_LOCK_KEEP, err) != 0 ||
	    db_read_one(db, &SQL_SESSION_LOCK_TAKE, params, &got_row_shape, &row, NULL, err) < 0)
		return -1;
	*got = row.got.set && row.got.v == 1;
	if (!*got)
		return 0;
	if (db_lock_own(db, name, &owner, err) != 0)
		return -1;
	return owner.ours ? 0 : db_is_multiplexed(db, owner.holder, owner.connection_id, err);
}

int db_lock_own(struct db *db, const char *name, struct db_lock_owner *out, struct error *err)
{
	const struct db_param params[] = { p_str("name", name), p_end };
	struct own_row row = { { 0 }, 0 };

	*out = (struct db_lock_owner){ 0 };
	if (db_read_one(db, &SQL_SESSION_LOCK_GET_OWN, params, &own_row_shape, &row, NULL, err) < 0)
		return -1;
	*out = (struct db_lock_owner){ .ours = row.holder.set && row.holder.v == row.connection_id,
		.holder = row.holder.set ? (uint64_t)row.holder.v : 0,
		.connection_id = (uint64_t)row.connection_id };
	return 0;
}

void db_unlock(struct db *db, const char *name)
{
	const struct db_param params[] = { p_str("name", name), p_end };
	struct got_row row = { { 0 } };
	struct error ignored = { 0 }; /* a session that ended has no lock any more */

	if (db_read_one(db, &SQL_SESSION_LOCK_RELEASE, params, &got_row_shape, &row, NULL, &ignored) < 0)
		log_debug("%s: %s", db->label, ignored.text);
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

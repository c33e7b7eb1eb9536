/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "internal.h"
#include "sql_catalogue.h"

/* A proxy that shares sessions among connections (ProxySQL, mysql-router's connection_sharing) hands the statements outside of
 * a transaction to whichever session is free: settings are then another's, a named lock is nobody's that we could ask. Some
 * keep the session for who sets a user variable or takes such a lock, and are then as good as none. So nothing is taken for
 * granted: the settings come with a mark, a user variable with the session's own number, and wherever something rests on them
 * it is read back. The number of the handshake tells nothing: many proxies, which share nothing, make up their own. */

struct session_row {
	int64_t connection_id;
	struct maybe_int marked;
};
static const struct db_shape session_row_shape = DB_SHAPE(struct session_row,
    DB_COLUMNS(struct session_row, connection_id, marked));

struct transaction_row {
	int64_t connection_id;
	struct maybe_int marked;
	const char *isolation;
};
static const struct db_shape transaction_row_shape = DB_SHAPE(struct transaction_row,
    DB_COLUMNS(struct transaction_row, connection_id, marked, isolation));

struct isolation_row {
	const char *variable_name, *value;
};
static const struct db_shape isolation_row_shape = DB_SHAPE(struct isolation_row,
    DB_COLUMNS(struct isolation_row, variable_name, value));

int db_is_multiplexed(struct db *db, uint64_t first, uint64_t then, struct error *err)
{
	db->doomed = true;
	if (first && first != then)
		error_set(err, ERROR_DB_UNREACHABLE,
		    "%s (%s): a proxy in between shares sessions: session %llu of the server was given to this run, and session %llu answers; nothing was written",
		    db->label, db->where, (unsigned long long)first, (unsigned long long)then);
	else
		error_set(err, ERROR_DB_UNREACHABLE,
		    "%s (%s): a proxy in between shares sessions: session %llu of the server answers, and what this run has set is not there; nothing was written",
		    db->label, db->where, (unsigned long long)then);
	return error_hint(err,
	    "give the address of the server itself in the connection URL, or a port of the proxy that keeps one session for one connection (ProxySQL: mysql-multiplexing = false; mysql-router: connection_sharing = 0)");
}

/* The session's number, where it is the one whose settings are ours. */
static int take_session(struct db *db, int64_t answers, struct maybe_int marked, uint64_t *id, struct error *err)
{
	*id = (uint64_t)answers;
	if (marked.set && marked.v == answers)
		return 0;
	return db_is_multiplexed(db, marked.set ? (uint64_t)marked.v : db->server.connection_id, *id, err);
}

int db_session_id(struct db *db, uint64_t *id, struct error *err)
{
	struct session_row row = { 0 };

	if (db_read_one(db, &SQL_SESSION_CONNECTION_GET, NULL, &session_row_shape, &row, NULL, err) < 0)
		return -1;
	return take_session(db, row.connection_id, row.marked, id, err);
}

static int compare_isolation(struct db *db, const char *is, const char *isolation, struct error *err)
{
	if (strcasecmp(is, isolation) == 0)
		return 0;
	db->doomed = true;
	return error_set(err, ERROR_DB_UNREACHABLE,
	    "%s (%s): the transaction has isolation %s, and %s was set: check for a proxy in between; nothing was written",
	    db->label, db->where, is, isolation);
}

/* By either of its names, where it is not known which one the server has. */
static int list_isolation(struct db *db, const char *isolation, struct error *err)
{
	struct db_rows rows;
	int rc = 0;

	if (db_read(db, &SQL_SESSION_ISOLATION_LIST, NULL, &isolation_row_shape, &rows, err) != 0)
		return -1;
	for (const struct isolation_row *r = rows.v; rc == 0 && r < (const struct isolation_row *)rows.v + rows.n; r++)
		rc = compare_isolation(db, r->value, isolation, err);
	db_rows_free(&rows);
	return rc;
}

int db_check_transaction(struct db *db, const char *isolation, struct error *err)
{
	auto_arena struct arena texts = { 0 };
	struct transaction_row row = { .isolation = "" };

	if (!db->in_transaction)
		return db_session_id(db, &db->transaction_connection, err) != 0 ? -1 : list_isolation(db, isolation, err);
	if (db_read_one(db, db->in_transaction, NULL, &transaction_row_shape, &row, &texts, err) < 0 ||
	    take_session(db, row.connection_id, row.marked, &db->transaction_connection, err) != 0)
		return -1;
	return compare_isolation(db, row.isolation, isolation, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "sql_catalogue.h"
#include "util/log.h"

#define ROWS_A_TRIP 5000
#define NUMBER_SIZE 24

/* The server's own word whether we are in a transaction: a swallowed START TRANSACTION would commit row by row. */
static bool is_in_transaction(struct db *db)
{
	unsigned status = 0;

	return mariadb_get_infov(db->mysql, MARIADB_CONNECTION_SERVER_STATUS, &status) == 0 && status & SERVER_STATUS_IN_TRANS;
}

/* Where no answer comes the server does so by itself. */
static void roll_back(struct db *db)
{
	db_answer_begins(db, PHASE_READ);
	mysql_rollback(db->mysql);
	db_answer_ends(db);
}

/* START TRANSACTION commits what is open without a word: a transaction that nobody ended must be gone before. */
static int check_nothing_open(struct db *db, struct error *err)
{
	bool was_open = db->in_write;

	db_rollback(db); /* one that was only begun ahead goes without a word */
	db_end_read(db);
	db->doomed = false;
	if (was_open)
		return error_set(err, ERROR_BUG, "%s: a transaction was already open; it was rolled back", db->label);
	return 0;
}

/* Once for the transactions of one kind that follow each other: each of them reads its own back (db_check_transaction). */
static int set_isolation(struct db *db, const struct sql *isolation, struct error *err)
{
	if (db->isolation == isolation)
		return 0;
	db->isolation = NULL;
	if (db_session(db, isolation, err) != 0)
		return -1;
	db->isolation = isolation;
	return 0;
}

static int begin_transaction(struct db *db, const struct sql *isolation, const struct sql *start, struct error *err)
{
	if (set_isolation(db, isolation, err) != 0 || db_session(db, start, err) != 0)
		return -1;
	if (!is_in_transaction(db))
		return error_set(err, ERROR_ERROR, "%s: the server did not begin a transaction", db->label);
	return 0;
}

int db_begin_read(struct db *db, struct error *err)
{
	if (check_nothing_open(db, err) != 0 ||
	    begin_transaction(db, &SQL_SESSION_ISOLATION_SET_READ, &SQL_SESSION_BEGIN_READ, err) != 0)
		return -1;
	db->in_read = true;
	if (db_check_transaction(db, "REPEATABLE-READ", err) == 0)
		return 0;
	db->isolation = NULL;
	db_end_read(db);
	return -1;
}

void db_end_read(struct db *db)
{
	if (db->in_read) {
		db_forget_ahead(db);
		roll_back(db);
	}
	db->in_read = false;
}

/* By the server's last word: whether it still answers its first statement will tell, before anything is written. */
static bool take_over(struct db *db)
{
	if (!db->chained || db->doomed || !is_in_transaction(db))
		return false;
	db->chained = false;
	db->in_write = true;
	return true;
}

void db_put_off(struct db *db)
{
	db->chained = db->in_write && !db->doomed;
	if (!db->chained)
		db_rollback(db);
	db->in_write = false;
}

int db_begin_write(struct db *db, struct error *err)
{
	if (take_over(db))
		return 0;
	if (check_nothing_open(db, err) != 0 || db_check_writes(db, err) != 0 ||
	    begin_transaction(db, &SQL_SESSION_ISOLATION_SET_WRITE, &SQL_SESSION_BEGIN_WRITE, err) != 0)
		return -1;
	db->in_write = true;
	if (db_check_transaction(db, "READ-COMMITTED", err) == 0)
		return 0;
	db->isolation = NULL;
	db_rollback(db);
	return -1;
}

/* Of a transaction that was taken over: the settings, its isolation among them, are those of the one before, if the session is.
 */
static int see_session(struct db *db, struct error *err)
{
	uint64_t now;

	if (db_session_id(db, &now, err) != 0)
		return -1;
	if (now != db->transaction_connection)
		return db_is_multiplexed(db, db->transaction_connection, now, err);
	db->unseen = false;
	return 0;
}

int db_transaction_seen(struct db *db, int64_t connection_id, struct maybe_int marked, struct error *err)
{
	uint64_t now = (uint64_t)connection_id;

	if (now != db->transaction_connection || !marked.set || marked.v != connection_id)
		return db_is_multiplexed(db, db->transaction_connection, now, err);
	db->unseen = false;
	return 0;
}

int64_t db_transaction_session(const struct db *db)
{
	return (int64_t)db->transaction_connection;
}

/* Before anything is changed: we are where we believe to be. */
static int check_transaction(struct db *db, const struct sql *sql, struct error *err)
{
	if (db->doomed)
		return error_set(err, ERROR_ERROR, "%s: the transaction has already failed", db->label);
	if (!db->in_write || sql->access != SQL_WRITES || !is_in_transaction(db)) {
		db->doomed = true;
		return error_set(err, ERROR_ERROR, "%s: %s outside of a transaction; nothing was written", db->label,
		    sql->name);
	}
	return db->unseen ? see_session(db, err) : 0;
}

static int check_warnings(struct db *db, MYSQL_STMT *stmt, const struct sql *sql, struct error *err)
{
	int n = mysql_stmt_warning_count(stmt);

	if (n == 0)
		return 0;
	db->doomed = true;
	return error_set(err, ERROR_ERROR, "%s: %s: the server gave %d warnings; nothing was written", db->label, sql->name, n);
}

/* A Galera conflict ends a transaction whenever the other node's write comes. MariaDB 10.11 answers a bulk that was broken off
 * so as if its rows had not matched: only its status tells that the transaction is gone. */
static int check_still_open(struct db *db, const char *at, struct error *err)
{
	if (is_in_transaction(db))
		return 0;
	db->doomed = true;
	error_set(err, ERROR_BUSY, "%s (%s): the server rolled the transaction back in %s", db->label, db->where, at);
	return error_hint(err, "another node wrote the same rows at the same time: run the same command again");
}

/* Its WHERE names the session, and the value is this transaction's. */
static bool is_bound_to_session(const struct db *db, const struct sql *sql, const struct db_param *params)
{
	for (size_t i = 0; i < sql->nparam; i++)
		if (strcmp(sql_param(sql, i), "session") == 0)
			return db_param_find(sql, params, i)->number == db_transaction_session(db);
	return false;
}

static int note_session(struct db *db, const struct sql *sql, const struct db_param *params, uint64_t matched,
    struct error *err)
{
	if (!is_bound_to_session(db, sql, params))
		return 0;
	db->session_seen = matched > 0;
	return db->session_seen ? 0 : see_session(db, err);
}

int db_write(struct db *db, const struct sql *sql, const struct db_param *params, uint64_t *matched, struct error *err)
{
	MYSQL_STMT *stmt;

	*matched = 0;
	if (check_transaction(db, sql, err) != 0)
		return -1;
	db_answer_begins(db, PHASE_WRITE);
	sql = db_fitting(sql, params);
	stmt = db_prepare(db, PHASE_WRITE, sql, err);
	if (!stmt || db_execute(db, PHASE_WRITE, stmt, sql, params, err) != 0)
		return -1;
	db_answer_ends(db);
	if (check_warnings(db, stmt, sql, err) != 0)
		return -1;
	*matched = mysql_stmt_affected_rows(stmt);
	return note_session(db, sql, params, *matched, err);
}

/* Parameters of many rows, column by column, as the bulk protocol takes them. */
struct columns {
	MYSQL_BIND *bind;
	char ***text; /* [parameter][row] */
	unsigned long **length;
	char **indicator;
	struct arena numbers;
};

static void columns_make(struct columns *c, const struct sql *sql, size_t rows)
{
	c->bind = xcalloc(sql->nparam, sizeof *c->bind);
	c->text = xcalloc(sql->nparam, sizeof *c->text);
	c->length = xcalloc(sql->nparam, sizeof *c->length);
	c->indicator = xcalloc(sql->nparam, sizeof *c->indicator);
	for (size_t i = 0; i < sql->nparam; i++) {
		c->text[i] = xcalloc(rows, sizeof *c->text[i]);
		c->length[i] = xcalloc(rows, sizeof *c->length[i]);
		c->indicator[i] = xcalloc(rows, 1);
		c->bind[i].buffer_type = MYSQL_TYPE_STRING;
		c->bind[i].buffer = c->text[i];
		c->bind[i].length = c->length[i];
		c->bind[i].u.indicator = c->indicator[i];
	}
}

static void columns_free(struct columns *c, const struct sql *sql)
{
	for (size_t i = 0; i < sql->nparam; i++) {
		free(c->text[i]);
		free(c->length[i]);
		free(c->indicator[i]);
	}
	free(c->bind);
	free(c->text);
	free(c->length);
	free(c->indicator);
	arena_free(&c->numbers);
}

static void columns_set(struct columns *c, const struct sql *sql, size_t row, const struct db_param *params)
{
	for (size_t i = 0; i < sql->nparam; i++) {
		const struct db_param *p = db_param_find(sql, params, i);
		union {
			const char *in;
			char *out; /* libmariadb's buffers are not const; it only reads them here */
		} borrow = { .in = p->type == DB_PARAM_INT ? arena_printf(&c->numbers, "%lld", (long long)p->number) :
							     p->text };

		c->indicator[i][row] = p->type == DB_PARAM_NULL ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE;
		c->text[i][row] = borrow.out;
		c->length[i][row] = p->type == DB_PARAM_NULL ? 0 : strlen(borrow.in);
	}
}

static int execute_bulk(struct db *db, MYSQL_STMT *stmt, const struct sql *sql, struct columns *c, size_t rows,
    uint64_t *matched, struct error *err)
{
	unsigned n = (unsigned)rows;

	log_sql("%s: %s, %u rows", db->label, sql->name, n);
	db->session_seen = false;
	db_answer_begins(db, PHASE_WRITE);
	if (mysql_stmt_attr_set(stmt, STMT_ATTR_ARRAY_SIZE, &n) != 0 || mysql_stmt_bind_param(stmt, c->bind) != 0 ||
	    mysql_stmt_execute(stmt) != 0)
		return db_fail(db, PHASE_WRITE, mysql_stmt_errno(stmt), mysql_stmt_error(stmt), sql->name, err);
	db_answer_ends(db);
	*matched += mysql_stmt_affected_rows(stmt);
	return check_warnings(db, stmt, sql, err) != 0 ? -1 : check_still_open(db, sql->name, err);
}

static int write_bulk(struct db *db, const struct sql *sql, size_t n, void (*fill)(const void *, size_t, struct db_param *),
    const void *ctx, struct db_param *params, uint64_t *matched, struct error *err)
{
	size_t trip = n < ROWS_A_TRIP ? n : ROWS_A_TRIP, done = 0, now, i;
	struct columns c = { 0 };
	MYSQL_STMT *stmt;
	int rc;

	db_answer_begins(db, PHASE_WRITE);
	stmt = db_prepare(db, PHASE_WRITE, sql, err);
	db_answer_ends(db);
	rc = stmt ? 0 : -1;
	columns_make(&c, sql, trip);
	for (; rc == 0 && done < n; done += now) {
		now = n - done < trip ? n - done : trip;
		for (i = 0; i < now; i++) {
			fill(ctx, done + i, params);
			columns_set(&c, sql, i, params);
		}
		rc = execute_bulk(db, stmt, sql, &c, now, matched, err);
	}
	columns_free(&c, sql);
	if (stmt) /* the next one row at a time again */
		mysql_stmt_attr_set(stmt, STMT_ATTR_ARRAY_SIZE, &(unsigned){ 0 });
	return rc;
}

/* By the bits of its greeting, as libmariadb itself looks at them (5003 otherwise): a proxy may announce a MariaDB's version
 * and not its protocol. Without them the statement is sent a row at a time. */
static bool takes_arrays(struct db *db)
{
	unsigned long plain = CLIENT_MYSQL, extended = 0;

	return mariadb_get_infov(db->mysql, MARIADB_CONNECTION_SERVER_CAPABILITIES, &plain) == 0 &&
	    mariadb_get_infov(db->mysql, MARIADB_CONNECTION_EXTENDED_SERVER_CAPABILITIES, &extended) == 0 &&
	    !(plain & CLIENT_MYSQL) && extended & (MARIADB_CLIENT_STMT_BULK_OPERATIONS >> 32);
}

int db_write_many(struct db *db, const struct sql *sql, size_t n,
    void (*fill)(const void *ctx, size_t i, struct db_param *params), const void *ctx, struct db_param *params,
    uint64_t *matched, struct error *err)
{
	uint64_t one;

	*matched = 0;
	if (check_transaction(db, sql, err) != 0)
		return -1;
	if (n > 1 && takes_arrays(db))
		return write_bulk(db, sql, n, fill, ctx, params, matched, err);
	for (size_t i = 0; i < n; i++) {
		fill(ctx, i, params);
		if (db_write(db, sql, params, &one, err) != 0)
			return -1;
		*matched += one;
	}
	return 0;
}

/* What an error left open the next START TRANSACTION would commit: it is rolled back. A member that lost its group rolls back,
 * too, and the group may have the transaction from it all the same. */
static int commit_failed(struct db *db, struct error *err)
{
	unsigned number = mysql_errno(db->mysql);

	db_fail(db, PHASE_COMMIT, number, mysql_error(db->mysql), NULL, err);
	roll_back(db);
	if ((number == 3100 || number == 3101) && !db_is_in_group(db)) {
		error_set(err, ERROR_UNKNOWN,
		    "%s (%s) left its group during the commit (%u): the other members may have the transaction or not",
		    db->label, db->where, number);
		error_hint(err,
		    "connect to a member that is ONLINE, then compare the rows with the journal before you repeat it");
		err->code = (int)number;
	}
	return -1;
}

/* It is whole, and in the session that it was begun in; else it is rolled back. */
static int check_before_commit(struct db *db, struct error *err)
{
	uint64_t now = db->transaction_connection;

	if (!db->in_write || db->doomed) {
		db_rollback(db);
		return error_set(err, ERROR_ERROR,
		    "%s: the transaction has failed and cannot be committed; nothing was written", db->label);
	}
	if ((!db->session_seen && db_session_id(db, &now, err) != 0) || check_still_open(db, "its last statement", err) != 0) {
		db_rollback(db);
		return -1;
	}
	if (now != db->transaction_connection) {
		db_rollback(db);
		return db_is_multiplexed(db, db->transaction_connection, now, err);
	}
	db->in_write = false;
	return 0;
}

int db_commit(struct db *db, struct error *err)
{
	if (check_before_commit(db, err) != 0)
		return -1;
	return mysql_commit(db->mysql) == 0 ? 0 : commit_failed(db, err);
}

/* In a cluster the beginning has an answer of its own, which may be an error after a COMMIT that was done (Galera's
 * wsrep_sync_wait, group_replication_consistency): there it is begun by itself. */
static bool begins_with_commit(const struct db *db)
{
	return !db->server.galera && !db->server.group;
}

int db_commit_and_begin(struct db *db, struct error *err)
{
	const struct sql *sql = &SQL_SESSION_COMMIT_CHAIN;

	if (!begins_with_commit(db))
		return db_commit(db, err);
	if (check_before_commit(db, err) != 0)
		return -1;
	log_sql("%s: %s", db->label, sql->name);
	if (mysql_real_query(db->mysql, sql->text, strlen(sql->text)) != 0)
		return commit_failed(db, err);
	db->chained = db->unseen = is_in_transaction(db);
	return 0;
}

bool db_has_begun_ahead(const struct db *db)
{
	return db->chained;
}

void db_rollback(struct db *db)
{
	if (db->in_write || db->chained)
		roll_back(db);
	db->in_write = db->chained = db->unseen = false;
}

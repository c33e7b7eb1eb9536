/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DB_INTERNAL_H
#define DB_INTERNAL_H

#include <mysql.h>

#include "db/db.h"
#include "util/deadline.h"

/* What a server's error means depends on what was being done when it came. */
enum db_phase { PHASE_CONNECT, PHASE_READ, PHASE_WRITE, PHASE_COMMIT };

struct db_statement {
	const struct sql *sql;
	MYSQL_STMT *stmt;
};

/* What was asked once and for all: db_read_once(). */
struct db_once {
	const struct sql *sql;
	struct db_rows rows;
};

/* Which variable ends a long statement: max_statement_time of MariaDB, max_execution_time of MySQL. By what the server lists:
 * its version text may be a proxy's. */
enum db_limit { LIMIT_NONE, LIMIT_SECONDS, LIMIT_MILLISECONDS };

struct db {
	MYSQL *mysql;
	char *label, *where; /* "host:port database" */
	struct db_server server;
	enum db_limit limit;
	const struct sql *in_transaction; /* what asks for session and isolation at once; NULL: not known, each is asked for */
	bool in_write, in_read, doomed;
	bool chained;      /* one is begun that nobody has taken over yet, by a COMMIT or db_put_off() */
	bool unseen;       /* that one's session was not read back yet */
	bool session_seen; /* the last statement has written in the transaction's own session */
	struct deadline_watch watch;
	int64_t open_ms;   /* how long it may take to connect and set up; 0: that is done */
	int64_t answer_ms; /* how long an answer may take, whatever the command has; 0: as long as that */
	int64_t given_ms;  /* to the answer that is being read; 0: it has the command's deadline */
	bool too_late;     /* which was over before it was asked */
	uint64_t transaction_connection;
	const struct sql *isolation; /* what set this session's last; NULL: not known */
	struct db_statement *statement;
	size_t nstatement, cap;
	struct db_once *once;
	size_t nonce, once_cap;
	struct db_ahead *ahead; /* ahead.c; NULL: nothing was ever asked ahead */
};

/* error.c. The kind by phase and number alone, for tests; then a whole error. ${name} is the statement's, or NULL. */
enum error_kind db_classify(enum db_phase phase, unsigned number);
int db_fail(struct db *db, enum db_phase phase, unsigned number, const char *message, const char *name, struct error *err);

/* open_watch.c. A server that drips a byte now and then keeps the library's timeouts happy: the whole of it must be over in
 * time. Set before mysql_real_connect(); db_watch_opened() after it, also when it failed. */
void db_watch_opening(struct db *db, int64_t within_ms);
void db_watch_connected(struct db *db);
void db_watch_opened(struct db *db);
/* The addresses of the name in the URL, in time; the caller frees them. NULL: there is none, as the library will say. */
struct addrinfo;
int db_find_name(struct db *db, const char *host, struct addrinfo **found, struct error *err);
/* An answer that is read while the command works has its own time, from its question to its end; so has each on a connection
 * that was opened with such a time. One to what writes inside a transaction has at least as long as a lock is waited for: what
 * is cut there was never committed. A COMMIT's has none. */
void db_answer_begins(struct db *db, enum db_phase phase);
void db_answer_ends(struct db *db);
/* The error of a connection that was cut off for want of time; 0: it was not. */
int db_fail_late(struct db *db, enum db_phase phase, const char *name, struct error *err);
/* Is there time at all? */
int db_check_time(struct db *db, struct error *err);

/* multiplex.c. The session that answers: -1 when it is not the one whose settings are ours (a proxy), or nobody answers. */
int db_session_id(struct db *db, uint64_t *id, struct error *err);
/* Right after START TRANSACTION: the session, which is kept as the transaction's, and its isolation. */
int db_check_transaction(struct db *db, const char *isolation, struct error *err);
/* The error for it, and -1, and nothing more of this transaction is taken. ${first} 0: no session of ours. */
int db_is_multiplexed(struct db *db, uint64_t first, uint64_t then, struct error *err);

/* settings.c. After the connection stands: what a session must be, set and read back, and what the server is. */
int db_set_up_session(struct db *db, struct error *err);
/* Does this server, asked now, take writes, as an ONLINE member if it is of a group? false: not, or nobody answers. A member
 * that lost its group is read only (measured: before its COMMIT ends), also where this account may not read the group's state.
 */
bool db_is_in_group(struct db *db);

/* statement.c. A mistake of ours: "statement NAME: ${what} '${name}'", and the program ends. */
_Noreturn void db_bug(const struct sql *sql, const char *what, const char *name);
/* The one of both texts of a statement that these values fit into; NULL: there are none. */
const struct sql *db_fitting(const struct sql *sql, const struct db_param *params);
/* A prepared statement of this connection, and its parameters bound by name. */
MYSQL_STMT *db_prepare(struct db *db, enum db_phase phase, const struct sql *sql, struct error *err);
const struct db_param *db_param_find(const struct sql *sql, const struct db_param *params, size_t position);
int db_session(struct db *db, const struct sql *sql, struct error *err);
/* One row of parameters, executed. */
int db_execute(struct db *db, enum db_phase phase, MYSQL_STMT *stmt, const struct sql *sql, const struct db_param *params,
    struct error *err);
void db_forget(struct db *db, MYSQL_STMT *stmt); /* closed, and prepared anew the next time */
/* After mysql_close(), with which the server forgets them: before it each would be a message of its own. */
void db_statements_close(struct db *db);

/* ahead.c. A question that is asked before its answer is needed: what is asked, all of it its own, and then the answer. */
struct db_question {
	const struct sql *sql;
	const struct db_shape *shape;
	const struct db_param *params; /* of what is no set; NULL: it has none */
	struct words keys;             /* of a set */
	const char *key;               /* their column; NULL: it is no set */
	struct arena texts;
	bool ended;
	int rc;
	struct db_rows rows;
	struct error err;
	struct db_question *next;
};
bool db_question_is(const struct db_question *q, const struct db_question *like); /* statement, parameters, keys */
/* true: it was asked ahead, and ${rc}, ${out} and ${err} are as those of a reader. */
bool db_take_ahead(struct db *db, const struct db_question *like, struct db_rows *out, int *rc, struct error *err);

/* ahead_thread.c. */
void db_question_ask(struct db *db, struct db_question *question); /* takes it over */
struct db_question *db_question_wait(struct db *db,
    const struct db_question *like); /* the caller's now; NULL: none was asked */
void db_question_free(struct db_question *question);
bool db_is_ahead(void);              /* in the thread that answers */
void db_wait_ahead(struct db *db);   /* until it has answered all: then the connection is the caller's */
void db_forget_ahead(struct db *db); /* the same, and what was not read is of a snapshot that ends */
void db_end_ahead(struct db *db);    /* before the connection is closed: what is still being answered is cut off */

/* cells.c. A row of an answer, each column as text in a buffer that grows to the longest value so far. */
struct db_cells {
	MYSQL_BIND *bind;
	unsigned long *length;
	my_bool *is_null;
	unsigned n;
	bool is_bound; /* to the buffers as they are */
};
void db_cells_make(struct db_cells *cells, unsigned n);
void db_cells_free(struct db_cells *cells);
/* 1: the next row; 0: there is none. What was read of the row before is gone. */
int db_cells_next(struct db *db, MYSQL_STMT *stmt, const struct sql *sql, struct db_cells *cells, struct error *err);
int db_cells_fail(struct db *db, MYSQL_STMT *stmt, const struct sql *sql, struct error *err); /* why the library did not */
char *db_cell(const struct db_cells *cells, unsigned i);                                      /* NULL: SQL's */

/* read.c. The members of ${shape} in the order of an answer's columns; one too many or too few is a bug and ends the program.
 * The caller frees the array. */
const struct db_column **db_match_columns(const struct sql *sql, const struct db_shape *shape, const char *const *name,
    size_t n);
static inline bool db_column_is_text(const struct db_column *column)
{
	return column->type == DB_TEXT || column->type == DB_MAYBE_TEXT;
}
/* A value of a column that is no text, NULL too, into the struct's member. */
int db_store_number(const struct db *db, const struct sql *sql, const struct db_column *column, const char *text, void *member,
    struct error *err);

#endif

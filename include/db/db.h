/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DB_DB_H
#define DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "db/row.h"
#include "db/sql.h"
#include "util/error.h"
#include "util/mem.h"
#include "util/url.h"
#include "util/words.h"

/* The only room that speaks libmariadb: one connection to one schema, prepared statements of the catalogue, transactions,
 * and what a server's error means at the moment it came.
 *
 * Error kinds: ERROR_DB_UNREACHABLE while connecting, for a connection that ends while reading, and for a server that takes
 * no writes; ERROR_BUSY when a lock wait or a deadlock ended the transaction; ERROR_UNKNOWN only from db_commit(), when the
 * connection ended between COMMIT and its answer, or the answer leaves it open; ERROR_REFUSED for a missing privilege or a
 * read-only server; ERROR_ERROR for the rest. A mistake in our own parameters or shapes is a bug and ends the program. */
struct db;

struct db_options {
	const struct db_url *url;                 /* its options say how to connect, TLS too: db_tls_of() */
	const char *label;                        /* for messages: "cinder's database", "cell 'cell1'" */
	const char *run;                          /* run id for the server's process list; NULL: none */
	unsigned connect_timeout_s, io_timeout_s; /* 0: 5 and 30 */
	unsigned answer_timeout_s; /* for the whole of one, however it comes in; 0: the command's deadline alone */
};

/* Connects, sets the session up and reads the settings back (reliability: a proxy may swallow a SET). */
int db_open(const struct db_options *options, struct db **out, struct error *err);
void db_close(struct db **db);
/* Does the server still answer on this connection? */
int db_ping(struct db *db, struct error *err);
const char *db_label(const struct db *db);

/* Who answers: the journal keeps it, and it must not change inside a transaction. */
struct db_server {
	char text[256]; /* "host:port server_id=1 version=… uuid-or-wsrep…", one line without secrets */
	bool read_only;
	bool galera;
	bool galera_ready;        /* Primary, Synced, ready, not desynced, no dirty reads; true without Galera */
	uint64_t galera_max_rows; /* wsrep_max_ws_rows; 0: no limit */
	uint64_t galera_max_bytes;
	bool group;       /* of MySQL's group replication, running or not */
	bool group_ready; /* ONLINE and with a majority of the members; true without a group, and while its state is unknown */
	char group_state[64];     /* "ONLINE, 2 of 3 members are reachable"; "": this account may not read it */
	uint64_t group_max_bytes; /* group_replication_transaction_size_limit; 0: no limit */
	bool logs_statements;     /* binlog_format=STATEMENT, and the account must not change it: no write is taken (1665) */
	uint64_t connection_id;
	char tls[16]; /* "TLSv1.3"; "" where the connection is not encrypted */
};
const struct db_server *db_server(const struct db *db);
/* As it was when the connection was opened: -1 with the reason, and what to do, where the server would take no write of ours.
 * ERROR_REFUSED for a setting, ERROR_DB_UNREACHABLE for a member of a cluster that is not ready. db_begin_write() asks it. */
int db_check_writes(const struct db *db, struct error *err);

struct db_param {
	const char *name; /* NULL ends the list */
	enum { DB_PARAM_NULL, DB_PARAM_TEXT, DB_PARAM_INT, DB_PARAM_LIST } type;
	const char *text;
	int64_t number; /* of a list: how many there are */
	const char *const *list;
};
#define p_end ((struct db_param){ .name = NULL })
static inline struct db_param p_int(const char *name, int64_t v)
{
	return (struct db_param){ .name = name, .type = DB_PARAM_INT, .number = v };
}
/* NULL is SQL's NULL. The text is not copied: it must live until the call returns. */
static inline struct db_param p_str(const char *name, const char *v)
{
	return (struct db_param){ .name = name, .type = v ? DB_PARAM_TEXT : DB_PARAM_NULL, .text = v };
}
/* 1 to DB_LIST texts of a parameter of the type list; where there are fewer the last one stands for those that are missing.
 * Neither they nor the array are copied. */
static inline struct db_param p_list(const char *name, const char *const *v, size_t n)
{
	return (struct db_param){ .name = name, .type = DB_PARAM_LIST, .list = v, .number = (int64_t)n };
}

/* Reads run in a transaction of their own kind: one consistent snapshot, read only. db_read outside of one is allowed
 * for a single statement; one that writes is a bug here. */
int db_begin_read(struct db *db, struct error *err);
void db_end_read(struct db *db);
/* Would the server take it from this account? It is prepared and not run: tables, columns and rights are looked at, rows are
 * not. */
int db_try(struct db *db, const struct sql *sql, struct error *err);
/* ${params} ends with p_end; NULL: none. */
int db_read(struct db *db, const struct sql *sql, const struct db_param *params, const struct db_shape *shape,
    struct db_rows *out, struct error *err);
/* Rows of a statement without parameters that are the same for as long as somebody is connected, as the columns of the tables
 * are: the server is asked once a connection. They are the connection's; to free them frees nothing. */
int db_read_once(struct db *db, const struct sql *sql, const struct db_shape *shape, struct db_rows *out, struct error *err);
/* A statement that gives one row or none: 1, and ${row} is filled, ${texts} has its texts beside what it had (NULL: no column
 * is a text); 0: there is none, and ${row} is as it was; -1. */
int db_read_one(struct db *db, const struct sql *sql, const struct db_param *params, const struct db_shape *shape, void *row,
    struct arena *texts, struct error *err);

/* The rows of all of ${keys}, whatever their number, of a statement with one parameter, a list: as many statements as lists of
 * DB_LIST. They come back ordered by their column ${key}, a text, as the server compares ids, without case; those of one key in
 * the order of the statement. What is no key of theirs is nobody's. No key: no statement, no rows. */
int db_read_set(struct db *db, const struct sql *sql, const struct words *keys, const struct db_shape *shape, const char *key,
    struct db_rows *out, struct error *err);

/* The same question will be asked soon, of this connection and within this transaction: until then a thread waits for the
 * answer while its caller reads from other connections. The db_read() or db_read_set() with the same statement and values gets
 * it, or its error, and waits where it is not there yet; whatever else is asked of the connection comes after it. What nobody
 * reads is given up with the connection. Only a wish: outside of db_begin_read(), where answers have a time of their own, and
 * where no thread can be started, nothing is asked before it is read. Texts and keys are copied. */
void db_ask_ahead(struct db *db, const struct sql *sql, const struct db_param *params, const struct db_shape *shape);
void db_ask_set_ahead(struct db *db, const struct sql *sql, const struct words *keys, const struct db_shape *shape,
    const char *key);

/* Rows one by one as the server sends them, whatever their columns: for answers that must not be held in memory. While a stream
 * is open its connection takes nothing else. Every value is text or NULL and lives until the next call. */
struct db_stream;
int db_stream_open(struct db *db, const struct sql *sql, const struct db_param *params, struct db_stream **out,
    struct error *err);
size_t db_stream_columns(const struct db_stream *stream);
const char *db_stream_column(const struct db_stream *stream, size_t i);
int db_stream_next(struct db_stream *stream, const char *const **values, struct error *err); /* 1: a row; 0: the end; -1 */
void db_stream_close(struct db_stream **stream); /* NULL inside is fine; reads what is left, so that the connection is free */
/* The same as structs of a shape, where a listing is longer than what should be held. ${row} and its texts live until the next
 * call. */
struct db_walk;
int db_walk_open(struct db *db, const struct sql *sql, const struct db_param *params, const struct db_shape *shape,
    struct db_walk **out, struct error *err);
int db_walk_next(struct db_walk *walk, const void **row, struct error *err); /* 1: a row; 0: the end; -1 */
void db_walk_close(struct db_walk **walk);                                   /* as db_stream_close() */
/* From now on the server ends a statement of this session that takes longer: ERROR_TIMEOUT. -1 with ERROR_ERROR: it has no such
 * limit, or does not take it; the connection is as good as before. */
int db_limit_statements(struct db *db, int64_t seconds, struct error *err);

/* Writes: READ COMMITTED, one transaction at a time: to begin another rolls the open one back and fails (ERROR_BUG). The first
 * error inside dooms it: only db_rollback() is possible then, and db_commit() refuses without asking the server. ${matched}
 * counts rows that the WHERE found, changed or not. */
int db_begin_write(struct db *db, struct error *err);
int db_write(struct db *db, const struct sql *sql, const struct db_param *params, uint64_t *matched, struct error *err);
/* The same statement for n rows of parameters: row i is filled by ${fill}(ctx, i, params), which sets the values of a list
 * whose names stay the same. 5,000 rows a round trip where server and proxy
 * can, row by row otherwise. */
int db_write_many(struct db *db, const struct sql *sql, size_t n,
    void (*fill)(const void *ctx, size_t i, struct db_param *params), const void *ctx, struct db_param *params,
    uint64_t *matched, struct error *err);
/* The session that the open transaction was begun in, for what a statement has for the parameter 'session'. One that writes
 * only there, as its WHERE says, and has matched, saves db_commit() its question if it is the last. */
int64_t db_transaction_session(const struct db *db);
/* What a read inside of the transaction has told of its session (sql/session/connection_get): -1 when it is not the one whose
 * settings are ours. Whoever has read it so is not asked once more before the first write. */
int db_transaction_seen(struct db *db, int64_t connection_id, struct maybe_int marked, struct error *err);
int db_commit(struct db *db, struct error *err);
/* The same, and the next transaction is begun by the same answer where this server can: db_begin_write() takes it over and asks
 * nothing. Until then reads are in it (READ COMMITTED: each sees what is committed), and whatever else begins, or
 * db_rollback(), ends it. */
int db_commit_and_begin(struct db *db, struct error *err);
bool db_has_begun_ahead(const struct db *db); /* such a one waits for db_begin_write(), which will tell nothing of the server */
/* The open transaction, in which nothing was written, waits for db_begin_write() again, with the rows that it has locked. */
void db_put_off(struct db *db);
void db_rollback(struct db *db);

/* Named locks of the server (GET_LOCK): no row, no table, gone with the session. A pool in between (mysql-router's
 * connection_pool, ProxySQL) keeps a session, and its lock, when a client has closed: db_unlock() before db_close(). A
 * connection that takes one should do nothing else. Its name: at most 64 characters; MariaDB compares it byte for byte, MySQL
 * without case. On Galera such a lock is the node's own. */
/* Does not wait. ERROR_DB_UNREACHABLE: the server gave it, and not to the session that answers now (a proxy). */
int db_lock(struct db *db, const char *name, bool *got, struct error *err);
void db_unlock(struct db *db, const char *name);
/* Who holds it now, asked over the connection that took it. */
struct db_lock_owner {
	bool ours;
	uint64_t holder, connection_id; /* holder 0: no session */
};
int db_lock_own(struct db *db, const char *name, struct db_lock_owner *out, struct error *err);
struct db_holder {
	bool held;
	uint64_t connection_id;
	char account[128], client[128]; /* "": this account may not see it */
	struct maybe_int held_s;
};
int db_lock_look(struct db *db, const char *name, struct db_holder *out, struct error *err);

#endif

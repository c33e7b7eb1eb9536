/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATE_SERVER_H
#define SIMULATE_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mysql.h>

#include "db/sql.h"
#include "world.h"

/* What lies between the program's room of the database and the real server.
 *
 * An answer to a plain read depends on the statement, its values, the session's settings, the clock where the text asks for it,
 * and the rows that were committed before its snapshot. Those rows are a number a table (world->version), made of all that was
 * written to it since the history began. So an answer that the server has given once to the same question is the server's
 * answer; it is remembered across the histories of a lane, and only what is new is sent. What writes, locks, commits or tells
 * of sessions is always sent. --verify asks for the remembered ones again, and a difference is a violation. */

MYSQL *__real_mysql_real_connect(MYSQL *m, const char *host, const char *user, const char *password, const char *database,
    unsigned port, const char *socket, unsigned long flags);
void __real_mysql_close(MYSQL *m);
int __real_mysql_real_query(MYSQL *m, const char *text, unsigned long n);
my_bool __real_mysql_commit(MYSQL *m);
unsigned __real_mysql_errno(MYSQL *m);
const char *__real_mysql_error(MYSQL *m);
my_bool __real_mariadb_get_infov(MYSQL *m, enum mariadb_value value, void *out, ...);
MYSQL_STMT *__real_mysql_stmt_init(MYSQL *m);
int __real_mysql_stmt_prepare(MYSQL_STMT *stmt, const char *text, unsigned long n);
int __real_mysql_stmt_execute(MYSQL_STMT *stmt);
my_bool __real_mysql_stmt_close(MYSQL_STMT *stmt);
my_bool __real_mysql_stmt_bind_param(MYSQL_STMT *stmt, MYSQL_BIND *bind);
my_bool __real_mysql_stmt_bind_result(MYSQL_STMT *stmt, MYSQL_BIND *bind);
my_bool __real_mysql_stmt_attr_set(MYSQL_STMT *stmt, enum enum_stmt_attr_type what, const void *value);
int __real_mysql_stmt_fetch(MYSQL_STMT *stmt);
int __real_mysql_stmt_fetch_column(MYSQL_STMT *stmt, MYSQL_BIND *bind, unsigned column, unsigned long offset);
my_bool __real_mysql_stmt_free_result(MYSQL_STMT *stmt);
MYSQL_RES *__real_mysql_stmt_result_metadata(MYSQL_STMT *stmt);
unsigned __real_mysql_stmt_errno(MYSQL_STMT *stmt);
const char *__real_mysql_stmt_error(MYSQL_STMT *stmt);
unsigned long __real_mysql_stmt_param_count(MYSQL_STMT *stmt);
unsigned long long __real_mysql_stmt_affected_rows(MYSQL_STMT *stmt);
int __real_mysql_stmt_warning_count(MYSQL_STMT *stmt);
void __real_mysql_free_result(MYSQL_RES *result);
unsigned __real_mysql_num_fields(MYSQL_RES *result);
MYSQL_FIELD *__real_mysql_fetch_field_direct(MYSQL_RES *result, unsigned i);
my_socket __real_mysql_get_socket(MYSQL *m);

/* A question, or what was written so far; two lanes of 64 bits: no two questions of a run have the same. */
struct key {
	uint64_t a, b;
};
void key_add(struct key *key, const void *data, size_t n);
void key_add_text(struct key *key, const char *text);
void key_add_number(struct key *key, uint64_t number);

/* memory.c: answers by their question, in memory that the commands share. */
void memory_open(void);
const char *memory_find(struct key key, size_t *n); /* NULL: not known */
void memory_keep(struct key key, const char *answer, size_t n);
void memory_tend(void); /* between two histories: room for what comes */

/* pending.c: what goes to the server before the next statement of a connection, with it. */
struct pending {
	char text[4096];
	size_t n;
	unsigned parts; /* how many answers that has */
};
void pending_add(struct pending *p, const char *text);
void pending_forget(struct pending *p);
void pending_send(struct pending *p, MYSQL *m); /* now */
int pending_execute(struct pending *p, MYSQL *m, MYSQL_STMT *stmt); /* as mysql_stmt_execute */

/* question.c: what a statement's text says about its answers. */
#define NO_VALUE UINT32_MAX /* NULL's length in an answer (statement.c) */
#define COLUMNS_MAX 128
#define AGES_MAX 4
#define NAME_OF_COLUMN 48
struct traits {
	bool is_known, is_plain, is_own, uses_clock, inserts, has_derived, asks_when;
	bool takes_lock, frees_lock, sees_locks, sees_sessions;
	bool has_ages_only; /* the clock makes nothing but columns that grow by one each second */
	bool fades;         /* where it has no rows, it has none later, until something is written */
	char age[AGES_MAX][NAME_OF_COLUMN];
	size_t nage;
	char schema[32];
	uint32_t tables, named; /* that the history may write: of the head, and of the text of a write */
};
void traits_open(void);
const struct traits *traits_of(const struct sql *sql, const char *schema);
/* Does it name a column that tells when a row was touched, or how often? A heartbeat writes nothing else, and most questions ask for none of them. */
bool question_asks_when(const char *text);
/* The tables that a statement of a step writes: an INSERT or an UPDATE of one table that one, a SELECT into variables none, any other one perhaps all
 * that it names. Added to ${changes} those of them in which it writes more than when they were touched. */
uint32_t question_writes(const char *statement, uint32_t *changes);
char *answer_later(const struct traits *t, const char *answer, size_t *n, int64_t by_s); /* the caller's; ${n}: in and out */

/* server.c: the tables that a history may write. ${asks_when}: by the columns that tell when a row was touched, too. */
bool server_uses_clock(const char *text);
void server_add_versions(struct key *key, uint32_t tables, const uint64_t version[VERSIONS]);
void server_add_versions_of(struct key *key, bool asks_when, uint32_t tables, const uint64_t version[VERSIONS]);
struct key server_state(bool asks_when, uint32_t tables); /* as their rows are now */
/* It is committed: the tables have other rows, those of ${changes} in more than when they were touched. */
void server_wrote(uint32_t tables, uint32_t changes, const struct key *what);
/* The number that the next row of what this INSERT fills gets; NULL: its rows have none. */
uint64_t *server_next_number(uint32_t tables);

/* session.c: the program's sessions, each with a connection of the lane's. */
enum transaction { TX_NONE, TX_READ, TX_WRITE };
#define SETTINGS_MAX 8
#define WORDS_OF_ERROR 512
struct place;
struct session {
	MYSQL *handle;       /* the program's; it is never connected */
	struct place *place; /* the connection; NULL: none yet */
	enum transaction tx;
	bool is_open;              /* the server has begun it, too */
	uint64_t seen[VERSIONS];   /* of a snapshot: the tables' versions */
	uint32_t dirty;            /* what the transaction has written, and a key of all that */
	struct key writes;
	bool has_written;
	struct written written; /* what the witness looks at before its COMMIT */
	const struct sql *setting[SETTINGS_MAX];
	size_t nsetting;
	unsigned error;
	char words[WORDS_OF_ERROR];
};
struct session *session_of(MYSQL *m);
void session_begin(struct session *s, const char *user, const char *schema);
void session_end(struct session *s);
MYSQL *session_real(struct session *s);
bool session_is_lost(const struct session *s);
const char *session_schema(const struct session *s);
unsigned long session_number(const struct session *s);
struct session *session_numbered(unsigned long number); /* NULL: none of this command is that one of the server's */
void session_tell(struct session *s, unsigned error, const char *words); /* ${error} 0: none */
void session_set(struct session *s, const struct sql *sql);
bool session_reads_committed(const struct session *s);
/* Before a statement is really sent: the settings, the transaction, the clock, the number of the row that it inserts. */
void session_prepare_real(struct session *s, bool needs_clock, uint64_t insert_id);
void session_send(struct session *s); /* what goes before the next statement: now */
int session_execute(struct session *s, MYSQL_STMT *stmt); /* as mysql_stmt_execute, with what must go before it */
/* What it does with a named lock, where its answer is known: the server is told when somebody asks it for locks. */
void session_puts_off(struct session *s, const char *text);
void sessions_tell_locks(void);
void session_has_locks(struct session *s); /* the server was asked for one */
unsigned sessions_made(void); /* changes whenever a connection comes or goes */
void session_roll_back(struct session *s);
void session_has_ended_it(struct session *s); /* the transaction */
/* The connection's statement, prepared once a lane; ${anew}: once more. NULL: the session has the error. */
MYSQL_STMT *session_statement(struct session *s, const struct sql *sql, bool anew);
/* Since MariaDB 10.6 the server tells the columns only when they are others than it told last, which this process may not have
 * heard: so what each command is told is kept for the next one. Where there is no room for that, such a statement is prepared by each command for itself. */
void session_expects(const struct session *s, MYSQL_STMT *stmt);
void session_was_told(const struct session *s, const struct sql *sql, const MYSQL_STMT *stmt);
uint64_t session_kinds(MYSQL_STMT *stmt); /* of what kind its columns are */
void session_cut(struct session *s);
void sessions_cut(void);                                        /* all of this command */
const struct sql *sql_of_text(const char *text, size_t *index); /* NULL: not of the catalogue */
void session_open_pool(const char *socket);
void server_wait_for_end(unsigned long session);
unsigned long server_lock_holder(const char *host); /* the session that has the lock of this host; 0: none */

/* locks.c: the server's named locks; a name has ${n} bytes, sessions are the server's numbers. */
void locks_open(void);
void locks_taken(const char *name, size_t n, unsigned long session);
void locks_freed(const char *name, size_t n, unsigned long session);
void locks_end(unsigned long session); /* it has none any more */
bool locks_of(unsigned long session);  /* it has one */
unsigned long locks_holder(const char *name, size_t n); /* 0: nobody */

/* connection.c: what befalls a statement; and whether it is refused: then the session has the error. */
void session_strike(struct session *s, const struct fault *fault);
bool session_refuses(struct session *s, const struct sql *sql);
/* A write that was done; ${array_size} 0: of one row. */
void session_has_written(struct session *s, const struct sql *sql, const MYSQL_BIND *param, unsigned array_size, unsigned long long matched);

#endif

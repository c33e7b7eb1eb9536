/* SPDX-License-Identifier: Apache-2.0 */
/* Between the room of the database and libmariadb: every statement goes to a real server, with the world's clock, and some are
 * cut, refused or forgotten on the way. Beside it the world's own connection. */
#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mysql.h>

#include "db/sql.h"
#include "sql_catalogue.h"

#define LINES_MAX 65536
#define CONNECTIONS_MAX 32
#define LOST 2013 /* CR_SERVER_LOST */

MYSQL *__real_mysql_real_connect(MYSQL *m, const char *host, const char *user, const char *password, const char *database,
    unsigned port, const char *socket, unsigned long flags);
MYSQL *__wrap_mysql_real_connect(MYSQL *m, const char *host, const char *user, const char *password, const char *database,
    unsigned port, const char *socket, unsigned long flags);
void __real_mysql_close(MYSQL *m);
void __wrap_mysql_close(MYSQL *m);
int __real_mysql_real_query(MYSQL *m, const char *text, unsigned long n);
int __wrap_mysql_real_query(MYSQL *m, const char *text, unsigned long n);
int __real_mysql_stmt_prepare(MYSQL_STMT *stmt, const char *text, unsigned long n);
int __wrap_mysql_stmt_prepare(MYSQL_STMT *stmt, const char *text, unsigned long n);
int __real_mysql_stmt_execute(MYSQL_STMT *stmt);
int __wrap_mysql_stmt_execute(MYSQL_STMT *stmt);
my_bool __real_mysql_stmt_close(MYSQL_STMT *stmt);
my_bool __wrap_mysql_stmt_close(MYSQL_STMT *stmt);
my_bool __real_mysql_commit(MYSQL *m);
my_bool __wrap_mysql_commit(MYSQL *m);
unsigned __real_mysql_errno(MYSQL *m);
unsigned __wrap_mysql_errno(MYSQL *m);
const char *__real_mysql_error(MYSQL *m);
const char *__wrap_mysql_error(MYSQL *m);
unsigned __real_mysql_stmt_errno(MYSQL_STMT *stmt);
unsigned __wrap_mysql_stmt_errno(MYSQL_STMT *stmt);
const char *__real_mysql_stmt_error(MYSQL_STMT *stmt);
const char *__wrap_mysql_stmt_error(MYSQL_STMT *stmt);

static MYSQL *own; /* the parent's, which its children use one after the other */

/* The connections of one command, and what it is told instead of what the library knows. */
static struct connection {
	MYSQL *m;
	int64_t second;
	unsigned error;
	struct written written; /* by its transaction */
	bool writes;
} connection[CONNECTIONS_MAX];

#define STATEMENTS_MAX 512
static struct prepared {
	MYSQL_STMT *stmt;
	const struct sql *sql;
} prepared[STATEMENTS_MAX];

static struct connection *connection_of(MYSQL *m)
{
	struct connection *free = NULL;

	for (struct connection *c = connection; c < connection + CONNECTIONS_MAX; c++) {
		if (c->m == m)
			return c;
		if (!c->m && !free)
			free = c;
	}
	if (!free)
		abort();
	*free = (struct connection){ .m = m };
	return free;
}

static const struct sql *statement_of(const char *text)
{
	for (const struct sql *const *s = sql_catalogue; *s; s++)
		if ((*s)->text == text)
			return *s;
	return NULL;
}

static void own_failed(const char *text)
{
	fprintf(stderr, "simulate: %s: %s\n", __real_mysql_error(own), text);
	abort();
}

static void set_clock_of(MYSQL *m)
{
	char text[64];
	int n = snprintf(text, sizeof text, "SET timestamp = %lld", (long long)(world->now_us / SECOND_US));

	__real_mysql_real_query(m, text, (unsigned long)n);
}

static void follow_clock(struct connection *c)
{
	nova_beat();
	if (c->second == world->now_us / SECOND_US)
		return;
	c->second = world->now_us / SECOND_US;
	set_clock_of(c->m);
}

void server_open(const char *directory)
{
	char socket[4096];

	snprintf(socket, sizeof socket, "%s/s", directory);
	own = mysql_init(NULL);
	if (!__real_mysql_real_connect(own, NULL, "world", "", "world", 0, socket, CLIENT_MULTI_STATEMENTS))
		own_failed(socket);
	server_do(
	    "SET innodb_lock_wait_timeout = 0, lock_wait_timeout = 1, time_zone = '+00:00', tx_isolation = 'READ-COMMITTED'");
}

void server_set_clock(void)
{
	if (world->own_second == world->now_us / SECOND_US)
		return;
	world->own_second = world->now_us / SECOND_US;
	set_clock_of(own);
}

static void read_on(void)
{
	do {
		MYSQL_RES *result = mysql_store_result(own);

		if (result)
			mysql_free_result(result);
		else if (__real_mysql_errno(own))
			return;
	} while (mysql_next_result(own) == 0);
}

bool server_try(const char *text)
{
	unsigned number;

	server_set_clock();
	if (__real_mysql_real_query(own, text, strlen(text)) == 0)
		read_on();
	number = __real_mysql_errno(own);
	if (number == 0)
		return true;
	if (number != 1205 && number != 1213)
		own_failed(text);
	__real_mysql_real_query(own, "ROLLBACK", 8);
	return false;
}

void server_do(const char *format, ...)
{
	char text[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (!server_try(text))
		own_failed(text);
}

const char *server_ask(const char *format, ...)
{
	static char lines[LINES_MAX];
	char text[4096];
	size_t n = 0;
	MYSQL_RES *result;
	MYSQL_ROW row;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	lines[0] = '\0';
	server_set_clock();
	if (__real_mysql_real_query(own, text, strlen(text)) != 0 || !(result = mysql_store_result(own)))
		own_failed(text);
	while ((row = mysql_fetch_row(result)))
		for (unsigned i = 0; i < mysql_num_fields(result); i++)
			n += (size_t)snprintf(lines + n, n < sizeof lines ? sizeof lines - n : 0, "%s%c", row[i] ? row[i] : "-",
			    i + 1 < mysql_num_fields(result) ? ' ' : '\n');
	mysql_free_result(result);
	return lines;
}

unsigned server_sessions(void)
{
	return (
	    unsigned)strtoul(server_ask("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'nova'"), NULL, 10);
}

void server_settle(unsigned but)
{
	for (int i = 0; i < 20000; i++) {
		if (server_sessions() <= but)
			return;
		usleep(100);
	}
	own_failed("a session does not end");
}

/* The socket is shut, and the server has seen it: what it held is free. */
static void cut(struct connection *c)
{
	const unsigned long id = mysql_thread_id(c->m);

	shutdown(mysql_get_socket(c->m), SHUT_RDWR);
	for (int i = 0; i < 20000; i++) {
		if (strcmp(server_ask("SELECT COUNT(*) FROM information_schema.processlist WHERE id = %lu", id), "0\n") == 0)
			return;
		usleep(100);
	}
	own_failed("a session that was cut does not end");
}

static void cut_all(void)
{
	for (struct connection *c = connection; c < connection + CONNECTIONS_MAX; c++)
		if (c->m)
			cut(c);
}

static void roll_back_at(MYSQL *m)
{
	__real_mysql_real_query(m, "ROLLBACK", 8);
}

/* What a write is refused with, or 0. */
static unsigned refusal(struct connection *c)
{
	if (world->armed[FAULT_DEADLOCK]) {
		world->armed[FAULT_DEADLOCK] = false;
		roll_back_at(c->m);
		return 1213;
	}
	if (world->armed[FAULT_LOCK_WAIT]) {
		world->armed[FAULT_LOCK_WAIT] = false;
		world_wait(10 * SECOND_US);
		return 1205;
	}
	return world->read_only_us > world->now_us ? 1290 : 0;
}

/* An administrator, or a limit of the server's. */
static void end_lock(void)
{
	const unsigned long id = strtoul(server_ask("SELECT COALESCE(IS_USED_LOCK('evac-manage:%s'), 0)", host_name[0]), NULL, 10);

	for (struct connection *c = connection; c < connection + CONNECTIONS_MAX && id; c++)
		if (c->m && mysql_thread_id(c->m) == id) {
			cut(c);
			return;
		}
}

static bool has_lock(void)
{
	const unsigned long id = strtoul(server_ask("SELECT COALESCE(IS_USED_LOCK('evac-manage:%s'), 0)", host_name[0]), NULL, 10);

	for (const struct connection *c = connection; c < connection + CONNECTIONS_MAX; c++)
		if (c->m && mysql_thread_id(c->m) == id)
			return true;
	return false;
}

static size_t count_ids(const MYSQL_STMT *stmt, const struct sql *sql)
{
	const void *last = NULL;
	size_t n = 0;

	for (size_t i = 0; i < sql->nparam; i++)
		if (strcmp(sql_param(sql, i), "ids") == 0 && stmt->params[i].buffer != last) {
			last = stmt->params[i].buffer;
			n++;
		}
	return n;
}

/* What a write has matched, against what its head says, or as many ids as it got. */
static void note_written(struct connection *c, MYSQL_STMT *stmt, const struct sql *sql)
{
	const size_t each = stmt->array_size > 0 ? stmt->array_size : 1;
	const size_t wanted = strcmp(sql->rows, "many") == 0 ? count_ids(stmt, sql) : each;

	c->writes = true;
	c->written.moves |= strncmp(sql->name, "cinder/", 7) == 0 || strcmp(sql->name, "nova/service_set_disabled") == 0;
	c->written.begins |= c->written.moves || strcmp(sql->name, "nova/instance_begin_rebuild") == 0;
	c->written.takes_volumes |= strncmp(sql->name, "cinder/volume_move", 18) == 0;
	if (mysql_stmt_affected_rows(stmt) < wanted && strcmp(sql->name, "nova/action_close") != 0)
		c->written.missed = sql->name;
}

static void statement_fault(struct connection *c, const struct fault *f)
{
	if (!f)
		return;
	if (f->kind == FAULT_CUT)
		cut(c);
	else if (f->kind == FAULT_OTHERS)
		others_write(f);
	else if (f->kind == FAULT_WAKES)
		host_wakes(f);
	else if (f->kind == FAULT_UNLOCKED)
		end_lock();
	else if (f->kind == FAULT_READ_ONLY)
		world->read_only_us = world->now_us + 30 * SECOND_US;
	else
		world->armed[f->kind] = true;
}

static bool is_refused(struct connection *c, const struct sql *sql)
{
	c->error = sql && sql->access == SQL_WRITES ? refusal(c) : 0;
	return c->error != 0;
}

MYSQL *__wrap_mysql_real_connect(MYSQL *m, const char *host, const char *user, const char *password, const char *database,
    unsigned port, const char *socket, unsigned long flags)
{
	struct connection *c = connection_of(m);

	world_call(BOTTOM_ANY, "connect");
	*c = (struct connection){ .m = m };
	return __real_mysql_real_connect(m, host, user, password, database, port, socket, flags);
}

void __wrap_mysql_close(MYSQL *m)
{
	connection_of(m)->m = NULL;
	__real_mysql_close(m);
}

int __wrap_mysql_real_query(MYSQL *m, const char *text, unsigned long n)
{
	const struct sql *sql = statement_of(text);
	struct connection *c = connection_of(m);

	statement_fault(c, world_call(sql == &SQL_SESSION_BEGIN_WRITE ? BOTTOM_BEGIN : BOTTOM_STATEMENT, sql ? sql->name : "statement"));
	follow_clock(c);
	c->error = 0;
	if (sql == &SQL_SESSION_BEGIN_WRITE) {
		c->writes = false;
		c->written = (struct written){ .begun_us = world->now_us };
	}
	return __real_mysql_real_query(m, text, n);
}

int __wrap_mysql_stmt_prepare(MYSQL_STMT *stmt, const char *text, unsigned long n)
{
	size_t i = 0;

	connection_of(stmt->mysql)->error = 0;
	while (i < STATEMENTS_MAX && prepared[i].stmt && prepared[i].stmt != stmt)
		i++;
	if (i == STATEMENTS_MAX)
		abort();
	prepared[i] = (struct prepared){ stmt, statement_of(text) };
	return __real_mysql_stmt_prepare(stmt, text, n);
}

static struct prepared *prepared_of(const MYSQL_STMT *stmt)
{
	static struct prepared none;
	size_t i = 0;

	while (i < STATEMENTS_MAX && prepared[i].stmt != stmt)
		i++;
	return i < STATEMENTS_MAX ? &prepared[i] : &none;
}

my_bool __wrap_mysql_stmt_close(MYSQL_STMT *stmt)
{
	prepared_of(stmt)->stmt = NULL;
	return __real_mysql_stmt_close(stmt);
}

int __wrap_mysql_stmt_execute(MYSQL_STMT *stmt)
{
	const struct sql *sql = prepared_of(stmt)->sql;
	struct connection *c = connection_of(stmt->mysql);
	int rc;

	statement_fault(c, world_call(BOTTOM_STATEMENT, sql ? sql->name : "statement"));
	if (is_refused(c, sql))
		return 1;
	follow_clock(c);
	rc = __real_mysql_stmt_execute(stmt);
	if (rc == 0 && sql && sql->access == SQL_WRITES)
		note_written(c, stmt, sql);
	return rc;
}

my_bool __wrap_mysql_commit(MYSQL *m)
{
	struct connection *c = connection_of(m);
	const struct fault *f = world_call(BOTTOM_COMMIT, "COMMIT");
	my_bool rc;

	c->error = 0;
	if (c->writes) {
		c->written.has_lock = !c->written.moves || has_lock();
		witness_commit(&c->written);
	}
	if (f && (f->kind == FAULT_COMMIT_NOT || f->kind == FAULT_COMMIT_DONE))
		world->doubtful = world->command;
	if (f && f->kind == FAULT_COMMIT_NOT) {
		cut(c);
		c->error = LOST;
		return 1;
	}
	if (f && f->kind == FAULT_FAILOVER) {
		roll_back_at(m);
		cut_all();
		return 0;
	}
	follow_clock(c);
	rc = __real_mysql_commit(m);
	if (f && f->kind == FAULT_COMMIT_DONE && rc == 0) {
		cut(c);
		c->error = LOST;
		return 1;
	}
	oracle_step();
	return rc;
}

static const char *words_of(unsigned number)
{
	switch (number) {
	case LOST:
		return "Lost connection to server during query";
	case 1205:
		return "Lock wait timeout exceeded; try restarting transaction";
	case 1213:
		return "Deadlock found when trying to get lock; try restarting transaction";
	default:
		return "The MariaDB server is running with the --read-only option so it cannot execute this statement";
	}
}

unsigned __wrap_mysql_errno(MYSQL *m)
{
	const unsigned told = connection_of(m)->error;

	return told ? told : __real_mysql_errno(m);
}

const char *__wrap_mysql_error(MYSQL *m)
{
	const unsigned told = connection_of(m)->error;

	return told ? words_of(told) : __real_mysql_error(m);
}

unsigned __wrap_mysql_stmt_errno(MYSQL_STMT *stmt)
{
	const unsigned told = connection_of(stmt->mysql)->error;

	return told ? told : __real_mysql_stmt_errno(stmt);
}

const char *__wrap_mysql_stmt_error(MYSQL_STMT *stmt)
{
	const unsigned told = connection_of(stmt->mysql)->error;

	return told ? words_of(told) : __real_mysql_stmt_error(stmt);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* In the place of libmariadb's connections: opening, transactions, errors; and the faults that befall them. */
#include "server.h"
#include "sql_catalogue.h"

#include <string.h>

#define LOST 2013 /* CR_SERVER_LOST */

MYSQL *__wrap_mysql_real_connect(MYSQL *m, const char *host, const char *user, const char *password, const char *database,
    unsigned port, const char *socket, unsigned long flags);
void __wrap_mysql_close(MYSQL *m);
int __wrap_mysql_real_query(MYSQL *m, const char *text, unsigned long n);
my_bool __wrap_mysql_commit(MYSQL *m);
my_bool __wrap_mysql_rollback(MYSQL *m);
int __wrap_mysql_ping(MYSQL *m);
unsigned __wrap_mysql_errno(MYSQL *m);
const char *__wrap_mysql_error(MYSQL *m);
my_socket __wrap_mysql_get_socket(MYSQL *m);
my_bool __wrap_mariadb_get_infov(MYSQL *m, enum mariadb_value value, void *out, ...);

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

/* An administrator, or a limit of the server's. */
static void end_lock(void)
{
	struct session *s = session_numbered(server_lock_holder(host_name[0]));

	if (s)
		session_cut(s);
}

void session_strike(struct session *s, const struct fault *fault)
{
	if (!fault)
		return;
	if (fault->kind == FAULT_CUT)
		session_cut(s);
	else if (fault->kind == FAULT_OTHERS)
		others_write(fault);
	else if (fault->kind == FAULT_WAKES)
		host_wakes(fault);
	else if (fault->kind == FAULT_UNLOCKED)
		end_lock();
	else if (fault->kind == FAULT_READ_ONLY)
		world->read_only_us = world->now_us + 30 * SECOND_US;
	else
		world->armed[fault->kind] = true;
}

/* What a write is refused with, or 0. */
static unsigned refusal(struct session *s)
{
	if (world->armed[FAULT_DEADLOCK]) {
		world->armed[FAULT_DEADLOCK] = false;
		session_roll_back(s);
		return 1213;
	}
	if (world->armed[FAULT_LOCK_WAIT]) {
		world->armed[FAULT_LOCK_WAIT] = false;
		world_wait(10 * SECOND_US);
		return 1205;
	}
	return world->read_only_us > world->now_us ? 1290 : 0;
}

bool session_refuses(struct session *s, const struct sql *sql)
{
	const unsigned error = sql->access == SQL_WRITES ? refusal(s) : 0;

	session_tell(s, error, words_of(error));
	return error != 0;
}

static size_t count_ids(const struct sql *sql, const MYSQL_BIND *param)
{
	const void *last = NULL;
	size_t n = 0;

	for (size_t i = 0; i < sql->nparam; i++)
		if (strcmp(sql_param(sql, i), "ids") == 0 && param[i].buffer != last) {
			last = param[i].buffer;
			n++;
		}
	return n;
}

static bool is_of_dead_host(const char *owner, size_t n)
{
	const size_t wanted = strlen(host_name[0]);

	return n > wanted && memcmp(owner, host_name[0], wanted) == 0 && owner[wanted] == '@';
}

/* Does it give something to another one than the dead host? An undo gives back to it what a rescue has moved. */
static bool takes_away(const struct sql *sql, const MYSQL_BIND *param, unsigned array_size)
{
	char *const *row;
	size_t i = 0;

	while (strcmp(sql_param(sql, i), "new_host") != 0)
		i++;
	if (!array_size)
		return param[i].buffer_type == MYSQL_TYPE_NULL || !is_of_dead_host(param[i].buffer, *param[i].length);
	row = param[i].buffer;
	for (unsigned r = 0; r < array_size; r++)
		if (param[i].u.indicator[r] != STMT_INDICATOR_NONE || !is_of_dead_host(row[r], param[i].length[r]))
			return true;
	return false;
}

/* What a write has matched, against what its head says, or as many ids as it got. */
void session_has_written(struct session *s, const struct sql *sql, const MYSQL_BIND *param, unsigned array_size, unsigned long long matched)
{
	const size_t each = array_size > 0 ? array_size : 1;
	const size_t wanted = strcmp(sql->rows, "many") == 0 ? count_ids(sql, param) : each;
	struct written *w = &s->written;

	s->has_written = true;
	w->moves |= strncmp(sql->name, "cinder/", 7) == 0 || strcmp(sql->name, "nova/service_set_disabled") == 0;
	w->begins |= w->moves || strcmp(sql->name, "nova/instance_begin_rebuild") == 0;
	w->takes_volumes |= strncmp(sql->name, "cinder/volume_move", 18) == 0 && takes_away(sql, param, array_size);
	if (matched < wanted && strcmp(sql->name, "nova/action_close") != 0)
		w->missed = sql->name;
}

MYSQL *__wrap_mysql_real_connect(MYSQL *m, const char *host, const char *user, const char *password, const char *database,
    unsigned port, const char *socket, unsigned long flags)
{
	(void)host;
	(void)password;
	(void)port;
	(void)socket;
	(void)flags;
	world_call(BOTTOM_ANY, "connect");
	session_begin(session_of(m), user, database);
	return m;
}

void __wrap_mysql_close(MYSQL *m)
{
	session_end(session_of(m));
	__real_mysql_close(m);
}

/* What the server itself says to a connection that was cut. */
static int fail_lost(struct session *s, const char *text, unsigned long n)
{
	const int rc = __real_mysql_real_query(session_real(s), text, n);

	session_tell(s, __real_mysql_errno(session_real(s)), __real_mysql_error(session_real(s)));
	return rc;
}

static void begin(struct session *s, enum transaction tx)
{
	s->tx = tx;
	s->written = (struct written){ .begun_us = world->now_us };
	memcpy(s->seen, world->version, sizeof s->seen);
	if (memory_verifies) {
		session_prepare_real(s, false, 0);
		session_send(s);
	}
}

/* Of this command, which is this process: what others wrote before its first transaction, while it stood still, it reads and plans with. */
static void note_begin(const struct sql *sql)
{
	static bool writes;

	writes |= sql == &SQL_SESSION_BEGIN_WRITE;
	if (sql == &SQL_SESSION_BEGIN_READ && !writes)
		others_are_seen();
}

/* By one word of the program; what strikes at the beginning of a transaction does so here. */
static int commit_and_begin(MYSQL *m)
{
	struct session *s = session_of(m);

	if (__wrap_mysql_commit(m) != 0)
		return 1;
	if (session_is_lost(s))
		return 0;
	session_strike(s, world_call(BOTTOM_BEGIN, SQL_SESSION_BEGIN_WRITE.name));
	if (!session_is_lost(s))
		begin(s, TX_WRITE);
	return 0;
}

int __wrap_mysql_real_query(MYSQL *m, const char *text, unsigned long n)
{
	struct session *s = session_of(m);
	size_t index;
	const struct sql *sql = sql_of_text(text, &index);

	if (sql == &SQL_SESSION_COMMIT_CHAIN)
		return commit_and_begin(m);
	session_strike(s, world_call(sql == &SQL_SESSION_BEGIN_WRITE ? BOTTOM_BEGIN : BOTTOM_STATEMENT, sql->name));
	note_begin(sql);
	nova_beat(sql == &SQL_SESSION_BEGIN_READ ? ALL_TABLES : 0);
	session_tell(s, 0, "");
	if (session_is_lost(s))
		return fail_lost(s, text, n);
	if (sql == &SQL_SESSION_BEGIN_READ)
		begin(s, TX_READ);
	else if (sql == &SQL_SESSION_BEGIN_WRITE)
		begin(s, TX_WRITE);
	else
		session_set(s, sql);
	return 0;
}

static my_bool tell_lost(struct session *s)
{
	session_cut(s);
	session_has_ended_it(s);
	session_tell(s, LOST, words_of(LOST));
	return 1;
}

static void commit(struct session *s)
{
	const struct key writes = s->writes;
	const uint32_t dirty = s->dirty;

	if (dirty)
		sessions_hold();
	if (!s->is_open) {
		session_has_ended_it(s);
		return;
	}
	session_has_ended_it(s);
	if (__real_mysql_commit(session_real(s)) == 0)
		server_wrote(dirty, dirty, &writes);
	else
		session_tell(s, __real_mysql_errno(session_real(s)), __real_mysql_error(session_real(s)));
}

/* Has this command the locks of its hosts? One that names none of two, as a recovery, has that of one of them at least. */
static bool has_locks(void)
{
	const bool first = session_numbered(server_lock_holder(host_name[0]));
	const bool second = world->is_pair && session_numbered(server_lock_holder(host_name[1]));

	return world->is_about_both ? first && second : first || second;
}

static void witness(struct session *s)
{
	if (!s->has_written)
		return;
	s->written.has_lock = !s->written.moves || has_locks();
	witness_commit(&s->written);
}

my_bool __wrap_mysql_commit(MYSQL *m)
{
	struct session *s = session_of(m);
	const struct fault *f = world_call(BOTTOM_COMMIT, "COMMIT");

	session_tell(s, 0, "");
	witness(s);
	if (f && (f->kind == FAULT_COMMIT_NOT || f->kind == FAULT_COMMIT_DONE))
		world->doubtful = world->command;
	if (f && f->kind == FAULT_COMMIT_NOT)
		return tell_lost(s);
	if (f && f->kind == FAULT_FAILOVER) {
		session_roll_back(s);
		sessions_cut();
		return 0;
	}
	nova_beat(0);
	if (session_is_lost(s))
		return (my_bool)fail_lost(s, "COMMIT", 6);
	commit(s);
	if (s->error)
		return 1;
	if (f && f->kind == FAULT_COMMIT_DONE)
		return tell_lost(s);
	oracle_step();
	return 0;
}

my_bool __wrap_mysql_rollback(MYSQL *m)
{
	struct session *s = session_of(m);

	session_tell(s, 0, "");
	if (session_is_lost(s))
		return (my_bool)fail_lost(s, "ROLLBACK", 8);
	session_roll_back(s);
	return 0;
}

int __wrap_mysql_ping(MYSQL *m)
{
	struct session *s = session_of(m);

	session_tell(s, 0, "");
	return session_is_lost(s) ? fail_lost(s, "SELECT 1", 8) : 0;
}

unsigned __wrap_mysql_errno(MYSQL *m)
{
	return session_of(m)->error;
}

const char *__wrap_mysql_error(MYSQL *m)
{
	return session_of(m)->words;
}

my_socket __wrap_mysql_get_socket(MYSQL *m)
{
	return __real_mysql_get_socket(session_real(session_of(m)));
}

my_bool __wrap_mariadb_get_infov(MYSQL *m, enum mariadb_value value, void *out, ...)
{
	struct session *s = session_of(m);

	if (value != MARIADB_CONNECTION_SERVER_STATUS || s->is_open || session_is_lost(s))
		return __real_mariadb_get_infov(session_real(s), value, out);
	*(unsigned *)out = s->tx == TX_NONE ? 0 : SERVER_STATUS_IN_TRANS;
	return 0;
}

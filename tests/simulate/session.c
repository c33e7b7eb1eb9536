/* SPDX-License-Identifier: Apache-2.0 */
/* The program's sessions. Each of them gets a connection of the lane's (pool.c). A transaction begins on the server when the first
 * statement is sent in it, or before somebody else writes. */
#include "pool.h"
#include "sql_catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define SESSIONS_MAX 32

static struct session session[SESSIONS_MAX];

struct session *session_of(MYSQL *m)
{
	struct session *free = NULL;

	for (struct session *s = session; s < session + SESSIONS_MAX; s++) {
		if (s->handle == m)
			return s;
		if (!s->handle && !free)
			free = s;
	}
	if (!free)
		abort();
	*free = (struct session){ .handle = m };
	return free;
}

void session_begin(struct session *s, const char *user, const char *schema)
{
	*s = (struct session){ .handle = s->handle, .place = pool_take(user, schema) };
}

/* With the next statement; a connection that was cut says itself that it is. */
static void send_text(struct session *s, const char *text)
{
	if (s->place->lost)
		__real_mysql_real_query(session_real(s), text, strlen(text));
	else
		pending_add(pool_pending(s->place), text);
}

void session_puts_off(struct session *s, const char *text)
{
	if (pool_pending_locks(s->place)->n > sizeof pool_pending_locks(s->place)->text / 2)
		sessions_tell_locks();
	pending_add(pool_pending_locks(s->place), text);
}

void session_has_locks(struct session *s)
{
	s->place->has_locks = true;
}

void sessions_tell_locks(void)
{
	for (struct session *s = session; s < session + SESSIONS_MAX; s++)
		if (s->handle && s->place && !s->place->lost && pool_pending_locks(s->place)->n) {
			pending_send(pool_pending_locks(s->place), session_real(s));
			s->place->has_locks = true;
		}
}

void session_send(struct session *s)
{
	if (s->place->lost)
		pending_forget(pool_pending(s->place));
	else
		pending_send(pool_pending(s->place), session_real(s));
}

int session_execute(struct session *s, MYSQL_STMT *stmt)
{
	return pending_execute(pool_pending(s->place), session_real(s), stmt);
}

/* One that was cut is nobody's until its command has ended. */
void session_end(struct session *s)
{
	struct place *p = s->place;

	if (p && !p->lost) {
		if (s->is_open)
			send_text(s, "ROLLBACK");
		session_has_ended_it(s);
		pending_forget(pool_pending_locks(p));
		if (p->has_locks)
			send_text(s, "DO RELEASE_ALL_LOCKS()");
		p->has_locks = false;
		session_send(s);
		locks_end(p->number);
		p->used_by = 0;
	}
	s->handle = NULL;
	s->place = NULL;
}

MYSQL *session_real(struct session *s)
{
	return s->place ? pool_connection(s->place) : s->handle;
}

bool session_is_lost(const struct session *s)
{
	return s->place && s->place->lost;
}

const char *session_schema(const struct session *s)
{
	return s->place ? s->place->schema : "";
}

unsigned long session_number(const struct session *s)
{
	return s->place ? s->place->number : 0;
}

struct session *session_numbered(unsigned long number)
{
	for (struct session *s = session; s < session + SESSIONS_MAX; s++)
		if (s->handle && number && session_number(s) == number)
			return s;
	return NULL;
}

void session_tell(struct session *s, unsigned error, const char *words)
{
	s->error = error;
	snprintf(s->words, sizeof s->words, "%s", error ? words : "");
}

static bool has_setting(const struct sql *const *setting, size_t n, const struct sql *sql)
{
	size_t i = 0;

	while (i < n && setting[i] != sql)
		i++;
	return i < n;
}

static bool is_isolation(const struct sql *sql)
{
	return strncmp(sql->name, "session/isolation_set", 21) == 0;
}

/* Each replaces the one before of its kind. */
static void add_setting(const struct sql **setting, size_t *n, const struct sql *sql)
{
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++)
		if (setting[i] != sql && !(is_isolation(setting[i]) && is_isolation(sql)))
			setting[kept++] = setting[i];
	if (kept == SETTINGS_MAX)
		abort();
	setting[kept++] = sql;
	*n = kept;
}

void session_set(struct session *s, const struct sql *sql)
{
	add_setting(s->setting, &s->nsetting, sql);
}

static bool has_isolation(const struct sql *const *setting, size_t n)
{
	size_t i = 0;

	while (i < n && !is_isolation(setting[i]))
		i++;
	return i < n;
}

/* Each statement sees what is committed before it. */
bool session_reads_committed(const struct session *s)
{
	return has_setting(s->setting, s->nsetting, &SQL_SESSION_ISOLATION_SET_WRITE);
}

/* What this session has set and the connection has not. The other way round it is the isolation, which goes back to the
 * server's own, and how long the server waits for one that holds a lock, which is always long enough. */
static void send_settings(struct session *s)
{
	struct place *p = s->place;

	if (has_isolation(p->setting, p->nsetting) && !has_isolation(s->setting, s->nsetting)) {
		send_text(s, SQL_SESSION_ISOLATION_SET_READ.text);
		add_setting(p->setting, &p->nsetting, &SQL_SESSION_ISOLATION_SET_READ);
	}
	for (size_t i = 0; i < s->nsetting; i++)
		if (!has_setting(p->setting, p->nsetting, s->setting[i])) {
			send_text(s, s->setting[i]->text);
			add_setting(p->setting, &p->nsetting, s->setting[i]);
		}
}

static void open_transaction(struct session *s)
{
	if (s->tx == TX_NONE || s->is_open)
		return;
	send_settings(s);
	send_text(s,
	    s->tx == TX_READ ? "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY" : "START TRANSACTION READ WRITE");
	s->is_open = s->place->is_open = true;
}

void sessions_hold(void)
{
	for (struct session *s = session; s < session + SESSIONS_MAX; s++)
		if (s->handle && s->place && s->tx == TX_READ && !s->place->lost) {
			open_transaction(s);
			session_send(s);
		}
}

void sessions_stand_still(void)
{
	sessions_hold();
	sessions_tell_locks();
}

void session_prepare_real(struct session *s, bool needs_clock, uint64_t insert_id)
{
	char text[128] = "";
	size_t n = 0;

	send_settings(s);
	open_transaction(s);
	if (needs_clock && s->place->second != world->now_us / SECOND_US) {
		s->place->second = world->now_us / SECOND_US;
		n = (size_t)snprintf(text, sizeof text, "SET timestamp = %lld", (long long)s->place->second);
	}
	if (insert_id)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s insert_id = %llu", n ? "," : "SET",
		    (unsigned long long)insert_id);
	if (n)
		send_text(s, text);
}

MYSQL_STMT *session_statement(struct session *s, const struct sql *sql, bool anew)
{
	return pool_statement(s->place, sql, anew, s);
}

void session_roll_back(struct session *s)
{
	if (s->is_open) {
		send_text(s, "ROLLBACK");
		session_send(s);
	}
	session_has_ended_it(s);
}

void session_has_ended_it(struct session *s)
{
	if (s->place)
		s->place->is_open = false;
	s->tx = TX_NONE;
	s->is_open = false;
	s->dirty = 0;
	s->writes = (struct key){ 0 };
	s->has_written = false;
}

/* The socket is shut, and the server has seen it: what it held is free. */
void session_cut(struct session *s)
{
	if (!s->place || s->place->lost)
		return;
	shutdown(__real_mysql_get_socket(session_real(s)), SHUT_RDWR);
	server_wait_for_end(s->place->number);
	pool_lost(s->place);
}

void sessions_cut(void)
{
	for (struct session *s = session; s < session + SESSIONS_MAX; s++)
		if (s->handle)
			session_cut(s);
}

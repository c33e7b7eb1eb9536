/* SPDX-License-Identifier: Apache-2.0 */
/* The program's sessions. Each of them gets a connection of the lane's, which outlives the command: it was made once, has its
 * settings and its statements, and is left without a transaction or a lock. A transaction begins on the server when the first
 * statement is sent in it, or before somebody else writes. */
#include "server.h"
#include "sql_catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define SESSIONS_MAX 32
#define PLACES_MAX 96
#define CATALOGUE_MAX 1024
#define WANTS_MAX 4096
#define LOST 2013 /* CR_SERVER_LOST */

/* Of a connection what every command must know. */
struct place {
	char user[32], schema[32];
	unsigned used_by; /* the command; 0: nobody */
	unsigned made_by; /* the command in which it was made; 0: the parent has it */
	bool lost;        /* it was cut */
	bool is_open;     /* in a transaction */
	unsigned locks; /* how many it may have */
	unsigned long number; /* the server's */
	int64_t second;
	const struct sql *setting[SETTINGS_MAX];
	size_t nsetting;
};

static struct pool {
	size_t nplace, nwant, nleft;
	unsigned made; /* connections that came or went */
	bool is_fickle[CATALOGUE_MAX]; /* the statement: its answer's columns are known when it is executed, not before */
	struct place place[PLACES_MAX];
	struct want {
		size_t place, sql;
	} want[WANTS_MAX];
	struct left {
		size_t place;
		unsigned used_by; /* the command that has prepared it; 0: that has ended */
		unsigned long number, stmt; /* the connection's and the statement's */
	} left[WANTS_MAX];
} * pool;

/* Of this process; a command has those that its parent had. */
static struct real {
	MYSQL *m;
	MYSQL_STMT *stmt[CATALOGUE_MAX];
	struct pending pending;
} real[PLACES_MAX];

static struct session session[SESSIONS_MAX];
static const char *socket_path;

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

/* By the text's address; of the few that are long its beginning would not do. */
static const struct sql *both_texts(size_t index)
{
	return index % 2 ? sql_catalogue[index / 2]->few : sql_catalogue[index / 2];
}

const struct sql *sql_of_text(const char *text, size_t *index)
{
	static size_t last;

	for (size_t n = 0; sql_catalogue[last / 2] && n < 2; n++, last ^= 1)
		if (both_texts(last) && both_texts(last)->text == text) {
			*index = last;
			return both_texts(last);
		}
	for (size_t n = 0; sql_catalogue[n / 2]; n++)
		if (both_texts(n) && both_texts(n)->text == text) {
			*index = last = n;
			return both_texts(n);
		}
	return NULL;
}

void session_open_pool(const char *path)
{
	socket_path = strdup(path);
	pool = world_share(sizeof *pool);
}

static void make_connection(struct place *p)
{
	struct real *r = &real[p - pool->place];
	my_bool on = 1;

	r->m = mysql_init(NULL);
	mysql_optionsv(r->m, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_optionsv(r->m, MYSQL_REPORT_DATA_TRUNCATION, &on);
	if (!__real_mysql_real_connect(r->m, NULL, p->user, "", p->schema, 0, socket_path, CLIENT_FOUND_ROWS | CLIENT_MULTI_STATEMENTS)) {
		fprintf(stderr, "simulate: %s\n", __real_mysql_error(r->m));
		abort();
	}
	p->number = mysql_thread_id(r->m);
	p->second = 0;
	p->nsetting = 0;
	p->lost = p->is_open = false;
	p->locks = 0;
	pool->made++;
}

/* While a command stood still its parent may have made another one of it. */
static bool is_connected(const struct place *p)
{
	MYSQL *m = real[p - pool->place].m;

	return m && mysql_thread_id(m) == p->number;
}

/* A free one; that of a command that needs more than there were is its own, and the parent makes another one afterwards. */
static struct place *find_place(const char *user, const char *schema)
{
	for (struct place *p = pool->place; p < pool->place + pool->nplace; p++)
		if (!p->used_by && is_connected(p) && strcmp(p->user, user) == 0 && strcmp(p->schema, schema) == 0)
			return p;
	if (pool->nplace == PLACES_MAX)
		abort();
	return &pool->place[pool->nplace++];
}

static struct place *take_place(const char *user, const char *schema)
{
	struct place *p = find_place(user, schema);

	if (!p->user[0]) {
		snprintf(p->user, sizeof p->user, "%s", user);
		snprintf(p->schema, sizeof p->schema, "%s", schema);
		make_connection(p);
		p->made_by = world->command;
	}
	p->used_by = world->command;
	return p;
}

void session_begin(struct session *s, const char *user, const char *schema)
{
	*s = (struct session){ .handle = s->handle, .place = take_place(user, schema) };
}

static struct real *real_of(const struct session *s)
{
	return &real[s->place - pool->place];
}

/* With the next statement; a connection that was cut says itself that it is. */
static void send_text(struct session *s, const char *text)
{
	if (s->place->lost)
		__real_mysql_real_query(session_real(s), text, strlen(text));
	else
		pending_add(&real_of(s)->pending, text);
}

void session_send(struct session *s)
{
	if (s->place->lost)
		pending_forget(&real_of(s)->pending);
	else
		pending_send(&real_of(s)->pending, session_real(s));
}

int session_execute(struct session *s, MYSQL_STMT *stmt)
{
	return pending_execute(&real_of(s)->pending, session_real(s), stmt);
}

/* One that was cut is nobody's until its command has ended. */
void session_end(struct session *s)
{
	struct place *p = s->place;

	if (p && !p->lost) {
		session_roll_back(s);
		if (p->locks)
			send_text(s, "DO RELEASE_ALL_LOCKS()");
		session_send(s);
		p->locks = 0;
		p->used_by = 0;
	}
	s->handle = NULL;
	s->place = NULL;
}

MYSQL *session_real(struct session *s)
{
	return s->place ? real[s->place - pool->place].m : s->handle;
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
	struct real *r = &real[s->place - pool->place];
	size_t index;
	MYSQL_STMT **stmt;

	sql_of_text(sql->text, &index);
	stmt = &r->stmt[index];
	if (*stmt && !anew)
		return *stmt;
	if (*stmt)
		__real_mysql_stmt_close(*stmt);
	else if (pool->nwant < WANTS_MAX && !anew && !pool->is_fickle[index] && !strstr(sql->text, "@`"))
		pool->want[pool->nwant++] = (struct want){ (size_t)(s->place - pool->place), index };
	session_send(s);
	*stmt = __real_mysql_stmt_init(r->m);
	if (__real_mysql_stmt_prepare(*stmt, sql->text, strlen(sql->text)) == 0) {
		if (pool->nleft < WANTS_MAX)
			pool->left[pool->nleft++] = (struct left){ (size_t)(s->place - pool->place), world->command,
				s->place->number, (*stmt)->stmt_id };
		return *stmt;
	}
	session_tell(s, __real_mysql_stmt_errno(*stmt), __real_mysql_stmt_error(*stmt));
	__real_mysql_stmt_close(*stmt);
	*stmt = NULL;
	return NULL;
}

void session_is_fickle(const struct sql *sql)
{
	size_t index;

	sql_of_text(sql->text, &index);
	pool->is_fickle[index] = true;
}

void session_locks(struct session *s, bool takes)
{
	if (takes)
		s->place->locks++;
	else if (s->place->locks)
		s->place->locks--;
}

bool sessions_have_locks(void)
{
	for (const struct place *p = pool->place; p < pool->place + pool->nplace; p++)
		if (p->locks)
			return true;
	return false;
}

unsigned sessions_made(void)
{
	return pool->made;
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
	s->place->lost = true;
	pool->made++;
	shutdown(__real_mysql_get_socket(session_real(s)), SHUT_RDWR);
	server_wait_for_end(s->place->number);
}

void sessions_cut(void)
{
	for (struct session *s = session; s < session + SESSIONS_MAX; s++)
		if (s->handle)
			session_cut(s);
}

/* Between two commands: what one has left is taken from its connections, those that were cut are made anew, and so is what it
 * had made for itself. */
static void clean(struct place *p)
{
	static const char text[] = "DO RELEASE_ALL_LOCKS()";
	struct real *r = &real[p - pool->place];

	if (p->lost && r->m) {
		for (size_t i = 0; i < CATALOGUE_MAX; i++)
			if (r->stmt[i])
				__real_mysql_stmt_close(r->stmt[i]);
		__real_mysql_close(r->m);
		memset(r, 0, sizeof *r);
	}
	if (!r->m) { /* the command that made it is gone, and its end of it */
		if (!p->lost)
			server_wait_for_end(p->number);
		make_connection(p);
	} else {
		if (p->is_open)
			__real_mysql_real_query(r->m, "ROLLBACK", 8);
		if (p->locks)
			__real_mysql_real_query(r->m, text, sizeof text - 1);
	}
	p->is_open = false;
	p->locks = 0;
	p->used_by = p->made_by = 0;
}

/* A statement that a command has prepared is the server's as long as the connection, and the command is gone. */
static void close_left(const struct left *l)
{
	MYSQL_STMT *stmt = __real_mysql_stmt_init(real[l->place].m);

	if (pool->place[l->place].number == l->number)
		stmt->stmt_id = l->stmt;
	__real_mysql_stmt_close(stmt);
}

static bool is_free(size_t place)
{
	return !pool->place[place].used_by && real[place].m;
}

static void prepare_wanted(const struct want *w)
{
	struct real *r = &real[w->place];
	const char *text = both_texts(w->sql)->text;

	if (r->stmt[w->sql] || pool->is_fickle[w->sql])
		return;
	r->stmt[w->sql] = __real_mysql_stmt_init(r->m);
	if (__real_mysql_stmt_prepare(r->stmt[w->sql], text, strlen(text)) == 0)
		return;
	__real_mysql_stmt_close(r->stmt[w->sql]);
	r->stmt[w->sql] = NULL;
}

void sessions_tend(unsigned command)
{
	size_t kept = 0;

	for (struct place *p = pool->place; p < pool->place + pool->nplace; p++)
		if (p->used_by == command || p->made_by == command)
			clean(p);
	for (size_t i = 0; i < pool->nwant; i++)
		if (is_free(pool->want[i].place))
			prepare_wanted(&pool->want[i]);
		else
			pool->want[kept++] = pool->want[i];
	pool->nwant = kept;
	kept = 0;
	for (size_t i = 0; i < pool->nleft; i++) {
		struct left *l = &pool->left[i];

		if (l->used_by == command)
			l->used_by = 0;
		if (l->used_by == 0 && is_free(l->place))
			close_left(l);
		else
			pool->left[kept++] = *l;
	}
	pool->nleft = kept;
}

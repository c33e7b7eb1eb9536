/* SPDX-License-Identifier: Apache-2.0 */
/* The lane's connections with their statements: taken by a command, and tended by the lane when that has ended. */
#include "pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sql_catalogue.h"

#define PLACES_MAX 96
#define CATALOGUE_MAX 1024
#define WANTS_MAX 4096
#define HEARD_MAX 1024
#define HEARD_COLUMNS 32

static struct pool {
	size_t nplace, nwant, nleft, nheard;
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
	struct heard { /* what the server has told last of the columns of a lane's statement */
		unsigned long number, stmt;
		unsigned n;
		struct kind {
			enum enum_field_types type;
			unsigned flags, decimals, charset;
			unsigned long length;
		} column[HEARD_COLUMNS];
	} heard[HEARD_MAX];
} * pool;

/* Of this process; a command has those that its parent had. */
static struct real {
	MYSQL *m;
	MYSQL_STMT *stmt[CATALOGUE_MAX];
	unsigned prepared_by[CATALOGUE_MAX]; /* the command; 0: the lane, which has it for the next one, too */
	struct pending pending, locks;
} real[PLACES_MAX];

static const char *socket_path;

/* By the text's address; of the few that are long its beginning would not do. */
static const struct sql *both_texts(size_t index)
{
	return index % 2 ? sql_catalogue[index / 2]->few : sql_catalogue[index / 2];
}

/* Of the text at an address; 0: none, else the index and 1. */
static uint16_t known_text[4 * CATALOGUE_MAX];

static size_t place_of_text(const char *text)
{
	size_t i = (size_t)((uintptr_t)text * UINT64_C(0x9e3779b97f4a7c15) >> 40) % (4 * CATALOGUE_MAX);

	while (known_text[i] && both_texts(known_text[i] - 1u)->text != text)
		i = (i + 1) % (4 * CATALOGUE_MAX);
	return i;
}

static void know_texts(void)
{
	for (size_t n = 0; sql_catalogue[n / 2]; n++)
		if (n >= CATALOGUE_MAX)
			abort();
		else if (both_texts(n))
			known_text[place_of_text(both_texts(n)->text)] = (uint16_t)(n + 1);
}

const struct sql *sql_of_text(const char *text, size_t *index)
{
	const size_t i = known_text[place_of_text(text)];

	if (!i)
		return NULL;
	*index = i - 1;
	return both_texts(i - 1);
}

void session_open_pool(const char *path)
{
	know_texts();
	socket_path = strdup(path);
	pool = world_share(sizeof *pool);
}

static struct real *real_of(const struct place *p)
{
	return &real[p - pool->place];
}

MYSQL *pool_connection(const struct place *p)
{
	return real_of(p)->m;
}

struct pending *pool_pending(const struct place *p)
{
	return &real_of(p)->pending;
}

struct pending *pool_pending_locks(const struct place *p)
{
	return &real_of(p)->locks;
}

void pool_lost(struct place *p)
{
	p->lost = true;
	pool->made++;
	locks_end(p->number);
}

static void make_connection(struct place *p)
{
	struct real *r = real_of(p);
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
	p->lost = p->is_open = p->has_locks = false;
	pool->made++;
}

/* While a command stood still its parent may have made another one of it. */
static bool is_connected(const struct place *p)
{
	MYSQL *m = real_of(p)->m;

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

struct place *pool_take(const char *user, const char *schema)
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

/* What the command prepares its parent prepares afterwards, too, and closes what is left of it. */
static void note_prepared(const struct place *p, size_t index, bool anew, unsigned long stmt)
{
	const size_t place = (size_t)(p - pool->place);
	const bool is_kept = !anew && !pool->is_fickle[index] && !strstr(both_texts(index)->text, "@`");

	if (is_kept && pool->nwant < WANTS_MAX)
		pool->want[pool->nwant++] = (struct want){ place, index };
	if (pool->nleft < WANTS_MAX)
		pool->left[pool->nleft++] = (struct left){ place, world->command, p->number, (unsigned)stmt };
}

MYSQL_STMT *pool_statement(struct place *p, const struct sql *sql, bool anew, struct session *why)
{
	struct real *r = real_of(p);
	MYSQL_STMT **stmt;
	bool was_there;
	size_t index;

	sql_of_text(sql->text, &index);
	stmt = &r->stmt[index];
	if (*stmt && !anew)
		return *stmt;
	was_there = *stmt;
	if (was_there && !r->prepared_by[index] && !p->lost)
		world_wrong("the simulator closes a statement that the next command will use: %s", sql->name);
	if (was_there)
		__real_mysql_stmt_close(*stmt);
	r->prepared_by[index] = world->command;
	session_send(why);
	*stmt = __real_mysql_stmt_init(r->m);
	if (__real_mysql_stmt_prepare(*stmt, sql->text, strlen(sql->text)) == 0) {
		note_prepared(p, index, anew || was_there, (*stmt)->stmt_id);
		return *stmt;
	}
	session_tell(why, __real_mysql_stmt_errno(*stmt), __real_mysql_stmt_error(*stmt));
	__real_mysql_stmt_close(*stmt);
	*stmt = NULL;
	return NULL;
}

uint64_t session_kinds(MYSQL_STMT *stmt)
{
	MYSQL_RES *meta = __real_mysql_stmt_result_metadata(stmt);
	const unsigned n = meta ? __real_mysql_num_fields(meta) : 0;
	struct key key = { 0 };

	for (unsigned i = 0; i < n; i++) {
		const MYSQL_FIELD *f = __real_mysql_fetch_field_direct(meta, i);

		key_add_number(&key, (uint64_t)f->type);
		key_add_number(&key, f->flags);
		key_add_number(&key, f->length);
	}
	if (meta)
		__real_mysql_free_result(meta);
	return key.a;
}

static struct heard *find_heard(const struct session *s, const MYSQL_STMT *stmt)
{
	for (struct heard *t = pool->heard; t < pool->heard + pool->nheard; t++)
		if (t->number == session_number(s) && t->stmt == stmt->stmt_id)
			return t;
	return NULL;
}

void session_expects(const struct session *s, MYSQL_STMT *stmt)
{
	const struct heard *t = find_heard(s, stmt);

	for (unsigned i = 0; t && i < t->n && i < stmt->field_count; i++) {
		MYSQL_FIELD *f = &stmt->fields[i];

		f->type = t->column[i].type;
		f->flags = t->column[i].flags;
		f->decimals = t->column[i].decimals;
		f->charsetnr = t->column[i].charset;
		f->length = t->column[i].length;
	}
}

static bool keep_heard(struct heard *t, const struct session *s, const MYSQL_STMT *stmt)
{
	if (!t && (pool->nheard == HEARD_MAX || stmt->field_count > HEARD_COLUMNS))
		return false;
	t = t ? t : &pool->heard[pool->nheard++];
	*t = (struct heard){ .number = session_number(s), .stmt = stmt->stmt_id, .n = stmt->field_count };
	for (unsigned i = 0; i < t->n; i++) {
		const MYSQL_FIELD *f = &stmt->fields[i];

		t->column[i] = (struct kind){ f->type, f->flags, f->decimals, f->charsetnr, f->length };
	}
	return true;
}

void session_was_told(const struct session *s, const struct sql *sql, const MYSQL_STMT *stmt)
{
	size_t index;

	sql_of_text(sql->text, &index);
	if (!real_of(s->place)->prepared_by[index] && !keep_heard(find_heard(s, stmt), s, stmt))
		pool->is_fickle[index] = true;
}

unsigned sessions_made(void)
{
	return pool->made;
}

/* Between two commands: what one has left is taken from its connections, those that were cut are made anew, and so is what it
 * had made for itself. */
static void clean(struct place *p)
{
	static const char text[] = "DO RELEASE_ALL_LOCKS()";
	const unsigned long number = p->number;
	struct real *r = real_of(p);

	for (size_t i = pool->nheard; p->lost && i > 0; i--)
		if (pool->heard[i - 1].number == number)
			pool->heard[i - 1] = pool->heard[--pool->nheard];
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
		if (p->has_locks)
			__real_mysql_real_query(r->m, text, sizeof text - 1);
	}
	locks_end(number);
	p->is_open = p->has_locks = false;
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

/* SPDX-License-Identifier: Apache-2.0 */
/* In the place of libmariadb's prepared statements: the questions that were asked before are answered from memory, the others
 * by the server. An answer is kept as text: the number of its columns, their names, and the values of its rows, each behind its
 * length; ${NO_VALUE} is NULL's. */
#include "sql_catalogue.h"
#include "statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MAX (1u << 20)
#define ANSWER_MAX (4u << 20)
#define BASE sizeof(int64_t) /* before a remembered answer: the second in which it was given */

MYSQL_STMT *__wrap_mysql_stmt_init(MYSQL *m);
int __wrap_mysql_stmt_prepare(MYSQL_STMT *stmt, const char *text, unsigned long n);
int __wrap_mysql_stmt_execute(MYSQL_STMT *stmt);
my_bool __wrap_mysql_stmt_close(MYSQL_STMT *stmt);
my_bool __wrap_mysql_stmt_bind_param(MYSQL_STMT *stmt, MYSQL_BIND *bind);
my_bool __wrap_mysql_stmt_attr_set(MYSQL_STMT *stmt, enum enum_stmt_attr_type what, const void *value);
unsigned __wrap_mysql_stmt_errno(MYSQL_STMT *stmt);
const char *__wrap_mysql_stmt_error(MYSQL_STMT *stmt);
unsigned long __wrap_mysql_stmt_param_count(MYSQL_STMT *stmt);
unsigned long long __wrap_mysql_stmt_affected_rows(MYSQL_STMT *stmt);
int __wrap_mysql_stmt_warning_count(MYSQL_STMT *stmt);

MYSQL_STMT *__wrap_mysql_stmt_init(MYSQL *m)
{
	struct statement *s = calloc(1, sizeof *s);

	if (!s)
		abort();
	s->session = session_of(m);
	return (MYSQL_STMT *)(void *)s;
}

int __wrap_mysql_stmt_prepare(MYSQL_STMT *stmt, const char *text, unsigned long n)
{
	struct statement *s = statement_of(stmt);
	size_t index;

	(void)n;
	session_tell(s->session, 0, "");
	s->sql = sql_of_text(text, &index);
	s->is_new = true;
	if (!s->sql)
		abort();
	s->param = realloc(s->param, (s->sql->nparam + 1) * sizeof *s->param);
	return session_is_lost(s->session) && !session_statement(s->session, s->sql, true) ? 1 : 0;
}

unsigned long __wrap_mysql_stmt_param_count(MYSQL_STMT *stmt)
{
	return statement_of(stmt)->sql->nparam;
}

my_bool __wrap_mysql_stmt_close(MYSQL_STMT *stmt)
{
	struct statement *s = statement_of(stmt);

	free(s->copy);
	free(s->param);
	free(s->column);
	free(s->value);
	free(s->length);
	free(s);
	return 0;
}

my_bool __wrap_mysql_stmt_bind_param(MYSQL_STMT *stmt, MYSQL_BIND *bind)
{
	struct statement *s = statement_of(stmt);

	memcpy(s->param, bind, s->sql->nparam * sizeof *bind);
	return 0;
}

my_bool __wrap_mysql_stmt_attr_set(MYSQL_STMT *stmt, enum enum_stmt_attr_type what, const void *value)
{
	if (what != STMT_ATTR_ARRAY_SIZE)
		abort();
	memcpy(&statement_of(stmt)->array_size, value, sizeof(unsigned));
	return 0;
}

static void add_param(struct key *key, const MYSQL_BIND *b)
{
	key_add_number(key, (uint64_t)b->buffer_type);
	if (b->buffer_type == MYSQL_TYPE_LONGLONG)
		key_add(key, b->buffer, sizeof(long long));
	else if (b->buffer_type != MYSQL_TYPE_NULL)
		key_add(key, b->buffer, *b->length);
}

static void add_row_of_array(struct key *key, const MYSQL_BIND *b, unsigned row)
{
	char *const *text = b->buffer;

	key_add_number(key, (uint64_t)b->u.indicator[row]);
	if (b->u.indicator[row] == STMT_INDICATOR_NONE)
		key_add(key, text[row], b->length[row]);
}

static void add_statement(struct key *key, const struct statement *s)
{
	key_add_text(key, s->sql->name);
	key_add_text(key, session_schema(s->session));
	key_add_number(key, s->array_size);
	for (size_t i = 0; i < s->sql->nparam; i++)
		if (s->array_size)
			for (unsigned row = 0; row < s->array_size; row++)
				add_row_of_array(key, &s->param[i], row);
		else
			add_param(key, &s->param[i]);
}

static const struct traits *traits(const struct statement *s)
{
	return traits_of(s->sql, session_schema(s->session));
}

/* Of a statement about a named lock, whose only value is the name. */
static unsigned long holder_asked_for(const struct statement *s)
{
	return locks_holder(s->param[0].buffer, *s->param[0].length);
}

/* What its answer depends on; false: on more than that, and it is never remembered. */
static bool question_of(const struct statement *s, const struct traits *t, struct key *key)
{
	const struct session *of = s->session;

	if (!t->is_plain || session_is_lost(of) || (of->tx == TX_WRITE && !t->is_own && !session_reads_committed(of)))
		return false;
	*key = (struct key){ 0 };
	add_statement(key, s);
	server_add_versions_of(key, t->asks_when, t->tables, of->tx == TX_READ ? of->seen : world->version);
	if (of->tx == TX_WRITE && of->dirty & t->tables) { /* and what it has written itself */
		key_add_number(key, of->writes.a);
		key_add_number(key, of->writes.b);
	}
	if (t->uses_clock && !t->has_ages_only && !t->fades)
		key_add_number(key, (uint64_t)(world->now_us / SECOND_US));
	if (t->sees_locks)
		key_add_number(key, holder_asked_for(s));
	if (t->sees_sessions && !(t->sees_locks && holder_asked_for(s) == 0)) /* of who has the lock: where nobody has, nobody's */
		key_add_number(key, sessions_made());
	if (t->is_own) {
		key_add_number(key, session_number(of));
		key_add_number(key, of->tx);
		for (size_t i = 0; i < of->nsetting; i++)
			key_add_text(key, of->setting[i]->name);
	}
	return true;
}

static void put(char **at, const void *data, size_t n)
{
	memcpy(*at, data, n);
	*at += n;
}

static void put_text(char **at, const char *text, uint32_t n)
{
	put(at, &n, sizeof n);
	put(at, text, n);
	put(at, "", 1);
}

static int put_rows(MYSQL_STMT *real, uint32_t n, char **at, const char *end)
{
	static char buffer[VALUE_MAX];
	static MYSQL_BIND bind[COLUMNS_MAX];
	unsigned long length[COLUMNS_MAX];
	my_bool is_null[COLUMNS_MAX];
	int rc;

	for (uint32_t i = 0; i < n; i++) /* only the lengths: each column is fetched by itself */
		bind[i] = (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_STRING,
			.buffer = buffer,
			.length = &length[i],
			.is_null = &is_null[i] };
	if (__real_mysql_stmt_bind_result(real, bind) != 0)
		return 1;
	while ((rc = __real_mysql_stmt_fetch(real)) == 0 || rc == MYSQL_DATA_TRUNCATED)
		for (uint32_t i = 0; i < n; i++) {
			MYSQL_BIND one = bind[i];

			if (is_null[i]) {
				put(at, &(uint32_t){ NO_VALUE }, sizeof(uint32_t));
				continue;
			}
			one.buffer_length = VALUE_MAX;
			if (__real_mysql_stmt_fetch_column(real, &one, i, 0) != 0 || length[i] >= VALUE_MAX ||
			    *at + length[i] + 16 > end)
				abort();
			put_text(at, buffer, (uint32_t)length[i]);
		}
	return rc == MYSQL_NO_DATA ? 0 : rc;
}

/* The whole answer of the server; 0, or not. */
static int read_answer(struct statement *s, MYSQL_STMT *real)
{
	static char answer[ANSWER_MAX];
	MYSQL_RES *meta = __real_mysql_stmt_result_metadata(real);
	const int64_t now_s = world->now_us / SECOND_US;
	char *at = answer;
	uint32_t n;
	int rc;

	s->answer = s->end = NULL;
	if (!meta)
		return 0;
	n = __real_mysql_num_fields(meta);
	if (n > COLUMNS_MAX)
		abort();
	put(&at, &now_s, sizeof now_s);
	put(&at, &n, sizeof n);
	for (uint32_t i = 0; i < n; i++) {
		const char *name = __real_mysql_fetch_field_direct(meta, i)->name;

		put_text(&at, name, (uint32_t)strlen(name));
	}
	__real_mysql_free_result(meta);
	rc = put_rows(real, n, &at, answer + sizeof answer);
	free(s->copy); /* others are asked while rows of this one are read */
	s->copy = malloc((size_t)(at - answer));
	memcpy(s->copy, answer, (size_t)(at - answer));
	s->answer = s->copy + BASE;
	s->end = s->copy + (at - answer);
	return rc;
}

static void start_reading(struct statement *s, const char *answer, size_t n)
{
	s->answer = s->row = answer;
	s->end = answer + n;
	s->ncolumn = 0;
	if (n == 0)
		return;
	memcpy(&s->ncolumn, answer, sizeof s->ncolumn);
	s->row += sizeof s->ncolumn;
	for (uint32_t i = 0; i < s->ncolumn; i++) {
		uint32_t length;

		memcpy(&length, s->row, sizeof length);
		s->row += sizeof length + length + 1;
	}
}

/* Its one value is 1. */
static bool has_said_yes(struct statement *s)
{
	uint32_t n = 0;

	start_reading(s, s->answer, (size_t)(s->end - s->answer));
	if (s->row < s->end)
		memcpy(&n, s->row, sizeof n);
	return n == 1 && s->row[sizeof n] == '1';
}

/* The lock that it was about is taken or free, where its only value says so. */
static void note_lock(struct statement *s, const struct traits *t)
{
	const char *name = s->param[0].buffer;
	const unsigned long n = *s->param[0].length;
	unsigned long session = session_number(s->session);

	if (!has_said_yes(s))
		return;
	if (t->takes_lock)
		locks_taken(name, n, session);
	else
		locks_freed(name, n, session);
}

static int send(struct statement *s)
{
	struct session *of = s->session;
	const struct traits *t = traits(s);
	uint64_t *next = t->inserts ? server_next_number(t->tables) : NULL;
	MYSQL_STMT *real;
	uint64_t kinds;
	int rc;

	if (t->takes_lock || t->frees_lock || t->sees_locks)
		sessions_tell_locks();
	session_prepare_real(of, s->sql->access == SQL_WRITES || t->uses_clock, next ? *next : 0);
	/* MariaDB 10.11 has lost columns of derived tables when such a statement was executed twice: where the program prepares it
	 * once more, so does this. */
	real = session_statement(of, s->sql, s->is_new && t->has_derived);
	if (!real)
		return 1;
	s->is_new = false; /* only now: its first answers may have been remembered */
	if (s->sql->access == SQL_WRITES)
		__real_mysql_stmt_attr_set(real, STMT_ATTR_ARRAY_SIZE, &s->array_size);
	session_expects(of, real);
	kinds = session_kinds(real);
	rc = __real_mysql_stmt_bind_param(real, s->param) != 0 || session_execute(of, real) != 0;
	if (!rc && session_kinds(real) != kinds)
		session_was_told(of, s->sql, real);
	rc = rc || read_answer(s, real);
	if (!rc && (t->takes_lock || t->frees_lock)) {
		note_lock(s, t);
		session_has_locks(of);
	}
	session_tell(of, rc ? __real_mysql_stmt_errno(real) : 0, __real_mysql_stmt_error(real));
	s->affected = rc ? 0 : __real_mysql_stmt_affected_rows(real);
	s->warnings = rc ? 0 : __real_mysql_stmt_warning_count(real);
	__real_mysql_stmt_free_result(real);
	if (next && !rc)
		*next += s->affected;
	return rc;
}

/* What a transaction has written, and when; its tables have new rows once it is committed. What triggers.sql reads and writes
 * beside them is named by no statement of the program. */
static void note_write(struct statement *s)
{
	struct session *of = s->session;
	const struct traits *t = traits(s);
	const uint32_t seen = server_tables(NULL, "world.wrong");

	add_statement(&of->writes, s);
	key_add_number(&of->writes, (uint64_t)(world->now_us / SECOND_US));
	server_add_versions(&of->writes, t->named, world->version);
	server_add_versions(&of->writes, seen | server_tables(NULL, "world.fresh"), world->version);
	of->dirty |= t->tables | seen;
	session_has_written(of, s->sql, s->param, s->array_size, s->affected);
}

static int64_t second_of(const char *known)
{
	int64_t then_s;

	memcpy(&then_s, known, sizeof then_s);
	return then_s;
}

/* What memory has of it, as it would be said now. */
static void recall(struct statement *s, const struct traits *t, const char *known, size_t n)
{
	const int64_t then_s = second_of(known);

	known += BASE;
	n -= BASE;
	if (t->has_ages_only && then_s != world->now_us / SECOND_US) {
		free(s->copy);
		known = s->copy = answer_later(t, known, &n, world->now_us / SECOND_US - then_s);
	}
	s->answer = known;
	s->end = known + n;
}

/* --verify: the server is asked all the same. How long a session has been idle is the machine's clock. */
static void compare(struct statement *s, const char *recalled, size_t n)
{
	if (traits(s)->sees_sessions)
		return;
	if (n != (size_t)(s->end - s->answer) || memcmp(recalled, s->answer, n) != 0)
		world_wrong("the simulator remembers another answer of %s", s->sql->name);
}

static int ask_again(struct statement *s, const struct traits *t, const char *known, size_t n)
{
	char *recalled;
	int rc;

	recall(s, t, known, n);
	n = (size_t)(s->end - s->answer);
	recalled = malloc(n);
	memcpy(recalled, s->answer, n);
	rc = send(s);
	if (rc == 0)
		compare(s, recalled, n);
	free(recalled);
	return rc;
}

/* Of what fades only that there was nothing is remembered, and for later. */
static const char *find_answer(const struct traits *t, struct key *key, size_t *n)
{
	const char *known = memory_find(*key, n);

	if (!t->fades || (known && second_of(known) <= world->now_us / SECOND_US))
		return known;
	key_add_number(key, (uint64_t)(world->now_us / SECOND_US));
	return memory_find(*key, n);
}

static void keep_answer(const struct statement *s, const struct traits *t, struct key key, struct key with_clock)
{
	memory_keep(t->fades && s->row == s->end ? key : with_clock, s->copy, (size_t)(s->end - s->copy));
}

/* What GET_LOCK(), which does not wait here, and RELEASE_LOCK() say depends on who has the lock. */
static bool is_about_lock(const struct statement *s, const struct traits *t, struct key *key)
{
	const struct session *of = s->session;
	const unsigned long holder = t->takes_lock || t->frees_lock ? holder_asked_for(s) : 0;

	if (!(t->takes_lock || t->frees_lock) || session_is_lost(of) || of->tx != TX_NONE)
		return false;
	*key = (struct key){ 0 };
	key_add_text(key, s->sql->name);
	key_add_number(key, holder == 0 ? 0 : holder == session_number(of) ? 1 : 2);
	return true;
}

/* The name is a host's: nothing in it is quoted. */
static void put_off(struct statement *s, const struct traits *t)
{
	char text[256];

	snprintf(text, sizeof text, t->takes_lock ? "DO GET_LOCK('%.*s', 0)" : "DO RELEASE_LOCK('%.*s')", (int)*s->param[0].length,
	    (const char *)s->param[0].buffer);
	session_puts_off(s->session, text);
	note_lock(s, t);
}

/* What is done with a named lock: the answer is remembered, and the server is told when it is asked for locks. */
static int execute_lock(struct statement *s, const struct traits *t, struct key key)
{
	size_t n = 0;
	const char *known = memory_verifies ? NULL : memory_find(key, &n);

	if (known) {
		recall(s, t, known, n);
		put_off(s, t);
	} else if (send(s) != 0) {
		return 1;
	} else {
		memory_keep(key, s->copy, (size_t)(s->end - s->copy));
	}
	start_reading(s, s->answer, (size_t)(s->end - s->answer));
	return 0;
}

static int execute(struct statement *s)
{
	const struct traits *t = traits(s);
	struct key key, asked = { 0 };
	const bool is_plain = question_of(s, t, &asked);
	size_t n = 0;
	const char *known = (key = asked, is_plain) ? find_answer(t, &key, &n) : NULL;

	if (is_about_lock(s, t, &key))
		return execute_lock(s, t, key);
	if (known && !memory_verifies)
		recall(s, t, known, n);
	else if ((known ? ask_again(s, t, known, n) : send(s)) != 0)
		return 1;
	start_reading(s, s->answer, (size_t)(s->end - s->answer));
	if (!known && is_plain && s->copy)
		keep_answer(s, t, asked, key);
	if (s->sql->access == SQL_WRITES)
		note_write(s);
	return 0;
}

int __wrap_mysql_stmt_execute(MYSQL_STMT *stmt)
{
	struct statement *s = statement_of(stmt);

	session_strike(s->session, world_call(BOTTOM_STATEMENT, s->sql->name));
	if (session_refuses(s->session, s->sql))
		return 1;
	if (s->sql == &SQL_NOVA_INSTANCE_LIST_BY_HOST) /* what --resume had to settle was written before its plan is made */
		others_are_seen();
	nova_beat(traits(s)->tables);
	return execute(s);
}

unsigned __wrap_mysql_stmt_errno(MYSQL_STMT *stmt)
{
	return statement_of(stmt)->session->error;
}

const char *__wrap_mysql_stmt_error(MYSQL_STMT *stmt)
{
	return statement_of(stmt)->session->words;
}

unsigned long long __wrap_mysql_stmt_affected_rows(MYSQL_STMT *stmt)
{
	return statement_of(stmt)->affected;
}

int __wrap_mysql_stmt_warning_count(MYSQL_STMT *stmt)
{
	return statement_of(stmt)->warnings;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* In the place of libmariadb's prepared statements: the questions that were asked before are answered from memory, the others
 * by the server. An answer is kept as text: the number of its columns, their names, and the values of its rows, each behind its
 * length; ${NONE} is NULL's. */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MAX (1u << 20)
#define ANSWER_MAX (4u << 20)
#define COLUMNS_MAX 128
#define NONE UINT32_MAX

MYSQL_STMT *__wrap_mysql_stmt_init(MYSQL *m);
int __wrap_mysql_stmt_prepare(MYSQL_STMT *stmt, const char *text, unsigned long n);
int __wrap_mysql_stmt_execute(MYSQL_STMT *stmt);
my_bool __wrap_mysql_stmt_close(MYSQL_STMT *stmt);
my_bool __wrap_mysql_stmt_bind_param(MYSQL_STMT *stmt, MYSQL_BIND *bind);
my_bool __wrap_mysql_stmt_bind_result(MYSQL_STMT *stmt, MYSQL_BIND *bind);
my_bool __wrap_mysql_stmt_attr_set(MYSQL_STMT *stmt, enum enum_stmt_attr_type what, const void *value);
int __wrap_mysql_stmt_fetch(MYSQL_STMT *stmt);
int __wrap_mysql_stmt_fetch_column(MYSQL_STMT *stmt, MYSQL_BIND *bind, unsigned column, unsigned long offset);
my_bool __wrap_mysql_stmt_free_result(MYSQL_STMT *stmt);
MYSQL_RES *__wrap_mysql_stmt_result_metadata(MYSQL_STMT *stmt);
unsigned __wrap_mysql_stmt_errno(MYSQL_STMT *stmt);
const char *__wrap_mysql_stmt_error(MYSQL_STMT *stmt);
unsigned long __wrap_mysql_stmt_param_count(MYSQL_STMT *stmt);
unsigned long long __wrap_mysql_stmt_affected_rows(MYSQL_STMT *stmt);
int __wrap_mysql_stmt_warning_count(MYSQL_STMT *stmt);
void __wrap_mysql_free_result(MYSQL_RES *result);
unsigned __wrap_mysql_num_fields(MYSQL_RES *result);
MYSQL_FIELD *__wrap_mysql_fetch_field_direct(MYSQL_RES *result, unsigned i);

/* The program knows it as a MYSQL_STMT, its answer as a MYSQL_RES. */
struct statement {
	struct session *session;
	const struct sql *sql;
	bool is_new; /* prepared, and not executed since */
	unsigned array_size;
	MYSQL_BIND *param, *column;
	char *copy; /* of an answer that memory has not */
	const char *answer, *row, *end;
	uint32_t ncolumn;
	const char **value;
	uint32_t *length;
	unsigned long long affected;
	int warnings;
};

static struct statement *statement_of(void *stmt)
{
	return stmt;
}

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

/* What its answer depends on; false: on more than that, and it is never remembered. */
static bool question_of(const struct statement *s, struct key *key)
{
	const struct session *of = s->session;
	const bool is_own = strncmp(s->sql->name, "session/", 8) == 0;

	if (s->sql->access != SQL_READS || session_is_lost(of) || strstr(s->sql->text, "FOR UPDATE") ||
	    strstr(s->sql->text, "_LOCK(") || strstr(s->sql->text, "processlist") || strstr(s->sql->text, "STATUS") ||
	    (of->tx == TX_WRITE && !is_own))
		return false;
	*key = (struct key){ 0 };
	add_statement(key, s);
	server_add_versions(key, server_tables(session_schema(of), s->sql->tables),
	    of->tx == TX_READ ? of->seen : world->version);
	if (server_uses_clock(s->sql->text))
		key_add_number(key, (uint64_t)(world->now_us / SECOND_US));
	if (is_own) {
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
				put(at, &(uint32_t){ NONE }, sizeof(uint32_t));
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

/* Of what kind its columns are. */
static uint64_t kinds_of(MYSQL_STMT *real)
{
	MYSQL_RES *meta = __real_mysql_stmt_result_metadata(real);
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

/* The whole answer of the server; 0, or not. */
static int read_answer(struct statement *s, MYSQL_STMT *real)
{
	static char answer[ANSWER_MAX];
	MYSQL_RES *meta = __real_mysql_stmt_result_metadata(real);
	char *at = answer;
	uint32_t n;
	int rc;

	s->answer = s->end = NULL;
	if (!meta)
		return 0;
	n = __real_mysql_num_fields(meta);
	if (n > COLUMNS_MAX)
		abort();
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
	s->answer = s->copy;
	s->end = s->copy + (at - answer);
	return rc;
}

static bool is_insert(const struct sql *sql)
{
	return sql->access == SQL_WRITES && strstr(sql->text, "INSERT INTO");
}

/* MariaDB 10.11 has lost columns of derived tables when such a statement was executed twice: where the program prepares it once
 * more, so does this. */
static bool has_derived(const struct sql *sql)
{
	return sql->access == SQL_READS && (strstr(sql->text, "FROM (SELECT") || strstr(sql->text, "JOIN (SELECT"));
}

static int send(struct statement *s)
{
	struct session *of = s->session;
	const uint32_t tables = server_tables(session_schema(of), s->sql->tables);
	uint64_t *next = is_insert(s->sql) ? server_next_number(tables) : NULL;
	MYSQL_STMT *real;
	uint64_t kinds;
	int rc;

	session_prepare_real(of, s->sql->access == SQL_WRITES || server_uses_clock(s->sql->text), next ? *next : 0);
	real = session_statement(of, s->sql, s->is_new && has_derived(s->sql));
	if (!real)
		return 1;
	if (s->sql->access == SQL_WRITES)
		__real_mysql_stmt_attr_set(real, STMT_ATTR_ARRAY_SIZE, &s->array_size);
	kinds = kinds_of(real);
	rc = __real_mysql_stmt_bind_param(real, s->param) != 0 || __real_mysql_stmt_execute(real) != 0;
	if (!rc && kinds_of(real) != kinds)
		session_is_fickle(s->sql);
	rc = rc || read_answer(s, real);
	if (strstr(s->sql->text, "_LOCK("))
		session_locks(of);
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
	const char *schema = session_schema(of);
	const uint32_t seen = server_tables(NULL, "world.wrong");

	add_statement(&of->writes, s);
	key_add_number(&of->writes, (uint64_t)(world->now_us / SECOND_US));
	server_add_versions(&of->writes, server_tables(schema, s->sql->text), world->version);
	server_add_versions(&of->writes, seen | server_tables(NULL, "world.fresh"), world->version);
	of->dirty |= server_tables(schema, s->sql->tables) | seen;
	session_has_written(of, s->sql, s->param, s->array_size, s->affected);
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

static int execute(struct statement *s)
{
	struct key key;
	const bool is_plain = question_of(s, &key);
	size_t n = 0;
	const char *known = is_plain ? memory_find(key, &n) : NULL;

	if (!known || memory_verifies) {
		if (send(s) != 0)
			return 1;
		if (known && (n != (size_t)(s->end - s->answer) || memcmp(known, s->answer, n) != 0))
			world_wrong("the simulator remembers another answer of %s", s->sql->name);
		if (is_plain && s->copy)
			memory_keep(key, s->answer, (size_t)(s->end - s->answer));
	} else {
		s->answer = known;
		s->end = known + n;
	}
	start_reading(s, s->answer, (size_t)(s->end - s->answer));
	s->is_new = false;
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
	nova_beat();
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

MYSQL_RES *__wrap_mysql_stmt_result_metadata(MYSQL_STMT *stmt)
{
	return statement_of(stmt)->ncolumn ? (MYSQL_RES *)(void *)stmt : NULL;
}

unsigned __wrap_mysql_num_fields(MYSQL_RES *result)
{
	return statement_of(result)->ncolumn;
}

MYSQL_FIELD *__wrap_mysql_fetch_field_direct(MYSQL_RES *result, unsigned i)
{
	static MYSQL_FIELD field;
	const char *at = statement_of(result)->answer + sizeof(uint32_t);
	uint32_t n;

	for (memcpy(&n, at, sizeof n); i > 0; i--, memcpy(&n, at, sizeof n))
		at += sizeof n + n + 1;
	union {
		const char *in;
		char *out; /* nobody writes there */
	} name = { .in = at + sizeof n };

	field.name = name.out;
	return &field;
}

void __wrap_mysql_free_result(MYSQL_RES *result)
{
	(void)result;
}

my_bool __wrap_mysql_stmt_free_result(MYSQL_STMT *stmt)
{
	struct statement *s = statement_of(stmt);

	s->row = s->end;
	return 0;
}

my_bool __wrap_mysql_stmt_bind_result(MYSQL_STMT *stmt, MYSQL_BIND *bind)
{
	struct statement *s = statement_of(stmt);

	s->column = realloc(s->column, s->ncolumn * sizeof *s->column);
	s->value = realloc(s->value, s->ncolumn * sizeof *s->value);
	s->length = realloc(s->length, s->ncolumn * sizeof *s->length);
	memcpy(s->column, bind, s->ncolumn * sizeof *bind);
	return 0;
}

static bool give(const struct statement *s, uint32_t i, const MYSQL_BIND *b)
{
	*b->is_null = !s->value[i];
	*b->length = s->value[i] ? s->length[i] : 0;
	if (!s->value[i])
		return true;
	memcpy(b->buffer, s->value[i], s->length[i] < b->buffer_length ? s->length[i] : b->buffer_length);
	return s->length[i] <= b->buffer_length;
}

int __wrap_mysql_stmt_fetch(MYSQL_STMT *stmt)
{
	struct statement *s = statement_of(stmt);
	int rc = 0;

	if (s->row == s->end)
		return MYSQL_NO_DATA;
	for (uint32_t i = 0; i < s->ncolumn; i++) {
		memcpy(&s->length[i], s->row, sizeof *s->length);
		s->row += sizeof *s->length;
		s->value[i] = s->length[i] == NONE ? NULL : s->row;
		if (s->value[i])
			s->row += s->length[i] + 1;
		if (!give(s, i, &s->column[i]))
			rc = MYSQL_DATA_TRUNCATED;
	}
	return rc;
}

int __wrap_mysql_stmt_fetch_column(MYSQL_STMT *stmt, MYSQL_BIND *bind, unsigned column, unsigned long offset)
{
	(void)offset;
	give(statement_of(stmt), column, bind);
	return 0;
}

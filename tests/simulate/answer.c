/* SPDX-License-Identifier: Apache-2.0 */
/* The reading of an answer, whoever gave it: in the place of libmariadb's. */
#include "statement.h"

#include <stdlib.h>
#include <string.h>

my_bool __wrap_mysql_stmt_bind_result(MYSQL_STMT *stmt, MYSQL_BIND *bind);
int __wrap_mysql_stmt_fetch(MYSQL_STMT *stmt);
int __wrap_mysql_stmt_fetch_column(MYSQL_STMT *stmt, MYSQL_BIND *bind, unsigned column, unsigned long offset);
my_bool __wrap_mysql_stmt_free_result(MYSQL_STMT *stmt);
MYSQL_RES *__wrap_mysql_stmt_result_metadata(MYSQL_STMT *stmt);
void __wrap_mysql_free_result(MYSQL_RES *result);
unsigned __wrap_mysql_num_fields(MYSQL_RES *result);
MYSQL_FIELD *__wrap_mysql_fetch_field_direct(MYSQL_RES *result, unsigned i);

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
		s->value[i] = s->length[i] == NO_VALUE ? NULL : s->row;
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

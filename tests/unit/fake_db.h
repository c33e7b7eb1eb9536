/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAKE_DB_H
#define FAKE_DB_H

/* A database that answers from memory and remembers what it was asked. Linked in front of the library, its functions are the
 * ones that the rooms above call. An answer's columns are matched by name, as the real room does. */

#include <stdlib.h>
#include <string.h>

#include "db/db.h"
#include "fake_ahead.h"
#include "util/str.h"

#define FAKE_MAX 16
#define FAKE_COLUMNS 64

struct fake_answer {
	const char *sql;                   /* the statement's name; NULL: nothing more is known */
	const char *const *column, *const *value; /* column ends with NULL; value row by row, NULL is SQL's */
	size_t n;                          /* rows read, or rows matched by a write */
	enum error_kind fails;             /* ERROR_OK: it does not */
	void (*then)(void);                /* what happens while it is asked; NULL: nothing */
};
/* Keys of a set. */
#define WORDS(...) ((struct words){ .v = (const char *[]){ __VA_ARGS__ }, .n = sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *) })
static struct fake_answer fake_answers[FAKE_MAX];
static struct str fake_calls; /* "begin write|nova/x a=1 b=NULL|commit" */
static enum error_kind fake_commit_fails, fake_begin_fails;
static bool fake_away, fake_chains, fake_ahead; /* fake_chains: a COMMIT begins the next one */

static inline void fake_reset(void)
{
	memset(fake_answers, 0, sizeof fake_answers);
	str_free(&fake_calls);
	fake_commit_fails = fake_begin_fails = ERROR_OK;
	fake_away = fake_chains = fake_ahead = false;
}

int db_ping(struct db *db, struct error *err)
{
	(void)db;
	return fake_away ? error_set(err, ERROR_DB_UNREACHABLE, "the database is away") : 0;
}

static inline struct fake_answer *fake_answer(const char *sql)
{
	size_t i = 0;

	while (fake_answers[i].sql && strcmp(fake_answers[i].sql, sql) != 0)
		i++;
	assert_true(i < FAKE_MAX);
	fake_answers[i].sql = sql;
	return &fake_answers[i];
}

static inline void fake_rows(const char *sql, const char *const *column, const char *const *value, size_t n)
{
	*fake_answer(sql) = (struct fake_answer){ .sql = sql, .column = column, .value = value, .n = n };
}

static inline void fake_call(const char *name, const struct db_param *params)
{
	str_addf(&fake_calls, "%s%s", fake_calls.n ? "|" : "", name);
	for (; params && params->name; params++) {
		if (params->type == DB_PARAM_INT)
			str_addf(&fake_calls, " %s=%lld", params->name, (long long)params->number);
		else if (params->type == DB_PARAM_LIST)
			for (int64_t i = 0; i < params->number; i++)
				str_addf(&fake_calls, i ? ",%s" : " %s=%s", i ? params->list[i] : params->name, params->list[i]);
		else
			str_addf(&fake_calls, " %s=%s", params->name, params->type == DB_PARAM_NULL ? "NULL" : params->text);
	}
}

/* As the real room does: a parameter that the statement has not, or one too few, is a bug. */
static inline void fake_check_params(const struct sql *sql, const struct db_param *params)
{
	const struct db_param *p;
	size_t i;

	for (i = 0; i < sql->nparam; i++) {
		for (p = params; p && p->name && strcmp(p->name, sql_param(sql, i)) != 0; p++)
			;
		assert_true(p && p->name);
	}
	for (p = params; p && p->name; p++) {
		for (i = 0; i < sql->nparam && strcmp(p->name, sql_param(sql, i)) != 0; i++)
			;
		assert_true(i < sql->nparam);
	}
}

static inline size_t fake_width(const struct fake_answer *a)
{
	size_t n = 0;

	while (a->column && a->column[n])
		n++;
	return n;
}

static inline void fake_fill(struct arena *arena, char *row, const struct db_column *column, const char *value)
{
	void *at = row + column->offset;

	if (column->type == DB_TEXT || column->type == DB_MAYBE_TEXT)
		*(const char **)at = value || column->type == DB_MAYBE_TEXT ? arena_dup(arena, value) : "";
	else if (column->type == DB_MAYBE_INT)
		*(struct maybe_int *)at = (struct maybe_int){ value != NULL, value ? strtoll(value, NULL, 10) : 0 };
	else if (column->type == DB_INT)
		*(int64_t *)at = strtoll(value, NULL, 10);
	else
		*(bool *)at = strcmp(value, "0") != 0;
}

int db_read(struct db *db, const struct sql *sql, const struct db_param *params, const struct db_shape *shape,
    struct db_rows *out, struct error *err)
{
	const struct fake_answer *a = fake_answer(sql->name);
	size_t width = fake_width(a), i, k, c;

	(void)db;
	fake_call(sql->name, params);
	fake_check_params(sql, params);
	*out = (struct db_rows){ 0 };
	if (a->then)
		a->then();
	if (a->fails)
		return error_set(err, a->fails, "%s fails", sql->name);
	out->n = a->n;
	out->v = arena_alloc(&out->arena, a->n * shape->row_size);
	for (i = 0; i < a->n; i++)
		for (k = 0; shape->column[k].name; k++) {
			for (c = 0; c < width && strcmp(a->column[c], shape->column[k].name) != 0; c++)
				;
			if (c < width)
				fake_fill(&out->arena, (char *)out->v + i * shape->row_size, &shape->column[k], a->value[i * width + c]);
		}
	return 0;
}

int db_read_once(struct db *db, const struct sql *sql, const struct db_shape *shape, struct db_rows *out, struct error *err)
{
	return db_read(db, sql, NULL, shape, out, err);
}

void db_rows_free(struct db_rows *rows)
{
	arena_free(&rows->arena);
	*rows = (struct db_rows){ 0 };
}

int db_begin_write(struct db *db, struct error *err)
{
	(void)db;
	fake_call("begin write", NULL);
	fake_ahead = false;
	return fake_begin_fails ? error_set(err, fake_begin_fails, "begin fails") : 0;
}

int db_write(struct db *db, const struct sql *sql, const struct db_param *params, uint64_t *matched, struct error *err)
{
	const struct fake_answer *a = fake_answer(sql->name);

	(void)db;
	fake_call(sql->name, params);
	fake_check_params(sql, params);
	*matched = a->n;
	return a->fails ? error_set(err, a->fails, "%s fails", sql->name) : 0;
}

int db_write_many(struct db *db, const struct sql *sql, size_t n, void (*fill)(const void *ctx, size_t i, struct db_param *params),
    const void *ctx, struct db_param *params, uint64_t *matched, struct error *err)
{
	const struct fake_answer *a = fake_answer(sql->name);

	(void)db;
	for (size_t i = 0; i < n; i++) {
		fill(ctx, i, params);
		fake_call(sql->name, params);
		fake_check_params(sql, params);
	}
	*matched = a->n;
	return a->fails ? error_set(err, a->fails, "%s fails", sql->name) : 0;
}

int db_commit(struct db *db, struct error *err)
{
	(void)db;
	fake_call("commit", NULL);
	return fake_commit_fails ? error_set(err, fake_commit_fails, "no answer to the commit") : 0;
}

int db_begin_read(struct db *db, struct error *err)
{
	(void)db;
	(void)err;
	return 0;
}

int db_commit_and_begin(struct db *db, struct error *err)
{
	(void)db;
	fake_call("commit and begin", NULL);
	fake_ahead = fake_chains;
	return fake_commit_fails ? error_set(err, fake_commit_fails, "no answer to the commit") : 0;
}

void db_put_off(struct db *db)
{
	(void)db;
	fake_call("put off", NULL);
	fake_ahead = true;
}

bool db_has_begun_ahead(const struct db *db)
{
	(void)db;
	return fake_ahead;
}

int64_t db_transaction_session(const struct db *db)
{
	(void)db;
	return 7;
}

int db_transaction_seen(struct db *db, int64_t connection_id, struct maybe_int marked, struct error *err)
{
	(void)db;
	(void)marked;
	return connection_id == 0 || connection_id == 7 ? 0 : error_set(err, ERROR_DB_UNREACHABLE, "session %d answers", (int)connection_id);
}

void db_rollback(struct db *db)
{
	(void)db;
	fake_call("rollback", NULL);
	fake_ahead = false;
}

struct db_walk {
	struct db_rows rows;
	size_t size, given;
};

int db_walk_open(struct db *db, const struct sql *sql, const struct db_param *params, const struct db_shape *shape,
    struct db_walk **out, struct error *err)
{
	struct db_rows rows;

	*out = NULL;
	if (db_read(db, sql, params, shape, &rows, err) != 0)
		return -1;
	*out = xcalloc(1, sizeof **out);
	**out = (struct db_walk){ .rows = rows, .size = shape->row_size };
	return 0;
}

int db_walk_next(struct db_walk *walk, const void **row, struct error *err)
{
	(void)err;
	if (walk->given == walk->rows.n)
		return 0;
	*row = (const char *)walk->rows.v + walk->given++ * walk->size;
	return 1;
}

void db_walk_close(struct db_walk **walk)
{
	if (*walk)
		db_rows_free(&(*walk)->rows);
	free(*walk);
	*walk = NULL;
}

#endif

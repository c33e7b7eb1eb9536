/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/log.h"

_Noreturn void db_bug(const struct sql *sql, const char *what, const char *name)
{
	fprintf(stderr, "evac-manage: bug: statement %s: %s '%s'\n", sql->name, what, name);
	exit(error_kind_exit_code(ERROR_BUG));
}

const struct sql *db_fitting(const struct sql *sql, const struct db_param *params)
{
	for (const struct db_param *p = params; p && p->name; p++)
		if (p->type == DB_PARAM_LIST && p->number > DB_LIST_FEW)
			return sql;
	return sql->few ? sql->few : sql;
}

MYSQL_STMT *db_prepare(struct db *db, enum db_phase phase, const struct sql *sql, struct error *err)
{
	MYSQL_STMT *stmt;

	for (size_t i = 0; i < db->nstatement; i++)
		if (db->statement[i].sql == sql)
			return db->statement[i].stmt;
	stmt = mysql_stmt_init(db->mysql);
	if (!stmt || mysql_stmt_prepare(stmt, sql->text, strlen(sql->text)) != 0) {
		db_fail(db, phase, stmt ? mysql_stmt_errno(stmt) : mysql_errno(db->mysql),
		    stmt ? mysql_stmt_error(stmt) : mysql_error(db->mysql), sql->name, err);
		if (stmt)
			mysql_stmt_close(stmt);
		return NULL;
	}
	if (mysql_stmt_param_count(stmt) != sql->nparam)
		db_bug(sql, "the server counts other parameters than", "the catalogue");
	db->statement = vec_grow(db->statement, db->nstatement, &db->cap, sizeof *db->statement);
	db->statement[db->nstatement++] = (struct db_statement){ sql, stmt };
	return stmt;
}

int db_try(struct db *db, const struct sql *sql, struct error *err)
{
	MYSQL_STMT *stmt = mysql_stmt_init(db->mysql);
	int rc = 0;

	log_sql("%s: %s, prepared only", db->label, sql->name);
	db_answer_begins(db, PHASE_READ);
	if (!stmt || mysql_stmt_prepare(stmt, sql->text, strlen(sql->text)) != 0)
		rc = db_fail(db, PHASE_READ, stmt ? mysql_stmt_errno(stmt) : mysql_errno(db->mysql),
		    stmt ? mysql_stmt_error(stmt) : mysql_error(db->mysql), sql->name, err);
	if (stmt)
		mysql_stmt_close(stmt);
	db_answer_ends(db);
	return rc;
}

void db_forget(struct db *db, MYSQL_STMT *stmt)
{
	size_t i = 0;

	while (i < db->nstatement && db->statement[i].stmt != stmt)
		i++;
	if (i < db->nstatement)
		db->statement[i] = db->statement[--db->nstatement];
	mysql_stmt_close(stmt);
}

void db_statements_close(struct db *db)
{
	for (size_t i = 0; i < db->nstatement; i++)
		mysql_stmt_close(db->statement[i].stmt);
	free(db->statement);
}

/* The value for the ? at ${position}. */
const struct db_param *db_param_find(const struct sql *sql, const struct db_param *params, size_t position)
{
	const struct db_param *p;

	for (p = params; p && p->name; p++)
		if (strcmp(p->name, sql_param(sql, position)) == 0)
			return p;
	db_bug(sql, "no value for parameter", sql_param(sql, position));
}

/* Mostly they stand in the order of their places: nth of the values, nth of the names. */
static void check_param_names(const struct sql *sql, const struct db_param *params)
{
	size_t i;

	for (const struct db_param *p = params; p && p->name; p++) {
		i = (size_t)(p - params);
		if (i < sql->nparam && sql_param(sql, i) == p->name)
			continue;
		for (i = 0; i < sql->nparam && strcmp(sql_param(sql, i), p->name) != 0; i++)
			;
		if (i == sql->nparam)
			db_bug(sql, "there is no parameter", p->name);
	}
}

/* The same as db_param_find(), where ${last} was found for the place before. */
static const struct db_param *find_next(const struct sql *sql, const struct db_param *params, const struct db_param *last,
    size_t position)
{
	const struct db_param *next = last ? last + 1 : params;

	return next && next->name && next->name == sql_param(sql, position) ? next : db_param_find(sql, params, position);
}

int db_session(struct db *db, const struct sql *sql, struct error *err)
{
	int rc = 0;

	log_sql("%s: %s", db->label, sql->name);
	db->session_seen = false;
	db_answer_begins(db, PHASE_READ);
	if (mysql_real_query(db->mysql, sql->text, strlen(sql->text)) != 0)
		rc = db_fail(db, PHASE_READ, mysql_errno(db->mysql), mysql_error(db->mysql), sql->name, err);
	db_answer_ends(db);
	return rc;
}

/* libmariadb's binds are not const; it only reads them here. */
static void bind_text(MYSQL_BIND *bind, const char *text, unsigned long *length)
{
	union {
		const char *in;
		void *out;
	} borrow = { .in = text };

	*length = strlen(text);
	bind->buffer_type = MYSQL_TYPE_STRING;
	bind->buffer = borrow.out;
	bind->buffer_length = *length;
	bind->length = length;
}

/* The last one stands for those that are missing. */
static const char *list_value(const struct sql *sql, const struct db_param *p, size_t nth)
{
	size_t n = (size_t)p->number;

	if (n == 0 || n > DB_LIST)
		db_bug(sql, "too many or too few values of", p->name);
	return p->list[nth < n ? nth : n - 1];
}

/* A list's places have one name, at one address. */
static bool has_name_of(const struct sql *sql, size_t i, size_t other)
{
	return sql_param(sql, i) == sql_param(sql, other) || strcmp(sql_param(sql, i), sql_param(sql, other)) == 0;
}

int db_execute(struct db *db, enum db_phase phase, MYSQL_STMT *stmt, const struct sql *sql, const struct db_param *params,
    struct error *err)
{
	MYSQL_BIND *bind = xcalloc(sql->nparam, sizeof *bind);
	unsigned long *length = xcalloc(sql->nparam, sizeof *length);
	long long *number = xcalloc(sql->nparam, sizeof *number);
	const size_t places = sql->places && !sql->few ? DB_LIST_FEW : DB_LIST; /* of a list: its own follow each other */
	const struct db_param *p = NULL;
	size_t nth = 0;
	int rc = 0;

	check_param_names(sql, params);
	for (size_t i = 0; i < sql->nparam; i++) {
		const bool is_same = i > 0 && has_name_of(sql, i, i - 1);

		nth = is_same ? (nth + 1) % places : 0;
		p = is_same ? p : find_next(sql, params, p, i);
		if (p->type == DB_PARAM_LIST) {
			bind_text(&bind[i], list_value(sql, p, nth), &length[i]);
		} else if (p->type == DB_PARAM_TEXT) {
			bind_text(&bind[i], p->text, &length[i]);
		} else if (p->type == DB_PARAM_INT) {
			number[i] = p->number;
			bind[i].buffer_type = MYSQL_TYPE_LONGLONG;
			bind[i].buffer = &number[i];
		} else {
			bind[i].buffer_type = MYSQL_TYPE_NULL;
		}
	}
	if (!db_is_ahead())
		log_sql("%s: %s", db->label, sql->name);
	db->session_seen = false;
	if (mysql_stmt_bind_param(stmt, bind) != 0 || mysql_stmt_execute(stmt) != 0)
		rc = db_fail(db, phase, mysql_stmt_errno(stmt), mysql_stmt_error(stmt), sql->name, err);
	free(bind);
	free(length);
	free(number);
	return rc;
}

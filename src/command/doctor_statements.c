/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "doctor.h"
#include "sql_catalogue.h"

/* Every statement that may be sent to a database is prepared there and not run: the server then says whether its tables and
 * columns are there and whether this account may do it. */

#define SHOWN 3

static const char *const releases[] = { "_queens", "_victoria", "_wallaby" };

/* "nova/migration_insert" of nova/migration_insert_queens: releases differ, one of the two is for here. */
static size_t base_length(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof releases / sizeof *releases; i++) {
		size_t suffix = strlen(releases[i]);

		if (n > suffix && strcmp(name + n - suffix, releases[i]) == 0)
			return n - suffix;
	}
	return n;
}

static bool is_variant(const struct sql *a, const struct sql *b)
{
	size_t n = base_length(a->name);

	return a != b && base_length(b->name) == n && strncmp(a->name, b->name, n) == 0;
}

/* Came with nova 31; who lacks its table, or may not see it, has no shares to us. */
static bool is_optional(const struct sql *sql)
{
	return strcmp(sql->name, "nova/share_count_by_instance") == 0;
}

static bool has_variant_here(struct db *db, const struct sql *sql)
{
	struct error ignored = { 0 };

	for (const struct sql *const *other = sql_catalogue; *other; other++)
		if (is_variant(sql, *other) && db_try(db, *other, &ignored) == 0)
			return true;
	return false;
}

bool statement_is_for_writing(const struct sql *sql)
{
	return sql->access == SQL_WRITES || strstr(sql->text, "FOR UPDATE") != NULL;
}

static void add_refused(struct refused *r, const struct sql *sql)
{
	r->n++;
	if (r->n <= SHOWN)
		str_addf(&r->names, "%s%s", r->n > 1 ? ", " : "",
		    sql->name); /* NOLINT(clang-analyzer-core.NullDereference): the loop ends there */
	else if (r->n == SHOWN + 1)
		str_add(&r->names, ", ...");
}

int statements_try(struct db *db, const char *folder, struct statements *out, struct error *err)
{
	size_t n = strlen(folder);

	*out = (struct statements){ 0 };
	db_end_read(db); /* inside it no statement that writes is taken, whoever sends it */
	for (const struct sql *const *sql = sql_catalogue; *sql; sql++) {
		if (strncmp((*sql)->name, folder, n) != 0 || (*sql)->name[n] != '/')
			continue;
		error_clear(err);
		if (is_optional(*sql) || db_try(db, *sql, err) == 0)
			continue;
		if (err->kind == ERROR_DB_UNREACHABLE)
			return -1;
		if (err->kind == ERROR_REFUSED)
			add_refused(statement_is_for_writing(*sql) ? &out->unwritable : &out->unreadable, *sql);
		else if (!has_variant_here(db, *sql))
			add_refused(&out->unfit, *sql);
		if (err->kind != ERROR_REFUSED && out->unfit.n == 1 && !out->why.n)
			str_add(&out->why, err->text);
	}
	error_clear(err);
	return db_begin_read(db, err);
}

void statements_free(struct statements *s)
{
	str_free(&s->unreadable.names);
	str_free(&s->unwritable.names);
	str_free(&s->unfit.names);
	str_free(&s->why);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "internal.h"

/* One question for many keys, and then for each key its own rows. */

static size_t offset_of(const struct db_shape *shape, const char *key)
{
	const struct db_column *c = shape->column;

	while (c->name && strcmp(c->name, key) != 0)
		c++;
	assert(c->name && (c->type == DB_TEXT || c->type == DB_MAYBE_TEXT));
	return c->offset;
}

static const char *key_at(const char *row, size_t offset)
{
	const char *text = *(const char *const *)(row + offset);

	return text ? text : "";
}

struct keyed {
	const char *key, *row;
};

/* Rows of one key lie in memory in their order. */
static int compare_keyed(const void *a, const void *b)
{
	const struct keyed *one = a, *other = b;
	int order = strcasecmp(one->key, other->key);

	return order ? order : one->row < other->row ? -1 : one->row > other->row;
}

void db_rows_sort(struct db_rows *rows, const struct db_shape *shape, const char *key)
{
	size_t offset = offset_of(shape, key), size = shape->row_size;
	struct keyed *order;
	char *sorted;

	if (rows->n < 2)
		return;
	order = xcalloc(rows->n, sizeof *order);
	for (size_t i = 0; i < rows->n; i++) {
		order[i].row = (const char *)rows->v + i * size;
		order[i].key = key_at(order[i].row, offset);
	}
	qsort(order, rows->n, sizeof *order, compare_keyed);
	sorted = arena_alloc(&rows->arena, rows->n * size);
	for (size_t i = 0; i < rows->n; i++)
		memcpy(sorted + i * size, order[i].row, size);
	rows->v = sorted;
	free(order);
}

/* How many rows are before the first that is not less than the key, or, with ${after}, before the first that is greater. */
static size_t rows_before(const struct db_rows *rows, size_t size, size_t offset, const char *value, bool after)
{
	size_t low = 0, high = rows->n, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = strcasecmp(key_at((const char *)rows->v + middle * size, offset), value);
		if (order < 0 || (after && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void *db_rows_find(const struct db_rows *rows, const struct db_shape *shape, const char *key, const char *value, size_t *n)
{
	size_t offset = offset_of(shape, key), first = rows_before(rows, shape->row_size, offset, value, false);

	*n = rows_before(rows, shape->row_size, offset, value, true) - first;
	return *n > 0 ? (char *)rows->v + first * shape->row_size : NULL;
}

static void append(struct db_rows *out, const struct db_shape *shape, size_t *cap, struct db_rows *more)
{
	while (out->n + more->n > *cap)
		out->v = vec_grow(out->v, *cap, cap, shape->row_size);
	if (more->n > 0)
		memcpy((char *)out->v + out->n * shape->row_size, more->v, more->n * shape->row_size);
	out->n += more->n;
	arena_join(&out->arena, &more->arena);
}

int db_read_set(struct db *db, const struct sql *sql, const struct words *keys, const struct db_shape *shape, const char *key,
    struct db_rows *out, struct error *err)
{
	const struct db_question like = { .sql = sql, .keys = *keys };
	struct db_rows all = { 0 }, part;
	size_t cap = 0;
	int rc;

	*out = (struct db_rows){ 0 };
	if (db_take_ahead(db, &like, out, &rc, err))
		return rc;
	for (size_t i = 0; i < keys->n; i += DB_LIST) {
		const struct db_param params[] = {
			p_list(sql_param(sql, 0), keys->v + i, keys->n - i < DB_LIST ? keys->n - i : DB_LIST), p_end
		};

		if (db_read(db, sql, params, shape, &part, err) != 0) {
			free(all.v);
			arena_free(&all.arena);
			return -1;
		}
		append(&all, shape, &cap, &part);
	}
	*out = (struct db_rows){ .n = all.n, .arena = all.arena };
	out->v = arena_alloc(&out->arena, all.n * shape->row_size);
	if (all.n > 0)
		memcpy(out->v, all.v, all.n * shape->row_size);
	free(all.v);
	db_rows_sort(out, shape, key);
	return 0;
}

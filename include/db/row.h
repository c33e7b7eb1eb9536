/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DB_ROW_H
#define DB_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/mem.h"

/* How the rows of an answer become structs. A struct is written by hand, in the header of who gives it; which of its members
 * are columns, and which of those may be absent, is its shape:
 *
 *	struct volume {
 *		const char *id, *name, *host;
 *		int64_t size_gb;
 *	};
 *	struct volumes { DB_ROWS(struct volume); };
 *	static inline void volumes_free(struct volumes *volumes) { db_rows_free(&volumes->rows); }
 *
 *	static const struct db_shape volume_shape = DB_SHAPE(struct volume, DB_COLUMNS(struct volume, id, size_gb),
 *	    DB_NULLABLES(struct volume, name, host));
 *
 *	db_read(db, &SQL_CINDER_VOLUMES_LIST, NULL, &volume_shape, &out->rows, err) */

/* Rows own their strings; give everything back with db_rows_free(). An empty answer is n == 0. */
struct db_rows {
	void *v;
	size_t n;
	struct arena arena;
};
void db_rows_free(struct db_rows *rows);

/* The same with the type of its rows: .v, .n and .arena of a list, and .rows for db_read() and db_rows_free(). */
#define DB_ROWS(T) \
	union { \
		struct { \
			T *v; \
			size_t n; \
			struct arena arena; \
		}; \
		struct db_rows rows; \
	}

/* Where a row's columns go. The member's C type decides how a column is read. A text of DB_COLUMNS is never absent: "" stands
 * for SQL's NULL, which no schema keeps out of names, kinds and URLs that code compares. DB_NULLABLES are texts whose absence
 * means something: NULL in the struct, and whoever reads the member looks first. int64_t and bool take no NULL, struct
 * maybe_int does. Columns are matched by name; one too many or too few is a bug. */
struct maybe_int {
	bool set;
	int64_t v;
};
enum db_type { DB_TEXT, DB_MAYBE_TEXT, DB_INT, DB_BOOL, DB_MAYBE_INT };
struct db_column {
	const char *name; /* NULL ends the columns of a shape */
	enum db_type type;
	size_t offset;
};
struct db_shape {
	size_t row_size;
	const struct db_column *column;
};

/* Orders rows by their column ${key}, a text, without case; those of one key stay in their order. */
void db_rows_sort(struct db_rows *rows, const struct db_shape *shape, const char *key);
/* Of rows in this order: the first of one key, and how many there are; NULL and 0: none. */
void *db_rows_find(const struct db_rows *rows, const struct db_shape *shape, const char *key, const char *value, size_t *n);

/* clang-format off */
/* At file scope: what it points to lives as long as it does. */
#define DB_SHAPE(T, ...) { sizeof(T), (const struct db_column[]){ __VA_ARGS__, { .name = NULL } } }
#define DB_COLUMNS(T, ...) DB_EACH(DB_COLUMN, T, __VA_ARGS__)
#define DB_NULLABLES(T, ...) DB_EACH(DB_NULLABLE, T, __VA_ARGS__)
#define DB_COLUMN(T, member)                                                                       \
	{ #member, _Generic(((T *)0)->member, const char *: DB_TEXT, int64_t: DB_INT, bool: DB_BOOL,   \
	      struct maybe_int: DB_MAYBE_INT), offsetof(T, member) }
#define DB_NULLABLE(T, member)                                                                     \
	{ #member, _Generic(((T *)0)->member, const char *: DB_MAYBE_TEXT), offsetof(T, member) }

/* M(T, member) for each of at most 16 members: more of them take a second DB_COLUMNS. */
#define DB_EACH(M, T, ...)                                                                                                   \
	DB_EACH_OF(__VA_ARGS__, DB_EACH_16, DB_EACH_15, DB_EACH_14, DB_EACH_13, DB_EACH_12, DB_EACH_11, DB_EACH_10, DB_EACH_9,   \
	    DB_EACH_8, DB_EACH_7, DB_EACH_6, DB_EACH_5, DB_EACH_4, DB_EACH_3, DB_EACH_2, DB_EACH_1, 0)(M, T, __VA_ARGS__)
#define DB_EACH_OF(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, name, ...) name
#define DB_EACH_1(M, T, member) M(T, member)
#define DB_EACH_2(M, T, member, ...) M(T, member), DB_EACH_1(M, T, __VA_ARGS__)
#define DB_EACH_3(M, T, member, ...) M(T, member), DB_EACH_2(M, T, __VA_ARGS__)
#define DB_EACH_4(M, T, member, ...) M(T, member), DB_EACH_3(M, T, __VA_ARGS__)
#define DB_EACH_5(M, T, member, ...) M(T, member), DB_EACH_4(M, T, __VA_ARGS__)
#define DB_EACH_6(M, T, member, ...) M(T, member), DB_EACH_5(M, T, __VA_ARGS__)
#define DB_EACH_7(M, T, member, ...) M(T, member), DB_EACH_6(M, T, __VA_ARGS__)
#define DB_EACH_8(M, T, member, ...) M(T, member), DB_EACH_7(M, T, __VA_ARGS__)
#define DB_EACH_9(M, T, member, ...) M(T, member), DB_EACH_8(M, T, __VA_ARGS__)
#define DB_EACH_10(M, T, member, ...) M(T, member), DB_EACH_9(M, T, __VA_ARGS__)
#define DB_EACH_11(M, T, member, ...) M(T, member), DB_EACH_10(M, T, __VA_ARGS__)
#define DB_EACH_12(M, T, member, ...) M(T, member), DB_EACH_11(M, T, __VA_ARGS__)
#define DB_EACH_13(M, T, member, ...) M(T, member), DB_EACH_12(M, T, __VA_ARGS__)
#define DB_EACH_14(M, T, member, ...) M(T, member), DB_EACH_13(M, T, __VA_ARGS__)
#define DB_EACH_15(M, T, member, ...) M(T, member), DB_EACH_14(M, T, __VA_ARGS__)
#define DB_EACH_16(M, T, member, ...) M(T, member), DB_EACH_15(M, T, __VA_ARGS__)
/* clang-format on */

#endif

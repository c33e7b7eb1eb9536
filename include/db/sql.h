/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DB_SQL_H
#define DB_SQL_H

#include <stddef.h>

/* One statement of sql/, compiled in from its file by sql/embed.awk. There is no other way to make one: the database room
 * takes no text. SQL_CINDER_VOLUME_MOVE is sql/cinder/volume_move.sql. */

/* How many values a parameter of the type list takes (sql/embed.awk: LIST): more than MariaDB and MySQL look up in the index
 * one by one before they execute a statement (eq_range_index_dive_limit, 200), which would read each row twice. */
#define DB_LIST 500
/* Where no list has more values than this, the statement is sent with so many places: the server parses, converts and plans for
 * each of them. */
#define DB_LIST_FEW 16

enum sql_access { SQL_READS, SQL_WRITES, SQL_SESSION };

struct sql {
	const char *name;          /* "cinder/volume_move" */
	const char *text;          /* begins with the name as a comment; ? for each @param */
	const char *const *params; /* names of the ?: sql_param() */
	size_t nparam;
	enum sql_access access;
	const char *tables;          /* "volumes", or "volumes services" */
	const char *rows;            /* "one", "many", "none" or a number */
	const char *sentence;        /* the head comment of the file */
	const char *raw;             /* the file as it is: @param is a user variable of a client's there */
	const unsigned char *places; /* of a statement with a list: the place in .params of each ?, as 500 pointers a list are
	                              * relocated whenever the program starts; NULL: .params has a name for each ? */
	const struct sql *few;       /* the same with DB_LIST_FEW places a list; NULL: it has no list, or is that */
};

/* The name of the ? at that place; it may come twice, a list's as often as it has places. */
static inline const char *sql_param(const struct sql *sql, size_t i)
{
	return sql->params[sql->places ? sql->places[i] : i];
}

extern const struct sql *const sql_catalogue[]; /* ends with NULL */

#endif

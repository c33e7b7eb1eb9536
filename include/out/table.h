/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUT_TABLE_H
#define OUT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "db/row.h"
#include "out/shown.h"
#include "util/error.h"
#include "util/mem.h"
#include "util/str.h"

/* Rows for people and programs: filled by an operation, printed in the format that was asked for. Cells are typed, so that JSON
 * gets numbers, booleans and nulls. The table owns its texts.
 *
 * Where table_begin() was told how the rows are shown, value, csv, json and yaml leave row by row and nothing of them is held;
 * a table, which needs all of its widths first, holds each row as the bytes of the cells that it shows (100,000 volumes: 13
 * MiB). */

/* What a column holds: how a cell gives way where a table is wider than the terminal. */
enum column_kind {
	COLUMN_TEXT,   /* a word of nova's, cinder's or ours: stays whole, blanks apart */
	COLUMN_NUMBER, /* to the right; whole */
	COLUMN_AGE,    /* seconds; people read "14 min"; the key may end with _s */
	COLUMN_UUID,   /* its first group, as long as it tells the rows apart */
	COLUMN_NAME,   /* of a host, a service, an instance: cut in the middle; broken where the cut would make two the same */
	COLUMN_SENTENCE,   /* broken between words */
	COLUMN_REMARK,     /* a longer one: goes under its row */
	COLUMN_NOTE,       /* a hint, a command: the same, as "key: text" */
	COLUMN_SPARE = 16, /* with one of these: left out where the table does not fit; others where no row has anything in them
	                    */
};
struct table_column {
	const char *key;   /* snake_case: JSON, -c, --sort-column */
	const char *title; /* for people; NULL: made of the key, "Server UUID" of server_uuid */
	bool json_only;    /* for json, yaml and csv; too much for a table or a line of values unless -c names it */
	enum column_kind kind;
};
struct cell;
struct table_stream;
struct table {
	const struct table_column *column;
	size_t ncolumn, nrow;
	struct cell *cell; /* of the last row; its texts are in .text */
	size_t next;       /* the column behind the one that was filled last */
	struct str text;   /* NUL behind each */
	struct str held;   /* the rows before it, one behind the other */
	size_t *at, cap;   /* where each begins */
	bool *hidden;      /* columns that are not kept; NULL: all are */
	struct table_stream *stream;
	const char *globals; /* request.globals: table_advice() puts it behind our commands */
	char *none;          /* said to people instead of headings alone; table_say_none() */
};

void table_init(struct table *table, const struct table_column *column, size_t ncolumn);
/* How its rows will be printed, before the first of them and behind table_check(); ${shown} must outlive the table. From then
 * on a row may be written to stdout as soon as the next one is added, where neither sorting nor widths need the others, and
 * cells that are not shown may be lost: no table_count() of these. What is written leaves in pieces of 64 KiB, so that an error
 * before the first leaves stdout empty; a reader that is slower than we are is not waited for, what it has not taken is kept.
 */
void table_begin(struct table *table, const struct shown *shown);
/* For the one who fills it, when ${err} is why there are no more rows: where some are on stdout already, they end there with a
 * whole row (and JSON without its bracket), and ${err} says that the list is not whole. */
void table_break_off(struct table *table, struct error *err);
/* Has stdout failed? Then no row that is added will be seen; table_print() has the error. */
bool table_has_failed(const struct table *table);
/* A new row of nulls; cells are then set by column key (a key that is not there is a bug). */
void table_add(struct table *table);
void table_text(struct table *table, const char *key, const char *text); /* NULL stays null; copied */
/* A text that says what to type next. */
void table_advice(struct table *table, const char *key, const char *text);
void table_int(struct table *table, const char *key, int64_t number);
void table_json(struct table *table, const char *key, const char *object); /* copied */
void table_bool(struct table *table, const char *key, bool value);
/* Members of ${row}, a struct T, in the columns of their names: texts, numbers and bools; a NULL and what is not set stay null.
 *	table_members(table, struct volume, v, id, name, size_gb); */
#define table_members(table, T, row, ...) \
	table_add_members(table, 1 ? (row) : (const T *)NULL, \
	    (const struct db_column[]){ DB_COLUMNS(T, __VA_ARGS__), { .name = NULL } })
void table_add_members(struct table *table, const void *row, const struct db_column *member);
/* What people read where there are no rows: "No volumes on 'X'.". Without it they get the headings. */
void table_say_none(struct table *table, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* How many rows have this text in that column. Not with table_begin(). */
size_t table_count(const struct table *table, const char *key, const char *text);
/* The text of a cell of a row; NULL: it has none. It lives until a row is added. */
const char *table_text_in(const struct table *table, size_t row, const char *key);
void table_free(struct table *table);

/* Writes to stdout as ${shown} says, with its columns, sorting and width. Columns are named by key or title, in any case.
 * A table has "-" for null and yes/no; values have "-" and true/false. No rows: what table_say_none() said or the headings
 * (table), a header (csv), [] (json, yaml), nothing. A table that is wider than out_width() gives way by the kinds of its
 * columns, and is written a line a cell where that is not enough; --fit no: only sentences give way. CJK and accents need
 * setlocale(LC_CTYPE, "") at the start of main; without it a table spells them \xNN. -c with an unknown column is ERROR_USAGE
 * naming the known ones. A full or closed stdout is ERROR_ERROR. */
int table_print(const struct table *table, const struct shown *shown, struct error *err);
/* Only the check of -c and --sort-column, so that a wrong word costs no work. */
int table_check(const struct table_column *column, size_t ncolumn, const struct shown *shown, struct error *err);

/* One line for people on stdout, whatever its names hold; its commands get the ${globals} that this one was given. Whoever ends
 * the report flushes and looks. */
void out_line(const char *globals, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A document for programs, on one line or on many; json-c escapes what a name may hold. */
int out_json(json_object *document, const struct shown *shown, struct error *err);
/* Our own words as they are, line ends too: never with a name in them. */
int out_text(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUT_TABLE_INTERNAL_H
#define OUT_TABLE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out/table.h"
#include "sink.h"
#include "util/str.h"

enum cell_type { CELL_NULL, CELL_TEXT, CELL_INT, CELL_BOOL, CELL_JSON /* an object on one line, as text */ };
struct cell {
	enum cell_type type;
	const char *text;
	int64_t number; /* also the bool; in the table itself where a text begins */
};

/* table_rows.c. The cells of a row, one a column of the table; texts live until a row is added. Hidden ones are null. */
void table_row(const struct table *table, size_t row, struct cell *cells);

/* A table as it was asked for: which columns, and in which order the rows. */
struct view {
	const struct table *table;
	size_t *column; /* indexes into table->column */
	size_t ncolumn;
	size_t *row; /* NULL: as they came */
	bool indent;
	struct cell *cell; /* of the row that was looked at last */
};
void view_open(struct view *view, const struct table *table, const struct shown *shown);
void view_close(struct view *view);
/* The cells of the row that stands there, by table->column; they live until the next is asked for. */
const struct cell *view_row(const struct view *view, size_t row);
const struct table_column *view_column(const struct view *view, size_t column);
/* The column that --sort-column names; table->ncolumn: none. */
size_t table_sorted_by(const struct table *table, const struct shown *shown);

/* A format of which each row stands by itself. ${cell}: by table->column; ${row} counts what was written before. */
struct row_format {
	const char *name;
	void (*head)(const struct view *view, struct str *out);
	void (*row)(const struct view *view, const struct cell *cell, size_t row, struct str *out);
	void (*tail)(const struct view *view, struct str *out);
};
const struct row_format *row_format(const char *name); /* NULL: a table */

/* table_stream.c. The last row leaves; false: this table's rows are held. */
bool table_stream_row(struct table *table);
int table_stream_end(const struct table *table, struct error *err);
void table_stream_free(struct table *table);

/* Without COLUMN_SPARE. */
enum column_kind column_kind(const struct table_column *column);
/* Does it go under its row where the table is too wide? */
bool column_is_below(const struct table_column *column);
/* Do its texts end at the right? */
bool column_is_right(const struct table_column *column);
/* The heading of a column: its title, or the key's words as the clients of nova and cinder write them. The caller frees it. */
char *table_title(const struct table_column *column);

struct limit {
	size_t width; /* 0: none */
	bool whole;   /* only sentences give way */
	bool chosen;  /* by -c: no column is left out */
	bool color;
};
/* For people. */
void table_draw(const struct view *view, const struct limit *limit, struct sink *sink);

/* A column on its way to the page. Texts are made anew whenever they are needed: all of them at once would be many times the
 * table. */
struct drawn_column {
	const struct table_column *is;
	size_t place; /* in table->column */
	char *title;
	size_t width;
	size_t wish;             /* and as wide as it would be */
	size_t cell, word, part; /* the widest cell, word, and piece of a word that a mark ends, headings apart */
	bool says_nothing;       /* no row has a value in it, or a number that is not nought */
	bool is_cut;             /* its cells, to ${cut} */
	size_t cut;
	size_t wrap; /* what is wider is broken; 0: nothing */
};
#define GAP "  "
#define GAP_WIDTH (sizeof GAP - 1)
struct drawn {
	const struct view *view;
	struct drawn_column *column;
	size_t ncolumn;
	bool shortened;
};
/* ${with_notes}: with the columns that could go under their rows. drawn_free() even when it was never filled. */
void drawn_fill(struct drawn *drawn, const struct view *view, bool with_notes);
void drawn_free(struct drawn *drawn);
size_t drawn_total(const struct drawn *drawn);
/* A column's heading and cell as they will be seen, with their line ends. */
void drawn_add_title(const struct drawn_column *column, struct str *out);
void drawn_add_text(const struct drawn_column *column, const struct cell *cells, struct str *out);
/* Makes columns narrower, by their kinds, and their texts with them; ${can_drop}: and leaves out those that can be missed.
 * false: it cannot be done. */
bool drawn_fit(struct drawn *drawn, size_t limit, bool can_drop);
/* The same with nothing cut: sentences are broken between words, the rest is as wide as it is. */
void drawn_wrap(struct drawn *drawn, size_t limit);
/* ${text}, shorter, as a column of that kind shortens it. */
void drawn_add_shorter(struct str *out, const char *text, enum column_kind kind, size_t width);

/* What goes under a row; and ${view} a line a cell, without any columns. */
void table_add_notes(const struct view *whole, const struct cell *cells, size_t limit, struct str *out);
void table_add_vertical(const struct view *view, size_t limit, struct sink *sink);

/* As people read it, in the letters of the locale. */
void cell_add_shown(const struct cell *cell, enum column_kind kind, struct str *out);
/* ${s} with U+FFFD for each byte that is no UTF-8. */
void table_add_utf8(const char *s, struct str *out);
/* What stands for a cell where everything is a text. */
void table_add_cell(const struct cell *cell, struct str *out);

#endif

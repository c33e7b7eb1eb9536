/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUT_TABLE_INTERNAL_H
#define OUT_TABLE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "out/table.h"
#include "util/str.h"

/* A table as it was asked for: which columns, and in which order the rows. */
struct view {
	const struct table *table;
	size_t *column; /* indexes into table->column */
	size_t ncolumn;
	size_t *row;
};
const struct cell *view_cell(const struct view *view, size_t row, size_t column);
const struct table_column *view_column(const struct view *view, size_t column);

void table_add_json(const struct view *view, bool indent, struct str *out);
void table_add_yaml(const struct view *view, struct str *out);
void table_add_csv(const struct view *view, struct str *out);
void table_add_value(const struct view *view, struct str *out);
/* Without COLUMN_SPARE. */
enum column_kind column_kind(const struct table_column *column);
/* Does it go under its row where the table is too wide? */
bool column_is_below(const struct table_column *column);
/* The heading of a column: its title, or the key's words as the clients of nova and cinder write them. The caller frees it. */
char *table_title(const struct table_column *column);

struct limit {
	size_t width; /* 0: none */
	bool whole;   /* only sentences give way */
	bool chosen;  /* by -c: no column is left out */
};
/* For people. false: libsmartcols could not. */
bool table_draw(const struct view *view, const struct limit *limit, bool color, struct str *out);

/* A table's texts on their way to the page: the headings are its first row. */
#define GAP "  "
#define GAP_WIDTH (sizeof GAP - 1)
struct drawn {
	struct view view; /* .column is its own */
	size_t nrow;      /* with the headings */
	char **text;      /* of each cell, row after row */
	size_t *width;    /* of each column */
	size_t *wish;     /* and as wide as it would be */
	bool shortened;
};
/* ${with_notes}: with the columns that could go under their rows. drawn_free() even when it was never filled. */
void drawn_fill(struct drawn *drawn, const struct view *view, bool with_notes);
void drawn_free(struct drawn *drawn);
char **drawn_cell(const struct drawn *drawn, size_t row, size_t column);
size_t drawn_total(const struct drawn *drawn);
/* Makes columns narrower, by their kinds, and their texts with them; ${can_drop}: and leaves out those that can be missed.
 * false: it cannot be done. */
bool drawn_fit(struct drawn *drawn, size_t limit, bool can_drop);
/* The same with nothing cut: sentences are broken between words, the rest is as wide as it is. */
void drawn_wrap(struct drawn *drawn, size_t limit);

/* ${drawing} with what goes under its rows; and ${view} a line a cell, without any columns. */
void table_add_with_notes(const struct drawn *d, const struct view *whole, const char *drawing, size_t limit, struct str *out);
void table_add_vertical(const struct view *view, size_t limit, struct str *out);

/* As people read it, in the letters of the locale. The caller frees it. */
char *cell_shown(const struct cell *cell, enum column_kind kind);
/* ${s} with U+FFFD for each byte that is no UTF-8. */
void table_add_utf8(const char *s, struct str *out);
/* What stands for a cell where everything is a text. */
void table_add_cell(const struct cell *cell, struct str *out);

#endif

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
/* For people. ${width} 0: as wide as it gets. false: libsmartcols could not. */
bool table_draw(const struct view *view, size_t width, bool color, struct str *out);

/* ${s} with U+FFFD for each byte that is no UTF-8. */
void table_add_utf8(const char *s, struct str *out);
/* What stands for a cell where everything is a text. */
void table_add_cell(const struct cell *cell, struct str *out);

#endif

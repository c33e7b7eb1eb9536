/* SPDX-License-Identifier: Apache-2.0 */
#include "table_internal.h"

#include <string.h>

#include "out/fit.h"
#include "util/mem.h"

/* What is written outside a table's columns: remarks and notes under their rows, or all of it, a line a cell. */

#define INDENT 4
#define LEAST 10 /* narrower than this is not asked for by anybody, and it ends all the same */

static size_t room_of(size_t limit, size_t taken)
{
	return limit > taken + LEAST ? limit - taken : LEAST;
}

/* A hint is one command, which is pasted; other notes are sentences. */
static bool is_long_command(const char *text, size_t width)
{
	return str_starts(text, "evac-manage ") && out_columns(text, strlen(text)) > width;
}

/* ---- under their rows */

static size_t lines_of_row(const struct drawn *d, size_t row)
{
	size_t most = 1, n;

	for (size_t i = 0; i < d->view.ncolumn; i++) {
		n = 1;
		for (const char *c = *drawn_cell(d, row, i); *c; c++)
			n += *c == '\n';
		most = n > most ? n : most;
	}
	return most;
}

/* A note is named as -c names it. */
static void add_note(const struct table_column *column, const struct cell *cell, size_t limit, struct str *out)
{
	const size_t width = room_of(limit, INDENT);
	auto_free char *text = cell_shown(cell, column_kind(column));
	auto_str struct str note = { 0 };

	if (cell->type == CELL_NULL || !*text)
		return;
	if (column_kind(column) == COLUMN_NOTE)
		str_addf(&note, "%s: ", column->key);
	str_add(&note, text);
	str_addf(out, "%*s", INDENT, "");
	if (is_long_command(text, width - (note.n - strlen(text))))
		out_add_wrapped_command(out, note.s, width, INDENT);
	else
		out_add_wrapped(out, note.s, width, INDENT);
	str_addc(out, '\n');
}

static void add_notes_of(const struct view *whole, size_t row, size_t limit, struct str *out)
{
	for (size_t i = 0; i < whole->ncolumn; i++)
		if (column_is_below(view_column(whole, i)))
			add_note(view_column(whole, i), view_cell(whole, row, i), limit, out);
}

void table_add_with_notes(const struct drawn *d, const struct view *whole, const char *drawing, size_t limit, struct str *out)
{
	size_t row, lines, n;

	for (row = 0; row < d->nrow; row++) {
		for (lines = lines_of_row(d, row); lines > 0; lines--) {
			n = strcspn(drawing, "\n");
			str_addn(out, drawing, n);
			str_addc(out, '\n');
			drawing += n + (drawing[n] == '\n');
		}
		if (row > 0)
			add_notes_of(whole, row - 1, limit, out);
	}
}

/* ---- a line a cell */

/* A command that is too long begins on a line of its own: its words have more room there. */
static void add_key_and_text(const char *key, size_t key_width, const char *text, size_t limit, struct str *out)
{
	const size_t indent = key_width + GAP_WIDTH, width = room_of(limit, indent);

	str_add(out, key);
	if (is_long_command(text, width)) {
		str_addf(out, "\n%*s", (int)GAP_WIDTH, "");
		out_add_wrapped_command(out, text, room_of(limit, GAP_WIDTH), GAP_WIDTH);
	} else {
		str_addf(out, "%*s", (int)(indent - out_columns(key, strlen(key))), "");
		out_add_wrapped(out, text, width, indent);
	}
	str_addc(out, '\n');
}

/* What a row has not takes no line: a listing of records has a column for each kind of them. */
static bool is_nothing(const char *cell)
{
	return strcmp(cell, "-") == 0;
}

void table_add_vertical(const struct view *view, size_t limit, struct str *out)
{
	struct drawn d = { 0 };
	size_t key_width = 0, row, i, width;

	drawn_fill(&d, view, true);
	for (i = 0; i < view->ncolumn; i++) {
		width = out_columns(*drawn_cell(&d, 0, i), strlen(*drawn_cell(&d, 0, i)));
		key_width = width > key_width ? width : key_width;
	}
	for (row = 1; row < d.nrow; row++) {
		if (row > 1)
			str_addc(out, '\n');
		for (i = 0; i < view->ncolumn; i++)
			if (i == 0 || !is_nothing(*drawn_cell(&d, row, i)))
				add_key_and_text(*drawn_cell(&d, 0, i), key_width, *drawn_cell(&d, row, i), limit, out);
	}
	drawn_free(&d);
}

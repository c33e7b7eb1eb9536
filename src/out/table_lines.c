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

/* A note is named as -c names it. */
static void add_note(const struct table_column *column, const struct cell *cell, size_t limit, struct str *out)
{
	const size_t width = room_of(limit, INDENT);
	auto_str struct str note = { 0 };
	size_t key;

	if (column_kind(column) == COLUMN_NOTE)
		str_addf(&note, "%s: ", column->key);
	key = note.n;
	cell_add_shown(cell, column_kind(column), &note);
	if (cell->type == CELL_NULL || note.n == key)
		return;
	str_addf(out, "%*s", INDENT, "");
	if (is_long_command(note.s + key, width - key))
		out_add_wrapped_command(out, note.s, width, INDENT);
	else
		out_add_wrapped(out, note.s, width, INDENT);
	str_addc(out, '\n');
}

void table_add_notes(const struct view *whole, const struct cell *cells, size_t limit, struct str *out)
{
	for (size_t i = 0; i < whole->ncolumn; i++)
		if (column_is_below(view_column(whole, i)))
			add_note(view_column(whole, i), &cells[whole->column[i]], limit, out);
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

static void add_cells(const struct drawn *d, const struct cell *cells, size_t key_width, size_t limit, struct str *out)
{
	auto_str struct str text = { 0 };

	for (size_t i = 0; i < d->ncolumn; i++) {
		str_clear(&text);
		str_add(&text, "");
		drawn_add_text(&d->column[i], cells, &text);
		if (i == 0 || !is_nothing(text.s))
			add_key_and_text(d->column[i].title, key_width, text.s, limit, out);
	}
}

void table_add_vertical(const struct view *view, size_t limit, struct sink *sink)
{
	struct drawn d = { 0 };
	size_t key_width = 0, row, i, width;

	drawn_fill(&d, view, true);
	for (i = 0; i < d.ncolumn; i++) {
		width = out_columns(d.column[i].title, strlen(d.column[i].title));
		key_width = width > key_width ? width : key_width;
	}
	for (row = 0; row < view->table->nrow; row++) {
		if (row > 0)
			str_addc(&sink->text, '\n');
		add_cells(&d, view_row(view, row), key_width, limit, &sink->text);
		sink_offer(sink);
	}
	drawn_free(&d);
}

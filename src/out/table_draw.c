/* SPDX-License-Identifier: Apache-2.0 */
#include "table_internal.h"

#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* libsmartcols aligns and colours; where lines break is decided here: it would cut ids when a table is too wide, and an id that
 * cannot be copied is worth nothing. Only columns of prose (a blank in some cell) give way, between words. */

#define GAP "  "
#define GAP_WIDTH (sizeof GAP - 1)
#define PROSE_MIN 20

/* A colour never says more than its word. */
static const struct {
	const char *word, *color;
} colors[] = {
	{ "down", "red" },
	{ "error", "red" },
	{ "failed", "red" },
	{ "stop", "red" },
	{ "unknown", "red" },
	{ "high", "red" },
	{ "warn", "yellow" },
	{ "open", "yellow" },
	{ "medium", "yellow" },
	{ "up", "green" },
	{ "ok", "green" },
	{ "proved", "green" },
	{ "done", "green" },
};
static const char *const colored_keys[] = { "state", "vm_state", "status", "severity", "result" };

struct drawn {
	char **text;   /* of each cell, row after row */
	size_t *width; /* of each column */
	bool *prose;
};

/* How many columns of a terminal the next character takes, and its ${length} in bytes. -1: the locale cannot print it. */
static int next_width(const char *s, size_t n, size_t *length)
{
	mbstate_t state = { 0 };
	wchar_t c;

	*length = mbrtowc(&c, s, n, &state);
	if (*length > 0 && *length <= n)
		return wcwidth(c);
	*length = 1;
	return -1;
}

static size_t column_width(const char *s, size_t n)
{
	size_t width = 0, length;
	int cells;

	for (; n; s += length, n -= length) {
		cells = next_width(s, n, &length);
		width += cells > 0 ? (size_t)cells : 0;
	}
	return width;
}

/* What the locale cannot print is spelt out, \xNN a byte: all that is not ASCII where it is not UTF-8. */
static void add_printable(const char *s, size_t n, struct str *out)
{
	size_t length, i;

	for (; n; s += length, n -= length) {
		if (next_width(s, n, &length) >= 0)
			str_addn(out, s, length);
		else
			for (i = 0; i < length; i++)
				str_addf(out, "\\x%02x", (unsigned)(unsigned char)s[i]);
	}
}

static char *cell_text(const struct cell *cell)
{
	auto_str struct str text = { 0 };
	struct str printable = { 0 };

	if (cell->type == CELL_BOOL)
		str_add(&text, cell->number ? "yes" : "no");
	else
		table_add_cell(cell, &text);
	add_printable(str_or(text.s, ""), text.n, &printable);
	return str_take(&printable);
}

static char *title_of(const struct table_column *column)
{
	char *title = xstrdup(column->title ? column->title : column->key), *c;

	for (c = title; *c && !column->title; c++)
		if (*c == '_')
			*c = ' ';
	return title;
}

static void measure(const struct view *view, struct drawn *drawn)
{
	size_t cells = view->table->nrow * view->ncolumn, i, column, width;
	char *text;

	for (i = 0; i < view->ncolumn; i++) {
		auto_free char *title = title_of(view_column(view, i));

		drawn->width[i] = column_width(title, strlen(title));
	}
	for (i = 0; i < cells; i++) {
		column = i % view->ncolumn;
		text = cell_text(view_cell(view, i / view->ncolumn, column));
		width = column_width(text, strlen(text));
		if (drawn->width[column] < width)
			drawn->width[column] = width;
		drawn->prose[column] |= strchr(text, ' ') != NULL;
		drawn->text[i] = text;
		if (column == 0 && !*text) { /* libsmartcols leaves out a row of nothing but empty cells */
			drawn->text[i] = xstrdup(" ");
			free(text);
		}
	}
}

/* Takes what is too much from the widest column of prose, again and again. */
static void narrow(const struct view *view, size_t limit, struct drawn *drawn)
{
	size_t total = 0, i, widest;

	for (i = 0; i < view->ncolumn; i++)
		total += drawn->width[i] + (i ? GAP_WIDTH : 0);
	while (limit && total > limit) {
		widest = view->ncolumn;
		for (i = 0; i < view->ncolumn; i++)
			if (drawn->prose[i] && drawn->width[i] > PROSE_MIN &&
			    (widest == view->ncolumn || drawn->width[i] > drawn->width[widest]))
				widest = i;
		if (widest == view->ncolumn)
			return;
		drawn->width[widest]--;
		total--;
	}
}

/* A word that is wider than the column stays whole. */
static char *broken(const char *text, size_t width)
{
	struct str out = { 0 };
	size_t column = 0, n, word;

	for (; *text; text += n) {
		n = strcspn(text, " ");
		word = column_width(text, n);
		if (column && column + 1 + word > width) {
			str_addc(&out, '\n');
			column = 0;
		} else if (out.n) {
			str_addc(&out, ' ');
			column++;
		}
		str_addn(&out, text, n);
		column += word;
		n += text[n] == ' ';
	}
	return str_take(&out);
}

static void break_lines(const struct view *view, struct drawn *drawn)
{
	size_t cells = view->table->nrow * view->ncolumn, i, width;
	char *text;

	for (i = 0; i < cells; i++) {
		text = drawn->text[i];
		width = drawn->width[i % view->ncolumn];
		if (!drawn->prose[i % view->ncolumn] || column_width(text, strlen(text)) <= width)
			continue;
		drawn->text[i] = broken(text, width);
		free(text);
	}
}

static void add_columns(struct libscols_table *out, const struct view *view, const struct drawn *drawn)
{
	struct libscols_column *column;
	size_t i;

	for (i = 0; i < view->ncolumn; i++) {
		auto_free char *title = title_of(view_column(view, i));

		column = scols_table_new_column(out, title, 0,
		    (view_column(view, i)->right ? SCOLS_FL_RIGHT : 0) | (drawn->prose[i] ? SCOLS_FL_WRAP : 0));
		if (drawn->prose[i])
			scols_column_set_wrapfunc(column, scols_wrapnl_chunksize, scols_wrapnl_nextchunk, NULL);
		scols_cell_set_color(scols_column_get_header(column), "bold");
	}
}

static const char *color_of(const struct table_column *column, const char *text)
{
	size_t i;

	for (i = 0; i < sizeof colored_keys / sizeof *colored_keys; i++)
		if (strcmp(colored_keys[i], column->key) == 0)
			break;
	if (i == sizeof colored_keys / sizeof *colored_keys)
		return NULL;
	for (i = 0; i < sizeof colors / sizeof *colors; i++)
		if (strcmp(colors[i].word, text) == 0)
			return colors[i].color;
	return NULL;
}

static void draw_rows(struct libscols_table *out, const struct view *view, const struct drawn *drawn)
{
	struct libscols_line *line;
	const char *color, *text;
	size_t row, i;

	for (row = 0; row < view->table->nrow; row++) {
		line = scols_table_new_line(out, NULL);
		for (i = 0; i < view->ncolumn; i++) {
			text = drawn->text[row * view->ncolumn + i];
			scols_line_set_data(line, i, text);
			color = color_of(view_column(view, i), text);
			if (color)
				scols_cell_set_color(scols_line_get_cell(line, i), color);
		}
	}
}

/* libsmartcols prints nothing for no rows; we print the titles, over a blank row that is cut off again. */
static bool add_drawing(struct libscols_table *table, bool empty, struct str *out)
{
	char *text = NULL;

	if (empty)
		scols_table_new_line(table, NULL);
	if (scols_print_table_to_string(table, &text) != 0 || !text) {
		free(text);
		return false;
	}
	str_addn(out, text, empty ? strcspn(text, "\n") : strlen(text));
	if (out->n && out->s[out->n - 1] != '\n')
		str_addc(out, '\n');
	free(text);
	return true;
}

bool table_draw(const struct view *view, size_t width, bool color, struct str *out)
{
	size_t cells = view->table->nrow * view->ncolumn, i;
	struct drawn drawn = {
		.text = xcalloc(cells, sizeof *drawn.text),
		.width = xcalloc(view->ncolumn, sizeof *drawn.width),
		.prose = xcalloc(view->ncolumn, sizeof *drawn.prose),
	};
	struct libscols_table *table = scols_new_table();
	bool drawn_all;

	measure(view, &drawn);
	narrow(view, width, &drawn);
	break_lines(view, &drawn);
	scols_table_set_column_separator(table, GAP);
	scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER); /* widths are ours */
	scols_table_enable_noencoding(table, 1);                 /* and so is what is spelt out */
	scols_table_enable_colors(table, color);
	add_columns(table, view, &drawn);
	draw_rows(table, view, &drawn);
	drawn_all = add_drawing(table, cells == 0, out);
	scols_unref_table(table);
	for (i = 0; i < cells; i++)
		free(drawn.text[i]);
	free(drawn.text);
	free(drawn.width);
	free(drawn.prose);
	return drawn_all;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "table_internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "out/fit.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/visible.h"

/* ---- which columns */

/* People type "Server UUID", "server-uuid" and "server_uuid". */
static bool same_name(const char *a, const char *b)
{
	char x, y;

	for (; *a && *b; a++, b++) {
		x = *a == '_' || *a == '-' ? ' ' : (char)tolower((unsigned char)*a);
		y = *b == '_' || *b == '-' ? ' ' : (char)tolower((unsigned char)*b);
		if (x != y)
			return false;
	}
	return *a == *b;
}

/* ncolumn: there is none. A key comes before another column's title. */
static size_t find_column(const struct table_column *column, size_t ncolumn, const char *name)
{
	size_t i;

	for (i = 0; i < ncolumn; i++)
		if (same_name(column[i].key, name))
			return i;
	for (i = 0; i < ncolumn; i++) {
		auto_free char *title = table_title(&column[i]);

		if (same_name(title, name))
			return i;
	}
	return ncolumn;
}

static int unknown_column(const struct table_column *column, size_t ncolumn, const char *option, const char *name,
    struct error *err)
{
	const char **known = xcalloc(ncolumn, sizeof *known);
	auto_str struct str list = { 0 }, nearest = { 0 }, word = { 0 };
	size_t i;

	for (i = 0; i < ncolumn; i++) {
		known[i] = column[i].key;
		str_addf(&list, "%s%s", i ? ", " : "", known[i]);
	}
	str_nearest(name, known, ncolumn, &nearest);
	str_add_visible(&word, name);
	error_set(err, ERROR_USAGE, "%s: no column '%.100s' here; known: %s", option, word.s, list.s);
	if (nearest.n)
		error_hint(err, "did you mean %s?", nearest.s);
	free(known);
	return -1;
}

int table_check(const struct table_column *column, size_t ncolumn, const struct shown *shown, struct error *err)
{
	size_t i;

	for (i = 0; i < shown->columns.n; i++)
		if (find_column(column, ncolumn, shown->columns.v[i]) == ncolumn)
			return unknown_column(column, ncolumn, "--column", shown->columns.v[i], err);
	if (shown->sort_column && find_column(column, ncolumn, shown->sort_column) == ncolumn)
		return unknown_column(column, ncolumn, "--sort-column", shown->sort_column, err);
	return 0;
}

/* ---- what is shown, in which order */

const struct table_column *view_column(const struct view *view, size_t column)
{
	return &view->table->column[view->column[column]];
}

const struct cell *view_row(const struct view *view, size_t row)
{
	table_row(view->table, view->row ? view->row[row] : row, view->cell);
	return view->cell;
}

/* A column that is named twice is shown once, where it was named first: an object has no key twice. */
static void view_add_column(struct view *view, size_t column)
{
	for (size_t i = 0; i < view->ncolumn; i++)
		if (view->column[i] == column)
			return;
	view->column[view->ncolumn++] = column;
}

static bool is_for_people(const char *format)
{
	return strcmp(format, "table") == 0 || strcmp(format, "value") == 0;
}

void view_open(struct view *view, const struct table *table, const struct shown *shown)
{
	bool for_people = is_for_people(str_or(shown->format, "table"));
	size_t i;

	*view = (struct view){ .table = table, .indent = !shown->noindent };
	view->column = xcalloc(table->ncolumn, sizeof *view->column);
	view->cell = xcalloc(table->ncolumn, sizeof *view->cell);
	for (i = 0; i < shown->columns.n; i++)
		view_add_column(view, find_column(table->column, table->ncolumn, shown->columns.v[i]));
	for (i = 0; i < table->ncolumn && shown->columns.n == 0; i++)
		if (!for_people || !table->column[i].json_only)
			view_add_column(view, i);
}

void view_close(struct view *view)
{
	free(view->column);
	free(view->cell);
	free(view->row);
	*view = (struct view){ 0 };
}

size_t table_sorted_by(const struct table *table, const struct shown *shown)
{
	return shown->sort_column ? find_column(table->column, table->ncolumn, shown->sort_column) : table->ncolumn;
}

struct sorted {
	struct cell key;
	size_t row;
};

/* Numbers before texts before nulls; rows that are equal stay as they were. */
static int compare_rows(const void *a, const void *b)
{
	static const int rank[] = { [CELL_NULL] = 2, [CELL_TEXT] = 1, [CELL_JSON] = 1, [CELL_INT] = 0, [CELL_BOOL] = 0 };
	const struct sorted *x = a, *y = b;
	int d = rank[x->key.type] - rank[y->key.type];

	if (d == 0 && x->key.text)
		d = strcmp(x->key.text, y->key.text);
	else if (d == 0)
		d = (x->key.number > y->key.number) - (x->key.number < y->key.number);
	return d ? d : (x->row > y->row) - (x->row < y->row);
}

static void view_sort(struct view *view, size_t column)
{
	const struct table *table = view->table;
	auto_free struct sorted *sorted = xcalloc(table->nrow, sizeof *sorted);

	for (size_t i = 0; i < table->nrow; i++) {
		table_row(table, i, view->cell);
		sorted[i] = (struct sorted){ view->cell[column], i };
	}
	qsort(sorted, table->nrow, sizeof *sorted, compare_rows);
	view->row = xcalloc(table->nrow, sizeof *view->row);
	for (size_t i = 0; i < table->nrow; i++)
		view->row[i] = sorted[i].row;
}

/* ---- printing */

static bool wants_color(const struct shown *shown)
{
	const char *mode = str_or(shown->color, "auto"), *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (strcmp(mode, "auto") != 0)
		return strcmp(mode, "always") == 0;
	return !(no && *no) && !str_equal(term, "dumb") && isatty(STDOUT_FILENO);
}

static void draw(const struct view *view, const struct shown *shown, struct sink *sink)
{
	const struct limit limit = {
		.width = out_width(shown),
		.whole = str_equal(shown->fit, "no"),
		.chosen = shown->columns.n > 0,
		.color = wants_color(shown),
	};

	if (view->table->nrow == 0 && view->table->none) {
		str_add_visible(&sink->text, view->table->none);
		str_addc(&sink->text, '\n');
	} else {
		table_draw(view, &limit, sink);
	}
}

static void write_rows(const struct view *view, const struct row_format *format, struct sink *sink)
{
	format->head(view, &sink->text);
	for (size_t row = 0; row < view->table->nrow; row++) {
		format->row(view, view_row(view, row), row, &sink->text);
		sink_offer(sink);
	}
	format->tail(view, &sink->text);
}

int table_print(const struct table *table, const struct shown *shown, struct error *err)
{
	const struct row_format *format = row_format(str_or(shown->format, "table"));
	auto_sink struct sink sink = { .waits = true };
	struct view view;

	if (table_check(table->column, table->ncolumn, shown, err) != 0)
		return -1;
	if (table->stream)
		return table_stream_end(table, err);
	view_open(&view, table, shown);
	if (shown->sort_column)
		view_sort(&view, table_sorted_by(table, shown));
	if (format)
		write_rows(&view, format, &sink);
	else
		draw(&view, shown, &sink);
	view_close(&view);
	return sink_end(&sink, err);
}

void out_line(const char *globals, const char *fmt, ...)
{
	auto_str struct str whole = { 0 }, line = { 0 };
	auto_free char *made = NULL;
	va_list args;

	va_start(args, fmt);
	made = lang_vformat(lang_text(fmt), args);
	va_end(args);
	shell_add_commands(&whole, made, globals);
	str_add_visible(&line, whole.s);
	puts(str_or(line.s, ""));
}

int out_json(json_object *document, const struct shown *shown, struct error *err)
{
	const int flags = JSON_C_TO_STRING_NOSLASHESCAPE |
	    (shown->noindent ? JSON_C_TO_STRING_PLAIN : JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED);

	errno = 0;
	if (fputs(json_object_to_json_string_ext(document, flags), stdout) < 0 || fputc('\n', stdout) < 0 ||
	    fflush(stdout) != 0)
		return error_errno(err, ERROR_ERROR, errno ? errno : EIO, "cannot write to stdout");
	return 0;
}

int out_text(struct error *err, const char *fmt, ...)
{
	auto_sink struct sink sink = { .waits = true };
	auto_free char *made = NULL;
	va_list args;

	va_start(args, fmt);
	made = lang_for_people(lang_vformat(fmt, args));
	va_end(args);
	str_add(&sink.text, made);
	return sink_end(&sink, err);
}

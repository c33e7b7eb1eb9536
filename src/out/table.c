/* SPDX-License-Identifier: Apache-2.0 */
#include "table_internal.h"

#include <assert.h>
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

/* ---- filling */

void table_init(struct table *table, const struct table_column *column, size_t ncolumn)
{
	*table = (struct table){ .column = column, .ncolumn = ncolumn };
}

void table_add(struct table *table)
{
	while (table->cap < (table->nrow + 1) * table->ncolumn)
		table->cell = vec_grow(table->cell, table->cap, &table->cap, sizeof *table->cell);
	memset(table->cell + table->nrow * table->ncolumn, 0, table->ncolumn * sizeof *table->cell);
	table->nrow++;
}

static size_t place_of_column(const struct table *table, const char *key)
{
	size_t i;

	for (i = 0; i < table->ncolumn && strcmp(table->column[i].key, key) != 0; i++)
		;
	assert(i < table->ncolumn);
	return i;
}

static struct cell *cell_of(struct table *table, const char *key)
{
	assert(table->nrow > 0);
	return &table->cell[(table->nrow - 1) * table->ncolumn + place_of_column(table, key)];
}

static void add_member(struct table *table, const void *row, const struct db_column *m)
{
	const void *at = (const char *)row + m->offset;
	const struct maybe_int *maybe = at;

	if (m->type == DB_TEXT || m->type == DB_MAYBE_TEXT)
		table_text(table, m->name, *(const char *const *)at);
	else if (m->type == DB_INT)
		table_int(table, m->name, *(const int64_t *)at);
	else if (m->type == DB_BOOL)
		table_bool(table, m->name, *(const bool *)at);
	else if (maybe->set)
		table_int(table, m->name, maybe->v);
}

void table_add_members(struct table *table, const void *row, const struct db_column *member)
{
	for (; member->name; member++)
		add_member(table, row, member);
}

size_t table_count(const struct table *table, const char *key, const char *text)
{
	size_t column = place_of_column(table, key), n = 0;

	for (size_t row = 0; row < table->nrow; row++)
		n += str_equal(table->cell[row * table->ncolumn + column].text, text);
	return n;
}

void table_text(struct table *table, const char *key, const char *text)
{
	*cell_of(table, key) = (struct cell){ .type = text ? CELL_TEXT : CELL_NULL, .text = arena_dup(&table->arena, text) };
}

void table_advice(struct table *table, const char *key, const char *text)
{
	auto_str struct str whole = { 0 };

	if (text)
		shell_add_commands(&whole, text, table->globals);
	table_text(table, key, whole.s);
}

void table_int(struct table *table, const char *key, int64_t number)
{
	*cell_of(table, key) = (struct cell){ .type = CELL_INT, .number = number };
}

void table_json(struct table *table, const char *key, const char *object)
{
	*cell_of(table, key) = (struct cell){ .type = CELL_JSON, .text = arena_dup(&table->arena, object) };
}

void table_bool(struct table *table, const char *key, bool value)
{
	*cell_of(table, key) = (struct cell){ .type = CELL_BOOL, .number = value };
}

void table_say_none(struct table *table, const char *fmt, ...)
{
	va_list args;

	free(table->none);
	va_start(args, fmt);
	table->none = lang_vformat(lang_text(fmt), args);
	va_end(args);
}

void table_free(struct table *table)
{
	free(table->none);
	free(table->cell);
	arena_free(&table->arena);
	*table = (struct table){ 0 };
}

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

const struct cell *view_cell(const struct view *view, size_t row, size_t column)
{
	return &view->table->cell[view->row[row] * view->table->ncolumn + view->column[column]];
}

const struct table_column *view_column(const struct view *view, size_t column)
{
	return &view->table->column[view->column[column]];
}

/* A column that is named twice is shown once, where it was named first: an object has no key twice. */
static void view_add_column(struct view *view, size_t column)
{
	for (size_t i = 0; i < view->ncolumn; i++)
		if (view->column[i] == column)
			return;
	view->column[view->ncolumn++] = column;
}

static void choose_columns(struct view *view, const struct shown *shown, bool for_people)
{
	const struct table *table = view->table;
	size_t i;

	view->column = xcalloc(table->ncolumn, sizeof *view->column);
	for (i = 0; i < shown->columns.n; i++)
		view_add_column(view, find_column(table->column, table->ncolumn, shown->columns.v[i]));
	for (i = 0; i < table->ncolumn && shown->columns.n == 0; i++)
		if (!for_people || !table->column[i].json_only)
			view_add_column(view, i);
}

struct order {
	const struct table *table;
	size_t column;
};

/* Numbers before texts before nulls; rows that are equal stay as they were. */
static int compare_rows(const void *a, const void *b, void *order_of)
{
	static const int rank[] = { [CELL_NULL] = 2, [CELL_TEXT] = 1, [CELL_JSON] = 1, [CELL_INT] = 0, [CELL_BOOL] = 0 };
	const struct order *order = order_of;
	size_t i = *(const size_t *)a, j = *(const size_t *)b;
	const struct cell *x = &order->table->cell[i * order->table->ncolumn + order->column];
	const struct cell *y = &order->table->cell[j * order->table->ncolumn + order->column];
	int d = rank[x->type] - rank[y->type];

	if (d == 0 && x->text)
		d = strcmp(x->text, y->text);
	else if (d == 0)
		d = (x->number > y->number) - (x->number < y->number);
	return d ? d : (i > j) - (i < j);
}

static void order_rows(struct view *view, const char *sort_column)
{
	const struct table *table = view->table;
	struct order order = { .table = table };
	size_t i;

	view->row = xcalloc(table->nrow, sizeof *view->row);
	for (i = 0; i < table->nrow; i++)
		view->row[i] = i;
	if (!sort_column)
		return;
	order.column = find_column(table->column, table->ncolumn, sort_column);
	qsort_r(view->row, table->nrow, sizeof *view->row, compare_rows, &order);
}

/* ---- printing */

static bool wants_color(const struct shown *shown)
{
	const char *mode = str_or(shown->color, "auto"), *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (strcmp(mode, "auto") != 0)
		return strcmp(mode, "always") == 0;
	return !(no && *no) && !str_equal(term, "dumb") && isatty(STDOUT_FILENO);
}

static int write_stdout(const struct str *text, struct error *err)
{
	errno = 0;
	if ((text->n && fwrite(text->s, 1, text->n, stdout) != text->n) || fflush(stdout) != 0)
		return error_errno(err, ERROR_ERROR, errno ? errno : EIO, "cannot write to stdout");
	return 0;
}

/* For people. false: libsmartcols could not. */
static bool add_table(const struct view *view, const struct shown *shown, struct str *out)
{
	const struct limit limit = {
		.width = out_width(shown),
		.whole = str_equal(shown->fit, "no"),
		.chosen = shown->columns.n > 0,
	};

	if (view->table->nrow == 0 && view->table->none) {
		str_add_visible(out, view->table->none);
		str_addc(out, '\n');
		return true;
	}
	return table_draw(view, &limit, wants_color(shown), out);
}

int table_print(const struct table *table, const struct shown *shown, struct error *err)
{
	const char *format = str_or(shown->format, "table");
	bool for_people = strcmp(format, "table") == 0 || strcmp(format, "value") == 0;
	struct view view = { .table = table };
	auto_str struct str text = { 0 };
	bool drawn = true;

	if (table_check(table->column, table->ncolumn, shown, err) != 0)
		return -1;
	choose_columns(&view, shown, for_people);
	order_rows(&view, shown->sort_column);
	if (strcmp(format, "json") == 0)
		table_add_json(&view, !shown->noindent, &text);
	else if (strcmp(format, "yaml") == 0)
		table_add_yaml(&view, &text);
	else if (strcmp(format, "csv") == 0)
		table_add_csv(&view, &text);
	else if (strcmp(format, "value") == 0)
		table_add_value(&view, &text);
	else
		drawn = add_table(&view, shown, &text);
	free(view.column);
	free(view.row);
	if (!drawn)
		return error_set(err, ERROR_ERROR, "libsmartcols cannot draw the table");
	return write_stdout(&text, err);
}

void out_line(const char *fmt, ...)
{
	auto_str struct str line = { 0 };
	auto_free char *made = NULL;
	va_list args;

	va_start(args, fmt);
	made = lang_vformat(lang_text(fmt), args);
	va_end(args);
	str_add_visible(&line, made);
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
	auto_str struct str text = { 0 };
	auto_free char *made = NULL;
	va_list args;

	va_start(args, fmt);
	made = lang_for_people(lang_vformat(fmt, args));
	va_end(args);
	str_add(&text, made);
	return write_stdout(&text, err);
}

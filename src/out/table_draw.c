/* SPDX-License-Identifier: Apache-2.0 */
#include "table_internal.h"

#include <ctype.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "out/fit.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/mem.h"
#include "util/visible.h"

/* libsmartcols aligns and colours; where lines break is decided by table_fit.c: it would cut what must stay whole. */

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
	{ "verified", "green" },
	{ "done", "green" },
};
static const char *const colored_keys[] = { "state", "vm_state", "status", "severity", "result" };

/* ---- texts */

enum column_kind column_kind(const struct table_column *column)
{
	return column->kind & ~(unsigned)COLUMN_SPARE;
}

bool column_is_below(const struct table_column *column)
{
	return column_kind(column) == COLUMN_REMARK || column_kind(column) == COLUMN_NOTE;
}

static void add_title_word(struct str *out, const char *word, size_t n)
{
	static const char *const short_words[] = { "GB", "ID", "MB", "SQL", "UUID", "VCPUs", "VM" };

	for (size_t i = 0; i < sizeof short_words / sizeof *short_words; i++)
		if (strlen(short_words[i]) == n && strncasecmp(short_words[i], word, n) == 0) {
			str_add(out, short_words[i]);
			return;
		}
	str_addc(out, (char)toupper((unsigned char)*word));
	str_addn(out, word + 1, n - 1);
}

char *table_title(const struct table_column *column)
{
	const char *word = column->key;
	struct str title = { 0 };
	size_t n;

	if (column->title)
		return xstrdup(column->title);
	for (; *word; word += n + (word[n] == '_')) {
		n = strcspn(word, "_");
		if (column_kind(column) == COLUMN_AGE && strcmp(word, "s") == 0)
			break;
		if (title.n)
			str_addc(&title, ' ');
		if (n)
			add_title_word(&title, word, n);
	}
	return str_take(&title);
}

char *cell_shown(const struct cell *cell, enum column_kind kind)
{
	auto_str struct str text = { 0 };
	struct str printable = { 0 };
	char age[CLOCK_AGE_SIZE];

	if (cell->type == CELL_BOOL)
		str_add(&text, cell->number ? "yes" : "no");
	else if (cell->type == CELL_INT && kind == COLUMN_AGE)
		str_add(&text, clock_age(cell->number, age));
	else
		table_add_cell(cell, &text);
	out_add_printable(&printable, str_or(text.s, ""));
	return str_take(&printable);
}

/* ---- rows of cells */

size_t drawn_total(const struct drawn *d)
{
	size_t total = 0;

	for (size_t i = 0; i < d->view.ncolumn; i++)
		total += d->width[i] + (i ? GAP_WIDTH : 0);
	return total;
}

char **drawn_cell(const struct drawn *d, size_t row, size_t column)
{
	return &d->text[row * d->view.ncolumn + column];
}

static void choose_drawn(struct drawn *d, const struct view *view, bool with_notes)
{
	d->view = *view;
	d->view.column = xcalloc(view->ncolumn + 1, sizeof *d->view.column);
	d->view.ncolumn = 0;
	for (size_t i = 0; i < view->ncolumn; i++)
		if (with_notes || !column_is_below(view_column(view, i)))
			d->view.column[d->view.ncolumn++] = view->column[i];
}

void drawn_fill(struct drawn *d, const struct view *whole, bool with_notes)
{
	const struct view *view = &d->view;
	size_t n, i, width;

	choose_drawn(d, whole, with_notes);
	n = view->ncolumn;
	d->nrow = view->table->nrow + 1;
	d->text = xcalloc(d->nrow * n, sizeof *d->text);
	d->width = xcalloc(n, sizeof *d->width);
	d->wish = xcalloc(n, sizeof *d->wish);
	for (i = 0; i < d->nrow * n; i++) {
		const struct table_column *column = view_column(view, i % n);

		d->text[i] = i < n ? table_title(column) : cell_shown(view_cell(view, i / n - 1, i % n), column_kind(column));
		width = out_columns(d->text[i], strlen(d->text[i]));
		if (d->width[i % n] < width)
			d->width[i % n] = d->wish[i % n] = width;
	}
}

void drawn_free(struct drawn *d)
{
	for (size_t i = 0; i < d->nrow * d->view.ncolumn; i++)
		free(d->text[i]);
	free(d->view.column);
	free(d->text);
	free(d->width);
	free(d->wish);
	*d = (struct drawn){ 0 };
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

static bool is_right(const struct table_column *column)
{
	return column_kind(column) == COLUMN_NUMBER || column_kind(column) == COLUMN_AGE;
}

static void add_columns(struct libscols_table *out, const struct drawn *d)
{
	struct libscols_column *column;

	for (size_t i = 0; i < d->view.ncolumn; i++) {
		const struct table_column *ours = view_column(&d->view, i);

		column = scols_table_new_column(out, "", 0, (is_right(ours) ? SCOLS_FL_RIGHT : 0) | SCOLS_FL_WRAP);
		scols_column_set_wrapfunc(column, scols_wrapnl_chunksize, scols_wrapnl_nextchunk, NULL);
	}
}

/* libsmartcols puts the second and later lines of a cell to the left; and it leaves out a row of nothing but empty cells. */
static void add_cell(struct libscols_line *line, const struct drawn *d, size_t row, size_t column)
{
	const char *text = *drawn_cell(d, row, column), *next = text;
	bool right = is_right(view_column(&d->view, column)) && strchr(text, '\n');
	auto_str struct str padded = { 0 };
	size_t n, width;

	if (!*text && column == 0) {
		scols_line_set_data(line, column, " ");
		return;
	}
	for (; right && *next; next += n + (next[n] == '\n')) {
		n = strcspn(next, "\n");
		width = out_columns(next, n);
		str_addf(&padded, "%s%*s%.*s", padded.n ? "\n" : "", (int)(d->width[column] - width), "", (int)n, next);
	}
	scols_line_set_data(line, column, right ? padded.s : text);
}

static void add_lines(struct libscols_table *out, const struct drawn *d)
{
	struct libscols_line *line;
	const char *color;
	size_t row, i;

	for (row = 0; row < d->nrow; row++) {
		line = scols_table_new_line(out, NULL);
		for (i = 0; i < d->view.ncolumn; i++) {
			add_cell(line, d, row, i);
			color = row == 0 ? "bold" : color_of(view_column(&d->view, i), *drawn_cell(d, row, i));
			if (color)
				scols_cell_set_color(scols_line_get_cell(line, i), color);
		}
	}
}

/* What libsmartcols makes of it; NULL: it cannot. The caller frees it. */
static char *drawing_of(const struct drawn *d, bool color)
{
	struct libscols_table *table = scols_new_table();
	char *text = NULL;

	scols_table_set_column_separator(table, GAP);
	scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER); /* widths are ours */
	scols_table_enable_noencoding(table, 1);                 /* and so is what is spelt out */
	scols_table_enable_noheadings(table, 1);                 /* it would not break them */
	scols_table_enable_colors(table, color);
	add_columns(table, d);
	add_lines(table, d);
	if (scols_print_table_to_string(table, &text) != 0) {
		free(text);
		text = NULL;
	}
	scols_unref_table(table);
	return text;
}

/* ---- all of it */

static bool add_drawn(const struct drawn *d, const struct view *whole, size_t limit, bool color, struct str *out)
{
	auto_free char *drawing = drawing_of(d, color);

	if (!drawing)
		return false;
	if (whole) {
		table_add_with_notes(d, whole, drawing, limit, out);
	} else {
		str_add(out, drawing);
		if (out->n && out->s[out->n - 1] != '\n')
			str_addc(out, '\n');
	}
	return true;
}

static void add_shortened(struct str *out)
{
	str_add_visible(out, _("(shortened to fit; in full: --fit no)"));
	str_addc(out, '\n');
}

static bool add_fitting(const struct view *view, const struct limit *limit, bool color, struct str *out)
{
	struct drawn d = { 0 };
	bool good = true;

	drawn_fill(&d, view, false);
	if (d.view.ncolumn == 0 || !drawn_fit(&d, limit->width, !limit->chosen)) {
		table_add_vertical(view, limit->width, out);
	} else {
		good = add_drawn(&d, view, limit->width, color, out);
		if (good && d.shortened)
			add_shortened(out);
	}
	drawn_free(&d);
	return good;
}

bool table_draw(const struct view *view, const struct limit *limit, bool color, struct str *out)
{
	struct drawn d = { 0 };
	bool good;

	drawn_fill(&d, view, true);
	if (!limit->width || drawn_total(&d) <= limit->width) {
		good = add_drawn(&d, NULL, 0, color, out);
	} else if (limit->whole) {
		drawn_wrap(&d, limit->width);
		good = add_drawn(&d, NULL, 0, color, out);
	} else {
		good = add_fitting(view, limit, color, out);
	}
	drawn_free(&d);
	return good;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "table_internal.h"

#include <stdlib.h>
#include <string.h>

#include "out/fit.h"

/* How a table becomes narrower: first what costs nothing (blanks, headings), then uuids, then the middle of names. A state or a
 * number is never cut: half of one is wrong. */

#define SENTENCE_GOOD 32
#define SENTENCE_MIN 24
#define NAME_GOOD 20
#define NAME_MIN 10
#define PROSE_MIN 20
#define UUID_LENGTH 36
#define UUID_MIDDLE 15 /* this wide it has both ends */
#define HEX_LENGTH 32  /* keystone writes a project's without the dashes */

/* As much as one step may take from a column. */
enum step { STEP_BLANKS, STEP_NAMES, STEP_ALL, STEP_MARKS };

static enum column_kind kind_of(const struct drawn *d, size_t column)
{
	return column_kind(view_column(&d->view, column));
}

static size_t widest_part(const char *text, const char *marks)
{
	size_t widest = 0, width, n;

	for (; *text; text += n) {
		n = strcspn(text, marks);
		n += text[n] && text[n] != ' ';
		width = out_columns(text, n);
		widest = width > widest ? width : widest;
		n += text[n] == ' ';
	}
	return widest;
}

/* The widest word of a column, from ${row} on. */
static size_t widest_word(const struct drawn *d, size_t column, size_t row, const char *marks)
{
	size_t widest = 0, width;

	for (; row < d->nrow; row++) {
		width = widest_part(*drawn_cell(d, row, column), marks);
		widest = width > widest ? width : widest;
	}
	return widest;
}

static size_t widest_cell(const struct drawn *d, size_t column, size_t row)
{
	size_t widest = 0, width;

	for (; row < d->nrow; row++) {
		width = out_columns(*drawn_cell(d, row, column), strlen(*drawn_cell(d, row, column)));
		widest = width > widest ? width : widest;
	}
	return widest;
}

static size_t greater(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t lesser(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How narrow a column may become in this step. Its heading's words stay whole. */
static size_t floor_of(const struct drawn *d, size_t column, enum step step)
{
	size_t heading = widest_part(*drawn_cell(d, 0, column), " "), word = widest_word(d, column, 1, " ");

	switch (kind_of(d, column)) {
	case COLUMN_TEXT:
		if (step == STEP_MARKS)
			return greater(heading, widest_word(d, column, 1, " _-/,"));
		return greater(heading, step == STEP_ALL ? word : greater(word, lesser(PROSE_MIN, widest_cell(d, column, 1))));
	case COLUMN_NAME:
		if (step == STEP_BLANKS)
			return d->width[column];
		return greater(heading, lesser(step >= STEP_ALL ? NAME_MIN : NAME_GOOD, widest_cell(d, column, 1)));
	case COLUMN_SENTENCE:
	case COLUMN_REMARK:
	case COLUMN_NOTE:
		if (step >= STEP_ALL)
			return greater(heading, lesser(SENTENCE_MIN, widest_cell(d, column, 1)));
		return greater(heading, lesser(greater(SENTENCE_GOOD, lesser(word, UUID_LENGTH)), widest_cell(d, column, 1)));
	case COLUMN_NUMBER:
	case COLUMN_AGE:
	case COLUMN_UUID:
	case COLUMN_SPARE:
		break;
	}
	return greater(heading, widest_cell(d, column, 1));
}

/* Takes what is too much from the widest column that can give, again and again. */
static void narrow(struct drawn *d, size_t limit, const size_t *least)
{
	size_t total = drawn_total(d), i, widest;

	while (total > limit) {
		widest = d->view.ncolumn;
		for (i = 0; i < d->view.ncolumn; i++)
			if (d->width[i] > least[i] && (widest == d->view.ncolumn || d->width[i] > d->width[widest]))
				widest = i;
		if (widest == d->view.ncolumn)
			return;
		d->width[widest]--;
		total--;
	}
}

/* Gives back what was taken and is not needed: a later step has found more than was left to find. */
static void widen(struct drawn *d, size_t limit)
{
	size_t left = limit - drawn_total(d);
	bool given = true;

	while (left > 0 && given) {
		given = false;
		for (size_t i = 0; i < d->view.ncolumn && left > 0; i++)
			if (d->width[i] < d->wish[i]) {
				d->width[i]++;
				left--;
				given = true;
			}
	}
}

static void narrow_by(struct drawn *d, size_t limit, enum step step)
{
	size_t *least = xcalloc(d->view.ncolumn, sizeof *least);

	for (size_t i = 0; i < d->view.ncolumn && drawn_total(d) > limit; i++)
		least[i] = floor_of(d, i, step);
	narrow(d, limit, least);
	free(least);
}

/* ---- still telling rows apart */

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* How many different ones there are; sorts them. */
static size_t count_different(char **text, size_t n)
{
	size_t different = n > 0;

	qsort(text, n, sizeof *text, compare_texts);
	for (size_t i = 1; i < n; i++)
		different += strcmp(text[i - 1], text[i]) != 0;
	return different;
}

static void add_shorter(struct str *out, const char *text, enum column_kind kind, size_t width)
{
	if (kind == COLUMN_UUID && width != UUID_MIDDLE)
		str_addn(out, text, lesser(strlen(text), width));
	else
		out_add_cut(out, text, width);
}

/* Are there as many different texts in a column when they are cut? */
static bool tells_apart(const struct drawn *d, size_t column, size_t width)
{
	size_t n = d->nrow - 1, i, whole, cut;
	char **text = xcalloc(n + 1, sizeof *text);

	for (i = 0; i < n; i++)
		text[i] = *drawn_cell(d, i + 1, column);
	whole = count_different(text, n);
	for (i = 0; i < n; i++) {
		struct str cut_text = { 0 };

		add_shorter(&cut_text, *drawn_cell(d, i + 1, column), kind_of(d, column), width);
		text[i] = str_take(&cut_text);
	}
	cut = count_different(text, n);
	for (i = 0; i < n; i++)
		free(text[i]);
	free(text);
	return cut == whole;
}

static void shorten_cells(struct drawn *d, size_t column)
{
	for (size_t row = 1; row < d->nrow; row++) {
		char **cell = drawn_cell(d, row, column);
		struct str text = { 0 };

		add_shorter(&text, *cell, kind_of(d, column), d->width[column]);
		d->shortened |= strcmp(*cell, str_or(text.s, "")) != 0;
		free(*cell);
		*cell = str_take(&text);
	}
}

/* To the end of the first group, or of the second; to both ends where neither tells the rows apart, as with ids that were made.
 * The rows' own id is the last to give way. */
static void shorten_uuids(struct drawn *d, size_t limit)
{
	static const size_t groups[] = { 8, 13, UUID_MIDDLE };
	size_t column, i;

	for (column = d->view.ncolumn; column-- > 0 && drawn_total(d) > limit;) {
		if (kind_of(d, column) != COLUMN_UUID || widest_cell(d, column, 1) < HEX_LENGTH)
			continue;
		for (i = 0; i < sizeof groups / sizeof *groups && !tells_apart(d, column, groups[i]); i++)
			;
		if (i == sizeof groups / sizeof *groups)
			continue;
		d->width[column] = groups[i];
		shorten_cells(d, column);
		d->width[column] = d->wish[column] = greater(groups[i], widest_word(d, column, 0, " "));
	}
}

/* ---- columns that can be missed */

static void drop_column(struct drawn *d, size_t column)
{
	size_t n = d->view.ncolumn, i, kept = 0;

	for (i = 0; i < d->nrow * n; i++)
		if (i % n == column)
			free(d->text[i]);
		else
			d->text[kept++] = d->text[i];
	for (i = column; i + 1 < n; i++) {
		d->width[i] = d->width[i + 1];
		d->wish[i] = d->wish[i + 1];
		d->view.column[i] = d->view.column[i + 1];
	}
	d->view.ncolumn--;
	d->shortened = true;
}

/* Does no row have anything in it: no value, or a number that is nought? */
static bool says_nothing(const struct drawn *d, size_t column)
{
	for (size_t row = 0; row < d->view.table->nrow; row++) {
		const struct cell *cell = view_cell(&d->view, row, column);

		if (cell->type != CELL_NULL && !(cell->type == CELL_INT && cell->number == 0))
			return false;
	}
	return true;
}

static bool is_spare(const struct drawn *d, size_t column)
{
	return view_column(&d->view, column)->kind & COLUMN_SPARE;
}

/* From the right; the first stays, it says what the row is about. */
static void drop_columns(struct drawn *d, size_t limit, bool (*can_go)(const struct drawn *d, size_t column))
{
	for (size_t column = d->view.ncolumn; column-- > 1 && drawn_total(d) > limit;)
		if (can_go(d, column))
			drop_column(d, column);
}

/* ---- the texts of narrower columns */

static void wrap_cells(struct drawn *d, size_t column)
{
	for (size_t row = 0; row < d->nrow; row++) {
		char **cell = drawn_cell(d, row, column);
		struct str text = { 0 };

		if (out_columns(*cell, strlen(*cell)) <= d->width[column])
			continue;
		out_add_wrapped(&text, *cell, d->width[column], 0);
		free(*cell);
		*cell = str_take(&text);
	}
}

static void break_column(struct drawn *d, size_t column)
{
	if (kind_of(d, column) == COLUMN_NAME && widest_cell(d, column, 1) > d->width[column] &&
	    tells_apart(d, column, d->width[column]))
		shorten_cells(d, column);
	wrap_cells(d, column);
}

bool drawn_fit(struct drawn *d, size_t limit, bool can_drop)
{
	narrow_by(d, limit, STEP_BLANKS);
	if (can_drop)
		drop_columns(d, limit, says_nothing);
	shorten_uuids(d, limit);
	narrow_by(d, limit, STEP_NAMES);
	if (can_drop)
		drop_columns(d, limit, is_spare);
	narrow_by(d, limit, STEP_ALL);
	narrow_by(d, limit, STEP_MARKS);
	if (drawn_total(d) > limit)
		return false;
	widen(d, limit);
	for (size_t i = 0; i < d->view.ncolumn; i++)
		break_column(d, i);
	return true;
}

void drawn_wrap(struct drawn *d, size_t limit)
{
	size_t *least = xcalloc(d->view.ncolumn, sizeof *least);

	for (size_t i = 0; i < d->view.ncolumn; i++)
		least[i] = greater(PROSE_MIN, widest_word(d, i, 0, " "));
	narrow(d, limit, least);
	free(least);
	for (size_t i = 0; i < d->view.ncolumn; i++)
		wrap_cells(d, i);
}

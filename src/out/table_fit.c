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
	return column_kind(d->column[column].is);
}

static size_t greater(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t lesser(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The widest piece of a text that ends behind one of ${marks} or before a blank. */
static size_t widest_part(const char *text, const char *marks)
{
	size_t widest = 0, n;

	for (; *text; text += n) {
		n = strcspn(text, marks);
		n += text[n] && text[n] != ' ';
		widest = greater(widest, out_columns(text, n));
		n += text[n] == ' ';
	}
	return widest;
}

/* What the cells of a column need as they are now, cut or whole; and whether they are shorter than they were. */
static void measure(struct drawn *d, struct drawn_column *c)
{
	auto_str struct str text = { 0 };
	size_t whole;

	c->cell = c->word = c->part = 0;
	for (size_t row = 0; row < d->view->table->nrow; row++) {
		const struct cell *cells = view_row(d->view, row);

		str_clear(&text);
		drawn_add_text(c, cells, &text);
		str_add(&text, "");
		c->cell = greater(c->cell, out_columns(text.s, text.n));
		c->word = greater(c->word, widest_part(text.s, " "));
		c->part = greater(c->part, widest_part(text.s, " _-/,"));
		if (!c->is_cut || d->shortened)
			continue;
		whole = text.n;
		cell_add_shown(&cells[c->place], column_kind(c->is), &text);
		d->shortened = text.n != 2 * whole || memcmp(text.s, text.s + whole, whole) != 0;
	}
}

static void measure_all(struct drawn *d)
{
	for (size_t i = 0; i < d->ncolumn; i++)
		measure(d, &d->column[i]);
}

/* How narrow a column may become in this step. Its heading's words stay whole. */
static size_t floor_of(const struct drawn *d, size_t column, enum step step)
{
	const struct drawn_column *c = &d->column[column];
	size_t heading = widest_part(c->title, " ");

	switch (kind_of(d, column)) {
	case COLUMN_TEXT:
		if (step == STEP_MARKS)
			return greater(heading, c->part);
		return greater(heading, step == STEP_ALL ? c->word : greater(c->word, lesser(PROSE_MIN, c->cell)));
	case COLUMN_NAME:
		if (step == STEP_BLANKS)
			return c->width;
		return greater(heading, lesser(step >= STEP_ALL ? NAME_MIN : NAME_GOOD, c->cell));
	case COLUMN_SENTENCE:
	case COLUMN_REMARK:
	case COLUMN_NOTE:
		if (step >= STEP_ALL)
			return greater(heading, lesser(SENTENCE_MIN, c->cell));
		return greater(heading, lesser(greater(SENTENCE_GOOD, lesser(c->word, UUID_LENGTH)), c->cell));
	case COLUMN_NUMBER:
	case COLUMN_AGE:
	case COLUMN_UUID:
	case COLUMN_SPARE:
		break;
	}
	return greater(heading, c->cell);
}

/* Takes what is too much from the widest column that can give, again and again. */
static void narrow(struct drawn *d, size_t limit, const size_t *least)
{
	size_t total = drawn_total(d), i, widest;

	while (total > limit) {
		widest = d->ncolumn;
		for (i = 0; i < d->ncolumn; i++)
			if (d->column[i].width > least[i] &&
			    (widest == d->ncolumn || d->column[i].width > d->column[widest].width))
				widest = i;
		if (widest == d->ncolumn)
			return;
		d->column[widest].width--;
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
		for (size_t i = 0; i < d->ncolumn && left > 0; i++)
			if (d->column[i].width < d->column[i].wish) {
				d->column[i].width++;
				left--;
				given = true;
			}
	}
}

static void narrow_by(struct drawn *d, size_t limit, enum step step)
{
	size_t *least = xcalloc(d->ncolumn, sizeof *least);

	for (size_t i = 0; i < d->ncolumn && drawn_total(d) > limit; i++)
		least[i] = floor_of(d, i, step);
	narrow(d, limit, least);
	free(least);
}

/* ---- still telling rows apart */

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Texts one behind the other. */
struct texts {
	struct str all;
	size_t *at, n;
};

/* How many different ones there are. */
static size_t count_different(const struct texts *texts)
{
	auto_free const char **text = xcalloc(texts->n, sizeof *text);
	size_t different = texts->n > 0, i;

	for (i = 0; i < texts->n; i++)
		text[i] = texts->all.s + texts->at[i];
	vec_sort(text, texts->n, sizeof *text, compare_texts);
	for (i = 1; i < texts->n; i++)
		different += strcmp(text[i - 1], text[i]) != 0;
	return different;
}

void drawn_add_shorter(struct str *out, const char *text, enum column_kind kind, size_t width)
{
	if (kind == COLUMN_UUID && width != UUID_MIDDLE)
		str_addn(out, text, lesser(strlen(text), width));
	else
		out_add_cut(out, text, width);
}

/* A column's texts as they would be. */
static void texts_of(const struct drawn *d, const struct drawn_column *column, struct texts *out)
{
	*out = (struct texts){ .n = d->view->table->nrow };
	out->at = xcalloc(out->n, sizeof *out->at);
	for (size_t row = 0; row < out->n; row++) {
		out->at[row] = out->all.n;
		drawn_add_text(column, view_row(d->view, row), &out->all);
		str_addn(&out->all, "", 1);
	}
}

static size_t count_texts(const struct drawn *d, const struct drawn_column *column)
{
	struct texts texts;
	size_t n;

	texts_of(d, column, &texts);
	n = count_different(&texts);
	str_free(&texts.all);
	free(texts.at);
	return n;
}

/* Are there as many different texts in a column when they are cut? */
static bool tells_apart(const struct drawn *d, size_t column, size_t width)
{
	struct drawn_column cut = d->column[column];

	cut.is_cut = true;
	cut.cut = width;
	return count_texts(d, &cut) == count_texts(d, &d->column[column]);
}

static void shorten_cells(struct drawn *d, size_t column, size_t width)
{
	d->column[column].is_cut = true;
	d->column[column].cut = width;
	measure(d, &d->column[column]);
}

/* To the end of the first group, or of the second; to both ends where neither tells the rows apart, as with ids that were made.
 * The rows' own id is the last to give way. */
static void shorten_uuids(struct drawn *d, size_t limit)
{
	static const size_t groups[] = { 8, 13, UUID_MIDDLE };
	size_t column, i;

	for (column = d->ncolumn; column-- > 0 && drawn_total(d) > limit;) {
		struct drawn_column *c = &d->column[column];

		if (kind_of(d, column) != COLUMN_UUID || c->cell < HEX_LENGTH)
			continue;
		for (i = 0; i < sizeof groups / sizeof *groups && !tells_apart(d, column, groups[i]); i++)
			;
		if (i == sizeof groups / sizeof *groups)
			continue;
		shorten_cells(d, column, groups[i]);
		c->width = c->wish = greater(groups[i], greater(c->word, widest_part(c->title, " ")));
	}
}

/* ---- columns that can be missed */

static void drop_column(struct drawn *d, size_t column)
{
	free(d->column[column].title);
	d->ncolumn--;
	memmove(&d->column[column], &d->column[column + 1], (d->ncolumn - column) * sizeof *d->column);
	d->shortened = true;
}

static bool says_nothing(const struct drawn *d, size_t column)
{
	return d->column[column].says_nothing;
}

static bool is_spare(const struct drawn *d, size_t column)
{
	return d->column[column].is->kind & COLUMN_SPARE;
}

/* From the right; the first stays, it says what the row is about. */
static void drop_columns(struct drawn *d, size_t limit, bool (*can_go)(const struct drawn *d, size_t column))
{
	for (size_t column = d->ncolumn; column-- > 1 && drawn_total(d) > limit;)
		if (can_go(d, column))
			drop_column(d, column);
}

/* ---- the texts of narrower columns */

static size_t widest_line(const char *text)
{
	size_t widest = 0, n;

	for (; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		widest = greater(widest, out_columns(text, n));
	}
	return widest;
}

/* Breaks its texts where they are wider; what no line needs is no part of the column, but for one to the right of which
 * something was broken: its lines end where the column was to end. */
static void wrap_column(struct drawn *d, struct drawn_column *c)
{
	auto_str struct str text = { 0 };
	bool broken;
	size_t widest;

	c->wrap = c->width;
	drawn_add_title(c, &text);
	broken = strchr(text.s, '\n');
	widest = widest_line(text.s);
	for (size_t row = 0; row < d->view->table->nrow; row++) {
		str_clear(&text);
		drawn_add_text(c, view_row(d->view, row), &text);
		broken |= strchr(text.s, '\n') != NULL;
		widest = greater(widest, widest_line(text.s));
	}
	if (!broken || !column_is_right(c->is))
		c->width = widest;
}

static void break_column(struct drawn *d, size_t column)
{
	struct drawn_column *c = &d->column[column];

	if (kind_of(d, column) == COLUMN_NAME && c->cell > c->width && tells_apart(d, column, c->width))
		shorten_cells(d, column, c->width);
	wrap_column(d, c);
}

bool drawn_fit(struct drawn *d, size_t limit, bool can_drop)
{
	measure_all(d);
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
	for (size_t i = 0; i < d->ncolumn; i++)
		break_column(d, i);
	return true;
}

void drawn_wrap(struct drawn *d, size_t limit)
{
	size_t *least = xcalloc(d->ncolumn, sizeof *least);

	measure_all(d);
	for (size_t i = 0; i < d->ncolumn; i++)
		least[i] = greater(PROSE_MIN, greater(d->column[i].word, widest_part(d->column[i].title, " ")));
	narrow(d, limit, least);
	free(least);
	for (size_t i = 0; i < d->ncolumn; i++)
		wrap_column(d, &d->column[i]);
}

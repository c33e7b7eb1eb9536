/* SPDX-License-Identifier: Apache-2.0 */
#include "table_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "out/fit.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/mem.h"
#include "util/visible.h"

/* The page: headings, rows, blanks and colours; where lines break is decided by table_fit.c. Two passes over the rows that the
 * table holds, one for the widths and one that writes. libsmartcols, which drew it once, would have the blanks alone to do, as
 * widths and breaks are ours; for them it holds every cell again and takes longer than the whole list may. */

#define RED "\x1b[31m"
#define GREEN "\x1b[32m"
#define YELLOW "\x1b[1;33m" /* without the 1 many terminals have brown */

/* A colour never says more than its word. */
static const struct {
	const char *word, *color;
} colors[] = {
	{ "down", RED },
	{ "error", RED },
	{ "failed", RED },
	{ "stop", RED },
	{ "unknown", RED },
	{ "high", RED },
	{ "warn", YELLOW },
	{ "open", YELLOW },
	{ "medium", YELLOW },
	{ "up", GREEN },
	{ "ok", GREEN },
	{ "proved", GREEN },
	{ "verified", GREEN },
	{ "done", GREEN },
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

/* The rest of ${out} from ${from} on is one text, that is written anew. The caller frees it. */
static char *taken_from(struct str *out, size_t from)
{
	char *text = xstrndup(out->s + from, out->n - from);

	out->n = from;
	return text;
}

void cell_add_shown(const struct cell *cell, enum column_kind kind, struct str *out)
{
	char age[CLOCK_AGE_SIZE];
	size_t from = out->n;

	if (cell->type == CELL_BOOL)
		str_add(out, cell->number ? "yes" : "no");
	else if (cell->type == CELL_INT && kind == COLUMN_AGE)
		str_add(out, clock_age(cell->number, age));
	else
		table_add_cell(cell, out);
	if (out->n > from && ascii_length(out->s + from, out->n - from) < out->n - from) {
		auto_free char *text = taken_from(out, from);

		out_add_printable(out, text);
	}
}

/* ---- columns */

size_t drawn_total(const struct drawn *d)
{
	size_t total = 0;

	for (size_t i = 0; i < d->ncolumn; i++)
		total += d->column[i].width + (i ? GAP_WIDTH : 0);
	return total;
}

static void choose_drawn(struct drawn *d, const struct view *view, bool with_notes)
{
	d->view = view;
	d->column = xcalloc(view->ncolumn, sizeof *d->column);
	for (size_t i = 0; i < view->ncolumn; i++) {
		const struct table_column *is = view_column(view, i);
		struct drawn_column *c = &d->column[d->ncolumn];

		if (!with_notes && column_is_below(is))
			continue;
		*c = (struct drawn_column){ .is = is,
			.place = view->column[i],
			.title = table_title(is),
			.says_nothing = true };
		c->width = out_columns(c->title, strlen(c->title));
		d->ncolumn++;
	}
}

static size_t greater_width(size_t a, size_t b)
{
	return a > b ? a : b;
}

void drawn_fill(struct drawn *d, const struct view *view, bool with_notes)
{
	auto_str struct str text = { 0 };

	choose_drawn(d, view, with_notes);
	for (size_t row = 0; row < view->table->nrow; row++) {
		const struct cell *cells = view_row(view, row);

		for (struct drawn_column *c = d->column; c < d->column + d->ncolumn; c++) {
			const struct cell *cell = &cells[c->place];

			str_clear(&text);
			cell_add_shown(cell, column_kind(c->is), &text);
			c->cell = greater_width(c->cell, out_columns(text.s, text.n));
			c->says_nothing &= cell->type == CELL_NULL || (cell->type == CELL_INT && cell->number == 0);
		}
	}
	for (struct drawn_column *c = d->column; c < d->column + d->ncolumn; c++)
		c->width = c->wish = greater_width(c->width, c->cell);
}

void drawn_free(struct drawn *d)
{
	for (size_t i = 0; i < d->ncolumn; i++)
		free(d->column[i].title);
	free(d->column);
	*d = (struct drawn){ 0 };
}

void drawn_add_text(const struct drawn_column *column, const struct cell *cells, struct str *out)
{
	size_t from = out->n;

	str_add(out, "");
	cell_add_shown(&cells[column->place], column_kind(column->is), out);
	if (column->is_cut) {
		auto_free char *whole = taken_from(out, from);

		drawn_add_shorter(out, whole, column_kind(column->is), column->cut);
	}
	if (column->wrap && out_columns(out->s + from, out->n - from) > column->wrap) {
		auto_free char *line = taken_from(out, from);

		out_add_wrapped(out, line, column->wrap, 0);
	}
}

void drawn_add_title(const struct drawn_column *column, struct str *out)
{
	if (column->wrap && out_columns(column->title, strlen(column->title)) > column->wrap)
		out_add_wrapped(out, column->title, column->wrap, 0);
	else
		str_add(out, column->title);
}

/* ---- the page */

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

bool column_is_right(const struct table_column *column)
{
	return column_kind(column) == COLUMN_NUMBER || column_kind(column) == COLUMN_AGE;
}

/* A row's cells as they stand beside each other: what is left of each, a line after the other. */
struct page {
	const struct drawn *drawn;
	struct sink *sink;
	bool color;
	struct str text; /* NUL behind each cell */
	size_t *at;      /* where in it the next line of each begins */
	const char **paint;
};

static void add_padding(struct str *out, size_t n)
{
	static const char blanks[] = "                                ";

	for (; n >= sizeof blanks; n -= sizeof blanks - 1)
		str_addn(out, blanks, sizeof blanks - 1);
	str_addn(out, blanks, n);
}

/* One line of a cell, in its colour, behind the blanks that those before it have left; returns those that it leaves. */
static size_t add_piece(struct page *page, size_t i, const char *text, size_t n, size_t before)
{
	const struct drawn_column *c = &page->drawn->column[i];
	size_t width = out_columns(text, n), blanks = c->width > width ? c->width - width : 0;
	struct str *out = &page->sink->text;
	bool right = column_is_right(c->is), last = i + 1 == page->drawn->ncolumn;

	if (n == 0)
		return before + c->width;
	add_padding(out, before);
	if (page->paint[i])
		str_add(out, page->paint[i]);
	if (right)
		add_padding(out, blanks);
	str_addn(out, text, n);
	if (!page->paint[i])
		return right ? 0 : blanks;
	if (!right && !last)
		add_padding(out, blanks);
	str_add(out, "\x1b[0m");
	return 0;
}

/* false: no cell has another line. */
static bool add_page_line(struct page *page)
{
	struct str *out = &page->sink->text;
	size_t blanks = 0;
	bool more = false;

	for (size_t i = 0; i < page->drawn->ncolumn; i++) {
		const char *text = page->text.s + page->at[i];
		size_t n = strcspn(text, "\n");

		blanks = add_piece(page, i, text, n, i ? blanks + GAP_WIDTH : 0);
		page->at[i] += n + (text[n] == '\n');
		more |= text[n] == '\n';
	}
	str_addc(out, '\n');
	return more;
}

static void begin_cell(struct page *page, size_t i)
{
	page->at[i] = page->text.n;
	page->paint[i] = NULL;
}

static void end_cell(struct page *page, size_t i)
{
	if (i == 0 && page->text.n == page->at[i]) /* not a line without anything */
		str_addc(&page->text, ' ');
	str_addn(&page->text, "", 1);
}

static void add_headings(struct page *page)
{
	str_clear(&page->text);
	for (size_t i = 0; i < page->drawn->ncolumn; i++) {
		begin_cell(page, i);
		drawn_add_title(&page->drawn->column[i], &page->text);
		end_cell(page, i);
		page->paint[i] = page->color ? "\x1b[1m" : NULL;
	}
	while (add_page_line(page))
		;
}

static void add_page_row(struct page *page, const struct cell *cells)
{
	str_clear(&page->text);
	for (size_t i = 0; i < page->drawn->ncolumn; i++) {
		begin_cell(page, i);
		drawn_add_text(&page->drawn->column[i], cells, &page->text);
		end_cell(page, i);
		if (page->color)
			page->paint[i] = color_of(page->drawn->column[i].is, page->text.s + page->at[i]);
	}
	while (add_page_line(page))
		;
}

/* ${notes}: what has no column goes under its row. */
static void add_page(const struct drawn *d, const struct limit *limit, bool notes, struct sink *sink)
{
	struct page page = { .drawn = d, .sink = sink, .color = limit->color };

	page.at = xcalloc(d->ncolumn, sizeof *page.at);
	page.paint = xcalloc(d->ncolumn, sizeof *page.paint);
	add_headings(&page);
	for (size_t row = 0; row < d->view->table->nrow; row++) {
		const struct cell *cells = view_row(d->view, row);

		add_page_row(&page, cells);
		if (notes)
			table_add_notes(d->view, cells, limit->width, &sink->text);
		sink_offer(sink);
	}
	str_free(&page.text);
	free(page.at);
	free(page.paint);
}

static void add_shortened(struct str *out)
{
	str_add_visible(out, _("(shortened to fit; in full: --fit no)"));
	str_addc(out, '\n');
}

static void add_fitting(const struct view *view, const struct limit *limit, struct sink *sink)
{
	struct drawn d = { 0 };

	drawn_fill(&d, view, false);
	if (d.ncolumn == 0 || !drawn_fit(&d, limit->width, !limit->chosen)) {
		table_add_vertical(view, limit->width, sink);
	} else {
		add_page(&d, limit, true, sink);
		if (d.shortened)
			add_shortened(&sink->text);
	}
	drawn_free(&d);
}

void table_draw(const struct view *view, const struct limit *limit, struct sink *sink)
{
	struct drawn d = { 0 };

	drawn_fill(&d, view, true);
	if (!limit->width || drawn_total(&d) <= limit->width) {
		add_page(&d, limit, false, sink);
	} else if (limit->whole) {
		drawn_wrap(&d, limit->width);
		add_page(&d, limit, false, sink);
	} else {
		add_fitting(view, limit, sink);
	}
	drawn_free(&d);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "table_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/lang.h"
#include "util/shell.h"

void table_init(struct table *table, const struct table_column *column, size_t ncolumn)
{
	*table = (struct table){ .column = column, .ncolumn = ncolumn, .cell = xcalloc(ncolumn, sizeof *table->cell) };
}

void table_free(struct table *table)
{
	table_stream_free(table);
	free(table->none);
	free(table->cell);
	free(table->at);
	str_free(&table->text);
	str_free(&table->held);
	*table = (struct table){ 0 };
}

/* ---- rows that are held */

static bool has_text(enum cell_type type)
{
	return type == CELL_TEXT || type == CELL_JSON;
}

/* The last row behind the others: a byte for the type, then the text or the number. */
static void hold_row(struct table *table)
{
	struct str *held = &table->held;

	table->at = vec_grow(table->at, table->nrow, &table->cap, sizeof *table->at);
	table->at[table->nrow - 1] = held->n;
	for (size_t i = 0; i < table->ncolumn; i++) {
		const struct cell *c = &table->cell[i];

		if (table->hidden && table->hidden[i])
			continue;
		str_addc(held, (char)c->type);
		if (has_text(c->type))
			str_addn(held, table->text.s + c->number, strlen(table->text.s + c->number) + 1);
		else if (c->type != CELL_NULL)
			str_addn(held, (const char *)&c->number, sizeof c->number);
	}
}

static void read_held(const struct table *table, const char *from, struct cell *cells)
{
	for (size_t i = 0; i < table->ncolumn; i++) {
		struct cell *c = &cells[i];

		*c = (struct cell){ .type = CELL_NULL };
		if (table->hidden && table->hidden[i])
			continue;
		c->type = (enum cell_type) * from++;
		if (has_text(c->type)) {
			c->text = from;
			from += strlen(from) + 1;
		} else if (c->type != CELL_NULL) {
			memcpy(&c->number, from, sizeof c->number);
			from += sizeof c->number;
		}
	}
}

void table_row(const struct table *table, size_t row, struct cell *cells)
{
	if (row + 1 < table->nrow) {
		read_held(table, table->held.s + table->at[row], cells);
		return;
	}
	for (size_t i = 0; i < table->ncolumn; i++) {
		cells[i] = table->cell[i];
		if (has_text(cells[i].type))
			cells[i].text = table->text.s + cells[i].number;
	}
}

/* ---- filling */

void table_add(struct table *table)
{
	if (table->nrow > 0 && !table_stream_row(table))
		hold_row(table);
	memset(table->cell, 0, table->ncolumn * sizeof *table->cell);
	str_clear(&table->text);
	table->nrow++;
}

/* From ${likely} on, and round: who fills a row goes along its columns. */
static size_t place_of_column(const struct table *table, const char *key, size_t likely)
{
	size_t i;

	for (i = 0; i < table->ncolumn; i++) {
		size_t place = (likely + i) % table->ncolumn;

		if (strcmp(table->column[place].key, key) == 0)
			return place;
	}
	assert(i < table->ncolumn);
	return i;
}

static struct cell *cell_of(struct table *table, const char *key)
{
	size_t place = place_of_column(table, key, table->next);

	assert(table->nrow > 0);
	table->next = place + 1;
	return &table->cell[place];
}

static void set_text(struct table *table, const char *key, enum cell_type type, const char *text)
{
	*cell_of(table, key) = (struct cell){ .type = type, .number = (int64_t)table->text.n };
	str_addn(&table->text, text, strlen(text) + 1);
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

void table_text(struct table *table, const char *key, const char *text)
{
	if (text)
		set_text(table, key, CELL_TEXT, text);
	else
		*cell_of(table, key) = (struct cell){ .type = CELL_NULL };
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
	set_text(table, key, CELL_JSON, object);
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

const char *table_text_in(const struct table *table, size_t row, const char *key)
{
	auto_free struct cell *cells = xcalloc(table->ncolumn, sizeof *cells);

	table_row(table, row, cells);
	return cells[place_of_column(table, key, 0)].text;
}

size_t table_count(const struct table *table, const char *key, const char *text)
{
	auto_free struct cell *cells = xcalloc(table->ncolumn, sizeof *cells);
	size_t column = place_of_column(table, key, 0), n = 0;

	assert(!table->hidden);
	for (size_t row = 0; row < table->nrow; row++) {
		table_row(table, row, cells);
		n += str_equal(cells[column].text, text);
	}
	return n;
}

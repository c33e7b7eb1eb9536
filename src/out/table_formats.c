/* SPDX-License-Identifier: Apache-2.0 */
#include "table_internal.h"

#include <inttypes.h>
#include <json.h>
#include <string.h>
#include <strings.h>

#include "util/json.h"
#include "util/lang.h"
#include "util/mem.h"
#include "util/visible.h"

/* ---- texts */

#define BROKEN "\xef\xbf\xbd" /* U+FFFD */

void table_add_utf8(const char *s, struct str *out)
{
	auto_free char *english = lang_for_machines(xstrdup(s));
	size_t n = strlen(english), length;
	uint32_t code;

	for (s = english; n; s += length, n -= length) {
		length = utf8_next(s, n, &code);
		if (length)
			str_addn(out, s, length);
		else
			str_add(out, BROKEN);
		length = length ? length : 1;
	}
}

/* ---- value */

void table_add_cell(const struct cell *cell, struct str *out)
{
	switch (cell->type) {
	case CELL_NULL:
		str_add(out, "-"); /* not nothing: columns are counted by their blanks */
		break;
	case CELL_TEXT:
	case CELL_JSON:
		str_add_visible(out, cell->text);
		break;
	case CELL_INT:
		str_addf(out, "%" PRId64, cell->number);
		break;
	case CELL_BOOL:
		str_add(out, cell->number ? "true" : "false");
		break;
	}
}

static void add_value(const struct cell *cell, struct str *out)
{
	auto_free char *english = cell->text ? lang_for_machines(xstrdup(cell->text)) : NULL;
	struct cell said = *cell;

	said.text = english;
	table_add_cell(&said, out);
}

void table_add_value(const struct view *view, struct str *out)
{
	size_t row, i;

	for (row = 0; row < view->table->nrow; row++) {
		for (i = 0; i < view->ncolumn; i++) {
			if (i)
				str_addc(out, ' ');
			add_value(view_cell(view, row, i), out);
		}
		str_addc(out, '\n');
	}
}

/* ---- json */

static struct json_object *cell_json(const struct cell *cell)
{
	auto_str struct str text = { 0 };

	switch (cell->type) {
	case CELL_TEXT:
		table_add_utf8(cell->text, &text);
		return json_object_new_string_len(text.n ? text.s : "", (int)text.n);
	case CELL_INT:
		return json_object_new_int64(cell->number);
	case CELL_BOOL:
		return json_object_new_boolean(cell->number != 0);
	case CELL_JSON:
		return json_tokener_parse(cell->text);
	case CELL_NULL:
		break;
	}
	return NULL;
}

/* A line break inside a JSON text is always between two tokens: in a string it is spelt \n. */
static void add_indented(const char *json, struct str *out)
{
	str_add(out, "  ");
	for (; *json; json++) {
		str_addc(out, *json);
		if (*json == '\n')
			str_add(out, "  ");
	}
}

static void add_row_json(const struct view *view, size_t row, bool indent, struct str *out)
{
	const int flags = JSON_C_TO_STRING_NOSLASHESCAPE |
	    (indent ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED : JSON_C_TO_STRING_PLAIN);
	struct json_object *object = json_object_new_object();
	const char *json;
	size_t i;

	for (i = 0; i < view->ncolumn; i++)
		put(object, view_column(view, i)->key, cell_json(view_cell(view, row, i)));
	json = json_object_to_json_string_ext(object, flags);
	if (indent)
		add_indented(json, out);
	else
		str_add(out, json);
	json_object_put(object);
}

/* Row by row, so that a hundred thousand volumes are not a tree in memory first. */
void table_add_json(const struct view *view, bool indent, struct str *out)
{
	size_t row;

	str_addc(out, '[');
	for (row = 0; row < view->table->nrow; row++) {
		str_add(out, row ? "," : "");
		str_add(out, indent ? "\n" : "");
		add_row_json(view, row, indent, out);
	}
	str_add(out, indent && row ? "\n]\n" : "]\n");
}

/* ---- csv: RFC 4180, lines ended by LF as the openstack client does */

/* A spreadsheet takes these for a formula, and names come from tenants. */
static bool is_formula(const char *text)
{
	return *text && strchr("=+-@\t\r", *text);
}

/* An empty text is "", so that it is not the nothing of a null. */
static void add_csv_text(const char *text, struct str *out)
{
	auto_str struct str clean = { 0 };
	const char *c;

	if (is_formula(text))
		str_addc(&clean, '\'');
	table_add_utf8(text, &clean);
	if (clean.n && !strpbrk(clean.s, "\",\r\n")) {
		str_add(out, clean.s);
		return;
	}
	str_addc(out, '"');
	for (c = clean.n ? clean.s : ""; *c; c++)
		str_add(out, (char[]){ *c, *c == '"' ? '"' : '\0', '\0' });
	str_addc(out, '"');
}

void table_add_csv(const struct view *view, struct str *out)
{
	const struct cell *cell;
	size_t row, i;

	for (i = 0; i < view->ncolumn; i++)
		str_addf(out, "%s%s", i ? "," : "", view_column(view, i)->key);
	str_addc(out, '\n');
	for (row = 0; row < view->table->nrow; row++) {
		for (i = 0; i < view->ncolumn; i++) {
			cell = view_cell(view, row, i);
			str_add(out, i ? "," : "");
			if (cell->type == CELL_TEXT || cell->type == CELL_JSON)
				add_csv_text(cell->text, out);
			else if (cell->type != CELL_NULL)
				table_add_cell(cell, out);
		}
		str_addc(out, '\n');
	}
}

/* ---- yaml */

/* Plain only where no reader of YAML 1.1 or 1.2 could see a number, a date, a boolean, a null or a mark. */
static bool is_plain_yaml(const char *text)
{
	static const char *const words[] = { "y", "n", "yes", "no", "on", "off", "true", "false", "null", "none" };
	const char *letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(words[i], text) == 0)
			return false;
	return *text && strchr(letters, *text) &&
	    text[1 + strspn(text + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./@")] == '\0';
}

static void add_yaml_char(uint32_t code, const char *bytes, size_t length, struct str *out)
{
	if (code == '"' || code == '\\')
		str_addf(out, "\\%c", (char)code);
	else if (code_is_obeyed(code))
		str_addf(out, code < 0x100 ? "\\x%02" PRIx32 : code < 0x10000 ? "\\u%04" PRIx32 : "\\U%08" PRIx32, code);
	else
		str_addn(out, bytes, length);
}

static void add_yaml_text(const char *text, struct str *out)
{
	auto_free char *english = lang_for_machines(xstrdup(text));
	size_t n = strlen(english), length;
	uint32_t code;

	text = english;
	if (is_plain_yaml(text)) {
		str_add(out, text);
		return;
	}
	str_addc(out, '"');
	for (; n; text += length, n -= length) {
		length = utf8_next(text, n, &code);
		if (length)
			add_yaml_char(code, text, length, out);
		else
			str_add(out, BROKEN);
		length = length ? length : 1;
	}
	str_addc(out, '"');
}

void table_add_yaml(const struct view *view, struct str *out)
{
	const struct cell *cell;
	size_t row, i;

	if (view->table->nrow == 0)
		str_add(out, "[]\n");
	for (row = 0; row < view->table->nrow; row++) {
		for (i = 0; i < view->ncolumn; i++) {
			cell = view_cell(view, row, i);
			str_addf(out, "%s%s: ", i ? "  " : "- ", view_column(view, i)->key);
			if (cell->type == CELL_TEXT)
				add_yaml_text(cell->text, out);
			else if (cell->type == CELL_NULL)
				str_add(out, "null");
			else
				table_add_cell(cell, out);
			str_addc(out, '\n');
		}
	}
}

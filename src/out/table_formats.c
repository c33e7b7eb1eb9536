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
	auto_free char *english = lang_is_both(s) ? lang_for_machines(xstrdup(s)) : NULL;
	size_t n, length, plain;
	uint32_t code;

	s = english ? english : s;
	for (n = strlen(s); n; s += length, n -= length) {
		plain = ascii_length(s, n);
		str_addn(out, s, plain);
		s += plain;
		n -= plain;
		length = n ? utf8_next(s, n, &code) : 0;
		if (length)
			str_addn(out, s, length);
		else if (n)
			str_add(out, BROKEN);
		length = length ? length : n > 0;
	}
}

static void add_number(struct str *out, int64_t number)
{
	char digits[24], *at = digits + sizeof digits;
	uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

	do
		*--at = (char)('0' + left % 10);
	while (left /= 10);
	if (number < 0)
		*--at = '-';
	str_addn(out, at, (size_t)(digits + sizeof digits - at));
}

/* ---- value */

void table_add_cell(const struct cell *cell, struct str *out)
{
	switch (cell->type) {
	case CELL_NULL:
		str_addc(out, '-'); /* not nothing: columns are counted by their blanks */
		break;
	case CELL_TEXT:
	case CELL_JSON:
		str_add_visible(out, cell->text);
		break;
	case CELL_INT:
		add_number(out, cell->number);
		break;
	case CELL_BOOL:
		str_add(out, cell->number ? "true" : "false");
		break;
	}
}

static void add_value(const struct cell *cell, struct str *out)
{
	auto_free char *english = cell->text && lang_is_both(cell->text) ? lang_for_machines(xstrdup(cell->text)) : NULL;
	struct cell said = *cell;

	said.text = english ? english : cell->text;
	table_add_cell(&said, out);
}

static void add_nothing(const struct view *view, struct str *out)
{
	(void)view;
	(void)out;
}

static void add_value_row(const struct view *view, const struct cell *cell, size_t row, struct str *out)
{
	(void)row;
	for (size_t i = 0; i < view->ncolumn; i++) {
		if (i)
			str_addc(out, ' ');
		add_value(&cell[view->column[i]], out);
	}
	str_addc(out, '\n');
}

/* ---- json: byte for byte as json-c writes it, without its tree of each row, which was half of the time of a long list */

static void add_escape(char c, struct str *out)
{
	static const char letters[] = "btnvfr"; /* \v has no letter in JSON */

	if (c == '"' || c == '\\')
		str_addn(out, (const char[]){ '\\', c }, 2);
	else if (c >= '\b' && c <= '\r' && c != '\v')
		str_addn(out, (const char[]){ '\\', letters[c - '\b'] }, 2);
	else
		str_addf(out, "\\u%04x", (unsigned)(unsigned char)c);
}

static void add_json_string(const char *text, struct str *out)
{
	size_t to;

	str_addc(out, '"');
	to = out->n;
	table_add_utf8(text, out);
	for (; to < out->n && (unsigned char)out->s[to] >= ' ' && out->s[to] != '"' && out->s[to] != '\\'; to++)
		;
	if (to < out->n) { /* few names hold one: only then twice */
		auto_free char *rest = xstrndup(out->s + to, out->n - to);

		out->n = to;
		for (const char *c = rest; *c; c++)
			if ((unsigned char)*c < ' ' || *c == '"' || *c == '\\')
				add_escape(*c, out);
			else
				str_addc(out, *c);
	}
	str_addc(out, '"');
}

/* A line break inside a JSON text is always between two tokens: in a string it is spelt \n. */
static void add_nested_json(const char *text, bool indent, struct str *out)
{
	const int flags = JSON_C_TO_STRING_NOSLASHESCAPE |
	    (indent ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED : JSON_C_TO_STRING_PLAIN);
	struct json_object *object = json_tokener_parse(text);

	for (const char *c = json_object_to_json_string_ext(object, flags); *c; c++) {
		str_addc(out, *c);
		if (*c == '\n')
			str_add(out, "    ");
	}
	json_object_put(object);
}

static void add_json_cell(const struct cell *cell, bool indent, struct str *out)
{
	if (cell->type == CELL_TEXT)
		add_json_string(cell->text, out);
	else if (cell->type == CELL_JSON)
		add_nested_json(cell->text, indent, out);
	else if (cell->type == CELL_NULL)
		str_addn(out, "null", 4);
	else
		table_add_cell(cell, out);
}

static void add_json_head(const struct view *view, struct str *out)
{
	(void)view;
	str_addc(out, '[');
}

static void add_json_row(const struct view *view, const struct cell *cell, size_t row, struct str *out)
{
	str_add(out, row ? "," : "");
	str_add(out, view->indent ? "\n  {" : "{");
	for (size_t i = 0; i < view->ncolumn; i++) {
		str_add(out, i ? "," : "");
		str_add(out, view->indent ? "\n    \"" : "\"");
		str_add(out, view_column(view, i)->key);
		str_add(out, view->indent ? "\": " : "\":");
		add_json_cell(&cell[view->column[i]], view->indent, out);
	}
	str_add(out, view->indent ? "\n  }" : "}");
}

static void add_json_tail(const struct view *view, struct str *out)
{
	str_add(out, view->indent && view->table->nrow > 0 ? "\n]\n" : "]\n");
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
	auto_free char *clean = NULL;
	size_t from = out->n;

	if (is_formula(text))
		str_addc(out, '\'');
	table_add_utf8(text, out);
	if (out->n > from && !strpbrk(out->s + from, "\",\r\n"))
		return;
	clean = xstrndup(out->n > from ? out->s + from : "", out->n - from);
	out->n = from;
	str_addc(out, '"');
	for (const char *c = clean; *c; c++)
		str_add(out, (char[]){ *c, *c == '"' ? '"' : '\0', '\0' });
	str_addc(out, '"');
}

static void add_csv_head(const struct view *view, struct str *out)
{
	for (size_t i = 0; i < view->ncolumn; i++) {
		str_add(out, i ? "," : "");
		str_add(out, view_column(view, i)->key);
	}
	str_addc(out, '\n');
}

static void add_csv_row(const struct view *view, const struct cell *cells, size_t row, struct str *out)
{
	(void)row;
	for (size_t i = 0; i < view->ncolumn; i++) {
		const struct cell *cell = &cells[view->column[i]];

		if (i)
			str_addc(out, ',');
		if (cell->type == CELL_TEXT || cell->type == CELL_JSON)
			add_csv_text(cell->text, out);
		else if (cell->type != CELL_NULL)
			table_add_cell(cell, out);
	}
	str_addc(out, '\n');
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

static void add_yaml_row(const struct view *view, const struct cell *cells, size_t row, struct str *out)
{
	(void)row;
	for (size_t i = 0; i < view->ncolumn; i++) {
		const struct cell *cell = &cells[view->column[i]];

		str_add(out, i ? "  " : "- ");
		str_add(out, view_column(view, i)->key);
		str_add(out, ": ");
		if (cell->type == CELL_TEXT)
			add_yaml_text(cell->text, out);
		else if (cell->type == CELL_NULL)
			str_add(out, "null");
		else
			table_add_cell(cell, out);
		str_addc(out, '\n');
	}
}

static void add_yaml_tail(const struct view *view, struct str *out)
{
	if (view->table->nrow == 0)
		str_add(out, "[]\n");
}

/* ---- all of them */

const struct row_format *row_format(const char *name)
{
	static const struct row_format formats[] = {
		{ "json", add_json_head, add_json_row, add_json_tail },
		{ "yaml", add_nothing, add_yaml_row, add_yaml_tail },
		{ "csv", add_csv_head, add_csv_row, add_nothing },
		{ "value", add_nothing, add_value_row, add_nothing },
	};

	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "util/str.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/lang.h"
#include "util/mem.h"
#include "util/visible.h"

#define LINE_MAX_COLUMN 79 /* the last of 80 wraps some terminals */

#define NEAREST_SHOWN 3
#define NEAREST_MAX_LENGTH ((size_t)255)

static void make_room(struct str *str, size_t more)
{
	if (str->n + more + 1 <= str->cap)
		return;
	str->cap = (str->n + more + 1) * 2;
	str->s = xreallocarray(str->s, str->cap, 1);
}

void str_addn(struct str *str, const char *s, size_t n)
{
	make_room(str, n);
	memcpy(str->s + str->n, s, n);
	str->n += n;
	str->s[str->n] = '\0';
}

void str_add(struct str *str, const char *s)
{
	str_addn(str, s, strlen(s));
}

void str_addc(struct str *str, char c)
{
	str_addn(str, &c, 1);
}

void str_addf(struct str *str, const char *fmt, ...)
{
	auto_free char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	s = lang_vformat(fmt, ap);
	va_end(ap);
	str_add(str, s);
}

/* Bytes of the letter that begins here; 0: none that a table takes. */
static size_t letter_size(const char *s)
{
	unsigned char first = (unsigned char)s[0], second = (unsigned char)s[first != 0];
	size_t n = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : (first & 0xf0) == 0xe0 ? 3 : 0;

	if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second >= 0xa0)) /* written too long; a surrogate */
		return 0;
	for (size_t i = 1; i < n; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

void str_add_letters(struct str *str, const char *s, size_t max)
{
	size_t n;

	str_add(str, "");
	for (; *s; s += n) {
		n = letter_size(s);
		if (n > max || max == 0)
			return;
		if (n > 0)
			str_addn(str, s, n);
		else
			str_addc(str, '?');
		max -= n ? n : 1;
		for (n = n ? n : 1; ((unsigned char)s[n] & 0xc0) == 0x80; n++)
			;
	}
}

/* Written in two columns, and a line may end beside it. */
static bool is_wide(uint32_t code)
{
	return code >= 0x2e80;
}

static size_t read_letter(const char *s, uint32_t *code)
{
	size_t n = utf8_next(s, strlen(s), code);

	if (n == 0)
		*code = (unsigned char)*s;
	return n ? n : 1;
}

bool str_may_break(uint32_t code, uint32_t next)
{
	static const uint32_t opening[] = { '(', '\'', '"', 0x201c, 0x300a, 0x300c, 0xff08 };
	static const uint32_t closing[] = { ')', '\'', '"', ',', '.', ':', ';', '?', '!', 0x201d, 0x3001, 0x3002, 0x300b,
		0x300d, 0xff01, 0xff09, 0xff0c, 0xff1a, 0xff1b, 0xff1f };

	for (size_t i = 0; i < sizeof opening / sizeof *opening; i++)
		if (code == opening[i])
			return false;
	for (size_t i = 0; i < sizeof closing / sizeof *closing; i++)
		if (next == closing[i])
			return false;
	return is_wide(code) || is_wide(next);
}

/* Bytes of what stays on one line, and its columns. */
static size_t unbroken(const char *s, size_t *width)
{
	size_t n = 0;
	uint32_t code, next;

	*width = 0;
	while (s[n] && s[n] != ' ') {
		n += read_letter(s + n, &code);
		*width += is_wide(code) ? 2 : 1;
		read_letter(s + n, &next);
		if (next && str_may_break(code, next))
			break;
	}
	return n;
}

void str_add_wrapped(struct str *str, const char *text, size_t n, size_t indent, size_t column)
{
	auto_free char *told = lang_for_people(xstrndup(text, n));
	size_t word, width, blanks = 0;
	bool first = true;

	for (const char *at = told + strspn(told, " "); *at; at += blanks, first = false) {
		word = unbroken(at, &width);
		if (!first && column + (blanks > 0) + width > LINE_MAX_COLUMN) {
			str_addf(str, "\n%*s", (int)indent, "");
			column = indent;
		} else if (blanks) {
			str_addc(str, ' ');
			column++;
		}
		for (; word; word--, at++)
			str_addc(str, *at == STR_NO_BREAK ? ' ' : *at);
		column += width;
		blanks = strspn(at, " ");
	}
	str_addc(str, '\n');
}

char *str_take(struct str *str)
{
	char *s = str->s ? str->s : xstrdup("");

	*str = (struct str){ 0 };
	return s;
}

void str_clear(struct str *str)
{
	str->n = 0;
	if (str->s)
		str->s[0] = '\0';
}

void str_free(struct str *str)
{
	free(str->s);
	*str = (struct str){ 0 };
}

void str_reserve(struct str *str, size_t size)
{
	if (size <= str->cap)
		return;
	str->s = xreallocarray(str->s, size, 1);
	str->cap = size;
	str->s[str->n] = '\0';
}

void str_free_secret(struct str *str)
{
	if (str->s)
		explicit_bzero(str->s, str->cap);
	str_free(str);
}

bool str_equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

const char *str_or(const char *s, const char *otherwise)
{
	return s ? s : otherwise;
}

/* Edit distance with cheap case changes: a name that differs only by case is the nearest of all. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t row[NEAREST_MAX_LENGTH + 1], la = strlen(a), lb = strlen(b), i, j, diagonal, above, cost;

	if (la > NEAREST_MAX_LENGTH || lb > NEAREST_MAX_LENGTH)
		return NEAREST_MAX_LENGTH * 2;
	for (j = 0; j <= lb; j++)
		row[j] = j * 2;
	for (i = 1; i <= la; i++) {
		diagonal = row[0];
		row[0] = i * 2;
		for (j = 1; j <= lb; j++) {
			above = row[j];
			cost = a[i - 1] == b[j - 1]                                              ? 0 :
			    tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]) ? 1 :
												   2;
			cost += diagonal;
			if (above + 2 < cost)
				cost = above + 2;
			if (row[j - 1] + 2 < cost)
				cost = row[j - 1] + 2;
			row[j] = cost;
			diagonal = above;
		}
	}
	return row[lb];
}

static bool is_in_list(const char *const *list, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], word) == 0)
			return true;
	return false;
}

bool str_is_true(const char *s)
{
	return s &&
	    (strcmp(s, "1") == 0 || strcasecmp(s, "true") == 0 || strcasecmp(s, "yes") == 0 || strcasecmp(s, "on") == 0);
}

bool str_is_twin(const char *a, const char *b)
{
	size_t node_a = strcspn(a, "@#"), node_b = strcspn(b, "@#"), n = strcspn(a, ".@#");
	bool dotted = a[n] == '.' || b[strcspn(b, ".@#")] == '.';

	if (n == 0 || !dotted || n != strcspn(b, ".@#") || strncmp(a, b, n) != 0 || strspn(a, "0123456789") == n)
		return false;
	return strcmp(a + node_a, b + node_b) == 0 && (node_a != node_b || strncmp(a, b, node_a) != 0);
}

void str_nearest(const char *word, const char *const *known, size_t n, struct str *out)
{
	const char *shown[NEAREST_SHOWN] = { 0 };
	size_t limit = strlen(word) > 4 ? strlen(word) : 4; /* half of the letters may differ */
	size_t k, i, d, best_distance;
	const char *best;

	for (k = 0; k < NEAREST_SHOWN; k++) {
		best = NULL;
		best_distance = limit + 1;
		for (i = 0; i < n; i++) {
			if (is_in_list(shown, k, known[i]))
				continue;
			d = str_is_twin(word, known[i]) ? 0 : edit_distance(word, known[i]);
			if (d < best_distance) {
				best_distance = d;
				best = known[i];
			}
		}
		if (!best)
			return;
		shown[k] = best;
		str_addf(out, "%s'%s'", k ? ", " : "", best);
	}
}

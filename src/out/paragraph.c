/* SPDX-License-Identifier: Apache-2.0 */
#include "out/paragraph.h"

#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <wchar.h>

#include "util/lang.h"
#include "util/mem.h"
#include "util/visible.h"

#define COMMAND "evac-manage "
#define USUAL_COLUMNS 80
#define USUAL_LINES 24

void terminal_size(int fd, size_t *columns, size_t *lines)
{
	struct winsize size = { 0 };
	bool is_terminal = ioctl(fd, TIOCGWINSZ, &size) == 0;

	/* one that does not say, as over a serial line */
	*columns = size.ws_col ? size.ws_col : is_terminal ? USUAL_COLUMNS : 0;
	*lines = size.ws_row ? size.ws_row : is_terminal ? USUAL_LINES : 0;
}

/* The columns of the next letter, and its ${length} in bytes. What is no letter of the locale counts as one a byte. */
static size_t letter_columns(const char *s, size_t n, size_t *length)
{
	uint32_t code;
	int columns;

	*length = utf8_next(s, n, &code);
	if (*length == 0) {
		*length = 1;
		return 1;
	}
	columns = wcwidth((wchar_t)code);
	return columns < 0 ? 1 : (size_t)columns;
}

static size_t columns_of(const char *s, size_t n)
{
	size_t columns = 0, length;

	for (; n; s += length, n -= length)
		columns += letter_columns(s, n, &length);
	return columns;
}

size_t text_columns(const char *text)
{
	auto_free char *told = lang_for_people(xstrdup(text));

	return columns_of(told, strlen(told));
}

/* Where a command begins, which is not broken. */
static size_t command_at(const char *text)
{
	const char *command = strstr(text, COMMAND);

	if (command && command > text && command[-1] == '\'') /* a sentence has it in '…' */
		command--;
	return command ? (size_t)(command - text) : strlen(text);
}

/* Its bytes: one in '…' ends with the word that has the closing one, what stands alone with the text. */
static size_t command_bytes(const char *s)
{
	const char *close = *s == '\'' ? strstr(s + 1, "' ") : NULL;

	return close ? (size_t)(close + 1 - s) : strlen(s);
}

/* The bytes of the next word: up to a blank, or to where Chinese may break. */
static size_t word_bytes(const char *s, size_t n)
{
	size_t word = 0, length;
	uint32_t code, next;

	while (word < n && s[word] != ' ') {
		length = utf8_next(s + word, n - word, &code);
		word += length ? length : 1;
		if (length && utf8_next(s + word, n - word, &next) && str_may_break(code, next))
			break;
	}
	return word;
}

void paragraph_add(struct str *out, const char *text, size_t indent, size_t at, size_t width)
{
	auto_str struct str visible = { 0 };
	bool first = true, blank;
	size_t free_to, n, word;
	const char *s;

	str_add_visible(&visible, text);
	s = str_or(visible.s, "");
	free_to = command_at(s);
	n = strlen(s);
	for (size_t i = 0; i < n; i += word, first = false) {
		for (blank = false; i < n && s[i] == ' '; i++)
			blank = true;
		if (i > free_to)
			free_to = i + command_at(s + i);
		word = i == free_to ? command_bytes(s + i) : word_bytes(s + i, free_to - i);
		if (!first && width && at + blank + columns_of(s + i, word) > width) {
			str_addf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (blank && !first) {
			str_addc(out, ' ');
			at++;
		}
		str_addn(out, s + i, word);
		at += columns_of(s + i, word);
	}
	str_addc(out, '\n');
}

size_t text_lines(const char *text, size_t width)
{
	auto_free char *told = lang_for_people(xstrdup(text));
	size_t lines = 0, n, columns;

	for (text = told; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		columns = columns_of(text, n);
		lines += columns == 0 || width == 0 ? 1 : (columns + width - 1) / width;
	}
	return lines;
}

void line_add_cut(struct str *out, const char *text, size_t width)
{
	auto_str struct str visible = { 0 };
	size_t n, length, columns = 0, i;
	const char *s;

	str_add_visible(&visible, text);
	s = str_or(visible.s, "");
	n = strlen(s);
	if (width == 0 || columns_of(s, n) <= width) {
		str_addf(out, "%s\n", s);
		return;
	}
	for (i = 0; i < n; i += length) {
		size_t more = letter_columns(s + i, n - i, &length);

		if (columns + more > width - 1)
			break;
		columns += more;
	}
	while (i > 0 && s[i - 1] == ' ')
		i--;
	str_addf(out, "%.*s\u2026\n", (int)i, s);
}

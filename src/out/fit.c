/* SPDX-License-Identifier: Apache-2.0 */
#include "out/fit.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "util/visible.h"

#define ELLIPSIS "\xe2\x80\xa6"

size_t out_width(const struct shown *shown)
{
	struct winsize size = { 0 };

	if (shown->max_width > 0)
		return (size_t)shown->max_width;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* How many columns of a terminal the next character takes, and its ${length} in bytes. -1: the locale cannot print it. */
static int next_width(const char *s, size_t n, size_t *length)
{
	mbstate_t state = { 0 };
	wchar_t c;

	*length = mbrtowc(&c, s, n, &state);
	if (*length > 0 && *length <= n)
		return wcwidth(c);
	*length = 1;
	return -1;
}

size_t out_columns(const char *s, size_t n)
{
	size_t width = 0, length;
	int cells;

	for (; n; s += length, n -= length) {
		length = ascii_length(s, n);
		width += length;
		if (length > 0)
			continue;
		cells = next_width(s, n, &length);
		width += cells > 0 ? (size_t)cells : 0;
	}
	return width;
}

void out_add_printable(struct str *out, const char *s)
{
	size_t n = strlen(s), length, i;

	for (; n; s += length, n -= length) {
		length = ascii_length(s, n);
		if (length > 0 || next_width(s, n, &length) >= 0)
			str_addn(out, s, length);
		else
			for (i = 0; i < length; i++)
				str_addf(out, "\\x%02x", (unsigned)(unsigned char)s[i]);
	}
}

/* How many bytes of ${s} fit into ${width} columns, with the accents that follow the last letter. */
static size_t bytes_within(const char *s, size_t n, size_t width)
{
	size_t at = 0, used = 0, length;
	int cells;

	while (at < n) {
		cells = next_width(s + at, n - at, &length);
		if (cells > 0 && used + (size_t)cells > width)
			break;
		used += cells > 0 ? (size_t)cells : 0;
		at += length;
	}
	return at;
}

/* ---- wrapped */

/* Where a word of ${n} bytes that is wider than a line is broken: behind a mark in the line's second half, or where it ends.
 * One letter at least, though it be too wide. */
static size_t piece_of_word(const char *word, size_t n, size_t width)
{
	size_t most = bytes_within(word, n, width), i;

	if (most == n)
		return n;
	for (i = most; i > most / 2 && i > 0; i--)
		if (strchr("-@#/:,;=._", word[i - 1]))
			return i;
	if (most == 0)
		next_width(word, n, &most);
	return most;
}

struct lines {
	struct str *out;
	size_t width, indent, column;
	bool whole_words;
	const char *goes_on; /* what a line ends with when another follows; its room is not in ${width} */
};

static void end_line(struct lines *lines)
{
	str_addf(lines->out, "%s\n%*s", lines->goes_on, (int)lines->indent, "");
	lines->column = 0;
}

static void add_word(struct lines *lines, const char *word, size_t n)
{
	size_t piece;

	while (n > 0) {
		piece = lines->whole_words ? n : piece_of_word(word, n, lines->width);
		str_addn(lines->out, word, piece);
		lines->column += out_columns(word, piece);
		word += piece;
		n -= piece;
		if (n > 0)
			end_line(lines);
	}
}

static void add_lines_of(const char *text, struct lines *lines)
{
	bool first = true;
	size_t n;

	for (; *text; text += n + (text[n] == ' ')) {
		n = strcspn(text, " ");
		if (!first && lines->column + 1 + out_columns(text, n) > lines->width) {
			end_line(lines);
		} else if (!first) {
			str_addc(lines->out, ' ');
			lines->column++;
		}
		first = false;
		add_word(lines, text, n);
	}
}

void out_add_wrapped(struct str *out, const char *text, size_t width, size_t indent)
{
	add_lines_of(text, &(struct lines){ .out = out, .width = width, .indent = indent, .goes_on = "" });
}

void out_add_wrapped_command(struct str *out, const char *text, size_t width, size_t indent)
{
	struct lines lines = { .out = out, .width = width > 2 ? width - 2 : 1, .indent = indent };

	lines.whole_words = true;
	lines.goes_on = " \\";
	add_lines_of(text, &lines);
}

/* ---- cut */

/* The last bytes of ${s} that fit into ${width} columns; no accent without its letter. */
static const char *tail_within(const char *s, size_t width)
{
	size_t n = strlen(s), length;
	int cells = 1;

	for (; *s && (cells == 0 || out_columns(s, n) > width); s += length, n -= length) {
		next_width(s, n, &length);
		cells = s[length] ? next_width(s + length, n - length, &(size_t){ 0 }) : 1;
	}
	return s;
}

void out_add_cut(struct str *out, const char *text, size_t width)
{
	size_t n = strlen(text), gap;
	const char *mark = next_width(ELLIPSIS, strlen(ELLIPSIS), &gap) == 1 ? ELLIPSIS : "...";

	gap = mark[0] == '.' ? 3 : 1;
	if (out_columns(text, n) <= width || width <= gap) {
		str_addn(out, text, bytes_within(text, n, width));
		return;
	}
	str_addn(out, text, bytes_within(text, n, (width - gap) / 2));
	str_add(out, mark);
	str_add(out, tail_within(text, width - gap - (width - gap) / 2));
}

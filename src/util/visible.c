/* SPDX-License-Identifier: Apache-2.0 */
#include "util/visible.h"

#include <inttypes.h>
#include <string.h>

#include "util/lang.h"
#include "util/mem.h"
#include "util/secret.h"

static bool is_tail(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

size_t utf8_next(const char *s, size_t n, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)s[0];
	size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
	size_t i;

	if (length == 0 || length > n)
		return 0;
	*code = length == 1 ? first : first & (0x7fu >> length);
	for (i = 1; i < length; i++) {
		if (!is_tail(s[i]))
			return 0;
		*code = *code << 6 | ((unsigned char)s[i] & 0x3fu);
	}
	return *code < least[length] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000) ? 0 : length;
}

/* Unicode's control and format characters, line and paragraph separators, and tags. */
static const struct {
	uint32_t first, last;
} obeyed[] = {
	{ 0x00, 0x1f },
	{ 0x7f, 0x9f },
	{ 0xad, 0xad },
	{ 0x061c, 0x061c },
	{ 0x180e, 0x180e },
	{ 0x200b, 0x200f },
	{ 0x2028, 0x202e },
	{ 0x2060, 0x206f },
	{ 0xfeff, 0xfeff },
	{ 0xfff9, 0xfffb },
	{ 0xe0000, 0xe007f },
};

bool code_is_obeyed(uint32_t code)
{
	for (size_t i = 0; i < sizeof obeyed / sizeof *obeyed; i++)
		if (code >= obeyed[i].first && code <= obeyed[i].last)
			return true;
	return false;
}

static void add_spelt(struct str *out, uint32_t code)
{
	static const char named[][3] = { ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t" };

	if (code < sizeof named / sizeof *named && named[code][0])
		str_add(out, named[code]);
	else if (code < 0x100)
		str_addf(out, "\\x%02" PRIx32, code);
	else
		str_addf(out, code < 0x10000 ? "\\u%04" PRIx32 : "\\U%08" PRIx32, code);
}

size_t ascii_length(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= ' ' && s[i] <= '~')
		i++;
	return i;
}

void str_add_visible(struct str *out, const char *s)
{
	auto_free char *told = lang_is_both(s) ? lang_for_people(xstrdup(s)) : NULL;
	auto_str struct str public = { 0 };
	size_t n, length, plain;
	uint32_t code;

	s = told ? told : s;
	if (secret_is_in(s)) {
		str_add_public(&public, s);
		s = public.s;
	}
	for (n = strlen(s); n; s += length, n -= length) {
		plain = ascii_length(s, n);
		str_addn(out, s, plain);
		s += plain;
		n -= plain;
		length = n ? utf8_next(s, n, &code) : 0;
		if (length && !code_is_obeyed(code))
			str_addn(out, s, length);
		else if (n)
			add_spelt(out, length ? code : (unsigned char)*s);
		length = length ? length : n > 0;
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "util/utf8.h"

/* Every code point there is, encoded by the rule of the standard. */
static size_t encode(uint32_t code, char out[5])
{
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4, i;
	static const unsigned char lead[] = { 0, 0x00, 0xc0, 0xe0, 0xf0 };

	for (i = n - 1; i > 0; i--, code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)(lead[n] | code);
	out[n] = '\0';
	return n;
}

static void every_character_has_its_length_and_no_surrogate_is_one(void **state)
{
	char text[5];
	size_t n;

	(void)state;
	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		n = encode(code, text);
		if (utf8_length(text) != (code >= 0xd800 && code < 0xe000 ? 0 : n))
			fail_msg("U+%04X", (unsigned)code);
	}
	encode(0x110000, text);
	assert_int_equal(utf8_length(text), 0);
}

static const char *const none[] = { "\x80", "\xbf", "\xc3", "\xc3" "a", "\xe2\x82", "\xe2\x82" "a", "\xe2" "a\x82", "\xf0\x9f\x94",
	"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe",
	"\xff", "\xe9t" };

static void broken_bytes_are_no_character(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		if (utf8_length(none[i]) != 0)
			fail_msg("case %zu", i);
	assert_int_equal(utf8_length(""), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_has_its_length_and_no_surrogate_is_one),
		cmocka_unit_test(broken_bytes_are_no_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

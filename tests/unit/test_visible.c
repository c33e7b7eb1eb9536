/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "util/visible.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct {
	const char *name, *shown;
} cases[] = {
	{ "", "" },
	{ "web-1 'prod' 50% \\", "web-1 'prod' 50% \\" },
	{ "\xe7\xbd\x91\xe7\xbb\x9c stra\xc3\x9f" "e \xf0\x9f\x9b\xb0", "\xe7\xbd\x91\xe7\xbb\x9c stra\xc3\x9f" "e \xf0\x9f\x9b\xb0" },
	{ "a\nb\rc\td", "a\\nb\\rc\\td" },
	{ "\x01\x1b[2J\x7f", "\\x01\\x1b[2J\\x7f" },                             /* C0 and DEL */
	{ "\xc2\x85\xc2\x9b" "31m", "\\x85\\x9b31m" },                           /* C1: NEL, CSI */
	{ "\xe2\x80\xae" "exe\xe2\x81\xa6", "\\u202eexe\\u2066" },               /* direction */
	{ "a\xe2\x80\xa8" "b\xe2\x80\xa9" "c", "a\\u2028b\\u2029c" },            /* line and paragraph separator */
	{ "a\xc2\xad\xe2\x80\x8b\xef\xbb\xbf\xe1\xa0\x8e", "a\\xad\\u200b\\ufeff\\u180e" }, /* nobody sees them */
	{ "\xef\xbf\xb9\xf3\xa0\x81\x81", "\\ufff9\\U000e0041" },                /* annotations, tags */
	{ "\xff\xc3(\xc0\xaf\xed\xa0\x80", "\\xff\\xc3(\\xc0\\xaf\\xed\\xa0\\x80" }, /* broken, overlong, a surrogate */
};

static void what_a_terminal_would_obey_is_spelt_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_str struct str out = { 0 };

		str_add(&out, "");
		str_add_visible(&out, cases[i].name);
		assert_string_equal(out.s, cases[i].shown);
	}
}

static void what_is_spelt_out_stays_as_it_is_when_it_passes_again(void **state)
{
	auto_str struct str once = { 0 }, twice = { 0 };

	(void)state;
	str_add_visible(&once, "a\n\x1b\xe2\x80\xae");
	str_add_visible(&twice, once.s);
	assert_string_equal(once.s, twice.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_terminal_would_obey_is_spelt_out),
		cmocka_unit_test(what_is_spelt_out_stays_as_it_is_when_it_passes_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

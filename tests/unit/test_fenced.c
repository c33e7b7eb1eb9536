/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "cli/fenced.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct {
	const char *text, *fault; /* NULL: a statement */
} texts[] = {
	{ "iLO: power off, Ann, 03:10", NULL },
	{ "PDU outlet 7 is off", NULL },
	{ "the test pulled the plug", NULL },
	{ "機房值班已斷電", NULL },
	{ "張三 iLO 斷電", NULL },
	{ "выключил Иван", NULL },
	{ "", "it is blank" },
	{ " \t ", "it is blank" },
	{ "... --- ...", "it is blank" },
	{ "12345678 90", "it is blank" },
	{ "\xe3\x80\x80\xe3\x80\x80\xe3\x80\x80", "it is blank" }, /* ideographic spaces */
	{ "\xf0\x9f\x94\xa5\xf0\x9f\x94\xa5 \xf0\x9f\x94\xa5", "it is blank" },
	{ "x", "it has fewer than 8 letters" },
	{ "iLO off", "it has fewer than 8 letters" },
	{ "斷電", "it has fewer than 8 letters" },
	{ "yes 03:10 28.11.2026", "it has fewer than 8 letters" },
	{ "xxxxxxxx xxxx", "it repeats a few letters" },
	{ "off off off off", "it repeats a few letters" },
	{ "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", "it repeats a few letters" },
	{ "powered-off-by-ann", NULL },
	{ "poweroff", "it is a single word" },
	{ "WHO POWERED IT OFF, AND HOW WE KNOW", "it is the placeholder" },
	{ "who powered it off and how we know", "it is the placeholder" },
	{ "WHO POWERED IT OFF", "it is the placeholder" }, /* a piece of it */
	{ "<who did it, and how we know>", "it is the placeholder" },
	{ "WHO, HOW", "it is the placeholder" },
	{ "TEXT", "it is the placeholder" },
	{ "why it is safe", "it is the placeholder" },
	{ "who powered the host off, and how do we know? Ann, iLO", NULL },
	{ "\xff\xfe off, says Ann", NULL }, /* no UTF-8: what is, counts */
	{ "\xc3", "it is blank" },
};

static void a_statement_is_a_sentence_of_ones_own(void **state)
{
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		const char *fault = fenced_fault(texts[i].text);

		if (!fault != !texts[i].fault || (fault && strcmp(fault, texts[i].fault) != 0))
			fail_msg("'%s': %s", texts[i].text, fault ? fault : "is taken");
		error_clear(&err);
		assert_int_equal(fenced_check("--fenced", texts[i].text, &err), fault ? -1 : 0);
		assert_int_equal(err.kind, fault ? ERROR_USAGE : ERROR_OK);
	}
}

static void none_at_all_is_no_fault(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(fenced_check("--fenced", NULL, &err), 0);
	assert_int_equal(err.kind, ERROR_OK);
}

static void the_error_says_where_it_is_from_and_what_to_write(void **state)
{
	struct error err = { 0 };

	(void)state;
	fenced_check("the answer", "x", &err);
	assert_string_equal(err.text, "the answer does not say who powered the host off, and how that is known: it has fewer than 8 letters; "
		"nothing was written");
	assert_non_null(strstr(err.hint, "a sentence of your own"));
	assert_null(strstr(err.hint, "--fenced")); /* no line to paste */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_statement_is_a_sentence_of_ones_own),
		cmocka_unit_test(none_at_all_is_no_fault),
		cmocka_unit_test(the_error_says_where_it_is_from_and_what_to_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

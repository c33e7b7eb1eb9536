/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "db/sql.h"

/* The catalogue: what a statement is sent as when its lists are short. */

static size_t count_marks(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '?';
	return n;
}

/* The ? of its parameter ${name}. */
static size_t count_places(const struct sql *sql, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < sql->nparam; i++)
		n += strcmp(sql_param(sql, i), name) == 0;
	return n;
}

static bool is_list(const struct sql *sql, const char *name)
{
	return count_places(sql, name) >= DB_LIST;
}

/* Without its places: what is left must be the same text. */
static void add_bare(const char *text, char *out)
{
	for (; *text; text++)
		if (*text != '?' && !(*text == ',' && text[1] == '?'))
			*out++ = *text;
	*out = '\0';
}

static void a_statement_of_few_asks_the_same(void **state)
{
	static char both[2][20000];
	size_t n = 0;

	(void)state;
	for (const struct sql *const *s = sql_catalogue; *s; s++) {
		const struct sql *all = *s, *few = all->few;

		if (!few)
			continue;
		n++;
		assert_string_equal(few->name, all->name);
		assert_int_equal(few->access, all->access);
		assert_null(few->few);
		assert_int_equal(count_marks(few->text), few->nparam);
		add_bare(all->text, both[0]);
		add_bare(few->text, both[1]);
		assert_string_equal(both[0], both[1]);
		for (const char *const *name = all->params; *name; name++)
			assert_int_equal(count_places(few, *name),
			    is_list(all, *name) ? count_places(all, *name) / DB_LIST * DB_LIST_FEW : count_places(all, *name));
	}
	assert_true(n > 10);
}

static void a_statement_without_a_list_has_one_text(void **state)
{
	(void)state;
	for (const struct sql *const *s = sql_catalogue; *s; s++)
		for (const char *const *name = (*s)->params; *name && !(*s)->few; name++)
			assert_false(is_list(*s, *name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_statement_of_few_asks_the_same),
		cmocka_unit_test(a_statement_without_a_list_has_one_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

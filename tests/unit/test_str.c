/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "util/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- strings that grow */

static void a_string_grows_and_is_always_ended(void **state)
{
	auto_str struct str s = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		str_addc(&s, (char)('a' + i % 26));
		assert_int_equal(s.n, i + 1);
		assert_int_equal(s.s[s.n], '\0');
		assert_true(s.cap > s.n);
	}
	str_clear(&s);
	assert_string_equal(s.s, "");
	str_add(&s, "one");
	str_addn(&s, ", two and more", 5);
	str_addf(&s, ", %s %d", "three", 4);
	assert_string_equal(s.s, "one, two, three 4");
	str_addn(&s, "a\0b", 3);
	assert_int_equal(s.n, strlen("one, two, three 4") + 3);
	assert_memory_equal(s.s + s.n - 3, "a\0b", 4);
}

static void a_format_longer_than_the_room_is_written_whole(void **state)
{
	auto_str struct str s = { 0 };

	(void)state;
	str_addf(&s, "%0500d", 7);
	assert_int_equal(s.n, 500);
	assert_int_equal(strspn(s.s, "0"), 499);
	str_addf(&s, "%s", "");
	assert_int_equal(s.n, 500);
}

static void taken_bytes_are_the_callers_and_never_null(void **state)
{
	struct str s = { 0 };
	char *taken = str_take(&s);

	(void)state;
	assert_string_equal(taken, "");
	free(taken);
	str_add(&s, "mine");
	taken = str_take(&s);
	assert_null(s.s);
	assert_int_equal(s.n, 0);
	assert_string_equal(taken, "mine");
	free(taken);
	str_clear(&s); /* also when there never was anything */
	assert_null(s.s);
}

static const struct {
	const char *s;
	size_t max;
	const char *expected;
} letters[] = {
	{ "", 10, "" },
	{ "abc", 10, "abc" },
	{ "abc", 3, "abc" },
	{ "abc", 2, "ab" },
	{ "abc", 0, "" },
	{ "\xc3\xa9t\xc3\xa9", 5, "\xc3\xa9t\xc3\xa9" },
	{ "\xc3\xa9t\xc3\xa9", 4, "\xc3\xa9t" },
	{ "\xe2\x82\xac", 3, "\xe2\x82\xac" },
	{ "\xe2\x82\xac", 2, "" },
	{ "a\xf0\x9f\x94\xa5" "b", 10, "a?b" }, /* four bytes */
	{ "a\xf0\x9f\x94\xa5" "b", 2, "a?" },
	{ "a\xe9", 10, "a?" },               /* Latin-1 */
	{ "\xe9" "a\xe9" "b", 10, "?a?b" },
	{ "\xc3", 10, "?" },                  /* cut off */
	{ "\xe2\x82", 10, "?" },
	{ "\xa9\xa9x", 10, "?x" },            /* no beginning */
	{ "\xc0\x80x", 10, "?x" },            /* written too long */
	{ "\xe0\x9f\x80x", 10, "?x" },
	{ "\xed\xa0\x80x", 10, "?x" },        /* a surrogate */
	{ "\xed\x9f\xbf", 10, "\xed\x9f\xbf" },
	{ "\xff\xfe", 10, "??" },
};

static void only_whole_letters_that_a_table_takes_are_added(void **state)
{
	auto_str struct str got = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(letters); i++) {
		str_clear(&got);
		str_add_letters(&got, letters[i].s, letters[i].max);
		assert_string_equal(got.s, letters[i].expected);
	}
}

static void absent_equals_only_absent(void **state)
{
	(void)state;
	assert_true(str_equal(NULL, NULL));
	assert_false(str_equal(NULL, ""));
	assert_false(str_equal("", NULL));
	assert_true(str_equal("", ""));
	assert_false(str_equal("a", "A"));
	assert_false(str_equal("a", "a "));
	assert_true(str_starts("abc", "ab"));
	assert_true(str_starts("abc", ""));
	assert_false(str_starts("ab", "abc"));
	assert_string_equal(str_or(NULL, "b"), "b");
	assert_string_equal(str_or("", "b"), "");
}

/* ---- did you mean */

static const char *const hosts[] = { "compute-01", "compute-02", "compute-11", "Compute-01", "ctl1@rbd", "ctl2@rbd", "x" };
static const struct {
	const char *word, *expected;
} nearest_rows[] = {
	{ "compute-01", "'compute-01', 'Compute-01', 'compute-02'" },
	{ "COMPUTE-02", "'compute-02', 'Compute-01', 'compute-01'" },
	{ "compute-1", "'compute-01', 'compute-11', 'Compute-01'" },
	{ "ctl1@rdb", "'ctl1@rbd', 'ctl2@rbd'" },
	{ "ctl1@rbd#pool", "'ctl1@rbd', 'ctl2@rbd'" },
	{ "y", "'x'" },
	{ "", "'x'" },
	{ "something completely different from all that is there", "" },
};

static void the_nearest_names_come_first_and_only_plausible_ones(void **state)
{
	auto_str struct str got = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(nearest_rows); i++) {
		str_clear(&got);
		str_nearest(nearest_rows[i].word, hosts, COUNT(hosts), &got);
		assert_string_equal(str_or(got.s, ""), nearest_rows[i].expected);
	}
}

static void a_name_with_and_without_its_domain_is_the_nearest(void **state)
{
	static const char *const known[] = { "compute-02", "compute-03", "compute-01.dc7.example.org", "compute-01x", "10.0.0.2" };
	static const struct {
		const char *a, *b;
		bool twins;
	} rows[] = {
		{ "a", "a.example.org", true }, { "a.example.org", "a", true }, { "a@rbd", "a.example.org@rbd", true },
		{ "a@rbd#p", "a.example.org@rbd#p", true }, { "a.b", "a.c", true }, { "a", "a", false }, { "a.b", "a.b", false },
		{ "a@rbd", "a.example.org@lvm", false }, { "a", "A.example.org", false }, { "a", "ab.example.org", false },
		{ "10.0.0.1", "10.0.0.2", false }, { "10", "10.0.0.2", false }, { "", ".org", false }, { "a@rbd.x", "a@rbd", false },
		{ "c1", "c1.example", true }, { "1a", "1a.b", true },
	};
	auto_str struct str got = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(str_is_twin(rows[i].a, rows[i].b), rows[i].twins);
		assert_int_equal(str_is_twin(rows[i].b, rows[i].a), rows[i].twins);
	}
	str_nearest("compute-01", known, COUNT(known), &got);
	assert_true(str_starts(got.s, "'compute-01.dc7.example.org', "));
	str_clear(&got);
	str_nearest("10.0.0.1", known, COUNT(known), &got);
	assert_true(str_starts(got.s, "'10.0.0.2'"));
}

static void a_name_that_is_known_twice_is_named_once(void **state)
{
	static const char *const twice[] = { "node1", "node1", "node2", "node1" };
	auto_str struct str got = { 0 };

	(void)state;
	str_nearest("node", twice, COUNT(twice), &got);
	assert_string_equal(got.s, "'node1', 'node2'");
}

static void nothing_is_near_where_nothing_is_known(void **state)
{
	auto_str struct str got = { 0 };

	(void)state;
	str_nearest("node", NULL, 0, &got);
	assert_int_equal(got.n, 0);
}

static void names_of_any_length_are_compared_without_harm(void **state)
{
	char longest[256], longer[2000];
	const char *known[] = { longest, longer };
	auto_str struct str got = { 0 };

	(void)state;
	memset(longest, 'a', sizeof longest);
	longest[255] = '\0';
	memset(longer, 'a', sizeof longer);
	longer[sizeof longer - 1] = '\0';
	str_nearest(longest, known, COUNT(known), &got);
	assert_int_equal(got.n, 257); /* itself, quoted; the other cannot be a host */
	str_clear(&got);
	str_nearest(longer, known, 1, &got);
	assert_int_equal(got.n, 257); /* longer than any name: told the longest that there is */
}

/* A Chinese letter has two columns; a line ends beside one, but never begins with what closes. */
static void a_sentence_is_broken_before_column_80(void **state)
{
	static const struct {
		const char *text, *out;
	} cases[] = {
		{ "one two", "one two\n" },
		{ " one  two ", "one two\n" },
		{ "1234567890123456789012345678901234567890123456789012345678901234567890123456789 x",
		  "1234567890123456789012345678901234567890123456789012345678901234567890123456789\n  x\n" },
		{ "故障节点上的实例已经疏散到其他计算节点，卷和备份的归属也已经移到新的主机。请先确认电源：evac-manage explain source-alive 有更多",
		  "故障节点上的实例已经疏散到其他计算节点，卷和备份的归属也已经移到新的主机。请先\n"
		  "  确认电源：evac-manage explain source-alive 有更多\n" },
		{ "故障节点上的实例已经疏散到其他计算节点，卷和备份的归属也已经移到新主机上去了，请先看",
		  "故障节点上的实例已经疏散到其他计算节点，卷和备份的归属也已经移到新主机上去了，\n  请先看\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_str struct str out = { 0 };

		str_add_wrapped(&out, cases[i].text, strlen(cases[i].text), 2, 0);
		assert_string_equal(out.s, cases[i].out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_string_grows_and_is_always_ended),
		cmocka_unit_test(a_format_longer_than_the_room_is_written_whole),
		cmocka_unit_test(taken_bytes_are_the_callers_and_never_null),
		cmocka_unit_test(only_whole_letters_that_a_table_takes_are_added),
		cmocka_unit_test(absent_equals_only_absent),
		cmocka_unit_test(the_nearest_names_come_first_and_only_plausible_ones),
		cmocka_unit_test(a_name_with_and_without_its_domain_is_the_nearest),
		cmocka_unit_test(a_name_that_is_known_twice_is_named_once),
		cmocka_unit_test(nothing_is_near_where_nothing_is_known),
		cmocka_unit_test(names_of_any_length_are_compared_without_harm),
		cmocka_unit_test(a_sentence_is_broken_before_column_80),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

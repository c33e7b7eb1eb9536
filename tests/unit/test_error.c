/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "util/error.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The contract with other programs, written a second time on purpose: a changed number is a broken promise. */
static const struct {
	enum error_kind kind;
	int exit_code;
	const char *name;
} promised[] = {
	{ ERROR_OK, 0, "ok" },
	{ ERROR_ERROR, 1, "error" },
	{ ERROR_USAGE, 2, "usage" },
	{ ERROR_FINDINGS, 3, "findings" },
	{ ERROR_NOT_FOUND, 4, "not_found" },
	{ ERROR_REFUSED, 5, "refused" },
	{ ERROR_PARTIAL, 6, "partial" },
	{ ERROR_DRIFT, 7, "drift" },
	{ ERROR_BUSY, 8, "busy" },
	{ ERROR_UNKNOWN, 9, "unknown" },
	{ ERROR_UNPROVED, 10, "unproved" },
	{ ERROR_CONFIG, 11, "config" },
	{ ERROR_DB_UNREACHABLE, 12, "db_unreachable" },
	{ ERROR_BUS_UNREACHABLE, 13, "bus_unreachable" },
	{ ERROR_TIMEOUT, 14, "timeout" },
	{ ERROR_BUG, 70, "bug" },
	{ ERROR_INTERRUPTED, 130, "interrupted" },
};

static void every_kind_has_the_promised_code_and_name(void **state)
{
	(void)state;
	assert_int_equal(COUNT(promised), ERROR_KIND_COUNT);
	for (size_t i = 0; i < COUNT(promised); i++) {
		assert_int_equal(error_kind_exit_code(promised[i].kind), promised[i].exit_code);
		assert_string_equal(error_kind_name(promised[i].kind), promised[i].name);
	}
}

static void every_kind_has_a_sentence_without_full_stop_and_no_number_twice(void **state)
{
	const char *sentence;
	int kind, other;

	(void)state;
	for (kind = 0; kind < ERROR_KIND_COUNT; kind++) {
		sentence = error_kind_sentence((enum error_kind)kind);
		assert_non_null(sentence);
		assert_true(strlen(sentence) > 10);
		assert_true(sentence[strlen(sentence) - 1] != '.');
		for (other = 0; other < kind; other++) {
			assert_int_not_equal(error_kind_exit_code((enum error_kind)kind), error_kind_exit_code((enum error_kind)other));
			assert_string_not_equal(error_kind_name((enum error_kind)kind), error_kind_name((enum error_kind)other));
		}
	}
}

static void setting_an_error_is_the_whole_failure_path(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(-1, error_set(&err, ERROR_DRIFT, "volume %s is on '%s'", "v1", "a@b"));
	assert_int_equal(err.kind, ERROR_DRIFT);
	assert_string_equal(err.text, "volume v1 is on 'a@b'");
	assert_string_equal(err.hint, "");
	assert_int_equal(err.code, 0);
}

static void a_prefix_says_where_and_the_last_one_stands_first(void **state)
{
	struct error err = { 0 };

	(void)state;
	error_set(&err, ERROR_CONFIG, "no such file");
	assert_int_equal(-1, error_prefix(&err, "nova.conf:%d", 12));
	assert_int_equal(-1, error_prefix(&err, "doctor"));
	assert_string_equal(err.text, "doctor: nova.conf:12: no such file");
	assert_int_equal(err.kind, ERROR_CONFIG);
}

static void a_second_error_forgets_hint_and_code_of_the_first(void **state)
{
	struct error err = { 0 };

	(void)state;
	error_errno(&err, ERROR_ERROR, ENOENT, "cannot open '%s'", "/x");
	assert_int_equal(-1, error_hint(&err, "try %s", "this"));
	assert_string_equal(err.text, "cannot open '/x': No such file or directory");
	assert_int_equal(err.code, ENOENT);
	assert_string_equal(err.hint, "try this");
	error_set(&err, ERROR_BUSY, "later");
	assert_int_equal(err.code, 0);
	assert_string_equal(err.hint, "");
	error_hint(&err, "again");
	error_errno(&err, ERROR_ERROR, EACCES, "third");
	assert_string_equal(err.hint, "");
	error_clear(&err);
	assert_int_equal(err.kind, ERROR_OK);
	assert_int_equal(err.code, 0);
	assert_string_equal(err.text, "");
}

static void what_is_too_long_is_cut_and_ended(void **state)
{
	char text[16384], prefix[2048];
	struct error err;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	memset(prefix, 'p', sizeof prefix - 1);
	prefix[sizeof prefix - 1] = '\0';
	memset(&err, 0x5a, sizeof err);
	error_set(&err, ERROR_ERROR, "%s", text);
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
	error_hint(&err, "%s", text);
	assert_int_equal(strlen(err.hint), sizeof err.hint - 1);
	error_prefix(&err, "where");
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
	assert_memory_equal(err.text, "where: xxx", 10);
	error_prefix(&err, "%s", prefix);
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
	error_errno(&err, ERROR_ERROR, EIO, "%s", text);
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

/* The order in which sources that could not be asked decide the exit code: 11, 12, 13, then any other reason. */
static void the_heaviest_absence_is_what_a_command_ends_with(void **state)
{
	static const enum error_kind order[] = { ERROR_CONFIG, ERROR_DB_UNREACHABLE, ERROR_BUS_UNREACHABLE, ERROR_REFUSED, ERROR_OK };

	(void)state;
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		for (size_t k = 0; k < sizeof order / sizeof *order; k++)
			assert_int_equal(error_kind_outweighs(order[i], order[k]), i < k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_the_promised_code_and_name),
		cmocka_unit_test(every_kind_has_a_sentence_without_full_stop_and_no_number_twice),
		cmocka_unit_test(setting_an_error_is_the_whole_failure_path),
		cmocka_unit_test(a_prefix_says_where_and_the_last_one_stands_first),
		cmocka_unit_test(a_second_error_forgets_hint_and_code_of_the_first),
		cmocka_unit_test(what_is_too_long_is_cut_and_ended),
		cmocka_unit_test(the_heaviest_absence_is_what_a_command_ends_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

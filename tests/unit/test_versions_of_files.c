/* SPDX-License-Identifier: Apache-2.0 */
#include "written_journal.h"

#include "journal/lock.h"
#include "journal/past.h"
#include "run/plan_file.h"

/* Journals and plans that another evac-manage wrote. */

static void read_all(struct past *past)
{
	struct error err;
	bool torn;

	*past = (struct past){ 0 };
	assert_int_equal(journal_read(path, past_record, past, &torn, &err), 0);
}

static void a_journal_of_another_format_is_refused_with_the_way_out(void **state)
{
	static const char *const versions[] = { "\"version\":3,", "\"version\":0,", "", "\"version\":\"one\"," };
	struct past past;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		auto_free char *first = xasprintf(RUN_RECORD("%s"), versions[i]);

		write_journal((const char *const[]){ first, ROW, INTENT, PROVED, END, NULL });
		read_all(&past);
		assert_true(past.foreign);
		assert_int_equal(past.nunit, 0); /* what it says is not looked at */
		assert_int_equal(past_check(&past, path, &err), -1);
		assert_non_null(strstr(err.text, i == 0 ? "of format 3, written by evac-manage 0.9.0" : "of format 0, written by"));
		assert_non_null(strstr(err.text, "reads formats up to 2"));
		assert_non_null(strstr(err.hint, "evac-manage 0.9.0 or a later one"));
		past_free(&past);
	}
}

static void a_journal_of_another_format_stays_as_it_is(void **state)
{
	auto_str struct str before = { 0 }, after = { 0 };
	struct journal *journal = NULL;
	struct past past = { 0 };
	struct error err;

	(void)state;
	write_journal((const char *const[]){ RUN_RECORD("\"version\":3,"), ROW, NULL });
	assert_int_equal(file_read(path, 1 << 20, ERROR_ERROR, &before, &err), 0);
	assert_int_equal(journal_reopen(path, past_record, &past, &journal, &err), 0);
	assert_int_equal(past_check(&past, path, &err), -1);
	journal_close(&journal);
	assert_int_equal(file_read(path, 1 << 20, ERROR_ERROR, &after, &err), 0);
	assert_string_equal(before.s, after.s);
	past_free(&past);
}

/* How such a run ended is not known here, whatever its last record looks like: the next run of its host waits, no other's does. */
static void a_run_of_another_format_counts_as_unfinished(void **state)
{
	const struct request request = { .where.state_dir = state_dir_of_test };
	struct error err = { 0 };

	(void)state;
	write_journal((const char *const[]){ RUN_RECORD("\"version\":3,"), END, NULL });
	assert_int_equal(unfinished_check(&request, "c1", NULL, NULL, &err), -1);
	assert_int_equal(err.kind, ERROR_BUSY);
	assert_non_null(strstr(err.text, "of format 3"));
	assert_non_null(strstr(err.hint, "evac-manage journal recover " RUN));
	assert_int_equal(unfinished_check(&request, "c2", NULL, NULL, &err), 0);
	write_journal((const char *const[]){ RUN_RECORD("\"version\":1,"), END, NULL });
	assert_int_equal(unfinished_check(&request, "c1", NULL, NULL, &err), 0);
}

static void a_record_and_a_key_that_are_not_known_change_nothing(void **state)
{
	struct past past;
	struct error err;

	(void)state;
	write_journal((const char *const[]){ RUN_RECORD("\"version\":1,") ",\"new\":{\"key\":[1]}", "\"type\":\"news\",\"unit\":0", ROW ",\"new\":1",
	    INTENT ",\"new\":null", "\"type\":\"news\"", PROVED ",\"new\":\"x\"", END ",\"new\":true", NULL });
	read_all(&past);
	assert_int_equal(past_check(&past, path, &err), 0);
	assert_int_equal(past.nunit, 1);
	assert_string_equal(past_unit_state(&past.unit[0]), "proved");
	assert_true(past_is_settled(&past));
	past_free(&past);
}

/* What was written to a row of a kind that is not known cannot be looked at, nor taken back. */
static void a_kind_of_row_or_unit_that_is_not_known_is_refused(void **state)
{
	static const char *const odd[] = { "\"type\":\"row\",\"unit\":0,\"kind\":\"news\",\"id\":\"v1\",\"before\":{},\"after\":{}",
		"\"type\":\"plan\",\"units\":[{\"kind\":\"news\",\"sentence\":\"s\"}]", "\"type\":\"intent\",\"unit\":0,\"kind\":\"news\",\"rows\":0" };
	struct past past;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		write_journal((const char *const[]){ RUN_RECORD("\"version\":1,"), odd[i], NULL });
		read_all(&past);
		assert_int_equal(past_check(&past, path, &err), -1);
		past_free(&past);
	}
}

/* An end that is not known is none: recovery asks the rows. */
static void a_state_that_is_not_known_is_looked_at_again(void **state)
{
	struct past past;

	(void)state;
	write_journal((const char *const[]){ RUN_RECORD("\"version\":1,"), ROW, INTENT, "\"type\":\"outcome\",\"unit\":0,\"state\":\"news\"",
	    "\"type\":\"recovery\",\"unit\":0,\"verdict\":\"news\"", NULL });
	read_all(&past);
	assert_false(past_unit_is_final(&past.unit[0]));
	assert_false(past_is_settled(&past));
	past_free(&past);
}

static int read_plan(const char *schema, const char *words, struct error *err)
{
	auto_str struct str text = { 0 };
	struct plan_file file;
	char sum[65];
	int rc;

	str_addf(&text,
	    "{\"schema\":\"%s\",\"command\":\"quota sync\",\"host\":null,\"made\":{\"run\":\"r1\",\"tool\":\"0.9.0\",\"expires_at\":\"z\","
	    "\"new\":1},\"request\":{%s},\"units\":[],\"new\":2",
	    schema, words);
	sha256_hex(text.s, text.n, sum);
	str_addf(&text, ",\"sha256\":\"%s\"}\n", sum);
	assert_int_equal(file_write(path, &text, 0600, err), 0);
	rc = plan_file_read(path, &file, err);
	plan_file_free(&file);
	return rc;
}

/* A word of the request may say what is not to be done; every other key may be new. */
static void a_plan_of_another_version_is_refused_where_it_may_mean_more(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(read_plan("evac-manage-plan/1", "\"host\":\"c1\"", &err), 0);
	assert_int_equal(read_plan("evac-manage-plan/1", "\"host\":\"c1\",\"sparing\":\"c2\"", &err), -1);
	assert_int_equal(err.kind, ERROR_REFUSED);
	assert_non_null(strstr(err.text, "does not know, 'sparing'"));
	assert_non_null(strstr(err.hint, "evac-manage 0.9.0"));
	assert_int_equal(read_plan("evac-manage-plan/2", "", &err), -1);
	assert_int_equal(err.kind, ERROR_REFUSED);
	assert_non_null(strstr(err.text, "is not of schema evac-manage-plan/1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_journal_of_another_format_is_refused_with_the_way_out),
		cmocka_unit_test(a_journal_of_another_format_stays_as_it_is),
		cmocka_unit_test(a_run_of_another_format_counts_as_unfinished),
		cmocka_unit_test(a_record_and_a_key_that_are_not_known_change_nothing),
		cmocka_unit_test(a_kind_of_row_or_unit_that_is_not_known_is_refused),
		cmocka_unit_test(a_state_that_is_not_known_is_looked_at_again),
		cmocka_unit_test(a_plan_of_another_version_is_refused_where_it_may_mean_more),
	};

	return cmocka_run_group_tests(tests, make_state, remove_state);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../src/audit/internal.h"
#include "util/html.h"
#include "util/file.h"
#include "util/json.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- a database of our own: rows of k and value, in front of the real one's functions */

struct db { int nothing; };
struct db_stream {
	const char *const (*row)[3]; /* subject, k, value; ends with k NULL */
	const char *const *now;
};
static const char *const (*left_rows)[3], *const (*right_rows)[3];
static const struct sql left_sql = { .name = "audit/left" }, right_sql = { .name = "audit/right" };

int db_stream_open(struct db *db, const struct sql *sql, const struct db_param *params, struct db_stream **out, struct error *err)
{
	(void)db;
	(void)params;
	(void)err;
	*out = xcalloc(1, sizeof **out);
	(*out)->row = sql == &left_sql ? left_rows : right_rows;
	return 0;
}

size_t db_stream_columns(const struct db_stream *stream)
{
	(void)stream;
	return 3;
}

const char *db_stream_column(const struct db_stream *stream, size_t i)
{
	static const char *const name[] = { "subject", "k", "value" }, *const other[] = { "ignored", "k", "other" };

	return stream->row == left_rows ? name[i] : other[i];
}

int db_stream_next(struct db_stream *stream, const char *const **values, struct error *err)
{
	(void)err;
	if (!(*stream->row)[0])
		return 0;
	*values = *stream->row++;
	return 1;
}

void db_stream_close(struct db_stream **stream)
{
	free(*stream);
	*stream = NULL;
}

int db_limit_statements(struct db *db, int64_t seconds, struct error *err)
{
	(void)db;
	(void)seconds;
	(void)err;
	return 0;
}

/* ---- comparisons */

static const char *const none[] = { NULL };
static struct str found_text;

static void found(void *ctx, const struct audit_check *check, const struct audit_row *left, const struct audit_row *right)
{
	(void)ctx;
	(void)check;
	str_addf(&found_text, "%s/%s ", row_value(left, "subject"), right ? str_or(row_value(right, right->name == left->name ? "value" : "other"), "NULL") : "-");
}

/* What the rule finds, or the error. */
static const char *merge(enum audit_rule rule, const struct audit_condition *conditions, bool with)
{
	static const struct audit_condition no_conditions[] = { { NULL, NULL, false } };
	static struct db there;
	struct audit_place place[] = { { .database = AUDIT_CINDER, .db = &there }, { .database = AUDIT_CELL, .cell = "cell1", .db = &there } };
	struct audit_places places = { .v = place, .n = 2 };
	const struct request request = { .audit.check_timeout_s = 60 };
	const struct audit_check check = { .rule = rule,
		.left = { &left_sql, AUDIT_CELL, none, none },
		.right = { with ? &right_sql : NULL, AUDIT_CINDER, none, none },
		.conditions = conditions ? conditions : no_conditions };
	static struct error err;
	uint64_t rows;

	str_clear(&found_text);
	error_clear(&err);
	if (check_run(&places, &check, &request, &audit_all, INT64_MAX, found, NULL, &rows, &err) != 0)
		return err.text;
	return str_or(found_text.s, "");
}

static void a_key_that_the_other_side_lacks_is_found(void **state)
{
	static const char *const left[][3] = { { "1", "a", "" }, { "2", "B", "" }, { "3", "b", "" }, { "4", "d", "" }, { NULL, NULL, NULL } };
	static const char *const right[][3] = { { "", "0", "" }, { "", "b", "" }, { "", "c", "" }, { NULL, NULL, NULL } };
	static const char *const empty[][3] = { { NULL, NULL, NULL } };

	(void)state;
	left_rows = left;
	right_rows = right;
	assert_string_equal(merge(AUDIT_ABSENT, NULL, true), "1/- 4/- ");
	right_rows = empty;
	assert_string_equal(merge(AUDIT_ABSENT, NULL, true), "1/- 2/- 3/- 4/- ");
	left_rows = empty;
	right_rows = right;
	assert_string_equal(merge(AUDIT_ABSENT, NULL, true), "");
}

static void one_condition_is_enough_to_be_there_and_null_equals_nothing(void **state)
{
	static const char *const left[][3] = { { "1", "a", "x" }, { "2", "a", NULL }, { "3", "a", "z" }, { NULL, NULL, NULL } };
	static const char *const right[][3] = { { "", "a", NULL }, { "", "a", "x" }, { NULL, NULL, NULL } };
	static const struct audit_condition unless[] = { { "subject", "other", false }, { "value", "other", false }, { NULL, NULL, false } };

	(void)state;
	left_rows = left;
	right_rows = right;
	assert_string_equal(merge(AUDIT_ABSENT, unless, true), "2/- 3/- ");
}

static void pairs_that_differ_are_found_and_null_differs_from_a_value(void **state)
{
	static const char *const left[][3] = { { "1", "a", "x" }, { "2", "b", NULL }, { "3", "c", NULL }, { NULL, NULL, NULL } };
	static const char *const right[][3] = { { "", "a", "x" }, { "", "a", "y" }, { "", "b", NULL }, { "", "c", "w" }, { NULL, NULL, NULL } };
	static const struct audit_condition when[] = { { "value", "other", true }, { NULL, NULL, false } };
	static const struct audit_condition cell[] = { { "cell", "other", false }, { NULL, NULL, false } };
	static const char *const cells[][3] = { { "", "b", "cell1" }, { NULL, NULL, NULL } };

	(void)state;
	left_rows = left;
	right_rows = right;
	assert_string_equal(merge(AUDIT_PAIR, when, true), "1/y 3/w ");
	assert_string_equal(merge(AUDIT_PAIR, NULL, true), "1/x 1/y 2/NULL 3/w ");
	right_rows = cells;
	assert_string_equal(merge(AUDIT_PAIR, cell, true), "2/cell1 ");
}

static void a_key_with_several_rows_is_found_once(void **state)
{
	static const char *const left[][3] = { { "1", "a", "" }, { "2", "b", "" }, { "3", "B ", "y" }, { "4", "b", "" }, { "5", "c", "" }, { NULL, NULL, NULL } };
	static const char *const right[][3] = { { "", "a", "" }, { "", "c", "" }, { NULL, NULL, NULL } };

	(void)state;
	left_rows = left;
	right_rows = right;
	assert_string_equal(merge(AUDIT_SEVERAL, NULL, false), "2/y ");
	assert_string_equal(merge(AUDIT_SEVERAL, NULL, true), "");
}

static void rows_out_of_order_are_an_error_not_a_finding(void **state)
{
	static const char *const left[][3] = { { "1", "b", "" }, { "2", "a", "" }, { NULL, NULL, NULL } };
	static const char *const right[][3] = { { "", "a", "" }, { NULL, NULL, NULL } };
	static const char *const null[][3] = { { "1", NULL, "" }, { NULL, NULL, NULL } };

	(void)state;
	left_rows = left;
	right_rows = right;
	assert_non_null(strstr(merge(AUDIT_ABSENT, NULL, true), "not in the order of their keys ('a' after 'b')"));
	left_rows = null;
	assert_non_null(strstr(merge(AUDIT_ABSENT, NULL, true), "a key is NULL"));
}

static void keys_compare_as_the_databases_order_them(void **state)
{
	static const struct {
		const char *a, *b;
		int sign;
	} cases[] = { { "a", "b", -1 }, { "a", "A", 0 }, { "a", "a ", 0 }, { "", "", 0 }, { "", " ", 0 }, { "a", "ab", -1 }, { "9", "a", -1 }, { "-", "0", -1 },
		{ "Z", "a", 1 }, { "a-1", "aa", -1 } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int d = key_compare(cases[i].a, cases[i].b), r = key_compare(cases[i].b, cases[i].a);

		assert_int_equal((d > 0) - (d < 0), cases[i].sign);
		assert_int_equal((r > 0) - (r < 0), -cases[i].sign);
	}
}

/* ---- texts */

/* And a line with a value that is not known is no line to type: it is left out. */
static void values_in_a_remedy_cannot_leave_their_quotes(void **state)
{
	static const char *const name[] = { "subject", "host" };
	const char *const value[] = { "it's; rm -rf $HOME", NULL };
	const struct audit_row row = { .n = 2, .name = name, .value = value, .key = "", .cell = "cell1" };
	const struct audit_check shell = { .message = "{subject} on {host} of {cell} {", .remedy = "do {subject}; fill in {host}; and {subject} again" };
	const struct audit_check sql = { .message = "", .remedy = "UPDATE t SET a = {subject}" };
	struct audit_report report = { .max_a_check = 1 };

	(void)state;
	report_add(&report, &shell, &row, NULL);
	assert_string_equal(report.v[0].message, "it's; rm -rf $HOME on - of cell1 {");
	assert_string_equal(report.v[0].remedy, "do \"it's; rm -rf \\$HOME\"; and \"it's; rm -rf \\$HOME\" again");
	assert_string_equal(report.v[0].details, "{\"cell\":\"cell1\"}");
	report_add(&report, &sql, &row, NULL);
	assert_string_equal(report.v[1].remedy, "UPDATE t SET a = 'it''s; rm -rf $HOME'");
	audit_report_free(&report);
}

static void nothing_in_html_is_markup(void **state)
{
	auto_str struct str out = { 0 };

	(void)state;
	html_add("<a href='x' b=\"y\">&\x1b\xe2\x80\xae", &out);
	assert_string_equal(out.s, "&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;\\x1b\\u202e");
}

static void nothing_in_a_script_element_ends_it(void **state)
{
	json_object *o = json_tokener_parse("{\"a\":[\"</script><!--\",{\"b\":\"\\u001b\\u2028\\u00e4\"}],\"c\":null,\"d\":7}");
	auto_str struct str out = { 0 };

	(void)state;
	html_add_json(o, &out);
	assert_string_equal(out.s, "{\"a\":[\"\\u003c/script>\\u003c!--\",{\"b\":\"\\\\x1b\\\\u2028\xc3\xa4\"}],\"c\":null,\"d\":7}");
	json_object_put(o);
}

static void a_host_is_the_node_of_an_owner(void **state)
{
	static const char *const name[] = { "subject", "host" };
	const char *const value[] = { "s", "n1@ceph#pool" };
	const struct audit_row row = { .n = 2, .name = name, .value = value, .key = "" };
	const struct audit_check check = { .message = "", .remedy = "" };
	struct audit_report report = { 0 };

	(void)state;
	report_add(&report, &check, &row, NULL);
	assert_string_equal(report.v[0].host, "n1");
	assert_null(report.v[0].cell);
	audit_report_free(&report);
}

/* ---- the second look is for what has just changed, and for two servers */

static void what_is_settled_is_not_looked_at_again(void **state)
{
	static const char *const name[] = { "age_s" };
	static const struct {
		enum audit_rule rule;
		const char *age;
		int64_t aged_s; /* since the snapshot */
		bool settled;
	} cases[] = { { AUDIT_EACH, NULL, 0, true }, { AUDIT_EACH, "15", 0, true }, { AUDIT_EACH, "14", 0, false }, { AUDIT_EACH, "-3", 0, false },
		{ AUDIT_EACH, "75", 60, true }, { AUDIT_EACH, "74", 60, false }, { AUDIT_ABSENT, "99", 0, false }, { AUDIT_PAIR, NULL, 0, false } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct audit_check check = { .rule = cases[i].rule };
		const struct audit_row row = { .n = 1, .name = name, .value = &cases[i].age, .key = "", .aged_s = cases[i].aged_s };

		assert_int_equal(finding_is_settled(&check, &row, 15), cases[i].settled);
	}
}

/* ---- the catalogue */

static void every_check_is_found_by_number_and_name(void **state)
{
	size_t n = 0;

	(void)state;
	for (const struct audit_check *c = audit_checks; c->number; c++) {
		if (!audit_check_is_first(c))
			continue;
		assert_ptr_equal(audit_check_find(c->number), c);
		assert_ptr_equal(audit_check_find(c->name), c);
		assert_true(c->left.sql->access == SQL_READS);
		n++;
	}
	assert_true(n >= 60);
	assert_ptr_equal(audit_check_find("a01"), audit_checks);
	assert_ptr_equal(audit_check_find("Volume_Without_Bdm"), audit_checks);
	assert_null(audit_check_find("A0"));
	assert_null(audit_check_find(""));
}

static void a_variant_is_the_same_check(void **state)
{
	const struct audit_check *quota = audit_check_find("quota-drift");

	(void)state;
	assert_true(audit_check_same(quota, quota + 1));
	assert_false(audit_check_is_first(quota + 1));
	assert_false(audit_check_same(quota, quota + 2));
}

/* ---- a report is read back as it was written */

static void a_report_comes_back(void **state)
{
	static const char *const name[] = { "subject", "host", "extra" };
	const char *const value[] = { "s\"1", "h", "x" };
	const struct audit_row row = { .n = 3, .name = name, .value = value, .key = "" };
	struct audit_report report = { .started_at = "2026-01-02T03:04:05.678Z", .finished_at = "2026-01-02T03:04:06.000Z" };
	char path[] = "/tmp/evac-manage-test-audit.XXXXXX";
	struct audit_result result[] = { { .check = &audit_checks[0], .found = 5, .kept = 1 }, { .check = &audit_checks[1], .outcome = AUDIT_FAILED, .why = "w" } };
	auto_str struct str text = { 0 };
	struct known_report known;
	struct error err = { 0 };

	(void)state;
	report_add(&report, &audit_checks[0], &row, NULL);
	report.result = result;
	report.nresult = 2;
	document_add(&report, &text);
	close(mkstemp(path));
	assert_int_equal(file_write(path, &text, 0600, &err), 0);
	assert_int_equal(document_read(path, &known, &err), 0);
	assert_int_equal(known.n, 1);
	assert_string_equal(known_find(&known, audit_checks[0].name, "s\"1")->since, report.started_at);
	assert_null(known_find(&known, audit_checks[1].name, "s\"1"));
	assert_true(known_ran(&known, audit_checks[0].name));
	assert_false(known_ran(&known, audit_checks[1].name));
	assert_false(known_ran(&known, "never-heard-of"));
	assert_string_equal(known.at, report.started_at);
	assert_int_equal(known.count[audit_checks[0].severity], 5); /* also those that are not listed */
	known_report_forget(&known);
	assert_int_equal(known.n, 0);
	assert_string_equal(known.at, report.started_at);
	known_report_free(&known);
	unlink(path);
	report.result = NULL;
	audit_report_free(&report);
}

static void a_baseline_ends_with_its_day(void **state)
{
	const struct baseline_entry entry = { .until = "2026-01-02" };

	(void)state;
	assert_false(baseline_is_expired(&entry, "2026-01-01T23:59:59.999Z"));
	assert_false(baseline_is_expired(&entry, "2026-01-02T23:59:59.999Z"));
	assert_true(baseline_is_expired(&entry, "2026-01-03T00:00:00.000Z"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_that_the_other_side_lacks_is_found),
		cmocka_unit_test(one_condition_is_enough_to_be_there_and_null_equals_nothing),
		cmocka_unit_test(pairs_that_differ_are_found_and_null_differs_from_a_value),
		cmocka_unit_test(a_key_with_several_rows_is_found_once),
		cmocka_unit_test(rows_out_of_order_are_an_error_not_a_finding),
		cmocka_unit_test(keys_compare_as_the_databases_order_them),
		cmocka_unit_test(values_in_a_remedy_cannot_leave_their_quotes),
		cmocka_unit_test(nothing_in_html_is_markup),
		cmocka_unit_test(nothing_in_a_script_element_ends_it),
		cmocka_unit_test(a_host_is_the_node_of_an_owner),
		cmocka_unit_test(what_is_settled_is_not_looked_at_again),
		cmocka_unit_test(every_check_is_found_by_number_and_name),
		cmocka_unit_test(a_variant_is_the_same_check),
		cmocka_unit_test(a_report_comes_back),
		cmocka_unit_test(a_baseline_ends_with_its_day),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	str_free(&found_text);
	return failed;
}

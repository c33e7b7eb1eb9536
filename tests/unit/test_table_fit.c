/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "out/fit.h"
#include "out/table.h"
#include "util/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define COLUMNS(list) { .v = (list), .n = COUNT(list) }
#define UUID1 "3f2c1b00-0000-4000-8000-000000000001"
#define UUID2 "1e500000-0000-4000-8000-000000000002"
#define HOST "sh03-compute-10e114e56e89"
#define NOTE "(shortened to fit; in full: --fit no)\n"

/* What table_print() writes to a file; the caller frees it. */
static char *printed(const struct table *table, const struct shown *shown)
{
	FILE *file = tmpfile();
	struct error err = { 0 };
	int saved = dup(STDOUT_FILENO), rc;
	struct str text = { 0 };
	char piece[4096];
	size_t n;

	assert_non_null(file);
	fflush(stdout);
	assert_int_equal(dup2(fileno(file), STDOUT_FILENO), STDOUT_FILENO);
	rc = table_print(table, shown, &err);
	assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
	close(saved);
	assert_int_equal(rc, 0);
	rewind(file);
	while ((n = fread(piece, 1, sizeof piece, file)) > 0)
		str_addn(&text, piece, n);
	fclose(file);
	return str_take(&text);
}

static void assert_fits(const struct table *table, int64_t width, const char *expected)
{
	char *text = printed(table, &(struct shown){ .format = "table", .max_width = width });

	assert_string_equal(text, expected);
	free(text);
}

static void assert_no_line_wider(const char *text, size_t width)
{
	size_t n;

	for (; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (out_columns(text, n) > width)
			print_error("%zu columns, not %zu: %.*s\n", out_columns(text, n), width, (int)n, text);
		assert_true(out_columns(text, n) <= width);
	}
}

static const struct table_column volume_columns[] = {
	{ .key = "id", .kind = COLUMN_UUID },
	{ .key = "name", .kind = COLUMN_NAME },
	{ .key = "status" },
	{ .key = "size_gb", .kind = COLUMN_NUMBER },
	{ .key = "host", .kind = COLUMN_NAME },
	{ .key = "heartbeat_age_s", .kind = COLUMN_AGE },
	{ .key = "hint", .kind = COLUMN_NOTE },
};

static void add_volume(struct table *t, const char *id, const char *name, const char *host, int64_t age_s, const char *hint)
{
	table_add(t);
	table_text(t, "id", id);
	table_text(t, "name", name);
	table_text(t, "status", "in-use");
	table_int(t, "size_gb", 10);
	table_text(t, "host", host);
	table_int(t, "heartbeat_age_s", age_s);
	table_text(t, "hint", hint);
}

static void fill_volumes(struct table *t)
{
	table_init(t, volume_columns, COUNT(volume_columns));
	add_volume(t, UUID1, "data", HOST "@ceph#ceph", 91778148, "evac-manage volume show " UUID1);
	add_volume(t, UUID2, "\xe6\x95\xb0\xe6\x8d\xae\xe5\xba\x93\xe4\xb8\xbb\xe8\x8a\x82\xe7\x82\xb9\xe7\xa3\x81\xe7\x9b\x98",
	    HOST "@nvme#nvme", 840, NULL);
}

static void without_a_limit_nothing_is_cut(void **state)
{
	struct table t;

	(void)state;
	fill_volumes(&t);
	assert_fits(&t, 0,
	    "ID                                    Name              Status  Size GB  Host                                 "
	    "Heartbeat Age  Hint\n" UUID1 "  data              in-use       10  " HOST "@ceph#ceph         1062 d  "
	    "evac-manage volume show " UUID1 "\n" UUID2
	    "  \xe6\x95\xb0\xe6\x8d\xae\xe5\xba\x93\xe4\xb8\xbb\xe8\x8a\x82\xe7\x82\xb9\xe7\xa3\x81\xe7\x9b\x98  in-use       10  " HOST
	    "@nvme#nvme         14 min  -\n");
	table_free(&t);
}

static void at_80_ids_and_names_give_way_and_the_hint_goes_under_its_row(void **state)
{
	struct table t;

	(void)state;
	fill_volumes(&t);
	assert_fits(&t, 80,
	    "ID        Name              Status  Size  Host                         Heartbeat\n"
	    "                                      GB                                     Age\n"
	    "3f2c1b00  data              in-use    10  sh03-compute-\xe2\x80\xa6" "e89@ceph#ceph     1062 d\n"
	    "    hint: evac-manage volume show " UUID1 "\n"
	    "1e500000  \xe6\x95\xb0\xe6\x8d\xae\xe5\xba\x93\xe4\xb8\xbb\xe8\x8a\x82\xe7\x82\xb9\xe7\xa3\x81\xe7\x9b\x98  in-use    10  "
	    "sh03-compute-\xe2\x80\xa6" "e89@nvme#nvme     14 min\n" NOTE);
	table_free(&t);
}

static void what_is_broken_at_the_right_ends_where_its_column_was_to_end(void **state)
{
	static const struct table_column pair[] = { { .key = "id" }, { .key = "heartbeat_age_s", .kind = COLUMN_AGE } };
	struct table t;

	(void)state;
	table_init(&t, pair, 2);
	table_add(&t);
	table_text(&t, "id", "0123456789");
	table_int(&t, "heartbeat_age_s", 840);
	assert_fits(&t, 22,
	    "ID           Heartbeat\n"
	    "                   Age\n"
	    "0123456789      14 min\n");
	table_free(&t);
}

static void a_table_that_cannot_fit_is_a_line_a_cell(void **state)
{
	struct table t;

	(void)state;
	fill_volumes(&t);
	assert_fits(&t, 40,
	    "ID             3f2c1b00-0000-4000-8000-\n"
	    "               000000000001\n"
	    "Name           data\n"
	    "Status         in-use\n"
	    "Size GB        10\n"
	    "Host           sh03-compute-\n"
	    "               10e114e56e89@ceph#ceph\n"
	    "Heartbeat Age  1062 d\n"
	    "Hint\n"
	    "  evac-manage volume show \\\n"
	    "  3f2c1b00-0000-4000-8000-000000000001\n"
	    "\n"
	    "ID             1e500000-0000-4000-8000-\n"
	    "               000000000002\n"
	    "Name           \xe6\x95\xb0\xe6\x8d\xae\xe5\xba\x93\xe4\xb8\xbb\xe8\x8a\x82\xe7\x82\xb9\xe7\xa3\x81\xe7\x9b\x98\n"
	    "Status         in-use\n"
	    "Size GB        10\n"
	    "Host           sh03-compute-\n"
	    "               10e114e56e89@nvme#nvme\n"
	    "Heartbeat Age  14 min\n");
	table_free(&t);
}

static void every_width_from_40_on_holds(void **state)
{
	struct table t;
	char *text;

	(void)state;
	fill_volumes(&t);
	for (int64_t width = 40; width <= 220; width++) {
		text = printed(&t, &(struct shown){ .format = "table", .max_width = width });
		assert_no_line_wider(text, (size_t)width);
		assert_non_null(strstr(text, "3f2c1b00"));
		assert_non_null(strstr(text, "1e500000"));
		free(text);
	}
	table_free(&t);
}

static void the_old_way_cuts_nothing(void **state)
{
	static const struct table_column prose[] = { { .key = "id", .kind = COLUMN_UUID },
		{ .key = "message", .kind = COLUMN_SENTENCE } };
	struct table t;
	char *text;

	(void)state;
	table_init(&t, prose, COUNT(prose));
	table_add(&t);
	table_text(&t, "id", UUID1);
	table_text(&t, "message", "the volume is owned by a backend that is dead");
	text = printed(&t, &(struct shown){ .format = "table", .max_width = 10, .fit = "no" });
	assert_string_equal(text,
	    "ID                                    Message\n" UUID1 "  the volume is owned\n"
	    "                                      by a backend that is\n"
	    "                                      dead\n");
	free(text);
	text = printed(&t, &(struct shown){ .format = "value", .max_width = 40 });
	assert_string_equal(text, UUID1 " the volume is owned by a backend that is dead\n");
	free(text);
	table_free(&t);
}

static void a_short_uuid_still_tells_the_rows_apart(void **state)
{
	static const struct table_column two[] = { { .key = "id", .kind = COLUMN_UUID },
		{ .key = "note", .kind = COLUMN_SENTENCE } };
	struct table t;

	(void)state;
	table_init(&t, two, COUNT(two));
	for (int i = 0; i < 2; i++) {
		table_add(&t);
		table_text(&t, "id", i ? "3f2c1b00-1111-4000-8000-000000000001" : UUID1);
		table_text(&t, "note", "a note that is longer than what is left of it");
	}
	assert_fits(&t, 50,
	    "ID             Note\n"
	    "3f2c1b00-0000  a note that is longer than what is\n"
	    "               left of it\n"
	    "3f2c1b00-1111  a note that is longer than what is\n"
	    "               left of it\n" NOTE);
	table_free(&t);
	table_init(&t, two, COUNT(two));
	for (int i = 0; i < 2; i++) {
		table_add(&t);
		table_text(&t, "id", i ? "3f2c1b00-0000-4000-8000-000000000002" : UUID1);
		table_text(&t, "note", "a note that is longer than what is left of it");
	}
	assert_fits(&t, 51,
	    "ID               Note\n"
	    "3f2c1b0\xe2\x80\xa6" "0000001  a note that is longer than what is\n"
	    "                 left of it\n"
	    "3f2c1b0\xe2\x80\xa6" "0000002  a note that is longer than what is\n"
	    "                 left of it\n" NOTE);
	table_free(&t);
	table_init(&t, two, COUNT(two)); /* neither end is enough: none is cut */
	for (int i = 0; i < 2; i++) {
		table_add(&t);
		table_text(&t, "id", i ? "3f2c1b00-0000-4000-8888-000000000001" : UUID1);
		table_text(&t, "note", "a note that is longer than what is left of it");
	}
	assert_fits(&t, 72,
	    "ID                                    Note\n"
	    "3f2c1b00-0000-4000-8000-000000000001  a note that is longer than what is\n"
	    "                                      left of it\n"
	    "3f2c1b00-0000-4000-8888-000000000001  a note that is longer than what is\n"
	    "                                      left of it\n");
	table_free(&t);
}

static void names_that_would_look_the_same_are_broken_instead(void **state)
{
	static const struct table_column two[] = { { .key = "host", .kind = COLUMN_NAME }, { .key = "state" } };
	struct table t;

	(void)state;
	table_init(&t, two, COUNT(two));
	table_add(&t);
	table_text(&t, "host", "compute-with-a-long-name-rack-a-and-the-rest-of-it");
	table_text(&t, "state", "up");
	table_add(&t);
	table_text(&t, "host", "compute-with-a-long-name-rack-b-and-the-rest-of-it");
	table_text(&t, "state", "down");
	assert_fits(&t, 40,
	    "Host                              State\n"
	    "compute-with-a-long-name-rack-a-  up\n"
	    "and-the-rest-of-it\n"
	    "compute-with-a-long-name-rack-b-  down\n"
	    "and-the-rest-of-it\n");
	table_free(&t);
}

static void columns_that_can_be_missed_go_unless_they_were_asked_for(void **state)
{
	static const struct table_column four[] = { { .key = "run" }, { .key = "failed", .kind = COLUMN_NUMBER },
		{ .key = "started_at", .kind = COLUMN_TEXT | COLUMN_SPARE }, { .key = "state" } };
	static const char *asked[] = { "run", "started_at", "state" };
	struct table t;
	char *text;

	(void)state;
	table_init(&t, four, COUNT(four));
	table_add(&t);
	table_text(&t, "run", "20261128T051148Z-rescue");
	table_int(&t, "failed", 0);
	table_text(&t, "started_at", "2026-11-28T05:11:48Z");
	table_text(&t, "state", "done");
	assert_fits(&t, 55,
	    "Run                      Started At            State\n"
	    "20261128T051148Z-rescue  2026-11-28T05:11:48Z  done\n" NOTE);
	assert_fits(&t, 40,
	    "Run                      State\n"
	    "20261128T051148Z-rescue  done\n" NOTE);
	text = printed(&t, &(struct shown){ .format = "table", .max_width = 50, .columns = COLUMNS(asked) });
	assert_non_null(strstr(text, "11:48Z"));
	assert_no_line_wider(text, 50);
	free(text);
	table_free(&t);
}

static void no_rows_are_said_in_words_to_people_alone(void **state)
{
	static const struct {
		const char *format, *expected;
	} said[] = {
		{ "table", "No volumes on '\\x1b[31mctl1'.\n" },
		{ "json", "[]\n" },
		{ "csv", "id,name,status,size_gb,host,heartbeat_age_s,hint\n" },
		{ "value", "" },
	};
	struct table t;
	char *text;

	(void)state;
	table_init(&t, volume_columns, COUNT(volume_columns));
	table_say_none(&t, "No volumes on '%s'.", "\x1b[31mctl1");
	for (size_t i = 0; i < COUNT(said); i++) {
		text = printed(&t, &(struct shown){ .format = said[i].format });
		assert_string_equal(text, said[i].expected);
		free(text);
	}
	table_free(&t);
}

static void ages_are_numbers_for_programs(void **state)
{
	static const char *age[] = { "Heartbeat Age" };
	struct table t;
	char *text;

	(void)state;
	fill_volumes(&t);
	text = printed(&t, &(struct shown){ .format = "value", .columns = COLUMNS(age) });
	assert_string_equal(text, "91778148\n840\n");
	free(text);
	text = printed(&t, &(struct shown){ .format = "csv", .columns = COLUMNS(age) });
	assert_string_equal(text, "heartbeat_age_s\n91778148\n840\n");
	free(text);
	table_free(&t);
}

static void letters_count_by_their_columns(void **state)
{
	static const struct {
		const char *text, *cut, *wrapped;
		size_t width;
	} cases[] = {
		{ "short", "short", "short", 5 },
		{ "abcdefghij", "abc\xe2\x80\xa6hij", "abcdefg\nhij", 7 },
		{ "\xe4\xb8\xad\xe6\x96\x87\xe5\x90\x8d\xe5\xad\x97", "\xe4\xb8\xad\xe2\x80\xa6\xe5\xad\x97",
		  "\xe4\xb8\xad\xe6\x96\x87\n\xe5\x90\x8d\xe5\xad\x97", 5 },
		{ "e\xcc\x81" "e\xcc\x81" "e\xcc\x81" "e\xcc\x81", "e\xcc\x81\xe2\x80\xa6" "e\xcc\x81", "e\xcc\x81" "e\xcc\x81" "e\xcc\x81\ne\xcc\x81", 3 },
		{ "two words", "two\xe2\x80\xa6rds", "two\nwords", 7 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_str struct str cut = { 0 }, wrapped = { 0 };

		out_add_cut(&cut, cases[i].text, cases[i].width);
		assert_string_equal(cut.s, cases[i].cut);
		out_add_wrapped(&wrapped, cases[i].text, cases[i].width, 0);
		assert_string_equal(wrapped.s, cases[i].wrapped);
	}
}

static void a_locale_without_the_letter_has_three_dots(void **state)
{
	auto_str struct str cut = { 0 };

	(void)state;
	setlocale(LC_CTYPE, "C");
	out_add_cut(&cut, "abcdefghij", 9);
	setlocale(LC_CTYPE, "C.UTF-8");
	assert_string_equal(cut.s, "abc...hij");
}

static void a_width_of_nothing_ends(void **state)
{
	struct table t;

	(void)state;
	fill_volumes(&t);
	for (int64_t width = 1; width < 40; width++)
		free(printed(&t, &(struct shown){ .format = "table", .max_width = width }));
	table_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_limit_nothing_is_cut),
		cmocka_unit_test(at_80_ids_and_names_give_way_and_the_hint_goes_under_its_row),
		cmocka_unit_test(what_is_broken_at_the_right_ends_where_its_column_was_to_end),
		cmocka_unit_test(a_table_that_cannot_fit_is_a_line_a_cell),
		cmocka_unit_test(every_width_from_40_on_holds),
		cmocka_unit_test(the_old_way_cuts_nothing),
		cmocka_unit_test(a_short_uuid_still_tells_the_rows_apart),
		cmocka_unit_test(names_that_would_look_the_same_are_broken_instead),
		cmocka_unit_test(columns_that_can_be_missed_go_unless_they_were_asked_for),
		cmocka_unit_test(no_rows_are_said_in_words_to_people_alone),
		cmocka_unit_test(ages_are_numbers_for_programs),
		cmocka_unit_test(letters_count_by_their_columns),
		cmocka_unit_test(a_locale_without_the_letter_has_three_dots),
		cmocka_unit_test(a_width_of_nothing_ends),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

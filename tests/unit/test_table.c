/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <json.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "out/table.h"
#include "util/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define UUID1 "3f2c1b00-0000-4000-8000-000000000001"
#define UUID2 "1e500000-0000-4000-8000-000000000002"

static const struct table_column columns[] = {
	{ .key = "id" },
	{ .key = "name" },
	{ .key = "size_gb", .kind = COLUMN_NUMBER },
	{ .key = "forced_down", .title = "Forced" },
	{ .key = "state" },
	{ .key = "note", .json_only = true },
};

static void fill(struct table *table)
{
	table_init(table, columns, COUNT(columns));
	table_add(table);
	table_text(table, "id", UUID1);
	table_text(table, "name", "=a,\"b\"/c");
	table_int(table, "size_gb", 10);
	table_bool(table, "forced_down", true);
	table_text(table, "state", "up");
	table_text(table, "note", "two\nlines");
	table_add(table);
	table_text(table, "id", UUID2);
	table_text(table, "name", "x\x1b[31m \xe6\x97\xa5\xff");
	table_int(table, "size_gb", 9);
	table_bool(table, "forced_down", false);
	table_text(table, "state", NULL);
	table_text(table, "note", "");
}

/* What table_print() writes to file descriptor 1; the caller frees it. */
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
	if (rc != 0)
		print_error("%s\n", err.text);
	assert_int_equal(rc, 0);
	rewind(file);
	while ((n = fread(piece, 1, sizeof piece, file)) > 0)
		str_addn(&text, piece, n);
	fclose(file);
	return str_take(&text);
}

static void assert_printed(const struct table *table, const struct shown *shown, const char *expected)
{
	char *text = printed(table, shown);

	assert_string_equal(text, expected);
	free(text);
}

static const char *id_only[] = { "id" };
static const char *two[] = { "state", "size-gb", "state" };
static const char *by_title[] = { "forced" };
static const char *note_only[] = { "note" };
#define COLUMNS(list) { .v = (list), .n = COUNT(list) }

static const struct {
	const char *what;
	struct shown shown;
	const char *expected;
} goldens[] = {
	{ "a table is aligned, null is a dash, control bytes are spelt out", { .format = "table" },
	  "ID                                    Name              Size GB  Forced  State\n"
	  UUID1 "  =a,\"b\"/c               10  yes     up\n"
	  UUID2 "  x\\x1b[31m 日\\xff        9  no      -\n" },
	{ "json has types and only UTF-8, and no escaped slash", { .format = "json" },
	  "[\n  {\n    \"id\": \"" UUID1 "\",\n    \"name\": \"=a,\\\"b\\\"/c\",\n    \"size_gb\": 10,\n"
	  "    \"forced_down\": true,\n    \"state\": \"up\",\n    \"note\": \"two\\nlines\"\n  },\n"
	  "  {\n    \"id\": \"" UUID2 "\",\n    \"name\": \"x\\u001b[31m 日\xef\xbf\xbd\",\n    \"size_gb\": 9,\n"
	  "    \"forced_down\": false,\n    \"state\": null,\n    \"note\": \"\"\n  }\n]\n" },
	{ "json on one line", { .format = "json", .noindent = true, .columns = COLUMNS(two) },
	  "[{\"state\":\"up\",\"size_gb\":10},{\"state\":null,\"size_gb\":9}]\n" },
	{ "csv quotes what it must and disarms formulas", { .format = "csv" },
	  "id,name,size_gb,forced_down,state,note\n"
	  UUID1 ",\"'=a,\"\"b\"\"/c\",10,true,up,\"two\nlines\"\n"
	  UUID2 ",x\x1b[31m 日\xef\xbf\xbd,9,false,,\"\"\n" },
	{ "yaml quotes what could be something else", { .format = "yaml" },
	  "- id: \"" UUID1 "\"\n  name: \"=a,\\\"b\\\"/c\"\n  size_gb: 10\n  forced_down: true\n  state: up\n"
	  "  note: \"two\\x0alines\"\n"
	  "- id: \"" UUID2 "\"\n  name: \"x\\x1b[31m 日\xef\xbf\xbd\"\n  size_gb: 9\n  forced_down: false\n  state: null\n"
	  "  note: \"\"\n" },
	{ "values are separated by a blank", { .format = "value" },
	  UUID1 " =a,\"b\"/c 10 true up\n" UUID2 " x\\x1b[31m 日\\xff 9 false -\n" },
	{ "-c chooses and orders; a repetition is shown once", { .format = "value", .columns = COLUMNS(two) }, "up 10\n- 9\n" },
	{ "-c finds a title in any case", { .format = "csv", .columns = COLUMNS(by_title) }, "forced_down\ntrue\nfalse\n" },
	{ "-c shows what is else for programs alone", { .format = "table", .columns = COLUMNS(note_only) },
	  "Note\ntwo\\nlines\n \n" },
	{ "numbers are sorted as numbers", { .format = "value", .sort_column = "size_gb", .columns = COLUMNS(id_only) },
	  UUID2 "\n" UUID1 "\n" },
	{ "a null comes last", { .format = "value", .sort_column = "state", .columns = COLUMNS(id_only) }, UUID1 "\n" UUID2 "\n" },
	{ "colour is there when asked for", { .format = "table", .color = "always", .columns = COLUMNS(two) },
	  "\x1b[1mState\x1b[0m  \x1b[1mSize GB\x1b[0m\n\x1b[32mup   \x1b[0m       10\n-            9\n" },
};

static void every_format_has_its_golden_text(void **state)
{
	struct table table;

	(void)state;
	fill(&table);
	for (size_t i = 0; i < COUNT(goldens); i++) {
		print_message("           %s\n", goldens[i].what);
		assert_printed(&table, &goldens[i].shown, goldens[i].expected);
	}
	table_free(&table);
}

static void a_words_colour_is_its_own(void **state)
{
	static const struct table_column pair[] = { { .key = "status" }, { .key = "name" } };
	static const char *const words[] = { "down", "warn", "up", "odd" };
	struct table table;

	(void)state;
	table_init(&table, pair, COUNT(pair));
	for (size_t i = 0; i < COUNT(words); i++) {
		table_add(&table);
		table_text(&table, "status", words[i]);
		table_text(&table, "name", "down");
	}
	assert_printed(&table, &(struct shown){ .format = "table", .color = "always" },
	    "\x1b[1mStatus\x1b[0m  \x1b[1mName\x1b[0m\n\x1b[31mdown  \x1b[0m  down\n\x1b[1;33mwarn  \x1b[0m  down\n"
	    "\x1b[32mup    \x1b[0m  down\nodd     down\n");
	table_free(&table);
}

static void no_rows_leave_a_header_or_an_empty_list(void **state)
{
	static const struct {
		const char *format, *expected;
	} empty[] = {
		{ "table", "ID  Name  Size GB  Forced  State\n" }, { "json", "[]\n" }, { "yaml", "[]\n" },
		{ "csv", "id,name,size_gb,forced_down,state,note\n" }, { "value", "" },
	};
	struct table table;

	(void)state;
	table_init(&table, columns, COUNT(columns));
	for (size_t i = 0; i < COUNT(empty); i++)
		assert_printed(&table, &(struct shown){ .format = empty[i].format, .sort_column = "id" }, empty[i].expected);
	table_free(&table);
}

static void a_locale_without_utf8_gets_ascii(void **state)
{
	static const struct table_column pair[] = { { .key = "name" }, { .key = "n" } };
	struct table table;

	(void)state;
	table_init(&table, pair, COUNT(pair));
	table_add(&table);
	table_text(&table, "name", "\xc3\xa9");
	table_int(&table, "n", 1);
	setlocale(LC_CTYPE, "C");
	assert_printed(&table, &(struct shown){ .format = "table" }, "Name      N\n\\xc3\\xa9  1\n");
	setlocale(LC_CTYPE, "C.UTF-8");
	assert_printed(&table, &(struct shown){ .format = "table" }, "Name  N\n\xc3\xa9     1\n");
	table_free(&table);
}

static void equal_rows_keep_their_order(void **state)
{
	static const struct table_column pair[] = { { .key = "key" }, { .key = "n" } };
	static const char *shown[] = { "n" };
	struct table table;
	char *text, *rest;
	long last = -1, n;

	(void)state;
	table_init(&table, pair, COUNT(pair));
	for (int i = 0; i < 1000; i++) {
		table_add(&table);
		table_text(&table, "key", "same");
		table_int(&table, "n", i);
	}
	text = printed(&table, &(struct shown){ .format = "value", .sort_column = "key", .columns = COLUMNS(shown) });
	for (rest = text; *rest; rest++) {
		n = strtol(rest, &rest, 10);
		assert_int_equal(n, last + 1);
		last = n;
	}
	assert_int_equal(last, 999);
	free(text);
	table_free(&table);
}

static void json_is_valid_whatever_the_bytes_are(void **state)
{
	static const struct table_column one[] = { { .key = "name" } };
	static const char *const formats[] = { "json", "yaml", "csv", "value", "table" };
	char bytes[9];
	struct table table;
	struct json_object *parsed;
	char *text;

	(void)state;
	srandom(1);
	table_init(&table, one, COUNT(one));
	for (int i = 0; i < 5000; i++) {
		for (size_t k = 0; k < sizeof bytes - 1; k++)
			bytes[k] = (char)(random() % 4 ? 0x80 + random() % 128 : random() % 128);
		bytes[sizeof bytes - 1] = '\0';
		table_add(&table);
		table_text(&table, "name", bytes);
	}
	for (size_t f = 0; f < COUNT(formats); f++) {
		text = printed(&table, &(struct shown){ .format = formats[f], .max_width = 20 });
		if (f == 0) {
			struct json_tokener *tokener = json_tokener_new();

			json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
			parsed = json_tokener_parse_ex(tokener, text, (int)strlen(text));
			assert_int_equal(json_object_array_length(parsed), 5000);
			json_object_put(parsed);
			json_tokener_free(tokener);
		}
		if (strcmp(formats[f], "csv") != 0)
			assert_null(strchr(text, '\x1b'));
		free(text);
	}
	table_free(&table);
}

static void a_csv_cell_never_begins_a_formula(void **state)
{
	static const struct table_column one[] = { { .key = "v" } };
	static const struct {
		const char *text, *csv;
	} cases[] = {
		{ "=1", "v\n'=1\n" }, { "+1", "v\n'+1\n" }, { "-1", "v\n'-1\n" }, { "@a", "v\n'@a\n" }, { "\ta", "v\n'\ta\n" },
		{ "\ra", "v\n\"'\ra\"\n" }, { "a=b", "v\na=b\n" },
	};
	struct table table;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		table_init(&table, one, COUNT(one));
		table_add(&table);
		table_text(&table, "v", cases[i].text);
		assert_printed(&table, &(struct shown){ .format = "csv" }, cases[i].csv);
		table_free(&table);
	}
	table_init(&table, one, COUNT(one));
	table_add(&table);
	table_int(&table, "v", -1); /* a number is one */
	assert_printed(&table, &(struct shown){ .format = "csv" }, "v\n-1\n");
	table_free(&table);
}

static void nothing_that_a_terminal_obeys_is_left_in_values(void **state)
{
	static const struct table_column one[] = { { .key = "v" } };
	struct table table;

	(void)state;
	table_init(&table, one, COUNT(one));
	table_add(&table);
	table_text(&table, "v", "a\tb\nc\r\x7f\xc2\x9b" "31m\xe2\x80\xae"); /* DEL, the one-byte CSI, right-to-left override */
	assert_printed(&table, &(struct shown){ .format = "value" }, "a\\tb\\nc\\r\\x7f\\x9b31m\\u202e\n");
	table_free(&table);
}

static void yaml_words_that_mean_something_are_quoted(void **state)
{
	static const struct table_column one[] = { { .key = "v" } };
	static const struct {
		const char *text, *yaml;
	} cases[] = {
		{ "No", "- v: \"No\"\n" }, { "null", "- v: \"null\"\n" }, { "1e5", "- v: \"1e5\"\n" }, { "~", "- v: \"~\"\n" },
		{ "a: b", "- v: \"a: b\"\n" }, { "a #b", "- v: \"a #b\"\n" }, { "ctl1@rbd", "- v: ctl1@rbd\n" },
		{ "a:", "- v: \"a:\"\n" }, { "- a", "- v: \"- a\"\n" }, { "a\\b", "- v: \"a\\\\b\"\n" },
		{ "\xe2\x80\xa8", "- v: \"\\u2028\"\n" },
	};
	struct table table;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		table_init(&table, one, COUNT(one));
		table_add(&table);
		table_text(&table, "v", cases[i].text);
		assert_printed(&table, &(struct shown){ .format = "yaml" }, cases[i].yaml);
		table_free(&table);
	}
}

static void an_unknown_column_is_refused_with_the_known_ones(void **state)
{
	static const char *wrong[] = { "size_gbb" };
	struct shown shown = { .format = "json", .columns = COLUMNS(wrong) };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(table_check(columns, COUNT(columns), &shown, &err), -1);
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_string_equal(err.text,
		"--column: no column 'size_gbb' here; known: id, name, size_gb, forced_down, state, note");
	assert_string_equal(err.hint, "did you mean 'size_gb'?");
	shown = (struct shown){ .sort_column = "zzzzzzzz" };
	assert_int_equal(table_check(columns, COUNT(columns), &shown, &err), -1);
	assert_non_null(strstr(err.text, "--sort-column: no column 'zzzzzzzz' here"));
	assert_string_equal(err.hint, "");
}

static void a_full_disk_is_an_error(void **state)
{
	int full = open("/dev/full", O_WRONLY), saved = dup(STDOUT_FILENO);
	struct error err = { 0 };
	struct table table;
	int rc;

	(void)state;
	assert_true(full >= 0);
	fill(&table);
	fflush(stdout);
	dup2(full, STDOUT_FILENO);
	rc = table_print(&table, &(struct shown){ .format = "json" }, &err);
	dup2(saved, STDOUT_FILENO);
	close(full);
	close(saved);
	clearerr(stdout);
	assert_int_equal(rc, -1);
	assert_int_equal(err.kind, ERROR_ERROR);
	assert_int_equal(err.code, ENOSPC);
	assert_non_null(strstr(err.text, "cannot write to stdout"));
	table_free(&table);
}

/* ---- rows that leave as they come */

static const struct table_column long_list[] = { { .key = "id" }, { .key = "name" } };
#define LONG_ROW 45 /* bytes of one in the form of values */

static void add_rows(struct table *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		table_add(table);
		table_text(table, "id", UUID1);
		table_text(table, "name", "volume");
		table_text(table, "name", "volumes");
	}
}

/* Standard output is ${fd} until it is given back. */
static int stdout_becomes(int fd)
{
	int saved = dup(STDOUT_FILENO);

	fflush(stdout);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	return saved;
}

static void give_stdout_back(int saved)
{
	assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
	close(saved);
}

static char *all_of(FILE *file)
{
	struct str text = { 0 };
	char piece[4096];
	size_t n;

	rewind(file);
	while ((n = fread(piece, 1, sizeof piece, file)) > 0)
		str_addn(&text, piece, n);
	return str_take(&text);
}

static void rows_leave_as_they_come_and_none_is_held(void **state)
{
	static const char *const formats[] = { "value", "csv", "json", "yaml" };

	(void)state;
	for (size_t i = 0; i < COUNT(formats); i++) {
		const struct shown shown = { .format = formats[i] };
		struct table table, held;
		FILE *file = tmpfile();
		struct error err = { 0 };
		char *streamed, *whole;
		int saved;

		table_init(&table, long_list, COUNT(long_list));
		saved = stdout_becomes(fileno(file));
		table_begin(&table, &shown);
		add_rows(&table, 5000);
		assert_true(lseek(fileno(file), 0, SEEK_END) > (off_t)4000 * LONG_ROW / 2);
		assert_int_equal(table.held.n, 0);
		assert_int_equal(table_print(&table, &shown, &err), 0);
		give_stdout_back(saved);
		streamed = all_of(file);
		table_init(&held, long_list, COUNT(long_list));
		add_rows(&held, 5000);
		whole = printed(&held, &shown);
		assert_string_equal(streamed, whole);
		free(streamed);
		free(whole);
		table_free(&table);
		table_free(&held);
		fclose(file);
	}
}

static void a_table_holds_what_it_shows_and_what_it_is_sorted_by(void **state)
{
	const struct shown shown = { .format = "value", .columns = COLUMNS(id_only), .sort_column = "size_gb" };
	struct table table;

	(void)state;
	table_init(&table, columns, COUNT(columns));
	table_begin(&table, &shown);
	for (int64_t size = 12; size > 8; size -= 3) {
		table_add(&table);
		table_text(&table, "id", size == 12 ? UUID1 : UUID2);
		table_int(&table, "size_gb", size);
		table_text(&table, "name", "a name that nobody asked for");
	}
	assert_int_equal(table.held.n, 1 + sizeof UUID1 + 1 + sizeof(int64_t));
	assert_printed(&table, &shown, UUID2 "\n" UUID1 "\n");
	table_free(&table);
}

/* What is on stdout when the source of the rows ends before the last. */
static char *broken_off(const char *format, size_t rows, struct error *err)
{
	const struct shown shown = { .format = format };
	struct table table;
	FILE *file = tmpfile();
	char *text;
	int saved;

	table_init(&table, long_list, COUNT(long_list));
	saved = stdout_becomes(fileno(file));
	table_begin(&table, &shown);
	add_rows(&table, rows);
	*err = (struct error){ 0 };
	error_set(err, ERROR_DB_UNREACHABLE, "the server is gone");
	table_break_off(&table, err);
	give_stdout_back(saved);
	table_free(&table);
	text = all_of(file);
	fclose(file);
	return text;
}

static void half_a_list_ends_with_a_whole_row_and_is_said_to_be_half(void **state)
{
	struct error err;
	char *text;

	(void)state;
	text = broken_off("value", 5000, &err);
	assert_int_equal(strlen(text), 4999 * LONG_ROW); /* the last one may not have all of its cells */
	assert_int_equal(text[strlen(text) - 1], '\n');
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
	assert_string_equal(err.text, "the list on stdout is not whole, it ends after 4999 rows: the server is gone");
	free(text);
	text = broken_off("json", 5000, &err);
	assert_null(json_tokener_parse(text));
	assert_string_equal(text + strlen(text) - 4, "\n  }");
	assert_non_null(strstr(err.text, "is not whole"));
	free(text);
}

static void an_error_before_anything_was_written_leaves_stdout_empty(void **state)
{
	static const char *const formats[] = { "value", "csv", "json", "yaml", "table" };
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(formats); i++) {
		char *text = broken_off(formats[i], strcmp(formats[i], "table") == 0 ? 5000 : 100, &err);

		assert_string_equal(text, "");
		assert_string_equal(err.text, "the server is gone");
		free(text);
	}
}

static void *read_all(void *pipe_end)
{
	static char piece[4096];
	size_t *total = calloc(1, sizeof *total);
	ssize_t n;

	while ((n = read(*(int *)pipe_end, piece, sizeof piece)) > 0)
		*total += (size_t)n;
	return total;
}

static void the_rows_do_not_wait_for_who_reads_them(void **state)
{
	const struct shown shown = { .format = "value" };
	struct error err = { 0 };
	struct table table;
	pthread_t reader;
	void *total;
	int end[2], saved;

	(void)state;
	assert_int_equal(pipe(end), 0);
	table_init(&table, long_list, COUNT(long_list));
	saved = stdout_becomes(end[1]);
	table_begin(&table, &shown);
	add_rows(&table, 20000); /* many times what a pipe takes, and nobody reads yet */
	close(end[1]);
	assert_int_equal(pthread_create(&reader, NULL, read_all, &end[0]), 0);
	assert_int_equal(table_print(&table, &shown, &err), 0);
	give_stdout_back(saved);
	pthread_join(reader, &total);
	assert_int_equal(*(size_t *)total, 20000 * LONG_ROW);
	free(total);
	close(end[0]);
	table_free(&table);
}

static void a_full_disk_ends_a_stream(void **state)
{
	const struct shown shown = { .format = "csv" };
	int full = open("/dev/full", O_WRONLY), saved;
	struct error err = { 0 };
	struct table table;

	(void)state;
	table_init(&table, long_list, COUNT(long_list));
	saved = stdout_becomes(full);
	table_begin(&table, &shown);
	assert_false(table_has_failed(&table));
	add_rows(&table, 5000);
	assert_true(table_has_failed(&table));
	assert_int_equal(table_print(&table, &shown, &err), -1);
	give_stdout_back(saved);
	assert_int_equal(err.code, ENOSPC);
	close(full);
	table_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format_has_its_golden_text),
		cmocka_unit_test(a_words_colour_is_its_own),
		cmocka_unit_test(no_rows_leave_a_header_or_an_empty_list),
		cmocka_unit_test(a_locale_without_utf8_gets_ascii),
		cmocka_unit_test(equal_rows_keep_their_order),
		cmocka_unit_test(json_is_valid_whatever_the_bytes_are),
		cmocka_unit_test(a_csv_cell_never_begins_a_formula),
		cmocka_unit_test(nothing_that_a_terminal_obeys_is_left_in_values),
		cmocka_unit_test(yaml_words_that_mean_something_are_quoted),
		cmocka_unit_test(an_unknown_column_is_refused_with_the_known_ones),
		cmocka_unit_test(a_full_disk_is_an_error),
		cmocka_unit_test(rows_leave_as_they_come_and_none_is_held),
		cmocka_unit_test(a_table_holds_what_it_shows_and_what_it_is_sorted_by),
		cmocka_unit_test(half_a_list_ends_with_a_whole_row_and_is_said_to_be_half),
		cmocka_unit_test(an_error_before_anything_was_written_leaves_stdout_empty),
		cmocka_unit_test(the_rows_do_not_wait_for_who_reads_them),
		cmocka_unit_test(a_full_disk_ends_a_stream),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

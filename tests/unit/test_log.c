/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "util/file.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/secret.h"
#include "util/status.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char out[] = "/tmp/test_log_XXXXXX";
static char extra[] = "/tmp/test_log_file_XXXXXX";
static int saved = -1;

static int make_files(void **state)
{
	int a = mkstemp(out), b = mkstemp(extra);

	(void)state;
	return a < 0 || b < 0 ? -1 : close(a) + close(b);
}

static int remove_files(void **state)
{
	(void)state;
	return unlink(out) + unlink(extra);
}

static int start(void **state)
{
	FILE *f;

	(void)state;
	fflush(stderr);
	saved = dup(STDERR_FILENO);
	f = freopen(out, "w", stderr);
	return f ? 0 : -1;
}

static int stop(void **state)
{
	struct error err;

	(void)state;
	log_close();
	log_set_dry_run(false);
	log_open(&(struct log_options){ .level = LOG_NOTICE }, &err);
	fflush(stderr);
	if (saved >= 0) {
		dup2(saved, STDERR_FILENO);
		close(saved);
	}
	saved = -1;
	return 0;
}

/* All that was written since the test began, or since the last look; the caller frees it. */
static char *written(void)
{
	struct str got = { 0 };
	struct error err;

	fflush(stderr);
	assert_int_equal(0, file_read(out, 1 << 20, ERROR_ERROR, &got, &err));
	assert_int_equal(0, ftruncate(STDERR_FILENO, 0));
	rewind(stderr);
	return str_take(&got);
}

static void assert_written(const char *expected)
{
	auto_free char *got = written();

	assert_string_equal(got, expected);
}

static void open_log(enum log_level level, bool json, const char *file)
{
	struct error err;

	assert_int_equal(0, log_open(&(struct log_options){ .level = level, .json = json, .file = file }, &err));
}

/* ---- a status line below */

static void a_log_line_goes_above_the_status_line(void **state)
{
	(void)state;
	open_log(LOG_NOTICE, false, NULL);
	assert_false(status_is_possible()); /* a file is no terminal */
	status_show("1 of 2");
	log_warn("w");
	status_show("2 of 2\n");
	status_show(NULL);
	log_notice("n");
	status_show(NULL);
	assert_written("1 of 2\r\033[Kwarning: w\n1 of 2\r\033[K2 of 2\\n\r\033[Kn\n");
}

/* ---- text */

static void errors_and_warnings_say_so_and_news_are_bare(void **state)
{
	(void)state;
	open_log(LOG_SQL, false, NULL);
	log_error("e %d", 1);
	log_warn("w");
	log_notice("n");
	log_info("i");
	log_sql("s");
	assert_written("error: e 1\nwarning: w\nn\ni\nsql: s\n");
}

static void nothing_below_the_level_is_written(void **state)
{
	(void)state;
	for (int level = LOG_ERROR; level <= LOG_SQL; level++) {
		open_log((enum log_level)level, false, NULL);
		assert_true(log_enabled((enum log_level)level));
		assert_false(log_enabled((enum log_level)(level + 1)));
		log_line((enum log_level)(level + 1), "no");
	}
	assert_written("");
	log_line(LOG_ERROR, "yes");
	assert_written("error: yes\n");
}

static void debugging_puts_the_time_in_front(void **state)
{
	auto_free char *got = NULL;

	(void)state;
	open_log(LOG_DEBUG, false, NULL);
	log_notice("n");
	log_debug("d");
	got = written();
	assert_int_equal(got[10], 'T');
	assert_int_equal(got[23], 'Z');
	assert_memory_equal(got + 24, " n\n", 3);
	assert_non_null(strstr(got, "Z debug: d\n"));
}

static void every_line_of_a_dry_run_says_so(void **state)
{
	(void)state;
	open_log(LOG_NOTICE, false, NULL);
	log_set_dry_run(true);
	log_notice("n");
	log_warn("w");
	log_set_dry_run(false);
	log_notice("m");
	assert_written("[DRY-RUN] n\n[DRY-RUN] warning: w\nm\n");
}

static void no_terminal_is_steered_and_no_line_is_forged(void **state)
{
	(void)state;
	open_log(LOG_NOTICE, false, NULL);
	log_notice("name '%s'", "a\x1b[2Jb\nerror: c\td\x7f\r");
	log_notice("%s", "stra\xc3\x9f" "e");
	assert_written("name 'a\\x1b[2Jb\\nerror: c\\td\\x7f\\r'\nstra\xc3\x9f" "e\n");
	log_notice("%s", "c1 \xc2\x9b" "31m bidi \xe2\x80\xae separators \xe2\x80\xa8\xe2\x80\xa9 broken \xff");
	assert_written("c1 \\x9b31m bidi \\u202e separators \\u2028\\u2029 broken \\xff\n");
}

/* ---- secrets */

static void a_password_that_cannot_be_a_word_is_never_written(void **state)
{
	(void)state;
	open_log(LOG_NOTICE, false, NULL);
	secret_keep("s3cret/Pass");
	log_notice("url mysql://u:s3cret/Pass@h/d");
	assert_written("url mysql://u:***@h/d\n");
	secrets_forget();
	log_notice("s3cret/Pass");
	assert_written("s3cret/Pass\n");
}

/* "cinder:cinder@": the line that is to be pasted stays whole, and no hole in it tells the password. */
static void a_password_that_is_a_word_leaves_our_own_words_whole(void **state)
{
	(void)state;
	open_log(LOG_NOTICE, false, NULL);
	secret_keep("cinder");
	secret_keep("update_host");
	secret_keep("placement");
	log_notice("evac-manage volume update_host --cinder-config-file c.conf --placement-config-file p.conf");
	assert_written("evac-manage volume update_host --cinder-config-file c.conf --placement-config-file p.conf\n");
	secrets_forget();
}

/* ---- JSON */

static void a_json_line_holds_any_message(void **state)
{
	auto_free char *got = NULL;
	json_object *line, *value;

	(void)state;
	open_log(LOG_NOTICE, true, NULL);
	log_set_dry_run(true);
	secret_keep("s3\"cret-7");
	log_warn("a \"quoted\" \\ b/c s3\"cret-7\n");
	got = written();
	assert_int_equal(strcspn(got, "\n") + 1, strlen(got)); /* one line */
	line = json_tokener_parse(got);
	assert_non_null(line);
	assert_string_equal(json_object_get_string(json_object_object_get(line, "message")), "a \"quoted\" \\ b/c ***\\n");
	assert_string_equal(json_object_get_string(json_object_object_get(line, "level")), "warning");
	assert_true(json_object_object_get_ex(line, "dry_run", &value) && json_object_get_boolean(value));
	assert_int_equal(json_object_get_string_len(json_object_object_get(line, "time")), 24);
	json_object_put(line);
	log_set_dry_run(false);
	open_log(LOG_NOTICE, true, NULL);
	log_notice("%s", "");
	auto_free_(&got);
	got = written();
	assert_non_null(strstr(got, "\"dry_run\":false,\"message\":\"\"}"));
}

/* ---- the log file */

static void the_log_file_gets_every_line_and_keeps_the_old_ones(void **state)
{
	auto_str struct str got = { 0 };
	struct error err;
	struct stat st;

	(void)state;
	unlink(extra);
	open_log(LOG_NOTICE, false, extra);
	log_notice("one");
	log_info("not this");
	log_close();
	open_log(LOG_NOTICE, false, extra);
	log_notice("two");
	log_close();
	assert_int_equal(0, file_read(extra, 1000, ERROR_ERROR, &got, &err));
	assert_string_equal(got.s, "one\ntwo\n");
	assert_int_equal(0, stat(extra, &st));
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_written("one\ntwo\n");
}

static void a_log_file_that_cannot_be_written_is_an_error_and_a_link_is_not_followed(void **state)
{
	auto_free char *link = xasprintf("%s.link", extra);
	struct error err = { 0 };

	(void)state;
	assert_int_equal(-1, log_open(&(struct log_options){ .file = "/nowhere/at/all.log" }, &err));
	assert_int_equal(err.kind, ERROR_ERROR);
	assert_non_null(strstr(err.text, "cannot write the log file '/nowhere/at/all.log'"));
	assert_int_equal(0, symlink(extra, link));
	assert_int_equal(-1, log_open(&(struct log_options){ .file = link }, &err));
	unlink(link);
}

#define in_a_file(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_file(errors_and_warnings_say_so_and_news_are_bare),
		in_a_file(a_log_line_goes_above_the_status_line),
		in_a_file(nothing_below_the_level_is_written),
		in_a_file(debugging_puts_the_time_in_front),
		in_a_file(every_line_of_a_dry_run_says_so),
		in_a_file(no_terminal_is_steered_and_no_line_is_forged),
		in_a_file(a_password_that_cannot_be_a_word_is_never_written),
		in_a_file(a_password_that_is_a_word_leaves_our_own_words_whole),
		in_a_file(a_json_line_holds_any_message),
		in_a_file(the_log_file_gets_every_line_and_keeps_the_old_ones),
		in_a_file(a_log_file_that_cannot_be_written_is_an_error_and_a_link_is_not_followed),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/error.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/mem.h"
#include "util/mo.h"
#include "util/str.h"
#include "util/visible.h"

static const char *const variables[] = { "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG" };

static void set_environment(const char *const values[4])
{
	for (size_t i = 0; i < 4; i++)
		if (values[i])
			setenv(variables[i], values[i], 1);
		else
			unsetenv(variables[i]);
}

static int close_lang(void **state)
{
	(void)state;
	lang_close();
	return 0;
}

/* gettext's rules; LANGUAGE, LC_ALL, LC_MESSAGES, LANG */
static void the_environment_chooses_as_gettext_does(void **state)
{
	static const struct {
		const char *values[4];
		bool chinese;
	} cases[] = {
		{ { NULL, NULL, NULL, NULL }, false },
		{ { "zh_CN", NULL, NULL, NULL }, false },
		{ { "zh_CN", "C", NULL, NULL }, false },
		{ { "zh_CN", "POSIX", NULL, "zh_CN.UTF-8" }, false },
		{ { "zh_CN", "C.UTF-8", NULL, NULL }, false },
		{ { "zh_CN", "C.utf8", NULL, NULL }, false },
		{ { "", "zh_CN.UTF-8", NULL, NULL }, true },
		{ { NULL, "zh_CN.utf8", NULL, NULL }, true },
		{ { NULL, NULL, "zh_CN.UTF-8", "en_US.UTF-8" }, true },
		{ { NULL, "en_US.UTF-8", "zh_CN.UTF-8", "zh_CN.UTF-8" }, false },
		{ { NULL, NULL, NULL, "zh_CN.UTF-8" }, true },
		{ { NULL, "", "", "zh_CN.UTF-8" }, true },
		{ { NULL, NULL, NULL, "zh_SG.UTF-8" }, true },
		{ { NULL, NULL, NULL, "zh_CN" }, true },
		{ { NULL, NULL, NULL, "zh_TW.UTF-8" }, false },
		{ { NULL, NULL, NULL, "zh_CN.GB18030" }, false },
		{ { NULL, NULL, NULL, "de_DE.UTF-8" }, false },
		{ { "zh_CN:en", NULL, NULL, "en_US.UTF-8" }, true },
		{ { "de:zh", NULL, NULL, "en_US.UTF-8" }, true },
		{ { "en:zh_CN", NULL, NULL, "zh_CN.UTF-8" }, false },
		{ { "zh_TW:zh_CN", NULL, NULL, "zh_TW.UTF-8" }, true },
		{ { "zhuang", NULL, NULL, "en_US.UTF-8" }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		set_environment(cases[i].values);
		lang_open(NULL);
		if (lang_is_english() == cases[i].chinese)
			fail_msg("case %zu", i);
	}
	set_environment((const char *const[4]){ NULL, "zh_CN.UTF-8" });
	lang_open("en");
	assert_true(lang_is_english());
	set_environment((const char *const[4]){ NULL, "C" });
	lang_open("zh");
	assert_false(lang_is_english());
}

static void in_english_a_text_is_what_it_looks_like(void **state)
{
	struct error err = { 0 };

	(void)state;
	lang_open("en");
	assert_string_equal(_("error"), "error");
	error_set(&err, ERROR_ERROR, "cannot write the log file '%s'", "/x");
	assert_string_equal(err.text, "cannot write the log file '/x'");
	assert_false(lang_is_both(err.text));
	/* nobody's name is taken for one of ours */
	assert_false(lang_is_both("\xfd" "a\xfe" "b\xff"));
}

static void assert_told(const char *text, const char *english, const char *chinese)
{
	auto_str struct str told = { 0 };
	json_object *o = json_object_new_object();

	str_add_visible(&told, text);
	assert_string_equal(told.s, chinese);
	put_text(o, "why", text);
	assert_string_equal(get_text(o, "why"), english);
	json_object_put(o);
}

static void a_text_tells_people_and_programs_each_in_theirs(void **state)
{
	auto_arena struct arena arena = { 0 };
	auto_str struct str s = { 0 };
	struct error err = { 0 };

	(void)state;
	lang_open("zh");
	assert_told(_("error"), "error", "错误");
	assert_told(_("nothing translates this"), "nothing translates this", "nothing translates this");
	error_errno(&err, ERROR_ERROR, ENOENT, "cannot write the log file '%s'", "/x");
	assert_told(err.text, "cannot write the log file '/x': No such file or directory", "无法写入日志文件 '/x': No such file or directory");
	error_prefix(&err, "a%d", 7);
	assert_told(err.text, "a7: cannot write the log file '/x': No such file or directory",
	    "a7: 无法写入日志文件 '/x': No such file or directory");
	/* handed on: as an argument, in a sentence that is translated and in one that is not */
	assert_told(arena_printf(&arena, "not sent: %s", err.text),
	    "not sent: a7: cannot write the log file '/x': No such file or directory",
	    "not sent: a7: 无法写入日志文件 '/x': No such file or directory");
	str_addf(&s, _("cannot write the log file '%s'"), _("error"));
	assert_told(s.s, "cannot write the log file 'error'", "无法写入日志文件 '错误'");
	error_hint(&err, "%s, %s", _("error"), s.s);
	assert_told(err.hint, "error, cannot write the log file 'error'", "错误, 无法写入日志文件 '错误'");
}

static void what_is_too_long_is_cut_in_both(void **state)
{
	char path[3000];
	auto_free char *people = NULL, *programs = NULL;
	struct error err = { 0 };

	(void)state;
	lang_open("zh");
	memset(path, 'x', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	error_set(&err, ERROR_ERROR, "cannot write the log file '%s'", path);
	assert_true(lang_is_both(err.text));
	people = lang_for_people(xstrdup(err.text));
	programs = lang_for_machines(xstrdup(err.text));
	assert_true(str_starts(people, "无法写入日志文件 'xxx"));
	assert_true(str_starts(programs, "cannot write the log file 'xxx"));
	assert_true(strlen(people) > 700 && strlen(programs) > 700);
}

/* ---- the catalogue's format */

static void put_number(unsigned char *at, uint32_t number)
{
	for (size_t i = 0; i < 4; i++)
		at[i] = (unsigned char)(number >> 8 * i);
}

/* One entry, "a" and "b": 20 bytes of head, a row of each table, the two texts. */
static void make_mo(unsigned char out[40])
{
	static const uint32_t head[] = { 0x950412de, 0, 1, 20, 28, 1, 36, 1, 38 };

	for (size_t i = 0; i < sizeof head / sizeof *head; i++)
		put_number(out + 4 * i, head[i]);
	memcpy(out + 36, "a\0b", 4);
}

static void a_catalogue_is_read_and_not_believed(void **state)
{
	static const struct {
		size_t at;
		uint32_t number;
		bool opens;
	} broken[] = {
		{ 0, 0xde120495, false },   { 4, 0x10000, false },      { 8, 0x20000000, false },
		{ 8, 3, false },            { 12, 0xfffffff8, false },  { 16, 40, false },
		{ 20, 4, true },            { 20, 0xffffffff, true },   { 24, 40, true },
		{ 24, 0xffffffff, true },   { 28, 2, true },            { 32, 41, true },
	};
	unsigned char bytes[40];
	struct mo_text original, translation;
	struct mo mo;

	(void)state;
	make_mo(bytes);
	assert_true(mo_open(&mo, bytes, sizeof bytes));
	assert_true(mo_entry(&mo, 0, &original, &translation));
	assert_string_equal(original.s, "a");
	assert_string_equal(translation.s, "b");
	assert_false(mo_entry(&mo, 1, &original, &translation));
	for (size_t n = 0; n < 36; n++)
		assert_false(mo_open(&mo, bytes, n) && mo_entry(&mo, 0, &original, &translation));
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		make_mo(bytes);
		put_number(bytes + broken[i].at, broken[i].number);
		if (mo_open(&mo, bytes, sizeof bytes) != broken[i].opens)
			fail_msg("case %zu", i);
		if (broken[i].opens)
			assert_false(mo_entry(&mo, 0, &original, &translation));
	}
}

/* lang_text() searches by strcmp(). */
static void ours_is_sorted_and_whole(void **state)
{
	struct mo_text original, translation;
	const char *last = NULL;
	struct mo mo;

	(void)state;
	assert_true(mo_open(&mo, lang_zh_CN_mo, lang_zh_CN_mo_size));
	for (size_t i = 0; i < mo.n; i++) {
		assert_true(mo_entry(&mo, i, &original, &translation));
		assert_true(!last || strcmp(last, original.s) < 0);
		last = original.s;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_environment_chooses_as_gettext_does, close_lang),
		cmocka_unit_test_teardown(in_english_a_text_is_what_it_looks_like, close_lang),
		cmocka_unit_test_teardown(a_text_tells_people_and_programs_each_in_theirs, close_lang),
		cmocka_unit_test_teardown(what_is_too_long_is_cut_in_both, close_lang),
		cmocka_unit_test(a_catalogue_is_read_and_not_believed),
		cmocka_unit_test(ours_is_sorted_and_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

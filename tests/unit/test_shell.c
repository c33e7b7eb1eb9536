/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "command/tree.h"
#include "util/mem.h"
#include "util/shell.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* What bash makes of the word: it is its own reader. */
static void assert_reads_back(const char *word)
{
	auto_str struct str quoted = { 0 };
	char back[256] = { 0 };
	FILE *bash;

	shell_add_word(&quoted, word);
	setenv("EVAC_WORD", quoted.s, 1);
	bash = popen("exec bash --norc -c 'eval \"printf %s $EVAC_WORD\"'", "r");
	assert_non_null(bash);
	back[fread(back, 1, sizeof back - 1, bash)] = '\0';
	assert_int_equal(pclose(bash), 0);
	assert_string_equal(back, word);
}

static void a_word_is_for_bash_what_it_is_for_us(void **state)
{
	static const char *const words[] = { "ctl1@ceph#fast", "two words", "it's", "\"quoted\"", "$HOME", "`id`", "back\\slash", "a;b&c|d", "!!",
		"it's !it", "#hash", "*", "~", "tab\there", "line\nbreak", "\x1b[31mred", "caf\xc3\xa9", ("\xe2\x80\xae" "backwards"), "-x", "(a)",
		"a'b\x01" };

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++)
		assert_reads_back(words[i]);
}

static void a_plain_word_stays_plain_and_nothing_is_a_word_too(void **state)
{
	auto_str struct str plain = { 0 }, none = { 0 };

	(void)state;
	shell_add_word(&plain, "ctl1@ceph#fast");
	assert_string_equal(plain.s, "ctl1@ceph#fast");
	shell_add_word(&none, "");
	assert_string_equal(none.s, "\"\"");
}

static void what_steers_a_terminal_is_not_in_the_quoted_word(void **state)
{
	auto_str struct str s = { 0 };

	(void)state;
	shell_add_word(&s, "a\x1b[2J\xe2\x80\xae");
	for (size_t i = 0; i < s.n; i++)
		assert_true(s.s[i] >= 0x20 && s.s[i] < 0x7f);
}

static void every_command_of_a_text_gets_the_options_of_the_run_once(void **state)
{
	static const struct {
		const char *text, *options, *whole;
	} cases[] = {
		{ "'evac-manage service list' shows all", " --state-dir /s", "'evac-manage --state-dir /s service list' shows all" },
		{ "evac-manage a b; evac-manage c", " -x", "evac-manage -x a b; evac-manage -x c" },
		{ "evac-manage --state-dir /s doctor", " --state-dir /s", "evac-manage --state-dir /s doctor" },
		{ "evac-manage", " -x", "evac-manage" },
		{ "/etc/evac-manage/evac-manage.conf", " -x", "/etc/evac-manage/evac-manage.conf" },
		{ "evac-manage doctor", NULL, "evac-manage doctor" },
		{ "evac-manage doctor", "", "evac-manage doctor" },
		{ "nothing to type", " -x", "nothing to type" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_str struct str out = { 0 }, again = { 0 };

		shell_add_commands(&out, cases[i].text, cases[i].options);
		assert_string_equal(out.s, cases[i].whole);
		shell_add_commands(&again, out.s, cases[i].options);
		assert_string_equal(again.s, cases[i].whole);
	}
}

static void a_name_that_begins_with_a_dash_is_taken_for_no_option(void **state)
{
	static const struct {
		const char *text, *whole;
	} cases[] = {
		{ "evac-manage host show \"-b\"", "evac-manage -g host show -- \"-b\"" },
		{ "evac-manage host rescue \"-b\" --to c --resume R", "evac-manage -g host rescue --to c --resume R -- \"-b\"" },
		{ "evac-manage host rescue \"-b\" --to \"-c\"; then look", "evac-manage -g host rescue --to=\"-c\" -- \"-b\"; then look" },
		{ "'evac-manage host return \"-b c\"' has them", "'evac-manage -g host return -- \"-b c\"' has them" },
		{ "it's evac-manage host return '-b!', or not", "it's evac-manage -g host return -- '-b!', or not" },
		{ "(evac-manage host show $'-\\x27\\xc3\\xbc')", "(evac-manage -g host show -- $'-\\x27\\xc3\\xbc')" },
		{ "evac-manage service remove cinder-volume \"-b@ceph\" && evac-manage host show \"-b\"",
		    "evac-manage -g service remove cinder-volume -- \"-b@ceph\" && evac-manage -g host show -- \"-b\"" },
		{ "openstack compute service set --up \"-b\" nova-compute", "openstack compute service set --up -- \"-b\" nova-compute" },
		{ "openstack port set --host \"-b\" p1", "openstack port set --host=\"-b\" p1" },
		{ "cinder service-enable \"-b@ceph\" cinder-volume", "cinder service-enable -- \"-b@ceph\" cinder-volume" },
		{ "chmod 600 \"-f\"", "chmod 600 -- \"-f\"" },
		{ "evac-manage instance list --host b -f json", "evac-manage -g instance list --host b -f json" },
		{ "evac-manage instance evacuate \"-i\" \"-b\" --force -f json --yes", "evac-manage -g instance evacuate --force -f json --yes -- \"-i\" \"-b\"" },
		{ "look at \"-b\"", "look at \"-b\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_str struct str out = { 0 }, again = { 0 };

		shell_add_commands(&out, cases[i].text, " -g");
		assert_string_equal(out.s, cases[i].whole);
		shell_add_commands(&again, out.s, " -g");
		assert_string_equal(again.s, cases[i].whole);
	}
}

static void what_was_typed_stays_as_it_was_meant(void **state)
{
	static const char *const words[][2] = { { "--yes", "--yes" }, { "--to=-b", "--to=\"-b\"" }, { "--to=a b", "--to=\"a b\"" }, { "--", "--" },
		{ "-f", "-f" }, { "-b c", "\"-b c\"" }, { "a b", "\"a b\"" } };

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		auto_str struct str out = { 0 };

		shell_add_typed(&out, words[i][0]);
		assert_string_equal(out.s, words[i][1]);
	}
}

static void a_request_keeps_where_things_are_in_the_words_that_every_command_takes(void **state)
{
	static const char *const argv[] = { "evac-manage", "--state-dir", "/s p", "volume", "list", "--host", "h", "--config-file", "/c", "--nova-config-file",
		"/n1", "--nova-config-file", "/n2", "--config", "/e", "--defaults-file", "/d", "--placement-config-file", "/p", "--neutron-config-file", "/q",
		"--debug" };
	struct error err = { 0 };
	struct call call;

	(void)state;
	assert_int_equal(cli_parse(&command_tree, COUNT(argv), argv, &call, &err), 0);
	assert_string_equal(call.request.where.globals, " --nova-config-file /n1 --nova-config-file /n2 --cinder-config-file /c --placement-config-file /p --neutron-config-file /q"
	                                          " --config /e --defaults-file /d --state-dir \"/s p\"");
	call_free(&call);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_is_for_bash_what_it_is_for_us),
		cmocka_unit_test(a_plain_word_stays_plain_and_nothing_is_a_word_too),
		cmocka_unit_test(what_steers_a_terminal_is_not_in_the_quoted_word),
		cmocka_unit_test(every_command_of_a_text_gets_the_options_of_the_run_once),
		cmocka_unit_test(a_name_that_begins_with_a_dash_is_taken_for_no_option),
		cmocka_unit_test(what_was_typed_stays_as_it_was_meant),
		cmocka_unit_test(a_request_keeps_where_things_are_in_the_words_that_every_command_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <ctype.h>
#include <string.h>

#include "../../src/cli/internal.h"
#include "command/tree.h"

static void assert_sentence(const char *owner, const char *sentence)
{
	if (!sentence || !*sentence || isupper((unsigned char)*sentence) || sentence[strlen(sentence) - 1] == '.')
		fail_msg("%s: '%s' is no sentence: lower case, no full stop", owner, sentence ? sentence : "");
}

static void assert_80_columns(const char *text)
{
	size_t n;

	for (; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (n > 80)
			fail_msg("%zu columns: %.*s", n, (int)n, text);
		if (n && text[n - 1] == ' ')
			fail_msg("ends in a blank: %.*s", (int)n, text);
	}
}

static void every_command_has_a_sentence_a_function_and_its_place(void **state)
{
	const struct command *const *c;

	(void)state;
	for (c = commands; *c; c++) {
		assert_sentence((*c)->noun, (*c)->sentence);
		assert_true(strlen((*c)->sentence) <= 50); /* one line in the list */
		assert_non_null((*c)->run);
		assert_ptr_equal(cli_find(&command_tree, (*c)->noun, (*c)->verb), *c);
		if ((*c)->flags & COMMAND_EVACUATES)
			assert_true((*c)->flags & COMMAND_WRITES);
	}
}

static void assert_option(const struct command *command, const struct option_spec *o)
{
	assert_sentence(o->name, o->sentence);
	assert_int_equal(option_takes_value(o), o->metavar != NULL);
	/* found under its name it is itself, so none of this name comes before it */
	assert_ptr_equal(option_find(command, o->name, strlen(o->name)), o);
	assert_int_equal(option_takes_value(option_find_anywhere(&command_tree, o->name, strlen(o->name))), option_takes_value(o));
	if (o->required)
		assert_true(o->type == OPTION_TEXT || o->type == OPTION_HOST);
	if (o->letter)
		assert_ptr_equal(option_find_letter(o->letter), o);
}

static void no_option_is_twice_in_a_command_and_each_has_a_sentence(void **state)
{
	struct option_group groups[OPTION_GROUPS];
	const struct option_spec *o;
	const struct command *const *c;
	size_t n, i;

	(void)state;
	for (c = commands; *c; c++) {
		n = option_groups(*c, groups);
		for (i = 0; i < n; i++)
			for (o = groups[i].options; o->name; o++)
				assert_option(*c, o);
	}
}

static void every_argument_has_a_sentence_and_optional_ones_come_last(void **state)
{
	const struct argument_spec *a;
	const struct command *const *c;
	bool optional;

	(void)state;
	for (c = commands; *c; c++) {
		optional = false;
		for (a = (*c)->arguments; a && a->metavar; a++) {
			assert_sentence(a->metavar, a->sentence);
			assert_true(a->type == OPTION_TEXT || a->type == OPTION_HOST || a->type == OPTION_CHOICE || (a->type == OPTION_WORDS && !a[1].metavar));
			assert_true(a->optional || !optional);
			optional = a->optional;
		}
	}
}

static void help_of_every_command_names_all_it_takes_in_80_columns(void **state)
{
	struct option_group groups[OPTION_GROUPS];
	const struct option_spec *o;
	const struct command *const *c;
	size_t n, i;

	(void)state;
	for (c = commands; *c; c++) {
		auto_str struct str text = { 0 };

		cli_help(&command_tree, (*c)->noun, *c, true, &text);
		assert_80_columns(text.s);
		assert_true(str_starts(text.s, "usage: evac-manage "));
		n = option_groups(*c, groups);
		for (i = 0; i < n; i++) {
			for (o = groups[i].options; o->name; o++) {
				auto_str struct str name = { 0 };

				str_addf(&name, "--%s", o->name);
				assert_non_null(strstr(text.s, name.s));
			}
		}
	}
}

static void help_of_the_tree_names_every_command_and_exit_code(void **state)
{
	auto_str struct str text = { 0 };
	const struct command *const *c;

	(void)state;
	cli_help(&command_tree, NULL, NULL, true, &text);
	assert_80_columns(text.s);
	for (c = commands; *c; c++) {
		auto_str struct str name = { 0 };

		str_add(&name, "\n  ");
		cli_command_name(*c, &name);
		assert_non_null(strstr(text.s, name.s));
	}
	assert_non_null(strstr(text.s, "\n  5   refused           a stop finding"));
	assert_non_null(strstr(text.s, "\n  130 interrupted"));
}

static void help_of_a_noun_names_its_commands_alone(void **state)
{
	auto_str struct str text = { 0 };

	(void)state;
	cli_help(&command_tree, "volume", NULL, true, &text);
	assert_80_columns(text.s);
	assert_non_null(strstr(text.s, "volume update_host"));
	assert_null(strstr(text.s, "backup"));
}

static void defaults_in_help_are_the_parsers(void **state)
{
	auto_str struct str text = { 0 };

	(void)state;
	cli_help(&command_tree, NULL, cli_find(&command_tree, "host", "evacuate"), true, &text);
	assert_non_null(strstr(text.s, "(default 1800)"));
	assert_null(strstr(text.s, "(default 0)"));
	assert_non_null(strstr(text.s, "(default table)"));
	assert_int_equal(request_defaults.how.timeout_s, 1800);
	assert_int_equal(request_defaults.how.max_in_flight, 0); /* found in the run */
}

/* 24 lines are a screen: what every command takes would fill it. */
static void help_is_the_commands_own_and_one_line_for_the_rest(void **state)
{
	const struct command *const *c;

	(void)state;
	for (c = commands; *c; c++) {
		auto_str struct str text = { 0 };

		cli_help(&command_tree, (*c)->noun, *c, false, &text);
		assert_80_columns(text.s);
		assert_null(strstr(text.s, "--noindent"));
		assert_non_null(strstr(text.s, "--help-all\n"));
	}
}

static void a_usage_line_is_not_broken_inside_an_option(void **state)
{
	auto_str struct str text = { 0 };

	(void)state;
	cli_help(&command_tree, NULL, cli_find(&command_tree, "volume", "update_host"), true, &text);
	assert_non_null(strstr(text.s, "--currenthost HOST@BACKEND\n    --newhost HOST@BACKEND [options]\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_has_a_sentence_a_function_and_its_place),
		cmocka_unit_test(no_option_is_twice_in_a_command_and_each_has_a_sentence),
		cmocka_unit_test(every_argument_has_a_sentence_and_optional_ones_come_last),
		cmocka_unit_test(help_of_every_command_names_all_it_takes_in_80_columns),
		cmocka_unit_test(help_of_the_tree_names_every_command_and_exit_code),
		cmocka_unit_test(help_of_a_noun_names_its_commands_alone),
		cmocka_unit_test(defaults_in_help_are_the_parsers),
		cmocka_unit_test(help_is_the_commands_own_and_one_line_for_the_rest),
		cmocka_unit_test(a_usage_line_is_not_broken_inside_an_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../src/cli/internal.h"
#include "command/tree.h"
#include "util/mem.h"

#define ARGV_MAX 24

/* What is said to the words of ${line}, which bars separate; the last one is at the cursor. */
static char *ask(const char *line)
{
	auto_free char *text = xstrdup(line);
	char *rest = text, *word, *answer;
	const char *v[ARGV_MAX] = { "evac-manage", "__complete" };
	int c = 2;
	struct call call;
	struct error err = { 0 };

	while ((word = strsep(&rest, "|")) != NULL) {
		assert_true(c < ARGV_MAX);
		v[c++] = word;
	}
	assert_int_equal(cli_parse(&command_tree, c, v, &call, &err), 0);
	assert_null(call.command);
	assert_non_null(call.help);
	answer = take(call.help);
	call_free(&call);
	return answer;
}

/* Is there a line of this word, with or without a sentence? */
static bool has(const char *answer, const char *word)
{
	size_t n = strlen(word);

	for (const char *line = answer; *line; line += strcspn(line, "\n") + 1)
		if (strncmp(line, word, n) == 0 && (line[n] == '\t' || line[n] == '\n'))
			return true;
	return false;
}

static const struct {
	const char *line, *offered, *withheld;
} asked[] = {
	{ "", "doctor|host|--format", "rescue|--to|-f" },
	{ "host|", "rescue|return", "update_host|host|--format" },
	{ "host|--", "--format", "rescue|--to" },
	{ "-f|json|host|", "rescue", "json" },
	{ "host|rescue|", "--to", "rescue" }, /* nobody knows the hosts */
	{ "host|rescue|--", "--to|--accept|--format", "--currenthost" },
	{ "volume|update-host|-", "--currenthost|--pool-map|--format|-f|-c", "--to" },
	{ "volume|update_host|--currenthost|", "", "--newhost" },
	{ "host|rescue|--cinder-host|", "", ":ask sql list -f value -c name" },
	{ "doctor|-f|", "table|json|value", "--format" },
	{ "doctor|--format=", "table|json|value", "--format" },
	{ "doctor|-fj", "table|json|value", "--format" },
	{ "doctor|-f|--", "json", "--color" }, /* a value is due */
	{ "doctor|--debug=", "", "--color" },
	{ "doctor|--bogus=", "", "--color" },
	{ "doctor|-x", "", "--color" },
	{ "host|rescue|a|--accept|", "fencing-unconfirmed|local-disk", "target-is-source" },
	{ "audit|run|--save|", ":files", "" },
	{ "audit|diff|old.json|", ":files", "" },
	{ "cluster|rename|a|", "--full-rename", ":files" },
	{ "doctor|--state-dir=", ":directories", "" },
	{ "plan|apply|", ":files", "--yes" },
	{ "plan|apply|-", "--yes", ":files" },
	{ "plan|apply|--yes|plan.json|", "--dry-run", ":files|--yes" },
	{ "journal|undo|", ":ask journal list -f value -c run", "" },
	{ "audit|run|a|b|", ":ask audit list -f value -c check", "" },
	{ "sql|show|", ":ask sql list -f value -c name", "" },
	{ "explain|", ":ask explain -f value -c name", "doctor" },
	{ "completion|", "bash|zsh|fish", "--format" },
	{ "completion|bash|", "--format", "fish" },
	/* what stands once, and what contradicts it, is not offered again; a word that is still being typed does not stand there */
	{ "host|rescue|--to|b|--", "--accept", "--to" },
	{ "host|rescue|--to=b|--wait|--accept|a|--", "--accept|--only", "--to|--wait|--no-wait" },
	{ "host|rescue|--to", "--to", "" },
	/* behind the end of options there is none */
	{ "plan|apply|--|", ":files", "--yes" },
	{ "plan|apply|--|-", ":files", "--yes" },
	{ "doctor|--|", "", "--format" },
};

static void the_tables_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		auto_free char *answer = ask(asked[i].line);
		auto_free char *offered = xstrdup(asked[i].offered), *withheld = xstrdup(asked[i].withheld);
		char *rest = offered, *word;

		while ((word = strsep(&rest, "|")) != NULL)
			if (*word && !has(answer, word))
				fail_msg("'%s': no '%s' in:\n%s", asked[i].line, word, answer);
		rest = withheld;
		while ((word = strsep(&rest, "|")) != NULL)
			if (*word && has(answer, word))
				fail_msg("'%s': '%s' in:\n%s", asked[i].line, word, answer);
	}
}

static void words_that_nobody_knows_are_answered_by_nothing(void **state)
{
	static const char *const unknown[] = { "bogus|", "bogus|--", "host|bogus|", "host|bogus|--", "|", "__complete|", "--|--|" };

	(void)state;
	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
		auto_free char *answer = ask(unknown[i]);

		assert_string_equal(answer, "");
	}
}

/* A shell may be asked for --help of a line that is not finished: none of its words is ours. */
static void options_of_the_line_are_not_ours(void **state)
{
	auto_free char *help = ask("--help|"), *version = ask("--version|host|");

	(void)state;
	assert_true(has(help, "doctor") && has(version, "rescue"));
}

static void every_option_and_argument_can_be_asked_for(void **state)
{
	(void)state;
	for (const struct command *const *c = commands; *c; c++) {
		struct option_group groups[OPTION_GROUPS];
		size_t n = option_groups(*c, groups);
		auto_str struct str name = { 0 };

		str_addf(&name, "%s%s%s|", (*c)->noun, (*c)->verb ? "|" : "", str_or((*c)->verb, ""));
		for (size_t i = 0; i < n; i++)
			for (const struct option_spec *o = groups[i].options; o->name; o++) {
				auto_free char *line = xasprintf("%s--", name.s), *option = xasprintf("--%s", o->name);
				auto_free char *answer = ask(line);

				assert_true(has(answer, option));
			}
	}
}

static const char *random_word(void)
{
	static const char *const words[] = { "", "-", "--", "-h", "--help", "-f", "-fjson", "json", "--host", "--host=", "--to", "--=", "--=x",
		"-=", "\xff\xfe", "a\nb", "\t", ":files", "$(id)", "`id`", "%s%n", "--%n", "__complete", "*" };
	size_t n = 0;

	while (commands[n])
		n++;
	n = (size_t)random() % n;
	switch (random() % 4) {
	case 0:
		return commands[n]->noun;
	case 1:
		return str_or(commands[n]->verb, "extra");
	default:
		return words[(size_t)random() % (sizeof words / sizeof *words)];
	}
}

static void nothing_that_was_typed_comes_back(void **state)
{
	const char *v[10] = { "evac-manage", "__complete" };

	(void)state;
	srandom(7);
	for (int n = 0; n < 20000; n++) {
		int c = 2 + (int)(random() % 8);
		struct call call;
		struct error err = { 0 };

		for (int i = 2; i < c; i++)
			v[i] = random_word();
		assert_int_equal(cli_parse(&command_tree, c, v, &call, &err), 0);
		assert_true(!strpbrk(call.help, "\xff`") && !strstr(call.help, "$(") && !strstr(call.help, "%n") && !strstr(call.help, "a\nb"));
		assert_true(!call.help[0] || call.help[strlen(call.help) - 1] == '\n');
		call_free(&call);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tables_answer),
		cmocka_unit_test(words_that_nobody_knows_are_answered_by_nothing),
		cmocka_unit_test(options_of_the_line_are_not_ours),
		cmocka_unit_test(every_option_and_argument_can_be_asked_for),
		cmocka_unit_test(nothing_that_was_typed_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "op/command_line.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define MISSING " --fenced 'WHO POWERED IT OFF, AND HOW WE KNOW'"

static const char *const typed[] = { "/usr/bin/evac-manage", "host", "rescue", "c1", "--to", "c2" };

static struct request some_request(void)
{
	return (struct request){ .argc = COUNT(typed), .argv = typed, .fenced = "iLO" };
}

static void add(struct findings *findings, const char *code, enum severity severity, bool acceptable, bool accepted)
{
	struct finding *f = finding_add(findings, code, severity, "s", "m", NULL);

	f->acceptable = acceptable;
	f->accepted = accepted;
}

/* ---- what is missing */

static void the_line_is_what_was_typed_and_what_is_missing(void **state)
{
	struct findings findings = { 0 };
	struct request r = some_request();
	auto_str struct str got = { 0 };

	(void)state;
	r.fenced = NULL;
	add(&findings, "fence-unproven", SEVERITY_STOP, true, false);
	assert_true(command_line_to_go_on(&r, &findings, &got));
	assert_string_equal(got.s, "evac-manage host rescue c1 --to c2" MISSING " --yes");
	str_clear(&got);
	r.dry_run = true; /* a dry run needs no yes */
	command_line_to_go_on(&r, &findings, &got);
	assert_string_equal(got.s, "evac-manage host rescue c1 --to c2" MISSING);
	str_clear(&got);
	findings.v[0].accepted = true; /* answered for in another way */
	assert_false(command_line_to_go_on(&r, &findings, &got));
	assert_string_equal(got.s, "evac-manage host rescue c1 --to c2");
	findings_free(&findings);
}

static void what_was_typed_is_not_added_again(void **state)
{
	static const char *const lines[][6] = { { "e", "host", "evacuate", "c1", "--fenced", "iLO" },
		{ "e", "host", "evacuate", "c1", "--fenced=iLO", "--yes" } };
	static const char *const expected[] = { "evac-manage host evacuate c1 --fenced iLO --yes",
		"evac-manage host evacuate c1 --fenced=iLO --yes" };
	struct findings none = { 0 };
	struct request r = some_request();
	auto_str struct str got = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		r.argv = lines[i];
		r.yes = i == 1;
		str_clear(&got);
		assert_false(command_line_to_go_on(&r, &none, &got));
		assert_string_equal(got.s, expected[i]);
	}
}

static void a_fence_that_was_asked_for_on_the_terminal_is_a_part_of_the_line(void **state)
{
	struct findings none = { 0 };
	struct request r = some_request();
	auto_str struct str got = { 0 };

	(void)state;
	r.fenced = "Ann's iLO: off";
	command_line_to_go_on(&r, &none, &got);
	assert_string_equal(got.s, "evac-manage host rescue c1 --to c2 --fenced 'Ann'\\''s iLO: off' --yes");
}

static void only_what_can_be_answered_for_is_offered_and_once(void **state)
{
	static const char *const line[] = { "e", "x", "--fenced=y" };
	struct findings findings = { 0 };
	struct request r = { .argc = COUNT(line), .argv = line, .fenced = "y", .yes = true };
	auto_str struct str got = { 0 };

	(void)state;
	add(&findings, "local-disk", SEVERITY_SKIP, true, false); /* left out: nothing stands in the way */
	add(&findings, "source-alive", SEVERITY_STOP, false, false); /* as for an evacuation */
	assert_false(command_line_to_go_on(&r, &findings, &got));
	assert_string_equal(got.s, "evac-manage x --fenced=y");
	add(&findings, "fence-unproven", SEVERITY_STOP, true, true);
	add(&findings, "target-down", SEVERITY_STOP, true, true); /* said already, for one of them */
	add(&findings, "target-down", SEVERITY_STOP, true, false);
	add(&findings, "target-down", SEVERITY_STOP, true, false);
	add(&findings, "az-differs", SEVERITY_WARN, false, false);
	add(&findings, "in-flight", SEVERITY_STOP, true, false);
	str_clear(&got);
	assert_true(command_line_to_go_on(&r, &findings, &got));
	assert_string_equal(got.s, "evac-manage x --fenced=y --accept target-down --accept in-flight");
	findings_free(&findings);
}

static void what_nothing_accepts_can_be_left_out(void **state)
{
	static const char *const line[] = { "e", "x" };
	struct findings findings = { 0 };
	struct request r = { .argc = COUNT(line), .argv = line, .yes = true };
	auto_str struct str got = { 0 };

	(void)state;
	finding_add(&findings, "in-flight", SEVERITY_STOP, "i1", "m", NULL)->acceptable = true; /* it goes with the other one */
	finding_add(&findings, "stale-accepted", SEVERITY_STOP, "i1", "m", NULL)->excludable = true;
	finding_add(&findings, "stale-accepted", SEVERITY_STOP, "i1", "m", NULL)->excludable = true;
	assert_true(command_line_to_go_on(&r, &findings, &got));
	assert_string_equal(got.s, "evac-manage x --exclude i1");
	finding_add(&findings, "in-flight", SEVERITY_STOP, "i2", "m", NULL)->acceptable = true;
	str_clear(&got);
	command_line_to_go_on(&r, &findings, &got);
	assert_string_equal(got.s, "evac-manage x --exclude i1 --accept in-flight");
	findings_free(&findings);
}

/* ---- quoting: a shell must read back exactly what was typed */

static const char *const words[] = { "plain", "", " ", "two words", "it's", "''", "\"", "$HOME", "`id`", "a\\b", "*", "~", "#x", "x#y",
	"a;b", "a&b", "a|b", "<", ">", "(", "!", "{a,b}", "[a]", "a\nb", "\t", "--x=y z", "c1@rbd#p", "\xc3\xa9", "-", "=", "%s", "?",
	"a=b", "^" };

static void a_shell_reads_back_what_was_typed(void **state)
{
	const char *line[COUNT(words) + 1] = { "e" };
	struct request r = { .argc = COUNT(line), .argv = line, .fenced = "--", .yes = true };
	struct findings none = { 0 };
	auto_str struct str got = { 0 }, command = { 0 }, read = { 0 }, expected = { 0 };
	FILE *shell;
	int c;

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		line[i + 1] = words[i];
		str_addf(&expected, "<%s>", words[i]);
	}
	r.argv = line;
	r.fenced = "x";
	str_add(&expected, "<--fenced><x>");
	command_line_to_go_on(&r, &none, &got);
	str_addf(&command, "cd /usr; set -- %s; shift; for w; do printf '<%%s>' \"$w\"; done", got.s);
	shell = popen(command.s, "r");
	assert_non_null(shell);
	while ((c = getc(shell)) != EOF)
		str_addc(&read, (char)c);
	assert_int_equal(0, pclose(shell));
	assert_string_equal(read.s, expected.s);
}

static void plain_words_are_left_as_they_are(void **state)
{
	static const char *const line[] = { "e", "volume", "update_host", "--currenthost", "c1@rbd#ssd", "--newhost=c-2.x@rbd", "a_b:c/d,e+f%g" };
	struct request r = { .argc = COUNT(line), .argv = line, .fenced = NULL, .yes = true };
	struct findings none = { 0 };
	auto_str struct str got = { 0 };

	(void)state;
	command_line_to_go_on(&r, &none, &got);
	assert_string_equal(got.s, "evac-manage volume update_host --currenthost c1@rbd#ssd --newhost=c-2.x@rbd a_b:c/d,e+f%g");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_line_is_what_was_typed_and_what_is_missing),
		cmocka_unit_test(what_was_typed_is_not_added_again),
		cmocka_unit_test(a_fence_that_was_asked_for_on_the_terminal_is_a_part_of_the_line),
		cmocka_unit_test(only_what_can_be_answered_for_is_offered_and_once),
		cmocka_unit_test(what_nothing_accepts_can_be_left_out),
		cmocka_unit_test(a_shell_reads_back_what_was_typed),
		cmocka_unit_test(plain_words_are_left_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

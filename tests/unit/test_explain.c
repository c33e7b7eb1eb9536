/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/check.h"
#include "command/tree.h"
#include "guard/guard.h"
#include "util/json.h"
#include "util/mem.h"

/* What 'explain WORD -f FORMAT' prints, and how it ends. */
static char *explain(const char *word, const char *format, enum error_kind *kind, struct error *err)
{
	const char *argv[] = { "evac-manage", "explain", "-f", format, "--", word };
	int saved = dup(STDOUT_FILENO);
	FILE *file = tmpfile();
	struct str text = { 0 };
	struct call call;
	char part[4096];
	size_t n;

	*err = (struct error){ 0 };
	if (cli_parse(&command_tree, word ? 6 : 4, argv, &call, err) != 0)
		fail_msg("'%s': %s", word, err->text);
	assert_non_null(file);
	fflush(stdout);
	assert_int_equal(dup2(fileno(file), STDOUT_FILENO), STDOUT_FILENO);
	*kind = call.command->run(&call.request, err);
	fflush(stdout);
	assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
	close(saved);
	call_free(&call);
	rewind(file);
	while ((n = fread(part, 1, sizeof part, file)) > 0)
		str_addn(&text, part, n);
	fclose(file);
	return str_take(&text);
}

static void assert_80_columns_in(const char *text)
{
	size_t n;

	for (; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (n > 80 || (n && text[n - 1] == ' '))
			fail_msg("%zu columns, or a blank at its end: %.*s", n, (int)n, text);
	}
}

/* ${word} is a name or a number of what is called ${name}. Both forms of its page have what they must. */
static void assert_page(const char *word, const char *name, const char *kind_of_page, const char *const *members)
{
	auto_free char *page = NULL, *document = NULL;
	auto_str struct str head = { 0 };
	enum error_kind kind;
	struct error err;
	json_object *o;

	page = explain(word, "table", &kind, &err);
	if (kind != ERROR_OK)
		fail_msg("%s: %s", word, err.text);
	assert_80_columns_in(page);
	str_addf(&head, "%s: %s", name, kind_of_page);
	if (strncmp(page, head.s, head.n) != 0)
		fail_msg("%s: %s", word, page);
	document = explain(word, "json", &kind, &err);
	assert_int_equal(kind, ERROR_OK);
	o = json_tokener_parse(document);
	assert_true(json_object_is_type(o, json_type_object));
	assert_string_equal(get_text(o, "name"), name);
	assert_string_equal(get_text(o, "kind"), kind_of_page);
	for (; *members; members++)
		if (!get_text(o, *members) || !*get_text(o, *members) || !strstr(page, *members))
			fail_msg("%s: no %s: %s", word, *members, page);
	json_object_put(o);
}

static void every_finding_has_a_page(void **state)
{
	static const char *const waived[] = { "meaning", "accept", "right", "asked", NULL };
	static const char *const other[] = { "meaning", "accept", "asked", NULL };

	(void)state;
	for (const struct guard *g = guards; g->code; g++)
		assert_page(g->code, g->code, "finding", g->accept == ACCEPT_NOTHING ? other : waived);
}

static void every_check_has_a_page(void **state)
{
	static const char *const members[] = { "title", "meaning", "remedy", "databases", NULL };

	(void)state;
	for (const struct audit_check *c = audit_checks; c->number; c++) {
		if (!guard_find(c->name))
			assert_page(c->name, c->name, "check", members);
		assert_page(c->number, c->name, "check", members);
	}
}

static void every_exit_code_has_a_page(void **state)
{
	static const char *const members[] = { "meaning", "remedy", NULL };

	(void)state;
	for (int kind = 0; kind < ERROR_KIND_COUNT; kind++) {
		const char *name = error_kind_name((enum error_kind)kind);
		char number[8];

		snprintf(number, sizeof number, "%d", error_kind_exit_code((enum error_kind)kind));
		assert_page(name, name, "exit code", members);
		assert_page(number, name, "exit code", members);
	}
}

static void assert_has(const char *word, const char *part)
{
	enum error_kind kind;
	struct error err;
	auto_free char *page = explain(word, "value", &kind, &err);

	if (!strstr(page, part))
		fail_msg("%s: no '%s' in: %s", word, part, page);
}

/* A word that two tables have would hide one's page behind the other's: a finding says so, an exit code shares none. */
static void a_word_of_two_pages_leads_to_both(void **state)
{
	(void)state;
	for (const struct guard *g = guards; g->code; g++)
		if (audit_check_find(g->code)) {
			assert_has(g->code, "\nalso       the audit has a check of this name: evac-manage explain ");
			assert_has(g->code, audit_check_find(g->code)->number);
		}
	for (int kind = 0; kind < ERROR_KIND_COUNT; kind++) {
		assert_null(audit_check_find(error_kind_name((enum error_kind)kind)));
		assert_null(guard_find(error_kind_name((enum error_kind)kind)));
	}
}

static void a_page_says_how_it_is_accepted_and_who_asks(void **state)
{
	(void)state;
	assert_has("source-alive", "never\n           for an evacuation");
	assert_has("source-alive", "right      for a planned move\n");
	assert_has("target-is-source", "accept     no: ");
	assert_has("clock-ahead", "accept     not needed");
	assert_has("local-disk", "accept     yes");
	assert_has("local-disk", "asked      every command that writes; host show");
	assert_has("journal-volatile", "asked      every command that writes\n");
	assert_has("no-capacity", "asked      host rescue, host evacuate, instance evacuate; host show");
	assert_has("undo-reopens-evacuation", "asked      journal undo\n");
}

static void all_words_are_listed(void **state)
{
	enum error_kind kind;
	struct error err;
	auto_free char *list = explain(NULL, "csv", &kind, &err);

	(void)state;
	assert_int_equal(kind, ERROR_OK);
	assert_non_null(strstr(list, "\nsource-alive,finding,"));
	assert_non_null(strstr(list, "\nvolume-without-bdm,check,A01,"));
	assert_non_null(strstr(list, "\nnot_found,exit code,4,"));
}

static void an_unknown_word_is_not_found(void **state)
{
	static const char *const words[] = { " ", "%n%s%n", "\x1b[2J", "a\nb", "\xff\xfe", "-1", "05", "4 ", "A0", "999999999999999999999",
		"$(reboot)", "../../etc/passwd", "source-alive:x", "--yes" };
	enum error_kind kind;
	struct error err;
	char huge[5000];

	(void)state;
	for (size_t i = 0; i <= sizeof words / sizeof *words; i++) {
		const char *word = i < sizeof words / sizeof *words ? words[i] : huge;
		auto_free char *page = NULL;

		memset(huge, 'x', sizeof huge - 1);
		huge[sizeof huge - 1] = '\0';
		page = explain(word, "table", &kind, &err);
		assert_int_equal(kind, ERROR_NOT_FOUND);
		assert_string_equal(page, "");
		assert_non_null(strstr(err.hint, "'evac-manage explain' shows all"));
	}
}

static void the_nearest_words_are_named(void **state)
{
	static const struct {
		const char *word, *near;
	} typed[] = { { "source-alve", "'source-alive'" }, { "not-found", "'not_found'" }, { "volume-without-bmd", "'volume-without-bdm'" } };
	enum error_kind kind;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
		auto_free char *page = explain(typed[i].word, "table", &kind, &err);

		assert_string_equal(page, "");
		assert_int_equal(kind, ERROR_NOT_FOUND);
		if (!strstr(err.hint, typed[i].near))
			fail_msg("%s: %s", typed[i].word, err.hint);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_finding_has_a_page),
		cmocka_unit_test(every_check_has_a_page),
		cmocka_unit_test(every_exit_code_has_a_page),
		cmocka_unit_test(a_word_of_two_pages_leads_to_both),
		cmocka_unit_test(a_page_says_how_it_is_accepted_and_who_asks),
		cmocka_unit_test(all_words_are_listed),
		cmocka_unit_test(an_unknown_word_is_not_found),
		cmocka_unit_test(the_nearest_words_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

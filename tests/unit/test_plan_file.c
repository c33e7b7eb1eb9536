/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "../../src/cli/internal.h"
#include "../../src/command/plan_apply.h"
#include "../../src/run/plan_file_internal.h"
#include "command/tree.h"
#include "util/str.h"

/* A plan file must hold every word that made it, and every command that writes one must be one that plan apply knows: both are
 * read here from the program's own tables, so that a new command or option is not forgotten. */

/* How it is done or refused, not what: these are the applying command line's own, or no plan is written with them. Of --order the
 * plan holds what stood in its file. */
static const size_t not_planned[] = { AT(how.dry_run), AT(how.yes), AT(how.plan_out), AT(how.skip_drifted), AT(what.resume), AT(what.sql),
	AT(how.token_file), AT(how.token_from), AT(how.order_file) };

static bool is_planned(size_t offset)
{
	for (size_t i = 0; i < sizeof not_planned / sizeof *not_planned; i++)
		if (not_planned[i] == offset)
			return true;
	for (const struct plan_word *w = plan_words; w->name; w++)
		if (w->offset == offset)
			return true;
	return false;
}

static void every_writing_commands_plan_can_be_applied(void **state)
{
	size_t n = 0;

	(void)state;
	for (const struct command *const *c = commands; *c; c++) {
		auto_str struct str name = { 0 };

		if (!((*c)->flags & COMMAND_WRITES))
			continue;
		cli_command_name(*c, &name);
		assert_ptr_equal(plan_apply_command(name.s), *c);
		n++;
	}
	assert_true(n > 10);
	assert_null(plan_apply_command("doctor"));
	assert_null(plan_apply_command("plan apply"));
}

static void a_plan_holds_every_word_that_made_it(void **state)
{
	(void)state;
	for (const struct command *const *c = commands; *c; c++) {
		struct option_group group[OPTION_GROUPS];
		auto_str struct str name = { 0 };
		size_t n = option_groups(*c, group) - 2; /* where things are, and how they are shown, are the applying one's */

		if (!((*c)->flags & COMMAND_WRITES))
			continue;
		cli_command_name(*c, &name);
		for (size_t i = 0; i < n; i++)
			for (const struct option_spec *o = group[i].options; o->name; o++)
				if (!is_planned(o->offset))
					fail_msg("the plan of '%s' forgets --%s: see plan_words in src/run/plan_file.c", name.s, o->name);
		for (const struct argument_spec *a = (*c)->arguments; a && a->metavar; a++)
			if (!is_planned(a->offset))
				fail_msg("the plan of '%s' forgets %s: see plan_words in src/run/plan_file.c", name.s, a->metavar);
	}
}

static void a_word_of_a_plan_stands_there_once(void **state)
{
	(void)state;
	for (const struct plan_word *w = plan_words; w->name; w++)
		for (const struct plan_word *other = plan_words; other < w; other++)
			if (strcmp(other->name, w->name) == 0 || other->offset == w->offset)
				fail_msg("'%s' and '%s' are the same word", other->name, w->name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_writing_commands_plan_can_be_applied),
		cmocka_unit_test(a_plan_holds_every_word_that_made_it),
		cmocka_unit_test(a_word_of_a_plan_stands_there_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

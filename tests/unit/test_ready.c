/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "ready/ready.h"

/* The word for a host or a group: neither a promise nor a refusal that nobody has looked for. */

static void the_word_of_an_answer(void **state)
{
	static const struct {
		size_t instances, could, unknown, unseen;
		const char *word;
	} cases[] = {
		{ 0, 0, 0, 0, "yes" },
		{ 3, 3, 0, 0, "yes" },
		{ 3, 0, 0, 0, "no" },
		{ 3, 2, 0, 0, "partly" },
		{ 3, 1, 1, 0, "partly" },
		{ 3, 2, 1, 0, "unknown" }, /* the others could: all of them do perhaps */
		{ 3, 0, 3, 0, "unknown" },
		{ 3, 0, 1, 0, "unknown" }, /* the others could not: none of them does perhaps */
		{ 3, 3, 0, 1, "unknown" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct ready_answer a = { .instances = cases[i].instances,
			.could = cases[i].could,
			.unknown = cases[i].unknown,
			.unseen = cases[i].unseen };

		assert_string_equal(ready_word(&a), cases[i].word);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_word_of_an_answer) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

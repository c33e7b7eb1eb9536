/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "find/world.h"
#include "util/mem.h"

static void what_is_away_is_kept_once_and_every_cell_of_it(void **state)
{
	struct cell_mapping cell[] = { { .id = 2, .name = "west" }, { .id = 3, .name = "west" } };
	struct world world = { .absences = xcalloc(1, sizeof *world.absences) };
	struct error err = { 0 };

	(void)state;
	error_set(&err, ERROR_DB_UNREACHABLE, "the database of cell 'west' does not answer");
	for (int i = 0; i < 2; i++) {
		absences_add(world.absences, &err, NULL);
		absences_add(world.absences, &err, &cell[i]);
	}
	assert_int_equal(world.absences->n, 3);
	assert_non_null(world_lost_cell(&world, 2));
	assert_non_null(world_lost_cell(&world, 3)); /* nova's cells may have one name */
	absences_free(world.absences);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_away_is_kept_once_and_every_cell_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../../src/command/doctor.h"
#include "sql_catalogue.h"

/* An account that may read alone is fit for the audit; MySQL lets it take no lock, and that is no reading that it lacks. */
static void a_read_that_locks_is_for_writing(void **state)
{
	(void)state;
	assert_true(statement_is_for_writing(&SQL_NOVA_INSTANCE_LOCK));
	assert_true(statement_is_for_writing(&SQL_CINDER_VOLUME_MOVE));
	assert_false(statement_is_for_writing(&SQL_NOVA_EVACUATION_LIST_OURS));
	assert_false(statement_is_for_writing(&SQL_NEUTRON_BLOCK_LIST_BY_DEVICE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_read_that_locks_is_for_writing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

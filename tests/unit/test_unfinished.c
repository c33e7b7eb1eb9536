/* SPDX-License-Identifier: Apache-2.0 */
#include "written_journal.h"

#include <errno.h>

#include "journal/lock.h"
#include "journal/past.h"

/* What a run goes by of the runs before it. */

static unsigned nsync;
static int sync_errno;

/* In libc's place. */
int fdatasync(int fd)
{
	(void)fd;
	nsync++;
	errno = sync_errno;
	return sync_errno ? -1 : 0;
}

static int check(const char *host, struct error *err)
{
	const struct request request = { .where.state_dir = state_dir_of_test };

	nsync = 0;
	error_clear(err);
	return unfinished_check(&request, host, NULL, NULL, err);
}

/* Its process may have died between the write of the last record and its sync. */
static void an_end_that_another_run_goes_by_is_made_durable_first(void **state)
{
	struct error err = { 0 };

	(void)state;
	write_journal((const char *const[]){ RUN_RECORD("\"version\":1,"), END, NULL });
	assert_int_equal(check("c1", &err), 0);
	assert_int_equal(nsync, 1);
	assert_int_equal(check("c2", &err), 0);
	assert_int_equal(nsync, 0);
	write_journal((const char *const[]){ RUN_RECORD("\"version\":1,"), ROW, INTENT, PROVED,
	    "\"type\":\"recover\"", "\"type\":\"recover_end\",\"result\":\"ok\"", NULL });
	assert_int_equal(check("c1", &err), 0);
	assert_int_equal(nsync, 1);
}

static void an_end_that_cannot_be_made_durable_is_none(void **state)
{
	struct error err = { 0 };

	(void)state;
	write_journal((const char *const[]){ RUN_RECORD("\"version\":1,"), END, NULL });
	sync_errno = EIO;
	assert_int_equal(check("c1", &err), -1);
	sync_errno = 0;
	assert_int_equal(err.kind, ERROR_ERROR);
	assert_non_null(strstr(err.text, "may not be on the disk"));
	assert_non_null(strstr(err.hint, "nothing was written"));
}

#define UNKNOWN "\"type\":\"outcome\",\"unit\":0,\"state\":\"unknown\",\"error\":null"
#define UNKNOWN_END "\"type\":\"end\",\"result\":\"unknown\",\"totals\":{\"unknown\":1,\"applied\":0}"
#define FOUND "\"type\":\"recovery\",\"unit\":0,\"verdict\":\"done\",\"error\":null"
#define RECOVER_END "\"type\":\"recover_end\",\"result\":\"ok\""

static bool is_settled(const char *const *records)
{
	struct past past = { 0 };
	struct error err;
	bool torn, settled;

	write_journal(records);
	assert_int_equal(journal_read(path, past_record, &past, &torn, &err), 0);
	settled = past_is_settled(&past);
	past_free(&past);
	return settled;
}

/* Each unit is settled, and the list still calls the run unknown: a recovery that writes nothing would be asked for again and again. */
static void a_recovery_that_was_cut_off_at_its_end_is_done_again(void **state)
{
	(void)state;
	assert_false(is_settled((const char *const[]){ RUN_RECORD("\"version\":1,"), ROW, INTENT, UNKNOWN, UNKNOWN_END,
	    "\"type\":\"recover\"", FOUND, NULL }));
	assert_true(is_settled((const char *const[]){ RUN_RECORD("\"version\":1,"), ROW, INTENT, UNKNOWN, UNKNOWN_END,
	    "\"type\":\"recover\"", FOUND, RECOVER_END, NULL }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_end_that_another_run_goes_by_is_made_durable_first),
		cmocka_unit_test(an_end_that_cannot_be_made_durable_is_none),
		cmocka_unit_test(a_recovery_that_was_cut_off_at_its_end_is_done_again),
	};

	return cmocka_run_group_tests(tests, make_state, remove_state);
}

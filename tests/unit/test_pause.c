/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/pause.h"
#include "util/mem.h"

#define RUN "20260131T030405Z-host-evacuate-1a2b3c4d"

static char directory[] = "/tmp/evac-manage-unit.XXXXXX";
static struct request request;
static struct journal *journal;

static int begin(void **state)
{
	struct error err = { 0 };

	(void)state;
	strcpy(directory, "/tmp/evac-manage-unit.XXXXXX");
	request = (struct request){ .where.state_dir = mkdtemp(directory) };
	return journal_create(&request, RUN, "a", &journal, &err);
}

static char *path_of(const char *suffix)
{
	return xasprintf("%s/journal/" RUN "%s", directory, suffix);
}

static int end(void **state)
{
	auto_free char *file = path_of(".jsonl"), *below = xasprintf("%s/journal", directory);

	(void)state;
	journal_close(&journal);
	unlink(file);
	return rmdir(below) + rmdir(directory); /* nothing else was left there */
}

static void a_pause_is_asked_for_once_and_lifted(void **state)
{
	auto_free char *path = path_of(".jsonl"), *file = path_of(".pause");
	struct pause pause, seen;
	struct error err = { 0 };
	struct stat st;
	bool did;

	(void)state;
	assert_false(pause_is_asked(NULL, &seen));
	assert_false(pause_is_asked(journal, &seen));
	assert_int_equal(0, pause_ask(path, &pause, &did, &err));
	assert_true(did);
	assert_int_equal(0, stat(file, &st));
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(pause_is_asked(journal, &seen));
	assert_string_equal(seen.by, pause.by);
	assert_string_equal(seen.since, pause.since);
	memset(&seen, 0, sizeof seen);
	assert_int_equal(0, pause_ask(path, &seen, &did, &err)); /* who comes second is told of the first */
	assert_false(did);
	assert_string_equal(seen.since, pause.since);
	assert_int_equal(0, pause_lift(path, &did, &err));
	assert_true(did);
	assert_false(pause_is_asked(journal, &seen));
	assert_int_equal(0, pause_lift(path, &did, &err));
	assert_false(did);
}

static void whatever_stands_there_is_a_pause(void **state)
{
	auto_free char *file = path_of(".pause");
	struct pause seen;
	FILE *f;

	(void)state;
	f = fopen(file, "w");
	assert_non_null(f);
	fputs("[1,", f);
	fclose(f);
	assert_true(pause_is_asked(journal, &seen));
	assert_string_equal(seen.by, "?");
	unlink(file);
	assert_int_equal(0, symlink("/etc/passwd", file)); /* which is not followed */
	assert_true(pause_is_asked(journal, &seen));
	assert_string_equal(seen.since, "?");
}

/* A dead run's is taken along by whoever takes up its journal; somebody who may not take it up leaves it alone. */
static void a_pause_ends_with_its_run(void **state)
{
	auto_free char *path = path_of(".jsonl"), *file = path_of(".pause");
	struct journal *second = NULL;
	struct error err = { 0 };
	struct pause pause;
	bool did;

	(void)state;
	assert_int_equal(0, pause_ask(path, &pause, &did, &err));
	assert_int_equal(-1, journal_reopen(path, NULL, NULL, &second, &err));
	assert_int_equal(err.kind, ERROR_BUSY);
	assert_int_equal(0, access(file, F_OK));
	journal_close(&journal);
	assert_int_equal(-1, access(file, F_OK));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_pause_is_asked_for_once_and_lifted, begin, end),
		cmocka_unit_test_setup_teardown(whatever_stands_there_is_a_pause, begin, end),
		cmocka_unit_test_setup_teardown(a_pause_ends_with_its_run, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "../../src/db/internal.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* What the same number means at each moment: while connecting, reading, writing, committing. */
static const struct {
	unsigned number;
	enum error_kind connect, read, write, commit;
} rows[] = {
	/* the client's own: the connection ended */
	{ 2002, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_UNKNOWN },
	{ 2003, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_UNKNOWN },
	{ 2006, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_UNKNOWN },
	{ 2013, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_UNKNOWN },
	{ 2026, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_UNKNOWN },
	/* the server is there and shuts us out */
	{ 1040, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_UNKNOWN },
	{ 1045, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_UNKNOWN },
	{ 1049, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_UNKNOWN },
	{ 1053, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_UNKNOWN },
	{ 1927, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_UNKNOWN },
	/* Galera: this node is not in the primary component */
	{ 1047, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE },
	/* it refuses */
	{ 1142, ERROR_REFUSED, ERROR_REFUSED, ERROR_REFUSED, ERROR_UNKNOWN },
	{ 1143, ERROR_REFUSED, ERROR_REFUSED, ERROR_REFUSED, ERROR_UNKNOWN },
	{ 1290, ERROR_REFUSED, ERROR_REFUSED, ERROR_REFUSED, ERROR_REFUSED },
	{ 1665, ERROR_REFUSED, ERROR_REFUSED, ERROR_REFUSED, ERROR_UNKNOWN },
	{ 1874, ERROR_REFUSED, ERROR_REFUSED, ERROR_REFUSED, ERROR_UNKNOWN },
	{ 3032, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_UNKNOWN },
	{ 1792, ERROR_REFUSED, ERROR_REFUSED, ERROR_REFUSED, ERROR_UNKNOWN },
	/* group replication's words */
	{ 3098, ERROR_REFUSED, ERROR_REFUSED, ERROR_REFUSED, ERROR_UNKNOWN },
	{ 3100, ERROR_REFUSED, ERROR_REFUSED, ERROR_REFUSED, ERROR_REFUSED },
	{ 3101, ERROR_BUSY, ERROR_BUSY, ERROR_BUSY, ERROR_BUSY },
	{ 3231, ERROR_REFUSED, ERROR_REFUSED, ERROR_REFUSED, ERROR_UNKNOWN },
	{ 1180, ERROR_DB_UNREACHABLE, ERROR_ERROR, ERROR_ERROR, ERROR_UNKNOWN },
	/* somebody else was there: a lock wait, and a deadlock */
	{ 1205, ERROR_BUSY, ERROR_BUSY, ERROR_BUSY, ERROR_BUSY },
	{ 1213, ERROR_BUSY, ERROR_BUSY, ERROR_BUSY, ERROR_BUSY },
	/* the schema, the statement, and what we have never heard of */
	{ 1054, ERROR_ERROR, ERROR_ERROR, ERROR_ERROR, ERROR_UNKNOWN },
	{ 1146, ERROR_ERROR, ERROR_ERROR, ERROR_ERROR, ERROR_UNKNOWN },
	{ 1317, ERROR_ERROR, ERROR_ERROR, ERROR_ERROR, ERROR_UNKNOWN },
	{ 1366, ERROR_DB_UNREACHABLE, ERROR_ERROR, ERROR_ERROR, ERROR_UNKNOWN },
	{ 9999, ERROR_DB_UNREACHABLE, ERROR_ERROR, ERROR_ERROR, ERROR_UNKNOWN },
	{ 0, ERROR_DB_UNREACHABLE, ERROR_ERROR, ERROR_ERROR, ERROR_UNKNOWN },
};

static void an_error_is_of_a_kind_by_its_number_and_its_moment(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const enum error_kind expected[] = { rows[i].connect, rows[i].read, rows[i].write, rows[i].commit };

		for (int phase = PHASE_CONNECT; phase <= PHASE_COMMIT; phase++)
			if (db_classify((enum db_phase)phase, rows[i].number) != expected[phase])
				fail_msg("%u in phase %d is %s", rows[i].number, phase,
				    error_kind_name(db_classify((enum db_phase)phase, rows[i].number)));
	}
}

/* Only a commit may be in doubt, and only a proof that it was rolled back takes the doubt away. */
static bool is_proof(unsigned number)
{
	static const unsigned proof[] = { 1047, 1205, 1213, 1290, 3100, 3101 };

	for (size_t i = 0; i < COUNT(proof); i++)
		if (proof[i] == number)
			return true;
	return false;
}

static void nothing_but_a_commit_is_ever_unknown(void **state)
{
	(void)state;
	for (unsigned number = 0; number < 6000; number++) {
		for (int phase = PHASE_CONNECT; phase < PHASE_COMMIT; phase++)
			assert_int_not_equal(db_classify((enum db_phase)phase, number), ERROR_UNKNOWN);
		assert_true((db_classify(PHASE_COMMIT, number) == ERROR_UNKNOWN) != is_proof(number));
		assert_int_not_equal(db_classify(PHASE_WRITE, number), ERROR_OK);
	}
}

static struct db some_db(void)
{
	static char label[] = "cinder's database", where[] = "db1:3306 cinder";

	return (struct db){ .label = label, .where = where };
}

static const struct {
	enum db_phase phase;
	unsigned number;
	const char *name, *text, *hint;
} texts[] = {
	{ PHASE_CONNECT, 1045, NULL, "cannot connect to cinder's database (db1:3306 cinder): the server's words (1045)",
	    "check user and password of the connection URL" },
	{ PHASE_CONNECT, 3159, NULL, "cannot connect to cinder's database (db1:3306 cinder): the server's words (3159)",
	    "the server takes encrypted connections only, and the URL does not ask for TLS" },
	{ PHASE_READ, 2013, "cinder/volume_list_by_backend",
	    "cannot read cinder's database (db1:3306 cinder): the server's words (2013) in cinder/volume_list_by_backend",
	    "the connection ended: check that the server runs" },
	{ PHASE_WRITE, 1205, "cinder/volume_move",
	    "cannot write to cinder's database (db1:3306 cinder): the server's words (1205) in cinder/volume_move", "SHOW PROCESSLIST" },
	{ PHASE_WRITE, 1665, "cinder/volume_move",
	    "cannot write to cinder's database (db1:3306 cinder): the server's words (1665) in cinder/volume_move", "binlog_format = ROW" },
	{ PHASE_WRITE, 9999, NULL, "cannot write to cinder's database (db1:3306 cinder): the server's words (9999)", "" },
	{ PHASE_COMMIT, 2013, NULL, "no answer to the commit from cinder's database (db1:3306 cinder): the server's words (2013)",
	    "the change may or may not have happened" },
	{ PHASE_WRITE, 3231, "cinder/volume_move",
	    "cannot write to cinder's database (db1:3306 cinder): the server's words (3231) in cinder/volume_move", "one backend or pool" },
	{ PHASE_COMMIT, 3101, NULL, "the commit was rolled back by cinder's database (db1:3306 cinder): the server's words (3101)",
	    "run the same command again" },
	{ PHASE_COMMIT, 1213, NULL, "the commit was rolled back by cinder's database (db1:3306 cinder): the server's words (1213)",
	    "run the same command again" },
};

static void an_error_says_where_what_and_what_to_do(void **state)
{
	struct error err;
	struct db db;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		db = some_db();
		memset(&err, 0, sizeof err);
		assert_int_equal(-1, db_fail(&db, texts[i].phase, texts[i].number, "the server's words", texts[i].name, &err));
		assert_string_equal(err.text, texts[i].text);
		assert_int_equal(err.code, texts[i].number);
		assert_int_equal(err.kind, db_classify(texts[i].phase, texts[i].number));
		if (texts[i].hint[0] ? !strstr(err.hint, texts[i].hint) : err.hint[0])
			fail_msg("hint: %s", err.hint);
		assert_true(db.doomed); /* only a rollback is possible now */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_is_of_a_kind_by_its_number_and_its_moment),
		cmocka_unit_test(nothing_but_a_commit_is_ever_unknown),
		cmocka_unit_test(an_error_says_where_what_and_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

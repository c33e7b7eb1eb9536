/* SPDX-License-Identifier: Apache-2.0 */
#include "rooms.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../src/db/internal.h"
#include "sql_catalogue.h"
#include "util/clock.h"

/* Opening a session: what it is set to, and how each way of not getting one is said. */

struct session_row {
	const char *sql_mode, *time_zone, *charset, *connected_as;
	int64_t autocommit, lock_wait_s;
};
static const struct db_shape session_shape = DB_SHAPE(struct session_row,
    DB_COLUMNS(struct session_row, sql_mode, time_zone, charset, connected_as, autocommit, lock_wait_s));
STATEMENT(session, SQL_READS,
    "SELECT @@session.sql_mode AS sql_mode, @@session.time_zone AS time_zone, @@character_set_client AS charset,"
    " CURRENT_USER() AS connected_as, @@session.autocommit AS autocommit, @@innodb_lock_wait_timeout AS lock_wait_s",
    0, NULL);

static void a_session_is_set_up_whatever_the_servers_defaults(void **state)
{
	struct error err = { 0 };
	struct session_row *s;
	struct db_rows rows;
	struct db *db;

	(void)state;
	admin("SET GLOBAL sql_mode = '', GLOBAL time_zone = '+05:30', GLOBAL autocommit = 0, GLOBAL innodb_lock_wait_timeout = 99");
	db = rooms_open(0);
	admin("SET GLOBAL sql_mode = DEFAULT, GLOBAL time_zone = 'SYSTEM', GLOBAL autocommit = 1, GLOBAL innodb_lock_wait_timeout = 50");
	assert_int_equal(db_read(db, &session, NULL, &session_shape, &rows, &err), 0);
	s = rows.v;
	assert_int_equal(rows.n, 1);
	assert_non_null(strstr(s->sql_mode, "STRICT_ALL_TABLES"));
	assert_non_null(strstr(s->sql_mode, "ERROR_FOR_DIVISION_BY_ZERO"));
	assert_string_equal(s->time_zone, "+00:00");
	assert_string_equal(s->charset, "utf8mb4");
	assert_string_equal(s->connected_as, "rooms@127.0.0.1"); /* by TCP, not by the socket */
	assert_int_equal(s->autocommit, 1);
	assert_int_equal(s->lock_wait_s, 10);
	db_rows_free(&rows);
	db_close(&db);
	assert_null(db);
	db_close(&db); /* nothing twice */
}

struct id_row {
	const char *id;
};
static const struct db_shape id_shape = DB_SHAPE(struct id_row, DB_COLUMNS(struct id_row, id));

/* Each would cut an answer, keep a write out, or end more than a transaction; "value" is what SHOW VARIABLES says afterwards. */
static const struct {
	const char *name, *bad, *value;
} defaults[] = {
	{ "sql_select_limit", "2", "18446744073709551615" },
	{ "max_join_size", "2", "18446744073709551615" },
	{ "sql_big_selects", "0", "ON" },
	{ "group_concat_max_len", "4", "1048576" },
	{ "max_sort_length", "64", "1024" },
	{ "sql_safe_updates", "1", "OFF" },
	{ "sql_auto_is_null", "1", "OFF" },
	{ "foreign_key_checks", "0", "ON" },
	{ "unique_checks", "0", "ON" },
	{ "completion_type", "2", "NO_CHAIN" },
	{ "lock_wait_timeout", "1", "10" },
	{ "character_set_client", "latin1", "utf8mb4" },
	{ "character_set_results", "latin1", "utf8mb4" },
	{ "collation_connection", "latin1_swedish_ci", "utf8mb4_general_ci" },
};
struct variable_row {
	const char *variable_name, *value;
};
static const struct db_shape variable_shape = DB_SHAPE(struct variable_row, DB_COLUMNS(struct variable_row, variable_name, value));
STATEMENT(variables, SQL_READS, "SHOW SESSION VARIABLES", 0, NULL);
STATEMENT(three_things, SQL_READS, "SELECT '1' AS id UNION ALL SELECT '2' UNION ALL SELECT '3'", 0, NULL);

static const char *value_of(const struct db_rows *rows, const char *name)
{
	const struct variable_row *v = rows->v;

	for (size_t i = 0; i < rows->n; i++)
		if (strcmp(v[i].variable_name, name) == 0)
			return v[i].value;
	return NULL;
}

static void no_default_of_the_server_cuts_an_answer(void **state)
{
	struct error err = { 0 };
	struct db_rows rows;
	struct db *db;

	(void)state;
	for (size_t i = 0; i < COUNT(defaults); i++)
		admin("SET GLOBAL %s = %s", defaults[i].name, defaults[i].bad);
	admin("SET GLOBAL TRANSACTION ISOLATION LEVEL READ UNCOMMITTED"); /* ours is set with each transaction */
	db = rooms_open(0);
	for (size_t i = 0; i < COUNT(defaults); i++)
		admin("SET GLOBAL %s = DEFAULT", defaults[i].name);
	admin("SET GLOBAL TRANSACTION ISOLATION LEVEL REPEATABLE READ");
	assert_int_equal(db_read(db, &variables, NULL, &variable_shape, &rows, &err), 0);
	for (size_t i = 0; i < COUNT(defaults); i++)
		assert_string_equal(value_of(&rows, defaults[i].name), defaults[i].value);
	db_rows_free(&rows);
	assert_int_equal(db_begin_read(db, &err), 0); /* a snapshot, which READ UNCOMMITTED would not give */
	assert_int_equal(db_read(db, &three_things, NULL, &id_shape, &rows, &err), 0);
	assert_int_equal(rows.n, 3);
	db_rows_free(&rows);
	db_close(&db);
}

static void who_answers_is_known_and_said_without_secrets(void **state)
{
	char id[24], text[64];
	struct db *db = rooms_open(0);
	const struct db_server *server = db_server(db);

	(void)state;
	snprintf(id, sizeof id, "%llu", (unsigned long long)server->connection_id);
	snprintf(text, sizeof text, ":%s server_id=", admin_value("SELECT @@port")); /* not a router's in front of it */
	assert_true(admin_sees("rooms", "SELECT user FROM information_schema.processlist WHERE id = %s", id));
	assert_non_null(strstr(server->text, text));
	assert_non_null(strstr(server->text, admin_value("SELECT CONCAT('version=', @@version)")));
	assert_null(strstr(server->text, PASSWORD));
	assert_false(server->read_only);
	assert_false(server->galera);
	assert_true(server->galera_ready);
	assert_string_equal(db_label(db), "the rooms' database");
	db_close(&db);
}

/* ---- no connection */

static void refused(const struct db_url *url, unsigned timeout_s, int code, const char *hint)
{
	struct error err = { 0 };
	struct db *db = NULL;

	assert_int_equal(db_open(&(struct db_options){ .url = url, .label = "cinder's database", .connect_timeout_s = timeout_s }, &db, &err), -1);
	assert_null(db);
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
	assert_int_equal(err.code, code);
	assert_non_null(strstr(err.text, "cannot connect to cinder's database"));
	assert_non_null(strstr(err.hint, hint));
	assert_no_password(&err, PASSWORD);
	if (url->password)
		assert_no_password(&err, url->password);
}

static void every_reason_for_no_connection_has_its_own_words(void **state)
{
	char wrong[] = "wr0ng s3cret", nowhere[] = "no-such-host.invalid", missing[] = "no_such_schema", other[] = "mysql";
	struct db_url url = rooms_url(closed_port());

	(void)state;
	refused(&url, 0, 2002, "check that the server runs");
	url = rooms_url(0);
	url.host = nowhere;
	refused(&url, 0, 2005, "cannot be resolved");
	url = rooms_url(0);
	url.password = wrong;
	refused(&url, 0, 1045, "user and password");
	url = rooms_url(0);
	url.database = other; /* is there, and not ours */
	refused(&url, 0, 1044, "no right to this database");
	admin("GRANT ALL ON no_such_schema.* TO rooms@'127.0.0.1'");
	url.database = missing;
	refused(&url, 0, 1049, "database's name");
	admin("REVOKE ALL ON no_such_schema.* FROM rooms@'127.0.0.1'");
}

static void a_password_of_the_environment_is_not_taken(void **state)
{
	struct db_url url = rooms_url(0);

	(void)state;
	url.password = NULL;
	setenv("MYSQL_PWD", PASSWORD, 1);
	refused(&url, 0, 1045, "user and password");
	unsetenv("MYSQL_PWD");
}

static void a_server_that_is_full_is_unreachable(void **state)
{
	struct db_url url = rooms_url(0);
	struct db *one;

	(void)state;
	admin("ALTER USER rooms@'127.0.0.1' WITH MAX_USER_CONNECTIONS 1");
	one = rooms_open(0);
	refused(&url, 0, 1226, "used up its limits");
	admin("ALTER USER rooms@'127.0.0.1' WITH MAX_USER_CONNECTIONS 0");
	db_close(&one);
}

static void a_peer_that_says_nothing_is_given_up_in_time(void **state)
{
	unsigned port = 0;
	int fd = listen_on(&port);
	struct db_url url = rooms_url(port);
	int64_t start = clock_monotonic_ms();

	(void)state;
	refused(&url, 1, 2013, "check that the server runs");
	assert_in_range(elapsed_ms_since(start), 900, 4000);
	close(fd);
}

/* ---- what a number means, by what was being done */

static void a_number_means_something_else_in_each_phase(void **state)
{
	static const struct {
		unsigned number;
		enum error_kind kind[4]; /* while connecting, reading, writing, committing */
	} rows[] = {
		{ 2013, { ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_UNKNOWN } },
		{ 2006, { ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_UNKNOWN } },
		{ 2027, { ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_UNKNOWN } },
		{ 5013, { ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_UNKNOWN } },
		{ 5014, { ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_UNKNOWN } },
		{ 1927, { ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_UNKNOWN } },
		{ 1047, { ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE } },
		{ 1053, { ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_UNKNOWN } },
		{ 1317, { ERROR_ERROR, ERROR_ERROR, ERROR_ERROR, ERROR_UNKNOWN } },
		{ 1180, { ERROR_DB_UNREACHABLE, ERROR_ERROR, ERROR_ERROR, ERROR_UNKNOWN } },
		{ 1205, { ERROR_BUSY, ERROR_BUSY, ERROR_BUSY, ERROR_BUSY } },
		{ 1213, { ERROR_BUSY, ERROR_BUSY, ERROR_BUSY, ERROR_BUSY } }, /* the server says that it rolled back */
		{ 1290, { ERROR_REFUSED, ERROR_REFUSED, ERROR_REFUSED, ERROR_REFUSED } },
		{ 1142, { ERROR_REFUSED, ERROR_REFUSED, ERROR_REFUSED, ERROR_UNKNOWN } },
		{ 1054, { ERROR_ERROR, ERROR_ERROR, ERROR_ERROR, ERROR_UNKNOWN } },
		{ 4000, { ERROR_DB_UNREACHABLE, ERROR_ERROR, ERROR_ERROR, ERROR_UNKNOWN } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (enum db_phase phase = PHASE_CONNECT; phase <= PHASE_COMMIT; phase++)
			if (db_classify(phase, rows[i].number) != rows[i].kind[phase])
				fail_msg("%u in phase %d is %s", rows[i].number, (int)phase, error_kind_name(db_classify(phase, rows[i].number)));
}

/* ---- errors of an open session */

STATEMENT(missing_column, SQL_READS, "SELECT v.no_such_column AS id FROM volumes AS v", 0, NULL);
STATEMENT(missing_table, SQL_READS, "SELECT v.id FROM no_such_table AS v", 0, NULL);
STATEMENT(no_right, SQL_READS, "SELECT v.id FROM cinder.volumes AS v", 0, NULL);
STATEMENT(sleep_long, SQL_READS, "SELECT SLEEP(5) AS id", 0, NULL);

static void what_a_statement_lacks_is_said_with_its_name(void **state)
{
	static const struct {
		const struct sql *sql;
		enum error_kind kind;
		int code;
		const char *hint;
	} rows[] = {
		{ &missing_column, ERROR_ERROR, 1054, "schema" },
		{ &missing_table, ERROR_ERROR, 1146, "schema" },
		{ &no_right, ERROR_REFUSED, 1142, "lacks a right" },
	};
	struct db *db = rooms_open(0);
	struct db_rows got;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err = { 0 };

		assert_int_equal(db_read(db, rows[i].sql, NULL, &id_shape, &got, &err), -1);
		assert_int_equal(err.kind, rows[i].kind);
		assert_int_equal(err.code, rows[i].code);
		assert_non_null(strstr(err.text, rows[i].sql->name));
		assert_non_null(strstr(err.hint, rows[i].hint));
		assert_int_equal(got.n, 0);
	}
	db_close(&db);
}

static void a_server_that_stops_answering_ends_the_read_in_time(void **state)
{
	struct db_url url = rooms_url(0);
	int64_t start = clock_monotonic_ms();
	struct error err = { 0 };
	struct db_rows got;
	struct db *db;

	(void)state;
	assert_int_equal(db_open(&(struct db_options){ .url = &url, .label = "x", .io_timeout_s = 1 }, &db, &err), 0);
	assert_int_equal(db_read(db, &sleep_long, NULL, &id_shape, &got, &err), -1);
	assert_in_range(elapsed_ms_since(start), 900, 4000);
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
	error_clear(&err);
	assert_int_equal(db_read(db, &session, NULL, &session_shape, &got, &err), -1); /* and nothing reconnects */
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
	db_close(&db);
}

static void a_killed_session_is_unreachable(void **state)
{
	struct error err = { 0 };
	struct db_rows got;
	struct db *db = rooms_open(0);

	(void)state;
	admin("KILL %llu", (unsigned long long)db_server(db)->connection_id);
	assert_true(session_is_gone(db_server(db)->connection_id));
	assert_int_equal(db_read(db, &session, NULL, &session_shape, &got, &err), -1);
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
	db_close(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_is_set_up_whatever_the_servers_defaults),
		cmocka_unit_test(no_default_of_the_server_cuts_an_answer),
		cmocka_unit_test(who_answers_is_known_and_said_without_secrets),
		cmocka_unit_test(every_reason_for_no_connection_has_its_own_words),
		cmocka_unit_test(a_password_of_the_environment_is_not_taken),
		cmocka_unit_test(a_server_that_is_full_is_unreachable),
		cmocka_unit_test(a_peer_that_says_nothing_is_given_up_in_time),
		cmocka_unit_test(a_number_means_something_else_in_each_phase),
		cmocka_unit_test(what_a_statement_lacks_is_said_with_its_name),
		cmocka_unit_test(a_server_that_stops_answering_ends_the_read_in_time),
		cmocka_unit_test(a_killed_session_is_unreachable),
	};

	return cmocka_run_group_tests(tests, rooms_make, rooms_remove);
}

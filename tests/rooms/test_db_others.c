/* SPDX-License-Identifier: Apache-2.0 */
#include "rooms.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/db/internal.h"

/* Others at the same rows: who waits, who loses, who holds a name, and a server that takes no writes. */

STATEMENT(add_one_soon, SQL_WRITES,
    "/*M! SET STATEMENT innodb_lock_wait_timeout = 1 FOR */ UPDATE thing SET number = number + 1 WHERE id = ?", 1, "id");

static struct db *db;

static int start(void **state)
{
	rooms_make(state);
	admin("INSERT INTO evac_rooms.thing (id, number) VALUES (1, 0), (2, 0), (3, 0)");
	db = rooms_open(0);
	return 0;
}

static int finish(void **state)
{
	db_close(&db);
	return rooms_remove(state);
}

/* Each test starts from the same rows, with nothing open. */
static int fresh(void **state)
{
	(void)state;
	db_rollback(db);
	admin("UPDATE evac_rooms.thing SET number = 0");
	return 0;
}

static void a_lock_that_is_held_too_long_ends_all_of_the_transaction(void **state)
{
	struct db *other = rooms_open(0);
	struct error err = { 0 };

	(void)state;
	assert_int_equal(db_begin_write(other, &err), 0);
	assert_int_equal(thing_write(other, &thing_add_one, 2, &err), 0);
	rooms_begin(db);
	assert_int_equal(thing_write(db, &thing_add_one, 1, &err), 0);
	assert_int_equal(thing_write(db, &add_one_soon, 2, &err), -1); /* the server would keep and commit the first half */
	assert_int_equal(err.kind, ERROR_BUSY);
	assert_int_equal(err.code, 1205);
	assert_non_null(strstr(err.hint, "SHOW PROCESSLIST"));
	assert_int_equal(db_commit(db, &err), -1);
	assert_int_equal(db_commit(other, &err), 0);
	assert_string_equal(thing_numbers(), "0,1,0");
	db_close(&other);
}

struct contender {
	struct db *db;
	const struct sql *sql;
	int64_t id;
	int rc;
	struct error err;
};

static void *contend(void *arg)
{
	struct contender *c = arg;

	c->rc = thing_write(c->db, c->sql, c->id, &c->err);
	return NULL;
}

/* innodb_trx is a copy that is not made anew while somebody keeps asking */
static void wait_until_one_waits(void)
{
	assert_true(admin_sees("1",
	    "SELECT variable_value FROM %s_schema.global_status WHERE variable_name = 'innodb_row_lock_current_waits'",
	    server_is_mysql() ? "performance" : "information"));
}

static void of_two_in_a_deadlock_one_is_busy_and_wrote_nothing(void **state)
{
	struct contender second = { .db = rooms_open(0), .sql = &thing_add_one, .id = 1 };
	struct error err = { 0 };
	pthread_t thread;
	int rc;

	(void)state;
	rooms_begin(db);
	assert_int_equal(thing_write(db, &thing_add_one, 1, &err), 0);
	assert_int_equal(db_begin_write(second.db, &err), 0);
	assert_int_equal(thing_write(second.db, &thing_add_one, 2, &err), 0);
	assert_int_equal(pthread_create(&thread, NULL, contend, &second), 0);
	wait_until_one_waits();
	rc = thing_write(db, &thing_add_one, 2, &err);
	if (rc == 0) /* the other one is the victim */
		assert_int_equal(db_commit(db, &err), 0);
	else
		assert_int_equal(db_commit(db, &(struct error){ 0 }), -1);
	pthread_join(thread, NULL);
	assert_int_equal(rc + second.rc, -1); /* exactly one */
	assert_int_equal(rc ? err.kind : second.err.kind, ERROR_BUSY);
	assert_int_equal(rc ? err.code : second.err.code, 1213);
	assert_int_equal(db_commit(second.db, &second.err), second.rc);
	assert_string_equal(thing_numbers(), "1,1,0"); /* of one of them, whole */
	db_close(&second.db);
}

/* KILL QUERY leaves the transaction open at the server */
static void a_killed_statement_dooms_the_transaction(void **state)
{
	struct contender second = { .db = rooms_open(0), .sql = &thing_add_one, .id = 1 };
	struct error err = { 0 };
	pthread_t thread;

	(void)state;
	rooms_begin(db);
	assert_int_equal(thing_write(db, &thing_add_one, 1, &err), 0);
	assert_int_equal(db_begin_write(second.db, &err), 0);
	assert_int_equal(thing_write(second.db, &thing_add_one, 2, &err), 0);
	assert_int_equal(pthread_create(&thread, NULL, contend, &second), 0);
	wait_until_one_waits();
	admin("KILL QUERY %llu", (unsigned long long)db_server(second.db)->connection_id);
	pthread_join(thread, NULL);
	db_rollback(db);
	assert_int_equal(second.rc, -1);
	assert_int_equal(second.err.code, 1317);
	assert_int_equal(second.err.kind, ERROR_ERROR);
	assert_int_equal(db_commit(second.db, &second.err), -1);
	assert_string_equal(thing_numbers(), "0,0,0");
	assert_int_equal(db_begin_write(second.db, &err), 0); /* the connection itself is good */
	db_close(&second.db);
}

static void a_server_that_takes_no_writes_is_said_so(void **state)
{
	struct db *early = rooms_open(0), *late;
	struct error err = { 0 };
	int rc;

	(void)state;
	admin("SET GLOBAL read_only = 1");
	late = rooms_open(0);
	assert_true(db_server(late)->read_only);
	assert_int_equal(db_begin_write(late, &err), -1); /* it knew */
	assert_int_equal(err.kind, ERROR_REFUSED);
	assert_non_null(strstr(err.hint, "accepts writes"));
	assert_int_equal(db_begin_read(late, &err), 0);
	assert_int_equal(thing_number(late, 1), 0);
	error_clear(&err);
	rc = db_begin_write(early, &err); /* it could not know */
	if (rc == 0)
		rc = thing_write(early, &thing_add_one, 1, &err);
	admin("SET GLOBAL read_only = 0");
	assert_int_equal(rc, -1);
	assert_int_equal(err.kind, ERROR_REFUSED);
	assert_int_equal(err.code, 1290);
	assert_int_equal(db_commit(early, &err), -1);
	assert_string_equal(thing_numbers(), "0,0,0");
	db_close(&early);
	db_close(&late);
}

STATEMENT(wait_short, SQL_SESSION, "SET SESSION lock_wait_timeout = 1", 0, NULL);

/* The transaction is then gone, and not left open for the next one to commit. */
static void assert_rolled_back_at_commit(struct db *who, int code, enum error_kind kind)
{
	struct error err = { 0 };

	assert_int_equal(db_commit(who, &err), -1);
	assert_int_equal(err.code, code);
	assert_int_equal(err.kind, kind);
	assert_non_null(strstr(err.text, "the commit was rolled back by"));
	assert_string_equal(thing_numbers(), "0,0,0");
}

static void a_backup_that_holds_commits_back_is_busy(void **state)
{
	struct db *who = rooms_open(0);

	(void)state;
	assert_int_equal(db_session(who, &wait_short, &(struct error){ 0 }), 0);
	rooms_begin(who);
	assert_int_equal(thing_write(who, &thing_add_one, 1, &(struct error){ 0 }), 0);
	admin("FLUSH TABLES WITH READ LOCK");
	assert_rolled_back_at_commit(who, 1205, ERROR_BUSY);
	admin("UNLOCK TABLES");
	rooms_begin(who);
	db_rollback(who);
	assert_string_equal(thing_numbers(), "0,0,0");
	db_close(&who);
}

static void a_server_that_becomes_read_only_rolls_back(void **state)
{
	struct db *who = rooms_open(0);

	(void)state;
	rooms_begin(who);
	assert_int_equal(thing_write(who, &thing_add_one, 1, &(struct error){ 0 }), 0);
	admin("SET GLOBAL read_only = 1");
	assert_rolled_back_at_commit(who, 1290, ERROR_REFUSED);
	admin("SET GLOBAL read_only = 0");
	rooms_begin(who);
	db_rollback(who);
	assert_string_equal(thing_numbers(), "0,0,0");
	db_close(&who);
}

/* ---- named locks */

#define NAME "evac_rooms.host-a"

static bool takes(struct db *who, const char *name)
{
	struct error err = { 0 };
	bool got;

	if (db_lock(who, name, &got, &err) != 0)
		fail_msg("%s", err.text);
	return got;
}

static struct db_holder holder_of(const char *name)
{
	struct db_holder holder;
	struct error err = { 0 };

	if (db_lock_look(db, name, &holder, &err) != 0)
		fail_msg("%s", err.text);
	return holder;
}

static void a_named_lock_has_one_holder_who_is_known(void **state)
{
	struct db *first = rooms_open(0), *second = rooms_open(0);
	struct db_holder holder;

	(void)state;
	assert_false(holder_of(NAME).held);
	assert_true(takes(first, NAME));
	assert_false(takes(second, NAME)); /* and does not wait */
	assert_true(takes(second, "evac_rooms.host-b"));
	holder = holder_of(NAME);
	assert_true(holder.held);
	assert_true(holder.connection_id == db_server(first)->connection_id);
	assert_string_equal(holder.account, "rooms");
	assert_non_null(strstr(holder.client, "127.0.0.1"));
	db_close(&first);
	db_close(&second);
	assert_true(session_is_gone(holder.connection_id)); /* a router with a pool keeps it for seconds, with its locks */
}

static void a_named_lock_ends_with_its_connection(void **state)
{
	struct db *first = rooms_open(0), *second = rooms_open(0);
	uint64_t id = db_server(first)->connection_id;
	struct error err = { 0 };
	bool got = true;

	(void)state;
	assert_true(takes(first, NAME));
	db_close(&first);
	assert_true(session_is_gone(id));
	assert_false(holder_of(NAME).held);
	assert_true(takes(second, NAME));
	id = db_server(second)->connection_id;
	admin("KILL %llu", (unsigned long long)id);
	assert_true(session_is_gone(id));
	assert_true(takes(db, NAME));
	assert_int_equal(db_lock(second, NAME, &got, &err), -1); /* and the loser learns it */
	assert_false(got);
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
	db_close(&second);
	db_close(&db);
	db = rooms_open(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_lock_that_is_held_too_long_ends_all_of_the_transaction, fresh),
		cmocka_unit_test_setup(of_two_in_a_deadlock_one_is_busy_and_wrote_nothing, fresh),
		cmocka_unit_test_setup(a_killed_statement_dooms_the_transaction, fresh),
		cmocka_unit_test_setup(a_server_that_takes_no_writes_is_said_so, fresh),
		cmocka_unit_test_setup(a_backup_that_holds_commits_back_is_busy, fresh),
		cmocka_unit_test_setup(a_server_that_becomes_read_only_rolls_back, fresh),
		cmocka_unit_test_setup(a_named_lock_has_one_holder_who_is_known, fresh),
		cmocka_unit_test_setup(a_named_lock_ends_with_its_connection, fresh),
	};

	return cmocka_run_group_tests(tests, start, finish);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "rooms.h"

#include <stdio.h>
#include <stdlib.h>

#include "sql_catalogue.h"

/* Transactions: all or nothing, whatever goes wrong inside, and what a transaction sees. */

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
	volume_put("v1", OLD_HOST);
	volume_put("v2", OLD_HOST);
	admin("UPDATE evac_rooms.thing SET number = 0, name = NULL");
	return 0;
}

STATEMENT(no_column, SQL_WRITES, "UPDATE thing SET no_such_column = 1 WHERE id = ?", 1, "id");
STATEMENT(ignores, SQL_WRITES, "INSERT IGNORE INTO thing (id) VALUES (?)", 1, "id");
STATEMENT(add_one_here, SQL_WRITES, "UPDATE thing SET number = number + 1 WHERE id = ? AND CONNECTION_ID() = ?", 2, "id", "session");
STATEMENT(lock_at_once, SQL_READS, "SELECT t.number FROM thing AS t WHERE t.id = ? FOR UPDATE NOWAIT", 1, "id");
STATEMENT(insert, SQL_WRITES, "INSERT INTO thing (id) VALUES (?)", 1, "id");
STATEMENT(name_of, SQL_READS, "SELECT t.name AS number FROM thing AS t WHERE t.id = ?", 1, "id");

struct number_row {
	int64_t number;
};
static const struct db_shape number_shape = DB_SHAPE(struct number_row, DB_COLUMNS(struct number_row, number));

static void begin(void)
{
	rooms_begin(db);
}

/* ---- what is counted */

static void matched_counts_rows_that_were_found_changed_or_not(void **state)
{
	const struct db_param same[] = { p_str("id", "v1"), p_str("old_host", OLD_HOST), p_str("new_host", OLD_HOST),
		p_str("old_service_uuid", NULL), p_str("new_service_uuid", NULL), p_str("old_cluster_name", NULL), p_str("new_cluster_name", NULL), p_end };
	struct error err = { 0 };
	uint64_t matched;

	(void)state;
	begin();
	assert_int_equal(db_write(db, &SQL_CINDER_VOLUME_MOVE, same, &matched, &err), 0);
	assert_int_equal(matched, 1);
	assert_int_equal(db_write(db, &SQL_CINDER_VOLUME_MOVE, same, &matched, &err), 0); /* within the same second: nothing changes */
	assert_int_equal(matched, 1);
	assert_int_equal(volume_move(db, "v1", &matched, &err), 0);
	assert_int_equal(matched, 1);
	assert_int_equal(volume_move(db, "v1", &matched, &err), 0); /* is no longer at OLD_HOST */
	assert_int_equal(matched, 0);
	assert_int_equal(volume_move(db, "no-such", &matched, &err), 0);
	assert_int_equal(matched, 0);
	assert_int_equal(db_commit(db, &err), 0);
	assert_string_equal(volume_host("v1"), NEW_HOST);
}

static void a_move_compares_the_old_host_byte_for_byte(void **state)
{
	static const char *const near[] = { "N1@ceph#ceph", "n1@ceph#ceph ", "n1@ceph#cep_", "n1@ceph#c\xc3\xa9ph", "n1@ceph" };
	struct error err = { 0 };
	uint64_t matched;

	(void)state;
	begin();
	for (size_t i = 0; i < COUNT(near); i++) {
		const struct db_param params[] = { p_str("id", "v1"), p_str("old_host", near[i]), p_str("new_host", NEW_HOST),
			p_str("old_service_uuid", NULL), p_str("new_service_uuid", NULL), p_str("old_cluster_name", NULL), p_str("new_cluster_name", NULL), p_end };

		assert_int_equal(db_write(db, &SQL_CINDER_VOLUME_MOVE, params, &matched, &err), 0);
		assert_int_equal(matched, 0);
	}
	db_rollback(db);
	assert_string_equal(volume_host("v1"), OLD_HOST);
}

/* ---- doomed */

struct doom {
	const struct sql *sql;
	enum error_kind kind;
	int code;
};

static void a_transaction_with_a_failed_statement_can_never_commit(void **state)
{
	static const struct doom rows[] = {
		{ &no_column, ERROR_ERROR, 1054 }, /* when it is prepared */
		{ &insert, ERROR_ERROR, 1062 },    /* when it runs */
		{ &ignores, ERROR_ERROR, 0 },      /* the server only warns */
		{ &thing_number_of, ERROR_ERROR, 0 },    /* not a statement that writes */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err = { 0 };
		struct db_rows got;
		uint64_t matched;

		begin();
		assert_int_equal(thing_write(db, &thing_add_one, 1, &err), 0);
		assert_int_equal(thing_write(db, rows[i].sql, 2, &err), -1);
		assert_int_equal(err.kind, rows[i].kind);
		assert_int_equal(err.code, rows[i].code);
		error_clear(&err);
		assert_int_equal(thing_write(db, &thing_add_one, 3, &err), -1);
		assert_non_null(strstr(err.text, "already failed"));
		assert_int_equal(db_write_many(db, &thing_add_one, 0, NULL, NULL, NULL, &matched, &err), -1);
		assert_int_equal(db_read(db, &thing_number_of, (struct db_param[]){ p_int("id", 1), p_end }, &number_shape, &got, &err), -1);
		error_clear(&err);
		assert_int_equal(db_commit(db, &err), -1);
		assert_int_equal(err.kind, ERROR_ERROR); /* not unknown */
		assert_non_null(strstr(err.text, "nothing was written"));
		assert_int_equal(db_commit(db, &err), -1);
		assert_string_equal(thing_numbers(), "0,0,0");
	}
}

static void a_value_that_cannot_be_read_dooms_the_transaction(void **state)
{
	struct error err = { 0 };
	struct db_rows got;

	(void)state;
	admin("UPDATE evac_rooms.thing SET name = 'x' WHERE id = 1");
	begin();
	assert_int_equal(thing_write(db, &thing_add_one, 1, &err), 0);
	assert_int_equal(db_read(db, &name_of, (struct db_param[]){ p_int("id", 1), p_end }, &number_shape, &got, &err), -1);
	assert_int_equal(db_commit(db, &err), -1);
	assert_string_equal(thing_numbers(), "0,0,0");
}

static void the_next_transaction_starts_without_the_doom_or_the_rows_of_the_last(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin();
	assert_int_equal(thing_write(db, &thing_add_one, 1, &err), 0);
	assert_int_equal(thing_write(db, &no_column, 1, &err), -1);
	db_rollback(db);
	db_rollback(db); /* nothing twice */
	begin();
	assert_int_equal(thing_write(db, &thing_add_one, 2, &err), 0);
	assert_int_equal(db_commit(db, &err), 0);
	assert_string_equal(thing_numbers(), "0,1,0");
}

/* START TRANSACTION commits what is open without a word */
static void beginning_again_never_commits_what_is_open(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin();
	assert_int_equal(thing_write(db, &thing_add_one, 1, &err), 0);
	assert_int_equal(db_begin_write(db, &err), -1);
	assert_non_null(strstr(err.text, "already"));
	assert_string_equal(thing_numbers(), "0,0,0");
	assert_int_equal(db_commit(db, &err), -1);
	begin();
	assert_int_equal(thing_write(db, &thing_add_one, 1, &err), 0);
	assert_int_equal(thing_write(db, &no_column, 1, &err), -1);
	assert_int_equal(db_begin_write(db, &err), -1);
	assert_string_equal(thing_numbers(), "0,0,0");
	begin();
	assert_int_equal(thing_write(db, &thing_add_one, 1, &err), 0);
	assert_int_equal(db_begin_read(db, &err), -1);
	assert_string_equal(thing_numbers(), "0,0,0");
	db_end_read(db);
	assert_int_equal(db_commit(db, &err), -1);
	assert_string_equal(thing_numbers(), "0,0,0");
}

static void a_write_may_follow_a_read_that_nobody_ended(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(db_begin_read(db, &err), 0);
	assert_int_equal(thing_number(db, 1), 0);
	begin();
	assert_int_equal(thing_write(db, &thing_add_one, 1, &err), 0);
	db_end_read(db); /* ends no write */
	assert_int_equal(db_commit(db, &err), 0);
	assert_string_equal(thing_numbers(), "1,0,0");
}

/* ---- the next one begun by the COMMIT of this one */

static void commit_and_begin_after(int64_t id)
{
	struct error err = { 0 };

	begin();
	assert_int_equal(thing_write(db, &thing_add_one, id, &err), 0);
	assert_int_equal(db_commit_and_begin(db, &err), 0);
}

static void a_commit_that_begins_the_next_one_has_committed(void **state)
{
	struct error err = { 0 };

	(void)state;
	commit_and_begin_after(1);
	assert_string_equal(thing_numbers(), "1,0,0");
	begin();
	assert_int_equal(thing_write(db, &thing_add_one, 2, &err), 0);
	assert_string_equal(thing_numbers(), "1,0,0"); /* it is a transaction, though nobody has said so to the server */
	db_rollback(db);
	assert_string_equal(thing_numbers(), "1,0,0");
	commit_and_begin_after(2);
	begin();
	assert_int_equal(thing_write(db, &thing_add_one, 3, &err), 0);
	assert_int_equal(db_commit(db, &err), 0);
	assert_string_equal(thing_numbers(), "1,1,1");
}

static void what_was_begun_ahead_is_no_transaction_of_anybodys(void **state)
{
	struct error err = { 0 };

	(void)state;
	commit_and_begin_after(1);
	assert_int_equal(thing_write(db, &thing_add_one, 2, &err), -1);
	assert_non_null(strstr(err.text, "outside of a transaction"));
	commit_and_begin_after(1);
	assert_int_equal(db_commit(db, &err), -1);
	commit_and_begin_after(1);
	assert_int_equal(db_begin_read(db, &err), 0); /* one snapshot, and not what was begun */
	admin("UPDATE evac_rooms.thing SET number = 7");
	assert_int_equal(thing_number(db, 1), 3);
	db_end_read(db);
	commit_and_begin_after(1);
	db_rollback(db);
	assert_int_equal(thing_write(db, &thing_add_one, 2, &err), -1);
	db_rollback(db);
	assert_string_equal(thing_numbers(), "8,7,7");
}

static void a_read_that_fails_meanwhile_dooms_no_later_transaction(void **state)
{
	struct error err = { 0 };
	struct db_rows got;

	(void)state;
	admin("UPDATE evac_rooms.thing SET name = 'x' WHERE id = 1");
	commit_and_begin_after(1);
	assert_int_equal(db_read(db, &name_of, (struct db_param[]){ p_int("id", 1), p_end }, &number_shape, &got, &err), -1);
	begin();
	assert_int_equal(thing_write(db, &thing_add_one, 2, &err), 0);
	assert_int_equal(db_commit(db, &err), 0);
	assert_string_equal(thing_numbers(), "1,1,0");
}

static void a_session_that_ended_meanwhile_writes_nothing(void **state)
{
	struct error err = { 0 };

	(void)state;
	commit_and_begin_after(1);
	admin("KILL %llu", (unsigned long long)db_server(db)->connection_id);
	assert_true(session_is_gone(db_server(db)->connection_id));
	begin(); /* by the server's last word */
	assert_int_equal(thing_write(db, &thing_add_one, 2, &err), -1);
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
	db_rollback(db);
	assert_string_equal(thing_numbers(), "1,0,0");
	db_close(&db);
	db = rooms_open(0);
}

static void another_session_than_the_one_before_is_told_and_writes_nothing(void **state)
{
	const struct maybe_int none = { 0 };
	struct error err = { 0 };
	int64_t own;

	(void)state;
	for (int i = 0; i < 2; i++) {
		error_clear(&err);
		commit_and_begin_after(1);
		begin();
		own = db_transaction_session(db);
		assert_int_equal(own, (int64_t)db_server(db)->connection_id);
		assert_int_equal(db_transaction_seen(db, own + !i, i ? none : (struct maybe_int){ true, own + 1 }, &err), -1);
		assert_non_null(strstr(err.text, "a proxy in between shares sessions"));
		assert_int_equal(thing_write(db, &thing_add_one, 2, &err), -1);
		db_rollback(db);
	}
	assert_string_equal(thing_numbers(), "2,0,0");
}

/* To another session, as it is now. */
static bool is_free(int64_t id)
{
	struct db *other = rooms_open(0);
	struct error err = { 0 };
	struct db_rows got;
	bool free;

	rooms_begin(other);
	free = db_read(other, &lock_at_once, (struct db_param[]){ p_int("id", id), p_end }, &number_shape, &got, &err) == 0;
	assert_true(free || err.kind == ERROR_BUSY);
	db_rows_free(&got);
	db_rollback(other);
	db_close(&other);
	return free;
}

static void lock_thing(int64_t id)
{
	struct error err = { 0 };
	struct db_rows got;

	assert_int_equal(db_read(db, &lock_at_once, (struct db_param[]){ p_int("id", id), p_end }, &number_shape, &got, &err), 0);
	db_rows_free(&got);
}

static void one_that_is_put_off_keeps_its_rows_for_who_takes_it_over(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin();
	lock_thing(2);
	db_put_off(db);
	assert_true(db_has_begun_ahead(db));
	assert_int_equal(thing_write(db, &thing_add_one, 2, &err), -1); /* it is nobody's now */
	assert_false(is_free(2));
	assert_true(is_free(3));
	begin();
	assert_int_equal(thing_write(db, &thing_add_one, 2, &err), 0);
	assert_int_equal(db_commit(db, &err), 0);
	assert_string_equal(thing_numbers(), "0,1,0");
	begin();
	lock_thing(2);
	db_put_off(db);
	db_rollback(db);
	assert_false(db_has_begun_ahead(db));
	assert_true(is_free(2));
}

static int add_one_in(int64_t session, int64_t id, uint64_t *matched, struct error *err)
{
	return db_write(db, &add_one_here, (struct db_param[]){ p_int("id", id), p_int("session", session), p_end }, matched, err);
}

static void a_write_bound_to_its_session_finds_nothing_in_another(void **state)
{
	struct error err = { 0 };
	uint64_t matched;

	(void)state;
	begin();
	assert_int_equal(add_one_in(db_transaction_session(db), 1, &matched, &err), 0);
	assert_int_equal(matched, 1);
	assert_int_equal(db_commit(db, &err), 0);
	begin();
	assert_int_equal(add_one_in(db_transaction_session(db) + 1, 2, &matched, &err), 0);
	assert_int_equal(matched, 0);
	assert_int_equal(db_commit(db, &err), 0); /* which asks for itself */
	assert_string_equal(thing_numbers(), "1,0,0");
}

/* ---- reads */

static void a_read_transaction_sees_one_moment(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(db_begin_read(db, &err), 0);
	admin("UPDATE evac_rooms.thing SET number = 7"); /* before the first read, after the beginning */
	assert_int_equal(thing_number(db, 1), 0);
	admin("UPDATE evac_rooms.thing SET number = 8");
	assert_int_equal(thing_number(db, 1), 0);
	assert_int_equal(thing_number(db, 2), 0);
	db_end_read(db);
	assert_int_equal(thing_number(db, 1), 8);
	db_end_read(db);
}

/* The plan's second look must see what others did since the transaction began. */
static void a_write_transaction_sees_what_is_committed_now(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin();
	assert_int_equal(thing_number(db, 1), 0);
	admin("UPDATE evac_rooms.thing SET number = 5 WHERE id = 1");
	assert_int_equal(thing_number(db, 1), 5);
	db_rollback(db);
	assert_int_equal(db_begin_read(db, &err), 0); /* and a read after it is one snapshot again */
	admin("UPDATE evac_rooms.thing SET number = 6 WHERE id = 1");
	assert_int_equal(thing_number(db, 1), 5);
	db_end_read(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(matched_counts_rows_that_were_found_changed_or_not, fresh),
		cmocka_unit_test_setup(a_move_compares_the_old_host_byte_for_byte, fresh),
		cmocka_unit_test_setup(a_transaction_with_a_failed_statement_can_never_commit, fresh),
		cmocka_unit_test_setup(a_value_that_cannot_be_read_dooms_the_transaction, fresh),
		cmocka_unit_test_setup(the_next_transaction_starts_without_the_doom_or_the_rows_of_the_last, fresh),
		cmocka_unit_test_setup(beginning_again_never_commits_what_is_open, fresh),
		cmocka_unit_test_setup(a_write_may_follow_a_read_that_nobody_ended, fresh),
		cmocka_unit_test_setup(a_commit_that_begins_the_next_one_has_committed, fresh),
		cmocka_unit_test_setup(what_was_begun_ahead_is_no_transaction_of_anybodys, fresh),
		cmocka_unit_test_setup(a_read_that_fails_meanwhile_dooms_no_later_transaction, fresh),
		cmocka_unit_test_setup(a_session_that_ended_meanwhile_writes_nothing, fresh),
		cmocka_unit_test_setup(another_session_than_the_one_before_is_told_and_writes_nothing, fresh),
		cmocka_unit_test_setup(one_that_is_put_off_keeps_its_rows_for_who_takes_it_over, fresh),
		cmocka_unit_test_setup(a_write_bound_to_its_session_finds_nothing_in_another, fresh),
		cmocka_unit_test_setup(a_read_transaction_sees_one_moment, fresh),
		cmocka_unit_test_setup(a_write_transaction_sees_what_is_committed_now, fresh),
	};

	return cmocka_run_group_tests(tests, start, finish);
}

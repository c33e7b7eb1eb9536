/* SPDX-License-Identifier: Apache-2.0 */
#include "rooms.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "sql_catalogue.h"
#include "util/mem.h"

/* Transactions: all or nothing, whatever goes wrong inside, and who waits for whom. */

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

STATEMENT(add_one, SQL_WRITES, "UPDATE thing SET number = number + 1 WHERE id = ?", 1, "id");
STATEMENT(add_one_soon, SQL_WRITES,
    "SET STATEMENT innodb_lock_wait_timeout = 1 FOR UPDATE thing SET number = number + 1 WHERE id = ?", 1, "id");
STATEMENT(no_column, SQL_WRITES, "UPDATE thing SET no_such_column = 1 WHERE id = ?", 1, "id");
STATEMENT(ignores, SQL_WRITES, "INSERT IGNORE INTO thing (id) VALUES (?)", 1, "id");
STATEMENT(insert, SQL_WRITES, "INSERT INTO thing (id) VALUES (?)", 1, "id");
STATEMENT(set_name, SQL_WRITES, "UPDATE thing SET name = ? WHERE id = ?", 2, "name", "id");
STATEMENT(number_of, SQL_READS, "SELECT t.number FROM thing AS t WHERE t.id = ?", 1, "id");
STATEMENT(name_of, SQL_READS, "SELECT t.name AS number FROM thing AS t WHERE t.id = ?", 1, "id");

struct number_row {
	int64_t number;
};
static const struct db_column number_columns[] = { DB_COLUMN(struct number_row, number) };
static const struct db_shape number_shape = DB_SHAPE(struct number_row, number_columns);

static int write_id(struct db *on, const struct sql *sql, int64_t id, struct error *err)
{
	uint64_t matched;

	return db_write(on, sql, (struct db_param[]){ p_int("id", id), p_end }, &matched, err);
}

static int64_t read_number(struct db *on, int64_t id)
{
	struct error err = { 0 };
	struct db_rows rows;
	int64_t number;

	if (db_read(on, &number_of, (struct db_param[]){ p_int("id", id), p_end }, &number_shape, &rows, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(rows.n, 1);
	number = ((struct number_row *)rows.v)->number;
	db_rows_free(&rows);
	return number;
}

static const char *numbers(void)
{
	return admin_value("SELECT GROUP_CONCAT(number ORDER BY id) FROM evac_rooms.thing WHERE id <= 3");
}

static void begin(void)
{
	struct error err = { 0 };

	if (db_begin_write(db, &err) != 0)
		fail_msg("%s", err.text);
}

/* ---- what is counted */

static void matched_counts_rows_that_were_found_changed_or_not(void **state)
{
	const struct db_param same[] = { p_str("id", "v1"), p_str("old_host", OLD_HOST), p_str("new_host", OLD_HOST),
		p_str("old_service_uuid", NULL), p_str("new_service_uuid", NULL), p_end };
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
			p_str("old_service_uuid", NULL), p_str("new_service_uuid", NULL), p_end };

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
		{ &number_of, ERROR_ERROR, 0 },    /* not a statement that writes */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err = { 0 };
		struct db_rows got;
		uint64_t matched;

		begin();
		assert_int_equal(write_id(db, &add_one, 1, &err), 0);
		assert_int_equal(write_id(db, rows[i].sql, 2, &err), -1);
		assert_int_equal(err.kind, rows[i].kind);
		assert_int_equal(err.code, rows[i].code);
		error_clear(&err);
		assert_int_equal(write_id(db, &add_one, 3, &err), -1);
		assert_non_null(strstr(err.text, "already failed"));
		assert_int_equal(db_write_many(db, &add_one, 0, NULL, NULL, NULL, &matched, &err), -1);
		assert_int_equal(db_read(db, &number_of, (struct db_param[]){ p_int("id", 1), p_end }, &number_shape, &got, &err), -1);
		error_clear(&err);
		assert_int_equal(db_commit(db, &err), -1);
		assert_int_equal(err.kind, ERROR_ERROR); /* not unknown */
		assert_non_null(strstr(err.text, "nothing was written"));
		assert_int_equal(db_commit(db, &err), -1);
		assert_string_equal(numbers(), "0,0,0");
	}
}

static void a_value_that_cannot_be_read_dooms_the_transaction(void **state)
{
	struct error err = { 0 };
	struct db_rows got;

	(void)state;
	admin("UPDATE evac_rooms.thing SET name = 'x' WHERE id = 1");
	begin();
	assert_int_equal(write_id(db, &add_one, 1, &err), 0);
	assert_int_equal(db_read(db, &name_of, (struct db_param[]){ p_int("id", 1), p_end }, &number_shape, &got, &err), -1);
	assert_int_equal(db_commit(db, &err), -1);
	assert_string_equal(numbers(), "0,0,0");
}

static void the_next_transaction_starts_without_the_doom_or_the_rows_of_the_last(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin();
	assert_int_equal(write_id(db, &add_one, 1, &err), 0);
	assert_int_equal(write_id(db, &no_column, 1, &err), -1);
	db_rollback(db);
	db_rollback(db); /* nothing twice */
	begin();
	assert_int_equal(write_id(db, &add_one, 2, &err), 0);
	assert_int_equal(db_commit(db, &err), 0);
	assert_string_equal(numbers(), "0,1,0");
}

/* START TRANSACTION commits what is open without a word */
static void beginning_again_never_commits_what_is_open(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin();
	assert_int_equal(write_id(db, &add_one, 1, &err), 0);
	assert_int_equal(db_begin_write(db, &err), -1);
	assert_non_null(strstr(err.text, "already"));
	assert_string_equal(numbers(), "0,0,0");
	assert_int_equal(db_commit(db, &err), -1);
	begin();
	assert_int_equal(write_id(db, &add_one, 1, &err), 0);
	assert_int_equal(write_id(db, &no_column, 1, &err), -1);
	assert_int_equal(db_begin_write(db, &err), -1);
	assert_string_equal(numbers(), "0,0,0");
	begin();
	assert_int_equal(write_id(db, &add_one, 1, &err), 0);
	assert_int_equal(db_begin_read(db, &err), -1);
	assert_string_equal(numbers(), "0,0,0");
	db_end_read(db);
	assert_int_equal(db_commit(db, &err), -1);
	assert_string_equal(numbers(), "0,0,0");
}

static void a_write_may_follow_a_read_that_nobody_ended(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(db_begin_read(db, &err), 0);
	assert_int_equal(read_number(db, 1), 0);
	begin();
	assert_int_equal(write_id(db, &add_one, 1, &err), 0);
	db_end_read(db); /* ends no write */
	assert_int_equal(db_commit(db, &err), 0);
	assert_string_equal(numbers(), "1,0,0");
}

/* ---- reads */

static void a_read_transaction_sees_one_moment(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(db_begin_read(db, &err), 0);
	admin("UPDATE evac_rooms.thing SET number = 7"); /* before the first read, after the beginning */
	assert_int_equal(read_number(db, 1), 0);
	admin("UPDATE evac_rooms.thing SET number = 8");
	assert_int_equal(read_number(db, 1), 0);
	assert_int_equal(read_number(db, 2), 0);
	db_end_read(db);
	assert_int_equal(read_number(db, 1), 8);
	db_end_read(db);
}

/* The plan's second look must see what others did since the transaction began. */
static void a_write_transaction_sees_what_is_committed_now(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin();
	assert_int_equal(read_number(db, 1), 0);
	admin("UPDATE evac_rooms.thing SET number = 5 WHERE id = 1");
	assert_int_equal(read_number(db, 1), 5);
	db_rollback(db);
	assert_int_equal(db_begin_read(db, &err), 0); /* and a read after it is one snapshot again */
	admin("UPDATE evac_rooms.thing SET number = 6 WHERE id = 1");
	assert_int_equal(read_number(db, 1), 5);
	db_end_read(db);
}

/* ---- others */

static void a_lock_that_is_held_too_long_ends_all_of_the_transaction(void **state)
{
	struct db *other = rooms_open(0);
	struct error err = { 0 };

	(void)state;
	assert_int_equal(db_begin_write(other, &err), 0);
	assert_int_equal(write_id(other, &add_one, 2, &err), 0);
	begin();
	assert_int_equal(write_id(db, &add_one, 1, &err), 0);
	assert_int_equal(write_id(db, &add_one_soon, 2, &err), -1); /* the server would keep and commit the first half */
	assert_int_equal(err.kind, ERROR_BUSY);
	assert_int_equal(err.code, 1205);
	assert_non_null(strstr(err.hint, "SHOW PROCESSLIST"));
	assert_int_equal(db_commit(db, &err), -1);
	assert_int_equal(db_commit(other, &err), 0);
	assert_string_equal(numbers(), "0,1,0");
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

	c->rc = write_id(c->db, c->sql, c->id, &c->err);
	return NULL;
}

/* innodb_trx is a copy that is not made anew while somebody keeps asking */
static void wait_until_one_waits(void)
{
	assert_true(admin_sees("1", "SELECT variable_value FROM information_schema.global_status WHERE variable_name ="
	                            " 'innodb_row_lock_current_waits'"));
}

static void of_two_in_a_deadlock_one_is_busy_and_wrote_nothing(void **state)
{
	struct contender second = { .db = rooms_open(0), .sql = &add_one, .id = 1 };
	struct error err = { 0 };
	pthread_t thread;
	int rc;

	(void)state;
	begin();
	assert_int_equal(write_id(db, &add_one, 1, &err), 0);
	assert_int_equal(db_begin_write(second.db, &err), 0);
	assert_int_equal(write_id(second.db, &add_one, 2, &err), 0);
	assert_int_equal(pthread_create(&thread, NULL, contend, &second), 0);
	wait_until_one_waits();
	rc = write_id(db, &add_one, 2, &err);
	if (rc == 0) /* the other one is the victim */
		assert_int_equal(db_commit(db, &err), 0);
	else
		assert_int_equal(db_commit(db, &(struct error){ 0 }), -1);
	pthread_join(thread, NULL);
	assert_int_equal(rc + second.rc, -1); /* exactly one */
	assert_int_equal(rc ? err.kind : second.err.kind, ERROR_BUSY);
	assert_int_equal(rc ? err.code : second.err.code, 1213);
	assert_int_equal(db_commit(second.db, &second.err), second.rc);
	assert_string_equal(numbers(), "1,1,0"); /* of one of them, whole */
	db_close(&second.db);
}

/* KILL QUERY leaves the transaction open at the server */
static void a_killed_statement_dooms_the_transaction(void **state)
{
	struct contender second = { .db = rooms_open(0), .sql = &add_one, .id = 1 };
	struct error err = { 0 };
	pthread_t thread;

	(void)state;
	begin();
	assert_int_equal(write_id(db, &add_one, 1, &err), 0);
	assert_int_equal(db_begin_write(second.db, &err), 0);
	assert_int_equal(write_id(second.db, &add_one, 2, &err), 0);
	assert_int_equal(pthread_create(&thread, NULL, contend, &second), 0);
	wait_until_one_waits();
	admin("KILL QUERY %llu", (unsigned long long)db_server(second.db)->connection_id);
	pthread_join(thread, NULL);
	db_rollback(db);
	assert_int_equal(second.rc, -1);
	assert_int_equal(second.err.code, 1317);
	assert_int_equal(second.err.kind, ERROR_ERROR);
	assert_int_equal(db_commit(second.db, &second.err), -1);
	assert_string_equal(numbers(), "0,0,0");
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
	assert_non_null(strstr(err.hint, "takes writes"));
	assert_int_equal(db_begin_read(late, &err), 0);
	assert_int_equal(read_number(late, 1), 0);
	error_clear(&err);
	rc = db_begin_write(early, &err); /* it could not know */
	if (rc == 0)
		rc = write_id(early, &add_one, 1, &err);
	admin("SET GLOBAL read_only = 0");
	assert_int_equal(rc, -1);
	assert_int_equal(err.kind, ERROR_REFUSED);
	assert_int_equal(err.code, 1290);
	assert_int_equal(db_commit(early, &err), -1);
	assert_string_equal(numbers(), "0,0,0");
	db_close(&early);
	db_close(&late);
}

/* ---- many rows at once */

#define MANY 12345 /* more than two round trips of 5,000 */

struct move {
	const char (*id)[16];
	const char *const *service; /* of row i % 2 */
};

static void fill(const void *ctx, size_t i, struct db_param *params)
{
	const struct move *m = ctx;

	params[0] = p_str("id", m->id[i]);
	params[1] = p_str("old_host", OLD_HOST);
	params[2] = p_str("new_host", NEW_HOST);
	params[3] = p_str("old_service_uuid", m->service[i % 2]);
	params[4] = p_str("new_service_uuid", m->service[(i + 1) % 2]);
}

static const char *const services[] = { NULL, "service-a" };
static char ids[MANY][16];

static struct db_param *names(struct db_param params[6])
{
	static const char *const name[] = { "id", "old_host", "new_host", "old_service_uuid", "new_service_uuid" };

	for (size_t i = 0; i < COUNT(name); i++)
		params[i] = p_str(name[i], NULL);
	params[5] = p_end;
	return params;
}

static int many_volumes(void **state)
{
	(void)state;
	db_rollback(db);
	for (int i = 0; i < MANY; i++)
		snprintf(ids[i], sizeof ids[i], "m%05d", i + 1);
	admin("DELETE FROM evac_rooms.volumes");
	admin("INSERT INTO evac_rooms.volumes (id, host, service_uuid, deleted, size, volume_type_id)"
	      " SELECT CONCAT('m', LPAD(seq, 5, '0')), '" OLD_HOST "', IF(seq %% 2, NULL, 'service-a'), 0, 1, 't' FROM evac_rooms.seq_1_to_%d", MANY);
	return 0;
}

static const char *moved(void)
{
	return admin_value("SELECT COUNT(*) FROM evac_rooms.volumes WHERE BINARY host = '" NEW_HOST "'");
}

static void an_array_of_rows_is_written_whole_and_counted(void **state)
{
	const struct move move = { (const char (*)[16])ids, services };
	struct db_param params[6];
	struct error err = { 0 };
	uint64_t matched;

	(void)state;
	begin();
	if (db_write_many(db, &SQL_CINDER_VOLUME_MOVE, MANY, fill, &move, names(params), &matched, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(matched, MANY);
	assert_string_equal(moved(), "0"); /* not before the commit */
	assert_int_equal(db_commit(db, &err), 0);
	assert_string_equal(moved(), "12345");
	/* every row has the other's service now, NULL where a text was */
	assert_string_equal(admin_value("SELECT COUNT(*) FROM evac_rooms.volumes WHERE service_uuid <=> IF(SUBSTR(id, 2) %% 2, 'service-a',"
	                                " NULL)"),
	    "12345");
}

static void rows_that_others_changed_are_missing_from_the_count(void **state)
{
	const struct move move = { (const char (*)[16])ids, services };
	struct db_param params[6];
	struct error err = { 0 };
	uint64_t matched;

	(void)state;
	/* in the first, the middle and the last trip: another host, another service, another case */
	admin("UPDATE evac_rooms.volumes SET host = 'n9@ceph#ceph' WHERE id = 'm00001'");
	admin("UPDATE evac_rooms.volumes SET service_uuid = 'service-b' WHERE id = 'm07000'");
	admin("UPDATE evac_rooms.volumes SET host = UPPER(host) WHERE id = 'm12345'");
	begin();
	assert_int_equal(db_write_many(db, &SQL_CINDER_VOLUME_MOVE, MANY, fill, &move, names(params), &matched, &err), 0);
	assert_int_equal(matched, MANY - 3);
	db_rollback(db);
	assert_string_equal(moved(), "0");
}

static void one_bad_row_of_an_array_dooms_all(void **state)
{
	const struct move move = { (const char (*)[16])ids, services };
	struct db_param params[6];
	struct error err = { 0 };
	uint64_t matched;

	(void)state;
	admin("ALTER TABLE evac_rooms.volumes ADD CONSTRAINT no_7000 CHECK (id <> 'm07000' OR host = '" OLD_HOST "')");
	begin();
	assert_int_equal(db_write_many(db, &SQL_CINDER_VOLUME_MOVE, MANY, fill, &move, names(params), &matched, &err), -1);
	assert_int_equal(err.kind, ERROR_ERROR);
	assert_int_equal(err.code, 4025);
	assert_int_equal(db_commit(db, &err), -1);
	admin("ALTER TABLE evac_rooms.volumes DROP CONSTRAINT no_7000");
	assert_string_equal(moved(), "0");
}

static void few_rows_and_one_row_after_many_are_right_too(void **state)
{
	const struct move move = { (const char (*)[16])ids, services };
	static const size_t sizes[] = { 2, 1, 3, 5000, 1, 5001 };
	struct db_param params[6];
	struct error err = { 0 };
	uint64_t matched;

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		begin();
		assert_int_equal(db_write_many(db, &SQL_CINDER_VOLUME_MOVE, sizes[i], fill, &move, names(params), &matched, &err), 0);
		assert_int_equal(matched, sizes[i]);
		db_rollback(db);
		begin(); /* the same prepared statement, one row */
		assert_int_equal(volume_move(db, "m00001", &matched, &err), 0);
		assert_int_equal(matched, 1);
		db_rollback(db);
	}
	begin();
	assert_int_equal(db_write_many(db, &SQL_CINDER_VOLUME_MOVE, 0, fill, &move, names(params), &matched, &err), 0);
	assert_int_equal(matched, 0);
	assert_int_equal(db_commit(db, &err), 0);
}

static void fill_numbers(const void *ctx, size_t i, struct db_param *params)
{
	(void)ctx;
	params[0] = p_str("name", i % 2 ? "odd" : NULL);
	params[1] = p_int("id", (int64_t)i + 1);
}

static void numbers_and_null_go_into_an_array(void **state)
{
	struct db_param params[] = { p_str("name", NULL), p_int("id", 0), p_end };
	struct error err = { 0 };
	uint64_t matched;

	(void)state;
	admin("UPDATE evac_rooms.thing SET name = 'before'");
	begin();
	assert_int_equal(db_write_many(db, &set_name, 3, fill_numbers, NULL, params, &matched, &err), 0);
	assert_int_equal(matched, 3);
	assert_int_equal(db_commit(db, &err), 0);
	assert_string_equal(admin_value("SELECT GROUP_CONCAT(COALESCE(name, '-') ORDER BY id) FROM evac_rooms.thing"), "-,odd,-");
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
		cmocka_unit_test_setup(a_read_transaction_sees_one_moment, fresh),
		cmocka_unit_test_setup(a_write_transaction_sees_what_is_committed_now, fresh),
		cmocka_unit_test_setup(a_lock_that_is_held_too_long_ends_all_of_the_transaction, fresh),
		cmocka_unit_test_setup(of_two_in_a_deadlock_one_is_busy_and_wrote_nothing, fresh),
		cmocka_unit_test_setup(a_killed_statement_dooms_the_transaction, fresh),
		cmocka_unit_test_setup(a_server_that_takes_no_writes_is_said_so, fresh),
		cmocka_unit_test_setup(an_array_of_rows_is_written_whole_and_counted, many_volumes),
		cmocka_unit_test_setup(rows_that_others_changed_are_missing_from_the_count, many_volumes),
		cmocka_unit_test_setup(one_bad_row_of_an_array_dooms_all, many_volumes),
		cmocka_unit_test_setup(few_rows_and_one_row_after_many_are_right_too, many_volumes),
		cmocka_unit_test_setup(numbers_and_null_go_into_an_array, fresh),
	};

	return cmocka_run_group_tests(tests, start, finish);
}

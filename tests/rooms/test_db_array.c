/* SPDX-License-Identifier: Apache-2.0 */
#include "rooms.h"

#include <stdio.h>
#include <stdlib.h>

#include "sql_catalogue.h"

/* One statement over an array of rows: all of them, none of them, and counted over all round trips. */

STATEMENT(set_name, SQL_WRITES, "UPDATE thing SET name = ? WHERE id = ?", 2, "name", "id");

static struct db *db;

static int start(void **state)
{
	rooms_make(state);
	db = rooms_open(0);
	return 0;
}

static int finish(void **state)
{
	db_close(&db);
	return rooms_remove(state);
}

#define DIGITS \
	" UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5" \
	" UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9"
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
	params[5] = p_str("old_cluster_name", NULL);
	params[6] = p_str("new_cluster_name", NULL);
}

static const char *const services[] = { NULL, "service-a" };
static char ids[MANY][16];

static struct db_param *names(struct db_param params[8])
{
	static const char *const name[] = { "id", "old_host", "new_host", "old_service_uuid", "new_service_uuid",
		"old_cluster_name", "new_cluster_name" };

	for (size_t i = 0; i < COUNT(name); i++)
		params[i] = p_str(name[i], NULL);
	params[7] = p_end;
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
	      " WITH d AS (SELECT 0 AS n" DIGITS
	      "), s AS (SELECT 1 + a.n + 10 * b.n + 100 * c.n + 1000 * e.n + 10000 * f.n AS seq"
	      " FROM d AS a, d AS b, d AS c, d AS e, d AS f)"
	      " SELECT CONCAT('m', LPAD(seq, 5, '0')), '" OLD_HOST
	      "', IF(seq %% 2, NULL, 'service-a'), 0, 1, 't' FROM s WHERE seq <= %d",
	    MANY);
	return 0;
}

static const char *moved(void)
{
	return admin_value("SELECT COUNT(*) FROM evac_rooms.volumes WHERE BINARY host = '" NEW_HOST "'");
}

static void an_array_of_rows_is_written_whole_and_counted(void **state)
{
	const struct move move = { (const char(*)[16])ids, services };
	struct db_param params[8];
	struct error err = { 0 };
	uint64_t matched;

	(void)state;
	rooms_begin(db);
	if (db_write_many(db, &SQL_CINDER_VOLUME_MOVE, MANY, fill, &move, names(params), &matched, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(matched, MANY);
	assert_string_equal(moved(), "0"); /* not before the commit */
	assert_int_equal(db_commit(db, &err), 0);
	assert_string_equal(moved(), "12345");
	/* every row has the other's service now, NULL where a text was */
	assert_string_equal(
	    admin_value("SELECT COUNT(*) FROM evac_rooms.volumes WHERE service_uuid <=> IF(SUBSTR(id, 2) %% 2, 'service-a',"
			" NULL)"),
	    "12345");
}

static void rows_that_others_changed_are_missing_from_the_count(void **state)
{
	const struct move move = { (const char(*)[16])ids, services };
	struct db_param params[8];
	struct error err = { 0 };
	uint64_t matched;

	(void)state;
	/* in the first, the middle and the last trip: another host, another service, another case */
	admin("UPDATE evac_rooms.volumes SET host = 'n9@ceph#ceph' WHERE id = 'm00001'");
	admin("UPDATE evac_rooms.volumes SET service_uuid = 'service-b' WHERE id = 'm07000'");
	admin("UPDATE evac_rooms.volumes SET host = UPPER(host) WHERE id = 'm12345'");
	rooms_begin(db);
	assert_int_equal(db_write_many(db, &SQL_CINDER_VOLUME_MOVE, MANY, fill, &move, names(params), &matched, &err), 0);
	assert_int_equal(matched, MANY - 3);
	db_rollback(db);
	assert_string_equal(moved(), "0");
}

static void one_bad_row_of_an_array_dooms_all(void **state)
{
	const struct move move = { (const char(*)[16])ids, services };
	struct db_param params[8];
	struct error err = { 0 };
	uint64_t matched;

	(void)state;
	admin("ALTER TABLE evac_rooms.volumes ADD CONSTRAINT no_7000 CHECK (id <> 'm07000' OR host = '" OLD_HOST "')");
	rooms_begin(db);
	assert_int_equal(db_write_many(db, &SQL_CINDER_VOLUME_MOVE, MANY, fill, &move, names(params), &matched, &err), -1);
	assert_int_equal(err.kind, ERROR_ERROR);
	assert_int_equal(err.code, server_is_mysql() ? 3819 : 4025);
	assert_int_equal(db_commit(db, &err), -1);
	admin("ALTER TABLE evac_rooms.volumes DROP CONSTRAINT no_7000");
	assert_string_equal(moved(), "0");
}

static void few_rows_and_one_row_after_many_are_right_too(void **state)
{
	const struct move move = { (const char(*)[16])ids, services };
	static const size_t sizes[] = { 2, 1, 3, 5000, 1, 5001 };
	struct db_param params[8];
	struct error err = { 0 };
	uint64_t matched;

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		rooms_begin(db);
		assert_int_equal(db_write_many(db, &SQL_CINDER_VOLUME_MOVE, sizes[i], fill, &move, names(params), &matched,
				     &err),
		    0);
		assert_int_equal(matched, sizes[i]);
		db_rollback(db);
		rooms_begin(db); /* the same prepared statement, one row */
		assert_int_equal(volume_move(db, "m00001", &matched, &err), 0);
		assert_int_equal(matched, 1);
		db_rollback(db);
	}
	rooms_begin(db);
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
	admin("INSERT INTO evac_rooms.thing (id, name) VALUES (1, 'before'), (2, 'before'), (3, 'before')");
	rooms_begin(db);
	assert_int_equal(db_write_many(db, &set_name, 3, fill_numbers, NULL, params, &matched, &err), 0);
	assert_int_equal(matched, 3);
	assert_int_equal(db_commit(db, &err), 0);
	assert_string_equal(admin_value("SELECT GROUP_CONCAT(COALESCE(name, '-') ORDER BY id) FROM evac_rooms.thing"),
	    "-,odd,-");
}

/* ---- lists: one statement over the ids of many rows that share their values */

static void move_list(size_t first, size_t n, uint64_t *matched)
{
	const char *id[DB_LIST];
	const struct db_param params[] = { p_list("ids", id, n), p_str("old_host", OLD_HOST), p_str("new_host", NEW_HOST),
		p_str("old_service_uuid", "service-a"), p_str("new_service_uuid", NULL), p_str("old_cluster_name", NULL),
		p_str("new_cluster_name", NULL), p_end };
	struct error err = { 0 };

	for (size_t i = 0; i < n; i++)
		id[i] = ids[first + i];
	if (db_write(db, &SQL_CINDER_VOLUME_MOVE_MANY, params, matched, &err) != 0)
		fail_msg("%s", err.text);
}

/* Every second row has the service. */
static void a_list_takes_one_value_to_as_many_as_it_has(void **state)
{
	static const size_t sizes[] = { 1, 2, DB_LIST_FEW, DB_LIST_FEW + 1, DB_LIST - 1, DB_LIST };
	uint64_t matched;
	size_t first = 0, all = 0;

	(void)state;
	rooms_begin(db);
	for (size_t i = 0; i < COUNT(sizes); first += sizes[i++]) {
		size_t expected = (first + sizes[i]) / 2 - first / 2;

		move_list(first, sizes[i], &matched);
		assert_int_equal(matched, expected);
		all += expected;
	}
	assert_int_equal(db_commit(db, &(struct error){ 0 }), 0);
	assert_int_equal(atoi(moved()), all);
}

static void a_row_of_a_list_that_others_changed_is_missing_from_the_count(void **state)
{
	static const char *const changes[] = { "host = UPPER(host)", "host = CONCAT(host, ' ')", "service_uuid = NULL", "cluster_name = 'x@b'",
		"deleted = 1" };
	uint64_t matched;

	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++) {
		admin("UPDATE evac_rooms.volumes SET %s WHERE id = 'm%05zu'", changes[i], 2 * i + 2);
		rooms_begin(db);
		move_list(0, 2 * COUNT(changes), &matched);
		db_rollback(db);
		assert_int_equal(matched, COUNT(changes) - i - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_array_of_rows_is_written_whole_and_counted, many_volumes),
		cmocka_unit_test_setup(rows_that_others_changed_are_missing_from_the_count, many_volumes),
		cmocka_unit_test_setup(one_bad_row_of_an_array_dooms_all, many_volumes),
		cmocka_unit_test_setup(few_rows_and_one_row_after_many_are_right_too, many_volumes),
		cmocka_unit_test_setup(a_list_takes_one_value_to_as_many_as_it_has, many_volumes),
		cmocka_unit_test_setup(a_row_of_a_list_that_others_changed_is_missing_from_the_count, many_volumes),
		cmocka_unit_test(numbers_and_null_go_into_an_array),
	};

	return cmocka_run_group_tests(tests, start, finish);
}

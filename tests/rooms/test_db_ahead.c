/* SPDX-License-Identifier: Apache-2.0 */
#include "rooms.h"

#include <stdio.h>

#include "util/clock.h"
#include "util/words.h"

/* What is asked ahead is answered as if it had been asked when it is read. */

#define NAP_MS 400

static struct db *db, *other;

STATEMENT(nap, SQL_READS, "SELECT SLEEP(?) + 7 AS number", 1, "seconds");
STATEMENT(long_nap, SQL_READS, "SELECT SLEEP(?) AS number", 1, "seconds");
STATEMENT(number_of, SQL_READS, "SELECT t.number FROM thing AS t WHERE t.id = ?", 1, "id");
STATEMENT(of_name, SQL_READS, "SELECT t.number FROM thing AS t WHERE t.name <=> ?", 1, "name");
STATEMENT(sum, SQL_READS, "SELECT CAST(SUM(t.number) AS SIGNED) AS number FROM thing AS t", 0, NULL);
STATEMENT(no_column, SQL_READS, "SELECT t.nothing AS number FROM thing AS t WHERE t.id = ?", 1, "id");

struct number_row {
	int64_t number;
};
static const struct db_shape number_shape = DB_SHAPE(struct number_row, DB_COLUMNS(struct number_row, number));

/* A set's statement, as sql/embed.awk would make it. */
static const char *list_names[DB_LIST];
static char list_text[200 + 2 * DB_LIST];
static const struct sql volumes_of = { "rooms/volumes_of", list_text, list_names, DB_LIST, SQL_READS, "volumes", "many", "", "", NULL, NULL };
struct volume_row {
	const char *id, *host;
};
static const struct db_shape volume_shape = DB_SHAPE(struct volume_row, DB_COLUMNS(struct volume_row, id, host));

static int start(void **state)
{
	rooms_make(state);
	admin("INSERT INTO evac_rooms.thing (id, number) VALUES (1, 10), (2, 20), (3, 30)");
	admin("UPDATE evac_rooms.thing SET name = 'three' WHERE id = 3");
	strcpy(list_text, "SELECT v.id, v.host FROM volumes AS v WHERE v.id IN (");
	for (size_t i = 0; i < DB_LIST; i++) {
		list_names[i] = "ids";
		strcat(list_text, i ? ",?" : "?");
	}
	strcat(list_text, ") ORDER BY v.id");
	return 0;
}

static int open_both(void **state)
{
	struct error err = { 0 };

	(void)state;
	db = rooms_open(0);
	other = rooms_open(0);
	assert_int_equal(db_begin_read(db, &err), 0);
	assert_int_equal(db_begin_read(other, &err), 0);
	return 0;
}

static int close_both(void **state)
{
	(void)state;
	db_close(&db);
	db_close(&other);
	return 0;
}

static struct db_param seconds(double s, char text[16])
{
	snprintf(text, 16, "%.1f", s);
	return p_str("seconds", text);
}

static int64_t read_number(struct db *from, const struct sql *sql, const struct db_param *params)
{
	struct number_row row = { -1 };
	struct error err = { 0 };

	assert_int_equal(db_read_one(from, sql, params, &number_shape, &row, NULL, &err), 1);
	return row.number;
}

static void what_is_asked_ahead_works_while_another_one_is_read(void **state)
{
	char text[16];
	const struct db_param nap_s[] = { seconds(NAP_MS / 1000.0, text), p_end };
	int64_t begin_ms = clock_monotonic_ms();

	(void)state;
	db_ask_ahead(db, &nap, nap_s, &number_shape);
	assert_true(clock_monotonic_ms() - begin_ms < NAP_MS);
	assert_int_equal(read_number(other, &nap, nap_s), 7);
	assert_int_equal(read_number(db, &nap, nap_s), 7);
	assert_true(clock_monotonic_ms() - begin_ms >= NAP_MS);
	assert_true(clock_monotonic_ms() - begin_ms < 2 * NAP_MS);
}

static void only_the_same_question_gets_the_answer(void **state)
{
	const struct db_param one[] = { p_int("id", 1), p_end }, two[] = { p_int("id", 2), p_end };
	const struct db_param three[] = { p_str("name", "three"), p_end }, none[] = { p_str("name", "four"), p_end };
	struct number_row row;
	struct error err = { 0 };

	(void)state;
	db_ask_ahead(db, &number_of, one, &number_shape);
	db_ask_ahead(db, &of_name, three, &number_shape);
	db_ask_ahead(db, &sum, NULL, &number_shape);
	assert_int_equal(db_read_one(db, &of_name, none, &number_shape, &row, NULL, &err), 0);
	assert_int_equal(read_number(db, &number_of, two), 20);
	assert_int_equal(read_number(db, &sum, NULL), 60);
	assert_int_equal(read_number(db, &of_name, three), 30);
	assert_int_equal(read_number(db, &number_of, one), 10);
	assert_int_equal(read_number(db, &number_of, one), 10); /* anew */
}

static void read_volumes(const struct words *ids, struct db_rows *out)
{
	struct error err = { 0 };

	assert_int_equal(db_read_set(db, &volumes_of, ids, &volume_shape, "id", out, &err), 0);
}

static void a_set_asked_ahead_has_the_rows_of_the_set(void **state)
{
	char id[2 * DB_LIST + 1][8];
	const char *v[COUNT(id)];
	struct words ids = { .v = v, .n = COUNT(id) };
	const struct words fewer = { .v = v, .n = 3 };
	struct db_rows plain, ahead;

	(void)state;
	for (size_t i = 0; i < COUNT(id); i++) {
		snprintf(id[i], sizeof id[i], "v%zu", COUNT(id) - i);
		v[i] = id[i];
	}
	volume_put("v1", OLD_HOST);
	volume_put("v2", NEW_HOST);
	volume_put("v900", OLD_HOST);
	db_end_read(db);
	assert_int_equal(db_begin_read(db, &(struct error){ 0 }), 0);
	read_volumes(&ids, &plain);
	assert_int_equal(plain.n, 3);
	db_ask_set_ahead(db, &volumes_of, &ids, &volume_shape, "id");
	read_volumes(&fewer, &ahead);
	assert_int_equal(ahead.n, 0);
	db_rows_free(&ahead);
	read_volumes(&ids, &ahead);
	assert_int_equal(ahead.n, plain.n);
	for (size_t i = 0; i < plain.n; i++) {
		assert_string_equal(((struct volume_row *)ahead.v)[i].id, ((struct volume_row *)plain.v)[i].id);
		assert_string_equal(((struct volume_row *)ahead.v)[i].host, ((struct volume_row *)plain.v)[i].host);
	}
	db_rows_free(&plain);
	db_rows_free(&ahead);
}

static void its_error_is_the_readers_and_the_next_question_is_answered(void **state)
{
	const struct db_param one[] = { p_int("id", 1), p_end };
	struct error err = { 0 };
	struct db_rows rows;

	(void)state;
	db_ask_ahead(db, &no_column, one, &number_shape);
	db_ask_ahead(db, &number_of, one, &number_shape);
	assert_int_equal(db_read(db, &no_column, one, &number_shape, &rows, &err), -1);
	assert_int_equal(err.code, 1054);
	assert_non_null(strstr(err.text, "no_column"));
	assert_int_equal(read_number(db, &number_of, one), 10);
}

static void a_lost_connection_is_its_readers_error(void **state)
{
	char text[16];
	const struct db_param nap_s[] = { seconds(20, text), p_end };
	struct error err = { 0 };
	struct db_rows rows;

	(void)state;
	db_ask_ahead(db, &nap, nap_s, &number_shape);
	wait_ms(100);
	admin("KILL %llu", (unsigned long long)db_server(db)->connection_id);
	assert_int_equal(db_read(db, &nap, nap_s, &number_shape, &rows, &err), -1);
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
}

static void what_nobody_has_read_ends_with_the_snapshot(void **state)
{
	const struct db_param one[] = { p_int("id", 1), p_end };
	struct error err = { 0 };

	(void)state;
	db_ask_ahead(db, &number_of, one, &number_shape);
	db_end_read(db);
	admin("UPDATE evac_rooms.thing SET number = 11 WHERE id = 1");
	assert_int_equal(db_begin_read(db, &err), 0);
	assert_int_equal(read_number(db, &number_of, one), 11);
	admin("UPDATE evac_rooms.thing SET number = 10 WHERE id = 1");
}

static void outside_of_a_snapshot_it_is_asked_when_it_is_read(void **state)
{
	const struct db_param one[] = { p_int("id", 1), p_end };

	(void)state;
	db_end_read(db);
	db_ask_ahead(db, &number_of, one, &number_shape);
	wait_ms(100);
	admin("UPDATE evac_rooms.thing SET number = 11 WHERE id = 1");
	assert_int_equal(read_number(db, &number_of, one), 11);
	admin("UPDATE evac_rooms.thing SET number = 10 WHERE id = 1");
}

static void to_close_waits_for_no_answer(void **state)
{
	char text[16];
	const struct db_param nap_s[] = { seconds(20, text), p_end };
	int64_t begin_ms = clock_monotonic_ms();

	(void)state;
	db_ask_ahead(db, &long_nap, nap_s, &number_shape);
	wait_ms(50);
	db_close(&db);
	assert_true(clock_monotonic_ms() - begin_ms < 10000);
}

static void its_texts_are_its_own(void **state)
{
	char name[] = "three", text[16];
	struct db_param params[] = { p_str("name", name), p_end };
	const struct db_param three[] = { p_str("name", "three"), p_end }, nap_s[] = { seconds(0.1, text), p_end };

	(void)state;
	db_ask_ahead(db, &nap, nap_s, &number_shape);
	db_ask_ahead(db, &of_name, params, &number_shape);
	memset(name, 'x', sizeof name - 1);
	params[0].name = "nothing";
	assert_int_equal(read_number(db, &of_name, three), 30);
	assert_int_equal(read_number(db, &nap, nap_s), 7);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, open_both, close_both)
	const struct CMUnitTest tests[] = {
		EACH(what_is_asked_ahead_works_while_another_one_is_read),
		EACH(only_the_same_question_gets_the_answer),
		EACH(a_set_asked_ahead_has_the_rows_of_the_set),
		EACH(its_error_is_the_readers_and_the_next_question_is_answered),
		EACH(a_lost_connection_is_its_readers_error),
		EACH(what_nobody_has_read_ends_with_the_snapshot),
		EACH(outside_of_a_snapshot_it_is_asked_when_it_is_read),
		EACH(to_close_waits_for_no_answer),
		EACH(its_texts_are_its_own),
	};

	return cmocka_run_group_tests(tests, start, rooms_remove);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "rooms.h"

#include <dlfcn.h>
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/mem.h"
#include "sql_catalogue.h"

/* Values on their way in and out: nothing is cut, changed, or taken for something else. */

static struct db *db;

/* As libmariadb up to 3.3.19 has it, which Debian 11 and 12 came with: whoever binds between two rows loses the lengths of the
 * row that he has. The library of this machine may be a newer one. */
my_bool STDCALL mysql_stmt_bind_result(MYSQL_STMT *stmt, MYSQL_BIND *bind)
{
	static my_bool(STDCALL * library)(MYSQL_STMT *, MYSQL_BIND *);

	if (!library)
		*(void **)&library = dlsym(RTLD_NEXT, "mysql_stmt_bind_result");
	for (unsigned i = 0; i < mysql_stmt_field_count(stmt); i++)
		*bind[i].length = 0;
	return library(stmt, bind);
}

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

STATEMENT(thing_get, SQL_READS, "SELECT t.id, t.name, t.number, t.flag, t.note, t.at FROM thing AS t WHERE t.id = ?", 1, "id");
STATEMENT(thing_named, SQL_READS, "SELECT t.id FROM thing AS t WHERE BINARY t.name <=> BINARY ? ORDER BY t.id", 1, "name");
STATEMENT(thing_same, SQL_READS, "SELECT t.id FROM thing AS t WHERE t.name = ? OR t.name = ? ORDER BY t.id", 2, "name", "name");
STATEMENT(thing_put, SQL_WRITES, "INSERT INTO thing (id, name, number, note) VALUES (?, ?, ?, ?)", 4, "id", "name", "number", "note");
STATEMENT(big_get, SQL_READS, "SELECT t.big AS number FROM thing AS t WHERE t.id = ?", 1, "id");
STATEMENT(number_of, SQL_READS, "SELECT t.number FROM thing AS t WHERE t.id = ?", 1, "id");
STATEMENT(name_as_number, SQL_READS, "SELECT t.name AS number FROM thing AS t WHERE t.id = ?", 1, "id");
STATEMENT(names_as_numbers, SQL_READS, "SELECT t.name AS number FROM thing AS t ORDER BY t.id", 0, NULL);
STATEMENT(names_as_texts, SQL_READS, "SELECT t.name AS number FROM thing AS t ORDER BY t.id", 0, NULL);
STATEMENT(thing_all, SQL_READS, "SELECT t.id, t.name, t.number, t.flag, t.note, t.at FROM thing AS t ORDER BY t.id", 0, NULL);
STATEMENT(upper_case, SQL_READS, "SELECT t.id AS `ID` FROM thing AS t WHERE t.id = ?", 1, "id");
STATEMENT(twice_the_same, SQL_READS, "SELECT t.id, t.number AS id FROM thing AS t", 0, NULL);
STATEMENT(too_many, SQL_READS, "SELECT t.id, t.name FROM thing AS t", 0, NULL);
STATEMENT(other_name, SQL_READS, "SELECT t.id AS uuid FROM thing AS t", 0, NULL);
STATEMENT(write_as_read, SQL_WRITES, "DELETE FROM thing WHERE id = ?", 1, "id");
STATEMENT(write_that_says_read, SQL_READS, "DELETE FROM thing WHERE id = ?", 1, "id");

struct thing {
	int64_t id;
	const char *name, *note, *at;
	struct maybe_int number, flag;
};
static const struct db_shape thing_shape = DB_SHAPE(struct thing,
    DB_COLUMNS(struct thing, id, name, number, flag),
    DB_NULLABLES(struct thing, note, at));

struct id_row {
	int64_t id;
};
static const struct db_shape id_shape = DB_SHAPE(struct id_row, DB_COLUMNS(struct id_row, id));

struct number_row {
	int64_t number;
};
static const struct db_shape number_shape = DB_SHAPE(struct number_row, DB_COLUMNS(struct number_row, number));

struct text_row {
	const char *number;
};
static const struct db_shape text_shape = DB_SHAPE(struct text_row, DB_COLUMNS(struct text_row, number));

static void put(int64_t id, const char *name, struct maybe_int number, const char *note)
{
	const struct db_param params[] = { p_int("id", id), p_str("name", name),
		number.set ? p_int("number", number.v) : p_str("number", NULL), p_str("note", note), p_end };
	struct error err = { 0 };
	uint64_t matched = 0;

	admin("DELETE FROM evac_rooms.thing WHERE id = %lld", (long long)id);
	if (db_begin_write(db, &err) != 0 || db_write(db, &thing_put, params, &matched, &err) != 0 || db_commit(db, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(matched, 1);
}

static const struct thing *get(int64_t id, struct db_rows *rows)
{
	struct error err = { 0 };

	if (db_read(db, &thing_get, (struct db_param[]){ p_int("id", id), p_end }, &thing_shape, rows, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(rows->n, 1);
	return rows->v;
}

static void null_empty_and_zero_stay_apart(void **state)
{
	const struct thing *t;
	struct db_rows rows;

	(void)state;
	put(1, NULL, (struct maybe_int){ 0 }, NULL);
	t = get(1, &rows);
	assert_string_equal(t->name, ""); /* who compares it meets a text whatever the row holds */
	assert_null(t->note);
	assert_null(t->at);
	assert_false(t->number.set);
	assert_false(t->flag.set);
	db_rows_free(&rows);
	put(2, "", (struct maybe_int){ true, 0 }, "");
	t = get(2, &rows);
	assert_string_equal(t->name, "");
	assert_string_equal(t->note, "");
	assert_true(t->number.set);
	assert_int_equal(t->number.v, 0);
	db_rows_free(&rows);
	assert_string_equal(admin_value("SELECT CONCAT(name IS NULL, note IS NULL, number IS NULL) FROM evac_rooms.thing WHERE id = 1"), "111");
	assert_string_equal(admin_value("SELECT CONCAT(name IS NULL, note IS NULL, number IS NULL) FROM evac_rooms.thing WHERE id = 2"), "000");
}

static void an_answer_of_no_rows_is_no_error(void **state)
{
	struct error err = { 0 };
	struct db_rows rows;

	(void)state;
	assert_int_equal(db_read(db, &thing_get, (struct db_param[]){ p_int("id", 999), p_end }, &thing_shape, &rows, &err), 0);
	assert_int_equal(rows.n, 0);
	db_rows_free(&rows);
}

struct thing_list { DB_ROWS(struct thing); };

/* As the columns of tables are: whatever the server would say now. */
static void what_is_asked_once_is_the_connections(void **state)
{
	struct db *second = rooms_open(0);
	struct db_rows first, again, other;
	struct error err = { 0 };

	(void)state;
	put(77, "before", (struct maybe_int){ 0 }, NULL);
	assert_int_equal(db_read_once(db, &names_as_texts, &text_shape, &first, &err), 0);
	put(78, "later", (struct maybe_int){ 0 }, NULL);
	assert_int_equal(db_read_once(db, &names_as_texts, &text_shape, &again, &err), 0);
	assert_ptr_equal(first.v, again.v);
	assert_int_equal(first.n, again.n);
	db_rows_free(&again); /* frees nothing */
	assert_string_equal(((struct text_row *)first.v)[first.n - 1].number, "before");
	assert_int_equal(db_read_once(second, &names_as_texts, &text_shape, &other, &err), 0);
	assert_int_equal(other.n, first.n + 1);
	db_close(&second);
}

static void a_list_of_rows_has_their_type(void **state)
{
	struct thing_list list;
	struct error err = { 0 };

	(void)state;
	put(3, "three", (struct maybe_int){ true, 3 }, NULL);
	assert_int_equal(db_read(db, &thing_get, (struct db_param[]){ p_int("id", 3), p_end }, &thing_shape, &list.rows, &err), 0);
	assert_int_equal(list.n, 1);
	assert_string_equal(list.v[0].name, "three");
	assert_int_equal(list.v[0].number.v, 3);
	db_rows_free(&list.rows);
	assert_null(list.v);
	assert_int_equal(list.n, 0);
	assert_null(list.arena.block);
}

static void one_row_is_copied_or_left_alone(void **state)
{
	auto_arena struct arena texts = { 0 };
	struct thing one = { .id = -1 }, none = { .id = -1 };
	struct number_row number = { 0 };
	struct error err = { 0 };

	(void)state;
	put(4, "four", (struct maybe_int){ true, 4 }, NULL);
	assert_int_equal(db_read_one(db, &thing_get, (struct db_param[]){ p_int("id", 4), p_end }, &thing_shape, &one, &texts, &err), 1);
	assert_int_equal(db_read_one(db, &thing_get, (struct db_param[]){ p_int("id", 999), p_end }, &thing_shape, &none, &texts, &err), 0);
	assert_int_equal(one.id, 4);
	assert_string_equal(one.name, "four"); /* a second answer into the same arena leaves the first its texts */
	assert_null(one.note);
	assert_int_equal(none.id, -1);
	assert_int_equal(db_read_one(db, &number_of, (struct db_param[]){ p_int("id", 4), p_end }, &number_shape, &number, NULL, &err), 1);
	assert_int_equal(number.number, 4);
}

static void long_text_comes_back_whole(void **state)
{
	const size_t n = 3 << 20;
	char *text = xmalloc(n + 1);
	const struct thing *t;
	struct db_rows rows;

	(void)state;
	for (size_t i = 0; i < n; i++)
		text[i] = (char)('a' + i % 26);
	text[n] = '\0';
	put(3, "long", (struct maybe_int){ 0 }, text);
	t = get(3, &rows);
	assert_int_equal(strlen(t->note), n);
	assert_memory_equal(t->note, text, n);
	db_rows_free(&rows);
	put(3, "short", (struct maybe_int){ 0 }, "short"); /* the same prepared statement, another length */
	t = get(3, &rows);
	assert_string_equal(t->note, "short");
	db_rows_free(&rows);
	free(text);
}

static void characters_of_four_bytes_and_quotes_stay_as_they_are(void **state)
{
	static const char odd[] = "\xf0\x9f\x9b\xb0 \xe6\xbc\xa2 \xc3\xa9 ' \" \\ % _ ? @x ; -- /*";
	const struct thing *t;
	struct db_rows rows;

	(void)state;
	put(4, "o'neil\\", (struct maybe_int){ 0 }, odd);
	t = get(4, &rows);
	assert_string_equal(t->note, odd);
	assert_string_equal(t->name, "o'neil\\");
	db_rows_free(&rows);
	assert_string_equal(admin_value("SELECT HEX(LEFT(note, 1)) FROM evac_rooms.thing WHERE id = 4"), "F09F9BB0");
}

/* utf8mb3 cannot hold it: the strict mode must say so instead of writing a question mark */
static void a_character_that_the_column_cannot_hold_is_refused(void **state)
{
	const struct db_param params[] = { p_int("id", 5), p_str("name", "\xf0\x9f\x9b\xb0"), p_str("number", NULL), p_str("note", NULL), p_end };
	struct error err = { 0 };
	uint64_t matched;

	(void)state;
	assert_int_equal(db_begin_write(db, &err), 0);
	assert_int_equal(db_write(db, &thing_put, params, &matched, &err), -1);
	assert_int_equal(err.kind, ERROR_ERROR);
	assert_int_equal(err.code, server_is_mysql() ? 3988 : 1366);
	db_rollback(db);
	assert_string_equal(admin_value("SELECT COUNT(*) FROM evac_rooms.thing WHERE id = 5"), "0");
}

static void a_text_that_is_too_long_is_refused_not_cut(void **state)
{
	const struct db_param params[] = { p_int("id", 5), p_str("name", "123456789012345678901"), p_str("number", NULL), p_str("note", NULL),
		p_end };
	struct error err = { 0 };
	uint64_t matched;

	(void)state;
	assert_int_equal(db_begin_write(db, &err), 0);
	assert_int_equal(db_write(db, &thing_put, params, &matched, &err), -1);
	assert_int_equal(err.code, 1406);
	db_rollback(db);
	assert_string_equal(admin_value("SELECT COUNT(*) FROM evac_rooms.thing WHERE id = 5"), "0");
}

static size_t count_of(const struct sql *sql, const char *name)
{
	struct error err = { 0 };
	struct db_rows rows;
	size_t n;

	assert_int_equal(db_read(db, sql, (struct db_param[]){ p_str("name", name), p_end }, &id_shape, &rows, &err), 0);
	n = rows.n;
	db_rows_free(&rows);
	return n;
}

static void names_are_compared_byte_for_byte(void **state)
{
	(void)state;
	admin("DELETE FROM evac_rooms.thing");
	put(10, "Host-A", (struct maybe_int){ 0 }, NULL);
	put(11, "host-a", (struct maybe_int){ 0 }, NULL);
	put(12, "host-a ", (struct maybe_int){ 0 }, NULL);
	put(13, "h\xc3\xb6st-a", (struct maybe_int){ 0 }, NULL);
	put(14, NULL, (struct maybe_int){ 0 }, NULL);
	assert_int_equal(count_of(&thing_same, "host-a"), 4); /* the column's collation: this test can see a difference */
	assert_int_equal(count_of(&thing_named, "host-a"), 1);
	assert_int_equal(count_of(&thing_named, "host-a "), 1);
	assert_int_equal(count_of(&thing_named, "HOST-A"), 0);
	assert_int_equal(count_of(&thing_named, "h\xc3\xb6st-a"), 1);
	assert_int_equal(count_of(&thing_named, "host_a"), 0);
	assert_int_equal(count_of(&thing_named, NULL), 1);
}

static void the_ends_of_a_number_are_kept_and_one_more_is_an_error(void **state)
{
	static const int64_t ends[] = { INT64_MIN, INT64_MAX, -1, 0 };
	const struct db_param params[] = { p_int("id", 21), p_end };
	struct error err = { 0 };
	struct db_rows rows;

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		put(20, NULL, (struct maybe_int){ true, ends[i] }, NULL);
		assert_true(get(20, &rows)->number.v == ends[i]);
		db_rows_free(&rows);
	}
	admin("REPLACE INTO evac_rooms.thing (id, big) VALUES (21, 9223372036854775808)");
	assert_int_equal(db_read(db, &big_get, params, &number_shape, &rows, &err), -1);
	assert_int_equal(err.kind, ERROR_ERROR);
	assert_non_null(strstr(err.text, "9223372036854775808"));
	assert_int_equal(rows.n, 0);
}

static void a_value_of_the_wrong_type_is_an_error_with_its_column(void **state)
{
	const struct db_param params[] = { p_int("id", 22), p_end };
	struct error err = { 0 };
	struct db_rows rows;

	(void)state;
	admin("REPLACE INTO evac_rooms.thing (id, name) VALUES (22, '12 monkeys')");
	assert_int_equal(db_read(db, &name_as_number, params, &number_shape, &rows, &err), -1);
	assert_non_null(strstr(err.text, "number"));
	assert_non_null(strstr(err.text, "'12 monkeys'"));
	error_clear(&err);
	assert_int_equal(db_read(db, &number_of, params, &number_shape, &rows, &err), -1); /* NULL, and int64_t takes none */
	assert_non_null(strstr(err.text, "NULL"));
	error_clear(&err);
	assert_int_equal(db_read(db, &number_of, params, &text_shape, &rows, &err), 0); /* as text it may */
	assert_string_equal(((struct text_row *)rows.v)->number, "");
	db_rows_free(&rows);
}

static void a_time_is_read_as_text_and_a_flag_as_a_number(void **state)
{
	const struct thing *t;
	struct db_rows rows;

	(void)state;
	admin("REPLACE INTO evac_rooms.thing (id, flag, at) VALUES (23, 1, '2026-01-31 03:04:05.000006')");
	t = get(23, &rows);
	assert_string_equal(t->at, "2026-01-31 03:04:05.000006");
	assert_true(t->flag.set);
	assert_int_equal(t->flag.v, 1);
	db_rows_free(&rows);
}

/* MySQL 8's information_schema answers in upper case */
static void the_case_of_a_columns_name_does_not_matter(void **state)
{
	struct error err = { 0 };
	struct db_rows rows;

	(void)state;
	assert_int_equal(db_read(db, &upper_case, (struct db_param[]){ p_int("id", 23), p_end }, &id_shape, &rows, &err), 0);
	assert_int_equal(((struct id_row *)rows.v)->id, 23);
	db_rows_free(&rows);
}

/* ---- our own mistakes end the program before they do harm */

struct mistake {
	const struct sql *sql;
	const struct db_param *params;
	const struct db_shape *shape;
};

static void make_mistake(void *ctx)
{
	const struct mistake *m = ctx;
	struct error err = { 0 };
	struct db_rows rows;

	if (db_read(db, m->sql, m->params, m->shape, &rows, &err) == 0)
		db_rows_free(&rows);
}

static const struct db_shape two = DB_SHAPE(struct thing, DB_COLUMNS(struct thing, id, name));

static void a_mistake_in_shape_or_parameters_is_a_bug(void **state)
{
	const struct db_param none[] = { p_end }, id[] = { { .name = "id", .type = DB_PARAM_INT, .number = 23 }, p_end },
	    other[] = { { .name = "uuid", .type = DB_PARAM_INT, .number = 23 }, p_end },
	    more[] = { { .name = "id", .type = DB_PARAM_INT }, { .name = "uuid", .type = DB_PARAM_INT }, p_end };
	struct mistake rows[] = {
		{ &too_many, NULL, &id_shape },          /* a column that has no member */
		{ &number_of, id, &two },                /* members that have no column */
		{ &other_name, NULL, &id_shape },        /* another name */
		{ &twice_the_same, NULL, &two },         /* one name twice, one member never */
		{ &thing_get, none, &thing_shape },      /* a parameter is missing */
		{ &thing_get, NULL, &thing_shape },
		{ &thing_get, other, &thing_shape },     /* is called otherwise */
		{ &thing_get, more, &thing_shape },      /* is one too many */
		{ &write_as_read, id, &id_shape },       /* a write by the door for reads: outside of any transaction */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (exit_status_of(make_mistake, &rows[i]) != 70)
			fail_msg("mistake %zu was not seen", i);
	assert_string_equal(admin_value("SELECT COUNT(*) FROM evac_rooms.thing WHERE id = 23"), "1");
	db_close(&db); /* the children have used its socket */
	db = rooms_open(0);
}

/* ---- the door for reads and the server */

static void a_read_transaction_can_write_nothing(void **state)
{
	const struct db_param params[] = { p_int("id", 23), p_end };
	struct error err = { 0 };
	struct db_rows rows;
	uint64_t matched;

	(void)state;
	assert_int_equal(db_begin_read(db, &err), 0);
	assert_int_equal(db_read(db, &write_that_says_read, params, &id_shape, &rows, &err), -1);
	assert_int_equal(err.kind, ERROR_REFUSED);
	assert_int_equal(err.code, 1792); /* by the server */
	db_end_read(db);
	error_clear(&err);
	assert_int_equal(db_begin_read(db, &err), 0);
	assert_int_equal(db_write(db, &write_as_read, params, &matched, &err), -1); /* and by us */
	assert_non_null(strstr(err.text, "outside of a transaction"));
	db_end_read(db);
	error_clear(&err);
	assert_int_equal(db_write(db, &write_as_read, params, &matched, &err), -1); /* and without any transaction */
	assert_string_equal(admin_value("SELECT COUNT(*) FROM evac_rooms.thing WHERE id = 23"), "1");
}

/* Rows one by one, and the list of all of them: the same values, whatever their lengths and nulls. */
static void rows_one_by_one_are_the_rows_of_a_list(void **state)
{
	static char note[1000];
	struct error err = { 0 };
	struct thing_list list;
	struct db_walk *walk;
	const void *row;

	(void)state;
	memset(note, 'n', sizeof note - 1);
	put(31, "short", (struct maybe_int){ true, -7 }, "note");
	put(32, NULL, (struct maybe_int){ 0 }, NULL);
	put(33, "", (struct maybe_int){ true, INT64_MAX }, note);
	assert_int_equal(db_read(db, &thing_all, NULL, &thing_shape, &list.rows, &err), 0);
	assert_true(list.n >= 3);
	assert_int_equal(db_walk_open(db, &thing_all, NULL, &thing_shape, &walk, &err), 0);
	for (size_t i = 0; i < list.n; i++) {
		const struct thing *t;

		assert_int_equal(db_walk_next(walk, &row, &err), 1);
		t = row;
		assert_int_equal(t->id, list.v[i].id);
		assert_string_equal(t->name, list.v[i].name);
		assert_true(t->number.set == list.v[i].number.set && t->number.v == list.v[i].number.v);
		assert_true((t->note == NULL) == (list.v[i].note == NULL));
		if (t->note)
			assert_string_equal(t->note, list.v[i].note);
	}
	assert_int_equal(db_walk_next(walk, &row, &err), 0);
	db_walk_close(&walk);
	db_rows_free(&list.rows);
	put(34, "again", (struct maybe_int){ 0 }, NULL); /* the connection is free */
	assert_int_equal(db_walk_open(db, &thing_all, NULL, &thing_shape, &walk, &err), 0);
	assert_int_equal(db_walk_next(walk, &row, &err), 1);
	db_walk_close(&walk); /* with rows left */
	assert_int_equal(db_ping(db, &err), 0);
	assert_int_equal(db_walk_open(db, &names_as_numbers, NULL, &number_shape, &walk, &err), 0);
	while (err.kind == ERROR_OK && db_walk_next(walk, &row, &err) == 1)
		;
	assert_non_null(strstr(err.text, "column number is"));
	db_walk_close(&walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(null_empty_and_zero_stay_apart),
		cmocka_unit_test(an_answer_of_no_rows_is_no_error),
		cmocka_unit_test(what_is_asked_once_is_the_connections),
		cmocka_unit_test(a_list_of_rows_has_their_type),
		cmocka_unit_test(one_row_is_copied_or_left_alone),
		cmocka_unit_test(long_text_comes_back_whole),
		cmocka_unit_test(characters_of_four_bytes_and_quotes_stay_as_they_are),
		cmocka_unit_test(a_character_that_the_column_cannot_hold_is_refused),
		cmocka_unit_test(a_text_that_is_too_long_is_refused_not_cut),
		cmocka_unit_test(names_are_compared_byte_for_byte),
		cmocka_unit_test(the_ends_of_a_number_are_kept_and_one_more_is_an_error),
		cmocka_unit_test(a_value_of_the_wrong_type_is_an_error_with_its_column),
		cmocka_unit_test(a_time_is_read_as_text_and_a_flag_as_a_number),
		cmocka_unit_test(the_case_of_a_columns_name_does_not_matter),
		cmocka_unit_test(a_mistake_in_shape_or_parameters_is_a_bug),
		cmocka_unit_test(a_read_transaction_can_write_nothing),
		cmocka_unit_test(rows_one_by_one_are_the_rows_of_a_list),
	};

	return cmocka_run_group_tests(tests, start, finish);
}

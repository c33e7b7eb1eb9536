/* SPDX-License-Identifier: Apache-2.0 */
#include "rooms.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "proxy.h"
#include "util/clock.h"

/* Connections that end at the worst moment. What must hold at every byte: a commit that says yes is there, an error that is not
 * "unknown" changed nothing, and only the commit may say "unknown". */

#define COMMIT_PACKET "\x03" "COMMIT" /* COM_QUERY; "READ COMMITTED" goes the same way */

static struct proxy *proxy;

static int start(void **state)
{
	rooms_make(state);
	proxy = proxy_start(setting_number("SB_DB_PORT"));
	return 0;
}

static int finish(void **state)
{
	proxy_stop(&proxy);
	return rooms_remove(state);
}

static struct db *open_by_proxy(unsigned io_timeout_s)
{
	struct db_url url = rooms_url(proxy_port(proxy));
	struct error err = { 0 };
	struct db *db;

	proxy_arm(proxy, (struct proxy_rule){ .event = PROXY_NEVER });
	if (db_open(&(struct db_options){ .url = &url, .label = "the rooms' database", .io_timeout_s = io_timeout_s }, &db, &err) != 0)
		fail_msg("%s", err.text);
	return db;
}

struct outcome {
	int rc;
	bool reached_commit;
	struct error err;
};

static struct outcome move_in_a_transaction(struct db *db)
{
	struct outcome o = { .rc = -1 };
	uint64_t matched;

	if (db_begin_write(db, &o.err) != 0)
		return o;
	if (volume_move(db, "v1", &matched, &o.err) != 0) {
		db_rollback(db);
		return o;
	}
	if (matched != 1)
		fail_msg("%llu rows matched", (unsigned long long)matched);
	o.reached_commit = true;
	o.rc = db_commit(db, &o.err);
	return o;
}

static bool is_moved(void)
{
	return strcmp(volume_host("v1"), NEW_HOST) == 0;
}

/* Returns whether it was committed for sure. */
static bool check_outcome(struct db *db, const struct outcome *o, size_t n)
{
	bool moved;

	if (!session_is_gone(db_server(db)->connection_id))
		fail_msg("cut at %zu: the session stays", n);
	moved = is_moved();
	if (o->rc == 0 && !moved)
		fail_msg("cut at %zu: it said yes, and nothing is there", n);
	if (o->rc != 0 && o->err.kind != ERROR_UNKNOWN && moved)
		fail_msg("cut at %zu: it said no (%s), and it is there", n, o->err.text);
	if (o->rc != 0 && o->err.kind == ERROR_UNKNOWN && !o->reached_commit)
		fail_msg("cut at %zu: unknown before the commit", n);
	if (o->rc != 0 && o->err.kind != ERROR_UNKNOWN && o->err.kind != ERROR_DB_UNREACHABLE)
		fail_msg("cut at %zu: it is called %s: %s", n, error_kind_name(o->err.kind), o->err.text);
	return o->rc == 0;
}

static void cut_a_transaction_everywhere(enum proxy_event direction)
{
	size_t n, unknown = 0, failed = 0;
	bool done = false;

	for (n = 0; !done; n += step_of_loops()) {
		struct db *db = open_by_proxy(20);
		struct outcome o;

		volume_put("v1", OLD_HOST);
		proxy_arm(proxy, (struct proxy_rule){ .event = direction, .n = n, .action = PROXY_CUT });
		o = move_in_a_transaction(db);
		unknown += o.rc != 0 && o.err.kind == ERROR_UNKNOWN;
		failed += o.rc != 0 && o.err.kind != ERROR_UNKNOWN;
		if (o.rc == 0)
			db_close(&db), done = true; /* all bytes were let through */
		else {
			done = check_outcome(db, &o, n);
			db_close(&db);
		}
		assert_true(n < 20000);
	}
	assert_true(is_moved());
	assert_true(failed > 10 / step_of_loops());
	assert_true(unknown >= 5 / step_of_loops()); /* COMMIT is a packet of more than five bytes */
}

static void a_transaction_cut_at_any_byte_to_the_server_is_never_said_wrong(void **state)
{
	(void)state;
	cut_a_transaction_everywhere(PROXY_BYTES_TO_SERVER);
}

static void a_transaction_cut_at_any_byte_of_the_answers_is_never_said_wrong(void **state)
{
	(void)state;
	cut_a_transaction_everywhere(PROXY_BYTES_TO_CLIENT);
}

static void cut_the_opening_everywhere(enum proxy_event direction)
{
	struct db_url url = rooms_url(proxy_port(proxy));
	size_t n = 0;
	struct db *db = NULL;

	for (; !db; n += 3 * step_of_loops()) { /* the settings read back are some thousand bytes */
		struct error err = { 0 };

		proxy_arm(proxy, (struct proxy_rule){ .event = direction, .n = n, .action = PROXY_CUT });
		if (db_open(&(struct db_options){ .url = &url, .label = "x" }, &db, &err) == 0)
			break;
		assert_null(db);
		if (err.kind != ERROR_DB_UNREACHABLE)
			fail_msg("cut at %zu: it is called %s: %s", n, error_kind_name(err.kind), err.text);
		assert_no_password(&err, PASSWORD);
		assert_true(n < 20000);
	}
	assert_true(n > 100);
	db_close(&db);
}

static void an_opening_cut_at_any_byte_is_unreachable(void **state)
{
	(void)state;
	cut_the_opening_everywhere(PROXY_BYTES_TO_SERVER);
	cut_the_opening_everywhere(PROXY_BYTES_TO_CLIENT);
}

/* ---- around the commit, one by one */

static void the_commit_never_reached_the_server(void **state)
{
	struct db *db = open_by_proxy(20);
	struct outcome o;

	(void)state;
	volume_put("v1", OLD_HOST);
	proxy_arm(proxy, (struct proxy_rule){ .event = PROXY_TEXT_TO_SERVER, .text = COMMIT_PACKET, .action = PROXY_CUT });
	o = move_in_a_transaction(db);
	assert_true(o.reached_commit);
	assert_int_equal(o.rc, -1);
	assert_int_equal(o.err.kind, ERROR_UNKNOWN);
	assert_non_null(strstr(o.err.text, "no answer to the commit"));
	assert_non_null(strstr(o.err.hint, "may or may not"));
	assert_true(session_is_gone(db_server(db)->connection_id));
	assert_false(is_moved());
	db_close(&db);
}

static void the_answer_to_the_commit_was_lost(void **state)
{
	struct db *db = open_by_proxy(20);
	struct error err = { 0 };
	struct outcome o;

	(void)state;
	volume_put("v1", OLD_HOST);
	proxy_arm(proxy, (struct proxy_rule){ .event = PROXY_TEXT_TO_SERVER, .text = COMMIT_PACKET, .action = PROXY_CUT_ANSWER });
	o = move_in_a_transaction(db);
	assert_int_equal(o.rc, -1);
	assert_int_equal(o.err.kind, ERROR_UNKNOWN);
	assert_true(is_moved()); /* with the same words as above: that is why it is unknown */
	assert_int_equal(db_commit(db, &err), -1);
	assert_int_equal(err.kind, ERROR_ERROR); /* there is nothing left to commit */
	db_close(&db);
}

static void a_commit_without_an_answer_is_given_up_in_time(void **state)
{
	static const enum proxy_action actions[] = { PROXY_SWALLOW, PROXY_SWALLOW_ANSWER };

	(void)state;
	for (size_t i = 0; i < COUNT(actions); i++) {
		struct db *db = open_by_proxy(1);
		int64_t begun;
		struct outcome o;

		volume_put("v1", OLD_HOST);
		proxy_arm(proxy, (struct proxy_rule){ .event = PROXY_TEXT_TO_SERVER, .text = COMMIT_PACKET, .action = actions[i] });
		begun = clock_monotonic_ms();
		o = move_in_a_transaction(db);
		assert_in_range(elapsed_ms_since(begun), 900, 4000);
		assert_int_equal(o.rc, -1);
		assert_int_equal(o.err.kind, ERROR_UNKNOWN);
		db_close(&db);
		assert_int_equal(is_moved(), actions[i] == PROXY_SWALLOW_ANSWER);
	}
}

/* ---- somebody kills the session */

static void killed_before_the_commit_nothing_is_written_and_it_is_known(void **state)
{
	struct db *db = rooms_open(0);
	struct error err = { 0 };
	uint64_t matched;

	(void)state;
	volume_put("v1", OLD_HOST);
	assert_int_equal(db_begin_write(db, &err), 0);
	assert_int_equal(volume_move(db, "v1", &matched, &err), 0);
	admin("KILL %llu", (unsigned long long)db_server(db)->connection_id);
	assert_true(session_is_gone(db_server(db)->connection_id));
	assert_int_equal(db_commit(db, &err), -1);
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
	assert_false(is_moved());
	db_close(&db);
}

struct commit {
	struct db *db;
	int rc;
	struct error err;
};

static void *commit(void *arg)
{
	struct commit *c = arg;

	c->rc = db_commit(c->db, &c->err);
	return NULL;
}

static void killed_within_the_commit_it_is_unknown(void **state)
{
	struct commit c = { .db = rooms_open(0) };
	unsigned long long id = (unsigned long long)db_server(c.db)->connection_id;
	pthread_t thread;
	uint64_t matched;

	(void)state;
	volume_put("v1", OLD_HOST);
	assert_int_equal(db_begin_write(c.db, &c.err), 0);
	assert_int_equal(volume_move(c.db, "v1", &matched, &c.err), 0);
	admin("FLUSH TABLES WITH READ LOCK"); /* commits wait for it */
	assert_int_equal(pthread_create(&thread, NULL, commit, &c), 0);
	assert_true(admin_sees("COMMIT", "SELECT info FROM information_schema.processlist WHERE id = %llu", id));
	admin("KILL %llu", id);
	pthread_join(thread, NULL);
	admin("UNLOCK TABLES");
	assert_int_equal(c.rc, -1);
	assert_int_equal(c.err.kind, ERROR_UNKNOWN);
	db_close(&c.db);
}

static void killed_after_the_commit_it_is_there_and_the_next_one_is_not(void **state)
{
	struct db *db = rooms_open(0);
	struct outcome o;

	(void)state;
	volume_put("v1", OLD_HOST);
	o = move_in_a_transaction(db);
	assert_int_equal(o.rc, 0);
	admin("KILL %llu", (unsigned long long)db_server(db)->connection_id);
	assert_true(session_is_gone(db_server(db)->connection_id));
	assert_true(is_moved());
	o = move_in_a_transaction(db);
	assert_int_equal(o.rc, -1);
	assert_int_equal(o.err.kind, ERROR_DB_UNREACHABLE);
	assert_int_equal(db_commit(db, &o.err), -1);
	db_close(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_transaction_cut_at_any_byte_to_the_server_is_never_said_wrong),
		cmocka_unit_test(a_transaction_cut_at_any_byte_of_the_answers_is_never_said_wrong),
		cmocka_unit_test(an_opening_cut_at_any_byte_is_unreachable),
		cmocka_unit_test(the_commit_never_reached_the_server),
		cmocka_unit_test(the_answer_to_the_commit_was_lost),
		cmocka_unit_test(a_commit_without_an_answer_is_given_up_in_time),
		cmocka_unit_test(killed_before_the_commit_nothing_is_written_and_it_is_known),
		cmocka_unit_test(killed_within_the_commit_it_is_unknown),
		cmocka_unit_test(killed_after_the_commit_it_is_there_and_the_next_one_is_not),
	};

	return cmocka_run_group_tests(tests, start, finish);
}

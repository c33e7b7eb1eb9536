/* SPDX-License-Identifier: Apache-2.0 */
/* One message and the next: what is begun of that while the first one is awaited, and what is looked at for both. */
#include "cast_run.h"

/* ---- the next one's intent, durable by the sync that the message waits for */

#define AHEAD "run,row,intent,outcome applied,publish_intent,row,intent"

static void the_intent_of_the_next_one_is_written_before_the_message_leaves(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(0, evacuation_send(&work, 0, 1, &err));
	assert_journal(AHEAD ",publish_outcome acked");
	assert_string_equal(broker.written.s, AHEAD);
	assert_string_equal(fake_calls.s, CLAIM INSERT("NULL") "|commit and begin"); /* and nothing else of it is begun */
	assert_true(evacuation_is_waiting(&work.plan.unit[1]));
	assert_int_equal(0, evacuation_send(&work, 1, EVACUATION_NONE, &err));
	assert_journal(AHEAD ",publish_outcome acked,outcome applied,publish_intent,publish_outcome acked");
	evacuations_withdraw(&work);
	assert_journal(AHEAD ",publish_outcome acked,outcome applied,publish_intent,publish_outcome acked");
}

static void what_was_announced_and_not_begun_is_said_not_to_be(void **state)
{
	auto_str struct str text = { 0 };
	struct error err = { 0 };

	(void)state;
	broker.outcome = BUS_LOST;
	assert_int_equal(0, evacuation_send(&work, 0, 1, &err));
	assert_journal(AHEAD ",publish_outcome lost");
	unit_set_state(&work.plan.unit[1], STATE_SKIPPED, "the outcome of another one is unknown");
	evacuations_withdraw(&work);
	assert_journal(AHEAD ",publish_outcome lost,outcome skipped");
	assert_int_equal(0, file_read(journal_path(work.journal), 1 << 20, ERROR_ERROR, &text, &err));
	assert_non_null(strstr(text.s, "\"unit\":1,\"state\":\"skipped\",\"error\":\"the outcome of another one is unknown\""));
}

/* No message leaves without its own record, nor beside one that could not be written. */
static void a_journal_that_fails_behind_the_record_of_a_message_lets_none_out(void **state)
{
	struct error err = { 0 };
	struct rlimit limit;
	struct stat st;

	(void)state;
	signals_watch("RUN", "");
	assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
	assert_int_equal(0, stat(journal_path(work.journal), &st));
	end(state);
	begin(state);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = (rlim_t)st.st_size; /* its records, and not the next one's */
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_int_equal(-1, evacuation_send(&work, 0, 1, &err));
	limit.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_int_equal(broker.published, 0);
	assert_false(work.plan.unit[1].announced);
	assert_non_null(strstr(fake_calls.s, "commit and begin|begin write|nova/migration_close"));
}

/* ---- what is the same for all is looked at once a second */

static void what_is_the_same_for_all_is_looked_at_once(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
	assert_int_equal(0, evacuation_send(&work, 1, EVACUATION_NONE, &err));
	assert_int_equal(broker.canaries, 1);
	assert_int_equal(broker.locks, 1);
	assert_null(strstr(strstr(fake_calls.s, "service_list_by_host") + 1, "service_list_by_host"));
}

static void a_second_later_it_is_looked_at_again(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
	work.way_looked_ms -= EVACUATION_SHARED_MS;
	work.source_looked_ms -= EVACUATION_SHARED_MS;
	fake_rows("nova/service_list_by_host",
	    LIST("id", "uuid", "host", "binary", "disabled", "disabled_reason", "forced_down", "version", "heartbeat_age_s", NULL),
	    LIST("10", NULL, "c1", "nova-compute", "0", NULL, "0", "64", "3"), 1);
	assert_int_equal(-1, evacuation_send(&work, 1, EVACUATION_NONE, &err));
	assert_int_equal(broker.canaries, 2);
	assert_int_equal(broker.published, 1);
	assert_true(work.source_reports);
}

/* What was found wrong is no look: the next one asks anew, however soon. */
static void what_was_found_wrong_is_looked_at_at_once(void **state)
{
	struct error err = { 0 };

	(void)state;
	broker.canary_dies = true;
	assert_int_equal(-1, evacuation_send(&work, 0, EVACUATION_NONE, &err));
	broker.canary_dies = false;
	broker.canaries = 0;
	broker.lock_is_gone = true;
	assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
	assert_int_equal(sent()->phase, PHASE_NOT_SENT);
	assert_int_equal(0, evacuation_send(&work, 1, EVACUATION_NONE, &err));
	assert_int_equal(broker.canaries, 1);
	assert_int_equal(broker.locks, 2);
	assert_int_equal(broker.published, 0);
}

/* Since the last look at it: nothing of this one is begun, and its turn comes again. */
static void a_database_that_goes_away_leaves_the_next_one_waiting(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
	fake_away = true;
	fake_begin_fails = ERROR_DB_UNREACHABLE;
	assert_int_equal(-1, evacuation_send(&work, 1, EVACUATION_NONE, &err));
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
	assert_true(evacuation_is_waiting(&work.plan.unit[1]));
	assert_journal(WRITTEN ",publish_outcome acked,row,intent");
	fake_away = false;
	fake_begin_fails = ERROR_OK;
	error_clear(&err);
	assert_int_equal(0, evacuation_send(&work, 1, EVACUATION_NONE, &err));
	assert_int_equal(broker.canaries, 2);
	assert_journal(WRITTEN ",publish_outcome acked,row,intent,outcome applied,publish_intent,publish_outcome acked");
}

/* The same of a transaction that the COMMIT before has begun, and of its lock that was taken then: what is asked next is the
 * first word of the server. One that the server has begun now is another matter: who has ended it has met this one. */
static void one_that_was_begun_ahead_and_is_cut_off_is_left_waiting(void **state)
{
	static const char *const at[] = { "nova/instance_begin_rebuild", "nova/action_insert", "nova/migration_insert" };
	struct error err = { 0 };

	for (size_t i = 0; i < 2 * sizeof at / sizeof *at; i++) {
		end(state);
		begin(state);
		fake_chains = i % 2;
		assert_int_equal(0, evacuation_send(&work, 0, 1, &err));
		fake_away = true;
		fake_answer(at[i / 2])->fails = ERROR_DB_UNREACHABLE;
		assert_int_equal(-1, evacuation_send(&work, 1, EVACUATION_NONE, &err));
		assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
		assert_int_equal(evacuation_is_waiting(&work.plan.unit[1]), i % 2);
		assert_string_equal(fake_calls.s + fake_calls.n - 9, "|rollback");
		assert_int_equal(broker.published, 1);
		error_clear(&err);
	}
}

/* ---- the row of the next one, locked while the disk is awaited */

#define LOCKED_AHEAD "|commit and begin|begin write|nova/instance_lock uuid=i2|put off"

static bool calls_end(const char *with)
{
	size_t n = strlen(with);

	return fake_calls.n >= n && strcmp(fake_calls.s + fake_calls.n - n, with) == 0;
}

static void the_row_of_the_next_one_is_locked_before_the_message_leaves_and_not_again(void **state)
{
	struct error err = { 0 };
	size_t before;

	(void)state;
	fake_chains = true;
	assert_int_equal(0, evacuation_send(&work, 0, 1, &err));
	assert_true(calls_end(LOCKED_AHEAD));
	assert_int_equal(broker.calls_before, before = fake_calls.n);
	assert_int_equal(0, evacuation_send(&work, 1, EVACUATION_NONE, &err));
	assert_true(str_starts(fake_calls.s + before, "|begin write|nova/instance_begin_rebuild uuid=i2 "));
	assert_null(strstr(fake_calls.s + before, "instance_lock"));
	assert_int_equal(broker.published, 2);
	assert_null(work.ahead.instance);
}

/* Its message is the one that it would be without. */
static void the_spec_of_the_next_one_is_made_while_the_broker_is_awaited(void **state)
{
	struct error err = { 0 };
	auto_str struct str without = { 0 };

	for (int ahead = 0; ahead < 2; ahead++) {
		end(state);
		begin(state);
		assert_int_equal(0, evacuation_send(&work, 0, ahead ? 1 : EVACUATION_NONE, &err));
		assert_int_equal(work.ahead.spec != NULL, ahead);
		str_clear(&broker.body);
		assert_int_equal(0, evacuation_send(&work, 1, EVACUATION_NONE, &err));
		assert_null(work.ahead.spec);
		assert_non_null(strstr(broker.body.s, "RequestSpec"));
		*strstr(broker.body.s, "_unique_id") = '\0'; /* each has its own */
		if (ahead)
			assert_string_equal(broker.body.s, without.s);
		else
			str_add(&without, broker.body.s);
	}
}

/* Of a message that did not leave the rows go back in a transaction of their own. */
static void what_is_locked_is_let_go_when_the_message_does_not_leave(void **state)
{
	struct error err = { 0 };
	size_t before;

	(void)state;
	fake_chains = true;
	broker.outcome = BUS_RETURNED;
	assert_int_equal(0, evacuation_send(&work, 0, 1, &err));
	assert_true(str_starts(fake_calls.s + broker.calls_before, "|rollback|begin write|nova/migration_close "));
	broker.outcome = BUS_ACKED;
	before = fake_calls.n;
	assert_int_equal(0, evacuation_send(&work, 1, EVACUATION_NONE, &err));
	assert_non_null(strstr(fake_calls.s + before, "|nova/instance_lock uuid=i2|"));
}

static void what_is_locked_for_one_serves_no_other(void **state)
{
	struct error err = { 0 };
	size_t before;

	(void)state;
	fake_chains = true;
	assert_int_equal(0, evacuation_send(&work, 0, 1, &err));
	work.ahead.unit = 0; /* as if another's turn had come */
	before = fake_calls.n;
	assert_int_equal(0, evacuation_send(&work, 1, EVACUATION_NONE, &err));
	assert_true(str_starts(fake_calls.s + before, "|rollback|begin write|nova/instance_lock uuid=i2|"));
}

/* Where the host is looked at anew, a transaction is begun by its own word. */
static void what_is_locked_is_let_go_when_the_host_is_looked_at_anew(void **state)
{
	struct error err = { 0 };
	size_t before;

	(void)state;
	fake_chains = true;
	assert_int_equal(0, evacuation_send(&work, 0, 1, &err));
	work.source_looked_ms = 0;
	before = fake_calls.n;
	assert_int_equal(0, evacuation_send(&work, 1, EVACUATION_NONE, &err));
	assert_true(str_starts(fake_calls.s + before, "|rollback|begin write|nova/service_list_by_host host=c1|nova/instance_lock uuid=i2|"));
}

static void the_host_reports_while_the_next_row_is_waited_for(void)
{
	static const char *const column[] = { "id", "uuid", "host", "binary", "disabled", "disabled_reason", "forced_down", "version",
		"heartbeat_age_s", NULL };
	static const char *const row[] = { "10", NULL, "c1", "nova-compute", "0", NULL, "0", "64", "3" };

	if (!strstr(fake_calls.s, "|commit and begin|"))
		return;
	fake_rows("nova/service_list_by_host", column, row, 1);
	work.source_looked_ms = 0; /* it was long */
}

/* A row that is held may be waited for for as long as a server lets one: the host may live again by then. */
static void a_host_that_reports_while_the_next_row_is_waited_for_stops_the_message(void **state)
{
	struct error err = { 0 };

	(void)state;
	fake_chains = true;
	fake_answer("nova/instance_lock")->then = the_host_reports_while_the_next_row_is_waited_for;
	assert_int_equal(-1, evacuation_send(&work, 0, 1, &err));
	assert_int_equal(broker.published, 0);
	assert_true(work.source_reports);
	assert_journal(AHEAD ",publish_outcome not_sent,outcome failed");
}

static void look_at_the_source_again(void)
{
	work.source_looked_ms = 0;
}

/* What a look has seen is a record like any other. */
static void the_disk_is_full_at_a_record_behind_the_sync(void)
{
	struct rlimit limit;
	struct error full = { 0 };
	struct stat st;

	if (!strstr(fake_calls.s, "|commit and begin|"))
		return;
	assert_int_equal(0, stat(journal_path(work.journal), &st));
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = (rlim_t)st.st_size;
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_int_equal(-1, journal_add(work.journal, "witness", json_object_new_object(), false, &full));
	limit.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &limit);
}

static void no_message_leaves_beside_a_record_that_could_not_be_written(void **state)
{
	struct error err = { 0 };

	(void)state;
	signals_watch("RUN", "");
	fake_chains = true;
	fake_answer("nova/instance_lock")->then = look_at_the_source_again;
	fake_answer("nova/service_list_by_host")->then = the_disk_is_full_at_a_record_behind_the_sync;
	assert_int_equal(-1, evacuation_send(&work, 0, 1, &err));
	assert_int_equal(broker.published, 0);
	assert_non_null(strstr(fake_calls.s, "begin write|nova/migration_close"));
	assert_journal(AHEAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_run(a_database_that_goes_away_leaves_the_next_one_waiting),
		in_a_run(one_that_was_begun_ahead_and_is_cut_off_is_left_waiting),
		in_a_run(the_row_of_the_next_one_is_locked_before_the_message_leaves_and_not_again),
		in_a_run(the_spec_of_the_next_one_is_made_while_the_broker_is_awaited),
		in_a_run(what_is_locked_is_let_go_when_the_message_does_not_leave),
		in_a_run(what_is_locked_for_one_serves_no_other),
		in_a_run(what_is_locked_is_let_go_when_the_host_is_looked_at_anew),
		in_a_run(a_host_that_reports_while_the_next_row_is_waited_for_stops_the_message),
		in_a_run(the_intent_of_the_next_one_is_written_before_the_message_leaves),
		in_a_run(what_was_announced_and_not_begun_is_said_not_to_be),
		in_a_run(a_journal_that_fails_behind_the_record_of_a_message_lets_none_out),
		in_a_run(no_message_leaves_beside_a_record_that_could_not_be_written),
		in_a_run(what_is_the_same_for_all_is_looked_at_once),
		in_a_run(a_second_later_it_is_looked_at_again),
		in_a_run(what_was_found_wrong_is_looked_at_at_once),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* One message: its bytes, what is durable and what is asked before it leaves, what came of it. */
#include "cast_run.h"

#define DATA "tests/data/cast/" /* make runs the tests at the top of the tree */

/* ---- the message, byte for byte */

/* The expected bytes with this message's own time and unique id. */
static void read_expected(const char *name, struct str *out)
{
	auto_free char *file = xasprintf(DATA "%s.json", name);
	auto_str struct str text = { 0 };
	const char *time = strstr(broker.body.s, "_context_timestamp\\\":\\\"") + strlen("_context_timestamp\\\":\\\"");
	const char *unique = strstr(broker.body.s, "_unique_id\\\":\\\"") + strlen("_unique_id\\\":\\\""), *p;
	struct error err;

	assert_int_equal(0, file_read(file, 1 << 16, ERROR_ERROR, &text, &err));
	for (p = text.s; *p && *p != '\n'; p++)
		if (str_starts(p, "@TIME@")) {
			str_addn(out, time, 26);
			p += 5;
		} else if (str_starts(p, "@UNIQUE@")) {
			str_addn(out, unique, 32);
			p += 7;
		} else {
			str_addc(out, *p);
		}
}

static const struct {
	const char *name, *target_host;
	bool force;
	const char *calls;
} modes[] = {
	{ "any", NULL, false, CLAIM MIGRATE("NULL") },
	{ "dest", "c2", false, CLAIM MIGRATE("c2") },
	{ "force", "c2", true, CLAIM MIGRATE("c2") },
};

static void the_message_is_the_one_that_every_release_takes(void **state)
{
	struct error err = { 0 };

	for (size_t i = 0; i < COUNT(modes); i++) {
		auto_str struct str expected = { 0 };

		end(state);
		begin(state);
		f.request.what.target_host = modes[i].target_host;
		f.request.what.force = modes[i].force;
		work.plan.unit[0].step[0].after[0] = modes[i].target_host;
		assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
		read_expected(modes[i].name, &expected);
		assert_string_equal(broker.body.s, expected.s);
		assert_string_equal(broker.exchange.s, "nova");
		assert_string_equal(broker.key.s, "conductor");
		assert_string_equal(fake_calls.s, modes[i].calls);
	}
}

static void the_message_leaves_once_and_only_after_the_commit(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
	assert_int_equal(broker.published, 1);
	assert_int_equal(broker.calls_before, fake_calls.n);
	assert_int_equal(sent()->phase, PHASE_SENT);
	assert_true(evacuation_was_cast(&work.plan.unit[0]));
	assert_int_equal(work.plan.unit[0].step[0].state, STATE_APPLIED);
	assert_journal(WRITTEN ",publish_outcome acked");
}

/* Of the message's life the journal has what recovery goes by: that it ends, or that it does not. */
static void the_journal_says_whether_the_message_expires(void **state)
{
	static const struct {
		const char *version;
		enum queue_kind queues;
		const char *record;
	} rows[] = {
		{ "3.10.8", QUEUES_QUORUM, "\"expiration_ms\":120000," }, { "3.8.9", QUEUES_CLASSIC, "\"expiration_ms\":120000," },
		{ "3.8.9", QUEUES_QUORUM, "\"expiration_ms\":0," },       { "3.8.9", QUEUES_UNKNOWN, "\"expiration_ms\":0," },
		{ "", QUEUES_QUORUM, "\"expiration_ms\":0," },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_free char *version = xasprintf("\"broker_version\":\"%s\"", rows[i].version);
		auto_str struct str text = { 0 };
		struct error err = { 0 };

		end(state);
		begin(state);
		f.broker_config.queues = rows[i].queues;
		snprintf(f.bus.version, sizeof f.bus.version, "%s", rows[i].version);
		assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
		assert_int_equal(0, file_read(journal_path(work.journal), 1 << 20, ERROR_ERROR, &text, &err));
		if (!strstr(text.s, rows[i].record) || !strstr(text.s, version))
			fail_msg("row %zu: %s", i, text.s);
	}
}

static void the_same_run_makes_the_same_ids_and_another_run_others(void **state)
{
	struct error err = { 0 };

	assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
	assert_string_equal(sent()->rows.migration_uuid.text, MIGRATION);
	assert_string_equal(sent()->rows.request_id, REQUEST_ID);
	assert_int_equal(0, evacuation_send(&work, 1, EVACUATION_NONE, &err));
	assert_string_not_equal(work.plan.unit[1].evacuation->rows.migration_uuid.text, MIGRATION);
	end(state);
	begin(state);
	strcpy(work.run, "RUN2");
	assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
	assert_string_not_equal(sent()->rows.migration_uuid.text, MIGRATION);
	assert_string_not_equal(sent()->rows.request_id, REQUEST_ID);
}

static void queens_conductors_may_listen_on_another_topic(void **state)
{
	struct error err = { 0 };

	(void)state;
	work.world.nova.conductor_topic = (char *)(uintptr_t)"conduct";
	assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
	assert_string_equal(broker.key.s, "conduct");
}

static void no_password_is_in_the_message(void **state)
{
	struct error err = { 0 };

	(void)state;
	work.world.nova.transport_text = (char *)(uintptr_t)"rabbit://u:s3cret@h/";
	work.world.nova.database_text = (char *)(uintptr_t)"mysql://u:s3cret@h/nova";
	assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
	assert_null(strstr(broker.body.s, "s3cret"));
	assert_non_null(strstr(broker.body.s, "\\\"_context_auth_token\\\":null"));
	assert_non_null(strstr(broker.body.s, "\\\"new_pass\\\":null"));
}

/* ---- what came of it */

static const struct {
	enum bus_outcome outcome;
	bool taken_back;
	enum evacuation_phase phase;
	const char *journal;
} outcomes[] = {
	{ BUS_RETURNED, true, PHASE_NOT_SENT, WRITTEN ",publish_outcome returned,outcome failed" },
	{ BUS_REFUSED, true, PHASE_NOT_SENT, WRITTEN ",publish_outcome refused,outcome failed" },
	{ BUS_NOT_SENT, true, PHASE_NOT_SENT, WRITTEN ",publish_outcome not_sent,outcome failed" },
	{ BUS_NACKED, false, PHASE_IN_DOUBT, WRITTEN ",publish_outcome nacked" },
	{ BUS_BLOCKED, false, PHASE_IN_DOUBT, WRITTEN ",publish_outcome blocked" },
	{ BUS_LOST, false, PHASE_IN_DOUBT, WRITTEN ",publish_outcome lost" },
	{ BUS_TIMEOUT, false, PHASE_IN_DOUBT, WRITTEN ",publish_outcome timeout" },
};

static void only_what_was_proved_not_sent_is_taken_back(void **state)
{
	for (size_t i = 0; i < COUNT(outcomes); i++) {
		struct error err = { 0 };

		end(state);
		begin(state);
		broker.outcome = outcomes[i].outcome;
		assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
		assert_int_equal(broker.published, 1); /* never again by itself */
		assert_string_equal(fake_calls.s, outcomes[i].taken_back ? CLAIM MIGRATE("NULL") CANCEL : CLAIM MIGRATE("NULL"));
		assert_int_equal(sent()->phase, outcomes[i].phase);
		assert_int_equal(work.plan.unit[0].step[0].state, outcomes[i].taken_back ? STATE_FAILED : STATE_UNKNOWN);
		assert_non_null(strstr(work.plan.unit[0].step[0].error, "the broker's reason"));
		assert_false(evacuation_was_cast(&work.plan.unit[0]));
		assert_journal(outcomes[i].journal);
	}
}

static void what_could_not_be_taken_back_is_unknown(void **state)
{
	static const char *const statements[] = { "nova/migration_close", "nova/instance_end_rebuild", "nova/action_close" };
	struct error err = { 0 };

	for (size_t i = 0; i < COUNT(statements); i++) {
		end(state);
		begin(state);
		broker.outcome = BUS_RETURNED;
		fake_answer(statements[i])->n = 0; /* somebody works on it after all */
		assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
		assert_int_equal(sent()->phase, PHASE_IN_DOUBT);
		assert_non_null(strstr(fake_calls.s, "|rollback"));
		assert_journal(WRITTEN ",publish_outcome returned,outcome unknown");
	}
}

/* ---- nothing leaves before all is well */

static void drift_of(const char *statement)
{
	fake_answer(statement)->n = 0;
}

static const struct {
	const char *statement;
	const char *error;
} drifts[] = {
	{ "nova/instance_lock", "instance i1 is gone" },
	{ "nova/instance_begin_rebuild", "it is no longer as the plan saw it" },
	{ "nova/action_insert", "the instance action was not written" },
	{ "nova/migration_insert", "the migration was not written" },
};

static void a_row_that_changed_since_the_plan_stops_this_instance_alone(void **state)
{
	for (size_t i = 0; i < COUNT(drifts); i++) {
		struct error err = { 0 };

		end(state);
		begin(state);
		drift_of(drifts[i].statement);
		assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
		assert_int_equal(sent()->phase, PHASE_NOT_SENT);
		assert_string_equal(work.plan.unit[0].step[0].error, drifts[i].error);
		assert_int_equal(broker.published, 0);
		assert_string_equal(fake_calls.s + fake_calls.n - 9, "|rollback");
		assert_journal("run,row,intent,outcome failed");
	}
}

static void a_host_that_reports_again_is_alive(void **state)
{
	struct error err = { 0 };

	(void)state;
	fake_rows("nova/service_list_by_host",
	    LIST("id", "uuid", "host", "binary", "disabled", "disabled_reason", "forced_down", "version", "heartbeat_age_s", NULL),
	    LIST("10", NULL, "c1", "nova-compute", "0", NULL, "0", "64", "3"), 1);
	assert_int_equal(-1, evacuation_send(&work, 0, EVACUATION_NONE, &err)); /* and nothing more is begun */
	assert_int_equal(err.kind, ERROR_DRIFT);
	assert_string_equal(work.plan.unit[0].step[0].error, "nova-compute on 'c1' reports again: the host is alive");
	assert_int_equal(broker.published, 0);
	assert_string_equal(fake_calls.s, "begin write|nova/service_list_by_host host=c1|rollback");
}

/* Asked before every wave, before a row is written. */
static void a_host_whose_neutron_agent_lives_is_alive(void **state)
{
	struct error err = { 0 };

	(void)state;
	work.scene.agents.queue[0] = (struct consumer_fact){ .queue = "q-agent-notifier-port-update.c1", .now = { .exists = true, .consumers = 1 } };
	work.scene.agents.nqueue = 1;
	assert_int_equal(-1, evacuation_send(&work, 0, EVACUATION_NONE, &err)); /* and nothing more is begun */
	assert_int_equal(err.kind, ERROR_DRIFT);
	assert_string_equal(work.plan.unit[0].step[0].error,
	    "queue 'q-agent-notifier-port-update.c1' has a consumer: neutron's agent on 'c1' is connected: the host is alive");
	assert_int_equal(broker.published, 0);
	assert_string_equal(str_or(fake_calls.s, ""), "");
	work.scene.agents.nqueue = 0;
}

/* nova takes it for dead, and its last heartbeat may be young; one that came since is another matter. */
static void a_host_that_was_forced_down_before_is_alive_when_it_reports_since(void **state)
{
	static const struct {
		int64_t found_s;
		const char *now_s;
		bool alive;
	} cases[] = { { 30, "30", false }, { 30, "28", false }, { 30, "3", true }, { 3, "3", false }, { 500, "0", true }, { 500, "500", false } };
	struct error err = { 0 };

	for (size_t i = 0; i < COUNT(cases); i++) {
		end(state);
		begin(state);
		f.nova_service[C1].forced_down = true;
		f.nova_service[C1].heartbeat_age_s = AGE(cases[i].found_s);
		work.scene.nova.compute = &f.nova_service[C1];
		work.scene.nova.compute_seen_ms = clock_monotonic_ms();
		fake_rows("nova/service_list_by_host",
		    LIST("id", "uuid", "host", "binary", "disabled", "disabled_reason", "forced_down", "version", "heartbeat_age_s", NULL),
		    LIST("10", NULL, "c1", "nova-compute", "0", NULL, "1", "64", cases[i].now_s), 1);
		assert_int_equal(cases[i].alive ? -1 : 0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
		assert_int_equal(broker.published, !cases[i].alive);
		error_clear(&err);
	}
}

static void a_broken_spec_stops_before_anything_is_written(void **state)
{
	struct error err = { 0 };

	(void)state;
	f.candidate[I1].spec.spec = "{}";
	assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
	assert_int_equal(sent()->phase, PHASE_NOT_SENT);
	assert_string_equal(fake_calls.s, READS "|rollback");
	assert_int_equal(broker.published, 0);
}

static void a_commit_without_an_answer_ends_the_run_and_sends_nothing(void **state)
{
	struct error err = { 0 };

	(void)state;
	fake_commit_fails = ERROR_UNKNOWN;
	assert_int_equal(-1, evacuation_send(&work, 0, EVACUATION_NONE, &err));
	assert_int_equal(err.kind, ERROR_UNKNOWN);
	assert_int_equal(sent()->phase, PHASE_IN_DOUBT);
	assert_int_equal(broker.published, 0);
	assert_journal("run,row,intent,outcome unknown");
}

static void a_database_that_takes_no_writes_ends_the_run(void **state)
{
	struct error err = { 0 };

	(void)state;
	fake_begin_fails = ERROR_DB_UNREACHABLE;
	assert_int_equal(-1, evacuation_send(&work, 0, EVACUATION_NONE, &err));
	assert_int_equal(sent()->phase, PHASE_NOT_SENT);
	assert_int_equal(broker.published, 0);
	assert_journal("run,row,intent,outcome failed");
}

static void no_exchange(void)
{
	broker.no_exchange = true;
}

static void no_queue(void)
{
	broker.no_queue = true;
}

static void no_consumer(void)
{
	broker.no_consumer = true;
}

static void dead_canary(void)
{
	broker.canary_dies = true;
}

static void no_database(void)
{
	fake_away = true;
}

static void the_way_is_tried_before_a_row_is_written(void **state)
{
	static void (*const troubles[])(void) = { no_database, no_exchange, no_queue, no_consumer, dead_canary };
	static const enum error_kind kinds[] = { ERROR_DB_UNREACHABLE, ERROR_REFUSED, ERROR_REFUSED, ERROR_REFUSED, ERROR_BUS_UNREACHABLE };

	for (size_t i = 0; i < COUNT(troubles); i++) {
		struct error err = { 0 };

		end(state);
		begin(state);
		troubles[i]();
		assert_int_equal(-1, evacuation_send(&work, 0, EVACUATION_NONE, &err));
		assert_int_equal(err.kind, kinds[i]);
		assert_int_equal(fake_calls.n, 0);
		assert_int_equal(broker.published, 0);
		assert_null(work.plan.unit[0].evacuation);
		assert_journal("run");
	}
}

/* ---- a disk that is full at any record */

static void without_its_record_no_message_leaves_and_no_row_stays(void **state)
{
	auto_str struct str left = { 0 };
	struct rlimit limit;
	struct error err;

	signals_watch("RUN", ""); /* a file that may not grow is an error to us, not a death */
	getrlimit(RLIMIT_FSIZE, &limit);
	for (rlim_t room = 600; room < 4200; room += 170) {
		end(state);
		begin(state);
		limit.rlim_cur = room;
		setrlimit(RLIMIT_FSIZE, &limit);
		error_clear(&err);
		evacuation_send(&work, 0, EVACUATION_NONE, &err);
		limit.rlim_cur = RLIM_INFINITY;
		setrlimit(RLIMIT_FSIZE, &limit);
		str_clear(&left);
		assert_int_equal(0, file_read(journal_path(work.journal), 1 << 20, ERROR_ERROR, &left, &(struct error){ 0 }));
		if (broker.published)
			assert_non_null(strstr(left.s, "\"type\":\"publish_intent\""));
		else if (fake_calls.n) /* begun, announced, and taken back */
			assert_true(strstr(left.s, "\"type\":\"intent\"") && strstr(fake_calls.s, "commit|begin write|nova/migration_close"));
		if (!broker.published)
			assert_int_equal(err.kind, ERROR_ERROR);
	}
	assert_int_equal(broker.published, 1); /* the last had room enough */
}

/* ---- a token */

static void needs_the_token(void)
{
	fixture_token(&f);
	f.instance[I1].image_ref = "image";
	work.world.token = f.world.token;
	work.world.site.shared_disks = false;
}

static void a_token_is_in_the_message_and_not_in_the_journal(void **state)
{
	auto_str struct str text = { 0 };
	struct error err = { 0 };

	(void)state;
	needs_the_token();
	assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
	assert_non_null(strstr(broker.body.s, "_context_auth_token\\\":\\\"gAAAA\\\""));
	assert_int_equal(0, file_read(journal_path(work.journal), 1 << 20, ERROR_ERROR, &text, &err));
	assert_null(strstr(text.s, "gAAAA"));
	assert_non_null(strstr(text.s, "\"token\":\"file\""));
}

static void who_needs_none_gets_none(void **state)
{
	struct error err = { 0 };

	(void)state;
	needs_the_token();
	work.world.site.shared_disks = true;
	assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
	assert_null(strstr(broker.body.s, "gAAAA"));
}

static void a_token_that_has_ended_since_leaves_its_instance_as_it_is(void **state)
{
	struct error err = { 0 };

	(void)state;
	needs_the_token();
	work.world.token.facts.ends_s = clock_wall_s() - 1;
	assert_int_equal(0, evacuation_send(&work, 0, EVACUATION_NONE, &err));
	assert_int_equal(broker.published, 0);
	assert_int_equal(fake_calls.n, 0);
	assert_int_equal(work.plan.unit[0].step[0].state, STATE_SKIPPED);
	assert_string_equal(work.plan.unit[0].step[0].error,
	    "not begun: the token of '/root/t' cannot be used any more: it ends in 0 s, and nova may need it for 300 s");
	assert_journal("run");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_run(the_message_is_the_one_that_every_release_takes),
		in_a_run(the_message_leaves_once_and_only_after_the_commit),
		in_a_run(the_journal_says_whether_the_message_expires),
		in_a_run(the_same_run_makes_the_same_ids_and_another_run_others),
		in_a_run(queens_conductors_may_listen_on_another_topic),
		in_a_run(no_password_is_in_the_message),
		in_a_run(only_what_was_proved_not_sent_is_taken_back),
		in_a_run(what_could_not_be_taken_back_is_unknown),
		in_a_run(a_row_that_changed_since_the_plan_stops_this_instance_alone),
		in_a_run(a_host_that_reports_again_is_alive),
		in_a_run(a_host_whose_neutron_agent_lives_is_alive),
		in_a_run(a_host_that_was_forced_down_before_is_alive_when_it_reports_since),
		in_a_run(a_broken_spec_stops_before_anything_is_written),
		in_a_run(a_commit_without_an_answer_ends_the_run_and_sends_nothing),
		in_a_run(a_database_that_takes_no_writes_ends_the_run),
		in_a_run(the_way_is_tried_before_a_row_is_written),
		in_a_run(a_token_is_in_the_message_and_not_in_the_journal),
		in_a_run(who_needs_none_gets_none),
		in_a_run(a_token_that_has_ended_since_leaves_its_instance_as_it_is),
		in_a_run(without_its_record_no_message_leaves_and_no_row_stays),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}

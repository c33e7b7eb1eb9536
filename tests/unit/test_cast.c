/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_db.h"
#include "find/finding.h"
#include "evacuate/evacuate.h"
#include "apply/work.h"
#include "scene.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/log.h"
#include "util/signals.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define LIST(...) (const char *const[]){ __VA_ARGS__ }
#define DATA "tests/data/cast/" /* make runs the tests at the top of the tree */
/* uuid5(uuid5(ours, "RUN"), "mig/i1/1") and ".../req/i1/1", by Python's uuid module: a run's ids can be made again. */
#define MIGRATION "a581b5a4-4d23-587e-a837-d06fbf789210"
#define REQUEST_ID "req-d1af3e76-fbb5-5fa7-8d11-bf1613aa9337"

/* ---- a broker that answers from memory */

static struct {
	struct str exchange, key, body;
	size_t published, calls_before; /* what the database had been asked when the message left */
	enum bus_outcome outcome;
	bool no_exchange, no_queue, no_consumer, canary_dies;
	size_t canaries, locks;  /* how often they were looked at */
	bool lock_is_gone;
	struct str written; /* the records that the journal had when the message left */
} broker;
static struct work work;

/* "run,row,intent,…" */
static int add_type(void *ctx, json_object *record)
{
	struct str *types = ctx;
	const char *state = json_object_get_string(json_object_object_get(record, "state"));
	const char *outcome = json_object_get_string(json_object_object_get(record, "outcome"));

	str_addf(types, "%s%s%s%s", types->n ? "," : "", json_object_get_string(json_object_object_get(record, "type")),
	    state || outcome ? " " : "", state ? state : str_or(outcome, ""));
	return 0;
}

const char *bus_server(const struct bus *bus)
{
	(void)bus;
	return "127.0.0.1:5672 vhost '/'";
}

/* It stands still: what is looked at once a second is not looked at again because the machine is slow. */
int64_t clock_monotonic_us(void)
{
	return 1000000000;
}

int64_t clock_monotonic_ms(void)
{
	return clock_monotonic_us() / 1000;
}

void clock_sleep_ms(int64_t ms)
{
	(void)ms;
}

int bus_open(const struct bus_options *options, struct bus **out, struct error *err)
{
	(void)options;
	(void)out;
	return error_set(err, ERROR_BUS_UNREACHABLE, "no other broker");
}

void bus_close(struct bus **bus)
{
	*bus = NULL;
}

int bus_exchange_exists(struct bus *bus, const char *exchange, struct error *err)
{
	(void)bus;
	(void)exchange;
	(void)err;
	return !broker.no_exchange;
}

int bus_queue_look(struct bus *bus, const char *queue, struct bus_queue *out, struct error *err)
{
	(void)bus;
	(void)queue;
	(void)err;
	*out = (struct bus_queue){ .exists = !broker.no_queue, .consumers = broker.no_queue || broker.no_consumer ? 0 : 1 };
	return 0;
}

int bus_queues_look(struct bus *bus, const char *const *queue, size_t n, struct bus_queue *out, size_t *looked,
    struct error *err)
{
	for (*looked = 0; *looked < n; (*looked)++)
		if (bus_queue_look(bus, queue[*looked], &out[*looked], err) != 0)
			return -1;
	return 0;
}

int bus_canary(struct bus *bus, const char *exchange, struct error *err)
{
	(void)bus;
	(void)exchange;
	broker.canaries++;
	return broker.canary_dies ? error_set(err, ERROR_BUS_UNREACHABLE, "the canary died") : 0;
}

enum bus_outcome bus_publish_meanwhile(struct bus *bus, const char *exchange, const char *key, const char *body, size_t n,
    void (*meanwhile)(void *ctx), void *ctx, struct error *why)
{
	struct error err;
	bool torn;

	(void)bus;
	broker.published++;
	broker.calls_before = fake_calls.n;
	str_add(&broker.exchange, exchange);
	str_add(&broker.key, key);
	str_addn(&broker.body, body, n);
	journal_read(journal_path(work.journal), add_type, &broker.written, &torn, &err);
	if (meanwhile)
		meanwhile(ctx);
	if (broker.outcome != BUS_ACKED)
		error_set(why, ERROR_UNKNOWN, "the broker's reason");
	return broker.outcome;
}

const char *bus_outcome_name(enum bus_outcome outcome)
{
	static const char *const name[] = { "acked", "returned", "refused", "not_sent", "nacked", "blocked", "lost", "timeout" };

	return name[outcome];
}

const char *bus_outcome_sentence(enum bus_outcome outcome)
{
	return bus_outcome_name(outcome);
}

bool bus_outcome_proves_not_sent(enum bus_outcome outcome)
{
	return outcome == BUS_RETURNED || outcome == BUS_REFUSED || outcome == BUS_NOT_SENT;
}

int world_reconnect_cell(struct world *world, const struct nova_cell *cell, struct error *err)
{
	(void)world;
	(void)cell;
	return fake_away ? error_set(err, ERROR_DB_UNREACHABLE, "the database is away") : 0;
}

int lock_renew(struct lock *lock, struct error *err)
{
	(void)lock;
	(void)err;
	return 0;
}

int lock_check(struct lock *lock, struct error *err)
{
	(void)lock;
	broker.locks++;
	return broker.lock_is_gone ? error_set(err, ERROR_BUSY, "the lock was lost") : 0;
}

bool lock_is_lost(const struct lock *lock)
{
	(void)lock;
	return false;
}

int world_connect_bus(struct world *world, struct error *err)
{
	(void)world;
	(void)err;
	return 0;
}

/* No run here has a neutron. */
int world_connect_neutron(const struct world *world, struct db **out, struct error *err)
{
	(void)world;
	(void)out;
	return error_set(err, ERROR_DB_UNREACHABLE, "neutron's database does not answer");
}

/* ---- a run that is about to evacuate i1 */

static const char *const instance_columns[] = { "id", "user_id", "project_id", "image_ref", "kernel_id", "ramdisk_id", "hostname",
	"launch_index", "key_name", "key_data", "power_state", "vm_state", "task_state", "memory_mb", "vcpus", "root_gb", "ephemeral_gb",
	"ephemeral_key_uuid", "host", "node", "instance_type_id", "user_data", "reservation_id", "launched_at", "terminated_at",
	"availability_zone", "display_name", "display_description", "launched_on", "locked", "locked_by", "os_type", "architecture",
	"vm_mode", "uuid", "root_device_name", "default_ephemeral_device", "default_swap_device", "config_drive", "access_ip_v4",
	"access_ip_v6", "auto_disk_config", "progress", "shutdown_terminate", "disable_terminate", "cell_name", "cleaned", "created_at",
	"updated_at", "deleted_at", "deleted", NULL };
static const char *const instance_row[] = { "8", "5e5e", "0a0b", "", "", "", "web", "0", NULL, NULL, "1", "active", NULL, "2048", "2",
	"1", "0", NULL, "c1", "c1.example", "1", NULL, "r-1", "2026-01-31 03:04:05", NULL, "nova", "web \xc3\xa9/\"1\"", NULL, "c1", "0",
	NULL, NULL, NULL, NULL, "i1", "/dev/vda", NULL, NULL, "", NULL, NULL, "1", "0", "0", NULL, NULL, "0",
	"2026-01-31 03:00:00.000000", NULL, NULL, "0" };

static char top[] = "/tmp/test_cast_XXXXXX";
static struct fixture f;
static struct findings findings;
static char *path;

static void answer_all(void)
{
	static const char *const writes[] = { "nova/instance_begin_rebuild", "nova/action_insert", "nova/migration_insert",
		"nova/migration_close", "nova/instance_end_rebuild", "nova/action_close" };

	for (size_t i = 0; i < COUNT(writes); i++)
		fake_answer(writes[i])->n = 1;
	fake_rows("nova/instance_lock", instance_columns, instance_row, 1);
}

static int begin(void **state)
{
	struct error err;

	(void)state;
	fixture_init(&f);
	fake_reset();
	answer_all();
	str_free(&broker.exchange);
	str_free(&broker.key);
	str_free(&broker.body);
	str_free(&broker.written);
	memset(&broker, 0, sizeof broker);
	f.request.where.state_dir = top;
	f.scene.nova.columns.migrations_have_project = true;
	f.world.nova.bus.exchange = (char *)(uintptr_t)"nova";
	work = (struct work){ .request = &f.request, .run = "RUN", .world = f.world, .scene = f.scene };
	work.scene.world = &work.world;
	plan_evacuations(&work.plan, &work.scene, &findings);
	return journal_create(&f.request, "RUN", "c1", &work.journal, &err);
}

static int end(void **state)
{
	auto_free char *journal = xasprintf("%s/journal", top);
	struct rlimit limit;

	(void)state;
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &limit);
	path = xasprintf("%s/RUN.jsonl", journal);
	evacuation_unlock(&work);
	for (size_t i = 0; i < work.plan.nunit; i++)
		free(work.plan.unit[i].evacuation);
	plan_free(&work.plan);
	journal_close(&work.journal);
	unlink(path);
	free(path);
	rmdir(journal);
	fake_reset();
	str_free(&broker.exchange);
	str_free(&broker.key);
	str_free(&broker.body);
	str_free(&broker.written);
	return 0;
}

static int make_top(void **state)
{
	struct error err;

	(void)state;
	log_open(&(struct log_options){ .level = LOG_ERROR }, &err);
	return mkdtemp(top) ? 0 : -1;
}

static int remove_top(void **state)
{
	(void)state;
	return rmdir(top);
}

static void assert_journal(const char *expected)
{
	auto_str struct str types = { 0 };
	struct error err;
	bool torn;

	assert_int_equal(0, journal_read(journal_path(work.journal), add_type, &types, &torn, &err));
	assert_string_equal(types.s, expected);
}

static const struct evacuation *sent(void)
{
	assert_non_null(work.plan.unit[0].evacuation);
	return work.plan.unit[0].evacuation;
}

#define READS "begin write|nova/service_list_by_host host=c1|nova/instance_lock uuid=i1"
#define CLAIM                                                                                      \
	READS "|nova/instance_begin_rebuild uuid=i1 host=c1 vm_state=active old_task_state=NULL"       \
	"|nova/action_insert instance_uuid=i1 request_id=" REQUEST_ID " user_id=5e5e project_id=0a0b"
#define INSERT(dest)                                                                               \
	"|nova/migration_insert uuid=" MIGRATION " source_compute=c1 source_node=c1.example dest_compute=" dest               \
	" instance_uuid=i1 user_id=5e5e project_id=0a0b session=7"
#define MIGRATE(dest) INSERT(dest) "|commit"
#define CANCEL                                                                                     \
	"|begin write|nova/migration_close uuid=" MIGRATION                                            \
	"|nova/instance_end_rebuild uuid=i1 host=c1 old_task_state=NULL"                               \
	"|nova/action_close instance_uuid=i1 request_id=" REQUEST_ID "|commit"
#define WRITTEN "run,row,intent,outcome applied,publish_intent"

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

#define in_a_run(t) cmocka_unit_test_setup_teardown(t, begin, end)

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
		in_a_run(what_is_the_same_for_all_is_looked_at_once),
		in_a_run(a_second_later_it_is_looked_at_again),
		in_a_run(what_was_found_wrong_is_looked_at_at_once),
		in_a_run(the_way_is_tried_before_a_row_is_written),
		in_a_run(a_token_is_in_the_message_and_not_in_the_journal),
		in_a_run(who_needs_none_gets_none),
		in_a_run(a_token_that_has_ended_since_leaves_its_instance_as_it_is),
		in_a_run(without_its_record_no_message_leaves_and_no_row_stays),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A run that is about to evacuate i1, then i2: with a database and a broker that answer from memory. */
#ifndef TEST_CAST_RUN_H
#define TEST_CAST_RUN_H

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

#define in_a_run(t) cmocka_unit_test_setup_teardown(t, begin, end)

#endif

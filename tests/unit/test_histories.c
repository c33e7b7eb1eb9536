/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evacuate/plug.h"
#include "fake_ahead.h"
#include "scene.h"
#include "under_valgrind.h"
#include "util/clock.h"
#include "util/http.h"
#include "util/json.h"
#include "util/log.h"

/* 1,000 histories of computes, ports, agents, bindings and services that come and go, each made from its seed, and the real
 * plugging_look() in the middle of them: its statements, its messages and its questions reach a cloud that goes on while they are
 * answered. Beside it stands a checker that knows the truth of the cloud at the moment of each answer, and none of the rule. */

#define HISTORIES (under_valgrind() ? 100u : 1000u)
#define LOOKS 120
#define STEP_MS 50
#define COUNT(array) (sizeof(array) / sizeof *(array))
#define INSTANCES_MAX 3
#define PORTS_MAX 3 /* of an instance */
#define PLUG_TIMEOUT_MS 60000

enum { HOST_S, HOST_A, HOST_B, HOST_C, HOSTS };
static const char *const host_name[HOSTS] = { "s", "a", "b", "c" };
enum status { DOWN, BUILD, ACTIVE, ERROR_STATUS };
static const char *const status_name[] = { "DOWN", "BUILD", "ACTIVE", "ERROR" };

/* ---- the truth */

struct truth_port {
	char id[37];
	enum status status;
	int host; /* -1: unbound */
	bool failed, off, gone, remote_managed;
	bool cached, cached_active; /* in nova's info cache */
	bool awaited;               /* by the compute, in its memory: what counts */
	bool never_again;           /* its agent does not report it */
	bool eager;                 /* reported before the compute waits: what is told then is lost */
	bool late;                  /* its binding follows when the compute waits already: until then it is ACTIVE elsewhere */
};
enum stage { QUEUED, MOVING, SPAWNING, DONE, FAILED, STUCK };
struct truth_instance {
	char uuid[37], migration[37];
	enum stage stage;
	int dest;
	bool registered; /* it has begun to wait: what came before was lost */
	int64_t deadline_ms;
	bool ours; /* its migration is the one that we sent */
	struct truth_port port[PORTS_MAX];
	size_t nport;
};
static struct {
	struct truth_instance instance[INSTANCES_MAX];
	size_t n;
	bool agent[HOSTS], api, broker, cell, neutron;
	int64_t api_since_ms, broker_since_ms; /* as they are */
	enum { API_OFF, API_ON, API_FLAPS } api_mode;
	unsigned chaos; /* 0 to 3 */
} cloud;
static int64_t now_ms;
static uint64_t seed;

static struct {
	size_t told, told_beside_api, arrived, failed, early, graces, foreign, wait_records, refused;
} seen_in_all;

static unsigned draw(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 11) % below;
}

static bool chance(unsigned one_in)
{
	return draw(one_in) == 0;
}

/* ---- what the checker knows */

enum lie { TRUTH, LIES_ACTIVE, LIES_HOST, LIES_WAITING, LIES_DOWN };
static enum lie lie; /* the cloud answers wrongly: the checker must see what comes of it */

static struct {
	bool waiting; /* as the states were read in this look */
	int dest;
	int64_t read_ms; /* when that was */
	bool cache_read;
	bool inactive[PORTS_MAX];        /* as the cache was read after that */
	bool ports_read, good[PORTS_MAX]; /* true on that host when the ports were read after that */
	int64_t visible_ms[PORTS_MAX];   /* since when all of it was to be seen at each look; 0: it was not */
	int64_t told_ms[PORTS_MAX];
} known[INSTANCES_MAX];
static int64_t look_began_ms;
static bool look_failed;
static char last_unique[33], last_outcome[16];
static size_t unrecorded;
static size_t violations;
static char violation[256];

static void violate(const char *what, const char *of)
{
	if (violations++ == 0)
		snprintf(violation, sizeof violation, "%s: %s at %lld ms", of, what, (long long)now_ms);
}

static bool is_good(const struct truth_port *p, int host)
{
	return !p->gone && p->status == ACTIVE && p->host == host && !p->failed;
}

/* ---- how the cloud goes on */

static void arrive(struct truth_instance *i)
{
	i->stage = DONE;
	seen_in_all.arrived++;
}

static void hear(struct truth_instance *i, struct truth_port *p)
{
	if (i->stage != SPAWNING || !i->registered)
		return;
	p->awaited = false;
	for (size_t k = 0; k < i->nport; k++)
		if (i->port[k].awaited)
			return;
	arrive(i);
}

/* ML2, in the transaction that changes the host. */
static void bind_port(struct truth_port *p, int host)
{
	if (p->host != host)
		p->status = DOWN;
	p->host = host;
	p->failed = chance(30);
}

static void write_cache(struct truth_instance *i)
{
	bool stale = chance(12);

	for (size_t k = 0; k < i->nport; k++) {
		struct truth_port *p = &i->port[k];

		p->awaited = p->status != ACTIVE && !p->off && !p->remote_managed;
		p->cached = !(stale && chance(3));
		p->cached_active = (p->status == ACTIVE || p->off) != (stale && chance(2));
	}
}

static void move(struct truth_instance *i)
{
	for (size_t k = 0; k < i->nport; k++)
		if (!i->port[k].late)
			bind_port(&i->port[k], chance(40) ? (int)draw(HOSTS) : i->dest);
	write_cache(i);
	for (size_t k = 0; k < i->nport; k++)
		if (i->port[k].late && i->port[k].host != i->dest) {
			i->port[k].cached_active = false;
			i->port[k].awaited = !i->port[k].off && !i->port[k].remote_managed;
		}
	i->stage = SPAWNING;
	i->registered = false;
}

static void agent_goes_on(struct truth_instance *i, struct truth_port *p)
{
	if (p->gone || p->off || p->failed || p->never_again || p->host < 0 || !cloud.agent[p->host] ||
	    !(i->stage == SPAWNING && (i->registered || p->eager) && p->host == i->dest))
		return;
	if (p->status == DOWN && chance(6)) {
		p->status = BUILD;
	} else if (p->status == BUILD && chance(6)) {
		p->status = ACTIVE;
		if (cloud.api) /* neutron posts it now or never */
			hear(i, p);
	}
}

static void spawn_goes_on(struct truth_instance *i)
{
	bool any = false;

	if (!i->registered && chance(40)) {
		i->registered = true;
		i->deadline_ms = now_ms + PLUG_TIMEOUT_MS;
		for (size_t k = 0; k < i->nport; k++)
			any = any || i->port[k].awaited;
		if (!any)
			arrive(i);
	} else if (i->registered && now_ms > i->deadline_ms) {
		i->stage = FAILED;
		seen_in_all.failed++;
	} else if (cloud.chaos > 1 && chance(4000)) {
		i->stage = STUCK; /* its nova-compute was restarted: the states stay, and nobody waits */
	}
}

/* An administrator, another tool, a user, an agent that is restarted. */
static void upset(struct truth_port *p)
{
	if (!chance(1200))
		return;
	switch (draw(7)) {
	case 0:
		p->status = DOWN;
		break;
	case 1:
		bind_port(p, (int)draw(HOSTS));
		break;
	case 2:
		p->gone = true;
		break;
	case 3:
		p->off = true;
		p->status = DOWN;
		break;
	case 4:
		p->status = ERROR_STATUS;
		break;
	case 5:
		p->host = -1;
		p->status = DOWN;
		break;
	default:
		p->status = ACTIVE; /* where it is bound, whatever that is good for */
	}
}

static void turn_service(bool *on, int64_t *since_ms, unsigned one_in)
{
	if (!chance(one_in))
		return;
	*on = !*on;
	if (since_ms)
		*since_ms = now_ms;
}

static void instance_goes_on(struct truth_instance *i)
{
	if (i->stage == QUEUED && chance(30)) {
		i->dest = 1 + (int)draw(HOSTS - 1);
		i->stage = MOVING;
	} else if (i->stage == MOVING && chance(20)) {
		move(i);
	} else if (i->stage == SPAWNING) {
		spawn_goes_on(i);
	} else if (i->stage == FAILED && chance(200)) { /* somebody evacuates it again: not our migration */
		i->migration[0] = i->migration[0] == 'f' ? 'e' : 'f';
		i->ours = false;
		i->stage = QUEUED;
	}
	for (size_t k = 0; k < i->nport; k++) {
		if (cloud.chaos > 0)
			upset(&i->port[k]);
		if (i->stage == SPAWNING && i->port[k].late && chance(80)) {
			i->port[k].late = false;
			bind_port(&i->port[k], i->dest);
		}
		agent_goes_on(i, &i->port[k]);
	}
}

static void step(void)
{
	now_ms += STEP_MS;
	for (size_t i = 0; i < cloud.n; i++)
		instance_goes_on(&cloud.instance[i]);
	if (cloud.api_mode == API_FLAPS)
		turn_service(&cloud.api, &cloud.api_since_ms, 200);
	for (int h = HOST_A; h < HOSTS && cloud.chaos > 0; h++)
		turn_service(&cloud.agent[h], NULL, 600);
	if (cloud.chaos > 2) {
		turn_service(&cloud.broker, &cloud.broker_since_ms, cloud.broker ? 600 : 60);
		turn_service(&cloud.cell, NULL, cloud.cell ? 600 : 60);
		turn_service(&cloud.neutron, NULL, cloud.neutron ? 600 : 60);
	}
}

static void pass(int64_t ms)
{
	for (int64_t end_ms = now_ms + ms; now_ms < end_ms;)
		step();
}

/* ---- the clock, the broker, nova-api */

int64_t clock_monotonic_ms(void)
{
	return now_ms;
}

void clock_now(char out[CLOCK_TEXT_SIZE])
{
	strcpy(out, "2026-01-31T03:04:05.678Z");
}

int64_t clock_parse(const char *text)
{
	(void)text;
	abort();
}

void clock_sleep_ms(int64_t ms)
{
	(void)ms;
	abort();
}

void http_look_all(struct http_look *look, size_t n, int timeout_ms)
{
	(void)timeout_ms;
	assert_int_equal(n, 1);
	assert_string_equal(look->url, "http://192.0.2.9:8774/");
	pass(draw(200));
	look->answer = cloud.api ? HTTP_ANSWERS : HTTP_REFUSED;
}

void http_say(const struct http_look *look, struct str *out)
{
	(void)look;
	(void)out;
	abort();
}

bool http_ask(const struct http_question *question, struct http_reply *out)
{
	(void)question;
	(void)out;
	abort();
}

void http_reply_free(struct http_reply *reply)
{
	(void)reply;
	abort();
}

char *http_root(const char *endpoint)
{
	(void)endpoint;
	abort();
}

bool http_is_alive(const struct http_look *look)
{
	return look->answer == HTTP_ANSWERS;
}

static struct bus *const the_cells = (struct bus *)&cloud.broker;

int bus_open(const struct bus_options *options, struct bus **out, struct error *err)
{
	assert_int_equal(options->config->url.nbroker, 1);
	assert_string_equal(options->config->url.broker[0].host, "cell-broker");
	pass(chance(20) ? 12000 : draw(100)); /* a broker that is slow to answer: what was read before is old by then */
	if (!cloud.broker)
		return error_set(err, ERROR_BUS_UNREACHABLE, "the broker is away");
	*out = the_cells;
	return 0;
}

void bus_close(struct bus **bus)
{
	*bus = NULL;
}

const char *bus_server(const struct bus *bus)
{
	assert_ptr_equal(bus, the_cells);
	return "cell-broker:5672 vhost '/'";
}

int bus_queue_look(struct bus *bus, const char *queue, struct bus_queue *out, struct error *err)
{
	(void)bus;
	(void)queue;
	(void)out;
	(void)err;
	abort();
}

int bus_queues_look(struct bus *bus, const char *const *queue, size_t n, struct bus_queue *out, size_t *looked,
    struct error *err)
{
	(void)bus;
	(void)queue;
	(void)n;
	(void)out;
	(void)looked;
	(void)err;
	abort();
}

const char *bus_outcome_name(enum bus_outcome outcome)
{
	static const char *const name[] = { "acked", "returned", "refused", "not_sent", "nacked", "blocked", "lost", "timeout" };

	return name[outcome];
}

/* The instance and the port that a message is about; -1: it is no message of ours. */
static int read_message(const char *body, size_t n, size_t *instance, size_t *port)
{
	auto_str struct str text = { 0 };
	json_object *envelope, *message, *event;
	int rc = -1;

	str_addn(&text, body, n);
	envelope = json_tokener_parse(text.s);
	message = json_tokener_parse(get_text(envelope, "oslo.message"));
	event = json_object_object_get(
	    json_object_array_get_idx(json_object_object_get(json_object_object_get(message, "args"), "events"), 0), "nova_object.data");
	assert_string_equal(get_text(message, "method"), "external_instance_event");
	assert_string_equal(get_text(event, "name"), "network-vif-plugged");
	assert_string_equal(get_text(event, "status"), "completed");
	snprintf(last_unique, sizeof last_unique, "%s", get_text(message, "_unique_id"));
	for (size_t i = 0; i < cloud.n; i++)
		for (size_t k = 0; k < cloud.instance[i].nport; k++)
			if (str_equal(get_text(event, "instance_uuid"), cloud.instance[i].uuid) &&
			    str_equal(get_text(event, "tag"), cloud.instance[i].port[k].id)) {
				*instance = i;
				*port = k;
				rc = 0;
			}
	json_object_put(message);
	json_object_put(envelope);
	return rc;
}

static void check_told(size_t i, size_t k, const char *key)
{
	const char *of = cloud.instance[i].port[k].id;
	char expected[32];

	snprintf(expected, sizeof expected, "compute.%s", host_name[known[i].dest]);
	if (!known[i].waiting || !known[i].cache_read || !known[i].ports_read)
		violate("told without having seen it wait, or its ports after that", of);
	else if (now_ms - known[i].read_ms > 11000)
		violate("told of what was read long ago", of);
	else if (strcmp(key, expected) != 0)
		violate("told to another compute than the one that waits", of);
	else if (!known[i].inactive[k])
		violate("told of a port that the compute does not wait for", of);
	else if (!known[i].good[k])
		violate("told of a port that was not ACTIVE on that host when it was read", of);
	if (cloud.api && now_ms - cloud.api_since_ms > 4000) {
		seen_in_all.told_beside_api++;
		if (!known[i].visible_ms[k] || now_ms - known[i].visible_ms[k] < 10000)
			violate("told while nova-api answers and neutron may still tell it itself", of);
	}
	if (known[i].told_ms[k] && now_ms - known[i].told_ms[k] < PLUG_REPEAT_MS)
		violate("told again at once", of);
	known[i].told_ms[k] = now_ms;
}

enum bus_outcome bus_publish(struct bus *bus, const char *exchange, const char *key, const char *body, size_t n, struct error *why)
{
	enum bus_outcome outcome = BUS_ACKED;
	size_t i = 0, k = 0;

	assert_ptr_equal(bus, the_cells);
	assert_string_equal(exchange, "nova");
	if (unrecorded)
		violate("a message before the one before it was recorded", last_unique);
	unrecorded++;
	if (read_message(body, n, &i, &k) != 0)
		violate("a message about a port that is none of the instance's", key);
	else
		check_told(i, k, key);
	pass(draw(150));
	if (!cloud.broker)
		outcome = chance(2) ? BUS_LOST : BUS_NOT_SENT;
	else if (chance(50))
		outcome = chance(2) ? BUS_TIMEOUT : BUS_RETURNED;
	if (outcome == BUS_ACKED || outcome == BUS_TIMEOUT) {
		bool early = !cloud.instance[i].registered;

		seen_in_all.told++;
		seen_in_all.early += early;
		if (str_equal(key + strlen("compute."), host_name[cloud.instance[i].dest]))
			hear(&cloud.instance[i], &cloud.instance[i].port[k]);
	} else {
		seen_in_all.refused++;
	}
	if (outcome != BUS_ACKED)
		error_set(why, ERROR_UNKNOWN, "the broker's reason");
	snprintf(last_outcome, sizeof last_outcome, "%s", bus_outcome_name(outcome));
	return outcome;
}

/* ---- the journal */

int journal_add(struct journal *journal, const char *type, json_object *record, bool sync, struct error *err)
{
	(void)journal;
	(void)sync;
	(void)err;
	if (str_equal(type, "vif_event")) {
		if (unrecorded != 1 || !str_equal(get_text(record, "unique_id"), last_unique) ||
		    !str_equal(get_text(record, "outcome"), last_outcome))
			violate("a record of something that was not sent so", str_or(get_text(record, "unique_id"), "?"));
		unrecorded = 0;
	} else if (str_equal(type, "vif_wait")) {
		seen_in_all.wait_records++;
	} else {
		violate("an unknown record", type);
	}
	json_object_put(record);
	return 0;
}

/* ---- the databases: an answer takes its time, and is true when it is given */

static struct db cell_db, neutron_db;

int db_ping(struct db *db, struct error *err)
{
	(void)db;
	(void)err;
	return 0;
}

int db_open(const struct db_options *options, struct db **out, struct error *err)
{
	(void)options;
	if (!cloud.neutron)
		return error_set(err, ERROR_DB_UNREACHABLE, "the database is away");
	*out = &neutron_db;
	return 0;
}

void db_close(struct db **db)
{
	*db = NULL;
}

const char *db_label(const struct db *db)
{
	return db == &cell_db ? "the cell" : "neutron's database";
}

void db_rows_free(struct db_rows *rows)
{
	arena_free(&rows->arena);
	*rows = (struct db_rows){ 0 };
}

static void *add_row(struct db_rows *out, const struct db_shape *shape)
{
	return (char *)out->v + out->n++ * shape->row_size;
}

static void set(struct db_rows *out, const struct db_shape *shape, void *row, const char *name, const char *value)
{
	const struct db_column *c = shape->column;

	while (c->name && strcmp(c->name, name) != 0)
		c++;
	assert_non_null(c->name);
	if (c->type == DB_INT)
		*(int64_t *)(void *)((char *)row + c->offset) = strtoll(value, NULL, 10);
	else
		*(const char **)(void *)((char *)row + c->offset) = arena_dup(&out->arena, value);
}

static void list_plugging(const struct db_shape *shape, struct db_rows *out)
{
	for (size_t i = 0; i < cloud.n; i++) {
		const struct truth_instance *t = &cloud.instance[i];
		bool waits = t->stage == SPAWNING || t->stage == STUCK;
		void *row;

		known[i].waiting = waits;
		known[i].dest = t->dest;
		known[i].read_ms = now_ms;
		known[i].cache_read = known[i].ports_read = false;
		if (!waits && !(lie == LIES_WAITING && t->stage != QUEUED))
			continue;
		row = add_row(out, shape);
		set(out, shape, row, "migration_uuid", t->migration);
		set(out, shape, row, "instance_uuid", t->uuid);
		set(out, shape, row, "status", "pre-migrating");
		set(out, shape, row, "dest_compute", host_name[t->dest]);
		set(out, shape, row, "vm_state", "active");
		set(out, shape, row, "task_state", "rebuild_spawning");
	}
}

static size_t instance_named(const char *uuid)
{
	for (size_t i = 0; i < cloud.n; i++)
		if (strcmp(cloud.instance[i].uuid, uuid) == 0)
			return i;
	return cloud.n;
}

static void get_cache(const char *uuid, const struct db_shape *shape, struct db_rows *out)
{
	size_t i = instance_named(uuid);
	const struct truth_instance *t = &cloud.instance[i];
	auto_str struct str text = { 0 };
	void *row = add_row(out, shape);

	str_add(&text, "[");
	for (size_t k = 0; k < t->nport; k++) {
		known[i].inactive[k] = t->port[k].cached && !t->port[k].cached_active && !t->port[k].remote_managed;
		if (t->port[k].cached)
			str_addf(&text, "%s{\"id\": \"%s\", \"vnic_type\": \"%s\", \"type\": \"ovs\", \"active\": %s}", text.n > 1 ? "," : "",
			    t->port[k].id, t->port[k].remote_managed ? "remote-managed" : "normal",
			    t->port[k].cached_active ? "true" : "false");
	}
	str_add(&text, "]");
	known[i].cache_read = true;
	set(out, shape, row, "instance_uuid", uuid);
	set(out, shape, row, "network_info", text.s);
}

static bool is_asked(const struct db_param *params, const char *uuid)
{
	for (int64_t i = 0; i < params->number; i++)
		if (strcmp(params->list[i], uuid) == 0)
			return true;
	return false;
}

static void list_ports(const struct db_param *params, bool blocks, const struct db_shape *shape, struct db_rows *out)
{
	for (size_t i = 0; i < cloud.n; i++) {
		const struct truth_instance *t = &cloud.instance[i];

		if (!is_asked(params, t->uuid))
			continue;
		known[i].ports_read = true;
		for (size_t k = 0; k < t->nport; k++) {
			const struct truth_port *p = &t->port[k];
			enum status status = lie == LIES_ACTIVE ? ACTIVE : lie == LIES_DOWN && p->status == ACTIVE ? DOWN : p->status;
			int host = lie == LIES_HOST ? t->dest : p->host;
			void *row;

			if (!blocks)
				known[i].good[k] = is_good(p, known[i].dest);
			if (p->gone || (blocks && status == ACTIVE))
				continue;
			row = add_row(out, shape);
			set(out, shape, row, "id", p->id);
			if (blocks) {
				set(out, shape, row, "entities", "L2");
				continue;
			}
			set(out, shape, row, "device_id", t->uuid);
			set(out, shape, row, "device_owner", "compute:nova");
			set(out, shape, row, "status", status_name[status]);
			set(out, shape, row, "admin_state_up", p->off ? "0" : "1");
			set(out, shape, row, "host", host < 0 ? NULL : host_name[host]);
			set(out, shape, row, "vif_type", host < 0 ? NULL : p->failed ? "binding_failed" : "ovs");
			set(out, shape, row, "vnic_type", host < 0 ? NULL : "normal");
		}
	}
}

int db_read(struct db *db, const struct sql *sql, const struct db_param *params, const struct db_shape *shape, struct db_rows *out,
    struct error *err)
{
	pass(draw(300));
	*out = (struct db_rows){ 0 };
	if ((db == &cell_db && !cloud.cell) || (db == &neutron_db && !cloud.neutron)) {
		look_failed = true;
		return error_set(err, ERROR_DB_UNREACHABLE, "the database is away");
	}
	out->v = arena_alloc(&out->arena, INSTANCES_MAX * PORTS_MAX * shape->row_size);
	if (strcmp(sql->name, "nova/evacuation_list_plugging") == 0)
		list_plugging(shape, out);
	else if (strcmp(sql->name, "nova/info_cache_get") == 0)
		get_cache(params[0].text, shape, out);
	else if (strcmp(sql->name, "neutron/port_list_by_devices") == 0)
		list_ports(params, false, shape, out);
	else if (strcmp(sql->name, "neutron/block_list_by_devices") == 0)
		list_ports(params, true, shape, out);
	else
		fail_msg("%s was not to be asked", sql->name);
	return 0;
}

int db_read_once(struct db *db, const struct sql *sql, const struct db_shape *shape, struct db_rows *out, struct error *err)
{
	return db_read(db, sql, NULL, shape, out, err);
}

/* ---- after each look */

static bool has_long_been(bool is, int64_t since_ms)
{
	return is && look_began_ms - since_ms > 9000;
}

/* Each port that is ready for its compute, and was at the look before, has been told by now. */
static void check_promptness(size_t i, size_t k, bool visible, int64_t visible_before_ms)
{
	const char *of = cloud.instance[i].port[k].id;
	bool told = known[i].told_ms[k] && known[i].told_ms[k] >= look_began_ms - PLUG_REPEAT_MS;

	if (now_ms - look_began_ms > 10000) /* so slow that what was read is old: the next look's matter */
		return;
	if (!visible || !cloud.instance[i].ours || told || !has_long_been(cloud.broker, cloud.broker_since_ms))
		return;
	if (has_long_been(!cloud.api, cloud.api_since_ms))
		violate("ready, nova-api is down, and not told", of);
	else if (visible_before_ms && look_began_ms - visible_before_ms > PLUG_GRACE_MS + 4000)
		violate("ready for so long that neutron's own word is lost, and not told", of);
	else if (cloud.api)
		seen_in_all.graces++;
}

/* A database did not answer: this look tells nothing of it, neither way. */
static bool is_unread(size_t i)
{
	bool any = false;

	for (size_t k = 0; k < cloud.instance[i].nport; k++)
		any = any || known[i].inactive[k];
	return look_failed || (known[i].waiting && (!known[i].cache_read || (any && !known[i].ports_read)));
}

static void check_look(const struct work *work)
{
	for (size_t i = 0; i < cloud.n; i++) {
		bool says = false, unread = is_unread(i);

		for (size_t k = 0; k < cloud.instance[i].nport; k++) {
			bool visible = known[i].waiting && known[i].cache_read && known[i].ports_read && known[i].inactive[k] &&
			    known[i].good[k];

			if (!unread) {
				check_promptness(i, k, visible, known[i].visible_ms[k]);
				if (!visible)
					known[i].visible_ms[k] = 0;
				else if (!known[i].visible_ms[k])
					known[i].visible_ms[k] = look_began_ms;
			}
			says = says || (known[i].waiting && known[i].cache_read && known[i].inactive[k]);
		}
		seen_in_all.foreign += known[i].waiting && !cloud.instance[i].ours;
		if (!unread && cloud.instance[i].ours && says != !!work->plan.unit[i].evacuation->waits_for && lie == TRUTH)
			violate("what it waits for is not said, or is said of one that waits for nothing", cloud.instance[i].uuid);
	}
	if (unrecorded)
		violate("sent and not recorded", last_unique);
}

/* ---- one history */

static void make_cloud(void)
{
	memset(&cloud, 0, sizeof cloud);
	memset(known, 0, sizeof known);
	unrecorded = 0;
	now_ms = 100000;
	cloud.n = 1 + draw(INSTANCES_MAX);
	cloud.chaos = draw(4);
	cloud.api_mode = draw(10) < 5 ? API_OFF : draw(2) ? API_ON : API_FLAPS;
	cloud.api = cloud.api_mode == API_ON;
	cloud.broker = cloud.cell = cloud.neutron = true;
	for (int h = 0; h < HOSTS; h++)
		cloud.agent[h] = h != HOST_S && !chance(8);
	for (size_t i = 0; i < cloud.n; i++) {
		struct truth_instance *t = &cloud.instance[i];

		t->nport = draw(PORTS_MAX + 1);
		t->ours = true;
		snprintf(t->uuid, sizeof t->uuid, "aaaaaaaa-0000-4000-8000-00000000000%zu", i);
		snprintf(t->migration, sizeof t->migration, "11111111-0000-5000-8000-00000000000%zu", i);
		for (size_t k = 0; k < t->nport; k++) {
			t->port[k] = (struct truth_port){ .host = chance(25) ? (int)draw(HOSTS) : HOST_S, .status = ACTIVE,
				.cached = true, .cached_active = true, .remote_managed = chance(15), .off = chance(25),
				.never_again = chance(8), .eager = chance(5), .late = chance(12) };
			snprintf(t->port[k].id, sizeof t->port[k].id, "bbbbbbbb-0000-4000-8000-0000000000%zu%zu", i, k);
		}
	}
}

static struct fixture f;
static struct cell_mapping mapping = { .id = 2, .uuid = "cell", .name = "cell1", .transport_url = "rabbit://u:p@cell-broker:5672/",
	.database_connection = "" };

static void begin_work(struct work *work)
{
	fixture_init(&f);
	f.scene.subject.host = "s";
	f.cell.db = &cell_db;
	*work = (struct work){ .request = &f.request, .world = f.world, .scene = f.scene };
	work->world.nova.bus.exchange = (char *)(uintptr_t)"nova";
	work->world.nova.api_listen = (char *)(uintptr_t)"127.0.0.1";
	work->world.nova.api_port = 8774; /* which neutron does not ask */
	work->world.has_neutron_config = work->world.neutron.tells_nova = true;
	work->world.neutron_db = &neutron_db;
	work->world.mappings.v = &mapping;
	work->world.mappings.n = 1;
	work->scene.world = &work->world;
	work->scene.peers.v[PEER_NOVA].look.url = "http://192.0.2.9:8774/";
	for (size_t i = 0; i < cloud.n; i++) {
		struct unit *unit = plan_unit(&work->plan, UNIT_EVACUATION);

		unit_step(unit, STEP_INSTANCE, cloud.instance[i].uuid, NULL);
		unit->evacuation = xcalloc(1, sizeof *unit->evacuation);
		unit->evacuation->rows.instance_uuid = cloud.instance[i].uuid;
		assert_true(uuid_parse(cloud.instance[i].migration, &unit->evacuation->rows.migration_uuid));
		evacuation_enter(unit, PHASE_SENT, NULL);
	}
}

static void live(uint64_t number)
{
	struct plugging plugging = { .columns_known = true, .columns = { .has_ports = true, .has_blocks = true } };
	struct work work;

	seed = number * UINT64_C(0x9e3779b97f4a7c15) + 1;
	make_cloud();
	begin_work(&work);
	for (int i = 0; i < LOOKS; i++) {
		pass(500);
		look_began_ms = now_ms;
		look_failed = false;
		for (size_t k = 0; k < cloud.n; k++)
			known[k].waiting = false;
		plugging_look(&work, &plugging);
		check_look(&work);
	}
	plugging_end(&plugging);
	evacuations_free(&work.plan);
	plan_free(&work.plan);
}

static void a_thousand_histories_and_never_a_word_without_its_proof(void **state)
{
	(void)state;
	lie = TRUTH;
	violations = 0;
	memset(&seen_in_all, 0, sizeof seen_in_all);
	for (uint64_t i = 1; i <= HISTORIES; i++) {
		live(i);
		if (violations)
			fail_msg("history %llu: %s", (unsigned long long)i, violation);
	}
	print_message("%zu told, %zu of them beside a nova-api, %zu before it waited, %zu refused by a broker; %zu looks in a grace, %zu at "
	              "others' evacuations; %zu arrived, %zu failed; %zu waits recorded\n",
	    seen_in_all.told, seen_in_all.told_beside_api, seen_in_all.early, seen_in_all.refused, seen_in_all.graces,
	    seen_in_all.foreign, seen_in_all.arrived, seen_in_all.failed, seen_in_all.wait_records);
	/* a world in which nothing happens proves nothing */
	assert_true(seen_in_all.told > HISTORIES / 2 && seen_in_all.told_beside_api > HISTORIES / 50 && seen_in_all.early > HISTORIES / 50);
	assert_true(seen_in_all.graces > HISTORIES / 50 && seen_in_all.foreign > HISTORIES / 50 && seen_in_all.refused > HISTORIES / 50);
	assert_true(seen_in_all.arrived > HISTORIES / 2 && seen_in_all.failed > HISTORIES / 10 && seen_in_all.wait_records > HISTORIES / 10);
}

/* With a cloud whose answers are not true the same checker finds what is told wrongly, or not told. */
static const struct {
	enum lie lie;
	const char *sees;
} lies[] = {
	{ LIES_ACTIVE, "told of a port that was not ACTIVE on that host" },
	{ LIES_HOST, "told of a port that was not ACTIVE on that host" },
	{ LIES_WAITING, "told without having seen it wait" },
	{ LIES_DOWN, "not told" },
};

static void the_checker_can_see(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lies); i++) {
		lie = lies[i].lie;
		violations = 0;
		for (uint64_t n = 1; n <= HISTORIES && !violations; n++)
			live(n);
		if (!violations || !strstr(violation, lies[i].sees))
			fail_msg("lie %zu: %zu violations, %s", i, violations, violations ? violation : "");
	}
	lie = TRUTH;
}

static int quiet(void **state)
{
	struct error err;

	(void)state;
	return log_open(&(struct log_options){ .level = LOG_ERROR }, &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thousand_histories_and_never_a_word_without_its_proof),
		cmocka_unit_test(the_checker_can_see),
	};

	return cmocka_run_group_tests(tests, quiet, NULL);
}

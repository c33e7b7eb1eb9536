/* SPDX-License-Identifier: Apache-2.0 */
/* The actors: a conductor with its scheduler, the dead host, who reports; the computes are compute.c. What each of them writes is a
 * file of steps/, which names its source in nova. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTROLLER "sh03-ctl-01"
#define BEAT_US (10 * SECOND_US)
#define STEP_MAX 8192

const char *const host_name[3] = { FIRST_HOST, "sh03-compute-10e114e56e141", "sh03-compute-10e114e57e12" };

static const char *const step_name[] = { "heartbeats", "host_dies", "conductor_takes", "conductor_sends",
	"conductor_finds_no_host", "conductor_finds_it_deleted", "compute_begins", "compute_makes_migration", "compute_claims",
	"compute_fails", "compute_finds_it_deleted", "compute_spawns", "neutron_plugs", "compute_has_spawned", "compute_takes_it_over",
	"compute_ends", "compute_returns", "tenant_deletes", "another_host_dies", "disks_in_ceph", "tenant_stops", "compute_stops",
	"compute_stops_nothing", "compute_stops_it_again", "compute_finds_it_running", "tenant_migrates", "conductor_migrates", "compute_prepares",
	"compute_sends_it_off", "compute_finishes", "tenant_confirms", "compute_confirms" };
#define STEPS (sizeof step_name / sizeof *step_name)
static struct prepared prepared_step[STEPS];

void nova_load(const char *steps)
{
	static char step_text[STEPS][STEP_MAX];
	char path[4096];
	size_t n;
	FILE *f;

	for (size_t i = 0; i < STEPS; i++) {
		snprintf(path, sizeof path, "%s/%s.sql", steps, step_name[i]);
		f = fopen(path, "r");
		n = f ? fread(step_text[i], 1, STEP_MAX - 1, f) : 0;
		if (n == 0 || n == STEP_MAX - 1) {
			fprintf(stderr, "simulate: cannot read %s\n", path);
			exit(1);
		}
		fclose(f);
		server_prepare(&prepared_step[i], step_name[i], step_text[i]);
	}
}

static const struct prepared *step_named(const char *name)
{
	size_t i = 0;

	while (strcmp(step_name[i], name) != 0)
		i++;
	return &prepared_step[i];
}

bool nova_step(const char *name, const struct message *m, const struct told *f)
{
	const struct prepared *p = step_named(name);
	char settings[4096];

	snprintf(settings, sizeof settings,
	    "SET @uuid = '%s', @request = '%s', @host = '%s', @migration = %lld, @vm_state = '%s', @task_state = %s, @power = %s,"
	    " @message = %s, @trace = '%s', @claimed = %d, @from = '%s', @controller = '" CONTROLLER "'",
	    m->uuid, m->request, host_name[m->host], m->migration, f->vm_state, f->task_state, f->power, f->message, f->trace, f->claimed, host_name[f->from]);
	if (!server_step(p, settings, 0, p->n))
		return false;
	world_tell("%s %s %s", name, m->uuid, host_name[m->host]);
	return true;
}

static bool step(const char *name, const struct message *m)
{
	return nova_step(name, m, TOLD_NOTHING);
}

/* All of it, or a statement of it; who lives is part of the settings, by which the tables' versions are told from each other. */
static bool report_of(const char *a, const struct prepared *p, size_t first, size_t n)
{
	char settings[512];

	snprintf(settings, sizeof settings, "SET @a = '%s', @b = '%s', @c = '%s', @a_lives = %d, @b_lives = %d, @c_lives = %d, @a_agents = %d, @asleep = %d",
	    a, host_name[1], host_name[2], world->alive[0], world->alive[1], world->alive[2], world->agents_alive, world->asleep_us > world->now_us);
	return server_step(p, settings, first, n);
}

static bool report(const struct prepared *p, size_t first, size_t n)
{
	return report_of(host_name[0], p, first, n);
}

/* Where a row is locked by who stands still, the others are written all the same. */
static bool report_each(const struct prepared *p)
{
	bool all = true;

	for (size_t i = 0; i < p->n; i++)
		all &= report(p, i, 1);
	return all;
}

static bool report_all(const char *name)
{
	const struct prepared *p = step_named(name);

	return report(p, 0, p->n) || report_each(p);
}

#define REPORTS "nova.services nova_cell0.services cinder.services neutron.agents"

/* Nobody sees the reports between two looks: they are written when somebody is about to look at their tables. */
void nova_beat(uint32_t tables)
{
	static uint32_t reports;

	if (!world->beat_us || world->now_us - world->beat_us >= BEAT_US) {
		world->beat_us = world->now_us;
		world->beat_due = true;
		witness_beat();
	}
	reports = reports ? reports : server_tables(NULL, REPORTS);
	if (world->beat_due && tables & reports && report_all("heartbeats"))
		world->beat_due = false;
}

static bool is_drawn(enum fault_kind kind)
{
	for (const struct fault *f = world->fault; f < world->fault + world->nfault; f++)
		if (f->on && f->kind == kind)
			return true;
	return false;
}

static void disks_are_in_ceph(void)
{
	const struct message none = { 0 };

	world->has_ceph = is_drawn(FAULT_CEPH) || is_drawn(FAULT_CEPH_SILENT) || is_drawn(FAULT_LIFTED);
	world_fails(FAULT_CEPH);
	if (world->has_ceph)
		step("disks_in_ceph", &none);
}

static void another_dies(void)
{
	const struct prepared *dies = step_named("host_dies");
	struct message ran = { .host = 1 };

	for (const struct fault *f = world->fault; f < world->fault + world->nfault; f++)
		if (f->kind == FAULT_PAIR && world_fails(FAULT_PAIR)) {
			world->is_pair = true;
			world->alive[1] = false;
			memcpy(ran.uuid, world->guest[f->by % INSTANCES].uuid, sizeof ran.uuid);
			step("another_host_dies", &ran);
			report_of(host_name[1], dies, 0, dies->n);
		}
}

void nova_begin(unsigned without)
{
	struct message gone = { 0 };

	const char *rows = server_ask("SELECT uuid, display_name FROM nova.instances ORDER BY id");

	for (size_t i = 0; i < INSTANCES; i++) {
		sscanf(rows, "%36s %31s", world->guest[i].uuid, world->guest[i].name);
		rows = strchr(rows, '\n') + 1;
	}
	for (size_t i = 0; i < INSTANCES; i++)
		if (without >> i & 1) {
			memcpy(gone.uuid, world->guest[i].uuid, sizeof gone.uuid);
			step("tenant_deletes", &gone);
		}
	report_all("host_dies");
	another_dies();
	disks_are_in_ceph();
	world->api_is_off = world_fails(FAULT_API_OFF);
	nova_beat(ALL_TABLES);
}

void nova_takes(size_t message)
{
	struct message *m = &world->message[message];

	while (m->guest < INSTANCES && strcmp(world->guest[m->guest].uuid, m->uuid) != 0)
		m->guest++;
	if (strcmp(m->method, "rebuild_instance") != 0 || m->guest == INSTANCES) {
		world_wrong("the conductor gets a message '%s' about '%s'", m->method, m->uuid);
		return;
	}
	world->guest[m->guest].casts++;
	oracle_message(m);
	world_at(world_fails(FAULT_LATE) ? (int64_t)(1 + world_draw(400)) * SECOND_US :
					   (int64_t)(10000 + world_draw(SECOND_US / 2)),
	    EVENT_TAKE, message);
}

static void begin_with(struct message *m, size_t index)
{
	const struct migration_row *accepted;

	oracle_take(m);
	accepted = look_open(m->uuid, "accepted");
	m->migration = accepted ? accepted->id : 0;
	if (!step("conductor_takes", m)) {
		world_at(50000, EVENT_THAW, index);
		return;
	}
	world_at((int64_t)(100000 + world_draw(2 * SECOND_US)), EVENT_SEND, index);
}

/* RabbitMQ gives it to another conductor when the connection of the first one ends before it has said that it has it. */
static void repeat(struct message *m)
{
	struct message *again = &world->message[world->nmessage];

	if (world->nmessage == MESSAGES_MAX)
		abort();
	m->is_repeated = true;
	*again = *m;
	world_at((int64_t)(10000 + world_draw(3 * SECOND_US)), EVENT_TAKE, world->nmessage++);
}

static void take(struct message *m, size_t index)
{
	const int64_t until_us = world->broker_us > world->asleep_us ? world->broker_us : world->asleep_us;

	if (m->state != MESSAGE_QUEUED)
		return;
	if (until_us > world->now_us) {
		world_at(until_us - world->now_us + SECOND_US, EVENT_TAKE, index);
		return;
	}
	if (world->now_us > m->expires_us) {
		m->state = MESSAGE_EXPIRED;
		world_tell("a message expires: %s", m->uuid);
		return;
	}
	if (!m->is_repeated && world_fails(FAULT_REPEATED))
		repeat(m);
	m->state = MESSAGE_TAKEN;
	if (world_fails(FAULT_CONDUCTOR))
		return;
	if (world_fails(FAULT_FROZEN)) {
		m->has_stood = m->stands = true;
		world_at((int64_t)(30 + world_draw(900)) * SECOND_US, EVENT_THAW, index);
		return;
	}
	begin_with(m, index);
}

/* The scheduler's choice. */
static bool send_on(struct message *m)
{
	if (look_instance(m->uuid)->deleted) {
		m->ended = true;
		return step("conductor_finds_it_deleted", m);
	}
	m->host = 1 + world_draw(2);
	if (!world->alive[m->host])
		m->host = 3 - m->host;
	if (!world->alive[m->host] || m->ended || world_fails(FAULT_NO_HOST))
		m->ended = true;
	if (!step(m->ended ? "conductor_finds_no_host" : "conductor_sends", m))
		return false;
	m->waits = !m->ended;
	return true;
}

static void act_on_message(const struct event *e)
{
	static const int64_t most_us[] = { [EVENT_SEND] = SECOND_US,
		[EVENT_CLAIM] = 3 * SECOND_US,
		[EVENT_SPAWN] = 5 * SECOND_US,
		[EVENT_PLUG] = 5 * SECOND_US,
		[EVENT_RUNS] = SECOND_US / 10,
		[EVENT_MOVES] = SECOND_US / 10 };
	struct message *m = &world->message[e->subject];
	bool done;

	if (e->kind == EVENT_TAKE) {
		take(m, e->subject);
		return;
	}
	if (e->kind == EVENT_THAW) {
		m->stands = false;
		world->nthawed++;
		if (m->state != MESSAGE_GONE && !m->is_forgotten)
			begin_with(m, e->subject);
		return;
	}
	if (e->kind == EVENT_RUNS && compute_waits(m)) {
		world_at(SECOND_US / 2, e->kind, e->subject);
		return;
	}
	if (m->is_forgotten || (e->kind != EVENT_SEND && !service_is_there(m)))
		return;
	done = e->kind == EVENT_SEND ? send_on(m) : compute_acts(m, e->kind);
	if (!done)
		world_at(50000, e->kind, e->subject);
	else if (e->kind < EVENT_DONE && !m->ended)
		world_at((int64_t)(1000 + world_draw((uint64_t)most_us[e->kind])), e->kind + 1, e->subject);
}

/* With a nova-compute that is started anew, or as one that could not report until now. */
static bool host_returns(bool is_started)
{
	if (is_started &&
	    !nova_step("compute_returns", &(struct message){ .host = 0 },
		&(struct told){ .vm_state = "", .task_state = "NULL", .power = "4", .message = "NULL", .trace = "" }))
		return false;
	for (size_t i = 0; is_started && i < INSTANCES; i++)
		world->guest[i].is_preempted = true;
	power_comes_on();
	world->alive[0] = world->agents_alive = true;
	return true;
}

static void act_at_time(const struct event *e)
{
	struct fault *f = &world->fault[e->subject];
	struct message m = { 0 };

	if (f->kind == FAULT_STOPS || f->kind == FAULT_MIGRATES) {
		tenant_asks(e->subject);
		return;
	}
	world_tell("fault: %s", fault_name[f->kind]);
	f->happened = true;
	if (f->kind == FAULT_RETURN) {
		if (!host_returns(f->by % 2))
			world_at(50000, EVENT_TIME, e->subject);
	} else if (f->kind == FAULT_BROKER) {
		broker_goes(f->by % 2, (int64_t)(5 + f->by / 2 % 90) * SECOND_US);
	} else if (f->kind == FAULT_ASLEEP) {
		services_go(f->by % 2, (int64_t)(10 + f->by / 2 % 400) * SECOND_US);
	} else if (f->kind == FAULT_LIFTED) {
		ceph_is_cleared();
	} else if (f->kind == FAULT_CLOCK) {
		world->jump_us = f->by % 2 ? 3600 * SECOND_US : -3600 * SECOND_US;
	} else {
		memcpy(m.uuid, world->guest[f->by % INSTANCES].uuid, sizeof m.uuid);
		if (!step("tenant_deletes", &m))
			world_at(50000, EVENT_TIME, e->subject);
	}
}

void nova_act(const struct event *event)
{
	if (event->kind == EVENT_OFF)
		power_goes_off();
	else if (event->kind == EVENT_LIFT)
		pause_is_lifted();
	else if (event->kind == EVENT_DEED)
		tenant_goes_on(event->subject);
	else if (event->kind == EVENT_BACK)
		service_is_back(event->subject);
	else if (event->kind == EVENT_TIME)
		act_at_time(event);
	else
		act_on_message(event);
}

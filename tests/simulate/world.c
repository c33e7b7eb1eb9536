/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct world *world;
bool world_is_told, world_stops;

const char *const fault_name[FAULTS] = {
	[FAULT_DEATH] = "death",
	[FAULT_POWER] = "power",
	[FAULT_CUT] = "cut",
	[FAULT_COMMIT_NOT] = "commit-not",
	[FAULT_COMMIT_DONE] = "commit-done",
	[FAULT_FAILOVER] = "failover",
	[FAULT_DEADLOCK] = "deadlock",
	[FAULT_LOCK_WAIT] = "lock-wait",
	[FAULT_READ_ONLY] = "read-only",
	[FAULT_CONFIRM_LOST] = "confirm-lost",
	[FAULT_MESSAGE_LOST] = "message-lost",
	[FAULT_NACK] = "nack",
	[FAULT_UNROUTABLE] = "unroutable",
	[FAULT_LATE] = "late",
	[FAULT_CONDUCTOR] = "conductor-dies",
	[FAULT_NO_HOST] = "no-host",
	[FAULT_CLAIM] = "claim-fails",
	[FAULT_SPAWN] = "spawn-fails",
	[FAULT_COMPUTE] = "compute-dies",
	[FAULT_RETURN] = "host-returns",
	[FAULT_TENANT] = "tenant-deletes",
	[FAULT_CLOCK] = "clock-jumps",
	[FAULT_DISK_FULL] = "disk-full",
	[FAULT_SYNC_FAILS] = "sync-fails",
	[FAULT_SECOND] = "second-operator",
	[FAULT_OTHERS] = "others-write",
	[FAULT_WAKES] = "host-wakes",
	[FAULT_UNLOCKED] = "unlocked",
	[FAULT_SIGNAL] = "signal",
	[FAULT_FULL] = "queue-full",
	[FAULT_BROKER] = "broker-goes",
	[FAULT_FROZEN] = "conductor-frozen",
	[FAULT_UNDO] = "undo",
	[FAULT_BMC_SILENT] = "bmc-silent",
	[FAULT_BMC_SLOW] = "bmc-slow",
	[FAULT_PAUSE] = "pause",
	[FAULT_PAIR] = "another-host-dead",
	[FAULT_CEPH] = "disks-in-ceph",
	[FAULT_CEPH_SILENT] = "ceph-silent",
	[FAULT_LIFTED] = "blocklist-cleared",
	[FAULT_STOPS] = "tenant-stops",
	[FAULT_MIGRATES] = "tenant-migrates",
	[FAULT_SLOW] = "disk-slow",
	[FAULT_STAGE] = "compute-dies-at-a-stage",
	[FAULT_RESTART] = "compute-restarts",
	[FAULT_ASLEEP] = "conductor-away",
	[FAULT_REPEATED] = "message-repeated",
	[FAULT_API_OFF] = "nova-api-off",
};

/* Where each kind strikes, and up to which call of that bottom: a plain rescue makes about so many. */
static const struct {
	enum bottom bottom;
	uint64_t among, weight;
} strikes[FAULTS] = {
	[FAULT_DEATH] = { BOTTOM_ANY, 1500, 8 },
	[FAULT_POWER] = { BOTTOM_ANY, 1500, 4 },
	[FAULT_CUT] = { BOTTOM_STATEMENT, 1200, 3 },
	[FAULT_COMMIT_NOT] = { BOTTOM_COMMIT, 12, 4 },
	[FAULT_COMMIT_DONE] = { BOTTOM_COMMIT, 12, 4 },
	[FAULT_FAILOVER] = { BOTTOM_COMMIT, 12, 4 },
	[FAULT_DEADLOCK] = { BOTTOM_STATEMENT, 1200, 2 },
	[FAULT_LOCK_WAIT] = { BOTTOM_STATEMENT, 1200, 2 },
	[FAULT_READ_ONLY] = { BOTTOM_STATEMENT, 1200, 1 },
	[FAULT_CONFIRM_LOST] = { BOTTOM_PUBLISH, 5, 3 },
	[FAULT_MESSAGE_LOST] = { BOTTOM_PUBLISH, 5, 3 },
	[FAULT_NACK] = { BOTTOM_PUBLISH, 5, 2 },
	[FAULT_UNROUTABLE] = { BOTTOM_PUBLISH, 5, 1 },
	[FAULT_LATE] = { BOTTOMS, 4, 3 },
	[FAULT_CONDUCTOR] = { BOTTOMS, 4, 2 },
	[FAULT_NO_HOST] = { BOTTOMS, 4, 2 },
	[FAULT_CLAIM] = { BOTTOMS, 4, 1 },
	[FAULT_SPAWN] = { BOTTOMS, 4, 2 },
	[FAULT_COMPUTE] = { BOTTOMS, 4, 2 },
	[FAULT_RETURN] = { BOTTOM_TIME, 240, 2 },
	[FAULT_TENANT] = { BOTTOM_TIME, 120, 2 },
	[FAULT_CLOCK] = { BOTTOM_TIME, 120, 1 },
	[FAULT_DISK_FULL] = { BOTTOM_WRITE, 60, 2 },
	[FAULT_SYNC_FAILS] = { BOTTOM_SYNC, 40, 1 },
	[FAULT_SECOND] = { BOTTOM_ANY, 1500, 4 },
	[FAULT_OTHERS] = { BOTTOM_BEGIN, 3, 6 },
	[FAULT_WAKES] = { BOTTOM_BEGIN, 6, 3 },
	[FAULT_UNLOCKED] = { BOTTOM_BEGIN, 6, 2 },
	[FAULT_SIGNAL] = { BOTTOM_ANY, 1500, 3 },
	[FAULT_FULL] = { BOTTOM_PUBLISH, 5, 2 },
	[FAULT_BROKER] = { BOTTOM_TIME, 60, 3 },
	[FAULT_FROZEN] = { BOTTOMS, 4, 3 },
	[FAULT_UNDO] = { BOTTOM_ANY, 2500, 2 },
	[FAULT_BMC_SILENT] = { BOTTOM_AGENT, 8, 3 },
	[FAULT_BMC_SLOW] = { BOTTOM_ORDER, 1, 2 },
	[FAULT_PAUSE] = { BOTTOM_ANY, 1500, 3 },
	[FAULT_PAIR] = { BOTTOMS, 1, 6 },
	[FAULT_CEPH] = { BOTTOMS, 1, 5 },
	[FAULT_CEPH_SILENT] = { BOTTOM_FENCE, 2, 3 },
	[FAULT_LIFTED] = { BOTTOM_TIME, 40, 2 },
	[FAULT_STOPS] = { BOTTOM_TIME, 60, 2 },
	[FAULT_MIGRATES] = { BOTTOM_TIME, 40, 2 },
	[FAULT_SLOW] = { BOTTOM_SYNC, 40, 3 },
	[FAULT_STAGE] = { BOTTOMS, 18, 3 },
	[FAULT_RESTART] = { BOTTOMS, 18, 4 },
	[FAULT_ASLEEP] = { BOTTOM_TIME, 60, 3 },
	[FAULT_REPEATED] = { BOTTOMS, 4, 2 },
	[FAULT_API_OFF] = { BOTTOMS, 1, 5 },
};

/* splitmix64 */
static uint64_t draw(uint64_t *state, uint64_t below)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (z ^ z >> 31) % below;
}

uint64_t world_draw(uint64_t below)
{
	return draw(&world->random, below);
}

void world_tell(const char *format, ...)
{
	const int64_t us = world->now_us - BEGIN_S * SECOND_US;
	char *at = world->trace + world->ntrace;
	size_t left = TRACE_MAX - world->ntrace;
	va_list args;
	int n;

	if (!world_is_told || left < 1024)
		return;
	n = snprintf(at, left, "%5lld.%06lld  ", (long long)(us / SECOND_US), (long long)(us % SECOND_US));
	va_start(args, format);
	n += vsnprintf(at + n, left - (size_t)n - 1, format, args);
	va_end(args);
	if ((size_t)n > left - 2)
		n = (int)left - 2;
	at[n++] = '\n';
	at[n] = '\0';
	world->ntrace += (size_t)n;
}

void world_wrong(const char *format, ...)
{
	char text[sizeof world->violation];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	world_tell("WRONG: %s", text);
	if (!world->violation[0]) {
		memcpy(world->violation, text, sizeof text);
		if (world_stops) {
			fprintf(stderr, "%ld stops: %s\n", syscall(SYS_getpid), text); /* getpid() is a command's own */
			raise(SIGSTOP);
		}
	}
}

void world_at(int64_t in_us, enum event_kind kind, size_t subject)
{
	if (world->nevent == EVENTS_MAX) {
		world_wrong("the world has too many events");
		return;
	}
	world->event[world->nevent++] = (struct event){ world->now_us + in_us, world->order++, kind, subject };
}

static enum fault_kind draw_kind(const struct choice *choice, bool is_first)
{
	uint64_t all = 0, at;
	size_t kind = 0;

	if (choice->only < FAULTS)
		return (enum fault_kind)choice->only;
	for (size_t i = 0; i < choice->kinds; i++)
		all += strikes[i].weight;
	at = draw(&world->dice, all);
	while (at >= strikes[kind].weight)
		at -= strikes[kind++].weight;
	return (enum fault_kind)(is_first && choice->with < FAULTS ? choice->with : kind);
}

/* The first of a family has none, the others up to ${FAULTS_MAX}. */
static size_t draw_number(const struct choice *choice)
{
	static const size_t how_many[] = { 1, 1, 1, 2, 2, 2, 3, 4 };
	const size_t n = how_many[draw(&world->dice, sizeof how_many / sizeof *how_many)];

	if (choice->only < FAULTS)
		return 1;
	return world->seed % FAMILY || choice->with < FAULTS ? n : 0;
}

static void draw_faults(const struct choice *choice)
{
	world->nfault = draw_number(choice);
	for (size_t i = 0; i < world->nfault; i++) {
		const enum fault_kind kind = draw_kind(choice, i == 0);

		world->fault[i] = (struct fault){ .kind = kind,
			.at = 1 + draw(&world->dice, strikes[kind].among),
			.by = draw(&world->dice, UINT64_C(1) << 32),
			.on = !(choice->off >> i & 1) };
		if (world->fault[i].on && strikes[kind].bottom == BOTTOM_TIME)
			world_at((int64_t)world->fault[i].at * SECOND_US, EVENT_TIME, i);
		if (world->fault[i].on)
			world_tell("fault %zu: %s at %llu", i, fault_name[kind], (unsigned long long)world->fault[i].at);
	}
}

void world_begin(uint64_t seed, const struct choice *choice)
{
	memset(world, 0, offsetof(struct world, trace) + 1);
	world->seed = seed;
	world->family = seed / FAMILY;
	world->random = world->family * UINT64_C(0xd1342543de82ef95) + 1;
	world->dice = seed * UINT64_C(0xaf251af3b0f025b5) + 2;
	world->now_us = BEGIN_S * SECOND_US;
	world->alive[1] = world->alive[2] = true;
	world->has_agent = draw(&world->random, 3) == 0;
	world->is_on = world->has_agent && draw(&world->random, 2);
	draw_faults(choice);
	world->nhead = world->ntrace;
}

/* What is so from the beginning of a history on. */
static bool is_of_beginning(enum fault_kind kind)
{
	return kind == FAULT_PAIR || kind == FAULT_CEPH || kind == FAULT_CEPH_SILENT || kind == FAULT_LIFTED || kind == FAULT_API_OFF;
}

bool world_differs(const struct plain *p)
{
	const uint64_t seconds = (uint64_t)((p->end_us - BEGIN_S * SECOND_US) / SECOND_US);

	for (const struct fault *f = world->fault; f < world->fault + world->nfault; f++) {
		const enum bottom bottom = strikes[f->kind].bottom;
		const uint64_t n = bottom == BOTTOM_TIME ? seconds : bottom == BOTTOMS ? p->chances[f->kind] : p->calls[bottom];

		if (f->on && (is_of_beginning(f->kind) || f->at <= n))
			return true;
	}
	return false;
}

static size_t first_due(int64_t until_us)
{
	size_t first = world->nevent;

	for (size_t i = 0; i < world->nevent; i++)
		if (world->event[i].at_us <= until_us &&
		    (first == world->nevent || world->event[i].at_us < world->event[first].at_us ||
			(world->event[i].at_us == world->event[first].at_us &&
			    world->event[i].order < world->event[first].order)))
			first = i;
	return first;
}

void world_wait(int64_t us)
{
	const int64_t until_us = world->now_us + us;
	struct event event;
	size_t i;

	while ((i = first_due(until_us)) < world->nevent) {
		event = world->event[i];
		world->event[i] = world->event[--world->nevent];
		if (event.at_us > world->now_us)
			world->now_us = event.at_us;
		nova_act(&event);
		oracle_step();
	}
	if (until_us > world->now_us)
		world->now_us = until_us;
}

bool world_fails(enum fault_kind kind)
{
	const uint64_t chance = ++world->chances[kind];

	for (struct fault *f = world->fault; f < world->fault + world->nfault; f++)
		if (f->on && !f->happened && f->kind == kind && f->at == chance) {
			f->happened = true;
			world_tell("fault: %s", fault_name[kind]);
			return true;
		}
	return false;
}

_Noreturn void world_die(const struct fault *f)
{
	world->deaths++;
	if (f->kind == FAULT_POWER && !world->is_beside)
		files_lose_power(f->by);
	_exit(137);
}

/* The fault that names this call of this bottom. */
static struct fault *fault_at(enum bottom bottom)
{
	for (struct fault *f = world->fault; f < world->fault + world->nfault; f++)
		if (f->on && !f->happened && strikes[f->kind].bottom == bottom && f->at == world->calls[bottom])
			return f;
	return NULL;
}

bool world_has_met(enum fault_kind kind)
{
	for (size_t i = 0; i < world->nfault; i++)
		if (world->fault[i].kind == kind && world->fault[i].happened)
			return true;
	return false;
}

bool world_is_second(enum fault_kind kind)
{
	return kind == FAULT_SECOND || kind == FAULT_UNDO || kind == FAULT_PAUSE;
}

static void befall(const struct fault *f)
{
	if (f->kind == FAULT_SIGNAL) {
		raise(f->by % 2 ? SIGINT : SIGTERM);
	} else if (world_is_second(f->kind)) {
		sessions_stand_still();
		raise(SIGSTOP); /* whoever started it sees that */
	} else {
		world_die(f);
	}
}

struct fault *world_call(enum bottom bottom, const char *what)
{
	struct fault *f;

	world->calls[BOTTOM_ANY]++;
	world->calls[bottom] += bottom != BOTTOM_ANY;
	world_wait((int64_t)(200 + world_draw(3000)));
	world_tell("[%u] %s", world->command, what);
	f = fault_at(BOTTOM_ANY);
	if (f) {
		f->happened = true;
		world_tell("fault: %s", fault_name[f->kind]);
		befall(f);
	}
	f = bottom == BOTTOM_ANY ? NULL : fault_at(bottom);
	if (f) {
		f->happened = true;
		world_tell("fault: %s", fault_name[f->kind]);
	}
	return f;
}

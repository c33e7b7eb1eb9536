/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold at every step (docs/proof.md: I1 to I5), and what must be so in the morning. */
#include "world.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The migration that a conductor would find for it; 0: none. */
static long long accepted_of(const struct message *m)
{
	const struct migration_row *found = look_open(m->uuid, "accepted");

	return found ? found->id : 0;
}

/* I5: no message before its claim is committed. A tenant may have deleted the instance meanwhile, and a failover may have taken
 * the claim back that was acknowledged: nova's compute refuses that one (task_state), and recovery has its rules (rows that
 * vanished). */
void oracle_message(struct message *m)
{
	const struct instance_row *i = look_instance(m->uuid);
	const bool is_claimed = strcmp(i->task_state, "rebuilding") == 0;

	m->claimed = accepted_of(m);
	m->claimed_us = world->guest[m->guest].claim == m->claimed ? world->guest[m->guest].claim_us : world->now_us;
	if (i->deleted == 0 && !world_has_met(FAULT_FAILOVER) && (!is_claimed || look_count(m->uuid, "accepted") != 1))
		world_wrong("I5: a message about %s, and its rows say: rebuilding %d, accepted %zu", m->uuid, is_claimed,
		    look_count(m->uuid, "accepted"));
}

/* The nova-compute of the host that came back has ended it. */
static bool is_completed(long long migration)
{
	const struct migration_row *row = migration ? look_migration(migration) : NULL;

	return row && strcmp(row->status, "completed") == 0;
}

/* The limit of 'migration close' (docs/recovery.md, "Still unknown"): of a claim on which nothing was written for 300 s, whose message has expired, a
 * person may say that no service works on it. That no conductor stands still with that message is for him to see, and this one does not. */
#define SIGN_US (300 * SECOND_US)
static bool is_beyond_us(const struct message *m)
{
	return m->has_stood && m->is_closed && m->gone_us - m->claimed_us >= SIGN_US && m->gone_us > m->expires_us;
}

/* The limit of a journal (docs/recovery.md, "Its rows vanished"): where a failover has lost the claim, it alone knows of the message, and the other machine
 * has none. What a conductor does with it later, when that machine has evacuated the instance, nobody there could have seen. */
static bool is_forgotten(const struct message *m)
{
	if (!m->has_stood || m->is_closed || (m->claimed && !m->gone_us) || !world_has_met(FAULT_FAILOVER))
		return false;
	for (const struct message *o = world->message; o < world->message + world->nmessage; o++)
		if (strcmp(o->uuid, m->uuid) == 0 && o->is_others != m->is_others && o->sent_us > m->sent_us)
			return true;
	return false;
}

/* A message that came to two conductors: nova begins twice with it, whoever has sent it, and the second of the computes may leave an instance
 * that was verified in ERROR (docs/recovery.md, "Delivered twice"). */
static bool is_repeated(size_t guest)
{
	for (const struct message *m = world->message; m < world->message + world->nmessage; m++)
		if (m->is_repeated && m->guest == guest)
			return true;
	return false;
}

/* I4: what was said not to have been sent, or was closed, nobody begins with: the claim of a message that is taken stands. */
void oracle_take(const struct message *m)
{
	if (look_instance(m->uuid)->deleted == 0 && !world_has_met(FAULT_FAILOVER) && accepted_of(m) != m->claimed && !m->is_repeated &&
	    !is_completed(m->claimed) && !is_beyond_us(m))
		world_wrong("I4: a conductor takes a message about %s, whose claim is not there any more", m->uuid);
}

/* I1: of one request at most one compute begins, and none beside a guest that runs. */
void oracle_begin(struct message *m)
{
	struct guest *g = &world->guest[m->guest];

	for (const struct message *o = world->message; o < world->message + world->nmessage; o++)
		if (o != m && o->begun && !o->is_repeated && strcmp(o->request, m->request) == 0)
			world_wrong("I1: two computes begin with %s of %s", m->request, g->name);
	m->begun = true;
	if (g->runs & ~(1u << m->host) && !is_forgotten(m) && !is_beyond_us(m) && !is_repeated(m->guest))
		world_wrong("I1: %s begins on %s, and its guest runs elsewhere", g->name, host_name[m->host]);
}

/* I3: what the dead host's backend owns moves whole, or not at all. */
static void check_move(void)
{
	if (look_is_half_moved())
		world_wrong("I3: half of a move is committed");
}

/* I2: no instance is 'rebuilding' without a migration that is open, but one that nova itself has left so. That a journal names it is the replay's. */
static void check_claims(void)
{
	const char *name;

	for (struct guest *g = world->guest; g < world->guest + INSTANCES; g++)
		g->is_preempted = g->is_preempted && strcmp(look_instance(g->uuid)->task_state, "rebuilding") == 0;
	name = look_claim_alone();
	if (name)
		world_wrong("I2: %s is 'rebuilding' without a migration", name);
}

/* Since when a claim is there, and since when that of a message is not. */
static void note_claims(void)
{
	for (struct guest *g = world->guest; g < world->guest + INSTANCES; g++) {
		const struct migration_row *row = look_open(g->uuid, "accepted");

		if (row && row->id != g->claim) {
			g->claim = row->id;
			g->claim_us = world->now_us;
		}
	}
	for (struct message *m = world->message; m < world->message + world->nmessage; m++)
		if (!m->gone_us && m->claimed && accepted_of(m) != m->claimed) {
			m->gone_us = world->now_us;
			m->is_closed = world->closing == world->command;
		}
}

void oracle_step(void)
{
	note_claims();
	check_move();
	check_claims();
	for (size_t i = 0; i < INSTANCES; i++)
		if (world->guest[i].runs & (world->guest[i].runs - 1) && !is_repeated(i))
			world_wrong("I1: %s runs on two hosts", world->guest[i].name);
}

/* Is the word in a journal of that machine? They are small. */
static bool is_in_journals(const char *directory, const char *word)
{
	static char text[1 << 20];
	char path[4096 + 256];
	struct dirent *e;
	bool found = false;
	size_t n;
	DIR *dir;
	FILE *f;

	snprintf(path, sizeof path, "%s/journal", directory);
	dir = opendir(path);
	while (dir && !found && (e = readdir(dir))) {
		snprintf(path, sizeof path, "%s/journal/%s", directory, e->d_name);
		f = e->d_name[0] == '.' ? NULL : fopen(path, "r");
		n = f ? fread(text, 1, sizeof text - 1, f) : 0;
		text[n] = '\0';
		found = strstr(text, word);
		if (f)
			fclose(f);
	}
	if (dir)
		closedir(dir);
	return found;
}

/* I2, its other half: whatever is 'rebuilding' when nothing of ours runs is named by a journal. */
void oracle_journals(const char *here, const char *there)
{
	for (size_t i = 0; i < INSTANCES; i++) {
		const struct instance_row *row = look_instance(world->guest[i].uuid);

		if (row->deleted == 0 && !world->guest[i].is_preempted && strcmp(row->task_state, "rebuilding") == 0 && !is_in_journals(here, row->uuid) &&
		    !is_in_journals(there, row->uuid))
			world_wrong("I2: %s is 'rebuilding', and no journal names it", row->uuid);
	}
}

/* On host ${i}, as its tenant has made it: stopped, where a late word of the dead host's compute makes nova say so before its guest
 * is (tenant.c), or about to be; migrated, or about to be, wherever that has come to: what a compute leaves that dies in it is another rescue's. */
static bool is_its_tenants(const struct guest *g, const struct instance_row *row, size_t i)
{
	const bool runs_here = g->runs == 1u << i, is_at_rest = strcmp(row->task_state, "-") == 0;

	if (g->is_moving)
		return true;
	if (g->is_stopped && (strcmp(row->task_state, "powering-off") == 0 || (is_at_rest && strcmp(row->vm_state, "stopped") == 0)))
		return !g->runs || runs_here;
	return g->is_migrated && is_at_rest && strcmp(row->vm_state, "resized") == 0 && (runs_here || !world->alive[i]);
}

/* A second host that died with guests that it had is another rescue's. */
bool oracle_is_settled(size_t guest)
{
	const struct guest *g = &world->guest[guest];
	const struct instance_row *row = look_instance(g->uuid);

	if (row->deleted)
		return true;
	for (size_t i = world->is_pair ? 2 : 1; i < 3; i++)
		if (strcmp(row->host, host_name[i]) == 0)
			return is_its_tenants(g, row, i) || (is_repeated(guest) && strcmp(row->vm_state, "error") == 0) ||
			    (strcmp(row->task_state, "-") == 0 && strcmp(row->vm_state, "active") == 0 &&
				(g->runs == 1u << i || !world->alive[i]));
	return false;
}

/* On which of the hosts nova has it; 3: on none of them. */
static size_t host_of(const struct guest *g)
{
	const char *host = look_instance(g->uuid)->host;
	size_t i = 0;

	while (i < 3 && strcmp(host_name[i], host) != 0)
		i++;
	return i;
}

/* A host that reports again is evacuated by nobody: whether its guests are started there is for a person to say, and so is
 * whether the next host that died, which has the volumes, is off. Both count for what waits for it: it is still where the host
 * has died. And where no nova-compute is left, all of them wait for one. */
static bool is_named(const struct guest *g, const char *words)
{
	const size_t host = host_of(g);

	return strstr(words, g->name) || strstr(words, g->uuid) ||
	    ((world->alive[0] || world->agents_alive || world->is_on) && host == 0 &&
		(world->goes_alone || strstr(words, "source-alive") || strstr(words, "fence-live-host"))) ||
	    (!((world->alive[1] || world->is_pair) && world->alive[2]) && (host == 3 || !world->alive[host]) &&
		strstr(words, "fencing-unconfirmed")) ||
	    (!world->alive[0] && !world->alive[1] && !world->alive[2] && strstr(words, "target-down"));
}

/* In the morning each instance runs once, with its disks and its ports, or the last words name it. What its tenant is at is his. */
void oracle_end(const char *last_words)
{
	const char *bare;

	for (struct guest *g = world->guest; g < world->guest + INSTANCES; g++) {
		if (is_named(g, last_words))
			continue;
		if (!oracle_is_settled((size_t)(g - world->guest)))
			world_wrong("%s does not run, and nothing names it", g->name);
		else if (g->runs && !g->is_moving && !g->is_migrated && (bare = look_bare(g->uuid)))
			world_wrong("%s runs without what is its own, and nothing names it: %.*s", g->name, (int)strcspn(bare, "\n"), bare);
	}
}

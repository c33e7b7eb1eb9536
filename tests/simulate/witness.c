/* SPDX-License-Identifier: Apache-2.0 */
/* What the program must not do, whatever comes of it later: looked at where it does it. And others who write in its way. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OTHERS_POOL "@ceph#others" /* where somebody else has moved a volume to: triggers.sql has it, too */
#define OTHERS_HOST "sh03-others"
#define POWER_US (60 * SECOND_US) /* how long a word of an agent may count, of a slow one (src/apply/power.c: MOST_MS) */
#define HARDLY_US (5 * SECOND_US) /* nothing is looked at less often than that before a message; here no cluster takes long */

static size_t others_guest(const struct fault *f)
{
	return f->by / OTHERS_WAYS % INSTANCES;
}

static void wish_stopped(struct guest *g)
{
	g->is_stopped |= strcmp(look_instance(g->uuid)->task_state, "powering-off") == 0;
}

/* Right before a transaction of ours: its plan does not know it yet. */
void others_write(const struct fault *f)
{
	const char *const a = host_name[0];
	char text[2048], whole[2304];

	switch (f->by % OTHERS_WAYS) {
	case 0: /* nova compute/api.py: power_off, of a compute that is dead */
		snprintf(text, sizeof text,
		    "UPDATE nova.instances SET task_state = 'powering-off' WHERE uuid = '%s' AND BINARY host = '%s' AND task_state IS NULL AND deleted = 0;"
		    "INSERT INTO world.fresh SELECT '%s' FROM DUAL WHERE ROW_COUNT() > 0",
		    world->guest[others_guest(f)].uuid, a, world->guest[others_guest(f)].uuid);
		world->has_fresh = true;
		break;
	case 1: /* cinder-manage volume update_host */
		snprintf(text, sizeof text,
		    "UPDATE cinder.volumes SET host = '%s" OTHERS_POOL
		    "' WHERE host LIKE '%s@%%' AND deleted = 0 ORDER BY id LIMIT 1",
		    host_name[2], a);
		break;
	case 2: /* a script that notes why, and disables nothing: else 'disabled' alone would tell */
		snprintf(text, sizeof text,
		    "UPDATE nova.services SET disabled_reason = 'Bob: bad memory' WHERE BINARY host = '%s' AND disabled_reason IS NULL;"
		    "INSERT INTO world.fresh SELECT 'nova' FROM DUAL WHERE ROW_COUNT() > 0",
		    a);
		world->has_fresh = true;
		break;
	case 3:
		snprintf(text, sizeof text,
		    "UPDATE cinder.services SET disabled_reason = 'Bob: bad memory' WHERE BINARY SUBSTRING_INDEX(host, '@', 1) = '%s' AND disabled_reason IS NULL;"
		    "INSERT INTO world.fresh SELECT 'cinder' FROM DUAL WHERE ROW_COUNT() > 0",
		    a);
		world->has_fresh = true;
		break;
	case 4: /* cinder-manage backup update_backup_host */
		snprintf(text, sizeof text,
		    "UPDATE cinder.backups SET host = '" OTHERS_HOST "' WHERE BINARY host = '%s' AND deleted = 0 ORDER BY id LIMIT 1",
		    a);
		break;
	default: /* a volume comes to the dead backend as long as that has others: a retype or a migration that ends */
		snprintf(text, sizeof text,
		    "INSERT INTO cinder.volumes SELECT * FROM world.another WHERE EXISTS (SELECT 1 FROM cinder.volumes WHERE host LIKE '%s@%%')"
		    " AND id NOT IN (SELECT id FROM cinder.volumes)",
		    a);
	}
	world_tell("others: %s", text);
	snprintf(whole, sizeof whole, "START TRANSACTION; %s; COMMIT", text);
	if (!server_try(whole))
		world_tell("others wait, and give up");
	else if (f->by % OTHERS_WAYS == 0) /* whoever asks nova for that wants it */
		wish_stopped(&world->guest[others_guest(f)]);
}

/* A command that begins now plans with it. */
void others_are_seen(void)
{
	if (world->has_fresh && server_try("DELETE FROM world.fresh"))
		world->has_fresh = false;
}

/* The dead host reports again: all of it, its services without its agents, or its agents alone. */
void host_wakes(const struct fault *f)
{
	power_comes_on();
	world->alive[0] = f->by % 3 != 2;
	world->agents_alive = f->by % 3 != 1;
	world->beat_us = 0;
}

void witness_beat(void)
{
	if (!world->reported_us && (world->alive[0] || world->agents_alive))
		world->reported_us = world->now_us;
	if (!world->owner_reported_us && world->alive[0])
		world->owner_reported_us = world->now_us;
}

static int64_t on_since_us(void)
{
	return world->on_us > world->thawed_us ? world->on_us : world->thawed_us;
}

static size_t guest_named(const char *uuid)
{
	size_t i = 0;

	while (i < INSTANCES && strcmp(world->guest[i].uuid, uuid) != 0)
		i++;
	return i;
}

static bool has_disk_in_ceph(const char *uuid)
{
	return world->has_ceph &&
	    server_ask("SELECT id FROM nova.block_device_mapping WHERE instance_uuid = '%s' AND volume_id IS NOT NULL AND deleted = 0", uuid)[0];
}

static int64_t lifted_us(void)
{
	return world->lifted_us > world->thawed_us ? world->lifted_us : world->thawed_us;
}

/* A message: what was durable before it, and what was known. */
void witness_cast(const struct message *m)
{
	const bool is_of_first = strcmp(look_instance(m->uuid)->host, host_name[0]) == 0; /* the other one is dead for good */
	const int64_t since_us = world->reported_us > world->thawed_us ? world->reported_us : world->thawed_us;

	if (files_unsynced_message())
		world_wrong("I2: a message about %s, and the journal on disk does not know it", m->uuid);
	if (!world->is_fenced[is_of_first ? 0 : 1])
		world_wrong("a message about %s, and nobody has said that its host is off", m->uuid);
	if (is_of_first && world->reported_us && world->now_us - since_us > HARDLY_US)
		world_wrong("a message about %s, whose host has reported for %lld s", m->uuid,
		    (long long)((world->now_us - since_us) / SECOND_US));
	if (world->paused == world->command && world->now_us - world->paused_us > HARDLY_US)
		world_wrong("a message about %s, whose run somebody has paused %lld s ago", m->uuid,
		    (long long)((world->now_us - world->paused_us) / SECOND_US));
	if (world->is_to_be_kept_out && has_disk_in_ceph(m->uuid) && !ceph_keeps_guest_out(guest_named(m->uuid)) &&
	    (!world->lifted_us || world->now_us - lifted_us() > HARDLY_US))
		world_wrong("a message about %s, and its old guest is not kept off its disk", m->uuid);
	if (is_of_first && world->is_to_be_off && world->is_on && world->now_us - on_since_us() > POWER_US)
		world_wrong("a message about %s, whose host was to be off, and is on", m->uuid);
}

/* "network-vif-plugged": a compute believes it, so its port must be. */
void witness_event(const char *uuid, const char *port, const char *host)
{
	if (!server_ask("SELECT p.id FROM neutron.ports p JOIN neutron.ml2_port_bindings b ON b.port_id = p.id AND BINARY b.host = BINARY '%s' AND b.status = 'ACTIVE'"
			" WHERE p.id = '%s' AND p.device_id = '%s' AND p.status = 'ACTIVE'",
		host, port, uuid)[0])
		world_wrong("a compute is told that port %s of %s is plugged on %s, and it is not", port, uuid, host);
}

/* A transaction that has written, before its COMMIT. */
void witness_commit(const struct written *w)
{
	if (world->is_stale)
		world_wrong("a plan is applied that has expired");
	if (w->missed)
		world_wrong("a transaction is committed in which %s has found another row than was planned", w->missed);
	if (w->begins && files_unsynced_intent())
		world_wrong("I2: a transaction is committed, and what it writes is not in the journal on disk");
	if (w->moves && !w->has_lock)
		world_wrong("a transaction is committed without the lock of its host");
	if (w->takes_volumes && world->owner_reported_us && world->owner_reported_us <= w->begun_us)
		world_wrong("volumes are taken from '%s', which reports", host_name[0]);
}

/* After a command: what triggers have seen, and what is half taken back. */
void witness_rows(void)
{
	const char *found = server_ask("SELECT COALESCE(MAX(what), '-') FROM world.wrong");

	if (strcmp(found, "-\n") != 0)
		world_wrong("%.*s", (int)strlen(found) - 1, found);
	found = look_migration_alone();
	if (found)
		world_wrong("I2: %s is not 'rebuilding', and its migration is open", found);
}

/* "ok" is said of a rescue when nothing is left to do. */
void witness_ok(void)
{
	for (size_t i = 0; i < INSTANCES; i++)
		if (!oracle_is_settled(i))
			world_wrong("all is said to be done, and %s does not run", world->guest[i].name);
	if (server_ask("SELECT id FROM cinder.volumes WHERE deleted = 0 AND BINARY SUBSTRING_INDEX(host, '@', 1) = '%s'", host_name[0])[0])
		world_wrong("all is said to be done, and '%s' has volumes", host_name[0]);
}

/* Where nothing has happened but that tenants stop or migrate, a rescue that has done all of it does not end as one that has not. (One that is deleted
 * amid its evacuation is not evacuated, and a rescue says so.) */
void witness_verdict(int code)
{
	for (const struct fault *f = world->fault; f < world->fault + world->nfault; f++)
		if (f->happened && f->kind != FAULT_STOPS && f->kind != FAULT_MIGRATES)
			return;
	for (size_t i = 0; i < INSTANCES; i++)
		if (!oracle_is_settled(i))
			return;
	if (code != 0)
		world_wrong("all is done, and the rescue ends with %d", code);
}

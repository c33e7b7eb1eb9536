/* SPDX-License-Identifier: Apache-2.0 */
/* The instances and their migrations as they are, which oracle and actors look at after each step: two answers of the server, which
 * a step of the world's own brings along. */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const look_text[LOOKS] = {
	"SELECT uuid, display_name, host, vm_state, task_state, deleted FROM nova.instances ORDER BY id",
	"SELECT id, instance_uuid, status, migration_type, deleted FROM nova.migrations ORDER BY id",
	"SELECT COUNT(DISTINCT SUBSTRING_INDEX(v.host, '@', 1)) FROM cinder.volumes v JOIN world.cinder_volumes w ON w.id = v.id"
	" WHERE BINARY SUBSTRING_INDEX(w.host, '@', 1) = BINARY '" FIRST_HOST "' AND v.host NOT LIKE '%#others'",
};

static struct {
	struct instance_row instance[INSTANCES];
	struct migration_row migration[MIGRATIONS_MAX];
	size_t ninstance, nmigration;
} seen;

static void read_instances(const char *rows)
{
	struct instance_row *i = seen.instance;

	for (seen.ninstance = 0; *rows && seen.ninstance < INSTANCES; rows = strchr(rows, '\n') + 1, i++)
		seen.ninstance += sscanf(rows, "%36s %31s %63s %31s %31s %lld", i->uuid, i->name, i->host, i->vm_state, i->task_state, &i->deleted) == 6;
}

static void read_migrations(const char *rows)
{
	struct migration_row *m = seen.migration;

	for (seen.nmigration = 0; *rows && seen.nmigration < MIGRATIONS_MAX; rows = strchr(rows, '\n') + 1, m++)
		seen.nmigration += sscanf(rows, "%lld %36s %31s %31s %lld", &m->id, m->uuid, m->status, m->type, &m->deleted) == 5;
	if (seen.nmigration == MIGRATIONS_MAX)
		abort();
}

/* What was read is still so as long as nobody has written these tables. */
static void look(void)
{
	static struct key read;
	static uint32_t tables;
	struct key now;

	tables = tables ? tables : server_tables(NULL, look_text[0]) | server_tables(NULL, look_text[1]);
	now = server_state(false, tables);
	if (now.a == read.a && now.b == read.b && !memory_verifies)
		return;
	read = now;
	read_instances(server_ask("%s", look_text[0]));
	read_migrations(server_ask("%s", look_text[1]));
}

bool look_is_half_moved(void)
{
	return strtol(server_ask("%s", look_text[2]), NULL, 10) > 1;
}

const char *look_bare(const char *uuid)
{
	const char *found = server_ask(
	    "SELECT CONCAT('volume:', b.volume_id) FROM nova.instances i JOIN nova.block_device_mapping b ON b.instance_uuid = i.uuid AND b.deleted = 0"
	    " LEFT JOIN cinder.volume_attachment a ON a.volume_id = b.volume_id AND a.deleted = 0 AND BINARY a.attached_host = BINARY i.host AND a.attach_status = 'attached'"
	    " WHERE i.uuid = '%s' AND i.deleted = 0 AND b.volume_id IS NOT NULL AND a.id IS NULL"
	    " UNION ALL SELECT CONCAT('second-attachment:', a.id) FROM nova.instances i JOIN cinder.volume_attachment a ON a.instance_uuid = i.uuid AND a.deleted = 0"
	    " WHERE i.uuid = '%s' AND i.deleted = 0 AND BINARY a.attached_host <> BINARY i.host"
	    " UNION ALL SELECT CONCAT('port:', p.id) FROM nova.instances i JOIN neutron.ports p ON p.device_id = i.uuid"
	    " LEFT JOIN neutron.ml2_port_bindings m ON m.port_id = p.id AND BINARY m.host = BINARY i.host AND m.status = 'ACTIVE' AND m.vif_type NOT IN ('unbound', 'binding_failed')"
	    " WHERE i.uuid = '%s' AND i.deleted = 0 AND (m.port_id IS NULL OR p.status <> 'ACTIVE')",
	    uuid, uuid, uuid);

	return *found ? found : NULL;
}

const struct instance_row *look_instance(const char *uuid)
{
	static const struct instance_row none = { .host = "-", .vm_state = "-", .task_state = "-", .deleted = -1 };

	look();
	for (size_t i = 0; i < seen.ninstance; i++)
		if (strcmp(seen.instance[i].uuid, uuid) == 0)
			return &seen.instance[i];
	return &none;
}

const struct migration_row *look_migration(long long id)
{
	look();
	for (size_t i = 0; i < seen.nmigration; i++)
		if (seen.migration[i].id == id)
			return &seen.migration[i];
	return NULL;
}

const char *look_claim_alone(void)
{
	look();
	for (size_t i = 0; i < seen.ninstance; i++)
		if (!seen.instance[i].deleted && !world->guest[i].is_preempted && strcmp(seen.instance[i].task_state, "rebuilding") == 0 &&
		    !look_open(seen.instance[i].uuid, "accepted") && !look_open(seen.instance[i].uuid, "pre-migrating"))
			return seen.instance[i].name;
	return NULL;
}

const char *look_migration_alone(void)
{
	look();
	for (size_t i = 0; i < seen.ninstance; i++)
		if (!seen.instance[i].deleted && strcmp(seen.instance[i].task_state, "-") == 0 && look_open(seen.instance[i].uuid, "accepted"))
			return seen.instance[i].name;
	return NULL;
}

const struct migration_row *look_open(const char *uuid, const char *status)
{
	const struct migration_row *found = NULL;

	look();
	for (size_t i = 0; i < seen.nmigration; i++) {
		const struct migration_row *m = &seen.migration[i];

		if (!m->deleted && strcmp(m->type, "evacuation") == 0 && strcmp(m->uuid, uuid) == 0 && strcmp(m->status, status) == 0)
			found = m;
	}
	return found;
}

const struct migration_row *look_newest(const char *uuid)
{
	const struct migration_row *found = NULL;

	look();
	for (size_t i = 0; i < seen.nmigration; i++)
		if (!seen.migration[i].deleted && strcmp(seen.migration[i].uuid, uuid) == 0)
			found = &seen.migration[i];
	return found;
}

size_t look_count(const char *uuid, const char *status)
{
	size_t n = 0;

	look();
	for (size_t i = 0; i < seen.nmigration; i++)
		n += !seen.migration[i].deleted && strcmp(seen.migration[i].uuid, uuid) == 0 && strcmp(seen.migration[i].status, status) == 0;
	return n;
}

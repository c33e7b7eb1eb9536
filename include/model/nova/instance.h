/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_INSTANCE_H
#define MODEL_NOVA_INSTANCE_H

#include "db/db.h"

struct instance {
	const char *uuid, *name, *project_id, *user_id, *host, *node, *vm_state, *task_state, *image_ref, *launched_at;
	const char *config_drive;     /* "True": it has one; empty or NULL: none */
	const char *root_destination; /* of the block device that it boots from: "volume", "local"; NULL: it has none */
	int64_t id;
	struct maybe_int power_state, vcpus, memory_mb, root_gb;
};
struct instances {
	DB_ROWS(struct instance);
};
struct host_named {
	const char *host;
};
struct host_list {
	DB_ROWS(struct host_named);
};
/* Every host that an instance names, byte for byte and in that order. */
int instance_hosts_list(struct db *cell, struct host_list *out, struct error *err);
/* Of these at least those whose names begin as ${host} does up to its first dot, and with them each str_is_twin() of it;
 * without a pass over all instances. */
int instance_hosts_near(struct db *cell, const char *host, struct host_list *out, struct error *err);
static inline void host_list_free(struct host_list *hosts)
{
	db_rows_free(&hosts->rows);
}

int instances_on_host(struct db *cell, const char *host, struct instances *out, struct error *err);
/* Of several hosts, each named once: those of hosts->v[0] first, before ${end}[0], then those of the next one, before
 * ${end}[1]. */
int instances_on_hosts(struct db *cell, const struct words *hosts, struct instances *out, size_t *end, struct error *err);
int instance_by_uuid(struct db *cell, const char *uuid, struct instances *out, struct error *err); /* none or one */
int instances_by_name(struct db *cell, const char *name, struct instances *out, struct error *err);
void instances_by_name_ahead(struct db *cell, const char *name); /* as db_ask_ahead() */
static inline void instances_free(struct instances *instances)
{
	db_rows_free(&instances->rows);
}
/* What became of instances that are not where they were looked for: a row for each evacuation that took one away, or one
 * without source_compute. Who was purged has none. Ordered by uuid. */
struct left_instance {
	const char *uuid, *name, *host, *source_compute; /* any but uuid may be NULL */
	int64_t is_deleted;
};
struct left_instances {
	DB_ROWS(struct left_instance);
};
int instances_that_left(struct db *cell, const struct words *uuids, struct left_instances *out, struct error *err);
static inline void left_instances_free(struct left_instances *left)
{
	db_rows_free(&left->rows);
}
/* nova compute/utils.py: is_volume_backed_instance. Its root's block device says it: the image of a volume-backed instance's
 * snapshot boots from a volume and is an image all the same. Without one, what has no image. */
bool instance_boots_from_volume(const struct instance *instance);

struct bdm {
	const char *instance_uuid, *volume_id, *attachment_id;
	struct maybe_int boot_index;
};
struct bdms {
	DB_ROWS(struct bdm);
}; /* sorted by instance */
int bdms_of_instances(struct db *cell, const struct words *uuids, struct bdms *out, struct error *err);
void bdms_ahead(struct db *cell, const struct words *instance_uuids); /* as db_ask_set_ahead() */
int bdms_of_instance(struct db *cell, const char *uuid, struct bdms *out, struct error *err);
static inline void bdms_free(struct bdms *bdms)
{
	db_rows_free(&bdms->rows);
}

struct migration {
	int64_t id;
	const char *uuid, *instance_uuid, *status, *migration_type, *source_compute, *dest_compute;
	struct maybe_int age_s;
	bool deleted;
};
struct migrations {
	DB_ROWS(struct migration);
}; /* sorted by instance */
/* Those that a conductor would take for an evacuation that it was just asked for: 'accepted', of any type, deleted ones too.
 * ${out}[i] are those of instance_uuids->v[i], in ${arena}. */
int migrations_accepted(struct db *cell, const struct words *instance_uuids, struct arena *arena, struct migrations *out,
    struct error *err);
void migrations_accepted_ahead(struct db *cell, const struct words *instance_uuids); /* as db_ask_set_ahead() */
/* The first of an instance among rows that are sorted by instance, and how many there are. */
const struct bdm *bdms_find(const struct bdms *bdms, const char *instance_uuid, size_t *n);
const struct migration *migrations_find(const struct migrations *migrations, const char *instance_uuid, size_t *n);
/* Where each of them is: ${host}[i], in ${arena}, of uuids->v[i]; NULL: on no host, or gone. */
int instances_get_hosts(struct db *cell, const struct words *uuids, struct arena *arena, const char **host, struct error *err);
/* Those of these instances that somebody may still work on. */
int migrations_open(struct db *cell, const struct words *instance_uuids, struct migrations *out, struct error *err);
void migrations_open_ahead(struct db *cell, const struct words *instance_uuids); /* as db_ask_set_ahead() */
static inline void migrations_free(struct migrations *migrations)
{
	db_rows_free(&migrations->rows);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_CINDER_VOLUME_H
#define MODEL_CINDER_VOLUME_H

#include "db/db.h"
#include "model/cinder/service.h"

struct volume {
	const char *id, *name, *project_id, *status, *attach_status, *host, *cluster_name, *service_uuid;
	struct maybe_int size_gb;
};
struct volumes {
	DB_ROWS(struct volume);
};
/* Volumes of every backend and pool of ${node}, by host and id. Deleted ones don't count. */
int volumes_on_node(struct db *db, const char *node, struct volumes *out, struct error *err);
/* The same one by one, each a struct volume, and in the same order those of hosts that may be the node's twins. ${services}:
 * all of cinder's, which tell whether few name the node. */
int volumes_walk(struct db *db, const struct cinder_services *services, const char *node, struct db_walk **out,
    struct error *err);
/* Every volume with what names it in its storage, one by one, by host and id. */
struct stored_volume {
	const char *id, *name, *project_id, *status, *attach_status, *host, *cluster_name, *service_uuid, *type;
	const char *name_id; /* what the driver calls it by instead of its id, after a migration (cinder objects/volume.py);
	                        NULL: none */
	struct maybe_int size_gb;
};
int stored_volumes_walk(struct db *db, struct db_walk **out, struct error *err);
static inline void volumes_free(struct volumes *volumes)
{
	db_rows_free(&volumes->rows);
}

/* Who would be asked about this volume: cluster_name wins over host (cinder volume/rpcapi.py). */
struct volume_owner {
	bool known; /* false: cinder has no such volume */
	const char *id, *host, *cluster_name, *status, *encryption_key_id, *type;
};
/* ${out}[i] is that of ids->v[i], which may come twice; texts live as long as ${arena}. */
int volume_owners_get(struct db *db, const struct words *ids, struct arena *arena, struct volume_owner *out, struct error *err);

struct attachment {
	const char *id, *volume_id, *attached_host, *attach_status;
};
struct attachments {
	DB_ROWS(struct attachment);
};
/* By volume and id. ${beside}: another connection to the same database, which reads half of the table; NULL: there is none. */
int attachments_of_instance(struct db *db, struct db *beside, const char *instance_uuid, struct attachments *out,
    struct error *err);
void attachments_of_instance_ahead(struct db *db, struct db *beside, const char *instance_uuid);      /* as db_ask_ahead() */
int attachments_on_host(struct db *db, const char *host, struct attachments *out, struct error *err); /* by attach_status */
/* From where ${host} comes to its storage, as the connector of this attachment has it (os-brick initiator/connector.py:
 * get_connector_properties: my_block_storage_ip of its nova.conf), in ${arena}; NULL: it does not tell, or is another host's.
 */
int attachment_address(struct db *db, const char *id, const char *host, struct arena *arena, const char **out,
    struct error *err);
static inline void attachments_free(struct attachments *attachments)
{
	db_rows_free(&attachments->rows);
}

struct backup {
	const char *id, *name, *project_id, *status, *host, *volume_id;
	struct maybe_int size_gb;
};
int backups_walk(struct db *db, struct db_walk **out, struct error *err); /* all of them, each a struct backup */

/* All about one volume. */
struct volume_detail {
	const char *id, *name, *project_id, *status, *attach_status, *migration_status, *host, *cluster_name, *service_uuid,
	    *zone, *group_id;
	struct maybe_int size_gb, age_s;
	bool deleted;
};
struct volume_thing {
	const char *kind; /* attachment, snapshot, backup, worker */
	const char *id, *state, *host, *instance_uuid, *name;
};
struct volume_things {
	DB_ROWS(struct volume_thing);
};
/* 1: found, 0: there is no such volume, -1. ${arena} gets the texts. */
int volume_detail_get(struct db *db, const char *id, struct volume_detail *out, struct arena *arena, struct error *err);
/* Was there a volume, a backup or a group of this id that is deleted now? */
int cinder_row_is_deleted(struct db *db, const char *id, bool *deleted, struct error *err);
int volume_things_list(struct db *db, const char *id, struct volume_things *out, struct error *err);
static inline void volume_things_free(struct volume_things *things)
{
	db_rows_free(&things->rows);
}

/* A volume that is to be deleted, with what goes with it. */
struct volume_child {
	const char *kind, *id; /* kind: volume_metadata, volume_admin_metadata, volume_glance_metadata */
};
struct volume_removal {
	const char *id, *name, *status, *host, *cluster_name; /* id NULL: there is no such volume */
	int64_t attachments, snapshots;                       /* live ones */
	struct volume_child *child;
	size_t nchild;
	struct arena arena, children;
};
int volume_removal_find(struct db *db, const char *id, struct volume_removal *out, struct error *err);
void volume_removal_free(struct volume_removal *removal);

#endif

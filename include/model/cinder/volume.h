/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_CINDER_VOLUME_H
#define MODEL_CINDER_VOLUME_H

#include "db/db.h"

struct volume {
	const char *id, *name, *project_id, *status, *attach_status, *host, *cluster_name, *service_uuid;
	struct maybe_int size_gb;
};
struct volumes {
	struct volume *v;
	size_t n;
	struct arena arena;
};
/* Volumes of every backend and pool of ${node}, by host and id. Deleted ones don't count. */
int volumes_on_node(struct db *db, const char *node, struct volumes *out, struct error *err);
void volumes_free(struct volumes *volumes);

/* Who would be asked about this volume: cluster_name wins over host (cinder volume/rpcapi.py). */
struct volume_owner {
	bool known; /* false: cinder has no such volume */
	const char *host, *cluster_name, *status, *encryption_key_id;
	struct arena arena;
};
int volume_owner_get(struct db *db, const char *id, struct volume_owner *out, struct error *err);
void volume_owner_free(struct volume_owner *owner);

struct attachment {
	const char *id, *volume_id, *attached_host, *attach_status;
};
struct attachments {
	struct attachment *v;
	size_t n;
	struct arena arena;
};
int attachments_of_instance(struct db *db, const char *instance_uuid, struct attachments *out, struct error *err);
int attachments_on_host(struct db *db, const char *host, struct attachments *out, struct error *err); /* by attach_status */
void attachments_free(struct attachments *attachments);

struct backup {
	const char *id, *name, *project_id, *status, *host, *volume_id;
	struct maybe_int size_gb;
};
struct backups {
	struct backup *v;
	size_t n;
	struct arena arena;
};
int backups_list(struct db *db, struct backups *out, struct error *err);
void backups_free(struct backups *backups);

#endif

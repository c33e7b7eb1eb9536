/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_CINDER_SERVICE_H
#define MODEL_CINDER_SERVICE_H

#include "db/db.h"
#include "util/str.h"

struct cinder_service {
	int64_t id;
	const char *uuid, *host, *binary, *cluster_name, *zone, *disabled_reason, *replication_status, *active_backend_id;
	bool disabled, frozen;
	int64_t report_count;
	struct maybe_int heartbeat_age_s; /* by the server's clock; not set: it never reported */
};
struct cinder_services {
	DB_ROWS(struct cinder_service);
};

int cinder_services_list(struct db *db, struct cinder_services *out, struct error *err);
static inline void cinder_services_free(struct cinder_services *services)
{
	db_rows_free(&services->rows);
}

/* cinder objects/service.py: is_up. A heartbeat from the future counts as up, as it does there. */
bool cinder_service_is_up(const struct cinder_service *service, unsigned service_down_time_s);
/* The one of this binary on exactly this host; NULL: none. Of several (cinder knows no unique key) the freshest. */
const struct cinder_service *cinder_service_find(const struct cinder_services *services, const char *binary, const char *host);

/* Alive is a property of a cluster's members (cinder objects/cluster.py: is_up takes the latest of their heartbeats): does any
 * cinder-volume of it report? ${cluster_name}: a row's, with or without its pool. One without members is as dead as one whose
 * members are. */
bool cinder_cluster_is_up(const struct cinder_services *services, const char *cluster_name, unsigned service_down_time_s);
/* Is this cinder-volume a member of the cluster that a row names? */
bool cinder_service_is_member(const struct cinder_service *service, const char *cluster_name);
/* Who would be asked about a row: its cluster if it names one, else the cinder-volume of its host's backend (cinder
 * volume/rpcapi.py: _get_cctxt, objects/volume.py: service_topic_queue). */
bool cinder_owner_is_up(const struct cinder_services *services, const char *host, const char *cluster_name,
    unsigned service_down_time_s);

/* The queue that only this service reads (cinder volume/rpcapi.py: for cinder-volume the topic holds host@backend, the server
 * is the host alone): "cinder-volume.HOST@BACKEND.HOST", "cinder-backup.HOST". */
void cinder_service_queue(const char *binary, const char *host, struct str *out);

/* What still refers to a service, counted by kind. */
struct service_reference {
	const char *kind;
	bool by_name; /* it is the owner; else its uuid or id is named */
	int64_t n;
};
struct service_references {
	DB_ROWS(struct service_reference);
};
int service_references_find(struct db *db, const struct cinder_service *service, struct service_references *out,
    struct error *err);
static inline void service_references_free(struct service_references *references)
{
	db_rows_free(&references->rows);
}

/* Volumes whose service_uuid is not that of the service on their backend; once for each row of such a service. */
struct volume_of_other {
	const char *id, *name, *host, *service_uuid, *owner_uuid, *owner_host;
};
struct volumes_of_other {
	DB_ROWS(struct volume_of_other);
};
int volumes_of_other_service(struct db *db, struct volumes_of_other *out, struct error *err);
static inline void volumes_of_other_free(struct volumes_of_other *volumes)
{
	db_rows_free(&volumes->rows);
}

#endif

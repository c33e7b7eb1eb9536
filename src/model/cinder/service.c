/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cinder/service.h"

#include <string.h>

#include "model/cinder/host.h"
#include "sql_catalogue.h"
#include "util/str.h"

static const struct db_shape cinder_service_shape = DB_SHAPE(struct cinder_service,
    DB_COLUMNS(struct cinder_service, id, host, binary, disabled, frozen, report_count, heartbeat_age_s),
    DB_NULLABLES(struct cinder_service, uuid, cluster_name, zone, disabled_reason, replication_status, active_backend_id));

int cinder_services_list(struct db *db, struct cinder_services *out, struct error *err)
{
	return db_read(db, &SQL_CINDER_SERVICE_LIST, NULL, &cinder_service_shape, &out->rows, err);
}

bool cinder_service_is_up(const struct cinder_service *service, unsigned service_down_time_s)
{
	return service->heartbeat_age_s.set && service->heartbeat_age_s.v <= (int64_t)service_down_time_s;
}

static bool is_fresher(const struct cinder_service *a, const struct cinder_service *b)
{
	return a->heartbeat_age_s.set && (!b->heartbeat_age_s.set || a->heartbeat_age_s.v < b->heartbeat_age_s.v);
}

const struct cinder_service *cinder_service_find(const struct cinder_services *services, const char *binary, const char *host)
{
	const struct cinder_service *found = NULL, *s;

	for (s = services->v; s < services->v + services->n; s++)
		if (strcmp(s->binary, binary) == 0 && strcmp(s->host, host) == 0 && (!found || is_fresher(s, found)))
			found = s;
	return found;
}

bool cinder_service_is_member(const struct cinder_service *service, const char *cluster_name)
{
	size_t n = strcspn(cluster_name, "#");

	return service->cluster_name && str_equal(service->binary, "cinder-volume") && strlen(service->cluster_name) == n &&
	    strncmp(service->cluster_name, cluster_name, n) == 0;
}

bool cinder_cluster_is_up(const struct cinder_services *services, const char *cluster_name, unsigned service_down_time_s)
{
	for (const struct cinder_service *s = services->v; s < services->v + services->n; s++)
		if (cinder_service_is_member(s, cluster_name) && cinder_service_is_up(s, service_down_time_s))
			return true;
	return false;
}

bool cinder_owner_is_up(const struct cinder_services *services, const char *host, const char *cluster_name,
    unsigned service_down_time_s)
{
	if (cluster_name && *cluster_name)
		return cinder_cluster_is_up(services, cluster_name, service_down_time_s);
	for (const struct cinder_service *s = services->v; host && s < services->v + services->n; s++)
		if (str_equal(s->binary, "cinder-volume") && host_is_on_backend(host, s->host) &&
		    cinder_service_is_up(s, service_down_time_s))
			return true;
	return false;
}

void cinder_service_queue(const char *binary, const char *host, struct str *out)
{
	str_clear(out);
	if (strcmp(binary, "cinder-volume") == 0)
		str_addf(out, "cinder-volume.%s.%.*s", host, (int)strcspn(host, "@"), host);
	else
		str_addf(out, "%s.%s", binary, host);
}

static const struct db_shape service_reference_shape = DB_SHAPE(struct service_reference,
    DB_COLUMNS(struct service_reference, kind, by_name, n));

int service_references_find(struct db *db, const struct cinder_service *service, struct service_references *out,
    struct error *err)
{
	const struct db_param params[] = { p_int("id", service->id), p_str("uuid", service->uuid), p_str("host", service->host),
		p_str("binary", service->binary), p_end };

	return db_read(db, &SQL_CINDER_REFERENCE_LIST_BY_SERVICE, params, &service_reference_shape, &out->rows, err);
}

static const struct db_shape volume_of_other_shape = DB_SHAPE(struct volume_of_other,
    DB_COLUMNS(struct volume_of_other, id, host, owner_host),
    DB_NULLABLES(struct volume_of_other, name, service_uuid, owner_uuid));

int volumes_of_other_service(struct db *db, struct volumes_of_other *out, struct error *err)
{
	return db_read(db, &SQL_CINDER_VOLUME_LIST_BY_OTHER_SERVICE, NULL, &volume_of_other_shape, &out->rows, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_PLACING_H
#define MODEL_NOVA_PLACING_H

#include "db/db.h"
#include "model/nova/cell.h"

/* What decides beside size which host may take an instance: aggregates with their zones, server groups. */

struct host_metadata {
	const char *host, *name, *value;
};
struct aggregates {
	DB_ROWS(struct host_metadata);
}; /* sorted by host */
int aggregates_list(struct db *api, struct aggregates *out, struct error *err);
static inline void aggregates_free(struct aggregates *aggregates)
{
	db_rows_free(&aggregates->rows);
}
/* nova availability_zones.py: the zone of a host's aggregate; NULL: none has one, nova then calls it by its default, "nova". */
const char *aggregates_zone_of(const struct aggregates *aggregates, const char *host);
/* The same for people: a host of none is in nova's default zone, by the name that it has unless nova.conf's
 * default_availability_zone says another. */
#define DEFAULT_ZONE "nova"
const char *aggregates_zone_shown(const struct aggregates *aggregates, const char *host);
bool aggregates_have_zone(const struct aggregates *aggregates, const char *zone);
/* It is ${name}, and among its values (comma-separated) is ${value}. */
bool host_metadata_has(const struct host_metadata *metadata, const char *name, const char *value);

/* Which hosts are in which aggregate, by its name; those without metadata, too. */
struct aggregate_host {
	const char *aggregate, *host;
};
struct aggregate_hosts {
	DB_ROWS(struct aggregate_host);
}; /* sorted by aggregate, host */
int aggregate_hosts_list(struct db *api, struct aggregate_hosts *out, struct error *err);
static inline void aggregate_hosts_free(struct aggregate_hosts *hosts)
{
	db_rows_free(&hosts->rows);
}

/* Which hosts are in an aggregate that is an availability zone. */
struct zone_host {
	const char *uuid, *aggregate, *zone, *host; /* uuid NULL: nova has not given it one yet */
};
struct zone_hosts {
	DB_ROWS(struct zone_host);
}; /* sorted by host */
int zone_hosts_list(struct db *api, struct zone_hosts *out, struct error *err);
static inline void zone_hosts_free(struct zone_hosts *hosts)
{
	db_rows_free(&hosts->rows);
}

struct server_group {
	bool exists;               /* the instance is a member of one */
	const char *uuid, *policy; /* "affinity", "anti-affinity", soft-… */
	int64_t max_per_host;      /* of anti-affinity; 1 unless its rules say more */
};
/* ${out}[i] is that of instance_uuids->v[i]; texts live as long as ${arena}. */
int server_groups_of(struct db *api, const struct api_columns *columns, const struct words *instance_uuids, struct arena *arena,
    struct server_group *out, struct error *err);
/* The same, as db_ask_set_ahead(). */
void server_groups_ahead(struct db *api, const struct api_columns *columns, const struct words *instance_uuids);

struct group_member {
	const char *group_uuid, *instance_uuid;
};
struct group_members {
	DB_ROWS(struct group_member);
};
/* Those of all these groups, sorted by group. */
int group_members_list(struct db *api, const struct words *group_uuids, struct group_members *out, struct error *err);
const struct group_member *group_members_find(const struct group_members *members, const char *group_uuid, size_t *n);
static inline void group_members_free(struct group_members *members)
{
	db_rows_free(&members->rows);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_CINDER_QUOTA_H
#define MODEL_CINDER_QUOTA_H

#include "db/db.h"
#include "model/cinder/schema.h"

/* What cinder's quotas say against what is there (cinder db/sqlalchemy/api.py: QUOTA_SYNC_FUNCTIONS). */
struct quota_usage {
	int64_t id;
	const char *project_id, *resource; /* "volumes", "gigabytes_TYPE", "backup_gigabytes", … */
	int64_t in_use, reserved;
};
struct quota_usages {
	DB_ROWS(struct quota_usage);
}; /* by project, resource, id: a second row of one pair follows the first */
struct reservation {
	int64_t id, usage_id, delta;
};
struct reservations {
	DB_ROWS(struct reservation);
}; /* by usage */
struct quota_count {
	const char *project_id, *kind, *type_name; /* kind: volumes, snapshots, backups, groups, consistencygroups */
	int64_t n, gb;
};
struct quota_counts {
	DB_ROWS(struct quota_count);
}; /* by project, byte for byte */
struct quota {
	struct quota_usages usages;
	struct reservations reservations;
	struct quota_counts counts;
	bool snapshots_need_no_gigabytes; /* cinder.conf: no_snapshot_gb_quota */
};

/* Of one project, or of all (NULL). */
int quota_find(struct db *db, const struct cinder_schema *schema, const char *project_id, struct quota *out, struct error *err);
void quota_free(struct quota *quota);

/* What in_use and reserved of a row should be. false: of a resource that cinder does not count (a volume type that is gone). */
bool quota_in_use(const struct quota *quota, const struct quota_usage *usage, int64_t *in_use);
int64_t quota_reserved(const struct quota *quota, int64_t usage_id);
/* A second row for the pair of the row before it (cinder bug 1484343). */
bool quota_is_duplicate(const struct quota *quota, size_t i);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_CINDER_OWNERSHIP_H
#define MODEL_CINDER_OWNERSHIP_H

#include "db/db.h"

/* What a backend (host@backend) or a cinder-backup host owns, kind by kind. A kind is one row of the table in ownership.c:
 * the statement that finds its rows, the one that moves a row, and the columns that change. */

struct owned {
	const char *id, *name, *status, *host, *cluster_name, *migration_status, *zone;
	const char *service; /* volumes: service_uuid; workers: service_id; else NULL */
};
struct owned_rows {
	struct owned *v;
	size_t n;
	struct arena arena;
};

enum owned_kind { OWNED_VOLUME, OWNED_GROUP, OWNED_CONSISTENCYGROUP, OWNED_CACHE_ENTRY, OWNED_WORKER, OWNED_BACKUP, OWNED_KINDS };
extern const char *const owned_kind_name[OWNED_KINDS]; /* "volume", "group", … singular */
extern const char *const owned_kind_plural[OWNED_KINDS];

/* Rows of ${kind} that ${owner} owns: a backend host, or for OWNED_BACKUP a plain host. Every pool. No rows is no error. */
int owned_find(struct db *db, enum owned_kind kind, const char *owner, struct owned_rows *out, struct error *err);
void owned_free(struct owned_rows *rows);

/* Between two states: somebody began something that nobody now finishes. Such rows move with the rest. */
bool owned_is_transitional(enum owned_kind kind, const char *status);
/* A volume migration that is under way (cinder's migration_status). */
bool owned_is_migrating(const struct owned *row);

/* Every owner that volumes and backups name. */
struct owner {
	const char *kind; /* "volume" or "backup" */
	const char *host; /* with its pool */
	int64_t n;        /* rows */
};
struct owners {
	struct owner *v;
	size_t n;
	struct arena arena;
};
int owners_list(struct db *db, struct owners *out, struct error *err);
void owners_free(struct owners *owners);

#endif

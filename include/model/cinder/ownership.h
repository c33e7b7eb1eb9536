/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_CINDER_OWNERSHIP_H
#define MODEL_CINDER_OWNERSHIP_H

#include "db/db.h"

/* What a backend (host@backend) or a cinder-backup host owns, kind by kind. A kind is one row of the table in ownership.c:
 * the statement that finds its rows, the one that moves a row, and the columns that change. */

struct owned {
	const char *id, *name, *status, *host, *cluster_name, *migration_status, *zone;
	const char *project_id, *user_id; /* volumes and backups: whose they are; else NULL */
	const char *service;              /* volumes: service_uuid; workers: service_id; else NULL */
	const char *race_preventer;       /* workers: what cinder's own compare-and-set counts; else NULL */
	const char *attach_status;        /* volumes; else NULL */
	bool left_out;                    /* by --only, --exclude or --limit: it is looked at and stays */
};
struct owned_rows {
	DB_ROWS(struct owned);
};

enum owned_kind {
	OWNED_VOLUME,
	OWNED_GROUP,
	OWNED_CONSISTENCYGROUP,
	OWNED_CACHE_ENTRY,
	OWNED_WORKER,
	OWNED_BACKUP,
	OWNED_KINDS
};
extern const char *const owned_kind_name[OWNED_KINDS]; /* "volume", "group", … singular */
extern const char *const owned_kind_plural[OWNED_KINDS];

/* Rows of ${kind} that ${owner} owns: a backend host, or for OWNED_BACKUP a plain host. Every pool. No rows is no error. */
int owned_find(struct db *db, enum owned_kind kind, const char *owner, struct owned_rows *out, struct error *err);
static inline void owned_free(struct owned_rows *rows)
{
	db_rows_free(&rows->rows);
}

/* Between two states: somebody began something that nobody now finishes. Such rows move with the rest. */
bool owned_is_transitional(enum owned_kind kind, const char *status);
/* A volume migration that is under way (cinder's migration_status). */
bool owned_is_migrating(const struct owned *row);

/* Owners that volumes and backups name. */
struct owner {
	const char *kind;         /* "volume" or "backup" */
	const char *host;         /* with its pool */
	int64_t n;                /* rows */
	const char *cluster_name; /* cluster@backend, whose rows they are; NULL: the host's own */
	const char *first_service,
	    *last_service; /* volumes, of owners_list_near(): of the services that they name; NULL: not known */
};
struct owners {
	DB_ROWS(struct owner);
	bool whole; /* every owner; false: those near some hosts */
};
int owners_list(struct db *db, struct owners *out, struct error *err);
/* The owners whose names begin as those of ${hosts} (nodes or host@backend#pool, at most OWNERS_NEAR; a NULL ends nothing) do
 * up to the first '.', '@' or '#', with any sign for a letter, and those whose node has a '_': every owner on these nodes, what
 * str_is_twin() of them, what differs from them in the case of letters or in a '_' for another sign on either side, whatever
 * the collation of the column, and perhaps others. Of many owners it takes a fourth of what owners_list() does. */
#define OWNERS_NEAR 3
int owners_list_near(struct db *db, const char *const hosts[OWNERS_NEAR], struct owners *out, struct error *err);
void owners_near_ahead(struct db *db, const char *const hosts[OWNERS_NEAR]); /* as db_ask_ahead() */
/* Rows of "volume" or "backup" that ${owner} has, with those of a backend's ${pools}; NULL: that there are, as far as they are
 * listed. */
int64_t owners_count(const struct owners *owners, const char *kind, const char *owner, bool pools);
/* The volumes of a backend host as owned_find() has them, in the snapshot in which ${owners} were counted: none is asked for
 * where there are none, and few (of many, or by themselves) by the index of ${service_uuid} (NULL: not known) and of the
 * services that ${owners} name, where that gives as many as were counted. */
int owned_find_volumes(struct db *db, const char *backend_host, const struct owners *owners, const char *service_uuid,
    struct owned_rows *out, struct error *err);
int backup_owners_list(struct db *db, struct owners *out, struct error *err); /* those of backups alone */
/* One more row of ${kind}, which must outlive them, names ${host}: where rows that are read for another reason, by host, tell
 * owners too. */
void owners_add(struct owners *owners, const char *kind, const char *host);
static inline void owners_free(struct owners *owners)
{
	db_rows_free(&owners->rows);
}

/* What was under way when the owner died; kind: volume, snapshot, backup, local attachment (of the dead node, for a backup or
 * an image), stray attachment (of a failed evacuation). */
struct unfinished {
	const char *kind, *id, *volume_id, *status, *volume_status, *previous_status, *attach_status, *host;
};
struct unfinished_rows {
	DB_ROWS(struct unfinished);
};
/* Of a backend: its ${volumes}' work (all of them), and backups of them that another node has under way. Of a backup host: its
 * own. */
int unfinished_on_backend(struct db *db, const char *backend_host, const char *node, const struct owned_rows *volumes,
    struct unfinished_rows *out, struct error *err);
int unfinished_on_backup_host(struct db *db, const char *host, struct unfinished_rows *out, struct error *err);
static inline void unfinished_free(struct unfinished_rows *rows)
{
	db_rows_free(&rows->rows);
}

/* The status that a write to the database may leave it in, as cinder's own cleanup would (volume/manager.py: _do_cleanup,
 * backup/manager.py: _cleanup_one_backup); NULL: none that is right for sure. */
const char *unfinished_final_status(const struct unfinished *row);
/* The same for the volume that a backup works on. */
const char *unfinished_final_volume_status(const struct unfinished *row);

/* Both owners at one moment, by owned_kind. */
struct ownership_count {
	bool known; /* they were counted */
	int64_t old_owner[OWNED_KINDS], new_owner[OWNED_KINDS];
};
/* Whose rows: of a backend all that it has (volumes, groups, workers …), or backups of their hosts and nothing else. */
struct owner_pair {
	const char *old_owner, *new_owner;
	bool pools;   /* the rows of a backend's pools, too */
	bool backups; /* backups */
};
/* Counts the kinds that the pair is about; the others are 0. */
int ownership_count(struct db *db, const struct owner_pair *pair, struct ownership_count *out, struct error *err);
/* What ${owner} (host@backend, or the host of backups) still has, kind by kind, in ${left}. ${service_uuid}: its volumes by the
 * index of that service, with those that name none; not those that name another service, as after cinder-manage volume
 * update_host. NULL: by a pass over all volumes. */
int ownership_left(struct db *db, const char *owner, bool backups, const char *service_uuid, int64_t left[OWNED_KINDS],
    struct error *err);
/* The same without a pass over volumes and backups: those as ${owners} were counted. */
int ownership_count_with(struct db *db, const struct owners *owners, const struct owner_pair *pair, struct ownership_count *out,
    struct error *err);

#endif

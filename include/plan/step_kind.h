/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_STEP_KIND_H
#define PLAN_STEP_KIND_H

#include <stdbool.h>

#include "db/sql.h"
#include "model/cinder/ownership.h"

/* Every kind of row that a run changes. What is special about one stands in its row of step_kinds[] (src/plan/step_kinds.c),
 * and nowhere else. */

#define STEP_COLUMNS 3

enum step_kind_id {
	/* what moves from one owner to another: as enum owned_kind, in its order */
	STEP_VOLUME,
	STEP_GROUP,
	STEP_CONSISTENCYGROUP,
	STEP_CACHE_ENTRY,
	STEP_WORKER,
	STEP_BACKUP,
	STEP_CINDER_SERVICE,
	STEP_COMPUTE_SERVICE,
	STEP_MIGRATION,
	STEP_TASK_STATE,
	STEP_INSTANCE,
	/* rows of cinder that are written one by one, outside of a move of ownership */
	STEP_VOLUME_SERVICE,
	STEP_VOLUME_CLUSTER,
	STEP_GROUP_CLUSTER,
	STEP_CONSISTENCYGROUP_CLUSTER,
	STEP_CACHE_ENTRY_CLUSTER,
	STEP_VOLUME_ZONE,
	STEP_VOLUME_STATUS,
	STEP_SNAPSHOT_STATUS,
	STEP_BACKUP_STATUS,
	STEP_SERVICE_REMOVAL,
	STEP_CLUSTER_REMOVAL,
	STEP_QUOTA_USAGE,
	STEP_QUOTA_USAGE_REMOVAL,
	STEP_QUOTA_USAGE_REMOVAL_VICTORIA,
	STEP_RESERVATION,
	STEP_VOLUME_REMOVAL,
	STEP_VOLUME_METADATA_REMOVAL,
	STEP_VOLUME_ADMIN_METADATA_REMOVAL,
	STEP_VOLUME_GLANCE_METADATA_REMOVAL,
	STEP_VOLUME_TRANSFER_REMOVAL,
	STEP_POWER,
	STEP_CLIENT,
	STEP_RESERVE,
	STEP_RELEASE,
	STEP_KINDS
};

/* What a run does to such a row. */
enum step_deed {
	DEED_MOVE, /* gives it to another owner */
	DEED_MARK, /* says on a service of the failed host that it is disabled, and who says so */
	DEED_CLOSE,
	DEED_EVACUATE,
	DEED_SETTLE, /* ends a status that nobody will end any more */
	DEED_RENAME, /* its cluster */
	DEED_CORRECT,
	DEED_REMOVE,
	DEED_POWER,   /* no row: a host is switched off */
	DEED_RESERVE, /* takes a reserved host into service, or out of it */
	DEED_FENCE,   /* no row: a client of Ceph is put on the blocklist of its cluster */
};

/* Whom the first column of what moves names. */
enum step_owner {
	OWNER_NONE,
	OWNER_POOL,    /* host@backend#pool, of a cinder-volume */
	OWNER_HOST,    /* a cinder-backup's host */
	OWNER_SERVICE, /* a services row, by its id */
};

/* The statement takes @id and, for each column, @old_COLUMN and @new_COLUMN, so that undo is the same statement with the values
 * exchanged. An instance has none: nova changes it; nor has power, which
 * its fence agent reads, too, nor a client of Ceph, which its monitors do. */
struct step_kind {
	const char *name;                     /* in JSON and in the journal */
	const char *one, *plural;             /* for people */
	const char *column[STEP_COLUMNS + 1]; /* ends with NULL */
	const struct sql *write;
	const struct sql *read; /* the columns again, by @id: for proofs, recovery and undo; a row that is gone gives none */
	/* The same for rows of one kind that share their values before and after, by @ids (${write_many}), and for any of one
	 * kind
	 * (${read_many}, with the id in front); NULL: there is none. */
	const struct sql *write_many, *read_many;
	enum step_deed deed;
	const char *of; /* the kind of row in the words of the statements that find it, where several share a deed */
	enum step_owner owner;
	bool whole;   /* means nothing without the other rows of its unit: the unit is not taken in part */
	bool counted; /* in "3 volumes and backups are proved with their new owner" */
};
extern const struct step_kind step_kinds[STEP_KINDS];

const struct step_kind *step_kind_named(const char *name); /* NULL: there is none */
/* The kind that does ${deed} to a row that a statement calls ${of}. */
enum step_kind_id step_kind_for(enum step_deed deed, const char *of);
/* The place of a column; NULL's when it has none of that name. */
size_t step_kind_column(const struct step_kind *kind, const char *name);
static inline enum step_kind_id step_kind_owned(enum owned_kind kind)
{
	return (enum step_kind_id)kind;
}
static inline enum step_kind_id step_kind_id(const struct step_kind *kind)
{
	return (enum step_kind_id)(kind - step_kinds);
}
static inline bool step_kind_names_host(const struct step_kind *kind)
{
	return kind->owner == OWNER_POOL || kind->owner == OWNER_HOST;
}

#endif

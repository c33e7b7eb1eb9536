/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "db/sql.h"
#include "find/scene.h"
#include "util/error.h"

/* What a run will do, whole, before it does anything. A plan is a list of units; a unit is the steps that one transaction applies,
 * all or none; a step is one row with the value that the plan saw and the one it gets. Equal worlds give equal plans. */

#define STEP_COLUMNS 3

/* What can be changed, and by which statement. The statement takes @id and, for each column, @old_COLUMN and @new_COLUMN, so that
 * undo is the same statement with the values exchanged. An instance has none: nova changes it. */
struct step_kind {
	const char *name;          /* in JSON and in the journal */
	const char *one, *plural;  /* for people */
	const char *column[STEP_COLUMNS + 1]; /* ends with NULL */
	const struct sql *write;
	const struct sql *read;    /* the columns again, by @id: for proofs, recovery and undo; a row that is gone gives none */
};
extern const struct step_kind step_volume, step_group, step_consistencygroup, step_cache_entry, step_worker, step_backup,
    step_cinder_service, step_compute_service, step_instance, step_migration, step_task_state;
extern const struct step_kind *const step_kind_of[OWNED_KINDS];
/* Rows of cinder that are written one by one, outside of a move of ownership. */
extern const struct step_kind step_volume_service, step_volume_cluster, step_group_cluster, step_consistencygroup_cluster,
    step_cache_entry_cluster, step_volume_zone, step_volume_status, step_snapshot_status, step_backup_status, step_service_removal,
    step_cluster_removal, step_quota_usage, step_quota_usage_removal, step_quota_usage_removal_victoria, step_reservation,
    step_volume_removal, step_volume_metadata_removal, step_volume_admin_metadata_removal, step_volume_glance_metadata_removal,
    step_volume_transfer_removal;

enum state { STATE_PLANNED, STATE_APPLIED, STATE_PROVED, STATE_FAILED, STATE_UNKNOWN, STATE_SKIPPED, STATE_COUNT };
extern const char *const state_name[STATE_COUNT];

struct step {
	const struct step_kind *kind;
	const char *id, *name; /* name is for people; may be NULL */
	const char *before[STEP_COLUMNS], *after[STEP_COLUMNS]; /* NULL is SQL's NULL, or not known yet */
	enum state state;
	const char *error; /* NULL: none */
	const char *since; /* proved, and others have changed it after that: what it holds now, "deleted"; NULL: nobody has */
};

enum unit_kind {
	UNIT_OWNERSHIP,  /* one transaction in cinder's database */
	UNIT_MARK,       /* nova's service row of the failed host, in its cell */
	UNIT_CLOSE,      /* an evacuation that nobody works on, in its cell */
	UNIT_EVACUATION, /* one transaction in the cell, then one cast */
};
extern const char *const unit_kind_name[];

struct unit {
	enum unit_kind kind;
	const char *sentence;   /* "move 12 volumes of a@b to c@b" */
	const char *command;    /* the single command that does just this; NULL: none does */
	struct step *step;
	size_t nstep, cap;
	const struct candidate *candidate; /* UNIT_EVACUATION */
	struct evacuation *evacuation;     /* plan/evacuation.h; NULL: not begun */
};

struct plan {
	struct unit *unit;
	size_t nunit, cap;
	struct arena arena;
};

struct unit *plan_unit(struct plan *plan, enum unit_kind kind);
struct step *unit_step(struct unit *unit, const struct step_kind *kind, const char *id, const char *name);
size_t unit_count(const struct unit *unit, const struct step_kind *kind);
/* "${verb} 3 volumes, 1 group from a@b to c@b"; nothing when no row moves. */
void unit_say_moves(const struct unit *unit, const struct scene *scene, const char *verb, struct str *out);
void unit_set_state(struct unit *unit, enum state state, const char *error); /* of every step; error is borrowed */
/* Its rows mean nothing without each other (a closed evacuation and its instance's task state): it is not taken in part. */
bool unit_is_whole(const struct unit *unit);
void plan_free(struct plan *plan);
size_t plan_steps(const struct plan *plan);

/* The value of a step's column before or after, by the column's name; NULL for NULL or for a column that it has not. */
const char *step_before(const struct step *step, const char *column);
const char *step_after(const struct step *step, const char *column);

const struct step_kind *step_kind_named(const char *name); /* NULL: there is none */
int unit_kind_named(const char *name);                     /* -1: there is none */

/* step_read.c. The row of a step as it is now. ${now} is in ${arena}; ${exists} false: it is gone. */
struct db;
int step_read(struct db *db, const struct step *step, struct arena *arena, const char *now[STEP_COLUMNS], bool *exists,
    struct error *err);
bool step_equal(const struct step_kind *kind, const char *const *a, const char *const *b);
/* "host 'a', service_uuid NULL" */
const char *step_values_text(const struct step_kind *kind, const char *const *values, struct arena *arena);

/* plan_make.c. The failed host's nova-compute disabled, with a reason that names run and operator: the first write of a rescue, so
 * that of two runs on two nodes of a cluster, where no lock is seen, one finds the row changed. The ownership moves of the scene
 * as one unit (none when nothing is to be moved), with the failed host's cinder services disabled when the scene marks. The
 * evacuations, one unit each. Last: a mark of a service that is disabled already goes when nothing follows it. */
void plan_service_removal(struct plan *plan, struct unit *unit, const struct cinder_service *service);
void plan_mark(struct plan *plan, const struct scene *scene);
void plan_ownership(struct plan *plan, const struct scene *scene);
void plan_drop_idle_mark(struct plan *plan, const struct scene *scene);
struct findings;
void plan_evacuations(struct plan *plan, const struct scene *scene, const struct findings *findings);

#endif

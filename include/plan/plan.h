/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "find/scene.h"
#include "plan/step_kind.h"
#include "util/error.h"

/* What a run will do, whole, before it does anything. A plan is a list of units; a unit is the steps that one transaction
 * applies, all or none; a step is one row with the value that the plan saw and the one it gets. Equal worlds give equal
 * plans. */

enum state { STATE_PLANNED, STATE_APPLIED, STATE_PROVED, STATE_FAILED, STATE_UNKNOWN, STATE_SKIPPED, STATE_COUNT };
extern const char *const state_name[STATE_COUNT];

struct step {
	const struct step_kind *kind;
	const char *id, *name;                                  /* name is for people; may be NULL */
	const char *before[STEP_COLUMNS], *after[STEP_COLUMNS]; /* NULL is SQL's NULL, or not known yet */
	enum state state;
	const char *error; /* NULL: none */
	const char *since; /* proved, and others have changed it after that: what it holds now, "deleted"; NULL: nobody has */
};
/* Which moves take such a row along. */
static inline enum move_kind step_kind_move(const struct step_kind *kind)
{
	return kind->owner == OWNER_HOST ? MOVE_BACKUPS : MOVE_BACKEND;
}
static inline bool step_is(const struct step *step, enum step_kind_id kind)
{
	return step->kind == &step_kinds[kind];
}

enum unit_kind {
	UNIT_OWNERSHIP,  /* one transaction in cinder's database */
	UNIT_MARK,       /* nova's service row of the failed host, in its cell */
	UNIT_CLOSE,      /* an evacuation that nobody works on, in its cell */
	UNIT_EVACUATION, /* one transaction in the cell, then one cast */
	UNIT_POWER,      /* no row: the failed host's fence agent switches it off */
	UNIT_FENCE,      /* no row: its clients of Ceph are put on the blocklists of their clusters */
	UNIT_RESERVE,    /* nova's service rows of reserved hosts, in the cell: enabled before the evacuations */
	UNIT_RELEASE,    /* and disabled again behind them; a run has one of both, or none */
};
/* Rows of a database that it writes by itself: they are read again for proofs, recovery and undo. */
static inline bool unit_kind_has_rows(enum unit_kind kind)
{
	return kind != UNIT_EVACUATION && kind != UNIT_POWER && kind != UNIT_FENCE;
}
extern const char *const unit_kind_name[];

struct unit {
	enum unit_kind kind;
	const char *sentence; /* "move 12 volumes of a@b to c@b" */
	const char *command;  /* the single command that does just this; NULL: none does */
	const char *host; /* of a run about several failed hosts: the one that it is about; NULL: about all, or there is one */
	struct step *step;
	size_t nstep, cap;
	const struct candidate *candidate; /* UNIT_EVACUATION; NULL: of a past run */
	bool makes_disks;                  /* the same: its instance has disks that nova makes */
	struct evacuation *evacuation;     /* plan/evacuation.h; NULL: not begun */
	size_t phase;                      /* of an evacuation, from 1: into plan.phase; 0: there are none */
	bool announced;                    /* an evacuation whose intent is in the journal already, begun or not */
};

/* A client of Ceph that must stay on the blocklist for as long as the plan is carried out: its own UNIT_FENCE puts it there, or
 * it stands there already. */
struct kept_out {
	const char *id, *disk, *fsid; /* "192.0.2.7:0/5" */
	struct storage_address client;
	const struct scene *scene; /* of the host whose it was */
};
struct plan {
	struct unit *unit;
	size_t nunit, cap;
	const char **phase; /* what the phases of [order] are called, in the arena; one alone has nothing to wait for */
	size_t nphase;
	struct kept_out *kept; /* in the arena; none: --fence storage was not asked for */
	size_t nkept, capkept;
	struct arena arena;
};

struct unit *plan_unit(struct plan *plan, enum unit_kind kind);
struct step *unit_step(struct unit *unit, enum step_kind_id kind, const char *id, const char *name);
size_t unit_count(const struct unit *unit, enum step_kind_id kind);
size_t unit_count_deed(const struct unit *unit, enum step_deed deed);
/* "${verb} 3 volumes, 1 group from a@b to c@b"; nothing when no row moves. */
void unit_say_moves(const struct unit *unit, const struct scene *scene, const char *verb, struct str *out);
void unit_set_state(struct unit *unit, enum state state, const char *error); /* of every step; error is borrowed */
/* Its rows mean nothing without each other (a closed evacuation and its instance's task state): it is not taken in part. */
bool unit_is_whole(const struct unit *unit);
void plan_forget_units(struct plan *plan); /* its texts stay; what evacuations have is evacuations_free()'s */
void plan_free(struct plan *plan);
size_t plan_steps(const struct plan *plan);

/* The value of a step's column before or after, by the column's name; NULL for NULL or for a column that it has not. */
const char *step_before(const struct step *step, const char *column);
const char *step_after(const struct step *step, const char *column);

/* The scene of the failed host that it is about: ${scene} itself where that is about one, or the unit about all. */
struct scene *unit_scene(struct scene *scene, const struct unit *unit);

int unit_kind_named(const char *name); /* -1: there is none */

/* step_read.c. The row of a step as it is now. ${now} is in ${arena}; ${exists} false: it is gone. */
struct db;
int step_read(struct db *db, const struct step *step, struct arena *arena, const char *now[STEP_COLUMNS], bool *exists,
    struct error *err);
/* 1 to DB_LIST steps of one kind, whose read_many is there: their rows as they are now; one that is gone is not among them. */
struct step_now {
	const char *id, *value[STEP_COLUMNS];
};
struct steps_now {
	DB_ROWS(struct step_now);
};
int steps_read(struct db *db, struct step *const *step, size_t n, struct steps_now *out, struct error *err);
const struct step_now *step_now_find(const struct steps_now *now, const char *id); /* NULL: it is gone */
bool step_equal(const struct step_kind *kind, const char *const *a, const char *const *b);
/* "host 'a', service_uuid NULL" */
const char *step_values_text(const struct step_kind *kind, const char *const *values, struct arena *arena);

/* plan_make.c. The failed host's nova-compute disabled, with a reason that names run and operator: the first write of a rescue,
 * so that of two runs on two nodes of a cluster, where no lock is seen, one finds the row changed. The ownership moves of the
 * scene as one unit (none when nothing is to be moved), with the failed host's cinder services disabled when the scene marks.
 * The evacuations, one unit each. Last: a mark of a service that is disabled already goes when nothing follows it. The
 * marks, as the units of power and fences, are of the one host that ${scene} is about. */
void plan_service_removal(struct plan *plan, struct unit *unit, const struct cinder_service *service);
void plan_mark(struct plan *plan, const struct scene *scene);
/* With --fence power, before all that a plan has: the failed host is switched off. Not one that is off already, and not for
 * nothing. */
void plan_power_off(struct plan *plan, const struct scene *scene);
/* plan_fence.c. With --fence storage, before all that is written: each client of Ceph that has, or may have, a disk of an
 * instance of this plan open, as a step; not one that is kept out for years already. All of them are in kept[]. */
void plan_fence(struct plan *plan, const struct scene *scene);
/* The last unit goes before all others, none of which then has a command of its own: alone it would be refused. */
void plan_put_first(struct plan *plan);
/* plan_reserve.c. The reserved hosts that evacuations of the plan go to, enabled before the first and disabled again behind the
 * last. */
void plan_reserve(struct plan *plan, const struct scene *scene);
void plan_ownership(struct plan *plan, const struct scene *scene);
void plan_drop_idle_marks(struct plan *plan, const struct scene *scene);
struct findings;
void plan_evacuations(struct plan *plan, const struct scene *scene, const struct findings *findings);
/* plan_hosts.c. With --spread, and where it matters who goes where (rooms_spare()), each evacuation from unit ${first} on names
 * the host that the packing of the guards has for it, and the scheduler verifies it. Not one that needs what we cannot reckon,
 * and none without placement's records or with a target that was asked for. */
void plan_name_hosts(struct plan *plan, const struct scene *scene, size_t first);
/* phase.c. The evacuations from unit ${first} on in the order of their phases, as they are within one; and their numbers and
 * names. Nothing without [order] phases. */
void plan_sort_phases(struct plan *plan, size_t first);
void plan_name_phases(struct plan *plan, size_t first, const struct scene *scene);
/* How many of its evacuations are of phase ${phase}, from 1. */
size_t plan_count_phase(const struct plan *plan, size_t phase);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APPLY_APPLY_H
#define APPLY_APPLY_H

#include "apply/work.h"

/* Applies the rows of one unit, all or none, and leaves the steps' states and the journal's outcome behind. Evacuations are not
 * applied one by one: apply_evacuations(). */
int apply_unit(struct work *work, size_t index, struct error *err);

/* power.c: the failed host switched off by its fence agent, with intent and outcome in the journal; the unit is proved when the
 * agent says that it is off. */
int apply_power(struct work *work, size_t index, struct error *err);
/* fence.c: the clients of a UNIT_FENCE put on the blocklists of their clusters, with intent, a record each, and outcome in the
 * journal; the unit is proved when every entry is listed and none of them, nor any other client of the host, has a disk open.
 */
int apply_fence(struct work *work, size_t index, struct error *err);
/* Does the fence agent that said off before the plan still say so? An answer that is a few seconds old will do. ERROR_DRIFT:
 * the host is on, or, where nobody but the agent has confirmed its power-off, it says nothing any more. */
int power_check(struct work *work, struct error *err);
int power_check_of(struct work *work, struct scene *host, struct error *err); /* of several failed hosts this one */

/* disks.c: do the disks of all that wait still look to Ceph as they did in the plan? A look that is a few seconds old will do.
 * ERROR_DRIFT: one is open from the failed host, was written to by another client, is gone, or its lock may not be broken any
 * more, or a client is kept out no more. ${hold}: one is open from there, and it may yet be a dead client's watch: nothing is
 * begun before a later look. Of a cluster that says nothing any more nothing is made; that is said. */
int disks_check(struct work *work, bool *hold, struct error *err);
/* fence.c: is every client that the plan relies on to be kept out (plan.kept) still on its blocklist, for long enough, and has
 * no disk open, as the newest look at the clusters has it? ERROR_DRIFT, "fence-gone": one is not, with a record in the journal.
 * The same, after some more looks, where that is not known and nothing else confirms that the host is off. disks_check() asks
 * it at each look of its own. */
int kept_out_check(struct work *work, struct error *err);
/* life.c: do neutron's agents of the failed host or its own address show that it lives? Asked again, at most once a second or
 * three, with a record in the journal. ERROR_DRIFT: they do. Outside a transaction: the broker is asked. */
int life_check(struct work *work, struct error *err);
int life_check_of(struct work *work, struct scene *host, struct error *err);

/* Every row of a unit, inside a write transaction of its database; ERROR_DRIFT when one of them is no longer as the plan saw
 * it. */
int unit_write(struct db *db, const struct unit *unit, struct error *err);
/* apply_many.c: inside a transaction, ${n} steps of one kind that has a statement for many; how many rows were as the plan saw
 * them. */
int apply_many(struct db *db, const struct step *step, size_t n, uint64_t *matched, struct error *err);

/* prove.c: reads what was applied over fresh connections; what is as promised becomes proved, in the journal too. Rows right
 * after their COMMIT; -1 with ERROR_UNPROVED when some read back otherwise. An evacuation as soon as it has landed: one look at
 * each, without waiting. In the end all: what needed no proof yet or could not be read, evacuations with patience, and what
 * others have done since with what was proved. */
int prove_unit(struct work *work, size_t index, struct error *err);
int prove_landed(struct work *work, struct error *err);
int prove_all(struct work *work, struct error *err);
/* prove_evacuation.c, for a recovery: the instance, and its volumes where cinder is open, as a run verifies them, over the
 * recovery's connections. NULL: as promised, or its user has done something with it since, which the step's since tells. */
const char *prove_instance(struct work *work, struct unit *unit, struct db *cell);
/* prove_network.c, for a recovery: the ports of one that nova has done, over the connections of the recovery itself. What was
 * seen is left in its evacuation: network, network_why. */
struct arrived {
	const char *host, *vm_state; /* the instance's, now; NULL: none */
};
void prove_network(struct work *work, struct unit *unit, struct db *cell, const struct arrived *at);
/* prove_storage.c: what a disk on Ceph, as it was seen now, says of the guest that was evacuated. */
enum disk_proof {
	DISK_NOT_CHECKED, /* not known, or it has no exclusive lock that could tell */
	DISK_WRITES,      /* its lock is held by a client that watches it, not the old host's, not on the blocklist */
	DISK_NOT_WRITTEN, /* no client has taken the lock yet */
	DISK_NOT_TAKEN, /* open from elsewhere under the lock of a client that is gone: nothing says whether it may be broken */
	DISK_CANNOT_WRITE, /* the same, and it may not be broken; or the new owner of the lock is on the blocklist */
	DISK_SHARED,       /* the old host has it open beside another client */
};
enum disk_proof disk_prove(const struct scene *scene, const struct disk_fact *disk, const struct storage_disk *now,
    const struct storage_answer *answer);
/* For a recovery: the disks of one that nova has done, as the recovery's own scene has looked at them. What was seen is left in
 * its evacuation: disks, disks_why. */
void prove_disks(struct work *work, struct unit *unit, const struct scene *scene, const char *host);
/* Rows that came to the old owner of ${move} after the plan was made, where all of its rows move: inside the transaction,
 * before COMMIT, ERROR_DRIFT. Of few volumes (5,000) by the index of the old owner's service, see ownership_left(). */
int leftovers_check(const struct work *work, const struct move *move, struct error *err);
/* The same of what was counted as now after COMMIT by a pass over all volumes: ERROR_PARTIAL, as the planned rows
 * have moved and are proved. */
int leftovers_tell(const struct work *work, struct error *err);
/* What both owners of a move have now: see ownership_count. And ${move}->before: had, when the plan was made. */
int prove_count(struct db *db, const struct move *move, struct ownership_count *out, struct error *err);
int prove_count_before(const struct work *work, struct move *move, struct error *err);

#endif

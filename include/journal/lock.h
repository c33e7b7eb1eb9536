/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JOURNAL_LOCK_H
#define JOURNAL_LOCK_H

#include "find/scene.h"
#include "util/error.h"

/* One run a failed host. Two locks say so, and neither is needed for the rows' sake (compare-and-set is): a file in the state
 * directory, and a named lock of every database server that is written. The second operator learns who, since when and where.
 * Galera's named locks are a node's own: there the first write of a rescue, the failed host's services row, tells. */
struct lock;

#define LOCK_NAME_SIZE 65
/* The server's name for it, at most 64 characters (MySQL's limit): servers ignore case and trailing blanks in such names, we do
 * not, so that what is not lower case, a digit or one of "._-" is written %XX; a long one becomes a hash. */
void lock_name(const char *host, char out[LOCK_NAME_SIZE]);

/* Is somebody at it, or has an earlier run of this host not come to its end? ERROR_BUSY with who, since when and where, or with
 * the run to recover. Writes nothing. */
int lock_look(const struct scene *scene, struct error *err);

/* Takes all locks or none, of several hosts each host's, in the order of their names; otherwise as lock_look(). They are held
 * until lock_release() or the end of the process; ${scene} stays where it is until then. ${except}: a run that may be
 * unfinished, as it is being recovered; NULL: none. */
int lock_take(const struct scene *scene, const char *except, struct lock **out, struct error *err);
/* After a server was away: what it held went with the connections. Takes its locks again, or says who came in between. */
int lock_renew(struct lock *lock, struct error *err);
/* Right before a write: each server says that the lock is this run's. One whose connection ended is taken again; ERROR_BUSY: it
 * is another session's, or nobody's (a proxy handed our connection to another session): nothing may be written. */
int lock_check(struct lock *lock, struct error *err);
bool lock_is_lost(const struct lock *lock); /* since a lock_renew() that failed; lock NULL: never had */
void lock_release(struct lock **lock);

/* unfinished.c: ERROR_BUSY when a journal of ${host} in the state directory has no end, or a unit whose outcome is unknown;
 * with the
 * ${cell} of the host's instances (NULL: none is open) also when an evacuation that it left under way is not in the database
 * any more. */
int unfinished_check(const struct request *request, const char *host, struct db *cell, const char *except, struct error *err);

#endif

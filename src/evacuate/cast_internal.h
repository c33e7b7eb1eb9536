/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAST_INTERNAL_H
#define CAST_INTERNAL_H

#include "apply/work.h"
#include "util/str.h"

/* One instance's turn. */
struct turn {
	size_t index, next; /* next: whose intent is written beside its message's, and whose transaction is begun by its COMMIT;
	                       EVACUATION_NONE */
	char unique_id[33];
	struct str body; /* may hold the token */
};

/* claim.c. The three rows of an evacuation in one transaction, committed, and its message in the turn. -1: nothing was
 * committed, or with ERROR_UNKNOWN perhaps. work->source_reports: the failed host is alive. */
int evacuation_claim(struct work *work, struct turn *turn, struct error *err);
#define CLAIM_NOT_BEGUN 2 /* its error's code: the connection has ended, nothing was committed, and it may be tried again */
/* The run's lock and the failed host's services, for all instances of the same EVACUATION_SHARED_MS; inside a transaction, too.
 */
int evacuation_look_at_source(struct work *work, struct error *err);
/* claim.c. What the message of this evacuation is made of; without rows, unique_id and spec, which come with its turn. */
struct evacuation_message evacuation_message_of(const struct work *work, const struct unit *unit);

/* ahead.c. The row of the one whose turn is next is locked and read in the transaction that a COMMIT has begun, if one has, and
 * the spec of its message made. What fails is left for its turn. evacuation_unlock() lets go of both. */
void ahead_lock(struct work *work, size_t index);
void ahead_make_spec(struct work *work, size_t index);
/* At its turn: the caller's own. NULL: there is none, and nothing is locked. */
json_object *ahead_take_instance(struct work *work, size_t index);
json_object *ahead_take_spec(struct work *work, size_t index);

#endif

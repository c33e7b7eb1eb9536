/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVACUATE_EVACUATE_H
#define EVACUATE_EVACUATE_H

#include "plan/evacuation.h"
#include "apply/work.h"
#include "util/str.h"

/* Evacuations on their way: cast.c (transaction and message), follow.c (what nova makes of it). */

/* What the message is made of. */
struct evacuation_message {
	const struct evacuation_rows *rows;
	const struct candidate *candidate; /* its request spec, and what was found about it */
	const struct release *release;
	const char *target_host, *target_node; /* NULL: the scheduler chooses */
	bool force;                            /* past the scheduler */
	const char *target_state;              /* "stopped"; NULL: not asked for */
	const char *unique_id;
	const struct token *token; /* that goes with it; NULL: none */
	json_object *spec;         /* made already, and given away; NULL: it is made */
};
json_object *evacuation_spec(const struct evacuation_message *message, struct error *err); /* the caller's; NULL: see err */
/* ${instance} is given away; ${body} may hold the token: str_free_secret(). */
int evacuation_body(const struct evacuation_message *message, json_object *instance, struct str *body, struct error *err);

struct publish_record {
	size_t unit;
	const struct evacuation_rows *rows;
	const char *unique_id, *exchange;
	const struct bus *bus; /* whose broker gets it, and lets it expire or not */
	int attempt;           /* counts what is sent again under the same ids */
	const char *token;     /* where the token came from that the message has; NULL: it has none */
};
/* Not yet durable: journal_sync(), and before the message. */
int journal_publish_intent(struct journal *journal, const struct publish_record *what, const struct str *body,
    struct error *err);
/* Not yet durable: journal_sync(). */
int journal_publish_outcome(struct journal *journal, size_t unit, enum bus_outcome outcome, const struct error *why,
    struct error *err);

/* evacuate.c: all evacuation units of the plan, in waves, followed to their ends. Returns -1 only when the run cannot go on. */
int apply_evacuations(struct work *work, struct error *err);

/* What is the same for all instances (the way to nova, the run's lock, whether the failed host reports again) is looked at when
 * a wave begins, and in it once in this time: no message leaves on a look that is older. What was found wrong is looked at
 * again at once. */
#define EVACUATION_SHARED_MS 1000
bool evacuation_look_is_old(int64_t looked_ms); /* by clock_monotonic_ms(); 0: there was none */

/* way.c: everything that can be known about the way to the conductor, and to the services that it will ask for ${unit}, before
 * anything is written. A connection that is no good any more is no reason to stop: another one is tried, and the run's locks
 * are taken again with it. */
int evacuation_way(struct work *work, const struct unit *unit, struct error *err);
/* Its error's code where this one alone has no way, and instances without volumes have one. */
#define WAY_WITHOUT_VOLUMES 1
/* The cell's database alone. -1: it has no connection now, or it has and somebody else took the run's lock meanwhile. */
int evacuation_reconnect(struct work *work, struct error *err);

/* cast.c: journal, transaction, journal, publish once, journal. Leaves the phase; returns -1 when the run must stop (the
 * journal cannot be written, the database is gone, the failed host reports again), and with no evacuation in the unit when the
 * way is closed and nothing was begun: then it may be tried again.
 * The intent of ${next} (EVACUATION_NONE: of none) becomes durable by the sync that the message waits for, and the COMMIT of
 * this one begins its transaction, in which its row is locked and read by the time that the sync takes: nothing of it is
 * written before the broker's word is there. It is 'announced'; evacuations_withdraw() for those that were never begun, and
 * evacuation_unlock() when its turn does not come at once. */
#define EVACUATION_NONE SIZE_MAX
int evacuation_send(struct work *work, size_t index, size_t next, struct error *err);
void evacuation_unlock(struct work *work);
/* At the end of a run: the journal says of each that was announced and not begun that it was not, and why. */
void evacuations_withdraw(struct work *work);

/* reserve.c. The nova-computes of the unit's reserved hosts are told that they are enabled or not (nova compute/manager.py:
 * set_host_enabled), as nova-api does; one that is not told sees its row within a minute. */
void reserve_tell(struct work *work, size_t index);
/* Until placement has none of them as disabled any more, a minute and a half long at most. */
void reserve_await(struct work *work, size_t index);
/* The unit whose hosts this run has enabled; NULL: none. How many of its evacuations the scheduler, or a nova-compute, may
 * still have to look at: until there is none the hosts stay enabled. */
const struct unit *reserve_open_in(const struct plan *plan);
size_t reserve_awaited(const struct plan *plan);

/* follow.c: one look at all that are on their way, set by set; moves their phases on and says what changed. -1: the database
 * did not answer. */
int evacuations_look(struct work *work, struct error *err);
/* Where one that has not ended stands, who holds it and what would end it; in the plan's arena. */
const char *evacuation_stands(struct work *work, const struct unit *unit);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OP_RECOVERY_INTERNAL_H
#define OP_RECOVERY_INTERNAL_H

#include "evacuate/evacuate.h"
#include "journal/past.h"
#include "report/report.h"

/* What became of the units of a run that nobody has seen end. docs/recovery.md says it for operators. */

struct recovery {
	const struct request *request;
	bool again; /* it was looked at before, a moment ago: what is still so is not said again */
	struct past past;
	struct work work; /* its plan is the past's */
	struct report report;
	size_t nverdict[VERDICTS];
	size_t nfence;     /* of those that are unknown: fences, which the next run asks anew */
	size_t nlost;      /* of those that drifted: no row is anybody else's, some hold their old value again after an answered
	                      commit */
	struct error gone; /* a client that the run kept out is kept out no more; kind 0: none is known */
	bool held;         /* reserved hosts stay enabled, as something may still be on its way to them */
	size_t untold;     /* evacuations that were left while their computes wait, or may wait, to be told of their ports */
};

/* What recovery does about one evacuation follows from what is known about it, by the table in recover_rule.c: the first row
 * that fits. Each field is one bit of its kind, a row of the table has any of them. */
enum {
	CLAIM_OPEN = 1,   /* nothing was written about the transaction, or its commit had no answer */
	CLAIM_FAILED = 2, /* rolled back */
	CLAIM_APPLIED = 4,

	CAST_NEVER = 1,    /* no publish_intent: no byte of it left us */
	CAST_NOT_SENT = 2, /* the broker's word that nobody has it */
	CAST_ACKED = 4,
	CAST_UNKNOWN = 8,

	ROW_ABSENT = 1, /* the migration */
	ROW_ACCEPTED = 2,
	ROW_WORKING = 4, /* nova has it in hand */
	ROW_DONE = 8,    /* done, and the instance is on another host */
	ROW_ERROR = 16,

	EVIDENCE_NONE = 1,   /* nobody has begun with it */
	EVIDENCE_SOME = 2,   /* events of its request, or the instance has changed */
	EVIDENCE_FAILED = 4, /* the conductor or the compute has recorded that it failed */
	EVIDENCE_LOST = 8, /* the record of the request itself is not there: never written, or whatever stood under it is lost,
	                      too */

	AGE_YOUNG = 1,    /* the message may still be on its way */
	AGE_LATE = 2,     /* it has expired */
	AGE_ENDLESS = 4,  /* as old, and its broker does not let it expire: whoever finds it takes it */
	AGE_GIVEN_UP = 8, /* likewise, and a person has looked: it is nowhere any more */

	INSTANCE_OLD = 1,   /* on its old host */
	INSTANCE_MOVED = 2, /* on another one, at rest */
	INSTANCE_BUSY = 4,  /* on another one, in the middle of something */
	INSTANCE_GONE = 8,  /* deleted, or not in the database any more */

	HELD_MAYBE = 1, /* a queue holds messages or could not be looked at, or something was written a moment ago */
	HELD_NOT = 2,
};
struct known {
	unsigned claim, cast, row, evidence, age, instance, held; /* held: asked only about a migration that vanished */
};
enum recovery_action {
	ACTION_NONE,
	ACTION_FENCE,     /* the migration, closed from the start; then everything is looked at again */
	ACTION_TAKE_BACK, /* the three rows; likewise */
	ACTION_SETTLE,    /* what is left of the three rows is closed and put back, and the migration, if it vanished, is there
	                     again, closed */
};
struct recovery_rule {
	struct known when;
	enum recovery_action action;
	enum verdict verdict; /* with ACTION_NONE, and after ACTION_SETTLE */
	const char *sentence;
};
extern const struct recovery_rule recovery_rules[]; /* the last one takes everything */
const struct recovery_rule *recovery_rule_for(const struct known *known);
unsigned recovery_age(const struct past_unit *past); /* AGE_YOUNG, AGE_LATE or AGE_ENDLESS */

/* Each settles one unit that was begun and says in ${why}, in the plan's arena, how. Nothing is written in a dry run. */
enum verdict recover_rows(struct recovery *r, size_t index, const char **why);
enum verdict recover_power(struct recovery *r, size_t index, const char **why);
/* recover_disks.c: what Ceph says of the disks of one that nova has done and that runs on ${host}, left in its evacuation. */
void recover_disks(struct recovery *r, size_t index, const char *host);
enum verdict recover_fence(struct recovery *r, size_t index, const char **why);
/* Are the clients that the run has seen on the blocklist still there? Not those that 'host return' has taken away. The first
 * that is not is said, with a record in the journal, and is ${r}->gone unless the host is known to be off; without an answer of
 * its cluster that is said. -1: the journal cannot be written. The states of the fence's steps are those of this look then. */
int recover_fences_stand(struct recovery *r, struct error *err);
/* Then: one that had its end before, with what is gone since. */
void recover_repeat_fence(struct unit *unit, enum state state, const char *why);
enum verdict recover_evacuation(struct recovery *r, size_t index, const char **why);
/* One that had its end before. */
void recover_repeat_evacuation(struct recovery *r, size_t index, enum verdict verdict, const char *why);
/* recover.c: the verdict on a unit that was begun, said, counted and recorded; again, when evacuation_free() has taken what an
 * earlier one found. */
int recover_judge(struct recovery *r, size_t index, struct error *err);
/* recover_follow.c: what nova has in hand is followed while its computes may wait to be told of their ports, and they are told.
 * -1: the journal cannot be written, or ERROR_INTERRUPTED. */
int recover_follow(struct recovery *r, struct error *err);
/* recover_reserve.c: the reserved hosts that the run has enabled are disabled again, unless something may still be on its way
 * to them. -1: the journal cannot be written. */
int recover_reserve(struct recovery *r, struct error *err);
/* recover.c: before a message. Somebody may ask for a pause until the journal has the record of this recovery: ERROR_REFUSED.
 */
int recover_not_paused(const struct recovery *r, struct error *err);
/* recover_resend.c: 0 sent or not, with the publish in the journal; -1: a condition is not met, ${err} says which. */
int recover_resend(struct recovery *r, size_t index, struct db *cell, struct error *err);

/* A message of ours cannot be taken any more when it is this old; where it does not expire (0) it is in a queue by then, or
 * lost. */
#define MESSAGE_LIFE_S(expiration_ms) \
	(((expiration_ms) > 0 ? (expiration_ms) : BUS_EXPIRATION_MS) / 1000 + 20 + \
	    10) /* expiration, two heartbeats, the wait for a confirm */

#endif

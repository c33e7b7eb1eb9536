/* SPDX-License-Identifier: Apache-2.0 */
#include "recovery_internal.h"
#include "util/lang.h"

#define ANY 0xffu

#define SENT (CAST_ACKED | CAST_UNKNOWN)
#define UNSENT (CAST_NEVER | CAST_NOT_SENT)
#define SILENT (EVIDENCE_NONE | EVIDENCE_LOST)
#define BEGUN EVIDENCE_SOME

/* clang-format off */
/* Never in this table: to send again. Only a person may ask for that, and then under conditions of its own (recover_resend.c). */
const struct recovery_rule recovery_rules[] = {
	/* claim, cast, migration, evidence, age, instance, held */

	/* nothing was committed, or must not be any more */
	{ { CLAIM_FAILED, CAST_NEVER, ROW_ABSENT, ANY, ANY, ANY, ANY }, ACTION_NONE, VERDICT_NOT_DONE, N_("its transaction was rolled back") },
	{ { CLAIM_OPEN, CAST_NEVER, ROW_ABSENT, EVIDENCE_LOST, ANY, INSTANCE_OLD | INSTANCE_MOVED | INSTANCE_BUSY, ANY }, ACTION_FENCE,
	    VERDICT_UNKNOWN, N_("its transaction may still be committed; recovery must rule that out") },

	/* its user has deleted it */
	{ { ANY, UNSENT, ROW_ABSENT, ANY, ANY, INSTANCE_GONE, ANY }, ACTION_NONE, VERDICT_NOT_DONE, N_("not sent; its instance is deleted") },
	{ { ANY, UNSENT, ROW_ACCEPTED, SILENT, ANY, INSTANCE_GONE, ANY }, ACTION_SETTLE, VERDICT_NOT_DONE, N_("not sent; its instance is deleted") },
	{ { ANY, SENT, ROW_ABSENT | ROW_ACCEPTED | ROW_WORKING, ANY, ANY, INSTANCE_GONE, ANY }, ACTION_NONE, VERDICT_FAILED,
	    N_("sent; its instance is deleted, so nothing is left to evacuate") },

	/* its migration was committed and is not there: the database has lost it (a crash, a failover to one that lagged), or somebody
	 * has deleted it. What nova does then without it: nova conductor/manager.py, rebuild_instance() goes on with no migration; nova
	 * compute/manager.py begins only with an instance that is 'rebuilding' */
	{ { ANY, UNSENT, ROW_ABSENT, ANY, ANY, INSTANCE_MOVED | INSTANCE_BUSY, ANY }, ACTION_NONE, VERDICT_NOT_DONE,
	    N_("not sent; its instance is on another host, but not by this run") },
	{ { ANY, SENT, ROW_ABSENT, ANY, ANY, INSTANCE_MOVED, ANY }, ACTION_NONE, VERDICT_DONE, N_("its migration record is gone; its instance is on another host, without a task state") },
	{ { ANY, SENT, ROW_ABSENT, ANY, ANY, INSTANCE_BUSY, ANY }, ACTION_NONE, VERDICT_UNDER_WAY,
	    N_("its migration record is gone; its instance is on another host, and nova works on it") },
	{ { ANY, UNSENT, ROW_ABSENT, SILENT, ANY, INSTANCE_OLD, ANY }, ACTION_SETTLE, VERDICT_NOT_DONE,
	    N_("not sent; its migration record is gone, and its other rows are as before") },
	{ { ANY, SENT, ROW_ABSENT, EVIDENCE_FAILED, ANY, INSTANCE_OLD, ANY }, ACTION_SETTLE, VERDICT_FAILED,
	    N_("its migration record is gone, and nova-conductor or a nova-compute had failed at it: it is closed") },
	{ { ANY, SENT, ROW_ABSENT, EVIDENCE_NONE, AGE_LATE | AGE_GIVEN_UP, INSTANCE_OLD, HELD_NOT }, ACTION_SETTLE, VERDICT_FAILED,
	    N_("its migration record is gone, nova has not begun to work on it and no queue holds it: it is closed") },
	{ { ANY, SENT, ROW_ABSENT, EVIDENCE_NONE, ANY, INSTANCE_OLD, ANY }, ACTION_NONE, VERDICT_UNKNOWN,
	    N_("its migration record is gone; nova has not begun to work on it yet") },
	{ { ANY, SENT, ROW_ABSENT, EVIDENCE_LOST, ANY, INSTANCE_OLD, ANY }, ACTION_NONE, VERDICT_UNKNOWN,
	    N_("the database has lost its rows and the record of who worked on it: its guest may still run on a compute") },
	{ { ANY, SENT, ROW_ABSENT, BEGUN, ANY, INSTANCE_OLD, ANY }, ACTION_NONE, VERDICT_UNKNOWN,
	    N_("its migration record is gone, and nova had begun to work on it: its guest may still run on a compute") },

	{ { ANY, UNSENT, ROW_ACCEPTED, EVIDENCE_LOST, ANY, INSTANCE_OLD, ANY }, ACTION_SETTLE, VERDICT_NOT_DONE,
	    N_("not sent; the record of its request is gone, and its other rows are as before") },
	{ { ANY, UNSENT, ROW_ACCEPTED, EVIDENCE_NONE, ANY, ANY, ANY }, ACTION_TAKE_BACK, VERDICT_UNKNOWN,
	    N_("its rows were written, but its message was never sent: the rows must be put back") },
	{ { ANY, UNSENT, ROW_ERROR, ANY, ANY, ANY, ANY }, ACTION_NONE, VERDICT_NOT_DONE, N_("not sent; its rows are as before") },
	{ { ANY, UNSENT, ANY, ANY, ANY, ANY, ANY }, ACTION_NONE, VERDICT_UNKNOWN,
	    N_("the journal says that it was not sent, but nova works on it") },

	{ { ANY, ANY, ROW_DONE, ANY, ANY, ANY, ANY }, ACTION_NONE, VERDICT_DONE, N_("nova has finished it") },
	{ { ANY, ANY, ROW_ERROR, ANY, ANY, ANY, ANY }, ACTION_NONE, VERDICT_FAILED, N_("sent; it ended in error (by nova, or by 'migration close')") },
	{ { ANY, ANY, ANY, EVIDENCE_FAILED, ANY, ANY, ANY }, ACTION_NONE, VERDICT_FAILED,
	    N_("sent; nova-conductor or a nova-compute failed at it; the instance may still be 'rebuilding'") },
	{ { ANY, ANY, ROW_WORKING, ANY, ANY, ANY, ANY }, ACTION_NONE, VERDICT_UNDER_WAY, N_("sent; nova works on it") },
	{ { ANY, ANY, ROW_ACCEPTED, EVIDENCE_SOME, ANY, ANY, ANY }, ACTION_NONE, VERDICT_UNDER_WAY, N_("sent; nova has begun to work on it") },
	{ { ANY, CAST_ACKED, ROW_ACCEPTED, SILENT, AGE_YOUNG, ANY, ANY }, ACTION_NONE, VERDICT_UNDER_WAY,
	    N_("sent; nova has not begun to work on it yet") },
	{ { ANY, CAST_ACKED, ROW_ACCEPTED, SILENT, AGE_LATE, ANY, ANY }, ACTION_NONE, VERDICT_UNKNOWN,
	    N_("sent; nova has not begun to work on it: the nova-conductor that took it may have died") },
	{ { ANY, CAST_ACKED, ROW_ACCEPTED, SILENT, AGE_ENDLESS | AGE_GIVEN_UP, ANY, ANY }, ACTION_NONE, VERDICT_UNKNOWN,
	    N_("sent; nova has not begun to work on it, and may at any time: its broker does not let its message expire") },
	{ { ANY, CAST_UNKNOWN, ROW_ACCEPTED, SILENT, ANY, ANY, ANY }, ACTION_NONE, VERDICT_UNKNOWN,
	    N_("it may or may not have been sent; nova has not begun to work on it") },
	{ { ANY, ANY, ANY, ANY, ANY, ANY, ANY }, ACTION_NONE, VERDICT_UNKNOWN, N_("its records contradict each other") },
};
/* clang-format on */

unsigned recovery_age(const struct past_unit *past)
{
	if (past->publish_age_s <= MESSAGE_LIFE_S(past->expiration_ms))
		return AGE_YOUNG;
	return past->expiration_ms > 0 ? AGE_LATE : AGE_ENDLESS;
}

const struct recovery_rule *recovery_rule_for(const struct known *k)
{
	const struct recovery_rule *r = recovery_rules;

	while (!(r->when.claim & k->claim && r->when.cast & k->cast && r->when.row & k->row && r->when.evidence & k->evidence &&
	    r->when.age & k->age && r->when.instance & k->instance && r->when.held & k->held))
		r++;
	return r;
}

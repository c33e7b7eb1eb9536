/* SPDX-License-Identifier: Apache-2.0 */
#include "recovery_internal.h"

#define ANY 0xffu

const char *const verdict_name[] = { "done", "not_done", "failed", "under_way", "unknown", "drift" };

/* Never in this table: to send again. Only a person may ask for that, and then under conditions of its own (recover_resend.c). */
const struct recovery_rule recovery_rules[] = {
	/* claim, cast, migration, evidence, age */
	{ { CLAIM_FAILED, CAST_NEVER, ROW_ABSENT, ANY, ANY }, ACTION_NONE, VERDICT_NOT_DONE, "its transaction was rolled back" },
	{ { CLAIM_OPEN, CAST_NEVER, ROW_ABSENT, ANY, ANY }, ACTION_FENCE, VERDICT_UNKNOWN,
	    "it must be made sure that its transaction can no longer be committed" },
	{ { ANY, ANY, ROW_ABSENT, ANY, ANY }, ACTION_NONE, VERDICT_UNKNOWN,
	    "its migration was committed and is not in the database: the database lost it, or somebody deleted it" },

	{ { ANY, CAST_NEVER | CAST_NOT_SENT, ROW_ACCEPTED, EVIDENCE_NONE, ANY }, ACTION_TAKE_BACK, VERDICT_UNKNOWN,
	    "it was claimed and never sent: its rows must be put back" },
	{ { ANY, CAST_NEVER | CAST_NOT_SENT, ROW_ERROR, ANY, ANY }, ACTION_NONE, VERDICT_NOT_DONE, "not sent; its rows are as before" },
	{ { ANY, CAST_NEVER | CAST_NOT_SENT, ANY, ANY, ANY }, ACTION_NONE, VERDICT_UNKNOWN,
	    "the journal says that it was not sent, and yet somebody works on it" },

	{ { ANY, ANY, ROW_DONE, ANY, ANY }, ACTION_NONE, VERDICT_DONE, "nova has finished it" },
	{ { ANY, ANY, ROW_ERROR, ANY, ANY }, ACTION_NONE, VERDICT_FAILED, "it was sent, and nova ended it in error" },
	{ { ANY, ANY, ANY, EVIDENCE_FAILED, ANY }, ACTION_NONE, VERDICT_FAILED,
	    "it was sent, and the conductor or a compute failed at it; the instance may be left 'rebuilding'" },
	{ { ANY, ANY, ROW_WORKING, ANY, ANY }, ACTION_NONE, VERDICT_UNDER_WAY, "it was sent, and nova works on it" },
	{ { ANY, ANY, ROW_ACCEPTED, EVIDENCE_SOME, ANY }, ACTION_NONE, VERDICT_UNDER_WAY, "it was sent, and nova has begun with it" },
	{ { ANY, CAST_ACKED, ROW_ACCEPTED, EVIDENCE_NONE, AGE_YOUNG }, ACTION_NONE, VERDICT_UNDER_WAY,
	    "it was sent; nobody has begun with it yet" },
	{ { ANY, CAST_ACKED, ROW_ACCEPTED, EVIDENCE_NONE, AGE_LATE }, ACTION_NONE, VERDICT_UNKNOWN,
	    "it was sent, and nobody has begun with it: the conductor that took it may have died" },
	{ { ANY, CAST_UNKNOWN, ROW_ACCEPTED, EVIDENCE_NONE, ANY }, ACTION_NONE, VERDICT_UNKNOWN,
	    "it may or may not have been sent; nobody has begun with it" },
	{ { ANY, ANY, ANY, ANY, ANY }, ACTION_NONE, VERDICT_UNKNOWN, "what is known about it makes no sense" },
};

const struct recovery_rule *recovery_rule_for(const struct known *k)
{
	const struct recovery_rule *r = recovery_rules;

	while (!(r->when.claim & k->claim && r->when.cast & k->cast && r->when.row & k->row && r->when.evidence & k->evidence &&
	         r->when.age & k->age))
		r++;
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_ATTEMPT_H
#define MODEL_NOVA_ATTEMPT_H

#include "db/db.h"

/* Evacuations that a compute began to build and did not finish. What fails after the guest was started leaves it running there,
 * and nova does not know: the instance is still its old host's, and its next evacuation to a third host starts it twice. */

struct attempt {
	const char *instance_uuid;
	const char *host, *result;       /* the compute that built it; result NULL: its event has not ended */
	const char *details, *traceback; /* what it said; either may be NULL */
	struct maybe_int age_s;
};
struct attempts {
	DB_ROWS(struct attempt);
};
/* Of one instance, the newest last; none that is older than an evacuation that succeeded, none on its present host. */
int attempts_unfinished(struct db *cell, const char *instance_uuid, struct attempts *out, struct error *err);
/* The same of many: ${out}[i] are those of instance_uuids->v[i], in ${arena}. */
int attempts_unfinished_of(struct db *cell, const struct words *instance_uuids, struct arena *arena, struct attempts *out,
    struct error *err);
void attempts_ahead(struct db *cell, const struct words *instance_uuids); /* as db_ask_set_ahead() */
static inline void attempts_free(struct attempts *attempts)
{
	db_rows_free(&attempts->rows);
}

enum guest {
	GUEST_ABSENT, /* it failed before anything was started, or in a spawn that cleans up after itself */
	GUEST_UNKNOWN,
	GUEST_THERE, /* the compute itself found it */
};
enum guest attempt_guest(const struct attempt *attempt);
/* One attempt speaks for all on its host: the worst, and of those the newest. Is it ${i}? Never one whose guest is absent. */
bool attempt_speaks(const struct attempts *attempts, size_t i);

#endif

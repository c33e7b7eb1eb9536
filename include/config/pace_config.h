/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_PACE_CONFIG_H
#define CONFIG_PACE_CONFIG_H

#include <stdint.h>

#include "util/error.h"

/* [pace] of our own configuration: how many evacuations at once, and what a cloud looks like that takes no more now. */

#define PACE_GROUP "pace"

/* The keys of the group, in the order of own_options. */
enum pace_key { PACE_MAX_IN_FLIGHT, PACE_MAX_PER_TARGET, PACE_QUEUE, PACE_DATABASE_MS, PACE_PATIENCE, PACE_KEYS };
extern const char *const pace_key_name[PACE_KEYS];

struct pace_config {
	int64_t max_in_flight, max_per_target; /* 0: not given */
	int64_t queue;                         /* messages in the conductor's queue: with more nothing is begun */
	int64_t database_ms;                   /* of one statement: the same */
	int64_t patience_s;                    /* how long that is waited for */
};

/* As it is without configuration; before pace_config_set(). */
void pace_config_init(struct pace_config *config);
/* One key's value; ${origin} is where it stands, for the error. NULL or empty: as if it were not given. */
int pace_config_set(struct pace_config *config, enum pace_key key, const char *value, const char *origin, struct error *err);

#endif

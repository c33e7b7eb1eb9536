/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIND_RANK_H
#define FIND_RANK_H

#include <stddef.h>
#include <stdint.h>

#include "config/order_config.h"

/* Where [order] puts an instance, by what is written on it. */

/* Do the keys of ha_keys want it evacuated? A word is yes or no as oslo's bool_from_string has it (Masakari reads it so); of
 * its metadata first, else of its flavor's extra specs and its image's properties, where InstanceHA looks. */
enum ha_word { HA_UNSAID, HA_YES, HA_NO };

struct rank {
	size_t rule;      /* of order_config: that it fits; nrule: none, and there is none for the rest */
	int64_t priority; /* where that is the rule 'priority', else 0: the highest goes first */
	enum ha_word ha;
	const char *ha_label; /* "HA_Enabled = false": what says so; NULL: nothing does */
	const char *unclear;  /* "restart_priority = soon": a word that is none of the kind that its key has; NULL: none */
};

struct candidate;
/* Their ranks by their labels; texts in ${arena}. Members of one group have the highest priority that one of these has. */
void candidates_rank(const struct order_config *order, struct candidate *candidate, size_t n, struct arena *arena);
/* Which goes first: negative where ${a} does, 0 where both are of one phase. */
int rank_compare(const struct rank *a, const struct rank *b);
/* "priority 800", "tag db", "rest": what the phase of this rank is called, in ${arena}. */
const char *rank_name(const struct order_config *order, const struct rank *rank, struct arena *arena);

#endif

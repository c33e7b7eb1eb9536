/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_EVACUATION_H
#define PLAN_EVACUATION_H

#include "model/nova/evacuation.h"
#include "plan/plan.h"

/* How far the evacuation of a unit is. */

enum evacuation_phase {
	PHASE_WAITING,
	PHASE_SENT,    /* the broker has it: nova's turn */
	PHASE_UNKNOWN, /* it may or may not have been sent, or committed */
	PHASE_LANDED,  /* migration done and the host changed */
	PHASE_FAILED,  /* nova said so, or it was proved not to have been sent */
	PHASE_TIMEOUT,
};

/* Of which our own time for one is made, until the broker has it. */
enum cost { COST_WAY, COST_JOURNAL, COST_TRANSACTION, COST_CAST, COSTS };

struct evacuation {
	struct evacuation_rows rows; /* texts belong to the scene and to the plan's arena */
	enum evacuation_phase phase;
	bool cast;               /* the broker said that it has it */
	char status[64];         /* the migration's, as last seen */
	char host[256];          /* the instance's, as last seen */
	char dest[256];
	int64_t migration_id;    /* 0: not seen yet */
	bool warned;             /* that nobody has taken it for a while */
	const char *suspected;   /* the bad end that the last look saw */
	int64_t sent_ms, ended_ms;
	int64_t cost_us[COSTS], measured_us; /* measured_us: until when */
	const char *error;       /* in the plan's arena */
};

void evacuations_free(struct plan *plan);
const char *evacuation_outcome(const struct unit *unit); /* "under way" */
bool evacuation_was_cast(const struct unit *unit);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OP_EVACUATION_H
#define OP_EVACUATION_H

#include "model/nova/evacuation.h"
#include "op/run.h"
#include "util/str.h"

/* One evacuation on its way, shared by cast.c (transaction and message) and follow.c (what nova makes of it). */

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

/* cast.c. The ids of an attempt are made from the run's name: whoever knows the run can make them again. */
void evacuation_name_ids(const char *run, const char *instance_uuid, struct evacuation_rows *rows);

/* The message; ${instance} is given away. */
struct evacuation_message {
	const struct evacuation_rows *rows;
	const struct candidate *candidate;     /* its request spec, and what was found about it */
	const struct release *release;
	const char *target_host, *target_node; /* NULL: the scheduler chooses */
	bool force;                            /* past the scheduler */
	const char *target_state;              /* "stopped"; NULL: not asked for */
	const char *unique_id;
};
int evacuation_body(const struct evacuation_message *message, json_object *instance, struct str *body, struct error *err);

struct publish_record {
	size_t unit;
	const struct evacuation_rows *rows;
	const char *unique_id, *exchange, *broker;
	int attempt; /* counts what is sent again under the same ids */
};
int journal_publish_intent(struct journal *journal, const struct publish_record *what, const struct str *body, struct error *err);
/* Not yet durable: journal_sync(). */
int journal_publish_outcome(struct journal *journal, size_t unit, enum bus_outcome outcome, const struct error *why,
    struct error *err);

/* way.c: everything that can be known about the way to the conductor before anything is written. A connection that is no good any
 * more is no reason to stop: another one is tried, and the run's locks are taken again with it. */
int evacuation_way(struct run *run, struct error *err);
/* The cell's database alone. -1: it has no connection now, or it has and somebody else took the run's lock meanwhile. */
int evacuation_reconnect(struct run *run, struct error *err);

/* cast.c: journal, transaction, journal, publish once, journal. Leaves the phase; returns -1 when the run must stop (the journal
 * cannot be written, the database is gone, the failed host reports again), and with no evacuation in the unit when the way is closed
 * and nothing was begun: then it may be tried again. */
int evacuation_send(struct run *run, size_t unit, struct error *err);

/* follow.c: one look at one evacuation; moves its phase on and says what changed. -1: the database did not answer. */
int evacuation_look(struct run *run, struct unit *unit, struct error *err);
/* Where one that has not ended stands, who holds it and what would end it; in the plan's arena. */
const char *evacuation_stands(struct run *run, const struct unit *unit);

#endif

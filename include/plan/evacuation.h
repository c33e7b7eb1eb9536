/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_EVACUATION_H
#define PLAN_EVACUATION_H

#include "model/nova/cause.h"
#include "model/nova/evacuation.h"
#include "plan/plan.h"

/* How far the evacuation of a unit is. The word of the report, the step's state and whether the broker has the message follow
 * from it, by the table in evacuation.c. */
enum evacuation_phase {
	PHASE_WAITING,
	PHASE_SENT,         /* the broker has it: nova's turn */
	PHASE_IN_DOUBT,     /* it may or may not have been sent, or committed */
	PHASE_LOST,         /* it was sent, and nobody can tell what becomes of it */
	PHASE_LANDED,       /* migration done and the host changed */
	PHASE_NOT_READY,    /* done, and all of it read back as promised but for its network: nova's end of it, not yet ours */
	PHASE_CANNOT_WRITE, /* done, and Ceph refuses every write of the new guest, or two guests have its disk: not proved */
	PHASE_PROVED,       /* and all of it read back as promised */
	PHASE_NOT_SENT,     /* that is proved: nothing of it remains */
	PHASE_FAILED,       /* nova said so */
	PHASE_TIMEOUT,
	PHASES
};

/* What was seen of the network of one that has landed. The words are those of reports and journals. */
enum network {
	NETWORK_UNSEEN,        /* it has not landed, or was deleted since */
	NETWORK_NONE,          /* it has no ports */
	NETWORK_READY,         /* each port is bound to its new host, and ACTIVE where it has to be */
	NETWORK_NOT_READY,     /* one of them is not */
	NETWORK_NOT_LOOKED_AT, /* neutron's database could not be asked, or its rows cannot tell */
	NETWORKS
};
extern const char *const network_name[NETWORKS]; /* NULL for NETWORK_UNSEEN */

/* What was seen on Ceph of the disks of one that has landed. The words are those of reports and journals. */
enum disks {
	DISKS_UNSEEN,       /* it has not landed, it does not run, or none of its disks is on a Ceph that was asked */
	DISKS_WRITTEN,      /* its guest holds the lock of a disk and watches it */
	DISKS_NOT_WRITTEN,  /* open, and its guest has not yet taken the lock: whether it can write is not known */
	DISKS_CANNOT_WRITE, /* the lock is another client's, and the new guest may not break it; or it is kept out itself */
	DISKS_SHARED,       /* the failed host has one open beside the new guest */
	DISKS_NOT_LOOKED_AT,
	DISKS
};
extern const char *const disks_name[DISKS]; /* NULL for DISKS_UNSEEN */
/* A guest that has landed has booted and written by then. */
#define DISKS_SETTLE_MS 60000

/* Of which our own time for one is made, until the broker has it. */
enum cost { COST_WAY, COST_JOURNAL, COST_TRANSACTION, COST_CAST, COSTS };

/* What its compute was told of one of the instance's ports (evacuate/plug.h). Milliseconds of clock_monotonic_ms(). */
struct plug {
	char *port_id;
	char host[256];    /* the compute that it is about: another one knows nothing of it */
	int64_t proved_ms; /* since when neutron's rows have said without a break that it is plugged; 0: they do not */
	int64_t tried_ms;  /* when the compute was told last, or was to be; 0: never */
};

struct evacuation {
	struct evacuation_rows rows; /* texts belong to the scene and to the plan's arena */
	enum evacuation_phase phase;
	const char *status, *dest; /* the migration's, as last seen; NULL: not seen yet, or it names no host */
	const char *host;          /* the instance's, as last seen; NULL: the same */
	int64_t migration_id;      /* 0: not seen yet */
	bool warned;               /* that nobody has taken it for a while */
	bool told;                 /* that it ended badly */
	const char *suspected;     /* the bad end that the last look saw */
	struct plug *plug;
	size_t nplug, plug_cap;
	const char
	    *waits_for; /* of its ports, in a sentence without an end, in the plan's arena; NULL: of none, as far as is known */
	int64_t waits_since_ms;
	bool wait_recorded;
	struct cause cause; /* of a failure; texts in the plan's arena */
	int64_t sent_ms, ended_ms;
	enum network network;
	const char
	    *network_why; /* why it is not ready, or was not looked at; of a ready one what is to be known; NULL: nothing */
	bool network_as_before; /* not ready, and neither was it on the failed host: nobody waits for it */
	enum disks disks;
	const char *disks_why;               /* what is to be known of them, in the plan's arena; NULL: nothing */
	int64_t network_ms;                  /* when it was looked at last; by our clock */
	int64_t cost_us[COSTS], measured_us; /* measured_us: until when */
};

void evacuations_free(struct plan *plan);
void evacuation_free(struct unit *unit); /* of one that was not begun: nothing */
/* Of one port of the instance, made when it is first asked for; it stays where it is until the next one is made. */
struct plug *evacuation_plug(struct evacuation *evacuation, const char *port_id);
/* The one way to a phase: the step's state goes with it. ${error} is borrowed. */
void evacuation_enter(struct unit *unit, enum evacuation_phase phase, const char *error);
/* Of no evacuation, and of one that was not begun: false. */
bool evacuation_is(const struct unit *unit, enum evacuation_phase phase);
bool evacuation_is_waiting(const struct unit *unit); /* not begun, and it may be */
bool evacuation_has_landed(const struct unit *unit); /* proved or not */
/* It has landed, and the instance has disks that nova makes. nova finds them where the new host has the instance's directory,
 * makes new ones where not, and records neither (nova 26 compute/manager.py: _do_rebuild_instance): only nova-compute's log
 * tells. */
bool evacuation_has_unrecorded_disks(const struct unit *unit);
/* Its network may yet become ready: one that was not so on the failed host either is waited for no longer than any agent takes.
 * Late: as long, and it was ready there; what keeps it down may keep down the next one, too. */
bool evacuation_waits_for_network(const struct unit *unit, int64_t now_ms);
bool evacuation_network_is_late(const struct unit *unit, int64_t now_ms);
bool evacuation_has_failed(const struct unit *unit);     /* sent or not */
bool evacuation_was_cast(const struct unit *unit);       /* the broker said that it has it */
const char *evacuation_outcome(const struct unit *unit); /* "under way" */

#endif

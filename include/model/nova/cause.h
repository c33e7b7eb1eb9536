/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_CAUSE_H
#define MODEL_NOVA_CAUSE_H

#include <stdbool.h>

#include "util/mem.h"

/* Why nova could not evacuate an instance: the service that did not answer, out of the words and traces that nova leaves in its
 * rows. Those words alone mislead: a placement that is down reads "No valid host was found", and an exception that is not
 * nova's own is stored as its class name, "ConnectFailure" (compute/utils.py: exception_to_dict). What asked whom stands in the
 * frames of the trace. */

enum cause_service {
	CAUSE_UNNAMED, /* the rows do not tell */
	CAUSE_KEYSTONE,
	CAUSE_PLACEMENT,
	CAUSE_NEUTRON,
	CAUSE_CINDER,
	CAUSE_GLANCE,
	CAUSE_BARBICAN,
	CAUSE_CYBORG,
	CAUSE_SCHEDULER,
	CAUSE_COMPUTE,
	CAUSE_NOVA_API, /* asked by cinder, or told by neutron that a port is up */
	CAUSE_SERVICES
};
const char *cause_service_name(enum cause_service service); /* "cinder-api"; NULL of CAUSE_UNNAMED */

/* What nova has written about one failure. */
struct cause_words {
	const char *message; /* instance_faults.message, instance_actions_events.details; NULL: none */
	const char *trace;   /* instance_faults.details (with the exception's own text, code 500 alone), or
	                        instance_actions_events.traceback (frames alone); NULL: none */
};

/* Which other instances fail for the same reason. */
enum cause_reach {
	REACH_UNKNOWN,  /* nothing is known; of one kind they most likely do */
	REACH_INSTANCE, /* none: capacity, policy, rows of its own */
	REACH_ALL,
	REACH_VOLUMES, /* those with volumes */
	REACH_PORTS,
	REACH_IMAGES, /* those that boot from an image */
};

struct cause {
	enum cause_service service;
	enum cause_reach reach;
	bool guest_alive;    /* a guest of it holds its disk: nothing else of its host may be begun */
	bool ambiguous;      /* a service that is down reads the same as no capacity: ask whether it answers */
	const char *address; /* "http://ctl:8776", of the URL that was asked, without a login; NULL: not told */
	const char *what;    /* "cinder-api at http://ctl:8776 does not answer"; NULL: nothing is known */
	const char *next;    /* what to do before the next try; NULL: nothing is known */
};
/* Pure. Texts are in ${arena}, passwords of URLs are left out; the rest of ${words} is never repeated. */
void cause_read(const struct cause_words *words, struct arena *arena, struct cause *out);
/* The message for people. Of an exception that is not nova's own it is the class alone (compute/utils.py: exception_to_dict):
 * then with the exception's own text out of the trace, in one line, cut off after 300 bytes. In ${arena}, or ${words}' own. */
const char *cause_words_said(const struct cause_words *words, struct arena *arena);
/* An ambiguous one, once it was asked: it does not answer, or it does and has nothing for this instance. */
void cause_settle(struct cause *cause, bool answers, struct arena *arena);

#endif

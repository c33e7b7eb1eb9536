/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JOURNAL_TRAIL_H
#define JOURNAL_TRAIL_H

#include <json-c/json.h>

#include "plan/plan.h"

/* The trail: what nova-api and cinder-api would have told the auditors of this cloud, had they been asked. Made of the records
 * of the journal as they are written: a run begins, a unit comes to its end, the run ends; and the same of a recovery. Each is
 * an event in the words of CADF (DMTF DSP0262, as openstack/pycadf has them), one line of JSON in the machine's log. It never
 * fails: what is lost here is in the journal. */

struct trail_about {
	const char *run, *command, *host; /* host NULL: it is about none */
	const char *operator_name;        /* --operator; NULL: not given */
	const struct plan *plan;          /* must stay until the trail is closed */
};
struct trail;

/* ${facility} NULL: none is kept, and NULL is the answer; every other function takes that. */
struct trail *trail_open(const char *facility, const struct trail_about *about);
void trail_record(struct trail *trail, const char *type, json_object *record);
void trail_close(struct trail **trail);

/* The event that a record of the journal is; the caller puts it. NULL: it is none. ${said} has a member for each unit of the
 * plan, the last word that was told of it, NULL before that; it changes. */
json_object *trail_event(const struct trail_about *about, const char *type, json_object *record, const char **said);

#endif

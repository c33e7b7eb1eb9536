/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_KIND_H
#define PLAN_KIND_H

#include "model/nova/cause.h"
#include "plan/plan.h"

/* What an evacuation is made of, as far as an outage tells instances apart: a service that is down, or computes that may not
 * talk to one, fail all instances of a kind alike. So the first of each kind goes alone, and says it for the others. */
struct kind {
	bool boots_from_volume;
	/* "ceph type fast, lvm (encrypted)": the backends of its volumes and their types, each once, in order. A compute
	 * connects to a backend; its types may differ in what else that takes: an encryption asks the key manager, other extra
	 * specs another connector or QoS. "": it has none; NULL: cinder was not asked. */
	const char *volumes;
	const char *network; /* "hw_veb direct, ovs": of its ports, in the same way; "": it has none; NULL: not known */
};
/* Of an evacuation's unit; new texts are in ${arena}. */
void kind_of_unit(const struct unit *unit, struct arena *arena, struct kind *out);
/* Does what failed an instance of another kind fail this one, too? Where that is not known it does not. */
bool kind_is_reached(const struct kind *kind, enum cause_reach reach);
bool kind_equal(const struct kind *a, const struct kind *b);
/* "a root volume, volumes of ceph, ports of ovs": after "with". */
void kind_say(const struct kind *kind, struct str *out);

#endif

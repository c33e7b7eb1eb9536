/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROVE_INTERNAL_H
#define PROVE_INTERNAL_H

#include "apply/apply.h"

/* The fresh connections of a proof. */
struct proof {
	struct db *cinder, *cell;
	struct db *neutron; /* NULL: ${neutron_absent} says why */
	struct neutron_columns neutron_columns;
	const char *neutron_absent;
	bool over; /* the time to settle has passed: what only had to be waited for is a note from here on */
	bool last; /* nobody looks again: what cannot be read now was not looked at */
};

/* prove_rows.c: what others have done since with the rows that were proved; one that has its old value again was lost. What
 * cannot be looked at again is still proved. */
void prove_rows_since(struct work *work, const struct proof *proof);

/* Nova had finished it: follow.c has seen its migration done and its host changed. NULL: it is as promised, or its user has
 * deleted it since, or had nova do something else with it: the step's since says what. */
/* Where its ports are not ready, or were not looked at, evacuation->network says so. */
const char *evacuation_wrong(struct work *work, struct unit *unit, const struct proof *proof, struct error *err);

/* prove_network.c: the ports of one that nova has done, where the instance is now. NULL: ${unit}->evacuation->network tells
 * what was seen. Else, unless ${proof}->last, why they could not be read. */
const char *network_look(struct work *work, struct unit *unit, const struct arrived *at, const struct proof *proof);

/* prove_storage.c: the disks on Ceph of one that nova has done and that runs; ${unit}->evacuation->disks tells what was seen.
 * All disks are asked for together, no oftener than every five seconds. Not NULL: it may yet write, or two guests do. ${over},
 * or a minute after it landed: nothing is waited for any more. */
const char *storage_look(struct work *work, struct unit *unit, const struct arrived *at, bool over);

#endif

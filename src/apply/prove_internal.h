/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROVE_INTERNAL_H
#define PROVE_INTERNAL_H

#include "apply/apply.h"

/* The fresh connections of a proof. */
struct proof {
	struct db *cinder, *cell;
};

/* Nova had finished it: follow.c has seen its migration done and its host changed. NULL: it is as promised, or its user has
 * deleted it since. */
const char *evacuation_wrong(struct work *work, struct unit *unit, const struct proof *proof, struct error *err);

#endif

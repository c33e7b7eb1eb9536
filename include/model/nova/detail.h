/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_DETAIL_H
#define MODEL_NOVA_DETAIL_H

#include "db/db.h"
#include "model/nova/nic.h"

/* What there is to know about an instance beside its own row, for a record of it. */
struct instance_detail {
	const char *flavor;                     /* its name; NULL: it cannot be read */
	struct maybe_int ephemeral_gb, swap_mb; /* not set: there is no such instance */
	struct nics nics;
};
/* ${out}[i] is that of uuids->v[i], in ${arena}; an unknown instance has none. One statement a set. */
int instance_details_get(struct db *cell, const struct words *uuids, struct arena *arena, struct instance_detail *out,
    struct error *err);

#endif

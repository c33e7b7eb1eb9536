/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NEUTRON_COLUMNS_H
#define MODEL_NEUTRON_COLUMNS_H

#include "db/db.h"

/* Which of neutron's tables may be read as they are read here: asked from information_schema, never from a release's name. All
 * four are the same from neutron 12 (Queens) to 2026.2: ports.standard_attr_id and provisioningblocks are Newton's
 * (db/migration 30107ab6a3ee), ml2_port_bindings.status is Ocata's (a9c43481023c). What is missing was not granted, or this is
 * no neutron with ML2: then it is unknown. */
struct neutron_columns {
	bool has_ports;  /* ports and ml2_port_bindings */
	bool has_blocks; /* provisioningblocks */
	bool has_agents; /* agents */
};
/* No ports is ERROR_REFUSED: there is nothing that this database could tell. */
int neutron_columns_probe(struct db *neutron, struct neutron_columns *out, struct error *err);

#endif

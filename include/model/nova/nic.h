/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_NIC_H
#define MODEL_NOVA_NIC_H

#include <stdbool.h>
#include <stddef.h>

#include "util/mem.h"
#include "util/words.h"

/* How the network sees an instance: the addresses of its ports, out of instance_info_caches.network_info (nova 17 to 2026.2
 * network/model.py: VIF, Network, Subnet, FixedIP). */
struct nic {
	const char *port_id, *mac, *network_id, *network, *vnic_type, *type; /* NULL: the cache does not say */
	struct words fixed, floating;
};
struct nics {
	struct nic *v;
	size_t n;
	bool known; /* false: no such row, or it cannot be read; that is not "no ports" */
};
/* Pure: the text as nova keeps it; NULL: none. All of it, the lists too, is in ${arena}. */
void nics_parse(const char *network_info, struct arena *arena, struct nics *out);

#endif

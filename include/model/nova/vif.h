/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_VIF_H
#define MODEL_NOVA_VIF_H

#include "db/db.h"

/* The network interfaces of an instance as nova keeps them: instance_info_caches.network_info of its cell, JSON (nova 17 to
 * 2026.2 network/model.py: VIF; objects/instance_info_cache.py). A nova-compute that rebuilds an instance writes it anew once
 * it has moved the ports to itself (compute/manager.py: _do_rebuild_instance; network/neutron.py: _build_vif_model), so that it
 * says for which ports that nova-compute waits. */
struct vif {
	const char *port_id;
	const char *vnic_type, *type; /* "normal", "direct"; "ovs", "unbound", "binding_failed". NULL: the cache does not say */
	bool active;                  /* neutron said ACTIVE, or the port is administratively down, when nova last asked */
};
struct vifs {
	struct vif *v;
	size_t n;
	bool known; /* false: there is no such row, or it cannot be read as a list of interfaces. That is not "no ports": n is 0
	             */
	struct arena arena;
};
/* ${out} owns its texts; free with vifs_free(). An unknown instance is no error: known is false. */
int vifs_of_instance(struct db *cell, const char *instance_uuid, struct vifs *out, struct error *err);
static inline void vifs_free(struct vifs *vifs)
{
	arena_free(&vifs->arena);
	*vifs = (struct vifs){ .known = false };
}

/* Does a nova-compute of libvirt wait for this one before it starts the guest (virt/libvirt/driver.py: _get_neutron_events)?
 * What is managed by a SmartNIC ("remote-managed", nova 25 on) is left out there. */
bool vif_is_waited_for(const struct vif *vif);

/* Pure: the text as nova keeps it; NULL: none. Texts live as long as ${arena}, and ${out}'s own arena stays empty. */
void vifs_parse(const char *network_info, struct arena *arena, struct vifs *out);
struct json_object;
void vifs_read(struct json_object *network_info, struct arena *arena, struct vifs *out); /* the same, of one that was parsed */

#endif

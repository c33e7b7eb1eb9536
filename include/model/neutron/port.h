/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NEUTRON_PORT_H
#define MODEL_NEUTRON_PORT_H

#include "db/db.h"
#include "model/neutron/columns.h"
#include "util/str.h"
#include "util/words.h"

/* Ports as neutron's ML2 keeps them, whatever its drivers are (Open vSwitch, OVN, SR-IOV): read only. With the binding in
 * force, the row of ml2_port_bindings whose status is ACTIVE; an INACTIVE one is a live migration's other end. */
struct port {
	const char *id, *device_id, *device_owner; /* device_id is the instance's uuid, device_owner "compute:ZONE" */
	const char *status;                        /* ACTIVE, DOWN, BUILD (an agent has asked for it), ERROR */
	const char *host, *vif_type, *vnic_type;   /* of the binding in force; NULL: there is none */
	const char *waits_for;                     /* provisioningblocks: "L2", "DHCP,L2"; NULL: nothing, or not known */
	int64_t admin_state_up;
};
struct ports {
	DB_ROWS(struct port);
};
/* By device and id; ${have}->has_ports must be so. No port is 0 rows, no error. ${out} owns its rows; free with ports_free().
 */
int ports_of_device(struct db *neutron, const struct neutron_columns *have, const char *instance_uuid, struct ports *out,
    struct error *err);
/* The same of many. */
int ports_of_devices(struct db *neutron, const struct neutron_columns *have, const struct words *instance_uuids,
    struct ports *out, struct error *err);
/* As db_ask_set_ahead(). */
void ports_of_devices_ahead(struct db *neutron, const struct neutron_columns *have, const struct words *instance_uuids);
static inline void ports_free(struct ports *ports)
{
	db_rows_free(&ports->rows);
}
/* Those of one device among the ones that ports_of_devices() gave: ${n} of them from the result on; NULL: none. */
struct port *ports_find(const struct ports *all, const char *instance_uuid, size_t *n);

enum port_state {
	PORT_READY,     /* ACTIVE, and bound to that host */
	PORT_NOT_READY, /* it waits for something */
	PORT_OFF, /* bound to that host, and administratively down: neutron never makes it ACTIVE, and nova never waits for it
	           */
	PORT_UNKNOWN, /* the row has a status that no neutron writes */
};
/* Pure. Only PORT_READY proves that the port is plugged in on ${host}. ML2 sets status to DOWN in the transaction in which it
 * changes a binding's host (neutron 12 to 2026.2 plugins/ml2/plugin.py: _process_port_binding); from then on it is ACTIVE only
 * once the new host's agent has reported it (plugins/ml2/rpc.py: update_device_up; plugin.py: _port_provisioned), or OVN its
 * chassis (drivers/ovn/mech_driver/mech_driver.py: set_port_status_up), and every entity of provisioningblocks is done. An
 * administratively down one never is (_port_provisioned), while nova counts it as active (nova network/neutron.py:
 * _build_vif_model).
 * ${why}, may be NULL, gets unless it is ready a translated phrase without a full stop: what it waits for. */
enum port_state port_on_host(const struct port *port, const char *host, struct str *why);

#endif

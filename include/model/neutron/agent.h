/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NEUTRON_AGENT_H
#define MODEL_NEUTRON_AGENT_H

#include "db/db.h"
#include "model/neutron/columns.h"

/* neutron's agents by their heartbeats (neutron db/models/agent.py). With ML2/OVN there are no rows of ovn-controller: it
 * reports to OVN's southbound database, and neutron-server answers for it out of its memory
 * (drivers/ovn/mech_driver/mech_driver.py: get_agents, AgentCache). So a host without an agent here is unknown, not dead. */
struct neutron_agent {
	const char *host, *agent_type, *binary; /* "Open vSwitch agent", "neutron-openvswitch-agent" */
	bool admin_state_up;
	int64_t age_s; /* since its last report, by the server's clock */
};
struct neutron_agents {
	DB_ROWS(struct neutron_agent);
};
/* By host and type; host NULL: every host. ${have}->has_agents must be so. */
int neutron_agents_list(struct db *neutron, const struct neutron_columns *have, const char *host, struct neutron_agents *out,
    struct error *err);
/* The same, as db_ask_ahead(). */
void neutron_agents_ahead(struct db *neutron, const struct neutron_columns *have, const char *host);
static inline void neutron_agents_free(struct neutron_agents *agents)
{
	db_rows_free(&agents->rows);
}
/* Where the host's agents end their tunnels (tunneling_ip of what they report: neutron plugins/ml2/drivers/openvswitch/agent/
 * ovs_neutron_agent.py, linuxbridge/agent/linuxbridge_neutron_agent.py), but for one that another host has, too. */
struct host_address {
	const char *address;
};
struct host_addresses {
	DB_ROWS(struct host_address);
};
int neutron_addresses_of(struct db *neutron, const char *host, struct host_addresses *out, struct error *err);
static inline void host_addresses_free(struct host_addresses *addresses)
{
	db_rows_free(&addresses->rows);
}
/* neutron agent/common/utils.py: is_agent_down: older than agent_down_time; one from the future is alive there. */
bool neutron_agent_is_alive(const struct neutron_agent *agent, unsigned down_s);
/* It plugs ports of instances in: an L2 agent (neutron_lib constants AGENT_TYPE_OVS, _LINUXBRIDGE, _MACVTAP, _NIC_SWITCH). */
bool neutron_agent_plugs(const struct neutron_agent *agent);
/* Those that do, by host; the agents are borrowed. */
struct neutron_pluggers {
	const struct neutron_agent **v;
	size_t n;
};
void neutron_pluggers_open(struct neutron_pluggers *out, const struct neutron_agents *agents);
static inline void neutron_pluggers_free(struct neutron_pluggers *all)
{
	auto_free_(&all->v);
}
/* What plugs ports in on a host: alive as soon as one such agent is. */
enum plugger { PLUGGER_UNKNOWN, PLUGGER_DEAD, PLUGGER_ALIVE };
enum plugger neutron_plugger_of(const struct neutron_pluggers *all, const char *host, unsigned down_s);

#endif

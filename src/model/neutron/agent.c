/* SPDX-License-Identifier: Apache-2.0 */
#include "model/neutron/agent.h"

#include <assert.h>

#include "sql_catalogue.h"
#include "util/str.h"

static const struct db_shape agent_shape = DB_SHAPE(struct neutron_agent,
    DB_COLUMNS(struct neutron_agent, host, agent_type, binary, admin_state_up, age_s));

int neutron_agents_list(struct db *neutron, const struct neutron_columns *have, const char *host, struct neutron_agents *out,
    struct error *err)
{
	const struct db_param params[] = { p_str("host", host), p_end };

	assert(have->has_agents);
	return db_read(neutron, &SQL_NEUTRON_AGENT_LIST, params, &agent_shape, &out->rows, err);
}

static const struct db_shape host_address_shape = DB_SHAPE(struct host_address, DB_COLUMNS(struct host_address, address));

int neutron_addresses_of(struct db *neutron, const char *host, struct host_addresses *out, struct error *err)
{
	const struct db_param params[] = { p_str("host", host), p_end };

	return db_read(neutron, &SQL_NEUTRON_AGENT_ADDRESS_LIST, params, &host_address_shape, &out->rows, err);
}

bool neutron_agent_is_alive(const struct neutron_agent *agent, unsigned down_s)
{
	return agent->age_s <= (int64_t)down_s;
}

bool neutron_agent_plugs(const struct neutron_agent *agent)
{
	static const char *const types[] = { "Open vSwitch agent", "Linux bridge agent", "Macvtap agent", "NIC Switch agent" };

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_equal(agent->agent_type, types[i]))
			return true;
	return false;
}

enum plugger neutron_plugger_of(const struct neutron_agents *agents, const char *host, unsigned down_s)
{
	enum plugger found = PLUGGER_UNKNOWN;

	for (const struct neutron_agent *a = agents->v; a < agents->v + agents->n && found != PLUGGER_ALIVE; a++)
		if (neutron_agent_plugs(a) && str_equal(a->host, host))
			found = neutron_agent_is_alive(a, down_s) ? PLUGGER_ALIVE : PLUGGER_DEAD;
	return found;
}

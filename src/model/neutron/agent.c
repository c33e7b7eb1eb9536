/* SPDX-License-Identifier: Apache-2.0 */
#include "model/neutron/agent.h"

#include <assert.h>
#include <string.h>

#include "sql_catalogue.h"
#include "util/str.h"

static const struct db_shape agent_shape = DB_SHAPE(struct neutron_agent,
    DB_COLUMNS(struct neutron_agent, host, agent_type, binary, admin_state_up, age_s));

void neutron_agents_ahead(struct db *neutron, const struct neutron_columns *have, const char *host)
{
	const struct db_param params[] = { p_str("host", host), p_end };

	if (have->has_agents)
		db_ask_ahead(neutron, &SQL_NEUTRON_AGENT_LIST, params, &agent_shape);
}

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

static int by_agent_host(const void *x, const void *y)
{
	const struct neutron_agent *const *a = x, *const *b = y;

	return strcmp((*a)->host, (*b)->host);
}

void neutron_pluggers_open(struct neutron_pluggers *out, const struct neutron_agents *agents)
{
	*out = (struct neutron_pluggers){ .v = xcalloc(agents->n + 1, sizeof *out->v) };
	for (size_t i = 0; i < agents->n; i++)
		if (neutron_agent_plugs(&agents->v[i]))
			out->v[out->n++] = &agents->v[i];
	vec_sort(out->v, out->n, sizeof *out->v, by_agent_host);
}

enum plugger neutron_plugger_of(const struct neutron_pluggers *all, const char *host, unsigned down_s)
{
	const struct neutron_agent key = { .host = host }, *k = &key;
	const struct neutron_agent *const *a = vec_search(&k, all->v, all->n, sizeof *all->v, by_agent_host);
	enum plugger found = PLUGGER_UNKNOWN;

	while (a && a > all->v && strcmp(a[-1]->host, host) == 0)
		a--;
	for (; a && a < all->v + all->n && strcmp((*a)->host, host) == 0 && found != PLUGGER_ALIVE; a++)
		found = neutron_agent_is_alive(*a, down_s) ? PLUGGER_ALIVE : PLUGGER_DEAD;
	return found;
}

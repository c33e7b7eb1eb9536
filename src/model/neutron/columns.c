/* SPDX-License-Identifier: Apache-2.0 */
#include "model/neutron/columns.h"

#include "model/columns.h"
#include "sql_catalogue.h"

static bool has_all(const struct schema_columns *have, const char *table, const char *const *column)
{
	for (; *column; column++)
		if (!schema_has_column(have, table, *column))
			return false;
	return true;
}

int neutron_columns_probe(struct db *neutron, struct neutron_columns *out, struct error *err)
{
	static const char *const ports[] = { "id", "device_id", "device_owner", "status", "admin_state_up", NULL };
	static const char *const bindings[] = { "port_id", "host", "vif_type", "vnic_type", "status", NULL };
	static const char *const blocks[] = { "standard_attr_id", "entity", NULL };
	static const char *const agents[] = { "host", "agent_type", "binary", "admin_state_up", "heartbeat_timestamp", NULL };
	struct schema_columns have;

	if (schema_columns_read(neutron, &SQL_NEUTRON_COLUMN_LIST, &have, err) != 0)
		return -1;
	out->has_ports = has_all(&have, "ports", ports) && has_all(&have, "ml2_port_bindings", bindings);
	out->has_blocks = has_all(&have, "provisioningblocks", blocks) && schema_has_column(&have, "ports", "standard_attr_id");
	out->has_agents = has_all(&have, "agents", agents);
	schema_columns_free(&have);
	if (out->has_ports)
		return 0;
	error_set(err, ERROR_REFUSED, "%s has no tables 'ports' and 'ml2_port_bindings', or the account may not read them",
	    db_label(neutron));
	return error_hint(err, "the grants that the account needs: evac-manage grants --read-only");
}

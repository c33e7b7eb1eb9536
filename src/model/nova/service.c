/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/service.h"

#include <string.h>
#include <strings.h>

#include "sql_catalogue.h"

static const struct db_column columns[] = {
	DB_COLUMN(struct nova_service, id),
	DB_NULLABLE(struct nova_service, uuid),
	DB_COLUMN(struct nova_service, host),
	DB_COLUMN(struct nova_service, binary),
	DB_COLUMN(struct nova_service, disabled),
	DB_NULLABLE(struct nova_service, disabled_reason),
	DB_COLUMN(struct nova_service, forced_down),
	DB_COLUMN(struct nova_service, version),
	DB_COLUMN(struct nova_service, heartbeat_age_s),
};
static const struct db_shape shape = DB_SHAPE(struct nova_service, columns);

static const struct db_column node_columns[] = {
	DB_COLUMN(struct compute_node, id),
	DB_COLUMN(struct compute_node, host),
	DB_COLUMN(struct compute_node, uuid),
	DB_COLUMN(struct compute_node, hypervisor_hostname),
	DB_NULLABLE(struct compute_node, hypervisor_type),
	DB_NULLABLE(struct compute_node, host_ip),
	DB_COLUMN(struct compute_node, vcpus),
	DB_COLUMN(struct compute_node, vcpus_used),
	DB_COLUMN(struct compute_node, memory_mb),
	DB_COLUMN(struct compute_node, memory_mb_used),
	DB_COLUMN(struct compute_node, local_gb),
	DB_COLUMN(struct compute_node, local_gb_used),
	DB_COLUMN(struct compute_node, running_vms),
	DB_COLUMN(struct compute_node, vcpus_limit),
	DB_COLUMN(struct compute_node, memory_mb_limit),
	DB_COLUMN(struct compute_node, local_gb_limit),
};
static const struct db_shape node_shape = DB_SHAPE(struct compute_node, node_columns);

int nova_services_list(struct db *cell, struct nova_services *out, struct error *err)
{
	struct db_rows rows;

	if (db_read(cell, &SQL_NOVA_SERVICES_LIST, NULL, &shape, &rows, err) != 0)
		return -1;
	*out = (struct nova_services){ rows.v, rows.n, rows.arena };
	return 0;
}

int nova_services_of_host(struct db *cell, const char *host, struct nova_services *out, struct error *err)
{
	const struct db_param params[] = { p_str("host", host), p_end };
	struct db_rows rows;

	if (db_read(cell, &SQL_NOVA_SERVICES_OF_HOST, params, &shape, &rows, err) != 0)
		return -1;
	*out = (struct nova_services){ rows.v, rows.n, rows.arena };
	return 0;
}

void nova_services_free(struct nova_services *services)
{
	arena_free(&services->arena);
	*services = (struct nova_services){ 0 };
}

bool nova_service_is_up(const struct nova_service *service, unsigned service_down_time_s)
{
	int64_t age = service->heartbeat_age_s.v;

	return !service->forced_down && service->heartbeat_age_s.set && (age < 0 ? -age : age) <= (int64_t)service_down_time_s;
}

const struct nova_service *nova_service_find(const struct nova_services *services, const char *binary, const char *host)
{
	for (const struct nova_service *s = services->v; s < services->v + services->n; s++)
		if (strcmp(s->binary, binary) == 0 && strcmp(s->host, host) == 0)
			return s;
	return NULL;
}

int compute_nodes_list(struct db *cell, struct compute_nodes *out, struct error *err)
{
	struct db_rows rows;

	if (db_read(cell, &SQL_NOVA_COMPUTE_NODES_LIST, NULL, &node_shape, &rows, err) != 0)
		return -1;
	*out = (struct compute_nodes){ rows.v, rows.n, rows.arena };
	return 0;
}

void compute_nodes_free(struct compute_nodes *nodes)
{
	arena_free(&nodes->arena);
	*nodes = (struct compute_nodes){ 0 };
}

/* nova virt/ironic, vmwareapi, hyperv, xenapi, powervm, zvm: driver.py, capabilities. The last five are gone since, vmware is not. */
bool hypervisor_evacuates(const char *type)
{
	static const char *const no[] = { "ironic", "vmware", "hyperv", "xenserver", "powervm", "zvm" };

	for (size_t i = 0; type && i < sizeof no / sizeof *no; i++)
		if (strncasecmp(type, no[i], strlen(no[i])) == 0) /* "VMware vCenter Server" */
			return false;
	return true;
}

const struct compute_node *compute_node_of(const struct compute_nodes *nodes, const char *host)
{
	for (const struct compute_node *c = nodes->v; c < nodes->v + nodes->n; c++)
		if (strcmp(c->host, host) == 0)
			return c;
	return NULL;
}

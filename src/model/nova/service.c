/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/service.h"

#include <string.h>
#include <strings.h>

#include "sql_catalogue.h"

static const struct db_shape nova_service_shape = DB_SHAPE(struct nova_service,
    DB_COLUMNS(struct nova_service, id, host, binary, disabled, forced_down, version, heartbeat_age_s),
    DB_NULLABLES(struct nova_service, uuid, disabled_reason));

static const struct db_shape compute_node_shape = DB_SHAPE(struct compute_node,
    DB_COLUMNS(struct compute_node, id, host, uuid, hypervisor_hostname, vcpus, vcpus_used, memory_mb, memory_mb_used, local_gb,
	local_gb_used, running_vms, vcpus_limit, memory_mb_limit, local_gb_limit),
    DB_NULLABLES(struct compute_node, hypervisor_type, host_ip));

void nova_services_ahead(struct db *cell)
{
	db_ask_ahead(cell, &SQL_NOVA_SERVICE_LIST, NULL, &nova_service_shape);
}

int nova_services_list(struct db *cell, struct nova_services *out, struct error *err)
{
	return db_read(cell, &SQL_NOVA_SERVICE_LIST, NULL, &nova_service_shape, &out->rows, err);
}

int nova_services_of_host(struct db *cell, const char *host, struct nova_services *out, struct error *err)
{
	const struct db_param params[] = { p_str("host", host), p_end };

	return db_read(cell, &SQL_NOVA_SERVICE_LIST_BY_HOST, params, &nova_service_shape, &out->rows, err);
}

bool nova_service_reports(const struct nova_service *service, unsigned service_down_time_s)
{
	int64_t age = service->heartbeat_age_s.v;

	return service->heartbeat_age_s.set && (age < 0 ? -age : age) <= (int64_t)service_down_time_s;
}

bool nova_service_is_up(const struct nova_service *service, unsigned service_down_time_s)
{
	return !service->forced_down && nova_service_reports(service, service_down_time_s);
}

const struct nova_service *nova_service_find(const struct nova_services *services, const char *binary, const char *host)
{
	for (const struct nova_service *s = services->v; s < services->v + services->n; s++)
		if (strcmp(s->binary, binary) == 0 && strcmp(s->host, host) == 0)
			return s;
	return NULL;
}

void compute_nodes_ahead(struct db *cell)
{
	db_ask_ahead(cell, &SQL_NOVA_COMPUTE_NODE_LIST, NULL, &compute_node_shape);
}

int compute_nodes_list(struct db *cell, struct compute_nodes *out, struct error *err)
{
	return db_read(cell, &SQL_NOVA_COMPUTE_NODE_LIST, NULL, &compute_node_shape, &out->rows, err);
}

/* nova virt/ironic, vmwareapi, hyperv, xenapi, powervm, zvm: driver.py, capabilities. The last five are gone since, vmware is
 * not. */
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

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_SERVICE_H
#define MODEL_NOVA_SERVICE_H

#include "db/db.h"

struct nova_service {
	int64_t id, version;
	const char *uuid, *host, *binary, *disabled_reason;
	bool disabled, forced_down;
	struct maybe_int heartbeat_age_s; /* by the server's clock */
};
struct nova_services {
	DB_ROWS(struct nova_service);
};
void nova_services_ahead(struct db *cell); /* as db_ask_ahead() */
int nova_services_list(struct db *cell, struct nova_services *out, struct error *err);
int nova_services_of_host(struct db *cell, const char *host, struct nova_services *out, struct error *err);
static inline void nova_services_free(struct nova_services *services)
{
	db_rows_free(&services->rows);
}

/* nova servicegroup/drivers/db.py: is_up. forced_down wins; a heartbeat too far in the future is down, too. */
bool nova_service_is_up(const struct nova_service *service, unsigned service_down_time_s);
/* By its heartbeat alone: one that is forced down reports, too, when it lives. */
bool nova_service_reports(const struct nova_service *service, unsigned service_down_time_s);
const struct nova_service *nova_service_find(const struct nova_services *services, const char *binary, const char *host);

struct compute_node {
	int64_t id;
	const char *uuid, *host, *hypervisor_hostname, *hypervisor_type, *host_ip;
	int64_t vcpus, vcpus_used, memory_mb, memory_mb_used, local_gb, local_gb_used;
	int64_t vcpus_limit, memory_mb_limit, local_gb_limit; /* allocation ratios applied; used counts what is reserved */
	struct maybe_int running_vms;
};
struct compute_nodes {
	DB_ROWS(struct compute_node);
};
void compute_nodes_ahead(struct db *cell); /* as db_ask_ahead() */
int compute_nodes_list(struct db *cell, struct compute_nodes *out, struct error *err);
static inline void compute_nodes_free(struct compute_nodes *nodes)
{
	db_rows_free(&nodes->rows);
}
/* Does the virt driver of this hypervisor_type evacuate (its supports_evacuate)? One that is in no table: it may. */
bool hypervisor_evacuates(const char *type);
const struct compute_node *compute_node_of(const struct compute_nodes *nodes, const char *host); /* the first; NULL: none */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "model/neutron/port.h"

#include <string.h>

#include "sql_catalogue.h"
#include "util/lang.h"

static const struct db_shape port_shape = DB_SHAPE(struct port,
    DB_COLUMNS(struct port, id, device_id, device_owner, status, admin_state_up),
    DB_NULLABLES(struct port, host, vif_type, vnic_type));

struct block {
	const char *id, *entities;
};
struct blocks {
	DB_ROWS(struct block);
};
static const struct db_shape block_shape = DB_SHAPE(struct block, DB_COLUMNS(struct block, id, entities));

/* ---- reading */

static void take_blocks(struct blocks *blocks, struct ports *out)
{
	const struct block *b;
	size_t n;

	db_rows_sort(&blocks->rows, &block_shape, "id");
	for (struct port *p = out->v; p < out->v + out->n; p++)
		if ((b = db_rows_find(&blocks->rows, &block_shape, "id", p->id, &n)))
			p->waits_for = arena_dup(&out->arena, b[n - 1].entities);
	db_rows_free(&blocks->rows);
}

/* The ports in one statement; the blocks in another, after it, for they are only a reason. */
int ports_of_device(struct db *neutron, const struct neutron_columns *have, const char *instance_uuid, struct ports *out,
    struct error *err)
{
	const struct db_param params[] = { p_str("device_id", instance_uuid), p_end };
	struct blocks waiting;

	if (db_read(neutron, &SQL_NEUTRON_PORT_LIST_BY_DEVICE, params, &port_shape, &out->rows, err) != 0)
		return -1;
	if (!have->has_blocks || out->n == 0)
		return 0;
	if (db_read(neutron, &SQL_NEUTRON_BLOCK_LIST_BY_DEVICE, params, &block_shape, &waiting.rows, err) != 0) {
		ports_free(out);
		return -1;
	}
	take_blocks(&waiting, out);
	return 0;
}

void ports_of_devices_ahead(struct db *neutron, const struct neutron_columns *have, const struct words *instance_uuids)
{
	db_ask_set_ahead(neutron, &SQL_NEUTRON_PORT_LIST_BY_DEVICES, instance_uuids, &port_shape, "device_id");
	if (have->has_blocks)
		db_ask_set_ahead(neutron, &SQL_NEUTRON_BLOCK_LIST_BY_DEVICES, instance_uuids, &block_shape, "id");
}

int ports_of_devices(struct db *neutron, const struct neutron_columns *have, const struct words *instance_uuids,
    struct ports *out, struct error *err)
{
	struct blocks waiting;

	if (db_read_set(neutron, &SQL_NEUTRON_PORT_LIST_BY_DEVICES, instance_uuids, &port_shape, "device_id", &out->rows,
		err) != 0)
		return -1;
	if (!have->has_blocks || out->n == 0)
		return 0;
	if (db_read_set(neutron, &SQL_NEUTRON_BLOCK_LIST_BY_DEVICES, instance_uuids, &block_shape, "id", &waiting.rows, err) !=
	    0) {
		ports_free(out);
		return -1;
	}
	take_blocks(&waiting, out);
	return 0;
}

struct port *ports_find(const struct ports *all, const char *instance_uuid, size_t *n)
{
	struct port *first = NULL;

	*n = 0;
	for (struct port *p = all->v; p < all->v + all->n; p++) {
		if (strcmp(p->device_id, instance_uuid) != 0)
			continue;
		first = first ? first : p;
		++*n;
	}
	return first;
}

/* ---- what it means */

static bool is_bound_to(const struct port *port, const char *host)
{
	return str_equal(port->host, host) && port->vif_type && !str_equal(port->vif_type, "unbound") &&
	    !str_equal(port->vif_type, "binding_failed");
}

static bool is_known_status(const char *status)
{
	static const char *const known[] = { "ACTIVE", "DOWN", "BUILD", "ERROR" };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(status, known[i]) == 0)
			return true;
	return false;
}

static enum port_state state_on(const struct port *port, const char *host)
{
	if (!is_bound_to(port, host))
		return PORT_NOT_READY;
	if (strcmp(port->status, "ACTIVE") == 0)
		return PORT_READY;
	if (!is_known_status(port->status))
		return PORT_UNKNOWN;
	return port->admin_state_up ? PORT_NOT_READY : PORT_OFF;
}

static void say_binding(const struct port *port, const char *host, struct str *why)
{
	if (!port->host || !*port->host)
		str_add(why, _("neutron has bound it to no host"));
	else if (!str_equal(port->host, host))
		str_addf(why, _("neutron has bound it to host '%s'"), port->host);
	else if (str_equal(port->vif_type, "binding_failed"))
		str_addf(why, _("neutron could not bind it on host '%s' (binding_failed)"), host);
	else
		str_addf(why, _("neutron has not yet bound it on host '%s'"), host);
}

/* Who has not reported yet; "L2" of OVN too (mech_driver.py: _insert_port_provisioning_block), where it stands for
 * ovn-controller. */
static void say_block(const struct port *port, struct str *why)
{
	if (!port->waits_for)
		str_addf(why, _("its status is %s"), port->status);
	else if (strcmp(port->waits_for, "L2") == 0)
		str_addf(why, _("the network agent of host '%s' has not reported it"), port->host);
	else if (strcmp(port->waits_for, "DHCP") == 0)
		str_add(why, _("no DHCP agent of its network has reported it"));
	else
		str_addf(why, _("neutron waits for %s"), port->waits_for);
}

enum port_state port_on_host(const struct port *port, const char *host, struct str *why)
{
	enum port_state state = state_on(port, host);

	if (!why || state == PORT_READY)
		return state;
	if (state == PORT_UNKNOWN)
		str_addf(why, _("its status '%s' is none of neutron's"), port->status);
	else if (state == PORT_OFF)
		str_add(why, _("it is administratively down"));
	else if (is_bound_to(port, host))
		say_block(port, why);
	else
		say_binding(port, host, why);
	return state;
}

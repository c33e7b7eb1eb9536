/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/evacuation.h"
#include "prove_internal.h"
#include "util/lang.h"
#include "util/str.h"

/* Its ports, of which neutron's rows tell the instance's, and nova's info cache the plugged ones: each has to be in both, bound
 * to the host that the instance is on, and ACTIVE. */

/* One look at all ports of an instance. */
struct looked {
	const struct arrived *at;
	const struct candidate *candidate; /* as it was on the failed host; NULL: not known */
	struct ports ports;
	struct vifs vifs;
	struct str why;              /* of the first that is not ready, or was not looked at */
	struct str note;             /* of the first that is as ready as it will be */
	size_t not_ready, as_before; /* of the ports; as_before: DOWN on the failed host, too */
	bool unknown;
};

static bool is_cached(const struct vifs *vifs, const char *port_id)
{
	for (size_t i = 0; i < vifs->n; i++)
		if (str_equal(vifs->v[i].port_id, port_id))
			return true;
	return false;
}

static const struct port *port_of_id(const struct ports *ports, const char *id)
{
	for (size_t i = 0; i < ports->n; i++)
		if (str_equal(ports->v[i].id, id))
			return &ports->v[i];
	return NULL;
}

static bool port_is_down(const struct port *port)
{
	return str_equal(port->status, "DOWN") || str_equal(port->status, "BUILD");
}

/* All but its status is as it has to be. */
static bool is_bound(const struct port *port, const char *host)
{
	struct port up = *port;

	up.status = "ACTIVE";
	return port_on_host(&up, host, NULL) == PORT_READY;
}

/* Its guest does not run, so that nothing is plugged in, and its agent (or OVN) has reported that (neutron
 * plugins/ml2/rpc.py: update_device_down; ovn mech_driver.py: set_port_status_down). */
static bool rests(const struct looked *l, const struct port *port)
{
	return (str_equal(l->at->vm_state, "stopped") || str_equal(l->at->vm_state, "suspended")) && port_is_down(port) &&
	    is_bound(port, l->at->host);
}

/* Of an instance that ran: some drivers never report such a port, or it was broken before. A dead host's ports stay ACTIVE. */
static bool was_down_before(const struct looked *l, const struct port *port)
{
	const struct port *then = l->candidate ? port_of_id(&l->candidate->ports, port->id) : NULL;

	return then && str_equal(l->candidate->instance->vm_state, "active") && then->admin_state_up && port_is_down(then) &&
	    is_bound(then, l->candidate->instance->host) && is_bound(port, l->at->host);
}

static void note_not_ready(struct looked *l, const struct port *port, const char *why)
{
	l->as_before += was_down_before(l, port);
	if (l->not_ready++ > 0)
		return;
	str_clear(&l->why);
	str_addf(&l->why, _("port %s: %s"), port->id, why);
	if (was_down_before(l, port))
		str_addf(&l->why, _(", as on '%s' before"), l->candidate->instance->host);
	if (l->vifs.known && !is_cached(&l->vifs, port->id))
		str_add(&l->why, _("; nova's network info of the instance does not have it"));
}

static void look_at_port(struct looked *l, const struct port *port)
{
	auto_str struct str why = { 0 };
	enum port_state state = port_on_host(port, l->at->host, &why);

	if (state == PORT_NOT_READY && !rests(l, port)) {
		note_not_ready(l, port, str_or(why.s, ""));
	} else if (state == PORT_UNKNOWN && !l->not_ready && !l->unknown) {
		str_addf(&l->why, _("port %s: %s"), port->id, str_or(why.s, ""));
	} else if (state != PORT_READY && !l->note.n) {
		str_addf(&l->note, _("port %s: %s"), port->id, str_or(why.s, ""));
	}
	l->unknown |= state == PORT_UNKNOWN;
}

/* nova has plugged it in, and neutron does not know it as this instance's. */
static void look_at_vif(struct looked *l, const struct vif *vif)
{
	if (port_of_id(&l->ports, vif->port_id))
		return;
	if (l->not_ready++ == 0) {
		str_clear(&l->why);
		str_addf(&l->why, _("port %s: neutron has no such port of this instance"), vif->port_id);
	}
}

static enum network look_at_all(struct looked *l)
{
	for (size_t i = 0; i < l->ports.n; i++)
		look_at_port(l, &l->ports.v[i]);
	for (size_t i = 0; i < l->vifs.n; i++)
		look_at_vif(l, &l->vifs.v[i]);
	if (l->not_ready > 1)
		str_addf(&l->why, l->not_ready == 2 ? _("; and %zu more port") : _("; and %zu more ports"), l->not_ready - 1);
	return l->not_ready ? NETWORK_NOT_READY :
	    l->unknown      ? NETWORK_NOT_LOOKED_AT :
	    l->ports.n      ? NETWORK_READY :
			      NETWORK_NONE;
}

/* A text that is the same as before is not kept again: one that waits is looked at for an hour, perhaps. */
static void say(struct work *work, struct evacuation *e, enum network network, const char *why)
{
	e->network = network;
	if (!str_equal(e->network_why, why))
		e->network_why = why ? arena_dup(&work->plan.arena, why) : NULL;
}

static void say_seen(struct work *work, struct evacuation *e, const struct looked *l, enum network network)
{
	auto_str struct str text = { 0 };

	e->network_as_before = l->not_ready > 0 && l->as_before == l->not_ready;
	if (network == NETWORK_NOT_READY)
		str_addf(&text, _("on '%s', but its network is not ready: %s"), l->at->host, l->why.s);
	say(work, e, network, network == NETWORK_NOT_READY ? text.s : network == NETWORK_NOT_LOOKED_AT ? l->why.s : l->note.s);
}

static int read_ports(const struct unit *unit, const struct proof *proof, struct looked *l, struct error *err)
{
	const char *uuid = unit->step[0].id;

	if (vifs_of_instance(proof->cell, uuid, &l->vifs, err) != 0)
		return -1;
	if (!proof->neutron)
		return 0;
	return ports_of_device(proof->neutron, &proof->neutron_columns, uuid, &l->ports, err);
}

static void looked_free(struct looked *l)
{
	ports_free(&l->ports);
	vifs_free(&l->vifs);
	str_free(&l->why);
	str_free(&l->note);
}

/* Without neutron nova's own word is good for one thing: that there are no ports. */
static void see(struct work *work, struct unit *unit, struct looked *l, const struct proof *proof)
{
	struct evacuation *e = unit->evacuation;

	if (proof->neutron)
		say_seen(work, e, l, look_at_all(l));
	else if (l->vifs.known && l->vifs.n == 0)
		say(work, e, NETWORK_NONE, NULL);
	else
		say(work, e, NETWORK_NOT_LOOKED_AT, proof->neutron_absent);
}

const char *network_look(struct work *work, struct unit *unit, const struct arrived *at, const struct proof *proof)
{
	struct looked l = { .at = at, .candidate = unit->candidate };
	const char *wrong = NULL;
	struct error err = { 0 };

	if (!at->host) /* shelved by its user since: whatever its ports were, they are bound to nothing now */
		return NULL;
	if (read_ports(unit, proof, &l, &err) == 0)
		see(work, unit, &l, proof);
	else if (proof->last)
		say(work, unit->evacuation, NETWORK_NOT_LOOKED_AT, err.text);
	else
		wrong = arena_printf(&work->plan.arena, _("its ports could not be read: %s"), err.text);
	looked_free(&l);
	return wrong;
}

void prove_network(struct work *work, struct unit *unit, struct db *cell, const struct arrived *at)
{
	struct proof proof = { .cell = cell,
		.neutron = work->world.neutron_db,
		.neutron_absent = work->world.neutron_absent,
		.last = true };
	struct error err = { 0 };

	if (proof.neutron && neutron_columns_probe(proof.neutron, &proof.neutron_columns, &err) != 0) {
		proof.neutron = NULL;
		proof.neutron_absent = err.text;
	}
	network_look(work, unit, at, &proof);
}

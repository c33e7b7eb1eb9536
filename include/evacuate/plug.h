/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVACUATE_PLUG_H
#define EVACUATE_PLUG_H

#include "apply/work.h"
#include "find/scene.h"
#include "model/neutron/port.h"
#include "model/nova/vif.h"
#include "plan/evacuation.h"

/* A nova-compute that has rebuilt an instance starts its guest paused and waits for one event network-vif-plugged of every vif
 * that the instance's info cache has inactive (nova virt/libvirt/driver.py: _create_guest_with_network, _get_neutron_events);
 * after vif_plugging_timeout it gives up and leaves the instance in ERROR. neutron says it by way of nova-api when the port has
 * become ACTIVE (neutron notifiers/nova.py), and drops it for ever when nova-api does not answer. Then it is said here.
 *
 * A compute believes what it is told. So nothing is said that neutron's own rows do not prove: ML2 turns a port DOWN in the
 * transaction that binds it to another host (neutron plugins/ml2/plugin.py: _process_port_binding), and only that host's agent
 * makes it ACTIVE again, after the vif was plugged, which is after the compute began to wait. A port that is ACTIVE and bound
 * to the compute, read after the compute was seen waiting, is therefore plugged there.
 *
 * plug.c decides and knows nothing but its arguments; plugging.c reads, says and records. */

#define PLUG_EVENT "network-vif-plugged"
#define PLUG_REPEAT_MS 5000 /* an event that comes before the compute waits is lost: it is said again while the state lasts */
#define PLUG_GRACE_MS 10000 /* neutron's own way by a nova-api that answers goes first: it takes a second or two */
/* what was read before that is read again: an attempt to rebuild may have failed since, and the next one wait for the same port
 */
#define PLUG_STALE_MS 10000

struct plug_facts {
	const char *status, *dest, *task_state; /* of migration and instance, read first; NULL: none */
	const struct vif *vif;                  /* of the info cache, read after them */
	const struct port *port; /* the same port in neutron's database, read last; NULL: it has none of that id */
	bool nova_api;           /* it answers, asked after that */
	int64_t read_ms, now_ms; /* when the first of it was read; and now */
};
enum plug_answer {
	PLUG_NOTHING, /* the compute waits for no event of this vif */
	PLUG_WAIT,
	PLUG_TELL,
};

/* Does the compute wait for this vif's event now? */
bool plug_is_waited_for(const struct plug_facts *facts);
/* Would it make a difference whether nova-api answers? ${facts}->nova_api is not looked at. */
bool plug_asks_for_api(const struct plug_facts *facts, const struct plug *plug);
/* ${plug} is what is remembered of this port; its proved_ms follows the facts, its tried_ms is set by who tells. ${why}: with
 * PLUG_WAIT what it waits for, as a sentence without an end. */
enum plug_answer plug_decide(const struct plug_facts *facts, struct plug *plug, struct str *why);

/* Could the compute that builds it wait for an event at all? A port that was ACTIVE on the failed host is DOWN once it is bound
 * to another one, so each counts, as the info cache had it before; where that is not known: yes. No where the site says that
 * its computes do not wait. */
bool plug_may_be_awaited(const struct scene *scene, const struct unit *unit);

/* As long as evacuations are followed. Zero to begin with. */
struct plugging {
	struct cell_bus on; /* of the failed host's cell, opened when something is to be said */
	bool bus_opened, columns_known, nova_api;
	struct neutron_columns columns;
	int64_t read_ms;                                        /* when the states of this look were read */
	int64_t bus_failed_ms, neutron_failed_ms, api_asked_ms; /* 0: never */
};
/* One look at all evacuations under way: reads in the order that the proof needs, tells each compute what is proved, and
 * records it. What could not be read or said now is tried again with the next look. */
void plugging_look(struct work *work, struct plugging *plugging);
void plugging_end(struct plugging *plugging);

#endif

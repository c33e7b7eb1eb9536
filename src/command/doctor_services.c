/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "doctor.h"
#include "util/lang.h"

/* The services that an evacuation needs beside nova's own, each by the cheapest look that tells it: an answer without a token,
 * heartbeats. */

static const char *const peer_hint[PEERS] = {
	[PEER_PLACEMENT] = N_("start placement, or correct [site] placement_url; without placement every evacuation fails"),
	[PEER_NEUTRON] = N_("start neutron-server, or correct [site] neutron_url; without neutron every evacuation gets stuck"),
	[PEER_CINDER] = N_("start cinder-api, or correct [site] cinder_url; without it instances with volumes end in ERROR"),
	[PEER_KEYSTONE] = N_("start keystone, or correct [site] keystone_url; without it nova gets no new token"),
	[PEER_NOVA] = N_(
	    "without nova-api neutron cannot tell nova that a port is plugged: give neutron's configuration with --neutron-config-file"),
};
static const char *const peer_hint_unknown[PEERS] = {
	[PEER_PLACEMENT] = N_(
	    "set [site] placement_url in evac-manage.conf, or give keystone.conf: --keystone-config-file FILE"),
	[PEER_NEUTRON] = N_("set [site] neutron_url in evac-manage.conf, or give keystone.conf: --keystone-config-file FILE"),
	[PEER_CINDER] = N_("set [site] cinder_url in evac-manage.conf, or give keystone.conf: --keystone-config-file FILE"),
	[PEER_KEYSTONE] = N_("set [site] keystone_url in evac-manage.conf, or give keystone.conf: --keystone-config-file FILE"),
	[PEER_NOVA] = N_("set [site] nova_url in evac-manage.conf, or give keystone.conf: --keystone-config-file FILE"),
};

/* nova-api may be off where neutron's database can be read, or where no compute waits for its ports: vif-event-undeliverable.
 */
static bool doctor_needs(const struct world *w, enum peer peer)
{
	return peer != PEER_NOVA || (!w->neutron_db && w->site.computes_wait_for_ports);
}

static void check_peer(struct exam *e, const struct scene *scene, enum peer peer)
{
	const struct peer_fact *fact = &scene->peers.v[peer];
	unsigned works = doctor_needs(scene->world, peer) ? EVACUATIONS : 0;
	auto_str struct str said = { 0 };

	peer_say(peer, fact, &said);
	if (peer == PEER_NOVA && scene->witness.nova_api && !scene_neutron_tells(scene))
		exam_tell(e, peer_name[peer], works, works ? FAIL : WARN, works ? peer_hint[peer] : NULL,
		    "%s (address from %s); but neutron is set up not to notify nova (notify_nova_on_port_status_changes)",
		    said.s, fact->origin);
	else if (fact->own && peer_state(fact) == PEER_ANSWERS)
		exam_tell(e, peer_name[peer], works, works ? NOT_ASKED : WARN, peer_hint_unknown[peer],
		    "%s (address from %s); whether neutron asks this one is not known", said.s, fact->origin);
	else if (peer_state(fact) == PEER_ANSWERS)
		exam_tell(e, peer_name[peer], works, FIT, NULL, "%s (address from %s)", said.s, fact->origin);
	else if (peer_state(fact) == PEER_DOWN)
		exam_tell(e, peer_name[peer], works, works ? FAIL : WARN, works ? peer_hint[peer] : NULL,
		    "%s (address from %s)", said.s, fact->origin);
	else if (fact->looked && fact->look.answer == HTTP_UNTRUSTED)
		exam_tell(e, peer_name[peer], works, NOT_ASKED, N_("check its certificate, and cafile in nova.conf"), "%s",
		    said.s);
	else
		exam_tell(e, peer_name[peer], works, works ? NOT_ASKED : WARN, peer_hint_unknown[peer], "%s", said.s);
}

/* By host: one is as good as its agent that plugs ports in. */
static void count_pluggers(const struct neutron_agents *agents, unsigned down_s, size_t *all, size_t *alive)
{
	struct neutron_pluggers pluggers;
	const char *last = NULL;

	neutron_pluggers_open(&pluggers, agents);
	*all = *alive = 0;
	for (const struct neutron_agent *a = agents->v; a < agents->v + agents->n; a++) {
		enum plugger plugger = neutron_plugger_of(&pluggers, a->host, down_s);

		if (plugger == PLUGGER_UNKNOWN || (last && strcmp(last, a->host) == 0))
			continue;
		last = a->host;
		(*all)++;
		*alive += plugger == PLUGGER_ALIVE;
	}
	neutron_pluggers_free(&pluggers);
}

static void check_agents(struct exam *e, const struct world *w)
{
	struct neutron_agents agents = { 0 };
	struct neutron_columns have;
	struct error err = { 0 };
	size_t all, alive;

	if (!w->neutron_db)
		return;
	if (neutron_columns_probe(w->neutron_db, &have, &err) != 0 ||
	    (have.has_agents && neutron_agents_list(w->neutron_db, &have, NULL, &agents, &err) != 0)) {
		exam_tell(e, "neutron agents", EVACUATIONS, FAIL, err.hint, "%s", err.text);
		return;
	}
	count_pluggers(&agents, w->neutron.agent_down_time_s, &all, &alive);
	if (all == 0)
		exam_tell(e, "neutron agents", 0, WARN, "with OVN: ovn-sbctl show",
		    "neutron's database has no agent that plugs ports in: their state is not known");
	else
		exam_tell(e, "neutron agents", EVACUATIONS,
		    alive == 0      ? FAIL :
			alive < all ? WARN :
				      FIT,
		    "start the neutron agents of the hosts; instances with ports cannot start where none is alive",
		    "the agents of %zu of %zu hosts that plug ports in have reported in the last %u s", alive, all,
		    w->neutron.agent_down_time_s);
	neutron_agents_free(&agents);
}

static void check_service_token(struct exam *e, const struct scene *scene)
{
	if (scene->world->nova.sends_service_token)
		exam_tell(e, "service user", 0, FIT, NULL, "nova.conf turns on service tokens for its calls of cinder");
	else
		exam_tell(e, "service user", 0, WARN,
		    "on the computes: [service_user] send_service_user_token = true and its login, then restart nova-compute",
		    "the nova.conf that was read has no [service_user] send_service_user_token = true: a cinder with the fix of OSSA-2023-003 refuses to detach a volume");
}

void doctor_check_services(struct exam *e, struct scene *scene)
{
	if (!scene->world->has_nova_config)
		return;
	scene_find_peers(scene);
	scene_look_at_peers(scene, (1u << PEERS) - 1);
	for (int peer = 0; peer < PEERS; peer++)
		check_peer(e, scene, (enum peer)peer);
	check_service_token(e, scene);
	check_agents(e, scene->world);
}

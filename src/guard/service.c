/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"
#include "util/lang.h"
#include "util/str.h"

/* The services that nova asks in an evacuation. cinder-api alone is not needed by all: instances without volumes go without. */

/* What nova makes of an evacuation without it (nova 26, measured), by how it is down: an answer that never comes is waited for,
 * for nova's clients have no time-out. */
static const char *const without[PEERS] = {
	[PEER_PLACEMENT] = N_("nova would leave every instance in ERROR (No valid host was found)"),
	[PEER_NEUTRON] = N_("every instance would be stuck in 'rebuilding'"),
	[PEER_CINDER] = N_("every instance would be left in ERROR"),
	[PEER_KEYSTONE] = N_("an instance is stuck in 'rebuilding' as soon as one process of nova needs a new token"),
};

static const char *consequence(const struct scene *scene, enum peer peer)
{
	return scene->peers.v[peer].look.answer == HTTP_HANGS ? _("every evacuation would wait for it without end") :
								_(without[peer]);
}

static bool is_down(const struct scene *scene, enum peer peer)
{
	return scene->peers.known && peer_state(&scene->peers.v[peer]) == PEER_DOWN;
}

/* Of those that are left in so far: has one of them no volumes? */
static bool any_without_volumes(const struct scene *scene, const struct findings *out)
{
	EACH_WANTED(c, scene)
		if (c->nvolume == 0 && !findings_skip(out, c->instance->uuid))
			return true;
	return false;
}

static bool any_with_volumes(const struct scene *scene, const struct findings *out)
{
	EACH_TAKEN(t, scene, out)
		if (t.c->nvolume > 0)
			return true;
	return false;
}

static bool goes_without_cinder(const struct scene *scene)
{
	return request_accepts(scene->request, "service-needed-down", peer_name[PEER_CINDER]);
}

/* Where all have volumes the run is stopped, too: it would end as if nothing was to do. Who accepts that one accepts these. */
void guard_cinder_api_down(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str said = { 0 };

	if (!is_down(scene, PEER_CINDER))
		return;
	peer_say(PEER_CINDER, &scene->peers.v[PEER_CINDER], &said);
	EACH_WANTED(c, scene)
		if (c->nvolume > 0 && !findings_skip(out, c->instance->uuid)) {
			guard_found(self, scene, out, c->instance->uuid, NULL, "%s has volumes, and %s",
			    str_or(c->instance->name, c->instance->uuid), said.s);
			out->v[out->n - 1].accepted |= goes_without_cinder(scene);
		}
}

static void report_down_peer(const struct guard *self, const struct scene *scene, enum peer peer, struct findings *out)
{
	auto_str struct str said = { 0 };

	peer_say(peer, &scene->peers.v[peer], &said);
	guard_found(self, scene, out, peer_name[peer], NULL, "%s: %s (address from %s)", said.s, consequence(scene, peer),
	    scene->peers.v[peer].origin);
}

/* Those that cinder_api_down() has left out, or would have. */
static bool any_needs_cinder(const struct scene *scene, const struct findings *out)
{
	const struct finding *skip;

	EACH_WANTED(c, scene)
		if (c->nvolume > 0) {
			skip = findings_skip(out, c->instance->uuid);
			if (skip ? strcmp(skip->code, "cinder-api-down") == 0 : goes_without_cinder(scene))
				return true;
		}
	return false;
}

/* A run that takes nothing needs nothing. One instance that is asked for is refused by what leaves it out. */
void guard_service_needed_down(const struct guard *self, const struct scene *scene, struct findings *out)
{
	static const enum peer by_all[] = { PEER_PLACEMENT, PEER_NEUTRON, PEER_KEYSTONE };
	bool takes = any_without_volumes(scene, out), takes_volumes = any_with_volumes(scene, out);

	for (size_t i = 0; i < sizeof by_all / sizeof *by_all; i++)
		if (is_down(scene, by_all[i]) && (takes || takes_volumes))
			report_down_peer(self, scene, by_all[i], out);
	if (is_down(scene, PEER_CINDER) && !takes && !scene->request->what.id && any_needs_cinder(scene, out))
		report_down_peer(self, scene, PEER_CINDER, out);
}

static void report_unchecked(const struct guard *self, const struct scene *scene, enum peer peer, struct findings *out)
{
	static const char *const key[PEERS] = { "placement_url", "neutron_url", "cinder_url", "keystone_url", "nova_url" };
	const struct peer_fact *fact = &scene->peers.v[peer];
	auto_str struct str said = { 0 }, hint = { 0 };

	peer_say(peer, fact, &said);
	str_addf(&hint, _("give its address: [site] %s in evac-manage.conf; or check it by hand"), key[peer]);
	if (fact->looked)
		guard_found(self, scene, out, peer_name[peer], N_("check its certificate, and cafile in nova.conf"), "%s",
		    said.s);
	else
		guard_found(self, scene, out, peer_name[peer], hint.s, "%s was not checked: %s", peer_name[peer], said.s);
}

/* Does a run rely on nova-api at an address that only nova.conf has? */
static bool relies_on_own_nova(const struct scene *scene)
{
	return scene->peers.v[PEER_NOVA].own && scene_neutron_tells(scene) && scene->world->site.computes_wait_for_ports &&
	    (scene->request->how.no_wait || !scene->neutron.known);
}

static void report_own_nova(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_TAKEN(t, scene, out)
		if (vifs_may_be_awaited(&t.c->vifs)) {
			guard_found(self, scene, out, peer_name[PEER_NOVA],
			    N_("give the address at which neutron reaches it: [site] nova_url in evac-manage.conf"),
			    "nova-api answers at %s, where nova.conf has it listen; whether neutron reaches it, to tell nova-computes of their ports, is not known",
			    scene->witness.nova_api);
			return;
		}
}

void guard_service_not_checked(const struct guard *self, const struct scene *scene, struct findings *out)
{
	bool takes = any_without_volumes(scene, out), takes_volumes = any_with_volumes(scene, out);

	for (int peer = 0; peer < PEER_NOVA && scene->peers.known; peer++)
		if (peer_state(&scene->peers.v[peer]) == PEER_UNKNOWN && (takes_volumes || (takes && peer != PEER_CINDER)))
			report_unchecked(self, scene, (enum peer)peer, out);
	if (relies_on_own_nova(scene))
		report_own_nova(self, scene, out);
}

/* cinder volume/api.py: attachment_deletion_allowed() since OSSA-2023-003 lets only a service's token delete an attachment of
 * an instance. Every other caller it makes wait for nova-api, and refuses it: nova says that the instance uses the volume, as
 * it does (409), or does not answer. The computes' own nova.conf is not seen here. No cinder before Train has the fix. */
#define FIRST_WITH_FIX 20

void guard_service_token_missing(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (!scene->peers.known || scene->world->nova.sends_service_token || !any_with_volumes(scene, out) ||
	    (scene->nova.release && scene->nova.release->nova < FIRST_WITH_FIX))
		return;
	guard_found(self, scene, out, "nova.conf", NULL,
	    "the nova.conf that was read here has no [service_user] send_service_user_token = true: cinder refuses to detach the volumes");
}

/* ---- neutron's agents */

static bool any_with_ports(const struct scene *scene, const struct findings *out)
{
	EACH_TAKEN(t, scene, out)
		if (t.c->vifs.n > 0)
			return true;
	return false;
}

static bool may_take(const struct scene *scene, const struct nova_service *s)
{
	return strcmp(s->binary, "nova-compute") == 0 && !s->disabled && nova_service_is_up(s, scene->nova.down_s) &&
	    !str_equal(s->host, scene->subject.host);
}

static bool has_dead_agent(const struct scene *scene, const struct neutron_pluggers *pluggers, const char *host)
{
	return neutron_plugger_of(pluggers, host, scene->neutron.down_s) == PLUGGER_DEAD;
}

/* How many hosts the scheduler could pick, and how many of them have dead agents. */
static size_t count_takers(const struct scene *scene, const struct neutron_pluggers *pluggers, size_t *dead)
{
	const struct nova_services *all = &scene->nova.home->services;
	size_t n = 0;

	*dead = 0;
	for (const struct nova_service *s = all->v; s < all->v + all->n; s++) {
		if (!may_take(scene, s))
			continue;
		n++;
		*dead += has_dead_agent(scene, pluggers, s->host);
	}
	return n;
}

void guard_target_agent_down(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const char *target = scene->request->what.target_host;
	struct neutron_pluggers pluggers;
	size_t n, dead;

	if (!scene->neutron.known || !scene->nova.home || !any_with_ports(scene, out))
		return;
	neutron_pluggers_open(&pluggers, &scene->neutron.agents);
	n = count_takers(scene, &pluggers, &dead);
	if (target && has_dead_agent(scene, &pluggers, target))
		guard_found(self, scene, out, target, NULL,
		    "the neutron agent of '%s' has not reported for more than %u s: no port is plugged in there", target,
		    scene->neutron.down_s);
	else if (!target && n > 0 && dead == n)
		guard_found(self, scene, out, "neutron", "start the neutron agents of the hosts",
		    "the neutron agents of all %zu hosts that are up and enabled have not reported for more than %u s", n,
		    scene->neutron.down_s);
	neutron_pluggers_free(&pluggers);
}

void guard_neutron_agent_down(const struct guard *self, const struct scene *scene, struct findings *out)
{
	struct neutron_pluggers pluggers;
	size_t n, dead;

	if (!scene->neutron.known || !scene->nova.home || scene->request->what.target_host || !any_with_ports(scene, out))
		return;
	neutron_pluggers_open(&pluggers, &scene->neutron.agents);
	n = count_takers(scene, &pluggers, &dead);
	for (const struct nova_service *s = scene->nova.home->services.v;
	     dead < n && s < scene->nova.home->services.v + scene->nova.home->services.n; s++)
		if (may_take(scene, s) && has_dead_agent(scene, &pluggers, s->host))
			guard_found(self, scene, out, s->host, NULL,
			    "the neutron agent of '%s' has not reported for more than %u s, and the scheduler may pick that host",
			    s->host, scene->neutron.down_s);
	neutron_pluggers_free(&pluggers);
}

/* ---- the scheduler */

void guard_messages_stay(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const char *topic = scene->world->nova.conductor_topic;
	const struct bus *bus = scene->world->bus;

	if (!scene->bus.has_exchange || bus_lets_expire(bus))
		return;
	if (*bus_version(bus))
		guard_found(self, scene, out, topic, NULL, "RabbitMQ %s does not let a message in a quorum queue expire (%s)",
		    bus_version(bus), bus_server(bus));
	else
		guard_found(self, scene, out, topic, NULL,
		    "the broker does not say its version, and may not let a message in a quorum queue expire (%s)",
		    bus_server(bus));
}

void guard_scheduler_backlog(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct bus_queue *first = &scene->bus.scheduler, *then = &scene->bus.scheduler_then;

	if (!scene->bus.has_exchange || first->messages == 0 || then->messages == 0 || then->consumers == 0)
		return;
	guard_found(self, scene, out, SCHEDULER_QUEUE, NULL,
	    "queue '%s' on %s has %u consumer%s, and %u message%s waited in it, a second later %u", SCHEDULER_QUEUE,
	    bus_server(scene->world->bus), (unsigned)then->consumers, then->consumers == 1 ? "" : "s",
	    (unsigned)first->messages, first->messages == 1 ? "" : "s", (unsigned)then->messages);
}

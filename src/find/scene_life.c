/* SPDX-License-Identifier: Apache-2.0 */
#include "find/scene.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "model/cinder/volume.h"
#include "model/neutron/agent.h"
#include "model/session.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/resolve.h"
#include "util/str.h"

#define KNOCK_MS 1500 /* a SYN that was lost is sent again after a second */
#define KNOCK_AGAIN_MS 300
#define BROKERS_MAX 16
#define RESOLVE_MS 1500 /* a broker's name */

enum { DOOR_OTHER = LIFE_ADDRESSES, DOOR_BROKER };

/* Another compute of the host's cell that reports and has an address of its own: NULL: none. */
static const char *living_compute(const struct scene *scene)
{
	const struct cell_facts *cell = scene->nova.home;

	for (size_t i = 0; cell && i < cell->services.n; i++) {
		const struct nova_service *s = &cell->services.v[i];

		if (str_equal(s->binary, "nova-compute") && !str_equal(s->host, scene->subject.host) &&
		    nova_service_is_up(s, scene->nova.down_s) && scene_address_of(scene, s->host))
			return s->host;
	}
	return NULL;
}

/* ---- its addresses */

static void add_tried(struct scene *scene, const char *address)
{
	struct life_facts *life = &scene->life;

	if (!address || !*address || address_is_loopback(address) || life->ntried == LIFE_ADDRESSES)
		return;
	for (size_t i = 0; i < life->ntried; i++)
		if (strcmp(life->tried[i], address) == 0)
			return;
	for (size_t i = 0; i < scene->nova.ncell; i++)
		for (size_t k = 0; k < scene->nova.cell[i].nodes.n; k++)
			if (!str_equal(scene->nova.cell[i].nodes.v[k].host, scene->subject.host) &&
			    str_equal(scene->nova.cell[i].nodes.v[k].host_ip, address))
				return;
	life->tried[life->ntried++] = arena_dup(&scene->arena, address);
}

static void add_tunnel_ends(struct scene *scene)
{
	struct host_addresses found = { 0 };
	struct error err = { 0 };
	struct neutron_columns columns;

	if (!scene->world->neutron_db || neutron_columns_probe(scene->world->neutron_db, &columns, &err) != 0 ||
	    !columns.has_agents)
		return;
	if (neutron_addresses_of(scene->world->neutron_db, scene->subject.host, &found, &err) != 0)
		log_info("not asked: %s", err.text);
	for (size_t i = 0; i < found.n; i++)
		add_tried(scene, found.v[i].address);
	host_addresses_free(&found);
}

/* One attachment tells it: they are all of one host. */
static void add_storage_side(struct scene *scene)
{
	struct error err = { 0 };
	const char *address = NULL;

	for (const struct candidate *c = scene->subject.candidate;
	     scene->world->cinder_db && c < scene->subject.candidate + scene->subject.ncandidate; c++)
		for (const struct volume_fact *v = c->volume; v < c->volume + c->nvolume; v++) {
			if (!v->bdm->attachment_id)
				continue;
			if (attachment_address(scene->world->cinder_db, v->bdm->attachment_id, scene->subject.host,
				&scene->arena, &address, &err) != 0)
				log_info("not asked: %s", err.text);
			add_tried(scene, address);
			return;
		}
}

/* Where a name has several, one that answers is enough. NULL: it has none, or no name server tells it in time. */
static const char *numeric_address_of(struct scene *scene, const char *name)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char text[64];
	const char *number = NULL;

	if (name_resolve(name, NULL, &hints, RESOLVE_MS, &found) == 0 &&
	    getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) == 0)
		number = arena_dup(&scene->arena, text);
	if (found)
		freeaddrinfo(found);
	return number;
}

/* The brokers of the control plane's nova.conf, at their own ports. */
static size_t add_broker_doors(struct scene *scene, const struct transport_url *url, uint16_t port[BROKERS_MAX],
    struct door *door)
{
	size_t n = url->nbroker < BROKERS_MAX ? url->nbroker : BROKERS_MAX;

	for (size_t i = 0; i < n; i++) {
		port[i] = (uint16_t)url->broker[i].port;
		door[i] = (struct door){ .address = str_or(numeric_address_of(scene, url->broker[i].host), url->broker[i].host),
			.port = &port[i],
			.nport = 1 };
	}
	return n;
}

static void note_dumb_broker(struct scene *scene, const struct transport_url *url, const struct door *door, size_t n)
{
	for (size_t i = 0; i < n && !scene->life.dumb_broker; i++)
		if (door[i].answer != KNOCK_OPEN && door[i].answer != KNOCK_NOWHERE)
			scene->life.dumb_broker = arena_printf(&scene->arena, "%s:%u", url->broker[i].host,
			    (unsigned)door[i].port[0]);
}

static struct door door_of(const struct scene *scene, const char *address)
{
	const struct site_config *site = &scene->world->site;

	return (struct door){ .address = address, .port = site->life_port, .nport = address ? site->nlife_port : 0 };
}

/* The strongest answer of all its addresses. */
static void note_answers(struct life_facts *life, const struct door *door)
{
	life->address = life->ntried ? life->tried[0] : NULL;
	life->answer = KNOCK_NOWHERE;
	life->port = 0;
	for (size_t i = 0; i < life->ntried; i++) {
		if (door[i].answer <= life->answer)
			continue;
		life->address = door[i].address;
		life->answer = door[i].answer;
		life->port = door[i].at;
	}
}

static void open_doors(const struct scene *scene, struct door door[LIFE_ADDRESSES])
{
	for (size_t i = 0; i < LIFE_ADDRESSES; i++)
		door[i] = door_of(scene, i < scene->life.ntried ? scene->life.tried[i] : NULL);
}

void scene_find_life(struct scene *scene)
{
	const struct transport_url *brokers = &scene->world->nova.bus.url;
	struct life_facts *life = &scene->life;
	uint16_t port[BROKERS_MAX];
	struct door door[DOOR_BROKER + BROKERS_MAX];
	size_t nbroker;

	*life = (struct life_facts){ 0 };
	if (!scene->subject.host)
		return;
	add_tried(scene, scene_address_of(scene, scene->subject.host));
	add_tunnel_ends(scene);
	add_storage_side(scene);
	life->other = life->ntried ? living_compute(scene) : NULL;
	open_doors(scene, door);
	door[DOOR_OTHER] = door_of(scene, life->other ? scene_address_of(scene, life->other) : NULL);
	nbroker = add_broker_doors(scene, brokers, port, &door[DOOR_BROKER]);
	knock_at(door, DOOR_BROKER + nbroker, KNOCK_MS);
	note_answers(life, door);
	life->asked = scene->world->site.nlife_port > 0 && life->answer != KNOCK_NOWHERE;
	life->other_answer = door[DOOR_OTHER].answer;
	note_dumb_broker(scene, brokers, &door[DOOR_BROKER], nbroker);
}

/* Of several hosts all at the same time: silence takes as long for one as for all. */
void scene_knock_again(struct scene *scene)
{
	struct door *door = xcalloc((scene->each ? scene->neach : 1) * LIFE_ADDRESSES + 1, sizeof *door);
	size_t n = 0;

	EACH_HOST(h, scene)
	if (h->life.asked)
		open_doors(h, &door[LIFE_ADDRESSES * n++]);
	if (n > 0)
		knock_at(door, LIFE_ADDRESSES * n, KNOCK_AGAIN_MS);
	n = 0;
	EACH_HOST(h, scene)
	if (h->life.asked)
		note_answers(&h->life, &door[LIFE_ADDRESSES * n++]);
	free(door);
}

bool scene_answers(const struct scene *scene, struct str *why)
{
	const struct life_facts *life = &scene->life;

	if (!life->asked || life->answer < KNOCK_REFUSED)
		return false;
	if (why)
		str_addf(why,
		    life->answer == KNOCK_OPEN ? _("a connection to %s, port %u, was accepted") :
						 _("%s refused a connection to port %u, which takes a running kernel"),
		    life->address, (unsigned)life->port);
	return true;
}

bool scene_is_heard_of(const struct scene *scene)
{
	const struct life_facts *life = &scene->life;

	return life->asked && life->answer == KNOCK_SILENT && life->other && life->other_answer >= KNOCK_REFUSED;
}

static json_object *tried_json(const struct life_facts *life)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < life->ntried; i++)
		json_object_array_add(list, json_object_new_string(life->tried[i]));
	return list;
}

json_object *scene_life_json(const struct scene *scene)
{
	const struct life_facts *life = &scene->life;
	json_object *o;

	if (!life->asked)
		return NULL;
	o = json_object_new_object();
	put_text(o, "address", life->address);
	put(o, "tried", tried_json(life));
	put_text(o, "answer", knock_name[life->answer]);
	put(o, "port", life->port ? json_object_new_int(life->port) : NULL);
	put_text(o, "other", life->other);
	put_text(o, "other_answer", life->other ? knock_name[life->other_answer] : NULL);
	return o;
}

/* ---- how they came here */

const char *const wire_name[] = { "broker", "database", "network", "power", "storage" };

/* A compute's heartbeat is a message to a conductor (nova servicegroup/drivers/db.py: _report_state is an RPC there), and so is
 * that of an agent of neutron to neutron-server; consumers are connections to the broker. */
static unsigned silent_on_broker(const struct scene *scene)
{
	const struct nova_service *compute = scene->nova.compute;
	uint32_t consumers = 0, agents = 0;
	unsigned n = compute && !nova_service_reports(compute, scene->nova.down_s);

	for (const struct consumer_fact *c = scene->bus.consumer; c < scene->bus.consumer + scene->bus.nconsumer; c++)
		consumers += c->now.consumers;
	for (size_t i = 0; i < scene->agents.nqueue; i++)
		agents += scene->agents.queue[i].now.consumers;
	n += scene->bus.nconsumer > 0 && !scene->bus.queues_absent && consumers == 0;
	n += scene->agents.looked && scene->agents.rows.n > 0 && !scene_agent_speaks(scene, NULL);
	n += scene->agents.nqueue > 0 && !scene->agents.absent && agents == 0;
	return n;
}

/* cinder's services write their heartbeats into the database themselves (cinder service.py: report_state), over sessions. A
 * host without any has no session either, alive or dead. */
static unsigned silent_in_database(const struct scene *scene)
{
	size_t services = 0, up = 0;

	for (size_t i = 0; i < scene->cinder.services.n; i++)
		if (scene_is_failed_node(scene, scene->cinder.services.v[i].host)) {
			services++;
			up += cinder_service_is_up(&scene->cinder.services.v[i], scene->cinder.down_s);
		}
	if (services == 0)
		return 0;
	return (up == 0 ? 1u : 0) +
	    (scene->witness.nsession > 0 && scene_sessions_of(scene, scene->subject.host) == 0 ? 1u : 0);
}

/* A client that went away in the middle of its work: its lock is there, and it watches the disk no more. */
static bool left_a_lock(const struct scene *scene)
{
	for (const struct disk_fact *d = scene->storage.disk; d < scene->storage.disk + scene->storage.ndisk; d++)
		if (!disk_unknown(d) && str_equal(disk_state(d), "stale lock"))
			return true;
	return false;
}

struct wires scene_wires(const struct scene *scene)
{
	struct wires w = { 0 };

	if (!scene->subject.host)
		return w;
	w.of[WIRE_BROKER] = silent_on_broker(scene);
	w.of[WIRE_DATABASE] = silent_in_database(scene);
	w.of[WIRE_NETWORK] = scene_is_heard_of(scene);
	w.of[WIRE_POWER] = scene_is_off(scene);
	w.of[WIRE_STORAGE] = left_a_lock(scene);
	for (int i = 0; i < WIRES; i++) {
		w.witnesses += w.of[i];
		w.wires += w.of[i] > 0;
	}
	return w;
}

json_object *scene_wires_json(const struct scene *scene)
{
	const struct wires w = scene_wires(scene);
	json_object *o = json_object_new_object();

	for (int i = 0; i < WIRES; i++)
		put_int(o, wire_name[i], w.of[i]);
	return o;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "find/scene.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/log.h"

/* oslo.messaging names the queue of a server "TOPIC.HOST" (_drivers/amqpdriver.py: listen). An agent of linuxbridge, macvtap or
 * SR-IOV listens on the first (neutron 12 to 2026.2 plugins/ml2/drivers/…/agent: consumers [PORT, UPDATE]), one of Open vSwitch
 * on the second (openvswitch/agent/ovs_neutron_agent.py: setup_rpc: [TUNNEL, UPDATE], with tunnels or without; until 17 on the
 * first as well). ovn-controller listens on no queue. */
static const char *const topics[AGENT_QUEUES] = { "q-agent-notifier-port-update", "q-agent-notifier-tunnel-update" };

#define SILENT_SHARE 9 /* times what a look took that was in vain, before the next one */

static void keep_agents_absent(struct scene *scene, struct error *err)
{
	log_info("not asked: %s", err->text);
	scene->agents.absent = arena_dup(&scene->arena, err->text);
	scene->agents.silent = true;
	error_clear(err);
}

/* ---- rows */

static int read_agent_rows(struct scene *scene, struct db *db, struct error *err)
{
	struct agent_facts *a = &scene->agents;
	int rc = a->columns_known ? 0 : neutron_columns_probe(db, &a->columns, err);

	a->columns_known = rc == 0;
	if (rc != 0 || !a->columns.has_agents)
		return rc;
	rc = neutron_agents_list(db, &a->columns, scene->subject.host, &a->rows, err);
	a->looked = rc == 0;
	return rc;
}

static void forget_agent_rows(struct agent_facts *a)
{
	neutron_agents_free(&a->rows);
	a->rows = (struct neutron_agents){ 0 };
	a->looked = a->silent = false;
	a->absent = NULL;
}

static void find_agent_rows(struct scene *scene)
{
	struct agent_facts *a = &scene->agents;
	struct error err = { 0 };

	a->down_s = scene->world->neutron.agent_down_time_s;
	if (!scene->world->neutron_db) {
		a->absent = scene->world->neutron_absent;
		a->silent = scene->world->has_neutron_config;
	} else if (read_agent_rows(scene, scene->world->neutron_db, &err) != 0) {
		keep_agents_absent(scene, &err);
	}
}

static void look_at_agent_rows(struct scene *scene)
{
	struct agent_watch *watch = &scene->agents.watch;
	struct db *db = watch->db ? watch->db : scene->world->neutron_db;
	struct error err = { 0 };

	if (!scene->world->has_neutron_config || (db && read_agent_rows(scene, db, &err) == 0))
		return;
	error_clear(&err);
	db_close(&watch->db);
	if (world_connect_neutron(scene->world, &watch->db, &err) != 0 || read_agent_rows(scene, watch->db, &err) != 0)
		keep_agents_absent(scene, &err);
}

/* ---- queues */

/* neutron's own broker where its configuration names one; else nova's, which most sites have for both. */
static struct bus *bus_of_neutron(struct scene *scene, struct agent_watch *watch)
{
	const struct world *w = scene->world;
	struct error err = { 0 };

	if (!w->has_neutron_config || !w->neutron.has_bus)
		return w->bus;
	if (!watch->own &&
	    bus_open(&(struct bus_options){ .config = &w->neutron.bus, .label = "neutron's broker" }, &watch->own, &err) != 0)
		keep_agents_absent(scene, &err);
	return watch->own;
}

/* One that is not there closes the channel: it is asked for once, when the run begins. */
static void find_agent_queues(struct scene *scene, struct agent_watch *watch)
{
	struct agent_facts *a = &scene->agents;
	struct bus *bus = bus_of_neutron(scene, watch);
	struct consumer_fact fact = { 0 };
	struct error err = { 0 };

	a->nqueue = 0;
	for (size_t i = 0; bus && i < AGENT_QUEUES; i++) {
		fact.queue = arena_printf(&scene->arena, "%s.%s", topics[i], scene->subject.host);
		if (bus_queue_look(bus, fact.queue, &fact.now, &err) != 0) {
			keep_agents_absent(scene, &err);
			return;
		}
		if (fact.now.exists)
			a->queue[a->nqueue++] = fact;
	}
}

void scene_find_agents(struct scene *scene)
{
	struct agent_watch watch = { 0 };

	if (!scene->subject.host || !scene->subject.evacuates)
		return;
	forget_agent_rows(&scene->agents);
	find_agent_rows(scene);
	find_agent_queues(scene, &watch);
	agent_watch_end(&watch);
}

static void look_at_agent_queues(struct scene *scene)
{
	struct agent_facts *a = &scene->agents;
	struct bus *bus = a->nqueue ? bus_of_neutron(scene, &a->watch) : NULL;
	struct error err = { 0 };

	for (size_t i = 0; bus && i < a->nqueue; i++)
		if (bus_queue_look(bus, a->queue[i].queue, &a->queue[i].now, &err) != 0) {
			keep_agents_absent(scene, &err);
			bus_close(&a->watch.own); /* opened anew with the next look */
			return;
		}
}

void scene_look_at_agents(struct scene *scene)
{
	struct agent_facts *a = &scene->agents;
	const int64_t began_ms = clock_monotonic_ms();

	forget_agent_rows(a);
	look_at_agent_rows(scene);
	look_at_agent_queues(scene);
	a->watch.looked_ms = a->silent ? clock_monotonic_ms() + SILENT_SHARE * (clock_monotonic_ms() - began_ms) : began_ms;
}

void agent_watch_end(struct agent_watch *watch)
{
	bus_close(&watch->own);
	db_close(&watch->db);
}

/* ---- what it means */

static const struct neutron_agent *fresh_agent(const struct agent_facts *a)
{
	for (const struct neutron_agent *row = a->rows.v; row < a->rows.v + a->rows.n; row++)
		if (neutron_agent_is_alive(row, a->down_s))
			return row;
	return NULL;
}

static bool any_plugger(const struct agent_facts *a)
{
	for (size_t i = 0; i < a->rows.n; i++)
		if (neutron_agent_plugs(&a->rows.v[i]))
			return true;
	return false;
}

bool scene_agent_speaks(const struct scene *scene, struct str *why)
{
	const struct agent_facts *a = &scene->agents;
	const struct neutron_agent *fresh = fresh_agent(a);

	if (fresh) {
		if (why)
			str_addf(why, _("%s on '%s' reported to neutron %lld s ago"), fresh->binary, scene->subject.host,
			    (long long)fresh->age_s);
		return true;
	}
	if (a->looked && any_plugger(a))
		return false;
	for (size_t i = 0; i < a->nqueue; i++) {
		if (a->queue[i].now.consumers == 0)
			continue;
		if (why)
			str_addf(why, _("queue '%s' has a consumer: neutron's agent on '%s' is connected"), a->queue[i].queue,
			    scene->subject.host);
		return true;
	}
	return false;
}

static json_object *agent_rows_seen(const struct agent_facts *a)
{
	json_object *list = json_object_new_array(), *one;

	for (const struct neutron_agent *row = a->rows.v; a->looked && row < a->rows.v + a->rows.n; row++) {
		one = json_object_new_object();
		put_text(one, "binary", row->binary);
		put_text(one, "agent_type", row->agent_type);
		put_int(one, "heartbeat_age_s", row->age_s);
		put_bool(one, "up", neutron_agent_is_alive(row, a->down_s));
		json_object_array_add(list, one);
	}
	return list;
}

json_object *scene_agents_json(const struct scene *scene)
{
	const struct agent_facts *a = &scene->agents;
	json_object *o = json_object_new_object(), *queues = json_object_new_array(), *one;

	for (size_t i = 0; i < a->nqueue; i++) {
		one = json_object_new_object();
		put_text(one, "queue", a->queue[i].queue);
		put_int(one, "consumers", a->queue[i].now.consumers);
		put_int(one, "messages", a->queue[i].now.messages);
		json_object_array_add(queues, one);
	}
	put_bool(o, "looked", a->looked);
	put(o, "rows", agent_rows_seen(a));
	put(o, "queues", queues);
	put_text(o, "absent", a->absent);
	return o;
}

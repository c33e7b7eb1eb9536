/* SPDX-License-Identifier: Apache-2.0 */
#include "evacuate/plug.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/cast.h"
#include "find/world.h"
#include "util/clock.h"
#include "util/crash.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"
#include "util/uuid.h"

#define AGAIN_MS 3000        /* until a broker, a database or nova-api is asked again */
#define RECORD_AFTER_MS 5000 /* what a port waits for is recorded when it lasts */

static bool is_soon(int64_t since_ms)
{
	return since_ms && clock_monotonic_ms() - since_ms < AGAIN_MS;
}

/* ---- the broker of the cell */

/* A cell without an address of its own has the broker of nova.conf. */
static struct bus *find_bus(struct work *work, struct plugging *p, struct error *err)
{
	if (!p->bus_opened)
		cell_bus_open(&work->world, work->scene.nova.home->cell, &p->on, err);
	p->bus_opened = !err->kind;
	if (!p->bus_opened)
		cell_bus_close(&p->on);
	else if (p->on.bus || work->world.bus || world_connect_bus(&work->world, err) == 0)
		return p->on.bus ? p->on.bus : work->world.bus;
	p->bus_failed_ms = clock_monotonic_ms();
	return NULL;
}

/* ---- what is said */

struct event {
	size_t unit;
	const struct plug_facts *facts;
	const struct plugging_evacuation *row;
	const char *unique_id, *exchange, *key, *broker;
};

static json_object *proof_of(const struct plug_facts *facts)
{
	json_object *proof = json_object_new_object();

	put_text(proof, "migration_status", facts->status);
	put_text(proof, "dest_compute", facts->dest);
	put_text(proof, "task_state", facts->task_state);
	put_bool(proof, "vif_active", facts->vif->active);
	put_text(proof, "port_status", facts->port->status);
	put_text(proof, "binding_host", facts->port->host);
	put_text(proof, "vif_type", facts->port->vif_type);
	return proof;
}

/* After it was sent, so that it claims nothing that was not; a second event does no harm, so none is announced before. */
static void record_event(struct work *work, const struct event *event, enum bus_outcome outcome, const struct error *why)
{
	json_object *r = json_object_new_object();
	struct error err = { 0 };

	put_count(r, "unit", event->unit);
	put_text(r, "instance", event->row->instance_uuid);
	put_text(r, "event", PLUG_EVENT);
	put_text(r, "port", event->facts->vif->port_id);
	put_text(r, "host", event->facts->dest);
	put(r, "proof", proof_of(event->facts));
	put_bool(r, "nova_api", event->facts->nova_api);
	put_text(r, "unique_id", event->unique_id);
	put_text(r, "exchange", event->exchange);
	put_text(r, "routing_key", event->key);
	put_text(r, "broker", event->broker);
	put_text(r, "outcome", bus_outcome_name(outcome));
	put_text(r, "error", why->text[0] ? why->text : NULL);
	if (journal_add(work->journal, "vif_event", r, false, &err) != 0)
		log_error("%s", err.text);
	CRASH_POINT("vif_event_recorded");
}

/* false: it did not come to that. ${why} gets what came of it. */
static bool tell_compute(struct work *work, struct plugging *p, struct event *event, struct str *why)
{
	const struct evacuation *e = work->plan.unit[event->unit].evacuation;
	const struct external_instance_event args = { .instance_uuid = event->row->instance_uuid,
		.vm_state = event->row->vm_state,
		.task_state = event->row->task_state,
		.name = PLUG_EVENT,
		.status = "completed",
		.tag = event->facts->vif->port_id };
	auto_free char *key = xasprintf("compute.%s", event->facts->dest);
	auto_str struct str body = { 0 };
	struct error trouble = { 0 };
	struct bus *bus = is_soon(p->bus_failed_ms) ? NULL : find_bus(work, p, &trouble);
	enum bus_outcome outcome;
	struct uuid id;
	char unique_id[33];

	if (!bus) {
		str_addf(why, _("it is ACTIVE on '%s', and nova-compute could not be told: %s"), event->facts->dest,
		    trouble.text[0] ? trouble.text : _("the cell's broker did not answer"));
		return false;
	}
	if (clock_monotonic_ms() - p->read_ms > PLUG_STALE_MS) {
		str_addf(why, _("it was ACTIVE on '%s'; that was read too long ago, and is read again"), event->facts->dest);
		return false;
	}
	uuid_random(&id);
	uuid_hex(&id, unique_id);
	cast_external_instance_event(&args, e->rows.request_id, unique_id, &body);
	CRASH_POINT("vif_event_before");
	outcome = bus_publish(bus, work->world.nova.bus.exchange, key, body.s, body.n, &trouble);
	CRASH_POINT("vif_event_after");
	event->unique_id = unique_id;
	event->exchange = work->world.nova.bus.exchange;
	event->key = key;
	event->broker = bus_server(bus);
	record_event(work, event, outcome, &trouble);
	log_debug("%s: %s of port %s: %s", event->row->instance_uuid, PLUG_EVENT, event->facts->vif->port_id,
	    bus_outcome_name(outcome));
	if (outcome == BUS_ACKED)
		str_addf(why, _("it is ACTIVE on '%s', and nova-compute was told so"), event->facts->dest);
	else
		str_addf(why, _("it is ACTIVE on '%s', and nova-compute could not be told: %s"), event->facts->dest,
		    trouble.text);
	return true;
}

/* ---- one instance */

/* Kept, and in the journal once it has stood for a while: most wait for a second. */
static void keep_wait(struct work *work, size_t unit, const char *why)
{
	struct evacuation *e = work->plan.unit[unit].evacuation;
	int64_t now_ms = clock_monotonic_ms();
	struct error err = { 0 };
	json_object *r;

	if (!str_equal(e->waits_for, why)) {
		e->waits_for = arena_dup(&work->plan.arena, why);
		e->waits_since_ms = now_ms;
		e->wait_recorded = false;
	}
	if (!why || e->wait_recorded || now_ms - e->waits_since_ms < RECORD_AFTER_MS)
		return;
	e->wait_recorded = true;
	r = json_object_new_object();
	put_count(r, "unit", unit);
	put_text(r, "instance", e->rows.instance_uuid);
	put_text(r, "waits_for", why);
	if (journal_add(work->journal, "vif_wait", r, false, &err) != 0)
		log_error("%s", err.text);
}

/* Asked when it decides something, and then not again for a while. */
static bool nova_api_answers(struct work *work, struct plugging *p)
{
	if (is_soon(p->api_asked_ms))
		return p->nova_api;
	p->nova_api = scene_ask_neutron_tells(&work->scene);
	p->api_asked_ms = clock_monotonic_ms();
	return p->nova_api;
}

static const struct port *find_port(const struct ports *ports, const char *instance_uuid, const char *port_id)
{
	size_t n;
	const struct port *port = ports_find(ports, instance_uuid, &n);

	for (size_t i = 0; i < n; i++)
		if (str_equal(port[i].id, port_id))
			return &port[i];
	return NULL;
}

static void decide_vif(struct work *work, struct plugging *p, size_t unit, const struct plugging_evacuation *row,
    struct plug_facts *facts, struct str *why)
{
	struct plug *plug = evacuation_plug(work->plan.unit[unit].evacuation, facts->vif->port_id);

	facts->now_ms = clock_monotonic_ms();
	if (plug_asks_for_api(facts, plug))
		facts->nova_api = nova_api_answers(work, p);
	if (plug_decide(facts, plug, why) != PLUG_TELL || CRASH_OFF("EVAC_MANAGE_NO_VIF_EVENT"))
		return;
	if (tell_compute(work, p, &(struct event){ .unit = unit, .facts = facts, .row = row }, why))
		plug->tried_ms = clock_monotonic_ms();
}

/* All of its ports, and of those that it waits for, the first. */
static void decide_instance(struct work *work, struct plugging *p, size_t unit, const struct plugging_evacuation *row,
    const struct vifs *vifs, const struct ports *ports)
{
	auto_str struct str first = { 0 };

	for (const struct vif *vif = vifs->v; vif < vifs->v + vifs->n; vif++) {
		auto_str struct str why = { 0 };
		struct plug_facts facts = { .status = row->status,
			.dest = row->dest_compute,
			.task_state = row->task_state,
			.read_ms = p->read_ms,
			.vif = vif,
			.port = find_port(ports, row->instance_uuid, vif->port_id) };

		decide_vif(work, p, unit, row, &facts, &why);
		if (!first.n && why.n)
			str_add(&first, why.s);
	}
	keep_wait(work, unit, first.s);
}

/* ---- all that wait */

struct waiting {
	struct plugging_evacuations rows;
	size_t *unit; /* of each row; nunit: it is not one of ours */
	struct vifs *vifs;
};

static size_t unit_of_migration(const struct plan *plan, const char *migration_uuid)
{
	size_t i = 0;

	while (i < plan->nunit &&
	    !(evacuation_is(&plan->unit[i], PHASE_SENT) &&
		str_equal(plan->unit[i].evacuation->rows.migration_uuid.text, migration_uuid)))
		i++;
	return i;
}

static void waiting_free(struct waiting *w)
{
	for (size_t i = 0; w->vifs && i < w->rows.n; i++)
		vifs_free(&w->vifs[i]);
	free(w->vifs);
	free(w->unit);
	plugging_evacuations_free(&w->rows);
}

/* The states first, the vifs then: what a compute waits for is written before it begins to wait. */
static int read_waiting(struct work *work, const char *host, struct waiting *w, struct error *err)
{
	struct db *cell = work->scene.nova.home->cell->db;

	if (evacuations_plugging(cell, host, &w->rows, err) != 0)
		return -1;
	w->unit = xcalloc(w->rows.n + 1, sizeof *w->unit);
	w->vifs = xcalloc(w->rows.n + 1, sizeof *w->vifs);
	for (size_t i = 0; i < w->rows.n; i++) {
		w->unit[i] = unit_of_migration(&work->plan, w->rows.v[i].migration_uuid);
		if (w->unit[i] < work->plan.nunit && vifs_of_instance(cell, w->rows.v[i].instance_uuid, &w->vifs[i], err) != 0)
			return -1;
	}
	return 0;
}

static bool waits_for_ports(const struct waiting *w)
{
	for (size_t i = 0; i < w->rows.n; i++)
		for (size_t k = 0; k < w->vifs[i].n; k++)
			if (vif_is_waited_for(&w->vifs[i].v[k]))
				return true;
	return false;
}

static int ask_neutron(struct work *work, struct plugging *p, const struct waiting *w, struct ports *out, struct error *err)
{
	const char **uuid = xcalloc(w->rows.n + 1, sizeof *uuid);
	const struct words words = { .v = uuid, .n = w->rows.n };
	int rc = 0;

	for (size_t i = 0; i < w->rows.n; i++)
		uuid[i] = w->rows.v[i].instance_uuid;
	if (!p->columns_known)
		rc = neutron_columns_probe(work->world.neutron_db, &p->columns, err);
	p->columns_known = rc == 0;
	if (rc == 0)
		rc = ports_of_devices(work->world.neutron_db, &p->columns, &words, out, err);
	free(uuid);
	return rc;
}

/* Last of all. A connection that ended is opened again, now and then. */
static int read_ports_of(struct work *work, struct plugging *p, const struct waiting *w, struct ports *out, struct error *err)
{
	*out = (struct ports){ .n = 0 };
	if (!work->world.has_neutron_config)
		return error_set(err, ERROR_CONFIG, "%s", work->world.neutron_absent);
	if (work->world.neutron_db && ask_neutron(work, p, w, out, err) == 0)
		return 0;
	if (is_soon(p->neutron_failed_ms))
		return error_set(err, ERROR_DB_UNREACHABLE, "neutron's database does not answer");
	p->neutron_failed_ms = clock_monotonic_ms();
	db_close(&work->world.neutron_db);
	error_clear(err);
	return world_connect_neutron(&work->world, &work->world.neutron_db, err) == 0 ? ask_neutron(work, p, w, out, err) : -1;
}

static void keep_unknown(struct work *work, const struct waiting *w, size_t i, const char *why)
{
	for (size_t k = 0; k < w->vifs[i].n; k++)
		if (vif_is_waited_for(&w->vifs[i].v[k])) {
			auto_free char *text = xasprintf(_("port %s: whether it is ready is not known: %s"),
			    w->vifs[i].v[k].port_id, why);

			keep_wait(work, w->unit[i], text);
			return;
		}
	if (!w->vifs[i].known)
		keep_wait(work, w->unit[i], _("the ports that nova-compute waits for could not be read"));
}

static void decide_all(struct work *work, struct plugging *p, const struct waiting *w)
{
	struct error err = { 0 };
	struct ports ports = { .n = 0 };
	int rc = waits_for_ports(w) ? read_ports_of(work, p, w, &ports, &err) : 0;

	for (size_t i = 0; i < w->rows.n; i++) {
		if (w->unit[i] == work->plan.nunit)
			continue;
		if (rc != 0 || !w->vifs[i].known)
			keep_unknown(work, w, i, err.text);
		else
			decide_instance(work, p, w->unit[i], &w->rows.v[i], &w->vifs[i], &ports);
	}
	ports_free(&ports);
}

static bool is_among(const struct waiting *w, size_t unit)
{
	for (size_t i = 0; i < w->rows.n; i++)
		if (w->unit[i] == unit)
			return true;
	return false;
}

static void look_at_waiting_of(struct work *work, struct plugging *p, const struct scene *host)
{
	struct waiting w = { 0 };
	struct error err = { 0 };

	if (read_waiting(work, host->subject.host, &w, &err) != 0) {
		log_debug("%s", err.text); /* who follows asks the same database, and says so */
	} else {
		for (size_t i = 0; i < work->plan.nunit; i++)
			if (evacuation_is(&work->plan.unit[i], PHASE_SENT) && !is_among(&w, i) &&
			    unit_scene(&work->scene, &work->plan.unit[i]) == host)
				keep_wait(work, i, NULL);
		decide_all(work, p, &w);
	}
	waiting_free(&w);
}

void plugging_look(struct work *work, struct plugging *p)
{
	if (!work->scene.nova.home || !work->scene.nova.home->cell->db)
		return;
	p->read_ms = clock_monotonic_ms();
	EACH_HOST_OF(h, &work->scene)
	look_at_waiting_of(work, p, h);
}

void plugging_end(struct plugging *p)
{
	cell_bus_close(&p->on);
}

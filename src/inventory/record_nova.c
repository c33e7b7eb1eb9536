/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"
#include "model/nova/connection.h"
#include "model/nova/detail.h"
#include "model/nova/instance.h"
#include "model/nova/service.h"
#include "util/mem.h"

/* ---- a host of a cell */

struct cell_reading {
	struct saving *saving;
	const struct nova_cell *cell;
	struct nova_services services;
	struct compute_nodes nodes;
	struct host_list named; /* by instances */
};

static json_object *address_list(const struct words *addresses)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < addresses->n; i++)
		json_object_array_add(list, json_object_new_string(addresses->v[i]));
	return list;
}

static json_object *port_list(const struct nics *nics)
{
	json_object *list, *one;

	if (!nics->known)
		return NULL;
	list = json_object_new_array();
	for (const struct nic *n = nics->v; n < nics->v + nics->n; n++) {
		one = json_object_new_object();
		put_text(one, "id", n->port_id);
		put_text(one, "mac", n->mac);
		put_text(one, "network_id", n->network_id);
		put_text(one, "network", n->network);
		put_text(one, "vnic_type", n->vnic_type);
		put_text(one, "type", n->type);
		put(one, "addresses", address_list(&n->fixed));
		put(one, "floating", address_list(&n->floating));
		json_object_array_add(list, one);
	}
	return list;
}

static const char *info_of(const struct connections *connections, const struct bdm *bdm)
{
	for (size_t i = 0; i < connections->n; i++)
		if (strcmp(connections->v[i].instance_uuid, bdm->instance_uuid) == 0 &&
		    strcmp(connections->v[i].volume_id, bdm->volume_id) == 0)
			return connections->v[i].info;
	return NULL;
}

/* Of Ceph's the pool and the image by themselves; of the others what the driver calls it by. */
static json_object *place_of_volume(const char *info, struct arena *arena)
{
	struct rbd_connection rbd;
	json_object *place;

	if (!rbd_connection_read(info, arena, &rbd))
		return connection_place(info);
	place = json_object_new_object();
	put_text(place, "driver", "rbd");
	put_text(place, "pool", rbd.pool);
	put_text(place, "image", rbd.image);
	put_text(place, "cluster_name", rbd.cluster);
	put_text(place, "monitors", rbd.monitors);
	return place;
}

struct host_reading {
	const char *host;
	struct instances instances;
	struct bdms bdms;
	struct connections connections;
	struct instance_detail *detail;
	struct arena arena;
};

static json_object *volume_list_of(struct host_reading *h, const struct instance *i)
{
	json_object *list = json_object_new_array(), *one;
	size_t n;
	const struct bdm *bdm = bdms_find(&h->bdms, i->uuid, &n);

	for (size_t k = 0; bdm && k < n; k++) {
		one = json_object_new_object();
		put_text(one, "id", bdm[k].volume_id);
		put_text(one, "attachment_id", bdm[k].attachment_id);
		put_maybe(one, "boot_index", bdm[k].boot_index);
		put(one, "storage", place_of_volume(info_of(&h->connections, &bdm[k]), &h->arena));
		json_object_array_add(list, one);
	}
	return list;
}

static void add_own_disk(json_object *list, const char *kind, struct maybe_int size, const char *unit, const char *pool,
    const char *image)
{
	json_object *one = json_object_new_object();

	put_text(one, "kind", kind);
	put_maybe(one, unit, size);
	put_text(one, "pool", pool);
	put_text(one, "image", pool ? image : NULL);
	json_object_array_add(list, one);
}

/* What nova made itself; in Ceph, where the site says so, under the names of nova virt/libvirt/imagebackend.py: Rbd. */
static json_object *own_disk_list(const struct saving *s, const struct instance *i, const struct instance_detail *d)
{
	const char *pool = s->world->site.storage.pool;
	auto_free char *root = xasprintf("%s_disk", i->uuid), *ephemeral = xasprintf("%s_disk.eph0", i->uuid),
		       *swap = xasprintf("%s_disk.swap", i->uuid);
	json_object *list = json_object_new_array();

	if (!instance_boots_from_volume(i))
		add_own_disk(list, "root", i->root_gb, "size_gb", pool, root);
	if (d->ephemeral_gb.v > 0)
		add_own_disk(list, "ephemeral", d->ephemeral_gb, "size_gb", pool, ephemeral);
	if (d->swap_mb.v > 0)
		add_own_disk(list, "swap", d->swap_mb, "size_mb", pool, swap);
	return list;
}

static void add_instance_record(const struct cell_reading *c, struct host_reading *h, size_t at)
{
	const struct instance *i = &h->instances.v[at];
	const struct instance_detail *d = &h->detail[at];
	json_object *record = record_of("instance");

	put_text(record, "uuid", i->uuid);
	put_text(record, "name", i->name);
	put_text(record, "project_id", i->project_id);
	put_text(record, "user_id", i->user_id);
	put_text(record, "cell", c->cell->name);
	put_text(record, "host", i->host);
	put_text(record, "node", i->node);
	put_text(record, "vm_state", i->vm_state);
	put_text(record, "task_state", i->task_state);
	put_maybe(record, "power_state", i->power_state);
	put_text(record, "launched_at", i->launched_at);
	put_text(record, "flavor", d->flavor);
	put_maybe(record, "vcpus", i->vcpus);
	put_maybe(record, "memory_mb", i->memory_mb);
	put_maybe(record, "root_gb", i->root_gb);
	put_maybe(record, "ephemeral_gb", d->ephemeral_gb);
	put_maybe(record, "swap_mb", d->swap_mb);
	put_text(record, "boot", instance_boots_from_volume(i) ? "volume" : "image");
	put_text(record, "image_id", i->image_ref && *i->image_ref ? i->image_ref : NULL);
	put_bool(record, "config_drive", i->config_drive && *i->config_drive);
	put(record, "own_disks", own_disk_list(c->saving, i, d));
	put(record, "volumes", volume_list_of(h, i));
	put(record, "ports", port_list(&d->nics));
	saving_add(c->saving, record);
	c->saving->counts.instances++;
}

static int read_instances(struct db *db, struct host_reading *h, struct error *err)
{
	auto_free const char **uuid = xcalloc(h->instances.n, sizeof *uuid);
	const struct words uuids = { .v = uuid, .n = h->instances.n };

	for (size_t i = 0; i < uuids.n; i++)
		uuid[i] = h->instances.v[i].uuid;
	h->detail = arena_alloc(&h->arena, uuids.n * sizeof *h->detail);
	if (bdms_of_instances(db, &uuids, &h->bdms, err) != 0 || connections_of(db, &uuids, &h->connections, err) != 0)
		return -1;
	return instance_details_get(db, &uuids, &h->arena, h->detail, err);
}

static int read_host(const struct cell_reading *c, struct host_reading *h, struct error *err)
{
	if (instances_on_host(c->cell->db, h->host, &h->instances, err) != 0)
		return -1;
	return h->instances.n == 0 ? 0 : read_instances(c->cell->db, h, err);
}

static void add_host_record(const struct cell_reading *c, const struct host_reading *h)
{
	json_object *record = record_of("host"), *nodes = json_object_new_array(), *one;

	put_text(record, "cell", c->cell->name);
	put_text(record, "host", h->host);
	for (const struct compute_node *n = c->nodes.v; n < c->nodes.v + c->nodes.n; n++) {
		if (!str_equal(n->host, h->host))
			continue;
		one = json_object_new_object();
		put_text(one, "node", n->hypervisor_hostname);
		put_text(one, "type", n->hypervisor_type);
		put_text(one, "host_ip", n->host_ip);
		json_object_array_add(nodes, one);
	}
	put(record, "nodes", nodes);
	put_count(record, "instances", h->instances.n);
	saving_add(c->saving, record);
	c->saving->counts.hosts++;
}

/* Its own statements for each host, of which there are fewer than instances: what is held is one host's. */
static int save_host(const struct cell_reading *c, const char *host, struct error *err)
{
	struct host_reading h = { .host = host };
	int rc = read_host(c, &h, err);

	if (rc == 0)
		add_host_record(c, &h);
	for (size_t i = 0; rc == 0 && i < h.instances.n; i++)
		add_instance_record(c, &h, i);
	instances_free(&h.instances);
	bdms_free(&h.bdms);
	connections_free(&h.connections);
	arena_free(&h.arena);
	return rc;
}

/* ---- a cell */

static void add_service_records(const struct cell_reading *c)
{
	json_object *record;

	for (const struct nova_service *v = c->services.v; v < c->services.v + c->services.n; v++) {
		record = record_of("service");
		put_text(record, "of", "nova");
		put_text(record, "cell", c->cell->name);
		put_text(record, "binary", v->binary);
		put_text(record, "host", v->host);
		put_bool(record, "disabled", v->disabled);
		put_bool(record, "forced_down", v->forced_down);
		put_maybe(record, "heartbeat_age_s", v->heartbeat_age_s);
		saving_add(c->saving, record);
	}
}

static int by_text_of_host(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int save_hosts(const struct cell_reading *c, struct error *err)
{
	auto_free const char **host = xcalloc(c->services.n + c->nodes.n + c->named.n, sizeof *host);
	size_t n = 0;

	for (size_t i = 0; i < c->services.n; i++)
		if (strcmp(c->services.v[i].binary, "nova-compute") == 0)
			host[n++] = c->services.v[i].host;
	for (size_t i = 0; i < c->nodes.n; i++)
		host[n++] = c->nodes.v[i].host;
	for (size_t i = 0; i < c->named.n; i++)
		host[n++] = c->named.v[i].host;
	vec_sort(host, n, sizeof *host, by_text_of_host);
	for (size_t i = 0; i < n; i++)
		if ((i == 0 || strcmp(host[i], host[i - 1]) != 0) && save_host(c, host[i], err) != 0)
			return -1;
	return 0;
}

static int save_cell(struct saving *s, const struct nova_cell *cell, struct error *err)
{
	struct cell_reading c = { .saving = s, .cell = cell };
	int rc = nova_services_list(cell->db, &c.services, err);

	if (rc == 0)
		rc = compute_nodes_list(cell->db, &c.nodes, err);
	if (rc == 0)
		rc = instance_hosts_list(cell->db, &c.named, err);
	if (rc == 0)
		add_service_records(&c);
	if (rc == 0)
		rc = save_hosts(&c, err);
	nova_services_free(&c.services);
	compute_nodes_free(&c.nodes);
	host_list_free(&c.named);
	return rc;
}

static const struct nova_cell *open_cell_of(const struct world *w, int64_t id)
{
	for (size_t i = 0; i < w->ncell; i++)
		if (w->cell[i].id == id)
			return &w->cell[i];
	return NULL;
}

/* In the order of the mappings, those that answer and those that do not. */
void save_nova(struct saving *s)
{
	const struct world *w = s->world;

	for (size_t i = 0; i < w->mappings.n; i++) {
		const struct cell_mapping *mapping = &w->mappings.v[i];
		const struct nova_cell *cell = open_cell_of(w, mapping->id);
		const struct absence *lost = world_lost_cell(w, mapping->id);
		char *name = xasprintf("cell '%s'", cell ? cell->name : str_or(mapping->name, mapping->uuid));
		struct error err = { 0 };

		if (!cell)
			saving_add_part(s, name, PART_UNKNOWN, lost ? lost->text : "it is not there");
		else if (save_cell(s, cell, &err) != 0)
			saving_add_part(s, name, PART_UNKNOWN, err.text);
		else
			saving_add_part(s, name, PART_READ, NULL);
	}
}

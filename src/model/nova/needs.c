/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/needs.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "model/nova/instance.h"
#include "model/nova/object.h"
#include "sql_catalogue.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/str.h"

#define AGGREGATE_SCOPE "aggregate_instance_extra_specs:"

struct needs_row {
	const char *uuid, *flavor, *numa_topology, *network_info, *kernel_id;
	struct maybe_int ephemeral_gb, blank_gb, swap_mb;
};
static const struct db_shape needs_row_shape = DB_SHAPE(struct needs_row,
    DB_COLUMNS(struct needs_row, uuid, ephemeral_gb, blank_gb, swap_mb),
    DB_NULLABLES(struct needs_row, flavor, numa_topology, network_info, kernel_id));

struct shares_row {
	const char *instance_uuid;
	int64_t shares;
};
static const struct db_shape shares_row_shape = DB_SHAPE(struct shares_row,
    DB_COLUMNS(struct shares_row, instance_uuid, shares));

static int64_t flavor_number(json_object *data, const char *field)
{
	json_object *found;

	return json_object_object_get_ex(data, field, &found) ? json_object_get_int64(found) : 0;
}

/* resources1:VGPU, resources_X:…, resources:VGPU and custom classes live on providers of their own more often than not. */
static bool is_nested(const char *name)
{
	if (!str_starts(name, "resources"))
		return false;
	if (strncmp(name, "resources:", 10) == 0)
		return strstr(name, "GPU") != NULL || str_starts(name, "resources:NET_") || str_starts(name, "resources:SRIOV");
	return isdigit((unsigned char)name[9]) || name[9] == '_';
}

static void add_aggregate(struct needs *needs, struct arena *arena, const char *name, const char *value)
{
	struct extra_spec *more = arena_alloc(arena, (needs->naggregate + 1) * sizeof *more);

	if (needs->naggregate)
		memcpy(more, needs->aggregate, needs->naggregate * sizeof *more);
	more[needs->naggregate++] = (struct extra_spec){ arena_dup(arena, name), arena_dup(arena, value) };
	needs->aggregate = more;
}

static void read_extra_spec(const char *name, const char *value, struct arena *arena, struct needs *out)
{
	if (strcmp(name, "hw:tpm_version") == 0 || strcmp(name, "hw_tpm_version") == 0)
		out->vtpm = true;
	else if (strcmp(name, "accel:device_profile") == 0)
		out->device_profile = true;
	else if (str_starts(name, AGGREGATE_SCOPE))
		add_aggregate(out, arena, name + strlen(AGGREGATE_SCOPE), str_or(value, ""));
	else if (is_nested(name))
		out->nested_resources = true;
}

/* instance_extra.flavor: {"cur": Flavor, "old": …, "new": …} */
static void note_flavor(json_object *object, bool from_volume, struct arena *arena, struct needs *out)
{
	json_object *cur = NULL, *data, *specs;

	if (json_object_is_type(object, json_type_object))
		json_object_object_get_ex(object, "cur", &cur);
	data = object_data(cur);
	if (data) {
		out->known = true;
		out->vcpus = flavor_number(data, "vcpus");
		out->memory_mb = flavor_number(data, "memory_mb");
		out->disks.swap_mb = flavor_number(data, "swap");
		out->disk_gb = (from_volume ? 0 : flavor_number(data, "root_gb")) + flavor_number(data, "ephemeral_gb") +
		    (out->disks.swap_mb + 1023) / 1024;
		needs_ask(data, NULL, arena, out);
		specs = json_object_object_get(data, "extra_specs");
		if (json_object_is_type(specs, json_type_object)) {
			json_object_object_foreach(specs, name, value)
				read_extra_spec(name, json_object_get_string(value), arena, out);
		}
	}
}

void needs_of_flavor(const char *flavor, bool from_volume, struct arena *arena, struct needs *out)
{
	json_object *object = flavor ? object_parse(flavor) : NULL;

	note_flavor(object, from_volume, arena, out);
	json_object_put(object);
}

/* A host's instances are of few flavors: the last ones stay parsed. */
#define FLAVORS 16
struct parsed_flavors {
	struct parsed_flavor {
		const char *text; /* its row's */
		json_object *object;
	} v[FLAVORS];
	size_t next; /* takes the place of the oldest */
};

static json_object *parsed_flavor(struct parsed_flavors *known, const char *text)
{
	struct parsed_flavor *f = known->v;

	while (f < known->v + FLAVORS && f->text && strcmp(f->text, text) != 0)
		f++;
	if (f < known->v + FLAVORS && f->text)
		return f->object;
	f = &known->v[known->next++ % FLAVORS];
	json_object_put(f->object);
	*f = (struct parsed_flavor){ text, object_parse(text) };
	return f->object;
}

static void parsed_flavors_free(struct parsed_flavors *known)
{
	for (size_t i = 0; i < FLAVORS; i++)
		json_object_put(known->v[i].object);
}

/* nova objects/instance_numa.py: pinned CPUs had no field of their own before Victoria. */
void needs_of_numa(const char *numa_topology, struct needs *out)
{
	json_object *object = numa_topology ? object_parse(numa_topology) : NULL, *cells, *cell;

	cells = object_data(object) ? json_object_object_get(object_data(object), "cells") : NULL;
	for (size_t i = 0; i < count_members(cells); i++) {
		cell = object_data(json_object_array_get_idx(cells, i));
		out->numa = true;
		if (cell && !json_object_object_get_ex(cell, "pcpuset", NULL) &&
		    str_equal(object_text(cell, "cpu_policy"), "dedicated"))
			out->old_pinning = true;
	}
	json_object_put(object);
}

/* A port that has resources of its own says in its binding profile whose: one provider's uuid, or since nova 24 one a group. */
static void read_port(json_object *port, struct needs *out)
{
	const char *type = object_text(port, "vnic_type");
	json_object *profile = NULL, *allocation = NULL;

	out->vdpa_port |= str_equal(type, "vdpa");
	out->accelerator_port |= str_equal(type, "accelerator-direct") || str_equal(type, "accelerator-direct-physical");
	if (!json_object_is_type(port, json_type_object) || !json_object_object_get_ex(port, "profile", &profile) ||
	    !json_object_is_type(profile, json_type_object) || !json_object_object_get_ex(profile, "allocation", &allocation))
		return;
	out->bandwidth_port |= json_object_is_type(allocation, json_type_string);
	out->extended_port |= json_object_is_type(allocation, json_type_object);
}

static void read_network(json_object *ports, struct needs *out)
{
	for (size_t i = 0; i < count_members(ports); i++)
		read_port(json_object_array_get_idx(ports, i), out);
}

void needs_of_ports(const char *network_info, struct needs *out)
{
	json_object *ports = network_info ? object_parse(network_info) : NULL;

	read_network(ports, out);
	json_object_put(ports);
}

static int read_shares(struct db *cell, const struct words *uuids, struct needs *out, struct error *err)
{
	const struct shares_row *row;
	struct db_rows rows;
	size_t n;

	if (db_read_set(cell, &SQL_NOVA_SHARE_COUNT_BY_INSTANCE, uuids, &shares_row_shape, "instance_uuid", &rows, err) != 0)
		return -1;
	for (size_t i = 0; i < uuids->n; i++) {
		row = db_rows_find(&rows, &shares_row_shape, "instance_uuid", uuids->v[i], &n);
		out[i].shares = row ? row->shares : 0;
	}
	db_rows_free(&rows);
	return 0;
}

/* The block devices have what was really asked for; a flavor's default need have none (nova virt/libvirt/blockinfo.py:
 * get_disk_mapping). */
static void read_disks(const struct needs_row *row, struct own_disks *out)
{
	out->ephemeral_gb = row->blank_gb.v > 0 ? row->blank_gb.v : row->ephemeral_gb.v;
	if (row->swap_mb.v > 0)
		out->swap_mb = row->swap_mb.v;
}

bool needs_own_disks(const struct needs *needs, const struct instance *instance)
{
	return !instance_boots_from_volume(instance) || needs->disks.ephemeral_gb > 0 || needs->disks.swap_mb > 0;
}

int64_t needs_own_gb(const struct needs *needs)
{
	return needs->disks.root_gb + needs->disks.ephemeral_gb + (needs->disks.swap_mb + 1023) / 1024;
}

void needs_say_disks(const struct needs *needs, const struct instance *instance, struct str *out)
{
	const struct own_disks *d = &needs->disks;

	if (!instance_boots_from_volume(instance) && d->root_gb > 0)
		str_addf(out, "%lld GB root", (long long)d->root_gb);
	else if (!instance_boots_from_volume(instance))
		str_add(out, _("a root as large as its image"));
	if (d->ephemeral_gb > 0)
		str_addf(out, "%s%lld GB ephemeral", out->n ? ", " : "", (long long)d->ephemeral_gb);
	if (d->swap_mb > 0)
		str_addf(out, "%s%lld MB swap", out->n ? ", " : "", (long long)d->swap_mb);
}

/* ${row}: NULL where it is gone. */
static void needs_of_row(const struct instance *instance, const struct needs_row *row, struct parsed_flavors *flavors,
    struct arena *arena, struct needs *out)
{
	bool from_volume = instance_boots_from_volume(instance);

	*out = (struct needs){ .vcpus = instance->vcpus.v, .memory_mb = instance->memory_mb.v };
	if (!from_volume)
		out->disk_gb = out->disks.root_gb = instance->root_gb.v;
	if (!row)
		return;
	out->disk_gb += row->ephemeral_gb.v;
	if (row->flavor)
		note_flavor(parsed_flavor(flavors, row->flavor), from_volume, arena, out);
	read_disks(row, &out->disks);
	if (row->kernel_id && *row->kernel_id)
		out->kernel_id = arena_dup(arena, row->kernel_id);
	needs_of_numa(row->numa_topology, out);
}

/* One text says both: the interfaces, and what the ports ask for. */
static void read_interfaces(const struct needs_row *row, struct arena *arena, struct needs *needs, struct vifs *vifs)
{
	json_object *ports = row && row->network_info ? object_parse(row->network_info) : NULL;

	read_network(ports, needs);
	if (vifs)
		vifs_read(ports, arena, vifs);
	json_object_put(ports);
}

void needs_ahead(struct db *cell, const struct words *instance_uuids)
{
	db_ask_set_ahead(cell, &SQL_NOVA_INSTANCE_LIST_NEEDS, instance_uuids, &needs_row_shape, "uuid");
}

int needs_read(struct db *cell, const struct cell_columns *have, const struct instance *instances, size_t n,
    struct arena *arena, struct needs *out, struct vifs *vifs, struct error *err)
{
	const char **uuid = xcalloc(n, sizeof *uuid);
	const struct words uuids = { .v = uuid, .n = n };
	struct parsed_flavors flavors = { .next = 0 };
	struct db_rows rows;
	size_t found;
	int rc;

	for (size_t i = 0; i < n; i++)
		uuid[i] = instances[i].uuid;
	rc = db_read_set(cell, &SQL_NOVA_INSTANCE_LIST_NEEDS, &uuids, &needs_row_shape, "uuid", &rows, err);
	for (size_t i = 0; i < n && rc == 0; i++) {
		const struct needs_row *row = db_rows_find(&rows, &needs_row_shape, "uuid", uuid[i], &found);

		needs_of_row(&instances[i], row, &flavors, arena, &out[i]);
		read_interfaces(row, arena, &out[i], vifs ? &vifs[i] : NULL);
	}
	parsed_flavors_free(&flavors);
	db_rows_free(&rows);
	if (rc == 0 && have->has_shares)
		rc = read_shares(cell, &uuids, out, err);
	free(uuid);
	return rc;
}

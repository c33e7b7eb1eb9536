/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/request_spec.h"

#include <stdlib.h>
#include <string.h>

#include "model/nova/object.h"
#include "sql_catalogue.h"
#include "util/json.h"
#include "util/str.h"

#define NUMA_CELL_VERSION "1.6" /* the first with pinned CPUs apart and every policy */

static const struct db_shape request_spec_shape = DB_SHAPE(struct request_spec,
    DB_COLUMNS(struct request_spec, id, instance_uuid, spec));

/* Never persisted deliberately; what is stored is a leftover of the first boot. */
static const char *const forgotten[] = {
	"requested_destination",
	"network_metadata",
	"requested_resources",
	"request_level_params",
	"requested_networks",
};

void request_specs_ahead(struct db *api, const struct words *instance_uuids)
{
	db_ask_set_ahead(api, &SQL_NOVA_API_REQUEST_SPEC_LIST_BY_INSTANCE, instance_uuids, &request_spec_shape,
	    "instance_uuid");
}

int request_specs_get(struct db *api, const struct words *instance_uuids, struct arena *arena, struct request_spec *out,
    struct error *err)
{
	const struct request_spec *row;
	struct db_rows rows;
	size_t n;

	if (db_read_set(api, &SQL_NOVA_API_REQUEST_SPEC_LIST_BY_INSTANCE, instance_uuids, &request_spec_shape, "instance_uuid",
		&rows, err) != 0)
		return -1;
	for (size_t i = 0; i < instance_uuids->n; i++) {
		row = db_rows_find(&rows, &request_spec_shape, "instance_uuid", instance_uuids->v[i], &n);
		out[i] = row ? *row : (struct request_spec){ 0 };
		out[i].exists = row != NULL;
	}
	arena_join(arena, &rows.arena);
	return 0;
}

/* The N of version "1.N"; -1: there is none. */
static int minor_of(const char *version)
{
	size_t digits = version && str_starts(version, "1.") ? strspn(version + 2, "0123456789") : 0;

	return digits > 0 && digits < 5 && version[2 + digits] == '\0' ? (int)strtol(version + 2, NULL, 10) : -1;
}

/* What every RequestSpec of nova has; nothing else is touched or sent. */
static bool is_request_spec(json_object *object)
{
	json_object *data = object_data(object), *group = data ? json_object_object_get(data, "instance_group") : NULL;

	return data && str_equal(object_text(object, "nova_object.name"), "RequestSpec") &&
	    str_equal(object_text(object, "nova_object.namespace"), "nova") &&
	    minor_of(object_text(object, "nova_object.version")) >= 0 &&
	    (!group || json_object_is_type(group, json_type_object));
}

json_object *request_spec_open(const struct request_spec *spec)
{
	json_object *object = spec->exists ? object_parse(spec->spec) : NULL;

	if (is_request_spec(object))
		return object;
	json_object_put(object);
	return NULL;
}

static json_object *destination(const char *host, const char *node)
{
	json_object *plain = json_object_new_object();

	put_text(plain, "host", host);
	put_text(plain, "node", node);
	return object_make("Destination", DESTINATION_VERSION, plain);
}

#define GROUP_VERSION "1.10" /* every nova's; its policy is in "policies", where nova 18 and later have "policy" */

static json_object *texts(const char *const *text, size_t n)
{
	json_object *out = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(out, json_object_new_string(text[i]));
	return out;
}

/* It is a member, and its spec does not say so: the conductor, which reads the members' list, would not find the group there.
 */
static json_object *group_of(const struct spec_options *options)
{
	json_object *inner = json_object_new_object();

	put_text(inner, "uuid", options->group);
	put_text(inner, "policy", options->group_policy);
	put(inner, "policies", texts(&options->group_policy, options->group_policy ? 1 : 0));
	return object_make("InstanceGroup", GROUP_VERSION, inner);
}

/* nova objects/request_spec.py: to_persist stores a group without members and hosts, _from_db_object loads it anew. The
 * conductor asks for the hosts where they are not given. */
static void fill_group(json_object *data, const struct spec_options *options)
{
	json_object *group = json_object_object_get(data, "instance_group"), *inner;

	if (!group && options->group)
		put(data, "instance_group", group = group_of(options));
	if (!group) /* null */
		return;
	json_object_object_del(group, "nova_object.changes");
	if (!(inner = object_data(group)))
		return;
	json_object_object_del(inner, "members");
	json_object_object_del(inner, "hosts");
	if (options->group)
		put(inner, "members", texts(options->group_member, options->ngroup_member));
}

/* nova objects/request_spec.py: _from_db_object drops a group that is gone, and its hint with it. */
static void drop_group(json_object *data)
{
	json_object *hints = json_object_object_get(data, "scheduler_hints");

	put(data, "instance_group", NULL);
	if (json_object_is_type(hints, json_type_object))
		json_object_object_del(hints, "group");
}

/* The NUMA cells of the spec, each as a versioned object; 0 when it has none. */
static size_t numa_cells(json_object *data, json_object **cells)
{
	json_object *topology = object_data(json_object_object_get(data, "numa_topology"));

	*cells = topology ? json_object_object_get(topology, "cells") : NULL;
	return count_members(*cells);
}

static bool is_old_cell(json_object *cell)
{
	json_object *data = object_data(cell);

	return data && !json_object_object_get_ex(data, "pcpuset", NULL);
}

static bool is_pinned(json_object *cell)
{
	return str_equal(object_text(object_data(cell), "cpu_policy"), "dedicated");
}

/* nova objects/instance_numa.py: _migrate_legacy_dedicated_instance_cpuset. */
static void split_pinned_cpus(json_object *data)
{
	json_object *cells, *cell, *cpus;
	size_t n = numa_cells(data, &cells), i;

	for (i = 0; i < n; i++) {
		cell = json_object_array_get_idx(cells, i);
		if (!is_old_cell(cell))
			continue;
		cpus = json_object_object_get(object_data(cell), "cpuset");
		if (is_pinned(cell)) {
			put(object_data(cell), "pcpuset", json_object_get(cpus));
			put(object_data(cell), "cpuset", json_object_new_array());
		} else {
			put(object_data(cell), "pcpuset", json_object_new_array());
		}
		put_text(cell, "nova_object.version", NUMA_CELL_VERSION);
		json_object_object_del(cell, "nova_object.changes");
	}
}

static bool has_group_hint(json_object *data)
{
	json_object *hints = NULL, *group = NULL;

	json_object_object_get_ex(data, "scheduler_hints", &hints);
	return json_object_is_type(hints, json_type_object) && json_object_object_get_ex(hints, "group", &group) && group;
}

void request_spec_facts(json_object *spec, struct arena *arena, struct spec_facts *out)
{
	json_object *data = object_data(spec), *cells;
	size_t n, i;

	*out = (struct spec_facts){ .valid = spec != NULL };
	if (!spec)
		return;
	out->version = arena_dup(arena, object_version(spec));
	out->zone = arena_dup(arena, object_text(data, "availability_zone"));
	out->group = arena_dup(arena, object_text(object_data(json_object_object_get(data, "instance_group")), "uuid"));
	out->group_hint = has_group_hint(data);
	n = numa_cells(data, &cells);
	for (i = 0; i < n; i++)
		out->old_pinning |= is_old_cell(json_object_array_get_idx(cells, i)) &&
		    is_pinned(json_object_array_get_idx(cells, i));
}

static int not_a_spec(const struct request_spec *spec, struct error *err)
{
	return error_set(err, ERROR_ERROR, "request spec %lld of instance %s is not a nova RequestSpec", (long long)spec->id,
	    spec->instance_uuid);
}

int request_spec_object(const struct request_spec *spec, const struct spec_options *options, json_object **out,
    struct error *err)
{
	json_object *object = request_spec_open(spec), *data;
	size_t i;

	if (!object)
		return not_a_spec(spec, err);
	data = object_data(object);
	json_object_object_del(object, "nova_object.changes");
	for (i = 0; i < sizeof forgotten / sizeof *forgotten; i++)
		json_object_object_del(data, forgotten[i]);
	put_int(data, "id", spec->id);
	put_text(data, "instance_uuid", spec->instance_uuid);
	put(data, "retry", NULL); /* these two cannot be loaded later */
	put(data, "ignore_hosts", NULL);
	if (options->without_group)
		drop_group(data);
	else
		fill_group(data, options);
	if (options->with_pcpuset)
		split_pinned_cpus(data);
	if (options->host)
		put(data, "requested_destination", destination(options->host, options->node));
	*out = object;
	return 0;
}

int request_spec_check(const struct request_spec *spec, const struct spec_facts *facts, const char *newest, struct error *err)
{
	if (!facts->valid)
		return not_a_spec(spec, err);
	if (newest && minor_of(facts->version) > minor_of(newest))
		return error_set(err, ERROR_ERROR,
		    "its request spec is of version %s, the oldest live conductor knows %s and older", facts->version, newest);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/nic.h"

#include "model/nova/object.h"
#include "util/json.h"
#include "util/uuid.h"

/* "address" of each of a list of objects, behind what the words have. */
static void add_addresses(json_object *list, struct arena *arena, struct words *out)
{
	const char **more = arena_alloc(arena, (out->n + count_members(list)) * sizeof *more);

	for (size_t i = 0; i < out->n; i++)
		more[i] = out->v[i];
	out->v = more;
	for (size_t i = 0; i < count_members(list); i++) {
		const char *address = object_text(json_object_array_get_idx(list, i), "address");

		if (address)
			out->v[out->n++] = arena_dup(arena, address);
	}
}

static void read_subnet(json_object *subnet, struct arena *arena, struct nic *out)
{
	json_object *ips = json_object_object_get(subnet, "ips");

	add_addresses(ips, arena, &out->fixed);
	for (size_t i = 0; i < count_members(ips); i++)
		add_addresses(json_object_object_get(json_object_array_get_idx(ips, i), "floating_ips"), arena, &out->floating);
}

static bool read_nic(json_object *vif, struct arena *arena, struct nic *out)
{
	json_object *network = json_object_object_get(vif, "network"), *subnets = json_object_object_get(network, "subnets");
	const char *id = object_text(vif, "id");
	struct uuid uuid;

	if (!id || !uuid_parse(id, &uuid))
		return false;
	*out = (struct nic){ .port_id = arena_dup(arena, uuid.text),
		.mac = arena_dup(arena, object_text(vif, "address")),
		.network_id = arena_dup(arena, object_text(network, "id")),
		.network = arena_dup(arena, object_text(network, "label")),
		.vnic_type = arena_dup(arena, object_text(vif, "vnic_type")),
		.type = arena_dup(arena, object_text(vif, "type")) };
	for (size_t i = 0; i < count_members(subnets); i++)
		read_subnet(json_object_array_get_idx(subnets, i), arena, out);
	return true;
}

void nics_parse(const char *network_info, struct arena *arena, struct nics *out)
{
	json_object *list = network_info ? object_parse(network_info) : NULL;
	size_t n = count_members(list);

	*out = (struct nics){ .known = json_object_is_type(list, json_type_array) };
	out->v = arena_alloc(arena, n * sizeof *out->v);
	for (size_t i = 0; i < n && out->known; i++)
		out->known = read_nic(json_object_array_get_idx(list, i), arena, &out->v[i]);
	out->n = out->known ? n : 0; /* a part of them would look like all */
	json_object_put(list);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/vif.h"

#include <string.h>

#include "model/nova/object.h"
#include "sql_catalogue.h"
#include "util/json.h"
#include "util/str.h"
#include "util/uuid.h"

struct cache_row {
	const char *instance_uuid, *network_info;
};
static const struct db_shape cache_row_shape = DB_SHAPE(struct cache_row, DB_COLUMNS(struct cache_row, instance_uuid),
    DB_NULLABLES(struct cache_row, network_info));

/* nova asks `vif.get('active', True) is False`: whatever is not false is active. */
static bool is_active(json_object *vif)
{
	json_object *active;

	return !json_object_object_get_ex(vif, "active", &active) || !json_object_is_type(active, json_type_boolean) ||
	    json_object_get_boolean(active);
}

/* false: no interface of nova's. A port's id goes into messages and statements, so it must be one. */
static bool read_vif(json_object *vif, struct arena *arena, struct vif *out)
{
	const char *id = object_text(vif, "id");
	struct uuid uuid;

	if (!id || !uuid_parse(id, &uuid))
		return false;
	*out = (struct vif){ .port_id = arena_dup(arena, uuid.text),
		.vnic_type = arena_dup(arena, object_text(vif, "vnic_type")),
		.type = arena_dup(arena, object_text(vif, "type")),
		.active = is_active(vif) };
	return true;
}

void vifs_read(json_object *list, struct arena *arena, struct vifs *out)
{
	size_t n;

	*out = (struct vifs){ .known = json_object_is_type(list, json_type_array) };
	n = out->known ? json_object_array_length(list) : 0;
	out->v = arena_alloc(arena, n * sizeof *out->v);
	for (size_t i = 0; i < n && out->known; i++)
		out->known = read_vif(json_object_array_get_idx(list, i), arena, &out->v[i]);
	out->n = out->known ? n : 0; /* a part of them would look like all */
}

void vifs_parse(const char *network_info, struct arena *arena, struct vifs *out)
{
	json_object *list = network_info ? object_parse(network_info) : NULL;

	vifs_read(list, arena, out);
	json_object_put(list);
}

int vifs_of_instance(struct db *cell, const char *instance_uuid, struct vifs *out, struct error *err)
{
	const struct db_param params[] = { p_str("uuid", instance_uuid), p_end };
	auto_arena struct arena texts = { 0 };
	struct arena kept = { 0 };
	struct cache_row row = { 0 };
	int found;

	*out = (struct vifs){ .known = false };
	found = db_read_one(cell, &SQL_NOVA_INFO_CACHE_GET, params, &cache_row_shape, &row, &texts, err);
	if (found < 0)
		return -1;
	vifs_parse(row.network_info, &kept, out);
	out->arena = kept;
	return 0;
}

bool vif_is_waited_for(const struct vif *vif)
{
	return !vif->active && !str_equal(vif->vnic_type, "remote-managed");
}

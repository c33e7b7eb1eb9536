/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/connection.h"

#include <string.h>

#include "model/nova/object.h"
#include "sql_catalogue.h"
#include "util/json.h"
#include "util/str.h"

#define MONITORS_MAX 64

static const struct db_shape connection_shape = DB_SHAPE(struct connection,
    DB_COLUMNS(struct connection, instance_uuid, volume_id), DB_NULLABLES(struct connection, info));

void connections_ahead(struct db *cell, const struct words *instance_uuids)
{
	db_ask_set_ahead(cell, &SQL_NOVA_CONNECTION_LIST_BY_INSTANCE, instance_uuids, &connection_shape, "instance_uuid");
}

int connections_of(struct db *cell, const struct words *instance_uuids, struct connections *out, struct error *err)
{
	return db_read_set(cell, &SQL_NOVA_CONNECTION_LIST_BY_INSTANCE, instance_uuids, &connection_shape, "instance_uuid",
	    &out->rows, err);
}

const struct connection *connections_find(const struct connections *all, const char *instance_uuid, size_t *n)
{
	return db_rows_find(&all->rows, &connection_shape, "instance_uuid", instance_uuid, n);
}

/* "volumes/volume-UUID": one slash, and a name on both sides. */
static bool read_rbd_image(const char *name, struct arena *arena, struct rbd_connection *out)
{
	const char *slash = name ? strchr(name, '/') : NULL;

	if (!slash || slash == name || !slash[1] || strchr(slash + 1, '/'))
		return false;
	out->pool = arena_dupn(arena, name, (size_t)(slash - name));
	out->image = arena_dup(arena, slash + 1);
	return true;
}

/* Addresses and ports are two lists of texts; what is none is left out. */
static const char *read_monitors(json_object *data, struct arena *arena)
{
	json_object *hosts = json_object_object_get(data, "hosts"), *ports = json_object_object_get(data, "ports");
	auto_str struct str all = { 0 };
	size_t n = count_members(hosts);

	for (size_t i = 0; i < n && i < MONITORS_MAX; i++) {
		json_object *host = json_object_array_get_idx(hosts, i);
		json_object *port = json_object_is_type(ports, json_type_array) ? json_object_array_get_idx(ports, i) : NULL;
		const char *text = json_object_is_type(host, json_type_string) ? json_object_get_string(host) : NULL;

		if (!text || !*text || strpbrk(text, ", \t\n"))
			continue;
		str_addf(&all, strchr(text, ':') && *text != '[' ? "%s[%s]" : "%s%s", all.n ? "," : "", text);
		if (port && json_object_get_int(port) > 0)
			str_addf(&all, ":%d", json_object_get_int(port));
	}
	return all.n ? arena_dup(arena, all.s) : NULL;
}

bool rbd_connection_read(const char *info, struct arena *arena, struct rbd_connection *out)
{
	json_object *whole = info ? json_tokener_parse(info) : NULL, *data = json_object_object_get(whole, "data");
	bool is_rbd = str_equal(get_text(whole, "driver_volume_type"), "rbd") && json_object_is_type(data, json_type_object);

	*out = (struct rbd_connection){ .pool = NULL };
	is_rbd = is_rbd && read_rbd_image(get_text(data, "name"), arena, out);
	if (is_rbd) {
		out->cluster = arena_dup(arena, get_text(data, "cluster_name"));
		out->user = arena_dup(arena, get_text(data, "auth_username"));
		out->monitors = read_monitors(data, arena);
		out->multiattach = json_object_get_boolean(json_object_object_get(whole, "multiattach"));
	}
	json_object_put(whole);
	return is_rbd;
}

/* Of all of os-brick's connectors (os_brick/initiator/connectors) and of cinder's drivers, as far as each is an address, a
 * number or a name that the storage gives a volume. */
static const char *const naming[] = { "name", "cluster_name", "target_iqn", "target_iqns", "target_lun", "target_luns",
	"target_portal", "target_portals", "target_wwn", "target_wwns", "target_nqn", "nqn", "vol_uuid", "volume_nguid",
	"ns_id", "volume_id", "device_path", "wwn", "export", "share", "vg_name", "lv_name", NULL };

static bool is_name_value(json_object *value)
{
	return json_object_is_type(value, json_type_string) || json_object_is_type(value, json_type_int);
}

/* A text with a login in it ("//user:word@host/share") names more than the volume. */
static bool may_be_told(json_object *value)
{
	return !json_object_is_type(value, json_type_string) || !strchr(json_object_get_string(value), '@');
}

static void put_names(json_object *place, const char *key, json_object *value)
{
	json_object *list;

	if (is_name_value(value) && may_be_told(value))
		put(place, key, json_object_get(value));
	if (!json_object_is_type(value, json_type_array))
		return;
	list = json_object_new_array();
	for (size_t i = 0; i < count_members(value); i++)
		if (is_name_value(json_object_array_get_idx(value, i)) && may_be_told(json_object_array_get_idx(value, i)))
			json_object_array_add(list, json_object_get(json_object_array_get_idx(value, i)));
	put(place, key, list);
}

json_object *connection_place(const char *info)
{
	json_object *whole = info ? object_parse(info) : NULL, *data = json_object_object_get(whole, "data"), *place = NULL,
		    *value;
	const char *driver = get_text(whole, "driver_volume_type");

	if (driver && json_object_is_type(data, json_type_object)) {
		place = json_object_new_object();
		put_text(place, "driver", driver);
		for (const char *const *key = naming; *key; key++)
			if (json_object_object_get_ex(data, *key, &value))
				put_names(place, *key, value);
	}
	json_object_put(whole);
	return place;
}

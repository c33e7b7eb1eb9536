/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/request_spec.h"

#include <stdlib.h>
#include <string.h>

#include "sql_catalogue.h"
#include "util/str.h"

#define SPEC_DEPTH 64

struct spec_row {
	int64_t id;
	const char *instance_uuid, *spec;
};
static const struct db_column columns[] = {
	DB_COLUMN(struct spec_row, id),
	DB_COLUMN(struct spec_row, instance_uuid),
	DB_COLUMN(struct spec_row, spec),
};
static const struct db_shape shape = DB_SHAPE(struct spec_row, columns);

/* Never persisted deliberately; what is stored is a leftover of the first boot. */
static const char *const forgotten[] = {
	"requested_destination", "network_metadata", "requested_resources", "request_level_params", "requested_networks",
};

int request_spec_get(struct db *api, const char *instance_uuid, struct request_spec *out, struct error *err)
{
	const struct db_param params[] = { p_str("instance_uuid", instance_uuid), p_end };
	const struct spec_row *row;
	struct db_rows rows;

	if (db_read(api, &SQL_NOVA_API_REQUEST_SPEC_GET, params, &shape, &rows, err) != 0)
		return -1;
	*out = (struct request_spec){ .exists = rows.n > 0, .arena = rows.arena };
	if (rows.n == 0)
		return 0;
	row = rows.v;
	out->id = row->id;
	out->instance_uuid = row->instance_uuid;
	out->spec = row->spec;
	return 0;
}

void request_spec_free(struct request_spec *spec)
{
	arena_free(&spec->arena);
	*spec = (struct request_spec){ 0 };
}

static json_object *parse(const char *text)
{
	json_tokener *tokener = json_tokener_new_ex(SPEC_DEPTH);
	json_object *object;
	size_t n = strlen(text);

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, text, (int)n + 1); /* with its NUL: the text must end there */
	if (json_tokener_get_error(tokener) != json_tokener_success || !json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

static json_object *data_of(json_object *object)
{
	json_object *found = json_object_object_get(object, "nova_object.data");

	return json_object_is_type(found, json_type_object) ? found : NULL;
}

static const char *text_of(json_object *object, const char *key)
{
	json_object *found = json_object_object_get(object, key);

	return json_object_is_type(found, json_type_string) ? json_object_get_string(found) : NULL;
}

/* The N of version "1.N"; -1: there is none. */
static int minor_of(const char *version)
{
	size_t digits = version && str_starts(version, "1.") ? strspn(version + 2, "0123456789") : 0;

	return digits > 0 && digits < 5 && version[2 + digits] == '\0' ? atoi(version + 2) : -1;
}

/* What every RequestSpec of nova has; nothing else is touched or sent. */
static bool is_request_spec(json_object *object)
{
	json_object *data = data_of(object), *group = json_object_object_get(data, "instance_group");

	return data && str_equal(text_of(object, "nova_object.name"), "RequestSpec") &&
	    str_equal(text_of(object, "nova_object.namespace"), "nova") && minor_of(text_of(object, "nova_object.version")) >= 0 &&
	    (!group || json_object_is_type(group, json_type_object));
}

static json_object *destination(const char *host, const char *node)
{
	json_object *object = json_object_new_object(), *plain = json_object_new_object();

	json_object_object_add(plain, "host", json_object_new_string(host));
	json_object_object_add(plain, "node", json_object_new_string(node));
	json_object_object_add(object, "nova_object.name", json_object_new_string("Destination"));
	json_object_object_add(object, "nova_object.namespace", json_object_new_string("nova"));
	json_object_object_add(object, "nova_object.version", json_object_new_string("1.0")); /* enough in every release */
	json_object_object_add(object, "nova_object.data", plain);
	return object;
}

/* The group's members and hosts are stored as null and asked anew by the conductor when they are not there. */
static void forget_group_members(json_object *data)
{
	json_object *group = json_object_object_get(data, "instance_group"), *inner;

	if (!group) /* null */
		return;
	json_object_object_del(group, "nova_object.changes");
	if (!(inner = data_of(group)))
		return;
	json_object_object_del(inner, "members");
	json_object_object_del(inner, "hosts");
}

static int not_a_spec(const struct request_spec *spec, struct error *err)
{
	return error_set(err, ERROR_ERROR, "request spec %lld of instance %s is not a nova RequestSpec", (long long)spec->id,
	    spec->instance_uuid);
}

int request_spec_object(const struct request_spec *spec, const char *host, const char *node, json_object **out,
    struct error *err)
{
	json_object *object = parse(spec->spec), *data = data_of(object);
	size_t i;

	if (!is_request_spec(object)) {
		json_object_put(object);
		return not_a_spec(spec, err);
	}
	json_object_object_del(object, "nova_object.changes");
	for (i = 0; i < sizeof forgotten / sizeof *forgotten; i++)
		json_object_object_del(data, forgotten[i]);
	json_object_object_add(data, "id", json_object_new_int64(spec->id));
	json_object_object_add(data, "instance_uuid", json_object_new_string(spec->instance_uuid));
	json_object_object_add(data, "retry", NULL); /* these two cannot be loaded later */
	json_object_object_add(data, "ignore_hosts", NULL);
	forget_group_members(data);
	if (host)
		json_object_object_add(data, "requested_destination", destination(host, node));
	*out = object;
	return 0;
}

int request_spec_check(const struct request_spec *spec, const char *newest, struct error *err)
{
	json_object *object = parse(spec->spec);
	const char *version = text_of(object, "nova_object.version");
	int rc = is_request_spec(object) ? 0 : not_a_spec(spec, err);

	if (rc == 0 && newest && minor_of(version) > minor_of(newest))
		rc = error_set(err, ERROR_ERROR, "its request spec is of version %s, the oldest live conductor knows %s and older", version,
		    newest);
	json_object_put(object);
	return rc;
}

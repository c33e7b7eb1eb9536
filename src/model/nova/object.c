/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/object.h"
#include "util/json.h"

#include <string.h>

#define DEPTH 64

json_object *object_parse(const char *text)
{
	json_tokener *tokener = json_tokener_new_ex(DEPTH);
	json_object *object;
	size_t n = strlen(text);

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, text, (int)n + 1); /* with its NUL: the text must end there */
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    (!json_object_is_type(object, json_type_object) && !json_object_is_type(object, json_type_array))) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

json_object *object_data(json_object *object)
{
	json_object *found = NULL;

	if (json_object_is_type(object, json_type_object))
		json_object_object_get_ex(object, "nova_object.data", &found);
	return json_object_is_type(found, json_type_object) ? found : NULL;
}

const char *object_text(json_object *data, const char *field)
{
	json_object *found = NULL;

	if (json_object_is_type(data, json_type_object))
		json_object_object_get_ex(data, field, &found);
	return json_object_is_type(found, json_type_string) ? json_object_get_string(found) : NULL;
}

const char *object_version(json_object *object)
{
	return object_text(object, "nova_object.version");
}

json_object *object_make(const char *name, const char *version, json_object *data)
{
	json_object *object = json_object_new_object();

	put_text(object, "nova_object.name", name);
	put_text(object, "nova_object.namespace", "nova");
	put_text(object, "nova_object.version", version);
	put(object, "nova_object.data", data);
	return object;
}

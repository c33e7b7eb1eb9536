/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include <json-c/json.h>

/* A string, or null. json_ is the library's prefix. */
static inline json_object *jv_text(const char *s)
{
	return s ? json_object_new_string(s) : NULL;
}

/* The text of a member, the object's own; NULL: there is none, or it is no string. */
static inline const char *jv_get_text(json_object *object, const char *key)
{
	json_object *value = json_object_object_get(object, key);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

#endif

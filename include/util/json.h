/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

#include "util/lang.h"
#include "util/mem.h"

/* json-c's words, shorter: a member of an object, by its type. */

/* A string, or null; of a text in both languages the English. json_ is the library's prefix. */
static inline json_object *jv_text(const char *s)
{
	auto_free char *english = s ? lang_for_machines(xstrdup(s)) : NULL;

	return english ? json_object_new_string(english) : NULL;
}

/* The text of a member, the object's own; NULL: there is none, or it is no string. */
static inline const char *get_text(json_object *object, const char *key)
{
	json_object *value = json_object_object_get(object, key);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

/* How many members an array has; 0: it is none. */
static inline size_t count_members(json_object *array)
{
	return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

/* ${value} is given away; NULL is null. */
static inline void put(json_object *object, const char *key, json_object *value)
{
	json_object_object_add(object, key, value);
}

static inline void put_text(json_object *object, const char *key, const char *value)
{
	put(object, key, jv_text(value));
}

static inline void put_int(json_object *object, const char *key, int64_t value)
{
	put(object, key, json_object_new_int64(value));
}

static inline void put_count(json_object *object, const char *key, size_t value)
{
	put(object, key, json_object_new_int64((int64_t)value));
}

static inline void put_bool(json_object *object, const char *key, bool value)
{
	put(object, key, json_object_new_boolean(value));
}

#endif

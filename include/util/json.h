/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include <json-c/json.h>

/* A string, or null. json_ is the library's prefix. */
static inline json_object *jv_text(const char *s)
{
	return s ? json_object_new_string(s) : NULL;
}

#endif

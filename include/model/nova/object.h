/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_OBJECT_H
#define MODEL_NOVA_OBJECT_H

#include <json-c/json.h>

/* JSON as nova keeps it in its tables: whole, valid UTF-8, and mostly one of its versioned objects. */

json_object *object_parse(const char *text);   /* NULL: it is no JSON object or array; the caller puts it */
json_object *object_data(json_object *object); /* its nova_object.data; NULL: it is no versioned object; borrowed */
const char *object_text(json_object *data, const char *field); /* NULL: absent, null or no text; borrowed */
const char *object_version(json_object *object);               /* "1.14"; NULL: none; borrowed */
/* A versioned object around ${data}, which is given away. */
json_object *object_make(const char *name, const char *version, json_object *data);

#endif

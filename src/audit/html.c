/* SPDX-License-Identifier: Apache-2.0 */

#include "internal.h"
#include "util/json.h"
#include "util/visible.h"

static void make_strings_visible(struct json_object *o)
{
	auto_str struct str visible = { 0 };

	if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++)
			make_strings_visible(json_object_array_get_idx(o, i));
	} else if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, name, value) {
			(void)name; /* ours, or a column's */
			make_strings_visible(value);
		}
	} else if (json_object_is_type(o, json_type_string)) {
		str_add_visible(&visible, json_object_get_string(o));
		json_object_set_string(o, str_or(visible.s, ""));
	}
}

/* In a script element only "<" could be the beginning of something else, its end tag above all. JSON has it in strings alone,
 * where it may be spelt. */
void html_add_json(struct json_object *o, struct str *out)
{
	const char *c;

	make_strings_visible(o);
	c = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	for (; *c; c++) {
		if (*c == '<')
			str_add(out, "\\u003c");
		else
			str_addc(out, *c);
	}
}

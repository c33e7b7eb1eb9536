/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/step_json.h"

#include <stdio.h>

#include "util/json.h"
#include "util/str.h"

static json_object *values_object(const struct step_kind *kind, const char *const *value)
{
	json_object *object = json_object_new_object();

	for (size_t i = 0; kind->column[i]; i++)
		put_text(object, kind->column[i], value[i]);
	return object;
}

void step_add_json(const struct step *step, json_object *row)
{
	put_text(row, "kind", step->kind->name);
	put_text(row, "id", step->id);
	put_text(row, "name", step->name);
	put(row, "before", values_object(step->kind, step->before));
	put(row, "after", values_object(step->kind, step->after));
}

static const char *escape_of(unsigned char c, char out[8])
{
	static const char short_of[][3] = { "\bb", "\nn", "\rr", "\tt", "\ff", "\"\"", "\\\\" };

	for (size_t i = 0; i < sizeof short_of / sizeof *short_of; i++)
		if ((unsigned char)short_of[i][0] == c) {
			snprintf(out, 8, "\\%c", short_of[i][1]);
			return out;
		}
	snprintf(out, 8, "\\u%04x", c);
	return out;
}

/* As json-c writes it. */
static void add_json_text(struct str *out, const char *text)
{
	auto_free char *english = text && lang_is_both(text) ? lang_for_machines(xstrdup(text)) : NULL;
	const char *from = english ? english : text, *to;
	char escape[8];

	if (!text) {
		str_add(out, "null");
		return;
	}
	str_addc(out, '"');
	for (to = from; *to; to++)
		if ((unsigned char)*to < ' ' || *to == '"' || *to == '\\') {
			str_addn(out, from, (size_t)(to - from));
			str_add(out, escape_of((unsigned char)*to, escape));
			from = to + 1;
		}
	str_addn(out, from, (size_t)(to - from));
	str_addc(out, '"');
}

static void add_member_text(struct str *out, const char *key, const char *text)
{
	str_add(out, key);
	add_json_text(out, text);
}

static void add_values_text(struct str *out, const char *key, const struct step_kind *kind, const char *const *value)
{
	str_add(out, key);
	for (size_t i = 0; kind->column[i]; i++) {
		str_add(out, i ? ",\"" : "\"");
		str_add(out, kind->column[i]);
		add_member_text(out, "\":", value[i]);
	}
	str_addc(out, '}');
}

void step_add_text(const struct step *step, struct str *out)
{
	add_member_text(out, "\"kind\":", step->kind->name);
	add_member_text(out, ",\"id\":", step->id);
	add_member_text(out, ",\"name\":", step->name);
	add_values_text(out, ",\"before\":{", step->kind, step->before);
	add_values_text(out, ",\"after\":{", step->kind, step->after);
}

struct step *unit_step_json(struct unit *unit, json_object *row, struct arena *arena)
{
	const struct step_kind *kind = step_kind_named(get_text(row, "kind"));
	const char *id = get_text(row, "id");
	json_object *before = json_object_object_get(row, "before"), *after = json_object_object_get(row, "after");
	struct step *step;

	if (!kind || !id)
		return NULL;
	step = unit_step(unit, step_kind_id(kind), arena_dup(arena, id), arena_dup(arena, get_text(row, "name")));
	for (size_t i = 0; kind->column[i]; i++) {
		step->before[i] = arena_dup(arena, get_text(before, kind->column[i]));
		step->after[i] = arena_dup(arena, get_text(after, kind->column[i]));
	}
	return step;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/step_json.h"

#include "util/json.h"

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

/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"
#include "util/mem.h"

#define PLAIN (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

json_object *record_of(const char *kind)
{
	json_object *record = json_object_new_object();

	put_text(record, "record", kind);
	return record;
}

void put_maybe(json_object *record, const char *key, struct maybe_int number)
{
	put(record, key, number.set ? json_object_new_int64(number.v) : NULL);
}

void saving_add(struct saving *s, json_object *record)
{
	const char *line = json_object_to_json_string_ext(record, PLAIN);

	for (size_t i = 0; i < s->nplace; i++)
		place_write(&s->place[i], line);
	json_object_put(record);
}

void saving_add_part(struct saving *s, char *name, enum part_state state, const char *why)
{
	s->part = vec_grow(s->part, s->npart, &s->part_cap, sizeof *s->part);
	s->part[s->npart++] = (struct part){ name, state, why ? xstrdup(why) : NULL };
}

json_object *saving_parts(const struct saving *s)
{
	static const char *const state[] = { "read", "unknown", "not_configured" };
	json_object *list = json_object_new_array(), *one;

	for (size_t i = 0; i < s->npart; i++) {
		one = json_object_new_object();
		put_text(one, "part", s->part[i].name);
		put_text(one, "state", state[s->part[i].state]);
		put_text(one, "why", s->part[i].why);
		json_object_array_add(list, one);
	}
	return list;
}

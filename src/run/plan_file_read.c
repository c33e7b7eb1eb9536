/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plan_file_internal.h"
#include "plan/step_json.h"
#include "util/file.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/str.h"

#define PLAN_MAX ((size_t)1 << 30)
#define DEPTH 16
#define TAIL_SIZE (sizeof PLAN_SUM - 1 + 64 + 3) /* with "} and the newline */

static int damaged(const char *path, const char *what, struct error *err)
{
	error_set(err, ERROR_REFUSED, "'%s' %s; nothing was written", path, what);
	return error_hint(err, "make a new one: the command with --plan-out FILE");
}

static bool sum_is_right(const struct str *all)
{
	const char *tail = all->s + all->n - TAIL_SIZE;
	char sum[65];

	if (all->n <= TAIL_SIZE || memcmp(tail, PLAN_SUM, sizeof PLAN_SUM - 1) != 0 ||
	    memcmp(all->s + all->n - 3, "\"}\n", 3) != 0)
		return false;
	sha256_hex(all->s, all->n - TAIL_SIZE, sum);
	return memcmp(tail + sizeof PLAN_SUM - 1, sum, 64) == 0;
}

static json_object *parse(const struct str *all)
{
	json_tokener *tokener = json_tokener_new_ex(DEPTH);
	json_object *object;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, all->s, (int)all->n - 1);
	if (json_tokener_get_error(tokener) != json_tokener_success || !json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

static void take_list(struct plan_file *file, json_object *array, struct words *out)
{
	size_t n = count_members(array);

	out->v = arena_alloc(&file->arena, n * sizeof *out->v);
	for (size_t i = 0; i < n; i++)
		out->v[out->n++] = str_or(json_object_get_string(json_object_array_get_idx(array, i)), "");
}

/* The texts are the document's. */
static void take_words(struct plan_file *file, json_object *words)
{
	for (const struct plan_word *w = plan_words; w->name; w++) {
		json_object *value = json_object_object_get(words, w->name);
		void *member = (char *)&file->request + w->offset;

		if (w->type == PLAN_WORD_TEXT)
			*(const char **)member = get_text(words, w->name);
		else if (w->type == PLAN_WORD_BOOL)
			*(bool *)member = json_object_get_boolean(value);
		else if (w->type == PLAN_WORD_INT)
			*(int64_t *)member = json_object_get_int64(value);
		else
			take_list(file, value, member);
	}
}

static bool is_plan_word(const char *name)
{
	for (const struct plan_word *w = plan_words; w->name; w++)
		if (strcmp(w->name, name) == 0)
			return true;
	return false;
}

/* A word that this version does not know may say what is not to be done. NULL: there is none. */
static const char *unknown_plan_word(json_object *words)
{
	if (json_object_is_type(words, json_type_object)) {
		json_object_object_foreach(words, name, value) {
			(void)value;
			if (!is_plan_word(name))
				return name;
		}
	}
	return NULL;
}

static int check_plan_version(const struct plan_file *file, const char *path, struct error *err)
{
	const char *tool = get_text(json_object_object_get(file->document, "made"), "tool");
	const char *word = unknown_plan_word(json_object_object_get(file->document, "request"));

	if (!str_equal(get_text(file->document, "schema"), PLAN_SCHEMA))
		error_set(err, ERROR_REFUSED,
		    "the plan '%s' is not of schema %s, which evac-manage %s knows; nothing was written", path, PLAN_SCHEMA,
		    EVAC_MANAGE_VERSION);
	else if (word)
		error_set(err, ERROR_REFUSED,
		    "the plan '%s' has a word in its request that evac-manage %s does not know, '%.64s'; nothing "
		    "was written",
		    path, EVAC_MANAGE_VERSION, word);
	else
		return 0;
	return error_hint(err, "make a new plan: the command with --plan-out FILE; or apply this one with evac-manage %s",
	    str_or(tool, "?"));
}

static void take_phases(struct plan_file *file, json_object *phases)
{
	size_t n = count_members(phases);

	file->plan.phase = arena_alloc(&file->plan.arena, (n + 1) * sizeof *file->plan.phase);
	file->plan.nphase = n;
	for (size_t i = 0; i < n; i++)
		file->plan.phase[i] = str_or(json_object_get_string(json_object_array_get_idx(phases, i)), "");
}

/* What counts phases that are not named is no plan of ours. */
static bool take_phase(const struct plan_file *file, json_object *number, struct unit *unit)
{
	int64_t phase = json_object_get_int64(number);

	unit->phase = phase > 0 ? (size_t)phase : 0;
	return phase >= 0 && unit->phase <= file->plan.nphase;
}

static bool take_units(struct plan_file *file, json_object *units)
{
	size_t n = count_members(units);

	for (size_t i = 0; i < n; i++) {
		json_object *one = json_object_array_get_idx(units, i), *steps = json_object_object_get(one, "steps");
		int kind = unit_kind_named(get_text(one, "kind"));
		struct unit *unit;

		if (kind < 0 || !json_object_is_type(steps, json_type_array))
			return false;
		unit = plan_unit(&file->plan, (enum unit_kind)kind);
		unit->sentence = str_or(get_text(one, "sentence"), "");
		if (!take_phase(file, json_object_object_get(one, "phase"), unit))
			return false;
		for (size_t k = 0; k < json_object_array_length(steps); k++)
			if (!unit_step_json(unit, json_object_array_get_idx(steps, k), &file->arena))
				return false;
	}
	return true;
}

static bool take_all(struct plan_file *file)
{
	json_object *made = json_object_object_get(file->document, "made");

	file->run = get_text(made, "run");
	file->expires_at = get_text(made, "expires_at");
	file->command = get_text(file->document, "command");
	file->host = get_text(file->document, "host");
	file->sha256 = get_text(file->document, "sha256");
	file->units_sha256 = get_text(file->document, "units_sha256");
	take_words(file, json_object_object_get(file->document, "request"));
	take_phases(file, json_object_object_get(file->document, "phases"));
	return take_units(file, json_object_object_get(file->document, "units")) && file->run && file->expires_at &&
	    file->command && strlen(file->run) < RUN_ID_SIZE && !strpbrk(file->run, "./");
}

int plan_file_read(const char *path, struct plan_file *out, struct error *err)
{
	auto_str struct str all = { 0 };

	*out = (struct plan_file){ 0 };
	if (access(path, F_OK) != 0)
		return error_errno(err, ERROR_NOT_FOUND, errno, "no plan '%s'", path);
	if (file_read(path, PLAN_MAX, ERROR_ERROR, &all, err) != 0)
		return -1;
	if (!sum_is_right(&all) || !(out->document = parse(&all)))
		return damaged(path, _("is not the plan that was written: one byte at least was changed"), err);
	if (check_plan_version(out, path, err) != 0)
		return -1;
	if (!take_all(out))
		return damaged(path, _("is not complete"), err);
	return 0;
}

void plan_file_free(struct plan_file *file)
{
	plan_free(&file->plan);
	json_object_put(file->document);
	arena_free(&file->arena);
	*file = (struct plan_file){ 0 };
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "find/world.h"
#include "util/str.h"

void absences_add(struct absences *absences, const struct error *err, const struct cell_mapping *cell)
{
	if (!absences)
		return;
	for (size_t i = 0; i < absences->n; i++)
		if (absences->v[i].cell == cell && strcmp(absences->v[i].text, err->text) == 0)
			return;
	absences->v = vec_grow(absences->v, absences->n, &absences->cap, sizeof *absences->v);
	absences->v[absences->n++] = (struct absence){ err->kind, xstrdup(err->text), xstrdup(err->hint), cell };
}

const char *absences_hint(const struct absences *absences, const char *text)
{
	for (size_t i = 0; absences && i < absences->n; i++)
		if (str_equal(absences->v[i].text, text))
			return absences->v[i].hint[0] ? absences->v[i].hint : NULL;
	return NULL;
}

void absences_free(struct absences *absences)
{
	for (size_t i = 0; absences && i < absences->n; i++) {
		free(absences->v[i].text);
		free(absences->v[i].hint);
	}
	if (absences)
		free(absences->v);
	free(absences);
}

const struct absence *world_lost_cell(const struct world *w, int64_t cell_id)
{
	for (size_t i = 0; w->absences && i < w->absences->n; i++)
		if (w->absences->v[i].cell && w->absences->v[i].cell->id == cell_id)
			return &w->absences->v[i];
	return NULL;
}

const struct absence *world_any_lost_cell(const struct world *w)
{
	for (size_t i = 0; w->absences && i < w->absences->n; i++)
		if (w->absences->v[i].cell)
			return &w->absences->v[i];
	return NULL;
}

bool world_has_several_cells(const struct world *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->mappings.n; i++)
		n += !str_equal(w->mappings.v[i].uuid, CELL0_UUID);
	return n > 1;
}

int world_has_nothing(const struct world *w, struct error *err)
{
	if (w->absences && w->absences->n > 0) {
		const struct absence *a = w->absences->v;

		for (size_t i = 1; i < w->absences->n; i++)
			a = error_kind_outweighs(w->absences->v[i].kind, a->kind) ? &w->absences->v[i] : a;
		error_set(err, a->kind, "%s", a->text);
		return error_hint(err, "%s", a->hint);
	}
	error_set(err, ERROR_CONFIG, "neither cinder's nor nova's database can be read: %s; %s", w->cinder_absent,
	    w->nova_absent);
	return error_hint(err, "name the configuration files with --cinder-config-file and --nova-config-file");
}

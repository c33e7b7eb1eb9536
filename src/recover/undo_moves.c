/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "find/moves.h"
#include "find/words.h"
#include "journal/past.h"
#include "recover/undo.h"
#include "util/mem.h"
#include "util/str.h"

/* What an undo moves, as moves of the scene: from whom the run gave the rows to, to whom they were before. The guards, the
 * second look inside the transaction and the proof then see it as they see any other move. */

static bool is_taken(const struct scene *scene, const struct step *s)
{
	return s->state != STATE_SKIPPED && request_wants(scene->request, s->id, s->name);
}

static struct move *move_between(struct scene *scene, enum move_kind kind, const char *from, const char *to)
{
	struct move *m;

	for (m = scene->subject.move; m < scene->subject.move + scene->subject.nmove; m++)
		if (m->kind == kind && strcmp(m->from.text, from) == 0 && strcmp(m->to.text, to) == 0)
			return m;
	scene->subject.move = xreallocarray(scene->subject.move, scene->subject.nmove + 1, sizeof *scene->subject.move);
	m = &scene->subject.move[scene->subject.nmove++];
	*m = (struct move){ .kind = kind, .target_known = true, .taken_back = true };
	host_name_parse(from, &m->from);
	host_name_parse(to, &m->to);
	return m;
}

static void add_move_of(struct scene *scene, const struct step *s)
{
	struct host_name from, to;

	if (step_kind_names_host(s->kind) && s->after[0] && s->before[0] && host_name_parse(s->after[0], &from) &&
	    host_name_parse(s->before[0], &to))
		move_between(scene, step_kind_move(s->kind), from.backend_host, to.backend_host);
}

/* From ${m}'s source to its target; a worker has no host. */
static bool goes_back(const struct scene *scene, const struct move *m, enum owned_kind kind, const struct step *s)
{
	return step_is(s, step_kind_owned(kind)) && is_taken(scene, s) &&
	    (kind == OWNED_WORKER || (s->before[0] && host_is_on_backend(s->before[0], m->to.backend_host)));
}

static int by_id(const void *a, const void *b)
{
	const struct step *const *x = a, *const *y = b;

	return strcmp((*x)->id, (*y)->id);
}

static void keep_taken(const struct scene *scene, const struct move *m, enum owned_kind kind, struct owned_rows *rows)
{
	size_t n = 0, cap = 0, kept = 0;
	const struct step **taken = NULL, *s;
	struct past_steps at = { 0 };

	while ((s = past_next_step(scene->subject.past, &at)))
		if (goes_back(scene, m, kind, s)) {
			taken = vec_grow(taken, n, &cap, sizeof *taken);
			taken[n++] = s;
		}
	vec_sort(taken, n, sizeof *taken, by_id);
	for (size_t i = 0; i < rows->n; i++) {
		const struct step *row = &(struct step){ .id = rows->v[i].id };

		if (vec_search(&row, taken, n, sizeof *taken, by_id))
			rows->v[kept++] = rows->v[i];
	}
	rows->n = kept;
	free(taken);
}

static int find_rows(struct scene *scene, struct move *m, enum owned_kind kind, struct error *err)
{
	struct db *db = scene->world->cinder_db;
	const char *owner = m->kind == MOVE_BACKUPS ? m->from.text : m->from.backend_host;

	if ((kind == OWNED_VOLUME ? owned_find_volumes(db, owner, &scene->cinder.owners, m->source ? m->source->uuid : NULL,
					&m->rows[kind], err) :
				    owned_find(db, kind, owner, &m->rows[kind], err)) != 0)
		return -1;
	keep_taken(scene, m, kind, &m->rows[kind]);
	return 0;
}

/* A mark of the run on the target's own service row, which this undo takes away with the rest. */
static bool is_enabled_again(const struct scene *scene, const struct cinder_service *service)
{
	struct past_steps at = { 0 };
	const struct step *s;

	while (service && (s = past_next_step(scene->subject.past, &at)))
		if (step_is(s, STEP_CINDER_SERVICE) && strtoll(s->id, NULL, 10) == service->id && is_taken(scene, s) &&
		    str_equal(step_before(s, "disabled"), "0"))
			return true;
	return false;
}

static int complete_move(struct scene *scene, struct move *m, struct error *err)
{
	const char *binary = move_binary(m->kind);

	m->in_place = strcmp(m->from.backend_host, m->to.backend_host) == 0;
	m->source = cinder_service_find(&scene->cinder.services, binary, m->from.backend_host);
	m->target = cinder_service_find(&scene->cinder.services, binary, m->to.backend_host);
	m->enables_target = is_enabled_again(scene, m->target);
	for (int k = 0; k < OWNED_KINDS; k++)
		if (step_kind_move(&step_kinds[k]) == m->kind && find_rows(scene, m, (enum owned_kind)k, err) != 0)
			return -1;
	return 0;
}

static bool is_given_away(const struct scene *scene, const char *volume)
{
	for (const struct move *m = scene->subject.move; m < scene->subject.move + scene->subject.nmove; m++)
		for (size_t i = 0; i < m->rows[OWNED_VOLUME].n && !m->in_place; i++)
			if (strcmp(m->rows[OWNED_VOLUME].v[i].id, volume) == 0)
				return true;
	return false;
}

/* The host that rows go back to, as nova names it: cinder may know it by its short name or its FQDN, and a rescue that took
 * another name along was about this one. */
static bool is_given_to(const struct scene *scene, const char *host)
{
	if (scene_has_failed(scene, host))
		return true;
	for (const struct move *m = scene->subject.move; m < scene->subject.move + scene->subject.nmove; m++)
		if (!m->in_place && (strcmp(m->to.node, host) == 0 || str_is_twin(m->to.node, host)))
			return true;
	return false;
}

/* The volumes of an instance that was evacuated, among those that go back to the host that it left. */
static int add_elsewhere(struct scene *scene, struct db *cell, const struct standing_migration *m, struct error *err)
{
	struct bdms bdms;

	if (bdms_of_instance(cell, m->instance_uuid, &bdms, err) != 0)
		return -1;
	for (size_t i = 0; i < bdms.n; i++) {
		struct elsewhere *grown;

		if (!bdms.v[i].volume_id || !is_given_away(scene, bdms.v[i].volume_id))
			continue;
		grown = arena_alloc(&scene->arena, (scene->subject.nelsewhere + 1) * sizeof *grown);
		if (scene->subject.nelsewhere)
			memcpy(grown, scene->subject.elsewhere, scene->subject.nelsewhere * sizeof *grown);
		grown[scene->subject.nelsewhere++] = (struct elsewhere){ .volume = arena_dup(&scene->arena,
									     bdms.v[i].volume_id),
			.instance = arena_dup(&scene->arena, m->instance_uuid),
			.name = arena_dup(&scene->arena, m->instance_name),
			.host = arena_dup(&scene->arena, m->instance_host) };
		scene->subject.elsewhere = grown;
	}
	bdms_free(&bdms);
	return 0;
}

/* Every cell is asked: which one the host is in may not be known. */
static int find_elsewhere(struct scene *scene, struct error *err)
{
	struct standing_migrations standing;
	int rc = 0;

	for (size_t c = 0; c < scene->nova.ncell && scene->subject.nmove > 0 && rc == 0; c++) {
		struct db *cell = scene->nova.cell[c].cell->db;

		if (migrations_standing(cell, NULL, &standing, err) != 0)
			return -1;
		for (const struct standing_migration *m = standing.v; m < standing.v + standing.n && rc == 0; m++)
			if (migration_is_evacuation(m) && m->source_compute && m->instance_host &&
			    strcmp(m->instance_host, m->source_compute) != 0 && is_given_to(scene, m->source_compute))
				rc = add_elsewhere(scene, cell, m, err);
		standing_migrations_free(&standing);
	}
	return rc;
}

int undo_find_moves(struct scene *scene, struct error *err)
{
	struct past_steps at = { 0 };
	const struct step *s;

	while ((s = past_next_step(scene->subject.past, &at)))
		if (is_taken(scene, s))
			add_move_of(scene, s);
	for (size_t i = 0; i < scene->subject.nmove; i++)
		if (complete_move(scene, &scene->subject.move[i], err) != 0)
			return -1;
	scene->subject.moves_things = scene->subject.nmove > 0;
	return find_elsewhere(scene, err);
}

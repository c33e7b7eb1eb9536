/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "find/moves.h"
#include "find/scene.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/str.h"

/* Which cell a host is in. Only that one must answer: nova goes on without the others, and so do we. */

static const struct cell_facts *cell_of_compute(const struct scene *scene, const char *host, struct error *err)
{
	const struct cell_facts *found = NULL;

	for (size_t i = 0; i < scene->nova.ncell; i++) {
		if (!nova_service_find(&scene->nova.cell[i].services, "nova-compute", host))
			continue;
		if (found) {
			error_set(err, ERROR_ERROR, "host '%s' has a nova-compute in cell '%s' and in cell '%s'", host,
			    found->cell->name, scene->nova.cell[i].cell->name);
			return NULL;
		}
		found = &scene->nova.cell[i];
	}
	return found;
}

/* A hypervisor's name for its service's host, which is what every row is about; NULL: nobody's, or of several. */
static const char *host_of_hypervisor(const struct scene *scene, const char *name)
{
	const char *found = NULL;

	for (size_t i = 0; i < scene->nova.ncell; i++)
		for (size_t k = 0; k < scene->nova.cell[i].nodes.n; k++) {
			const struct compute_node *n = &scene->nova.cell[i].nodes.v[k];

			if (strcmp(n->hypervisor_hostname, name) != 0)
				continue;
			if (found && strcmp(found, n->host) != 0)
				return NULL;
			found = n->host;
		}
	return found;
}

/* nova objects/host_mapping.py: which cell a host is in; a host whose record was deleted has none. */
static const struct host_mapping *mapping_of(const struct scene *scene, const char *host)
{
	for (size_t i = 0; i < scene->nova.mappings.n; i++)
		if (strcmp(scene->nova.mappings.v[i].host, host) == 0)
			return &scene->nova.mappings.v[i];
	return NULL;
}

/* Its own cell is the one that must answer. */
static bool is_in_lost_cell(const struct scene *scene, const char *host, struct error *err)
{
	const struct host_mapping *mapping = mapping_of(scene, host);
	const struct absence *lost = mapping ? world_lost_cell(scene->world, mapping->cell_id) : NULL;

	if (!lost)
		return false;
	error_set(err, lost->kind, "host '%s' is in cell '%s': %s", host, str_or(lost->cell->name, lost->cell->uuid),
	    lost->text);
	error_hint(err, "%s", lost->hint);
	return true;
}

int scene_not_known_in_all_cells(const struct scene *scene, const char *what, const char *name, struct error *err)
{
	const struct absence *lost = world_any_lost_cell(scene->world);

	error_set(err, lost->kind, "%s '%s' is not in the cells that answer; cell '%s' does not answer: %s", _(what), name,
	    str_or(lost->cell->name, lost->cell->uuid), lost->text);
	return error_hint(err, "%s", lost->hint);
}

/* Two cells that both name it are an error that names both. */
static int keep_only(const struct cell_facts **found, const struct cell_facts *cell, const char *host, const char *what,
    struct error *err)
{
	if (*found)
		return error_set(err, ERROR_ERROR, "host '%s' has %s in cell '%s' and in cell '%s'", host, _(what),
		    (*found)->cell->name, cell->cell->name);
	*found = cell;
	return 0;
}

static int cell_of_instances(const struct scene *scene, const char *host, const struct cell_facts **out, struct error *err)
{
	struct instances found;
	size_t n;

	*out = NULL;
	for (size_t i = 0; i < scene->nova.ncell; i++) {
		if (instances_on_host(scene->nova.cell[i].cell->db, host, &found, err) != 0)
			return -1;
		n = found.n;
		instances_free(&found);
		if (n > 0 && keep_only(out, &scene->nova.cell[i], host, N_("instances"), err) != 0)
			return -1;
	}
	return 0;
}

static const struct cell_facts *cell_of_service(const struct scene *scene, const char *host)
{
	const struct host_mapping *mapping = mapping_of(scene, host);

	for (size_t i = 0; i < scene->nova.ncell; i++) {
		if (mapping && mapping->cell_id == scene->nova.cell[i].cell->id)
			return &scene->nova.cell[i];
		for (size_t k = 0; k < scene->nova.cell[i].services.n; k++)
			if (strcmp(scene->nova.cell[i].services.v[k].host, host) == 0)
				return &scene->nova.cell[i];
	}
	return NULL;
}

/* A compute node, or what was evacuated from it and never cleaned up, may be all that still names a host. */
static int cell_of_remains(const struct scene *scene, const char *host, const struct cell_facts **out, struct error *err)
{
	struct standing_migrations found;

	assert(scene->nova.cell || scene->nova.ncell == 0);
	for (size_t i = 0; i < scene->nova.ncell && !*out; i++) {
		if (compute_node_of(&scene->nova.cell[i].nodes, host)) {
			*out = &scene->nova.cell[i];
			continue;
		}
		if (migrations_standing(scene->nova.cell[i].cell->db, host, &found, err) != 0)
			return -1;
		if (found.n > 0)
			*out = &scene->nova.cell[i];
		standing_migrations_free(&found);
	}
	return 0;
}

static int unknown_compute(const struct scene *scene, const char *host, struct error *err)
{
	struct host_list *named = xcalloc(scene->nova.ncell, sizeof *named);
	const char **known = NULL;
	size_t n = 0, cap = 0;
	int rc = 0;

	assert(scene->nova.cell || scene->nova.ncell == 0);
	for (size_t i = 0; i < scene->nova.ncell && rc == 0; i++) {
		const struct nova_services *s = &scene->nova.cell[i].services;

		rc = instance_hosts_list(scene->nova.cell[i].cell->db, &named[i], err);
		for (size_t k = 0; k < s->n + named[i].n; k++) {
			if (k < s->n ? strcmp(s->v[k].binary, "nova-compute") != 0 :
				       strcmp(named[i].v[k - s->n].host, host) == 0)
				continue;
			known = vec_grow(known, n, &cap, sizeof *known);
			known[n++] = k < s->n ? s->v[k].host : named[i].v[k - s->n].host;
		}
	}
	if (rc == 0)
		scene_unknown(N_("compute host"), host, known, n, "evac-manage service list", err);
	for (size_t i = 0; i < scene->nova.ncell; i++)
		host_list_free(&named[i]);
	free(named);
	free(known);
	return rc == 0 && world_any_lost_cell(scene->world) ? scene_not_known_in_all_cells(scene, N_("host"), host, err) : -1;
}

/* By its nova-compute's name or its hypervisor's; ${host} becomes the former. NULL without an error: neither is known. */
static const struct cell_facts *resolve(const struct scene *scene, const char **host, struct error *err)
{
	const struct cell_facts *cell;
	const char *real;

	error_clear(err);
	if (is_in_lost_cell(scene, *host, err))
		return NULL;
	cell = cell_of_compute(scene, *host, err);
	if (cell || err->kind)
		return cell;
	real = host_of_hypervisor(scene, *host);
	cell = real ? cell_of_compute(scene, real, err) : NULL;
	if (cell)
		*host = real;
	return cell;
}

/* nova compares as its columns do, without case: to it a compute that is spelt otherwise is the same one, and may be alive. */
static bool is_spelt_otherwise(const struct scene *scene, const char *host)
{
	for (size_t i = 0; i < scene->nova.ncell; i++)
		for (const struct nova_service *s = scene->nova.cell[i].services.v;
		     s < scene->nova.cell[i].services.v + scene->nova.cell[i].services.n; s++)
			if (strcmp(s->binary, "nova-compute") == 0 &&
			    (strcasecmp(s->host, host) == 0 || str_is_twin(s->host, host)))
				return true;
	return false;
}

/* A host whose nova-compute record was deleted is what its instances name; to be looked at, any service of it and its mapping
 * do. */
static const struct cell_facts *resolve_failed(const struct scene *scene, const char **host, struct error *err)
{
	const struct cell_facts *cell = resolve(scene, host, err);

	if (cell || err->kind || cell_of_instances(scene, *host, &cell, err) != 0)
		return cell;
	if (cell && scene->subject.evacuates && is_spelt_otherwise(scene, *host))
		cell = NULL;
	if (!cell && !scene->subject.evacuates)
		cell = cell_of_service(scene, *host);
	if (!cell && !scene->subject.evacuates && cell_of_remains(scene, *host, &cell, err) != 0)
		return NULL;
	if (!cell)
		unknown_compute(scene, *host, err);
	return cell;
}

int scene_locate(struct scene *scene, const char *host, struct error *err)
{
	scene->subject.host = host;
	scene->nova.home = resolve_failed(scene, &scene->subject.host, err);
	if (!scene->nova.home)
		return -1;
	if (strcmp(scene->subject.host, host) != 0)
		scene->subject.asked_host = host;
	scene->nova.compute = nova_service_find(&scene->nova.home->services, "nova-compute", scene->subject.host);
	scene->nova.compute_seen_ms = clock_monotonic_ms();
	scene_note_builders(scene);
	return 0;
}

int scene_find_home(struct scene *scene, const char *host, struct error *err)
{
	if (scene_locate(scene, host, err) != 0)
		return -1;
	if (migrations_standing(scene->nova.home->cell->db, scene->subject.host, &scene->nova.standing, err) != 0)
		return -1;
	return cell_columns_probe(scene->nova.home->cell->db, &scene->nova.columns, err);
}

/* One of --spread: a nova-compute of the cell of the failed hosts, which are none of them. */
static int check_spread_host(const struct scene *scene, const char *host, struct error *err)
{
	const struct cell_facts *cell;

	error_clear(err);
	if (is_in_lost_cell(scene, host, err))
		return -1;
	cell = cell_of_compute(scene, host, err);
	if (!cell)
		return err->kind ? -1 : unknown_compute(scene, host, err);
	if (scene_has_failed(scene, host))
		error_set(err, ERROR_USAGE, "--spread names '%s', which has failed", host);
	else if (scene->nova.home && cell != scene->nova.home)
		error_set(err, ERROR_USAGE, "--spread names '%s' of cell '%s'; the instances are in cell '%s'", host,
		    cell->cell->name, scene->nova.home->cell->name);
	else
		return 0;
	return error_hint(err, "leave '%s' out of --spread; those that are up: evac-manage service list", host);
}

int scene_check_spread(struct scene *scene, struct error *err)
{
	const struct words *spread = &scene->request->what.spread;
	const char *at, *item;
	size_t n;

	for (size_t i = 0; i < spread->n; i++)
		for (at = spread->v[i]; (n = word_next(&at, &item)) > 0;)
			if (check_spread_host(scene, arena_dupn(&scene->arena, item, n), err) != 0)
				return -1;
	return 0;
}

int scene_find_target(struct scene *scene, const char *host, struct error *err)
{
	const struct cell_facts *cell;

	error_clear(err);
	if (is_in_lost_cell(scene, host, err))
		return -1;
	cell = cell_of_compute(scene, host, err);
	if (!cell)
		return err->kind ? -1 : unknown_compute(scene, host, err);
	scene->nova.target_cell = cell;
	scene->nova.target_compute = nova_service_find(&cell->services, "nova-compute", host);
	scene->nova.target_node = compute_node_of(&cell->nodes, host);
	for (size_t i = 0; i < scene->nova.mappings.n; i++)
		scene->nova.target_is_mapped |= strcmp(scene->nova.mappings.v[i].host, host) == 0 &&
		    scene->nova.mappings.v[i].cell_id == cell->cell->id;
	return 0;
}

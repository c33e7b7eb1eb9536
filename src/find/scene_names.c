/* SPDX-License-Identifier: Apache-2.0 */
#include "names_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "find/moves.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/str.h"

/* The names that a mistyped one is compared with. */
struct names {
	const char **v;
	size_t n, cap;
	struct arena arena;
};

static void names_addn(struct names *names, const char *name, size_t n)
{
	for (size_t i = 0; i < names->n; i++)
		if (strlen(names->v[i]) == n && strncmp(names->v[i], name, n) == 0)
			return;
	names->v = vec_grow(names->v, names->n, &names->cap, sizeof *names->v);
	names->v[names->n++] = arena_dupn(&names->arena, name, n);
}

static void names_add(struct names *names, const char *name)
{
	names_addn(names, name, strlen(name));
}

static void names_free(struct names *names)
{
	free(names->v);
	arena_free(&names->arena);
}

/* Every owner, where the scene has those near some hosts alone; ${own} keeps what was read. NULL: they cannot be read. */
static const struct owners *every_owner(const struct scene *scene, struct owners *own, struct error *err)
{
	*own = (struct owners){ 0 };
	if (scene->cinder.owners.whole || !scene->world->cinder_db)
		return &scene->cinder.owners;
	return owners_list(scene->world->cinder_db, own, err) == 0 ? own : NULL;
}

int scene_unknown(const char *what, const char *name, const char *const *known, size_t n, const char *list, struct error *err)
{
	auto_str struct str near = { 0 };

	str_nearest(name, known, n, &near);
	error_set(err, ERROR_NOT_FOUND, "no %s '%s' is known", _(what), name);
	if (near.n)
		return error_hint(err, "did you mean %s? '%s' shows all", near.s, list);
	return error_hint(err, "'%s' shows all", list);
}

static int unknown_owner(const char *what, const char *name, struct names *known, const char *list, struct error *err)
{
	scene_unknown(what, name, known->v, known->n, list, err);
	names_free(known);
	return -1;
}

bool scene_is_backend(const struct scene *scene, const char *backend_host)
{
	size_t i;

	if (cinder_service_find(&scene->cinder.services, "cinder-volume", backend_host))
		return true;
	for (i = 0; i < scene->cinder.owners.n; i++)
		if (strcmp(scene->cinder.owners.v[i].kind, "volume") == 0 &&
		    host_is_on_backend(scene->cinder.owners.v[i].host, backend_host))
			return true;
	return false;
}

/* What only groups or the image cache name; ${pool} NULL: any. */
static int backend_is_named(const struct scene *scene, const char *backend_host, const char *pool, bool *named,
    struct error *err)
{
	static const enum owned_kind kinds[] = { OWNED_GROUP, OWNED_CONSISTENCYGROUP, OWNED_CACHE_ENTRY };
	struct owned_rows rows;

	*named = false;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !*named && !scene->cinder.schema.missing[0]; i++) {
		if (owned_find(scene->world->cinder_db, kinds[i], backend_host, &rows, err) != 0)
			return -1;
		for (size_t k = 0; k < rows.n; k++)
			*named |= !pool || str_equal(host_pool(rows.v[k].host), pool);
		owned_free(&rows);
	}
	return 0;
}

int scene_check_backend(const struct scene *scene, const char *backend_host, struct error *err)
{
	struct names known = { 0 };
	const struct owners *owners;
	struct owners own;
	bool named;
	size_t i;

	if (scene_is_backend(scene, backend_host))
		return 0;
	if (backend_is_named(scene, backend_host, NULL, &named, err) != 0 || named)
		return named ? 0 : -1;
	if (!(owners = every_owner(scene, &own, err)))
		return -1;
	for (i = 0; i < scene->cinder.services.n; i++)
		if (strcmp(scene->cinder.services.v[i].binary, "cinder-volume") == 0)
			names_add(&known, scene->cinder.services.v[i].host);
	for (i = 0; i < owners->n; i++)
		if (strcmp(owners->v[i].kind, "volume") == 0 && !host_pool(owners->v[i].host))
			names_add(&known, owners->v[i].host);
	owners_free(&own);
	return unknown_owner(N_("cinder backend"), backend_host, &known, "evac-manage service list", err);
}

/* Has a volume of one of them this pool? What else lives there becomes known. */
static bool is_pool_of(const struct owners *owners, const struct host_name *host, bool anywhere, struct names *known)
{
	struct host_name owner;

	for (const struct owner *o = owners->v; o < owners->v + owners->n; o++) {
		if (strcmp(o->kind, "volume") != 0 || !host_name_parse(o->host, &owner) || !owner.pool[0])
			continue;
		if (strcmp(owner.backend_host, host->backend_host) != 0 &&
		    !(anywhere && strcmp(owner.backend, host->backend) == 0))
			continue;
		if (strcmp(owner.pool, host->pool) == 0)
			return true;
		names_add(known, host_pool(o->host));
	}
	return false;
}

/* Of the owners that the scene has, then of all: an unknown pool, and one that lives on another node alone, are rare. */
static int pool_is_owned(const struct scene *scene, const struct host_name *host, bool anywhere, struct names *known,
    bool *owned, struct error *err)
{
	const struct owners *owners;
	struct owners own;

	*owned = is_pool_of(&scene->cinder.owners, host, anywhere, known);
	if (*owned || !anywhere || scene->cinder.owners.whole)
		return 0;
	if (!(owners = every_owner(scene, &own, err)))
		return -1;
	*owned = is_pool_of(owners, host, anywhere, known);
	owners_free(&own);
	return 0;
}

/* Pools are stored nowhere but in what lives on them. A pool of the target is believed when something lives on it there, or on
 * the backend of the same name elsewhere. */
int scene_check_pool(const struct scene *scene, const struct host_name *host, bool anywhere, struct error *err)
{
	struct names known = { 0 };
	bool named;

	if (pool_is_owned(scene, host, anywhere, &known, &named, err) != 0 ||
	    (!named && backend_is_named(scene, host->backend_host, host->pool, &named, err) != 0) || named) {
		names_free(&known);
		return named ? 0 : -1;
	}
	return unknown_owner(N_("pool"), host->pool, &known,
	    arena_printf(&known.arena, "evac-manage volume list --host %s", shell_word(&known.arena, host->backend_host)), err);
}

/* What only a row names: an attachment, an instance of a host whose services' records are gone. */
static int node_is_named(const struct scene *scene, const char *node, bool *named, struct error *err)
{
	struct attachments attachments = { 0 };
	struct instances instances = { 0 };

	if (scene->world->cinder_db && attachments_on_host(scene->world->cinder_db, node, &attachments, err) != 0)
		return -1;
	*named = attachments.n > 0;
	attachments_free(&attachments);
	for (size_t i = 0; i < scene->nova.ncell && !*named; i++) {
		if (instances_on_host(scene->nova.cell[i].cell->db, node, &instances, err) != 0)
			return -1;
		*named = instances.n > 0;
		instances_free(&instances);
	}
	return 0;
}

static bool node_is_known(const struct scene *scene, const char *node)
{
	size_t i, k;

	for (i = 0; i < scene->cinder.services.n; i++)
		if (host_is_on_node(scene->cinder.services.v[i].host, node))
			return true;
	for (i = 0; i < scene->cinder.owners.n; i++)
		if (host_is_on_node(scene->cinder.owners.v[i].host, node))
			return true;
	for (i = 0; i < scene->nova.ncell; i++)
		for (k = 0; k < scene->nova.cell[i].services.n; k++)
			if (strcmp(scene->nova.cell[i].services.v[k].host, node) == 0)
				return true;
	for (i = 0; i < scene->nova.ncell; i++)
		if (compute_node_of(&scene->nova.cell[i].nodes, node))
			return true;
	return false;
}

int scene_check_node(const struct scene *scene, const char *node, struct error *err)
{
	struct names known = { 0 };
	const struct owners *owners;
	struct owners own;
	struct host_list hosts;
	bool named = false;
	size_t i, k;

	if (node_is_known(scene, node))
		return 0;
	if (node_is_named(scene, node, &named, err) != 0 || named)
		return named ? 0 : -1;
	if (!(owners = every_owner(scene, &own, err)))
		return -1;
	for (i = 0; i < scene->cinder.services.n; i++)
		names_addn(&known, scene->cinder.services.v[i].host, strcspn(scene->cinder.services.v[i].host, "@#"));
	for (i = 0; i < owners->n; i++)
		names_addn(&known, owners->v[i].host, strcspn(owners->v[i].host, "@#"));
	owners_free(&own);
	for (i = 0; i < scene->nova.ncell; i++)
		for (k = 0; k < scene->nova.cell[i].services.n; k++)
			names_add(&known, scene->nova.cell[i].services.v[k].host);
	for (i = 0; i < scene->nova.ncell; i++) {
		if (instance_hosts_list(scene->nova.cell[i].cell->db, &hosts, err) != 0) {
			names_free(&known);
			return -1;
		}
		for (k = 0; k < hosts.n; k++)
			names_add(&known, hosts.v[k].host);
		host_list_free(&hosts);
	}
	return unknown_owner(N_("host"), node, &known, "evac-manage service list", err);
}

int scene_check_owner(const struct scene *scene, const struct host_name *owner, struct error *err)
{
	if (!owner->backend[0])
		return scene_check_node(scene, owner->node, err);
	if (scene_check_backend(scene, owner->backend_host, err) != 0)
		return -1;
	return owner->pool[0] ? scene_check_pool(scene, owner, false, err) : 0;
}

/* The map's new pool when ${pool} is its old one: a name may hold a '=', so that only the pools that are there tell where the
 * old one ends. */
static const char *mapped_to(const char *map, const char *pool)
{
	size_t n = strlen(pool);

	return strncmp(map, pool, n) == 0 && map[n] == '=' && map[n + 1] ? map + n + 1 : NULL;
}

const char *request_pool(const struct request *request, const char *pool)
{
	for (size_t i = 0; i < request->what.pool_map.n; i++)
		if (mapped_to(request->what.pool_map.v[i], pool))
			return mapped_to(request->what.pool_map.v[i], pool);
	return pool;
}

/* The new pool of a map whose old one is known; NULL and an error: it is not, or two pools could be meant. "=POOL" is about
 * volumes without one, and there may be none any more. */
static const char *new_pool(const struct scene *scene, const char *map, struct error *err)
{
	const char *to = map[0] == '=' ? map + 1 : NULL, *other;
	struct names known = { 0 };

	for (const struct owner *o = scene->cinder.owners.v; o < scene->cinder.owners.v + scene->cinder.owners.n; o++) {
		const char *pool = host_pool(o->host);

		if (!pool || strcmp(o->kind, "volume") != 0 || !host_is_on_node(o->host, scene->subject.host))
			continue;
		names_add(&known, pool);
		other = mapped_to(map, pool);
		if (to && other && strcmp(to, other) != 0) {
			error_set(err, ERROR_USAGE, "--pool-map '%s' matches more than one pool of '%s'", map,
			    scene->subject.host);
			error_hint(err, "name the pool in --currenthost and the new one in --newhost");
			names_free(&known);
			return NULL;
		}
		to = to ? to : other;
	}
	if (!to)
		unknown_owner(N_("pool of the failed host"), arena_dupn(&known.arena, map, strcspn(map, "=")), &known,
		    arena_printf(&known.arena, "evac-manage host show %s", shell_word(&known.arena, scene->subject.host)), err);
	else
		names_free(&known);
	return to;
}

int scene_check_pool_map(const struct scene *scene, struct error *err)
{
	const struct words *w = &scene->request->what.pool_map;
	const char *pool;
	struct host_name to;

	for (size_t i = 0; i < w->n; i++) {
		pool = new_pool(scene, w->v[i], err);
		if (!pool)
			return -1;
		for (const struct move *m = scene->subject.move; m < scene->subject.move + scene->subject.nmove; m++) {
			to = m->to;
			snprintf(to.pool, sizeof to.pool, "%s", pool);
			if (m->kind == MOVE_BACKEND && scene_check_pool(scene, &to, true, err) != 0)
				return -1;
		}
	}
	return 0;
}

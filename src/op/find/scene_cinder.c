/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "op/scene.h"
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

int scene_unknown(const char *what, const char *name, const char *const *known, size_t n, const char *list, struct error *err)
{
	auto_str struct str near = { 0 };

	str_nearest(name, known, n, &near);
	error_set(err, ERROR_NOT_FOUND, "no %s '%s' is known", what, name);
	if (near.n)
		return error_hint(err, "did you mean %s? '%s' shows all", near.s, list);
	return error_hint(err, "'%s' shows all", list);
}

static int unknown(const char *what, const char *name, struct names *known, const char *list, struct error *err)
{
	scene_unknown(what, name, known->v, known->n, list, err);
	names_free(known);
	return -1;
}

int scene_find_cinder(struct scene *scene, struct error *err)
{
	struct db *db = scene->world->cinder_db;

	scene->cinder_down_s = scene->world->cinder.service_down_time_s;
	if (cinder_services_list(db, &scene->cinder_services, err) != 0 ||
	    cinder_schema_probe(db, &scene->cinder_schema, err) != 0)
		return -1;
	return owners_list(db, &scene->owners, err);
}

static bool backend_is_known(const struct scene *scene, const char *backend_host)
{
	size_t i;

	for (i = 0; i < scene->cinder_services.n; i++)
		if (strcmp(scene->cinder_services.v[i].host, backend_host) == 0 &&
		    strcmp(scene->cinder_services.v[i].binary, "cinder-volume") == 0)
			return true;
	for (i = 0; i < scene->owners.n; i++)
		if (strcmp(scene->owners.v[i].kind, "volume") == 0 && host_is_on_backend(scene->owners.v[i].host, backend_host))
			return true;
	return false;
}

static int check_backend(const struct scene *scene, const char *backend_host, struct error *err)
{
	struct names known = { 0 };
	size_t i;

	if (backend_is_known(scene, backend_host))
		return 0;
	for (i = 0; i < scene->cinder_services.n; i++)
		if (strcmp(scene->cinder_services.v[i].binary, "cinder-volume") == 0)
			names_add(&known, scene->cinder_services.v[i].host);
	for (i = 0; i < scene->owners.n; i++)
		if (strcmp(scene->owners.v[i].kind, "volume") == 0 && !host_pool(scene->owners.v[i].host))
			names_add(&known, scene->owners.v[i].host);
	return unknown("cinder backend", backend_host, &known, "evac-manage service list", err);
}

/* Pools are stored nowhere but in what lives on them. A pool of the target is believed when something lives on it there, or on
 * the backend of the same name elsewhere. */
static int check_pool(const struct scene *scene, const struct host_name *host, bool anywhere, struct error *err)
{
	struct names known = { 0 };
	struct host_name owner;

	for (size_t i = 0; i < scene->owners.n; i++) {
		if (strcmp(scene->owners.v[i].kind, "volume") != 0 || !host_name_parse(scene->owners.v[i].host, &owner) ||
		    !owner.pool[0])
			continue;
		if (strcmp(owner.backend_host, host->backend_host) != 0 && !(anywhere && strcmp(owner.backend, host->backend) == 0))
			continue;
		if (strcmp(owner.pool, host->pool) == 0) {
			names_free(&known);
			return 0;
		}
		names_add(&known, host_pool(scene->owners.v[i].host));
	}
	return unknown("pool", host->pool, &known, "evac-manage volume list --host HOST", err);
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
	for (size_t i = 0; i < scene->ncell && !*named; i++) {
		if (instances_on_host(scene->cell[i].cell->db, node, &instances, err) != 0)
			return -1;
		*named = instances.n > 0;
		instances_free(&instances);
	}
	return 0;
}

static bool node_is_known(const struct scene *scene, const char *node)
{
	size_t i, k;

	for (i = 0; i < scene->cinder_services.n; i++)
		if (host_is_on_node(scene->cinder_services.v[i].host, node))
			return true;
	for (i = 0; i < scene->owners.n; i++)
		if (host_is_on_node(scene->owners.v[i].host, node))
			return true;
	for (i = 0; i < scene->ncell; i++)
		for (k = 0; k < scene->cell[i].services.n; k++)
			if (strcmp(scene->cell[i].services.v[k].host, node) == 0)
				return true;
	return false;
}

int scene_check_node(const struct scene *scene, const char *node, struct error *err)
{
	struct names known = { 0 };
	struct host_list hosts;
	bool named = false;
	size_t i, k;

	if (node_is_known(scene, node))
		return 0;
	if (node_is_named(scene, node, &named, err) != 0 || named)
		return named ? 0 : -1;
	for (i = 0; i < scene->cinder_services.n; i++)
		names_addn(&known, scene->cinder_services.v[i].host, strcspn(scene->cinder_services.v[i].host, "@#"));
	for (i = 0; i < scene->owners.n; i++)
		names_addn(&known, scene->owners.v[i].host, strcspn(scene->owners.v[i].host, "@#"));
	for (i = 0; i < scene->ncell; i++)
		for (k = 0; k < scene->cell[i].services.n; k++)
			names_add(&known, scene->cell[i].services.v[k].host);
	for (i = 0; i < scene->ncell; i++) {
		if (instance_hosts_list(scene->cell[i].cell->db, &hosts, err) != 0) {
			names_free(&known);
			return -1;
		}
		for (k = 0; k < hosts.n; k++)
			names_add(&known, hosts.v[k].host);
		host_list_free(&hosts);
	}
	return unknown("host", node, &known, "evac-manage service list", err);
}

int scene_check_owner(const struct scene *scene, const struct host_name *owner, struct error *err)
{
	if (!owner->backend[0])
		return scene_check_node(scene, owner->node, err);
	if (check_backend(scene, owner->backend_host, err) != 0)
		return -1;
	return owner->pool[0] ? check_pool(scene, owner, false, err) : 0;
}

/* Rows of other pools stay when one pool was asked for. */
static void keep_pool(struct owned_rows *rows, const char *pool)
{
	size_t kept = 0;

	for (size_t i = 0; i < rows->n; i++)
		if (str_equal(host_pool(rows->v[i].host), pool))
			rows->v[kept++] = rows->v[i];
	rows->n = kept;
}

static int find_rows(struct scene *scene, struct move *move, struct error *err)
{
	static const enum owned_kind of_backend[] = { OWNED_VOLUME, OWNED_GROUP, OWNED_CONSISTENCYGROUP, OWNED_CACHE_ENTRY,
		OWNED_WORKER };
	struct db *db = scene->world->cinder_db;
	size_t i;

	if (scene->cinder_schema.missing[0]) /* the finding says so; what would be read may be what is missing */
		return 0;
	if (move->kind == MOVE_BACKUPS) {
		if (unfinished_on_backup_host(db, move->from.text, &move->unfinished, err) != 0)
			return -1;
		return owned_find(db, OWNED_BACKUP, move->from.text, &move->rows[OWNED_BACKUP], err);
	}
	if (!scene->kinds && unfinished_on_backend(db, move->from.backend_host, move->from.node, &move->unfinished, err) != 0)
		return -1;
	for (i = 0; i < sizeof of_backend / sizeof *of_backend; i++) {
		if (of_backend[i] != OWNED_VOLUME && scene->request->volumes_only)
			continue;
		if (scene->kinds && !(scene->kinds & 1u << of_backend[i]))
			continue;
		if (of_backend[i] == OWNED_WORKER && move->from.pool[0]) /* a worker belongs to the service, whatever the pool */
			continue;
		if (owned_find(db, of_backend[i], move->from.backend_host, &move->rows[of_backend[i]], err) != 0)
			return -1;
		if (move->from.pool[0])
			keep_pool(&move->rows[of_backend[i]], move->from.pool);
	}
	return 0;
}

static int check_names(const struct scene *scene, const struct move *move, struct error *err)
{
	if (move->kind == MOVE_BACKUPS) {
		if (scene_check_node(scene, move->from.text, err) != 0)
			return -1;
		return scene_check_node(scene, move->to.text, err);
	}
	if (check_backend(scene, move->from.backend_host, err) != 0 || check_backend(scene, move->to.backend_host, err) != 0)
		return -1;
	if (move->from.pool[0] && check_pool(scene, &move->from, false, err) != 0)
		return -1;
	return move->to.pool[0] ? check_pool(scene, &move->to, true, err) : 0;
}

static struct move *new_move(struct scene *scene)
{
	scene->move = xreallocarray(scene->move, scene->nmove + 1, sizeof *scene->move);
	scene->move[scene->nmove] = (struct move){ 0 };
	return &scene->move[scene->nmove++];
}

static size_t rows_of(const struct move *move)
{
	size_t n = 0;

	for (int k = 0; k < OWNED_KINDS; k++)
		n += move->rows[k].n;
	return n;
}

static void drop_empty_moves(struct scene *scene)
{
	size_t kept = 0, i, k;

	for (i = 0; i < scene->nmove; i++) {
		if (rows_of(&scene->move[i]) > 0 || scene->cinder_schema.missing[0]) {
			scene->move[kept++] = scene->move[i];
			continue;
		}
		unfinished_free(&scene->move[i].unfinished);
		for (k = 0; k < OWNED_KINDS; k++)
			owned_free(&scene->move[i].rows[k]);
	}
	scene->nmove = kept;
}

/* Both names are known to be hosts, or are about to be found missing. */
static int fill_move(struct scene *scene, struct move *move, struct error *err)
{
	const char *binary = move->kind == MOVE_BACKUPS ? "cinder-backup" : "cinder-volume";

	move->source = cinder_service_find(&scene->cinder_services, binary, move->from.backend_host);
	move->target = cinder_service_find(&scene->cinder_services, binary, move->to.backend_host);
	return find_rows(scene, move, err);
}

int scene_add_move(struct scene *scene, enum move_kind kind, const char *from, const char *to, struct error *err)
{
	struct move *move = new_move(scene);

	move->kind = kind;
	if (!host_name_parse(from, &move->from))
		return error_set(err, ERROR_USAGE, "'%s' is not a host", from);
	if (!host_name_parse(to, &move->to))
		return error_set(err, ERROR_USAGE, "'%s' is not a host", to);
	if (check_names(scene, move, err) != 0)
		return -1;
	move->target_known = true; /* else it would have been an unknown name */
	return fill_move(scene, move, err);
}

static bool has_move(const struct scene *scene, enum move_kind kind, const char *from)
{
	for (size_t i = 0; i < scene->nmove; i++)
		if (scene->move[i].kind == kind && strcmp(scene->move[i].from.text, from) == 0)
			return true;
	return false;
}

static int add_counterpart(struct scene *scene, enum move_kind kind, const char *owner, const char *to, struct error *err)
{
	struct host_name from;
	struct move *move;

	if (!host_name_parse(owner, &from))
		return error_set(err, ERROR_REFUSED, "'%s' owns rows and is no host's name: 'evac-manage audit run' shows which", owner);
	if (has_move(scene, kind, from.backend_host))
		return 0;
	move = new_move(scene);
	move->kind = kind;
	if (!host_name_parse(from.backend_host, &move->from) ||
	    !host_name_parse(kind == MOVE_BACKUPS ? to : arena_printf(&scene->arena, "%s%s%s", to, from.backend[0] ? "@" : "", from.backend),
	        &move->to))
		return error_set(err, ERROR_ERROR, "'%s' of '%s' makes too long a name", from.backend, to);
	move->target_known = kind == MOVE_BACKEND && backend_is_known(scene, move->to.backend_host);
	return fill_move(scene, move, err);
}

/* A backend that owns no volumes may still own groups, cache entries or work: every service of the node is looked at, too. */
int scene_add_counterparts(struct scene *scene, const char *from, const char *to, unsigned kinds, struct error *err)
{
	size_t i;

	for (i = 0; i < scene->owners.n; i++) {
		const struct owner *o = &scene->owners.v[i];
		bool is_backup = strcmp(o->kind, "backup") == 0;

		if (!(kinds & 1u << (is_backup ? MOVE_BACKUPS : MOVE_BACKEND)))
			continue;
		if (is_backup ? strcmp(o->host, from) != 0 : !host_is_on_node(o->host, from))
			continue;
		if (add_counterpart(scene, is_backup ? MOVE_BACKUPS : MOVE_BACKEND, o->host, to, err) != 0)
			return -1;
	}
	for (i = 0; i < scene->cinder_services.n; i++) {
		const struct cinder_service *s = &scene->cinder_services.v[i];

		if (kinds & 1u << MOVE_BACKEND && strcmp(s->binary, "cinder-volume") == 0 && host_is_on_node(s->host, from) &&
		    add_counterpart(scene, MOVE_BACKEND, s->host, to, err) != 0)
			return -1;
	}
	drop_empty_moves(scene);
	return 0;
}

const char *request_pool(const struct request *request, const char *pool)
{
	size_t n = strlen(pool);

	for (size_t i = 0; i < request->pool_map.n; i++)
		if (strncmp(request->pool_map.v[i], pool, n) == 0 && request->pool_map.v[i][n] == '=')
			return request->pool_map.v[i] + n + 1;
	return pool;
}

static int check_old_pool(const struct scene *scene, const char *map, struct error *err)
{
	size_t n = strcspn(map, "=");
	struct names known = { 0 };

	for (const struct owner *o = scene->owners.v; o < scene->owners.v + scene->owners.n; o++) {
		const char *pool = host_pool(o->host);

		if (!pool || strcmp(o->kind, "volume") != 0 || !host_is_on_node(o->host, scene->host))
			continue;
		names_add(&known, pool);
		if (strlen(pool) == n && strncmp(pool, map, n) == 0) {
			names_free(&known);
			return 0;
		}
	}
	return unknown("pool of the failed host", arena_dupn(&known.arena, map, n), &known, "evac-manage host show HOST", err);
}

int scene_check_pool_map(const struct scene *scene, struct error *err)
{
	const struct words *w = &scene->request->pool_map;
	struct host_name to;

	for (size_t i = 0; i < w->n; i++) {
		if (check_old_pool(scene, w->v[i], err) != 0)
			return -1;
		for (const struct move *m = scene->move; m < scene->move + scene->nmove; m++) {
			to = m->to;
			snprintf(to.pool, sizeof to.pool, "%s", strchr(w->v[i], '=') + 1);
			if (m->kind == MOVE_BACKEND && check_pool(scene, &to, true, err) != 0)
				return -1;
		}
	}
	return 0;
}

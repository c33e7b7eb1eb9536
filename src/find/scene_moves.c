/* SPDX-License-Identifier: Apache-2.0 */
#include "names_internal.h"

#include <stdlib.h>
#include <string.h>

#include "find/moves.h"
#include "find/words.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/str.h"

/* What goes from one owner to another: its rows by kind, what of them stays, and what was asked for. */

const char *move_binary(enum move_kind kind)
{
	return kind == MOVE_BACKUPS ? "cinder-backup" : "cinder-volume";
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

static struct cluster_fact *cluster_fact(struct scene *scene, const struct move *move, const char *cluster_name)
{
	size_t n = strcspn(cluster_name, "#"), i;
	struct cluster_fact *f;

	for (i = 0; i < scene->cinder.ncluster_fact; i++) {
		f = &scene->cinder.cluster_fact[i];
		if (strcmp(f->backend_host, move->from.backend_host) == 0 && strlen(f->cluster) == n &&
		    strncmp(f->cluster, cluster_name, n) == 0)
			return f;
	}
	scene->cinder.cluster_fact = vec_grow(scene->cinder.cluster_fact, i, &scene->cinder.cluster_fact_cap,
	    sizeof *scene->cinder.cluster_fact);
	f = &scene->cinder.cluster_fact[scene->cinder.ncluster_fact++];
	*f = (struct cluster_fact){ .backend_host = arena_dup(&scene->arena, move->from.backend_host),
		.cluster = arena_dupn(&scene->arena, cluster_name, n),
		.is_up = cinder_cluster_is_up(&scene->cinder.services, cluster_name, scene->cinder.down_s) };
	return f;
}

/* A worker names its service and no cluster: it is finished by whoever serves what that service did. */
static const char *cluster_of(const struct move *move, enum owned_kind kind, const struct owned *row)
{
	const char *name = kind == OWNED_WORKER && move->source ? move->source->cluster_name : row->cluster_name;

	return name && *name ? name : NULL;
}

static void leave_to_clusters(struct scene *scene, struct move *move, enum owned_kind kind)
{
	struct owned_rows *rows = &move->rows[kind];
	size_t kept = 0;

	for (size_t i = 0; i < rows->n; i++) {
		const char *cluster = move->in_place ? NULL : cluster_of(move, kind, &rows->v[i]);
		struct cluster_fact *f = cluster ? cluster_fact(scene, move, cluster) : NULL;

		if (f)
			f->n[kind]++;
		if (f && f->is_up)
			move->served[kind]++;
		else
			rows->v[kept++] = rows->v[i];
	}
	rows->n = kept;
}

static void keep_changing(const struct scene *scene, struct move *move, enum owned_kind kind)
{
	struct owned_rows *rows = &move->rows[kind];
	auto_arena struct arena arena = { 0 };
	size_t kept = 0;

	for (size_t i = 0; i < rows->n; i++)
		if (kind != OWNED_WORKER &&
		    strcmp(scene_new_host(scene->request, move, rows->v[i].host, &arena), rows->v[i].host) != 0)
			rows->v[kept++] = rows->v[i];
	rows->n = kept;
}

static bool has_row(const struct owned_rows *rows, const char *id)
{
	for (size_t i = 0; i < rows->n; i++)
		if (str_equal(rows->v[i].id, id))
			return true;
	return false;
}

/* Whoever serves the volume finishes the work on it. */
static void keep_unfinished_of_rows(struct move *move)
{
	size_t kept = 0;

	for (size_t i = 0; i < move->unfinished.n; i++)
		if (strstr(move->unfinished.v[i].kind, "attachment") ||
		    has_row(&move->rows[OWNED_VOLUME], move->unfinished.v[i].volume_id))
			move->unfinished.v[kept++] = move->unfinished.v[i];
	move->unfinished.n = kept;
}

/* With what was under way on them, whatever becomes of it. */
static int find_moved_volumes(const struct scene *scene, struct move *move, struct error *err)
{
	struct db *db = scene->world->cinder_db;

	if (owned_find_volumes(db, move->from.backend_host, &scene->cinder.owners, move->source ? move->source->uuid : NULL,
		&move->rows[OWNED_VOLUME], err) != 0)
		return -1;
	return scene->subject.kinds ? 0 :
				      unfinished_on_backend(db, move->from.backend_host, move->from.node,
					  &move->rows[OWNED_VOLUME], &move->unfinished, err);
}

static int find_move_rows(struct scene *scene, struct move *move, struct error *err)
{
	static const enum owned_kind of_backend[] = { OWNED_VOLUME, OWNED_GROUP, OWNED_CONSISTENCYGROUP, OWNED_CACHE_ENTRY,
		OWNED_WORKER };
	struct db *db = scene->world->cinder_db;
	size_t i;

	if (scene->cinder.schema.missing[0]) /* the finding says so; what would be read may be what is missing */
		return 0;
	if (move->kind == MOVE_BACKUPS) {
		if (unfinished_on_backup_host(db, move->from.text, &move->unfinished, err) != 0)
			return -1;
		return owned_find(db, OWNED_BACKUP, move->from.text, &move->rows[OWNED_BACKUP], err);
	}
	for (i = 0; i < sizeof of_backend / sizeof *of_backend; i++) {
		if (of_backend[i] != OWNED_VOLUME && scene->request->what.volumes_only)
			continue;
		if (scene->subject.kinds && !(scene->subject.kinds & 1u << of_backend[i]))
			continue;
		if (of_backend[i] == OWNED_WORKER &&
		    move->from.pool[0]) /* a worker belongs to the service, whatever the pool */
			continue;
		if ((of_backend[i] == OWNED_VOLUME ?
			    find_moved_volumes(scene, move, err) :
			    owned_find(db, of_backend[i], move->from.backend_host, &move->rows[of_backend[i]], err)) != 0)
			return -1;
		if (move->from.pool[0])
			keep_pool(&move->rows[of_backend[i]], move->from.pool);
		leave_to_clusters(scene, move, of_backend[i]);
		if (move->in_place && scene->request->what.pool_map.n > 0)
			keep_changing(scene, move, of_backend[i]);
	}
	if ((move->in_place && scene->request->what.pool_map.n > 0) || move->served[OWNED_VOLUME] > 0)
		keep_unfinished_of_rows(move);
	return 0;
}

static int check_move_names(const struct scene *scene, const struct move *move, struct error *err)
{
	if (move->kind == MOVE_BACKUPS) {
		if (scene_check_node(scene, move->from.text, err) != 0)
			return -1;
		return scene_check_node(scene, move->to.text, err);
	}
	if (scene_check_backend(scene, move->from.backend_host, err) != 0 ||
	    scene_check_backend(scene, move->to.backend_host, err) != 0)
		return -1;
	if (move->from.pool[0] && scene_check_pool(scene, &move->from, false, err) != 0)
		return -1;
	return move->to.pool[0] ? scene_check_pool(scene, &move->to, true, err) : 0;
}

static struct move *new_move(struct scene *scene)
{
	scene->subject.move = xreallocarray(scene->subject.move, scene->subject.nmove + 1, sizeof *scene->subject.move);
	scene->subject.move[scene->subject.nmove] = (struct move){ 0 };
	return &scene->subject.move[scene->subject.nmove++];
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

	for (i = 0; i < scene->subject.nmove; i++) {
		if (rows_of(&scene->subject.move[i]) > 0 || scene->cinder.schema.missing[0]) {
			scene->subject.move[kept++] = scene->subject.move[i];
			continue;
		}
		unfinished_free(&scene->subject.move[i].unfinished);
		for (k = 0; k < OWNED_KINDS; k++)
			owned_free(&scene->subject.move[i].rows[k]);
	}
	scene->subject.nmove = kept;
}

/* Both names are known to be hosts, or are about to be found missing. */
static int find_move(struct scene *scene, struct move *move, struct error *err)
{
	const char *binary = move_binary(move->kind);

	move->in_place = strcmp(move->from.backend_host, move->to.backend_host) == 0;
	move->source = cinder_service_find(&scene->cinder.services, binary, move->from.backend_host);
	move->target = cinder_service_find(&scene->cinder.services, binary, move->to.backend_host);
	return find_move_rows(scene, move, err);
}

/* Every pool of a backend into one pool would forget which volume lies in which. */
static int check_pools_stay(const struct move *move, struct error *err)
{
	if (!move->to.pool[0] || move->from.pool[0])
		return 0;
	for (int k = 0; k < OWNED_KINDS; k++)
		for (size_t i = 0; i < move->rows[k].n; i++)
			if (k != OWNED_WORKER && host_pool(move->rows[k].v[i].host)) {
				error_set(err, ERROR_USAGE,
				    "'%s' has volumes in pools ('%s'); --newhost '%s' would put all of them into one pool",
				    move->from.text, move->rows[k].v[i].host, move->to.text);
				return error_hint(err,
				    "name the pool in --currenthost too; or leave it out of --newhost, then the pools keep their names");
			}
	return 0;
}

/* Of every kind that moves but workers, which have no name of their own. */
static int add_nameables(const struct scene *scene, const struct move *move, const char *owner, struct nameables *out,
    struct error *err)
{
	struct owned_rows rows;

	for (int k = 0; k < OWNED_KINDS; k++) {
		if (k == OWNED_WORKER || (k == OWNED_BACKUP) != (move->kind == MOVE_BACKUPS) ||
		    (scene->subject.kinds && !(scene->subject.kinds & 1u << k)))
			continue;
		if (owned_find(scene->world->cinder_db, (enum owned_kind)k, owner, &rows, err) != 0)
			return -1;
		for (size_t i = 0; i < rows.n; i++)
			nameables_add(out, rows.v[i].id,
			    k == OWNED_CACHE_ENTRY ? NULL : rows.v[i].name); /* whose name is an image's id */
		owned_free(&rows);
	}
	return 0;
}

/* What may be named: the rows of every move, those that stay with a live cluster, too. */
static int check_row_words(const struct scene *scene, struct error *err)
{
	auto_free char *host = shell_quoted(
	    scene->subject.nmove > 0 ? scene->subject.move[0].from.node : str_or(scene->subject.host, "HOST"));
	auto_free char *list = xasprintf("evac-manage %s list --host %s",
	    scene->subject.nmove > 0 && scene->subject.move[0].kind == MOVE_BACKUPS ? "backup" : "volume", host);
	const struct request *r = scene->request;
	struct nameables known = { 0 }, gone = { 0 };
	const struct move *m;
	int rc = 0;

	if (scene->subject.evacuates || scene->cinder.schema.missing[0] || r->what.only.n + r->what.exclude.n == 0)
		return 0;
	for (m = scene->subject.move; m < scene->subject.move + scene->subject.nmove && rc == 0; m++)
		rc = add_nameables(scene, m, m->kind == MOVE_BACKUPS ? m->from.text : m->from.backend_host, &known, err);
	for (m = scene->subject.move; m < scene->subject.move + scene->subject.nmove && rc == 0; m++)
		rc = add_nameables(scene, m, m->kind == MOVE_BACKUPS ? m->to.text : m->to.backend_host, &gone, err);
	if (rc == 0)
		rc = request_check_cinder_words(r, scene->world->cinder_db, &known, &gone,
		    scene->subject.nmove > 0 && scene->subject.move[0].kind == MOVE_BACKUPS ? N_("backup") :
											      N_("volume or group"),
		    list, err);
	nameables_free(&known);
	nameables_free(&gone);
	return rc;
}

int scene_add_move(struct scene *scene, enum move_kind kind, const char *from, const char *to, struct error *err)
{
	struct move *move = new_move(scene);

	move->kind = kind;
	if (!host_name_parse(from, &move->from))
		return error_set(err, ERROR_USAGE, "'%s' is not a host name", from);
	if (!host_name_parse(to, &move->to))
		return error_set(err, ERROR_USAGE, "'%s' is not a host name", to);
	if (check_move_names(scene, move, err) != 0)
		return -1;
	move->target_known = true; /* else it would have been an unknown name */
	if (find_move(scene, move, err) != 0 || check_pools_stay(move, err) != 0 || check_row_words(scene, err) != 0)
		return -1;
	scene_choose_rows(scene);
	return 0;
}

static bool has_move(const struct scene *scene, enum move_kind kind, const char *from)
{
	for (size_t i = 0; i < scene->subject.nmove; i++)
		if (scene->subject.move[i].kind == kind && strcmp(scene->subject.move[i].from.text, from) == 0)
			return true;
	return false;
}

static int add_counterpart(struct scene *scene, enum move_kind kind, const char *owner, const char *to, struct error *err)
{
	struct host_name from;
	struct move *move;

	if (!host_name_parse(owner, &from)) {
		error_set(err, ERROR_REFUSED, "'%s' owns rows of cinder but is not a host name; nothing was written", owner);
		return error_hint(err, "'evac-manage audit run' lists these rows");
	}
	if (has_move(scene, kind, from.backend_host))
		return 0;
	move = new_move(scene);
	move->kind = kind;
	if (!host_name_parse(from.backend_host, &move->from) ||
	    !host_name_parse(kind == MOVE_BACKUPS ?
		    to :
		    arena_printf(&scene->arena, "%s%s%s", to, from.backend[0] ? "@" : "", from.backend),
		&move->to))
		return error_set(err, ERROR_ERROR, "the host name '%s@%s' is too long", to, from.backend);
	move->target_known = kind == MOVE_BACKEND && scene_is_backend(scene, move->to.backend_host);
	return find_move(scene, move, err);
}

/* A backend that owns no volumes may still own groups, cache entries or work: every service of the node is looked at, too. */
int scene_add_counterparts(struct scene *scene, const char *from, const char *to, unsigned kinds, struct error *err)
{
	size_t i;

	for (i = 0; i < scene->cinder.owners.n; i++) {
		const struct owner *o = &scene->cinder.owners.v[i];
		bool is_backup = strcmp(o->kind, "backup") == 0;

		if (!(kinds & 1u << (is_backup ? MOVE_BACKUPS : MOVE_BACKEND)))
			continue;
		if (is_backup ? strcmp(o->host, from) != 0 : !host_is_on_node(o->host, from))
			continue;
		if (add_counterpart(scene, is_backup ? MOVE_BACKUPS : MOVE_BACKEND, o->host, to, err) != 0)
			return -1;
	}
	for (i = 0; i < scene->cinder.services.n; i++) {
		const struct cinder_service *s = &scene->cinder.services.v[i];

		if (kinds & 1u << MOVE_BACKEND && strcmp(s->binary, "cinder-volume") == 0 && host_is_on_node(s->host, from) &&
		    add_counterpart(scene, MOVE_BACKEND, s->host, to, err) != 0)
			return -1;
	}
	if (check_row_words(scene, err) != 0)
		return -1;
	drop_empty_moves(scene);
	scene_choose_rows(scene);
	return 0;
}

/* Work goes where its volume goes. */
static bool is_worker_left(const struct scene *scene, const struct move *move, const struct owned *worker)
{
	for (const struct owned *v = move->rows[OWNED_VOLUME].v; v < move->rows[OWNED_VOLUME].v + move->rows[OWNED_VOLUME].n;
	     v++)
		if (str_equal(v->id, worker->name))
			return v->left_out;
	return !scene->subject.evacuates && (scene->request->what.only.n > 0 || scene->request->what.limit > 0);
}

/* An image cache entry's name is its image's id, which is no name of its own. */
static bool is_left(const struct scene *scene, const struct move *move, enum owned_kind kind, const struct owned *row,
    int64_t left)
{
	if (kind == OWNED_WORKER)
		return is_worker_left(scene, move, row);
	return !scene->subject.evacuates &&
	    (left <= 0 || !request_wants(scene->request, row->id, kind == OWNED_CACHE_ENTRY ? NULL : row->name));
}

void scene_choose_rows(struct scene *scene)
{
	int64_t left = scene->request->what.limit > 0 ? scene->request->what.limit : INT64_MAX;

	for (struct move *m = scene->subject.move; m < scene->subject.move + scene->subject.nmove; m++)
		for (int kind = 0; kind < OWNED_KINDS; kind++)
			for (struct owned *row = m->rows[kind].v; row < m->rows[kind].v + m->rows[kind].n; row++) {
				row->left_out = is_left(scene, m, (enum owned_kind)kind, row, left);
				left -= !row->left_out && (kind == OWNED_VOLUME || kind == OWNED_BACKUP);
			}
}

const char *scene_new_host(const struct request *request, const struct move *move, const char *host, struct arena *arena)
{
	const char *pool = str_or(host_pool(host), "");

	if (move->kind == MOVE_BACKUPS || move->to.pool[0])
		return arena_dup(arena, move->to.text);
	pool = request_pool(request, pool);
	return arena_printf(arena, "%s%s%s", move->to.backend_host, *pool ? "#" : "", pool);
}

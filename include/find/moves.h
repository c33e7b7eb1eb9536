/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIND_MOVES_H
#define FIND_MOVES_H

#include "find/scene.h"

/* scene_moves.c: a move from one backend (or backup host) to another. Unknown names are ERROR_NOT_FOUND with the nearest known
 * ones. */
const char *move_binary(enum move_kind kind); /* who serves what such a move takes */
int scene_add_move(struct scene *scene, enum move_kind kind, const char *from, const char *to, struct error *err);
/* A move for every backend of ${from} that owns something, and for its backups, to the same-named one of ${to}. What ${to}
 * lacks stays in the scene as a move without a target (finding no-counterpart). ${kinds}: which, as 1 << MOVE_…. */
int scene_add_counterparts(struct scene *scene, const char *from, const char *to, unsigned kinds, struct error *err);
/* Which rows --only, --exclude and --limit leave in: by id or exact name, and that limit of volumes and backups for the whole
 * run. Where instances are evacuated these words are about them, and every row moves. */
void scene_choose_rows(struct scene *scene);
/* The new owner of a row of this move that is on ${host}: the target's backend with the row's own pool, unless one was asked
 * for or
 * --pool-map has another. A row without a pool stays without, unless --pool-map =POOL gives it one. */
const char *scene_new_host(const struct request *request, const struct move *move, const char *host, struct arena *arena);
/* A backend of its own, with or without a name after an @: a cinder-volume or a volume names just this. */
bool scene_is_backend(const struct scene *scene, const char *backend_host);
/* A backend of the same name that most likely serves the same storage as ${owner} did: its cinder-volume reports, is enabled
 * and thawed, and is on another node than the owner and the failed host. NULL: none. */
const char *scene_live_backend(const struct scene *scene, const char *owner);
/* The same of backups: a host other than ${owner} and the failed one whose cinder-backup reports. NULL: none. */
const char *scene_live_backup_host(const struct scene *scene, const char *owner);
/* A node that could take all of the scene's moves at once: a cinder-volume with the backend of each, and a cinder-backup, that
 * could take it. NULL: none. */
const char *scene_live_taker(const struct scene *scene, struct arena *arena);
/* A node whose cinder-volume could take something, whatever its backends are called. */
const char *scene_live_node(const struct scene *scene, struct arena *arena);
/* Every OLD of --pool-map is a pool that moves, every NEW one that is known. */
int scene_check_pool_map(const struct scene *scene, struct error *err);
/* The pool that --pool-map makes of this one: itself when it is not mapped. */
const char *request_pool(const struct request *request, const char *pool);
/* ERROR_NOT_FOUND with the nearest of ${known}: "no ${what} '${name}' is known"; '${list}' shows all. */
int scene_unknown(const char *what, const char *name, const char *const *known, size_t n, const char *list, struct error *err);
int scene_check_owner(const struct scene *scene, const struct host_name *owner,
    struct error *err);                                                               /* a node, backend or pool */
int scene_check_node(const struct scene *scene, const char *node, struct error *err); /* known to cinder or nova at all? */

#endif

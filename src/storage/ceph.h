/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORAGE_CEPH_H
#define STORAGE_CEPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/str.h"

/* The functions of librados.so.2 and librbd.so.1 that are used here, as rados/librados.h and rbd/librbd.h of Ceph 14 to 20
 * declare them. No header of Ceph's is needed to build, no library to start. */
typedef void *ceph_cluster;
typedef void *ceph_pool;
typedef void *ceph_image;
struct ceph_watcher { /* rbd_image_watcher_t */
	char *addr;
	int64_t id;
	uint64_t cookie;
};

/* FUNCTION(library, result, name, parameters). Needed are all but rbd_watchers_list, of 13 and later. */
/* clang-format off */
#define CEPH_FUNCTIONS(FUNCTION) \
	FUNCTION(rados, int, create2, (ceph_cluster *out, const char *cluster, const char *name, uint64_t flags)) \
	FUNCTION(rados, int, conf_read_file, (ceph_cluster cluster, const char *path)) \
	FUNCTION(rados, int, conf_set, (ceph_cluster cluster, const char *option, const char *value)) \
	FUNCTION(rados, int, connect, (ceph_cluster cluster)) \
	FUNCTION(rados, int, cluster_fsid, (ceph_cluster cluster, char *buffer, size_t size)) \
	FUNCTION(rados, int, mon_command, (ceph_cluster cluster, const char **command, size_t n, const char *in, size_t in_size, \
		char **out, size_t *out_size, char **status, size_t *status_size)) \
	FUNCTION(rados, void, buffer_free, (char *buffer)) \
	FUNCTION(rados, int, wait_for_latest_osdmap, (ceph_cluster cluster)) \
	FUNCTION(rados, int, ioctx_create, (ceph_cluster cluster, const char *pool, ceph_pool *out)) \
	FUNCTION(rados, void, ioctx_destroy, (ceph_pool pool)) \
	FUNCTION(rbd, int, open_read_only, (ceph_pool pool, const char *name, ceph_image *out, const char *snapshot)) \
	FUNCTION(rbd, int, close, (ceph_image image)) \
	FUNCTION(rbd, int, get_features, (ceph_image image, uint64_t *features)) \
	FUNCTION(rbd, ssize_t, list_lockers, (ceph_image image, int *exclusive, char *tag, size_t *tag_size, char *clients, \
		size_t *clients_size, char *cookies, size_t *cookies_size, char *addresses, size_t *addresses_size)) \
	FUNCTION(rbd, int, watchers_list, (ceph_image image, struct ceph_watcher *watchers, size_t *n)) \
	FUNCTION(rbd, int, watchers_list_cleanup, (struct ceph_watcher *watchers, size_t n))
/* clang-format on */

#define CEPH_DECLARE(library, result, name, parameters) result(*library##_##name) parameters;
struct ceph {
	CEPH_FUNCTIONS(CEPH_DECLARE)
};
#undef CEPH_DECLARE

/* False: ${why} says which library or function this machine lacks. */
bool ceph_load(struct ceph *ceph, struct str *why);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "ceph.h"

#include <dlfcn.h>
#include <string.h>

#define RADOS_LIBRARY "librados.so.2" /* the names of every release from 14 on */
#define RBD_LIBRARY "librbd.so.1"

/* ISO C has no conversion between the two kinds of pointers; POSIX has (dlsym). */
static bool find_function(void *library, const char *name, void *pointer, struct str *why)
{
	void *found = dlsym(library, name);

	memcpy(pointer, &found, sizeof found);
	if (!found && why->n == 0)
		str_addf(why, "%s is missing", name);
	return found;
}

bool ceph_load(struct ceph *ceph, struct str *why)
{
	void *rados = dlopen(RADOS_LIBRARY, RTLD_NOW | RTLD_GLOBAL), *rbd = rados ? dlopen(RBD_LIBRARY, RTLD_NOW) : NULL;
	bool found = true;

	if (!rados || !rbd) {
		str_add(why, dlerror());
		return false;
	}
#define CEPH_FIND(library, result, name, parameters) \
	found = find_function(library, #library "_" #name, &ceph->library##_##name, why) && found;
	CEPH_FUNCTIONS(CEPH_FIND)
#undef CEPH_FIND
	return found;
}

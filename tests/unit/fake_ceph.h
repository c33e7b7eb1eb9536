/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAKE_CEPH_H
#define FAKE_CEPH_H

#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/mem.h"
#include "util/str.h"

/* Both libraries of Ceph for a group of tests, whose cluster is the file ${cluster} (tests/storage/fake.c). A library that is
 * loaded already is the one that a later dlopen() of its name gives. */

static char cluster[] = "/tmp/evac-manage-unit.XXXXXX";

static inline int fake_ceph_load(void **state)
{
	const char *libs = getenv("FAKE_CEPH_LIBS");
	auto_free char *rados = xasprintf("%s/librados.so.2", str_or(libs, "build/tests/fake")),
		       *rbd = xasprintf("%s/librbd.so.1", str_or(libs, "build/tests/fake"));

	(void)state;
	close(mkstemp(cluster));
	setenv("FAKE_CEPH", cluster, 1);
	return dlopen(rados, RTLD_NOW | RTLD_GLOBAL) && dlopen(rbd, RTLD_NOW) ? 0 : -1;
}

static inline int fake_ceph_remove(void **state)
{
	(void)state;
	return unlink(cluster);
}

#endif

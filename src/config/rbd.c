/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/mem.h"

#define RBD_DRIVER "rbd.RBDDriver" /* cinder.volume.drivers.rbd.RBDDriver */

/* NULL: absent, or it cannot be read here. */
static char *read_word(struct ini *ini, const char *group, const char *key)
{
	const char *value, *origin;
	struct error e = { 0 };

	if (ini_get(ini, group, key, &value, &origin, &e) != 0 || !value || !*value)
		return NULL;
	ini_note(ini, NAMES({ group, key }), value, origin);
	return xstrdup(value);
}

static void add_backend(struct ini *ini, const char *group, struct cinder_config *out)
{
	auto_free char *driver = read_word(ini, group, "volume_driver");
	size_t n = driver ? strlen(driver) : 0, tail = sizeof RBD_DRIVER - 1;

	if (n < tail || strcmp(driver + n - tail, RBD_DRIVER) != 0)
		return;
	out->rbd = xreallocarray(out->rbd, out->nrbd + 1, sizeof *out->rbd);
	out->rbd[out->nrbd++] = (struct rbd_backend){ .name = xstrdup(group),
		.conf = read_word(ini, group, "rbd_ceph_conf"),
		.user = read_word(ini, group, "rbd_user"),
		.pool = read_word(ini, group, "rbd_pool"),
		.cluster = read_word(ini, group, "rbd_cluster_name") };
}

/* cinder cmd/volume.py: one process a name of enabled_backends, each with the group of that name. */
void rbd_backends_read(struct ini *ini, struct cinder_config *out)
{
	auto_free char *names = read_word(ini, "DEFAULT", "enabled_backends");
	char *save = NULL;

	for (char *name = names ? strtok_r(names, ", \n\t", &save) : NULL; name; name = strtok_r(NULL, ", \n\t", &save))
		add_backend(ini, name, out);
}

void rbd_backends_free(struct cinder_config *config)
{
	for (struct rbd_backend *b = config->rbd; b < config->rbd + config->nrbd; b++) {
		free(b->name);
		free(b->conf);
		free(b->user);
		free(b->pool);
		free(b->cluster);
	}
	free(config->rbd);
	config->rbd = NULL;
	config->nrbd = 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "clusters.h"
#include "find/moves.h"

int clusters_unknown(const struct scene *scene, const char *name, const char *binary, struct error *err)
{
	const char **known = xcalloc(scene->cinder.clusters.n, sizeof *known);
	size_t n = 0;

	for (size_t i = 0; i < scene->cinder.clusters.n; i++)
		if (!binary || strcmp(scene->cinder.clusters.v[i].binary, binary) == 0)
			known[n++] = scene->cinder.clusters.v[i].name;
	scene_unknown("cluster", name, known, n, "evac-manage cluster list", err);
	free(known);
	return -1;
}

const struct cluster *clusters_find(const struct scene *scene, const char *name, const char *binary)
{
	for (const struct cluster *c = scene->cinder.clusters.v; c < scene->cinder.clusters.v + scene->cinder.clusters.n; c++)
		if (strcmp(c->name, name) == 0 && strcmp(c->binary, binary) == 0)
			return c;
	return NULL;
}

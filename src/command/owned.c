/* SPDX-License-Identifier: Apache-2.0 */
#include "owned.h"
#include "util/log.h"
#include "util/shell.h"

void owned_say_twins(struct scene *scene, const char *node, const char *noun)
{
	struct host_twins twins;

	scene_find_twins(scene, node, &scene->arena, &twins);
	for (const struct host_twin *t = twins.v; t < twins.v + twins.n; t++)
		log_warn(
		    "'%s' counts as another host, and its name is the same up to the first dot: evac-manage %s list --host %s",
		    t->name, noun, shell_word(&scene->arena, t->name));
}

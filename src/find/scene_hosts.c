/* SPDX-License-Identifier: Apache-2.0 */
#include "find/scene.h"
#include "util/shell.h"
#include "util/str.h"

/* Which failed hosts a run is about: one, several, or none. */

struct scene *scene_about(struct scene *scene, const char *host)
{
	if (!scene->each)
		return scene;
	EACH_HOST(h, scene)
	if (str_equal(h->subject.host, host))
		return h;
	return NULL;
}

bool scene_has_failed(const struct scene *scene, const char *host)
{
	const struct scene *all = scene->whole ? scene->whole : scene;

	for (size_t i = 0; all->each && i < all->neach + all->nleft; i++)
		if (str_equal(all->each[i].subject.host, host))
			return true;
	return scene->subject.host && str_equal(scene->subject.host, host);
}

bool scene_is_about_hosts(const struct scene *scene)
{
	return scene->each || scene->subject.host;
}

const char *scene_hosts_words(const struct scene *scene, struct arena *arena)
{
	const char *words = NULL;

	if (!scene_is_about_hosts(scene))
		return NULL;
	EACH_HOST_OF(h, scene)
	words = words ? arena_printf(arena, "%s %s", words, shell_word(arena, h->subject.host)) :
			shell_word(arena, h->subject.host);
	for (size_t i = 0; scene->each && i < scene->nleft; i++)
		words = arena_printf(arena, "%s%s%s", str_or(words, ""), words ? " " : "",
		    shell_word(arena, scene->each[scene->neach + i].subject.host));
	return words;
}

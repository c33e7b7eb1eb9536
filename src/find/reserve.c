/* SPDX-License-Identifier: Apache-2.0 */
#include <fnmatch.h>
#include <string.h>

#include "find/reserve.h"
#include "util/str.h"

/* Hosts that the site keeps free for a failure: [targets] reserved. */

bool reserve_is_opened(const struct scene *scene, const char *host)
{
	for (size_t i = 0; i < scene->placing.nopened; i++)
		if (str_equal(scene->placing.opened[i]->host, host))
			return true;
	return false;
}

bool reserve_fits_reason(const struct scene *scene, const struct nova_service *s)
{
	const char *pattern = scene->world->site.reserved_reason;

	return !s->disabled_reason || !*s->disabled_reason ||
	    fnmatch(str_or(pattern, RESERVED_REASON), s->disabled_reason, pattern ? 0 : FNM_CASEFOLD) == 0;
}

static bool may_open(const struct scene *scene, const struct nova_service *s)
{
	return s->disabled && nova_service_is_up(s, scene->nova.down_s) && reserve_fits_reason(scene, s) &&
	    !scene_has_failed(scene, s->host) && !reserve_is_opened(scene, s->host);
}

size_t reserve_find(struct scene *scene, const struct nova_service ***out)
{
	const char *at = scene->world->site.reserved, *item;
	const struct nova_services *all = scene->nova.home ? &scene->nova.home->services : NULL;
	size_t n, found = 0;

	*out = arena_alloc(&scene->arena, (all && at ? all->n + 1 : 1) * sizeof **out);
	while (all && at && (n = word_next(&at, &item)) > 0 && found < all->n) {
		const struct nova_service *s = nova_service_find(all, "nova-compute", arena_dupn(&scene->arena, item, n));

		if (s && may_open(scene, s))
			(*out)[found++] = s;
	}
	return found;
}

void reserve_open(struct scene *scene, const struct nova_service *service)
{
	struct placing_facts *p = &scene->placing;
	const struct nova_service **v = arena_alloc(&scene->arena, (p->nopened + 1) * sizeof *v);

	if (p->nopened > 0)
		memcpy(v, p->opened, p->nopened * sizeof *v);
	v[p->nopened] = service;
	p->opened = v;
	p->nopened++;
}

void reserve_close(struct scene *scene)
{
	scene->placing.nopened--;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "find/scene.h"
#include "util/lang.h"
#include "util/str.h"

/* nova and cinder take a host's name each from its own configuration: 'ctl1' here, 'ctl1.example.org' there, and nobody but a
 * person knows that they are one machine. */

static struct host_twin *twin_named(const struct scene *scene, const char *host, const char *name, size_t n,
    struct arena *arena, struct host_twins *out)
{
	struct host_twin *more;
	const char *node = arena_dupn(arena, name, n);

	if (!str_is_twin(node, host) ||
	    (scene->request->what.cinder_host && strcmp(node, scene->request->what.cinder_host) == 0))
		return NULL;
	for (size_t i = 0; i < out->n; i++)
		if (strcmp(out->v[i].name, node) == 0)
			return &out->v[i];
	more = arena_alloc(arena, (out->n + 1) * sizeof *more);
	if (out->n > 0)
		memcpy(more, out->v, out->n * sizeof *more);
	more[out->n] = (struct host_twin){ .name = node };
	out->v = more;
	return &out->v[out->n++];
}

void scene_find_twins(const struct scene *scene, const char *host, struct arena *arena, struct host_twins *out)
{
	struct host_twin *twin;

	*out = (struct host_twins){ 0 };
	for (const struct owner *o = scene->cinder.owners.v; o < scene->cinder.owners.v + scene->cinder.owners.n; o++) {
		if (!(twin = twin_named(scene, host, o->host, strcspn(o->host, "@#"), arena, out)))
			continue;
		if (strcmp(o->kind, "backup") == 0)
			twin->backups += o->n;
		else
			twin->volumes += o->n;
	}
	for (const struct cinder_service *s = scene->cinder.services.v; s < scene->cinder.services.v + scene->cinder.services.n;
	     s++) {
		if (!(twin = twin_named(scene, host, s->host, strcspn(s->host, "@#"), arena, out)))
			continue;
		twin->cinder_services++;
		twin->up |= cinder_service_is_up(s, scene->cinder.down_s);
	}
	for (size_t i = 0; i < scene->nova.ncell; i++)
		for (const struct nova_service *s = scene->nova.cell[i].services.v;
		     s < scene->nova.cell[i].services.v + scene->nova.cell[i].services.n; s++) {
			if (!(twin = twin_named(scene, host, s->host, strlen(s->host), arena, out)))
				continue;
			twin->nova_services++;
			twin->up |= nova_service_is_up(s, scene->nova.down_s);
		}
}

static void add_comma(struct str *out)
{
	str_add(out, out->n ? ", " : "");
}

void host_twin_describe(const struct host_twin *twin, struct str *out)
{
	str_clear(out);
	if (twin->volumes > 0)
		str_addf(out, _("%lld volume%s"), (long long)twin->volumes, twin->volumes == 1 ? "" : "s");
	if (twin->backups > 0) {
		add_comma(out);
		str_addf(out, _("%lld backup%s"), (long long)twin->backups, twin->backups == 1 ? "" : "s");
	}
	if (twin->cinder_services > 0) {
		add_comma(out);
		str_addf(out, _("%zu cinder service%s"), twin->cinder_services, twin->cinder_services == 1 ? "" : "s");
	}
	if (twin->nova_services > 0) {
		add_comma(out);
		str_addf(out, _("%zu nova service%s"), twin->nova_services, twin->nova_services == 1 ? "" : "s");
	}
}

bool scene_is_failed_node(const struct scene *scene, const char *host)
{
	return host_is_on_node(host, scene->subject.host) ||
	    (scene->request->what.cinder_host && host_is_on_node(host, scene->request->what.cinder_host));
}

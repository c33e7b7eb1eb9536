/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "find/moves.h"
#include "find/scene.h"
#include "find/services.h"
#include "util/str.h"

int scene_find_cinder_services(struct scene *scene, struct error *err)
{
	scene->cinder.down_s = scene->world->cinder.service_down_time_s;
	return cinder_services_list(scene->world->cinder_db, &scene->cinder.services, err);
}

int scene_find_cinder_base(struct scene *scene, struct error *err)
{
	if (scene_find_cinder_services(scene, err) != 0)
		return -1;
	return cinder_schema_probe(scene->world->cinder_db, &scene->cinder.schema, err);
}

int scene_find_cinder(struct scene *scene, struct error *err)
{
	if (scene_find_cinder_base(scene, err) != 0)
		return -1;
	return owners_list(scene->world->cinder_db, &scene->cinder.owners, err);
}

int scene_find_owners_near(struct scene *scene, const char *const hosts[OWNERS_NEAR], struct error *err)
{
	return owners_list_near(scene->world->cinder_db, hosts, &scene->cinder.owners, err);
}

int scene_find_cinder_near(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;
	const char *const hosts[OWNERS_NEAR] = { r->what.currenthost ? r->what.currenthost : r->what.host,
		r->what.currenthost ? r->what.newhost : r->what.to, r->what.cinder_host };

	if (scene_find_cinder_base(scene, err) != 0)
		return -1;
	return scene_find_owners_near(scene, hosts, err);
}

bool scene_serves_volumes(const struct scene *scene, const char *node)
{
	for (const struct owner *o = scene->cinder.owners.v; o < scene->cinder.owners.v + scene->cinder.owners.n; o++)
		if (strcmp(o->kind, "volume") == 0 && host_is_on_node(o->host, node))
			return true;
	for (const struct cinder_service *s = scene->cinder.services.v; s < scene->cinder.services.v + scene->cinder.services.n;
	     s++)
		if (strcmp(s->binary, "cinder-volume") == 0 && host_is_on_node(s->host, node))
			return true;
	return false;
}

static int find_every_owner(struct scene *scene, struct error *err)
{
	if (scene->cinder.owners.whole || !scene->world->cinder_db)
		return 0;
	owners_free(&scene->cinder.owners);
	return owners_list(scene->world->cinder_db, &scene->cinder.owners, err);
}

int scene_find_owners_resolved(struct scene *scene, struct error *err)
{
	return scene->subject.asked_host ? find_every_owner(scene, err) : 0;
}

int scene_find_who_owns(struct scene *scene, struct error *err)
{
	const char *other = scene->request->what.cinder_host;

	if (!scene->subject.host || scene_serves_volumes(scene, scene->subject.host) ||
	    (other && scene_serves_volumes(scene, other)))
		return scene_find_owners_resolved(scene, err);
	return find_every_owner(scene, err);
}

/* A member of a cluster only with a word on whose the rows become (finding clustered). */
static bool could_take(const struct scene *scene, const struct cinder_service *s, const char *binary)
{
	return str_equal(s->binary, binary) && cinder_service_is_up(s, scene->cinder.down_s) && !s->disabled && !s->frozen &&
	    !(s->cluster_name && *s->cluster_name) && !(scene->subject.host && scene_is_failed_node(scene, s->host));
}

const char *scene_live_backend(const struct scene *scene, const char *owner)
{
	const struct cinder_service *s = scene->cinder.services.v, *end = s + scene->cinder.services.n;
	struct host_name of, is;

	if (!host_name_parse(owner, &of))
		return NULL;
	for (; s < end; s++)
		if (could_take(scene, s, "cinder-volume") && host_name_parse(s->host, &is) &&
		    strcmp(is.backend, of.backend) == 0 && strcmp(is.node, of.node) != 0)
			return s->host;
	return NULL;
}

const char *scene_live_backup_host(const struct scene *scene, const char *owner)
{
	for (const struct cinder_service *s = scene->cinder.services.v; s < scene->cinder.services.v + scene->cinder.services.n;
	     s++)
		if (could_take(scene, s, "cinder-backup") && strcmp(s->host, owner) != 0)
			return s->host;
	return NULL;
}

static bool has_taker(const struct scene *scene, const char *node, const struct move *move)
{
	const struct cinder_service *s = scene->cinder.services.v, *end = s + scene->cinder.services.n;
	struct host_name is;

	for (; s < end; s++)
		if (could_take(scene, s, move_binary(move->kind)) && host_name_parse(s->host, &is) &&
		    strcmp(is.node, node) == 0 && (move->kind == MOVE_BACKUPS || strcmp(is.backend, move->from.backend) == 0))
			return true;
	return false;
}

const char *scene_live_taker(const struct scene *scene, struct arena *arena)
{
	for (const struct cinder_service *s = scene->cinder.services.v; s < scene->cinder.services.v + scene->cinder.services.n;
	     s++) {
		const char *node = arena_dupn(arena, s->host, strcspn(s->host, "@#"));
		size_t taken = 0;

		if (str_is_twin(node, scene->subject.host))
			continue;
		while (taken < scene->subject.nmove && has_taker(scene, node, &scene->subject.move[taken]))
			taken++;
		if (scene->subject.nmove > 0 && taken == scene->subject.nmove)
			return node;
	}
	return NULL;
}

const char *scene_live_node(const struct scene *scene, struct arena *arena)
{
	for (const struct cinder_service *s = scene->cinder.services.v; s < scene->cinder.services.v + scene->cinder.services.n;
	     s++) {
		const char *node = arena_dupn(arena, s->host, strcspn(s->host, "@#"));

		if (could_take(scene, s, "cinder-volume") && !str_is_twin(node, scene->subject.host))
			return node;
	}
	return NULL;
}

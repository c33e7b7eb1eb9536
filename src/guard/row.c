/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"
#include "util/lang.h"
#include "util/str.h"

/* What speaks against removing or changing one service, cluster or volume. */

static bool is_removed(const struct scene *scene, const struct cinder_service *s)
{
	if (s == scene->subject.service)
		return true;
	return scene->request->what.recursive && scene->subject.cluster &&
	    strcmp(s->binary, scene->subject.cluster->binary) == 0 && str_equal(s->cluster_name, scene->subject.cluster->name);
}

void guard_service_alive(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_SERVICE(s, scene)
		if (is_removed(scene, s) && cinder_service_is_up(s, scene->cinder.down_s))
			guard_found(self, scene, out, s->host, NULL, "%s on '%s' reported %lld s ago", s->binary, s->host,
			    (long long)s->heartbeat_age_s.v);
}

static void set_owns_hint(const struct scene *scene, enum move_kind kind, struct str *hint)
{
	const char *command = kind == MOVE_BACKUPS ? "backup update_backup_host" : "volume update_host";

	str_clear(hint);
	if (cinder_service_is_up(scene->subject.service, scene->cinder.down_s))
		str_addf(hint, _("stop the service first; when it no longer reports, move its rows with %s"), command);
	else if (!hint_add_move(hint, _("first: "), scene, kind, scene->subject.service->host))
		str_addf(hint,
		    _("move them first with %s; no live service can take them over: 'evac-manage service list' shows all"),
		    command);
}

/* Another row of the same service: what names its host stays with that one. */
static bool has_double(const struct scene *scene, const struct cinder_service *service)
{
	EACH_SERVICE(s, scene)
		if (s->id != service->id && str_equal(s->host, service->host) && str_equal(s->binary, service->binary))
			return true;
	return false;
}

void guard_service_owns(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct service_reference *r = scene->subject.references.v;
	auto_str struct str hint = { 0 };

	for (; r < scene->subject.references.v + scene->subject.references.n; r++)
		if (r->by_name && !has_double(scene, scene->subject.service)) {
			set_owns_hint(scene, strcmp(r->kind, "backup") == 0 ? MOVE_BACKUPS : MOVE_BACKEND, &hint);
			guard_found(self, scene, out, scene->subject.service->host, hint.s, "'%s' owns %lld %s%s",
			    scene->subject.service->host, (long long)r->n, r->kind, r->n == 1 ? "" : "s");
		}
}

void guard_service_referenced(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct service_reference *r = scene->subject.references.v;

	for (; r < scene->subject.references.v + scene->subject.references.n; r++)
		if (!r->by_name)
			guard_found(self, scene, out, scene->subject.service->host,
			    strcmp(r->kind, "volume") == 0 ? "evac-manage volume update_service" : NULL,
			    "%lld %s%s still name%s its %s", (long long)r->n, r->kind, r->n == 1 ? "" : "s",
			    r->n == 1 ? "s" : "", strcmp(r->kind, "volume") == 0 ? "uuid" : "id");
}

void guard_cluster_has_hosts(const struct guard *self, const struct scene *scene, struct findings *out)
{

	if (!scene->subject.cluster || !scene->request->what.binary || scene->request->what.recursive)
		return;
	EACH_SERVICE(s, scene)
		if (strcmp(s->binary, scene->subject.cluster->binary) == 0 &&
		    str_equal(s->cluster_name, scene->subject.cluster->name))
			guard_found(self, scene, out, s->host, NULL, "'%s' is a member of cluster '%s'", s->host,
			    scene->subject.cluster->name);
}

/* Another cluster of the same backend with a live member; NULL: there is none. */
static const char *live_cluster(const struct scene *scene, const struct cluster *other)
{
	const char *backend = strchr(other->name, '@');

	for (const struct cluster *c = scene->cinder.clusters.v; c < scene->cinder.clusters.v + scene->cinder.clusters.n; c++)
		if (strcmp(c->name, other->name) != 0 && strcmp(c->binary, other->binary) == 0 &&
		    str_equal(strchr(c->name, '@'), backend) &&
		    cinder_cluster_is_up(&scene->cinder.services, c->name, scene->cinder.down_s))
			return c->name;
	return NULL;
}

void guard_cluster_owns(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };
	const char *to;

	if (!scene->subject.cluster || !scene->request->what.binary || scene->subject.cluster_rows.n == 0)
		return;
	to = live_cluster(scene, scene->subject.cluster);
	if (to)
		hint_add_rename(&hint, _("first: "), scene->subject.cluster->name, to);
	else
		str_add(&hint,
		    _("move them first with cluster rename; no other cluster of that backend is up: 'evac-manage cluster list' shows all"));
	guard_found(self, scene, out, scene->subject.cluster->name, hint.s,
	    scene->subject.cluster_rows.n == 1 ? N_("%zu row belongs to cluster '%s'") : N_("%zu rows belong to cluster '%s'"),
	    scene->subject.cluster_rows.n, scene->subject.cluster->name);
}

void guard_cluster_unknown(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct request *r = scene->request;
	size_t n;

	if (!r->what.new_name || scene->subject.cluster || scene->subject.cluster_rows.n == 0)
		return;
	n = strcspn(r->what.new_name, "#");
	for (const struct cluster *c = scene->cinder.clusters.v; c < scene->cinder.clusters.v + scene->cinder.clusters.n; c++)
		if (strncmp(c->name, r->what.new_name, n) == 0 && (c->name[n] == '\0' || c->name[n] == '@'))
			return;
	guard_found(self, scene, out, r->what.new_name, NULL, "there is no cluster '%s'", r->what.new_name);
}

void guard_pools_lost(const struct guard *self, const struct scene *scene, struct findings *out)
{
	size_t n = 0;

	if (!scene->request->what.full_rename || strchr(scene->request->what.new_name, '#'))
		return;
	for (size_t i = 0; i < scene->subject.cluster_rows.n; i++)
		n += strchr(scene->subject.cluster_rows.v[i].cluster_name, '#') != NULL;
	if (n > 0)
		guard_found(self, scene, out, scene->request->what.new_name, NULL,
		    n == 1 ? N_("%zu row names a pool, '%s' does not") : N_("%zu rows name a pool, '%s' does not"), n,
		    scene->request->what.new_name);
}

void guard_volume_has_owner(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct volume_removal *v = &scene->subject.volume;
	auto_str struct str hint = { 0 };

	if (!v->id || !v->host)
		return;
	if (cinder_owner_is_up(&scene->cinder.services, v->host, v->cluster_name, scene->cinder.down_s) ||
	    !hint_add_move(&hint, _("its owner is dead; move its volumes first: "), scene, MOVE_BACKEND, v->host))
		str_addf(&hint, _("delete it with the API: openstack volume delete %s"), v->id);
	guard_found(self, scene, out, v->id, hint.s, "volume %s is on '%s'", v->id, v->host);
}

void guard_volume_in_use(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct volume_removal *v = &scene->subject.volume;

	if (v->id && (v->attachments || v->snapshots || str_equal(v->status, "in-use")))
		guard_found(self, scene, out, v->id, NULL, "volume %s is '%s', with %lld attachments and %lld snapshots", v->id,
		    str_or(v->status, ""), (long long)v->attachments, (long long)v->snapshots);
}

/* cinder volume/manager.py: delete_group and its like refuse a member that is on another backend. */
void guard_group_volumes_stay(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (!scene->subject.kinds || scene->subject.kinds & 1u << OWNED_VOLUME)
		return;
	EACH_MOVE(m, scene)
		EACH_OWNER(o, scene)
			if (strcmp(o->kind, "volume") == 0 && host_is_on_backend(o->host, m->from.backend_host))
				guard_found(self, scene, out, o->host, NULL,
				    o->n == 1 ? N_("'%s' owns %lld volume, and it stays") :
						N_("'%s' owns %lld volumes, and they stay"),
				    o->host, (long long)o->n);
}

void guard_schema_unknown(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->cinder.schema.missing[0])
		guard_found(self, scene, out, "cinder", NULL, "cinder's database has no %s", scene->cinder.schema.missing);
}

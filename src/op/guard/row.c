/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "op/guard/checks.h"
#include "util/shell.h"
#include "util/str.h"

/* What speaks against removing or changing one service, cluster or volume. */

static bool is_removed(const struct scene *scene, const struct cinder_service *s)
{
	if (s == scene->service)
		return true;
	return scene->request->recursive && scene->cluster && strcmp(s->binary, scene->cluster->binary) == 0 &&
	    str_equal(s->cluster_name, scene->cluster->name);
}

void guard_service_alive(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct cinder_service *s;

	for (s = scene->cinder_services.v; s < scene->cinder_services.v + scene->cinder_services.n; s++)
		if (is_removed(scene, s) && cinder_service_is_up(s, scene->cinder_down_s))
			guard_found(self, scene, out, s->host, NULL, "%s on '%s' reported %lld s ago", s->binary, s->host,
			    (long long)s->heartbeat_age_s.v);
}

static void owns_hint(const struct scene *scene, const char *kind, struct str *hint)
{
	const char *host = scene->service->host, *to;
	bool is_backup = strcmp(kind, "backup") == 0;

	to = is_backup ? scene_live_backup_host(scene, host) : scene_live_backend(scene, host);
	str_clear(hint);
	if (!to) {
		str_addf(hint, "they move first, by %s; nobody who is alive could take them: 'evac-manage service list' shows all",
		    is_backup ? "backup update_backup_host" : "volume update_host");
		return;
	}
	str_addf(hint, "first: evac-manage %s --currenthost ", is_backup ? "backup update_backup_host" : "volume update_host");
	shell_add_word(hint, host);
	str_add(hint, " --newhost ");
	shell_add_word(hint, to);
}

void guard_service_owns(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct service_reference *r = scene->references.v;
	auto_str struct str hint = { 0 };

	for (; r < scene->references.v + scene->references.n; r++)
		if (r->by_name) {
			owns_hint(scene, r->kind, &hint);
			guard_found(self, scene, out, scene->service->host, hint.s, "'%s' owns %lld %s%s", scene->service->host, (long long)r->n,
			    r->kind, r->n == 1 ? "" : "s");
		}
}

void guard_service_referenced(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct service_reference *r = scene->references.v;

	for (; r < scene->references.v + scene->references.n; r++)
		if (!r->by_name)
			guard_found(self, scene, out, scene->service->host,
			    strcmp(r->kind, "volume") == 0 ? "evac-manage volume update_service" : NULL, "%lld %s%s still name%s its %s",
			    (long long)r->n, r->kind, r->n == 1 ? "" : "s", r->n == 1 ? "s" : "",
			    strcmp(r->kind, "volume") == 0 ? "uuid" : "id");
}

void guard_cluster_has_hosts(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct cinder_service *s;

	if (!scene->cluster || !scene->request->binary || scene->request->recursive)
		return;
	for (s = scene->cinder_services.v; s < scene->cinder_services.v + scene->cinder_services.n; s++)
		if (strcmp(s->binary, scene->cluster->binary) == 0 && str_equal(s->cluster_name, scene->cluster->name))
			guard_found(self, scene, out, s->host, NULL, "'%s' is a member of cluster '%s'", s->host, scene->cluster->name);
}

void guard_cluster_owns(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->cluster && scene->request->binary && scene->cluster_rows.n > 0)
		guard_found(self, scene, out, scene->cluster->name, NULL, "%zu rows belong to cluster '%s'", scene->cluster_rows.n,
		    scene->cluster->name);
}

void guard_cluster_unknown(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct request *r = scene->request;
	size_t n;

	if (!r->new_name || scene->cluster || scene->cluster_rows.n == 0)
		return;
	n = strcspn(r->new_name, "#");
	for (const struct cluster *c = scene->clusters.v; c < scene->clusters.v + scene->clusters.n; c++)
		if (strncmp(c->name, r->new_name, n) == 0 && (c->name[n] == '\0' || c->name[n] == '@'))
			return;
	guard_found(self, scene, out, r->new_name, NULL, "there is no cluster '%s'", r->new_name);
}

void guard_pools_lost(const struct guard *self, const struct scene *scene, struct findings *out)
{
	size_t n = 0;

	if (!scene->request->full_rename || strchr(scene->request->new_name, '#'))
		return;
	for (size_t i = 0; i < scene->cluster_rows.n; i++)
		n += strchr(scene->cluster_rows.v[i].cluster_name, '#') != NULL;
	if (n > 0)
		guard_found(self, scene, out, scene->request->new_name, NULL, "%zu rows name a pool, '%s' does not", n,
		    scene->request->new_name);
}

void guard_volume_has_owner(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct volume_removal *v = &scene->volume;

	if (v->id && v->host)
		guard_found(self, scene, out, v->id, NULL, "volume %s is on '%s'", v->id, v->host);
}

void guard_volume_in_use(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct volume_removal *v = &scene->volume;

	if (v->id && (v->attachments || v->snapshots || str_equal(v->status, "in-use")))
		guard_found(self, scene, out, v->id, NULL, "volume %s is '%s', with %lld attachments and %lld snapshots", v->id,
		    str_or(v->status, ""), (long long)v->attachments, (long long)v->snapshots);
}

/* cinder volume/manager.py: delete_group and its like refuse a member that is on another backend. */
void guard_members_stay(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (!scene->kinds || scene->kinds & 1u << OWNED_VOLUME)
		return;
	for (size_t m = 0; m < scene->nmove; m++)
		for (const struct owner *o = scene->owners.v; o < scene->owners.v + scene->owners.n; o++)
			if (strcmp(o->kind, "volume") == 0 && host_is_on_backend(o->host, scene->move[m].from.backend_host))
				guard_found(self, scene, out, o->host, NULL, "'%s' owns %lld volumes that stay", o->host, (long long)o->n);
}

void guard_schema_unknown(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->cinder_schema.missing[0])
		guard_found(self, scene, out, "cinder", NULL, "cinder's database has no %s", scene->cinder_schema.missing);
}

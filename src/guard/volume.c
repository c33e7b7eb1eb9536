/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "internal.h"
#include "find/moves.h"
#include "plan/plan.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/str.h"

#define GROUP_ROW_BYTES \
	1024 /* of group replication's, of rows as they are (659 measured): its limit is low, and one that is met costs \
	        nothing */
#define ROW_BYTES 4096 /* of a Galera write set, generously (measured well below) */

/* What is left out stops nothing. */
size_t move_takes(const struct move *move)
{
	size_t n = 0;

	for (int k = 0; k < OWNED_KINDS; k++)
		for (size_t i = 0; i < move->rows[k].n; i++)
			n += !move->rows[k].v[i].left_out;
	return n;
}

static bool is_cluster_member(const struct move *m)
{
	return m->kind == MOVE_BACKEND && m->target && m->target->cluster_name;
}

/* A member is read by its own name and by its cluster's: whose the rows become has to be said. */
void guard_clustered(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct move *other = NULL;
	bool any_member = false;

	EACH_MOVE(m, scene) {
		if (m->kind != MOVE_BACKEND || !m->target || m->in_place || m->taken_back || move_takes(m) == 0)
			continue;
		any_member |= is_cluster_member(m);
		other = is_cluster_member(m) ? other : m;
		if (is_cluster_member(m) && !scene->request->what.to_cluster)
			guard_found(self, scene, out, m->to.backend_host, "if the cluster shall own the rows: --cluster",
			    "'%s' is a member of cluster '%s'", m->to.backend_host, m->target->cluster_name);
	}
	if (scene->request->what.to_cluster && !any_member && other)
		guard_found(self, scene, out, other->to.backend_host, "leave out --cluster", "'%s' is a member of no cluster",
		    other->to.backend_host);
}

/* "3 volumes, 1 group" */
static void add_counts(struct str *out, const int64_t n[OWNED_KINDS])
{
	for (int k = 0; k < OWNED_KINDS; k++)
		if (n[k] > 0)
			str_addf(out, "%s%lld %s", out->n ? ", " : "", (long long)n[k],
			    n[k] == 1 ? owned_kind_name[k] : owned_kind_plural[k]);
}

void guard_cluster_serves(const struct guard *self, const struct scene *scene, struct findings *out)
{
	for (const struct cluster_fact *c = scene->cinder.cluster_fact;
	     c < scene->cinder.cluster_fact + scene->cinder.ncluster_fact; c++) {
		auto_str struct str counts = { 0 };

		add_counts(&counts, c->n);
		if (c->is_up)
			guard_found(self, scene, out, c->cluster, NULL,
			    "%s of '%s' belong to cluster '%s', which has a live member: they stay", counts.s, c->backend_host,
			    c->cluster);
	}
}

void guard_cluster_dead(const struct guard *self, const struct scene *scene, struct findings *out)
{
	for (const struct cluster_fact *c = scene->cinder.cluster_fact;
	     c < scene->cinder.cluster_fact + scene->cinder.ncluster_fact; c++) {
		auto_str struct str counts = { 0 }, members = { 0 };

		if (c->is_up)
			continue;
		add_counts(&counts, c->n);
		EACH_SERVICE(s, scene)
			if (cinder_service_is_member(s, c->cluster))
				str_addf(&members, "%s'%s'", members.n ? ", " : "", s->host);
		guard_found(self, scene, out, c->cluster, NULL,
		    "%s of '%s' belong to cluster '%s'; none of its members (%s) reports: they move", counts.s, c->backend_host,
		    c->cluster, str_or(members.s, _("none")));
	}
}

void guard_unit_too_large(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct db_server *server;
	size_t n = 0;

	EACH_MOVE(m, scene)
		n += move_takes(m);
	if (n == 0)
		return;
	server = db_server(scene->world->cinder_db);
	if (server->galera_max_rows && n > server->galera_max_rows)
		guard_found(self, scene, out, scene->subject.host, NULL, "%zu rows in one transaction; the cluster allows %llu",
		    n, (unsigned long long)server->galera_max_rows);
	else if (server->galera_max_bytes && n * ROW_BYTES > server->galera_max_bytes)
		guard_found(self, scene, out, scene->subject.host, NULL,
		    "%zu rows may be larger than the %llu bytes that the cluster allows", n,
		    (unsigned long long)server->galera_max_bytes);
	else if (server->group_max_bytes && n * GROUP_ROW_BYTES > server->group_max_bytes)
		guard_found(self, scene, out, scene->subject.host, NULL,
		    "%zu rows may be larger than the %llu bytes that the group allows (group_replication_transaction_size_limit)",
		    n, (unsigned long long)server->group_max_bytes);
}

/* Who would finish it is dead. What cleans it up differs by kind and state (cinder manager.py: init_host, do_cleanup). */
static const char *who_cleans(enum owned_kind kind, const char *status)
{
	if (kind == OWNED_WORKER)
		return N_("the new owner's cinder-volume cleans it up when it restarts");
	if (kind == OWNED_BACKUP)
		return N_(
		    "the new host's cinder-backup cleans it up when it restarts; --settle does it at once for creating and restoring");
	if (strcmp(status, "backing-up") == 0 || strcmp(status, "restoring-backup") == 0)
		return N_("cinder-backup cleans it up when it restarts");
	if (kind == OWNED_VOLUME &&
	    (strcmp(status, "creating") == 0 || strcmp(status, "downloading") == 0 || strcmp(status, "uploading") == 0))
		return N_(
		    "the new owner's cinder-volume cleans it up when it restarts, if it has a worker; --settle does it at once");
	return N_("no service continues it: reset its state once the instances are back");
}

void guard_transitional(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_MOVE(m, scene)
		for (int k = 0; k < OWNED_KINDS; k++)
			for (const struct owned *r = m->rows[k].v; r < m->rows[k].v + m->rows[k].n; r++)
				if (!r->left_out && owned_is_transitional((enum owned_kind)k, r->status) &&
				    (k != OWNED_VOLUME || strcmp(r->status, "deleting") != 0)) /* delete-pending says more */
					guard_found(self, scene, out, r->id, who_cleans((enum owned_kind)k, r->status),
					    "%s %s is '%s'", owned_kind_name[k], r->id, r->status);
}

static bool is_taken_along(const struct scene *scene, const char *host)
{
	EACH_MOVE(m, scene)
		if (m->kind == MOVE_BACKEND && host_is_on_backend(host, m->from.backend_host) &&
		    (!m->from.pool[0] || str_equal(host_pool(host), m->from.pool)))
			return true;
	return false;
}

/* What has a live owner remains there rightly. */
void guard_other_backends_remain(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };
	bool moves_volumes = false;

	EACH_MOVE(m, scene)
		moves_volumes |= m->kind == MOVE_BACKEND && !m->taken_back;
	for (const struct owner *o = scene->cinder.owners.v;
	     moves_volumes && o < scene->cinder.owners.v + scene->cinder.owners.n; o++) {
		if (strcmp(o->kind, "volume") != 0 || !scene_is_failed_node(scene, o->host) || is_taken_along(scene, o->host) ||
		    cinder_owner_is_up(&scene->cinder.services, o->host, o->cluster_name, scene->cinder.down_s))
			continue;
		str_clear(&hint);
		if (!hint_add_move(&hint, "", scene, MOVE_BACKEND, o->host))
			str_add(&hint,
			    _("move it with volume update_host; no live cinder-volume outside a cluster has a backend of that name: 'evac-manage service list' shows all"));
		guard_found(self, scene, out, o->host, hint.s, "'%s' owns %lld volume%s that this command does not move",
		    o->host, (long long)o->n, o->n == 1 ? "" : "s");
	}
}

/* What `host = X OR host LIKE 'X#%'` with the column's collation would take as well: case, '_' as any letter. */
static bool is_twin(const char *host, const char *of)
{
	size_t n = strlen(of);

	if (strlen(host) < n || (host[n] != '\0' && host[n] != '#') || strncmp(host, of, n) == 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (of[i] != '_' && host[i] != '_' && tolower((unsigned char)host[i]) != tolower((unsigned char)of[i]))
			return false;
	return true;
}

void guard_similar_names(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_MOVE(m, scene)
		EACH_OWNER(o, scene)
			if (strcmp(o->kind, m->kind == MOVE_BACKUPS ? "backup" : "volume") == 0 &&
			    is_twin(o->host, m->from.backend_host))
				guard_found(self, scene, out, o->host, NULL,
				    "'%s' (%lld %s%s) is another host than '%s': not touched", o->host, (long long)o->n,
				    o->kind, o->n == 1 ? "" : "s", m->from.backend_host);
}

/* The new owner of the volumes before others. */
static const char *who_takes_backups(const struct scene *scene)
{
	auto_free char *node = xstrndup(scene->request->what.newhost, strcspn(scene->request->what.newhost, "@#"));
	const struct cinder_service *s = cinder_service_find(&scene->cinder.services, "cinder-backup", node);

	if (s && strcmp(node, scene->subject.host) != 0 && cinder_service_is_up(s, scene->cinder.down_s))
		return s->host;
	return scene_live_backup_host(scene, scene->subject.host);
}

/* Those of a cinder-backup that reports remain there rightly. */
void guard_backups_remain(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct cinder_service *service;
	auto_str struct str hint = { 0 };
	const char *to;

	if (!scene->request->what.newhost) /* a rescue takes them along */
		return;
	service = cinder_service_find(&scene->cinder.services, "cinder-backup", scene->subject.host);
	EACH_MOVE(m, scene)
		if (m->kind == MOVE_BACKUPS)
			return;
	if (service && cinder_service_is_up(service, scene->cinder.down_s))
		return;
	to = who_takes_backups(scene);
	EACH_OWNER(o, scene)
		if (strcmp(o->kind, "backup") == 0 && strcmp(o->host, scene->subject.host) == 0) {
			if (to)
				hint_add_move_to(&hint, MOVE_BACKUPS, scene->subject.host, to);
			else
				str_add(&hint,
				    _("no live cinder-backup can take them over: 'evac-manage service list' shows all"));
			guard_found(self, scene, out, scene->subject.host, hint.s, "'%s' also owns %lld backup%s",
			    scene->subject.host, (long long)o->n, o->n == 1 ? "" : "s");
		}
}

/* kolla, TripleO: every node runs cinder-volume under one common backend_host, any of them serves every volume. */
void guard_shared_backend_host(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str owners = { 0 };

	if (!scene->subject.host || scene_serves_volumes(scene, scene->subject.host) ||
	    (scene->request->what.cinder_host && scene_serves_volumes(scene, scene->request->what.cinder_host)))
		return;
	for (const struct owner *o = scene->cinder.owners.v;
	     o < scene->cinder.owners.v + scene->cinder.owners.n && owners.n < 200; o++)
		if (strcmp(o->kind, "volume") == 0)
			str_addf(&owners, "%s'%s'", owners.n ? ", " : "", o->host);
	guard_found(self, scene, out, scene->subject.host, NULL,
	    "no volume is owned by '%s' (their owners: %s); nothing to move", scene->subject.host, str_or(owners.s, _("none")));
}

/* Who moves backups alone asks after no volume. */
void guard_moves_shared_backend_host(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene->subject.nmove != 1 || scene->subject.move[0].kind != MOVE_BACKUPS)
		guard_shared_backend_host(self, scene, out);
}

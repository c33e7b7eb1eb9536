/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/str.h"

/* What was under way when the host died: it moves with the rest, and somebody must finish or clear it. */

#define EACH_UNFINISHED(u, m, scene) \
	EACH_MOVE(m, scene) \
		for (const struct unfinished *u = m->unfinished.v; u < m->unfinished.v + m->unfinished.n; u++)

static const char *set_settle_hint(const struct scene *scene, const struct unfinished *u, const char *otherwise,
    struct str *hint)
{
	const char *status = unfinished_final_status(u);

	str_clear(hint);
	if (status && scene->request->what.settle)
		str_addf(hint, _("this run writes '%s'"), status);
	else if (status)
		str_addf(hint, _("--settle writes '%s'; or %s"), status, _(otherwise));
	else
		str_add(hint, _(otherwise));
	return hint->s;
}

void guard_snapshot_in_flight(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };

	EACH_UNFINISHED(u, m, scene)
		if (strcmp(u->kind, "snapshot") == 0)
			guard_found(self, scene, out, u->id,
			    set_settle_hint(scene, u, N_("cinder snapshot-reset-state, then delete it"), &hint),
			    "snapshot %s of volume %s is '%s'", u->id, u->volume_id, str_or(u->status, ""));
}

void guard_backup_elsewhere(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_UNFINISHED(u, m, scene)
		if (m->kind == MOVE_BACKEND && strcmp(u->kind, "backup") == 0)
			guard_found(self, scene, out, u->id, NULL, "backup %s of volume %s is '%s' on '%s'", u->id,
			    u->volume_id, str_or(u->status, ""), str_or(u->host, _("no host")));
}

void guard_local_attachment(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_UNFINISHED(u, m, scene)
		if (strcmp(u->kind, "local attachment") == 0)
			guard_found(self, scene, out, u->id, NULL,
			    "attachment %s of volume %s is '%s' on '%s', for no instance", u->id, u->volume_id,
			    str_or(u->status, ""), str_or(u->host, ""));
}

void guard_stray_attachment(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };

	EACH_UNFINISHED(u, m, scene) {
		if (strcmp(u->kind, "stray attachment") != 0)
			continue;
		str_clear(&hint);
		str_addf(&hint,
		    _("once its instance is back: openstack --os-volume-api-version 3.27 volume attachment delete %s"), u->id);
		guard_found(self, scene, out, u->id, hint.s,
		    "attachment %s of volume %s is reserved beside the one that is attached", u->id, u->volume_id);
	}
}

static bool has_worker(const struct move *move, const char *volume_id)
{
	for (size_t i = 0; i < move->rows[OWNED_WORKER].n; i++)
		if (str_equal(move->rows[OWNED_WORKER].v[i].name, volume_id))
			return true;
	return false;
}

void guard_delete_pending(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };

	EACH_UNFINISHED(u, m, scene) {
		if (strcmp(u->kind, "volume") != 0 || !str_equal(u->status, "deleting"))
			continue;
		guard_found(self, scene, out, u->id,
		    set_settle_hint(scene, u,
			has_worker(m, u->id) ? N_("the new owner deletes it when its cinder-volume is started again") :
					       N_("cinder reset-state --state available, then delete it again"),
			&hint),
		    "volume %s is 'deleting'; the request waits in the dead owner's queue, and no other service reads it",
		    u->id);
	}
}

void guard_duplicate_services(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct cinder_services *all = &scene->cinder.services;
	auto_str struct str hint = { 0 };

	EACH_MOVE(m, scene)
		for (size_t i = 0; i < all->n; i++)
			if (m->target && &all->v[i] != m->target && strcmp(all->v[i].host, m->target->host) == 0 &&
			    strcmp(all->v[i].binary, m->target->binary) == 0) {
				str_clear(&hint);
				str_addf(&hint, _("remove the one with the oldest report: evac-manage service remove %s "),
				    m->target->binary);
				shell_add_word(&hint, m->target->host);
				guard_found(self, scene, out, m->target->host, hint.s, "%s on '%s' has rows %lld and %lld",
				    m->target->binary, m->target->host, (long long)m->target->id, (long long)all->v[i].id);
			}
}

void guard_target_failed_over(const struct guard *self, const struct scene *scene, struct findings *out)
{
	static const char *const bad[] = { "failed-over", "failing-over", "error", "failover-error", NULL };

	EACH_MOVE(m, scene) {
		if (!m->target)
			continue;
		for (const char *const *b = bad; *b; b++)
			if (str_equal(m->target->replication_status, *b))
				guard_found(self, scene, out, m->target->host, NULL, "the replication of '%s' is '%s'",
				    m->target->host, *b);
		if (m->source && !str_equal(str_or(m->source->active_backend_id, ""), str_or(m->target->active_backend_id, "")))
			guard_found(self, scene, out, m->target->host, NULL, "'%s' is on backend id '%s', '%s' on '%s'",
			    m->source->host, str_or(m->source->active_backend_id, ""), m->target->host,
			    str_or(m->target->active_backend_id, ""));
	}
}

#define AHEAD_S 5

void guard_clock_ahead(const struct guard *self, const struct scene *scene, struct findings *out)
{
	EACH_SERVICE(s, scene)
		if (s->heartbeat_age_s.set && s->heartbeat_age_s.v < -AHEAD_S)
			guard_found(self, scene, out, s->host, NULL, "%s on '%s' reported %lld s in the future", s->binary,
			    s->host, (long long)-s->heartbeat_age_s.v);
}

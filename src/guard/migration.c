/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "find/migration.h"
#include "internal.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/str.h"

static const char *migration_subject(const struct standing_migration *m, struct str *out)
{
	str_addf(out, "%lld", (long long)m->id);
	return out->s;
}

void guard_migration_not_closable(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct standing_migration *m = scene->subject.closing ? scene->subject.closing->migration : NULL;
	auto_str struct str subject = { 0 };

	if (!m)
		return;
	if (!migration_is_evacuation(m))
		guard_found(self, scene, out, migration_subject(m, &subject), NULL,
		    "migration %lld is a %s: both hosts may hold something of the instance", (long long)m->id,
		    str_or(m->migration_type, _("migration of no type")));
	else if (str_equal(m->status, "done") && !migration_is_left_done(scene, scene->nova.compute, m))
		guard_found(self, scene, out, migration_subject(m, &subject), NULL,
		    "evacuation %lld is done; if it were closed as 'error', '%s' would keep its copy of the instance when it returns, and the instance would run twice",
		    (long long)m->id, m->source_compute);
}

/* No row tells when a nova-compute was started, nor what its hypervisor has: who looks there says it. */
void guard_done_not_completed(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct standing_migration *m = scene->subject.closing ? scene->subject.closing->migration : NULL;
	auto_str struct str subject = { 0 }, hint = { 0 };

	if (!m || !migration_is_left_done(scene, scene->nova.compute, m))
		return;
	str_addf(&hint,
	    _("on '%s': nova-compute must have been started after the evacuation, and 'virsh domstate %s' must find no guest; only then run the same command with --accept done-not-completed:%lld"),
	    m->source_compute, m->instance_uuid, (long long)m->id);
	guard_found(self, scene, out, migration_subject(m, &subject), hint.s,
	    "evacuation %lld is done and '%s' has reported since, but has not completed it: nova 17 completes only what its hypervisor still has; a guest that is left there would no longer be destroyed",
	    (long long)m->id, m->source_compute);
}

void guard_migration_in_progress(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct standing_migration *m = scene->subject.closing ? scene->subject.closing->migration : NULL;
	auto_str struct str subject = { 0 }, why = { 0 };

	if (m && migration_is_evacuation(m) && migration_is_open(m) &&
	    migration_worker(m, &scene->subject.closing->signs, &why))
		guard_found(self, scene, out, migration_subject(m, &subject), NULL,
		    "a service may still work on evacuation %lld: %s", (long long)m->id, why.s);
}

/* The evacuation that is to be closed, when no sign of a worker is left; NULL: there is one, or it is none. */
static const struct standing_migration *closing_without_worker(const struct scene *scene)
{
	const struct closing *c = scene->subject.closing;
	auto_str struct str why = { 0 };

	return c && migration_is_evacuation(c->migration) && migration_is_open(c->migration) &&
		!migration_worker(c->migration, &c->signs, &why) ?
	    c->migration :
	    NULL;
}

/* The order matters: closed first, what it holds comes back, and the closed evacuation with it. */
void guard_service_restart_needed(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct standing_migration *m = closing_without_worker(scene);
	auto_str struct str subject = { 0 }, who = { 0 }, hint = { 0 };
	const struct action_event *holder = m ? migration_holder(m, &scene->subject.closing->signs) : NULL;

	if (!holder)
		return;
	action_event_service(holder, &who);
	str_addf(&hint,
	    _("first restart %s, so that it drops the evacuation; only then run the same command with --accept service-restart-needed:%lld"),
	    who.s, (long long)m->id);
	guard_found(self, scene, out, migration_subject(m, &subject), hint.s,
	    "%s has begun evacuation %lld (%s) and not ended it: it goes on as soon as its pending call is answered, closed or not",
	    who.s, (long long)m->id, holder->event);
}

/* What no row tells is for a person to see, and said before he closes it. */
void guard_conductor_may_be_frozen(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct standing_migration *m = closing_without_worker(scene);
	auto_str struct str subject = { 0 };

	if (m && migration_may_be_held_unseen(m, &scene->subject.closing->signs))
		guard_found(self, scene, out, migration_subject(m, &subject), NULL,
		    "no row tells whether a conductor took the message of evacuation %lld and is frozen; it would go on with it, closed or not, and the guest could run twice",
		    (long long)m->id);
}

void guard_evacuations_not_cleaned_up(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };
	size_t n = 0, back = 0;

	for (const struct standing_migration *m = scene->nova.standing.v; m < scene->nova.standing.v + scene->nova.standing.n;
	     m++) {
		n += migration_is_tombstone(m);
		back += migration_is_tombstone(m) && str_equal(m->status, "done") &&
		    str_equal(m->instance_host, m->source_compute);
	}
	if (n == 0)
		return;
	str_add(&hint, "evac-manage migration list --host ");
	shell_add_word(&hint, scene->subject.host);
	guard_found(self, scene, out, scene->subject.host, hint.s,
	    "%zu evacuation%s away from '%s' not cleaned up: when it returns, its nova-compute destroys its copy of the instance%s%s",
	    n, n == 1 ? " is" : "s are", scene->subject.host, n == 1 ? "" : "s",
	    back ? _(", and some of them are on it again") : "");
}

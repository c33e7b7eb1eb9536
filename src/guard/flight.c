/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"
#include "plan/plan.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/str.h"

/* What is already under way. What is left out of a run stops nothing, whatever is under way there. */

bool guard_takes_next(struct taking *t, const struct scene *scene, const struct findings *found)
{
	int64_t limit = scene->request->what.limit;

	while (t->next < scene->subject.ncandidate && (limit == 0 || t->n < limit)) {
		t->c = &scene->subject.candidate[t->next++];
		if (!t->c->wanted || findings_skip(found, t->c->instance->uuid))
			continue;
		t->n++;
		return true;
	}
	return false;
}

struct cut_short {
	const char *type; /* NULL: the rest */
	const char *hint; /* with {instance}, {source}, {dest} and {id} */
};
/* A live migration's guest is whole on one side only; which, neither database knows when the source died in the middle of it. A
 * cold one's disks may be on either. nova/api/openstack/compute/admin_actions.py: _reset_state empties the task state, and asks
 * no compute. */
static const struct cut_short cut_short[] = {
	{ "evacuation",
	    N_("'evac-manage migration list --host {source}' shows whether a service still works on it and, if none does, how to close it") },
	{ "live-migration",
	    N_("first check on '{dest}': virsh domstate {instance}. If 'running': the guest has arrived and is the only good copy; shut it down there before "
	       "anything else. If 'paused' or 'shut off': virsh destroy {instance} there. Then, with '{source}' off too: openstack server set --state active "
	       "{instance}, and run the evacuation again") },
	{ "resize",
	    N_("first check which of '{source}' and '{dest}' has the complete disks (the instance's directory, and the one of that name with _resize). If '{source}' "
	       "has them, or they are shared: openstack server set --state active {instance}, and run the evacuation again") },
	{ "migration",
	    N_("first check which of '{source}' and '{dest}' has the complete disks (the instance's directory, and the one of that name with _resize). If '{source}' "
	       "has them, or they are shared: openstack server set --state active {instance}, and run the evacuation again") },
	{ NULL, N_("wait until it has ended, or check nova's logs on '{source}' and '{dest}' for a service that works on it") },
};

/* What stands in these brackets; how far the closing one is. */
static size_t add_end(const char *name, const struct migration_ends *m, struct str *out)
{
	if (str_starts(name, "{instance}"))
		str_add(out, m->instance);
	else if (str_starts(name, "{source}"))
		str_add(out, str_or(m->source, "its source"));
	else if (str_starts(name, "{dest}"))
		str_add(out, str_or(m->dest, "its target"));
	else
		str_addf(out, "%lld", (long long)m->id);
	return strcspn(name, "}");
}

void migration_say_way_out(const char *type, const struct migration_ends *m, struct str *out)
{
	const struct cut_short *c = cut_short;

	while (c->type && !str_equal(c->type, type))
		c++;
	for (const char *s = _(c->hint); *s; s++)
		if (*s == '{')
			s += add_end(s, m, out);
		else
			str_addc(out, *s);
}

void hint_set_way_out(struct str *hint, const struct migration *m)
{
	const struct migration_ends ends = { m->instance_uuid, m->source_compute, m->dest_compute, m->id };

	str_clear(hint);
	migration_say_way_out(m->migration_type, &ends, hint);
}

void guard_in_flight(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };

	EACH_MOVE(m, scene)
		for (const struct owned *v = m->rows[OWNED_VOLUME].v; v < m->rows[OWNED_VOLUME].v + m->rows[OWNED_VOLUME].n;
		     v++)
			if (!v->left_out && owned_is_migrating(v))
				guard_found(self, scene, out, v->id, NULL,
				    "volume %s is being migrated (migration_status '%s')", v->id, v->migration_status);
	EACH_TAKEN(t, scene, out) {
		const struct migration *open = t.c->open;

		if (!open)
			continue;
		hint_set_way_out(&hint, open);
		if (open->dest_compute)
			guard_found(self, scene, out, t.c->instance->uuid, hint.s,
			    "instance %s has a migration (%s, id %lld) that is '%s' to %s", t.c->instance->uuid,
			    str_or(open->migration_type, _("of no type")), (long long)open->id, open->status,
			    open->dest_compute);
		else
			guard_found(self, scene, out, t.c->instance->uuid, hint.s,
			    "instance %s has a migration (%s, id %lld) that is '%s'", t.c->instance->uuid,
			    str_or(open->migration_type, _("of no type")), (long long)open->id, open->status);
	}
}

/* The conductor would take the older row for the one that it is asked for, and ours would stay 'accepted' for ever. */
void guard_stale_accepted(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };

	EACH_TAKEN(t, scene, out)
		for (size_t i = 0; i < t.c->accepted.n; i++) {
			const struct migration *m = &t.c->accepted.v[i];
			auto_free char *host = shell_quoted(str_or(m->source_compute, scene->subject.host));

			str_clear(&hint);
			if (str_equal(m->migration_type, "evacuation") && !m->deleted)
				str_addf(&hint,
				    _("'evac-manage migration list --host %s' shows whether a service still works on it and, if none does, how to close it"),
				    host);
			else
				str_addf(&hint,
				    _("no command of nova or of this tool ends migration %lld (%s%s): once it is known that no service works on it, the DBA sets "
				      "its status from 'accepted' to 'error'"),
				    (long long)m->id, m->deleted ? _("deleted ") : "",
				    str_or(m->migration_type, _("of no type")));
			guard_found(self, scene, out, t.c->instance->uuid, hint.s,
			    "instance %s has an older migration (%s, id %lld, %lld s old) that is 'accepted': the conductor would take that one",
			    t.c->instance->uuid, str_or(m->migration_type, _("of no type")), (long long)m->id,
			    (long long)m->age_s.v);
		}
}

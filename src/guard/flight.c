/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"
#include "plan/plan.h"
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
	    "'evac-manage migration list --host {source}' says whether somebody still works on it; when nobody does, how it is closed" },
	{ "live-migration",
	    "first look on '{dest}': virsh domstate {instance}. 'running': the guest has arrived and is the only good one, shut it down there before anything; "
	    "'paused' or 'shut off': virsh destroy {instance} there. With '{source}' off, too: openstack server set --state active {instance}, then the evacuation again" },
	{ "resize",
	    "first look which of '{source}' and '{dest}' has the whole disks (the instance's directory, and the one of that name with _resize). If '{source}' has, or they are "
	    "shared: openstack server set --state active {instance}, then the evacuation again" },
	{ "migration",
	    "first look which of '{source}' and '{dest}' has the whole disks (the instance's directory, and the one of that name with _resize). If '{source}' has, or they are "
	    "shared: openstack server set --state active {instance}, then the evacuation again" },
	{ NULL, "wait until it has ended, or find out by nova's logs on '{source}' and '{dest}' who works on it" },
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
	for (const char *s = c->hint; *s; s++)
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
		guard_found(self, scene, out, t.c->instance->uuid, hint.s,
		    "instance %s has a migration (%s, id %lld) that is '%s'%s%s", t.c->instance->uuid,
		    str_or(open->migration_type, "of no type"), (long long)open->id, open->status,
		    open->dest_compute ? " to " : "", str_or(open->dest_compute, ""));
	}
}

/* The conductor would take the older row for the one that it is asked for, and ours would stay 'accepted' for ever. */
void guard_stale_accepted(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str hint = { 0 };

	EACH_TAKEN(t, scene, out)
		for (size_t i = 0; i < t.c->accepted.n; i++) {
			const struct migration *m = &t.c->accepted.v[i];

			str_clear(&hint);
			if (str_equal(m->migration_type, "evacuation") && !m->deleted)
				str_addf(&hint,
				    "'evac-manage migration list --host %s' says whether somebody still works on it; when nobody does, how it is closed",
				    str_or(m->source_compute, scene->subject.host));
			else
				str_addf(&hint,
				    "no command of nova's or ours ends a %s%s: once it is known that nobody works on it, the DBA sets the status of migration %lld "
				    "from 'accepted' to 'error'",
				    m->deleted ? "deleted " : "", str_or(m->migration_type, "migration of no type"),
				    (long long)m->id);
			guard_found(self, scene, out, t.c->instance->uuid, hint.s,
			    "instance %s has an older migration (%s, id %lld, %lld s old) that is 'accepted': the conductor would take that one",
			    t.c->instance->uuid, str_or(m->migration_type, "of no type"), (long long)m->id,
			    (long long)m->age_s.v);
		}
}

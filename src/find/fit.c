/* SPDX-License-Identifier: Apache-2.0 */
#include "room_internal.h"

#include <string.h>

#include "util/lang.h"
#include "util/shell.h"

static const char *const class_name[CLASSES] = { N_("vCPU"), N_("MB of memory"), N_("GB of disk") };

enum objection { NO_OBJECTION, ANTI_AFFINITY, AFFINITY, OTHER_ZONE, NO_AGGREGATE, UNMIRRORED };

static size_t members_there(const struct room *room, const struct candidate *c)
{
	size_t n = 0, i;

	for (i = 0; i < c->ngroup_host; i++)
		n += str_equal(c->group_host[i], room->host);
	for (i = 0; i < room->ntaken; i++)
		n += room->taken[i]->group.exists && str_equal(room->taken[i]->group.uuid, c->group.uuid);
	return n;
}

/* nova scheduler/filters/affinity_filter.py. Every member's host counts, the dead one too: a group whose members are all there
 * has nowhere to go by the scheduler. */
static enum objection group_objects(const struct room *room, const struct candidate *c)
{
	if (!c->group.exists)
		return NO_OBJECTION;
	if (strcmp(c->group.policy, "anti-affinity") == 0 && members_there(room, c) >= (size_t)c->group.max_per_host)
		return ANTI_AFFINITY;
	if (strcmp(c->group.policy, "affinity") == 0 && members_there(room, c) == 0)
		return AFFINITY;
	return NO_OBJECTION;
}

/* nova scheduler/filters/availability_zone_filter.py: a host of no zone is in the default one, which nobody else has. */
static bool zone_fits(const struct scene *scene, const struct room *room, const char *asked)
{
	return !asked ||
	    (room->zone ? strcmp(room->zone, asked) == 0 : !aggregates_have_zone(&scene->placing.aggregates, asked));
}

bool room_is_unmirrored(const struct room *room, const struct candidate *c)
{
	return room->unmirrored && str_equal(room->unmirrored->zone, c->spec_facts.zone);
}

static bool aggregate_has(const struct room *room, const struct extra_spec *spec)
{
	for (size_t i = 0; i < room->nmetadata; i++)
		if (host_metadata_has(room->metadata[i], spec->name, spec->value))
			return true;
	return false;
}

static bool aggregate_fits(const struct room *room, const struct needs *needs)
{
	for (size_t i = 0; i < needs->naggregate; i++)
		if (!strpbrk(needs->aggregate[i].value, "<>=! ") && /* an operator: the scheduler's to judge */
		    !aggregate_has(room, &needs->aggregate[i]))
			return false;
	return true;
}

/* Why the filters would not take it there. A forced host is not filtered, but nova-compute looks at the group
 * itself when the request names it (nova compute/manager.py: _validate_instance_group_policy). */
static enum objection filter_objects(const struct scene *scene, const struct room *room, const struct candidate *c)
{
	if (scene->request->what.force)
		return c->spec_facts.group_hint ? group_objects(room, c) : NO_OBJECTION;
	if (!zone_fits(scene, room, c->spec_facts.zone))
		return OTHER_ZONE;
	if (scene->placing.zones_asked == ZONES_ASKED && room_is_unmirrored(room, c))
		return UNMIRRORED;
	if (!aggregate_fits(room, &c->needs))
		return NO_AGGREGATE;
	return group_objects(room, c);
}

static void say_too_little(const struct room *room, int64_t there, int64_t needed, const char *name, struct str *why)
{
	str_addf(why, _("'%s' has %lld of the %lld %s that the instance needs"), room->host, (long long)there,
	    (long long)needed, name);
}

static void say_lacking(const struct scene *scene, const struct room *room, const struct ask *a, struct str *why,
    struct str *help)
{
	int64_t most = room_most_left(scene, room, a->name);

	if (a->kind == ASK_TRAIT) {
		str_addf(why, _("'%s' lacks trait %s"), room->host, a->name);
		str_add(help, _("choose a host that has this trait"));
	} else if (a->kind == ASK_NO_TRAIT) {
		str_addf(why, _("'%s' has trait %s, which the instance must not have"), room->host, a->name);
		str_add(help, _("choose a host without this trait"));
	} else if (most >= a->amount) {
		str_addf(why, _("'%s' has no single resource provider for %lld %s as the flavor needs it"), room->host,
		    (long long)a->amount, a->name);
		str_add(help, _("choose another host"));
	} else {
		say_too_little(room, most, a->amount, a->name, why);
		str_addf(help, _("free %lld %s more on '%s', or choose another host"), (long long)(a->amount - most), a->name,
		    room->host);
	}
}

static void say_short(const struct scene *scene, const struct room *room, const struct candidate *c, struct str *why,
    struct str *help)
{
	int class = room_short_class(scene, room, c);
	int64_t there = room_left(scene, room, class) > 0 ? room_left(scene, room, class) : 0, n = room_need(c, class);

	if (n <= there) {
		str_addf(why, _("'%s' does not allocate %lld %s to one instance (placement: min_unit, max_unit, step_size)"),
		    room->host, (long long)n, _(class_name[class]));
		str_add(help, _("choose another host"));
		return;
	}
	say_too_little(room, there, n, _(class_name[class]), why);
	str_addf(help, _("free %lld %s more on '%s', or choose another host"), (long long)(n - room_left(scene, room, class)),
	    _(class_name[class]), room->host);
}

static void say_objection(enum objection objection, const struct room *room, struct str *why)
{
	const char *host = room->host;

	switch (objection) {
	case NO_OBJECTION:
		break;
	case ANTI_AFFINITY:
		str_addf(why, _("'%s' already has a member of its server group (anti-affinity)"), host);
		break;
	case AFFINITY:
		str_addf(why, _("'%s' has no member of its server group (affinity)"), host);
		break;
	case OTHER_ZONE:
		str_addf(why, _("'%s' is in another availability zone"), host);
		break;
	case NO_AGGREGATE:
		str_addf(why, _("'%s' is not in an aggregate that its flavor needs"), host);
		break;
	case UNMIRRORED:
		str_addf(why,
		    _("placement does not have '%s' in aggregate '%s' of availability zone '%s', and the scheduler asks placement"),
		    host, room->unmirrored->aggregate, room->unmirrored->zone);
		break;
	}
}

/* A hard group's rule stays, forced or not. */
static void say_group_help(const struct candidate *c, struct str *help)
{
	if (str_equal(c->group.policy, "anti-affinity"))
		str_addf(help,
		    _("choose a host without a member of server group %s, give the group the policy soft-anti-affinity, or take the instance out of the "
		      "group; a forced target does not help: nova-compute checks a hard rule itself, and the instance would end in ERROR"),
		    c->group.uuid);
	else
		str_addf(help,
		    _("choose a host with a member of server group %s, give the group the policy soft-affinity, or take the instance out of the group; "
		      "a forced target does not help: nova-compute checks a hard rule itself, and the instance would end in ERROR"),
		    c->group.uuid);
}

static void say_filter(const struct scene *scene, const struct room *room, const struct candidate *c, struct str *why,
    struct str *help)
{
	auto_free char *host = shell_quoted(room->host);

	enum objection objection = filter_objects(scene, room, c);

	say_objection(objection, room, why);
	if (objection == UNMIRRORED)
		str_add(help, _("nova-manage placement sync_aggregates, then the same command again"));
	else if (group_objects(room, c))
		say_group_help(c, help);
	else if (room->closed || room->absent || !room_has_size(scene, room, c))
		str_add(help, _("choose another host"));
	else
		str_addf(help, _("choose another host, or force this one: evac-manage instance evacuate %s %s --force"),
		    c->instance->uuid, host);
}

/* The room that comes nearest: only disabled, then only too small, only down, then the rest. */
static int room_distance(const struct scene *scene, const struct room *room, const struct candidate *c)
{
	bool fits = room_has_size(scene, room, c), filtered = filter_objects(scene, room, c) != NO_OBJECTION;

	return (room->closed == ROOM_OPEN            ? 0 :
		       room->closed == ROOM_DISABLED ? 1 :
						       3) +
	    (fits ? 0 : 2) + (room->absent ? 4 : 0) + (filtered ? 8 : 0);
}

bool room_is_open(const struct scene *scene, const struct room *room, const struct candidate *c)
{
	return !room->absent && room_has_size(scene, room, c) && !filter_objects(scene, room, c);
}

/* Where it would fit, when the target was chosen: as the books are now. */
static void say_elsewhere(const struct scene *scene, const struct candidate *c, struct str *help)
{
	struct rooms others;

	if (!scene->request->what.target_host)
		return;
	rooms_make_for(scene, NULL, &others);
	for (const struct room *r = others.v; r < others.v + others.n; r++)
		if (!r->closed && strcmp(r->host, scene->request->what.target_host) != 0 && room_is_open(scene, r, c)) {
			auto_free char *host = shell_quoted(r->host);

			str_addf(help, _("; it fits on '%s': evac-manage instance evacuate %s %s"), r->host, c->instance->uuid,
			    host);
			break;
		}
	rooms_free(&others);
}

static const struct room *nearest_room(const struct rooms *rooms, const struct scene *scene, const struct candidate *c)
{
	const struct room *best = NULL;

	for (const struct room *r = rooms->v; r < rooms->v + rooms->n; r++)
		if (!best || room_distance(scene, r, c) < room_distance(scene, best, c) ||
		    (room_distance(scene, r, c) == room_distance(scene, best, c) &&
			room_left(scene, r, CLASS_MEMORY_MB) > room_left(scene, best, CLASS_MEMORY_MB)))
			best = r;
	return best;
}

static const char *obstacle_in(const struct room *room, const struct scene *scene, const struct candidate *c)
{
	static const char *const too_little[CLASSES] = { "vcpu", "memory", "disk" };
	enum objection objection = filter_objects(scene, room, c);
	int class = room_short_class(scene, room, c);

	if (objection)
		return objection == OTHER_ZONE ? "zone" :
		    objection == UNMIRRORED    ? "unmirrored" :
		    objection == NO_AGGREGATE  ? "aggregate" :
						 "group";
	if (room->absent)
		return "placement";
	if (class < CLASSES)
		return too_little[class];
	if (room_lacking(scene, room, c))
		return room_lacking(scene, room, c)->kind == ASK_RESOURCE ? "resource" : "trait";
	return "closed";
}

static void explain(struct rooms *rooms, const struct scene *scene, const struct candidate *c, struct str *why,
    struct str *help)
{
	const struct room *best = nearest_room(rooms, scene, c);

	rooms->obstacle = best ? obstacle_in(best, scene, c) : "no-host";
	if (!best) {
		str_add(why, _("the cell has no other compute node"));
		str_add(help, _("add a compute node to this cell"));
	} else if (filter_objects(scene, best, c)) {
		say_filter(scene, best, c, why, help);
	} else if (best->absent) {
		room_add_absent(best, why);
		str_add(help,
		    _("choose another host; 'evac-manage audit run compute-node-without-provider' lists such compute nodes"));
	} else if (room_short_class(scene, best, c) < CLASSES) {
		say_short(scene, best, c, why, help);
	} else if (room_lacking(scene, best, c)) {
		say_lacking(scene, best, room_lacking(scene, best, c), why, help);
	} else {
		room_add_closed(best, why);
		str_addf(help, _("it would fit on '%s' if nova-compute there were up and enabled"), best->host);
	}
	say_elsewhere(scene, c, help);
}

static int smallest_first(const void *one, const void *other)
{
	const int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;

	return a < b ? -1 : a > b;
}

static int64_t free_of(const struct rooms *rooms, const struct scene *scene, int class)
{
	int64_t all = 0;

	for (const struct room *r = rooms->v; r < rooms->v + rooms->n; r++)
		if (!r->closed && !r->absent && room_left(scene, r, class) > 0)
			all += room_left(scene, r, class);
	return all;
}

/* The smallest first: no other choice has more of them. ${needs}: sorted. */
static size_t count_left(const int64_t *needs, size_t n, int64_t left)
{
	size_t i = 0;

	for (; i < n && (needs[i] == 0 || needs[i] <= left); i++)
		left -= needs[i];
	return n - i;
}

size_t rooms_short(const struct rooms *rooms, const struct scene *scene, const struct candidate *const *c, size_t n,
    struct str *why)
{
	auto_free int64_t *needs = xcalloc(n + 1, sizeof *needs);
	size_t most = 0;

	for (int class = 0; class < CLASSES; class += 1) {
		const int64_t left = free_of(rooms, scene, class);
		int64_t sum = 0;
		size_t out;

		for (size_t i = 0; i < n; i++)
			sum += needs[i] = room_need(c[i], class);
		vec_sort(needs, n, sizeof *needs, smallest_first);
		out = count_left(needs, n, left);
		if (out <= most)
			continue;
		most = out;
		str_clear(why);
		str_addf(why, _("%lld %s are free, %lld are needed"), (long long)left, _(class_name[class]), (long long)sum);
	}
	return most;
}

const struct room *rooms_place(struct rooms *rooms, const struct scene *scene, const struct candidate *c, struct str *why,
    struct str *help)
{
	const struct room *best;
	size_t rank;

	rooms_rank(rooms, scene);
	best = rooms_first(rooms, scene, c, &rank);
	if (best)
		rooms_charge(rooms, scene, rank, c);
	else
		explain(rooms, scene, c, why, help);
	return best;
}

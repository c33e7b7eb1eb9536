/* SPDX-License-Identifier: Apache-2.0 */
#include "room_internal.h"

#include <string.h>

static const char *const class_name[CLASSES] = { "vCPU", "MB of memory", "GB of disk" };

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
static const char *group_objects(const struct room *room, const struct candidate *c)
{
	if (!c->group.exists)
		return NULL;
	if (strcmp(c->group.policy, "anti-affinity") == 0 && members_there(room, c) >= (size_t)c->group.max_per_host)
		return "already has a member of its server group (anti-affinity)";
	if (strcmp(c->group.policy, "affinity") == 0 && members_there(room, c) == 0)
		return "has no member of its server group (affinity)";
	return NULL;
}

/* nova scheduler/filters/availability_zone_filter.py: a host of no zone is in the default one, which nobody else has. */
static bool zone_fits(const struct scene *scene, const struct room *room, const char *asked)
{
	const char *zone = aggregates_zone_of(&scene->placing.aggregates, room->host);

	return !asked || (zone ? strcmp(zone, asked) == 0 : !aggregates_have_zone(&scene->placing.aggregates, asked));
}

static bool aggregate_fits(const struct scene *scene, const struct room *room, const struct needs *needs)
{
	for (size_t i = 0; i < needs->naggregate; i++)
		if (!strpbrk(needs->aggregate[i].value, "<>=! ") && /* an operator: the scheduler's to judge */
		    !aggregates_match(&scene->placing.aggregates, room->host, needs->aggregate[i].name,
			needs->aggregate[i].value))
			return false;
	return true;
}

/* Why the filters would not take it there; NULL: they would. A forced host is not filtered, but nova-compute looks at the group
 * itself when the request names it (nova compute/manager.py: _validate_instance_group_policy). */
static const char *filter_objects(const struct scene *scene, const struct room *room, const struct candidate *c)
{
	if (scene->request->what.force)
		return c->spec_facts.group_hint ? group_objects(room, c) : NULL;
	if (!zone_fits(scene, room, c->spec_facts.zone))
		return "is in another availability zone";
	if (!aggregate_fits(scene, room, &c->needs))
		return "is in no aggregate that its flavor asks for";
	return group_objects(room, c);
}

static void say_lacking(const struct scene *scene, const struct room *room, const struct ask *a, struct str *why,
    struct str *help)
{
	int64_t most = room_most_left(scene, room, a->name);

	if (a->kind != ASK_RESOURCE) {
		str_addf(why, "'%s' %s trait %s", room->host, a->kind == ASK_TRAIT ? "lacks" : "has, and must not have,",
		    a->name);
		str_addf(help, "a host that has it%s", a->kind == ASK_TRAIT ? "" : " not");
	} else if (most >= a->amount) {
		str_addf(why, "'%s' has no single provider that gives %lld %s as its flavor asks for it", room->host,
		    (long long)a->amount, a->name);
		str_add(help, "another host");
	} else {
		str_addf(why, "'%s' has %lld of the %lld %s that it needs", room->host, (long long)most, (long long)a->amount,
		    a->name);
		str_addf(help, "%lld %s more on '%s', or another host", (long long)(a->amount - most), a->name, room->host);
	}
}

static void say_short(const struct scene *scene, const struct room *room, const struct candidate *c, struct str *why,
    struct str *help)
{
	int class = room_short_class(scene, room, c);
	int64_t there = room_left(scene, room, class) > 0 ? room_left(scene, room, class) : 0, n = room_need(c, class);

	if (n <= there) {
		str_addf(why, "'%s' gives nobody %lld %s at once", room->host, (long long)n, class_name[class]);
		str_add(help, "a larger host");
		return;
	}
	str_addf(why, "'%s' has %lld of the %lld %s that it needs", room->host, (long long)there, (long long)n,
	    class_name[class]);
	str_addf(help, "%lld %s more on '%s', or another host", (long long)(n - room_left(scene, room, class)),
	    class_name[class], room->host);
}

/* What helps against a filter. A hard group's rule stays, forced or not. */
static void say_filter(const struct scene *scene, const struct room *room, const struct candidate *c, struct str *why,
    struct str *help)
{
	bool anti = str_equal(c->group.policy, "anti-affinity");

	str_addf(why, "'%s' %s", room->host, filter_objects(scene, room, c));
	if (group_objects(room, c))
		str_addf(help,
		    "a host with%s member of server group %s (nova-compute checks a hard rule itself, so forcing a target ends in ERROR), a group of "
		    "policy soft-%s, or the instance taken out of the group",
		    anti ? "out a" : " a", c->group.uuid, anti ? "anti-affinity" : "affinity");
	else if (room->closed || room->absent || !room_has_size(scene, room, c))
		str_add(help, "a host that passes");
	else
		str_addf(help, "a host that passes; or force one: evac-manage instance evacuate %s %s --force",
		    c->instance->uuid, room->host);
}

/* The room that comes nearest: only disabled, then only too small, only down, then the rest. */
static int room_distance(const struct scene *scene, const struct room *room, const struct candidate *c)
{
	bool fits = room_has_size(scene, room, c), filtered = filter_objects(scene, room, c) != NULL;

	return (!room->closed                                   ? 0 :
		       strcmp(room->closed, "is disabled") == 0 ? 1 :
								  3) +
	    (fits ? 0 : 2) + (room->absent ? 4 : 0) + (filtered ? 8 : 0);
}

static bool is_open(const struct scene *scene, const struct room *room, const struct candidate *c)
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
		if (!r->closed && strcmp(r->host, scene->request->what.target_host) != 0 && is_open(scene, r, c)) {
			str_addf(help, "; it fits on '%s': evac-manage instance evacuate %s %s", r->host, c->instance->uuid,
			    r->host);
			break;
		}
	rooms_free(&others);
}

static void explain(const struct rooms *rooms, const struct scene *scene, const struct candidate *c, struct str *why,
    struct str *help)
{
	const struct room *best = NULL;

	for (const struct room *r = rooms->v; r < rooms->v + rooms->n; r++)
		if (!best || room_distance(scene, r, c) < room_distance(scene, best, c) ||
		    (room_distance(scene, r, c) == room_distance(scene, best, c) &&
			room_left(scene, r, CLASS_MEMORY_MB) > room_left(scene, best, CLASS_MEMORY_MB)))
			best = r;
	if (!best) {
		str_add(why, "there is no other compute node");
		str_add(help, "add a compute host to this cell");
	} else if (filter_objects(scene, best, c)) {
		say_filter(scene, best, c, why, help);
	} else if (best->absent) {
		str_addf(why, "'%s' %s", best->host, best->absent);
		str_add(help, "'evac-manage audit run compute-node-without-provider' names such nodes; or another host");
	} else if (room_short_class(scene, best, c) < CLASSES) {
		say_short(scene, best, c, why, help);
	} else if (room_lacking(scene, best, c)) {
		say_lacking(scene, best, room_lacking(scene, best, c), why, help);
	} else {
		str_addf(why, "'%s' %s", best->host, best->closed);
		str_addf(help, "it would fit on '%s' if that were up and enabled", best->host);
	}
	say_elsewhere(scene, c, help);
}

const struct room *rooms_place(struct rooms *rooms, const struct scene *scene, const struct candidate *c, struct str *why,
    struct str *help)
{
	struct room *best = NULL;

	for (struct room *r = rooms->v; r < rooms->v + rooms->n; r++) {
		/* a target that is down or disabled has findings of its own */
		if ((r->closed && !scene->request->what.target_host) || !is_open(scene, r, c))
			continue;
		if (!best || room_left(scene, r, CLASS_MEMORY_MB) > room_left(scene, best, CLASS_MEMORY_MB))
			best = r;
	}
	if (best)
		room_charge(scene, best, c);
	else
		explain(rooms, scene, c, why, help);
	return best;
}

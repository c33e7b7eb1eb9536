/* SPDX-License-Identifier: Apache-2.0 */
#include "op/fit.h"

#include <stdlib.h>
#include <string.h>

enum { CLASSES = 3 };
static const char *const class_name[CLASSES] = { "vCPU", "MB of memory", "GB of disk" };

/* Placement's row for a compute node; a provider is named as its hypervisor. NULL: it has none. */
static const struct inventory *find_inventory(const struct inventories *all, const struct compute_node *node, int class)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].class == class && str_equal(all->v[i].name, node->hypervisor_hostname))
			return &all->v[i];
	return NULL;
}

static void fill_from_placement(struct room *room, const struct inventories *all, const struct compute_node *node)
{
	const struct inventory *i;

	for (int c = 0; c < CLASSES; c++) {
		i = find_inventory(all, node, c);
		room->limit[c] = i ? i->capacity : 0;
		room->used[c] = i ? i->used : 0;
	}
}

static void fill_from_node(struct room *room, const struct compute_node *node)
{
	room->limit[CLASS_VCPU] = node->vcpus_limit;
	room->used[CLASS_VCPU] = node->vcpus_used;
	room->limit[CLASS_MEMORY_MB] = node->memory_mb_limit;
	room->used[CLASS_MEMORY_MB] = node->memory_mb_used;
	room->limit[CLASS_DISK_GB] = node->local_gb_limit;
	room->used[CLASS_DISK_GB] = node->local_gb_used;
}

static const char *why_closed(const struct scene *scene, const struct nova_service *s)
{
	if (!s)
		return "has no nova-compute";
	if (!nova_service_is_up(s, scene->nova_down_s))
		return "is down";
	return s->disabled ? "is disabled" : NULL;
}

void rooms_make(const struct scene *scene, struct rooms *out)
{
	const char *target = scene->request->target_host;
	const struct compute_nodes *nodes = &scene->home->nodes;
	struct room *room;

	*out = (struct rooms){ .v = xcalloc(nodes->n + 1, sizeof *out->v), .from_placement = scene->inventories.n > 0 };
	for (size_t i = 0; i < nodes->n; i++) {
		const struct compute_node *n = &nodes->v[i];

		if (strcmp(n->host, scene->host) == 0 || (target && strcmp(n->host, target) != 0))
			continue;
		room = &out->v[out->n++];
		room->host = n->host;
		room->node = n->hypervisor_hostname;
		room->closed = why_closed(scene, nova_service_find(&scene->home->services, "nova-compute", n->host));
		if (out->from_placement)
			fill_from_placement(room, &scene->inventories, n);
		else
			fill_from_node(room, n);
	}
}

void rooms_free(struct rooms *rooms)
{
	for (size_t i = 0; i < rooms->n; i++)
		free(rooms->v[i].taken);
	free(rooms->v);
	*rooms = (struct rooms){ 0 };
}

static int64_t need(const struct candidate *c, int class)
{
	/* pinned CPUs are counted in a class of their own, which not every release has: the scheduler looks at them */
	if (class == CLASS_VCPU)
		return c->needs.pinned ? 0 : c->needs.vcpus;
	return class == CLASS_MEMORY_MB ? c->needs.memory_mb : c->needs.disk_gb;
}

static int64_t left(const struct room *room, int class)
{
	return room->limit[class] - room->used[class];
}

/* The class that is short, or CLASSES. A need of nothing always fits, however full the books say it is. */
static int short_class(const struct room *room, const struct candidate *c)
{
	for (int class = 0; class < CLASSES; class++)
		if (need(c, class) > 0 && need(c, class) > left(room, class))
			return class;
	return CLASSES;
}

static size_t members_there(const struct room *room, const struct candidate *c)
{
	size_t n = 0, i;

	for (i = 0; i < c->ngroup_host; i++)
		n += str_equal(c->group_host[i], room->host);
	for (i = 0; i < room->ntaken; i++)
		n += room->taken[i]->group.exists && str_equal(room->taken[i]->group.uuid, c->group.uuid);
	return n;
}

/* nova scheduler/filters/affinity_filter.py. Every member's host counts, the dead one too: a group whose members are all there has
 * nowhere to go by the scheduler. */
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
	const char *zone = aggregates_zone_of(&scene->aggregates, room->host);

	return !asked || (zone ? strcmp(zone, asked) == 0 : !aggregates_have_zone(&scene->aggregates, asked));
}

static bool aggregate_fits(const struct scene *scene, const struct room *room, const struct needs *needs)
{
	for (size_t i = 0; i < needs->naggregate; i++)
		if (!strpbrk(needs->aggregate[i].value, "<>=! ") && /* an operator: the scheduler's to judge */
		    !aggregates_match(&scene->aggregates, room->host, needs->aggregate[i].name, needs->aggregate[i].value))
			return false;
	return true;
}

/* Why the filters would not take it there; NULL: they would. A forced host is not filtered. */
static const char *filter_objects(const struct scene *scene, const struct room *room, const struct candidate *c)
{
	if (scene->request->force)
		return NULL;
	if (!zone_fits(scene, room, c->spec_facts.zone))
		return "is in another availability zone";
	if (!aggregate_fits(scene, room, &c->needs))
		return "is in no aggregate that its flavor asks for";
	return group_objects(room, c);
}

static void say_short(const struct room *room, const struct candidate *c, struct str *why)
{
	int class = short_class(room, c);

	str_addf(why, "'%s' has %lld of the %lld %s that it needs", room->host, (long long)(left(room, class) > 0 ? left(room, class) : 0),
	    (long long)need(c, class), class_name[class]);
}

/* The room that comes nearest: only disabled, then only too small, only down, then the rest. */
static int distance(const struct scene *scene, const struct room *room, const struct candidate *c)
{
	bool fits = short_class(room, c) == CLASSES, filtered = filter_objects(scene, room, c) != NULL;

	return (!room->closed ? 0 : strcmp(room->closed, "is disabled") == 0 ? 1 : 3) + (fits ? 0 : 2) + (filtered ? 8 : 0);
}

static void explain(const struct rooms *rooms, const struct scene *scene, const struct candidate *c, struct str *why, struct str *help)
{
	const struct room *best = NULL;

	for (const struct room *r = rooms->v; r < rooms->v + rooms->n; r++)
		if (!best || distance(scene, r, c) < distance(scene, best, c) ||
		    (distance(scene, r, c) == distance(scene, best, c) && left(r, CLASS_MEMORY_MB) > left(best, CLASS_MEMORY_MB)))
			best = r;
	if (!best) {
		str_add(why, "there is no other compute node");
		str_add(help, "add a compute host to this cell");
	} else if (filter_objects(scene, best, c)) {
		str_addf(why, "'%s' %s", best->host, filter_objects(scene, best, c));
		str_addf(help, "a host that passes; or force one: evac-manage instance evacuate %s %s --force", c->instance->uuid, best->host);
	} else if (short_class(best, c) < CLASSES) {
		say_short(best, c, why);
		str_addf(help, "%lld %s more on '%s', or another host", (long long)(need(c, short_class(best, c)) - left(best, short_class(best, c))),
		    class_name[short_class(best, c)], best->host);
	} else {
		str_addf(why, "'%s' %s", best->host, best->closed);
		str_addf(help, "it would fit on '%s' if that were up and enabled", best->host);
	}
}

static void charge(struct room *room, const struct candidate *c)
{
	for (int class = 0; class < CLASSES; class++)
		room->used[class] += need(c, class);
	room->taken = vec_grow(room->taken, room->ntaken, &room->cap, sizeof *room->taken);
	room->taken[room->ntaken++] = c;
}

const struct room *rooms_place(struct rooms *rooms, const struct scene *scene, const struct candidate *c, struct str *why,
    struct str *help)
{
	struct room *best = NULL;

	for (struct room *r = rooms->v; r < rooms->v + rooms->n; r++) {
		/* a target that is down or disabled has findings of its own */
		if ((r->closed && !scene->request->target_host) || short_class(r, c) < CLASSES || filter_objects(scene, r, c))
			continue;
		if (!best || left(r, CLASS_MEMORY_MB) > left(best, CLASS_MEMORY_MB))
			best = r;
	}
	if (best)
		charge(best, c);
	else
		explain(rooms, scene, c, why, help);
	return best;
}

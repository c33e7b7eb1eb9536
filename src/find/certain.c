/* SPDX-License-Identifier: Apache-2.0 */
#include "room_internal.h"

#include <string.h>

/* Whether instances land wherever the scheduler puts each of them. Its weighers are the site's own, and what they choose for
 * one may be what another one needs. */

struct set {
	const struct candidate *const *v;
	size_t n;
	int64_t most[CLASSES]; /* that one of them takes */
};

static int64_t most_asked(const struct set *set, const char *name)
{
	int64_t most = 1;

	for (size_t i = 0; i < set->n; i++)
		for (const struct ask *a = set->v[i]->needs.ask; a < set->v[i]->needs.ask + set->v[i]->needs.nask; a++)
			if (a->kind == ASK_RESOURCE && str_equal(a->name, name) && a->amount > most)
				most = a->amount;
	return most;
}

static void measure_set(struct set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct candidate *c = set->v[i];

		for (int class = 0; class < CLASSES; class += 1)
			if (room_need(c, class) > set->most[class])
				set->most[class] = room_need(c, class);
		for (const struct ask *a = c->needs.ask; a < c->needs.ask + c->needs.nask; a++)
			if (a->or_vcpu && a->amount > set->most[CLASS_VCPU])
				set->most[CLASS_VCPU] = a->amount;
	}
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* How many of the set the room takes, whichever they are, before ${c} would find it too small. What placement shares is
 * everybody's: ${shared} is what of it there is for all rooms. */
static int64_t count_turns(const struct scene *scene, const struct room *room, const struct candidate *c, const struct set *set,
    int64_t *shared)
{
	int64_t turns = (int64_t)set->n;
	bool vcpu = room_need(c, CLASS_VCPU) > 0;

	for (const struct ask *a = c->needs.ask; a < c->needs.ask + c->needs.nask; a++) {
		if (a->kind != ASK_RESOURCE)
			continue;
		if (a->or_vcpu && room_most_left(scene, room, a->name) < a->amount)
			vcpu = true;
		else
			turns = smaller(turns, room_most_left(scene, room, a->name) / most_asked(set, a->name));
	}
	for (int class = 0; class < CLASSES; class += 1) {
		if (class == CLASS_VCPU ? !vcpu : room_need(c, class) == 0)
			continue;
		if (room->base[class] && !str_equal(room->base[class]->root, room->provider))
			*shared = smaller(*shared, room_left(scene, room, class) / set->most[class]);
		else
			turns = smaller(turns, room_left(scene, room, class) / set->most[class]);
	}
	return turns > 0 ? turns : 0;
}

/* Members of its group that go with it: each of them may close a whole host to it. */
static int64_t count_mates(const struct set *set, const struct candidate *c)
{
	int64_t n = -1;

	if (!c->group.exists || !str_equal(c->group.policy, "anti-affinity"))
		return 0;
	for (size_t i = 0; i < set->n; i++)
		n += set->v[i]->group.exists && str_equal(set->v[i]->group.uuid, c->group.uuid);
	return n;
}

/* How many may go before it might find no room: each that goes takes one turn of one room. */
static int64_t turns_before(const struct rooms *rooms, const struct scene *scene, const struct candidate *c,
    const struct set *set)
{
	int64_t sum = 0, largest = 0, shared = (int64_t)set->n, mates = count_mates(set, c), turns;

	for (const struct room *r = rooms->v; r < rooms->v + rooms->n; r++) {
		if (r->closed || !room_is_open(scene, r, c))
			continue;
		turns = count_turns(scene, r, c, set, &shared);
		sum += turns;
		if (turns > largest)
			largest = turns;
		if (mates == 0 && sum >= (int64_t)set->n)
			break;
	}
	return smaller(sum - mates * largest, smaller(shared, (int64_t)set->n));
}

size_t rooms_spare(const struct rooms *rooms, const struct scene *scene, const struct candidate *const *c, size_t n)
{
	struct set set = { .v = c, .n = n };
	int64_t spare = (int64_t)n;

	measure_set(&set);
	for (size_t i = 0; i < n && spare > 0; i++)
		spare = smaller(spare, turns_before(rooms, scene, c[i], &set));
	return spare > 0 ? (size_t)spare : 0;
}

bool rooms_take(struct rooms *rooms, const struct scene *scene, const char *host, const struct candidate *c,
    const struct candidate *const *charged, size_t n)
{
	rooms_unrank(rooms);
	for (struct room *r = rooms->v; r < rooms->v + rooms->n; r++) {
		if ((host && strcmp(r->host, host) != 0) || (r->closed && !scene->request->what.target_host))
			continue;
		for (size_t i = 0; i < n; i++)
			room_charge(scene, r, charged[i]);
		if (room_is_open(scene, r, c))
			return true;
	}
	return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "room_internal.h"

#include <stdlib.h>
#include <string.h>

/* The rooms in the order in which the scheduler would take them, so that who has thousands to place does not ask each room for
 * each of them: to charge one moves that one alone, unless another has the same inventory of memory. */

struct ranked {
	struct room *room;
	int64_t memory_mb; /* left */
};

static int compare_ranked_rooms(const void *one, const void *other)
{
	const struct ranked *a = one, *b = other;

	if (a->room->reserve != b->room->reserve)
		return a->room->reserve ? 1 : -1;
	if (a->memory_mb != b->memory_mb)
		return a->memory_mb > b->memory_mb ? -1 : 1;
	return (a->room > b->room) - (a->room < b->room);
}

/* Is there memory that more than one of them gives? */
static bool shares_memory(const struct rooms *rooms, const struct scene *scene)
{
	auto_free bool *seen = xcalloc(scene->placing.inventories.n + 1, sizeof *seen);

	for (const struct room *r = rooms->v; r < rooms->v + rooms->n; r++)
		for (size_t i = 0; i < r->nbook; i++) {
			bool *mine = &seen[r->book[i] - scene->placing.inventories.v];

			if (r->book[i]->class == CLASS_MEMORY_MB && *mine)
				return true;
			*mine = true;
		}
	return false;
}

/* A target that is down or disabled has findings of its own. */
static bool is_candidate_room(const struct scene *scene, const struct room *room)
{
	return !room->absent && (!room->closed || scene->request->what.target_host);
}

void rooms_rank(struct rooms *rooms, const struct scene *scene)
{
	if (rooms->ranked)
		return;
	rooms->ranked = xcalloc(rooms->n + 1, sizeof *rooms->ranked);
	rooms->nranked = 0;
	for (struct room *r = rooms->v; r < rooms->v + rooms->n; r++)
		if (is_candidate_room(scene, r))
			rooms->ranked[rooms->nranked++] = (struct ranked){ r, room_left(scene, r, CLASS_MEMORY_MB) };
	vec_sort(rooms->ranked, rooms->nranked, sizeof *rooms->ranked, compare_ranked_rooms);
	rooms->shares_memory = shares_memory(rooms, scene);
}

/* A host that the scheduler may not take comes after those that it may, and a reserve, which is written to, after both. */
static int last_choice(const struct room *room, const struct candidate *c)
{
	return (room->reserve ? 2 : 0) + (room_is_unmirrored(room, c) ? 1 : 0);
}

struct room *rooms_first(const struct rooms *rooms, const struct scene *scene, const struct candidate *c, size_t *rank)
{
	struct room *best = NULL;

	for (size_t i = 0; i < rooms->nranked && !(best && last_choice(best, c) == 0); i++) {
		struct room *room = rooms->ranked[i].room;

		if (best && room->reserve && !best->reserve) /* none but reserves follow */
			break;
		if (!room_is_open(scene, room, c) || (best && last_choice(room, c) >= last_choice(best, c)))
			continue;
		best = room;
		*rank = i;
	}
	return best;
}

void rooms_unrank(struct rooms *rooms)
{
	free(rooms->ranked);
	rooms->ranked = NULL;
}

void rooms_charge(struct rooms *rooms, const struct scene *scene, size_t rank, const struct candidate *c)
{
	struct ranked it = rooms->ranked[rank];
	size_t low = rank + 1, high = rooms->nranked, middle;

	room_charge(scene, it.room, c);
	if (rooms->shares_memory) {
		rooms_unrank(rooms);
		return;
	}
	it.memory_mb = room_left(scene, it.room, CLASS_MEMORY_MB);
	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare_ranked_rooms(&rooms->ranked[middle], &it) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	memmove(&rooms->ranked[rank], &rooms->ranked[rank + 1], (low - 1 - rank) * sizeof it);
	rooms->ranked[low - 1] = it;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIND_FIT_H
#define FIND_FIT_H

#include "find/scene.h"
#include "util/str.h"
#include "util/words.h"

/* Will it fit? vCPU, memory and disk of the other hosts as placement's books or the compute nodes' own rows have them, less
 * what the instances before it take. With placement's books every resource class and trait that flavor and image ask for, too.
 * The scheduler knows more (NUMA, PCI, its own filters): a no is a no, a yes is likely. Pure: reads the scene alone. */

enum room_closed { ROOM_OPEN, ROOM_DISABLED, ROOM_DOWN, ROOM_NO_COMPUTE };
enum room_absent { ROOM_THERE, ROOM_OTHER_UUID, ROOM_NO_INVENTORY, ROOM_NO_EVACUATION, ROOM_MARKED_DISABLED };
/* os_traits: what a nova-compute gives its provider while its service is disabled (nova 20 and later compute/manager.py:
 * _update_compute_provider_status), and takes away at its next report of resources, a minute later, when the service was
 * enabled past nova-api. Until then no scheduler asks for that host (scheduler/request_filter.py: compute_status_filter). */
#define TRAIT_DISABLED "COMPUTE_STATUS_DISABLED"

enum { CLASSES = 3 }; /* enum resource_class */
struct room {
	const char *host, *node;
	int64_t limit[CLASSES], used[CLASSES]; /* by enum resource_class */
	const struct inventory *base[CLASSES]; /* where placement has them; NULL: nowhere, or placement was not asked */
	const struct inventory **book;         /* all that its tree has, and what others share with it */
	size_t nbook;
	const struct host_metadata **metadata; /* of its aggregates */
	size_t nmetadata;
	const char *zone;                    /* of its aggregate; NULL: none has one */
	const struct unmirrored *unmirrored; /* placement does not have it there; NULL: it has, or that is not known */
	const char *provider;                /* uuid of its own one */
	int64_t *now;                   /* of the rooms: what is used of each inventory, with what this run would put there */
	enum room_absent absent;        /* why placement never names it; ROOM_THERE also where placement was not asked */
	enum room_closed closed;        /* why the scheduler would not take it now */
	bool reserve;                   /* it would be taken into service for those that fit nowhere else */
	const struct candidate **taken; /* what this run would put there */
	size_t ntaken, cap;
};
struct rooms {
	struct room *v;
	size_t n;
	bool from_placement;
	int64_t *now;
	struct ranked
	    *ranked; /* those that are asked, the one that the scheduler would take first (room_rank.c); NULL: not sorted */
	size_t nranked;
	bool shares_memory;
	const char *obstacle; /* of the last that none took, in the room that came nearest: "group", "zone", "memory" … */
};
/* The hosts of the failed host's cell, without it; with a target only that one. */
void rooms_make(const struct scene *scene, struct rooms *out);
/* The same without each of ${failed} as well: they all die. */
void rooms_make_without(const struct scene *scene, const struct words *failed, struct rooms *out);
void rooms_free(struct rooms *rooms);
/* A host that could take instances but for placement, which still has it as disabled, where each that could is such a one;
 * NULL: there is another, or none at all. */
const char *rooms_all_marked(const struct scene *scene);

/* Does the instance ask for the zone in which placement does not have this room? */
bool room_is_unmirrored(const struct room *room, const struct candidate *c);

/* How much of enum resource_class ${class} the instance needs, as its flavor says it. */
int64_t room_need(const struct candidate *c, int class);
/* Why it is closed, why it is absent: a sentence that names the host, for people; nothing where it is neither. */
void room_add_closed(const struct room *room, struct str *out);
void room_add_absent(const struct room *room, struct str *out);

/* How many of ${n} instances fit in none of the rooms, as they are now, however they are placed: of one class of resource
 * alone, the one that leaves out most, the smallest first into all that is free. What placement shares counts for each room, so
 * that more may be left out, and never fewer. ${why} says what of it is free and needed; 0: nothing. */
size_t rooms_short(const struct rooms *rooms, const struct scene *scene, const struct candidate *const *c, size_t n,
    struct str *why);

/* The room that takes it, as nova's scheduler would choose it (most memory free among those that pass; a reserve last), charged
 * with it. NULL: none does; ${why} then says what is missing and ${help} what would help. */
const struct room *rooms_place(struct rooms *rooms, const struct scene *scene, const struct candidate *candidate,
    struct str *why, struct str *help);

/* How many of ${n} instances may be sent, in whatever order and wherever the scheduler puts each, before one of those that are
 * left could find no room: each takes as much as the largest of them, and a member of its group a whole host. ${n}: all of them
 * land. Fewer, and it matters who goes where. What others take meanwhile is not reckoned with. */
size_t rooms_spare(const struct rooms *rooms, const struct scene *scene, const struct candidate *const *c, size_t n);

/* One more message before it: a named host still has room for it, or any host where ${host} is NULL; ${charged}: what may have
 * taken room that the books do not show yet. */
bool rooms_take(struct rooms *rooms, const struct scene *scene, const char *host, const struct candidate *c,
    const struct candidate *const *charged, size_t n);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OP_FIND_ROOM_INTERNAL_H
#define OP_FIND_ROOM_INTERNAL_H

#include "find/fit.h"

/* room.c: what a host has, and what an instance takes of it. room_rank.c: in which order rooms are asked. fit.c: which room
 * takes it, and why none does. certain.c: whether it matters who goes where. */

void rooms_make_for(const struct scene *scene, const char *target, struct rooms *out); /* ${target} NULL: all */
int64_t room_left(const struct scene *scene, const struct room *room, int class);
int room_short_class(const struct scene *scene, const struct room *room, const struct candidate *c);
const struct ask *room_lacking(const struct scene *scene, const struct room *room, const struct candidate *c);
/* It has what the instance asks for, and the filters pass it; whether its service is up and enabled is not looked at. */
bool room_is_open(const struct scene *scene, const struct room *room, const struct candidate *c);
bool room_has_size(const struct scene *scene, const struct room *room, const struct candidate *c);
int64_t room_most_left(const struct scene *scene, const struct room *room, const char *name);
void room_charge(const struct scene *scene, struct room *room, const struct candidate *c);

/* By whether it is a reserve, then by the memory that is left, then as they stand; it is kept until rooms_unrank(). */
void rooms_rank(struct rooms *rooms, const struct scene *scene);
void rooms_unrank(struct rooms *rooms); /* after room_charge() of any of them */
/* The first of them that is open to it, and its rank; NULL: none is. */
struct room *rooms_first(const struct rooms *rooms, const struct scene *scene, const struct candidate *c, size_t *rank);
/* room_charge() of the one of that rank; the order stays right. */
void rooms_charge(struct rooms *rooms, const struct scene *scene, size_t rank, const struct candidate *c);

#endif

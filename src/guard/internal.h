/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GUARD_INTERNAL_H
#define GUARD_INTERNAL_H

#include "guard/guard.h"
#include "util/str.h"

/* The functions of the table, each declared by its row. */
#define GUARD(word, how, by, looks, ...) looks
#define LOOK(when, name) guard_check guard_##name;
#define LATER
#include "table.h"
#undef LOOK
#undef LATER
#undef GUARD

#define EACH_SERVICE(s, scene) \
	for (const struct cinder_service *s = (scene)->cinder.services.v; \
	     s < (scene)->cinder.services.v + (scene)->cinder.services.n; s++)
#define EACH_OWNER(o, scene) \
	for (const struct owner *o = (scene)->cinder.owners.v; o < (scene)->cinder.owners.v + (scene)->cinder.owners.n; o++)
#define EACH_MOVE(m, scene) \
	for (const struct move *m = (scene)->subject.move; m < (scene)->subject.move + (scene)->subject.nmove; m++)
#define EACH_WANTED(c, scene) \
	for (const struct candidate *c = (scene)->subject.candidate; \
	     c < (scene)->subject.candidate + (scene)->subject.ncandidate; c++) \
		if (c->wanted)

/* The instances that this run would evacuate: wanted, left out by no finding so far (so after the skips of the table), within
 * --limit. What is said about others stops nothing. */
struct taking {
	const struct candidate *c;
	size_t next;
	int64_t n;
};
#define EACH_TAKEN(t, scene, found) for (struct taking t = { 0 }; guard_takes_next(&t, scene, found);)
bool guard_takes_next(struct taking *t, const struct scene *scene, const struct findings *found);

/* each.c: every guard about several failed hosts, each about its own or about all. */
void guards_ask_each(const struct scene *scene, struct findings *out);

/* Would --accept of this row's code count in this run? */
bool guard_is_acceptable(const struct guard *guard, const struct scene *scene);
/* The first finding of this code so far, and about this subject (NULL: any); NULL: there is none. */
const struct finding *guard_first_found(const struct findings *found, const char *code, const char *subject);

/* life.c: does any service of the failed host's node report? */
bool guard_node_reports(const struct scene *scene);
/* power.c: that its fence agent says that it is on. */
void guard_report_answer(const struct guard *self, const struct scene *scene, const char *hint, struct findings *out);
void guard_report_power(const struct guard *self, const struct scene *scene, struct findings *out);

/* undo.c: does the undo enable the nova-compute of ${host}, of ${scene}, that the run has disabled? */
bool undo_enables_compute(const struct scene *scene, const struct scene *host);
/* volume.c: how many rows, without those that are left out. */
size_t move_takes(const struct move *move);

/* hint.c: ${before}, then the command that moves what ${owner} has to who could take it, a live backend of the same name or
 * another cinder-backup. false: nobody could, and nothing is added. */
bool hint_add_move(struct str *hint, const char *before, const struct scene *scene, enum move_kind kind, const char *owner);
/* The same, to ${to}. A pool of ${owner} does not count. */
void hint_add_move_to(struct str *hint, enum move_kind kind, const char *owner, const char *to);
/* ${before}, then the command that gives what is of one cluster to another. */
void hint_add_rename(struct str *hint, const char *before, const char *from, const char *to);
/* flight.c: what to type, and to look at before, about a migration that is under way or was cut short. */
void hint_set_way_out(struct str *hint, const struct migration *m);

#endif

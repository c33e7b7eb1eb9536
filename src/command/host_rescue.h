/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_HOST_RESCUE_H
#define COMMAND_HOST_RESCUE_H

#include "journal/past.h"
#include "run/run.h"

/* What a rescue finds of one failed host, whose scene has cinder and nova: that its names are known, its cell, what moves, its
 * instances. */
int rescue_find_host(struct scene *scene, struct error *err);
/* Its marks and what moves. */
void rescue_plan(struct plan *plan, const struct scene *scene, const struct findings *findings);

/* host_rescue_several.c: the hosts that the words of ${request} ask for are more than one, or only a database knows how many.
 */
bool rescue_is_of_several(const struct request *request);
/* The same request with all of its hosts in what.hosts, in ${arena}. */
struct request rescue_name_all(const struct request *request, struct arena *arena);
extern const struct operation host_rescue_several;
/* Those of a run about several hosts, as a later command names them: all, in any order. */
bool rescue_names_all_of(const struct request *request, const struct past *past);
/* ${request}, about the hosts of ${past}. */
void rescue_take_hosts(struct request *request, const struct past *past, struct arena *arena);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIND_RESERVE_H
#define FIND_RESERVE_H

#include "find/scene.h"

/* Hosts that are kept free for a failure, as InstanceHA's and Masakari's reserved hosts are: their nova-compute runs, and its
 * service is disabled. A run that finds no capacity elsewhere takes them into service and gives them back at its end. */

/* [targets] reserved_reason as shipped, in whatever case: InstanceHA (infra-operator) takes a service whose reason has this
 * word. */
#define RESERVED_REASON "*reserved*"
/* Of the nova-compute while a run has it enabled; no other one's enabling or disabling leaves it (nova-api writes NULL, or a
 * reason of its own). */
#define RESERVE_MARK "evac-manage: reserved host, in service for a run"

/* Was it disabled as a reserve, and for no other reason? No reason given: yes, as its name is on the list. */
bool reserve_fits_reason(const struct scene *scene, const struct nova_service *service);
/* Those of the failed hosts' cell that this run may enable, in the order of the configuration: on the list, up, not forced
 * down, disabled as a reserve; not those that are opened. ${out} is in the scene's arena. */
size_t reserve_find(struct scene *scene, const struct nova_service ***out);
/* From here on the plan may put instances there, when no other host takes them; and the last one not any more. */
void reserve_open(struct scene *scene, const struct nova_service *service);
void reserve_close(struct scene *scene);
bool reserve_is_opened(const struct scene *scene, const char *host);

#endif

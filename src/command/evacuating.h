/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_EVACUATING_H
#define COMMAND_EVACUATING_H

#include "cli/request.h"
#include "find/scene.h"

/* instance evacuate and host evacuate: the same, about one instance or about all of a host. */

int evacuating_find_services(struct scene *scene, struct error *err); /* before the instances are found */
void evacuating_ask_owners(struct scene *scene);                      /* for what is behind them, when the host is known */
int evacuating_find_rest(struct scene *scene, struct error *err);     /* behind them */
int evacuating_check_force(const struct request *request,
    struct error *err); /* a struct command's check: --force needs a target */
/* The same, and a target is one host or some to spread over, not both. */
int evacuating_check_targets(const struct request *request, struct error *err);
int evacuating_find_targets(struct scene *scene, struct error *err); /* what --target_host and --spread name */

#endif

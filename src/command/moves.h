/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_MOVES_H
#define COMMAND_MOVES_H

#include "cli/cli.h"
#include "find/scene.h"
#include "plan/plan.h"

/* Commands that move what a backend owns. */

/* Groups alone, or consistency groups alone (subject.kinds says which): for what was left behind. volume update_host moves them
 * with their members. */
int moves_find_backend(struct scene *scene, struct error *err);
extern const struct option_spec moves_group_options[];

/* What is owned moves as a whole. */
void moves_plan(struct plan *plan, const struct scene *scene, const struct findings *findings);

#endif

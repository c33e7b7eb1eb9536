/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OP_GUARD_UNDO_H
#define OP_GUARD_UNDO_H

#include "op/finding.h"
#include "op/scene.h"

/* The guards of journal undo, which looks at a run of the past and not at a failed host. */
void guards_run_for_undo(const struct scene *scene, struct findings *out);

#endif

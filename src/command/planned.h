/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_PLANNED_H
#define COMMAND_PLANNED_H

#include "run/plan_file.h"

/* What became of a plan file. */

bool planned_is_applied(const struct plan_file *file, const struct request *request);
bool planned_is_expired(const struct plan_file *file);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_PLAN_APPLY_H
#define COMMAND_PLAN_APPLY_H

#include "cli/cli.h"

/* The command of this name when it is one that writes plans, as its --plan-out says; NULL: it is none. */
const struct command *plan_apply_command(const char *name);

#endif

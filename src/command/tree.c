/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"

#define COMMAND_ROW(row) &command_##row,
const struct command *const commands[] = { COMMANDS(COMMAND_ROW) NULL };
#undef COMMAND_ROW

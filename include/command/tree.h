/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_TREE_H
#define COMMAND_TREE_H

#include "cli/cli.h"

/* All that this program can be told to do. */
extern const struct command *const commands[]; /* ends with NULL */
extern const struct tree command_tree;

#endif

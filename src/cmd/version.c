/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"
#include "op/commands.h"

const struct command command_version = {
	.noun = "version",
	.sentence = "the version of this program",
	.run = op_version,
};

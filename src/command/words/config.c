/* SPDX-License-Identifier: Apache-2.0 */
#include "../../cli/internal.h"
#include "command/commands.h"

const struct command command_version = {
	.noun = "version",
	.sentence = "the version of this program",
	.run = op_version,
};

const struct command command_config_show = {
	.noun = "config", .verb = "show",
	.sentence = "every value that counts, and where it is from",
	.details = "Passwords are shown as ***. Needs no database and no broker. A service without a configuration file here is left out.",
	.run = op_config_show,
};

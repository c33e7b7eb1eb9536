/* SPDX-License-Identifier: Apache-2.0 */
#include "../../cli/internal.h"
#include "command/commands.h"

static const struct option_spec options[] = {
	{ .name = "project-id", .type = OPTION_TEXT, .offset = AT(what.project_id), .metavar = "PROJECT",
	  .sentence = "only this project; all without it" },
	{ 0 }
};

const struct command command_quota_check = {
	.noun = "quota", .verb = "check",
	.sentence = "do cinder's quotas count what is there?",
	.details = "Usages, reservations, second rows; by volume type too. Ends with 3 when something differs. Writes nothing.",
	.config_file_is = "cinder",
	.options = options,
	.run = op_quota_check,
};

const struct command command_quota_sync = {
	.noun = "quota", .verb = "sync",
	.sentence = "write what quota check has found",
	.details = "In one transaction, proved over a fresh connection; can be undone.",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.options = options,
	.run = op_quota_sync,
};

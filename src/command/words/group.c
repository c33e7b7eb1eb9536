/* SPDX-License-Identifier: Apache-2.0 */
#include "../../cli/internal.h"
#include "command/commands.h"

static const struct option_spec update_options[] = {
	{ .name = "currenthost", .type = OPTION_HOST, .offset = AT(what.currenthost), .metavar = "HOST@BACKEND", .required = true,
	  .sentence = "who owns them now; HOST@BACKEND takes every pool, HOST@BACKEND#POOL that one" },
	{ .name = "newhost", .type = OPTION_HOST, .offset = AT(what.newhost), .metavar = "HOST@BACKEND", .required = true,
	  .sentence = "who shall own them" },
	{ 0 }
};

const struct command command_group_update_host = {
	.noun = "group", .verb = "update_host",
	.sentence = "move volume groups alone to another backend",
	.details = "For groups that were left behind: 'volume update_host' moves them with their members. cinder serves a group only "
		"beside its volumes.",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.options = update_options,
	.run = op_group_update_host,
};

const struct command command_consistencygroup_update_cg_host = {
	.noun = "consistencygroup", .short_noun = "cg", .verb = "update_cg_host",
	.sentence = "move consistency groups alone",
	.details = "For consistency groups that were left behind: 'volume update_host' moves them with their members. cinder serves a "
		"group only beside its volumes. 'cg' is the same word, as cinder-manage has it.",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.options = update_options,
	.run = op_consistencygroup_update_cg_host,
};

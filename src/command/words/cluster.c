/* SPDX-License-Identifier: Apache-2.0 */
#include "../../cli/internal.h"
#include "command/commands.h"

static const struct option_spec rename_options[] = {
	{ .name = "full-rename", .type = OPTION_FLAG, .offset = AT(what.full_rename),
	  .sentence = "the new name alone: what followed the old one, backend and pool, is dropped" },
	{ 0 }
};
static const struct argument_spec rename_arguments[] = {
	{ .metavar = "CURRENT", .type = OPTION_HOST, .offset = AT(what.name), .sentence = "its name now: CLUSTER, CLUSTER@BACKEND or with its #POOL" },
	{ .metavar = "NEW", .type = OPTION_HOST, .offset = AT(what.new_name), .sentence = "what takes the place of CURRENT" },
	{ 0 }
};
static const struct option_spec remove_options[] = {
	{ .name = "recursive", .type = OPTION_FLAG, .offset = AT(what.recursive), .sentence = "its services too" },
	{ 0 }
};
static const struct argument_spec remove_arguments[] = {
	{ .metavar = "BINARY", .type = OPTION_TEXT, .offset = AT(what.binary), .sentence = "cinder-volume" },
	{ .metavar = "CLUSTER", .type = OPTION_HOST, .offset = AT(what.name), .sentence = "its exact name, CLUSTER@BACKEND" },
	{ 0 }
};

const struct command command_cluster_list = {
	.noun = "cluster", .verb = "list",
	.sentence = "cinder's active-active clusters, alive or not",
	.config_file_is = "cinder",
	.run = op_cluster_list,
};

const struct command command_cluster_rename = {
	.noun = "cluster", .verb = "rename",
	.sentence = "give a cluster's rows to another cluster",
	.details = "Volumes, groups, consistency groups and image cache entries, in one transaction.",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.options = rename_options, .arguments = rename_arguments,
	.run = op_cluster_rename,
};

const struct command command_cluster_remove = {
	.noun = "cluster", .verb = "remove",
	.sentence = "remove a cluster that nobody needs",
	.details = "Refuses one that still has hosts (--recursive removes them too, if they are dead) or rows.",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.options = remove_options, .arguments = remove_arguments,
	.run = op_cluster_remove,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "../../cli/internal.h"
#include "command/commands.h"

static const struct option_spec list_options[] = {
	{ .name = "host", .type = OPTION_HOST, .offset = AT(what.host), .metavar = "HOST", .sentence = "only the services of this host" },
	{ .name = "down", .type = OPTION_FLAG, .offset = AT(what.down), .sentence = "only those that no longer report" },
	{ 0 }
};

const struct command command_service_list = {
	.noun = "service", .verb = "list",
	.sentence = "nova's and cinder's services, alive or not",
	.details = "A stale heartbeat is not a dead host: beside it stand the consumers on the host's queues and the database "
		"sessions that come from it.\n\n"
		"Example:\n"
		"  evac-manage service list --host ctl1 --down",
	.options = list_options,
	.run = op_service_list,
};

static const struct argument_spec remove_arguments[] = {
	{ .metavar = "BINARY", .type = OPTION_TEXT, .offset = AT(what.binary), .sentence = "cinder-volume, cinder-backup or cinder-scheduler" },
	{ .metavar = "HOST", .type = OPTION_HOST, .offset = AT(what.host), .sentence = "its exact host, HOST@BACKEND for cinder-volume" },
	{ 0 }
};

const struct command command_service_remove = {
	.noun = "service", .verb = "remove",
	.sentence = "remove the row of a dead cinder service",
	.details = "Refuses one that reports: it would come back with a new uuid at its next heartbeat. Says what still refers to it.",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.arguments = remove_arguments,
	.run = op_service_remove,
};

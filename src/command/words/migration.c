/* SPDX-License-Identifier: Apache-2.0 */
#include "../../cli/internal.h"
#include "command/commands.h"

static const struct option_spec list_options[] = {
	{ .name = "host", .type = OPTION_HOST, .offset = AT(what.host), .metavar = "HOST", .sentence = "only those away from this host or to it" },
	{ .name = "stale", .type = OPTION_FLAG, .offset = AT(what.stale), .sentence = "only evacuations that nobody works on any more" },
	{ 0 }
};

static const struct argument_spec close_arguments[] = {
	{ .metavar = "ID", .type = OPTION_TEXT, .offset = AT(what.id), .sentence = "its number or its uuid" },
	{ 0 }
};

const struct command command_migration_list = {
	.noun = "migration", .verb = "list",
	.sentence = "what a returning host would destroy; what is open",
	.details = "A nova-compute that starts destroys the guests it finds whose evacuation is accepted, pre-migrating or done. Each "
		"row says what it means.\n\n"
		"Example:\n"
		"  evac-manage migration list --host ctl1 --stale",
	.options = list_options,
	.run = op_migration_list,
};

const struct command command_migration_close = {
	.noun = "migration", .verb = "close",
	.sentence = "end an evacuation that nobody works on",
	.details = "The migration becomes 'error' and the instance's task state empty, so that it can be evacuated again. Refused while "
		"a message, a conductor or a live compute may still work on it, and when it is done.",
	.flags = COMMAND_WRITES,
	.arguments = close_arguments,
	.run = op_migration_close,
};

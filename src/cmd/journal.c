/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"
#include "op/commands.h"

static const struct argument_spec show_arguments[] = {
	{ .metavar = "RUN", .type = OPTION_TEXT, .offset = AT(id), .sentence = "its name in 'evac-manage journal list'" },
	{ 0 }
};

const struct command command_journal_list = {
	.noun = "journal", .verb = "list",
	.sentence = "the runs on this machine that wrote, their state",
	.details = "A run is open, done, failed, unknown or recovered. Needs no database: journals are files in --state-dir.",
	.run = op_journal_list,
};

const struct command command_journal_show = {
	.noun = "journal", .verb = "show",
	.sentence = "what one run wrote, with the values before",
	.details = "Needs no database: journals are files in --state-dir.",
	.arguments = show_arguments,
	.run = op_journal_show,
};

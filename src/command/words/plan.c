/* SPDX-License-Identifier: Apache-2.0 */
#include "../../cli/internal.h"
#include "command/commands.h"

static const struct argument_spec file_arguments[] = {
	{ .metavar = "FILE", .type = OPTION_TEXT, .offset = AT(what.plan_file), .sentence = "what a command wrote with --plan-out" },
	{ 0 }
};

static const struct option_spec apply_options[] = {
	{ .name = "dry-run", .type = OPTION_FLAG, .offset = AT(how.dry_run), .sentence = "compare and check; write nothing" },
	{ .name = "yes", .type = OPTION_FLAG, .offset = AT(how.yes), .sentence = "do not ask; needed off a terminal" },
	{ .name = "skip-drifted", .type = OPTION_FLAG, .offset = AT(how.skip_drifted),
	  .sentence = "leave out what is no longer as the plan saw it" },
	{ 0 }
};

const struct command command_plan_show = {
	.noun = "plan", .verb = "show",
	.sentence = "what a plan file would write, row by row",
	.details = "Checks that no byte of it was changed. Needs no database. With -f json the whole document.",
	.arguments = file_arguments,
	.run = op_plan_show,
};

const struct command command_plan_apply = {
	.noun = "plan", .verb = "apply",
	.sentence = "do what a plan file says, if the world is still so",
	.details = "Makes the plan again and compares: each difference is named, and then nothing is written (7). All checks run again. "
		"A changed or expired file is refused.\n\n"
		"Examples:\n"
		"  evac-manage host rescue ctl1 --to ctl2 --plan-out r.plan\n"
		"  evac-manage plan show r.plan\n"
		"  evac-manage plan apply r.plan",
	.options = apply_options, .arguments = file_arguments,
	.run = op_plan_apply,
};

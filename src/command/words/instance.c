/* SPDX-License-Identifier: Apache-2.0 */
#include "../../cli/internal.h"
#include "command/commands.h"

static const struct option_spec list_options[] = {
	{ .name = "host", .type = OPTION_HOST, .offset = AT(what.host), .metavar = "HOST", .required = true,
	  .sentence = "the compute host, exactly as nova names it" },
	{ 0 }
};

static const struct argument_spec evacuate_arguments[] = {
	{ .metavar = "INSTANCE", .type = OPTION_TEXT, .offset = AT(what.id), .sentence = "its uuid or its exact name" },
	{ .metavar = "TARGET", .type = OPTION_HOST, .offset = AT(what.target_host), .optional = true,
	  .sentence = "ask for this host; without it the scheduler chooses" },
	{ 0 }
};

static const struct option_spec evacuate_options[] = {
	{ .name = "force", .type = OPTION_FLAG, .offset = AT(what.force),
	  .sentence = "nova's own: TARGET bypasses the scheduler; waives no finding of ours" },
	{ .name = "target-state", .type = OPTION_CHOICE, .offset = AT(how.target_state), .metavar = "stopped",
	  .sentence = "the state that it comes out in; without it that which it is in. nova 27 (2023.1) and later" },
	{ 0 }
};

const struct command command_instance_list = {
	.noun = "instance", .verb = "list",
	.sentence = "the instances of a host",
	.details = "The host is matched exactly; an unknown one is an error, not an empty list.\n\n"
		"Example:\n"
		"  evac-manage instance list --host ctl1 -c id -c name -c vm_state",
	.config_file_is = "nova",
	.options = list_options,
	.run = op_instance_list,
};

static const struct argument_spec show_arguments[] = {
	{ .metavar = "INSTANCE", .type = OPTION_TEXT, .offset = AT(what.id), .sentence = "its uuid or its exact name" },
	{ 0 }
};

const struct command command_instance_show = {
	.noun = "instance", .verb = "show",
	.sentence = "all that both databases know about one instance",
	.details = "State, place, cell, request spec, work in flight, volumes and their attachments; what contradicts another fact is "
		"marked. Writes nothing.",
	.config_file_is = "nova",
	.arguments = show_arguments,
	.run = op_instance_show,
};

const struct command command_instance_evacuate = {
	.noun = "instance", .verb = "evacuate",
	.sentence = "evacuate one instance of a failed host",
	.details = "Works through nova's conductor, so that nova-api may be down, and follows the instance to the end.\n\n"
		"Example:\n"
		"  evac-manage instance evacuate web-7 ctl2",
	.flags = COMMAND_WRITES | COMMAND_EVACUATES, .config_file_is = "nova",
	.options = evacuate_options, .arguments = evacuate_arguments,
	.check = force_needs_target,
	.run = op_instance_evacuate,
};

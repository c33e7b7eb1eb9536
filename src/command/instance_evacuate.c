/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "evacuating.h"
#include "run/run.h"

static int find_evacuated_instance(struct scene *scene, struct error *err)
{
	if (evacuating_find_services(scene, err) != 0 || scene_find_instance(scene, scene->request->what.id, err) != 0)
		return -1;
	return evacuating_find_rest(scene, err);
}

static const struct operation instance_evacuate = {
	.name = "instance evacuate",
	.needs = NEEDS_NOVA | NEEDS_BUS | WITNESS_CINDER | CONFIGURED_MUST_ANSWER | WITNESS_NEUTRON,
	.find = find_evacuated_instance,
	.plan = plan_evacuations,
	.alone = true,
};

static enum error_kind run_instance_evacuate(const struct request *request, struct error *err)
{
	return run_operation(&instance_evacuate, request, err);
}

/* clang-format off */
static const struct argument_spec arguments[] = {
	{ .metavar = "INSTANCE", .type = OPTION_TEXT, .offset = AT(what.id), .sentence = "the instance's uuid or exact name" },
	{ .metavar = "TARGET", .type = OPTION_HOST, .offset = AT(what.target_host), .optional = true,
	  .sentence = "request this host; without: the scheduler picks" },
	{ 0 }
};

static const struct option_spec options[] = {
	{ .name = "force", .type = OPTION_FLAG, .offset = AT(what.force),
	  .sentence = "nova's --force: TARGET bypasses the scheduler; accepts no finding" },
	{ .name = "target-state", .type = OPTION_CHOICE, .offset = AT(how.target_state), .metavar = "stopped",
	  .sentence = "its state afterwards; without: the state before. nova 27 (2023.1) and later" },
	{ 0 }
};

const struct command command_instance_evacuate = {
	.noun = "instance", .verb = "evacuate",
	.sentence = "evacuate one instance of a failed host",
	.details = "Sends the request to nova-conductor: nova-api may be down. Follows the instance until its evacuation ends.\n\n"
		"Example:\n"
		"  evac-manage instance evacuate web-7 ctl2",
	.flags = COMMAND_WRITES | COMMAND_EVACUATES, .config_file_is = "nova",
	.options = options, .arguments = arguments,
	.check = evacuating_check_force,
	.run = run_instance_evacuate,
};

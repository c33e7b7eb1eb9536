/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "evacuating.h"
#include "words.h"
#include "run/run.h"

static int find_evacuated_host(struct scene *scene, struct error *err)
{
	scene->subject.marks = !scene->request->what.no_mark;
	if (evacuating_find_services(scene, err) != 0 || scene_find_home(scene, scene->request->what.host, err) != 0)
		return -1;
	evacuating_ask_owners(scene);
	if (scene_find_instances(scene, err) != 0)
		return -1;
	return evacuating_find_rest(scene, err);
}

/* Nothing to evacuate: the host is left as it is. */
static void plan_host_evacuation(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	struct unit mark;

	plan_mark(plan, scene);
	plan_evacuations(plan, scene, findings);
	if (plan->nunit == 1 && plan->unit[0].kind == UNIT_MARK) {
		mark = plan->unit[0];
		plan->nunit = 0;
		auto_free_(&mark.step);
	}
}

static const struct operation host_evacuate = {
	.name = "host evacuate",
	.needs = NEEDS_NOVA | NEEDS_BUS | WITNESS_CINDER | CONFIGURED_MUST_ANSWER | WITNESS_NEUTRON,
	.find = find_evacuated_host,
	.plan = plan_host_evacuation,
};

static enum error_kind run_host_evacuate(const struct request *request, struct error *err)
{
	return run_operation(&host_evacuate, request, err);
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "target_host", .type = OPTION_HOST, .offset = AT(what.target_host), .metavar = "HOST2",
	  .sentence = "request this host for every instance; without: the scheduler picks" },
	OPTION_SPREAD,
	{ .name = "force", .type = OPTION_FLAG, .offset = AT(what.force),
	  .sentence = "nova's --force: --target_host bypasses the scheduler; accepts no finding" },
	{ .name = "no-mark", .type = OPTION_FLAG, .offset = AT(what.no_mark),
	  .sentence = "leave the host's nova-compute enabled and not forced down" },
	{ 0 }
};

const struct command command_host_evacuate = {
	.noun = "host", .verb = "evacuate",
	.sentence = "evacuate all instances of a failed host",
	.details = "Sends requests to nova-conductor: nova-api may be down. Follows each instance until its evacuation ends. "
		"Leaves out instances that cannot be evacuated, and lists them. Volumes that the dead host owns must be moved first (volume update_host).\n\n"
		"Examples:\n"
		"  evac-manage host evacuate ctl1 --dry-run\n"
		"  evac-manage host evacuate ctl1 --limit 3",
	.flags = COMMAND_WRITES | COMMAND_EVACUATES,
	.options = options, .arguments = failed_host_arguments,
	.check = evacuating_check_targets,
	.run = run_host_evacuate,
};

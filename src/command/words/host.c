/* SPDX-License-Identifier: Apache-2.0 */
#include "../../cli/internal.h"
#include "command/commands.h"

static const struct argument_spec failed_host[] = {
	{ .metavar = "HOST", .type = OPTION_HOST, .offset = AT(what.host), .sentence = "the failed host, as nova names it" },
	{ 0 }
};

static const struct argument_spec any_host[] = {
	{ .metavar = "HOST", .type = OPTION_HOST, .offset = AT(what.host), .sentence = "the host, as nova and cinder name it" },
	{ 0 }
};

static const struct option_spec rescue_options[] = {
	{ .name = "to", .type = OPTION_HOST, .offset = AT(what.to), .metavar = "HOST2",
	  .sentence = "the host that gets the volumes and backups; needed unless --resume" },
	{ .name = "cinder-host", .type = OPTION_HOST, .offset = AT(what.cinder_host), .metavar = "NAME",
	  .sentence = "take along what cinder knows by this other name of the failed host (its short name, its FQDN)" },
	{ .name = "resume", .type = OPTION_TEXT, .offset = AT(what.resume), .metavar = "RUN",
	  .sentence = "settle this interrupted run, then go on with the rest of the host, with its --to, --cinder-host, --target_host and --fenced" },
	{ .name = "target_host", .type = OPTION_HOST, .offset = AT(what.target_host), .metavar = "HOST3",
	  .sentence = "ask for this host for every instance; without it the scheduler chooses" },
	{ .name = "no-mark", .type = OPTION_FLAG, .offset = AT(what.no_mark), .sentence = "leave the host's services enabled" },
	{ .name = "follow-zone", .type = OPTION_FLAG, .offset = AT(what.follow_zone),
	  .sentence = "moved volumes also get the availability zone of their new owner" },
	{ .name = "cluster", .type = OPTION_FLAG, .offset = AT(what.to_cluster),
	  .sentence = "the new owner is a member of an active-active cluster: what moves becomes the cluster's" },
	{ .name = "settle", .type = OPTION_FLAG, .offset = AT(what.settle),
	  .sentence = "also write the status of volumes, snapshots and backups whose work was cut short, where that is safe" },
	{ 0 }
};

static const struct option_spec evacuate_options[] = {
	{ .name = "target_host", .type = OPTION_HOST, .offset = AT(what.target_host), .metavar = "HOST2",
	  .sentence = "ask for this host for every instance; without it the scheduler chooses" },
	{ .name = "force", .type = OPTION_FLAG, .offset = AT(what.force),
	  .sentence = "nova's own: --target_host bypasses the scheduler; waives no finding of ours" },
	{ .name = "no-mark", .type = OPTION_FLAG, .offset = AT(what.no_mark),
	  .sentence = "leave the host's nova-compute enabled and not forced down" },
	{ 0 }
};

static int to_or_resume(const struct request *request, struct error *err)
{
	if (request->what.resume && request->how.plan_out) {
		error_set(err, ERROR_USAGE, "--resume settles the run first, and --plan-out writes nothing");
		return error_hint(err, "'evac-manage journal recover %s' settles it; then --to HOST2 and --plan-out FILE", request->what.resume);
	}
	if (request->what.to || request->what.resume)
		return 0;
	error_set(err, ERROR_USAGE, "'host rescue' needs --to (the host that gets the volumes and backups), or --resume RUN");
	return error_hint(err, "usage: evac-manage host rescue HOST --to HOST2 [options]");
}

int force_needs_target(const struct request *request, struct error *err)
{
	if (!request->what.force || request->what.target_host)
		return 0;
	error_set(err, ERROR_USAGE, "--force needs a target host: it makes nova skip the scheduler for the host that is given");
	return error_hint(err, "name the target (%s), or leave --force out",
		request->what.id ? "after the instance" : "--target_host HOST2");
}

static const struct argument_spec zone[] = {
	{ .metavar = "ZONE", .type = OPTION_TEXT, .offset = AT(what.zone), .optional = true, .sentence = "only hosts of this zone" },
	{ 0 }
};

const struct command command_host_list = {
	.noun = "host", .verb = "list",
	.sentence = "the hosts of cinder's services, alive or not",
	.config_file_is = "cinder",
	.arguments = zone,
	.run = op_host_list,
};

const struct command command_host_show = {
	.noun = "host", .verb = "show",
	.sentence = "all that a host owns, the risks, who has room",
	.details = "Services, instances by state, volumes by backend and pool, backups, groups, attachments, work in flight, and "
		"the capacity of the other hosts. Writes nothing.",
	.arguments = any_host,
	.run = op_host_show,
};

const struct command command_host_rescue = {
	.noun = "host", .verb = "rescue",
	.sentence = "move ownership, evacuate every instance, prove it",
	.details = "Disables the host's services, moves its volumes and backups to HOST2 in one transaction, then evacuates its "
		"instances and follows each to the end. Can be resumed. Volumes and backups can be moved back; an evacuation that "
		"nova has begun cannot.\n\n"
		"Examples:\n"
		"  evac-manage host rescue ctl1 --to ctl2 --dry-run\n"
		"  evac-manage host rescue ctl1 --to ctl2",
	.flags = COMMAND_WRITES | COMMAND_EVACUATES,
	.options = rescue_options, .arguments = failed_host,
	.check = to_or_resume,
	.run = op_host_rescue,
};

const struct command command_host_evacuate = {
	.noun = "host", .verb = "evacuate",
	.sentence = "evacuate all instances of a failed host",
	.details = "Works through nova's conductor, so that nova-api may be down, and follows each instance to the end. Instances that cannot be evacuated are left out "
		"and listed. An instance whose volumes the dead host owns needs them moved first (volume update_host).\n\n"
		"Examples:\n"
		"  evac-manage host evacuate ctl1 --dry-run\n"
		"  evac-manage host evacuate ctl1 --limit 3",
	.flags = COMMAND_WRITES | COMMAND_EVACUATES,
	.options = evacuate_options, .arguments = failed_host,
	.check = force_needs_target,
	.run = op_host_evacuate,
};

const struct command command_host_return = {
	.noun = "host", .verb = "return",
	.sentence = "may it be powered on again? what it would destroy",
	.details = "What its nova-compute would do first, which messages wait for it, what it still owns. Ends with 5 while something is "
		"in the way. Writes nothing.\n\n"
		"Example:\n"
		"  evac-manage host return ctl1",
	.arguments = any_host,
	.run = op_host_return,
};

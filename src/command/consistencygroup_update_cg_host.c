/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "moves.h"
#include "run/run.h"

static int find_consistencygroups(struct scene *scene, struct error *err)
{
	scene->subject.kinds = 1u << OWNED_CONSISTENCYGROUP;
	return moves_find_backend(scene, err);
}

static const struct operation consistencygroup_update_cg_host = {
	.name = "consistencygroup update_cg_host",
	.needs = NEEDS_CINDER | WITNESS_NOVA,
	.find = find_consistencygroups,
	.plan = moves_plan,
};

static enum error_kind run_consistencygroup_update_cg_host(const struct request *request, struct error *err)
{
	return run_operation(&consistencygroup_update_cg_host, request, err);
}

/* clang-format off */
const struct command command_consistencygroup_update_cg_host = {
	.noun = "consistencygroup", .short_noun = "cg", .verb = "update_cg_host",
	.sentence = "move consistency groups alone",
	.details = "For consistency groups that were left behind: 'volume update_host' moves them with their members. cinder serves a "
		"group only on the host of its volumes. 'cg' is the same command, with cinder-manage's name.",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.options = moves_group_options,
	.run = run_consistencygroup_update_cg_host,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "moves.h"
#include "run/run.h"

static int find_groups(struct scene *scene, struct error *err)
{
	scene->subject.kinds = 1u << OWNED_GROUP;
	return moves_find_backend(scene, err);
}

static const struct operation group_update_host = {
	.name = "group update_host",
	.needs = NEEDS_CINDER | WITNESS_NOVA,
	.find = find_groups,
	.plan = moves_plan,
};

static enum error_kind run_group_update_host(const struct request *request, struct error *err)
{
	return run_operation(&group_update_host, request, err);
}

/* clang-format off */
const struct command command_group_update_host = {
	.noun = "group", .verb = "update_host",
	.sentence = "move volume groups alone to another backend",
	.details = "For groups that were left behind: 'volume update_host' moves them with their members. cinder serves a group only "
		"on the host of its volumes.",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.options = moves_group_options,
	.run = run_group_update_host,
};

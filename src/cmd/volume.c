/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <string.h>

#include "op/commands.h"

static const struct option_spec list_options[] = {
	{ .name = "host", .type = OPTION_HOST, .offset = AT(host), .metavar = "HOST[@BACKEND[#POOL]]", .required = true,
	  .sentence = "a host with all its backends, one backend with all its pools, or one pool" },
	{ 0 }
};

static const struct option_spec update_host_options[] = {
	{ .name = "currenthost", .type = OPTION_HOST, .offset = AT(currenthost), .metavar = "HOST@BACKEND", .required = true,
	  .sentence = "who owns them now; HOST@BACKEND takes every pool, HOST@BACKEND#POOL that one" },
	{ .name = "newhost", .type = OPTION_HOST, .offset = AT(newhost), .metavar = "HOST@BACKEND", .required = true,
	  .sentence = "who shall own them" },
	{ .name = "volumes-only", .type = OPTION_FLAG, .offset = AT(volumes_only),
	  .sentence = "cinder-manage's narrower scope: no groups, image cache entries or workers" },
	{ 0 }
};

/* Every pool of the backend into one pool would forget which volume lies in which. */
static int pools_match(const struct request *request, struct error *err)
{
	const char *pool = strchr(request->newhost, '#');

	if (!pool || strchr(request->currenthost, '#'))
		return 0;
	error_set(err, ERROR_USAGE, "--currenthost '%s' names no pool, --newhost '%s' does: "
		"every volume keeps the name of its pool, so they cannot all go to '%s'",
		request->currenthost, request->newhost, pool);
	return error_hint(err, "for all pools: --newhost '%.*s'; for one, name it in both",
		(int)(pool - request->newhost), request->newhost);
}

const struct command command_volume_list = {
	.noun = "volume", .verb = "list",
	.sentence = "the volumes of a host, a backend or a pool",
	.details = "The host is matched exactly, in every pool; an unknown one is an error, not an empty list.\n\n"
		"Example:\n"
		"  evac-manage volume list --host ctl1@rbd -f json",
	.config_file_is = "cinder",
	.options = list_options,
	.run = op_volume_list,
};

const struct command command_volume_update_host = {
	.noun = "volume", .verb = "update_host",
	.sentence = "move volumes and their groups to another backend",
	.details = "Moves what belongs together: volumes, their groups and consistency groups, image cache entries and workers. In one transaction, proved over a fresh connection. Pools keep their names. Needs cinder's database alone; can be "
		"undone while the rows hold what was written.\n\n"
		"Examples:\n"
		"  evac-manage volume update_host --currenthost ctl1@rbd --newhost ctl2@rbd \\\n"
		"      --dry-run\n"
		"  evac-manage volume update_host --currenthost ctl1@rbd --newhost ctl2@rbd \\\n"
		"      --fenced \"iLO: power off, Ann\" --yes",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.options = update_host_options,
	.check = pools_match,
	.run = op_volume_update_host,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "../../cli/internal.h"

#include <string.h>

#include "command/commands.h"
#include "util/str.h"

static const struct option_spec list_options[] = {
	{ .name = "host", .type = OPTION_HOST, .offset = AT(what.host), .metavar = "HOST[@BACKEND[#POOL]]", .required = true,
	  .sentence = "a host with all its backends, one backend with all its pools, or one pool" },
	{ 0 }
};

static const struct option_spec update_host_options[] = {
	{ .name = "currenthost", .type = OPTION_HOST, .offset = AT(what.currenthost), .metavar = "HOST@BACKEND", .required = true,
	  .sentence = "who owns them now; HOST@BACKEND takes every pool, HOST@BACKEND#POOL that one, HOST every backend of it" },
	{ .name = "newhost", .type = OPTION_HOST, .offset = AT(what.newhost), .metavar = "HOST@BACKEND", .required = true,
	  .sentence = "who shall own them; for a HOST the HOST whose backends of the same names do" },
	{ .name = "pool-map", .type = OPTION_WORDS, .offset = AT(what.pool_map), .metavar = "OLD=NEW",
	  .sentence = "what is in pool OLD goes to pool NEW, with =NEW what has no pool; other pools keep their names; repeatable" },
	{ .name = "follow-zone", .type = OPTION_FLAG, .offset = AT(what.follow_zone),
	  .sentence = "moved volumes also get the availability zone of their new owner" },
	{ .name = "cluster", .type = OPTION_FLAG, .offset = AT(what.to_cluster),
	  .sentence = "the new owner is a member of an active-active cluster: what moves becomes the cluster's" },
	{ .name = "settle", .type = OPTION_FLAG, .offset = AT(what.settle),
	  .sentence = "also write the status of volumes, snapshots and backups whose work was cut short, where that is safe" },
	{ .name = "volumes-only", .type = OPTION_FLAG, .offset = AT(what.volumes_only),
	  .sentence = "cinder-manage's narrower scope: no groups, image cache entries or workers" },
	{ 0 }
};

/* Every pool of the backend into one pool would forget which volume lies in which. What a bare name is, a node or a backend, only
 * the database knows. */
static int pools_match(const struct request *request, struct error *err)
{
	const char *pool = strchr(request->what.newhost, '#');
	auto_str struct str backend = { 0 }, map = { 0 };

	if (!pool || strchr(request->what.currenthost, '#') || !strchr(request->what.currenthost, '@'))
		return 0;
	str_addn(&backend, request->what.newhost, (size_t)(pool - request->what.newhost));
	str_addf(&map, "=%s", pool + 1);
	error_set(err, ERROR_USAGE, "--currenthost '%s' names no pool, --newhost '%s' does: "
		"every volume keeps the name of its pool, so they cannot all go to '%s'",
		request->what.currenthost, request->what.newhost, pool);
	return error_hint(err, "for all pools: --newhost '%s'; for one, name it in both; for volumes without a pool: --newhost '%s' --pool-map '%s'",
		backend.s, backend.s, map.s);
}

static int bad_pool_map(const char *map, struct error *err)
{
	char word[SHOWN_SIZE];

	error_set(err, ERROR_USAGE, "--pool-map '%s' is not OLD=NEW", word_shown(map, word));
	return error_hint(err, "as in --pool-map ssd=nvme; for volumes that have lost their pool: --pool-map =ssd");
}

/* A pool's name is any text but '#' (a NetApp's or NFS's is a path with colons and slashes, others have blanks). */
static int pool_maps_are_clear(const struct request *request, struct error *err)
{
	const struct words *w = &request->what.pool_map;
	size_t i, k, n;

	for (i = 0; i < w->n; i++) {
		n = strcspn(w->v[i], "=");
		if (!w->v[i][n] || !w->v[i][n + 1] || strchr(w->v[i], '#') || !pool_is_text(w->v[i]))
			return bad_pool_map(w->v[i], err);
		for (k = 0; k < i; k++)
			if (strncmp(w->v[k], w->v[i], n + 1) == 0)
				return error_set(err, ERROR_USAGE, "--pool-map says twice what becomes of pool '%.*s'", (int)n, w->v[i]);
	}
	if (w->n == 0 || !strchr(request->what.currenthost, '#'))
		return 0;
	error_set(err, ERROR_USAGE, "--currenthost '%s' is one pool already, --pool-map is for all of a backend", request->what.currenthost);
	return error_hint(err, "name the new pool in --newhost");
}

static int update_host_check(const struct request *request, struct error *err)
{
	return pools_match(request, err) != 0 ? -1 : pool_maps_are_clear(request, err);
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
	.details = "Moves what belongs together: volumes, their groups and consistency groups, image cache entries and workers. In one transaction, proved over a fresh connection. Pools keep their names unless --pool-map says otherwise. Bare hosts move every backend of the node to the one of the same name; a bare name that is a backend of its own (cinder without enabled_backends) may go to a HOST@BACKEND. A pool that was lost is given back with the same backend in both and --pool-map =POOL. Needs cinder's database alone; can be "
		"undone while the rows hold what was written.\n\n"
		"Examples:\n"
		"  evac-manage volume update_host --currenthost ctl1@rbd --newhost ctl2@rbd \\\n"
		"      --dry-run\n"
		"  evac-manage volume update_host --currenthost ctl1@rbd --newhost ctl2@rbd\n"
		"  evac-manage volume update_host --currenthost ctl1 --newhost ctl2 \\\n"
		"      --pool-map ssd=nvme --dry-run\n"
		"  evac-manage volume update_host --currenthost ctl2@rbd --newhost ctl2@rbd \\\n"
		"      --pool-map =ssd --dry-run",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.options = update_host_options,
	.check = update_host_check,
	.run = op_volume_update_host,
};

static const struct argument_spec volume_argument[] = {
	{ .metavar = "VOLUME", .type = OPTION_TEXT, .offset = AT(what.id), .sentence = "the volume's id" },
	{ 0 }
};

static const struct option_spec update_service_options[] = {
	{ .name = "host", .type = OPTION_HOST, .offset = AT(what.host), .metavar = "HOST[@BACKEND]",
	  .sentence = "only volumes of this host or backend; all without it" },
	{ 0 }
};

const struct command command_volume_show = {
	.noun = "volume", .verb = "show",
	.sentence = "all that both databases know about a volume",
	.details = "Its owner and whether that is alive, attachments, snapshots, backups, unfinished work, and the block devices of "
		"instances that use it; contradictions are marked. Writes nothing.",
	.config_file_is = "cinder",
	.arguments = volume_argument,
	.run = op_volume_show,
};

const struct command command_volume_update_service = {
	.noun = "volume", .verb = "update_service",
	.sentence = "give volumes the uuid of the service they are on",
	.details = "A volume names its service by uuid as well as by host; after a move by hand the two differ, and the old service's row "
		"cannot be purged. Those that name none get one too.\n\n"
		"Example:\n"
		"  evac-manage volume update_service --host ctl2 --dry-run",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.options = update_service_options,
	.run = op_volume_update_service,
};

const struct command command_volume_delete = {
	.noun = "volume", .verb = "delete",
	.sentence = "remove a volume that no backend has",
	.details = "Only a volume without a host, with its metadata and transfers, from the database. One that a backend has is deleted by its owner: "
		"by the API, once the owner is alive.",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.arguments = volume_argument,
	.run = op_volume_delete,
};

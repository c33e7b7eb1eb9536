/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "commands.h"
#include "moves.h"
#include "words.h"
#include "find/moves.h"
#include "run/run.h"

static int find_backup_hosts(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;

	if (strpbrk(r->what.currenthost, "@#") || strpbrk(r->what.newhost, "@#")) {
		error_set(err, ERROR_USAGE, "'%s' is not a cinder-backup host",
		    strpbrk(r->what.currenthost, "@#") ? r->what.currenthost : r->what.newhost);
		return error_hint(err, "the owner of a backup is a plain host, without @ and #");
	}
	if (scene_find_cinder_near(scene, err) != 0)
		return -1;
	scene->subject.host = r->what.currenthost;
	scene->subject.moves_things = true;
	if (scene->world->api_db && scene_find_nova(scene, err) != 0)
		return -1;
	scene_find_queues(scene);
	return scene_add_move(scene, MOVE_BACKUPS, r->what.currenthost, r->what.newhost, err);
}

static const struct operation backup_update_backup_host = {
	.name = "backup update_backup_host",
	.needs = NEEDS_CINDER | WITNESS_NOVA,
	.find = find_backup_hosts,
	.plan = moves_plan,
};

static enum error_kind run_backup_update_backup_host(const struct request *request, struct error *err)
{
	return run_operation(&backup_update_backup_host, request, err);
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "currenthost", .type = OPTION_HOST, .offset = AT(what.currenthost), .metavar = "HOST", .required = true,
	  .sentence = "the host that owns them now" },
	{ .name = "newhost", .type = OPTION_HOST, .offset = AT(what.newhost), .metavar = "HOST2", .required = true,
	  .sentence = "the new owner" },
	OPTION_SETTLE,
	{ 0 }
};

const struct command command_backup_update_backup_host = {
	.noun = "backup", .verb = "update_backup_host",
	.sentence = "move backups to another backup host",
	.details = "In one transaction, verified over a new connection. Needs only cinder's database. Can be undone as long as the rows "
		"hold the values that it wrote.\n\n"
		"Example:\n"
		"  evac-manage backup update_backup_host --currenthost ctl1 --newhost ctl2 \\\n"
		"      --dry-run",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.options = options,
	.run = run_backup_update_backup_host,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "command/commands.h"
#include "run/run.h"

static int find(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;

	if (strpbrk(r->what.currenthost, "@#") || strpbrk(r->what.newhost, "@#")) {
		error_set(err, ERROR_USAGE, "'%s' is not a cinder-backup host", strpbrk(r->what.currenthost, "@#") ? r->what.currenthost : r->what.newhost);
		return error_hint(err, "backups are owned by a plain host, without @ and #");
	}
	if (scene_find_cinder(scene, err) != 0)
		return -1;
	scene->subject.host = r->what.currenthost;
	scene->subject.moves_things = true;
	if (scene->world->api_db && scene_find_nova(scene, err) != 0)
		return -1;
	scene_find_queues(scene);
	return scene_add_move(scene, MOVE_BACKUPS, r->what.currenthost, r->what.newhost, err);
}

static void plan(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	(void)findings; /* what is owned moves as a whole */
	plan_ownership(plan, scene);
}

static const struct operation backup_update_backup_host = {
	.name = "backup update_backup_host",
	.needs = NEEDS_CINDER | WITNESS_NOVA,
	.find = find,
	.plan = plan,
};

enum error_kind op_backup_update_backup_host(const struct request *request, struct error *err)
{
	return op_run(&backup_update_backup_host, request, err);
}

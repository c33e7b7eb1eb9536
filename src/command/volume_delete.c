/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "commands.h"
#include "words.h"
#include "run/run.h"
#include "util/lang.h"
#include "util/str.h"
#include "util/uuid.h"

/* A volume that no backend ever got is removed from the database with its metadata, as cinder-manage does it. One with a host
 * is its owner's: removing its row would leave the image on the storage for ever. */

static int find_volume_to_delete(struct scene *scene, struct error *err)
{
	const char *id = scene->request->what.id;

	if (scene_find_cinder(scene, err) != 0 ||
	    volume_removal_find(scene->world->cinder_db, id, &scene->subject.volume, err) != 0)
		return -1;
	if (scene->subject.volume.id)
		return 0;
	error_set(err, ERROR_NOT_FOUND, "cinder knows no volume '%s'", id);
	return error_hint(err, "give the volume's id; the host's list has it: 'volume list --host'");
}

static void plan_volume_removal(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	const struct volume_removal *v = &scene->subject.volume;
	struct unit *unit;
	struct step *step;

	(void)findings;
	if (v->host)
		return;
	unit = plan_unit(plan, UNIT_OWNERSHIP);
	for (size_t i = 0; i < v->nchild; i++) {
		step = unit_step(unit, step_kind_for(DEED_REMOVE, v->child[i].kind), v->child[i].id, NULL);
		step->before[0] = "0";
		step->after[0] = "1";
	}
	step = unit_step(unit, STEP_VOLUME_REMOVAL, v->id, v->name);
	step->before[0] = "0";
	step->after[0] = "1";
	step->before[1] = v->status;
	step->after[1] = "deleted";
	unit->sentence = arena_printf(&plan->arena, _("remove volume %s, which no backend has, from the database"), v->id);
}

static const struct operation volume_delete = {
	.name = "volume delete",
	.needs = NEEDS_CINDER,
	.find = find_volume_to_delete,
	.plan = plan_volume_removal,
	.alone = true,
};

static enum error_kind run_volume_delete(const struct request *request, struct error *err)
{
	return run_operation(&volume_delete, request, err);
}

/* clang-format off */
const struct command command_volume_delete = {
	.noun = "volume", .verb = "delete",
	.sentence = "remove a volume that no backend has",
	.details = "Removes a volume without a host, its metadata and its transfers from the database. For a volume that a backend has, use the "
		"API when its owner is alive.",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.arguments = volume_arguments,
	.run = run_volume_delete,
};

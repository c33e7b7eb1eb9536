/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "find/keep_out.h"
#include "plan/plan.h"
#include "util/lang.h"
#include "util/str.h"

static bool has_client(const struct unit *unit, const char *id, const char *fsid)
{
	for (const struct step *s = unit->step; s < unit->step + unit->nstep; s++)
		if (strcmp(s->id, id) == 0 && str_equal(step_after(s, "cluster"), fsid))
			return true;
	return false;
}

/* Until when an entry that ends too soon keeps it out; NULL: there is none. */
static const char *now_until(const struct ceph_fact *ceph, const struct storage_address *client)
{
	for (size_t i = 0; ceph->newest && i < ceph->newest->nentry; i++)
		if (storage_address_same_client(&ceph->newest->entry[i].address, client))
			return ceph->newest->entry[i].until;
	return NULL;
}

static void keep_in_mind(struct plan *plan, const struct kept_out *one)
{
	struct kept_out *more;

	for (size_t i = 0; i < plan->nkept; i++)
		if (plan->kept[i].scene == one->scene && str_equal(plan->kept[i].id, one->id) &&
		    str_equal(plan->kept[i].fsid, one->fsid))
			return;
	if (plan->nkept == plan->capkept) {
		plan->capkept = plan->capkept ? plan->capkept * 2 : 64;
		more = arena_alloc(&plan->arena, plan->capkept * sizeof *more);
		if (plan->nkept)
			memcpy(more, plan->kept, plan->nkept * sizeof *more);
		plan->kept = more;
	}
	plan->kept[plan->nkept++] = *one;
}

static void plan_client(struct plan *plan, const struct scene *scene, const struct disk_fact *disk,
    const struct storage_address *client)
{
	const struct ceph_fact *ceph = &scene->storage.ceph[disk->ceph];
	char text[STORAGE_ADDRESS_SIZE], host[STORAGE_ADDRESS_SIZE];
	struct unit *unit = &plan->unit[plan->nunit - 1];
	struct step *step;

	storage_address_text(client, text);
	keep_in_mind(plan,
	    &(struct kept_out){ .id = arena_dup(&plan->arena, text),
		.disk = arena_dup(&plan->arena, disk->name),
		.fsid = arena_dup(&plan->arena, ceph_fsid(ceph)),
		.client = *client,
		.scene = scene });
	if (ceph_keeps_out(ceph, client) || has_client(unit, text, ceph_fsid(ceph)))
		return;
	step = unit_step(unit, STEP_CLIENT, arena_dup(&plan->arena, text),
	    client->nonce ? arena_dup(&plan->arena, disk->name) :
			    arena_printf(&plan->arena, _("every client of %s"), storage_address_host(client, host)));
	step->before[0] = arena_dup(&plan->arena, now_until(ceph, client));
	step->after[0] = "listed";
	step->before[1] = step->after[1] = arena_dup(&plan->arena, ceph_fsid(ceph));
}

static void add_clients_of(struct plan *plan, const struct scene *scene, const char *instance)
{
	struct keep_out keep;

	for (const struct disk_fact *d = scene->storage.disk; d < scene->storage.disk + scene->storage.ndisk; d++) {
		if (!str_equal(d->instance, instance))
			continue;
		disk_keep_out(scene, d, &keep);
		for (size_t i = 0; keep.how != KEEP_OUT_IMPOSSIBLE && i < keep.n; i++)
			plan_client(plan, scene, d, &keep.client[i]);
	}
}

void plan_fence(struct plan *plan, const struct scene *scene)
{
	struct unit *unit;

	if (plan->nunit == 0 || !scene_fences_disks(scene))
		return;
	unit = plan_unit(plan, UNIT_FENCE);
	unit->host = scene->whole ? scene->subject.host : NULL;
	for (const struct unit *u = plan->unit; u < unit; u++)
		if (u->kind == UNIT_EVACUATION)
			add_clients_of(plan, scene, u->step[0].id);
	if (unit->nstep == 0) {
		plan->nunit--;
		return;
	}
	unit->sentence = arena_printf(&plan->arena,
	    unit->nstep == 1 ?
		_("keep %zu client of Ceph off the disks of %s for 5 years (blocklist), and wait until it watches none") :
		_("keep %zu clients of Ceph off the disks of %s for 5 years (blocklist), and wait until they watch none"),
	    unit->nstep, scene->subject.host);
	plan_put_first(plan);
}

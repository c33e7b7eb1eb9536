/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/apply.h"
#include "plan/evacuation.h"
#include "recovery_internal.h"
#include "util/str.h"

/* The disks on Ceph of the run that is recovered, out of its journal: as its evidence has them, so that the failed host's
 * clients are known although their locks may be gone. */

#define FRESH_MS 5000
#define MOST_MS 30000

static size_t ceph_of_fsid(const struct past *past, const char *fsid)
{
	size_t i = 0;

	while (i < past->ncluster && !str_equal(past->cluster[i].fsid, fsid))
		i++;
	return i;
}

static void take_clusters(struct scene *scene, const struct past *past)
{
	scene->storage.ceph = arena_alloc(&scene->arena, (past->ncluster + 1) * sizeof *scene->storage.ceph);
	for (size_t i = 0; i < past->ncluster; i++)
		scene->storage.ceph[scene->storage.nceph++] = (struct ceph_fact){ .access = past->cluster[i].access,
			.opener = past->cluster[i].opener };
}

static void take_disks(struct scene *scene, const struct past *past)
{
	struct storage_facts *facts = &scene->storage;

	facts->disk = arena_alloc(&scene->arena, (past->ndisk + 1) * sizeof *facts->disk);
	for (const struct past_disk *d = past->disk; d < past->disk + past->ndisk; d++) {
		const size_t ceph = ceph_of_fsid(past, d->fsid);

		if (ceph < past->ncluster)
			facts->disk[facts->ndisk++] = (struct disk_fact){ .instance = d->instance,
				.pool = d->pool,
				.image = d->image,
				.name = arena_printf(&scene->arena, "%s/%s", d->pool, d->image),
				.ceph = ceph };
	}
}

/* Whose the locks are now is another thing: the new guests'. */
static void take_old_addresses(struct scene *scene, const struct past *past)
{
	struct storage_facts *facts = &scene->storage;

	facts->old = arena_alloc(&scene->arena, (past->ndisk + 1) * sizeof *facts->old);
	facts->nold = 0;
	for (size_t i = 0; i < past->ndisk; i++)
		if (past->disk[i].lock && storage_address_parse(past->disk[i].lock, &facts->old[facts->nold]))
			facts->nold++;
	facts->nowner = facts->nold;
}

static void look_at_past_disks(struct recovery *r, struct scene *scene)
{
	if (scene->storage.looked) {
		scene_keep_looking_at_disks(scene, FRESH_MS, MOST_MS);
		return;
	}
	take_clusters(scene, &r->past);
	take_disks(scene, &r->past);
	scene_look_at_disks(scene);
	take_old_addresses(scene, &r->past);
}

static bool has_disks(const struct past *past, const char *instance)
{
	for (size_t i = 0; i < past->ndisk; i++)
		if (str_equal(past->disk[i].instance, instance))
			return true;
	return false;
}

void recover_disks(struct recovery *r, size_t index, const char *host)
{
	struct unit *unit = &r->work.plan.unit[index];
	struct scene *old = unit_scene(&r->work.scene, unit);

	if (!has_disks(&r->past, unit->step[0].id))
		return;
	look_at_past_disks(r, old);
	prove_disks(&r->work, unit, old, host);
}

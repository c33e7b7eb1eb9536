/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "find/scene.h"
#include "model/nova/connection.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/str.h"

/* Which images, and whom to ask for them. */

/* The volumes of all candidates, in order: each connection has to find its own. */
struct known_volume {
	const char *instance, *volume;
	const struct volume_fact *fact;
};
struct known_volumes {
	struct known_volume *v;
	size_t n, cap;
};
struct finding_disks {
	struct known_volumes known;
	size_t cap; /* of the disks found */
};

static int compare_volumes(const void *a, const void *b)
{
	const struct known_volume *x = a, *y = b;
	int order = strcmp(x->instance, y->instance);

	return order ? order : strcmp(x->volume, y->volume);
}

static void know_volumes(const struct scene *scene, struct known_volumes *out)
{
	for (const struct candidate *c = scene->subject.candidate; c < scene->subject.candidate + scene->subject.ncandidate;
	     c++)
		for (const struct volume_fact *v = c->volume; v < c->volume + c->nvolume; v++) {
			if (!v->bdm->volume_id)
				continue;
			out->v = vec_grow(out->v, out->n, &out->cap, sizeof *out->v);
			out->v[out->n++] = (struct known_volume){ c->instance->uuid, v->bdm->volume_id, v };
		}
	vec_sort(out->v, out->n, sizeof *out->v, compare_volumes);
}

static const struct volume_fact *volume_of(const struct known_volumes *known, const struct connection *connection)
{
	const struct known_volume key = { .instance = connection->instance_uuid, .volume = connection->volume_id }, *found;

	found = key.instance && key.volume ? vec_search(&key, known->v, known->n, sizeof *known->v, compare_volumes) : NULL;
	return found ? found->fact : NULL;
}

/* cinder.conf's section of the backend that owns this volume; where it names one backend of Ceph alone, that. */
static const struct rbd_backend *rbd_backend_of(const struct scene *scene, const struct volume_fact *volume)
{
	const struct cinder_config *cinder = &scene->world->cinder;
	struct host_name host;

	if (volume && volume->owner.host && host_name_parse(volume->owner.host, &host))
		for (size_t i = 0; i < cinder->nrbd; i++)
			if (str_equal(cinder->rbd[i].name, host.backend))
				return &cinder->rbd[i];
	return cinder->nrbd == 1 ? cinder->rbd : NULL;
}

bool storage_access_same(const struct storage_access *a, const struct storage_access *b)
{
	return str_equal(a->cluster, b->cluster) && str_equal(a->conf, b->conf) && str_equal(a->keyring, b->keyring) &&
	    str_equal(a->user, b->user) && str_equal(a->monitors, b->monitors);
}

static size_t ceph_of(struct scene *scene, const struct storage_access *access, const char *opener)
{
	struct storage_facts *facts = &scene->storage;
	struct ceph_fact *more;

	for (size_t i = 0; i < facts->nceph; i++)
		if (storage_access_same(&facts->ceph[i].access, access) && str_equal(facts->ceph[i].opener, opener))
			return i;
	more = arena_alloc(&scene->arena, (facts->nceph + 1) * sizeof *more);
	if (facts->nceph)
		memcpy(more, facts->ceph, facts->nceph * sizeof *more);
	facts->ceph = more;
	facts->ceph[facts->nceph] = (struct ceph_fact){ .access = *access, .opener = opener };
	return facts->nceph++;
}

static void add_disk(struct scene *scene, struct finding_disks *f, struct disk_fact disk, const struct storage_access *access,
    const char *opener)
{
	struct storage_facts *facts = &scene->storage;

	if (facts->ndisk == f->cap) {
		struct disk_fact *more;

		f->cap = f->cap ? f->cap * 2 : 64;
		more = arena_alloc(&scene->arena, f->cap * sizeof *more);
		if (facts->ndisk)
			memcpy(more, facts->disk, facts->ndisk * sizeof *more);
		facts->disk = more;
	}
	disk.ceph = ceph_of(scene, access, opener);
	disk.name = arena_printf(&scene->arena, "%s/%s", disk.pool, disk.image);
	facts->disk[facts->ndisk++] = disk;
}

struct storage_access rbd_access(const struct storage_config *own, const struct rbd_backend *backend,
    const struct rbd_connection *rbd)
{
	return (struct storage_access){ .cluster = backend && backend->cluster ? backend->cluster : rbd->cluster,
		.conf = own->conf || !backend ? own->conf : backend->conf,
		.keyring = own->keyring,
		.user = own->user            ? own->user :
		    backend && backend->user ? backend->user :
					       rbd->user,
		.monitors = rbd->monitors };
}

static void add_volume_disk(struct scene *scene, struct finding_disks *f, const struct connection *connection)
{
	const struct storage_config *own = &scene->world->site.storage;
	const struct volume_fact *volume = volume_of(&f->known, connection);
	const struct rbd_backend *backend = rbd_backend_of(scene, volume);
	struct rbd_connection rbd;
	struct storage_access access;

	if (!rbd_connection_read(connection->info, &scene->arena, &rbd))
		return;
	access = rbd_access(own, backend, &rbd);
	add_disk(scene, f,
	    (struct disk_fact){ .instance = arena_dup(&scene->arena, connection->instance_uuid),
		.volume = arena_dup(&scene->arena, connection->volume_id),
		.pool = rbd.pool,
		.image = rbd.image,
		.multiattach = rbd.multiattach },
	    &access, rbd.user);
}

const char *const disks_ephemeral[DISKS_EPHEMERAL] = { "disk.local", "disk.eph0", "disk.eph1", "disk.eph2", "disk.eph3",
	"disk.eph4" };

static void add_made_disk(struct scene *scene, struct finding_disks *f, const struct candidate *c, const char *suffix,
    bool maybe, const struct storage_access *access)
{
	add_disk(scene, f,
	    (struct disk_fact){ .instance = c->instance->uuid,
		.pool = scene->world->site.storage.pool,
		.image = arena_printf(&scene->arena, "%s_%s", c->instance->uuid, suffix),
		.maybe = maybe },
	    access, NULL);
}

/* nova virt/libvirt/imagebackend.py: Rbd: "UUID_" and the disk's name (blockinfo.py: get_disk_mapping: "disk", "disk.local" of
 * a flavor's ephemeral disk, "disk.eph0" and on of those that were asked for, "disk.swap"); no database tells which exist. Its
 * user is the one who may see it. Where cinder has one cluster it is taken for nova's, too, as it is for volumes. */
static void add_made_disks(struct scene *scene, struct finding_disks *f)
{
	const struct storage_config *own = &scene->world->site.storage;
	const struct cinder_config *cinder = &scene->world->cinder;
	const struct rbd_backend *backend = cinder->nrbd == 1 ? cinder->rbd : NULL;
	const struct storage_access access = { .cluster = backend ? backend->cluster : NULL,
		.conf = own->conf || !backend ? own->conf : backend->conf,
		.keyring = own->keyring,
		.user = own->user || !backend ? own->user : backend->user };

	if (!own->pool)
		return;
	for (const struct candidate *c = scene->subject.candidate; c < scene->subject.candidate + scene->subject.ncandidate;
	     c++) {
		if (!instance_boots_from_volume(c->instance))
			add_made_disk(scene, f, c, "disk", false, &access);
		if (c->needs.disks.swap_mb > 0)
			add_made_disk(scene, f, c, "disk.swap", true, &access);
		for (size_t i = 0; c->needs.disks.ephemeral_gb > 0 && i < DISKS_EPHEMERAL; i++)
			add_made_disk(scene, f, c, disks_ephemeral[i], true, &access);
	}
}

static int compare_uuids(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of the candidates of several scenes, sorted. */
static struct words uuids_of(struct scene *const *scene, size_t n)
{
	struct words all = { .n = 0 };

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < scene[i]->subject.ncandidate; k++) {
			all.v = vec_grow(all.v, all.n, &all.cap, sizeof *all.v);
			all.v[all.n++] = scene[i]->subject.candidate[k].instance->uuid;
		}
	vec_sort(all.v, all.n, sizeof *all.v, compare_uuids);
	return all;
}

static void take_disks_of(struct scene *scene, const struct connections *connections)
{
	struct words uuids = uuids_of(&scene, 1);
	struct finding_disks f = { .cap = 0 };
	const struct connection *own;
	size_t n;

	know_volumes(scene, &f.known);
	for (size_t i = 0; i < uuids.n; i++) {
		own = connections_find(connections, uuids.v[i], &n);
		for (size_t k = 0; k < n; k++)
			add_volume_disk(scene, &f, &own[k]);
	}
	free(f.known.v);
	free(uuids.v);
	add_made_disks(scene, &f);
	if (scene->storage.ndisk == 0)
		scene->storage.absent = _("nova records no disk on Ceph");
}

void scene_ask_disks(struct scene *scene)
{
	struct words uuids = uuids_of(&scene, 1);

	connections_ahead(scene->nova.home->cell->db, &uuids);
	free(uuids.v);
}

void scenes_find_disks(struct db *cell, struct scene *const *scene, size_t n)
{
	struct words uuids = uuids_of(scene, n);
	struct connections connections;
	struct error e = { 0 };

	if (connections_of(cell, &uuids, &connections, &e) == 0) {
		for (size_t i = 0; i < n; i++)
			take_disks_of(scene[i], &connections);
		connections_free(&connections);
	} else {
		for (size_t i = 0; i < n; i++)
			scene[i]->storage.absent = arena_dup(&scene[i]->arena, e.text);
		log_info("not asked: storage: %s", e.text);
	}
	free(uuids.v);
}

void scene_find_disks(struct scene *scene)
{
	scenes_find_disks(scene->nova.home->cell->db, &scene, 1);
}

void scene_find_disk_of_volume(struct scene *scene, struct db *cell, const char *instance, const char *volume)
{
	const struct words one = { .v = &instance, .n = 1 };
	struct connections connections = { 0 };
	struct error e = { 0 };
	struct finding_disks f = { .cap = 0 };

	if (scene->storage.ndisk > 0) /* of an instance that has it beside another: one look tells of both */
		return;
	if (connections_of(cell, &one, &connections, &e) != 0)
		scene->storage.absent = arena_dup(&scene->arena, e.text);
	know_volumes(scene, &f.known);
	for (size_t i = 0; i < connections.n; i++)
		if (str_equal(connections.v[i].volume_id, volume))
			add_volume_disk(scene, &f, &connections.v[i]);
	connections_free(&connections);
	free(f.known.v);
	if (scene->storage.ndisk == 0 && !scene->storage.absent)
		scene->storage.absent = _("nova records no disk on Ceph");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "find/scene.h"
#include "util/json.h"
#include "util/str.h"

/* The disks as they are frozen before the first message: whom later looks are compared with. In the plan, the report and the
 * journal. */

static json_object *watchers_seen(const struct storage_disk *disk)
{
	json_object *list = json_object_new_array();
	char text[STORAGE_ADDRESS_SIZE];

	for (size_t i = 0; i < disk->nwatcher; i++)
		json_object_array_add(list, json_object_new_string(storage_address_text(&disk->watcher[i].address, text)));
	return list;
}

static json_object *disk_seen(const struct scene *scene, const struct disk_fact *d)
{
	json_object *one = json_object_new_object();
	const struct storage_lock *lock = d->last ? disk_lock(d->last) : NULL;
	char text[STORAGE_ADDRESS_SIZE];

	put_text(one, "instance", d->instance);
	put_text(one, "volume", d->volume);
	put_text(one, "image", d->name);
	put_text(one, "cluster", scene->storage.ceph[d->ceph].newest ? scene->storage.ceph[d->ceph].newest->fsid : NULL);
	put_text(one, "state", disk_state(d));
	put_text(one, "unknown", disk_unknown(d));
	put(one, "watchers", d->last ? watchers_seen(d->last) : json_object_new_array());
	put_text(one, "lock", lock ? storage_address_text(&lock->address, text) : NULL);
	return one;
}

json_object *scene_storage_json(const struct scene *scene)
{
	json_object *o = json_object_new_object(), *disks = json_object_new_array();

	put_text(o, "absent", scene->storage.absent);
	for (const struct disk_fact *d = scene->storage.disk; d < scene->storage.disk + scene->storage.ndisk; d++)
		json_object_array_add(disks, disk_seen(scene, d));
	put(o, "disks", disks);
	return o;
}

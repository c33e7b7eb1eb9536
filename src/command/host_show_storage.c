/* SPDX-License-Identifier: Apache-2.0 */
#include "host_show.h"
#include "util/lang.h"
#include "util/str.h"

/* What Ceph says of the disks of its instances, one row a state; of those that are open or locked by who is gone each has one.
 */

static void add_counted(struct table *t, const struct scene *scene, const char *state, const char *item)
{
	int64_t n = 0;

	for (const struct disk_fact *d = scene->storage.disk; d < scene->storage.disk + scene->storage.ndisk; d++)
		n += str_equal(disk_state(d), state);
	if (n > 0)
		host_show_add(t, "storage", item, state, n, NULL);
}

void host_show_storage(struct table *t, struct scene *scene)
{
	auto_str struct str text = { 0 };

	scene_look_at_disks(scene);
	if (scene->storage.ndisk == 0) {
		if (scene->storage.absent)
			host_show_add(t, "storage", _("not asked"), NULL, -1, scene->storage.absent);
		return;
	}
	for (const struct disk_fact *d = scene->storage.disk; d < scene->storage.disk + scene->storage.ndisk; d++) {
		if (str_equal(disk_state(d), "closed"))
			continue;
		str_clear(&text);
		disk_say(d, &text);
		host_show_add(t, "storage", d->name, disk_state(d), -1, text.s);
	}
	add_counted(t, scene, "closed", _("disks on Ceph"));
}

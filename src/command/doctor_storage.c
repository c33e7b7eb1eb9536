/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "doctor.h"
#include "storage/storage.h"
#include "util/lang.h"

/* One row a user of a cluster: does it answer, and may that user break the lock that a dead client leaves? Monitors answer
 * while no OSD does, and a key may be good for them alone: so an image is asked for, too. That there is none of this name is an
 * answer of an OSD. */

static void check_access(struct exam *e, const struct storage_access *access, const char *pool)
{
	const struct storage_image image = { pool, "evac-manage-doctor" };
	const struct storage_ask ask = { .access = *access, .probe = true, .image = &image, .n = pool ? 1 : 0 };
	struct storage_look look;
	struct storage_answer answer;
	const char *user = str_or(access->user, "admin");

	storage_begin(&ask, &look);
	storage_take(&look, &answer);
	if (answer.absent)
		exam_tell(e, "storage", 0, WARN,
		    N_("install librbd1 and put ceph.conf and the key here, or set [storage] in evac-manage.conf"),
		    "not asked: %s", answer.absent);
	else if (pool && answer.disk[0].seen == STORAGE_UNKNOWN)
		exam_tell(e, "storage", 0, WARN, N_("look at its OSDs ('ceph -s'), and at the caps of this user"),
		    "cluster %s answers client.%s, and no image of pool '%s' can be asked for: %s", str_or(answer.fsid, "?"),
		    user, pool, answer.disk[0].why);
	else if (answer.may_blocklist == STORAGE_MAY_NOT)
		exam_tell(e, "storage", 0, FIT, NULL,
		    "cluster %s answers client.%s, who may not break the lock of a dead client", str_or(answer.fsid, "?"),
		    user);
	else
		exam_tell(e, "storage", 0, FIT, NULL, "cluster %s answers client.%s", str_or(answer.fsid, "?"), user);
	storage_answer_free(&answer);
}

/* Who is to keep old clients out with --fence storage, where that is another user. */
static void check_fence_user(struct exam *e, const struct storage_access *of_disks, const char *user)
{
	struct storage_ask ask = { .access = *of_disks, .probe = true };
	struct storage_look look;
	struct storage_answer answer;

	ask.access.user = user;
	storage_begin(&ask, &look);
	storage_take(&look, &answer);
	if (answer.absent)
		exam_tell(e, "storage fence", 0, WARN, N_("put its key where [storage] keyring or ceph.conf says"),
		    "not asked: %s", answer.absent);
	else if (answer.may_blocklist == STORAGE_MAY)
		exam_tell(e, "storage fence", 0, FIT, NULL, "client.%s may keep old clients out of cluster %s", user,
		    str_or(answer.fsid, "?"));
	else
		exam_tell(e, "storage fence", 0, WARN,
		    answer.blacklist ?
			N_("give it the caps mon 'allow r, allow command \"osd blacklist\"' and osd 'profile rbd-read-only pool=POOL' ('ceph auth caps' replaces all)") :
			N_("give it the caps mon 'allow r, allow command \"osd blocklist\"' and osd 'profile rbd-read-only pool=POOL' ('ceph auth caps' replaces all)"),
		    "client.%s may not keep old clients out of cluster %s, or it is not known whether: --fence storage is refused",
		    user, str_or(answer.fsid, "?"));
	storage_answer_free(&answer);
}

void doctor_check_storage(struct exam *e, const struct world *w)
{
	const struct storage_config *own = &w->site.storage;

	if (own->user || own->conf) {
		const struct storage_access access = { .conf = own->conf, .keyring = own->keyring, .user = own->user };

		check_access(e, &access, own->pool ? own->pool : w->cinder.nrbd ? w->cinder.rbd[0].pool : NULL);
		if (own->fence_user)
			check_fence_user(e, &access, own->fence_user);
		return;
	}
	for (const struct rbd_backend *b = w->cinder.rbd; b < w->cinder.rbd + w->cinder.nrbd; b++)
		check_access(e,
		    &(struct storage_access){ .cluster = b->cluster,
			.conf = b->conf,
			.keyring = own->keyring,
			.user = b->user },
		    b->pool);
	if (w->cinder.nrbd == 0)
		exam_tell(e, "storage", 0, FIT, NULL, "not asked: neither cinder.conf nor [storage] names a user of Ceph");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "find/keep_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "find/scene.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"

#define EACH_DISK_OF(d, scene) \
	for (const struct disk_fact *d = (scene)->storage.disk; d < (scene)->storage.disk + (scene)->storage.ndisk; d++)

/* ---- the clusters */

const char *ceph_fsid(const struct ceph_fact *ceph)
{
	return ceph->newest && !ceph->newest->absent ? ceph->newest->fsid : NULL;
}

bool ceph_is_told_before(const struct storage_facts *facts, size_t ceph)
{
	for (size_t i = 0; i < ceph; i++)
		if (str_equal(ceph_fsid(&facts->ceph[i]), ceph_fsid(&facts->ceph[ceph])))
			return true;
	return false;
}

void scene_ask_fence(struct scene *scene)
{
	const struct storage_config *own = &scene->world->site.storage;
	const size_t n = scene->storage.nceph;
	struct storage_look *look = xcalloc(n + 1, sizeof *look);

	for (size_t i = 0; i < n; i++) {
		struct ceph_fact *ceph = &scene->storage.ceph[i];
		struct storage_ask ask = { .probe = true, .servers = true };

		ceph->fence_access = ceph->access;
		if (own->fence_user)
			ceph->fence_access.user = own->fence_user;
		ask.access = ceph->fence_access;
		storage_begin(&ask, &look[i]);
	}
	for (size_t i = 0; i < n; i++) {
		struct ceph_fact *ceph = &scene->storage.ceph[i];

		storage_answer_free(&ceph->fence);
		storage_take(&look[i], &ceph->fence);
		if (!ceph->fence.absent && !str_equal(ceph->fence.fsid, ceph_fsid(ceph)))
			ceph->fence.absent = _("the cluster that answered is not the one that has the disks");
		if (ceph->fence.absent)
			log_info("not asked: storage: %s", ceph->fence.absent);
	}
	free(look);
}

static bool has_host(const struct storage_address *v, size_t n, const struct storage_address *host)
{
	for (size_t i = 0; i < n; i++)
		if (storage_address_same_host(&v[i], host))
			return true;
	return false;
}

bool ceph_serves_at(const struct ceph_fact *ceph, const struct storage_address *address, const char **why)
{
	const struct storage_answer *answer = &ceph->fence;

	if (answer->absent || answer->nmonitor == 0 || !answer->osds_known) {
		*why = _("whether an OSD or a monitor has this address is not known");
		return true;
	}
	*why = _("an OSD or a monitor has this address");
	return has_host(answer->monitor, answer->nmonitor, address) || has_host(answer->osd, answer->nosd, address);
}

bool ceph_keeps_out(const struct ceph_fact *ceph, const struct storage_address *client)
{
	return ceph->newest && ceph->newest->entries_known &&
	    ceph_entry_left_s(ceph->newest, client, clock_wall_s()) >= (int64_t)KEEP_OUT_ENOUGH_S;
}

const struct ceph_fact *scene_ceph_with_entries(const struct scene *scene, const char *fsid)
{
	for (const struct ceph_fact *c = scene->storage.ceph; c < scene->storage.ceph + scene->storage.nceph; c++)
		if (fsid && str_equal(ceph_fsid(c), fsid) && c->newest->entries_known)
			return c;
	return NULL;
}

/* ---- the host's address in a cluster */

enum old_where { WHERE_UNKNOWN, WHERE_NOVA_SAYS, WHERE_SEEN, WHERE_DISPUTED };
struct old_host {
	enum old_where where;
	struct storage_address address, other; /* other: WHERE_DISPUTED alone */
};

static bool same_cluster(const struct scene *scene, const struct disk_fact *d, size_t ceph)
{
	return d->ceph == ceph || str_equal(ceph_fsid(&scene->storage.ceph[d->ceph]), ceph_fsid(&scene->storage.ceph[ceph]));
}

static bool watches_from(const struct storage_disk *disk, const struct storage_address *host)
{
	for (size_t i = 0; disk && disk->seen == STORAGE_SEEN && i < disk->nwatcher; i++)
		if (storage_address_same_host(&disk->watcher[i].address, host))
			return true;
	return false;
}

/* What nova calls the host's address may be on another network: it counts where Ceph knows it, too. */
static bool find_by_nova(const struct scene *scene, size_t ceph, struct old_host *out)
{
	const char *ip = scene->nova.home ? scene_address_of(scene, scene->subject.host) : NULL;
	const struct storage_lock *lock;

	if (!ip || !storage_address_parse_host(ip, &out->address))
		return false;
	out->where = WHERE_NOVA_SAYS;
	EACH_DISK_OF(d, scene)
	if (same_cluster(scene, d, ceph) && d->first &&
	    (watches_from(d->first, &out->address) || watches_from(d->last, &out->address) ||
		((lock = disk_lock(d->first)) && storage_address_same_host(&lock->address, &out->address))))
		out->where = WHERE_SEEN;
	return true;
}

/* All locks of the host's disks name one address, or it is not known which of them is the host. */
static struct old_host old_host_of(const struct scene *scene, size_t ceph)
{
	struct old_host found = { .where = WHERE_UNKNOWN }, by_nova = { .where = WHERE_UNKNOWN };
	const struct storage_lock *lock;

	if (find_by_nova(scene, ceph, &by_nova) && by_nova.where == WHERE_SEEN)
		return by_nova;
	EACH_DISK_OF(d, scene)
	{
		if (!same_cluster(scene, d, ceph) || !d->first || !(lock = disk_lock(d->first)))
			continue;
		if (found.where == WHERE_UNKNOWN) {
			found.where = WHERE_SEEN;
			found.address = lock->address;
		} else if (!storage_address_same_host(&found.address, &lock->address)) {
			found.where = WHERE_DISPUTED;
			found.other = lock->address;
		}
	}
	return found.where == WHERE_UNKNOWN ? by_nova : found;
}

/* ---- one disk */

static void impossible(struct keep_out *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void impossible(struct keep_out *out, const char *fmt, ...)
{
	va_list ap;

	out->how = KEEP_OUT_IMPOSSIBLE;
	va_start(ap, fmt);
	lang_vformat_into(out->why, sizeof out->why, fmt, ap);
	va_end(ap);
}

/* A nonce of 0 is no client, and a monitor would take it for the whole host. */
static void add_client(struct keep_out *out, const struct storage_address *client)
{
	char text[STORAGE_ADDRESS_SIZE];

	for (size_t i = 0; i < out->n; i++)
		if (storage_address_same_client(&out->client[i], client))
			return;
	if (client->nonce == 0 || out->n == KEEP_OUT_CLIENTS) {
		impossible(out, _("'%s' is no client of its own"), storage_address_text(client, text));
		return;
	}
	out->client[out->n++] = *client;
}

static void add_clients(const struct storage_disk *disk, const struct storage_address *host, struct keep_out *out)
{
	const struct storage_lock *lock = disk_lock(disk);
	char text[STORAGE_ADDRESS_SIZE], name[STORAGE_ADDRESS_SIZE];

	if (disk->seen != STORAGE_SEEN || out->how == KEEP_OUT_IMPOSSIBLE)
		return;
	if (lock && !storage_address_same_host(&lock->address, host)) {
		impossible(out, _("client %s holds its lock, and the other disks say that the host is %s"),
		    storage_address_text(&lock->address, text), storage_address_host(host, name));
		return;
	}
	if (lock)
		add_client(out, &lock->address);
	for (size_t i = 0; i < disk->nwatcher; i++)
		if (storage_address_same_host(&disk->watcher[i].address, host))
			add_client(out, &disk->watcher[i].address);
}

static const struct candidate *candidate_of(const struct scene *scene, const char *uuid)
{
	for (size_t i = 0; i < scene->subject.ncandidate; i++)
		if (str_equal(scene->subject.candidate[i].instance->uuid, uuid))
			return &scene->subject.candidate[i];
	return NULL;
}

/* It has no guest: nobody has a disk of it open. */
static bool has_no_guest(const struct candidate *c)
{
	return c &&
	    (str_equal(c->instance->vm_state, "stopped") || (str_equal(c->instance->vm_state, "error") && c->was_stopped));
}

static bool is_unwatched(const struct storage_disk *disk)
{
	return disk->seen != STORAGE_SEEN || (disk->nwatcher == 0 && !disk_lock(disk));
}

static void decide_without_client(const struct scene *scene, const struct disk_fact *disk, const struct old_host *old,
    struct keep_out *out)
{
	const char *why;

	if (has_no_guest(candidate_of(scene, disk->instance)))
		return;
	if (old->where != WHERE_SEEN) {
		impossible(out, "%s", _("no lock and no watcher tells who has it open, nor where the host is"));
		return;
	}
	if (ceph_serves_at(&scene->storage.ceph[disk->ceph], &old->address, &why)) {
		char text[STORAGE_ADDRESS_SIZE];

		impossible(out, _("no client of it is known, and all of %s cannot be kept out: %s"),
		    storage_address_host(&old->address, text), why);
		return;
	}
	out->how = KEEP_OUT_HOST;
	out->client[0] = old->address;
	out->client[0].port = 0;
	out->client[0].nonce = 0;
	out->n = 1;
}

void disk_keep_out(const struct scene *scene, const struct disk_fact *disk, struct keep_out *out)
{
	struct old_host old;
	char a[STORAGE_ADDRESS_SIZE], b[STORAGE_ADDRESS_SIZE];

	out->how = KEEP_OUT_NOBODY;
	out->n = 0;
	out->why[0] = '\0';
	if (disk_unknown(disk) || disk->first->seen == STORAGE_UNKNOWN) {
		impossible(out, "%s", disk_unknown(disk) ? disk_unknown(disk) : disk->first->why);
		return;
	}
	if (disk->last->seen == STORAGE_MISSING)
		return;
	old = old_host_of(scene, disk->ceph);
	if (old.where == WHERE_DISPUTED) {
		impossible(out, _("the locks of the host's disks name %s and %s"), storage_address_host(&old.address, a),
		    storage_address_host(&old.other, b));
		return;
	}
	if (old.where == WHERE_UNKNOWN && !is_unwatched(disk->last)) {
		impossible(out, "%s", _("it is open, and no lock of a disk of the host tells whether from there"));
		return;
	}
	if (old.where != WHERE_UNKNOWN) {
		add_clients(disk->first, &old.address, out);
		add_clients(disk->last, &old.address, out);
	}
	if (out->how != KEEP_OUT_IMPOSSIBLE && out->n > 0)
		out->how = KEEP_OUT_CLIENTS_OF;
	else if (out->how != KEEP_OUT_IMPOSSIBLE)
		decide_without_client(scene, disk, &old, out);
}

/* ---- what it does not reach */

static bool is_on_ceph(const struct scene *scene, const char *instance, const char *volume)
{
	EACH_DISK_OF(d, scene)
	if (str_equal(d->instance, instance) && str_equal(d->volume, volume))
		return true;
	return false;
}

/* A disk that nova made, by its name behind the uuid. */
static bool made_is_on_ceph(const struct scene *scene, const char *instance, const char *suffix)
{
	const size_t n = strlen(instance);

	EACH_DISK_OF(d, scene)
	if (!d->volume && str_equal(d->instance, instance) && d->last && d->last->seen == STORAGE_SEEN &&
	    strncmp(d->image, instance, n) == 0 && d->image[n] == '_' && str_equal(d->image + n + 1, suffix))
		return true;
	return false;
}

/* One at least, and not as many as are asked for: there may be more then. */
static bool ephemeral_is_on_ceph(const struct scene *scene, const char *instance)
{
	bool any = false;

	for (size_t i = 0; i < DISKS_EPHEMERAL; i++)
		any |= made_is_on_ceph(scene, instance, disks_ephemeral[i]);
	return any && !made_is_on_ceph(scene, instance, disks_ephemeral[DISKS_EPHEMERAL - 1]);
}

static bool leaves_made_disks(const struct scene *scene, const struct candidate *c)
{
	const char *uuid = c->instance->uuid;

	return (!instance_boots_from_volume(c->instance) && !made_is_on_ceph(scene, uuid, "disk")) ||
	    (c->needs.disks.swap_mb > 0 && !made_is_on_ceph(scene, uuid, "disk.swap")) ||
	    (c->needs.disks.ephemeral_gb > 0 && !ephemeral_is_on_ceph(scene, uuid));
}

bool keep_out_leaves(const struct scene *scene, const struct candidate *c, struct str *what)
{
	const size_t before = what->n;

	if (has_no_guest(c))
		return false;
	for (const struct volume_fact *v = c->volume; v < c->volume + c->nvolume; v++)
		if (v->bdm->volume_id && !is_on_ceph(scene, c->instance->uuid, v->bdm->volume_id))
			str_addf(what, _("%svolume %s"), what->n > before ? ", " : "", v->bdm->volume_id);
	if (leaves_made_disks(scene, c)) {
		str_add(what, what->n > before ? ", " : "");
		needs_say_disks(&c->needs, c->instance, what);
	}
	return what->n > before;
}

bool scene_fences_disks(const struct scene *scene)
{
	if (!scene->subject.evacuates || !scene_fences(scene->request, "storage"))
		return false;
	for (size_t i = 0; i < scene->subject.ncandidate; i++)
		if (scene->subject.candidate[i].wanted)
			return true;
	return false;
}

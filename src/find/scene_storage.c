/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "find/scene.h"
#include "model/nova/connection.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/signals.h"
#include "util/str.h"

/* ---- which images, and whom to ask */

static const struct volume_fact *volume_of(const struct scene *scene, const char *instance, const char *volume)
{
	for (const struct candidate *c = scene->subject.candidate; c < scene->subject.candidate + scene->subject.ncandidate;
	     c++)
		for (const struct volume_fact *v = c->volume; v < c->volume + c->nvolume; v++)
			if (str_equal(c->instance->uuid, instance) && str_equal(v->bdm->volume_id, volume))
				return v;
	return NULL;
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

static bool is_same_access(const struct storage_access *a, const struct storage_access *b)
{
	return str_equal(a->cluster, b->cluster) && str_equal(a->conf, b->conf) && str_equal(a->keyring, b->keyring) &&
	    str_equal(a->user, b->user) && str_equal(a->monitors, b->monitors);
}

static size_t ceph_of(struct scene *scene, const struct storage_access *access, const char *opener)
{
	struct storage_facts *facts = &scene->storage;
	struct ceph_fact *more;

	for (size_t i = 0; i < facts->nceph; i++)
		if (is_same_access(&facts->ceph[i].access, access) && str_equal(facts->ceph[i].opener, opener))
			return i;
	more = arena_alloc(&scene->arena, (facts->nceph + 1) * sizeof *more);
	if (facts->nceph)
		memcpy(more, facts->ceph, facts->nceph * sizeof *more);
	facts->ceph = more;
	facts->ceph[facts->nceph] = (struct ceph_fact){ .access = *access, .opener = opener };
	return facts->nceph++;
}

static void add_disk(struct scene *scene, size_t *cap, struct disk_fact disk, const struct storage_access *access,
    const char *opener)
{
	struct storage_facts *facts = &scene->storage;

	if (facts->ndisk == *cap) {
		struct disk_fact *more;

		*cap = *cap ? *cap * 2 : 64;
		more = arena_alloc(&scene->arena, *cap * sizeof *more);
		if (facts->ndisk)
			memcpy(more, facts->disk, facts->ndisk * sizeof *more);
		facts->disk = more;
	}
	disk.ceph = ceph_of(scene, access, opener);
	disk.name = arena_printf(&scene->arena, "%s/%s", disk.pool, disk.image);
	facts->disk[facts->ndisk++] = disk;
}

static void add_volume_disk(struct scene *scene, size_t *cap, const struct connection *connection)
{
	const struct storage_config *own = &scene->world->site.storage;
	const struct volume_fact *volume = volume_of(scene, connection->instance_uuid, connection->volume_id);
	const struct rbd_backend *backend = rbd_backend_of(scene, volume);
	struct rbd_connection rbd;
	struct storage_access access;

	if (!rbd_connection_read(connection->info, &scene->arena, &rbd))
		return;
	access = (struct storage_access){ .cluster = backend && backend->cluster ? backend->cluster : rbd.cluster,
		.conf = own->conf || !backend ? own->conf : backend->conf,
		.keyring = own->keyring,
		.user = own->user            ? own->user :
		    backend && backend->user ? backend->user :
					       rbd.user,
		.monitors = rbd.monitors };
	add_disk(scene, cap,
	    (struct disk_fact){ .instance = arena_dup(&scene->arena, connection->instance_uuid),
		.volume = arena_dup(&scene->arena, connection->volume_id),
		.pool = rbd.pool,
		.image = rbd.image,
		.multiattach = rbd.multiattach },
	    &access, rbd.user);
}

/* nova virt/libvirt/imagebackend.py: Rbd, "UUID_disk"; no database tells whether it exists. Its user is the one who may see it.
 */
static void add_made_disks(struct scene *scene, size_t *cap)
{
	const struct storage_config *own = &scene->world->site.storage;
	const struct storage_access access = { .conf = own->conf, .keyring = own->keyring, .user = own->user };

	if (!own->pool)
		return;
	for (const struct candidate *c = scene->subject.candidate; c < scene->subject.candidate + scene->subject.ncandidate;
	     c++)
		if (!instance_boots_from_volume(c->instance))
			add_disk(scene, cap,
			    (struct disk_fact){ .instance = c->instance->uuid,
				.pool = own->pool,
				.image = arena_printf(&scene->arena, "%s_disk", c->instance->uuid) },
			    &access, NULL);
}

static int read_connections(struct scene *scene, struct connections *out, struct error *err)
{
	struct db *cell = scene->nova.home->cell->db;

	if (scene->subject.ncandidate == 1)
		return connections_of_instance(cell, scene->subject.candidate->instance->uuid, out, err);
	return connections_on_host(cell, scene->subject.host, out, err);
}

void scene_find_disks(struct scene *scene)
{
	struct connections connections = { 0 };
	struct error e = { 0 };
	size_t cap = 0;

	if (read_connections(scene, &connections, &e) != 0) {
		scene->storage.absent = arena_dup(&scene->arena, e.text);
		log_info("not asked: storage: %s", e.text);
		return;
	}
	for (size_t i = 0; i < connections.n; i++)
		add_volume_disk(scene, &cap, &connections.v[i]);
	connections_free(&connections);
	add_made_disks(scene, &cap);
	if (scene->storage.ndisk == 0)
		scene->storage.absent = _("nova records no disk on Ceph");
}

void scene_find_disk_of_volume(struct scene *scene, struct db *cell, const char *instance, const char *volume)
{
	struct connections connections = { 0 };
	struct error e = { 0 };
	size_t cap = 0;

	if (scene->storage.ndisk > 0) /* of an instance that has it beside another: one look tells of both */
		return;
	if (connections_of_instance(cell, instance, &connections, &e) != 0)
		scene->storage.absent = arena_dup(&scene->arena, e.text);
	for (size_t i = 0; i < connections.n; i++)
		if (str_equal(connections.v[i].volume_id, volume))
			add_volume_disk(scene, &cap, &connections.v[i]);
	connections_free(&connections);
	if (scene->storage.ndisk == 0 && !scene->storage.absent)
		scene->storage.absent = _("nova records no disk on Ceph");
}

/* ---- looking */

static void fill_ask(const struct scene *scene, size_t ceph, struct storage_ask *ask, struct storage_image *image)
{
	const struct ceph_fact *fact = &scene->storage.ceph[ceph];

	*ask = (struct storage_ask){ .access = fact->access,
		.image = image,
		.probe = str_equal(fact->access.user, fact->opener) };
	for (size_t i = 0; i < scene->storage.ndisk; i++)
		if (scene->storage.disk[i].ceph == ceph)
			image[ask->n++] = (struct storage_image){ scene->storage.disk[i].pool, scene->storage.disk[i].image };
}

/* Who asks may be another than who opens the disks: whether that one may break a lock is asked with its own key, if it is here.
 */
static void begin_probe(const struct ceph_fact *fact, struct storage_look *look)
{
	struct storage_ask ask = { .access = fact->access, .probe = true };

	*look = (struct storage_look){ .fd = -1 };
	if (!fact->opener || str_equal(fact->access.user, fact->opener))
		return;
	ask.access.user = fact->opener;
	ask.access.keyring = NULL;
	storage_begin(&ask, look);
}

static enum storage_may take_probe(struct storage_look *look)
{
	struct storage_answer answer;
	enum storage_may may;

	storage_take(look, &answer);
	may = answer.may_blocklist;
	storage_answer_free(&answer);
	return may;
}

static bool is_monitor_of(const struct storage_answer *answer, const char *monitors)
{
	auto_free char *copy = xstrdup(monitors);
	struct storage_address address;
	bool any = false;
	char *save = NULL;

	for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		if (!storage_address_parse_host(word, &address))
			return true; /* a name: it cannot be compared */
		any = true;
		for (size_t i = 0; i < answer->nmonitor; i++)
			if (storage_address_same_host(&answer->monitor[i], &address))
				return true;
	}
	return !any;
}

/* A ceph.conf of another cluster would say "no such image" of every disk. */
static void check_cluster(const struct ceph_fact *fact, struct storage_answer *answer)
{
	if (answer->absent || answer->nmonitor == 0 || !fact->access.monitors || is_monitor_of(answer, fact->access.monitors))
		return;
	answer->absent = arena_printf(&answer->arena,
	    _("cluster %s, which was asked, has none of the monitors of the volumes' connections (%s)"),
	    str_or(answer->fsid, "?"), fact->access.monitors);
	for (size_t i = 0; i < answer->ndisk; i++)
		answer->disk[i] = (struct storage_disk){ .seen = STORAGE_UNKNOWN, .why = answer->absent };
}

static void give_disks(struct scene *scene, size_t ceph, bool again)
{
	const struct ceph_fact *fact = &scene->storage.ceph[ceph];
	size_t n = 0;

	for (struct disk_fact *d = scene->storage.disk; d < scene->storage.disk + scene->storage.ndisk; d++)
		if (d->ceph == ceph) {
			d->last = again ? &fact->last.disk[n] : &fact->first.disk[n];
			d->first = again ? d->first : d->last;
			n++;
		}
}

static void take_cluster(struct scene *scene, size_t ceph, bool again, struct storage_look *look)
{
	struct ceph_fact *fact = &scene->storage.ceph[ceph];
	struct storage_answer *answer = again ? &fact->last : &fact->first;

	storage_answer_free(answer);
	storage_take(look, answer);
	check_cluster(fact, answer);
	if (answer->absent)
		log_info("not asked: storage: %s", answer->absent);
	fact->newest = answer;
	give_disks(scene, ceph, again);
}

/* All clusters at the same time: one that is silent costs no other anything. */
static void look_at_clusters(struct scene *scene, bool again)
{
	const size_t n = scene->storage.nceph;
	struct storage_image *image = xcalloc(scene->storage.ndisk + 1, sizeof *image);
	struct storage_look *look = xcalloc(2 * n + 1, sizeof *look), *probe = look + n;
	struct storage_ask ask;

	for (size_t i = 0; i < n; i++) {
		fill_ask(scene, i, &ask, image);
		storage_begin(&ask, &look[i]);
		if (!again)
			begin_probe(&scene->storage.ceph[i], &probe[i]);
	}
	for (size_t i = 0; i < n; i++) {
		take_cluster(scene, i, again, &look[i]);
		if (!again)
			scene->storage.ceph[i].may_break = probe[i].pid ? take_probe(&probe[i]) :
									  scene->storage.ceph[i].first.may_blocklist;
	}
	free(image);
	free(look);
}

/* ---- whose watchers they are */

static void add_old(struct scene *scene, const struct storage_address *address)
{
	struct storage_facts *facts = &scene->storage;

	if (!scene_is_old_address(scene, address))
		facts->old[facts->nold++] = *address;
}

/* Who owns the lock of a disk of the host was the host, whatever it is called there. What nova knows is seldom its address on
 * the storage network, and counts where it is. */
static void find_old_addresses(struct scene *scene)
{
	struct storage_facts *facts = &scene->storage;
	const struct storage_lock *lock;
	struct storage_address address;
	const char *ip = scene->nova.home ? scene_address_of(scene, scene->subject.host) : NULL;

	facts->old = arena_alloc(&scene->arena, (facts->ndisk + 1) * sizeof *facts->old);
	facts->nold = 0;
	for (const struct disk_fact *d = facts->disk; d < facts->disk + facts->ndisk; d++)
		if ((lock = disk_lock(d->first)))
			add_old(scene, &lock->address);
	facts->nowner = facts->nold;
	if (ip && storage_address_parse_host(ip, &address))
		add_old(scene, &address);
}

void scene_look_at_disks(struct scene *scene)
{
	if (scene->storage.ndisk == 0)
		return;
	look_at_clusters(scene, false);
	scene->storage.looked = true;
	scene->storage.looked_ms = clock_monotonic_ms();
	find_old_addresses(scene);
}

void scene_look_at_disks_again(struct scene *scene)
{
	if (!scene->storage.looked)
		return;
	look_at_clusters(scene, true);
	scene->storage.again_ms = clock_monotonic_ms();
}

static bool any_life(const struct scene *scene)
{
	for (const struct disk_fact *d = scene->storage.disk; d < scene->storage.disk + scene->storage.ndisk; d++)
		if (disk_life(scene, d))
			return true;
	return false;
}

static bool compute_reports(const struct scene *scene)
{
	const struct nova_service *s = scene->nova.compute;

	return s && nova_service_is_up(s, scene->nova.down_s) && !s->forced_down;
}

void scene_watch_disks(struct scene *scene)
{
	int64_t end;

	scene_look_at_disks(scene);
	if (!scene->storage.looked || !any_life(scene) || compute_reports(scene))
		return;
	end = scene->storage.looked_ms + DISKS_AGAIN_MS;
	log_notice("a disk of '%s' is still open from there; Ceph drops a dead host's watch within 30 s: looking again in %d s",
	    scene->subject.host, DISKS_AGAIN_MS / 1000);
	while (clock_monotonic_ms() < end && !signal_came())
		clock_sleep_ms(end - clock_monotonic_ms() < 1000 ? end - clock_monotonic_ms() : 1000);
	if (!signal_came())
		scene_look_at_disks_again(scene);
}

bool scene_is_old_address(const struct scene *scene, const struct storage_address *address)
{
	for (size_t i = 0; i < scene->storage.nold; i++)
		if (storage_address_same_host(&scene->storage.old[i], address))
			return true;
	return false;
}

const struct storage_lock *disk_lock(const struct storage_disk *disk)
{
	for (size_t i = 0; disk->seen == STORAGE_SEEN && i < disk->nlock; i++)
		if (disk->lock[i].automatic)
			return &disk->lock[i];
	return NULL;
}

bool disk_lock_is_stale(const struct storage_disk *disk)
{
	const struct storage_lock *lock = disk_lock(disk);

	for (size_t i = 0; lock && i < disk->nwatcher; i++)
		if (storage_address_same_client(&disk->watcher[i].address, &lock->address))
			return false;
	return lock;
}

/* Where no lock of any disk names the host, a disk that can have no lock tells of nobody else. */
static bool speaks_of_host(const struct scene *scene, const struct disk_fact *disk, const struct storage_watcher *w)
{
	const struct storage_lock *lock = disk_lock(disk->last);

	return scene_is_old_address(scene, &w->address) || (lock && storage_address_same_client(&lock->address, &w->address)) ||
	    (scene->storage.nowner == 0 && !disk->multiattach && !(disk->last->features & STORAGE_FEATURE_EXCLUSIVE_LOCK));
}

static const struct storage_watcher *watcher_who(const struct scene *scene, const struct disk_fact *disk, bool of_host)
{
	for (size_t i = 0; disk->last && disk->last->seen == STORAGE_SEEN && i < disk->last->nwatcher; i++)
		if (speaks_of_host(scene, disk, &disk->last->watcher[i]) == of_host)
			return &disk->last->watcher[i];
	return NULL;
}

const struct storage_watcher *disk_life(const struct scene *scene, const struct disk_fact *disk)
{
	return watcher_who(scene, disk, true);
}

const struct storage_watcher *disk_stranger(const struct scene *scene, const struct disk_fact *disk)
{
	return watcher_who(scene, disk, false);
}

const char *disk_unknown(const struct disk_fact *disk)
{
	if (!disk->last)
		return _("not asked");
	return disk->last->seen == STORAGE_UNKNOWN ? disk->last->why : NULL;
}

const char *disk_state(const struct disk_fact *disk)
{
	if (disk_unknown(disk))
		return "unknown";
	if (disk->last->seen == STORAGE_MISSING)
		return "missing";
	if (disk->last->nwatcher > 0)
		return "open";
	return disk_lock_is_stale(disk->last) ? "stale lock" : "closed";
}

void disk_say(const struct disk_fact *disk, struct str *out)
{
	const struct storage_lock *lock;
	char text[STORAGE_ADDRESS_SIZE];

	if (disk_unknown(disk)) {
		str_addf(out, _("storage: not asked: %s"), disk_unknown(disk));
		return;
	}
	if (disk->last->seen == STORAGE_MISSING) {
		str_add(out, _("Ceph has no such image"));
		return;
	}
	if (disk->last->nwatcher == 0)
		str_add(out, _("no client of Ceph has it open"));
	for (size_t i = 0; i < disk->last->nwatcher; i++) {
		str_add(out, i ? ", " : _("open by client "));
		str_add(out, storage_address_text(&disk->last->watcher[i].address, text));
	}
	lock = disk_lock(disk->last);
	if (lock)
		str_addf(out,
		    disk_lock_is_stale(disk->last) ? _("; locked by client %s, which is gone") : _("; locked by client %s"),
		    storage_address_text(&lock->address, text));
	else if (!(disk->last->features & STORAGE_FEATURE_EXCLUSIVE_LOCK))
		str_add(out, _("; it has no exclusive-lock"));
}

void storage_facts_free(struct storage_facts *facts)
{
	for (size_t i = 0; i < facts->nceph; i++) {
		storage_answer_free(&facts->ceph[i].first);
		storage_answer_free(&facts->ceph[i].last);
		storage_answer_free(&facts->ceph[i].fence);
	}
	*facts = (struct storage_facts){ .absent = NULL };
}

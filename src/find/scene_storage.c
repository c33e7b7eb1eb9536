/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "find/scene.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/signals.h"
#include "util/str.h"

#define LOOK_SLOW 10 /* a cluster that takes long is asked less often: at most a tenth of the time goes into it */

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

/* Who once was told does not forget it because a monitor is silent now. */
static void heed_probe(struct ceph_fact *fact, bool again, enum storage_may may)
{
	if (!again)
		fact->may_break = fact->may_break_now = may;
	else if (may != STORAGE_MAY_UNKNOWN)
		fact->may_break_now = may;
}

/* All clusters at the same time: one that is silent costs no other anything. */
static void look_at_clusters(struct scene *scene, bool again)
{
	const size_t n = scene->storage.nceph;
	struct storage_image *image = xcalloc(scene->storage.ndisk + 1, sizeof *image);
	struct storage_look *look = xcalloc(2 * n + 1, sizeof *look), *probe = look + n;
	const int64_t began = clock_monotonic_ms();
	struct storage_ask ask;

	for (size_t i = 0; i < n; i++) {
		fill_ask(scene, i, &ask, image);
		storage_begin(&ask, &look[i]);
		begin_probe(&scene->storage.ceph[i], &probe[i]);
	}
	for (size_t i = 0; i < n; i++) {
		struct ceph_fact *fact = &scene->storage.ceph[i];

		take_cluster(scene, i, again, &look[i]);
		heed_probe(fact, again, probe[i].pid ? take_probe(&probe[i]) : fact->newest->may_blocklist);
	}
	scene->storage.seen_ms = clock_monotonic_ms();
	scene->storage.took_ms = scene->storage.seen_ms - began;
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

/* What was asked for without knowing that it exists, and does not. */
static void drop_missing(struct storage_facts *facts)
{
	size_t n = 0;

	for (size_t i = 0; i < facts->ndisk; i++)
		if (!facts->disk[i].maybe || facts->disk[i].first->seen != STORAGE_MISSING)
			facts->disk[n++] = facts->disk[i];
	facts->ndisk = n;
}

void scene_look_at_disks(struct scene *scene)
{
	if (scene->storage.ndisk == 0)
		return;
	look_at_clusters(scene, false);
	drop_missing(&scene->storage);
	scene->storage.looked = true;
	scene->storage.looked_ms = scene->storage.seen_ms;
	find_old_addresses(scene);
}

void scene_look_at_disks_again(struct scene *scene)
{
	if (!scene->storage.looked)
		return;
	look_at_clusters(scene, true);
	scene->storage.again_ms = scene->storage.seen_ms;
	for (struct disk_fact *d = scene->storage.disk; d < scene->storage.disk + scene->storage.ndisk; d++)
		d->alive_ms = !disk_life(scene, d) ? 0 : d->alive_ms ? d->alive_ms : scene->storage.seen_ms;
}

void scene_keep_looking_at_disks(struct scene *scene, int64_t life_ms, int64_t most_ms)
{
	const struct storage_facts *facts = &scene->storage;
	const int64_t slow_ms = LOOK_SLOW * facts->took_ms < most_ms ? LOOK_SLOW * facts->took_ms : most_ms;

	if (facts->looked && clock_monotonic_ms() - facts->seen_ms >= (life_ms > slow_ms ? life_ms : slow_ms))
		scene_look_at_disks_again(scene);
}

bool disk_is_alive(const struct scene *scene, const struct disk_fact *disk)
{
	if (!disk_life(scene, disk))
		return false;
	return disk->first->seen != STORAGE_UNKNOWN ||
	    (disk->alive_ms && scene->storage.seen_ms - disk->alive_ms >= DISKS_AGAIN_MS);
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

void storage_facts_free(struct storage_facts *facts)
{
	for (size_t i = 0; i < facts->nceph; i++) {
		storage_answer_free(&facts->ceph[i].first);
		storage_answer_free(&facts->ceph[i].last);
		storage_answer_free(&facts->ceph[i].fence);
	}
	*facts = (struct storage_facts){ .absent = NULL };
}

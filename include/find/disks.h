/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIND_DISKS_H
#define FIND_DISKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/storage.h"
#include "util/str.h"

/* What Ceph says of the disks of the instances. A watch of who died stays for 27 to 30 s, so a watcher that was seen once
 * proves nothing, and the same one seen again later is alive. The lock stays for ever, with its owner's address. Who is not
 * seen has not spoken to Ceph for half a minute: a frozen host looks the same, so that is never a proof of death. */
#define DISKS_AGAIN_MS 35000

struct disk_fact {
	const char *instance, *volume;           /* volume NULL: a disk that nova made */
	const char *pool, *image, *name;         /* name: "POOL/IMAGE" */
	bool maybe;                              /* whether there is such an image is not known: one that is missing is none */
	bool multiattach;                        /* several watchers are rightful, and it has no exclusive lock */
	size_t ceph;                             /* who was asked: storage_facts.ceph */
	const struct storage_disk *first, *last; /* the first look and the newest one, which may be the same */
	int64_t alive_ms;                        /* since which further look it is watched from the failed host; 0: it is not */
};

/* What nova calls the ephemeral disks of an instance behind its uuid and '_': as many as are asked for, the last to see whether
 * there are more. */
#define DISKS_EPHEMERAL 6
extern const char *const disks_ephemeral[DISKS_EPHEMERAL];

/* A cluster, as one user of it. */
struct ceph_fact {
	struct storage_access access;
	const char *opener; /* the user who opens these disks on a compute; NULL: not known */
	/* May that one put a lock's owner on the blocklist, as a new guest must? At the first look, and when last told. */
	enum storage_may may_break, may_break_now;
	struct storage_answer first, last;
	const struct storage_answer *newest; /* one of them */
	/* With --fence storage, find/keep_out.h: who keeps old clients out, and what that user was told. */
	struct storage_access fence_access;
	struct storage_answer fence;
};

struct storage_facts {
	const char *absent;     /* why no disk is asked for at all; NULL: disk[] has some */
	struct ceph_fact *ceph; /* in the scene's arena, but their answers */
	size_t nceph;
	struct disk_fact *disk;
	size_t ndisk;
	struct storage_address *old; /* of the failed host: who owns locks of its disks, and what nova knows of it */
	size_t nold, nowner;         /* the first ${nowner} own locks */
	bool looked;
	int64_t looked_ms, again_ms; /* our own clock; again_ms 0: there was no second look */
	int64_t seen_ms, took_ms;    /* the end of the newest look, and how long it took */
	int64_t judged_ms;           /* seen_ms of the look that the wave has heeded */
	bool silent;                 /* at that look a disk that was told of at first was not */
	bool kept_unsure;            /* whether the old clients are still kept out was not known at the last look */
	bool held;                   /* at that look one was open from the failed host, by a client that may be dead */
};

struct storage_config;
struct rbd_backend;
struct rbd_connection;
/* As whom, and where, the disk of this connection is asked for: [storage], else its backend in cinder.conf (NULL: not known),
 * else the connection. Texts are those of the three. */
struct storage_access rbd_access(const struct storage_config *own, const struct rbd_backend *backend,
    const struct rbd_connection *rbd);
bool storage_access_same(const struct storage_access *a, const struct storage_access *b);

struct db;
struct scene;
/* Which images the disks of all candidates are, and whom to ask for them: out of nova's connections. What cannot be read is
 * said in absent, and is no error. */
void scene_ask_disks(struct scene *scene); /* its question ahead (db_ask_set_ahead()), when the candidates are known */
void scene_find_disks(struct scene *scene);
void scenes_find_disks(struct db *cell, struct scene *const *scene, size_t n); /* of several of one cell, asked for at once */
/* Asks Ceph, all clusters at the same time; in time, whatever they do. Again: once more, beside the first look. */
void scene_look_at_disks(struct scene *scene);
void scene_look_at_disks_again(struct scene *scene);
/* Again, where the newest look is older than this, in milliseconds; one that takes long is made less often, after most_ms at
 * last. */
void scene_keep_looking_at_disks(struct scene *scene, int64_t life_ms, int64_t most_ms);
/* Before an evacuation: where a disk is watched from the failed host, waits and looks again, unless its nova-compute reports,
 * which says more. */
void scene_watch_disks(struct scene *scene);
/* The same for one volume that is shown alone. */
void scene_find_disk_of_volume(struct scene *scene, struct db *cell, const char *instance, const char *volume);
void storage_facts_free(struct storage_facts *facts);

bool scene_is_old_address(const struct scene *scene, const struct storage_address *address);
/* A watcher of the newest look that is the failed host's or the lock's owner. After a second look that is life: either it was
 * there at the first, or it came since. */
const struct storage_watcher *disk_life(const struct scene *scene, const struct disk_fact *disk);
/* The same, and it cannot be a dead client's watch that has not run out: it was not there at the first look, or is there for
 * long enough since. For looks after those of the plan. */
bool disk_is_alive(const struct scene *scene, const struct disk_fact *disk);
/* One that neither is. */
const struct storage_watcher *disk_stranger(const struct scene *scene, const struct disk_fact *disk);
/* The exclusive lock, whoever's; NULL: none, or not known. */
const struct storage_lock *disk_lock(const struct storage_disk *disk);
/* Its owner watches the disk no more: a new guest has to break it. */
bool disk_lock_is_stale(const struct storage_disk *disk);
/* In a word: "open", "stale lock", "closed", "missing", "unknown"; and in a sentence: who has it open, whose lock it is. */
const char *disk_state(const struct disk_fact *disk);
void disk_say(const struct disk_fact *disk, struct str *out);
/* Why it is not known what Ceph says of this disk; NULL: it is. */
const char *disk_unknown(const struct disk_fact *disk);
/* Seconds until the entry that keeps this client out ends, by the monitors' clock; -1: no entry, or not known. */
int64_t ceph_entry_left_s(const struct storage_answer *answer, const struct storage_address *client, int64_t now_s);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORAGE_STORAGE_H
#define STORAGE_STORAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/address.h"
#include "util/error.h"
#include "util/mem.h"

/* What Ceph itself says about disks: who has them open, who holds their lock. librados and librbd are loaded while the program
 * runs, in a child process that is killed at a deadline: a monitor that hangs, or a library that aborts, ends that child alone.
 * Images are opened read-only: such a look is no watcher, asks nobody for the lock and writes nothing. */

/* With what one comes to a cluster. NULL: as Ceph's own programs do without it. */
struct storage_access {
	const char *cluster; /* "ceph" */
	const char *conf; /* ceph.conf; NULL: /etc/ceph/CLUSTER.conf, or none where ${monitors} are given and that is missing */
	const char *keyring;  /* of ${user}; NULL: where ceph.conf says, or Ceph's own places */
	const char *user;     /* "cinder", without "client." */
	const char *monitors; /* "192.0.2.1:6789,192.0.2.2:6789" for a cluster without a ceph.conf here */
};

struct storage_image {
	const char *pool, *name;
};

struct storage_ask {
	struct storage_access access;
	const struct storage_image *image;
	size_t n;
	bool probe; /* may this user blocklist? A question that no monitor can obey: nothing is written by it */
	/* To be put on the blocklist first, exactly these, for ${fence_s} seconds, and to be taken off it; none: nothing is
	 * written at all. The first one that is refused ends it. One that is on it already is taken off and put there anew, as
	 * Ceph lengthens no entry. The images are looked at when the entries stand in the OSDs' map. */
	const struct storage_address *fence, *lift;
	size_t nfence, nlift;
	unsigned fence_s;
	/* A nonce of 0 among them is meant: all clients of that address. Else it is refused, and always where an OSD or a
	 * monitor of the cluster has the address, or where that could not be asked. */
	bool whole_hosts;
	bool servers;    /* where its OSDs are is asked, too */
	int deadline_ms; /* of the whole; 0: STORAGE_DEADLINE_MS and STORAGE_DISK_MS more an image */
};
#define STORAGE_DEADLINE_MS 11000
#define STORAGE_DISK_MS 20

struct storage_watcher {
	struct storage_address address;
	int64_t client; /* Ceph's number of it: client.4253 */
	uint64_t cookie;
};
struct storage_lock {
	struct storage_address address;
	int64_t client;
	bool automatic;  /* the exclusive lock, which librbd takes at the first write; else one that somebody set by hand */
	uint64_t cookie; /* of the exclusive lock, whose name for 'rbd lock rm' is "auto COOKIE"; 0: not known */
};

enum storage_seen {
	STORAGE_UNKNOWN, /* no answer: ${why}. Never the same as "nobody" */
	STORAGE_SEEN,
	STORAGE_MISSING, /* no such image, or no such pool */
};
#define STORAGE_FEATURE_EXCLUSIVE_LOCK 4u /* librbd.h: RBD_FEATURE_EXCLUSIVE_LOCK */
struct storage_disk {
	enum storage_seen seen;
	const char *why; /* STORAGE_UNKNOWN alone: a sentence, translated */
	uint64_t features;
	struct storage_watcher *watcher;
	size_t nwatcher;
	struct storage_lock *lock; /* none: the image is not locked */
	size_t nlock;
};

enum storage_may { STORAGE_MAY_UNKNOWN, STORAGE_MAY, STORAGE_MAY_NOT };

struct storage_entry {
	struct storage_address address;
	const char *until; /* "2026-11-28T10:02:31.123456+0000", the monitors' clock */
};

struct storage_answer {
	const char *absent; /* why nothing at all was asked: no library, no key, no monitor; NULL: a monitor answered */
	bool unable;        /* of these: nobody can ask from here, for want of a library, a configuration or a key */
	const char *fsid;
	struct storage_address *monitor; /* of its map */
	size_t nmonitor;
	struct storage_address *osd; /* of its map, each host at least once */
	size_t nosd;
	bool osds_known; /* all of them were read */
	enum storage_may may_blocklist;
	bool blacklist;     /* its monitors have no other name for the blocklist in their commands: before Ceph 16 */
	bool entries_known; /* the blocklist was read */
	struct storage_entry *entry;
	size_t nentry;
	struct storage_disk *disk; /* in the order of the question, as many */
	size_t ndisk;
	size_t nfenced; /* so many of the clients to be fenced, from the first, are on the blocklist and in the OSDs' map */
	const char *fence_why; /* why not the next one; NULL: all are */
	bool fence_unsure;     /* there was no answer about that one, or about all: they may be on it, or come on it later */
	size_t nlifted;        /* the same of those that were to be taken off: they are not on it */
	const char *lift_why;
	struct arena arena;
};
void storage_answer_free(struct storage_answer *answer);
/* What its monitors call it in commands and caps: "blocklist", or "blacklist". */
const char *storage_blocklist_word(bool blacklist);

/* A child at work. Several may be: begin all, then take each; they run at the same time. */
struct storage_look {
	int pid, fd; /* pid 0: there is none, and ${why} says why */
	int64_t deadline_ms;
	size_t n, nfence, nlift;
	char why[160];
};
void storage_begin(const struct storage_ask *ask, struct storage_look *look);
/* Waits for its end or its deadline, when it is killed. What was answered until then counts; the rest is STORAGE_UNKNOWN. */
void storage_take(struct storage_look *look, struct storage_answer *out);

/* The child's words, as many as came, read strictly: what is not understood ends it, and nothing is known from there on.
 * A disk of which they do not tell has ${why}. ${answer} has room for its disks. */
void storage_answer_read(const char *text, size_t size, struct storage_answer *answer, const char *why);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIND_KEEP_OUT_H
#define FIND_KEEP_OUT_H

#include "find/disks.h"

/* Whom --fence storage keeps out: exactly the clients of Ceph that the failed host has, or may have, a disk open with. The lock
 * names the one that wrote last, the watchers are those that have it open. A guest that opened a disk, has not written since
 * and has not spoken to Ceph for half a minute is neither: no client of its own is known then. */

/* Five years, as ceph-csi's own fences: an entry must outlast every frozen host. librbd's own lasts an hour. */
#define KEEP_OUT_S 157680000u
/* An entry with less than half of that left is made anew. */
#define KEEP_OUT_ENOUGH_S (KEEP_OUT_S / 2)
#define KEEP_OUT_CLIENTS 160 /* two looks' watchers and the lock */

enum keep_out_how {
	KEEP_OUT_NOBODY,     /* no image, or the disk of a stopped instance that nobody has open */
	KEEP_OUT_CLIENTS_OF, /* exactly these clients */
	KEEP_OUT_HOST,       /* no client of it is known: all clients of the host's address, or none */
	KEEP_OUT_IMPOSSIBLE, /* ${why} */
};
struct keep_out {
	enum keep_out_how how;
	struct storage_address client[KEEP_OUT_CLIENTS]; /* KEEP_OUT_HOST: its address alone, with nonce 0 */
	size_t n;
	char why[320];
};

struct scene;
/* Asks every cluster of the disks with the user of the fence: may it blocklist, and where are OSDs and monitors? Nothing is
 * written by it. */
void scene_ask_fence(struct scene *scene);
/* Of one disk of the scene, as it was seen in both looks. */
void disk_keep_out(const struct scene *scene, const struct disk_fact *disk, struct keep_out *out);
/* Has an OSD or a monitor of the cluster this address? Unknown counts as yes: ${why} says which. */
bool ceph_serves_at(const struct ceph_fact *ceph, const struct storage_address *address, const char **why);
/* Is the client on the blocklist of its cluster for long enough, as that was last seen? */
bool ceph_keeps_out(const struct ceph_fact *ceph, const struct storage_address *client);
/* The cluster with this fsid, whose blocklist the newest look has read; NULL: none has. */
const struct ceph_fact *scene_ceph_with_entries(const struct scene *scene, const char *fsid);
const char *ceph_fsid(const struct ceph_fact *ceph); /* NULL: not known */
/* Another fact about the same cluster stands before this one: it was asked as another user. */
bool ceph_is_told_before(const struct storage_facts *facts, size_t ceph);
/* Disks of the instance that --fence storage does not reach, though a guest elsewhere may open them: false, there are none. */
struct candidate;
bool keep_out_leaves(const struct scene *scene, const struct candidate *candidate, struct str *what);
/* --fence storage has something to do: an instance that is wanted. */
bool scene_fences_disks(const struct scene *scene);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECOVER_LIFT_H
#define RECOVER_LIFT_H

#include "find/scene.h"
#include "journal/past.h"

/* The clients of a host that runs of this state directory have put on Ceph's blocklist, and that stand there still; and how
 * they are taken off it when the host returns. */

struct kept_client {
	const char *run;        /* that put it there, the newest one */
	const char *id, *image; /* "192.0.2.7:0/5", nonce 0: every client of the address; which disk it had open */
	const char *fsid;
	struct storage_address address;
	const struct past_cluster *cluster; /* how to ask it; NULL: nobody of it answered */
	bool switched_off;  /* the same run had the host switched off, and saw it off: whoever was there before is dead */
	const char *until;  /* its entry, by the monitors' clock; NULL: none was seen */
	bool known, listed; /* listed: on the blocklist, by the newest answer */
	bool blacklist;     /* which its cluster calls so */
	const char *why;    /* not known, or not taken away; NULL: neither */
};
struct kept_clients {
	struct kept_client *v;
	size_t n, cap;
	struct past *past; /* whose texts they are */
	size_t npast;
	struct arena arena;
};
/* Reads the journals of the host's runs and asks each of their clusters once. A journal that cannot be read is an error: it may
 * have put others there. None: ${out} is empty. */
int kept_clients_find(const struct scene *scene, const char *host, struct kept_clients *out, struct error *err);
void kept_clients_free(struct kept_clients *kept);
size_t kept_clients_listed(const struct kept_clients *kept, bool whole_hosts);   /* whole hosts alone, or all */
const struct kept_client *kept_clients_unknown(const struct kept_clients *kept); /* NULL: there is none */

/* Takes those that are listed off, where their entries are still those that were seen, with a record of intent and one each in
 * the journal of their run. What is still listed after it has its why. ${rebooted}: the operator's word that the host was
 * started anew since; NULL: its fence agent says that it is off, or its run has switched it off. -1: a journal cannot be
 * written, and nothing more was begun. */
int kept_clients_lift(const struct scene *scene, struct kept_clients *kept, const char *rebooted, struct error *err);

#endif

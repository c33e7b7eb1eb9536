/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIND_LEFT_BEHIND_H
#define FIND_LEFT_BEHIND_H

#include "find/world.h"
#include "util/str.h"

/* left_behind.c. What an evacuation that failed has left at its new host, while nova has the instance on its old one:
 * nova-compute gives the instance attachments of its own and binds its ports to itself before it starts the guest, and undoes
 * neither (nova 26 compute/manager.py: _do_rebuild_instance, setup_instance_network_on_host; detach_block_devices). The next
 * evacuation that succeeds takes them along; without one they stay, and the guest on the old host is without network. */
struct left_thing {
	const char *id, *volume_id; /* volume_id NULL: a port */
	const char *host;           /* where it is */
};
struct left_behind {
	struct left_thing *v;
	size_t n, cap;
	size_t ports, attachments;
	const char *absent; /* why not all could be looked at; NULL: all could */
	struct arena arena;
};
/* Of an instance on ${host}. A database that does not answer is said in absent and no error. Free with left_behind_free(). */
void left_behind_find(const struct world *world, const char *instance_uuid, const char *host, struct left_behind *out);
void left_behind_free(struct left_behind *left);
/* "2 ports and 1 attachment are on 'c2'"; nothing without any. */
void left_behind_say(const struct left_behind *left, struct str *out);
/* The commands that bring all of it back to ${host}, one after the other with "; " between. */
void left_behind_add_remedy(const struct left_behind *left, const char *instance_uuid, const char *host, struct str *out);

#endif

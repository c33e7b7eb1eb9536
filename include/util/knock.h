/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_KNOCK_H
#define UTIL_KNOCK_H

#include <stddef.h>
#include <stdint.h>

/* Does an address answer? A TCP connection to each of its ports, all at the same time, closed as soon as it is made; nothing is
 * sent. The weakest answer first. */
enum knock {
	KNOCK_NOWHERE, /* it is no numeric address: no name server is asked */
	KNOCK_BLOCKED, /* there is no way to it from here, or another one said so on its behalf: a router, a firewall (ICMP) */
	KNOCK_SILENT,  /* nothing came back within the time */
	KNOCK_REFUSED, /* by the address itself: its kernel sent a reset, or an ICMP message with its own address */
	KNOCK_OPEN,
};
extern const char *const knock_name[]; /* "nowhere", "blocked", "silent", "refused", "open" */

struct door {
	const char *address;
	const uint16_t *port;
	size_t nport;
	enum knock answer; /* the strongest one of its ports */
	uint16_t at;       /* the port that it is of; 0: SILENT and less */
};
/* Ends as soon as each has been answered. Before Linux 5.9 an ICMP "port unreachable" of another one counts as REFUSED, too. */
void knock_at(struct door *door, size_t n, int timeout_ms);

#endif

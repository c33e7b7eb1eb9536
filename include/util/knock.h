/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_KNOCK_H
#define UTIL_KNOCK_H

#include <stddef.h>
#include <stdint.h>

/* Is somebody there? A TCP connection to each port of a numeric address, all at the same time, closed as soon as one is there;
 * nothing is sent. */
enum knock {
	KNOCK_SILENT,  /* nothing came back within the time */
	KNOCK_REFUSED, /* nothing listens, or there is no way to it: by the host itself or by what stands before it */
	KNOCK_OPEN,
	KNOCK_NOWHERE, /* the address is none */
};
/* ${port}: the first one that is open. */
enum knock knock_at(const char *address, const uint16_t *ports, size_t n, int timeout_ms, uint16_t *port);

#endif

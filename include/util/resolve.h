/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_RESOLVE_H
#define UTIL_RESOLVE_H

#include <netdb.h>
#include <stdint.h>

/* The addresses of a name, in time. libc asks for as long as it likes (resolv.conf(5): 5 s, twice, each name server, each
 * search domain) and cannot be stopped: it asks in a thread of its own, which is left to its end when it is late. */

#define RESOLVE_WITHIN_MS 15000 /* for who has no time of his own */
#define RESOLVE_LATE 1          /* no EAI_... is positive */

/* As getaddrinfo(), or RESOLVE_LATE; ${out} is freed with freeaddrinfo(), and NULL after anything but 0. Where ${host} is an
 * address nobody is asked. */
int name_resolve(const char *host, const char *port, const struct addrinfo *hints, int64_t within_ms, struct addrinfo **out);
const char *resolve_why(int rc); /* in English */

#endif

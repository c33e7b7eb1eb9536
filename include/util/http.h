/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_HTTP_H
#define UTIL_HTTP_H

#include <stdbool.h>

/* Does an HTTP server answer GET / there with anything but an error (below 400)? Every trouble is a no. At most ${timeout_ms}
 * for each of connecting, asking and the first bytes of the answer. */
bool http_answers(const char *host, unsigned port, int timeout_ms);

#endif

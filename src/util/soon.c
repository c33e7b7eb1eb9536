/* SPDX-License-Identifier: Apache-2.0 */
#include "util/soon.h"

#include <poll.h>
#include <sched.h>

#define LOOKS 600 /* of some 0.5 us each: no clock is asked */

void await_soon(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	for (int i = 0; i < LOOKS && poll(&p, 1, 0) == 0; i++)
		sched_yield(); /* the server may need this very processor */
}

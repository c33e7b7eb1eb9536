/* SPDX-License-Identifier: Apache-2.0 */
#include "util/soon.h"

#include <poll.h>

#define LOOKS 250 /* of some 0.4 us each: no clock is asked */

void await_soon(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	for (int i = 0; i < LOOKS && poll(&p, 1, 0) == 0; i++)
		;
}

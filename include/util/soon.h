/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_SOON_H
#define UTIL_SOON_H

/* Until ${fd} has something to read, or for about 0.3 ms: looked at again and again, without going to sleep, but letting go of
 * the processor for who needs it. A server that is near answers a small question as fast as a sleeper is woken. Whoever reads
 * then waits as he would have without. */
void await_soon(int fd);

#endif

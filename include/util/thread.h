/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_THREAD_H
#define UTIL_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* As pthread_create(), and its errors. Signals stay with the thread that works: the new one takes none. */
int thread_begin(pthread_t *out, bool detached, void *(*run)(void *arg), void *arg);

#endif

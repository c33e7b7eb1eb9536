/* SPDX-License-Identifier: Apache-2.0 */
#include "util/thread.h"

#include <signal.h>

int thread_begin(pthread_t *out, bool detached, void *(*run)(void *arg), void *arg)
{
	sigset_t all, before;
	pthread_attr_t how;
	int rc;

	pthread_attr_init(&how);
	pthread_attr_setdetachstate(&how, detached ? PTHREAD_CREATE_DETACHED : PTHREAD_CREATE_JOINABLE);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(out, &how, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&how);
	return rc;
}

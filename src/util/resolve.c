/* SPDX-License-Identifier: Apache-2.0 */
#include "util/resolve.h"

#include <stdlib.h>
#include <time.h>

#include "util/clock.h"
#include "util/mem.h"
#include "util/thread.h"

/* Shared by who asks and who waits; the last one turns off the light. */
struct question {
	pthread_mutex_t lock;
	pthread_cond_t end;
	char *host, *port;
	struct addrinfo hints, *found;
	int rc, users;
	bool ended;
};

static void leave_question(struct question *q)
{
	bool last;

	pthread_mutex_lock(&q->lock);
	last = --q->users == 0;
	pthread_mutex_unlock(&q->lock);
	if (!last)
		return;
	if (q->found)
		freeaddrinfo(q->found);
	pthread_cond_destroy(&q->end);
	pthread_mutex_destroy(&q->lock);
	free(q->host);
	free(q->port);
	free(q);
}

static void *ask(void *arg)
{
	struct question *q = arg;
	struct addrinfo *found = NULL;
	int rc = getaddrinfo(q->host, q->port, &q->hints, &found);

	pthread_mutex_lock(&q->lock);
	q->rc = rc;
	q->found = rc == 0 ? found : NULL;
	q->ended = true;
	pthread_cond_signal(&q->end);
	pthread_mutex_unlock(&q->lock);
	leave_question(q);
	return NULL;
}

static struct question *make_question(const char *host, const char *port, const struct addrinfo *hints)
{
	struct question *q = xcalloc(1, sizeof *q);
	pthread_condattr_t monotonic;

	*q = (struct question){ .host = xstrdup(host), .port = port ? xstrdup(port) : NULL, .hints = *hints, .users = 2 };
	pthread_mutex_init(&q->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&q->end, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return q;
}

static int wait_for(struct question *q, int64_t until_ms, struct addrinfo **out)
{
	struct timespec at = { .tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000 };
	int rc;

	pthread_mutex_lock(&q->lock);
	while (!q->ended && pthread_cond_timedwait(&q->end, &q->lock, &at) == 0)
		;
	rc = q->ended ? q->rc : RESOLVE_LATE;
	if (q->ended) {
		*out = q->found;
		q->found = NULL;
	}
	pthread_mutex_unlock(&q->lock);
	return rc;
}

int name_resolve(const char *host, const char *port, const struct addrinfo *hints, int64_t within_ms, struct addrinfo **out)
{
	struct addrinfo numeric = *hints;
	int64_t until_ms = clock_monotonic_ms() + within_ms;
	struct question *q;
	pthread_t thread;
	int rc;

	*out = NULL;
	numeric.ai_flags |= AI_NUMERICHOST;
	if (getaddrinfo(host, port, &numeric, out) == 0)
		return 0;
	*out = NULL;
	if (within_ms <= 0)
		return RESOLVE_LATE;
	q = make_question(host, port, hints);
	if (thread_begin(&thread, true, ask, q) == 0) {
		rc = wait_for(q, until_ms, out);
	} else {
		q->users--;
		rc = EAI_AGAIN;
	}
	leave_question(q);
	return rc;
}

const char *resolve_why(int rc)
{
	return rc == RESOLVE_LATE ? "the name server does not answer" : gai_strerror(rc);
}

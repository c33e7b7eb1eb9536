/* SPDX-License-Identifier: Apache-2.0 */
#include "util/aside.h"

#include <stdlib.h>

#include "util/mem.h"
#include "util/thread.h"

struct aside {
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock;
	pthread_cond_t asked, done;
	void (*call)(void *ctx); /* NULL: there is none, or it has returned */
	void *ctx;
	bool over;
};

static void *make_calls(void *arg)
{
	struct aside *a = arg;
	void (*call)(void *);

	pthread_mutex_lock(&a->lock);
	for (;;) {
		while (!a->call && !a->over)
			pthread_cond_wait(&a->asked, &a->lock);
		if (a->over)
			break;
		call = a->call;
		pthread_mutex_unlock(&a->lock);
		call(a->ctx);
		pthread_mutex_lock(&a->lock);
		a->call = NULL;
		pthread_cond_signal(&a->done);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

static struct aside *aside_new(void)
{
	struct aside *a = xcalloc(1, sizeof *a);

	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->asked, NULL);
	pthread_cond_init(&a->done, NULL);
	a->has_thread = thread_begin(&a->thread, false, make_calls, a) == 0;
	return a;
}

void aside_begin(struct aside **aside, void (*call)(void *ctx), void *ctx)
{
	struct aside *a = *aside ? *aside : (*aside = aside_new());

	pthread_mutex_lock(&a->lock);
	a->call = call;
	a->ctx = ctx;
	pthread_cond_signal(&a->asked);
	pthread_mutex_unlock(&a->lock);
}

void aside_end(struct aside *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	while (a->call && a->has_thread)
		pthread_cond_wait(&a->done, &a->lock);
	pthread_mutex_unlock(&a->lock);
	if (!a->call)
		return;
	a->call(a->ctx);
	a->call = NULL;
}

void aside_free(struct aside **aside)
{
	struct aside *a = *aside;

	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->over = true;
	pthread_cond_signal(&a->asked);
	pthread_mutex_unlock(&a->lock);
	if (a->has_thread)
		pthread_join(a->thread, NULL);
	pthread_cond_destroy(&a->asked);
	pthread_cond_destroy(&a->done);
	pthread_mutex_destroy(&a->lock);
	free(a);
	*aside = NULL;
}

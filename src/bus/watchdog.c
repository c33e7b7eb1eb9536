/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "internal.h"
#include "util/mem.h"
#include "util/thread.h"

/* The library's write has no timeout, and heartbeats keep a blocked one alive for ever: at the deadline the socket is shut down
 * from outside, and the write ends with an error. One thread as long as the connection is kept, for to begin one costs as much
 * as a broker's answer. It is woken where it would sleep for too long, which is once in a while and not with each write. */
struct watchdog {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t news;
	int fd;
	struct timespec deadline, until; /* of the write; when the thread looks by itself */
	bool armed, asleep, over, fired; /* asleep: until there are news */
};

static bool is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

static void wait_for_news(struct watchdog *dog)
{
	dog->asleep = true;
	pthread_cond_wait(&dog->news, &dog->lock);
	dog->asleep = false;
}

/* The write may have ended meanwhile, or be another one. */
static void wait_for_deadline(struct watchdog *dog)
{
	dog->until = dog->deadline;
	if (pthread_cond_timedwait(&dog->news, &dog->lock, &dog->until) != ETIMEDOUT || !dog->armed ||
	    is_before(&dog->until, &dog->deadline))
		return;
	dog->fired = true;
	dog->armed = false;
	shutdown(dog->fd, SHUT_RDWR);
}

static void *watch_writes(void *arg)
{
	struct watchdog *dog = arg;

	pthread_mutex_lock(&dog->lock);
	while (!dog->over) {
		if (dog->armed)
			wait_for_deadline(dog);
		else
			wait_for_news(dog);
	}
	pthread_mutex_unlock(&dog->lock);
	return NULL;
}

static struct watchdog *watchdog_new(void)
{
	struct watchdog *dog = xcalloc(1, sizeof *dog);
	pthread_condattr_t monotonic;

	pthread_mutex_init(&dog->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&dog->news, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (thread_begin(&dog->thread, false, watch_writes, dog) == 0)
		return dog;
	pthread_cond_destroy(&dog->news);
	pthread_mutex_destroy(&dog->lock);
	free(dog);
	return NULL;
}

int watchdog_arm(struct bus *bus, unsigned timeout_s)
{
	struct watchdog *dog = bus->watchdog ? bus->watchdog : (bus->watchdog = watchdog_new());

	if (!dog)
		return -1;
	pthread_mutex_lock(&dog->lock);
	dog->fd = amqp_get_sockfd(bus->connection);
	clock_gettime(CLOCK_MONOTONIC, &dog->deadline);
	dog->deadline.tv_sec += timeout_s;
	dog->armed = true;
	dog->fired = false;
	if (dog->asleep || is_before(&dog->deadline, &dog->until))
		pthread_cond_signal(&dog->news);
	pthread_mutex_unlock(&dog->lock);
	return 0;
}

bool watchdog_disarm(struct bus *bus)
{
	struct watchdog *dog = bus->watchdog;
	bool fired;

	pthread_mutex_lock(&dog->lock);
	dog->armed = false;
	fired = dog->fired;
	pthread_mutex_unlock(&dog->lock);
	return fired;
}

void watchdog_end(struct bus *bus)
{
	struct watchdog *dog = bus->watchdog;

	if (!dog)
		return;
	pthread_mutex_lock(&dog->lock);
	dog->over = true;
	pthread_cond_signal(&dog->news);
	pthread_mutex_unlock(&dog->lock);
	pthread_join(dog->thread, NULL);
	pthread_cond_destroy(&dog->news);
	pthread_mutex_destroy(&dog->lock);
	free(dog);
	bus->watchdog = NULL;
}

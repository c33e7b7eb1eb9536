/* SPDX-License-Identifier: Apache-2.0 */
#include "util/deadline.h"

#include <sys/socket.h>
#include <time.h>

#include "util/clock.h"
#include "util/thread.h"

#define NEVER INT64_MAX

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	bool has_thread, over; /* over: the thread is to end */
	struct deadline_watch *first;
	int64_t seconds, begin_ms, end_ms, wakes_ms; /* wakes_ms: when the thread looks next */
	int64_t left_ms;                             /* while a person is asked; NEVER: no deadline */
	bool works;
} dog = { .lock = PTHREAD_MUTEX_INITIALIZER, .end_ms = NEVER, .wakes_ms = NEVER };

static int64_t end_of(const struct deadline_watch *w)
{
	return w->until_ms && w->until_ms < dog.end_ms ? w->until_ms : dog.end_ms;
}

/* What is over now is cut; when the next one is. */
static int64_t cut_what_is_over(int64_t now)
{
	int64_t next = NEVER;

	for (struct deadline_watch *w = dog.first; w; w = w->next) {
		if (w->cut)
			continue;
		if (end_of(w) <= now) {
			w->cut = true;
			shutdown(w->fd, SHUT_RDWR);
		} else if (end_of(w) < next) {
			next = end_of(w);
		}
	}
	return next;
}

static void *watch_sockets(void *unused)
{
	struct timespec at;

	pthread_mutex_lock(&dog.lock);
	while (!dog.over) {
		dog.wakes_ms = cut_what_is_over(clock_monotonic_ms());
		if (dog.wakes_ms == NEVER) {
			pthread_cond_wait(&dog.changed, &dog.lock);
			continue;
		}
		at = (struct timespec){ .tv_sec = dog.wakes_ms / 1000, .tv_nsec = dog.wakes_ms % 1000 * 1000000 };
		pthread_cond_timedwait(&dog.changed, &dog.lock, &at);
	}
	pthread_mutex_unlock(&dog.lock);
	return unused;
}

static void start_thread(void)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&dog.changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	dog.has_thread = thread_begin(&dog.thread, false, watch_sockets, NULL) == 0;
}

static void set_end(int64_t end_ms)
{
	pthread_mutex_lock(&dog.lock);
	dog.end_ms = end_ms;
	if (dog.has_thread)
		pthread_cond_signal(&dog.changed);
	pthread_mutex_unlock(&dog.lock);
}

void deadline_begin(int64_t seconds)
{
	dog.begin_ms = clock_monotonic_ms();
	dog.works = dog.over = false;
	deadline_change(seconds);
}

void deadline_change(int64_t seconds)
{
	dog.seconds = seconds;
	set_end(seconds > 0 ? dog.begin_ms + seconds * 1000 : NEVER);
}

void deadline_work(void)
{
	dog.works = true;
	set_end(NEVER);
}

void deadline_again(void)
{
	if (dog.works)
		deadline_begin(dog.seconds);
}

void deadline_pause(void)
{
	dog.left_ms = dog.end_ms == NEVER ? NEVER : dog.end_ms - clock_monotonic_ms();
	set_end(NEVER); /* or the thread would cut what is open meanwhile */
}

void deadline_resume(void)
{
	if (dog.left_ms != NEVER)
		set_end(clock_monotonic_ms() + dog.left_ms);
}

bool deadline_is_over(void)
{
	return dog.end_ms != NEVER && clock_monotonic_ms() >= dog.end_ms;
}

int64_t deadline_seconds(void)
{
	return dog.seconds;
}

int64_t deadline_left_ms(int64_t most_ms)
{
	int64_t left = dog.works ? dog.seconds * 1000 : dog.end_ms == NEVER ? NEVER : dog.end_ms - clock_monotonic_ms();

	return left < 0 ? 0 : left < most_ms ? left : most_ms;
}

int64_t deadline_answer_ms(void)
{
	return dog.works ? dog.seconds * 1000 : 0;
}

void deadline_watch(struct deadline_watch *watch, int fd, int64_t within_ms)
{
	pthread_mutex_lock(&dog.lock);
	if (!dog.has_thread && !dog.over)
		start_thread();
	if (!watch->on) {
		*watch = (struct deadline_watch){ .on = true, .next = dog.first };
		dog.first = watch;
	}
	watch->fd = fd;
	watch->until_ms = within_ms > 0 ? clock_monotonic_ms() + within_ms : 0;
	if (dog.has_thread && end_of(watch) < dog.wakes_ms)
		pthread_cond_signal(&dog.changed);
	pthread_mutex_unlock(&dog.lock);
}

void deadline_cut(struct deadline_watch *watch)
{
	pthread_mutex_lock(&dog.lock);
	if (watch->on && !watch->cut) {
		watch->cut = true;
		shutdown(watch->fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&dog.lock);
}

bool deadline_has_cut(const struct deadline_watch *watch)
{
	bool cut;

	pthread_mutex_lock(&dog.lock);
	cut = watch->cut;
	pthread_mutex_unlock(&dog.lock);
	return cut;
}

void deadline_unwatch(struct deadline_watch *watch)
{
	pthread_mutex_lock(&dog.lock);
	for (struct deadline_watch **w = &dog.first; *w; w = &(*w)->next)
		if (*w == watch) {
			*w = watch->next;
			break;
		}
	watch->on = false;
	pthread_mutex_unlock(&dog.lock);
}

void deadline_end(void)
{
	bool has_thread;

	pthread_mutex_lock(&dog.lock);
	has_thread = dog.has_thread;
	dog.over = true;
	dog.has_thread = false;
	if (has_thread)
		pthread_cond_signal(&dog.changed);
	pthread_mutex_unlock(&dog.lock);
	if (has_thread)
		pthread_join(dog.thread, NULL);
}

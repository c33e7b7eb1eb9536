/* SPDX-License-Identifier: Apache-2.0 */
/* The bottoms that a machine has: its clock, what is random, threads that only watch, and the network beside the servers. Each
 * stands for the function of libc, or of the program, that the linker wraps (--wrap). */
#include "world.h"

#include <pthread.h>
#include <string.h>
#include <time.h>
#include <sys/types.h>

#include "db/db.h"
#include "util/aside.h"
#include "util/http.h"
#include "util/knock.h"

int __wrap_clock_gettime(clockid_t clock, struct timespec *out);
time_t __wrap_time(time_t *out);
int __wrap_nanosleep(const struct timespec *want, struct timespec *left);
ssize_t __wrap_getrandom(void *out, size_t n, unsigned flags);
pid_t __wrap_getpid(void);
int __wrap_pthread_create(pthread_t *out, const pthread_attr_t *how, void *(*run)(void *), void *arg);
int __wrap_pthread_join(pthread_t thread, void **out);
void __wrap_aside_begin(struct aside **aside, void (*call)(void *ctx), void *ctx);
/* What is made aside is made at once: one thread, one history. */
void __wrap_aside_begin(struct aside **aside, void (*call)(void *ctx), void *ctx)
{
	(void)aside;
	call(ctx);
}

/* Nobody answers while this thread waits: what is asked has its answer. */
void __wrap_await_soon(int fd);
void __wrap_await_soon(int fd)
{
	(void)fd;
}

void __wrap_http_look_all(struct http_look *look, size_t n, int timeout_ms);
bool __wrap_http_ask(const struct http_question *question, struct http_reply *out);
void __wrap_knock_at(struct door *door, size_t n, int timeout_ms);
void __wrap_db_ask_ahead(struct db *db, const struct sql *sql, const struct db_param *params, const struct db_shape *shape);
void __wrap_db_ask_set_ahead(struct db *db, const struct sql *sql, const struct words *keys, const struct db_shape *shape,
    const char *key);

/* A look at the clock costs a microsecond, so that who waits in a circle gets on; monotonic clocks do not jump. */
int __wrap_clock_gettime(clockid_t clock, struct timespec *out)
{
	int64_t us = ++world->now_us + (clock == CLOCK_REALTIME ? world->jump_us : -BEGIN_S * SECOND_US + 3600 * SECOND_US);

	*out = (struct timespec){ .tv_sec = us / SECOND_US, .tv_nsec = us % SECOND_US * 1000 };
	return 0;
}

time_t __wrap_time(time_t *out)
{
	const time_t now = (world->now_us + world->jump_us) / SECOND_US;

	if (out)
		*out = now;
	return now;
}

int __wrap_nanosleep(const struct timespec *want, struct timespec *left)
{
	(void)left;
	world_call(BOTTOM_ANY, "sleep");
	world_wait((int64_t)want->tv_sec * SECOND_US + want->tv_nsec / 1000);
	return 0;
}

ssize_t __wrap_getrandom(void *out, size_t n, unsigned flags)
{
	unsigned char *byte = out;

	(void)flags;
	for (size_t i = 0; i < n; i++)
		byte[i] = (unsigned char)world_draw(256);
	return (ssize_t)n;
}

/* It is in journals and locks, and asked of nobody. */
pid_t __wrap_getpid(void)
{
	return (pid_t)(1000 + world->command);
}

/* Those of the program only shut a socket down when its time is over; no call that is made here takes longer than the world
 * says. */
int __wrap_pthread_create(pthread_t *out, const pthread_attr_t *how, void *(*run)(void *), void *arg)
{
	(void)how;
	(void)run;
	(void)arg;
	memset(out, 0, sizeof *out);
	return 0;
}

int __wrap_pthread_join(pthread_t thread, void **out)
{
	(void)thread;
	(void)out;
	return 0;
}

/* A thread would ask: here what is asked ahead is asked when it is read. */
void __wrap_db_ask_ahead(struct db *db, const struct sql *sql, const struct db_param *params, const struct db_shape *shape)
{
	(void)db;
	(void)sql;
	(void)params;
	(void)shape;
}

void __wrap_db_ask_set_ahead(struct db *db, const struct sql *sql, const struct words *keys, const struct db_shape *shape,
    const char *key)
{
	(void)db;
	(void)sql;
	(void)keys;
	(void)shape;
	(void)key;
}

void __wrap_http_look_all(struct http_look *look, size_t n, int timeout_ms)
{
	world_call(BOTTOM_ANY, "services are looked at");
	for (size_t i = 0; i < n; i++) {
		const bool is_off = world->api_is_off && strstr(look[i].url, ":8774");

		look[i].answer = is_off ? HTTP_REFUSED : HTTP_ANSWERS;
		look[i].status = is_off ? 0 : 300;
		look[i].timeout_ms = timeout_ms;
		look[i].why[0] = '\0';
	}
}

bool __wrap_http_ask(const struct http_question *question, struct http_reply *out)
{
	memset(out, 0, sizeof *out);
	out->look.answer = HTTP_REFUSED;
	out->look.timeout_ms = question->timeout_ms;
	world_call(BOTTOM_ANY, "a service is asked");
	return false;
}

void __wrap_knock_at(struct door *door, size_t n, int timeout_ms)
{
	world_call(BOTTOM_ANY, "an address is knocked at");
	world_wait((int64_t)timeout_ms * 1000);
	for (size_t i = 0; i < n; i++) {
		door[i].answer = world->alive[0] ? KNOCK_OPEN : KNOCK_SILENT;
		door[i].at = world->alive[0] ? door[i].port[0] : 0;
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/storage.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "internal.h"
#include "util/child.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/str.h"

#define ENTRY_MS 60 /* 15 to 24 ms each were measured: the monitors agree on every one */
#define ANSWER_MAX ((size_t)16 * 1024 * 1024)

/* ---- the child */

static void close_all_but(int fd)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = 0; nothing >= 0 && i < 3; i++)
		dup2(nothing, i);
	child_close_others(fd);
}

/* The connections of the parent are not its own, nor is the terminal: who stops the program stops the parent, which ends it.
 * A core of it would hold passwords. */
static void become_child(int fd)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	close_all_but(fd);
}

/* ---- the parent */

static void cannot_begin(struct storage_look *look, int errno_value)
{
	snprintf(look->why, sizeof look->why, "%s", strerror(errno_value));
}

static int time_for(size_t n, int each_ms)
{
	return each_ms * (int)(n < 100000 ? n : 100000);
}

void storage_begin(const struct storage_ask *ask, struct storage_look *look)
{
	int pipe_fd[2];

	*look = (struct storage_look){ .fd = -1,
		.n = ask->n,
		.nfence = ask->nfence,
		.nlift = ask->nlift,
		.deadline_ms = clock_monotonic_ms() +
		    (ask->deadline_ms ? ask->deadline_ms :
					STORAGE_DEADLINE_MS + time_for(ask->n, STORAGE_DISK_MS) +
				time_for(ask->nfence + ask->nlift, ENTRY_MS)) };
	if (pipe2(pipe_fd, O_CLOEXEC) != 0) {
		cannot_begin(look, errno);
		return;
	}
	look->pid = child_fork();
	if (look->pid == 0) {
		become_child(pipe_fd[1]);
		storage_serve(ask, pipe_fd[1]);
		_exit(0);
	}
	close(pipe_fd[1]);
	look->fd = pipe_fd[0];
	if (look->pid < 0) {
		look->pid = 0;
		cannot_begin(look, errno);
	}
}

/* All that comes until the end, or the deadline; false: it was that. */
static bool read_until_end(struct storage_look *look, struct str *out)
{
	char buffer[16384];

	for (;;) {
		int64_t left = look->deadline_ms - clock_monotonic_ms();
		struct pollfd p = { .fd = look->fd, .events = POLLIN };
		ssize_t n;

		if (left <= 0 || out->n > ANSWER_MAX)
			return false;
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		n = read(look->fd, buffer, sizeof buffer);
		if (n == 0 || (n < 0 && errno != EINTR))
			return true;
		if (n > 0)
			str_addn(out, buffer, (size_t)n);
	}
}

void storage_take(struct storage_look *look, struct storage_answer *out)
{
	auto_str struct str text = { 0 };
	const char *why = look->why;
	bool ended = true;

	*out = (struct storage_answer){ .ndisk = look->n };
	if (look->pid > 0) {
		ended = read_until_end(look, &text);
		child_reap(look->pid, false, !ended, NULL);
		look->pid = 0;
		why = ended ? _("the library that asks Ceph ended without an answer") : _("Ceph did not answer in time");
	}
	if (look->fd >= 0)
		close(look->fd);
	look->fd = -1;
	out->disk = arena_alloc(&out->arena, look->n * sizeof *out->disk + 1);
	storage_answer_read(text.s, text.n, out, arena_dup(&out->arena, why));
	out->fence_unsure = look->nfence > out->nfenced && !out->fence_why && !out->absent;
	if (look->nfence > out->nfenced && !out->fence_why)
		out->fence_why = arena_dup(&out->arena,
		    str_or(out->absent, ended && out->entries_known ? _("the monitors did not answer in time") : why));
	if (look->nlift > out->nlifted && !out->lift_why)
		out->lift_why = arena_dup(&out->arena, str_or(out->absent, why));
}

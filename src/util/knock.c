/* SPDX-License-Identifier: Apache-2.0 */
#include "util/knock.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/mem.h"

/* -1: refused at once, and the like. */
static int begin_knock(const char *address, uint16_t port, bool *nowhere)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char service[8];
	int fd;

	snprintf(service, sizeof service, "%u", (unsigned)port);
	*nowhere = getaddrinfo(address, service, &hints, &found) != 0;
	if (*nowhere)
		return -1;
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) != 0 && errno != EINPROGRESS) {
		close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	return fd;
}

static bool is_open(int fd)
{
	socklen_t n = sizeof(int);
	int trouble = 0;

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &trouble, &n) == 0 && trouble == 0;
}

/* Takes out of ${waiting} what has ended; the place of one that is open, or ${n}. */
static size_t look_at_ended(struct pollfd *waiting, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (waiting[i].fd < 0 || !waiting[i].revents)
			continue;
		if (is_open(waiting[i].fd))
			return i;
		close(waiting[i].fd);
		waiting[i].fd = -1;
	}
	return n;
}

static bool any_waits(const struct pollfd *waiting, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (waiting[i].fd >= 0)
			return true;
	return false;
}

static size_t wait_for_one(struct pollfd *waiting, size_t n, int64_t deadline_ms)
{
	int64_t left = deadline_ms - clock_monotonic_ms();
	size_t open = n;

	while (open == n && any_waits(waiting, n) && left > 0) {
		if (poll(waiting, (nfds_t)n, (int)left) > 0)
			open = look_at_ended(waiting, n);
		left = deadline_ms - clock_monotonic_ms();
	}
	return open;
}

enum knock knock_at(const char *address, const uint16_t *ports, size_t n, int timeout_ms, uint16_t *port)
{
	auto_free struct pollfd *waiting = xcalloc(n + 1, sizeof *waiting);
	enum knock answer = KNOCK_REFUSED;
	bool nowhere = false;
	size_t open;

	for (size_t i = 0; i < n; i++)
		waiting[i] = (struct pollfd){ .fd = begin_knock(address, ports[i], &nowhere), .events = POLLOUT };
	open = wait_for_one(waiting, n, clock_monotonic_ms() + timeout_ms);
	if (open < n) {
		*port = ports[open];
		answer = KNOCK_OPEN;
	} else if (nowhere) {
		answer = KNOCK_NOWHERE;
	} else if (any_waits(waiting, n)) {
		answer = KNOCK_SILENT;
	}
	for (size_t i = 0; i < n; i++)
		if (waiting[i].fd >= 0)
			close(waiting[i].fd);
	return answer;
}

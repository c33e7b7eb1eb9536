/* SPDX-License-Identifier: Apache-2.0 */
#include "util/knock.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/errqueue.h>

#include "util/clock.h"
#include "util/mem.h"

const char *const knock_name[] = { "nowhere", "blocked", "silent", "refused", "open" };

struct attempt {
	struct door *door;
	uint16_t port;
	struct sockaddr_storage peer;
};

static void note_knock(struct door *door, enum knock answer, uint16_t port)
{
	if (answer <= door->answer)
		return;
	door->answer = answer;
	door->at = answer >= KNOCK_REFUSED ? port : 0;
}

static bool is_same_address(const struct sockaddr *a, const struct sockaddr *b)
{
	if (a->sa_family != b->sa_family)
		return false;
	if (a->sa_family == AF_INET)
		return memcmp(&((const struct sockaddr_in *)(const void *)a)->sin_addr,
			   &((const struct sockaddr_in *)(const void *)b)->sin_addr, sizeof(struct in_addr)) == 0;
	return memcmp(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr,
		   &((const struct sockaddr_in6 *)(const void *)b)->sin6_addr, sizeof(struct in6_addr)) == 0;
}

/* Who sent the ICMP message that ended it (Linux 5.9 and newer keep it for TCP, too); false: none did. A host's own firewall
 * often refuses with one, and so does a router that has no way to the host. */
static bool icmp_sender(int fd, struct sockaddr_storage *from)
{
	union {
		struct cmsghdr align;
		char room[512];
	} control;
	char data[64];
	struct iovec iov = { data, sizeof data };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	struct sock_extended_err why;

	if (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return false;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		if (c->cmsg_len < CMSG_LEN(sizeof why + sizeof(struct sockaddr_in)))
			continue;
		memcpy(&why, CMSG_DATA(c), sizeof why);
		if (why.ee_origin != SO_EE_ORIGIN_ICMP && why.ee_origin != SO_EE_ORIGIN_ICMP6)
			continue;
		memset(from, 0, sizeof *from);
		memcpy(from, CMSG_DATA(c) + sizeof why,
		    why.ee_origin == SO_EE_ORIGIN_ICMP ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
		return true;
	}
	return false;
}

static enum knock meaning(int fd, int trouble, const struct sockaddr_storage *peer)
{
	struct sockaddr_storage from;

	if (trouble == 0)
		return KNOCK_OPEN;
	if (icmp_sender(fd, &from))
		return is_same_address((struct sockaddr *)&from, (const struct sockaddr *)peer) ? KNOCK_REFUSED : KNOCK_BLOCKED;
	return trouble == ECONNREFUSED ? KNOCK_REFUSED : trouble == ETIMEDOUT ? KNOCK_SILENT : KNOCK_BLOCKED;
}

/* The socket that waits; -1: it has ended already. */
static int begin_knock(struct attempt *a)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	const int on = 1;
	char service[8];
	int fd;

	snprintf(service, sizeof service, "%u", (unsigned)a->port);
	if (getaddrinfo(a->door->address, service, &hints, &found) != 0)
		return -1;
	memcpy(&a->peer, found->ai_addr, found->ai_addrlen);
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		setsockopt(fd, found->ai_family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
		    found->ai_family == AF_INET ? IP_RECVERR : IPV6_RECVERR, &on, sizeof on);
	if (fd < 0 || (connect(fd, found->ai_addr, found->ai_addrlen) != 0 && errno != EINPROGRESS)) {
		note_knock(a->door, fd < 0 ? KNOCK_BLOCKED : meaning(fd, errno, &a->peer), a->port);
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	return fd;
}

static void end_knock(struct attempt *a, struct pollfd *waiting)
{
	socklen_t n = sizeof(int);
	int trouble = 0;

	if (getsockopt(waiting->fd, SOL_SOCKET, SO_ERROR, &trouble, &n) != 0)
		trouble = errno;
	note_knock(a->door, meaning(waiting->fd, trouble, &a->peer), a->port);
	close(waiting->fd);
	waiting->fd = -1;
}

/* Is there a door that has not been answered and may still be? */
static bool any_is_open_to_answer(const struct attempt *attempt, const struct pollfd *waiting, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (waiting[i].fd >= 0 && attempt[i].door->answer < KNOCK_REFUSED)
			return true;
	return false;
}

static void wait_for_answers(struct attempt *attempt, struct pollfd *waiting, size_t n, int64_t deadline_ms)
{
	int64_t left = deadline_ms - clock_monotonic_ms();

	while (any_is_open_to_answer(attempt, waiting, n) && left > 0) {
		if (poll(waiting, (nfds_t)n, (int)left) > 0)
			for (size_t i = 0; i < n; i++)
				if (waiting[i].fd >= 0 && waiting[i].revents)
					end_knock(&attempt[i], &waiting[i]);
		left = deadline_ms - clock_monotonic_ms();
	}
}

void knock_at(struct door *door, size_t n, int timeout_ms)
{
	auto_free struct attempt *attempt = NULL;
	auto_free struct pollfd *waiting = NULL;
	size_t all = 0, k = 0;

	for (size_t i = 0; i < n; i++)
		all += door[i].nport;
	attempt = xcalloc(all + 1, sizeof *attempt);
	waiting = xcalloc(all + 1, sizeof *waiting);
	for (size_t i = 0; i < n; i++) {
		door[i].answer = KNOCK_NOWHERE;
		door[i].at = 0;
		for (size_t p = 0; p < door[i].nport; p++, k++) {
			attempt[k] = (struct attempt){ .door = &door[i], .port = door[i].port[p] };
			waiting[k] = (struct pollfd){ .fd = begin_knock(&attempt[k]), .events = POLLOUT };
		}
	}
	wait_for_answers(attempt, waiting, all, clock_monotonic_ms() + timeout_ms);
	for (k = 0; k < all; k++)
		if (waiting[k].fd >= 0) {
			note_knock(attempt[k].door, KNOCK_SILENT, attempt[k].port);
			close(waiting[k].fd);
		}
}

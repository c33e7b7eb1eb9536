/* SPDX-License-Identifier: Apache-2.0 */
#include "util/http.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_ready(int fd, short what, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = what };

	return poll(&p, 1, timeout_ms) == 1 && !(p.revents & POLLNVAL);
}

/* -1: nobody there. */
static int connect_within(const struct addrinfo *where, int timeout_ms)
{
	int fd = socket(where->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), trouble = 0;
	socklen_t n = sizeof trouble;

	if (fd < 0)
		return -1;
	if (connect(fd, where->ai_addr, where->ai_addrlen) == 0 ||
	    (errno == EINPROGRESS && is_ready(fd, POLLOUT, timeout_ms) &&
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &trouble, &n) == 0 && trouble == 0))
		return fd;
	close(fd);
	return -1;
}

static bool ask_version(int fd, int timeout_ms)
{
	static const char question[] = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n";
	char answer[16] = "";
	size_t have = 0;
	ssize_t n;

	if (send(fd, question, sizeof question - 1, MSG_NOSIGNAL) != (ssize_t)sizeof question - 1)
		return false;
	while (have < sizeof answer - 1 && is_ready(fd, POLLIN, timeout_ms)) {
		n = recv(fd, answer + have, sizeof answer - 1 - have, 0);
		if (n <= 0)
			break;
		have += (size_t)n;
	}
	return strncmp(answer, "HTTP/1.", 7) == 0 && have > 9 && strtol(answer + 9, NULL, 10) >= 200 &&
	    strtol(answer + 9, NULL, 10) < 400;
}

bool http_answers(const char *host, unsigned port, int timeout_ms)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char text[16];
	bool yes = false;
	int fd;

	snprintf(text, sizeof text, "%u", port);
	if (getaddrinfo(host, text, &hints, &found) != 0)
		return false;
	for (const struct addrinfo *a = found; a && !yes; a = a->ai_next) {
		fd = connect_within(a, timeout_ms);
		if (fd >= 0) {
			yes = ask_version(fd, timeout_ms);
			close(fd);
		}
	}
	freeaddrinfo(found);
	return yes;
}

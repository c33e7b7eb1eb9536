/* SPDX-License-Identifier: Apache-2.0 */
#include "proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rooms.h"
#include "util/mem.h"

#define PAIRS 16

struct pair {
	int client, server; /* -1: free */
	bool swallows, cuts_answer, swallows_answer;
};

struct proxy {
	pthread_t thread;
	pthread_mutex_t lock;
	unsigned port, server_port;
	int listener, wake[2];
	struct proxy_rule rule;
	size_t sent[2]; /* to the server, to the client */
	struct pair pair[PAIRS];
};

static void cut(struct pair *pair)
{
	if (pair->client >= 0)
		close(pair->client);
	if (pair->server >= 0)
		close(pair->server);
	*pair = (struct pair){ .client = -1, .server = -1 };
}

static void send_all(int fd, const char *bytes, size_t n)
{
	ssize_t done;

	for (; n > 0; bytes += done, n -= (size_t)done)
		if ((done = send(fd, bytes, n, MSG_NOSIGNAL)) <= 0)
			return;
}

static void act(struct proxy *proxy, struct pair *pair)
{
	switch (proxy->rule.action) {
	case PROXY_CUT:
		cut(pair);
		break;
	case PROXY_SWALLOW:
		pair->swallows = true;
		break;
	case PROXY_CUT_ANSWER:
		pair->cuts_answer = true;
		break;
	case PROXY_SWALLOW_ANSWER:
		pair->swallows_answer = true;
		break;
	}
	proxy->rule.event = PROXY_NEVER;
}

/* What of ${n} bytes may go on; *acts: the rule has come true. */
static size_t allowed(const struct proxy *proxy, bool to_client, const char *bytes, size_t n, bool *acts)
{
	const struct proxy_rule *rule = &proxy->rule;
	size_t left;

	*acts = false;
	if (rule->event == PROXY_TEXT_TO_SERVER && !to_client) {
		*acts = memmem(bytes, n, rule->text, strlen(rule->text)) != NULL;
		return *acts && (rule->action == PROXY_CUT || rule->action == PROXY_SWALLOW) ? 0 : n;
	}
	if (rule->event != (to_client ? PROXY_BYTES_TO_CLIENT : PROXY_BYTES_TO_SERVER))
		return n;
	left = rule->n - proxy->sent[to_client];
	*acts = n > left; /* a rule with all of the bytes never comes true */
	return n < left ? n : left;
}

static void forward(struct proxy *proxy, struct pair *pair, bool to_client)
{
	char bytes[65536];
	ssize_t got = recv(to_client ? pair->server : pair->client, bytes, sizeof bytes, 0);
	size_t n;
	bool acts;

	if (got <= 0) {
		if (!(to_client && pair->swallows)) /* a server that gave up is not shown to a client that is to wait */
			cut(pair);
		else
			close(pair->server), pair->server = -1;
		return;
	}
	if (pair->swallows || (to_client && pair->swallows_answer))
		return;
	if (to_client && pair->cuts_answer) {
		cut(pair);
		return;
	}
	n = allowed(proxy, to_client, bytes, (size_t)got, &acts);
	send_all(to_client ? pair->client : pair->server, bytes, n);
	proxy->sent[to_client] += n;
	if (acts)
		act(proxy, pair);
}

static int connect_to(unsigned port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (connect(fd, (struct sockaddr *)&at, sizeof at) != 0) {
		close(fd);
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

static void welcome(struct proxy *proxy)
{
	int fd = accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC), on = 1;
	size_t i = 0;

	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	while (i < PAIRS && (proxy->pair[i].client >= 0 || proxy->pair[i].server >= 0))
		i++;
	if (i == PAIRS) {
		close(fd);
		return;
	}
	proxy->pair[i] = (struct pair){ .client = fd, .server = connect_to(proxy->server_port) };
	if (proxy->pair[i].server < 0)
		cut(&proxy->pair[i]);
}

static void *serve(void *arg)
{
	struct proxy *proxy = arg;
	struct pollfd fd[2 + 2 * PAIRS];

	for (;;) {
		fd[0] = (struct pollfd){ .fd = proxy->wake[0], .events = POLLIN };
		fd[1] = (struct pollfd){ .fd = proxy->listener, .events = POLLIN };
		for (size_t i = 0; i < PAIRS; i++) {
			fd[2 + 2 * i] = (struct pollfd){ .fd = proxy->pair[i].client, .events = POLLIN };
			fd[3 + 2 * i] = (struct pollfd){ .fd = proxy->pair[i].server, .events = POLLIN };
		}
		if (poll(fd, COUNT(fd), -1) < 0 && errno != EINTR)
			return NULL;
		if (fd[0].revents)
			return NULL;
		pthread_mutex_lock(&proxy->lock);
		for (size_t i = 0; i < PAIRS; i++) {
			if (fd[2 + 2 * i].revents)
				forward(proxy, &proxy->pair[i], false);
			if (fd[3 + 2 * i].revents && proxy->pair[i].server == fd[3 + 2 * i].fd)
				forward(proxy, &proxy->pair[i], true);
		}
		if (fd[1].revents)
			welcome(proxy);
		pthread_mutex_unlock(&proxy->lock);
	}
}

struct proxy *proxy_start(unsigned server_port)
{
	struct proxy *proxy = xcalloc(1, sizeof *proxy);

	proxy->server_port = server_port;
	proxy->listener = listen_on(&proxy->port);
	for (size_t i = 0; i < PAIRS; i++)
		proxy->pair[i] = (struct pair){ .client = -1, .server = -1 };
	assert_int_equal(pipe(proxy->wake), 0);
	pthread_mutex_init(&proxy->lock, NULL);
	assert_int_equal(pthread_create(&proxy->thread, NULL, serve, proxy), 0);
	return proxy;
}

unsigned proxy_port(const struct proxy *proxy)
{
	return proxy->port;
}

/* Its last words would come under the next rule. */
static void cut_who_has_left(struct proxy *proxy)
{
	for (size_t i = 0; i < PAIRS; i++) {
		struct pollfd fd = { .fd = proxy->pair[i].client, .events = POLLRDHUP };

		if (fd.fd >= 0 && poll(&fd, 1, 0) > 0)
			cut(&proxy->pair[i]);
	}
}

void proxy_arm(struct proxy *proxy, struct proxy_rule rule)
{
	pthread_mutex_lock(&proxy->lock);
	cut_who_has_left(proxy);
	proxy->rule = rule;
	proxy->sent[0] = proxy->sent[1] = 0;
	pthread_mutex_unlock(&proxy->lock);
}

static size_t sent(struct proxy *proxy, bool to_client)
{
	size_t n;

	pthread_mutex_lock(&proxy->lock);
	n = proxy->sent[to_client];
	pthread_mutex_unlock(&proxy->lock);
	return n;
}

size_t proxy_bytes_to_server(struct proxy *proxy)
{
	return sent(proxy, false);
}

size_t proxy_bytes_to_client(struct proxy *proxy)
{
	return sent(proxy, true);
}

void proxy_stop(struct proxy **proxy)
{
	struct proxy *p = *proxy;

	assert_int_equal(write(p->wake[1], "", 1), 1);
	pthread_join(p->thread, NULL);
	for (size_t i = 0; i < PAIRS; i++)
		cut(&p->pair[i]);
	close(p->listener);
	close(p->wake[0]);
	close(p->wake[1]);
	pthread_mutex_destroy(&p->lock);
	free(p);
	*proxy = NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tls_front.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "rooms.h"
#include "util/mem.h"

struct tls_front {
	pthread_t thread;
	unsigned port, server_port;
	int listener, wake[2];
	SSL_CTX *ctx;
	atomic_ulong bytes;
};

static int connect_to(unsigned port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0)
		return fd;
	close(fd);
	return -1;
}

static bool to_server(struct tls_front *front, SSL *ssl, int server)
{
	char bytes[16384];
	int n;

	do {
		n = SSL_read(ssl, bytes, sizeof bytes);
		if (n <= 0 || send(server, bytes, (size_t)n, MSG_NOSIGNAL) != n)
			return false;
		atomic_fetch_add(&front->bytes, (unsigned long)n);
	} while (SSL_pending(ssl) > 0);
	return true;
}

static bool to_client(SSL *ssl, int server)
{
	char bytes[16384];
	ssize_t n = recv(server, bytes, sizeof bytes, 0);

	return n > 0 && SSL_write(ssl, bytes, (int)n) == n;
}

static void carry(struct tls_front *front, SSL *ssl, int client)
{
	int server = connect_to(front->server_port);
	struct pollfd wait[3] = { { .fd = client, .events = POLLIN }, { .fd = server, .events = POLLIN },
		{ .fd = front->wake[0], .events = POLLIN } };
	bool goes_on = server >= 0;

	while (goes_on && poll(wait, 3, -1) > 0 && !wait[2].revents) {
		if (wait[0].revents)
			goes_on = to_server(front, ssl, server);
		if (goes_on && wait[1].revents)
			goes_on = to_client(ssl, server);
	}
	if (server >= 0)
		close(server);
}

static void *serve(void *arg)
{
	struct tls_front *front = arg;
	struct pollfd wait[2] = { { .fd = front->listener, .events = POLLIN }, { .fd = front->wake[0], .events = POLLIN } };
	struct timeval patience = { .tv_sec = 5 }; /* for a handshake that never comes */
	int fd;
	SSL *ssl;

	while (poll(wait, 2, -1) > 0 && !wait[1].revents) {
		fd = accept4(front->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
		ssl = SSL_new(front->ctx);
		SSL_set_fd(ssl, fd);
		if (SSL_accept(ssl) == 1)
			carry(front, ssl, fd);
		SSL_free(ssl);
		close(fd);
	}
	return NULL;
}

struct tls_front *tls_front_start(unsigned server_port, const char *certificate_file, const char *key_file)
{
	struct tls_front *front = xcalloc(1, sizeof *front);

	front->server_port = server_port;
	front->ctx = SSL_CTX_new(TLS_server_method());
	assert_int_equal(SSL_CTX_use_certificate_file(front->ctx, certificate_file, SSL_FILETYPE_PEM), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey_file(front->ctx, key_file, SSL_FILETYPE_PEM), 1);
	front->listener = listen_on(&front->port);
	assert_int_equal(pipe(front->wake), 0);
	assert_int_equal(pthread_create(&front->thread, NULL, serve, front), 0);
	return front;
}

unsigned tls_front_port(const struct tls_front *front)
{
	return front->port;
}

unsigned long tls_front_bytes(struct tls_front *front)
{
	return atomic_load(&front->bytes);
}

void tls_front_stop(struct tls_front **front)
{
	struct tls_front *f = *front;

	assert_int_equal(write(f->wake[1], "", 1), 1);
	pthread_join(f->thread, NULL);
	close(f->listener);
	close(f->wake[0]);
	close(f->wake[1]);
	SSL_CTX_free(f->ctx);
	free(f);
	*front = NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "http_internal.h"
#include "util/clock.h"
#include "util/resolve.h"
#include "util/str.h"

int http_line_left_ms(const struct http_line *line)
{
	int64_t left = line->deadline_ms - clock_monotonic_ms();

	return left > 0 ? (int)left : 0;
}

static bool is_ready(const struct http_line *line, int fd, short what, int within_ms)
{
	struct pollfd p = { .fd = fd, .events = what };
	int left = http_line_left_ms(line);

	return poll(&p, 1, within_ms < left ? within_ms : left) == 1 && !(p.revents & POLLNVAL);
}

void http_line_end(struct http_line *line, enum http_answer answer, const char *why)
{
	line->answer = answer;
	snprintf(line->why, sizeof line->why, "%s", why);
}

void http_line_end_errno(struct http_line *line, int code)
{
	char text[sizeof line->why];

	http_line_end(line, HTTP_REFUSED, code == ECONNREFUSED ? "" : strerror_r(code, text, sizeof text));
}

int http_line_resolve(struct http_line *line, struct addrinfo **found)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	char port[16];
	int rc;

	snprintf(port, sizeof port, "%u", line->url->port);
	rc = name_resolve(line->url->host, port, &hints, http_line_left_ms(line), found);
	if (rc == 0)
		return 0;
	http_line_end(line, HTTP_NO_ADDRESS, resolve_why(rc));
	return -1;
}

/* -1: nothing there; ${within_ms} of it, for a name may have an address that answers behind one that does not. */
static int connect_address(struct http_line *line, const struct addrinfo *where, int within_ms)
{
	int fd = socket(where->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), trouble = 0;
	socklen_t n = sizeof trouble;

	if (fd >= 0 && connect(fd, where->ai_addr, where->ai_addrlen) == 0)
		return fd;
	if (fd >= 0 && errno == EINPROGRESS) {
		if (!is_ready(line, fd, POLLOUT, within_ms)) {
			http_line_end(line, HTTP_SILENT, "");
			close(fd);
			return -1;
		}
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &trouble, &n) == 0 && trouble == 0)
			return fd;
		errno = trouble;
	}
	http_line_end_errno(line, errno);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* The name may stand for several addresses: each gets an equal part of the time that is left. */
int http_line_connect(struct http_line *line, const struct addrinfo *found)
{
	int n = 0;

	line->fd = -1;
	for (const struct addrinfo *a = found; a; a = a->ai_next)
		n++;
	for (const struct addrinfo *a = found; a && line->fd < 0; a = a->ai_next)
		line->fd = connect_address(line, a, http_line_left_ms(line) / n--);
	return line->fd < 0 ? -1 : 0;
}

/* What OpenSSL waits for. false: nothing came in time, or it waits for nothing. */
static bool wait_for_tls(const struct http_line *line, int rc)
{
	int wants = SSL_get_error(line->ssl, rc);

	if (wants != SSL_ERROR_WANT_READ && wants != SSL_ERROR_WANT_WRITE)
		return false;
	return is_ready(line, line->fd, wants == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, http_line_left_ms(line));
}

bool http_line_write(struct http_line *line, const char *s, size_t n)
{
	while (n > 0) {
		int sent = line->ssl ? SSL_write(line->ssl, s, (int)n) : (int)send(line->fd, s, n, MSG_NOSIGNAL);

		if (sent > 0) {
			s += sent;
			n -= (size_t)sent;
		} else if (line->ssl ? !wait_for_tls(line, sent) :
				       errno != EAGAIN || !is_ready(line, line->fd, POLLOUT, http_line_left_ms(line))) {
			return false;
		}
	}
	return true;
}

int http_line_read(struct http_line *line, char *s, size_t n)
{
	for (;;) {
		int got = line->ssl ? SSL_read(line->ssl, s, (int)n) : (int)recv(line->fd, s, n, 0);

		if (got > 0)
			return got;
		if (line->ssl ? !wait_for_tls(line, got) :
				got == 0 || errno != EAGAIN || !is_ready(line, line->fd, POLLIN, http_line_left_ms(line)))
			return http_line_left_ms(line) == 0 ? -1 : 0;
	}
}

void http_line_close(struct http_line *line)
{
	SSL_free(line->ssl);
	SSL_CTX_free(line->ctx);
	if (line->fd >= 0)
		close(line->fd);
	line->ssl = NULL;
	line->ctx = NULL;
	line->fd = -1;
}

int http_status_of(const char *line)
{
	const char *blank = strchr(line, ' ');
	long status = strncmp(line, "HTTP/", 5) == 0 && blank ? strtol(blank + 1, NULL, 10) : 0;

	return status >= 100 && status < 600 ? (int)status : 0;
}

/* ---- TLS */

static bool set_name(SSL *ssl, const char *host)
{
	struct in6_addr any;
	char name[256]; /* the macro below takes no const */

	if (inet_pton(AF_INET, host, &any) == 1 || inet_pton(AF_INET6, host, &any) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (snprintf(name, sizeof name, "%s", host) >= (int)sizeof name)
		return false;
	return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

static bool set_own(SSL *ssl, const char *cert_file, const char *key_file)
{
	if (!cert_file)
		return true;
	return SSL_use_certificate_file(ssl, cert_file, SSL_FILETYPE_PEM) == 1 &&
	    SSL_use_PrivateKey_file(ssl, key_file ? key_file : cert_file, SSL_FILETYPE_PEM) == 1;
}

static int shake_hands(struct http_line *line)
{
	int rc;

	while ((rc = SSL_connect(line->ssl)) != 1)
		if (!wait_for_tls(line, rc))
			break;
	if (rc == 1)
		return 0;
	if (http_line_left_ms(line) == 0)
		http_line_end(line, HTTP_HANGS, "");
	else
		http_line_end(line, HTTP_NO_TLS, str_or(ERR_reason_error_string(ERR_get_error()), "the connection was closed"));
	return -1;
}

int http_line_encrypt(struct http_line *line, const char *ca_file, const char *cert_file, const char *key_file)
{
	line->ctx = SSL_CTX_new(TLS_client_method());
	line->has_ca = line->ctx &&
	    (ca_file ? SSL_CTX_load_verify_locations(line->ctx, ca_file, NULL) == 1 :
		       SSL_CTX_set_default_verify_paths(line->ctx) == 1);
	line->ssl = line->ctx ? SSL_new(line->ctx) : NULL;
	ERR_clear_error();
	if (line->ssl && SSL_set_fd(line->ssl, line->fd) == 1 && set_name(line->ssl, line->url->host) &&
	    set_own(line->ssl, cert_file, key_file))
		return shake_hands(line);
	http_line_end(line, HTTP_NO_TLS, "TLS cannot be set up");
	return -1;
}

bool http_line_trusts(struct http_line *line)
{
	long trouble = SSL_get_verify_result(line->ssl);

	if (!line->has_ca)
		http_line_end(line, HTTP_UNTRUSTED, "its CA file cannot be read here");
	else if (trouble != X509_V_OK)
		http_line_end(line, HTTP_UNTRUSTED, X509_verify_cert_error_string(trouble));
	return line->has_ca && trouble == X509_V_OK;
}

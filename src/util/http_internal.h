/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_HTTP_INTERNAL_H
#define UTIL_HTTP_INTERNAL_H

#include <netdb.h>
#include <stdbool.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "util/http.h"

/* A URL as it is asked. */
struct http_url {
	bool tls;
	char *host; /* without the brackets of an IPv6 address */
	unsigned port;
	char *path; /* begins with a slash */
};
bool http_url_parse(const char *text, struct http_url *out);
void http_url_free(struct http_url *url);

/* http_line.c: one connection, over TLS or not, and its deadline. What goes wrong is its answer and why. */
struct http_line {
	const struct http_url *url;
	int64_t deadline_ms;
	enum http_answer answer;
	char why[128]; /* in English; "" */

	int fd;   /* -1: none */
	SSL *ssl; /* NULL: plain */
	SSL_CTX *ctx;
	bool has_ca; /* what it trusts could be read */
};
void http_line_end(struct http_line *line, enum http_answer answer, const char *why);
void http_line_end_errno(struct http_line *line, int code); /* refused, and by what */
int http_line_resolve(struct http_line *line, struct addrinfo **found);
int http_line_connect(struct http_line *line, const struct addrinfo *found);
/* ${ca_file} NULL: the system's. Whatever certificate there is: who sends a secret asks http_line_trusts() first. */
int http_line_encrypt(struct http_line *line, const char *ca_file, const char *cert_file, const char *key_file);
bool http_line_trusts(struct http_line *line);
bool http_line_write(struct http_line *line, const char *s, size_t n);
/* 0: the other side has closed, or it is broken; -1: nothing came in time. */
int http_line_read(struct http_line *line, char *s, size_t n);
void http_line_close(struct http_line *line);
int http_line_left_ms(const struct http_line *line);

/* "HTTP/1.1 300 Multiple Choices"; 0: it is no such line. */
int http_status_of(const char *line);

#endif

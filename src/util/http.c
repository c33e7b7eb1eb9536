/* SPDX-License-Identifier: Apache-2.0 */
#include "util/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "http_internal.h"
#include "url_internal.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/mem.h"

/* A look is a thread of its own: libc asks for a name's addresses for as long as it likes, and who waits for the looks must not
 * wait longer than the time that he gave. A thread that is late is left to its end, which touches nothing but the batch. */

struct one_look {
	struct batch *batch;
	struct http_look look; /* without its caller's url and ca_file, which may be gone by then */
	struct http_url url;
	char *ca_file;
	int64_t deadline_ms;
	enum { RESOLVES, CONNECTS, ASKS, ENDED } stage; /* under the lock, as soon as there are threads */
};
struct batch {
	pthread_mutex_t lock;
	pthread_cond_t end;
	size_t left, users; /* looks that have not ended; threads and the waiting one */
	struct one_look *one;
	size_t n;
};

static int left_ms(const struct one_look *one)
{
	int64_t left = one->deadline_ms - clock_monotonic_ms();

	return left > 0 ? (int)left : 0;
}

static bool is_ready(const struct one_look *one, int fd, short what, int within_ms)
{
	struct pollfd p = { .fd = fd, .events = what };
	int left = left_ms(one);

	return poll(&p, 1, within_ms < left ? within_ms : left) == 1 && !(p.revents & POLLNVAL);
}

static void enter_stage(struct one_look *one, int stage)
{
	pthread_mutex_lock(&one->batch->lock);
	one->stage = stage;
	pthread_mutex_unlock(&one->batch->lock);
}

static void end_with(struct one_look *one, enum http_answer answer, const char *why)
{
	one->look.answer = answer;
	snprintf(one->look.why, sizeof one->look.why, "%s", why);
}

static void end_with_errno(struct one_look *one, int code)
{
	char text[sizeof one->look.why];

	end_with(one, HTTP_REFUSED, code == ECONNREFUSED ? "" : strerror_r(code, text, sizeof text));
}

/* -1: nothing there; ${within_ms} of it, for a name may have an address that answers behind one that does not. */
static int connect_address(struct one_look *one, const struct addrinfo *where, int within_ms)
{
	int fd = socket(where->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), trouble = 0;
	socklen_t n = sizeof trouble;

	if (fd >= 0 && connect(fd, where->ai_addr, where->ai_addrlen) == 0)
		return fd;
	if (fd >= 0 && errno == EINPROGRESS) {
		if (!is_ready(one, fd, POLLOUT, within_ms)) {
			end_with(one, HTTP_SILENT, "");
			close(fd);
			return -1;
		}
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &trouble, &n) == 0 && trouble == 0)
			return fd;
		errno = trouble;
	}
	end_with_errno(one, errno);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* The name may stand for several addresses: each gets an equal part of the time that is left. */
static int open_connection(struct one_look *one, const struct addrinfo *found)
{
	int fd = -1, n = 0;

	for (const struct addrinfo *a = found; a; a = a->ai_next)
		n++;
	for (const struct addrinfo *a = found; a && fd < 0; a = a->ai_next)
		fd = connect_address(one, a, left_ms(one) / n--);
	return fd;
}

static int resolve_and_connect(struct one_look *one)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char port[16];
	int fd, rc;

	snprintf(port, sizeof port, "%u", one->url.port);
	rc = getaddrinfo(one->url.host, port, &hints, &found);
	if (rc != 0) {
		end_with(one, HTTP_NO_ADDRESS, gai_strerror(rc));
		return -1;
	}
	enter_stage(one, CONNECTS);
	fd = open_connection(one, found);
	freeaddrinfo(found);
	return fd;
}

/* ---- one exchange, over TLS or not */

struct http_line {
	int fd;
	SSL *ssl; /* NULL: plain */
};

/* What OpenSSL waits for. false: nothing came in time, or it waits for nothing. */
static bool wait_for_tls(const struct one_look *one, const struct http_line *line, int rc)
{
	int wants = SSL_get_error(line->ssl, rc);

	if (wants != SSL_ERROR_WANT_READ && wants != SSL_ERROR_WANT_WRITE)
		return false;
	return is_ready(one, line->fd, wants == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, left_ms(one));
}

static bool write_all(const struct one_look *one, const struct http_line *line, const char *s, size_t n)
{
	while (n > 0) {
		int sent = line->ssl ? SSL_write(line->ssl, s, (int)n) : (int)send(line->fd, s, n, MSG_NOSIGNAL);

		if (sent > 0) {
			s += sent;
			n -= (size_t)sent;
		} else if (line->ssl ? !wait_for_tls(one, line, sent) :
				       errno != EAGAIN || !is_ready(one, line->fd, POLLOUT, left_ms(one))) {
			return false;
		}
	}
	return true;
}

/* 0: the other side has closed, or it is broken; -1: nothing came in time. */
static int read_some(const struct one_look *one, const struct http_line *line, char *s, size_t n)
{
	for (;;) {
		int got = line->ssl ? SSL_read(line->ssl, s, (int)n) : (int)recv(line->fd, s, n, 0);

		if (got > 0)
			return got;
		if (line->ssl ? !wait_for_tls(one, line, got) :
				got == 0 || errno != EAGAIN || !is_ready(one, line->fd, POLLIN, left_ms(one)))
			return left_ms(one) == 0 ? -1 : 0;
	}
}

/* "HTTP/1.1 300 Multiple Choices"; 0: it is no such line. */
static int status_of(const char *line)
{
	const char *blank = strchr(line, ' ');
	long status = strncmp(line, "HTTP/", 5) == 0 && blank ? strtol(blank + 1, NULL, 10) : 0;

	return status >= 100 && status < 600 ? (int)status : 0;
}

static void read_status(struct one_look *one, const struct http_line *line)
{
	char answer[64] = "";
	size_t have = 0;
	int got = 1;

	while (have < sizeof answer - 1 && !strchr(answer, '\n') && got > 0) {
		got = read_some(one, line, answer + have, sizeof answer - 1 - have);
		have += got > 0 ? (size_t)got : 0;
		answer[have] = '\0';
	}
	one->look.status = status_of(answer);
	if (got < 0)
		end_with(one, HTTP_HANGS, "");
	else if (have == 0)
		end_with_errno(one, ECONNRESET);
	else if (one->look.status == 0 || one->look.status >= 500)
		end_with(one, HTTP_ERRS, "");
	else
		end_with(one, HTTP_ANSWERS, "");
}

static void ask_root(struct one_look *one, const struct http_line *line)
{
	auto_str struct str text = { 0 };

	str_addf(&text, "GET %s HTTP/1.1\r\nHost: ", one->url.path);
	url_show_host(one->url.host, one->url.port, &text);
	str_add(&text, "\r\nUser-Agent: evac-manage\r\nAccept: application/json\r\nConnection: close\r\n\r\n");
	if (write_all(one, line, text.s, text.n))
		read_status(one, line);
	else
		end_with_errno(one, ECONNRESET);
}

/* ---- TLS */

/* Nothing secret is sent, so whatever certificate there is, the question is asked: it is told apart whether a service is dead,
 * or cannot be trusted from here. */
static bool set_name(SSL *ssl, const char *host)
{
	struct in6_addr any;

	if (inet_pton(AF_INET, host, &any) == 1 || inet_pton(AF_INET6, host, &any) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

static bool shake_hands(struct one_look *one, const struct http_line *line)
{
	int rc;

	while ((rc = SSL_connect(line->ssl)) != 1)
		if (!wait_for_tls(one, line, rc))
			break;
	if (rc == 1)
		return true;
	if (left_ms(one) == 0)
		end_with(one, HTTP_HANGS, "");
	else
		end_with(one, HTTP_NO_TLS, str_or(ERR_reason_error_string(ERR_get_error()), "the connection was closed"));
	return false;
}

static void doubt(struct one_look *one, const SSL *ssl, bool has_ca)
{
	long trouble = SSL_get_verify_result(ssl);

	if (one->look.answer != HTTP_ANSWERS || one->look.insecure)
		return;
	if (!has_ca)
		end_with(one, HTTP_UNTRUSTED, "its CA file cannot be read here");
	else if (trouble != X509_V_OK)
		end_with(one, HTTP_UNTRUSTED, X509_verify_cert_error_string(trouble));
}

static void ask_over_tls(struct one_look *one, int fd)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	bool has_ca = ctx &&
	    (one->ca_file ? SSL_CTX_load_verify_locations(ctx, one->ca_file, NULL) == 1 :
			    SSL_CTX_set_default_verify_paths(ctx) == 1);
	struct http_line line = { .fd = fd, .ssl = ctx ? SSL_new(ctx) : NULL };

	ERR_clear_error();
	if (!line.ssl || SSL_set_fd(line.ssl, fd) != 1 || !set_name(line.ssl, one->url.host)) {
		end_with(one, HTTP_NO_TLS, "TLS cannot be set up");
	} else if (shake_hands(one, &line)) {
		ask_root(one, &line);
		doubt(one, line.ssl, has_ca);
	}
	SSL_free(line.ssl);
	SSL_CTX_free(ctx);
}

/* ---- all of them */

static void look_at_one(struct one_look *one)
{
	const struct http_line line = { .fd = resolve_and_connect(one) };

	if (line.fd < 0)
		return;
	enter_stage(one, ASKS);
	if (one->url.tls)
		ask_over_tls(one, line.fd);
	else
		ask_root(one, &line);
	close(line.fd);
}

static void free_batch(struct batch *batch)
{
	for (struct one_look *one = batch->one; one < batch->one + batch->n; one++) {
		http_url_free(&one->url);
		free(one->ca_file);
	}
	pthread_mutex_destroy(&batch->lock);
	pthread_cond_destroy(&batch->end);
	free(batch->one);
	free(batch);
}

/* The last one turns off the light. */
static void leave_batch(struct batch *batch)
{
	bool last;

	pthread_mutex_lock(&batch->lock);
	last = --batch->users == 0;
	pthread_mutex_unlock(&batch->lock);
	if (last)
		free_batch(batch);
}

static void *run_look(void *arg)
{
	struct one_look *one = arg;
	struct batch *batch = one->batch;

	look_at_one(one);
	pthread_mutex_lock(&batch->lock);
	one->stage = ENDED;
	batch->left--;
	pthread_cond_signal(&batch->end);
	pthread_mutex_unlock(&batch->lock);
	leave_batch(batch);
	return NULL;
}

/* Signals are for the thread that has been there all the time. */
static void begin_look(struct one_look *one)
{
	pthread_attr_t detached;
	pthread_t thread;

	one->batch->users++;
	one->batch->left++;
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&thread, &detached, run_look, one) != 0) {
		one->batch->users--;
		one->batch->left--;
		one->stage = ENDED;
		end_with(one, HTTP_SILENT, "no thread can be started");
	}
	pthread_attr_destroy(&detached);
}

static struct batch *make_batch(const struct http_look *look, size_t n, int timeout_ms)
{
	struct batch *batch = xcalloc(1, sizeof *batch);
	pthread_condattr_t monotonic;

	batch->one = xcalloc(n, sizeof *batch->one);
	batch->n = n;
	batch->users = 1;
	pthread_mutex_init(&batch->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&batch->end, &monotonic);
	pthread_condattr_destroy(&monotonic);
	for (size_t i = 0; i < n; i++) {
		struct one_look *one = &batch->one[i];

		*one = (struct one_look){ .batch = batch, .look = look[i], .deadline_ms = clock_monotonic_ms() + timeout_ms };
		one->look.url = one->look.ca_file = NULL;
		one->ca_file = look[i].ca_file ? xstrdup(look[i].ca_file) : NULL;
		one->look.status = 0;
		one->look.timeout_ms = timeout_ms;
		end_with(one, HTTP_SILENT, "");
		if (!http_url_parse(look[i].url, &one->url)) {
			end_with(one, HTTP_NO_ADDRESS, "it is no http or https URL");
			one->stage = ENDED;
		}
	}
	return batch;
}

/* Under the lock: where a late one stands is what is known about it. */
static void take_result(const struct one_look *one, struct http_look *out)
{
	static const enum http_answer late[] = { HTTP_NO_ADDRESS, HTTP_SILENT, HTTP_HANGS };
	const struct http_look own = *out;

	if (one->stage == ENDED) {
		*out = one->look;
		out->url = own.url;
		out->ca_file = own.ca_file;
		return;
	}
	out->answer = late[one->stage];
	out->status = 0;
	out->timeout_ms = one->look.timeout_ms;
	snprintf(out->why, sizeof out->why, "%s", one->stage == RESOLVES ? "the name server does not answer" : "");
}

static void wait_for_looks(struct batch *batch, int timeout_ms)
{
	struct timespec deadline;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += timeout_ms / 1000;
	deadline.tv_nsec += timeout_ms % 1000 * 1000000L;
	if (deadline.tv_nsec >= 1000000000L) {
		deadline.tv_nsec -= 1000000000L;
		deadline.tv_sec++;
	}
	while (batch->left > 0 && pthread_cond_timedwait(&batch->end, &batch->lock, &deadline) == 0)
		;
}

void http_look_all(struct http_look *look, size_t n, int timeout_ms)
{
	struct batch *batch;
	sigset_t all, before;

	if (n == 0)
		return;
	batch = make_batch(look, n, timeout_ms);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* which the threads inherit */
	pthread_mutex_lock(&batch->lock);
	for (size_t i = 0; i < n; i++)
		if (batch->one[i].stage != ENDED)
			begin_look(&batch->one[i]);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	wait_for_looks(batch, timeout_ms);
	for (size_t i = 0; i < n; i++)
		take_result(&batch->one[i], &look[i]);
	pthread_mutex_unlock(&batch->lock);
	leave_batch(batch);
}

bool http_is_alive(const struct http_look *look)
{
	return look->answer == HTTP_ANSWERS || look->answer == HTTP_UNTRUSTED;
}

void http_say(const struct http_look *look, struct str *out)
{
	switch (look->answer) {
	case HTTP_ANSWERS:
		str_addf(out, _("answers (%d)"), look->status);
		return;
	case HTTP_ERRS:
		if (look->status)
			str_addf(out, _("answers with an error (%d)"), look->status);
		else
			str_add(out, _("answers, but not in HTTP"));
		return;
	case HTTP_REFUSED:
		if (look->why[0])
			str_addf(out, _("cannot be reached (%s)"), look->why);
		else
			str_add(out, _("refuses the connection"));
		return;
	case HTTP_SILENT:
		str_addf(out, _("takes no connection within %d s"), look->timeout_ms / 1000);
		return;
	case HTTP_HANGS:
		str_addf(out, _("takes a connection and does not answer within %d s: it hangs"), look->timeout_ms / 1000);
		return;
	case HTTP_NO_ADDRESS:
		str_addf(out, _("has a name that is not resolved (%s)"), look->why);
		return;
	case HTTP_NO_TLS:
		str_addf(out, _("does not agree on TLS (%s)"), look->why);
		return;
	case HTTP_UNTRUSTED:
		str_addf(out, _("answers (%d), but its certificate is not trusted here (%s)"), look->status, look->why);
		return;
	}
}

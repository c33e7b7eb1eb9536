/* SPDX-License-Identifier: Apache-2.0 */
#include "util/http.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http_internal.h"
#include "url_internal.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/mem.h"
#include "util/thread.h"

/* A look is a thread of its own, so that all of them take the time of one, and who waits for the looks must not
 * wait longer than the time that he gave. A thread that is late is left to its end, which touches nothing but the batch. */

struct one_look {
	struct batch *batch;
	struct http_look look; /* without its caller's url and ca_file, which may be gone by then */
	struct http_url url;
	struct http_line line;
	char *ca_file;
	enum stage { RESOLVES, CONNECTS, ASKS, ENDED } stage; /* under the lock, as soon as there are threads */
};
struct batch {
	pthread_mutex_t lock;
	pthread_cond_t end;
	size_t left, users; /* looks that have not ended; threads and the waiting one */
	struct one_look *one;
	size_t n;
};

static void enter_stage(struct one_look *one, enum stage stage)
{
	pthread_mutex_lock(&one->batch->lock);
	one->stage = stage;
	pthread_mutex_unlock(&one->batch->lock);
}

static int resolve_and_connect(struct one_look *one)
{
	struct addrinfo *found = NULL;
	int rc;

	if (http_line_resolve(&one->line, &found) != 0)
		return -1;
	enter_stage(one, CONNECTS);
	rc = http_line_connect(&one->line, found);
	freeaddrinfo(found);
	return rc;
}

static void read_status(struct one_look *one)
{
	struct http_line *line = &one->line;
	char answer[64] = "";
	size_t have = 0;
	int got = 1;

	while (have < sizeof answer - 1 && !strchr(answer, '\n') && got > 0) {
		got = http_line_read(line, answer + have, sizeof answer - 1 - have);
		have += got > 0 ? (size_t)got : 0;
		answer[have] = '\0';
	}
	one->look.status = http_status_of(answer);
	if (got < 0)
		http_line_end(line, HTTP_HANGS, "");
	else if (have == 0)
		http_line_end_errno(line, ECONNRESET);
	else if (one->look.status == 0 || one->look.status >= 500)
		http_line_end(line, HTTP_ERRS, "");
	else
		http_line_end(line, HTTP_ANSWERS, "");
}

static void ask_root(struct one_look *one)
{
	auto_str struct str text = { 0 };

	str_addf(&text, "GET %s HTTP/1.1\r\nHost: ", one->url.path);
	url_show_host(one->url.host, one->url.port, &text);
	str_add(&text, "\r\nUser-Agent: evac-manage\r\nAccept: application/json\r\nConnection: close\r\n\r\n");
	if (http_line_write(&one->line, text.s, text.n))
		read_status(one);
	else
		http_line_end_errno(&one->line, ECONNRESET);
}

/* Nothing secret is sent, so whatever certificate there is, the question is asked: it is told apart whether a service is dead,
 * or cannot be trusted from here. */
static void ask_over_tls(struct one_look *one)
{
	if (http_line_encrypt(&one->line, one->ca_file, NULL, NULL) != 0)
		return;
	ask_root(one);
	if (one->line.answer == HTTP_ANSWERS && !one->look.insecure)
		http_line_trusts(&one->line);
}

/* ---- all of them */

static void look_at_one(struct one_look *one)
{
	if (resolve_and_connect(one) == 0) {
		enter_stage(one, ASKS);
		if (one->url.tls)
			ask_over_tls(one);
		else
			ask_root(one);
	}
	http_line_close(&one->line);
	one->look.answer = one->line.answer;
	snprintf(one->look.why, sizeof one->look.why, "%s", one->line.why);
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

/* One that never begins. */
static void refuse_look(struct one_look *one, enum http_answer answer, const char *why)
{
	one->stage = ENDED;
	one->look.answer = answer;
	snprintf(one->look.why, sizeof one->look.why, "%s", why);
}

static void begin_look(struct one_look *one)
{
	pthread_t thread;

	one->batch->users++;
	one->batch->left++;
	if (thread_begin(&thread, true, run_look, one) != 0) {
		one->batch->users--;
		one->batch->left--;
		refuse_look(one, HTTP_SILENT, "no thread can be started");
	}
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

		*one = (struct one_look){ .batch = batch,
			.look = look[i],
			.line = { .url = &one->url, .deadline_ms = clock_monotonic_ms() + timeout_ms, .fd = -1 } };
		one->look.url = one->look.ca_file = NULL;
		one->ca_file = look[i].ca_file ? xstrdup(look[i].ca_file) : NULL;
		one->look.status = 0;
		one->look.timeout_ms = timeout_ms;
		http_line_end(&one->line, HTTP_SILENT, "");
		if (!http_url_parse(look[i].url, &one->url)) {
			refuse_look(one, HTTP_NO_ADDRESS, "it is no http or https URL");
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

	if (n == 0)
		return;
	batch = make_batch(look, n, timeout_ms);
	pthread_mutex_lock(&batch->lock);
	for (size_t i = 0; i < n; i++)
		if (batch->one[i].stage != ENDED)
			begin_look(&batch->one[i]);
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

/* Rounded up: what is left of a command's deadline may be less than one. */
static int seconds_of(const struct http_look *look)
{
	return (look->timeout_ms + 999) / 1000;
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
		if (look->timeout_ms)
			str_addf(out, _("takes no connection within %d s"), seconds_of(look));
		else
			str_add(out, _("was not asked: the deadline of this command was over"));
		return;
	case HTTP_HANGS:
		str_addf(out, _("takes a connection and does not answer within %d s: it hangs"), seconds_of(look));
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

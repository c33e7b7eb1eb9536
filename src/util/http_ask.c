/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http_internal.h"
#include "url_internal.h"
#include "util/clock.h"
#include "util/deadline.h"
#include "util/mem.h"

#define ANSWER_MAX ((size_t)4 << 20)
#define HEAD_END "\r\n\r\n"
#define PIECE ((size_t)64 * 1024) /* a catalog of a hundred endpoints is some 20 kB */

/* HTTP/1.0: the answer ends with the connection, and comes in one piece. */
static void add_question(const struct http_question *q, const struct http_url *url, struct str *out)
{
	size_t n = q->body ? strlen(q->body) : 0;

	str_reserve(out, 512 + strlen(url->path) + strlen(url->host) + strlen(str_or(q->headers, "")) + n);
	str_addf(out, "%s %s HTTP/1.0\r\nHost: ", q->method, url->path);
	url_show_host(url->host, url->port, out);
	str_add(out, "\r\nUser-Agent: evac-manage\r\nAccept: application/json\r\nConnection: close\r\n");
	str_add(out, str_or(q->headers, ""));
	if (q->body)
		str_addf(out, "Content-Type: application/json\r\nContent-Length: %zu\r\n", n);
	str_add(out, "\r\n");
	str_add(out, str_or(q->body, ""));
}

/* The value of the header ${name} among those up to ${end}; the rest of the last line is not theirs. */
static void find_header(const char *text, const char *end, const char *name, struct str *out)
{
	size_t n = strlen(name);

	for (const char *line = strstr(text, "\r\n"); line && line < end; line = strstr(line, "\r\n")) {
		line += 2;
		if (strncasecmp(line, name, n) == 0 && line[n] == ':') {
			line += n + 1;
			line += strspn(line, " \t");
			str_addn(out, line, strcspn(line, "\r\n"));
			return;
		}
	}
}

/* As long as it says that it is: one that was cut off is none. ${ended}: what says nothing ends with the connection. */
static bool is_whole(const struct str *text, bool ended)
{
	const char *end = text->n ? strstr(text->s, HEAD_END) : NULL;
	auto_str struct str length = { 0 };
	size_t body;

	if (!end)
		return false;
	body = text->n - (size_t)(end - text->s) - strlen(HEAD_END);
	find_header(text->s, end, "Content-Length", &length);
	return length.n ? body >= strtoull(length.s, NULL, 10) : ended;
}

/* Until it is whole. Growing leaves no copy of what may be a token behind. */
static bool read_answer(struct http_line *line, struct str *out)
{
	int got = 1;

	while (got > 0 && out->n < ANSWER_MAX && !is_whole(out, false)) {
		if (out->cap - out->n <= PIECE / 2) {
			struct str larger = { 0 };

			str_reserve(&larger, (out->cap + PIECE) * 2);
			str_addn(&larger, str_or(out->s, ""), out->n);
			str_free_secret(out);
			*out = larger;
		}
		got = http_line_read(line, out->s + out->n, out->cap - out->n - 1);
		out->n += got > 0 ? (size_t)got : 0;
		out->s[out->n] = '\0';
	}
	if (got < 0)
		http_line_end(line, HTTP_HANGS, "");
	else if (!is_whole(out, true))
		http_line_end(line, HTTP_ERRS, out->n < ANSWER_MAX ? "its answer is not whole" : "its answer is too long");
	return got >= 0 && is_whole(out, true);
}

static bool take_answer(const struct http_question *q, struct http_line *line, const struct str *text, struct http_reply *out)
{
	const char *end = strstr(text->s, HEAD_END);

	out->look.status = http_status_of(text->s);
	if (out->look.status == 0) {
		http_line_end(line, HTTP_ERRS, "");
		return false;
	}
	str_reserve(&out->header, text->n + 1);
	str_reserve(&out->body, text->n + 1);
	str_add(&out->header, "");
	if (q->wanted)
		find_header(text->s, end, q->wanted, &out->header);
	str_add(&out->body, end + strlen(HEAD_END));
	http_line_end(line, out->look.status >= 500 ? HTTP_ERRS : HTTP_ANSWERS, "");
	return true;
}

static bool exchange(const struct http_question *q, struct http_line *line, struct http_reply *out)
{
	auto_secret_str struct str text = { 0 }, answer = { 0 };

	add_question(q, line->url, &text);
	if (!http_line_write(line, text.s, text.n)) {
		http_line_end_errno(line, ECONNRESET);
		return false;
	}
	return read_answer(line, &answer) && take_answer(q, line, &answer, out);
}

static bool connect_and_trust(const struct http_question *q, struct http_line *line, int within_ms)
{
	struct addrinfo *found = NULL;
	int rc;

	line->deadline_ms = clock_monotonic_ms() + within_ms;
	if (http_line_resolve(line, &found) != 0)
		return false;
	line->deadline_ms = clock_monotonic_ms() + deadline_left_ms(q->timeout_ms);
	rc = http_line_connect(line, found);
	freeaddrinfo(found);
	if (rc != 0 || !line->url->tls)
		return rc == 0;
	return http_line_encrypt(line, q->ca_file, q->cert_file, q->key_file) == 0 && (q->insecure || http_line_trusts(line));
}

bool http_ask(const struct http_question *q, struct http_reply *out)
{
	struct http_url url;
	struct http_line line = { .url = &url, .answer = HTTP_NO_ADDRESS, .fd = -1 };
	int within_ms = (int)deadline_left_ms(q->timeout_ms);
	bool whole = false;

	*out = (struct http_reply){ .look = { .url = q->url, .timeout_ms = within_ms } };
	if (within_ms == 0) {
		http_line_end(&line, HTTP_SILENT, "");
	} else if (http_url_parse(q->url, &url)) {
		whole = connect_and_trust(q, &line, within_ms) && exchange(q, &line, out);
		http_line_close(&line);
		http_url_free(&url);
	} else {
		http_line_end(&line, HTTP_NO_ADDRESS, "it is no http or https URL");
	}
	out->look.answer = line.answer;
	snprintf(out->look.why, sizeof out->look.why, "%s", line.why);
	return whole;
}

void http_reply_free(struct http_reply *reply)
{
	str_free_secret(&reply->body);
	str_free_secret(&reply->header);
}

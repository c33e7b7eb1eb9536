/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/http.h"
#include "util/mem.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define SOON_MS 1000   /* for who never answers */
#define LONG_MS 60000 /* for who does, however slow this machine is */

static void a_project_and_a_version_are_cut_off(void **state)
{
	static const struct {
		const char *endpoint, *root;
	} row[] = {
		{ "http://10.0.0.1:8776/v3/%(project_id)s", "http://10.0.0.1:8776/" },
		{ "http://10.0.0.1:8776/v3/%(tenant_id)s", "http://10.0.0.1:8776/" },
		{ "http://10.0.0.1:8776/v3/$(project_id)s", "http://10.0.0.1:8776/" },
		{ "https://vip.example.org/volume/v3/$(tenant_id)s", "https://vip.example.org:443/volume" },
		{ "http://vip/compute/v2.1/", "http://vip:80/compute" },
		{ "http://vip/v2.1", "http://vip:80/" },
		{ "http://vip/placement", "http://vip:80/placement" },
		{ "http://vip:9696", "http://vip:9696/" },
		{ "HTTP://vip:9696/", "http://vip:9696/" },
		{ "http://vip:5000/v3/", "http://vip:5000/" },
		{ "http://vip/AUTH_%(project_id)s/x", "http://vip:80/" },
		{ "http://vip/vault", "http://vip:80/vault" },
		{ "http://[fd00::1]:8778/", "http://[fd00::1]:8778/" },
		{ "http://[fd00::1]", "http://[fd00::1]:80/" },
		{ "http://nova:s3cret@vip:9696/?a=b#c", "http://vip:9696/" }, /* no login is sent, and none is shown */
		{ "http://%(public_bind_host)s:8776/v3", NULL },
		{ "http://$(public_bind_host)s:$(port)s/v3", NULL },
		{ "http://vip:0/", NULL },
		{ "http://vip:65536/", NULL },
		{ "http://vip:x/", NULL },
		{ "http:///v3", NULL },
		{ "http://:8778/", NULL },
		{ "http://[fd00::1/", NULL },
		{ "http://[fd00::1]x/", NULL },
		{ "ftp://vip/", NULL },
		{ "vip:8778", NULL },
		{ "/v3/%(project_id)s", NULL },
		{ "", NULL },
		{ "http://vip/a b", NULL },
		{ "http://vip/\x01", NULL },
		{ "http://v\xc3\xaep/", NULL },
		{ "http://vip/\"><script>", NULL },
		{ "http://vip/a\r\nHost: other", NULL }, /* without its line break, as Python reads it, but with a blank */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		auto_free char *root = http_root(row[i].endpoint);

		if (!row[i].root ? root != NULL : !root || strcmp(root, row[i].root) != 0)
			fail_msg("'%s' gives '%s', not '%s'", row[i].endpoint, str_or(root, "nothing"), str_or(row[i].root, "nothing"));
	}
}

/* ---- a server that takes one connection and says this, or nothing */

struct server {
	pthread_t thread;
	int listener;
	unsigned port;
	const char *says; /* NULL: nothing, and it holds the line until the client ends it */
	bool at_once;     /* before it is asked */
	char heard[2048];
	size_t n;
};

static bool hear(struct server *s, int fd)
{
	ssize_t got = recv(fd, s->heard + s->n, sizeof s->heard - 1 - s->n, 0);

	s->n += got > 0 ? (size_t)got : 0;
	return got > 0;
}

/* A client of TLS greets (22: RFC 8446, 5.1), and then waits for an answer as long as it is given time. */
static bool is_asked(const struct server *s)
{
	return strstr(s->heard, "\r\n\r\n") || (s->n > 0 && s->heard[0] == 22);
}

static void *serve(void *arg)
{
	struct server *s = arg;
	int fd = accept(s->listener, NULL, NULL);

	if (fd < 0)
		return NULL;
	while (!s->at_once && !is_asked(s) && hear(s, fd))
		;
	if (s->says)
		send(fd, s->says, strlen(s->says), MSG_NOSIGNAL);
	else
		while (recv(fd, s->heard, 1, 0) > 0)
			;
	if (s->heard[0] == 22) /* and whatever it says to that, until it goes */
		while (hear(s, fd))
			;
	close(fd);
	return NULL;
}

static void server_open(struct server *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;

	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(s->listener, 8), 0);
	assert_int_equal(getsockname(s->listener, (struct sockaddr *)&at, &n), 0);
	s->port = ntohs(at.sin_port);
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void server_close(struct server *s)
{
	shutdown(s->listener, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->listener);
}

static void assert_looks(struct server *s, const char *path, enum http_answer answer, int status, const char *said)
{
	auto_str struct str text = { 0 };
	auto_free char *url = NULL;
	struct http_look look = { 0 };

	server_open(s);
	look.url = url = xasprintf("http://127.0.0.1:%u%s", s->port, path);
	http_look_all(&look, 1, answer == HTTP_HANGS ? SOON_MS : LONG_MS);
	server_close(s);
	http_say(&look, &text);
	if (look.answer != answer || look.status != status || strcmp(text.s, said) != 0)
		fail_msg("'%s': %d, %d, %s", str_or(s->says, "nothing"), (int)look.answer, look.status, text.s);
}

static void a_status_tells_who_lives(void **state)
{
	static const struct {
		const char *says;
		enum http_answer answer;
		int status;
		const char *said;
	} row[] = {
		{ "HTTP/1.1 200 OK\r\n\r\n{}", HTTP_ANSWERS, 200, "answers (200)" },
		{ "HTTP/1.0 300 Multiple Choices\r\n\r\n", HTTP_ANSWERS, 300, "answers (300)" },
		{ "HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\n\r\n", HTTP_ANSWERS, 302, "answers (302)" },
		{ "HTTP/1.1 401 Unauthorized\r\n\r\n", HTTP_ANSWERS, 401, "answers (401)" },
		{ "HTTP/2 200\r\n\r\n", HTTP_ANSWERS, 200, "answers (200)" },
		{ "HTTP/1.1 503 Service Unavailable\r\n\r\n", HTTP_ERRS, 503, "answers with an error (503)" },
		{ "HTTP/1.1 500 x\r\n\r\n", HTTP_ERRS, 500, "answers with an error (500)" },
		{ "5.5.5-10.11.6-MariaDB\n", HTTP_ERRS, 0, "answers, but not in HTTP" },
		{ "HTTP/1.1 twohundred\r\n", HTTP_ERRS, 0, "answers, but not in HTTP" },
		{ "HTTP/1.1 99999999999999999999 x\r\n", HTTP_ERRS, 0, "answers, but not in HTTP" },
		{ "HTTP/1.1", HTTP_ERRS, 0, "answers, but not in HTTP" },
		{ "", HTTP_REFUSED, 0, "cannot be reached (Connection reset by peer)" },
		{ NULL, HTTP_HANGS, 0, "takes a connection and does not answer within 1 s: it hangs" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		struct server s = { .says = row[i].says };

		assert_looks(&s, "/", row[i].answer, row[i].status, row[i].said);
	}
}

static void the_question_has_the_path_and_no_token(void **state)
{
	struct server s = { .says = "HTTP/1.1 200 OK\r\n\r\n" };
	auto_free char *expected = NULL;

	(void)state;
	assert_looks(&s, "/volume", HTTP_ANSWERS, 200, "answers (200)");
	expected = xasprintf("GET /volume HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUser-Agent: evac-manage\r\nAccept: application/json\r\n"
			     "Connection: close\r\n\r\n", s.port);
	assert_string_equal(s.heard, expected);
}

static void who_speaks_no_tls_is_told(void **state)
{
	struct server s = { .says = "HTTP/1.1 400 Bad Request\r\n\r\n", .at_once = true };
	struct http_look look = { 0 };
	auto_free char *url = NULL;

	(void)state;
	server_open(&s);
	look.url = url = xasprintf("https://127.0.0.1:%u/", s.port);
	http_look_all(&look, 1, LONG_MS);
	server_close(&s);
	assert_int_equal(look.answer, HTTP_NO_TLS);
	assert_false(http_is_alive(&look));
}

static void one_question_is_asked_and_its_whole_answer_read(void **state)
{
	static const struct {
		const char *says;
		bool whole;
		int status;
		const char *body, *header;
		enum http_answer answer;
	} row[] = {
		{ "HTTP/1.1 201 Created\r\nContent-Length: 2\r\nx-subject-token:  gAAAA \r\n\r\n{}", true, 201, "{}", "gAAAA ", HTTP_ANSWERS },
		{ "HTTP/1.0 200 OK\r\n\r\n{\"a\":\r\n1}", true, 200, "{\"a\":\r\n1}", "", HTTP_ANSWERS },
		{ "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", true, 404, "", "", HTTP_ANSWERS },
		{ "HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n", true, 503, "", "", HTTP_ERRS },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", false, 0, "", "", HTTP_ERRS }, /* cut off */
		{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", false, 0, "", "", HTTP_ERRS },
		{ "5.5.5-10.11.6-MariaDB\n", false, 0, "", "", HTTP_ERRS },
		{ "HTTP/1.1 200 OK\r\n\r\nX-Subject-Token: body", true, 200, "X-Subject-Token: body", "", HTTP_ANSWERS },
		{ NULL, false, 0, "", "", HTTP_HANGS },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		struct server s = { .says = row[i].says };
		struct http_question q = { .method = "POST", .headers = "X-Auth-Token: t\r\n", .body = "{}", .wanted = "X-Subject-Token",
			.timeout_ms = row[i].answer == HTTP_HANGS ? SOON_MS : LONG_MS };
		auto_free char *url = NULL, *expected = NULL;
		struct http_reply reply;
		bool whole;

		server_open(&s);
		q.url = url = xasprintf("http://127.0.0.1:%u/v3", s.port);
		whole = http_ask(&q, &reply);
		server_close(&s);
		if (whole != row[i].whole || reply.look.status != row[i].status || reply.look.answer != row[i].answer ||
		    strcmp(str_or(reply.body.s, ""), row[i].body) != 0 || strcmp(str_or(reply.header.s, ""), row[i].header) != 0)
			fail_msg("%zu: %d %d %d '%s' '%s'", i, whole, reply.look.status, (int)reply.look.answer, str_or(reply.body.s, ""),
			    str_or(reply.header.s, ""));
		expected = xasprintf("POST /v3 HTTP/1.0\r\nHost: 127.0.0.1:%u\r\nUser-Agent: evac-manage\r\nAccept: application/json\r\n"
				     "Connection: close\r\nX-Auth-Token: t\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n", s.port);
		if (row[i].says)
			assert_memory_equal(s.heard, expected, strlen(expected));
		http_reply_free(&reply);
	}
}

static void a_question_with_a_secret_goes_to_nobody_without_tls_where_tls_is_asked_for(void **state)
{
	struct server s = { .says = "HTTP/1.1 200 OK\r\n\r\n" };
	struct http_question q = { .method = "GET", .headers = "X-Auth-Token: s3cret\r\n", .timeout_ms = LONG_MS };
	auto_free char *url = NULL;
	struct http_reply reply;

	(void)state;
	server_open(&s);
	q.url = url = xasprintf("https://127.0.0.1:%u/", s.port);
	assert_false(http_ask(&q, &reply));
	server_close(&s);
	assert_int_equal(reply.look.answer, HTTP_NO_TLS);
	assert_true(s.n > 0);
	assert_null(memmem(s.heard, sizeof s.heard, "s3cret", 6));
	http_reply_free(&reply);
}

/* All at the same time: as long as one. */
static void four_that_hang_take_the_time_of_one(void **state)
{
	struct server s[4] = { { .says = NULL } };
	struct http_look look[COUNT(s) + 3] = { { 0 } };
	char url[COUNT(s)][64];
	int64_t began;

	(void)state;
	for (size_t i = 0; i < COUNT(s); i++) {
		server_open(&s[i]);
		snprintf(url[i], sizeof url[i], "http://127.0.0.1:%u/", s[i].port);
		look[i].url = url[i];
	}
	look[COUNT(s)].url = "http://name.invalid/";
	look[COUNT(s) + 1].url = "http://127.0.0.1:1/";
	look[COUNT(s) + 2].url = "no URL at all";
	began = clock_monotonic_ms();
	http_look_all(look, COUNT(look), SOON_MS);
	assert_true(clock_monotonic_ms() - began < (int64_t)COUNT(look) * SOON_MS);
	for (size_t i = 0; i < COUNT(s); i++) {
		assert_int_equal(look[i].answer, HTTP_HANGS);
		assert_ptr_equal(look[i].url, url[i]);
		server_close(&s[i]);
	}
	assert_int_equal(look[COUNT(s)].answer, HTTP_NO_ADDRESS);
	assert_int_equal(look[COUNT(s) + 1].answer, HTTP_REFUSED);
	assert_int_equal(look[COUNT(s) + 2].answer, HTTP_NO_ADDRESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_project_and_a_version_are_cut_off),
		cmocka_unit_test(a_status_tells_who_lives),
		cmocka_unit_test(the_question_has_the_path_and_no_token),
		cmocka_unit_test(who_speaks_no_tls_is_told),
		cmocka_unit_test(one_question_is_asked_and_its_whole_answer_read),
		cmocka_unit_test(a_question_with_a_secret_goes_to_nobody_without_tls_where_tls_is_asked_for),
		cmocka_unit_test(four_that_hang_take_the_time_of_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

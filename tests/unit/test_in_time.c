/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bus/bus.h"
#include "db/db.h"
#include "util/clock.h"
#include "util/deadline.h"
#include "util/http.h"
#include "util/mem.h"
#include "util/resolve.h"

/* Servers and name servers that do not answer to the end: what waits for them is over in time. */

/* ---- a name server that is silent, for one name, until the test lets go of it */

#define SILENT "silent.example"
#define ONCE "once.example" /* answered once: two addresses, of which one is nobody's */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool let_go;
static int waiting, answered;

static int theirs(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **found)
{
	int (*libc)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

	*(void **)&libc = dlsym(RTLD_NEXT, "getaddrinfo");
	return libc(host, port, hints, found);
}

static int answer_once(const char *port, const struct addrinfo *hints, struct addrinfo **found)
{
	answered++;
	return theirs("127.0.0.99", port, hints, found) || theirs("127.0.0.1", port, hints, &(*found)->ai_next);
}

/* libc's own, for all other names. The tools' calls come here: a program's symbols are before a library's. */
int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **found)
{
	bool numeric = hints && hints->ai_flags & AI_NUMERICHOST, once = strcmp(host, ONCE) == 0;

	if (once && !numeric && answered == 0)
		return answer_once(port, hints, found);
	if ((once || strcmp(host, SILENT) == 0) && !numeric) {
		pthread_mutex_lock(&lock);
		waiting++;
		while (!let_go)
			pthread_cond_wait(&changed, &lock);
		waiting--;
		pthread_cond_broadcast(&changed);
		pthread_mutex_unlock(&lock);
		return EAI_AGAIN;
	}
	return theirs(host, port, hints, found);
}

static int forget(void **state)
{
	(void)state;
	pthread_mutex_lock(&lock);
	let_go = false;
	answered = 0;
	pthread_mutex_unlock(&lock);
	return 0;
}

static int let_all_go(void **state)
{
	(void)state;
	pthread_mutex_lock(&lock);
	let_go = true;
	pthread_cond_broadcast(&changed);
	while (waiting > 0)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	deadline_end();
	return 0;
}

/* ---- a server that says one thing again and again, a byte at a time; or takes connections and says nothing */

struct dripper {
	int fd, taken; /* taken: connections; 0 but while the thread is gone */
	unsigned port;
	const char *says; /* NULL: nothing */
	size_t n;
	pthread_t thread;
};

static void drip_to(const struct dripper *d, int client)
{
	char c;
	size_t i = 0;

	while (d->says && send(client, &d->says[i++ % d->n], 1, MSG_NOSIGNAL) == 1)
		clock_sleep_ms(200);
	while (recv(client, &c, 1, 0) > 0)
		;
	close(client);
}

static void *serve(void *arg)
{
	struct dripper *d = arg;
	int client;

	while ((client = accept(d->fd, NULL, NULL)) >= 0) {
		d->taken++;
		drip_to(d, client);
	}
	return NULL;
}

static void dripper_start(struct dripper *d, const char *says, size_t n)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof at;

	*d = (struct dripper){ .fd = socket(AF_INET, SOCK_STREAM, 0), .says = says, .n = n };
	assert_int_equal(bind(d->fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(d->fd, 8), 0);
	assert_int_equal(getsockname(d->fd, (struct sockaddr *)&at, &size), 0);
	d->port = ntohs(at.sin_port);
	assert_int_equal(pthread_create(&d->thread, NULL, serve, d), 0);
}

static void dripper_end(struct dripper *d)
{
	shutdown(d->fd, SHUT_RDWR);
	pthread_join(d->thread, NULL);
	close(d->fd);
}

/* ---- the name server */

static void an_address_is_no_name(void **state)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;

	(void)state;
	assert_int_equal(name_resolve("127.0.0.1", "3306", &hints, 0, &found), 0);
	assert_int_equal(found->ai_family, AF_INET);
	freeaddrinfo(found);
	assert_int_equal(name_resolve("::1", NULL, &hints, 0, &found), 0);
	freeaddrinfo(found);
}

static void a_name_is_found_or_not_or_late(void **state)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;

	(void)state;
	assert_int_equal(name_resolve("localhost", NULL, &hints, 60000, &found), 0);
	assert_non_null(found);
	freeaddrinfo(found);
	assert_int_equal(name_resolve("localhost", NULL, &hints, 0, &found), RESOLVE_LATE);
	assert_int_equal(name_resolve(SILENT, NULL, &hints, 100, &found), RESOLVE_LATE);
	assert_null(found);
	assert_string_equal(resolve_why(RESOLVE_LATE), "the name server does not answer");
	assert_string_equal(resolve_why(EAI_NONAME), gai_strerror(EAI_NONAME));
}

static void nobody_listens(void)
{
	char driver[] = "mysql+pymysql", host[] = "127.0.0.1", user[] = "nova";
	const struct db_url url = { .driver = driver, .host = host, .user = user, .port = 1 };
	struct error err = { 0 };
	struct db *db;

	deadline_begin(60);
	assert_int_equal(db_open(&(struct db_options){ .url = &url, .label = "nova's database" }, &db, &err), -1);
}

static void a_database_whose_name_is_not_answered_is_given_up(void **state)
{
	char driver[] = "mysql+pymysql", host[] = SILENT, user[] = "nova";
	const struct db_url url = { .driver = driver, .host = host, .user = user, .port = 3306 };
	struct error err = { 0 };
	struct db *db;

	(void)state;
	nobody_listens(); /* what the library does once takes its time under valgrind */
	deadline_begin(2);
	assert_int_equal(db_open(&(struct db_options){ .url = &url, .label = "nova's database" }, &db, &err), -1);
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
	assert_non_null(strstr(err.text, "the name server has not answered for '" SILENT "' within "));
	error_clear(&err);
	assert_int_equal(db_open(&(struct db_options){ .url = &url, .label = "nova's database" }, &db, &err), -1);
	assert_non_null(strstr(err.text, "not asked: nova's database"));
}

static void so_is_a_service(void **state)
{
	const struct http_question q = { .method = "GET", .url = "http://" SILENT ":5000/", .timeout_ms = 60000 };
	auto_str struct str said = { 0 };
	struct http_reply reply;

	(void)state;
	deadline_begin(2);
	assert_false(http_ask(&q, &reply));
	http_say(&reply.look, &said);
	assert_string_equal(said.s, "has a name that is not resolved (the name server does not answer)");
	http_reply_free(&reply);
	assert_true(deadline_is_over());
	assert_false(http_ask(&q, &reply));
	said.n = 0;
	http_say(&reply.look, &said);
	assert_string_equal(said.s, "was not asked: the deadline of this command was over");
	http_reply_free(&reply);
}

/* ---- servers */

static const char greeting[] = "\x50\0\0\0\x0a" "5.5.5-10.11.6-MariaDB";

static void a_database_that_drips_its_greeting_is_given_up(void **state)
{
	char driver[] = "mysql+pymysql", host[] = "127.0.0.1", user[] = "nova";
	struct db_url url = { .driver = driver, .host = host, .user = user };
	struct error err = { 0 };
	struct dripper d;
	struct db *db;

	(void)state;
	dripper_start(&d, greeting, sizeof greeting);
	url.port = d.port;
	deadline_begin(60);
	assert_int_equal(
	    db_open(&(struct db_options){ .url = &url, .label = "nova's database", .connect_timeout_s = 1 }, &db, &err), -1);
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
	if (!strstr(err.text, "it answers, but not to the end within 3 s"))
		fail_msg("%s", err.text);
	assert_false(deadline_is_over());
	dripper_end(&d);
}

/* The library asks the name server for nothing, and the second address is tried. */
static void a_name_is_asked_for_once_and_each_of_its_addresses_tried(void **state)
{
	char driver[] = "mysql+pymysql", host[] = ONCE, user[] = "nova";
	struct db_url url = { .driver = driver, .host = host, .user = user };
	struct error err = { 0 };
	struct dripper d;
	struct db *db;

	(void)state;
	dripper_start(&d, greeting, sizeof greeting);
	url.port = d.port;
	deadline_begin(60);
	alarm(50); /* where the library asks, it asks for ever */
	assert_int_equal(
	    db_open(&(struct db_options){ .url = &url, .label = "nova's database", .connect_timeout_s = 1 }, &db, &err), -1);
	alarm(0);
	if (!strstr(err.text, "it answers, but not to the end within 3 s"))
		fail_msg("%s", err.text);
	assert_int_equal(answered, 1);
	dripper_end(&d);
}

static void brokers_share_what_is_left(void **state)
{
	char user[] = "guest", host[] = "127.0.0.1", vhost[] = "/", silent[] = SILENT;
	struct broker broker[2] = { { user, user, host, 0 }, { user, user, host, 0 } };
	struct broker_config config = { .url = { .vhost = vhost, .broker = broker, .nbroker = 2 } };
	struct error err = { 0 };
	struct dripper d;
	struct bus *bus;

	(void)state;
	dripper_start(&d, NULL, 0);
	broker[0].port = broker[1].port = d.port;
	deadline_begin(2);
	assert_int_equal(bus_open(&(struct bus_options){ .config = &config, .label = "nova's broker" }, &bus, &err), -1);
	assert_int_equal(err.kind, ERROR_BUS_UNREACHABLE);
	if (!strstr(err.text, "login: ") || !strstr(err.text, "not asked: nova's broker"))
		fail_msg("%s", err.text);
	dripper_end(&d);
	assert_int_equal(d.taken, 1);

	broker[0].host = silent;
	deadline_begin(2);
	config.url.nbroker = 1;
	error_clear(&err);
	assert_int_equal(bus_open(&(struct bus_options){ .config = &config, .label = "nova's broker" }, &bus, &err), -1);
	if (!strstr(err.text, "the name server does not answer"))
		fail_msg("%s", err.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_no_name),
		cmocka_unit_test_setup_teardown(a_name_is_found_or_not_or_late, forget, let_all_go),
		cmocka_unit_test_setup_teardown(a_database_whose_name_is_not_answered_is_given_up, forget, let_all_go),
		cmocka_unit_test_setup_teardown(so_is_a_service, forget, let_all_go),
		cmocka_unit_test_setup_teardown(a_database_that_drips_its_greeting_is_given_up, forget, let_all_go),
		cmocka_unit_test_setup_teardown(a_name_is_asked_for_once_and_each_of_its_addresses_tried, forget, let_all_go),
		cmocka_unit_test_setup_teardown(brokers_share_what_is_left, forget, let_all_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

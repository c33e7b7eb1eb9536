/* SPDX-License-Identifier: Apache-2.0 */
#include "rooms.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mysql.h>

#include "proxy.h"
#include "util/clock.h"
#include "util/mem.h"

/* TLS, against a private MariaDB with a certificate of its own; the sandbox's server has none. */

static const char *dir;
static unsigned port;
static pid_t server;

/* argv's strings are not const; execvp only reads them */
static _Noreturn void run_in_child(const char *const *words, const char *log)
{
	union {
		const char *const *in;
		char *const *out;
	} borrow = { .in = words };
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);

	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	execvp(words[0], borrow.out);
	_exit(127);
}

static pid_t spawn(const char *const *words)
{
	auto_free char *log = xasprintf("%s/log", dir);
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0)
		run_in_child(words, log);
	return child;
}

static MYSQL *root(void)
{
	auto_free char *socket = xasprintf("%s/sock", dir);
	MYSQL *m = mysql_init(NULL);

	if (mysql_real_connect(m, NULL, "root", NULL, NULL, 0, socket, 0))
		return m;
	mysql_close(m);
	return NULL;
}

static int start_server(const char *data, const char *socket)
{
	auto_free char *data_option = xasprintf("--datadir=%s", data), *socket_option = xasprintf("--socket=%s", socket),
	               *port_option = xasprintf("--port=%u", port), *ca = xasprintf("--ssl-ca=%s/ca.pem", dir),
	               *cert = xasprintf("--ssl-cert=%s/shown.pem", dir), *key = xasprintf("--ssl-key=%s/shown.key", dir),
	               *pid = xasprintf("--pid-file=%s/pid", dir),
	               *copy = xasprintf("cd %s && cp server.pem shown.pem && cp server.key shown.key", dir);
	const char *const install[] = { "mariadb-install-db", "--no-defaults", data_option, "--user=root", "--skip-test-db",
		"--auth-root-authentication-method=normal", NULL };
	const char *const words[] = { "mariadbd", "--no-defaults", "--user=root", data_option, socket_option, port_option, pid, ca, cert, key,
		"--bind-address=127.0.0.1", "--innodb-buffer-pool-size=16M", "--innodb-log-file-size=4M", "--performance-schema", NULL };
	int status;

	if (system(copy) != 0 || waitpid(spawn(install), &status, 0) < 0 || status != 0)
		return -1;
	server = spawn(words);
	return server > 0 ? 0 : -1;
}

static int make_account(void)
{
	static const char *const statements[] = { "CREATE DATABASE evac_rooms", "CREATE TABLE evac_rooms.thing (id INT)",
		"CREATE USER rooms@'%' IDENTIFIED BY '" PASSWORD "'", "GRANT ALL ON evac_rooms.* TO rooms@'%'",
		"CREATE USER secure@'%' IDENTIFIED BY '" PASSWORD "' REQUIRE SSL", "GRANT ALL ON evac_rooms.* TO secure@'%'" };
	int64_t begun = clock_monotonic_ms();
	MYSQL *m = NULL;
	int rc = 0;

	while (!(m = root()) && elapsed_ms_since(begun) < 20000)
		wait_ms(20);
	for (size_t i = 0; m && i < COUNT(statements) && rc == 0; i++)
		rc = mysql_query(m, statements[i]);
	if (m)
		mysql_close(m);
	return m && rc == 0 ? 0 : -1;
}

static int start(void **state)
{
	auto_free char *data = NULL, *socket = NULL;

	dir = certificates_make();
	data = xasprintf("%s/data", dir);
	socket = xasprintf("%s/sock", dir);
	port = closed_port();
	rooms_make(state);
	return start_server(data, socket) == 0 && make_account() == 0 ? 0 : -1;
}

static int finish(void **state)
{
	if (server > 0) {
		kill(server, SIGTERM);
		waitpid(server, NULL, 0);
	}
	certificates_remove();
	return rooms_remove(state);
}

struct cipher_row {
	const char *value;
};
static const struct db_shape cipher_shape = DB_SHAPE(struct cipher_row, DB_COLUMNS(struct cipher_row, value));
STATEMENT(cipher, SQL_READS,
    "SELECT variable_value AS value FROM information_schema.session_status WHERE variable_name = 'Ssl_version'", 0, NULL);
STATEMENT(run_of_session, SQL_READS,
    "SELECT attr_value AS value FROM performance_schema.session_account_connect_attrs"
    " WHERE attr_name = 'evac_manage_run' AND processlist_id = CONNECTION_ID()",
    0, NULL);

static struct db *open_with(const struct db_url *url, const struct tls_config *tls, struct error *err)
{
	struct db *db = NULL;

	error_clear(err);
	db_open(&(struct db_options){ .url = url, .label = "cinder's database", .tls = tls, .run = "20260131-rooms" }, &db, err);
	return db;
}

static void assert_shows(struct db *db, const struct sql *sql, const char *expected)
{
	struct error err = { 0 };
	struct db_rows rows;

	if (db_read(db, sql, NULL, &cipher_shape, &rows, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(rows.n, 1);
	assert_string_equal(((struct cipher_row *)rows.v)->value, expected);
	db_rows_free(&rows);
}

static void assert_refused(const struct db_url *url, const struct tls_config *tls)
{
	struct error err = { 0 };

	assert_null(open_with(url, tls, &err));
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
	if (err.code != 2026)
		fail_msg("not for its TLS: %s", err.text);
	assert_non_null(strstr(err.hint, "TLS"));
	assert_no_password(&err, PASSWORD);
}

static void a_server_that_proves_its_name_is_taken_by_name_and_by_address(void **state)
{
	auto_free char *ca = xasprintf("%s/ca.pem", dir);
	struct tls_config tls = { .enabled = true, .ca_file = ca };
	static char name[] = "localhost";
	struct db_url url = rooms_url(port);
	struct error err;
	struct db *db;

	(void)state;
	if (!(db = open_with(&url, &tls, &err)))
		fail_msg("%s", err.text);
	assert_shows(db, &cipher, "TLSv1.3");
	db_close(&db);
	url.host = name; /* by TCP too, not by the socket */
	if (!(db = open_with(&url, &tls, &err)))
		fail_msg("%s", err.text);
	assert_shows(db, &cipher, "TLSv1.3");
	db_close(&db);
}

static void the_urls_own_options_ask_for_tls_too(void **state)
{
	char name[] = "ssl_ca";
	auto_free char *ca = xasprintf("%s/ca.pem", dir), *other = xasprintf("%s/other-ca.pem", dir);
	struct url_option option = { name, ca };
	struct db_url url = rooms_url(port);
	struct error err;
	struct db *db;

	(void)state;
	url.option = &option;
	url.noption = 1;
	if (!(db = open_with(&url, NULL, &err)))
		fail_msg("%s", err.text);
	assert_shows(db, &cipher, "TLSv1.3");
	db_close(&db);
	option.value = other;
	assert_refused(&url, NULL);
}

/* Never weaker than the service: what its driver would do for these, we do too. */
static void options_of_the_url_that_say_how_to_connect_are_obeyed(void **state)
{
	auto_free char *socket = xasprintf("%s/sock", dir), *capath = xasprintf("%s/none", dir);
	char ssl[] = "ssl", verify[] = "ssl_verify_cert", mode[] = "ssl_mode", unix_socket[] = "unix_socket", ca_path[] = "ssl_capath";
	char one[] = "1", yes[] = "true", required[] = "REQUIRED", secure[] = "secure";
	const struct {
		char *name, *value;
		bool refused;
		const char *tls;
	} rows[] = {
		{ ssl, one, false, "TLSv1.3" },           /* encrypted, and nothing is proved, as for the service */
		{ mode, required, false, "TLSv1.3" },
		{ verify, yes, true, NULL },              /* the system's CAs do not know this one */
		{ ca_path, capath, true, NULL },
		{ unix_socket, socket, false, "" },
	};
	struct url_option option;
	struct error err;
	struct db *db;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct db_url url = rooms_url(port);

		option = (struct url_option){ rows[i].name, rows[i].value };
		url.option = &option;
		url.noption = 1;
		if (rows[i].value == socket)
			url.port = 1; /* whatever stands there */
		if (rows[i].value == one)
			url.user = secure; /* REQUIRE SSL */
		if (rows[i].refused) {
			assert_refused(&url, NULL);
			continue;
		}
		if (!(db = open_with(&url, NULL, &err)))
			fail_msg("%s: %s", rows[i].name, err.text);
		assert_shows(db, &cipher, rows[i].tls);
		db_close(&db);
	}
}

/* With a CA it is as strict over the socket, where "localhost" is who must prove itself. */
static void a_socket_is_encrypted_where_a_ca_is_given(void **state)
{
	auto_free char *socket = xasprintf("%s/sock", dir), *ca = xasprintf("%s/ca.pem", dir), *other = xasprintf("%s/other-ca.pem", dir);
	char unix_socket[] = "unix_socket", ssl_ca[] = "ssl_ca", name[] = "localhost";
	struct url_option option[] = { { unix_socket, socket }, { ssl_ca, ca } };
	struct db_url url = rooms_url(port);
	struct error err;
	struct db *db;

	(void)state;
	url.host = name;
	url.option = option;
	url.noption = COUNT(option);
	if (!(db = open_with(&url, NULL, &err)))
		fail_msg("%s", err.text);
	assert_shows(db, &cipher, "TLSv1.3");
	db_close(&db);
	option[1].value = other;
	assert_refused(&url, NULL);
}

static void a_certificate_of_another_ca_is_refused(void **state)
{
	auto_free char *ca = xasprintf("%s/other-ca.pem", dir);
	struct tls_config tls = { .enabled = true, .ca_file = ca };
	struct db_url url = rooms_url(port);

	(void)state;
	assert_refused(&url, &tls);
}

static void a_certificate_that_the_systems_cas_do_not_know_is_refused(void **state)
{
	struct tls_config tls = { .enabled = true };
	struct db_url url = rooms_url(port);

	(void)state;
	assert_refused(&url, &tls);
}

/* The server shows ${name}.pem from now on. */
static void show_certificate(const char *name)
{
	auto_free char *copy = xasprintf("cd %s && cp %s.pem shown.pem && cp %s.key shown.key", dir, name, name);
	MYSQL *m = root();

	assert_int_equal(system(copy), 0);
	assert_non_null(m);
	assert_int_equal(mysql_query(m, "FLUSH SSL"), 0);
	mysql_close(m);
}

static void a_certificate_for_another_name_is_refused(void **state)
{
	auto_free char *ca = xasprintf("%s/ca.pem", dir);
	struct tls_config tls = { .enabled = true, .ca_file = ca };
	static char name[] = "localhost";
	struct db_url url = rooms_url(port);
	struct error err;
	struct db *db;

	(void)state;
	show_certificate("elsewhere"); /* of the right CA */
	assert_refused(&url, &tls);
	url.host = name;
	assert_refused(&url, &tls);
	show_certificate("server");
	db = open_with(&url, &tls, &err);
	assert_non_null(db);
	db_close(&db);
}

static void a_ca_file_that_is_missing_or_no_certificate_is_refused(void **state)
{
	auto_free char *missing = xasprintf("%s/no-such.pem", dir), *key = xasprintf("%s/log", dir);
	struct tls_config tls = { .enabled = true, .ca_file = missing };
	struct db_url url = rooms_url(port);

	(void)state;
	assert_refused(&url, &tls);
	tls.ca_file = key;
	assert_refused(&url, &tls);
}

/* The sandbox's server has no TLS: to be asked for it must not mean to do without. */
static void a_server_without_tls_gets_no_password_when_tls_is_demanded(void **state)
{
	auto_free char *ca = xasprintf("%s/ca.pem", dir);
	struct tls_config with_ca = { .enabled = true, .ca_file = ca }, without = { .enabled = true };
	struct proxy *proxy = proxy_start(setting_number("SB_DB_PORT"));
	struct db_url url = rooms_url(proxy_port(proxy));

	(void)state;
	proxy_arm(proxy, (struct proxy_rule){ .event = PROXY_NEVER });
	assert_refused(&url, &with_ca);
	assert_refused(&url, &without);
	assert_int_equal(proxy_bytes_to_server(proxy), 0); /* not even its answer to the challenge */
	proxy_stop(&proxy);
}

static void an_account_that_must_use_tls_is_refused_without(void **state)
{
	static char secure[] = "secure";
	auto_free char *ca = xasprintf("%s/ca.pem", dir);
	struct tls_config tls = { .enabled = true, .ca_file = ca };
	struct db_url url = rooms_url(port);
	struct error err;
	struct db *db;

	(void)state;
	url.user = secure;
	assert_null(open_with(&url, NULL, &err));
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
	assert_int_equal(err.code, 1045);
	db = open_with(&url, &tls, &err);
	assert_non_null(db);
	db_close(&db);
}

static void the_run_is_in_the_servers_list_of_connections(void **state)
{
	struct db_url url = rooms_url(port);
	struct error err;
	struct db *db = open_with(&url, NULL, &err);

	(void)state;
	assert_non_null(db);
	assert_shows(db, &run_of_session, "20260131-rooms");
	assert_shows(db, &cipher, ""); /* nobody asked for it */
	db_close(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_that_proves_its_name_is_taken_by_name_and_by_address),
		cmocka_unit_test(the_urls_own_options_ask_for_tls_too),
		cmocka_unit_test(options_of_the_url_that_say_how_to_connect_are_obeyed),
		cmocka_unit_test(a_socket_is_encrypted_where_a_ca_is_given),
		cmocka_unit_test(a_certificate_of_another_ca_is_refused),
		cmocka_unit_test(a_certificate_that_the_systems_cas_do_not_know_is_refused),
		cmocka_unit_test(a_certificate_for_another_name_is_refused),
		cmocka_unit_test(a_ca_file_that_is_missing_or_no_certificate_is_refused),
		cmocka_unit_test(a_server_without_tls_gets_no_password_when_tls_is_demanded),
		cmocka_unit_test(an_account_that_must_use_tls_is_refused_without),
		cmocka_unit_test(the_run_is_in_the_servers_list_of_connections),
	};

	return cmocka_run_group_tests(tests, start, finish);
}

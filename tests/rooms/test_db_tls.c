/* SPDX-License-Identifier: Apache-2.0 */
#include "rooms.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
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
		"CREATE USER secure@'%' IDENTIFIED BY '" PASSWORD "' REQUIRE SSL", "GRANT ALL ON evac_rooms.* TO secure@'%'",
		"CREATE USER certain@'%' IDENTIFIED BY '" PASSWORD "' REQUIRE X509", "GRANT ALL ON evac_rooms.* TO certain@'%'" };
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
STATEMENT(cipher_name, SQL_READS,
    "SELECT variable_value AS value FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher'", 0, NULL);
STATEMENT(run_of_session, SQL_READS,
    "SELECT attr_value AS value FROM performance_schema.session_account_connect_attrs"
    " WHERE attr_name = 'evac_manage_run' AND processlist_id = CONNECTION_ID()",
    0, NULL);

static struct db *open_url(const struct db_url *url, struct error *err)
{
	struct db *db = NULL;

	error_clear(err);
	db_open(&(struct db_options){ .url = url, .label = "cinder's database", .run = "20260131-rooms" }, &db, err);
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

/* The account's URL with these options, read as that of a file is. The caller frees it. */
static struct db_url url_with(const char *user, const char *at, unsigned to, const char *options)
{
	auto_free char *text = xasprintf("mysql+pymysql://%s:r00ms%%20s3cr3t@%s:%u/evac_rooms?%s", user, at, to, options);
	struct error err = { 0 };
	struct db_url url;

	if (db_url_parse(text, "here", &url, &err) != 0 || db_url_resolve(&url, "here", "cinder", &err) != 0)
		fail_msg("%s: %s", options, err.text);
	return url;
}

static void assert_opens(const char *user, const char *at, const char *options, const char *tls)
{
	struct db_url url = url_with(user, at, port, options);
	struct error err;
	struct db *db = open_url(&url, &err);

	if (!db)
		fail_msg("%s: %s", options, err.text);
	assert_shows(db, &cipher, tls);
	assert_string_equal(db_server(db)->tls, tls);
	db_close(&db);
	db_url_free(&url);
}

static void assert_refused_at(unsigned to, const char *at, const char *options)
{
	struct db_url url = url_with("rooms", at, to, options);
	struct error err;

	assert_null(open_url(&url, &err));
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
	if (err.code != 2026)
		fail_msg("%s: not for its TLS: %s", options, err.text);
	assert_non_null(strstr(err.hint, "TLS"));
	assert_no_password(&err, PASSWORD);
	db_url_free(&url);
}

static void assert_refused(const char *at, const char *options)
{
	assert_refused_at(port, at, options);
}

static void a_server_that_proves_its_name_is_taken_by_name_and_by_address(void **state)
{
	auto_free char *ca = xasprintf("ssl_ca=%s/ca.pem", dir);

	(void)state;
	assert_opens("rooms", "127.0.0.1", ca, "TLSv1.3");
	assert_opens("rooms", "localhost", ca, "TLSv1.3"); /* by TCP too, not by the socket */
}

/* With a CA it is as strict over the socket, where "localhost" is who must prove itself. */
static void a_socket_is_encrypted_where_a_ca_is_given(void **state)
{
	auto_free char *own = xasprintf("unix_socket=%s/sock&ssl_ca=%s/ca.pem", dir, dir),
	               *other = xasprintf("unix_socket=%s/sock&ssl_ca=%s/other-ca.pem", dir, dir),
	               *plain = xasprintf("unix_socket=%s/sock", dir);
	struct db_url url = url_with("rooms", "127.0.0.1", 1, plain); /* whatever stands there */
	struct error err;
	struct db *db = open_url(&url, &err);

	(void)state;
	assert_non_null(db);
	db_close(&db);
	db_url_free(&url);
	assert_opens("rooms", "localhost", own, "TLSv1.3");
	assert_refused("localhost", other);
}

static void a_certificate_of_another_ca_is_refused(void **state)
{
	auto_free char *other = xasprintf("ssl_ca=%s/other-ca.pem", dir);

	(void)state;
	assert_refused("127.0.0.1", other);
	assert_refused("127.0.0.1", "ssl_verify_cert=true"); /* the system's CAs do not know this one */
	assert_refused("127.0.0.1", "ssl_verify_identity=true");
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

static void set_global(const char *assignment)
{
	auto_free char *statement = xasprintf("SET GLOBAL %s", assignment);
	MYSQL *m = root();

	assert_non_null(m);
	assert_int_equal(mysql_query(m, statement), 0);
	mysql_close(m);
}

static void a_certificate_for_another_name_is_refused(void **state)
{
	auto_free char *ca = xasprintf("ssl_ca=%s/ca.pem", dir), *unnamed = xasprintf("%s&ssl_check_hostname=false", ca);

	(void)state;
	show_certificate("elsewhere"); /* of the right CA */
	assert_refused("127.0.0.1", ca);
	assert_refused("localhost", ca);
	assert_opens("rooms", "127.0.0.1", unnamed, "TLSv1.3");
	show_certificate("server");
	assert_opens("rooms", "127.0.0.1", ca, "TLSv1.3");
}

static void a_ca_file_that_is_missing_or_no_certificate_is_refused(void **state)
{
	auto_free char *missing = xasprintf("ssl_ca=%s/no-such.pem", dir), *log = xasprintf("ssl_ca=%s/log", dir);

	(void)state;
	assert_refused("127.0.0.1", missing);
	assert_refused("127.0.0.1", log);
}

/* The sandbox's server has no TLS: to be asked for it must not mean to do without. */
static void a_server_without_tls_gets_no_password_when_tls_is_demanded(void **state)
{
	auto_free char *ca = xasprintf("ssl_ca=%s/ca.pem", dir);
	struct proxy *proxy = proxy_start(setting_number("SB_DB_PORT"));

	(void)state;
	proxy_arm(proxy, (struct proxy_rule){ .event = PROXY_NEVER });
	assert_refused_at(proxy_port(proxy), "127.0.0.1", ca);
	assert_refused_at(proxy_port(proxy), "127.0.0.1", "ssl_verify_identity=true");
	assert_int_equal(proxy_bytes_to_server(proxy), 0); /* not even its answer to the challenge */
	proxy_stop(&proxy);
}

/* MySQL's libraries encrypt where the server can, and an empty variable of a template was meant to. */
static void tls_that_is_not_asked_for_is_taken_where_the_server_offers_it(void **state)
{
	static char mysqldb[] = "mysql+mysqldb";
	struct db_url url = rooms_url(port);
	struct error err;
	struct db *db;

	(void)state;
	assert_opens("rooms", "127.0.0.1", "ssl_ca=", "TLSv1.3");
	assert_opens("secure", "127.0.0.1", "ssl", "TLSv1.3");
	url.driver = mysqldb;
	db = open_url(&url, &err);
	assert_non_null(db);
	assert_string_equal(db_server(db)->tls, "TLSv1.3");
	db_close(&db);
	url.port = setting_number("SB_DB_PORT"); /* has none */
	db = open_url(&url, &err);
	assert_non_null(db);
	assert_string_equal(db_server(db)->tls, "");
	db_close(&db);
}

static void a_key_is_opened_with_its_password(void **state)
{
	auto_free char *make = xasprintf("cd %s && openssl pkey -in server.key -aes128 -passout pass:k3y -out locked.key", dir),
	               *pair = xasprintf("ssl_cert=%s/server.pem&ssl_key=%s/locked.key", dir, dir),
	               *with = xasprintf("%s&ssl_key_password=k3y", pair), *wrong = xasprintf("%s&ssl_key_password=other", pair);

	(void)state;
	assert_int_equal(system(make), 0);
	assert_opens("certain", "127.0.0.1", with, "TLSv1.3");
	assert_refused("127.0.0.1", wrong);
}

static void assert_hints(const char *user, unsigned to, const char *options, const char *hint)
{
	struct db_url url = url_with(user, "127.0.0.1", to, options);
	struct error err;

	assert_null(open_url(&url, &err));
	assert_int_equal(err.kind, ERROR_DB_UNREACHABLE);
	if (!strstr(err.hint, hint))
		fail_msg("%s: %s", err.text, err.hint);
	assert_no_password(&err, PASSWORD);
	db_url_free(&url);
}

/* One client: it is asked to log in with a plugin of MariaDB 11.6. */
static _Noreturn void serve_parsec(int listener)
{
	static const char hello[] = "\x52\0\0\0\x0a" "11.8.0-MariaDB\0" "\1\0\0\0" "saltsalt\0" "\x0b\xa2\x2d\2\0\x08\0\x15\0\0\0\0\0\0\0\0\0\0"
				    "saltsaltsalt\0" "mysql_native_password", other[] = "\x28\0\0\2\xfe" "parsec\0" "12345678901234567890123456789012";
	char bytes[1024];
	int client = accept(listener, NULL, NULL);

	if (write(client, hello, sizeof hello) == (ssize_t)sizeof hello && read(client, bytes, sizeof bytes) > 0 &&
	    write(client, other, sizeof other - 1) > 0)
		_exit(read(client, bytes, sizeof bytes) == 0);
	_exit(1);
}

static void a_plugin_that_is_not_ours_is_named(void **state)
{
	unsigned at = 0;
	int listener = listen_on(&at);
	pid_t child;

	(void)state;
	fflush(NULL);
	child = fork();
	if (child == 0)
		serve_parsec(listener);
	close(listener);
	assert_hints("rooms", at, "", "authentication plugin is not supported");
	waitpid(child, NULL, 0);
}

static void a_refused_login_says_what_the_url_does_not_ask_for(void **state)
{
	(void)state;
	assert_hints("secure", port, "", "may require TLS");
	assert_hints("rooms", port, "bind_address=192.0.2.1", "bind_address of the connection URL");
	set_global("require_secure_transport = ON"); /* MariaDB 10 says 1045 here, too, 11.8 says 3159 */
	assert_hints("rooms", port, "", "the URL does not ask for");
	set_global("require_secure_transport = OFF");
}

static void the_run_is_in_the_servers_list_of_connections(void **state)
{
	struct db_url url = rooms_url(port);
	struct error err;
	struct db *db = open_url(&url, &err);

	(void)state;
	assert_non_null(db);
	assert_shows(db, &run_of_session, "20260131-rooms");
	assert_shows(db, &cipher, ""); /* nobody asked for it */
	db_close(&db);
}

/* ---- beside PyMySQL */

/* What each does with a URL in each state of the server. STRICTER: we refuse what the driver takes, for the URL's words ask for
 * it; OURS: we open what the driver does not, and it is no weaker than the words. */
enum beside { SAME, STRICTER, OURS };
static const struct {
	const char *options; /* $D is the directory, $S the server's socket */
	enum beside beside;
	const char *why;
} urls[] = {
	{ "", SAME, NULL },
	{ "charset=utf8mb4&connect_timeout=10", SAME, NULL },
	{ "ssl_ca=$D/ca.pem", SAME, NULL },
	{ "ssl_ca=$D/other-ca.pem", SAME, NULL },
	{ "ssl_ca=%2F$D%2Fca%2Epem", SAME, NULL },
	{ "ssl_capath=$D", SAME, NULL },
	{ "ssl_ca=$D/ca.pem&ssl_check_hostname=true", SAME, NULL },
	{ "ssl_ca=$D/ca.pem&ssl_check_hostname=false", SAME, NULL },
	{ "ssl_ca=$D/other-ca.pem&ssl_check_hostname=false", SAME, NULL },
	{ "ssl_check_hostname=true", SAME, NULL },
	{ "ssl_check_hostname=false", SAME, NULL },
	{ "ssl_check_hostname=perhaps", SAME, NULL },
	{ "ssl_verify_cert=true", SAME, NULL },
	{ "charset=utf8&ssl_verify_cert=true", SAME, NULL }, /* OpenStack-Ansible's */
	{ "ssl_verify_cert=required", SAME, NULL },
	{ "ssl_verify_cert=optional", SAME, NULL },
	{ "ssl_verify_cert=none", SAME, NULL },
	{ "ssl_verify_cert=false", SAME, NULL },
	{ "ssl_ca=$D/other-ca.pem&ssl_verify_cert=false", SAME, NULL },
	{ "ssl_ca=$D/ca.pem&ssl_verify_cert=true", OURS, "PyMySQL drops this CA, and asks the system's" },
	{ "ssl_ca=$D/other-ca.pem&ssl_verify_cert=true", STRICTER, "PyMySQL drops this CA, and asks the system's" },
	{ "ssl_verify_identity=true", STRICTER, "PyMySQL drops the words: it has no CA then" },
	{ "ssl_verify_identity=false", SAME, NULL },
	{ "ssl_ca=$D/other-ca.pem&ssl_verify_identity=true", STRICTER, "PyMySQL drops this CA, and the words with it" },
	{ "ssl_cert=$D/server.pem&ssl_key=$D/server.key", SAME, NULL },
	{ "ssl_ca=$D/ca.pem&ssl_cert=$D/server.pem&ssl_key=$D/server.key", SAME, NULL },
	{ "ssl_cert=$D/no-such.pem", SAME, NULL },
	{ "ssl_cipher=ECDHE-ECDSA-AES128-GCM-SHA256", SAME, NULL },
	{ "ssl_disabled=true", SAME, NULL },
	{ "ssl_ca=$D/other-ca.pem&ssl_disabled=true", SAME, NULL },
	{ "ssl_disabled=false", SAME, NULL },
	{ "ssl_ca=$D/ca.pem&ssl_disabled=false", STRICTER, "PyMySQL takes any word for true" },
	{ "ssl", SAME, NULL },
	{ "ssl_ca=", SAME, NULL },
	{ "ssl_ca=&charset=utf8", SAME, NULL },
	{ "ssl_ca=$D/ca.pem&ssl_ca=$D/other-ca.pem", SAME, NULL }, /* neither of us */
	{ "ssl_mode=REQUIRED", OURS, "other drivers know it" },
	{ "ssl_crl=$D/ca.pem", SAME, NULL },
	{ "read_default_file=$D/my.cnf", SAME, NULL },
	{ "read_default_file=$D/my.cnf&read_default_group=tripleo", SAME, NULL },
	{ "read_default_file=$D/my.cnf&read_default_group=shouting", SAME, NULL },
	{ "read_default_file=$D/my.cnf&read_default_group=inherits", SAME, NULL },
	{ "read_default_file=$D/my.cnf&read_default_group=nobody", SAME, NULL },
	{ "read_default_file=$D/my.cnf&read_default_group=tripleo&ssl_ca=$D/ca.pem", SAME, NULL },
	{ "read_default_file=$D/my.cnf&read_default_group=socket", SAME, NULL },
	{ "unix_socket=$S", SAME, NULL },
	{ "unix_socket=$S&ssl_ca=$D/ca.pem", SAME, NULL },
};

static const char option_file[] = "[client]\nssl-ca = %s/ca.pem\n!includedir /etc/my.cnf.d\n"
				  "[tripleo]\nssl-ca=\"%s/other-ca.pem\"\nssl-mode=DISABLED\nssl-verify-server-cert=0\n"
				  "[shouting]\nSSL-CA: %s/ca.pem\n"
				  "[socket]\nsocket=%s/sock\n[nobody]\n[inherits]\nport=%u\n";

static struct {
	FILE *to, *from;
	pid_t child;
} service;

static void start_service(void)
{
	int to[2], from[2];

	assert_int_equal(pipe(to) | pipe(from), 0);
	service.child = fork();
	if (service.child == 0) {
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		for (int fd = 3; fd < 64; fd++)
			close(fd);
		execl("/usr/bin/python3", "python3", "tests/lib/pymysql_opens.py", (char *)NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	service.to = fdopen(to[1], "w");
	service.from = fdopen(from[0], "r");
}

static void stop_service(void)
{
	fclose(service.to);
	fclose(service.from);
	waitpid(service.child, NULL, 0);
}

/* "TLSv1.3 TLS_AES_256_GCM_SHA384", "clear", or "fails" and why. */
static const char *service_opens(const char *authorities, const char *url)
{
	static char answer[1024];

	fprintf(service.to, "%s %s\n", authorities, url);
	fflush(service.to);
	assert_non_null(fgets(answer, sizeof answer, service.from));
	answer[strcspn(answer, "\n")] = '\0';
	return answer;
}

/* As the server has it, not as we believe. */
static void say_tls(struct db *db, char *out, size_t size)
{
	struct error err = { 0 };
	struct db_rows rows;

	assert_int_equal(db_read(db, &cipher_name, NULL, &cipher_shape, &rows, &err), 0);
	assert_true(rows.n == 1);
	if (*db_server(db)->tls)
		snprintf(out, size, "%s %s", db_server(db)->tls, ((struct cipher_row *)rows.v)->value);
	else
		snprintf(out, size, "clear");
	db_rows_free(&rows);
}

static const char *we_open(const char *authorities, const char *text)
{
	static char answer[ERROR_TEXT_SIZE + 8];
	struct error err = { 0 };
	struct db_url url;
	struct db *db;

	setenv("SSL_CERT_FILE", authorities[1] ? authorities : "/nonexistent", 1);
	if (db_url_parse(text, "here", &url, &err) != 0) {
		snprintf(answer, sizeof answer, "fails: %s", err.text);
		return answer;
	}
	if (db_url_resolve(&url, "here", "cinder", &err) != 0 || !(db = open_url(&url, &err))) {
		snprintf(answer, sizeof answer, "fails: %s", err.text);
	} else {
		say_tls(db, answer, sizeof answer);
		db_close(&db);
	}
	db_url_free(&url);
	return answer;
}

static bool fails(const char *answer)
{
	return strncmp(answer, "fails", 5) == 0;
}

/* What the driver did at the server with the right certificate: it goes on in clear text where the server has no TLS, and is
 * refused where it must encrypt and would not. */
static bool encrypts[COUNT(urls)];

/* No row is taken that is weaker; one that is not the same says so. */
static bool is_as_told(size_t i, const char *theirs, const char *ours)
{
	enum beside beside = urls[i].beside;

	if (strcmp(ours, "clear") == 0)
		return strcmp(theirs, "clear") == 0 && !encrypts[i];
	if (fails(ours) && !fails(theirs))
		return beside == STRICTER || (encrypts[i] && strcmp(theirs, "clear") == 0);
	if (fails(theirs) && !fails(ours))
		return beside == OURS || !encrypts[i];
	return fails(ours) || strcmp(ours, theirs) == 0 || strcmp(theirs, "clear") == 0;
}

static char *filled(const char *options, unsigned to)
{
	struct str out = { 0 };

	str_addf(&out, "mysql+pymysql://rooms:r00ms%%20s3cr3t@127.0.0.1:%u/evac_rooms?", to);
	for (; *options; options++) {
		if (*options != '$') {
			str_addc(&out, *options);
			continue;
		}
		str_addf(&out, *++options == 'S' ? "%s/sock" : "%s", dir);
	}
	return str_take(&out);
}

static unsigned compare_all(const char *state_of_server, const char *authorities, unsigned to)
{
	bool learns = strcmp(state_of_server, "the system knows the CA") == 0;
	unsigned wrong = 0;

	for (size_t i = 0; i < COUNT(urls); i++) {
		auto_free char *url = filled(urls[i].options, to), *theirs = xstrdup(service_opens(authorities, url));
		const char *ours = we_open(authorities, url);

		if (learns)
			encrypts[i] = strcmp(theirs, "clear") != 0;
		if (is_as_told(i, theirs, ours))
			continue;
		fprintf(stderr, "%s: ?%s\n  PyMySQL: %s\n  we:      %s\n", state_of_server, urls[i].options, theirs, ours);
		wrong++;
	}
	return wrong;
}

static void no_connection_is_weaker_than_the_services(void **state)
{
	auto_free char *authorities = xasprintf("%s/ca.pem", dir), *path = xasprintf("%s/my.cnf", dir);
	FILE *f = fopen(path, "w");
	unsigned wrong;

	(void)state;
	fprintf(f, option_file, dir, dir, dir, dir, port);
	fclose(f);
	start_service();
	wrong = compare_all("the system knows the CA", authorities, port);
	wrong += compare_all("the right certificate", "-", port);
	show_certificate("elsewhere");
	wrong += compare_all("another name", authorities, port);
	show_certificate("server");
	set_global("require_secure_transport = ON");
	wrong += compare_all("encrypted connections only", authorities, port);
	set_global("require_secure_transport = OFF");
	wrong += compare_all("no TLS", authorities, setting_number("SB_DB_PORT"));
	stop_service();
	unsetenv("SSL_CERT_FILE");
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_that_proves_its_name_is_taken_by_name_and_by_address),
		cmocka_unit_test(a_socket_is_encrypted_where_a_ca_is_given),
		cmocka_unit_test(a_certificate_of_another_ca_is_refused),
		cmocka_unit_test(a_certificate_for_another_name_is_refused),
		cmocka_unit_test(a_ca_file_that_is_missing_or_no_certificate_is_refused),
		cmocka_unit_test(a_server_without_tls_gets_no_password_when_tls_is_demanded),
		cmocka_unit_test(tls_that_is_not_asked_for_is_taken_where_the_server_offers_it),
		cmocka_unit_test(a_key_is_opened_with_its_password),
		cmocka_unit_test(a_plugin_that_is_not_ours_is_named),
		cmocka_unit_test(a_refused_login_says_what_the_url_does_not_ask_for),
		cmocka_unit_test(no_connection_is_weaker_than_the_services),
		cmocka_unit_test(the_run_is_in_the_servers_list_of_connections),
	};

	return cmocka_run_group_tests(tests, start, finish);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <errmsg.h>
#include <mysqld_error.h>
#include <netdb.h>
#include <openssl/x509.h>

#include "internal.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"

#define CONNECT_TIMEOUT_S 5
#define CLOSE_MS 2000
#define IO_TIMEOUT_S 30 /* above innodb_lock_wait_timeout, or we would make an unknown outcome of a lock wait */
#define OPEN_TIMEOUTS 3 /* of those, to connect and to set the session up; the timeout itself is for each read(2) */

static const char *option_of(const struct db_url *url, const char *name)
{
	return url_option(url->option, url->noption, name);
}

/* Up to Connector/C 3.3 a CA that is given is checked whatever MYSQL_OPT_SSL_VERIFY_SERVER_CERT says, which then adds the
 * name; since 3.4, where it is on by default, it is both or nothing: then it is both. */
static bool must_check_name(struct db *db, const struct db_tls *tls)
{
	my_bool on = 0;

	mysql_get_optionv(db->mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &on);
	return tls->checks_name || (tls->checks_ca && on);
}

/* Without a CA of its own, the CAs that OpenSSL takes by itself, and Python with it. */
static void set_authorities(struct db *db, const struct db_tls *tls)
{
	const char *ca = tls->ca, *directory = tls->capath;

	if (!tls->checks_ca)
		return;
	if (!ca && !directory) {
		ca = str_or(getenv(X509_get_default_cert_file_env()), X509_get_default_cert_file());
		ca = access(ca, R_OK) == 0 ? ca : NULL;
		directory = str_or(getenv(X509_get_default_cert_dir_env()), X509_get_default_cert_dir());
	}
	if (ca)
		mysql_optionsv(db->mysql, MYSQL_OPT_SSL_CA, ca);
	if (directory)
		mysql_optionsv(db->mysql, MYSQL_OPT_SSL_CAPATH, directory);
}

static void set_tls(struct db *db, const struct db_tls *tls)
{
	my_bool yes = 1, verify = must_check_name(db, tls);

	/* since Connector/C 3.4 it is on, and with it TLS, unless it is said */
	mysql_optionsv(db->mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
	if (tls->use == DB_TLS_NONE)
		return;
	set_authorities(db, tls);
	if (tls->cert)
		mysql_optionsv(db->mysql, MYSQL_OPT_SSL_CERT, tls->cert);
	if (tls->key)
		mysql_optionsv(db->mysql, MYSQL_OPT_SSL_KEY, tls->key);
	if (tls->key_password)
		mysql_optionsv(db->mysql, MARIADB_OPT_TLS_PASSPHRASE, tls->key_password);
	if (tls->cipher)
		mysql_optionsv(db->mysql, MYSQL_OPT_SSL_CIPHER, tls->cipher);
	mysql_optionsv(db->mysql, MYSQL_OPT_SSL_ENFORCE, &yes); /* its name promises more than it does */
	mysql_optionsv(db->mysql, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3");
}

/* pymysql takes the socket whatever host the URL names. */
static const char *socket_of(const struct db_options *o)
{
	return option_of(o->url, "unix_socket");
}

static void set_options(struct db *db, const struct db_options *o)
{
	unsigned protocol = socket_of(o) ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP, no = 0;
	const char *from = option_of(o->url, "bind_address");
	unsigned connect_s = o->connect_timeout_s ? o->connect_timeout_s : CONNECT_TIMEOUT_S;
	unsigned io_s = o->io_timeout_s ? o->io_timeout_s : IO_TIMEOUT_S;
	my_bool off = 0, on = 1;

	mysql_optionsv(db->mysql, MYSQL_OPT_PROTOCOL, &protocol); /* "localhost" would mean the socket */
	mysql_optionsv(db->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
	mysql_optionsv(db->mysql, MYSQL_OPT_READ_TIMEOUT, &io_s);
	mysql_optionsv(db->mysql, MYSQL_OPT_WRITE_TIMEOUT, &io_s);
	mysql_optionsv(db->mysql, MYSQL_OPT_RECONNECT, &off); /* would drop the transaction without a word */
	mysql_optionsv(db->mysql, MYSQL_OPT_LOCAL_INFILE, &no);
	mysql_optionsv(db->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_optionsv(db->mysql, MYSQL_REPORT_DATA_TRUNCATION, &on);
	mysql_optionsv(db->mysql, MARIADB_OPT_RESTRICTED_AUTH,
	    "mysql_native_password,client_ed25519,caching_sha2_password,sha256_password");
	mysql_optionsv(db->mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "evac-manage");
	if (from)
		mysql_optionsv(db->mysql, MYSQL_OPT_BIND, from);
	if (o->run)
		mysql_optionsv(db->mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "evac_manage_run", o->run);
}

static bool connect_with(struct db *db, const struct db_options *o, const struct db_tls *tls, const char *host)
{
	const struct db_url *u = o->url;
	bool stands;

	set_options(db, o);
	set_tls(db, tls);
	db_watch_opening(db, (int64_t)(o->connect_timeout_s ? o->connect_timeout_s : CONNECT_TIMEOUT_S) * OPEN_TIMEOUTS * 1000);
	/* without a password the library would take $MYSQL_PWD */
	stands = mysql_real_connect(db->mysql, socket_of(o) ? NULL : host, u->user, str_or(u->password, ""), u->database,
	    u->port, socket_of(o), CLIENT_FOUND_ROWS);
	db_watch_connected(db);
	return stands;
}

static void start_over(struct db *db)
{
	deadline_unwatch(&db->watch);
	mysql_close(db->mysql);
	db->mysql = mysql_init(NULL);
}

/* What the driver would do by itself where the server can is no reason not to connect: a server with a TLS of long ago. */
static bool connect_if_offered(struct db *db, const struct db_options *o, const char *host)
{
	const struct db_tls clear = { .use = DB_TLS_NONE };

	if (mysql_errno(db->mysql) != CR_SSL_CONNECTION_ERROR)
		return false;
	log_info("%s (%s): TLS fails, and is not asked for: %s", db->label, db->where, mysql_error(db->mysql));
	start_over(db);
	return connect_with(db, o, &clear, host);
}

static const char *tls_version(struct db *db)
{
	const char *version = NULL;

	if (!mysql_get_ssl_cipher(db->mysql))
		return NULL;
	mariadb_get_infov(db->mysql, MARIADB_CONNECTION_TLS_VERSION, &version);
	return str_or(version, "TLS");
}

static int fail_to_connect(struct db *db, const struct db_tls *tls, struct error *err)
{
	unsigned number = mysql_errno(db->mysql);

	db_fail(db, PHASE_CONNECT, number, mysql_error(db->mysql), NULL, err);
	if (number == ER_ACCESS_DENIED_ERROR && tls->use == DB_TLS_NONE)
		return error_hint(err,
		    "check user and password of the connection URL; the account may require TLS, and the URL does not ask for it: name a CA there (ssl_ca=FILE), or in the --defaults-file (ssl-ca = FILE)");
	return -1;
}

static bool connect_at(struct db *db, const struct db_options *o, const struct db_tls *tls, const char *host)
{
	return connect_with(db, o, tls, host) || (tls->use == DB_TLS_IF_OFFERED && connect_if_offered(db, o, host));
}

static bool nobody_was_there(const struct db *db)
{
	unsigned number = mysql_errno(db->mysql);

	return number == CR_CONNECTION_ERROR || number == CR_CONN_HOST_ERROR;
}

/* The library would ask the name server for itself, once more and for as long as libc likes: it gets the addresses, and tries
 * the next one where nobody listens, as it would. Where the certificate must be for the name it gets the name: it has no other
 * word for what to compare. */
static bool connect_somewhere(struct db *db, const struct db_options *o, const struct db_tls *tls, const struct addrinfo *found)
{
	char address[NI_MAXHOST];

	for (; found; found = found->ai_next) {
		if (getnameinfo(found->ai_addr, found->ai_addrlen, address, sizeof address, NULL, 0, NI_NUMERICHOST) != 0)
			continue;
		if (connect_at(db, o, tls, address))
			return true;
		if (!nobody_was_there(db) || !found->ai_next || deadline_is_over())
			return false;
		start_over(db);
	}
	return connect_at(db, o, tls, str_or(o->url->host, "127.0.0.1"));
}

static int server_connect(struct db *db, const struct db_options *o, struct error *err)
{
	const struct db_tls tls = db_tls_of(o->url);
	struct addrinfo *found = NULL;
	bool stands;

	unsetenv("MARIADB_TLS_DISABLE_PEER_VERIFICATION"); /* Connector/C 3.4 would obey it */
	if (!socket_of(o) && db_find_name(db, str_or(o->url->host, "127.0.0.1"), &found, err) != 0)
		return -1;
	stands = connect_somewhere(db, o, &tls, must_check_name(db, &tls) ? NULL : found);
	if (found)
		freeaddrinfo(found);
	if (!stands)
		return fail_to_connect(db, &tls, err);
	if (tls.use == DB_TLS_REQUIRED && !tls_version(db))
		return db_fail(db, PHASE_CONNECT, CR_SSL_CONNECTION_ERROR, _("the connection is not encrypted"), NULL, err);
	snprintf(db->server.tls, sizeof db->server.tls, "%s", str_or(tls_version(db), ""));
	return 0;
}

int db_open(const struct db_options *options, struct db **out, struct error *err)
{
	const struct db_url *u = options->url;
	struct db *db = xcalloc(1, sizeof *db);

	*out = NULL;
	db->label = xstrdup(options->label);
	db->where = socket_of(options) ? xasprintf("socket %s %s", socket_of(options), str_or(u->database, "")) :
					 xasprintf("%s:%u %s", str_or(u->host, "127.0.0.1"), u->port, str_or(u->database, ""));
	db->mysql = mysql_init(NULL);
	if (db_check_time(db, err) != 0 || server_connect(db, options, err) != 0 || db_set_up_session(db, err) != 0) {
		if (err->kind == ERROR_ERROR)
			err->kind = ERROR_DB_UNREACHABLE;
		db_close(&db);
		return -1;
	}
	db->doomed = false;
	db->answer_ms = (int64_t)options->answer_timeout_s * 1000;
	db_watch_opened(db);
	log_debug("%s: %s", db->label, db->server.text);
	*out = db;
	return 0;
}

static void forget_once(struct db *db)
{
	for (size_t i = 0; i < db->nonce; i++)
		db_rows_free(&db->once[i].rows);
	free(db->once);
}

void db_close(struct db **db)
{
	struct db *d = *db;

	if (!d)
		return;
	db_end_ahead(d);
	if (d->watch.on && mysql_get_socket(d->mysql) == d->watch.fd &&
	    !deadline_has_cut(&d->watch)) /* over TLS the library waits for a farewell */
		deadline_watch(&d->watch, d->watch.fd, CLOSE_MS);
	forget_once(d);
	mysql_close(d->mysql);
	db_statements_close(d);
	deadline_unwatch(&d->watch);
	free(d->label);
	free(d->where);
	free(d);
	*db = NULL;
}

const char *db_label(const struct db *db)
{
	return db->label;
}

const struct db_server *db_server(const struct db *db)
{
	return &db->server;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "internal.h"
#include "sql_catalogue.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"

#define CONNECT_TIMEOUT_S 5
#define IO_TIMEOUT_S 30 /* above innodb_lock_wait_timeout, or we would make an unknown outcome of a lock wait */

struct settings_row {
	const char *sql_mode, *time_zone, *hostname, *version;
	int64_t autocommit, lock_wait_timeout_s, connection_id, port, server_id;
	bool read_only;
};
static const struct db_shape settings_row_shape = DB_SHAPE(struct settings_row,
    DB_COLUMNS(struct settings_row, sql_mode, time_zone, autocommit, lock_wait_timeout_s, connection_id, hostname, port,
	server_id, version, read_only));

struct variable_row {
	const char *variable_name, *value;
};
struct variables {
	DB_ROWS(struct variable_row);
};
static const struct db_shape variable_row_shape = DB_SHAPE(struct variable_row,
    DB_COLUMNS(struct variable_row, variable_name, value));

static const char *option_of(const struct db_url *url, const char *name)
{
	return url_option(url->option, url->noption, name);
}

static bool option_starts(const char *value, const char *with)
{
	return value && strncasecmp(value, with, strlen(with)) == 0;
}

/* TLS as the service's own configuration asks for it: with a CA, or where the driver would check the certificate, the server
 * must prove its name. Without a CA of its own that is the system's. */
static bool set_tls(struct db *db, const struct db_options *o)
{
	const char *ca = o->tls && o->tls->ca_file ? o->tls->ca_file : option_of(o->url, "ssl_ca");
	const char *cert = o->tls && o->tls->cert_file ? o->tls->cert_file : option_of(o->url, "ssl_cert");
	const char *key = o->tls && o->tls->key_file ? o->tls->key_file : option_of(o->url, "ssl_key");
	const char *capath = option_of(o->url, "ssl_capath"), *cipher = option_of(o->url, "ssl_cipher"),
		   *mode = option_of(o->url, "ssl_mode");
	my_bool yes = 1,
		verify = ca || capath || cert || (o->tls && o->tls->enabled) ||
	    str_is_true(option_of(o->url, "ssl_verify_cert")) || str_is_true(option_of(o->url, "ssl_verify_identity")) ||
	    option_starts(mode, "VERIFY_");

	if (!verify && !key && !cipher && !str_is_true(option_of(o->url, "ssl")) && !option_starts(mode, "REQUIRED"))
		return false;
	if (ca)
		mysql_optionsv(db->mysql, MYSQL_OPT_SSL_CA, ca);
	if (capath)
		mysql_optionsv(db->mysql, MYSQL_OPT_SSL_CAPATH, capath);
	if (cert)
		mysql_optionsv(db->mysql, MYSQL_OPT_SSL_CERT, cert);
	if (key)
		mysql_optionsv(db->mysql, MYSQL_OPT_SSL_KEY, key);
	if (cipher)
		mysql_optionsv(db->mysql, MYSQL_OPT_SSL_CIPHER, cipher);
	mysql_optionsv(db->mysql, MYSQL_OPT_SSL_ENFORCE, &yes);
	mysql_optionsv(db->mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
	mysql_optionsv(db->mysql, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3");
	return true;
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

static int server_connect(struct db *db, const struct db_options *o, struct error *err)
{
	const struct db_url *u = o->url;
	bool tls;

	set_options(db, o);
	tls = set_tls(db, o);
	/* without a password the library would take $MYSQL_PWD */
	if (!mysql_real_connect(db->mysql, socket_of(o) ? NULL : str_or(u->host, "127.0.0.1"), u->user, str_or(u->password, ""),
		u->database, u->port, socket_of(o), CLIENT_FOUND_ROWS))
		return db_fail(db, PHASE_CONNECT, mysql_errno(db->mysql), mysql_error(db->mysql), NULL, err);
	if (tls && !mysql_get_ssl_cipher(db->mysql))
		return db_fail(db, PHASE_CONNECT, 2026, _("the connection is not encrypted"), NULL, err);
	return 0;
}

static int check_settings(struct db *db, struct error *err)
{
	auto_arena struct arena texts = { 0 };
	struct settings_row s;
	int found = db_read_one(db, &SQL_SESSION_SETTINGS_GET, NULL, &settings_row_shape, &s, &texts, err);

	if (found < 0)
		return -1;
	if (!found)
		return error_set(err, ERROR_DB_UNREACHABLE,
		    "%s (%s) does not return its session settings: check for a proxy in between", db->label, db->where);
	db->server.read_only = s.read_only;
	if (db_session_id(db, &db->server.connection_id, err) != 0)
		return -1;
	snprintf(db->server.text, sizeof db->server.text, "%s:%lld server_id=%lld version=%s", s.hostname, (long long)s.port,
	    (long long)s.server_id, s.version);
	if (!strstr(s.sql_mode, "STRICT_ALL_TABLES") || !str_equal(s.time_zone, "+00:00") || s.autocommit != 1 ||
	    s.lock_wait_timeout_s != 10)
		return error_set(err, ERROR_DB_UNREACHABLE,
		    "%s (%s) does not keep the session settings: check for a proxy in between", db->label, db->where);
	return 0;
}

static const char *variable_value(const struct variables *variables, const char *name)
{
	for (const struct variable_row *v = variables->v; v < variables->v + variables->n; v++)
		if (strcasecmp(v->variable_name, name) == 0)
			return v->value;
	return "";
}

static void add_galera(struct db *db, const struct variables *variables, const struct variables *status)
{
	struct db_server *s = &db->server;
	size_t n = strlen(s->text);

	s->galera_max_rows = strtoull(variable_value(variables, "wsrep_max_ws_rows"), NULL, 10);
	s->galera_max_bytes = strtoull(variable_value(variables, "wsrep_max_ws_size"), NULL, 10);
	s->galera_ready = strcasecmp(variable_value(status, "wsrep_ready"), "ON") == 0 &&
	    strcasecmp(variable_value(status, "wsrep_cluster_status"), "Primary") == 0 &&
	    strcasecmp(variable_value(status, "wsrep_local_state_comment"), "Synced") == 0 &&
	    strcasecmp(variable_value(variables, "wsrep_desync"), "ON") != 0 &&
	    strcasecmp(variable_value(variables, "wsrep_dirty_reads"), "ON") != 0;
	snprintf(s->text + n, sizeof s->text - n, " galera=%s node=%s", variable_value(status, "wsrep_cluster_state_uuid"),
	    variable_value(variables, "wsrep_node_name"));
}

static int look_for_galera(struct db *db, struct error *err)
{
	struct variables variables, status;

	db->server.galera_ready = true;
	if (db_read(db, &SQL_SESSION_WSREP_LIST_VARIABLES, NULL, &variable_row_shape, &variables.rows, err) != 0)
		return -1;
	db->server.galera = strcasecmp(variable_value(&variables, "wsrep_on"), "ON") == 0;
	if (db->server.galera) {
		if (db_read(db, &SQL_SESSION_WSREP_LIST_STATUS, NULL, &variable_row_shape, &status.rows, err) != 0) {
			db_rows_free(&variables.rows);
			return -1;
		}
		add_galera(db, &variables, &status);
		db_rows_free(&status.rows);
	}
	db_rows_free(&variables.rows);
	return db->server.galera ? db_session(db, &SQL_SESSION_WSREP_SYNC, err) : 0;
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
	if (server_connect(db, options, err) != 0 || db_session(db, &SQL_SESSION_SETTINGS_SET, err) != 0 ||
	    check_settings(db, err) != 0 || look_for_galera(db, err) != 0) {
		if (err->kind == ERROR_ERROR)
			err->kind = ERROR_DB_UNREACHABLE;
		db_close(&db);
		return -1;
	}
	db->doomed = false;
	log_debug("%s: %s", db->label, db->server.text);
	*out = db;
	return 0;
}

void db_close(struct db **db)
{
	struct db *d = *db;

	if (!d)
		return;
	db_statements_close(d);
	mysql_close(d->mysql);
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

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "internal.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/mem.h"

/* What stands behind the '?' of a database's URL goes to the driver (SQLAlchemy: create_connect_args), and some of it says how
 * one connects. We must never connect in a weaker way than the service does: what we know is obeyed, what we cannot do is
 * refused by name. */

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* db_tls_of() and db/connect.c obey them. */
static const char *const obeyed[] = { "ssl", "ssl_ca", "ssl_capath", "ssl_cert", "ssl_key", "ssl_key_password", "ssl_cipher",
	"ssl_mode", "ssl_disabled", "ssl_verify_cert", "ssl_verify_identity", "ssl_check_hostname", "unix_socket",
	"bind_address", "read_default_file", "read_default_group" };
/* Weaker than what we do anyway. */
static const char *const stricter[] = { "tls_versions", "tls_version", "tls_ciphersuites" };
/* Where or how safely one connects, by the beginnings of its names in the drivers' own lists. */
static const char *const telling[] = { "ssl", "tls", "option_file", "default_file", "default_group", "read_default",
	"unix_socket", "named_pipe", "server_public_key", "failover", "krb", "oci_", "kerberos" };
/* SQLAlchemy lets these win over what stands before the '?'; and a socket has no other place. */
static const char *const places[] = { "host", "port", "user", "password", "passwd", "db", "database" };

/* pymysql/connections.py: _config(); the file speaks only where the URL is silent. MySQL's own libraries read more of it. */
static const struct {
	const char *key, *option;
	bool library;
} from_file[] = {
	{ "ssl", "ssl", false }, /* PyMySQL does not ask for it, and who writes it means it */
	{ "ssl-ca", "ssl_ca", false },
	{ "ssl-capath", "ssl_capath", false },
	{ "ssl-cert", "ssl_cert", false },
	{ "ssl-key", "ssl_key", false },
	{ "ssl-cipher", "ssl_cipher", false },
	{ "ssl-mode", "ssl_mode", true },
	{ "ssl-verify-server-cert", "ssl_verify_identity", true },
	{ "socket", "unix_socket", false },
	{ "bind-address", "bind_address", false },
};

static bool is_option(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

static bool is_telling(const char *name)
{
	if (is_option(obeyed, COUNT(obeyed), name))
		return true;
	for (size_t i = 0; i < COUNT(telling); i++)
		if (str_starts(name, telling[i]))
			return true;
	return false;
}

static int add_way_out(const char *service, struct error *err)
{
	return error_hint(err,
	    "without this option the connection might be weaker than the service's: name a copy of the file without it with --%s-config-file, and "
	    "a file with user, password and TLS of this database with --defaults-file",
	    service);
}

static int refuse_option(const char *origin, const char *name, const char *why, const char *service, struct error *err)
{
	error_set(err, ERROR_CONFIG, "%s: the option '%s' of the URL: %s", origin, name, _(why));
	return add_way_out(service, err);
}

static int check_option(const struct url_option *option, const char *origin, const char *service, struct error *err)
{
	const char *name = option->name;

	if (is_option(places, COUNT(places), name) && !option->bare)
		return refuse_option(origin, name, N_("its place is before the '?'"), service, err);
	if (!is_telling(name)) {
		log_info("%s: the option '%s' of the URL is not used: it does not say how to connect", origin, name);
		return 0;
	}
	if (option->bare) {
		log_info("%s: the option '%s' of the URL has no value, and the service's driver does not see it", origin, name);
		return 0;
	}
	if (option->repeated)
		return refuse_option(origin, name, N_("it is given more than once"), service, err);
	if (is_option(obeyed, COUNT(obeyed), name) || is_option(stricter, COUNT(stricter), name))
		return 0;
	return refuse_option(origin, name, N_("it changes how to connect, and evac-manage does not support it"), service, err);
}

static int check_options(const struct db_url *url, const char *origin, const char *service, struct error *err)
{
	for (size_t i = 0; i < url->noption; i++)
		if (check_option(&url->option[i], origin, service, err) != 0)
			return -1;
	return 0;
}

static bool has_option(const struct db_url *url, const char *name)
{
	return url_option(url->option, url->noption, name) != NULL;
}

/* pymysql asks the file for it where the URL is silent, whoever named the host: the standard one may be another server's. */
static int take_port(struct db_url *url, struct ini *ini, const char *group, struct error *err)
{
	const char *value, *origin;
	char *end = NULL;
	long port;

	if (url->has_port || ini_get(ini, group, "port", &value, &origin, err) != 0)
		return url->has_port ? 0 : -1;
	if (!value || !*value)
		return 0;
	port = strtol(value, &end, 10);
	if (*end || port < 1 || port > 65535)
		return error_set(err, ERROR_CONFIG, "%s: the port '%.64s' is not a number from 1 to 65535", origin, value);
	url->port = (unsigned)port;
	url->has_port = true;
	return 0;
}

static bool is_pymysql(const struct db_url *url)
{
	return strstr(url->driver, "+pymysql") != NULL;
}

static int take_option(struct db_url *url, struct ini *ini, const char *group, size_t i, struct error *err)
{
	const char *value;
	bool alone;

	if ((from_file[i].library && is_pymysql(url)) || has_option(url, from_file[i].option))
		return 0;
	if (ini_get(ini, group, from_file[i].key, &value, NULL, err) != 0)
		return -1;
	/* "ssl" alone on a line is "ssl=1" */
	alone = strcmp(from_file[i].key, "ssl") == 0 || strcmp(from_file[i].key, "ssl-verify-server-cert") == 0;
	if (value && (*value || alone))
		db_url_set_option(url, from_file[i].option, *value ? value : "1");
	return 0;
}

/* An empty value is none, here and there. */
static int take_text(struct ini *ini, const char *group, const char *key, char **text, struct error *err)
{
	const char *value;

	if (*text && **text)
		return 0;
	if (ini_get(ini, group, key, &value, NULL, err) != 0)
		return -1;
	if (!value || !*value)
		return 0;
	free_secret(*text);
	*text = xstrdup(value);
	if (ini_is_secret_key(key))
		hide_password(value);
	return 0;
}

static int read_group_of_file(struct db_url *url, struct ini *ini, const char *group, struct error *err)
{
	for (size_t i = 0; i < COUNT(from_file); i++)
		if (take_option(url, ini, group, i, err) != 0)
			return -1;
	if (take_text(ini, group, "user", &url->user, err) != 0 || take_text(ini, group, "password", &url->password, err) != 0)
		return -1;
	if (!has_option(url, "unix_socket") && take_text(ini, group, "host", &url->host, err) != 0)
		return -1;
	return take_port(url, ini, group, err);
}

/* Python's [DEFAULT] stands behind every group that there is; MySQL's libraries read [client] beside the group. */
static int read_options(struct db_url *url, const char *path, const char *group, struct error *err)
{
	const char *behind = is_pymysql(url) ? "DEFAULT" : "client";
	auto_ini struct ini *ini = NULL;

	if (ini_open_options(path, is_pymysql(url) ? OPTIONS_OF_PYMYSQL : OPTIONS_OF_MARIADB, &ini, err) != 0)
		return -1;
	if (read_group_of_file(url, ini, group, err) != 0)
		return -1;
	return strcmp(group, behind) != 0 ? read_group_of_file(url, ini, behind, err) : 0;
}

static int add_file_hint(const char *path, const char *service, struct error *err)
{
	if (err->code == ENOENT)
		return error_hint(err,
		    "copy '%s' from the host or container of the service: without it the connection might be weaker than the service's",
		    path);
	return add_way_out(service, err);
}

static int read_default_file(struct db_url *url, const char *origin, const char *service, struct error *err)
{
	const char *path = url_option(url->option, url->noption, "read_default_file");
	const char *group = url_option(url->option, url->noption, "read_default_group");
	auto_free char *named = NULL, *section = xstrdup(group ? group : "client");

	if (!path && !group)
		return 0;
	named = xstrdup(path ? path : "/etc/my.cnf"); /* pymysql's own default */
	if (*named != '/')
		return refuse_option(origin, "read_default_file", N_("give a path that begins with '/'"), service, err);
	if (read_options(url, named, section, err) == 0)
		return 0;
	error_prefix(err, "%s: the option '%s' of the URL", origin, path ? "read_default_file" : "read_default_group");
	return add_file_hint(named, service, err);
}

static int check_mode(const struct db_url *url, const char *origin, const char *service, struct error *err)
{
	static const char *const modes[] = { "DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY" };
	const char *mode = url_option(url->option, url->noption, "ssl_mode");

	for (size_t i = 0; mode && i < COUNT(modes); i++)
		if (strcasecmp(modes[i], mode) == 0)
			return 0;
	return mode ? refuse_option(origin, "ssl_mode", N_("it is none of the modes of MySQL"), service, err) : 0;
}

static int check_ssl(const struct db_url *url, const char *origin, const char *service, struct error *err)
{
	static const char *const flags[] = { "ssl", "ssl_disabled", "ssl_verify_cert", "ssl_verify_identity",
		"ssl_check_hostname" };
	bool value;

	for (size_t i = 0; i < COUNT(flags); i++) {
		const char *text = url_option(url->option, url->noption, flags[i]);

		if (text && !ssl_flag(text, &value))
			return refuse_option(origin, flags[i], N_("it is neither true nor false"), service, err);
	}
	return check_mode(url, origin, service, err);
}

int db_url_resolve(struct db_url *url, const char *origin, const char *service, struct error *err)
{
	if (check_options(url, origin, service, err) != 0 || read_default_file(url, origin, service, err) != 0)
		return -1;
	return check_ssl(url, origin, service, err);
}

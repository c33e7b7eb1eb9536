/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "internal.h"
#include "util/lang.h"
#include "util/mem.h"

/* What stands behind the '?' of a database's URL goes to the driver (SQLAlchemy: create_connect_args), and some of it says how
 * one connects. We must never connect in a weaker way than the service does: what we know is obeyed, what we cannot do is
 * refused by name. */

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* db/connect.c obeys them. */
static const char *const obeyed[] = { "ssl", "ssl_ca", "ssl_capath", "ssl_cert", "ssl_key", "ssl_cipher", "ssl_mode",
	"ssl_verify_cert", "ssl_verify_identity", "unix_socket", "bind_address", "read_default_file", "read_default_group" };
/* Weaker than what we do anyway. */
static const char *const stricter[] = { "ssl_check_hostname", "ssl_disabled", "tls_versions", "tls_version",
	"tls_ciphersuites" };
/* Where or how safely one connects, by the beginnings of its names in the drivers' own lists. */
static const char *const telling[] = { "ssl", "tls", "option_file", "read_default", "unix_socket", "named_pipe",
	"server_public_key", "failover", "krb", "oci_", "kerberos" };

/* pymysql/connections.py: _config(); the file speaks only where the URL is silent. */
static const struct {
	const char *key, *option;
} from_file[] = {
	{ "ssl", "ssl" },
	{ "ssl-ca", "ssl_ca" },
	{ "ssl-capath", "ssl_capath" },
	{ "ssl-cert", "ssl_cert" },
	{ "ssl-key", "ssl_key" },
	{ "ssl-cipher", "ssl_cipher" },
	{ "ssl-mode", "ssl_mode" },
	{ "ssl-verify-server-cert", "ssl_verify_cert" },
	{ "socket", "unix_socket" },
	{ "bind-address", "bind_address" },
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

static int check_option_names(const struct db_url *url, const char *origin, const char *service, struct error *err)
{
	for (size_t i = 0; i < url->noption; i++) {
		const char *name = url->option[i].name;

		if (!is_option(obeyed, COUNT(obeyed), name) && !is_option(stricter, COUNT(stricter), name) && is_telling(name))
			return refuse_option(origin, name, N_("it changes how to connect, and evac-manage does not support it"),
			    service, err);
	}
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
	return 0;
}

/* "ssl" alone on a line is "ssl=1". */
static int read_file(struct db_url *url, const char *path, const char *group, struct error *err)
{
	auto_ini struct ini *ini = NULL;
	const char *value;

	if (ini_open_options(path, &ini, err) != 0)
		return -1;
	for (size_t i = 0; i < COUNT(from_file); i++) {
		if (ini_get(ini, group, from_file[i].key, &value, NULL, err) != 0)
			return -1;
		if (value && !*value && strcmp(from_file[i].key, "ssl") == 0)
			value = "1";
		if (value && *value && !has_option(url, from_file[i].option))
			db_url_set_option(url, from_file[i].option, value);
	}
	if (!url->user && ini_get(ini, group, "user", &value, NULL, err) == 0 && value)
		url->user = xstrdup(value);
	if (!url->password && ini_get(ini, group, "password", &value, NULL, err) == 0 && value) {
		url->password = xstrdup(value);
		hide_password(value);
	}
	if (!url->host && !has_option(url, "unix_socket") && ini_get(ini, group, "host", &value, NULL, err) == 0 && value)
		url->host = xstrdup(value);
	return take_port(url, ini, group, err);
}

static int read_default_file(struct db_url *url, const char *origin, const char *service, struct error *err)
{
	const char *path = url_option(url->option, url->noption, "read_default_file");
	const char *group = url_option(url->option, url->noption, "read_default_group");
	auto_free char *named = NULL, *section = xstrdup(group ? group : "client");

	if (!path && !group)
		return 0;
	named = xstrdup(path ? path : "/etc/my.cnf"); /* pymysql's own default */
	if (*named == '~')
		return refuse_option(origin, "read_default_file",
		    N_("its path begins with '~'; give a path that begins with '/'"), service, err);
	if (read_file(url, named, section, err) == 0)
		return 0;
	error_prefix(err, "%s: the option '%s' of the URL", origin, path ? "read_default_file" : "read_default_group");
	return add_way_out(service, err);
}

static int check_ssl(const struct db_url *url, const char *origin, const char *service, struct error *err)
{
	static const char *const flags[] = { "ssl", "ssl_verify_cert", "ssl_verify_identity" };
	struct error unread = { 0 };
	bool value;

	for (size_t i = 0; i < COUNT(flags); i++) {
		const char *text = url_option(url->option, url->noption, flags[i]);

		if (text && parse_bool(text, origin, &value, &unread) != 0)
			return refuse_option(origin, flags[i], N_("it is neither true nor false"), service, err);
	}
	return 0;
}

int db_url_resolve(struct db_url *url, const char *origin, const char *service, struct error *err)
{
	if (check_option_names(url, origin, service, err) != 0 || read_default_file(url, origin, service, err) != 0)
		return -1;
	return check_ssl(url, origin, service, err);
}

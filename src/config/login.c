/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "util/url.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define BOTH "evac-manage"

static const char *const groups[] = { BOTH, "evac-manage-nova", "evac-manage-cinder", "evac-manage-placement",
	"evac-manage-neutron", "evac-manage-keystone" };
static const char *const keys[] = { "user", "password", "ssl-ca", "ssl-cert", "ssl-key", "ssl-verify-server-cert", "socket" };

static int check_groups(const struct ini *ini, const char *path, struct error *err)
{
	bool any = false;

	for (size_t i = 0; i < COUNT(groups); i++) {
		any = any || ini_has_group(ini, groups[i]);
		if (ini_check_keys(ini, groups[i], keys, COUNT(keys), err) != 0)
			return -1;
	}
	if (any)
		return 0;
	error_set(err, ERROR_CONFIG, "'%s' has none of the groups [evac-manage], [evac-manage-nova], [evac-manage-cinder]",
	    path);
	return error_hint(err, "write user and password below [evac-manage]; the group [client] is not read");
}

/* A group of the service's own wins over the one for all. An empty password is one; an empty user or path is none. */
static int read_field(struct ini *ini, const char *group, const char *key, char **field, struct error *err)
{
	const struct ini_name names[] = { { group, key }, { BOTH, key }, { NULL, NULL } };
	bool secret = ini_is_secret_key(key);
	const char *value, *origin;

	if (ini_get_first(ini, names, &value, &origin, err) != 0)
		return -1;
	if (!value)
		return 0;
	if (secret)
		hide_password(value);
	if (*value || secret)
		*field = xstrdup(value);
	ini_note(ini, names, secret ? "***" : value, origin);
	return 0;
}

int login_load(const struct config_sources *sources, const char *service, struct db_login *out, struct error *err)
{
	char **field[COUNT(keys)] = { &out->user, &out->password, &out->ssl_ca, &out->ssl_cert, &out->ssl_key,
		&out->ssl_verify_server_cert, &out->socket };
	auto_free char *group = xasprintf(BOTH "-%s", service);
	auto_ini struct ini *ini = NULL;
	bool verify;

	if (ini_open_options(sources->defaults_file, OPTIONS_OF_MARIADB, &ini, err) != 0 ||
	    check_groups(ini, sources->defaults_file, err) != 0)
		return -1;
	ini_note_to(ini, sources->values, service);
	for (size_t i = 0; i < COUNT(keys); i++)
		if (read_field(ini, group, keys[i], field[i], err) != 0)
			return -1;
	if (out->ssl_verify_server_cert && parse_bool(out->ssl_verify_server_cert, "ssl-verify-server-cert", &verify, err) != 0)
		return error_prefix(err, "'%s'", sources->defaults_file);
	out->readable_by_all = ini_readable_by_all(ini);
	return 0;
}

static void replace(char **text, const char *with)
{
	free_secret(*text);
	*text = xstrdup(with);
}

void db_url_set_option(struct db_url *url, const char *name, const char *value)
{
	for (size_t i = 0; value && i < url->noption; i++) {
		if (strcmp(url->option[i].name, name) == 0) {
			replace(&url->option[i].value, value);
			url->option[i].bare = false;
			return;
		}
	}
	if (!value)
		return;
	url->option = xreallocarray(url->option, url->noption + 1, sizeof *url->option);
	url->option[url->noption++] = (struct url_option){ .name = xstrdup(name), .value = xstrdup(value) };
}

static void drop_option(struct db_url *url, const char *name)
{
	for (size_t i = 0; i < url->noption; i++) {
		if (strcmp(url->option[i].name, name) != 0)
			continue;
		free(url->option[i].name);
		free_secret(url->option[i].value);
		url->option[i] = url->option[--url->noption];
		return;
	}
}

/* Who names a CA means that it is asked, and the name with it, whatever the URL says about it. */
static void apply_tls(const struct db_login *login, struct db_url *url)
{
	static const char *const about_checks[] = { "ssl_disabled", "ssl_mode", "ssl_verify_cert", "ssl_verify_identity",
		"ssl_check_hostname" };

	for (size_t i = 0; (login->ssl_ca || login->ssl_verify_server_cert) && i < COUNT(about_checks); i++)
		drop_option(url, about_checks[i]);
	db_url_set_option(url, "ssl_ca", login->ssl_ca);
	db_url_set_option(url, "ssl_cert", login->ssl_cert);
	db_url_set_option(url, "ssl_key", login->ssl_key);
	if (!login->ssl_verify_server_cert)
		return;
	db_url_set_option(url, "ssl_verify_cert", "true");
	db_url_set_option(url, "ssl_check_hostname", login->ssl_verify_server_cert);
}

/* A socket is one server, and it must be the one that the URL names: another host, another port or a socket of the URL's own
 * stays. */
static bool is_at_socket(const struct db_url *url)
{
	return (!url->host || strcmp(url->host, "localhost") == 0) && url->port == DB_PORT &&
	    !url_option(url->option, url->noption, "unix_socket");
}

void db_login_apply(const struct db_login *login, struct db_url *url)
{
	if (login->user)
		replace(&url->user, login->user);
	if (login->password)
		replace(&url->password, login->password);
	apply_tls(login, url);
	if (is_at_socket(url))
		db_url_set_option(url, "unix_socket", login->socket);
}

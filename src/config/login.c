/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "util/url.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define BOTH "evac-manage"

static const char *const groups[] = { BOTH, "evac-manage-nova", "evac-manage-cinder", "evac-manage-placement" };
static const char *const keys[] = { "user", "password", "ssl-ca", "ssl-cert", "ssl-key" };

static int check(const struct ini *ini, const char *path, struct error *err)
{
	bool any = false;

	for (size_t i = 0; i < COUNT(groups); i++) {
		any = any || ini_has_group(ini, groups[i]);
		if (ini_check_keys(ini, groups[i], keys, COUNT(keys), err) != 0)
			return -1;
	}
	if (any)
		return 0;
	error_set(err, ERROR_CONFIG, "'%s' has none of the groups [evac-manage], [evac-manage-nova], [evac-manage-cinder]", path);
	return error_hint(err, "its group [client] is not read; write user and password below [evac-manage]");
}

/* A group of the service's own wins over the one for all. */
static int read_field(struct ini *ini, const char *group, const char *key, const char **value, struct error *err)
{
	const char *origin;
	bool secret = strcmp(key, "password") == 0;

	if (ini_get(ini, group, key, value, &origin, err) != 0)
		return -1;
	if (!*value && ini_get(ini, BOTH, key, value, &origin, err) != 0)
		return -1;
	if (*value)
		ini_note(ini, &(struct ini_name){ group, key }, secret ? "***" : *value, origin);
	return 0;
}

int login_load(const struct config_sources *sources, const char *service, struct db_login *out, struct error *err)
{
	auto_free char *group = xasprintf(BOTH "-%s", service);
	const char *path = sources->defaults_file;
	auto_ini struct ini *ini = NULL;
	char **field[COUNT(keys)] = { &out->user, &out->password, &out->ssl_ca, &out->ssl_cert, &out->ssl_key };
	const char *value;

	if (ini_open_options(path, &ini, err) != 0 || check(ini, path, err) != 0)
		return -1;
	ini_note_to(ini, sources->values, service);
	for (size_t i = 0; i < COUNT(keys); i++) {
		if (read_field(ini, group, keys[i], &value, err) != 0)
			return -1;
		if (value && (*value || field[i] == &out->password)) /* an empty password is one; an empty user or path is none */
			*field[i] = xstrdup(value);
	}
	if (out->password)
		hide_password(out->password);
	out->readable_by_all = ini_readable_by_all(ini);
	return 0;
}

void db_url_set_option(struct db_url *url, const char *name, const char *value)
{
	if (!value)
		return;
	for (size_t i = 0; i < url->noption; i++) {
		if (strcmp(url->option[i].name, name) == 0) {
			free(url->option[i].value);
			url->option[i].value = xstrdup(value);
			return;
		}
	}
	url->option = xreallocarray(url->option, url->noption + 1, sizeof *url->option);
	url->option[url->noption++] = (struct url_option){ xstrdup(name), xstrdup(value) };
}

void db_login_apply(const struct db_login *login, struct db_url *url)
{
	if (login->user) {
		free(url->user);
		url->user = xstrdup(login->user);
	}
	if (login->password) {
		free_secret(url->password);
		url->password = xstrdup(login->password);
	}
	db_url_set_option(url, "ssl_ca", login->ssl_ca);
	db_url_set_option(url, "ssl_cert", login->ssl_cert);
	db_url_set_option(url, "ssl_key", login->ssl_key);
}

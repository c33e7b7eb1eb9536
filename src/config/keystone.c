/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "internal.h"
#include "util/mem.h"

/* What nova logs in to keystone with, and where its configuration says that glance is. */

#define IN(member) offsetof(struct keystone_config, member)

/* keystoneauth1 loading/_plugins/identity: generic.py (password) and v3.py, with the names that they still know. */
static const struct {
	const char *key, *older;
	size_t offset;
} members[] = {
	{ "auth_url", NULL, IN(auth_url) },
	{ "username", "user_name", IN(username) },
	{ "user_id", NULL, IN(user_id) },
	{ "password", NULL, IN(password) },
	{ "user_domain_id", NULL, IN(user_domain_id) },
	{ "user_domain_name", NULL, IN(user_domain_name) },
	{ "project_id", "tenant_id", IN(project_id) },
	{ "project_name", "tenant_name", IN(project_name) },
	{ "project_domain_id", NULL, IN(project_domain_id) },
	{ "project_domain_name", NULL, IN(project_domain_name) },
	{ "default_domain_id", NULL, IN(default_domain_id) },
	{ "default_domain_name", NULL, IN(default_domain_name) },
	{ "cafile", NULL, IN(ca_file) },
	{ "certfile", NULL, IN(cert_file) },
	{ "keyfile", NULL, IN(key_file) },
};
#define MEMBERS (sizeof members / sizeof *members)

static char **member_of(struct keystone_config *config, size_t i)
{
	return (char **)(void *)((char *)config + members[i].offset);
}

void keystone_config_free(struct keystone_config *config)
{
	free(config->group);
	for (size_t i = 0; i < MEMBERS; i++)
		free_secret(*member_of(config, i));
	*config = (struct keystone_config){ 0 };
}

static int read_member(struct ini *ini, const char *group, size_t i, char **out, struct error *err)
{
	const struct ini_name names[] = { { group, members[i].key }, { members[i].older ? group : NULL, members[i].older },
		{ NULL, NULL } };
	bool secret = ini_is_secret_key(members[i].key);
	const char *value, *origin;

	if (ini_get_first(ini, names, &value, &origin, err) != 0)
		return -1;
	if (!value || (!*value && !secret))
		return 0;
	if (secret)
		hide_password(value);
	*out = xstrdup(value);
	ini_note(ini, names, secret ? "***" : value, origin);
	return 0;
}

static int read_group(struct ini *ini, const char *group, struct keystone_config *out, struct error *err)
{
	auto_free char *section = NULL;

	if (read_text(ini, NAMES({ group, "auth_section" }), &section, err) != 0)
		return -1;
	out->group = xstrdup(section ? section : group);
	for (size_t i = 0; i < MEMBERS; i++)
		if (read_member(ini, out->group, i, member_of(out, i), err) != 0)
			return -1;
	return read_bool(ini, NAMES({ out->group, "insecure" }), &out->insecure, err);
}

bool keystone_config_has_login(const struct keystone_config *config)
{
	return config->auth_url && config->password && (config->username || config->user_id);
}

/* The first group that can log in; else the first that says where keystone is. What refers to an option whose default only the
 * host knows is no login: nothing but a token asks for one. */
int keystone_read(struct ini *ini, struct keystone_config *out, struct error *err)
{
	static const char *const groups[] = { "keystone_authtoken", "service_user" };

	for (size_t i = 0; i < sizeof groups / sizeof *groups && !keystone_config_has_login(out); i++) {
		struct keystone_config one = { 0 };

		if (read_group(ini, groups[i], &one, err) != 0) {
			keystone_config_free(&one);
			if (err->code != INI_UNKNOWN_REFERENCE)
				return -1;
			error_clear(err);
		} else if (keystone_config_has_login(&one) || (one.auth_url && !out->auth_url)) {
			keystone_config_free(out);
			*out = one;
		} else {
			keystone_config_free(&one);
		}
	}
	return 0;
}

/* An address that refers to what only the host knows is not known here. */
static int read_address(struct ini *ini, const struct ini_name *names, char **out, struct error *err)
{
	if (read_text(ini, names, out, err) == 0)
		return 0;
	if (err->code != INI_UNKNOWN_REFERENCE)
		return -1;
	error_clear(err);
	ini_note(ini, names, NULL, NULL);
	return 0;
}

/* The first of a list that nova goes through at random (nova image/glance.py: get_api_servers). */
static void take_first(char **list)
{
	char *comma = *list ? strchr(*list, ',') : NULL;

	if (comma)
		*comma = '\0';
}

/* Those of neutron and cinder are endpoint.c's. */
int service_addresses_read(struct ini *ini, struct nova_config *out, struct error *err)
{
	if (read_address(ini, NAMES({ "glance", "api_servers" }), &out->glance_url, err) != 0)
		return -1;
	take_first(&out->glance_url);
	return read_address(ini, NAMES({ "glance", "endpoint_override" }), &out->glance_url, err);
}

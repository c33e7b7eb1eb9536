/* SPDX-License-Identifier: Apache-2.0 */
#include "model/keystone/token.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/clock.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/secret.h"

#define PLAIN (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
/* Where the password goes: json-c frees its texts as they are. */
#define MARK "@@PASSWORD@@"

void token_facts_free(struct token_facts *facts)
{
	free(facts->user);
	free(facts->project);
	free(facts->project_id);
	json_object_put(facts->catalog);
	*facts = (struct token_facts){ 0 };
}

bool token_is_text(const char *text)
{
	for (const char *s = text; *s; s++)
		if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7f || strchr("\"'\\", *s))
			return false;
	return *text;
}

/* ---- the question */

static void put_some(json_object *object, const char *key, const char *value)
{
	if (value)
		put_text(object, key, value);
}

/* keystoneauth1 identity/v3/password.py: an id needs no domain. */
static json_object *domain_of(const char *id, const char *name, const struct keystone_config *login)
{
	json_object *domain = json_object_new_object();

	if (!id && !name) {
		id = login->default_domain_id;
		name = login->default_domain_name;
	}
	if (id || !name)
		put_text(domain, "id", id ? id : "default");
	else
		put_text(domain, "name", name);
	return domain;
}

static json_object *user_of(const struct keystone_config *login)
{
	json_object *user = json_object_new_object();

	put_some(user, "id", login->user_id);
	if (!login->user_id) {
		put_text(user, "name", login->username);
		put(user, "domain", domain_of(login->user_domain_id, login->user_domain_name, login));
	}
	put_text(user, "password", MARK);
	return user;
}

static json_object *scope_of(const struct keystone_config *login)
{
	json_object *scope = json_object_new_object(), *project = json_object_new_object();

	put_some(project, "id", login->project_id);
	if (!login->project_id) {
		put_text(project, "name", login->project_name);
		put(project, "domain", domain_of(login->project_domain_id, login->project_domain_name, login));
	}
	put(scope, "project", project);
	return scope;
}

/* RFC 8259, 7: what must be escaped. */
static char *json_escaped(const char *text)
{
	struct str out = { 0 };

	str_reserve(&out, 6 * strlen(text) + 1);
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == '"' || *text == '\\')
			str_addf(&out, "\\u%04x", (unsigned)(unsigned char)*text);
		else
			str_addc(&out, *text);
	return str_take(&out);
}

void token_request_body(const struct keystone_config *login, struct str *out)
{
	char *password = json_escaped(login->password);
	json_object *body = json_object_new_object(), *auth = json_object_new_object(), *identity = json_object_new_object(),
		    *by_password = json_object_new_object(), *methods = json_object_new_array();

	json_object_array_add(methods, jv_text("password"));
	put(by_password, "user", user_of(login));
	put(identity, "methods", methods);
	put(identity, "password", by_password);
	put(auth, "identity", identity);
	if (login->project_id || login->project_name)
		put(auth, "scope", scope_of(login));
	put(body, "auth", auth);
	secret_put_in(out, json_object_to_json_string_ext(body, PLAIN), MARK, password);
	free_secret(password);
	json_object_put(body);
}

/* "v3", "v2.0" */
static bool is_version_segment(const char *s)
{
	return *s == 'v' && isdigit((unsigned char)s[1]) && strspn(s + 1, "0123456789.") == strlen(s + 1);
}

char *token_service_url(const char *auth_url)
{
	auto_free char *url = xstrdup(auth_url);
	size_t n = strlen(url);
	char *last;

	while (n > 0 && url[n - 1] == '/')
		url[--n] = '\0';
	last = strrchr(url, '/');
	if (last && is_version_segment(last + 1))
		*last = '\0';
	return xasprintf("%s/v3", url);
}

/* ---- the answer */

static char *copy_text(json_object *object, const char *key)
{
	const char *text = json_object_is_type(object, json_type_object) ? get_text(object, key) : NULL;

	return text ? xstrdup(text) : NULL;
}

static bool has_role(json_object *roles, const char *name)
{
	for (size_t i = 0; i < count_members(roles); i++) {
		json_object *role = json_object_array_get_idx(roles, i);

		if (json_object_is_type(role, json_type_object) && str_equal(get_text(role, "name"), name))
			return true;
	}
	return false;
}

int token_read(const char *answer, struct token_facts *out, struct error *err)
{
	json_object *body = json_tokener_parse(answer), *token = NULL, *catalog;

	*out = (struct token_facts){ 0 };
	if (!json_object_is_type(body, json_type_object) || !json_object_object_get_ex(body, "token", &token) ||
	    !json_object_is_type(token, json_type_object)) {
		json_object_put(body);
		return error_set(err, ERROR_ERROR, "the answer is not keystone's: it has no token");
	}
	out->user = copy_text(json_object_object_get(token, "user"), "name");
	out->project = copy_text(json_object_object_get(token, "project"), "name");
	out->project_id = copy_text(json_object_object_get(token, "project"), "id");
	out->is_admin = has_role(json_object_object_get(token, "roles"), "admin");
	out->ends_s = clock_parse(str_or(get_text(token, "expires_at"), ""));
	catalog = json_object_object_get(token, "catalog");
	if (json_object_is_type(catalog, json_type_array))
		out->catalog = catalog_of_context(catalog);
	json_object_put(body);
	return 0;
}

/* ---- catalogs */

static bool is_kept(const char *type)
{
	static const char *const types[] = { "image", "block-storage", "volumev2", "volumev3", "key-manager", "placement",
		"network", "accelerator", "sharev2" };

	for (size_t i = 0; type && i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

/* The endpoint of this region, made where it is missing; v3 has one for each interface, v2 one for all of a region. */
static json_object *endpoint_of(json_object *endpoints, const char *region)
{
	json_object *one;

	for (size_t i = 0; i < json_object_array_length(endpoints); i++) {
		one = json_object_array_get_idx(endpoints, i);
		if (str_equal(get_text(one, "region"), region))
			return one;
	}
	one = json_object_new_object();
	put_some(one, "region", region);
	json_object_array_add(endpoints, one);
	return one;
}

static void add_interface(json_object *endpoints, json_object *v3)
{
	const char *interface = get_text(v3, "interface"), *url = get_text(v3, "url");
	auto_free char *key = NULL;

	if (!interface || !url)
		return;
	key = xasprintf("%sURL", interface);
	for (char *c = key; c < key + strlen(interface); c++)
		*c = (char)tolower((unsigned char)*c);
	put_text(endpoint_of(endpoints, get_text(v3, "region")), key, url);
}

static json_object *service_of_context(json_object *v3)
{
	json_object *service = json_object_new_object(), *endpoints = json_object_new_array(),
		    *list = json_object_object_get(v3, "endpoints");

	put_text(service, "type", get_text(v3, "type"));
	put_some(service, "name", get_text(v3, "name"));
	for (size_t i = 0; i < count_members(list); i++)
		if (json_object_is_type(json_object_array_get_idx(list, i), json_type_object))
			add_interface(endpoints, json_object_array_get_idx(list, i));
	put(service, "endpoints", endpoints);
	return service;
}

json_object *catalog_of_context(json_object *v3)
{
	json_object *out = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(v3); i++) {
		json_object *service = json_object_array_get_idx(v3, i);

		if (json_object_is_type(service, json_type_object) && is_kept(get_text(service, "type")))
			json_object_array_add(out, service_of_context(service));
	}
	return out;
}

static void add_address(json_object *catalog, const char *type, const char *name, const char *url)
{
	static const char *const keys[] = { "publicURL", "internalURL", "adminURL" };
	json_object *service, *endpoints, *endpoint;

	if (!url)
		return;
	service = json_object_new_object();
	endpoints = json_object_new_array();
	endpoint = json_object_new_object();
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		put_text(endpoint, keys[i], url);
	json_object_array_add(endpoints, endpoint);
	put_text(service, "type", type);
	put_text(service, "name", name);
	put(service, "endpoints", endpoints);
	json_object_array_add(catalog, service);
}

json_object *catalog_of_addresses(const char *glance, const char *neutron)
{
	json_object *catalog = json_object_new_array();

	add_address(catalog, "image", "glance", glance);
	add_address(catalog, "network", "neutron", neutron);
	return catalog;
}

bool catalog_has(json_object *catalog, const char *type)
{
	for (size_t i = 0; catalog && i < json_object_array_length(catalog); i++)
		if (str_equal(get_text(json_object_array_get_idx(catalog, i), "type"), type))
			return true;
	return false;
}

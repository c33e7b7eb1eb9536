/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

/* nova's objects/cell_mapping.py, CellMapping._format_url, with what Python's urlparse() and str.format() make of it. Its
 * quirks are kept: the result has to be the URL that nova itself uses. */
struct fields {
	struct url_option *v; /* value NULL: None */
	size_t n, cap;
};

static void fields_free(struct fields *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->v[i].name);
		free_secret(f->v[i].value);
	}
	free(f->v);
}

static void append_part(struct fields *f, char *name, const char *value, size_t n)
{
	f->v = vec_grow(f->v, f->n, &f->cap, sizeof *f->v);
	f->v[f->n++] = (struct url_option){ .name = name, .value = value ? xstrndup(value, n) : NULL };
}

static void append_text(struct fields *f, const char *name, const char *value)
{
	append_part(f, xstrdup(name), value, value ? strlen(value) : 0);
}

/* urlparse().username and .password: everything before the last '@', also of several brokers in one. */
static void add_login(struct fields *f, const char *authority)
{
	const char *at = strrchr(authority, '@');
	const char *colon = at ? memchr(authority, ':', (size_t)(at - authority)) : NULL;

	append_part(f, xstrdup("username"), at ? authority : NULL, (size_t)((colon ? colon : at ? at : authority) - authority));
	append_part(f, xstrdup("password"), colon ? colon + 1 : NULL, colon ? (size_t)(at - colon - 1) : 0);
}

static void add_hostname(struct fields *f, const char *host, size_t n)
{
	char *name;

	append_part(f, xstrdup("hostname"), n ? host : NULL, n);
	name = f->v[f->n - 1].value;
	for (; name && *name && *name != '%'; name++) /* a zone id keeps its case */
		*name = (char)tolower((unsigned char)*name);
}

/* urlparse().port is a number: without leading zeros, and refused when it is none. */
static bool add_port(struct fields *f, const char *port)
{
	size_t n = strlen(port);

	if (n == 0) {
		append_text(f, "port", NULL);
		return true;
	}
	if (strspn(port, "0123456789") != n)
		return false;
	while (*port == '0' && port[1])
		port++;
	if (strlen(port) > 5 || strtoul(port, NULL, 10) > 65535)
		return false;
	append_text(f, "port", port);
	return true;
}

static bool add_host(struct fields *f, const char *authority)
{
	const char *at = strrchr(authority, '@'), *host = at ? at + 1 : authority, *open = strchr(host, '['), *end, *port;

	host = open ? open + 1 : host;
	end = host + strcspn(host, open ? "]" : ":");
	port = open ? end + strcspn(end, ":") : end;
	add_hostname(f, host, (size_t)(end - host));
	return add_port(f, *port ? port + 1 : "");
}

/* cell_mapping.py's own _parse_netloc, for username1, hostname1, …: first '@', and the port of an IPv6 host keeps its colon. */
static bool append_broker(struct fields *f, const char *s, size_t n, size_t number)
{
	const char *at = memchr(s, '@', n), *end = s + n, *host = at ? at + 1 : s, *login_end = at ? at : s;
	const char *colon = memchr(s, ':', (size_t)(login_end - s)), *port, *host_end;
	bool bracketed = host < end && *host == '[';

	append_part(f, xasprintf("username%zu", number), s, (size_t)((colon ? colon : login_end) - s));
	append_part(f, xasprintf("password%zu", number), colon ? colon + 1 : NULL, colon ? (size_t)(login_end - colon - 1) : 0);
	host_end = memchr(host, bracketed ? ']' : ':', (size_t)(end - host));
	if (bracketed && !host_end)
		return false;
	port = host_end ? host_end + 1 : NULL;
	host += bracketed;
	append_part(f, xasprintf("hostname%zu", number), host, (size_t)((host_end ? host_end : end) - host));
	append_part(f, xasprintf("port%zu", number), port, port ? (size_t)(end - port) : 0);
	return true;
}

static bool add_brokers(struct fields *f, const char *authority)
{
	size_t n, number = 1;

	if (!strchr(authority, ','))
		return true;
	for (const char *s = authority;; s += n + 1) {
		n = strcspn(s, ",");
		if (!append_broker(f, s, n, number++))
			return false;
		if (!s[n])
			return true;
	}
}

static bool fields_of(const char *base, struct fields *f)
{
	struct url_parts parts;
	const char *authority;
	bool ok;

	if (!url_split(base, &parts))
		return false;
	authority = parts.authority ? parts.authority : "";
	append_text(f, "scheme", parts.scheme);
	append_text(f, "path", parts.path + strspn(parts.path, "/"));
	append_text(f, "query", parts.query);
	append_text(f, "fragment", parts.fragment);
	add_login(f, authority);
	ok = add_host(f, authority) && add_brokers(f, authority);
	url_parts_free(&parts);
	return ok;
}

static const struct url_option *field(const struct fields *f, const char *name, size_t n)
{
	for (size_t i = 0; i < f->n; i++)
		if (strlen(f->v[i].name) == n && memcmp(f->v[i].name, name, n) == 0)
			return &f->v[i];
	return NULL;
}

/* str.format() as far as a URL needs it: {name}, {{ and }}. */
static bool format(const char *s, const struct fields *f, struct str *out)
{
	const struct url_option *option;
	size_t n;

	while (*s) {
		n = strcspn(s, "{}");
		str_addn(out, s, n);
		s += n;
		if (!*s)
			break;
		if (s[1] == s[0]) {
			str_addc(out, *s);
			s += 2;
			continue;
		}
		n = *s == '{' ? strcspn(s, "}") : 0;
		option = n && s[n] ? field(f, s + 1, n - 1) : NULL;
		if (!option)
			return false;
		str_add(out, str_or(option->value, "None")); /* what Python writes for a part that the base does not have */
		s += n + 1;
	}
	return true;
}

char *config_expand_cell_url(const char *text, const char *base)
{
	struct fields f = { 0 };
	struct str out = { 0 };
	char *url;

	if (base && *base && fields_of(base, &f) && format(text, &f, &out)) {
		url = str_take(&out);
	} else {
		ini_text_free(&out);
		url = xstrdup(text);
	}
	fields_free(&f);
	return url;
}

int config_cell_database(const struct nova_config *nova, const char *text, struct db_url *out, struct error *err)
{
	static const char origin[] = "nova_api.cell_mappings";
	char *url = config_expand_cell_url(text, str_or(nova->database_text, ""));
	int rc = db_url_parse(url, origin, out, err);

	free_secret(url);
	if (rc == 0 && db_url_resolve(out, origin, "nova", err) != 0) {
		db_url_free(out);
		rc = -1;
	}
	if (rc == 0)
		db_login_apply(&nova->login, out);
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "util/url.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "url_internal.h"
#include "util/lang.h"
#include "util/mem.h"
#include "util/secret.h"

#define HOW_TO_ESCAPE \
	N_("in a user or password write '@' as %%40, ':' as %%3A, '/' as %%2F, '#' as %%23, '?' as %%3F, ',' as %%2C, '%%' as %%25")

int url_malformed(const char *origin, const char *what, struct error *err)
{
	error_set(err, ERROR_CONFIG, "%s: %s", origin, what);
	return error_hint(err, HOW_TO_ESCAPE);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool percent_decode(const char *s, size_t n, struct str *out)
{
	int high, low;

	for (size_t i = 0; i < n; i++) {
		high = s[i] == '%' && i + 2 < n ? hex_digit(s[i + 1]) : -1;
		low = high >= 0 ? hex_digit(s[i + 2]) : -1;
		if (low < 0) {
			str_addc(out, s[i]);
			continue;
		}
		if (high == 0 && low == 0)
			return false;
		str_addc(out, (char)(unsigned char)(high * 16 + low));
		i += 2;
	}
	return true;
}

void percent_encode(const char *s, const char *safe, struct str *out)
{
	for (; *s; s++) {
		if ((unsigned char)*s < 0x80 && (isalnum((unsigned char)*s) || strchr("_.-~", *s) || strchr(safe, *s)))
			str_addc(out, *s);
		else
			str_addf(out, "%%%02X", (unsigned)(unsigned char)*s);
	}
}

char *url_decoded(const char *s, size_t n)
{
	struct str out = { 0 };

	if (percent_decode(s, n, &out))
		return str_take(&out);
	str_free(&out);
	return NULL;
}

void hide_password(const char *password)
{
	auto_str struct str encoded = { 0 };

	if (!*password || strcmp(password, GUEST) == 0)
		return;
	secret_keep(password);
	percent_encode(password, "", &encoded);
	if (strcmp(encoded.s, password) != 0)
		secret_keep(encoded.s);
	explicit_bzero(encoded.s, encoded.n);
}

char *url_decoded_password(const char *s, size_t n)
{
	char *password = url_decoded(s, n), *spelt;

	if (!password || strcmp(password, GUEST) == 0)
		return password;
	spelt = xstrndup(s, n);
	secret_keep(spelt);
	free_secret(spelt);
	hide_password(password);
	return password;
}

unsigned url_port_number(const char *s, size_t n)
{
	unsigned port = 0;

	for (size_t i = 0; i < n; i++) {
		if (!isdigit((unsigned char)s[i]) || port > 65535)
			return 0;
		port = port * 10 + (unsigned)(s[i] - '0');
	}
	return port <= 65535 ? port : 0;
}

/* ---- options behind the '?' */

static bool is_secret_option(const char *name)
{
	return strstr(name, "pass") || strstr(name, "secret");
}

/* Again, and both are given away: joined as oslo.messaging does it. */
static void repeat_option(struct url_option *o, char *name, char *value)
{
	char *both = *value && !o->bare ? xasprintf("%s,%s", o->value, value) : xstrdup(*value ? value : o->value);

	o->repeated = o->repeated || (*value && !o->bare);
	o->bare = o->bare && !*value;
	free_secret(o->value);
	o->value = both;
	free(name);
	free_secret(value);
}

static void add_url_option(struct url_option **option, size_t *n, char *name, char *value)
{
	if (is_secret_option(name))
		hide_password(value);
	for (size_t i = 0; i < *n; i++) {
		if (strcmp((*option)[i].name, name) == 0) {
			repeat_option(&(*option)[i], name, value);
			return;
		}
	}
	*option = xreallocarray(*option, *n + 1, sizeof **option);
	(*option)[(*n)++] = (struct url_option){ .name = name, .value = value, .bare = !*value };
}

/* As parse_qs() does it: '+' is a blank here. An option without a value, which it drops, is kept as a bare one. false: %00. */
static bool parse_option(const char *s, size_t n, struct url_option **option, size_t *count)
{
	auto_free char *text = xstrndup(s, n);
	char *name, *value, *equals = strchrnul(text, '=');

	if (equals == text)
		return true;
	for (char *p = text; *p; p++)
		if (*p == '+')
			*p = ' ';
	name = url_decoded(text, (size_t)(equals - text));
	value = *equals ? url_decoded(equals + 1, strlen(equals + 1)) : xstrdup("");
	explicit_bzero(text, n);
	if (!name || !value) {
		free(name);
		free_secret(value);
		return false;
	}
	add_url_option(option, count, name, value);
	return true;
}

/* An option's value may have an '@', not what stands where an option should: that is a piece of a login with a raw '?'. */
bool url_query_is_torn(const char *query)
{
	const char *at = strchr(query, '@');

	return at && !memchr(query, '=', (size_t)(at - query));
}

bool url_parse_query(const char *query, struct url_option **option, size_t *count)
{
	size_t n;

	for (const char *s = query; *s; s += n + (s[n] == '&')) {
		n = strcspn(s, "&");
		if (!parse_option(s, n, option, count))
			return false;
	}
	return true;
}

const char *url_option(const struct url_option *option, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!option[i].bare && strcmp(option[i].name, name) == 0)
			return option[i].value;
	return NULL;
}

void url_show_options(const struct url_option *option, size_t n, struct str *out)
{
	for (size_t i = 0; i < n; i++) {
		str_addc(out, i ? '&' : '?');
		percent_encode(option[i].name, "", out);
		str_addc(out, '=');
		if (is_secret_option(option[i].name))
			str_add(out, "***");
		else
			percent_encode(option[i].value, "/:,", out);
	}
}

void url_show_login(const char *user, const char *password, struct str *out)
{
	if (!user)
		return;
	percent_encode(user, "", out);
	str_add(out, password ? ":***@" : "@");
}

void url_show_host(const char *host, unsigned port, struct str *out)
{
	str_addf(out, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
}

void url_free_options(struct url_option *option, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(option[i].name);
		free_secret(option[i].value);
	}
	free(option);
}

/* ---- URLs in general */

/* Python drops what a browser drops: blanks in front, and line breaks and tabs anywhere. That is why a transport_url may go on
 * in the next line of nova.conf. */
static char *without_breaks(const char *text)
{
	char *clean, *to;

	while (*text && (unsigned char)*text <= ' ')
		text++;
	to = clean = xmalloc(strlen(text) + 1);
	for (; *text; text++)
		if (!strchr("\t\r\n", *text))
			*to++ = *text;
	*to = '\0';
	return clean;
}

static size_t scheme_length(const char *s)
{
	size_t n = 0;

	if (!isalpha((unsigned char)*s))
		return 0;
	while (isalnum((unsigned char)s[n]) || s[n] == '+' || s[n] == '-' || s[n] == '.')
		n++;
	return s[n] == ':' ? n : 0;
}

bool url_split(const char *text, struct url_parts *out)
{
	char *clean = without_breaks(text), *rest = clean;
	size_t n = scheme_length(rest);
	bool ok = true;

	*out = (struct url_parts){ .scheme = xstrndup(rest, n) };
	for (char *p = out->scheme; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	rest += n ? n + 1 : 0;
	if (str_starts(rest, "//")) {
		rest += 2;
		n = strcspn(rest, "/?#");
		out->authority = xstrndup(rest, n);
		ok = !strchr(out->authority, '[') == !strchr(out->authority, ']');
		rest += n;
	}
	n = strcspn(rest, "#");
	out->fragment = xstrdup(rest[n] ? rest + n + 1 : "");
	rest[n] = '\0';
	n = strcspn(rest, "?");
	out->query = xstrdup(rest[n] ? rest + n + 1 : "");
	out->path = xstrndup(rest, n);
	rest[n] = '\0';
	free_secret(clean);
	if (!ok)
		url_parts_free(out);
	return ok;
}

void url_parts_free(struct url_parts *parts)
{
	free(parts->scheme);
	free_secret(parts->authority);
	free_secret(parts->path);
	free_secret(parts->query);
	free_secret(parts->fragment);
	*parts = (struct url_parts){ 0 };
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "util/url.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/log.h"
#include "util/mem.h"

#define DB_PORT 3306
#define BROKER_PORT 5672
#define GUEST "guest" /* RabbitMQ's published default; no secret */
#define HOW_TO_ESCAPE \
	"in a user or password write '@' as %%40, ':' as %%3A, '/' as %%2F, '#' as %%23, '?' as %%3F, ',' as %%2C, '%%' as %%25"

#define auto_url_parts __attribute__((cleanup(url_parts_free)))

/* What is wrong is told in sentences of ours: any piece of a URL that cannot be parsed may be a piece of its password. */
static int malformed(const char *origin, const char *what, struct error *err)
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

/* NULL: there is an escaped NUL in it. */
static char *decoded(const char *s, size_t n)
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
	log_hide(password);
	percent_encode(password, "", &encoded);
	if (strcmp(encoded.s, password) != 0)
		log_hide(encoded.s);
	explicit_bzero(encoded.s, encoded.n);
}

/* The password as the URL spells it may be escaped in another way than ours. */
static char *decoded_password(const char *s, size_t n)
{
	char *password = decoded(s, n), *spelt;

	if (!password || strcmp(password, GUEST) == 0)
		return password;
	spelt = xstrndup(s, n);
	log_hide(spelt);
	free_secret(spelt);
	hide_password(password);
	return password;
}

/* 0: not a port. */
static unsigned port_number(const char *s, size_t n)
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

static void add_option(struct url_option **option, size_t *n, char *name, char *value)
{
	struct url_option *o;
	char *both;

	for (size_t i = 0; i < *n; i++) {
		o = &(*option)[i];
		if (strcmp(o->name, name) != 0)
			continue;
		both = xasprintf("%s,%s", o->value, value); /* as oslo.messaging joins them */
		free_secret(o->value);
		o->value = both;
		free(name);
		free_secret(value);
		return;
	}
	*option = xreallocarray(*option, *n + 1, sizeof **option);
	(*option)[(*n)++] = (struct url_option){ name, value };
	if (is_secret_option(name))
		hide_password(value);
}

/* As parse_qs() does it: '+' is a blank here, and an option without a value is none. false: %00. */
static bool parse_option(const char *s, size_t n, struct url_option **option, size_t *count)
{
	auto_free char *text = xstrndup(s, n);
	char *name, *value, *equals = strchr(text, '=');

	if (!equals || !equals[1])
		return true;
	for (char *p = text; *p; p++)
		if (*p == '+')
			*p = ' ';
	name = decoded(text, (size_t)(equals - text));
	value = decoded(equals + 1, strlen(equals + 1));
	explicit_bzero(text, n);
	if (!name || !value) {
		free(name);
		free_secret(value);
		return false;
	}
	add_option(option, count, name, value);
	return true;
}

static bool parse_query(const char *query, struct url_option **option, size_t *count)
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
		if (strcmp(option[i].name, name) == 0)
			return option[i].value;
	return NULL;
}

static void show_options(const struct url_option *option, size_t n, struct str *out)
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

static void show_login(const char *user, const char *password, struct str *out)
{
	if (!user)
		return;
	percent_encode(user, "", out);
	str_add(out, password ? ":***@" : "@");
}

static void show_host(const char *host, unsigned port, struct str *out)
{
	str_addf(out, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
}

static void free_options(struct url_option *option, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(option[i].name);
		free_secret(option[i].value);
	}
	free(option);
}

/* ---- databases */

/* The '@' behind user and password, or NULL. SQLAlchemy 1.4 ends a password at its first '@' and lets it hold '/' and '?';
 * up to 1.3 it ended at the last. Both readings of a URL that can work come out right here: no host has an '@'. */
static const char *db_login_end(const char *s)
{
	const char *user_end = s + strcspn(s, ":/"), *at = *user_end == ':' ? strchr(user_end, '@') : NULL, *next;

	if (!at)
		return memrchr(s, '@', (size_t)(user_end - s));
	while ((next = memchr(at + 1, '@', strcspn(at + 1, "/?"))))
		at = next;
	return at;
}

/* Each of these returns NULL, or what is wrong as a sentence. */
static const char *parse_db_login(const char *s, const char *end, struct db_url *out)
{
	const char *colon = memchr(s, ':', (size_t)(end - s));

	out->user = decoded(s, (size_t)((colon ? colon : end) - s));
	if (colon)
		out->password = decoded_password(colon + 1, (size_t)(end - colon - 1));
	return !out->user || (colon && !out->password) ? "user or password holds %00" : NULL;
}

static const char *parse_db_host(const char *s, size_t n, struct db_url *out)
{
	const char *close = n && *s == '[' ? memrchr(s, ']', n) : NULL, *rest;
	size_t length = close ? (size_t)(close - s) - 1 : 0;

	if (n && *s == '[' && length == 0)
		return "the host's brackets do not match";
	if (close) {
		out->host = xstrndup(s + 1, length);
		rest = close + 1;
	} else {
		rest = memchr(s, ':', n);
		rest = rest ? rest : s + n;
		out->host = rest > s ? xstrndup(s, (size_t)(rest - s)) : NULL;
	}
	if (rest == s + n)
		return NULL;
	out->port = *rest == ':' ? port_number(rest + 1, (size_t)(s + n - rest - 1)) : 0;
	return out->port ? NULL : "the port is not a number from 1 to 65535";
}

static const char *parse_db_rest(const char *s, struct db_url *out)
{
	const char *at = db_login_end(s), *why = NULL;
	size_t n;

	if (at) {
		why = parse_db_login(s, at, out);
		s = at + 1;
	}
	n = strcspn(s, "/?");
	if (!why)
		why = parse_db_host(s, n, out);
	if (why)
		return why;
	s += n;
	n = strcspn(s, "?");
	if (n > 1)
		out->database = xstrndup(s + 1, n - 1); /* SQLAlchemy decodes nothing here */
	else
		return "names no database";
	return s[n] && !parse_query(s + n + 1, &out->option, &out->noption) ? "an option behind '?' holds %00" : NULL;
}

static bool has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	return false;
}

static size_t db_driver_length(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) || text[n] == '_' || text[n] == '+')
		n++;
	return str_starts(text + n, "://") ? n : 0;
}

int db_url_parse(const char *text, const char *origin, struct db_url *out, struct error *err)
{
	size_t n = db_driver_length(text);
	const char *why;

	*out = (struct db_url){ 0 };
	if (n == 0)
		return malformed(origin, "not of the form mysql+pymysql://USER:PASSWORD@HOST/DATABASE", err);
	if (has_control(text))
		return malformed(origin, "the URL holds a line break or another control character", err);
	if (!str_starts(text, "mysql") && !str_starts(text, "mariadb")) {
		error_set(err, ERROR_CONFIG, "%s: the database driver '%.*s' is not supported", origin, n > 64 ? 64 : (int)n, text);
		return error_hint(err, "evac-manage speaks to MariaDB and MySQL only: mysql+pymysql://USER:PASSWORD@HOST/DATABASE");
	}
	out->driver = xstrndup(text, n);
	out->port = DB_PORT;
	why = parse_db_rest(text + n + strlen("://"), out);
	if (!why)
		return 0;
	db_url_free(out);
	return malformed(origin, why, err);
}

void db_url_show(const struct db_url *url, struct str *out)
{
	str_addf(out, "%s://", url->driver);
	show_login(url->user, url->password, out);
	if (url->host)
		show_host(url->host, url->port, out);
	str_addf(out, "/%s", url->database);
	show_options(url->option, url->noption, out);
}

void db_url_free(struct db_url *url)
{
	free(url->driver);
	free(url->user);
	free_secret(url->password);
	free(url->host);
	free(url->database);
	free_options(url->option, url->noption);
	*url = (struct db_url){ 0 };
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

/* ---- brokers */

static struct broker *add_broker(struct transport_url *url)
{
	url->broker = xreallocarray(url->broker, url->nbroker + 1, sizeof *url->broker);
	url->broker[url->nbroker] = (struct broker){ .port = BROKER_PORT };
	return &url->broker[url->nbroker++];
}

static void fill_in_guest(struct broker *b)
{
	if (!b->user || !*b->user) {
		free(b->user);
		b->user = xstrdup(GUEST);
	}
	if (!b->password || !*b->password) {
		free(b->password);
		b->password = xstrdup(GUEST);
	}
}

static const char *parse_broker_login(const char *s, size_t n, struct broker *b)
{
	const char *colon = memchr(s, ':', n);

	b->user = decoded(s, colon ? (size_t)(colon - s) : n);
	if (colon)
		b->password = decoded_password(colon + 1, n - (size_t)(colon - s) - 1);
	return !b->user || (colon && !b->password) ? "user or password holds %00" : NULL;
}

static const char *parse_broker_host(const char *s, size_t n, struct broker *b)
{
	const char *host = s, *end = memchr(s, ':', n), *port;

	if (n && *s == '[') {
		host = s + 1;
		end = memchr(s, ']', n);
		if (!end)
			return "the brackets of a host do not match";
		port = memchr(end, ':', n - (size_t)(end - s));
	} else {
		port = end;
		end = end ? end : s + n;
	}
	b->host = xstrndup(host, (size_t)(end - host));
	if (!*b->host)
		return "a broker has no host";
	if (!port || port + 1 == s + n)
		return NULL;
	b->port = port_number(port + 1, (size_t)(s + n - port - 1));
	return b->port ? NULL : "the port of a broker is not a number from 1 to 65535";
}

static const char *parse_broker(const char *s, size_t n, struct transport_url *out)
{
	const char *at = memrchr(s, '@', n), *why = NULL;
	struct broker *b = add_broker(out);

	if (at) {
		why = parse_broker_login(s, (size_t)(at - s), b);
		n -= (size_t)(at - s) + 1;
		s = at + 1;
	}
	if (!why)
		why = parse_broker_host(s, n, b);
	fill_in_guest(b);
	return why;
}

static bool is_rabbit(const char *driver)
{
	return strcmp(driver, "rabbit") == 0 || str_starts(driver, "kombu");
}

static const char *parse_brokers(const char *s, struct transport_url *out)
{
	const char *why = NULL;
	struct broker *b;
	size_t n;

	for (; *s && !why; s += n + (s[n] == ',')) {
		n = strcspn(s, ",");
		if (n)
			why = parse_broker(s, n, out);
	}
	if (why || out->nbroker || !is_rabbit(out->driver))
		return why;
	b = add_broker(out);
	b->host = xstrdup("localhost");
	fill_in_guest(b);
	return NULL;
}

/* A raw '/', '#' or '?' in a password moves the '@' out of the authority: what is left would be read as another host. */
static bool is_torn(const struct url_parts *parts)
{
	return !strchr(parts->authority, '@') &&
	    (strchr(parts->path, '@') || strchr(parts->query, '@') || strchr(parts->fragment, '@'));
}

static const char *parse_transport(const struct url_parts *parts, struct transport_url *out)
{
	const char *brokers = parts->authority, *why;

	if (!*parts->scheme || !brokers)
		return "not of the form rabbit://USER:PASSWORD@HOST:PORT/VHOST";
	if (is_torn(parts))
		return "there is an '@' behind the host";
	out->driver = xstrdup(parts->scheme);
	out->vhost = *parts->path ? decoded(parts->path + 1, strlen(parts->path + 1)) : xstrdup("");
	if (!out->vhost)
		return "the vhost holds %00";
	if (!*out->vhost) {
		free(out->vhost);
		out->vhost = xstrdup("/");
	}
	why = parse_brokers(brokers, out);
	if (why)
		return why;
	return parse_query(parts->query, &out->option, &out->noption) ? NULL : "an option behind '?' holds %00";
}

int transport_url_parse(const char *text, const char *origin, struct transport_url *out, struct error *err)
{
	auto_url_parts struct url_parts parts = { 0 };
	const char *why;

	*out = (struct transport_url){ 0 };
	why = url_split(text, &parts) ? parse_transport(&parts, out) : "the brackets of a host do not match";
	if (!why)
		return 0;
	transport_url_free(out);
	return malformed(origin, why, err);
}

void transport_url_show(const struct transport_url *url, struct str *out)
{
	str_addf(out, "%s://", url->driver);
	for (size_t i = 0; i < url->nbroker; i++) {
		if (i)
			str_addc(out, ',');
		show_login(url->broker[i].user, url->broker[i].password, out);
		show_host(url->broker[i].host, url->broker[i].port, out);
	}
	str_addc(out, '/');
	percent_encode(url->vhost, "/", out);
	show_options(url->option, url->noption, out);
}

void transport_url_free(struct transport_url *url)
{
	free(url->driver);
	free(url->vhost);
	for (size_t i = 0; i < url->nbroker; i++) {
		free(url->broker[i].user);
		free_secret(url->broker[i].password);
		free(url->broker[i].host);
	}
	free(url->broker);
	free_options(url->option, url->noption);
	*url = (struct transport_url){ 0 };
}

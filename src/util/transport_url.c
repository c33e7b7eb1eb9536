/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "url_internal.h"
#include "util/lang.h"
#include "util/mem.h"
#include "util/url.h"

#define BROKER_PORT 5672

#define auto_url_parts __attribute__((cleanup(url_parts_free)))

static struct broker *new_broker(struct transport_url *url)
{
	url->broker = xreallocarray(url->broker, url->nbroker + 1, sizeof *url->broker);
	url->broker[url->nbroker] = (struct broker){ .port = BROKER_PORT };
	return &url->broker[url->nbroker++];
}

static void default_login(struct broker *b)
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

	b->user = url_decoded(s, colon ? (size_t)(colon - s) : n);
	if (colon)
		b->password = url_decoded_password(colon + 1, n - (size_t)(colon - s) - 1);
	return !b->user || (colon && !b->password) ? _("user or password holds %00") : NULL;
}

static const char *parse_broker_host(const char *s, size_t n, struct broker *b)
{
	const char *host = s, *end = memchr(s, ':', n), *port;

	if (n && *s == '[') {
		host = s + 1;
		end = memchr(s, ']', n);
		if (!end)
			return _("the brackets of a host do not match");
		port = memchr(end, ':', n - (size_t)(end - s));
	} else {
		port = end;
		end = end ? end : s + n;
	}
	b->host = xstrndup(host, (size_t)(end - host));
	if (!*b->host)
		return _("a broker has no host");
	if (strpbrk(b->host, "[]"))
		return _("the brackets of a host do not match");
	if (!port || port + 1 == s + n)
		return NULL;
	b->port = url_port_number(port + 1, (size_t)(s + n - port - 1));
	return b->port ? NULL : _("the port of a broker is not a number from 1 to 65535");
}

static const char *parse_broker(const char *s, size_t n, struct transport_url *out)
{
	const char *at = memrchr(s, '@', n), *why = NULL;
	struct broker *b = new_broker(out);

	if (at) {
		why = parse_broker_login(s, (size_t)(at - s), b);
		n -= (size_t)(at - s) + 1;
		s = at + 1;
	}
	if (!why)
		why = parse_broker_host(s, n, b);
	default_login(b);
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
	b = new_broker(out);
	b->host = xstrdup("localhost");
	default_login(b);
	return NULL;
}

/* A raw '/', '#' or '?' in a password moves an '@' out of the authority: what is left would be read as another host. */
static bool is_torn(const struct url_parts *parts)
{
	return strchr(parts->path, '@') || url_query_is_torn(parts->query) || strchr(parts->fragment, '@');
}

static const char *parse_transport(const struct url_parts *parts, struct transport_url *out)
{
	const char *brokers = parts->authority, *why;

	if (!*parts->scheme || !brokers)
		return _("not of the form rabbit://USER:PASSWORD@HOST:PORT/VHOST");
	if (is_torn(parts))
		return _("there is an '@' behind the host");
	out->driver = xstrdup(parts->scheme);
	out->vhost = *parts->path ? url_decoded(parts->path + 1, strlen(parts->path + 1)) : xstrdup("");
	if (!out->vhost)
		return _("the vhost holds %00");
	if (!*out->vhost) {
		free(out->vhost);
		out->vhost = xstrdup("/");
	}
	why = parse_brokers(brokers, out);
	if (why)
		return why;
	return url_parse_query(parts->query, &out->option, &out->noption) ? NULL : _("an option behind '?' holds %00");
}

int transport_url_parse(const char *text, const char *origin, struct transport_url *out, struct error *err)
{
	auto_url_parts struct url_parts parts = { 0 };
	const char *why;

	*out = (struct transport_url){ 0 };
	why = url_split(text, &parts) ? parse_transport(&parts, out) : _("the brackets of a host do not match");
	if (!why)
		return 0;
	transport_url_free(out);
	return url_malformed(origin, why, err);
}

void transport_url_show(const struct transport_url *url, struct str *out)
{
	str_addf(out, "%s://", url->driver);
	for (size_t i = 0; i < url->nbroker; i++) {
		if (i)
			str_addc(out, ',');
		url_show_login(url->broker[i].user, url->broker[i].password, out);
		url_show_host(url->broker[i].host, url->broker[i].port, out);
	}
	str_addc(out, '/');
	percent_encode(url->vhost, "/", out);
	url_show_options(url->option, url->noption, out);
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
	url_free_options(url->option, url->noption);
	*url = (struct transport_url){ 0 };
}

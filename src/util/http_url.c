/* SPDX-License-Identifier: Apache-2.0 */
#include "http_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "url_internal.h"
#include "util/http.h"
#include "util/mem.h"
#include "util/url.h"

/* What would end a line of the request, or be another host for one reader than for the next. */
static bool is_plain_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7f || strchr("\"<>\\^`{|}", *s))
			return false;
	return true;
}

static bool parse_port(const char *text, bool tls, unsigned *port)
{
	*port = *text ? url_port_number(text, strlen(text)) : tls ? 443 : 80;
	return *port > 0;
}

/* "host", "host:port", "[::1]:port"; what stands before an @ is a login, which is not ours to send. */
static bool parse_authority(const char *text, struct http_url *out)
{
	const char *at = strrchr(text, '@'), *end;

	text = at ? at + 1 : text;
	if (*text == '[') {
		end = strchr(text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return false;
		out->host = xstrndup(text + 1, (size_t)(end - text - 1));
		end++;
	} else {
		end = text + strcspn(text, ":");
		out->host = xstrndup(text, (size_t)(end - text));
	}
	return *out->host && parse_port(*end ? end + 1 : "", out->tls, &out->port);
}

static bool take_parts(const struct url_parts *parts, struct http_url *out)
{
	out->tls = strcasecmp(parts->scheme, "https") == 0;
	if (!out->tls && strcasecmp(parts->scheme, "http") != 0)
		return false;
	if (!parts->authority || !is_plain_ascii(parts->authority) || !is_plain_ascii(parts->path))
		return false;
	out->path = xstrdup(*parts->path ? parts->path : "/");
	return parse_authority(parts->authority, out);
}

bool http_url_parse(const char *text, struct http_url *out)
{
	struct url_parts parts;
	bool is_url;

	*out = (struct http_url){ 0 };
	if (!url_split(text, &parts))
		return false;
	is_url = take_parts(&parts, out);
	url_parts_free(&parts);
	if (!is_url)
		http_url_free(out);
	return is_url;
}

void http_url_free(struct http_url *url)
{
	free(url->host);
	free(url->path);
	*url = (struct http_url){ 0 };
}

/* "v3", "v2.1" */
static bool is_api_version(const char *segment)
{
	return *segment == 'v' && isdigit((unsigned char)segment[1]) &&
	    strspn(segment + 1, "0123456789.") == strlen(segment + 1);
}

static void cut_version(char *path)
{
	size_t n = strlen(path);
	char *last;

	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0';
	last = strrchr(path, '/');
	if (last && is_api_version(last + 1))
		last[last == path] = '\0';
}

/* The segment that it stands in goes with it. */
static bool cut_template(char *text)
{
	char *percent = strstr(text, "%("), *dollar = strstr(text, "$("), *at = percent, *path;

	if (dollar && (!at || dollar < at))
		at = dollar;
	if (!at)
		return true;
	path = strstr(text, "://");
	path = path ? strchr(path + 3, '/') : NULL;
	if (!path || path > at)
		return false;
	while (*at != '/')
		at--;
	at[1] = '\0';
	return true;
}

char *http_root(const char *endpoint)
{
	auto_free char *text = xstrdup(endpoint);
	struct str root = { 0 };
	struct http_url url;

	if (!cut_template(text) || !http_url_parse(text, &url))
		return NULL;
	cut_version(url.path);
	str_add(&root, url.tls ? "https://" : "http://");
	url_show_host(url.host, url.port, &root);
	str_add(&root, url.path);
	http_url_free(&url);
	return str_take(&root);
}

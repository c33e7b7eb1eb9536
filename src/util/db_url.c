/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "url_internal.h"
#include "util/lang.h"
#include "util/mem.h"
#include "util/url.h"

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

	out->user = url_decoded(s, (size_t)((colon ? colon : end) - s));
	if (colon)
		out->password = url_decoded_password(colon + 1, (size_t)(end - colon - 1));
	return !out->user || (colon && !out->password) ? _("user or password holds %00") : NULL;
}

static const char *parse_db_host(const char *s, size_t n, struct db_url *out)
{
	const char *close = n && *s == '[' ? memrchr(s, ']', n) : NULL, *rest;
	size_t length = close ? (size_t)(close - s) - 1 : 0;

	if (n && *s == '[' && length == 0)
		return _("the host's brackets do not match");
	if (close) {
		out->host = xstrndup(s + 1, length);
		rest = close + 1;
	} else {
		rest = memchr(s, ':', n);
		rest = rest ? rest : s + n;
		out->host = rest > s ? xstrndup(s, (size_t)(rest - s)) : NULL;
	}
	if (out->host && strpbrk(out->host, "[]"))
		return _("the host's brackets do not match");
	if (rest == s + n)
		return NULL;
	out->has_port = true;
	out->port = *rest == ':' ? url_port_number(rest + 1, (size_t)(s + n - rest - 1)) : 0;
	return out->port ? NULL : _("the port is not a number from 1 to 65535");
}

static const char *parse_db_rest(const char *s, struct db_url *out)
{
	const char *at = db_login_end(s), *query, *why = NULL;
	size_t n;

	if (at) {
		why = parse_db_login(s, at, out);
		s = at + 1;
	}
	n = strcspn(s, "/?");
	query = s + strcspn(s, "?");
	if (!why &&
	    (memchr(s, '@', (size_t)(query - s)) ||
		url_query_is_torn(query))) /* SQLAlchemy 1.3 and 1.4 read such a login in two ways, and what we would show might
	                                      be a piece of it */
		why = _("there is an '@' behind the host");
	if (!why)
		why = parse_db_host(s, n, out);
	if (why)
		return why;
	s += n;
	n = strcspn(s, "?");
	if (n > 1)
		out->database = xstrndup(s + 1, n - 1); /* SQLAlchemy decodes nothing here */
	else
		return _("names no database");
	return s[n] && !url_parse_query(s + n + 1, &out->option, &out->noption) ? _("an option behind '?' holds %00") : NULL;
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
		return url_malformed(origin, "not of the form mysql+pymysql://USER:PASSWORD@HOST/DATABASE", err);
	if (has_control(text))
		return url_malformed(origin, _("the URL holds a line break or another control character"), err);
	if (!str_starts(text, "mysql") && !str_starts(text, "mariadb")) {
		error_set(err, ERROR_CONFIG, "%s: the database driver '%.*s' is not supported", origin, n > 64 ? 64 : (int)n,
		    text);
		return error_hint(err, "only MariaDB and MySQL are supported: mysql+pymysql://USER:PASSWORD@HOST/DATABASE");
	}
	out->driver = xstrndup(text, n);
	out->port = DB_PORT;
	why = parse_db_rest(text + n + strlen("://"), out);
	if (!why)
		return 0;
	db_url_free(out);
	return url_malformed(origin, why, err);
}

void db_url_show(const struct db_url *url, struct str *out)
{
	str_addf(out, "%s://", url->driver);
	url_show_login(url->user, url->password, out);
	if (url->host)
		url_show_host(url->host, url->port, out);
	str_addf(out, "/%s", url->database);
	url_show_options(url->option, url->noption, out);
}

void db_url_free(struct db_url *url)
{
	free(url->driver);
	free(url->user);
	free_secret(url->password);
	free(url->host);
	free(url->database);
	url_free_options(url->option, url->noption);
	*url = (struct db_url){ 0 };
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_URL_H
#define UTIL_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/str.h"

/* The two kinds of URL of an OpenStack configuration, percent-decoded. Passwords live only in these
 * structs: url_*_show() writes '***' in their place, and both parsers register them with secret_keep(). */

struct url_option {
	char *name, *value; /* decoded */
	bool bare;          /* "?name" or "?name=": Python's parsers drop it; value is "" */
	bool repeated;      /* more than one value, all of them in value, with a ',' between */
};

#define DB_PORT 3306

/* SQLAlchemy: mysql+pymysql://user:password@host:port/database?charset=utf8&ssl_ca=…
 * A driver that is not mysql… or mariadb…, and a URL without a database, are errors. host is NULL beside ?unix_socket=… */
struct db_url {
	char *driver, *user, *password, *host, *database; /* absent: NULL */
	unsigned port;                                    /* DB_PORT when absent */
	bool has_port;                                    /* it is given */
	struct url_option *option;
	size_t noption;
};

/* oslo.messaging: rabbit://user:password@host:port,user:password@host:port/vhost?ssl=1
 * Any driver parses; one that is not rabbit's ("none:///" of cell0) may have no broker. */
struct broker {
	char *user, *password, *host; /* never NULL; user and password are "guest" when absent, as kombu has it */
	unsigned port;                /* 5672 when absent, also with TLS, as kombu has it */
};
struct transport_url {
	char *driver, *vhost; /* vhost is "/" when the URL has none */
	struct broker *broker;
	size_t nbroker;
	struct url_option *option;
	size_t noption;
};

/* ${origin} says where the text stands ("nova.conf:12 [database] connection"), for the error, which never holds
 * the password. Errors: ERROR_CONFIG. After one, ${out} is empty. */
int db_url_parse(const char *text, const char *origin, struct db_url *out, struct error *err);
int transport_url_parse(const char *text, const char *origin, struct transport_url *out, struct error *err);
const char *url_option(const struct url_option *option, size_t n, const char *name); /* NULL: absent, or bare */
void db_url_show(const struct db_url *url, struct str *out);
void transport_url_show(const struct transport_url *url, struct str *out);
void db_url_free(struct db_url *url);
void transport_url_free(struct transport_url *url);

/* Decodes %XX as Python's unquote() does: '+' stays '+', a '%' that starts no escape stays. false: %00 is in it. */
bool percent_decode(const char *s, size_t n, struct str *out);
void percent_encode(const char *s, const char *safe, struct str *out); /* all but letters, digits, "_.-~" and ${safe} */
/* secret_keep() for a password in every form that a URL may give it. */
void hide_password(const char *password);

/* The parts of a URL as Python's urlsplit() cuts them, nothing decoded; "" when absent, authority NULL without "//".
 * They hold secrets: end them with url_parts_free(). false: the brackets of an IPv6 address do not match. */
struct url_parts {
	char *scheme, *authority, *path, *query, *fragment;
};
bool url_split(const char *text, struct url_parts *out);
void url_parts_free(struct url_parts *parts);

#endif

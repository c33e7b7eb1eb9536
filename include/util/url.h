/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_URL_H
#define UTIL_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/str.h"

/* The two kinds of URL of an OpenStack configuration, percent-decoded. Passwords live only in these
 * structs: url_*_show() writes '***' in their place, and both parsers register them with log_hide(). */

struct url_option {
	char *name, *value; /* decoded */
};

/* SQLAlchemy: mysql+pymysql://user:password@host:port/database?charset=utf8&ssl_ca=… */
struct db_url {
	char *driver, *user, *password, *host, *database; /* absent: NULL */
	unsigned port;                                    /* 3306 when absent */
	struct url_option *option;
	size_t noption;
};

/* oslo.messaging: rabbit://user:password@host:port,user:password@host:port/vhost?ssl=1 */
struct broker {
	char *user, *password, *host;
	unsigned port;       /* 5672 when absent, also with TLS, as kombu has it */
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
const char *url_option(const struct url_option *option, size_t n, const char *name); /* NULL: absent */
void db_url_show(const struct db_url *url, struct str *out);
void transport_url_show(const struct transport_url *url, struct str *out);
void db_url_free(struct db_url *url);
void transport_url_free(struct transport_url *url);

/* Decodes %XX; false on a malformed or a NUL escape. '+' stays '+'. */
bool percent_decode(const char *s, size_t n, struct str *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef URL_INTERNAL_H
#define URL_INTERNAL_H

#include "util/url.h"

/* What the two kinds of URL share. Nobody outside the room includes it. */

#define GUEST "guest" /* RabbitMQ's published default; no secret */

/* What is wrong is told in sentences of ours: any piece of a URL that cannot be parsed may be a piece of its password. */
int url_malformed(const char *origin, const char *what, struct error *err);

char *url_decoded(const char *s, size_t n); /* NULL: there is an escaped NUL in it */
/* Keeps it as a secret in our spelling and in the URL's, which may escape in another way. */
char *url_decoded_password(const char *s, size_t n);
unsigned url_port_number(const char *s, size_t n); /* 0: not a port */
bool url_query_is_torn(const char *query);
bool url_parse_query(const char *query, struct url_option **option, size_t *count); /* false: %00 */
void url_free_options(struct url_option *option, size_t n);

void url_show_login(const char *user, const char *password, struct str *out);
void url_show_host(const char *host, unsigned port, struct str *out);
void url_show_options(const struct url_option *option, size_t n, struct str *out);

#endif

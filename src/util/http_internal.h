/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_HTTP_INTERNAL_H
#define UTIL_HTTP_INTERNAL_H

#include <stdbool.h>

/* A URL as it is asked. */
struct http_url {
	bool tls;
	char *host; /* without the brackets of an IPv6 address */
	unsigned port;
	char *path; /* begins with a slash */
};
bool http_url_parse(const char *text, struct http_url *out);
void http_url_free(struct http_url *url);

#endif

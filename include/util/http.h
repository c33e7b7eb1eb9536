/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_HTTP_H
#define UTIL_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "util/str.h"

/* Does a service answer behind its URL? One GET without a token, so that nobody's rights are asked for and keystone is not
 * needed; a proxy of the environment is not used, as the services' own clients are on the same network. */

enum http_answer {
	HTTP_ANSWERS,    /* with a status below 500: 300 and 401 are signs of life */
	HTTP_ERRS,       /* with 500 or above (the 503 of a proxy without a backend), or not in HTTP: status 0 */
	HTTP_REFUSED,    /* nothing listens there, or there is no way to it */
	HTTP_SILENT,     /* no connection within the time */
	HTTP_HANGS,      /* it takes the connection and says nothing within the time: stopped, or overloaded */
	HTTP_NO_ADDRESS, /* its name is not resolved */
	HTTP_NO_TLS,     /* no agreement on TLS */
	HTTP_UNTRUSTED,  /* answers, and its certificate is not one that this machine trusts for that name */
};
struct http_look {
	const char *url;     /* as http_root() gives it */
	const char *ca_file; /* NULL: the system's */
	bool insecure;       /* take any certificate */

	enum http_answer answer;
	int status; /* of the answer; 0: there was none */
	int timeout_ms;
	char why[128]; /* in English: what the system or OpenSSL said; "" */
};
/* All of them at the same time, and all over within ${timeout_ms}, names' look-up included. */
void http_look_all(struct http_look *look, size_t n, int timeout_ms);
/* It does its work, as far as that can be seen from here. */
bool http_is_alive(const struct http_look *look);
/* In words that go on after "it", without a full stop: "refuses connections". */
void http_say(const struct http_look *look, struct str *out);

/* One question whose answer is read: it may hold secrets, so it goes to nobody whose certificate is not trusted, no redirection
 * is followed, and neither it nor its answer is in an error. */
struct http_question {
	const char *method, *url;
	const char *headers;                        /* whole lines, each with its \r\n; NULL: none */
	const char *body;                           /* JSON; NULL: none */
	const char *wanted;                         /* the name of a header of the answer; NULL: none */
	const char *ca_file, *cert_file, *key_file; /* NULL: the system's; none of its own */
	bool insecure;                              /* take any certificate */
	int timeout_ms; /* the look-up of the name has as long; both end with the command's deadline */
};
struct http_reply {
	struct http_look look; /* what came of it: look.status, http_say() */
	struct str body;       /* of at most 4 MiB */
	struct str header;     /* the one that was wanted; "" where it is missing */
};
/* false: there is no whole answer; look says why. The reply is to be freed in any case, and overwritten. */
bool http_ask(const struct http_question *question, struct http_reply *out);
void http_reply_free(struct http_reply *reply);

/* What can be asked of an endpoint without a project: up to the first template ("%(project_id)s" and "$(project_id)s" of
 * catalogs and nova.conf), and without a version at the end, whose list every service gives to all; a path of a proxy
 * ("/volume") stays. User, query and fragment are left out. NULL: it is no http or https URL, or a template stands where the
 * host should. The caller frees it. */
char *http_root(const char *endpoint);

#endif

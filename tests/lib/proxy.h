/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PROXY_H
#define TESTS_PROXY_H

#include <stddef.h>

/* A TCP proxy on 127.0.0.1, in a thread of its own, that goes wrong on demand. */

enum proxy_event { PROXY_NEVER, PROXY_BYTES_TO_SERVER, PROXY_BYTES_TO_CLIENT, PROXY_TEXT_TO_SERVER };
enum proxy_action {
	PROXY_CUT,            /* both sides are closed; of a text's packet nothing has gone on */
	PROXY_SWALLOW,        /* from then on nothing goes on in either direction, and both sides stay open */
	PROXY_CUT_ANSWER,     /* the text's packet goes on; when the server has answered, both sides are closed instead */
	PROXY_SWALLOW_ANSWER, /* the text's packet goes on; what the server answers does not */
};
struct proxy_rule {
	enum proxy_event event;
	size_t n;         /* bytes that still go on in that direction */
	const char *text; /* in one packet */
	enum proxy_action action;
};

struct proxy;
struct proxy *proxy_start(unsigned server_port);
unsigned proxy_port(const struct proxy *proxy);
/* From now on, counting from zero, once. */
void proxy_arm(struct proxy *proxy, struct proxy_rule rule);
/* Bytes that went on since it was armed. */
size_t proxy_bytes_to_server(struct proxy *proxy);
size_t proxy_bytes_to_client(struct proxy *proxy);
void proxy_stop(struct proxy **proxy);

#endif

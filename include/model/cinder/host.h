/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_CINDER_HOST_H
#define MODEL_CINDER_HOST_H

#include <stdbool.h>
#include <stddef.h>

/* cinder's host grammar, host[@backend][#pool] (cinder volume/volume_utils.py: extract_host). The host is any text that its
 * configuration gives (host, backend_host); it ends at the first '@', and a further one is the backend's. Services never have a
 * pool; old volumes may have no backend or no pool. */
#define HOST_MAX 255

struct host_name {
	char text[HOST_MAX + 1];         /* the whole, as it was written */
	char backend_host[HOST_MAX + 1]; /* before '#': host@backend, or the host alone */
	char node[HOST_MAX + 1];         /* before '@' */
	char backend[HOST_MAX + 1];      /* between '@' and '#'; empty: none */
	char pool[HOST_MAX + 1];         /* after '#'; empty: none */
};

/* false: too long, or a part is empty. */
bool host_name_parse(const char *text, struct host_name *out);
bool host_is_on_node(const char *host, const char *node);            /* byte for byte */
bool host_is_on_backend(const char *host, const char *backend_host); /* any pool */
const char *host_pool(const char *host);                             /* after '#', NULL without one */

#endif

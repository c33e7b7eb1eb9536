/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cinder/host.h"

#include <string.h>

static void copy_part(char out[HOST_MAX + 1], const char *from, size_t n)
{
	memcpy(out, from, n);
	out[n] = '\0';
}

bool host_name_parse(const char *text, struct host_name *out)
{
	size_t length = strlen(text), backend_host, node;

	*out = (struct host_name){ 0 };
	if (length == 0 || length > HOST_MAX)
		return false;
	backend_host = strcspn(text, "#");
	node = strcspn(text, "@#");
	copy_part(out->text, text, length);
	copy_part(out->backend_host, text, backend_host);
	copy_part(out->node, text, node);
	if (text[node] == '@')
		copy_part(out->backend, text + node + 1, backend_host - node - 1);
	if (text[backend_host] == '#')
		copy_part(out->pool, text + backend_host + 1, length - backend_host - 1);
	return node > 0 && (text[node] != '@' || out->backend[0]) && (text[backend_host] != '#' || out->pool[0]) &&
	    !strchr(out->pool, '#');
}

static bool starts_with_part(const char *host, const char *part, const char *ends)
{
	size_t n = strlen(part);

	return strncmp(host, part, n) == 0 && (host[n] == '\0' || strchr(ends, host[n]));
}

bool host_is_on_node(const char *host, const char *node)
{
	return starts_with_part(host, node, "@#");
}

bool host_is_on_backend(const char *host, const char *backend_host)
{
	return starts_with_part(host, backend_host, "#");
}

const char *host_pool(const char *host)
{
	const char *pool = strchr(host, '#');

	return pool ? pool + 1 : NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the broker says of itself when a connection is opened, and what follows from it. */

/* It is shown, and a broker can say anything. */
static bool is_of_version(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || strchr(".+~-", c);
}

void bus_take_version(struct bus *bus, amqp_connection_state_t connection)
{
	const amqp_table_t *said = amqp_get_server_properties(connection);

	bus->version[0] = '\0';
	for (int i = 0; said && i < said->num_entries; i++) {
		const amqp_table_entry_t *e = &said->entries[i];
		const char *text = e->value.value.bytes.bytes;
		size_t n = 0;

		if (e->key.len != strlen("version") || memcmp(e->key.bytes, "version", e->key.len) != 0 ||
		    e->value.kind != AMQP_FIELD_KIND_UTF8)
			continue;
		while (n < e->value.value.bytes.len && n + 1 < sizeof bus->version && is_of_version(text[n]))
			n++;
		snprintf(bus->version, sizeof bus->version, "%.*s", (int)n, text);
	}
}

#define TTL_MAJOR 3
#define TTL_MINOR 10

bool bus_version_lets_expire(const char *version, enum queue_kind queues)
{
	char *dot, *end;
	unsigned long major, minor;

	if (queues == QUEUES_CLASSIC)
		return true;
	if (version[0] < '0' || version[0] > '9')
		return false;
	major = strtoul(version, &dot, 10);
	if (*dot != '.' || dot[1] < '0' || dot[1] > '9')
		return false;
	minor = strtoul(dot + 1, &end, 10);
	return major > TTL_MAJOR || (major == TTL_MAJOR && minor >= TTL_MINOR);
}

bool bus_lets_expire(const struct bus *bus)
{
	return bus_version_lets_expire(bus->version, bus->config->queues);
}

const char *bus_version(const struct bus *bus)
{
	return bus->version;
}

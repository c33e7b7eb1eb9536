/* SPDX-License-Identifier: Apache-2.0 */
#include "model/session.h"

#include <string.h>

#include "sql_catalogue.h"
#include "util/str.h"

static const struct db_shape session_shape = DB_SHAPE(struct session,
    DB_COLUMNS(struct session, id, address, user_name, command, idle_s));

int sessions_list(struct db *db, struct sessions *out, struct error *err)
{
	return db_read(db, &SQL_SESSION_SESSION_LIST, NULL, &session_shape, &out->rows, err);
}

/* The text before the last colon, which the port follows; IPv6 stands without brackets there. */
static size_t length_without_port(const char *address)
{
	const char *colon = strrchr(address, ':');

	return colon ? (size_t)(colon - address) : strlen(address);
}

static bool is_name_of(const char *address, size_t n, const char *host)
{
	size_t k = strlen(host);

	return n >= k && strncmp(address, host, k) == 0 && (n == k || address[k] == '.');
}

bool session_is_from(const struct session *session, const char *address, const char *host)
{
	size_t n = length_without_port(session->address);

	if (address && strlen(address) == n && strncmp(session->address, address, n) == 0)
		return true;
	return host && is_name_of(session->address, n, host);
}

bool address_is_loopback(const char *address)
{
	return !address || str_starts(address, "127.") || str_equal(address, "::1") || str_starts(address, "localhost") ||
	    str_equal(address, "0.0.0.0");
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_SESSION_H
#define MODEL_SESSION_H

#include "db/db.h"

/* Who is connected to a database server: a host whose services talk to it is not dead. */

struct session {
	int64_t id;
	const char *address; /* "10.0.0.5:40312", or a name where the server resolves them */
	const char *user_name, *command;
	struct maybe_int idle_s; /* since the last command */
};
struct sessions {
	DB_ROWS(struct session);
};
/* Those that our user may see; without the PROCESS privilege that user's own. */
int sessions_list(struct db *db, struct sessions *out, struct error *err);
static inline void sessions_free(struct sessions *sessions)
{
	db_rows_free(&sessions->rows);
}

/* Is it from this address (text, with or without a port beside it) or from this host by name, with or without a domain? */
bool session_is_from(const struct session *session, const char *address, const char *host);
bool address_is_loopback(const char *address);

#endif

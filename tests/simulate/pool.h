/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATE_POOL_H
#define SIMULATE_POOL_H

#include "server.h"

/* pool.c: the lane's connections. Each outlives the command that uses it: it was made once, has its settings and its statements,
 * and is left without a transaction or a lock. */

struct place { /* of a connection what every command must know */
	char user[32], schema[32];
	unsigned used_by; /* the command; 0: nobody */
	unsigned made_by; /* the command in which it was made; 0: the parent has it */
	bool lost;        /* it was cut */
	bool is_open;     /* in a transaction */
	bool has_locks;   /* the server has been told of a lock that it has */
	unsigned long number; /* the server's */
	int64_t second;
	const struct sql *setting[SETTINGS_MAX];
	size_t nsetting;
};

struct place *pool_take(const char *user, const char *schema); /* a free one, for the command that runs */
MYSQL *pool_connection(const struct place *p);                 /* this process' end of it */
struct pending *pool_pending(const struct place *p);
/* What it has said of named locks, and the server has not been told: nobody has asked for them. */
struct pending *pool_pending_locks(const struct place *p);
/* The statement as this connection has it, prepared once a lane; ${anew}: once more. NULL: the server does not prepare it, which ${why}
 * gets to know. */
MYSQL_STMT *pool_statement(struct place *p, const struct sql *sql, bool anew, struct session *why);
void pool_lost(struct place *p); /* it was cut: its locks are free */

#endif

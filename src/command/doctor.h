/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_DOCTOR_H
#define COMMAND_DOCTOR_H

#include "db/db.h"
#include "util/str.h"

struct refused {
	struct str names; /* the first of them */
	size_t n;
};
struct statements {
	struct refused unreadable, unwritable; /* for want of a right */
	struct refused unfit;                  /* a table or a column is not there */
	struct str why;                        /* what the server said of the first of these */
};
/* Which statements of a folder of sql/ this server would not take from this account. -1: it does not answer. */
int statements_try(struct db *db, const char *folder, struct statements *out, struct error *err);
void statements_free(struct statements *statements);

#endif

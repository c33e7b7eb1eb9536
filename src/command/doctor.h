/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_DOCTOR_H
#define COMMAND_DOCTOR_H

#include "db/db.h"
#include "find/scene.h"
#include "out/table.h"
#include "util/str.h"

enum verdict { FIT, WARN, FAIL, NOT_ASKED };

/* What a check is needed for. What is not known to be fit is not fit. */
enum { MOVES = 1, EVACUATIONS = 2, AUDIT = 4, WORKS = 3 };

struct exam {
	struct table *table;
	struct str unfit[WORKS]; /* the checks that say so */
};
/* A row: ${works} are not fit where it fails or is not known. ${hint} may be NULL. */
void exam_tell(struct exam *exam, const char *check, unsigned works, enum verdict verdict, const char *hint, const char *fmt,
    ...) __attribute__((format(printf, 6, 7)));

/* doctor_services.c: what nova asks over HTTP, neutron's agents, and the service token. */
void doctor_check_services(struct exam *exam, struct scene *scene);

/* doctor_fencing.c: the fence agents of the compute hosts, some of which are asked for a status. */
void doctor_check_fencing(struct exam *exam, const struct scene *scene);

/* doctor_storage.c: Ceph, as whom our own configuration and cinder's name. */
void doctor_check_storage(struct exam *exam, const struct world *world);

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
/* A read that locks is taken for a write alone, and needs the right to it on MySQL: SELECT is not enough there. */
bool statement_is_for_writing(const struct sql *sql);

#endif

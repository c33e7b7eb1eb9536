/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_HOST_RETURN_H
#define COMMAND_HOST_RETURN_H

#include "find/scene.h"
#include "out/table.h"

/* The rows of 'host return': each file fills in what it knows of. */

/* What could not be read is a stop. */
enum weight { FINE, NOTE, STOP };
extern const char *const weight_name[];

/* What was found so far: as rows for a reader, and counted for who decides by it. */
struct return_answers {
	struct table *table;
	size_t stops;
};

/* One check's answer; the hint is shown unless all is fine. */
void host_return_answer(struct return_answers *t, const char *check, enum weight weight, size_t count, const char *hint,
    const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* host_return_blocklist.c: what runs have put on Ceph's blocklist, and, with --unfence, takes it off where no other check
 * has found a stop. No row where no run has put anything there. */
int host_return_blocklist(struct return_answers *t, struct scene *scene, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECOVER_RECOVER_H
#define RECOVER_RECOVER_H

#include "journal/past.h"

/* Runs that nobody has seen end, settled; docs/recovery.md says it for operators. */

/* Settles a run and says so in its journal: what journal recover does, and host rescue --resume before it goes on. ${quiet}:
 * without the report when all is settled, or waits for nothing but networks (ERROR_UNPROVED). ${out} is filled in any case;
 * zeroed before the first look: what it has of another one is not said again. */
struct recovered {
	struct past past; /* whom it was about; the caller frees it */
	size_t under_way; /* evacuations that nova has in hand */
	size_t not_ready; /* and that it has done, their network not ready */
	bool lost; /* with ERROR_DRIFT: only rows that hold their old value again, which the same command does once more */
	bool fence_unknown; /* with ERROR_UNKNOWN: only of a fence, which the next run asks anew, no outcome is known */
};
enum error_kind recover_run(const struct request *request, const char *name, bool quiet, struct recovered *out,
    struct error *err);
/* Only reads the journal. */
int recover_peek(const struct request *request, const char *run, struct past *past, struct error *err);
enum error_kind recover_scan(const struct request *request, struct error *err);

#endif

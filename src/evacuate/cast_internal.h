/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAST_INTERNAL_H
#define CAST_INTERNAL_H

#include "apply/work.h"
#include "util/str.h"

/* claim.c. The three rows of an evacuation in one transaction, committed, and ${body}, its message. -1: nothing was committed,
 * or with ERROR_UNKNOWN perhaps. work->source_reports: the failed host is alive. */
int evacuation_claim(struct work *work, struct unit *unit, const char *unique_id, struct str *body, struct error *err);
#define CLAIM_NOT_BEGUN 2 /* its error's code: the connection had ended, nothing was asked for, and it may be tried again */
/* The run's lock and the failed host's services, for all instances of the same EVACUATION_SHARED_MS; inside a transaction, too.
 */
int evacuation_look_at_source(struct work *work, struct error *err);

#endif

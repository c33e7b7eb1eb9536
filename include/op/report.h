/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OP_REPORT_H
#define OP_REPORT_H

#include "op/run.h"

/* How a run ended, as the exit code's kind: unknown wins over unproved, that over a timeout, that over partial. */
enum error_kind run_result(const struct run *run, const struct error *err);

struct totals {
	size_t steps, state[STATE_COUNT];
	size_t instances, evacuated, skipped; /* of instances: wanted, proved on another host, left out */
	size_t moved;                         /* volumes and backups that are proved with their new owner */
};
void run_totals(const struct run *run, struct totals *out);

#endif

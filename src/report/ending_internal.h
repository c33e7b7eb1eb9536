/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_ENDING_INTERNAL_H
#define REPORT_ENDING_INTERNAL_H

#include "report/report.h"

/* How a run ended, in two files: ending_done.c has what was done, ending.c the rest. */

#define ENDING_SHOWN 8 /* lines or names of what is many, so that all of it fits a screen: the journal has the rest */

struct ending {
	const struct report *report;
	const struct plan *plan;
	size_t columns; /* 0: nothing is broken */
	struct str *out;
};

/* "  moved      13 volumes". Our commands get the run's own options. */
void ending_add(const struct ending *e, const char *label, const char *text);
/* Where there are ${more} of them; 0: nothing. */
void ending_add_more(const struct ending *e, const char *label, size_t more);

/* What was verified: moves with their counts before and now, marks, other rows, instances by their new host. */
void ending_add_done(const struct ending *e);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_SCREEN_H
#define REPORT_SCREEN_H

#include "report/report.h"

/* What a person reads before he answers: what is dead and how we know, what will be done in counts, what is left, and what
 * speaks against it, worst first, one entry a code. It fits a terminal of ${columns} and ${lines} (0: no limit), however much
 * the host has: where it would not, notes become one line each, then warnings, and what is still too much is counted. A stop is
 * never left out. Commands have the run's own options in them and are never broken. */
void report_screen(const struct report *report, size_t columns, size_t lines, struct str *out);

#endif

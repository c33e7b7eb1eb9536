/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_STATUS_H
#define UTIL_STATUS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/str.h"

/* One line at the bottom of the terminal that stderr is: log lines go above it. */

bool status_is_possible(void);      /* stderr is a terminal that can clear a line */
void status_show(const char *text); /* instead of the one that stands there; NULL: takes it away. Cut to the terminal's width */

/* For util/log: what takes the line off the screen, before something else is written, and what puts it back. Nothing, when none
 * stands there. */
void status_add_lift(struct str *out);
void status_add_line(struct str *out);

/* As much of ${text} as fits in ${columns} of a terminal, in bytes. */
size_t status_fits(const char *text, size_t columns);

#endif

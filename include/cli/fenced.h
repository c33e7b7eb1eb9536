/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_FENCED_H
#define CLI_FENCED_H

#include <stdbool.h>

#include "util/error.h"

/* The fencing statement: the only word that anybody has for it that the failed host is off. What is plainly none is a usage
 * error, wherever it comes from: --fenced, the terminal, a plan file, the journal of a run that is resumed. */

/* Why it says nothing, in words; NULL: it may be one. */
const char *fenced_fault(const char *text);
/* ERROR_USAGE, beginning with ${where} ("--fenced 'x'"), and -1 when it is none; NULL is no statement and no fault. */
int fenced_check(const char *where, const char *text, struct error *err);
/* Of several hosts a statement counts for those that it names, each by the name that it has in the run, as a word of its own.
 */
bool fenced_names(const char *text, const char *host);

#endif

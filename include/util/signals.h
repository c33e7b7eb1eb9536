/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_SIGNALS_H
#define UTIL_SIGNALS_H

#include <stdbool.h>

/* False until SIGINT or SIGTERM came; looked at between units, and while nova is waited for. A second one ends the process at
 * once and says how ${run} is recovered. ${globals}: the options that the command for it needs. */
void signals_watch(const char *run, const char *globals);
bool signal_came(void);

#endif

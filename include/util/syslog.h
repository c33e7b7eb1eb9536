/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_SYSLOG_H
#define UTIL_SYSLOG_H

#include <stdbool.h>

/* Lines for the machine's own log, syslogd or journald, by libc's syslog(3). Where none listens they go nowhere, and nobody is
 * told: the journal has all of it. A header apart, as <syslog.h> and util/log.h have the same names for levels. */

#define SYSLOG_FACILITIES "auth|authpriv|daemon|user|local0|local1|local2|local3|local4|local5|local6|local7"
bool syslog_has_facility(const char *name);

/* ${facility} is one of those. */
void syslog_begin(const char *facility);
void syslog_add(bool is_warning, const char *line);
void syslog_end(void);

#endif

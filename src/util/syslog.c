/* SPDX-License-Identifier: Apache-2.0 */
#include "util/syslog.h"

#include <string.h>
#include <syslog.h>

static const struct {
	const char *name;
	int facility;
} facilities[] = {
	{ "auth", LOG_AUTH },
	{ "authpriv", LOG_AUTHPRIV },
	{ "daemon", LOG_DAEMON },
	{ "user", LOG_USER },
	{ "local0", LOG_LOCAL0 },
	{ "local1", LOG_LOCAL1 },
	{ "local2", LOG_LOCAL2 },
	{ "local3", LOG_LOCAL3 },
	{ "local4", LOG_LOCAL4 },
	{ "local5", LOG_LOCAL5 },
	{ "local6", LOG_LOCAL6 },
	{ "local7", LOG_LOCAL7 },
};

static int facility_of(const char *name)
{
	for (size_t i = 0; i < sizeof facilities / sizeof *facilities; i++)
		if (strcmp(name, facilities[i].name) == 0)
			return facilities[i].facility;
	return -1;
}

bool syslog_has_facility(const char *name)
{
	return facility_of(name) != -1;
}

void syslog_begin(const char *facility)
{
	openlog("evac-manage", LOG_PID, facility_of(facility));
}

void syslog_add(bool is_warning, const char *line)
{
	syslog(is_warning ? LOG_WARNING : LOG_NOTICE, "%s", line);
}

void syslog_end(void)
{
	closelog();
}

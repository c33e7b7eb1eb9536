/* SPDX-License-Identifier: Apache-2.0 */
#include "util/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

void clock_now(char out[CLOCK_TEXT_SIZE])
{
	struct timespec now;
	struct tm tm;
	char day[20];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out, CLOCK_TEXT_SIZE, "%s.%03uZ", day, (unsigned)(now.tv_nsec / 1000000) % 1000);
}

void clock_text(int64_t seconds, char out[CLOCK_TEXT_SIZE])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S.000Z", &tm);
}

int64_t clock_parse(const char *text)
{
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

	return end && (*end == '.' || *end == 'Z') ? (int64_t)timegm(&tm) : 0;
}

int64_t clock_wall_s(void)
{
	return (int64_t)time(NULL);
}

const char *clock_age(int64_t seconds, char out[CLOCK_AGE_SIZE])
{
	static const struct {
		int64_t seconds;
		const char *unit;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	size_t i = 0;

	while (units[i].seconds > 1 && seconds / units[i].seconds > -2 && seconds / units[i].seconds < 2)
		i++;
	snprintf(out, CLOCK_AGE_SIZE, "%" PRId64 " %s", seconds / units[i].seconds, units[i].unit);
	return out;
}

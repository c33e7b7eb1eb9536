/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "find/disks.h"
#include "util/clock.h"

/* "2026-11-28T10:02:31.123456+0000", or with a blank for the T: always in UTC (ceph 14 to 20 include/utime.h: gmtime). */
static int64_t time_of_entry(const char *until)
{
	char text[CLOCK_TEXT_SIZE];

	if (strlen(until) < 19)
		return 0;
	snprintf(text, sizeof text, "%.10sT%.8s.000Z", until, until + 11);
	return clock_parse(text);
}

int64_t ceph_entry_left_s(const struct storage_answer *answer, const struct storage_address *client, int64_t now_s)
{
	int64_t left = -1, end;

	for (size_t i = 0; i < answer->nentry; i++)
		if (storage_address_hits(&answer->entry[i].address, client) &&
		    (end = time_of_entry(answer->entry[i].until)) > now_s && end - now_s > left)
			left = end - now_s;
	return left;
}

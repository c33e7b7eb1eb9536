/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/run_id.h"

#include <stdio.h>
#include <time.h>

#include "util/file.h"
#include "util/mem.h"
#include "util/str.h"
#include "util/uuid.h"

#define ATTEMPT 1

void run_id_new(const char *command, char out[RUN_ID_SIZE])
{
	unsigned char random[4];
	struct tm tm;
	time_t now = time(NULL);
	char day[20], *p;

	random_bytes(random, sizeof random);
	gmtime_r(&now, &tm);
	strftime(day, sizeof day, "%Y%m%dT%H%M%SZ", &tm);
	snprintf(out, RUN_ID_SIZE, "%s-%.30s-%02x%02x%02x%02x", day, command, random[0], random[1], random[2], random[3]);
	for (p = out; *p; p++)
		if (*p == ' ' || *p == '_')
			*p = '-';
}

/* "evac-manage" as a namespace: ids of a run can be made again from its name. */
static const struct uuid ours = { "6f1d3c0a-51a4-5c0e-9a77-65766163206d" };

void evacuation_name_ids(const char *run, const char *instance_uuid, struct evacuation_rows *rows)
{
	auto_free char *migration = xasprintf("mig/%s/%d", instance_uuid, ATTEMPT);
	auto_free char *request = xasprintf("req/%s/%d", instance_uuid, ATTEMPT);
	struct uuid space, id;

	uuid_from_name(&ours, run, &space);
	uuid_from_name(&space, migration, &rows->migration_uuid);
	uuid_from_name(&space, request, &id);
	snprintf(rows->request_id, sizeof rows->request_id, "req-%s", id.text);
}

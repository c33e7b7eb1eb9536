/* SPDX-License-Identifier: Apache-2.0 */
#include "planned.h"

#include "journal/runs.h"
#include "util/clock.h"
#include "util/mem.h"

bool planned_is_applied(const struct plan_file *file, const struct request *request)
{
	auto_free char *path = NULL;
	struct error none = { 0 };

	return journal_find(request, file->run, &path, &none) == 0;
}

bool planned_is_expired(const struct plan_file *file)
{
	return clock_parse(file->expires_at) <= clock_wall_s();
}

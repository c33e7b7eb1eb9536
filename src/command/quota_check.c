/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "quotas.h"
#include "run/list.h"
#include "util/log.h"
#include "util/str.h"

static const struct table_column columns[] = {
	{ "project_id", NULL, false, COLUMN_UUID },
	{ "resource", NULL, false, COLUMN_TEXT },
	{ "what", NULL, false, COLUMN_TEXT },
	{ "saved", NULL, false, COLUMN_NUMBER },
	{ "actual", NULL, false, COLUMN_NUMBER },
};

static void add_difference(struct table *t, const struct quota_usage *u, const char *what, int64_t saved, int64_t actual)
{
	table_add(t);
	table_text(t, "project_id", u->project_id);
	table_text(t, "resource", u->resource);
	table_text(t, "what", what);
	table_int(t, "saved", saved);
	table_int(t, "actual", actual);
}

static int fill_differences(struct scene *scene, struct table *t, struct error *err)
{
	const struct quota *q = &scene->subject.quota;
	int64_t now;

	if (quotas_find(scene, err) != 0)
		return -1;
	table_say_none(t, "No differences: cinder's quota usage is right.");
	for (size_t i = 0; i < q->usages.n; i++) {
		const struct quota_usage *u = &q->usages.v[i];

		if (quota_is_duplicate(q, i)) {
			add_difference(t, u, "second row", u->in_use, 0);
			continue;
		}
		if (!quota_in_use(q, u, &now))
			log_notice("project %s: cinder does not count resource '%s'", str_or(u->project_id, "NULL"),
			    u->resource);
		else if (now != u->in_use)
			add_difference(t, u, "in use", u->in_use, now);
		if ((now = quotas_reserved(q, i)) != u->reserved)
			add_difference(t, u, "reserved", u->reserved, now);
	}
	return 0;
}

/* The rows say what; the exit code that there are some. */
static int end_with_findings(const struct table *shown, const struct request *request, struct error *err)
{
	(void)request;
	if (shown->nrow == 0)
		return 0;
	err->kind = ERROR_FINDINGS;
	return -1;
}

static const struct listing quota_check = { .needs = NEEDS_CINDER,
	LISTED(columns),
	.fill = fill_differences,
	.conclude = end_with_findings };

static enum error_kind run_quota_check(const struct request *request, struct error *err)
{
	return run_listing(&quota_check, request, err);
}

/* clang-format off */
const struct command command_quota_check = {
	.noun = "quota", .verb = "check",
	.sentence = "compare cinder's quota usage with its rows",
	.details = "Usage, reservations and duplicate rows, also by volume type. Ends with 3 when a value differs. Writes nothing.",
	.config_file_is = "cinder",
	.options = quotas_options,
	.run = run_quota_check,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "quotas.h"

int quotas_find(struct scene *scene, struct error *err)
{
	const char *project = scene->request->what.project_id;
	struct db *db = scene->world->cinder_db;

	scene->subject.quota.snapshots_need_no_gigabytes = scene->world->cinder.no_snapshot_gb_quota;
	if (cinder_schema_probe(db, &scene->cinder.schema, err) != 0 ||
	    quota_find(db, &scene->cinder.schema, project, &scene->subject.quota, err) != 0)
		return -1;
	if (!project || scene->subject.quota.usages.n > 0)
		return 0;
	error_set(err, ERROR_NOT_FOUND, "project '%s' has no quota usage", project);
	return error_hint(err, "run without --project-id to check all projects");
}

int64_t quotas_reserved(const struct quota *quota, size_t i)
{
	int64_t total = quota_reserved(quota, quota->usages.v[i].id);

	for (i++; i < quota->usages.n && quota_is_duplicate(quota, i); i++)
		total += quota_reserved(quota, quota->usages.v[i].id);
	return total;
}

/* clang-format off */
const struct option_spec quotas_options[] = {
	{ .name = "project-id", .type = OPTION_TEXT, .offset = AT(what.project_id), .metavar = "PROJECT",
	  .sentence = "only this project; without: all" },
	{ 0 }
};

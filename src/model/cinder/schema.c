/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cinder/schema.h"

#include <stdio.h>

#include "model/columns.h"
#include "sql_catalogue.h"

/* In every release from Queens on. */
static const struct schema_column needed[] = {
	{ "volumes", "id" },
	{ "volumes", "host" },
	{ "volumes", "service_uuid" },
	{ "volumes", "cluster_name" },
	{ "volumes", "migration_status" },
	{ "volumes", "deleted" },
	{ "volumes", "updated_at" },
	{ "services", "uuid" },
	{ "services", "cluster_name" },
	{ "services", "frozen" },
	{ "services", "report_count" },
	{ "services", "modified_at" },
	{ "backups", "host" },
	{ "groups", "host" },
	{ "groups", "cluster_name" },
	{ "consistencygroups", "host" },
	{ "consistencygroups", "cluster_name" },
	{ "image_volume_cache_entries", "host" },
	{ "image_volume_cache_entries", "cluster_name" },
	{ "workers", "service_id" },
	{ "workers", "race_preventer" },
};

int cinder_schema_probe(struct db *db, struct cinder_schema *out, struct error *err)
{
	auto_str struct str missing = { 0 };
	struct schema_columns have;

	*out = (struct cinder_schema){ 0 };
	if (schema_columns_read(db, &SQL_CINDER_COLUMN_LIST, &have, err) != 0)
		return -1;
	out->use_quota = schema_has_column(&have, "volumes", "use_quota");
	out->usages_have_race_preventer = schema_has_column(&have, "quota_usages", "race_preventer");
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!schema_has_column(&have, needed[i].table_name, needed[i].column_name))
			str_addf(&missing, "%s%s.%s", missing.n ? ", " : "", needed[i].table_name, needed[i].column_name);
	snprintf(out->missing, sizeof out->missing, "%s", str_or(missing.s, ""));
	schema_columns_free(&have);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cinder/schema.h"

#include <stdio.h>
#include <string.h>

#include "sql_catalogue.h"

struct column_row {
	const char *table_name, *column_name;
};
static const struct db_column columns[] = {
	DB_COLUMN(struct column_row, table_name),
	DB_COLUMN(struct column_row, column_name),
};
static const struct db_shape shape = DB_SHAPE(struct column_row, columns);

/* In every release from Queens on. */
static const struct column_row needed[] = {
	{ "volumes", "id" }, { "volumes", "host" }, { "volumes", "service_uuid" }, { "volumes", "cluster_name" },
	{ "volumes", "migration_status" }, { "volumes", "deleted" }, { "volumes", "updated_at" }, { "services", "uuid" },
	{ "services", "cluster_name" }, { "services", "frozen" }, { "services", "report_count" }, { "services", "modified_at" },
	{ "backups", "host" }, { "groups", "host" }, { "groups", "cluster_name" }, { "consistencygroups", "host" },
	{ "consistencygroups", "cluster_name" }, { "image_volume_cache_entries", "host" },
	{ "image_volume_cache_entries", "cluster_name" }, { "workers", "service_id" }, { "workers", "race_preventer" },
};

static bool has(const struct db_rows *rows, const char *table, const char *column)
{
	const struct column_row *r = rows->v;

	for (size_t i = 0; i < rows->n; i++)
		if (strcmp(r[i].table_name, table) == 0 && strcmp(r[i].column_name, column) == 0)
			return true;
	return false;
}

int cinder_schema_probe(struct db *db, struct cinder_schema *out, struct error *err)
{
	auto_str struct str missing = { 0 };
	struct db_rows rows;

	*out = (struct cinder_schema){ 0 };
	if (db_read(db, &SQL_CINDER_COLUMNS_LIST, NULL, &shape, &rows, err) != 0)
		return -1;
	out->use_quota = has(&rows, "volumes", "use_quota");
	out->usages_have_race_preventer = has(&rows, "quota_usages", "race_preventer");
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!has(&rows, needed[i].table_name, needed[i].column_name))
			str_addf(&missing, "%s%s.%s", missing.n ? ", " : "", needed[i].table_name, needed[i].column_name);
	snprintf(out->missing, sizeof out->missing, "%s", str_or(missing.s, ""));
	db_rows_free(&rows);
	return 0;
}

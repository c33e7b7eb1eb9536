/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cinder/volume.h"

#include "sql_catalogue.h"

static const struct db_shape volume_detail_shape = DB_SHAPE(struct volume_detail,
    DB_COLUMNS(struct volume_detail, id, size_gb, deleted, age_s),
    DB_NULLABLES(struct volume_detail, name, project_id, status, attach_status, migration_status, host, cluster_name,
	service_uuid, zone, group_id));

static const struct db_shape volume_thing_shape = DB_SHAPE(struct volume_thing, DB_COLUMNS(struct volume_thing, kind, id),
    DB_NULLABLES(struct volume_thing, state, host, instance_uuid, name));

int volume_detail_get(struct db *db, const char *id, struct volume_detail *out, struct arena *arena, struct error *err)
{
	const struct db_param params[] = { p_str("id", id), p_end };

	return db_read_one(db, &SQL_CINDER_VOLUME_GET, params, &volume_detail_shape, out, arena, err);
}

struct deleted_row {
	int64_t rows_deleted;
};
static const struct db_shape deleted_shape = DB_SHAPE(struct deleted_row, DB_COLUMNS(struct deleted_row, rows_deleted));

int cinder_row_is_deleted(struct db *db, const char *id, bool *deleted, struct error *err)
{
	const struct db_param params[] = { p_str("id", id), p_end };
	auto_arena struct arena arena = { 0 };
	struct deleted_row row = { 0 };

	if (db_read_one(db, &SQL_CINDER_ROW_COUNT_DELETED, params, &deleted_shape, &row, &arena, err) < 0)
		return -1;
	*deleted = row.rows_deleted > 0;
	return 0;
}

int volume_things_list(struct db *db, const char *id, struct volume_things *out, struct error *err)
{
	const struct db_param params[] = { p_str("id", id), p_end };

	return db_read(db, &SQL_CINDER_THING_LIST_BY_VOLUME, params, &volume_thing_shape, &out->rows, err);
}

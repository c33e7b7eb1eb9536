/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cinder/volume.h"

#include "sql_catalogue.h"

static const struct db_column columns[] = {
	DB_COLUMN(struct volume_detail, id),
	DB_NULLABLE(struct volume_detail, name),
	DB_NULLABLE(struct volume_detail, project_id),
	DB_NULLABLE(struct volume_detail, status),
	DB_NULLABLE(struct volume_detail, attach_status),
	DB_NULLABLE(struct volume_detail, migration_status),
	DB_COLUMN(struct volume_detail, size_gb),
	DB_NULLABLE(struct volume_detail, host),
	DB_NULLABLE(struct volume_detail, cluster_name),
	DB_NULLABLE(struct volume_detail, service_uuid),
	DB_NULLABLE(struct volume_detail, zone),
	DB_NULLABLE(struct volume_detail, group_id),
	DB_COLUMN(struct volume_detail, deleted),
	DB_COLUMN(struct volume_detail, age_s),
};
static const struct db_shape shape = DB_SHAPE(struct volume_detail, columns);

static const struct db_column thing_columns[] = {
	DB_COLUMN(struct volume_thing, kind),
	DB_COLUMN(struct volume_thing, id),
	DB_NULLABLE(struct volume_thing, state),
	DB_NULLABLE(struct volume_thing, host),
	DB_NULLABLE(struct volume_thing, instance_uuid),
	DB_NULLABLE(struct volume_thing, name),
};
static const struct db_shape thing_shape = DB_SHAPE(struct volume_thing, thing_columns);

int volume_detail_get(struct db *db, const char *id, struct volume_detail *out, struct arena *arena, struct error *err)
{
	const struct db_param params[] = { p_str("id", id), p_end };
	struct db_rows rows;

	if (db_read(db, &SQL_CINDER_VOLUME_SHOW, params, &shape, &rows, err) != 0)
		return -1;
	*arena = rows.arena;
	if (rows.n == 0)
		return 0;
	*out = *(struct volume_detail *)rows.v;
	return 1;
}

int volume_things_list(struct db *db, const char *id, struct volume_things *out, struct error *err)
{
	const struct db_param params[] = { p_str("id", id), p_end };
	struct db_rows rows;

	if (db_read(db, &SQL_CINDER_VOLUME_THINGS, params, &thing_shape, &rows, err) != 0)
		return -1;
	*out = (struct volume_things){ rows.v, rows.n, rows.arena };
	return 0;
}

void volume_things_free(struct volume_things *things)
{
	arena_free(&things->arena);
	*things = (struct volume_things){ 0 };
}

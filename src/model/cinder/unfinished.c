/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "model/cinder/ownership.h"
#include "sql_catalogue.h"
#include "util/str.h"

static const struct db_column columns[] = {
	DB_COLUMN(struct unfinished, kind),
	DB_COLUMN(struct unfinished, id),
	DB_NULLABLE(struct unfinished, volume_id),
	DB_NULLABLE(struct unfinished, status),
	DB_NULLABLE(struct unfinished, volume_status),
	DB_NULLABLE(struct unfinished, previous_status),
	DB_NULLABLE(struct unfinished, attach_status),
	DB_NULLABLE(struct unfinished, host),
};
static const struct db_shape shape = DB_SHAPE(struct unfinished, columns);

struct count_row {
	const char *kind;
	int64_t n_old, n_new;
};
static const struct db_column count_columns[] = {
	DB_COLUMN(struct count_row, kind),
	DB_COLUMN(struct count_row, n_old),
	DB_COLUMN(struct count_row, n_new),
};
static const struct db_shape count_shape = DB_SHAPE(struct count_row, count_columns);

static int find(struct db *db, const struct sql *sql, const struct db_param *params, struct unfinished_rows *out, struct error *err)
{
	struct db_rows rows;

	if (db_read(db, sql, params, &shape, &rows, err) != 0)
		return -1;
	*out = (struct unfinished_rows){ rows.v, rows.n, rows.arena };
	return 0;
}

int unfinished_on_backend(struct db *db, const char *backend_host, const char *node, struct unfinished_rows *out, struct error *err)
{
	const struct db_param params[] = { p_str("backend_host", backend_host), p_str("node", node), p_end };

	return find(db, &SQL_CINDER_UNFINISHED_ON_BACKEND, params, out, err);
}

int unfinished_on_backup_host(struct db *db, const char *host, struct unfinished_rows *out, struct error *err)
{
	const struct db_param params[] = { p_str("backend_host", host), p_end };

	return find(db, &SQL_CINDER_UNFINISHED_ON_BACKUP_HOST, params, out, err);
}

void unfinished_free(struct unfinished_rows *rows)
{
	arena_free(&rows->arena);
	*rows = (struct unfinished_rows){ 0 };
}

/* A volume that was being deleted may have lost its image already: error can be deleted again and not attached. */
static const struct {
	const char *kind, *status, *settled;
} settled[] = {
	{ "volume", "creating", "error" },
	{ "volume", "downloading", "error" },
	{ "volume", "deleting", "error" },
	{ "snapshot", "creating", "error" },
	{ "snapshot", "deleting", "error" },
	{ "backup", "creating", "error" },
	{ "backup", "restoring", "available" },
};

const char *unfinished_settled(const struct unfinished *row)
{
	if (strcmp(row->kind, "volume") == 0 && str_equal(row->status, "uploading"))
		return str_equal(row->attach_status, "attached") ? "in-use" : "available";
	for (size_t i = 0; i < sizeof settled / sizeof *settled; i++)
		if (strcmp(settled[i].kind, row->kind) == 0 && str_equal(settled[i].status, row->status))
			return settled[i].settled;
	return NULL;
}

const char *unfinished_settled_volume(const struct unfinished *row)
{
	if (strcmp(row->kind, "backup") != 0 || !row->volume_id)
		return NULL;
	if (str_equal(row->status, "creating") && str_equal(row->volume_status, "backing-up"))
		return row->previous_status;
	if (str_equal(row->status, "restoring") && str_equal(row->volume_status, "restoring-backup"))
		return "error_restoring";
	return NULL;
}

int ownership_count(struct db *db, const char *old_owner, const char *new_owner, bool pools, struct ownership_count *out, struct error *err)
{
	const struct db_param params[] = { p_str("old_owner", old_owner), p_str("new_owner", new_owner), p_int("pools", pools), p_end };
	struct db_rows rows;
	const struct count_row *row;

	*out = (struct ownership_count){ 0 };
	if (db_read(db, &SQL_CINDER_OWNERSHIP_COUNT, params, &count_shape, &rows, err) != 0)
		return -1;
	out->known = true;
	for (row = rows.v; row < (struct count_row *)rows.v + rows.n; row++)
		for (int k = 0; k < OWNED_KINDS; k++)
			if (strcmp(owned_kind_name[k], row->kind) == 0) {
				out->old_owner[k] = row->n_old;
				out->new_owner[k] = row->n_new;
			}
	db_rows_free(&rows);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "model/cinder/ownership.h"
#include "sql_catalogue.h"
#include "util/str.h"

static const struct db_shape unfinished_shape = DB_SHAPE(struct unfinished, DB_COLUMNS(struct unfinished, kind, id),
    DB_NULLABLES(struct unfinished, volume_id, status, volume_status, previous_status, attach_status, host));

struct count_row {
	const char *kind;
	int64_t n_old, n_new;
};
struct count_rows {
	DB_ROWS(struct count_row);
};
static const struct db_shape count_row_shape = DB_SHAPE(struct count_row, DB_COLUMNS(struct count_row, kind, n_old, n_new));

int unfinished_on_backend(struct db *db, const char *backend_host, const char *node, struct unfinished_rows *out,
    struct error *err)
{
	const struct db_param params[] = { p_str("backend_host", backend_host), p_str("node", node), p_end };

	return db_read(db, &SQL_CINDER_UNFINISHED_LIST_BY_BACKEND, params, &unfinished_shape, &out->rows, err);
}

int unfinished_on_backup_host(struct db *db, const char *host, struct unfinished_rows *out, struct error *err)
{
	const struct db_param params[] = { p_str("backend_host", host), p_end };

	return db_read(db, &SQL_CINDER_UNFINISHED_LIST_BY_BACKUP_HOST, params, &unfinished_shape, &out->rows, err);
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

const char *unfinished_final_status(const struct unfinished *row)
{
	if (strcmp(row->kind, "volume") == 0 && str_equal(row->status, "uploading"))
		return str_equal(row->attach_status, "attached") ? "in-use" : "available";
	for (size_t i = 0; i < sizeof settled / sizeof *settled; i++)
		if (strcmp(settled[i].kind, row->kind) == 0 && str_equal(settled[i].status, row->status))
			return settled[i].settled;
	return NULL;
}

const char *unfinished_final_volume_status(const struct unfinished *row)
{
	if (strcmp(row->kind, "backup") != 0 || !row->volume_id)
		return NULL;
	if (str_equal(row->status, "creating") && str_equal(row->volume_status, "backing-up"))
		return row->previous_status;
	if (str_equal(row->status, "restoring") && str_equal(row->volume_status, "restoring-backup"))
		return "error_restoring";
	return NULL;
}

int ownership_count(struct db *db, const char *old_owner, const char *new_owner, bool pools, struct ownership_count *out,
    struct error *err)
{
	const struct db_param params[] = { p_str("old_owner", old_owner), p_str("new_owner", new_owner), p_int("pools", pools),
		p_end };
	struct count_rows rows;

	*out = (struct ownership_count){ 0 };
	if (db_read(db, &SQL_CINDER_OWNER_COUNT, params, &count_row_shape, &rows.rows, err) != 0)
		return -1;
	out->known = true;
	for (const struct count_row *row = rows.v; row < rows.v + rows.n; row++)
		for (int k = 0; k < OWNED_KINDS; k++)
			if (strcmp(owned_kind_name[k], row->kind) == 0) {
				out->old_owner[k] = row->n_old;
				out->new_owner[k] = row->n_new;
			}
	db_rows_free(&rows.rows);
	return 0;
}

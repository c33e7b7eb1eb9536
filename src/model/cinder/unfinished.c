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

/* What a cinder-volume works on by itself; it is in the volume's own row. */
static bool is_unfinished(const struct owned *volume)
{
	static const char *const status[] = { "creating", "downloading", "uploading", "deleting" };

	for (size_t i = 0; i < sizeof status / sizeof *status; i++)
		if (str_equal(volume->status, status[i]))
			return true;
	return false;
}

static struct unfinished work_on(const struct owned *volume, struct arena *arena)
{
	return (struct unfinished){ .kind = "volume",
		.id = arena_dup(arena, volume->id),
		.volume_id = arena_dup(arena, volume->id),
		.status = arena_dup(arena, volume->status),
		.volume_status = arena_dup(arena, volume->status),
		.attach_status = arena_dup(arena, volume->attach_status),
		.host = arena_dup(arena, volume->host) };
}

static void add_work_on(const struct owned_rows *volumes, struct unfinished_rows *out)
{
	struct unfinished *all;
	size_t more = 0;

	for (size_t i = 0; i < volumes->n; i++)
		more += is_unfinished(&volumes->v[i]);
	if (more == 0)
		return;
	all = arena_alloc(&out->arena, (out->n + more) * sizeof *all);
	if (out->n > 0)
		memcpy(all, out->v, out->n * sizeof *all);
	out->v = all;
	for (size_t i = 0; i < volumes->n; i++)
		if (is_unfinished(&volumes->v[i]))
			out->v[out->n++] = work_on(&volumes->v[i], &out->arena);
}

/* Until there are so many, each by the indexes costs less than a pass over all attachments. */
#define FEW_VOLUMES 5000

static int compare_work(const void *a, const void *b)
{
	const struct unfinished *x = a, *y = b;
	int order = strcmp(x->kind, y->kind);

	return order ? order : strcmp(x->id, y->id);
}

/* A local attachment is the dead node's own work; one of another node is under way there. */
static bool is_of_node(const struct unfinished *row, const char *node)
{
	return strcmp(row->kind, "local attachment") != 0 || str_equal(row->host, node);
}

/* Both lists as one statement has them for many volumes: by kind and id. */
static void join_work(const struct unfinished_rows *backups, const char *node, struct unfinished_rows *out)
{
	struct unfinished *all = arena_alloc(&out->arena, (out->n + backups->n + 1) * sizeof *all);
	size_t n = 0;

	for (size_t i = 0; i < out->n; i++)
		if (is_of_node(&out->v[i], node))
			all[n++] = out->v[i];
	for (size_t i = 0; i < backups->n; i++)
		all[n++] = backups->v[i];
	vec_sort(all, n, sizeof *all, compare_work);
	out->v = all;
	out->n = n;
}

static int find_work_of_few(struct db *db, const struct db_param *params, const char *node, const struct owned_rows *volumes,
    struct unfinished_rows *out, struct error *err)
{
	auto_free const char **id = xcalloc(volumes->n + 1, sizeof *id);
	const struct words ids = { .v = id, .n = volumes->n };
	struct unfinished_rows backups;

	for (size_t i = 0; i < volumes->n; i++)
		id[i] = volumes->v[i].id;
	if (db_read(db, &SQL_CINDER_UNFINISHED_LIST_OF_BACKUPS, params, &unfinished_shape, &backups.rows, err) != 0)
		return -1;
	if (db_read_set(db, &SQL_CINDER_UNFINISHED_LIST_BY_VOLUME, &ids, &unfinished_shape, "volume_id", &out->rows, err) !=
	    0) {
		unfinished_free(&backups);
		return -1;
	}
	join_work(&backups, node, out);
	arena_join(&out->arena, &backups.arena);
	return 0;
}

int unfinished_on_backend(struct db *db, const char *backend_host, const char *node, const struct owned_rows *volumes,
    struct unfinished_rows *out, struct error *err)
{
	const struct db_param params[] = { p_str("backend_host", backend_host), p_str("node", node), p_end };

	if ((volumes->n <= FEW_VOLUMES ?
		    find_work_of_few(db, params, node, volumes, out, err) :
		    db_read(db, &SQL_CINDER_UNFINISHED_LIST_BY_BACKEND, params, &unfinished_shape, &out->rows, err)) != 0)
		return -1;
	add_work_on(volumes, out);
	return 0;
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

static int read_counts(struct db *db, const struct sql *sql, const struct db_param *params, struct ownership_count *out,
    struct error *err)
{
	struct count_rows rows;

	*out = (struct ownership_count){ 0 };
	if (db_read(db, sql, params, &count_row_shape, &rows.rows, err) != 0)
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

int ownership_count(struct db *db, const struct owner_pair *pair, struct ownership_count *out, struct error *err)
{
	const struct db_param params[] = { p_str("old_owner", pair->old_owner), p_str("new_owner", pair->new_owner),
		p_int("pools", pair->pools), p_int("of_backend", !pair->backups), p_int("of_backups", pair->backups), p_end };

	return read_counts(db, &SQL_CINDER_OWNER_COUNT, params, out, err);
}

struct sum {
	int64_t n;
};
static const struct db_shape sum_shape = DB_SHAPE(struct sum, DB_COLUMNS(struct sum, n));

static int count_volumes(struct db *db, const char *backend_host, const char *service_uuid, int64_t *n, struct error *err)
{
	const struct db_param params[] = { p_str("backend_host", backend_host),
		service_uuid ? p_str("service_uuid", service_uuid) : p_end, p_end };
	const struct sql *sql = service_uuid ? &SQL_CINDER_VOLUME_COUNT_BY_SERVICE : &SQL_CINDER_VOLUME_COUNT_BY_BACKEND;
	struct sum sum = { 0 };

	if (db_read_one(db, sql, params, &sum_shape, &sum, NULL, err) < 0)
		return -1;
	*n = sum.n;
	return 0;
}

int ownership_left(struct db *db, const char *owner, bool backups, const char *service_uuid, int64_t left[OWNED_KINDS],
    struct error *err)
{
	const struct owner_pair pair = { .old_owner = owner, .new_owner = owner, .pools = true, .backups = backups };
	const struct db_param params[] = { p_str("old_owner", owner), p_str("new_owner", owner), p_int("pools", 1), p_end };
	struct ownership_count count;

	if (backups ? ownership_count(db, &pair, &count, err) != 0 :
		      read_counts(db, &SQL_CINDER_OWNER_COUNT_SMALL, params, &count, err) != 0 ||
		    count_volumes(db, owner, service_uuid, &count.old_owner[OWNED_VOLUME], err) != 0)
		return -1;
	memcpy(left, count.old_owner, sizeof count.old_owner);
	return 0;
}

int ownership_count_with(struct db *db, const struct owners *owners, const struct owner_pair *pair, struct ownership_count *out,
    struct error *err)
{
	const struct db_param params[] = { p_str("old_owner", pair->old_owner), p_str("new_owner", pair->new_owner),
		p_int("pools", pair->pools), p_end };
	const enum owned_kind large = pair->backups ? OWNED_BACKUP : OWNED_VOLUME;

	*out = (struct ownership_count){ .known = true };
	if (!pair->backups && read_counts(db, &SQL_CINDER_OWNER_COUNT_SMALL, params, out, err) != 0)
		return -1;
	out->old_owner[large] = owners_count(owners, owned_kind_name[large], pair->old_owner, pair->pools);
	out->new_owner[large] = owners_count(owners, owned_kind_name[large], pair->new_owner, pair->pools);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cinder/volume.h"

#include "sql_catalogue.h"

static const struct db_column volume_columns[] = {
	DB_COLUMN(struct volume, id),
	DB_NULLABLE(struct volume, name),
	DB_NULLABLE(struct volume, project_id),
	DB_NULLABLE(struct volume, status),
	DB_NULLABLE(struct volume, attach_status),
	DB_COLUMN(struct volume, size_gb),
	DB_NULLABLE(struct volume, host),
	DB_NULLABLE(struct volume, cluster_name),
	DB_NULLABLE(struct volume, service_uuid),
};
static const struct db_shape volume_shape = DB_SHAPE(struct volume, volume_columns);

struct owner_row {
	const char *id, *host, *cluster_name, *status, *encryption_key_id;
};
static const struct db_column owner_columns[] = {
	DB_COLUMN(struct owner_row, id),
	DB_NULLABLE(struct owner_row, host),
	DB_NULLABLE(struct owner_row, cluster_name),
	DB_NULLABLE(struct owner_row, status),
	DB_NULLABLE(struct owner_row, encryption_key_id),
};
static const struct db_shape owner_shape = DB_SHAPE(struct owner_row, owner_columns);

static const struct db_column attachment_columns[] = {
	DB_COLUMN(struct attachment, id),
	DB_NULLABLE(struct attachment, volume_id),
	DB_NULLABLE(struct attachment, attached_host),
	DB_NULLABLE(struct attachment, attach_status),
};
static const struct db_shape attachment_shape = DB_SHAPE(struct attachment, attachment_columns);

static const struct db_column backup_columns[] = {
	DB_COLUMN(struct backup, id),
	DB_NULLABLE(struct backup, name),
	DB_NULLABLE(struct backup, project_id),
	DB_NULLABLE(struct backup, status),
	DB_COLUMN(struct backup, size_gb),
	DB_NULLABLE(struct backup, host),
	DB_NULLABLE(struct backup, volume_id),
};
static const struct db_shape backup_shape = DB_SHAPE(struct backup, backup_columns);

int volumes_on_node(struct db *db, const char *node, struct volumes *out, struct error *err)
{
	const struct db_param params[] = { p_str("node", node), p_end };
	struct db_rows rows;

	if (db_read(db, &SQL_CINDER_VOLUMES_ON_NODE, params, &volume_shape, &rows, err) != 0)
		return -1;
	*out = (struct volumes){ rows.v, rows.n, rows.arena };
	return 0;
}

void volumes_free(struct volumes *volumes)
{
	arena_free(&volumes->arena);
	*volumes = (struct volumes){ 0 };
}

int volume_owner_get(struct db *db, const char *id, struct volume_owner *out, struct error *err)
{
	const struct db_param params[] = { p_str("id", id), p_end };
	const struct owner_row *row;
	struct db_rows rows;

	if (db_read(db, &SQL_CINDER_VOLUME_OWNER, params, &owner_shape, &rows, err) != 0)
		return -1;
	*out = (struct volume_owner){ .arena = rows.arena };
	if (rows.n == 0)
		return 0;
	row = rows.v;
	out->known = true;
	out->host = row->host;
	out->cluster_name = row->cluster_name;
	out->status = row->status;
	out->encryption_key_id = row->encryption_key_id;
	return 0;
}

void volume_owner_free(struct volume_owner *owner)
{
	arena_free(&owner->arena);
	*owner = (struct volume_owner){ 0 };
}

static int attachments_read(struct db *db, const struct sql *sql, struct db_param param, struct attachments *out,
    struct error *err)
{
	const struct db_param params[] = { param, p_end };
	struct db_rows rows;

	if (db_read(db, sql, params, &attachment_shape, &rows, err) != 0)
		return -1;
	*out = (struct attachments){ rows.v, rows.n, rows.arena };
	return 0;
}

int attachments_of_instance(struct db *db, const char *instance_uuid, struct attachments *out, struct error *err)
{
	return attachments_read(db, &SQL_CINDER_ATTACHMENTS_OF_INSTANCE, p_str("instance_uuid", instance_uuid), out, err);
}

int attachments_on_host(struct db *db, const char *host, struct attachments *out, struct error *err)
{
	return attachments_read(db, &SQL_CINDER_ATTACHMENTS_ON_HOST, p_str("host", host), out, err);
}

void attachments_free(struct attachments *attachments)
{
	arena_free(&attachments->arena);
	*attachments = (struct attachments){ 0 };
}

int backups_list(struct db *db, struct backups *out, struct error *err)
{
	struct db_rows rows;

	if (db_read(db, &SQL_CINDER_BACKUPS_LIST, NULL, &backup_shape, &rows, err) != 0)
		return -1;
	*out = (struct backups){ rows.v, rows.n, rows.arena };
	return 0;
}

void backups_free(struct backups *backups)
{
	arena_free(&backups->arena);
	*backups = (struct backups){ 0 };
}

static const struct db_column removal_columns[] = {
	DB_COLUMN(struct volume_removal, id),
	DB_NULLABLE(struct volume_removal, name),
	DB_NULLABLE(struct volume_removal, status),
	DB_NULLABLE(struct volume_removal, host),
	DB_NULLABLE(struct volume_removal, cluster_name),
	DB_COLUMN(struct volume_removal, attachments),
	DB_COLUMN(struct volume_removal, snapshots),
};
static const struct db_shape removal_shape = DB_SHAPE(struct volume_removal, removal_columns);

static const struct db_column child_columns[] = {
	DB_COLUMN(struct volume_child, kind),
	DB_COLUMN(struct volume_child, id),
};
static const struct db_shape child_shape = DB_SHAPE(struct volume_child, child_columns);

int volume_removal_find(struct db *db, const char *id, struct volume_removal *out, struct error *err)
{
	const struct db_param params[] = { p_str("id", id), p_end };
	struct db_rows rows;

	*out = (struct volume_removal){ 0 };
	if (db_read(db, &SQL_CINDER_VOLUME_REMOVAL, params, &removal_shape, &rows, err) != 0)
		return -1;
	if (rows.n > 0)
		*out = *(struct volume_removal *)rows.v;
	out->arena = rows.arena;
	if (db_read(db, &SQL_CINDER_VOLUME_METADATA_OF, params, &child_shape, &rows, err) != 0)
		return -1;
	out->child = rows.v;
	out->nchild = rows.n;
	out->children = rows.arena;
	return 0;
}

void volume_removal_free(struct volume_removal *removal)
{
	arena_free(&removal->arena);
	arena_free(&removal->children);
	*removal = (struct volume_removal){ 0 };
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cinder/volume.h"

#include <string.h>

#include "model/cinder/host.h"
#include "sql_catalogue.h"

static const struct db_shape volume_shape = DB_SHAPE(struct volume, DB_COLUMNS(struct volume, id, size_gb),
    DB_NULLABLES(struct volume, name, project_id, status, attach_status, host, cluster_name, service_uuid));

static const struct db_shape stored_volume_shape = DB_SHAPE(struct stored_volume, DB_COLUMNS(struct stored_volume, id, size_gb),
    DB_NULLABLES(struct stored_volume, name, project_id, status, attach_status, host, cluster_name, service_uuid, type,
	name_id));

static const struct db_shape volume_owner_shape = DB_SHAPE(struct volume_owner, DB_COLUMNS(struct volume_owner, id),
    DB_NULLABLES(struct volume_owner, host, cluster_name, status, encryption_key_id, type));

static const struct db_shape attachment_shape = DB_SHAPE(struct attachment, DB_COLUMNS(struct attachment, id),
    DB_NULLABLES(struct attachment, volume_id, attached_host, attach_status));

static const struct db_shape backup_shape = DB_SHAPE(struct backup, DB_COLUMNS(struct backup, id, size_gb),
    DB_NULLABLES(struct backup, name, project_id, status, host, volume_id));

static const struct db_shape volume_removal_shape = DB_SHAPE(struct volume_removal,
    DB_COLUMNS(struct volume_removal, id, attachments, snapshots),
    DB_NULLABLES(struct volume_removal, name, status, host, cluster_name));

static const struct db_shape volume_child_shape = DB_SHAPE(struct volume_child, DB_COLUMNS(struct volume_child, kind, id));

int volumes_on_node(struct db *db, const char *node, struct volumes *out, struct error *err)
{
	const struct db_param params[] = { p_str("node", node), p_end };

	return db_read(db, &SQL_CINDER_VOLUME_LIST_BY_NODE, params, &volume_shape, &out->rows, err);
}

/* Up to its first dot; all of it where no name is its twin (str_is_twin): numbers are an address. */
static const char *start_of_twins(const char *node, char *buffer, size_t size)
{
	size_t n = strcspn(node, ".");

	if (n == 0 || n >= size || strspn(node, "0123456789") == n)
		return node;
	memcpy(buffer, node, n);
	buffer[n] = '\0';
	return buffer;
}

struct counted {
	int64_t n;
};
static const struct db_shape counted_shape = DB_SHAPE(struct counted, DB_COLUMNS(struct counted, n));

/* So many are found by their ids in less time than all columns take that a pass would read. */
#define FEW_VOLUMES 5000

static bool is_backend_of(const struct cinder_service *s, const char *node)
{
	struct host_name name;

	return s->uuid && strcmp(s->binary, "cinder-volume") == 0 && host_name_parse(s->host, &name) &&
	    strcmp(name.node, node) == 0;
}

/* Of which a look says so at once; a wrong guess costs time alone. */
static int are_few(struct db *db, const struct cinder_services *services, const char *node, bool *few, struct error *err)
{
	struct counted counted;
	int64_t n = 0;

	*few = false;
	for (const struct cinder_service *s = services->v; s < services->v + services->n && n <= FEW_VOLUMES; s++) {
		const struct db_param params[] = { p_str("service_uuid", s->uuid), p_end };

		if (!is_backend_of(s, node))
			continue;
		if (db_read_one(db, &SQL_CINDER_VOLUME_COUNT_SOME_BY_SERVICE, params, &counted_shape, &counted, NULL, err) < 0)
			return -1;
		n += counted.n;
	}
	*few = n > 0 && n <= FEW_VOLUMES;
	return 0;
}

int volumes_walk(struct db *db, const struct cinder_services *services, const char *node, struct db_walk **out,
    struct error *err)
{
	char buffer[HOST_MAX + 1];
	const struct db_param params[] = { p_str("node", node), p_str("start", start_of_twins(node, buffer, sizeof buffer)),
		p_end };
	bool few;

	if (are_few(db, services, node, &few, err) != 0)
		return -1;
	return db_walk_open(db, few ? &SQL_CINDER_VOLUME_LIST_NEAR_NODE_FEW : &SQL_CINDER_VOLUME_LIST_NEAR_NODE, params,
	    &volume_shape, out, err);
}

int stored_volumes_walk(struct db *db, struct db_walk **out, struct error *err)
{
	return db_walk_open(db, &SQL_CINDER_VOLUME_LIST, NULL, &stored_volume_shape, out, err);
}

int volume_owners_get(struct db *db, const struct words *ids, struct arena *arena, struct volume_owner *out, struct error *err)
{
	const struct volume_owner *row;
	struct db_rows rows;
	size_t n;

	if (db_read_set(db, &SQL_CINDER_VOLUME_LIST_OWNERS, ids, &volume_owner_shape, "id", &rows, err) != 0)
		return -1;
	for (size_t i = 0; i < ids->n; i++) {
		row = db_rows_find(&rows, &volume_owner_shape, "id", ids->v[i], &n);
		out[i] = row ? *row : (struct volume_owner){ 0 };
		out[i].known = row != NULL;
	}
	arena_join(arena, &rows.arena);
	return 0;
}

#define MIDDLE_ID "8" /* ids are uuids, made by chance (cinder db/sqlalchemy/api.py: volume_attach) */

static void ask_attachments(struct db *db, const char *instance_uuid, const char *from, const char *below)
{
	const struct db_param params[] = { p_str("instance_uuid", instance_uuid), p_str("from_id", from),
		p_str("below_id", below), p_end };

	db_ask_ahead(db, &SQL_CINDER_ATTACHMENT_LIST_BY_INSTANCE, params, &attachment_shape);
}

void attachments_of_instance_ahead(struct db *db, struct db *beside, const char *instance_uuid)
{
	ask_attachments(db, instance_uuid, NULL, beside ? MIDDLE_ID : NULL);
	if (beside)
		ask_attachments(beside, instance_uuid, MIDDLE_ID, NULL);
}

static int read_attachments(struct db *db, const char *instance_uuid, const char *from, const char *below,
    struct attachments *out, struct error *err)
{
	const struct db_param params[] = { p_str("instance_uuid", instance_uuid), p_str("from_id", from),
		p_str("below_id", below), p_end };

	return db_read(db, &SQL_CINDER_ATTACHMENT_LIST_BY_INSTANCE, params, &attachment_shape, &out->rows, err);
}

static int by_volume_and_id(const void *one, const void *other)
{
	const struct attachment *a = one, *b = other;
	int order = strcmp(a->volume_id, b->volume_id);

	return order ? order : strcmp(a->id, b->id);
}

int attachments_of_instance(struct db *db, struct db *beside, const char *instance_uuid, struct attachments *out,
    struct error *err)
{
	struct attachments upper;
	struct attachment *all;
	struct error none = { 0 };

	if (!beside)
		return read_attachments(db, instance_uuid, NULL, NULL, out, err);
	if (read_attachments(db, instance_uuid, NULL, MIDDLE_ID, out, err) != 0)
		return -1;
	if (read_attachments(beside, instance_uuid, MIDDLE_ID, NULL, &upper, &none) != 0 && /* it is gone */
	    read_attachments(db, instance_uuid, MIDDLE_ID, NULL, &upper, err) != 0) {
		attachments_free(out);
		return -1;
	}
	all = arena_alloc(&out->arena, (out->n + upper.n + 1) * sizeof *all);
	for (size_t i = 0; i < out->n + upper.n; i++)
		all[i] = i < out->n ? out->v[i] : upper.v[i - out->n];
	out->v = all;
	out->n += upper.n;
	arena_join(&out->arena, &upper.arena);
	vec_sort(all, out->n, sizeof *all, by_volume_and_id);
	return 0;
}

struct connector_row {
	const char *address;
};
static const struct db_shape connector_shape = DB_SHAPE(struct connector_row, DB_NULLABLES(struct connector_row, address));

int attachment_address(struct db *db, const char *id, const char *host, struct arena *arena, const char **out,
    struct error *err)
{
	const struct db_param params[] = { p_str("id", id), p_str("host", host), p_end };
	struct connector_row row = { 0 };
	int found = db_read_one(db, &SQL_CINDER_ATTACHMENT_GET_ADDRESS, params, &connector_shape, &row, arena, err);

	*out = found > 0 ? row.address : NULL;
	return found < 0 ? -1 : 0;
}

int attachments_on_host(struct db *db, const char *host, struct attachments *out, struct error *err)
{
	const struct db_param params[] = { p_str("host", host), p_end };

	return db_read(db, &SQL_CINDER_ATTACHMENT_LIST_BY_HOST, params, &attachment_shape, &out->rows, err);
}

int backups_walk(struct db *db, struct db_walk **out, struct error *err)
{
	return db_walk_open(db, &SQL_CINDER_BACKUP_LIST, NULL, &backup_shape, out, err);
}

int volume_removal_find(struct db *db, const char *id, struct volume_removal *out, struct error *err)
{
	const struct db_param params[] = { p_str("id", id), p_end };
	struct arena texts = { 0 };
	struct db_rows children;
	int found;

	*out = (struct volume_removal){ 0 };
	found = db_read_one(db, &SQL_CINDER_VOLUME_GET_REMOVAL, params, &volume_removal_shape, out, &texts, err);
	out->arena = texts;
	if (found < 0 ||
	    db_read(db, &SQL_CINDER_VOLUME_METADATA_LIST_BY_VOLUME, params, &volume_child_shape, &children, err) != 0)
		return -1;
	out->child = children.v;
	out->nchild = children.n;
	out->children = children.arena;
	return 0;
}

void volume_removal_free(struct volume_removal *removal)
{
	arena_free(&removal->arena);
	arena_free(&removal->children);
	*removal = (struct volume_removal){ 0 };
}

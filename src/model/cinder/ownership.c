/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cinder/ownership.h"

#include <string.h>

#include "sql_catalogue.h"
#include "util/str.h"

const char *const owned_kind_name[OWNED_KINDS] = {
	"volume",
	"group",
	"consistencygroup",
	"image_volume_cache_entry",
	"worker",
	"backup",
};
const char *const owned_kind_plural[OWNED_KINDS] = {
	"volumes",
	"groups",
	"consistency groups",
	"image cache entries",
	"workers",
	"backups",
};
static const struct sql *const find_statement[OWNED_KINDS] = {
	&SQL_CINDER_VOLUME_LIST_BY_BACKEND,
	&SQL_CINDER_GROUP_LIST_BY_BACKEND,
	&SQL_CINDER_CONSISTENCYGROUP_LIST_BY_BACKEND,
	&SQL_CINDER_CACHE_ENTRY_LIST_BY_BACKEND,
	&SQL_CINDER_WORKER_LIST_BY_BACKEND,
	&SQL_CINDER_BACKUP_LIST_BY_HOST,
};

/* States in which a row rests (cinder objects/fields.py, volume/flows); every other one is on its way somewhere. */
static const char *const resting[] = {
	"available",
	"in-use",
	"error",
	"error_deleting",
	"error_extending",
	"error_restoring",
	"error_managing",
	"error_backing-up",
	"error_managing_deleting",
	"deleted",
	"managing_error",
};

static const struct db_shape owned_shape = DB_SHAPE(struct owned, DB_COLUMNS(struct owned, id, host),
    DB_NULLABLES(struct owned, name, status, service, cluster_name, migration_status, zone, race_preventer, project_id, user_id,
	attach_status));

static const struct db_shape owner_shape = DB_SHAPE(struct owner, DB_COLUMNS(struct owner, kind, host, n),
    DB_NULLABLES(struct owner, cluster_name));

int owned_find(struct db *db, enum owned_kind kind, const char *owner, struct owned_rows *out, struct error *err)
{
	const struct db_param params[] = { p_str("backend_host", owner), p_end };

	return db_read(db, find_statement[kind], params, &owned_shape, &out->rows, err);
}

bool owned_is_transitional(enum owned_kind kind, const char *status)
{
	if (kind == OWNED_CACHE_ENTRY || !status)
		return false;
	if (kind == OWNED_WORKER) /* a worker row is by its nature unfinished work */
		return true;
	for (size_t i = 0; i < sizeof resting / sizeof *resting; i++)
		if (strcmp(status, resting[i]) == 0)
			return false;
	return true;
}

bool owned_is_migrating(const struct owned *row)
{
	return row->migration_status && row->migration_status[0] && strcmp(row->migration_status, "success") != 0 &&
	    strcmp(row->migration_status, "error") != 0 && strcmp(row->migration_status, "none") != 0;
}

/* Of the names that share a number. */
struct owner_group {
	const char *kind, *host, *last_host;
	int64_t n, n_clustered;
};
struct owner_groups {
	DB_ROWS(struct owner_group);
};
static const struct db_shape owner_group_shape = DB_SHAPE(struct owner_group,
    DB_COLUMNS(struct owner_group, kind, host, last_host, n, n_clustered));

static bool is_one_owner(const struct owner_group *g)
{
	return g->n_clustered == 0 && strcmp(g->host, g->last_host) == 0;
}

int owners_list(struct db *db, struct owners *out, struct error *err)
{
	struct owner_groups groups;
	bool exact = true;

	*out = (struct owners){ 0 };
	if (db_read(db, &SQL_CINDER_OWNER_LIST, NULL, &owner_group_shape, &groups.rows, err) != 0)
		return -1;
	for (size_t i = 0; i < groups.n; i++)
		exact &= is_one_owner(&groups.v[i]);
	if (!exact) {
		db_rows_free(&groups.rows);
		return db_read(db, &SQL_CINDER_OWNER_LIST_EXACT, NULL, &owner_shape, &out->rows, err);
	}
	out->v = arena_alloc(&groups.arena, (groups.n + 1) * sizeof *out->v);
	out->n = groups.n;
	out->arena = groups.arena;
	for (size_t i = 0; i < groups.n; i++)
		out->v[i] = (struct owner){ .kind = groups.v[i].kind, .host = groups.v[i].host, .n = groups.v[i].n };
	return 0;
}

static bool is_row_of(const char *host, const char *owner, bool pools)
{
	size_t n = strlen(owner);

	return strncmp(host, owner, n) == 0 && (host[n] == '\0' || (pools && host[n] == '#'));
}

int64_t owners_count(const struct owners *owners, const char *kind, const char *owner, bool pools)
{
	int64_t n = 0;

	for (const struct owner *o = owners->v; o < owners->v + owners->n; o++)
		if (strcmp(o->kind, kind) == 0 && (!owner || is_row_of(o->host, owner, pools)))
			n += o->n;
	return n;
}

/* Through the index each row costs as much as four in passing. */
#define FEW 4

int owned_find_volumes(struct db *db, const char *backend_host, const struct owners *owners, const char *service_uuid,
    struct owned_rows *out, struct error *err)
{
	const struct db_param params[] = { p_str("backend_host", backend_host), p_str("service_uuid", service_uuid), p_end };
	int64_t n = owners_count(owners, "volume", backend_host, true);

	*out = (struct owned_rows){ 0 };
	if (n == 0)
		return 0;
	if (service_uuid && n * FEW < owners_count(owners, "volume", NULL, true)) {
		if (db_read(db, &SQL_CINDER_VOLUME_LIST_BY_SERVICE, params, &owned_shape, &out->rows, err) != 0)
			return -1;
		if (out->n == (size_t)n)
			return 0;
		owned_free(out); /* some name another service, or none */
	}
	return owned_find(db, OWNED_VOLUME, backend_host, out, err);
}

int backup_owners_list(struct db *db, struct owners *out, struct error *err)
{
	return db_read(db, &SQL_CINDER_OWNER_LIST_OF_BACKUPS, NULL, &owner_shape, &out->rows, err);
}

void owners_add(struct owners *owners, const char *kind, const char *host)
{
	struct owner *o = owners->v, *end = o + owners->n, *more;

	while (o < end && (strcmp(o->kind, kind) != 0 || strcmp(o->host, host) != 0))
		o++;
	if (o < end) {
		o->n++;
		return;
	}
	more = arena_alloc(&owners->arena, (owners->n + 1) * sizeof *more);
	if (owners->n > 0)
		memcpy(more, owners->v, owners->n * sizeof *more);
	more[owners->n++] = (struct owner){ .kind = kind, .host = arena_dup(&owners->arena, host), .n = 1 };
	owners->v = more;
}

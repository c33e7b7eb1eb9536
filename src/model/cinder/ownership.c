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
    DB_NULLABLES(struct owner, cluster_name, first_service, last_service));

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
	const char *kind, *host, *last_host, *cluster_name, *last_cluster_name, *first_service, *last_service;
	int64_t n, n_long;
};
struct owner_groups {
	DB_ROWS(struct owner_group);
};
static const struct db_shape owner_group_shape = DB_SHAPE(struct owner_group,
    DB_COLUMNS(struct owner_group, kind, host, last_host, n, n_long),
    DB_NULLABLES(struct owner_group, cluster_name, last_cluster_name, first_service, last_service));

static bool is_one_owner(const struct owner_group *g)
{
	return g->n_long == 0 && strcmp(g->host, g->last_host) == 0 && str_equal(g->cluster_name, g->last_cluster_name);
}

/* By numbers, or where that does not tell them apart, by ${by_names}. */
static int read_owners(struct db *db, const struct sql *by_numbers, const struct sql *by_names, const struct db_param *params,
    struct owners *out, struct error *err)
{
	struct owner_groups groups;
	bool exact = true;

	*out = (struct owners){ 0 };
	if (db_read(db, by_numbers, params, &owner_group_shape, &groups.rows, err) != 0)
		return -1;
	for (size_t i = 0; i < groups.n; i++)
		exact &= is_one_owner(&groups.v[i]);
	if (!exact) {
		db_rows_free(&groups.rows);
		return db_read(db, by_names, params, &owner_shape, &out->rows, err);
	}
	out->v = arena_alloc(&groups.arena, (groups.n + 1) * sizeof *out->v);
	out->n = groups.n;
	out->arena = groups.arena;
	for (size_t i = 0; i < groups.n; i++)
		out->v[i] = (struct owner){ .kind = groups.v[i].kind,
			.host = groups.v[i].host,
			.n = groups.v[i].n,
			.cluster_name = groups.v[i].cluster_name,
			.first_service = groups.v[i].first_service,
			.last_service = groups.v[i].last_service };
	return 0;
}

int owners_list(struct db *db, struct owners *out, struct error *err)
{
	const struct db_param params[] = { p_int("whole", 1), p_str("first", NULL), p_str("second", NULL), p_str("third", NULL),
		p_end };

	if (read_owners(db, &SQL_CINDER_OWNER_LIST, &SQL_CINDER_OWNER_LIST_EXACT, params, out, err) != 0)
		return -1;
	out->whole = true;
	return 0;
}

/* Any sign fits where the name has a letter, so that both cases of it do, whatever the collation takes for the same. A '_' or
 * '%' of the name fits itself, too; LIKE would take a backslash for its own. */
static const char *pattern_near(const char *host, struct arena *arena)
{
	char *pattern;

	if (!host)
		return NULL;
	pattern = arena_printf(arena, "%.*s%%", (int)strcspn(host, ".@#\\"), host);
	for (char *c = pattern; *c; c++)
		if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z'))
			*c = '_';
	return pattern;
}

#define PARAMS_NEAR(hosts, arena) \
	{ \
		p_int("whole", 0), p_str("first", pattern_near((hosts)[0], arena)), \
		    p_str("second", pattern_near((hosts)[1], arena)), p_str("third", pattern_near((hosts)[2], arena)), p_end \
	}

void owners_near_ahead(struct db *db, const char *const hosts[OWNERS_NEAR])
{
	auto_arena struct arena arena = { 0 };
	const struct db_param params[] = PARAMS_NEAR(hosts, &arena);

	db_ask_ahead(db, &SQL_CINDER_OWNER_LIST, params, &owner_group_shape);
}

int owners_list_near(struct db *db, const char *const hosts[OWNERS_NEAR], struct owners *out, struct error *err)
{
	auto_arena struct arena arena = { 0 };
	const struct db_param params[] = PARAMS_NEAR(hosts, &arena);

	return read_owners(db, &SQL_CINDER_OWNER_LIST, &SQL_CINDER_OWNER_LIST_EXACT, params, out, err);
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

/* Through the index each row costs as much as four in passing; so many cost less than a moment. */
#define FEW 4
#define FEW_ROWS 5000

/* Its service, and what else its volumes name: after an import, or after cinder-manage volume update_host, another host's. */
#define SERVICES 3
struct services_named {
	const char *v[SERVICES + 1];
	size_t n;
};

static void add_service(struct services_named *to, const char *uuid)
{
	for (size_t i = 0; uuid && i < to->n; i++)
		if (strcmp(to->v[i], uuid) == 0)
			return;
	if (uuid && to->n <= SERVICES)
		to->v[to->n++] = uuid;
}

static struct services_named services_of(const struct owners *owners, const char *backend_host, const char *service_uuid)
{
	struct services_named all = { .n = 0 };

	add_service(&all, service_uuid);
	for (const struct owner *o = owners->v; o < owners->v + owners->n; o++)
		if (strcmp(o->kind, "volume") == 0 && is_row_of(o->host, backend_host, true)) {
			add_service(&all, o->first_service);
			add_service(&all, o->last_service);
		}
	return all;
}

int owned_find_volumes(struct db *db, const char *backend_host, const struct owners *owners, const char *service_uuid,
    struct owned_rows *out, struct error *err)
{
	const struct services_named by = services_of(owners, backend_host, service_uuid);
	const struct db_param params[] = { p_str("backend_host", backend_host), p_str("service_uuid", by.v[0]),
		p_str("second_uuid", by.v[1]), p_str("third_uuid", by.v[2]), p_end };
	int64_t n = owners_count(owners, "volume", backend_host, true);

	*out = (struct owned_rows){ 0 };
	if (n == 0)
		return 0;
	if (by.n > 0 && by.n <= SERVICES && (n <= FEW_ROWS || n * FEW < owners_count(owners, "volume", NULL, true))) {
		if (db_read(db, &SQL_CINDER_VOLUME_LIST_BY_SERVICE, params, &owned_shape, &out->rows, err) != 0)
			return -1;
		if (out->n == (size_t)n)
			return 0;
		owned_free(out); /* some name services that are neither first nor last of those that its rows name */
	}
	return owned_find(db, OWNED_VOLUME, backend_host, out, err);
}

int backup_owners_list(struct db *db, struct owners *out, struct error *err)
{
	return read_owners(db, &SQL_CINDER_OWNER_LIST_OF_BACKUPS, &SQL_CINDER_OWNER_LIST_OF_BACKUPS_EXACT, NULL, out, err);
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

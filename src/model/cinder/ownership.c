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
    DB_NULLABLES(struct owned, name, status, service, cluster_name, migration_status, zone, race_preventer, project_id,
	user_id));

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

int owners_list(struct db *db, struct owners *out, struct error *err)
{
	return db_read(db, &SQL_CINDER_OWNER_LIST, NULL, &owner_shape, &out->rows, err);
}

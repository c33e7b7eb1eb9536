/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cinder/quota.h"

#include <stdlib.h>
#include <string.h>

#include "sql_catalogue.h"
#include "util/str.h"

static const struct db_shape quota_usage_shape = DB_SHAPE(struct quota_usage,
    DB_COLUMNS(struct quota_usage, id, project_id, resource, in_use, reserved));

static const struct db_shape reservation_shape = DB_SHAPE(struct reservation,
    DB_COLUMNS(struct reservation, id, usage_id, delta));

static const struct db_shape quota_count_shape = DB_SHAPE(struct quota_count,
    DB_COLUMNS(struct quota_count, project_id, kind, n, gb), DB_NULLABLES(struct quota_count, type_name));

static int compare_counts(const void *a, const void *b)
{
	const struct quota_count *x = a, *y = b;

	return strcmp(x->project_id, y->project_id);
}

/* The server orders by a collation, a search here by bytes. */
static int compare_usages(const void *a, const void *b)
{
	const struct quota_usage *x = a, *y = b;
	int order = strcmp(x->project_id, y->project_id);

	if (order == 0)
		order = strcmp(x->resource, y->resource);
	return order ? order : (x->id > y->id) - (x->id < y->id);
}

int quota_find(struct db *db, const struct cinder_schema *schema, const char *project_id, struct quota *out, struct error *err)
{
	const struct db_param params[] = { p_str("project_id", project_id), p_end };
	const struct sql *counts = schema->use_quota ? &SQL_CINDER_QUOTA_COUNT : &SQL_CINDER_QUOTA_COUNT_WALLABY;

	if (db_read(db, &SQL_CINDER_QUOTA_USAGE_LIST, params, &quota_usage_shape, &out->usages.rows, err) != 0 ||
	    db_read(db, &SQL_CINDER_RESERVATION_LIST, params, &reservation_shape, &out->reservations.rows, err) != 0 ||
	    db_read(db, counts, params, &quota_count_shape, &out->counts.rows, err) != 0)
		return -1;
	vec_sort(out->usages.v, out->usages.n, sizeof *out->usages.v, compare_usages);
	vec_sort(out->counts.v, out->counts.n, sizeof *out->counts.v, compare_counts);
	return 0;
}

void quota_free(struct quota *quota)
{
	db_rows_free(&quota->usages.rows);
	db_rows_free(&quota->reservations.rows);
	db_rows_free(&quota->counts.rows);
	*quota = (struct quota){ 0 };
}

/* The sum over a project's counts of one kind; ${type} NULL: of every type. */
static int64_t sum_counts(const struct quota *quota, const char *project_id, const char *kind, const char *type, bool gigabytes)
{
	const struct quota_count key = { .project_id = project_id };
	const struct quota_count *end = quota->counts.v + quota->counts.n;
	const struct quota_count *c = vec_search(&key, quota->counts.v, quota->counts.n, sizeof *c, compare_counts);
	int64_t total = 0;

	if (!c)
		return 0;
	while (c > quota->counts.v && compare_counts(c - 1, &key) == 0)
		c--;
	for (; c < end && compare_counts(c, &key) == 0; c++)
		if (strcmp(c->kind, kind) == 0 && (!type || str_equal(c->type_name, type)))
			total += gigabytes ? c->gb : c->n;
	return total;
}

static int64_t sum_gigabytes(const struct quota *quota, const char *project_id, const char *type)
{
	int64_t volumes = sum_counts(quota, project_id, "volumes", type, true);

	return quota->snapshots_need_no_gigabytes ? volumes : volumes + sum_counts(quota, project_id, "snapshots", type, true);
}

bool quota_in_use(const struct quota *quota, const struct quota_usage *usage, int64_t *in_use)
{
	const char *r = usage->resource, *p = usage->project_id;

	if (strcmp(r, "volumes") == 0 || strcmp(r, "snapshots") == 0 || strcmp(r, "backups") == 0 || strcmp(r, "groups") == 0 ||
	    strcmp(r, "consistencygroups") == 0)
		*in_use = sum_counts(quota, p, r, NULL, false);
	else if (strcmp(r, "backup_gigabytes") == 0)
		*in_use = sum_counts(quota, p, "backups", NULL, true);
	else if (strcmp(r, "gigabytes") == 0)
		*in_use = sum_gigabytes(quota, p, NULL);
	else if (str_starts(r, "volumes_"))
		*in_use = sum_counts(quota, p, "volumes", r + strlen("volumes_"), false);
	else if (str_starts(r, "snapshots_"))
		*in_use = sum_counts(quota, p, "snapshots", r + strlen("snapshots_"), false);
	else if (str_starts(r, "gigabytes_"))
		*in_use = sum_gigabytes(quota, p, r + strlen("gigabytes_"));
	else
		return false;
	return true;
}

/* cinder counts only what a reservation adds. */
int64_t quota_reserved(const struct quota *quota, int64_t usage_id)
{
	int64_t total = 0;

	for (size_t i = 0; i < quota->reservations.n; i++)
		if (quota->reservations.v[i].usage_id == usage_id && quota->reservations.v[i].delta > 0)
			total += quota->reservations.v[i].delta;
	return total;
}

bool quota_is_duplicate(const struct quota *quota, size_t i)
{
	const struct quota_usage *u = quota->usages.v;

	return i > 0 && str_equal(u[i].project_id, u[i - 1].project_id) && str_equal(u[i].resource, u[i - 1].resource);
}

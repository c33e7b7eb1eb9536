/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "op/run.h"
#include "sql_catalogue.h"
#include "util/log.h"
#include "util/str.h"

/* Many volumes at once: locked and compared one by one, written by one statement, five times faster than a statement a row.
 * It is taken only when what the database has on the old backend is what the plan has, no row more and no row less. */

#define LEAST 2000

struct locked {
	const char *id, *host, *service_uuid;
};
static const struct db_column columns[] = {
	DB_COLUMN(struct locked, id),
	DB_NULLABLE(struct locked, host),
	DB_NULLABLE(struct locked, service_uuid),
};
static const struct db_shape shape = DB_SHAPE(struct locked, columns);

static bool same_owner(const char *a, const char *b)
{
	size_t n = strcspn(a, "#");

	return strcspn(b, "#") == n && strncmp(a, b, n) == 0;
}

/* From one backend to another, with the pool kept and one new uuid for all. */
static bool is_uniform(const struct step *first, const struct step *s)
{
	return s->kind == first->kind && s->before[0] && s->after[0] && s->after[1] && same_owner(s->before[0], first->before[0]) &&
	    same_owner(s->after[0], first->after[0]) && str_equal(s->after[1], first->after[1]) &&
	    str_equal(host_pool(s->before[0]), host_pool(s->after[0]));
}

/* Both are in the server's order of ids. */
static bool is_planned(const struct locked *locked, const struct step *step, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!str_equal(locked[i].id, step[i].id) || !str_equal(locked[i].host, step[i].before[0]) ||
		    !str_equal(locked[i].service_uuid, step[i].before[1]))
			return false;
	return true;
}

static int move_all(struct db *db, const char *from, const struct step *first, size_t n, struct error *err)
{
	auto_free char *to = xstrndup(first->after[0], strcspn(first->after[0], "#"));
	const struct db_param params[] = { p_str("old_backend_host", from), p_str("new_backend_host", to),
		p_str("new_service_uuid", first->after[1]), p_end };
	uint64_t matched;

	if (db_write(db, &SQL_CINDER_VOLUMES_MOVE_ALL, params, &matched, err) != 0)
		return -1;
	log_debug("cinder/volumes_move_all: %llu of %zu rows", (unsigned long long)matched, n);
	if (matched == n)
		return 0;
	return error_set(err, ERROR_DRIFT, "%llu volumes of '%s' matched where %zu were locked; nothing was changed",
	    (unsigned long long)matched, from, n);
}

int apply_all_volumes(struct db *db, const struct step *step, size_t n, size_t *done, struct error *err)
{
	auto_free char *from = NULL;
	struct db_rows rows;
	size_t k = 0;
	int rc = 0;

	*done = 0;
	while (step->kind == &step_volume && k < n && is_uniform(step, &step[k]))
		k++;
	if (k < LEAST)
		return 0;
	from = xstrndup(step->before[0], strcspn(step->before[0], "#"));
	if (db_read(db, &SQL_CINDER_VOLUMES_LOCK, (const struct db_param[]){ p_str("backend_host", from), p_end }, &shape, &rows, err) != 0)
		return -1;
	if (rows.n == k && is_planned(rows.v, step, k)) {
		rc = move_all(db, from, step, k, err);
		*done = k;
	}
	db_rows_free(&rows);
	return rc;
}

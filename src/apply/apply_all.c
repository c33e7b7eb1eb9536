/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "apply/apply.h"
#include "sql_catalogue.h"
#include "util/log.h"
#include "util/str.h"

/* Many volumes at once: locked and compared one by one, written fifty in a statement, several times faster than a statement a
 * row where the server knows no arrays, and faster where it does. Each is found by its id: nobody else's row is locked or
 * waited for. */

#define LEAST 2000
#define AT_ONCE 50 /* ids in a statement, as the files in sql/ have them */
#define VALUES 3   /* and what volume_move_many takes beside them */

struct locked {
	const char *id, *host, *service_uuid, *cluster_name;
};
static const struct db_shape shape = DB_SHAPE(struct locked, DB_COLUMNS(struct locked, id, host),
    DB_NULLABLES(struct locked, service_uuid, cluster_name));

struct move_all {
	struct db *db;
	const char *from, *to, *service_uuid; /* from, to: backend hosts */
	char name[AT_ONCE][8];
};

static bool same_owner(const char *a, const char *b)
{
	size_t n = strcspn(a, "#");

	return strcspn(b, "#") == n && strncmp(a, b, n) == 0;
}

/* From one backend to another, with the pool kept, one new uuid for all, and no cluster. */
static bool is_uniform(const struct step *first, const struct step *s)
{
	return s->kind == first->kind && s->before[0] && s->after[0] && s->after[1] && !s->before[2] && !s->after[2] &&
	    same_owner(s->before[0], first->before[0]) && same_owner(s->after[0], first->after[0]) &&
	    str_equal(s->after[1], first->after[1]) && str_equal(host_pool(s->before[0]), host_pool(s->after[0]));
}

/* Fewer than a statement takes: the last one stands for those that are missing. */
static void add_ids(const struct move_all *m, const struct step *step, size_t n, struct db_param *params)
{
	for (size_t i = 0; i < AT_ONCE; i++)
		params[i] = p_str(m->name[i], step[i < n ? i : n - 1].id);
	params[AT_ONCE] = p_end;
}

/* Both are in the server's order of ids. */
static size_t count_planned(const struct db_rows *rows, const struct step *step, size_t n)
{
	const struct locked *locked = rows->v;
	size_t found = 0;

	for (size_t i = 0, k = 0; i < rows->n && k < n; k++)
		if (str_equal(locked[i].id, step[k].id)) {
			found += str_equal(locked[i].host, step[k].before[0]) &&
			    str_equal(locked[i].service_uuid, step[k].before[1]) && !locked[i].cluster_name;
			i++;
		}
	return found;
}

static int lock_rows(const struct move_all *m, const struct step *step, size_t n, size_t *as_planned, struct error *err)
{
	struct db_param params[AT_ONCE + 1];
	struct db_rows rows;

	add_ids(m, step, n, params);
	if (db_read(m->db, &SQL_CINDER_VOLUME_LOCK_MANY, params, &shape, &rows, err) != 0)
		return -1;
	*as_planned = count_planned(&rows, step, n);
	db_rows_free(&rows);
	return 0;
}

static int move_rows(const struct move_all *m, const struct step *step, size_t n, uint64_t *matched, struct error *err)
{
	struct db_param params[VALUES + AT_ONCE + 1] = { p_str("old_backend_host", m->from), p_str("new_backend_host", m->to),
		p_str("new_service_uuid", m->service_uuid) };

	add_ids(m, step, n, params + VALUES);
	return db_write(m->db, &SQL_CINDER_VOLUME_MOVE_MANY, params, matched, err);
}

static int move_all_rows(const struct move_all *m, const struct step *step, size_t n, struct error *err)
{
	size_t now, as_planned, locked = 0;
	uint64_t matched, total = 0;

	for (size_t i = 0; i < n; i += now) {
		now = n - i < AT_ONCE ? n - i : AT_ONCE;
		if (lock_rows(m, step + i, now, &as_planned, err) != 0)
			return -1;
		locked += as_planned;
	}
	if (locked != n)
		return error_set(err, ERROR_DRIFT,
		    "%zu of %zu %s have changed since the plan was made; this unit was rolled back", n - locked, n,
		    step->kind->plural);
	for (size_t i = 0; i < n; i += now) {
		now = n - i < AT_ONCE ? n - i : AT_ONCE;
		if (move_rows(m, step + i, now, &matched, err) != 0)
			return -1;
		total += matched;
	}
	log_debug("cinder/volume_move_many: %llu of %zu rows", (unsigned long long)total, n);
	return total == n ?
	    0 :
	    error_set(err, ERROR_DRIFT, "%llu volumes of '%s' matched, but %zu were locked; this unit was rolled back",
		(unsigned long long)total, m->from, n);
}

int apply_all_volumes(struct db *db, const struct step *step, size_t n, size_t *done, struct error *err)
{
	auto_free char *from = NULL, *to = NULL;
	struct move_all m = { .db = db };
	size_t k = 0;

	*done = 0;
	while (step_is(step, STEP_VOLUME) && k < n && is_uniform(step, &step[k]))
		k++;
	if (k < LEAST)
		return 0;
	from = xstrndup(step->before[0], strcspn(step->before[0], "#"));
	to = xstrndup(step->after[0], strcspn(step->after[0], "#"));
	m.from = from;
	m.to = to;
	m.service_uuid = step->after[1];
	for (size_t i = 0; i < AT_ONCE; i++)
		snprintf(m.name[i], sizeof m.name[i], "id_%02zu", i);
	*done = k;
	return move_all_rows(&m, step, k, err);
}

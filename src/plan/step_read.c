/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "db/db.h"
#include "plan/plan.h"
#include "util/str.h"

struct values {
	const char *value[STEP_COLUMNS];
};

int step_read(struct db *db, const struct step *step, struct arena *arena, const char *now[STEP_COLUMNS], bool *exists,
    struct error *err)
{
	const struct db_param params[] = { p_str("id", step->id), p_end };
	struct db_column column[STEP_COLUMNS + 1] = { 0 };
	struct db_shape shape = { sizeof(struct values), column };
	const struct values *row;
	struct db_rows rows;
	size_t i;

	for (i = 0; step->kind->column[i]; i++)
		column[i] = (struct db_column){ step->kind->column[i], DB_MAYBE_TEXT, i * sizeof(const char *) };
	if (db_read(db, step->kind->read, params, &shape, &rows, err) != 0)
		return -1;
	*exists = rows.n > 0;
	row = rows.v;
	for (i = 0; column[i].name; i++)
		now[i] = rows.n > 0 ? arena_dup(arena, row->value[i]) : NULL;
	db_rows_free(&rows);
	return 0;
}

/* The id and the columns of a kind. */
static void name_columns_of(const struct step_kind *kind, struct db_column column[STEP_COLUMNS + 2])
{
	column[0] = (struct db_column){ "id", DB_TEXT, offsetof(struct step_now, id) };
	for (size_t i = 0; kind->column[i]; i++)
		column[i + 1] = (struct db_column){ kind->column[i], DB_MAYBE_TEXT,
			offsetof(struct step_now, value) + i * sizeof(const char *) };
}

static int compare_steps_now(const void *a, const void *b)
{
	return strcmp(((const struct step_now *)a)->id, ((const struct step_now *)b)->id);
}

int steps_read(struct db *db, struct step *const *step, size_t n, struct steps_now *out, struct error *err)
{
	struct db_column column[STEP_COLUMNS + 2] = { 0 };
	const struct db_shape shape = { sizeof(struct step_now), column };
	const char *id[DB_LIST];
	const struct db_param params[] = { p_list("ids", id, n), p_end };

	for (size_t i = 0; i < n; i++)
		id[i] = step[i]->id;
	name_columns_of(step[0]->kind, column);
	if (db_read(db, step[0]->kind->read_many, params, &shape, &out->rows, err) != 0)
		return -1;
	vec_sort(out->v, out->n, sizeof *out->v, compare_steps_now);
	return 0;
}

const struct step_now *step_now_find(const struct steps_now *now, const char *id)
{
	return vec_search(&(struct step_now){ .id = id }, now->v, now->n, sizeof *now->v, compare_steps_now);
}

bool step_equal(const struct step_kind *kind, const char *const *a, const char *const *b)
{
	for (size_t i = 0; kind->column[i]; i++)
		if (!str_equal(a[i], b[i]))
			return false;
	return true;
}

const char *step_values_text(const struct step_kind *kind, const char *const *values, struct arena *arena)
{
	auto_str struct str s = { 0 };

	for (size_t i = 0; kind->column[i]; i++)
		str_addf(&s, "%s%s %s%s%s", i ? ", " : "", kind->column[i], values[i] ? "'" : "", str_or(values[i], "NULL"),
		    values[i] ? "'" : "");
	return arena_dup(arena, str_or(s.s, ""));
}

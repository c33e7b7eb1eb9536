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

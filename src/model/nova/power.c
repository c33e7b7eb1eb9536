/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/power.h"

#include "sql_catalogue.h"
#include "util/str.h"

struct power_row {
	const char *instance_uuid, *action;
	struct maybe_int age_s;
	bool is_novas, is_evacuated;
};
static const struct db_shape power_row_shape = DB_SHAPE(struct power_row,
    DB_COLUMNS(struct power_row, instance_uuid, action, age_s, is_novas, is_evacuated));

int power_histories_get(struct db *cell, const struct words *instance_uuids, struct arena *arena, struct power_history *out,
    struct error *err)
{
	const struct power_row *row;
	struct db_rows rows;
	size_t n;

	if (db_read_set(cell, &SQL_NOVA_ACTION_LIST_LAST_POWER, instance_uuids, &power_row_shape, "instance_uuid", &rows,
		err) != 0)
		return -1;
	for (size_t i = 0; i < instance_uuids->n; i++) {
		row = db_rows_find(&rows, &power_row_shape, "instance_uuid", instance_uuids->v[i], &n);
		out[i] = (struct power_history){ .exists = row != NULL };
		if (row)
			out[i] = (struct power_history){ true, row->action, row->is_novas, row->is_evacuated, row->age_s };
	}
	arena_join(arena, &rows.arena);
	return 0;
}

/* After an evacuation that succeeded it may be either: one that is stopped stays so, one in ERROR is started. */
bool power_was_stopped(const struct power_history *history)
{
	return history->exists && str_equal(history->action, "stop") && !history->is_evacuated;
}

bool power_stopped_by_nova(const struct power_history *history)
{
	return history->exists && str_equal(history->action, "stop") && history->is_novas;
}

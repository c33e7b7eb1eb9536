/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/power.h"

#include "sql_catalogue.h"
#include "util/str.h"

static const struct db_shape power_history_shape = DB_SHAPE(struct power_history,
    DB_COLUMNS(struct power_history, action, age_s, is_evacuated));

int power_history_get(struct db *cell, const char *instance_uuid, struct power_history *out, struct error *err)
{
	const struct db_param params[] = { p_str("instance_uuid", instance_uuid), p_end };
	struct arena texts = { 0 };
	int found;

	*out = (struct power_history){ .exists = false };
	found = db_read_one(cell, &SQL_NOVA_ACTION_GET_LAST_POWER, params, &power_history_shape, out, &texts, err);
	out->arena = texts;
	out->exists = found > 0;
	return found < 0 ? -1 : 0;
}

/* After an evacuation that succeeded it may be either: one that is stopped stays so, one in ERROR is started. */
bool power_was_stopped(const struct power_history *history)
{
	return history->exists && str_equal(history->action, "stop") && !history->is_evacuated;
}

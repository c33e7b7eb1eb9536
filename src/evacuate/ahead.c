/* SPDX-License-Identifier: Apache-2.0 */
#include "cast_internal.h"

#include "evacuate/evacuate.h"
#include "util/crash.h"

/* What is done of the next evacuation while something else is awaited for the one before: its row is locked and read while the
 * journal goes to disk, and its request spec read and made while the broker is on its way to an answer. */

static void begin_ahead(struct work *work, size_t index)
{
	json_object_put(work->ahead.instance);
	json_object_put(work->ahead.spec);
	work->ahead = (struct ahead){ .unit = index };
}

void evacuation_unlock(struct work *work)
{
	struct db *db = work->scene.nova.home->cell->db;

	if (db && db_has_begun_ahead(db))
		db_rollback(db);
	begin_ahead(work, EVACUATION_NONE);
}

/* Nothing is asked of a server that has to be asked by its own word first, and what goes wrong here goes wrong again where it
 * is told. */
void ahead_lock(struct work *work, size_t index)
{
	struct db *db = work->scene.nova.home->cell->db;
	struct error ignored = { 0 };

	begin_ahead(work, index);
	if (!db_has_begun_ahead(db) || evacuation_look_is_old(work->source_looked_ms))
		return;
	if (db_begin_write(db, &ignored) != 0 ||
	    instance_lock(db, work->plan.unit[index].candidate->instance->uuid, &work->ahead.instance, &ignored) != 0) {
		db_rollback(db);
		return;
	}
	db_put_off(db);
	CRASH_POINT("claim_locked_ahead");
}

void ahead_make_spec(struct work *work, size_t index)
{
	const struct unit *unit = &work->plan.unit[index];
	const struct evacuation_message message = evacuation_message_of(work, unit);
	struct error ignored = { 0 };

	if (work->ahead.unit == index && !work->ahead.spec && unit->candidate->spec.exists)
		work->ahead.spec = evacuation_spec(&message, &ignored);
}

/* Of another's turn, or of a transaction that is over, it is nothing. */
json_object *ahead_take_instance(struct work *work, size_t index)
{
	json_object *instance = work->ahead.instance;

	if (!instance)
		return NULL;
	if (work->ahead.unit != index || !db_has_begun_ahead(work->scene.nova.home->cell->db)) {
		evacuation_unlock(work);
		return NULL;
	}
	work->ahead.instance = NULL;
	return instance;
}

json_object *ahead_take_spec(struct work *work, size_t index)
{
	json_object *spec = work->ahead.spec;

	if (!spec || work->ahead.unit != index)
		return NULL;
	work->ahead.spec = NULL;
	return spec;
}

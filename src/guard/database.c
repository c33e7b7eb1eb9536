/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

/* What the servers themselves refuse, known before the first write. */

static void report_server(const struct guard *self, const struct scene *scene, const struct db *db, struct findings *out)
{
	struct error err = { 0 };

	if (db && db_check_writes(db, &err) != 0)
		guard_found(self, scene, out, db_label(db), err.hint, "%s", err.text);
}

/* Beside an evacuation cinder's database is only read. */
static bool takes_cinder(const struct scene *scene)
{
	return scene->subject.moves_things || !(scene->subject.evacuates || scene->subject.closes || scene->subject.marks);
}

static bool takes_cell(const struct scene *scene)
{
	return scene->nova.home &&
	    (scene->subject.evacuates || scene->subject.marks || scene->subject.closes || scene->subject.past);
}

void guard_database_not_writable(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (takes_cinder(scene))
		report_server(self, scene, scene->world->cinder_db, out);
	if (takes_cell(scene))
		report_server(self, scene, scene->nova.home->cell->db, out);
}

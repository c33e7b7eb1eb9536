/* SPDX-License-Identifier: Apache-2.0 */
#include "find/world.h"

#include <string.h>

/* Only a witness: the run goes on without it, and says so. */
static void begin_neutron(struct world *w)
{
	struct error err = { 0 };

	if (!w->neutron_db || db_begin_read(w->neutron_db, &err) == 0)
		return;
	memcpy(w->neutron_absent, err.text, sizeof w->neutron_absent);
	absences_add(w->absences, &err, NULL);
	db_close(&w->neutron_db);
}

int world_begin_reads(struct world *w, struct error *err)
{
	if (w->cinder_db && db_begin_read(w->cinder_db, err) != 0)
		return -1;
	if (w->api_db && db_begin_read(w->api_db, err) != 0)
		return -1;
	if (w->placement_db && db_begin_read(w->placement_db, err) != 0)
		return -1;
	begin_neutron(w);
	for (size_t i = 0; i < w->ncell; i++)
		if (db_begin_read(w->cell[i].db, err) != 0)
			return -1;
	return 0;
}

void world_end_reads(struct world *w)
{
	if (w->cinder_db)
		db_end_read(w->cinder_db);
	if (w->api_db)
		db_end_read(w->api_db);
	if (w->placement_db)
		db_end_read(w->placement_db);
	if (w->neutron_db)
		db_end_read(w->neutron_db);
	for (size_t i = 0; i < w->ncell; i++)
		db_end_read(w->cell[i].db);
}

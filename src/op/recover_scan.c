/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/evacuation.h"
#include "op/recover.h"
#include "out/table.h"
#include "util/log.h"
#include "util/str.h"

/* For when the journal is gone with its machine: what the databases alone know about evacuations of ours. */

static const struct table_column columns[] = {
	{ "instance_uuid", "Server UUID", false, false },
	{ "name", NULL, false, false },
	{ "cell", NULL, false, false },
	{ "source", NULL, false, false },
	{ "host", NULL, false, false },
	{ "vm_state", NULL, false, false },
	{ "task_state", NULL, false, false },
	{ "migration_status", "Migration", false, false },
	{ "age_s", NULL, false, true },
	{ "state", NULL, false, false },
	{ "migration_uuid", NULL, true, false },
	{ "request_id", NULL, true, false },
	{ "advice", "What to do", false, false },
};
#define COLUMNS columns, sizeof columns / sizeof *columns

static void add(struct table *t, const char *cell, const struct our_evacuation *e)
{
	bool accepted = str_equal(e->status, "accepted"), taken = e->events > 0;

	table_add(t);
	table_text(t, "instance_uuid", e->instance_uuid);
	table_text(t, "name", e->name);
	table_text(t, "cell", cell);
	table_text(t, "source", e->source_compute);
	table_text(t, "host", e->host);
	table_text(t, "vm_state", e->vm_state);
	table_text(t, "task_state", e->task_state);
	table_text(t, "migration_status", e->status);
	table_int(t, "age_s", e->age_s);
	table_text(t, "state", !accepted ? "under_way" : taken ? "begun" : "unknown");
	table_text(t, "migration_uuid", e->migration_uuid);
	table_text(t, "request_id", e->request_id);
	table_text(t, "advice", !accepted ? "nova works on it, or has left it so: see its log" :
	    taken                         ? "the conductor has it, or failed at it: see its log" :
	                                    "nobody has begun with it: look for its request id in nova-conductor's logs before anything else");
}

static int scan_cell(struct table *t, const struct nova_cell *cell, size_t *unknown, struct error *err)
{
	struct our_evacuations found;

	if (evacuations_ours(cell->db, &found, err) != 0)
		return -1;
	for (size_t i = 0; i < found.n; i++) {
		add(t, cell->name, &found.v[i]);
		*unknown += str_equal(found.v[i].status, "accepted") && found.v[i].events == 0;
	}
	our_evacuations_free(&found);
	return 0;
}

enum error_kind recover_scan(const struct request *request, struct error *err)
{
	struct world world;
	struct table t;
	size_t unknown = 0;
	int rc;

	if (table_check(COLUMNS, request, err) != 0)
		return err->kind;
	table_init(&t, COLUMNS);
	rc = world_open(request, NEEDS_NOVA, NULL, &world, err);
	for (size_t i = 0; rc == 0 && i < world.ncell; i++)
		rc = scan_cell(&t, &world.cell[i], &unknown, err);
	if (rc == 0)
		rc = table_print(&t, request, err);
	if (rc == 0 && t.nrow == 0)
		log_notice("no evacuation of ours is unfinished");
	table_free(&t);
	world_close(&world);
	if (rc != 0)
		return err->kind;
	if (unknown == 0)
		return ERROR_OK;
	error_set(err, ERROR_UNKNOWN, "%zu evacuation%s may or may not have been sent", unknown, unknown == 1 ? "" : "s");
	error_hint(err, "with its journal: 'evac-manage journal recover RUN' decides; without it a person must");
	return ERROR_UNKNOWN;
}

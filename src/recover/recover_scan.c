/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/evacuation.h"
#include "run/list.h"
#include "recover/recover.h"
#include "util/lang.h"
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

static void add_ours(struct table *t, const char *cell, const struct our_evacuation *e)
{
	bool accepted = str_equal(e->status, "accepted"), taken = e->events > 0;

	table_add(t);
	table_members(t, struct our_evacuation, e, instance_uuid, name, host, vm_state, task_state, age_s, migration_uuid,
	    request_id);
	table_text(t, "cell", cell);
	table_text(t, "source", e->source_compute);
	table_text(t, "migration_status", e->status);
	table_text(t, "state", !accepted ? "under_way" : taken ? "begun" : "unknown");
	table_text(t, "advice",
	    !accepted ? _("nova works on it or has abandoned it: see nova's logs") :
		taken ? _("nova-conductor has it or failed at it: see its log") :
			_("nova has not begun to work on it: first search nova-conductor's logs for its request id"));
}

static int scan_cell(struct table *t, const struct nova_cell *cell, struct error *err)
{
	struct our_evacuations found;

	if (evacuations_ours(cell->db, &found, err) != 0)
		return -1;
	for (size_t i = 0; i < found.n; i++)
		add_ours(t, cell->name, &found.v[i]);
	our_evacuations_free(&found);
	return 0;
}

static int list_ours(struct scene *scene, struct table *t, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < scene->world->ncell; i++)
		rc = scan_cell(t, &scene->world->cell[i], err);
	if (rc == 0 && t->nrow == 0)
		log_notice("no evacuation that this tool sent is unfinished");
	return rc;
}

static int conclude_scan(const struct table *shown, const struct request *request, struct error *err)
{
	size_t unknown = table_count(shown, "state", "unknown");

	(void)request;
	if (unknown == 0)
		return 0;
	error_set(err, ERROR_UNKNOWN, "%zu evacuation%s may or may not have been sent", unknown, unknown == 1 ? "" : "s");
	return error_hint(err,
	    "for the runs: evac-manage journal list; then recover each by its journal; without a journal decide by nova-conductor's logs");
}

static const struct listing scan = { .needs = NEEDS_NOVA,
	LISTED(columns),
	.fill = list_ours,
	.counts_rows = true,
	.conclude = conclude_scan };

enum error_kind recover_scan(const struct request *request, struct error *err)
{
	return run_listing(&scan, request, err);
}

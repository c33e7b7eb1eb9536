/* SPDX-License-Identifier: Apache-2.0 */
#include "op/list.h"

enum error_kind op_list(const struct listing *listing, const struct request *request, struct error *err)
{
	struct scene scene = { .request = request };
	struct world world = { 0 };
	struct table table;
	int rc;

	table_init(&table, listing->column, listing->ncolumn);
	table.globals = request->globals;
	rc = table_check(listing->column, listing->ncolumn, request, err);
	if (rc == 0)
		rc = world_open(request, listing->needs, NULL, &world, err);
	scene.world = &world;
	if (rc == 0)
		rc = listing->fill(&scene, &table, err);
	if (rc == 0)
		rc = table_print(&table, request, err);
	if (rc == 0 && listing->judge)
		rc = listing->judge(&table, request, err);
	table_free(&table);
	scene_free(&scene);
	world_close(&world);
	return rc == 0 ? ERROR_OK : err->kind;
}

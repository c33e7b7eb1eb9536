/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/detail.h"

#include "model/nova/labels.h"
#include "sql_catalogue.h"

struct detail_row {
	const char *uuid, *flavor, *numa_topology, *network_info, *kernel_id;
	struct maybe_int ephemeral_gb, blank_gb, swap_mb;
};
static const struct db_shape detail_row_shape = DB_SHAPE(struct detail_row,
    DB_COLUMNS(struct detail_row, uuid, ephemeral_gb, blank_gb, swap_mb),
    DB_NULLABLES(struct detail_row, flavor, numa_topology, network_info, kernel_id));

/* The block devices have what was really made; a flavor's default need have none. */
static void read_detail(const struct detail_row *row, struct arena *arena, struct instance_detail *out)
{
	struct labels labels = { 0 };

	labels_of_flavor(row->flavor, arena, &labels);
	*out = (struct instance_detail){ .flavor = labels.flavor_name,
		.ephemeral_gb = { true, row->blank_gb.v > 0 ? row->blank_gb.v : row->ephemeral_gb.v },
		.swap_mb = { true, row->swap_mb.v } };
	nics_parse(row->network_info, arena, &out->nics);
}

int instance_details_get(struct db *cell, const struct words *uuids, struct arena *arena, struct instance_detail *out,
    struct error *err)
{
	const struct detail_row *row;
	struct db_rows rows;
	size_t found;

	if (db_read_set(cell, &SQL_NOVA_INSTANCE_LIST_NEEDS, uuids, &detail_row_shape, "uuid", &rows, err) != 0)
		return -1;
	for (size_t i = 0; i < uuids->n; i++) {
		out[i] = (struct instance_detail){ .flavor = NULL };
		row = db_rows_find(&rows, &detail_row_shape, "uuid", uuids->v[i], &found);
		if (row)
			read_detail(row, arena, &out[i]);
	}
	db_rows_free(&rows);
	return 0;
}

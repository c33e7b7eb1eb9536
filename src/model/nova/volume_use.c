/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/volume_use.h"

#include "sql_catalogue.h"

static const struct db_column columns[] = {
	DB_COLUMN(struct volume_use, instance_uuid),
	DB_NULLABLE(struct volume_use, name),
	DB_NULLABLE(struct volume_use, host),
	DB_NULLABLE(struct volume_use, vm_state),
	DB_NULLABLE(struct volume_use, device_name),
	DB_NULLABLE(struct volume_use, attachment_id),
};
static const struct db_shape shape = DB_SHAPE(struct volume_use, columns);

int volume_uses_list(struct db *cell, const char *volume_id, struct volume_uses *out, struct error *err)
{
	const struct db_param params[] = { p_str("volume_id", volume_id), p_end };
	struct db_rows rows;

	if (db_read(cell, &SQL_NOVA_BDMS_OF_VOLUME, params, &shape, &rows, err) != 0)
		return -1;
	*out = (struct volume_uses){ rows.v, rows.n, rows.arena };
	return 0;
}

void volume_uses_free(struct volume_uses *uses)
{
	arena_free(&uses->arena);
	*uses = (struct volume_uses){ 0 };
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/volume_use.h"

#include "sql_catalogue.h"

static const struct db_shape volume_use_shape = DB_SHAPE(struct volume_use, DB_COLUMNS(struct volume_use, instance_uuid),
    DB_NULLABLES(struct volume_use, name, host, vm_state, device_name, attachment_id));

int volume_uses_list(struct db *cell, const char *volume_id, struct volume_uses *out, struct error *err)
{
	const struct db_param params[] = { p_str("volume_id", volume_id), p_end };

	return db_read(cell, &SQL_NOVA_BDM_LIST_BY_VOLUME, params, &volume_use_shape, &out->rows, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_VOLUME_USE_H
#define MODEL_NOVA_VOLUME_USE_H

#include "db/db.h"

/* A block device of an instance that is made of one volume. host and vm_state NULL: the instance is gone. */
struct volume_use {
	const char *instance_uuid, *name, *host, *vm_state, *device_name, *attachment_id;
};
struct volume_uses {
	DB_ROWS(struct volume_use);
};
int volume_uses_list(struct db *cell, const char *volume_id, struct volume_uses *out, struct error *err);
static inline void volume_uses_free(struct volume_uses *uses)
{
	db_rows_free(&uses->rows);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_CONNECTION_H
#define MODEL_NOVA_CONNECTION_H

#include <stdbool.h>

#include "db/db.h"

/* How nova-compute reaches a volume: block_device_mapping.connection_info, JSON that cinder's driver has made and nova keeps
 * (nova virt/block_device.py: DriverVolumeBlockDevice). It may hold a key: it is read here and goes no further. */
struct connection {
	const char *instance_uuid, *volume_id, *info; /* info NULL: none is recorded */
};
struct connections {
	DB_ROWS(struct connection);
};
int connections_of(struct db *cell, const struct words *instance_uuids, struct connections *out, struct error *err);
void connections_ahead(struct db *cell, const struct words *instance_uuids); /* as db_ask_set_ahead() */
/* Those of one of them: the first, and how many there are; NULL: none. */
const struct connection *connections_find(const struct connections *all, const char *instance_uuid, size_t *n);
static inline void connections_free(struct connections *connections)
{
	db_rows_free(&connections->rows);
}

/* Of one of Ceph's (cinder volume/drivers/rbd.py: initialize_connection). */
struct rbd_connection {
	const char *pool, *image, *cluster, *user; /* cluster, user: NULL where it says nothing */
	const char *monitors;                      /* "192.0.2.1:6789,192.0.2.2:6789"; NULL: none */
	bool multiattach;                          /* several guests may have it open; cinder takes its exclusive lock away */
};
/* false: it is no volume of Ceph's, or cannot be read. Texts are in ${arena}. */
bool rbd_connection_read(const char *info, struct arena *arena, struct rbd_connection *out);

struct json_object;
/* What names the volume in its storage, whatever the driver: {"driver": "iscsi", "target_iqn": …}, the caller's. Members that
 * are known to name, and only those: a key, a password or a token of a driver that nobody here has heard of is no member that
 * is known. NULL: it cannot be read. */
struct json_object *connection_place(const char *info);

#endif

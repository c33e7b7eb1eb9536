/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_CINDER_CLUSTER_H
#define MODEL_CINDER_CLUSTER_H

#include "db/db.h"

/* Active-active clusters: several cinder-volume services that serve the same backend. */
struct cluster {
	int64_t id;
	const char *name, *binary, *disabled_reason; /* name: cluster@backend */
	bool disabled, frozen;
};
struct clusters {
	DB_ROWS(struct cluster);
};
int clusters_list(struct db *db, struct clusters *out, struct error *err);
static inline void clusters_free(struct clusters *clusters)
{
	db_rows_free(&clusters->rows);
}

/* What belongs to a cluster, whichever of the four tables it is in. */
struct cluster_row {
	const char *kind; /* as in owned_kind_name */
	const char *id, *name, *cluster_name;
};
struct cluster_rows {
	DB_ROWS(struct cluster_row);
};
/* ${cluster}: cluster, cluster@backend or cluster@backend#pool, byte for byte. */
int cluster_rows_find(struct db *db, const char *cluster, struct cluster_rows *out, struct error *err);
static inline void cluster_rows_free(struct cluster_rows *rows)
{
	db_rows_free(&rows->rows);
}

#endif

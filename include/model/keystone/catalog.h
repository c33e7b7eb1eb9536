/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_KEYSTONE_CATALOG_H
#define MODEL_KEYSTONE_CATALOG_H

#include "db/db.h"

/* keystone's catalog as its tables have it (keystone catalog/backends/sql.py: Endpoint, Service; the same from Queens to
 * 2026.2). A catalog of a file (templated.py) is in no table: then there are no rows. */
struct endpoint {
	const char *type, *interface, *url; /* "placement", "internal", with templates as they stand */
	const char *region;                 /* NULL: of every region */
};
struct endpoints {
	DB_ROWS(struct endpoint);
};
int endpoints_list(struct db *keystone, struct endpoints *out, struct error *err);
static inline void endpoints_list_free(struct endpoints *endpoints)
{
	db_rows_free(&endpoints->rows);
}

/* What a client of keystoneauth1 would take (access/service_catalog.py: get_endpoints_data): of the first type that there is,
 * in the region, the first of ${interfaces} ("internal,public") that there is. ${types} ends with NULL. ${region} NULL: it
 * names none; where regions then differ in their address, it is not known which one counts. */
enum endpoint_choice { ENDPOINT_FOUND, ENDPOINT_NONE, ENDPOINT_UNCLEAR };
enum endpoint_choice endpoint_choose(const struct endpoints *all, const char *const *types, const char *region,
    const char *interfaces, const struct endpoint **out);

#endif

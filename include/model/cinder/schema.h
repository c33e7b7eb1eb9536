/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_CINDER_SCHEMA_H
#define MODEL_CINDER_SCHEMA_H

#include "db/db.h"
#include "util/str.h"

/* What the tables have, by their columns: releases 26 to 28 cannot be told apart by anything else, and a distribution may have
 * brought a column back. */
struct cinder_schema {
	bool use_quota;                  /* volumes.use_quota: Xena and later */
	bool usages_have_race_preventer; /* quota_usages.race_preventer: Wallaby and later */
	char missing[512]; /* what every statement that moves ownership needs and is not there; "" is as it should be */
};
int cinder_schema_probe(struct db *db, struct cinder_schema *out, struct error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OP_LIST_H
#define OP_LIST_H

#include "op/scene.h"
#include "out/table.h"

/* A command that only shows rows: opens what it needs, fills the table, prints it, and may then judge what it has shown. An error
 * before the rows are printed leaves stdout empty. */
struct listing {
	unsigned needs; /* of op/world.h */
	const struct table_column *column;
	size_t ncolumn;
	int (*fill)(struct scene *scene, struct table *table, struct error *err);
	int (*judge)(const struct table *shown, const struct request *request, struct error *err); /* NULL: rows are no error */
};
#define LISTED(columns) .column = (columns), .ncolumn = sizeof(columns) / sizeof *(columns)

enum error_kind op_list(const struct listing *listing, const struct request *request, struct error *err);

#endif

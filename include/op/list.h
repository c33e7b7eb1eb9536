/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OP_LIST_H
#define OP_LIST_H

#include "op/scene.h"
#include "out/table.h"

/* A command that only shows rows: opens what it needs, fills the table, prints it. An error leaves stdout empty. */
typedef int fill_fn(struct scene *scene, struct table *table, struct error *err);
enum error_kind op_list(const struct request *request, unsigned needs, const struct table_column *columns, size_t ncolumns,
    fill_fn *fill, struct error *err);

#endif

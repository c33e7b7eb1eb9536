/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_QUOTAS_H
#define COMMAND_QUOTAS_H

#include "cli/cli.h"
#include "find/scene.h"

/* What quotas say against what is there: check shows it, sync writes it, in one transaction. */

int quotas_find(struct scene *scene, struct error *err);
/* The sum of the reservations that a row, and every second row of its pair, has. */
int64_t quotas_reserved(const struct quota *quota, size_t i);
extern const struct option_spec quotas_options[];

#endif

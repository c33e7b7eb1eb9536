/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_HOST_SHOW_H
#define COMMAND_HOST_SHOW_H

#include "find/scene.h"
#include "inventory_shown.h"
#include "out/table.h"

/* The rows of 'host show': each file fills in what it knows of. */

/* One fact; ${count} < 0: it has none. */
void host_show_add(struct table *t, const char *section, const char *item, const char *state, int64_t count,
    const char *detail);
/* Sets ${detail} to when a service reported. */
void host_show_age(struct str *detail, struct maybe_int age, bool disabled);

void host_show_agents(struct table *t, const struct scene *scene);
void host_show_ports(struct table *t, const struct scene *scene);
void host_show_storage(struct table *t, struct scene *scene);
/* The rows of a saved inventory. */
void host_show_inventory(struct table *t, const struct inventory_picture *picture);
int host_show_twins(struct table *t, struct scene *scene, struct error *err);

#endif
